/* fold_cursor.c - decodes a block of a folded file and gives its rows keys that compare fast. */
#include "formats/compact/fold_cursor.h"

#include <stdlib.h>

#include "formats/base/limits.h"

static size_t storage_bytes(enum fl_storage storage)
{
    switch (storage) {
    case FL_STORAGE_U8:
        return 1;
    case FL_STORAGE_I32:
    case FL_STORAGE_WORD:
        return 4;
    case FL_STORAGE_I64:
        return 8;
    case FL_STORAGE_TEXT:
        break;
    }
    return sizeof(struct fl_text);
}

static uint32_t largest_block(const struct fl_table *table)
{
    uint32_t rows = 0;
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        const uint32_t of_block = fl_table_block(table, block).rows;
        rows = of_block > rows ? of_block : rows;
    }
    return rows;
}

/* A page of texts is held unpacked, with an offset for each row. */
static uint64_t text_memory(const struct fl_table *table, uint16_t column_id, uint64_t rows)
{
    uint64_t page_bytes = 0;
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        struct fl_page_facts facts;
        if (fl_table_page(table, block, column_id, &facts) && facts.unpacked_bytes > page_bytes)
            page_bytes = facts.unpacked_bytes;
    }
    return page_bytes + rows * sizeof(uint32_t);
}

uint64_t fl_fold_cursor_memory(const struct fl_fold_columns *columns, const struct fl_table *table)
{
    const uint64_t rows = (uint64_t)largest_block(table) + 1;
    uint64_t bytes = sizeof(struct fl_fold_cursor) + 2 * rows * sizeof(uint64_t);
    for (size_t i = 0; i < columns->count; i++) {
        if (!fl_table_has(table, columns->ids[i]))
            continue;
        bytes += rows * (storage_bytes(columns->storage[i]) + 1);
        if (columns->storage[i] == FL_STORAGE_TEXT)
            bytes += text_memory(table, columns->ids[i], rows);
        /* The union has at least the words of any one file. */
        bytes += columns->words[i].words.count * sizeof(uint32_t);
    }
    return bytes;
}

static fl_status map_words(const struct fl_fold_columns *columns, struct fl_table *table, size_t column,
                           uint32_t **numbers, struct fl_error *error)
{
    const struct fl_words *words;
    fl_status status = fl_table_words(table, columns->ids[column], &words, error);
    if (status != FL_OK)
        return status;
    *numbers = malloc((words->count + 1) * sizeof **numbers);
    if (*numbers == NULL)
        return fl_fail_memory(error, words->count * sizeof **numbers);
    fl_word_union_map(&columns->words[column], words, *numbers);
    return FL_OK;
}

/* A table keeps its words as long as it is open, which only their numbers need: so it is not the one that is
 * read from. */
static fl_status map_all_words(struct fl_fold_cursor *cursor, const struct fl_data_folder *folder,
                               const struct fl_data_file *file, struct fl_error *error)
{
    const struct fl_fold_columns *columns = cursor->columns;
    struct fl_table *table;
    fl_status status = fl_fold_open_table(folder, file, &table, error);
    if (status != FL_OK)
        return status;
    for (size_t i = 0; i < columns->count && status == FL_OK; i++) {
        if (columns->storage[i] == FL_STORAGE_WORD && fl_table_has(table, columns->ids[i]))
            status = map_words(columns, table, i, &cursor->cells[i].numbers, error);
    }
    fl_table_close(table);
    return status;
}

static bool allocate_column(struct fl_fold_cells *cells, enum fl_storage storage, size_t rows)
{
    void *values = malloc(rows * storage_bytes(storage));
    cells->nulls = malloc(rows);
    cells->values = values;
    if (storage == FL_STORAGE_TEXT)
        cells->texts = values;
    return values != NULL && cells->nulls != NULL;
}

fl_status fl_fold_cursor_open(struct fl_fold_cursor *cursor, const struct fl_fold_columns *columns,
                              const struct fl_data_folder *folder, const struct fl_data_file *file,
                              struct fl_table *table, struct fl_error *error)
{
    const size_t rows = (size_t)largest_block(table) + 1;
    cursor->columns = columns;
    cursor->table = table;
    cursor->high = malloc(rows * sizeof *cursor->high);
    cursor->low = malloc(rows * sizeof *cursor->low);
    bool allocated = cursor->high != NULL && cursor->low != NULL;
    for (size_t i = 0; i < columns->count && allocated; i++) {
        if (fl_table_has(table, columns->ids[i]))
            allocated = allocate_column(&cursor->cells[i], columns->storage[i], rows);
    }
    if (!allocated)
        return fl_fail_memory(error, fl_fold_cursor_memory(columns, table));
    return map_all_words(cursor, folder, file, error);
}

void fl_fold_cursor_close(struct fl_fold_cursor *cursor)
{
    for (size_t i = 0; i < FL_FOLD_COLUMNS_MAX; i++) {
        struct fl_fold_cells *cells = &cursor->cells[i];
        free(cells->values);
        free(cells->nulls);
        free(cells->numbers);
        fl_column_data_release(&cells->page);
        fl_buffer_release(&cells->last_text);
    }
    free(cursor->high);
    free(cursor->low);
    fl_table_close(cursor->table);
    *cursor = (struct fl_fold_cursor){0};
}

/* ---- keys ---- */

/* The top 64 bits of each row's value, in an order of unsigned numbers: 0 for null. Not one to one for 64-bit
 * numbers and texts. */
static uint64_t top_bits(const struct fl_fold_cells *cells, enum fl_storage storage, size_t row)
{
    if (cells->values == NULL || cells->nulls[row] != 0)
        return 0;
    switch (storage) {
    case FL_STORAGE_U8:
        return ((uint64_t)((const uint8_t *)cells->values)[row] + 1) << 55;
    case FL_STORAGE_I32:
        return (uint64_t)((int64_t)((const int32_t *)cells->values)[row] - INT32_MIN + 1) << 31;
    case FL_STORAGE_WORD:
        return ((uint64_t)((const uint32_t *)cells->values)[row] + 1) << 31;
    case FL_STORAGE_I64:
        return (uint64_t)((const int64_t *)cells->values)[row] ^ (uint64_t)1 << 63;
    case FL_STORAGE_TEXT:
        break;
    }
    return 0;
}

/* How many of the top bits tell all values and null apart; 0: not even 64 do. */
static unsigned whole_bits(enum fl_storage storage)
{
    if (storage == FL_STORAGE_U8)
        return 9;
    return storage == FL_STORAGE_I32 || storage == FL_STORAGE_WORD ? 33 : 0;
}

/* high: the first column. low: as many of the next as fit whole, then the top of one more; of an interaction
 * the day, the type and 22 bits of the order. */
static void make_keys(struct fl_fold_cursor *cursor)
{
    const struct fl_fold_columns *columns = cursor->columns;
    for (size_t row = 1; row <= cursor->rows; row++) {
        cursor->high[row] = top_bits(&cursor->cells[0], columns->storage[0], row);
        cursor->low[row] = 0;
    }
    unsigned used_bits = 0;
    for (size_t i = 1; i < columns->count && used_bits < 64; i++) {
        const enum fl_storage storage = columns->storage[i];
        for (size_t row = 1; row <= cursor->rows; row++)
            cursor->low[row] |= top_bits(&cursor->cells[i], storage, row) >> used_bits;
        if (whole_bits(storage) == 0)
            break;
        used_bits += whole_bits(storage);
    }
}

static int compare_values(const struct fl_fold_cells *a, size_t a_row, const struct fl_fold_cells *b,
                          size_t b_row, enum fl_storage storage)
{
    if (storage == FL_STORAGE_TEXT)
        return fl_text_compare(a->texts[a_row], b->texts[b_row]);
    if (storage == FL_STORAGE_I64) {
        const int64_t x = ((const int64_t *)a->values)[a_row], y = ((const int64_t *)b->values)[b_row];
        return (x > y) - (x < y);
    }
    const uint64_t x = top_bits(a, storage, a_row), y = top_bits(b, storage, b_row);
    return (x > y) - (x < y);
}

static bool is_null(const struct fl_fold_cells *cells, size_t row)
{
    return cells->values == NULL || cells->nulls[row] != 0;
}

int fl_fold_compare(const struct fl_fold_cursor *a, size_t a_row, const struct fl_fold_cursor *b,
                    size_t b_row)
{
    if (a->high[a_row] != b->high[b_row])
        return a->high[a_row] < b->high[b_row] ? -1 : 1;
    if (a->low[a_row] != b->low[b_row])
        return a->low[a_row] < b->low[b_row] ? -1 : 1;
    for (size_t i = 0; i < a->columns->count; i++) {
        const struct fl_fold_cells *of_a = &a->cells[i], *of_b = &b->cells[i];
        const bool a_null = is_null(of_a, a_row), b_null = is_null(of_b, b_row);
        if (a_null && b_null)
            continue;
        if (a_null || b_null)
            return (int)b_null - (int)a_null;
        const int order = compare_values(of_a, a_row, of_b, b_row, a->columns->storage[i]);
        if (order != 0)
            return order;
    }
    return 0;
}

/* ---- blocks ---- */

/* The last row becomes row 0, which the first of the next block is compared with. */
static bool keep_last_row(struct fl_fold_cursor *cursor)
{
    const size_t last = cursor->rows;
    for (size_t i = 0; i < cursor->columns->count; i++) {
        struct fl_fold_cells *cells = &cursor->cells[i];
        if (cells->values == NULL)
            continue;
        cells->nulls[0] = cells->nulls[last];
        if (cells->texts == NULL) {
            const size_t size = storage_bytes(cursor->columns->storage[i]);
            memmove(cells->values, (const char *)cells->values + last * size, size);
            continue;
        }
        cells->last_text.size = 0;
        if (!fl_buffer_append(&cells->last_text, cells->texts[last].bytes, cells->texts[last].size))
            return false;
        cells->texts[0] = (struct fl_text){(const char *)cells->last_text.bytes, cells->last_text.size};
    }
    cursor->high[0] = cursor->high[last];
    cursor->low[0] = cursor->low[last];
    return true;
}

static fl_status load_texts(struct fl_fold_cursor *cursor, size_t block, size_t column,
                            struct fl_error *error)
{
    struct fl_fold_cells *cells = &cursor->cells[column];
    struct fl_column_data *page = &cells->page;
    const fl_status status =
        fl_table_read_column(cursor->table, block, cursor->columns->ids[column], page, error);
    if (status != FL_OK)
        return status;
    for (size_t row = 0; row < page->rows; row++) {
        const uint32_t start = page->text_offsets[row];
        cells->texts[row + 1] =
            (struct fl_text){page->text_bytes + start, page->text_offsets[row + 1] - start};
        cells->nulls[row + 1] = page->nulls != NULL ? page->nulls[row] : 0;
    }
    return FL_OK;
}

static fl_status load_numbers(struct fl_fold_cursor *cursor, size_t block, size_t column,
                              struct fl_column_scratch *scratch, struct fl_error *error)
{
    struct fl_fold_cells *cells = &cursor->cells[column];
    const enum fl_storage storage = cursor->columns->storage[column];
    void *values = (char *)cells->values + storage_bytes(storage);
    uint8_t *nulls = cells->nulls + 1;
    bool has_nulls;
    const fl_status status = fl_table_read_into(cursor->table, block, cursor->columns->ids[column], values,
                                                nulls, &has_nulls, scratch, error);
    if (status != FL_OK)
        return status;
    if (!has_nulls)
        memset(nulls, 0, cursor->rows);
    uint32_t *words = values;
    for (size_t row = 0; storage == FL_STORAGE_WORD && row < cursor->rows; row++) {
        if (nulls[row] == 0)
            words[row] = cells->numbers[words[row]];
    }
    return FL_OK;
}

static fl_status check_order(const struct fl_fold_cursor *cursor, size_t block, struct fl_error *error)
{
    for (size_t row = block == 0 ? 2 : 1; row <= cursor->rows; row++) {
        if (fl_fold_compare(cursor, row - 1, cursor, row) <= 0)
            continue;
        (void)fl_fail(error, FL_CORRUPT, "row %zu comes before the one ahead of it in sort order", row - 1);
        (void)fl_error_at_path(error, fl_table_path(cursor->table));
        (void)fl_error_at_block(error, (int64_t)block, NULL);
        return FL_CORRUPT;
    }
    return FL_OK;
}

fl_status fl_fold_cursor_load(struct fl_fold_cursor *cursor, struct fl_column_scratch *scratch,
                              struct fl_error *error)
{
    const size_t block = cursor->next_block;
    if (block > 0 && !keep_last_row(cursor))
        return fl_fail_memory(error, FL_TEXT_BYTES_MAX);
    cursor->row = 1;
    cursor->rows = 0;
    if (block == fl_table_blocks(cursor->table))
        return FL_OK;
    cursor->next_block++;
    cursor->rows = fl_table_block(cursor->table, block).rows;
    fl_status status = FL_OK;
    for (size_t i = 0; i < cursor->columns->count && status == FL_OK; i++) {
        if (cursor->cells[i].values == NULL)
            continue;
        status = cursor->columns->storage[i] == FL_STORAGE_TEXT
                     ? load_texts(cursor, block, i, error)
                     : load_numbers(cursor, block, i, scratch, error);
    }
    if (status != FL_OK)
        return status;
    make_keys(cursor);
    return check_order(cursor, block, error);
}
