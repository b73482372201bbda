/* unpack_speed.c - what unpacking columns of a table file costs at best, for tools/bench.
 *
 * Usage: unpack_speed FILE COLUMN...
 *
 * Prints a line for each column: its name, the rows, the CPU time a row in nanoseconds. Each page is loaded
 * (read, checksum, LZ4) outside of the time, then unpacked several times; its best time counts. What a run
 * spends beyond the sum of its columns is reading, checking, scoring, writing. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "formats/base/limits.h"
#include "formats/table/page_decode.h"
#include "formats/table/table_internal.h"

enum { TRIES = 7 };

struct column_work {
    struct fl_table *table;
    const struct fl_column *column;
    size_t index; /* in the file */
    struct fl_column_scratch scratch;
    struct fl_column_data types; /* of the block, for pages with nulls by type */
    void *values;                /* room for a block of the widest kind */
    uint32_t *end_row;
    uint8_t *nulls;
};

static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static fl_status unpack(const struct column_work *work, const struct fl_page_source *page,
                        struct fl_error *error)
{
    size_t run_count;
    if (work->column->kind == FL_KIND_KEY)
        return fl_page_decode_runs(page, work->values, work->end_row, &run_count, error);
    return fl_page_decode_integers(page, fl_kind_storage(work->column->kind), work->values, work->nulls,
                                   error);
}

static fl_status find_types(struct column_work *work, size_t block, struct fl_page_source *page,
                            struct fl_error *error)
{
    if ((page->entry->flags & FL_PAGE_FLAG_TYPED_NULLS) == 0)
        return FL_OK;
    const fl_status status =
        fl_table_read_column(work->table, block, FL_INTERACTIONS_TYPE, &work->types, error);
    page->types = work->types.as.u8;
    return status;
}

static fl_status time_page(struct column_work *work, size_t block, int64_t *best_ns, struct fl_error *error)
{
    const struct fl_table_footer *footer = &work->table->footer;
    struct fl_page_source page = {.entry = fl_footer_page(footer, block, work->index),
                                  .rows = fl_get32(footer->blocks[block].rows)};
    fl_status status = find_types(work, block, &page, error);
    if (status == FL_OK)
        status = fl_page_load(work->table, page.entry, (uint32_t)block, work->column->id, true,
                              &work->scratch, &page.bytes, error);
    *best_ns = INT64_MAX;
    for (int i = 0; i < TRIES && status == FL_OK; i++) {
        const int64_t start = cpu_ns();
        status = unpack(work, &page, error);
        const int64_t took = cpu_ns() - start;
        *best_ns = took < *best_ns ? took : *best_ns;
    }
    return fl_page_unload(work->table, page.entry, status, error);
}

static fl_status time_column(struct column_work *work, struct fl_error *error)
{
    int64_t sum_ns = 0;
    for (size_t block = 0; block < fl_table_blocks(work->table); block++) {
        int64_t best_ns;
        const fl_status status = time_page(work, block, &best_ns, error);
        if (status != FL_OK)
            return fl_error_at_block(error, (int64_t)block, work->column->name);
        sum_ns += best_ns;
    }
    const uint64_t rows = fl_table_rows(work->table);
    printf("%s %" PRIu64 " %.4f\n", work->column->name, rows,
           rows == 0 ? 0.0 : (double)sum_ns / (double)rows);
    return FL_OK;
}

/* Columns of numbers that the file has. */
static fl_status find_column(struct column_work *work, const char *name, struct fl_error *error)
{
    const struct fl_schema *schema = fl_table_schema(work->table);
    const int at = fl_schema_find(schema, fl_text_of(name));
    if (at < 0 || schema->columns[at].kind == FL_KIND_TEXT ||
        fl_footer_find(&work->table->footer, schema->columns[at].id) < 0)
        return fl_fail(error, FL_USAGE, "no column of numbers `%s` in the file", name);
    work->column = &schema->columns[at];
    work->index = (size_t)fl_footer_find(&work->table->footer, work->column->id);
    return FL_OK;
}

static fl_status time_all(struct fl_table *table, int count, char **names, struct fl_error *error)
{
    struct column_work work = {.table = table,
                               .values = malloc(FL_BLOCK_ROWS_MAX * sizeof(int64_t)),
                               .end_row = malloc(FL_BLOCK_ROWS_MAX * sizeof(uint32_t)),
                               .nulls = malloc(FL_BLOCK_ROWS_MAX)};
    fl_status status = FL_OK;
    if (work.values == NULL || work.end_row == NULL || work.nulls == NULL)
        status = fl_fail_memory(error, FL_BLOCK_ROWS_MAX * sizeof(int64_t));
    for (int i = 0; i < count && status == FL_OK; i++) {
        status = find_column(&work, names[i], error);
        if (status == FL_OK)
            status = time_column(&work, error);
    }
    fl_column_scratch_release(&work.scratch);
    fl_column_data_release(&work.types);
    free(work.values);
    free(work.end_row);
    free(work.nulls);
    return status;
}

int main(int argc, char **argv)
{
    struct fl_error error;
    struct fl_table *table = NULL;
    fl_error_clear(&error);
    if (argc < 3) {
        (void)fprintf(stderr, "usage: unpack_speed FILE COLUMN...\n");
        return fl_status_exit_code(FL_USAGE);
    }
    fl_status status = fl_table_open(&fl_io_system, argv[1], FL_IO_MAP, &table, &error);
    if (status == FL_OK)
        status = time_all(table, argc - 2, argv + 2, &error);
    fl_table_close(table);
    if (status != FL_OK)
        (void)fprintf(stderr, "unpack_speed: %s: %s\n", argv[1], error.message);
    return fl_status_exit_code(status);
}
