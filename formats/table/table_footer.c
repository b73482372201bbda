/* table_footer.c - what a table file says about itself, checked once. */
#include "formats/table/table_footer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/base/cursor.h"
#include "formats/base/text.h"
#include "formats/table/page_check.h"
#include "formats/table/table_roles.h"

static bool all_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

/* ---- header ---- */

/* In this order, so that damage is called damage: the checksum stands in the same place in every version. */
static fl_status check_header(const struct fl_table_header *header, struct fl_error *error)
{
    if (memcmp(header->magic, FL_TABLE_MAGIC, FL_MAGIC_SIZE) != 0)
        return fl_fail(error, FL_CORRUPT, "not a table file: it does not start with " FL_TABLE_MAGIC);
    const uint64_t checksum = fl_checksum_bound(header->uuid, FL_BIND_FILE, FL_BIND_HEADER, header,
                                                offsetof(struct fl_table_header, checksum));
    if (checksum != fl_get64(header->checksum))
        return fl_fail(error, FL_CORRUPT,
                       "header: checksum does not match; the file was damaged after writing");
    const unsigned version = fl_get16(header->version);
    if (version < 1 || version > FL_TABLE_VERSION)
        return fl_fail(error, FL_UNSUPPORTED, "table file version %u, this build reads 1 to %d", version,
                       (int)FL_TABLE_VERSION);
    const uint32_t unknown = fl_get32(header->incompatible) & ~(uint32_t)FL_TABLE_FEATURES_KNOWN;
    if (unknown != 0)
        return fl_fail(error, FL_UNSUPPORTED, "features 0x%08x are unknown to this build", unknown);
    if (fl_get16(header->header_size) != sizeof *header)
        return fl_fail(error, FL_CORRUPT, "header of %u bytes, version %u has %zu",
                       fl_get16(header->header_size), version, sizeof *header);
    if (!all_zero(header->reserved, sizeof header->reserved))
        return fl_fail(error, FL_CORRUPT, "header: reserved bytes are not zero");
    return FL_OK;
}

static fl_status read_header(struct fl_file_map *map, struct fl_table_footer *footer, struct fl_error *error)
{
    const uint8_t *bytes;
    fl_status status =
        fl_file_map_view(map, 0, sizeof(struct fl_table_header), &footer->bytes, &bytes, error);
    if (status != FL_OK)
        return status;
    struct fl_table_header header;
    memcpy(&header, bytes, sizeof header);
    status = check_header(&header, error);
    if (status != FL_OK)
        return status;
    memcpy(footer->uuid, header.uuid, FL_UUID_SIZE);
    footer->schema = fl_schema_by_id(fl_get16(header.schema_id));
    footer->schema_version = fl_get16(header.schema_version);
    if (footer->schema == NULL)
        return fl_fail(error, FL_UNSUPPORTED, "schema %u is unknown to this build",
                       fl_get16(header.schema_id));
    if (footer->schema_version == 0)
        return fl_fail(error, FL_CORRUPT, "header: schema version 0, they start at 1");
    return FL_OK;
}

/* ---- trailer and footer bytes ---- */

static fl_status check_trailer(const struct fl_table_trailer *trailer, uint64_t file_size,
                               struct fl_error *error)
{
    const uint64_t offset = fl_get64(trailer->footer_offset), size = fl_get64(trailer->footer_size);
    if (memcmp(trailer->magic, FL_TRAILER_MAGIC, FL_MAGIC_SIZE) != 0)
        return fl_fail(error, FL_CORRUPT, "no trailer at the end: the file was cut, or bytes were added");
    if (size < sizeof(struct fl_footer_head))
        return fl_fail(error, FL_CORRUPT, "footer of %ju bytes, at least %zu", (uintmax_t)size,
                       sizeof(struct fl_footer_head));
    if (size > FL_FOOTER_BYTES_MAX)
        return fl_fail(error, FL_LIMIT, "footer of %ju bytes, at most %u", (uintmax_t)size,
                       FL_FOOTER_BYTES_MAX);
    const uint64_t before = file_size - sizeof *trailer;
    if (size > before || offset != before - size || offset % FL_PAGE_ALIGNMENT != 0 ||
        offset < sizeof(struct fl_table_header))
        return fl_fail(error, FL_CORRUPT,
                       "footer of %ju bytes at offset %ju does not end where the trailer starts, %ju",
                       (uintmax_t)size, (uintmax_t)offset, (uintmax_t)before);
    return FL_OK;
}

/* Leaves a private copy of the footer in footer->bytes. */
static fl_status read_footer_bytes(struct fl_file_map *map, struct fl_table_footer *footer,
                                   struct fl_error *error)
{
    const uint8_t *bytes;
    struct fl_table_trailer trailer;
    fl_status status = fl_file_map_view(map, map->size_bytes - sizeof trailer, sizeof trailer, &footer->bytes,
                                        &bytes, error);
    if (status != FL_OK)
        return status;
    memcpy(&trailer, bytes, sizeof trailer);
    status = check_trailer(&trailer, map->size_bytes, error);
    if (status != FL_OK)
        return status;
    footer->offset = fl_get64(trailer.footer_offset);
    const size_t size = fl_get64(trailer.footer_size);
    status = fl_file_map_view(map, footer->offset, size, &footer->bytes, &bytes, error);
    if (status != FL_OK)
        return status;
    if (bytes != footer->bytes.bytes) { /* mapped */
        if (!fl_buffer_reserve(&footer->bytes, size))
            return fl_fail_memory(error, size);
        memcpy(footer->bytes.bytes, bytes, size);
        fl_file_map_release(map, footer->offset, size);
    }
    footer->bytes.size = size;
    if (fl_checksum_bound(footer->uuid, FL_BIND_FILE, FL_BIND_FOOTER, footer->bytes.bytes, size) !=
        fl_get64(trailer.footer_checksum))
        return fl_fail(error, FL_CORRUPT,
                       "footer: checksum does not match; the file was damaged after writing");
    return FL_OK;
}

/* ---- parts of the footer ---- */

struct footer_parts {
    const struct fl_footer_head *head;
    const struct fl_column_entry *columns;
    const struct fl_page_entry *dictionary_pages;
};

static fl_status check_head(const struct fl_footer_head *head, size_t footer_size, struct fl_error *error)
{
    const uint32_t columns = fl_get32(head->column_count), blocks = fl_get32(head->block_count);
    const uint32_t facts = fl_get32(head->fact_count), fact_bytes = fl_get32(head->fact_bytes);
    if (fl_get32(head->reserved) != 0)
        return fl_fail(error, FL_CORRUPT, "footer: reserved bytes are not zero");
    if (columns == 0)
        return fl_fail(error, FL_CORRUPT, "footer: no columns");
    if (columns > FL_COLUMNS_MAX)
        return fl_fail(error, FL_LIMIT, "footer: %u columns, at most %u", columns, FL_COLUMNS_MAX);
    if (blocks > FL_BLOCKS_MAX)
        return fl_fail(error, FL_LIMIT, "footer: %u blocks, at most %u", blocks, FL_BLOCKS_MAX);
    if (facts > FL_FACTS_MAX)
        return fl_fail(error, FL_LIMIT, "footer: %u facts, at most %u", facts, FL_FACTS_MAX);
    if (fact_bytes > FL_FACT_BYTES_MAX)
        return fl_fail(error, FL_LIMIT, "footer: facts of %u bytes, at most %u", fact_bytes,
                       FL_FACT_BYTES_MAX);
    /* At most 2^24 * 2^8 * 2^6 + small change: far from wrapping. */
    const uint64_t wanted = sizeof *head + (uint64_t)columns * sizeof(struct fl_column_entry) +
                            (uint64_t)fl_get32(head->dictionary_page_count) * sizeof(struct fl_page_entry) +
                            (uint64_t)blocks * sizeof(struct fl_block_entry) +
                            (uint64_t)blocks * columns * sizeof(struct fl_page_entry) + fact_bytes;
    if (footer_size != wanted)
        return fl_fail(error, FL_CORRUPT, "footer of %zu bytes, its parts take %ju", footer_size,
                       (uintmax_t)wanted);
    return FL_OK;
}

/* check_head() has found that all the parts are there. */
static const void *next_part(struct fl_cursor *cursor, size_t count, size_t entry_size)
{
    const uint8_t *part = fl_cursor_take(cursor, count * entry_size);
    assert(part != NULL);
    return part;
}

static fl_status split_footer(struct fl_table_footer *footer, struct footer_parts *parts,
                              struct fl_error *error)
{
    struct fl_cursor cursor = fl_cursor_over(footer->bytes.bytes, footer->bytes.size);
    const struct fl_footer_head *head = next_part(&cursor, 1, sizeof *head);
    const fl_status status = check_head(head, footer->bytes.size, error);
    if (status != FL_OK)
        return status;
    footer->rows = fl_get64(head->rows);
    footer->column_count = fl_get32(head->column_count);
    footer->block_count = fl_get32(head->block_count);
    footer->fact_count = fl_get32(head->fact_count);
    parts->head = head;
    parts->columns = next_part(&cursor, footer->column_count, sizeof *parts->columns);
    parts->dictionary_pages =
        next_part(&cursor, fl_get32(head->dictionary_page_count), sizeof *parts->dictionary_pages);
    footer->blocks = next_part(&cursor, footer->block_count, sizeof *footer->blocks);
    footer->pages =
        next_part(&cursor, (size_t)footer->block_count * footer->column_count, sizeof *footer->pages);
    footer->facts = next_part(&cursor, fl_get32(head->fact_bytes), 1);
    assert(fl_cursor_left(&cursor) == 0);
    return FL_OK;
}

/* ---- columns ---- */

static fl_status check_column_words(const struct fl_footer_column *column, struct fl_error *error)
{
    if (column->known != NULL && column->known->kind != FL_KIND_WORD &&
        (column->word_count != 0 || column->word_bytes != 0))
        return fl_fail(error, FL_CORRUPT, "%u words for a column of kind %s", column->word_count,
                       fl_kind_name(column->known->kind));
    if (column->word_count > FL_DICTIONARY_WORDS_MAX)
        return fl_fail(error, FL_LIMIT, "%u words, at most %u", column->word_count, FL_DICTIONARY_WORDS_MAX);
    if (column->word_bytes > FL_DICTIONARY_BYTES_MAX)
        return fl_fail(error, FL_LIMIT, "words of %u bytes, at most %u", column->word_bytes,
                       FL_DICTIONARY_BYTES_MAX);
    return FL_OK;
}

static fl_status take_column(const struct fl_table_footer *footer, const struct fl_column_entry *entry,
                             struct fl_footer_column *column, struct fl_error *error)
{
    column->id = fl_get16(entry->id);
    column->word_count = fl_get32(entry->word_count);
    column->word_bytes = fl_get32(entry->word_bytes);
    column->late = entry->late == 1;
    if (entry->late > 1 || fl_get32(entry->reserved2) != 0)
        return fl_fail(error, FL_CORRUPT, "column %u: reserved bytes are not zero", column->id);
    const int index = fl_schema_find_id(footer->schema, column->id);
    if (index < 0 && footer->schema_version <= footer->schema->version)
        return fl_fail(error, FL_CORRUPT, "column %u is not in version %u of table %s", column->id,
                       footer->schema_version, footer->schema->name);
    if (index >= 0) {
        column->known = &footer->schema->columns[index];
        if (entry->kind != column->known->kind)
            return fl_fail(error, FL_CORRUPT, "column %u has kind %u, in table %s it has %d", column->id,
                           entry->kind, footer->schema->name, (int)column->known->kind);
    }
    return check_column_words(column, error);
}

/* Known columns come in the order of the schema, unknown ones after them by id: so none can come twice. */
static bool is_after(const struct fl_table_footer *footer, const struct fl_footer_column *before,
                     const struct fl_footer_column *column)
{
    if (before->known == NULL || column->known == NULL)
        return column->known == NULL && (before->known != NULL || before->id < column->id);
    return fl_schema_find_id(footer->schema, before->id) < fl_schema_find_id(footer->schema, column->id);
}

static fl_status check_required_columns(const struct fl_table_footer *footer, struct fl_error *error)
{
    for (size_t i = 0; i < footer->schema->count; i++) {
        const struct fl_column *column = &footer->schema->columns[i];
        if (fl_column_is_required(footer->schema, i) && fl_footer_find(footer, column->id) < 0)
            return fl_fail(error, FL_CORRUPT, "column `%s` is missing, table %s cannot be without it",
                           column->name, footer->schema->name);
    }
    return FL_OK;
}

static fl_status take_columns(struct fl_table_footer *footer, const struct fl_column_entry *entries,
                              struct fl_error *error)
{
    footer->columns = calloc(footer->column_count, sizeof *footer->columns);
    if (footer->columns == NULL)
        return fl_fail_memory(error, footer->column_count * sizeof *footer->columns);
    for (uint32_t i = 0; i < footer->column_count; i++) {
        struct fl_footer_column *column = &footer->columns[i];
        const fl_status status = take_column(footer, &entries[i], column, error);
        if (status != FL_OK)
            return status;
        if (i > 0 && !is_after(footer, column - 1, column))
            return fl_fail(error, FL_CORRUPT, "column %u comes after column %u, not in the order of table %s",
                           column->id, column[-1].id, footer->schema->name);
    }
    return check_required_columns(footer, error);
}

/* Names the place of an error about a page; block -1: a dictionary page. */
static void name_place(struct fl_error *error, int64_t block, const struct fl_footer_column *column)
{
    char number[32];
    (void)snprintf(number, sizeof number, "%u", column->id);
    (void)fl_error_at_block(error, block, column->known != NULL ? column->known->name : number);
}

/* ---- dictionary pages ---- */

/* A dictionary page is a page of texts without nulls. */
static fl_status check_dictionary_page(const struct fl_page_entry *entry, uint32_t words, uint64_t *end,
                                       uint64_t pages_end, struct fl_error *error)
{
    static const struct fl_column text_column = {.name = "dictionary", .kind = FL_KIND_TEXT};
    const struct fl_footer_column column = {.known = &text_column};
    if (fl_get32(entry->nulls) != 0)
        return fl_fail(error, FL_CORRUPT, "dictionary page with %u nulls", fl_get32(entry->nulls));
    if ((entry->flags & FL_PAGE_FLAG_ZSTD) != 0)
        return fl_fail(error, FL_CORRUPT, "dictionary page under zstd");
    return fl_page_entry_check(entry, &column, words, end, pages_end, error);
}

static fl_status check_dictionary(struct fl_footer_column *column, uint64_t *end, uint64_t pages_end,
                                  struct fl_error *error)
{
    uint64_t bytes = 0;
    uint32_t left = column->word_count;
    for (size_t i = 0; left > 0; i++) {
        const uint32_t words = left < FL_DICTIONARY_PAGE_WORDS ? left : FL_DICTIONARY_PAGE_WORDS;
        const fl_status status =
            check_dictionary_page(&column->dictionary_pages[i], words, end, pages_end, error);
        if (status != FL_OK)
            return status;
        bytes += fl_get64(column->dictionary_pages[i].sum);
        left -= words;
    }
    if (bytes != column->word_bytes)
        return fl_fail(error, FL_CORRUPT, "dictionary pages of %ju bytes of words, the column has %u",
                       (uintmax_t)bytes, column->word_bytes);
    return FL_OK;
}

static fl_status check_dictionaries(struct fl_table_footer *footer, const struct footer_parts *parts,
                                    uint64_t *end, struct fl_error *error)
{
    const size_t page_count = fl_get32(parts->head->dictionary_page_count);
    size_t wanted = 0;
    for (uint32_t i = 0; i < footer->column_count; i++) {
        footer->columns[i].dictionary_pages = parts->dictionary_pages + wanted;
        wanted += fl_footer_dictionary_pages(footer->columns[i].word_count);
        if (wanted > page_count)
            break;
    }
    if (wanted != page_count)
        return fl_fail(error, FL_CORRUPT, "footer: %zu dictionary pages, the columns' words take %s",
                       page_count, wanted > page_count ? "more" : "fewer");
    for (uint32_t i = 0; i < footer->column_count; i++) {
        const fl_status status = check_dictionary(&footer->columns[i], end, footer->offset, error);
        if (status != FL_OK) {
            name_place(error, -1, &footer->columns[i]);
            return status;
        }
    }
    return FL_OK;
}

/* ---- blocks ---- */

/* The map's first and last type must be the type page's min and max; table_verify.c checks those between. */
static fl_status check_type_bits(const struct fl_block_entry *block, const struct fl_page_entry *types,
                                 struct fl_error *error)
{
    int64_t first = -1, last = -1;
    for (int64_t type = 0; type < FL_TYPES_MAX; type++) {
        if ((fl_get64(block->type_bits[type / 64]) >> (type % 64) & 1) == 0)
            continue;
        first = first < 0 ? type : first;
        last = type;
    }
    if (types == NULL)
        return last < 0 ? FL_OK : fl_fail(error, FL_CORRUPT, "a map of types in a table without types");
    if (last < 0)
        return fl_fail(error, FL_CORRUPT, "the map of types is empty");
    if (first != (int64_t)fl_get64(types->min) || last != (int64_t)fl_get64(types->max))
        return fl_fail(error, FL_CORRUPT, "map of types %jd to %jd, the column has %jd to %jd",
                       (intmax_t)first, (intmax_t)last, (intmax_t)fl_get64(types->min),
                       (intmax_t)fl_get64(types->max));
    return FL_OK;
}

static fl_status check_block_entry(const struct fl_table_footer *footer, size_t block, struct fl_error *error)
{
    const struct fl_block_entry *entry = &footer->blocks[block];
    const uint32_t rows = fl_get32(entry->rows);
    if (fl_get32(entry->reserved) != 0)
        return fl_fail(error, FL_CORRUPT, "reserved bytes of the block entry are not zero");
    if (rows == 0)
        return fl_fail(error, FL_CORRUPT, "0 rows, at least 1");
    if (rows > FL_BLOCK_ROWS_MAX)
        return fl_fail(error, FL_LIMIT, "%u rows, at most %u", rows, FL_BLOCK_ROWS_MAX);
    return FL_OK;
}

static bool is_required(const struct fl_table_footer *footer, const struct fl_footer_column *column)
{
    return column->known != NULL &&
           fl_column_is_required(footer->schema, (size_t)(column->known - footer->schema->columns));
}

static fl_status check_block_pages(const struct fl_table_footer *footer, size_t block, uint64_t *end,
                                   struct fl_error *error)
{
    const uint32_t rows = fl_get32(footer->blocks[block].rows);
    for (uint32_t i = 0; i < footer->column_count; i++) {
        const struct fl_footer_column *column = &footer->columns[i];
        const struct fl_page_entry *entry = fl_footer_page(footer, block, i);
        fl_status status = fl_page_entry_check(entry, column, rows, end, footer->offset, error);
        if (status == FL_OK && fl_get32(entry->nulls) > 0 && is_required(footer, column))
            status =
                fl_fail(error, FL_CORRUPT, "%u nulls, this column cannot have any", fl_get32(entry->nulls));
        if (status == FL_OK && (entry->flags & FL_PAGE_FLAG_TYPED_NULLS) != 0 &&
            fl_schema_type_id(footer->schema) < 0)
            status = fl_fail(error, FL_CORRUPT, "nulls by type in a table without types");
        if (status != FL_OK) {
            name_place(error, (int64_t)block, column);
            return status;
        }
    }
    return FL_OK;
}

static fl_status check_block_texts(const struct fl_table_footer *footer, size_t block, struct fl_error *error)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < footer->column_count; i++) {
        const struct fl_footer_column *column = &footer->columns[i];
        if (column->known == NULL || column->known->kind != FL_KIND_TEXT)
            continue;
        const uint64_t sum = fl_get64(fl_footer_page(footer, block, i)->sum);
        if (sum > FL_PAGE_BYTES_MAX)
            return fl_fail(error, FL_LIMIT, "texts of %ju bytes in one page, at most %u", (uintmax_t)sum,
                           FL_PAGE_BYTES_MAX);
        bytes += sum;
    }
    if (bytes > FL_BLOCK_TEXT_BYTES_MAX && fl_get32(footer->blocks[block].rows) > 1)
        return fl_fail(error, FL_LIMIT, "texts of %ju bytes, at most %u", (uintmax_t)bytes,
                       FL_BLOCK_TEXT_BYTES_MAX);
    return FL_OK;
}

/* Blocks follow each other by customer; two share one only when the first holds nobody else. */
static fl_status check_block_order(const struct fl_table_footer *footer, size_t block, struct fl_error *error)
{
    if (block == 0 || footer->schema->columns[0].kind != FL_KIND_KEY)
        return FL_OK;
    const struct fl_page_entry *before = fl_footer_page(footer, block - 1, 0);
    const int64_t before_max = (int64_t)fl_get64(before->max);
    const int64_t min = (int64_t)fl_get64(fl_footer_page(footer, block, 0)->min);
    if (before_max > min)
        return fl_fail(error, FL_CORRUPT, "starts before block %zu ends, by customer", block - 1);
    if (before_max == min && (int64_t)fl_get64(before->min) != before_max)
        return fl_fail(error, FL_CORRUPT,
                       "starts with the last customer of block %zu, which holds others too", block - 1);
    return FL_OK;
}

static fl_status check_block(const struct fl_table_footer *footer, size_t block, uint64_t *end,
                             struct fl_error *error)
{
    fl_status status = check_block_entry(footer, block, error);
    if (status == FL_OK)
        status = check_block_pages(footer, block, end, error);
    if (status == FL_OK) {
        const int types = fl_footer_find(footer, fl_schema_type_id(footer->schema));
        const struct fl_page_entry *type_page =
            types < 0 ? NULL : fl_footer_page(footer, block, (size_t)types);
        status = check_type_bits(&footer->blocks[block], type_page, error);
    }
    if (status == FL_OK)
        status = check_block_texts(footer, block, error);
    if (status == FL_OK)
        status = check_block_order(footer, block, error);
    if (status != FL_OK)
        (void)fl_error_at_block(error, (int64_t)block, NULL);
    return status;
}

/* Where the pages of late columns lie: behind all others, block by block. */
static fl_status check_late_places(const struct fl_table_footer *footer, uint64_t *end,
                                   struct fl_error *error)
{
    for (size_t page = 0; page < (size_t)footer->block_count * footer->column_count; page++) {
        const size_t block = page / footer->column_count;
        const struct fl_footer_column *column = &footer->columns[page % footer->column_count];
        if (!column->late)
            continue;
        const fl_status status = fl_page_place_check(&footer->pages[page], end, footer->offset, error);
        if (status != FL_OK) {
            name_place(error, (int64_t)block, column);
            return status;
        }
    }
    return FL_OK;
}

static fl_status check_blocks(const struct fl_table_footer *footer, uint64_t *end, struct fl_error *error)
{
    uint64_t rows = 0;
    for (size_t block = 0; block < footer->block_count; block++) {
        const fl_status status = check_block(footer, block, end, error);
        if (status != FL_OK)
            return status;
        rows += fl_get32(footer->blocks[block].rows);
    }
    const fl_status status = check_late_places(footer, end, error);
    if (status != FL_OK)
        return status;
    if (rows != footer->rows)
        return fl_fail(error, FL_CORRUPT, "footer: %ju rows, the blocks have %ju", (uintmax_t)footer->rows,
                       (uintmax_t)rows);
    if (fl_page_align(*end) != footer->offset)
        return fl_fail(error, FL_CORRUPT, "footer at offset %ju, %ju is the next free one after the pages",
                       (uintmax_t)footer->offset, (uintmax_t)fl_page_align(*end));
    return FL_OK;
}

/* ---- facts ---- */

static bool has_fact_before(const char *facts, const char *key)
{
    for (const char *at = facts; at < key;) {
        if (strcmp(at, key) == 0)
            return true;
        at += strlen(at) + 1; /* key */
        at += strlen(at) + 1; /* value */
    }
    return false;
}

static fl_status check_facts(const struct fl_table_footer *footer, size_t size, struct fl_error *error)
{
    size_t texts = 0;
    for (size_t at = 0; at < size; texts++) {
        const char *text = footer->facts + at;
        const size_t length = strnlen(text, size - at);
        if (length == size - at)
            return fl_fail(error, FL_CORRUPT, "footer: the last fact has no end");
        if (!fl_utf8_is_valid(text, length))
            return fl_fail(error, FL_CORRUPT, "footer: fact %zu is not valid UTF-8", texts / 2);
        if (texts % 2 == 0 && (length == 0 || has_fact_before(footer->facts, text)))
            return fl_fail(error, FL_CORRUPT, "footer: the key of fact %zu is %s", texts / 2,
                           length == 0 ? "empty" : "there already");
        at += length + 1;
    }
    if (texts != 2 * (size_t)footer->fact_count)
        return fl_fail(error, FL_CORRUPT, "footer: %zu texts for %u facts", texts, footer->fact_count);
    return FL_OK;
}

/* ---- all of it ---- */

static fl_status read_all(struct fl_file_map *map, struct fl_table_footer *footer, struct fl_error *error)
{
    const size_t least =
        sizeof(struct fl_table_header) + sizeof(struct fl_footer_head) + sizeof(struct fl_table_trailer);
    if (map->size_bytes < least)
        return fl_fail(error, FL_CORRUPT, "not a table file: %ju bytes, at least %zu",
                       (uintmax_t)map->size_bytes, least);
    fl_status status = read_header(map, footer, error);
    if (status == FL_OK)
        status = read_footer_bytes(map, footer, error);
    struct footer_parts parts = {0};
    if (status == FL_OK)
        status = split_footer(footer, &parts, error);
    if (status == FL_OK)
        status = take_columns(footer, parts.columns, error);
    uint64_t end = sizeof(struct fl_table_header);
    if (status == FL_OK)
        status = check_dictionaries(footer, &parts, &end, error);
    if (status == FL_OK)
        status = check_blocks(footer, &end, error);
    if (status == FL_OK)
        status = check_facts(footer, fl_get32(parts.head->fact_bytes), error);
    return status;
}

fl_status fl_table_footer_read(struct fl_file_map *map, struct fl_table_footer *footer,
                               struct fl_error *error)
{
    *footer = (struct fl_table_footer){0};
    const fl_status status = read_all(map, footer, error);
    if (status != FL_OK)
        fl_table_footer_release(footer);
    return status;
}

void fl_table_footer_release(struct fl_table_footer *footer)
{
    fl_buffer_release(&footer->bytes);
    free(footer->columns);
    *footer = (struct fl_table_footer){0};
}

int fl_footer_find(const struct fl_table_footer *footer, int column_id)
{
    for (uint32_t i = 0; i < footer->column_count; i++) {
        if (footer->columns[i].id == column_id)
            return (int)i;
    }
    return -1;
}
