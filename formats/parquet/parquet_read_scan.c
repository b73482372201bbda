/* parquet_read_scan.c - the rows of the columns that were asked for, batch by batch. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "formats/parquet/parquet_read_rows.h"

enum { ROWS_MAX = 1 << 20 };

/* Rows of long texts come in smaller batches, so that their pages need not all be held at a time. */
enum { BATCH_BYTES = 16 << 20, BATCH_ROWS_MIN = 64 };

struct fl_parquet_scan {
    struct fl_parquet *file;
    size_t column_count, range_count;
    size_t *columns;
    struct fl_parquet_range *ranges;
    struct fl_parquet_rows *rows;     /* one for each column */
    struct fl_parquet_values *values; /* the same */
    uint32_t rows_max, batch_rows;    /* asked for; chosen for this row group */
    size_t group, next_group;
    uint64_t first_row, rows_left; /* of the next batch; of this row group */
};

static const struct fl_parquet_group *group_of(const struct fl_parquet_scan *scan, size_t group)
{
    return &scan->file->facts.groups[group];
}

static fl_status fail_column(const struct fl_parquet_scan *scan, size_t i, fl_status status,
                             struct fl_error *error)
{
    const struct fl_parquet_pages *pages = &scan->rows[i].pages;
    return fl_parquet_error_at(error, status, scan->file, scan->group, scan->columns[i],
                               pages->file == NULL ? -1 : (int64_t)pages->page_offset);
}

/* --- opening */

static fl_status check_columns(const struct fl_parquet *file, const struct fl_parquet_scan_options *options,
                               struct fl_error *error)
{
    for (size_t i = 0; i < options->column_count; i++) {
        assert(options->columns[i] < file->facts.column_count);
        const struct fl_parquet_field *column = &file->facts.columns[options->columns[i]];
        if (column->refused == NULL)
            continue;
        (void)fl_fail(error, FL_UNSUPPORTED,
                      "this is %s, which is not read; columns and lists of plain values are",
                      column->refused);
        (void)fl_error_at_path(error, file->map.path);
        (void)fl_error_at_block(error, -1, column->name);
        return FL_UNSUPPORTED;
    }
    return FL_OK;
}

static void *copy_of(const void *from, size_t count, size_t size)
{
    void *copy = calloc(count + 1, size); /* never of nothing */
    if (copy != NULL && count != 0)
        memcpy(copy, from, count * size);
    return copy;
}

fl_status fl_parquet_scan_open(struct fl_parquet *file, const struct fl_parquet_scan_options *options,
                               struct fl_parquet_scan **scan, struct fl_error *error)
{
    *scan = NULL;
    assert(options->column_count >= 1);
    assert(options->rows_max >= 1 && options->rows_max <= ROWS_MAX);
    const fl_status status = check_columns(file, options, error);
    if (status != FL_OK)
        return status;
    struct fl_parquet_scan *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    const size_t count = options->column_count;
    opened->file = file;
    opened->rows_max = options->rows_max;
    opened->range_count = options->range_count;
    opened->columns = copy_of(options->columns, count, sizeof *opened->columns);
    opened->ranges = copy_of(options->ranges, options->range_count, sizeof *opened->ranges);
    opened->rows = calloc(count + 1, sizeof *opened->rows);
    opened->values = calloc(count + 1, sizeof *opened->values);
    opened->column_count = opened->rows == NULL ? 0 : count;
    if (opened->columns == NULL || opened->ranges == NULL || opened->rows == NULL || opened->values == NULL) {
        fl_parquet_scan_close(opened);
        return fl_fail_memory(error, (count + 1) * sizeof *opened->rows);
    }
    *scan = opened;
    return FL_OK;
}

void fl_parquet_scan_close(struct fl_parquet_scan *scan)
{
    if (scan == NULL)
        return;
    for (size_t i = 0; i < scan->column_count; i++)
        fl_parquet_rows_release(&scan->rows[i]);
    free(scan->columns);
    free(scan->ranges);
    free(scan->rows);
    free(scan->values);
    free(scan);
}

/* --- row groups */

static bool is_skipped(const struct fl_parquet_scan *scan, size_t group)
{
    for (size_t i = 0; i < scan->range_count; i++) {
        const struct fl_parquet_range *range = &scan->ranges[i];
        if (!fl_parquet_group_may_hold(scan->file, group, range->column, range->min, range->max))
            return true;
    }
    return false;
}

static uint32_t choose_batch_rows(const struct fl_parquet_scan *scan, const struct fl_parquet_group *group)
{
    uint64_t size_bytes = 0;
    for (size_t i = 0; i < scan->column_count; i++) {
        const uint64_t of_column = group->parts[scan->columns[i]].unpacked_bytes;
        size_bytes = of_column > UINT64_MAX - size_bytes ? UINT64_MAX : size_bytes + of_column;
    }
    const uint64_t row_bytes = size_bytes / group->rows + 1;
    uint64_t rows = BATCH_BYTES / row_bytes;
    rows = rows < BATCH_ROWS_MIN ? BATCH_ROWS_MIN : rows;
    return rows < scan->rows_max ? (uint32_t)rows : scan->rows_max;
}

static fl_status begin_group(struct fl_parquet_scan *scan, struct fl_error *error)
{
    const struct fl_parquet_group *group = group_of(scan, scan->group);
    for (size_t i = 0; i < scan->column_count; i++) {
        const size_t column = scan->columns[i];
        const fl_status status = fl_parquet_rows_begin(
            &scan->rows[i], scan->file, &scan->file->facts.columns[column], &group->parts[column], error);
        if (status != FL_OK)
            return fail_column(scan, i, status, error);
    }
    scan->rows_left = group->rows;
    scan->batch_rows = choose_batch_rows(scan, group);
    return FL_OK;
}

static fl_status end_group(const struct fl_parquet_scan *scan, struct fl_error *error)
{
    for (size_t i = 0; i < scan->column_count; i++) {
        const fl_status status = fl_parquet_rows_end(&scan->rows[i], error);
        if (status != FL_OK)
            return fail_column(scan, i, status, error);
    }
    return FL_OK;
}

/* The next row group that has rows and is not skipped; rows_left stays 0 when there is none. */
static fl_status next_group(struct fl_parquet_scan *scan, struct fl_error *error)
{
    while (scan->next_group < scan->file->facts.group_count) {
        scan->group = scan->next_group++;
        const uint64_t rows = group_of(scan, scan->group)->rows;
        if (rows != 0 && !is_skipped(scan, scan->group))
            return begin_group(scan, error);
        scan->first_row += rows;
    }
    return FL_OK;
}

fl_status fl_parquet_scan_next(struct fl_parquet_scan *scan, struct fl_parquet_batch *batch,
                               struct fl_error *error)
{
    fl_status status = FL_OK;
    *batch = (struct fl_parquet_batch){.values = scan->values};
    if (scan->rows_left == 0)
        status = next_group(scan, error);
    if (status != FL_OK || scan->rows_left == 0)
        return status;
    const size_t rows = scan->rows_left < scan->batch_rows ? (size_t)scan->rows_left : scan->batch_rows;
    for (size_t i = 0; i < scan->column_count; i++) {
        status = fl_parquet_rows_read(&scan->rows[i], rows, &scan->values[i], error);
        if (status != FL_OK)
            return fail_column(scan, i, status, error);
    }
    batch->rows = rows;
    batch->group = scan->group;
    batch->first_row = scan->first_row;
    scan->first_row += rows;
    scan->rows_left -= rows;
    return scan->rows_left == 0 ? end_group(scan, error) : FL_OK;
}
