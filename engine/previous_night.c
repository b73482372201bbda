/* previous_night.c - what an earlier run said of each customer, looked up in rising order of keys. */
#include "engine/previous_night.h"

#include <stdlib.h>

#include "engine/run_folder.h"
#include "formats/base/publish.h"
#include "formats/table/table_reader.h"
#include "formats/table/word_union.h"

/* The columns that are read: those with words first, in the order of enum fl_change. */
enum { COLUMN_PENDING = FL_CHANGES, COLUMN_ENGAGEMENT, COLUMN_NIGHTS, COLUMNS };
static const uint16_t column_ids[COLUMNS] = {
#define X(name, word, id) (id),
    FL_CHANGE_LIST(X)
#undef X
        FL_SCORES_TIER_PENDING,
    FL_SCORES_ENGAGEMENT, FL_SCORES_TIER_PENDING_NIGHTS};

struct fl_previous_night {
    struct fl_run_manifest manifest;
    struct fl_table *table;
    uint32_t *numbers[COLUMN_PENDING + 1]; /* of the file's words -> places in our lists */
    struct fl_column_data customers, columns[COLUMNS];
    size_t next_block, row, rows; /* of the block in hand */
};

/* ---- opening ---- */

static fl_status map_words(struct fl_previous_night *night, size_t column, struct fl_error *error)
{
    const struct fl_words *words = NULL;
    fl_status status = fl_table_words(night->table, column_ids[column], &words, error);
    if (status != FL_OK)
        return status;
    night->numbers[column] = malloc((words->count + 1) * sizeof(uint32_t));
    if (night->numbers[column] == NULL)
        return fl_fail_memory(error, words->count * sizeof(uint32_t));
    for (size_t i = 0; i < words->count; i++)
        night->numbers[column][i] =
            fl_result_words_find(fl_result_words_of(column_ids[column]), fl_words_at(words, i));
    return FL_OK;
}

static fl_status open_table(struct fl_previous_night *night, const struct fl_io *io, const char *path,
                            enum fl_io_mode io_mode, struct fl_error *error)
{
    const struct fl_run_file *file = fl_run_manifest_output(&night->manifest, "customers");
    if (file == NULL)
        return fl_fail(error, FL_CORRUPT, "the previous run's manifest lists no customers table");
    char *file_path = fl_path_join(path, file->name);
    if (file_path == NULL)
        return fl_fail_memory(error, strlen(path));
    fl_status status = fl_table_open(io, file_path, io_mode, &night->table, error);
    if (status == FL_OK && strcmp(fl_table_schema(night->table)->name, "customer_scores") != 0)
        status = fl_fail(error, FL_CORRUPT, "%s holds the table %s", file_path,
                         fl_table_schema(night->table)->name);
    free(file_path);
    for (size_t column = 0; column <= COLUMN_PENDING && status == FL_OK; column++)
        status = map_words(night, column, error);
    return status;
}

fl_status fl_previous_night_open(const struct fl_io *io, const char *path, enum fl_io_mode io_mode,
                                 struct fl_previous_night **night, struct fl_error *error)
{
    *night = NULL;
    struct fl_previous_night *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    fl_status status = fl_run_folder_read_scored(io, path, &opened->manifest, error);
    if (status == FL_OK)
        status = open_table(opened, io, path, io_mode, error);
    if (status != FL_OK) {
        fl_previous_night_close(opened);
        return status;
    }
    *night = opened;
    return FL_OK;
}

const struct fl_run_manifest *fl_previous_night_manifest(const struct fl_previous_night *night)
{
    return &night->manifest;
}

const char *fl_previous_night_path(const struct fl_previous_night *night)
{
    return fl_table_path(night->table);
}

const uint8_t *fl_previous_night_uuid(const struct fl_previous_night *night)
{
    return fl_table_uuid(night->table);
}

void fl_previous_night_close(struct fl_previous_night *night)
{
    if (night == NULL)
        return;
    if (night->table != NULL)
        fl_table_close(night->table);
    for (size_t column = 0; column <= COLUMN_PENDING; column++)
        free(night->numbers[column]);
    fl_column_data_release(&night->customers);
    for (size_t column = 0; column < COLUMNS; column++)
        fl_column_data_release(&night->columns[column]);
    fl_run_manifest_release(&night->manifest);
    free(night);
}

/* ---- rows ---- */

static fl_status load_block(struct fl_previous_night *night, struct fl_error *error)
{
    const size_t block = night->next_block++;
    fl_status status =
        fl_table_read_column(night->table, block, FL_SCORES_CUSTOMER, &night->customers, error);
    for (size_t column = 0; column < COLUMNS && status == FL_OK; column++)
        status =
            fl_table_read_column(night->table, block, column_ids[column], &night->columns[column], error);
    night->row = 0;
    night->rows = night->customers.rows;
    return status;
}

static bool is_null(const struct fl_previous_night *night, size_t column)
{
    return night->columns[column].nulls != NULL && night->columns[column].nulls[night->row] != 0;
}

static uint32_t word_of(const struct fl_previous_night *night, size_t column)
{
    if (is_null(night, column))
        return FL_NO_WORD;
    return night->numbers[column][night->columns[column].as.words[night->row]];
}

static struct fl_before before_of(const struct fl_previous_night *night)
{
    struct fl_before before = {.tier_pending = word_of(night, COLUMN_PENDING),
                               .has_engagement = !is_null(night, COLUMN_ENGAGEMENT)};
    for (size_t what = 0; what < FL_CHANGES; what++)
        before.words.word[what] = word_of(night, what);
    if (before.has_engagement)
        before.engagement = night->columns[COLUMN_ENGAGEMENT].as.u8[night->row];
    if (!is_null(night, COLUMN_NIGHTS))
        before.tier_pending_nights = night->columns[COLUMN_NIGHTS].as.u8[night->row];
    return before;
}

static void pass_gone(struct fl_previous_night *night, struct fl_transitions *gone)
{
    if (gone != NULL) {
        const struct fl_before before = before_of(night);
        fl_transitions_add(gone, &before.words, NULL);
    }
    night->row++;
}

fl_status fl_previous_night_find(struct fl_previous_night *night, int64_t customer, struct fl_before *before,
                                 bool *there, struct fl_transitions *gone, struct fl_error *error)
{
    *there = false;
    for (;;) {
        while (night->row < night->rows && night->customers.as.i64[night->row] < customer)
            pass_gone(night, gone);
        if (night->row < night->rows)
            break;
        if (night->next_block == fl_table_blocks(night->table))
            return FL_OK;
        fl_status status = load_block(night, error);
        if (status != FL_OK)
            return status;
    }
    if (night->customers.as.i64[night->row] == customer) {
        *there = true;
        *before = before_of(night);
        night->row++;
    }
    return FL_OK;
}

fl_status fl_previous_night_end(struct fl_previous_night *night, struct fl_transitions *gone,
                                struct fl_error *error)
{
    for (;;) {
        while (night->row < night->rows)
            pass_gone(night, gone);
        if (night->next_block == fl_table_blocks(night->table))
            return FL_OK;
        fl_status status = load_block(night, error);
        if (status != FL_OK)
            return status;
    }
}
