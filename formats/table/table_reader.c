/* table_reader.c - reads one table file: columns of blocks, words of columns. */
#include "formats/table/table_reader.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/encodings/encoding.h"
#include "formats/table/page_decode.h"
#include "formats/table/table_internal.h"
#include "formats/table/table_roles.h"

fl_status fl_table_open(const struct fl_io *io, const char *path, enum fl_io_mode mode,
                        struct fl_table **table, struct fl_error *error)
{
    *table = NULL;
    struct fl_table *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    fl_status status = fl_file_map_open(&opened->map, io, path, mode, error);
    if (status != FL_OK)
        goto free_table;
    status = fl_table_footer_read(&opened->map, &opened->footer, error);
    if (status != FL_OK)
        goto close_map;
    opened->words = calloc(opened->footer.column_count, sizeof *opened->words);
    if (opened->words == NULL) {
        status = fl_fail_memory(error, opened->footer.column_count * sizeof *opened->words);
        goto release_footer;
    }
    opened->types_block = SIZE_MAX;
    *table = opened;
    return FL_OK;
release_footer:
    fl_table_footer_release(&opened->footer);
close_map:
    fl_file_map_close(&opened->map);
    (void)fl_error_at_path(error, path);
free_table:
    free(opened);
    return status;
}

void fl_table_close(struct fl_table *table)
{
    if (table == NULL)
        return;
    for (uint32_t i = 0; i < table->footer.column_count; i++) {
        fl_buffer_release(&table->words[i].offsets);
        fl_buffer_release(&table->words[i].bytes);
    }
    free(table->words);
    fl_buffer_release(&table->types);
    fl_table_footer_release(&table->footer);
    fl_file_map_close(&table->map);
    free(table);
}

const struct fl_schema *fl_table_schema(const struct fl_table *table)
{
    return table->footer.schema;
}

const char *fl_table_path(const struct fl_table *table)
{
    return table->map.path;
}

const uint8_t *fl_table_uuid(const struct fl_table *table)
{
    return table->footer.uuid;
}

uint64_t fl_table_rows(const struct fl_table *table)
{
    return table->footer.rows;
}

uint64_t fl_table_size_bytes(const struct fl_table *table)
{
    return table->map.size_bytes;
}

size_t fl_table_blocks(const struct fl_table *table)
{
    return table->footer.block_count;
}

/* Index into the file's columns of one this build knows, or -1. */
static int find_known(const struct fl_table *table, uint16_t column_id)
{
    const int index = fl_footer_find(&table->footer, column_id);
    return index >= 0 && table->footer.columns[index].known != NULL ? index : -1;
}

bool fl_table_has(const struct fl_table *table, uint16_t column_id)
{
    return find_known(table, column_id) >= 0;
}

bool fl_table_has_unknown(const struct fl_table *table)
{
    for (uint32_t i = 0; i < table->footer.column_count; i++) {
        if (table->footer.columns[i].known == NULL)
            return true;
    }
    return false;
}

bool fl_table_fact_at(const struct fl_table *table, size_t index, const char **key, const char **value)
{
    if (index >= table->footer.fact_count)
        return false;
    const char *at = table->footer.facts;
    for (size_t i = 0; i < 2 * index; i++)
        at += strlen(at) + 1;
    *key = at;
    *value = at + strlen(at) + 1;
    return true;
}

const char *fl_table_fact(const struct fl_table *table, const char *key)
{
    const char *found, *value;
    for (size_t i = 0; fl_table_fact_at(table, i, &found, &value); i++) {
        if (strcmp(found, key) == 0)
            return value;
    }
    return NULL;
}

struct fl_block_facts fl_table_block(const struct fl_table *table, size_t block)
{
    const struct fl_table_footer *footer = &table->footer;
    assert(block < footer->block_count);
    const struct fl_block_entry *entry = &footer->blocks[block];
    struct fl_block_facts facts = {.rows = fl_get32(entry->rows), .day_max = -1};
    if (footer->schema->columns[0].kind == FL_KIND_KEY) {
        facts.customer_min = (int64_t)fl_get64(fl_footer_page(footer, block, 0)->min);
        facts.customer_max = (int64_t)fl_get64(fl_footer_page(footer, block, 0)->max);
    }
    const int day = fl_footer_find(footer, fl_schema_day_id(footer->schema));
    if (day >= 0) {
        facts.day_min = (int32_t)fl_get64(fl_footer_page(footer, block, (size_t)day)->min);
        facts.day_max = (int32_t)fl_get64(fl_footer_page(footer, block, (size_t)day)->max);
    }
    for (size_t i = 0; i < 4; i++)
        facts.type_bits[i] = fl_get64(entry->type_bits[i]);
    return facts;
}

size_t fl_table_find_block(const struct fl_table *table, int64_t customer)
{
    size_t first = 0, end = fl_table_blocks(table);
    while (first < end) {
        const size_t middle = first + (end - first) / 2;
        if (fl_table_block(table, middle).customer_max < customer)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

bool fl_table_page(const struct fl_table *table, size_t block, uint16_t column_id,
                   struct fl_page_facts *facts)
{
    assert(block < table->footer.block_count);
    const int column = find_known(table, column_id);
    if (column < 0)
        return false;
    const struct fl_page_entry *entry = fl_footer_page(&table->footer, block, (size_t)column);
    *facts = (struct fl_page_facts){
        .encoding = entry->encoding,
        .lz4 = (entry->flags & FL_PAGE_FLAG_LZ4) != 0,
        .zstd = (entry->flags & FL_PAGE_FLAG_ZSTD) != 0,
        .typed_nulls = (entry->flags & FL_PAGE_FLAG_TYPED_NULLS) != 0,
        .offset = fl_get64(entry->offset),
        .stored_bytes = fl_get32(entry->stored_bytes),
        .unpacked_bytes = fl_get32(entry->unpacked_bytes),
        .nulls = fl_get32(entry->nulls),
        .min = (int64_t)fl_get64(entry->min),
        .max = (int64_t)fl_get64(entry->max),
        .sum = fl_get64(entry->sum),
    };
    return true;
}

/* ---- columns ---- */

/* One column of one block: `entry` is NULL when the file lacks the column. */
struct page_place {
    struct fl_table *table;
    size_t block, rows;
    const struct fl_column *column;
    const struct fl_page_entry *entry;
};

static struct page_place place_of(struct fl_table *table, size_t block, uint16_t column_id)
{
    const struct fl_table_footer *footer = &table->footer;
    const int in_schema = fl_schema_find_id(footer->schema, column_id),
              in_file = find_known(table, column_id);
    assert(block < footer->block_count && in_schema >= 0);
    return (struct page_place){
        .table = table,
        .block = block,
        .rows = fl_get32(footer->blocks[block].rows),
        .column = &footer->schema->columns[in_schema],
        .entry = in_file < 0 ? NULL : fl_footer_page(footer, block, (size_t)in_file),
    };
}

static size_t null_count(const struct page_place *place)
{
    return place->entry == NULL ? place->rows : fl_get32(place->entry->nulls);
}

static fl_status fail_at(const struct page_place *place, struct fl_error *error)
{
    (void)fl_error_at_path(error, place->table->map.path);
    return fl_error_at_block(error, (int64_t)place->block, place->column->name);
}

static fl_status load(const struct page_place *place, const uint8_t *types, bool keep,
                      struct fl_column_scratch *scratch, struct fl_page_source *page, struct fl_error *error)
{
    *page = (struct fl_page_source){.entry = place->entry, .rows = place->rows, .types = types};
    return fl_page_load(place->table, place->entry, (uint32_t)place->block, place->column->id, keep, scratch,
                        &page->bytes, error);
}

static fl_status read_integers(const struct page_place *place, const uint8_t *types, void *values,
                               uint8_t *nulls, struct fl_column_scratch *scratch, struct fl_error *error)
{
    const enum fl_storage storage = fl_kind_storage(place->column->kind);
    if (place->entry == NULL) {
        fl_page_decode_absent(storage, place->rows, values, nulls);
        return FL_OK;
    }
    struct fl_page_source page;
    fl_status status = load(place, types, false, scratch, &page, error);
    if (status == FL_OK)
        status = fl_page_decode_integers(&page, storage, values, nulls, error);
    status = fl_page_unload(place->table, place->entry, status, error);
    return status == FL_OK ? FL_OK : fail_at(place, error);
}

/* The types of the place's block, when its page has nulls by type; they are kept from page to page. */
static fl_status types_for(const struct page_place *place, struct fl_column_scratch *scratch,
                           const uint8_t **types, struct fl_error *error)
{
    struct fl_table *table = place->table;
    *types = NULL;
    if (place->entry == NULL || (place->entry->flags & FL_PAGE_FLAG_TYPED_NULLS) == 0)
        return FL_OK;
    if (table->types_block != place->block) {
        const struct page_place of_types =
            place_of(table, place->block, (uint16_t)fl_schema_type_id(table->footer.schema));
        table->types_block = SIZE_MAX;
        if (!fl_buffer_reserve(&table->types, of_types.rows))
            return fl_fail_memory(error, of_types.rows);
        const fl_status status = read_integers(&of_types, NULL, table->types.bytes, NULL, scratch, error);
        if (status != FL_OK)
            return status;
        table->types_block = place->block;
    }
    *types = table->types.bytes;
    return FL_OK;
}

/* Points the member that counts at the values. */
static void set_values(struct fl_column_data *data, enum fl_storage storage)
{
    void *values = data->values_buffer.bytes;
    switch (storage) {
    case FL_STORAGE_U8:
        data->as.u8 = values;
        break;
    case FL_STORAGE_I32:
        data->as.i32 = values;
        break;
    case FL_STORAGE_I64:
        data->as.i64 = values;
        break;
    case FL_STORAGE_WORD:
        data->as.words = values;
        break;
    case FL_STORAGE_TEXT:
        data->text_offsets = values;
        break;
    }
}

static fl_status read_texts(const struct page_place *place, const uint8_t *types, struct fl_column_data *data,
                            struct fl_error *error)
{
    uint32_t *offsets = (uint32_t *)(void *)data->values_buffer.bytes;
    if (place->entry == NULL) {
        memset(offsets, 0, (place->rows + 1) * sizeof *offsets);
        memset(data->nulls_buffer.bytes, 1, place->rows);
        data->text_bytes = "";
        return FL_OK;
    }
    struct fl_page_source page;
    fl_status status = load(place, types, true, &data->scratch, &page, error);
    if (status == FL_OK)
        status = fl_page_decode_texts(&page, data->scratch.unpacked.bytes, offsets, data->nulls_buffer.bytes,
                                      &data->text_bytes, error);
    status = fl_page_unload(place->table, place->entry, status, error);
    return status == FL_OK ? FL_OK : fail_at(place, error);
}

fl_status fl_table_read_column(struct fl_table *table, size_t block, uint16_t column_id,
                               struct fl_column_data *data, struct fl_error *error)
{
    const struct page_place place = place_of(table, block, column_id);
    const enum fl_storage storage = fl_kind_storage(place.column->kind);
    const bool is_text = storage == FL_STORAGE_TEXT, has_nulls = null_count(&place) > 0;
    const size_t value_bytes = is_text ? sizeof(uint32_t) : fl_kind_size_bytes(place.column->kind);
    if (!fl_buffer_reserve(&data->values_buffer, (place.rows + 1) * value_bytes) ||
        (has_nulls && !fl_buffer_reserve(&data->nulls_buffer, place.rows)))
        return fl_fail_memory(error, (place.rows + 1) * value_bytes);
    data->rows = place.rows;
    data->nulls = has_nulls ? data->nulls_buffer.bytes : NULL;
    set_values(data, storage);
    const uint8_t *types;
    const fl_status status = types_for(&place, &data->scratch, &types, error);
    if (status != FL_OK)
        return status;
    if (is_text)
        return read_texts(&place, types, data, error);
    return read_integers(&place, types, data->values_buffer.bytes, data->nulls_buffer.bytes, &data->scratch,
                         error);
}

void fl_column_scratch_release(struct fl_column_scratch *scratch)
{
    fl_buffer_release(&scratch->stored);
    fl_buffer_release(&scratch->unpacked);
}

void fl_column_data_release(struct fl_column_data *data)
{
    fl_buffer_release(&data->values_buffer);
    fl_buffer_release(&data->nulls_buffer);
    fl_column_scratch_release(&data->scratch);
    *data = (struct fl_column_data){0};
}

fl_status fl_table_read_into(struct fl_table *table, size_t block, uint16_t column_id, void *values,
                             uint8_t *nulls, bool *has_nulls, struct fl_column_scratch *scratch,
                             struct fl_error *error)
{
    const struct page_place place = place_of(table, block, column_id);
    assert(fl_kind_storage(place.column->kind) != FL_STORAGE_TEXT);
    *has_nulls = null_count(&place) > 0;
    if (*has_nulls && nulls == NULL) {
        (void)fl_fail(error, FL_CORRUPT, "%zu nulls where none can be", null_count(&place));
        return fail_at(&place, error);
    }
    const uint8_t *types;
    const fl_status status = types_for(&place, scratch, &types, error);
    return status == FL_OK ? read_integers(&place, types, values, nulls, scratch, error) : status;
}

fl_status fl_table_read_runs(struct fl_table *table, size_t block, uint16_t column_id, int64_t *value,
                             uint32_t *end_row, size_t *count, struct fl_column_scratch *scratch,
                             struct fl_error *error)
{
    const struct page_place place = place_of(table, block, column_id);
    assert(place.column->kind == FL_KIND_KEY);
    if (null_count(&place) > 0) {
        (void)fl_fail(error, FL_CORRUPT, "%zu nulls where none can be", null_count(&place));
        return fail_at(&place, error);
    }
    *count = 0;
    struct fl_page_source page;
    fl_status status = load(&place, NULL, false, scratch, &page, error);
    if (status == FL_OK)
        status = fl_page_decode_runs(&page, value, end_row, count, error);
    status = fl_page_unload(table, place.entry, status, error);
    return status == FL_OK ? FL_OK : fail_at(&place, error);
}

/* ---- words ---- */

/* Sizes were checked at open, page by page and in sum. */
static bool reserve_words(const struct fl_footer_column *column, struct fl_table_words *words)
{
    return fl_buffer_reserve(&words->offsets, ((size_t)column->word_count + 1) * sizeof(uint32_t)) &&
           fl_buffer_reserve(&words->bytes, column->word_bytes == 0 ? 1 : column->word_bytes);
}

/* Appends one page's words. offsets[first] is where they start. */
static fl_status take_words(const struct fl_page_entry *entry, const uint8_t *bytes, size_t first,
                            size_t count, struct fl_table_words *words, struct fl_error *error)
{
    uint32_t *offsets = (uint32_t *)(void *)words->offsets.bytes + first;
    const uint32_t start = offsets[0];
    const uint8_t *text_bytes;
    const fl_status status = fl_string_decode(bytes, fl_get32(entry->unpacked_bytes), count,
                                              FL_WORD_BYTES_MAX, offsets, &text_bytes, error);
    if (status != FL_OK)
        return status;
    const uint32_t size = offsets[count];
    if (size != fl_get64(entry->sum))
        return fl_fail(error, FL_CORRUPT, "dictionary page of %u bytes of words, %ju were promised", size,
                       (uintmax_t)fl_get64(entry->sum));
    memcpy(words->bytes.bytes + start, text_bytes, size);
    for (size_t i = 0; i <= count; i++)
        offsets[i] += start;
    return FL_OK;
}

static fl_status read_dictionary_page(struct fl_table *table, const struct fl_footer_column *column,
                                      size_t index, struct fl_table_words *words, struct fl_error *error)
{
    const struct fl_page_entry *entry = &column->dictionary_pages[index];
    const size_t first = index * FL_DICTIONARY_PAGE_WORDS, left = column->word_count - first;
    const size_t count = left < FL_DICTIONARY_PAGE_WORDS ? left : FL_DICTIONARY_PAGE_WORDS;
    struct fl_column_scratch scratch = {0};
    const uint8_t *bytes;
    fl_status status =
        fl_page_load(table, entry, fl_bind_dictionary(index), column->id, false, &scratch, &bytes, error);
    if (status == FL_OK)
        status = take_words(entry, bytes, first, count, words, error);
    status = fl_page_unload(table, entry, status, error);
    fl_column_scratch_release(&scratch);
    return status;
}

static fl_status check_words(const struct fl_words *words, struct fl_error *error)
{
    for (size_t i = 0; i < words->count; i++) {
        const struct fl_text word = fl_words_at(words, i);
        if (word.size == 0)
            return fl_fail(error, FL_CORRUPT, "word %zu is empty", i);
        if (i > 0 && fl_text_compare(fl_words_at(words, i - 1), word) >= 0)
            return fl_fail(error, FL_CORRUPT, "word %zu does not come after the one before it", i);
    }
    return FL_OK;
}

static fl_status read_words(struct fl_table *table, const struct fl_footer_column *column,
                            struct fl_table_words *words, struct fl_error *error)
{
    if (!reserve_words(column, words))
        return fl_fail_memory(error, column->word_bytes + column->word_count * sizeof(uint32_t));
    memset(words->offsets.bytes, 0, sizeof(uint32_t));
    fl_status status = FL_OK;
    for (size_t i = 0; status == FL_OK && i < fl_footer_dictionary_pages(column->word_count); i++)
        status = read_dictionary_page(table, column, i, words, error);
    if (status != FL_OK)
        return status;
    words->words = (struct fl_words){column->word_count, (const uint32_t *)(const void *)words->offsets.bytes,
                                     (const char *)words->bytes.bytes};
    return check_words(&words->words, error);
}

fl_status fl_table_words(struct fl_table *table, uint16_t column_id, const struct fl_words **words,
                         struct fl_error *error)
{
    static const uint32_t no_offsets[1];
    static const struct fl_words no_words = {0, no_offsets, ""};
    const int index = find_known(table, column_id);
    *words = &no_words;
    if (index < 0)
        return FL_OK;
    struct fl_table_words *kept = &table->words[index];
    if (!kept->ready) {
        const struct fl_footer_column *column = &table->footer.columns[index];
        const fl_status status = read_words(table, column, kept, error);
        if (status != FL_OK) {
            (void)fl_error_at_path(error, table->map.path);
            (void)fl_error_at_block(error, -1, column->known->name);
            return status;
        }
        kept->ready = true;
    }
    *words = &kept->words;
    return FL_OK;
}
