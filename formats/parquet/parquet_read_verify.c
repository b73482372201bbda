/* parquet_read_verify.c - every page of a Parquet file read and compared with what is said of it. */
#include <stdlib.h>
#include <string.h>

#include "formats/parquet/parquet_read_pages.h"
#include "formats/parquet/parquet_read_bounds.h"

enum { PIECE = 1024 };

/* One column of one row group. */
struct check {
    struct fl_parquet_pages pages;
    struct fl_buffer beside;
    uint64_t rows, nulls;
    bool has_bounds;
    int64_t min, max; /* as the statistics say */
    uint8_t repeats[PIECE], levels[PIECE];
    uint32_t words[PIECE];
    struct fl_text values[PIECE]; /* the largest form */
};

static bool is_text(const struct fl_parquet_field *column)
{
    return column->logical == FL_PARQUET_LOGICAL_STRING || column->logical == FL_PARQUET_LOGICAL_JSON ||
           column->logical == FL_PARQUET_LOGICAL_ENUM;
}

/* A text may hold U+0000 here, although our own tables cannot. */
static bool is_utf8(struct fl_text text)
{
    while (text.size != 0) {
        const char *zero = memchr(text.bytes, 0, text.size);
        const size_t size = zero == NULL ? text.size : (size_t)(zero - text.bytes);
        if (!fl_utf8_is_valid(text.bytes, size))
            return false;
        const size_t step = zero == NULL ? size : size + 1;
        text.bytes += step;
        text.size -= step;
    }
    return true;
}

static fl_status check_texts(const struct check *check, size_t count, struct fl_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_utf8(check->values[i]))
            return fl_fail(error, FL_CORRUPT, "a text that is not UTF-8");
    }
    return FL_OK;
}

static fl_status check_bounds(const struct check *check, size_t count, struct fl_error *error)
{
    const bool is_32 = check->pages.column->type == FL_PARQUET_INT32;
    const int32_t *i32 = (const void *)check->values;
    const int64_t *i64 = (const void *)check->values;
    for (size_t i = 0; i < count; i++) {
        const int64_t value = is_32 ? i32[i] : i64[i];
        if (value < check->min || value > check->max)
            return fl_fail(error, FL_CORRUPT,
                           "a value outside of the smallest and largest that the footer names");
    }
    return FL_OK;
}

static fl_status check_values(const struct check *check, size_t count, struct fl_error *error)
{
    if (is_text(check->pages.column))
        return check_texts(check, count, error);
    return check->has_bounds ? check_bounds(check, count, error) : FL_OK;
}

static fl_status take_levels(struct check *check, size_t count, size_t *held, struct fl_error *error)
{
    const struct fl_parquet_field *column = check->pages.column;
    fl_status status = fl_parquet_pages_take_levels(&check->pages, check->levels, count, error);
    if (status == FL_OK)
        status = fl_parquet_pages_take_repeats(&check->pages, check->repeats, count, error);
    if (status != FL_OK)
        return status;
    if (check->rows == 0 && check->repeats[0] != 0)
        return fl_fail(error, FL_CORRUPT, "an element that continues no list");
    *held = 0;
    for (size_t i = 0; i < count; i++) {
        *held += check->levels[i] == column->level_max;
        check->rows += check->repeats[i] == 0;
    }
    return FL_OK;
}

/* `before`: bytes of the piece before, which the first text may continue. */
static fl_status take_values(struct check *check, size_t held, struct fl_error *error)
{
    struct fl_parquet_memory *memory = &check->pages.file->memory;
    struct fl_buffer before = check->beside;
    uint64_t beside_size;
    fl_status status = fl_parquet_reader_measure(&check->pages.reader, held, &beside_size, error);
    if (status != FL_OK)
        return status;
    check->beside = (struct fl_buffer){0};
    status = fl_parquet_memory_room(memory, &check->beside, beside_size, "texts of a page", error);
    if (status == FL_OK)
        status = fl_parquet_reader_take(&check->pages.reader, check->values, held, check->words,
                                        check->beside.bytes, error);
    fl_parquet_memory_release(memory, &before);
    return status == FL_OK ? check_values(check, held, error) : status;
}

static fl_status check_piece(struct check *check, struct fl_error *error)
{
    struct fl_parquet_pages *pages = &check->pages;
    size_t held = 0;
    fl_status status = pages->page_left == 0 ? fl_parquet_pages_next(pages, error) : FL_OK;
    if (status != FL_OK)
        return status;
    const size_t count = pages->page_left < PIECE ? pages->page_left : PIECE;
    status = take_levels(check, count, &held, error);
    if (status == FL_OK)
        status = take_values(check, held, error);
    check->nulls += count - held;
    return status == FL_OK ? fl_parquet_pages_took(pages, count, count - held, error) : status;
}

static fl_status check_counts(const struct check *check, uint64_t rows, struct fl_error *error)
{
    const struct fl_parquet_part *chunk = check->pages.chunk;
    if (check->rows != rows)
        return fl_fail(error, FL_CORRUPT, "%llu rows, the row group has %llu",
                       (unsigned long long)check->rows, (unsigned long long)rows);
    /* Of lists, writers disagree on whether empty ones count. */
    if (chunk->has_nulls_counted && check->pages.column->repeat_max == 0 && chunk->nulls != check->nulls)
        return fl_fail(error, FL_CORRUPT, "%llu nulls, the footer says %llu",
                       (unsigned long long)check->nulls, (unsigned long long)chunk->nulls);
    return FL_OK;
}

static fl_status check_chunk(struct check *check, struct fl_parquet *file, size_t group, size_t column,
                             struct fl_error *error)
{
    const struct fl_parquet_part *chunk = &file->facts.groups[group].parts[column];
    const struct fl_parquet_field *facts = &file->facts.columns[column];
    check->rows = check->nulls = 0;
    check->has_bounds = fl_parquet_bound_value(facts, chunk->min, &check->min) &&
                        fl_parquet_bound_value(facts, chunk->max, &check->max);
    fl_status status = fl_parquet_pages_begin(&check->pages, file, facts, chunk, error);
    while (status == FL_OK && (check->pages.page_left != 0 || check->pages.values_left != 0)) {
        fl_parquet_pages_let_go(&check->pages);
        status = check_piece(check, error);
    }
    if (status == FL_OK)
        status = check_counts(check, file->facts.groups[group].rows, error);
    if (status == FL_OK)
        return FL_OK;
    return fl_parquet_error_at(error, status, file, group, column,
                               check->pages.file == NULL ? -1 : (int64_t)check->pages.page_offset);
}

fl_status fl_parquet_verify(struct fl_parquet *file, struct fl_parquet_verified *verified,
                            struct fl_error *error)
{
    const struct fl_parquet_facts *facts = &file->facts;
    *verified = (struct fl_parquet_verified){0};
    struct check *check = calloc(1, sizeof *check);
    if (check == NULL)
        return fl_fail_memory(error, sizeof *check);
    fl_status status = FL_OK;
    for (size_t column = 0; column < facts->column_count; column++)
        verified->columns_by_levels += facts->columns[column].refused != NULL;
    for (size_t group = 0; status == FL_OK && group < facts->group_count; group++) {
        for (size_t column = 0; status == FL_OK && column < facts->column_count; column++)
            status = check_chunk(check, file, group, column, error);
    }
    verified->pages = check->pages.pages;
    verified->pages_unsealed = check->pages.pages_unsealed;
    fl_parquet_memory_release(&file->memory, &check->beside);
    fl_parquet_pages_release(&check->pages);
    free(check);
    return status;
}
