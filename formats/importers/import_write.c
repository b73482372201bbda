/* import_write.c - turns the rows that wait into the published table files of an import. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/base/checksum.h"
#include "formats/importers/import_job.h"
#include "formats/importers/import_table.h"
#include "formats/importers/key_set.h"
#include "formats/table/table_listed.h"
#include "formats/table/table_roles.h"

enum { PARTS_MAX = 9999, FACTS_MAX = 9 };

/* What comes out of the row store, duplicates of a key left out. */
struct part_rows {
    struct fl_import_job *job;
    bool has_key;
    struct fl_key_set keys;
    uint64_t rows, duplicates;
};

/* --- names and facts of a file */

struct part_name {
    char file_name[FL_LISTED_NAME_SIZE];
    char part_text[8];
    uint8_t uuid[FL_UUID_SIZE];
    const char *facts[FACTS_MAX];
};

/* The uuid follows from what the file is made of, so that the same import makes the same bytes. */
static bool make_uuid(const char *import_id, const char *table, const char *part_text,
                      uint8_t uuid[FL_UUID_SIZE])
{
    struct fl_digest *digest = fl_digest_create();
    if (digest == NULL)
        return false;
    fl_digest_add(digest, import_id, strlen(import_id) + 1);
    fl_digest_add(digest, table, strlen(table) + 1);
    fl_digest_add(digest, part_text, strlen(part_text) + 1);
    fl_digest_128(digest, uuid);
    fl_digest_free(digest);
    return true;
}

static fl_status name_part(const struct fl_import_job *job, const struct fl_schema *schema, unsigned part,
                           struct part_name *name, struct fl_error *error)
{
    const char *import_id = job->report->import_id;
    if (part > PARTS_MAX)
        return fl_fail(error, FL_LIMIT, "more than %d table files of one import", PARTS_MAX);
    *name = (struct part_name){0};
    (void)snprintf(name->part_text, sizeof name->part_text, "%u", part);
    (void)snprintf(name->file_name, sizeof name->file_name, FL_LISTED_NAME, schema->name, import_id, part);
    if (!make_uuid(import_id, schema->name, name->part_text, name->uuid))
        return fl_fail_memory(error, sizeof *name);
    const char *facts[] = {FL_FACT_IMPORT, import_id,       "mapping", job->mapping_digest,
                           FL_FACT_PART,   name->part_text, "zone",    job->zone};
    _Static_assert(sizeof facts / sizeof facts[0] < FACTS_MAX, "a NULL ends the list");
    memcpy(name->facts, facts, sizeof facts);
    return FL_OK;
}

/* --- the list of files */

/* The file is listed before it is there: whatever comes between, it can be removed by its name. */
static fl_status list_file(struct fl_import_job *job, const struct fl_schema *schema, const char *file_name,
                           struct fl_error *error)
{
    struct fl_data_file *files = reallocarray(job->files, job->file_count + 1, sizeof *files);
    if (files == NULL)
        return fl_fail_memory(error, (job->file_count + 1) * sizeof *files);
    job->files = files;
    const struct fl_data_file file = {
        .name = fl_arena_copy(&job->arena, file_name, strlen(file_name)),
        .table = fl_arena_copy(&job->arena, schema->name, strlen(schema->name)),
        .import_id = job->report->import_id,
    };
    if (file.name == NULL || file.table == NULL)
        return fl_fail_memory(error, strlen(file_name));
    files[job->file_count++] = file;
    return FL_OK;
}

static void describe_file(struct fl_import_job *job, const struct fl_table_summary *summary)
{
    struct fl_data_file *file = &job->files[job->file_count - 1];
    file->rows = summary->rows;
    file->size_bytes = summary->size_bytes;
    file->digest = summary->digest;
    file->day_min = summary->day_min;
    file->day_max = summary->day_max;
    file->customer_min = summary->customer_min;
    file->customer_max = summary->customer_max;
    job->report->file_count++;
    job->report->stored_bytes += summary->size_bytes;
}

static fl_status publish(struct fl_import_job *job, struct fl_import_table *table,
                         const struct part_name *name, struct fl_error *error)
{
    table->io = job->plan->io;
    table->directory = job->plan->folder;
    table->file_name = name->file_name;
    table->plan.facts = name->facts;
    memcpy(table->plan.uuid, name->uuid, FL_UUID_SIZE);
    fl_status status = list_file(job, table->plan.schema, name->file_name, error);
    if (status != FL_OK)
        return status;
    struct fl_table_summary summary;
    status = fl_import_table_write(table, &summary, error);
    if (status == FL_OK)
        describe_file(job, &summary);
    return status;
}

/* --- the rows of a part */

static fl_status next_row(void *context, const uint8_t **row, struct fl_error *error)
{
    struct part_rows *rows = context;
    for (;;) {
        fl_status status = fl_row_store_next(rows->job->rows, row, error);
        if (status != FL_OK || *row == NULL)
            return status;
        rows->rows++;
        if (rows->rows % rows->job->tuning->progress_rows == 0)
            status = fl_import_progress(rows->job, 0, error);
        bool is_new = true;
        if (status == FL_OK && rows->has_key)
            status = fl_key_set_add(&rows->keys, *row, &is_new, error);
        if (status != FL_OK || is_new)
            return status;
        rows->duplicates++;
    }
}

/* Index in the layout, -1 when this import does not fill the column: then it is null in every row. */
static int layout_column(const struct fl_import_job *job, int column)
{
    for (size_t i = 0; i < job->column_count; i++) {
        if (job->columns[i] == column)
            return (int)i;
    }
    return -1;
}

/* One row a customer, a product and a store is what their tables are; a table with a day has a row for each
 * thing that happened, and a key when the mapping says so. */
static void open_keys(struct part_rows *rows)
{
    const struct fl_import_job *job = rows->job;
    int columns[FL_COLUMNS_MAX];
    const size_t count = fl_mapping_key(job->mapping, columns, FL_COLUMNS_MAX);
    rows->has_key = count > 0 || fl_schema_day_id(job->schema) < 0;
    rows->keys.layout = &job->layout;
    for (size_t i = 0; i < count; i++) {
        const int column = layout_column(job, columns[i]);
        if (column > 0 && rows->keys.column_count < FL_ROW_COLUMNS_MAX)
            rows->keys.columns[rows->keys.column_count++] = column;
    }
}

static void count_duplicates(struct fl_import_report *report, uint64_t duplicates)
{
    if (duplicates == 0)
        return;
    report->rows_written -= duplicates;
    report->rows_skipped += duplicates;
    fl_import_count(report->skips, &report->skip_count, "duplicate key", duplicates);
}

static fl_status seal_pools(struct fl_import_job *job, struct fl_words *words, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = 0; status == FL_OK && i < job->column_count; i++) {
        words[i] = (struct fl_words){0};
        if (job->pools[i] != NULL)
            status = fl_word_pool_seal(job->pools[i], &words[i], error);
    }
    return status;
}

static fl_status write_rows(struct fl_import_job *job, const struct part_name *name,
                            const struct fl_words *words, struct fl_error *error)
{
    uint16_t ids[FL_ROW_COLUMNS_MAX];
    for (size_t i = 0; i < job->column_count; i++)
        ids[i] = job->schema->columns[job->columns[i]].id;
    struct part_rows rows = {.job = job};
    open_keys(&rows);
    struct fl_import_table table = {
        .plan = {.schema = job->schema, .column_ids = ids, .column_count = job->column_count, .words = words},
        .layout = &job->layout,
        .next = next_row,
        .context = &rows,
    };
    const fl_status status = publish(job, &table, name, error);
    fl_key_set_release(&rows.keys);
    if (status == FL_OK)
        count_duplicates(job->report, rows.duplicates);
    return status;
}

fl_status fl_import_write_part(struct fl_import_job *job, struct fl_error *error)
{
    struct part_name name;
    struct fl_words words[FL_ROW_COLUMNS_MAX];
    fl_status status = name_part(job, job->schema, job->part_count + 1, &name, error);
    if (status == FL_OK)
        status = seal_pools(job, words, error);
    if (status == FL_OK)
        status = fl_row_store_sort(job->rows, error);
    if (status == FL_OK)
        status = write_rows(job, &name, words, error);
    if (status != FL_OK)
        return status;
    job->part_count++;
    fl_row_store_clear(job->rows);
    for (size_t i = 0; i < job->column_count; i++) {
        if (job->pools[i] != NULL)
            fl_word_pool_clear(job->pools[i]);
    }
    return FL_OK;
}

/* --- the texts behind the customer keys */

static fl_status next_id(void *context, const uint8_t **row, struct fl_error *error)
{
    return fl_import_ids_next(context, row, error);
}

fl_status fl_import_write_ids(struct fl_import_job *job, struct fl_error *error)
{
    static const uint16_t ids[] = {FL_CUSTOMER_IDS_CUSTOMER, FL_CUSTOMER_IDS_ID};
    const struct fl_schema *schema = fl_schema_by_name("customer_ids");
    struct part_name name;
    fl_status status = name_part(job, schema, 1, &name, error);
    if (status == FL_OK)
        status = fl_import_ids_sort(job->ids, error);
    if (status != FL_OK)
        return status;
    struct fl_import_table table = {
        .plan = {.schema = schema, .column_ids = ids, .column_count = sizeof ids / sizeof ids[0]},
        .layout = fl_import_ids_layout(job->ids),
        .next = next_id,
        .context = job->ids,
    };
    return publish(job, &table, &name, error);
}
