/* parquet_read_rows.c - the rows of one column of one row group, batch by batch. */
#include "formats/parquet/parquet_read_rows.h"

#include <string.h>

#include "formats/encodings/decode_kernels.h"
#include "formats/parquet/parquet_decode_plain.h"

static const struct fl_parquet_field *column_of(const struct fl_parquet_rows *rows)
{
    return rows->pages.column;
}

static size_t size_of(const struct fl_parquet_rows *rows)
{
    return fl_parquet_form_size(column_of(rows)->form);
}

/* --- values of both kinds of columns */

/* Room for `count` values, those that are there already stay. */
static fl_status make_room(struct fl_parquet_rows *rows, uint64_t count, struct fl_error *error)
{
    struct fl_parquet_memory *memory = &rows->pages.file->memory;
    fl_status status =
        fl_parquet_memory_grow(memory, &rows->values, count * size_of(rows), "values of a batch", error);
    if (status == FL_OK)
        status = fl_parquet_memory_grow(memory, &rows->nulls, count, "nulls of a batch", error);
    if (status == FL_OK && rows->pages.dictionary.is_there)
        status = fl_parquet_memory_grow(memory, &rows->words, count * sizeof(uint32_t), "indices of a batch",
                                        error);
    return status;
}

/* Texts of the batch may lie in the old room, and the next text may begin as the last one there does. */
static fl_status make_room_beside(struct fl_parquet_rows *rows, uint64_t size, struct fl_buffer *old,
                                  struct fl_error *error)
{
    *old = (struct fl_buffer){0};
    if (size == 0)
        return FL_OK;
    *old = rows->beside;
    rows->beside = (struct fl_buffer){0};
    return fl_parquet_memory_room(&rows->pages.file->memory, &rows->beside, size, "texts of a batch", error);
}

/* `held` values to values[at ..), and their indices where there are any. */
static fl_status take_held(struct fl_parquet_rows *rows, size_t at, size_t held, struct fl_error *error)
{
    struct fl_parquet_pages *pages = &rows->pages;
    struct fl_buffer old;
    uint64_t beside_size;
    fl_status status = fl_parquet_reader_measure(&pages->reader, held, &beside_size, error);
    if (status != FL_OK)
        return status;
    status = make_room_beside(rows, beside_size, &old, error);
    uint32_t *words = pages->dictionary.is_there ? (void *)rows->words.bytes : NULL;
    if (status == FL_OK)
        status = fl_parquet_reader_take(&pages->reader, rows->values.bytes + at * size_of(rows), held,
                                        words == NULL ? NULL : words + at, rows->beside.bytes, error);
    const bool is_indices = pages->reader.way == FL_PARQUET_WAY_INDICES;
    rows->are_all_words = rows->are_all_words && (is_indices || held == 0);
    pages->is_page_in_use =
        pages->is_page_in_use || (column_of(rows)->form == FL_PARQUET_AS_TEXT && !is_indices);
    if (old.bytes == NULL)
        return status;
    const fl_status kept = fl_parquet_pages_keep(pages, &old, error);
    return status == FL_OK ? kept : status;
}

/* Moves the values, the last `held` of `count`, to where there is no null. */
static void place(struct fl_parquet_rows *rows, size_t at, size_t count, size_t held)
{
    const struct fl_decode_kernels *kernels = fl_decode_kernels();
    const uint8_t *nulls = rows->nulls.bytes + at;
    uint8_t *values = rows->values.bytes + at * size_of(rows);
    switch (column_of(rows)->form) {
    case FL_PARQUET_AS_U8:
        kernels->place_8(nulls, count, held, values);
        return;
    case FL_PARQUET_AS_I32:
    case FL_PARQUET_AS_F32:
        kernels->place_32(nulls, count, held, (void *)values);
        return;
    case FL_PARQUET_AS_I64:
    case FL_PARQUET_AS_F64:
        kernels->place_64(nulls, count, held, (void *)values);
        return;
    case FL_PARQUET_AS_TEXT:
        break;
    }
    fl_parquet_place_texts(nulls, count, held, (void *)values);
    if (rows->are_all_words && rows->pages.dictionary.is_there)
        kernels->place_32(nulls, count, held, (uint32_t *)(void *)rows->words.bytes + at);
}

/* `count` values from values[at] on, of which `held` are no nulls. */
static fl_status take_values(struct fl_parquet_rows *rows, size_t at, size_t count, size_t held,
                             struct fl_error *error)
{
    const fl_status status = take_held(rows, at + count - held, held, error);
    if (status == FL_OK && held != count)
        place(rows, at, count, held);
    return status;
}

/* --- columns of one value a row */

/* Levels become nulls where they lie. Returns how many values are there. */
static size_t levels_to_nulls(uint8_t *levels, size_t count, uint8_t level_max)
{
    size_t nulls = 0;
    for (size_t i = 0; i < count; i++) {
        levels[i] = levels[i] != level_max;
        nulls += levels[i];
    }
    return count - nulls;
}

static fl_status read_piece(struct fl_parquet_rows *rows, size_t at, size_t count, struct fl_error *error)
{
    struct fl_parquet_pages *pages = &rows->pages;
    uint8_t *nulls = rows->nulls.bytes + at;
    size_t held = count;
    fl_status status = FL_OK;
    if (column_of(rows)->level_max != 0) {
        status = fl_parquet_pages_take_levels(pages, nulls, count, error);
        if (status != FL_OK)
            return status;
        held = levels_to_nulls(nulls, count, column_of(rows)->level_max);
    }
    status = take_values(rows, at, count, held, error);
    rows->null_count += count - held;
    return status == FL_OK ? fl_parquet_pages_took(pages, count, count - held, error) : status;
}

static fl_status read_flat(struct fl_parquet_rows *rows, size_t count, struct fl_error *error)
{
    fl_status status = FL_OK;
    while (status == FL_OK && rows->count < count) {
        const size_t left = count - rows->count;
        if (rows->pages.page_left == 0)
            status = fl_parquet_pages_next(&rows->pages, error);
        /* Here, as the first page may have brought a dictionary. */
        if (status == FL_OK)
            status = make_room(rows, count, error);
        if (status != FL_OK)
            return status;
        const size_t piece = rows->pages.page_left < left ? rows->pages.page_left : left;
        status = read_piece(rows, rows->count, piece, error);
        rows->count += piece;
    }
    return status;
}

/* --- lists */

static fl_status look_ahead(struct fl_parquet_rows *rows, struct fl_error *error)
{
    struct fl_parquet_pages *pages = &rows->pages;
    fl_status status = pages->page_left == 0 ? fl_parquet_pages_next(pages, error) : FL_OK;
    if (status != FL_OK)
        return status;
    rows->ahead_at = 0;
    rows->ahead_count = pages->page_left < FL_PARQUET_AHEAD ? pages->page_left : FL_PARQUET_AHEAD;
    status = fl_parquet_pages_take_repeats(pages, rows->repeats, rows->ahead_count, error);
    if (status == FL_OK)
        status = fl_parquet_pages_take_levels(pages, rows->levels, rows->ahead_count, error);
    return status;
}

/* What a stretch of levels says. */
struct stretch {
    size_t levels; /* so many of them */
    size_t items, held;
};

/* Looks at levels up to the one that starts row number `row_end`. */
static fl_status read_stretch(struct fl_parquet_rows *rows, size_t *row, size_t row_end,
                              struct stretch *stretch, struct fl_error *error)
{
    const struct fl_parquet_field *column = column_of(rows);
    uint32_t *offsets = (void *)rows->offsets.bytes;
    *stretch = (struct stretch){0};
    for (size_t i = rows->ahead_at; i < rows->ahead_count; i++, stretch->levels++) {
        const uint8_t level = rows->levels[i];
        const bool has_item = level >= column->level_item;
        if (rows->repeats[i] == 0) {
            if (*row == row_end)
                break;
            offsets[*row] = (uint32_t)(rows->count + stretch->items);
            rows->row_nulls.bytes[(*row)++] = level + 1 < column->level_item;
        } else if (*row == 0 || !has_item) {
            return fl_fail(error, FL_CORRUPT, "an element that continues no list");
        }
        if (!has_item)
            continue;
        rows->nulls.bytes[rows->count + stretch->items++] = level != column->level_max;
        stretch->held += level == column->level_max;
    }
    return FL_OK;
}

static fl_status read_items(struct fl_parquet_rows *rows, size_t *row, size_t row_end, struct fl_error *error)
{
    struct stretch stretch;
    if (rows->count > UINT32_MAX - FL_PARQUET_AHEAD)
        return fl_fail(error, FL_LIMIT, "more than %u elements in the lists of one batch", UINT32_MAX);
    fl_status status = make_room(rows, rows->count + FL_PARQUET_AHEAD, error);
    if (status == FL_OK)
        status = read_stretch(rows, row, row_end, &stretch, error);
    if (status == FL_OK)
        status = take_values(rows, rows->count, stretch.items, stretch.held, error);
    if (status != FL_OK)
        return status;
    rows->ahead_at += stretch.levels;
    rows->count += stretch.items;
    rows->null_count += stretch.items - stretch.held;
    return fl_parquet_pages_took(&rows->pages, stretch.levels, stretch.levels - stretch.held, error);
}

static fl_status read_lists(struct fl_parquet_rows *rows, size_t count, struct fl_error *error)
{
    struct fl_parquet_pages *pages = &rows->pages;
    struct fl_parquet_memory *memory = &pages->file->memory;
    size_t row = 0;
    fl_status status = fl_parquet_memory_grow(memory, &rows->offsets, (count + 1) * sizeof(uint32_t),
                                              "lists of a batch", error);
    if (status == FL_OK)
        status = fl_parquet_memory_grow(memory, &rows->row_nulls, count, "lists of a batch", error);
    while (status == FL_OK) {
        const bool is_ahead = rows->ahead_at < rows->ahead_count;
        if (row == count && (is_ahead ? rows->repeats[rows->ahead_at] == 0
                                      : pages->page_left == 0 && pages->values_left == 0))
            break;
        status = is_ahead ? read_items(rows, &row, count, error) : look_ahead(rows, error);
    }
    if (status == FL_OK)
        ((uint32_t *)(void *)rows->offsets.bytes)[count] = (uint32_t)rows->count;
    return status;
}

/* --- both */

fl_status fl_parquet_rows_begin(struct fl_parquet_rows *rows, struct fl_parquet *file,
                                const struct fl_parquet_field *column, const struct fl_parquet_part *chunk,
                                struct fl_error *error)
{
    if (rows->pages.file != NULL)
        fl_parquet_pages_let_go(&rows->pages);
    rows->ahead_at = rows->ahead_count = 0;
    return fl_parquet_pages_begin(&rows->pages, file, column, chunk, error);
}

static bool is_any(const uint8_t *bytes, size_t count)
{
    return memchr(bytes, 1, count) != NULL;
}

static void show(const struct fl_parquet_rows *rows, size_t count, struct fl_parquet_values *values)
{
    const struct fl_parquet_dictionary *dictionary = &rows->pages.dictionary;
    *values = (struct fl_parquet_values){.count = rows->count};
    values->u8 = rows->values.bytes;
    values->nulls = rows->null_count == 0 ? NULL : rows->nulls.bytes;
    if (column_of(rows)->is_list) {
        values->offsets = (const void *)rows->offsets.bytes;
        values->row_nulls = is_any(rows->row_nulls.bytes, count) ? rows->row_nulls.bytes : NULL;
    }
    if (column_of(rows)->form != FL_PARQUET_AS_TEXT || !rows->are_all_words || !dictionary->is_there)
        return;
    values->word = (const void *)rows->words.bytes;
    values->words = (const void *)dictionary->words.bytes;
    values->word_count = dictionary->count;
}

fl_status fl_parquet_rows_read(struct fl_parquet_rows *rows, size_t count, struct fl_parquet_values *values,
                               struct fl_error *error)
{
    fl_parquet_pages_let_go(&rows->pages);
    /* Texts of the page that is half read will be in use again. */
    rows->count = rows->null_count = 0;
    rows->are_all_words = true;
    const fl_status status =
        column_of(rows)->is_list ? read_lists(rows, count, error) : read_flat(rows, count, error);
    if (status == FL_OK)
        show(rows, count, values);
    return status;
}

fl_status fl_parquet_rows_end(const struct fl_parquet_rows *rows, struct fl_error *error)
{
    return fl_parquet_pages_end(&rows->pages, error);
}

void fl_parquet_rows_release(struct fl_parquet_rows *rows)
{
    if (rows->pages.file == NULL)
        return;
    struct fl_parquet_memory *memory = &rows->pages.file->memory;
    struct fl_buffer *const buffers[] = {&rows->values,  &rows->nulls,     &rows->words,
                                         &rows->offsets, &rows->row_nulls, &rows->beside};
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
        fl_parquet_memory_release(memory, buffers[i]);
    fl_parquet_pages_release(&rows->pages);
}
