/* fold.c - merges the rows of several files in sort order into a new one.
 *
 * Cursors lie in a heap by their next row. The first one hands out the whole stretch of rows that come before
 * the next row of any other: mostly those of one customer, or of one of a customer's days. */
#include "formats/compact/fold.h"

#include <assert.h>
#include <stdlib.h>

#include "formats/base/limits.h"
#include "formats/compact/fold_batch.h"
#include "formats/compact/fold_cursor.h"
#include "formats/table/table_listed.h"
#include "formats/table/table_roles.h"

/* The table writer's block and pages: 8 bytes of each value twice over, texts of a block four times. */
#define WRITER_BYTES ((64ull << 20) + 4 * FL_BLOCK_TEXT_BYTES_MAX)

/* Of rows with the same first column. */
enum fold_rule {
    FOLD_ALL,    /* every row stays */
    FOLD_NEWEST, /* the one that arrived last, as a run takes it: tables of what a row is about */
    FOLD_ONCE    /* they must be equal */
};

struct fold {
    const struct fl_fold_plan *plan;
    enum fold_rule rule;
    struct fl_fold_columns columns;
    struct fl_fold_cursor *cursors;
    struct fl_fold_cursor **heap; /* the least next row first */
    size_t heap_count;
    struct fl_column_scratch scratch;
    struct fl_fold_batch batch;
    uint64_t rows_read;
    /* FOLD_NEWEST, FOLD_ONCE: the row that stays so far. */
    bool any;
    uint64_t key;
    int32_t arrival;
    size_t uuid_rank, file;
    struct fl_buffer text;
};

/* A table with a day has a row for each thing that happened. */
static enum fold_rule rule_of(const char *table)
{
    if (fl_schema_day_id(fl_schema_by_name(table)) >= 0)
        return FOLD_ALL;
    return strcmp(table, "customer_ids") == 0 ? FOLD_ONCE : FOLD_NEWEST;
}

/* ---- opening ---- */

static fl_status check_memory(const struct fold *fold, uint64_t wanted_bytes, struct fl_error *error)
{
    if (wanted_bytes <= fold->plan->memory_bytes)
        return FL_OK;
    return fl_fail(error, FL_LIMIT, "the buffers of %zu %s files need %lluM, at most %lluM: raise --memory",
                   fold->plan->file_count, fold->columns.schema->name,
                   (unsigned long long)(wanted_bytes >> 20) + 1,
                   (unsigned long long)(fold->plan->memory_bytes >> 20));
}

/* Opens all tables and looks at their sizes before any of the memory is taken. */
static fl_status open_tables(struct fold *fold, struct fl_table **tables, struct fl_error *error)
{
    const struct fl_fold_plan *plan = fold->plan;
    uint64_t wanted_bytes = WRITER_BYTES + fl_fold_batch_memory(&fold->columns);
    for (size_t i = 0; i < fold->columns.count; i++)
        wanted_bytes += fold->columns.words[i].bytes.capacity + fold->columns.words[i].offsets.capacity;
    for (size_t i = 0; i < plan->file_count; i++) {
        const fl_status status = fl_fold_open_table(plan->folder, plan->files[i], &tables[i], error);
        if (status != FL_OK)
            return status;
        wanted_bytes += fl_fold_cursor_memory(&fold->columns, tables[i]);
    }
    return check_memory(fold, wanted_bytes, error);
}

/* Where the file's uuid stands among all. */
static size_t uuid_rank(struct fl_table *const *tables, size_t count, size_t file)
{
    size_t rank = 0;
    for (size_t i = 0; i < count; i++)
        rank += memcmp(fl_table_uuid(tables[i]), fl_table_uuid(tables[file]), FL_UUID_SIZE) < 0;
    return rank;
}

static fl_status open_cursors(struct fold *fold, struct fl_table **tables, struct fl_error *error)
{
    const struct fl_fold_plan *plan = fold->plan;
    fl_status status = open_tables(fold, tables, error);
    for (size_t i = 0; i < plan->file_count && status == FL_OK; i++)
        fold->cursors[i].uuid_rank = uuid_rank(tables, plan->file_count, i);
    for (size_t i = 0; i < plan->file_count && status == FL_OK; i++) {
        struct fl_table *table = tables[i];
        tables[i] = NULL;
        fold->cursors[i].file = i;
        status = fl_fold_cursor_open(&fold->cursors[i], &fold->columns, plan->folder, plan->files[i], table,
                                     error);
    }
    for (size_t i = 0; i < plan->file_count; i++)
        fl_table_close(tables[i]);
    return status;
}

static fl_status open_fold(struct fold *fold, struct fl_error *error)
{
    const size_t count = fold->plan->file_count;
    fold->cursors = calloc(count, sizeof *fold->cursors);
    fold->heap = calloc(count, sizeof(struct fl_fold_cursor *));
    struct fl_table **tables = calloc(count, sizeof(struct fl_table *));
    const fl_status status = fold->cursors == NULL || fold->heap == NULL || tables == NULL
                                 ? fl_fail_memory(error, count * sizeof *fold->cursors)
                                 : open_cursors(fold, tables, error);
    free(tables);
    return status;
}

static void close_fold(struct fold *fold)
{
    for (size_t i = 0; fold->cursors != NULL && i < fold->plan->file_count; i++)
        fl_fold_cursor_close(&fold->cursors[i]);
    free(fold->cursors);
    free(fold->heap);
    fl_column_scratch_release(&fold->scratch);
    fl_fold_columns_release(&fold->columns);
    fl_buffer_release(&fold->text);
}

/* ---- the heap ---- */

static bool is_before(const struct fl_fold_cursor *a, const struct fl_fold_cursor *b)
{
    const int order = fl_fold_compare(a, a->row, b, b->row);
    return order != 0 ? order < 0 : a->file < b->file;
}

static void sift_down(struct fold *fold, size_t at)
{
    struct fl_fold_cursor **heap = fold->heap;
    struct fl_fold_cursor *moving = heap[at];
    for (size_t child = 2 * at + 1; child < fold->heap_count; child = 2 * at + 1) {
        if (child + 1 < fold->heap_count && is_before(heap[child + 1], heap[child]))
            child++;
        if (!is_before(heap[child], moving))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moving;
}

static const struct fl_fold_cursor *second(const struct fold *fold)
{
    if (fold->heap_count < 2)
        return NULL;
    if (fold->heap_count == 2 || is_before(fold->heap[1], fold->heap[2]))
        return fold->heap[1];
    return fold->heap[2];
}

static fl_status load(struct fold *fold, struct fl_fold_cursor *cursor, struct fl_error *error)
{
    const fl_status status = fl_fold_cursor_load(cursor, &fold->scratch, error);
    if (status != FL_OK)
        return status;
    fold->rows_read += cursor->rows;
    const struct fl_fold_plan *plan = fold->plan;
    if (plan->progress != NULL && plan->progress(plan->progress_context, fold->rows_read) != 0)
        return fl_fail(error, FL_INTERRUPTED, "stopped after %llu rows", (unsigned long long)fold->rows_read);
    return FL_OK;
}

static fl_status fill_heap(struct fold *fold, struct fl_error *error)
{
    for (size_t i = 0; i < fold->plan->file_count; i++) {
        const fl_status status = load(fold, &fold->cursors[i], error);
        if (status != FL_OK)
            return status;
        if (fold->cursors[i].rows > 0)
            fold->heap[fold->heap_count++] = &fold->cursors[i];
    }
    for (size_t at = fold->heap_count / 2; at > 0; at--)
        sift_down(fold, at - 1);
    return FL_OK;
}

/* The first cursor goes on behind `rows` rows. */
static fl_status advance(struct fold *fold, size_t rows, struct fl_error *error)
{
    struct fl_fold_cursor *first = fold->heap[0];
    first->row += rows;
    if (first->row > first->rows) {
        const fl_status status = load(fold, first, error);
        if (status != FL_OK)
            return status;
        if (first->rows == 0)
            fold->heap[0] = fold->heap[--fold->heap_count];
    }
    if (fold->heap_count > 0)
        sift_down(fold, 0);
    return FL_OK;
}

/* ---- rows ---- */

/* How many rows of the first cursor come before the next row of all others, at least one. */
static size_t stretch(const struct fold *fold)
{
    const struct fl_fold_cursor *first = fold->heap[0], *other = second(fold);
    const size_t left = first->rows - first->row + 1;
    size_t rows = 1;
    if (other == NULL)
        return left;
    while (rows < left && fl_fold_compare(first, first->row + rows, other, other->row) < 0)
        rows++;
    return rows;
}

static int32_t arrival_of(const struct fl_fold_cursor *cursor)
{
    const struct fl_schema *schema = cursor->columns->schema;
    const uint16_t arrival_id = schema->columns[fl_schema_find(schema, fl_text_of("arrival"))].id;
    for (size_t i = 0; i < cursor->columns->count; i++) {
        const struct fl_fold_cells *cells = &cursor->cells[i];
        if (cursor->columns->ids[i] == arrival_id && cells->values != NULL && cells->nulls[cursor->row] == 0)
            return ((const int32_t *)cells->values)[cursor->row];
    }
    return INT32_MIN;
}

/* The rule of engine/products.h, so that a run takes the same row before and after. */
static fl_status add_newest(struct fold *fold, const struct fl_fold_cursor *cursor, struct fl_error *error)
{
    const bool same = fold->any && fold->key == cursor->high[cursor->row];
    const int32_t arrival = arrival_of(cursor);
    if (same &&
        (arrival < fold->arrival || (arrival == fold->arrival && cursor->uuid_rank < fold->uuid_rank)))
        return FL_OK;
    fold->any = true;
    fold->key = cursor->high[cursor->row];
    fold->arrival = arrival;
    fold->uuid_rank = cursor->uuid_rank;
    if (!same)
        return fl_fold_batch_add(&fold->batch, cursor, 1, error);
    fl_fold_batch_replace(&fold->batch, cursor);
    return FL_OK;
}

static struct fl_text id_of(const struct fl_fold_cursor *cursor)
{
    const struct fl_text *texts = cursor->columns->count < 2 ? NULL : cursor->cells[1].texts;
    return texts == NULL ? (struct fl_text){0} : texts[cursor->row];
}

static fl_status add_once(struct fold *fold, const struct fl_fold_cursor *cursor, struct fl_error *error)
{
    const struct fl_text text = id_of(cursor);
    if (fold->any && fold->key == cursor->high[cursor->row]) {
        if (fl_text_equal(text, (struct fl_text){(const char *)fold->text.bytes, fold->text.size}))
            return FL_OK;
        return fl_fail(error, FL_BAD_DATA, "two customer ids have the same key: one in %s, one in %s",
                       fold->plan->files[fold->file]->name, fold->plan->files[cursor->file]->name);
    }
    fold->any = true;
    fold->key = cursor->high[cursor->row];
    fold->file = cursor->file;
    fold->text.size = 0;
    if (!fl_buffer_append(&fold->text, text.bytes, text.size))
        return fl_fail_memory(error, text.size);
    return fl_fold_batch_add(&fold->batch, cursor, 1, error);
}

static fl_status merge(struct fold *fold, struct fl_error *error)
{
    fl_status status = fill_heap(fold, error);
    while (status == FL_OK && fold->heap_count > 0) {
        const struct fl_fold_cursor *first = fold->heap[0];
        const size_t rows = fold->rule == FOLD_ALL ? stretch(fold) : 1;
        if (fold->rule == FOLD_ALL)
            status = fl_fold_batch_add(&fold->batch, first, rows, error);
        else if (fold->rule == FOLD_NEWEST)
            status = add_newest(fold, first, error);
        else
            status = add_once(fold, first, error);
        if (status == FL_OK)
            status = advance(fold, rows, error);
    }
    return status == FL_OK ? fl_fold_batch_flush(&fold->batch, error) : status;
}

/* ---- the new file ---- */

static fl_status write_rows(struct fold *fold, struct fl_table_writer *writer, struct fl_error *error)
{
    fl_status status = fl_fold_batch_open(&fold->batch, &fold->columns, writer, error);
    if (status == FL_OK)
        status = merge(fold, error);
    fl_fold_batch_close(&fold->batch);
    return status;
}

static fl_status write_file(struct fold *fold, const uint8_t uuid[FL_UUID_SIZE], const char *file_name,
                            struct fl_table_summary *summary, struct fl_error *error)
{
    const struct fl_data_folder *folder = fold->plan->folder;
    struct fl_words words[FL_FOLD_COLUMNS_MAX];
    const char *facts[] = {FL_FACT_FOLDED, "1", NULL, NULL, NULL};
    if (folder->zone != NULL) {
        facts[2] = "zone";
        facts[3] = folder->zone;
    }
    for (size_t i = 0; i < fold->columns.count; i++)
        words[i] = fold->columns.words[i].words;
    struct fl_table_plan plan = {.schema = fold->columns.schema,
                                 .column_ids = fold->columns.ids,
                                 .column_count = fold->columns.count,
                                 .words = words,
                                 .facts = facts,
                                 .effort = FL_EFFORT_HIGH};
    memcpy(plan.uuid, uuid, FL_UUID_SIZE);
    struct fl_table_writer *writer;
    fl_status status = fl_table_writer_create(folder->io, folder->path, &plan, &writer, error);
    if (status != FL_OK)
        return status;
    status = write_rows(fold, writer, error);
    if (status != FL_OK) {
        fl_table_writer_abort(writer);
        return status;
    }
    char name[256];
    return fl_table_writer_finish(writer, fold->columns.schema->name, file_name, name, summary, error);
}

fl_status fl_fold(const struct fl_fold_plan *plan, const uint8_t uuid[FL_UUID_SIZE], const char *file_name,
                  struct fl_table_summary *summary, struct fl_error *error)
{
    struct fold fold = {.plan = plan, .rule = rule_of(plan->files[0]->table)};
    size_t fitting;
    fl_status status =
        fl_fold_columns_open(plan->folder, plan->files, plan->file_count, &fitting, &fold.columns, error);
    assert(status != FL_OK || fitting == plan->file_count);
    if (status == FL_OK)
        status = open_fold(&fold, error);
    if (status == FL_OK)
        status = write_file(&fold, uuid, file_name, summary, error);
    close_fold(&fold);
    return status;
}

fl_status fl_fold_fitting(const struct fl_fold_plan *plan, size_t *fitting, struct fl_error *error)
{
    struct fl_fold_columns columns;
    const fl_status status =
        fl_fold_columns_open(plan->folder, plan->files, plan->file_count, fitting, &columns, error);
    fl_fold_columns_release(&columns);
    return status;
}
