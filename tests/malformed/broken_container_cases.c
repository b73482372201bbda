/* broken_container_cases.c - table files whose header, trailer or footer is wrong in one thing. */
#include "tests/malformed/broken_case.h"

#include <stdlib.h>

#include "formats/encodings/encoding.h"

static void must(bool done)
{
    if (!done)
        abort();
}

static struct fl_page_entry *page(struct table_parts *parts, uint16_t column_id)
{
    return &table_parts_page(parts, 0, column_id)->entry;
}

static struct fl_table_trailer *trailer(struct fl_buffer *bytes)
{
    return (struct fl_table_trailer *)(void *)(bytes->bytes + bytes->size - sizeof(struct fl_table_trailer));
}

static void drop_column(struct table_parts *parts, uint16_t column_id)
{
    size_t kept = 0;
    for (size_t i = 0; i < parts->column_count; i++) {
        if (fl_get16(parts->columns[i].id) != column_id)
            parts->columns[kept++] = parts->columns[i];
    }
    parts->column_count = kept;
    parts->head.column_count = fl_put32((uint32_t)kept);
    kept = 0;
    for (size_t i = 0; i < parts->page_count; i++) {
        if (parts->pages[i].column_id != column_id)
            parts->pages[kept++] = parts->pages[i];
        else
            fl_buffer_release(&parts->pages[i].bytes);
    }
    parts->page_count = kept;
}

static void set_facts(struct table_parts *parts, const char *facts, size_t size)
{
    parts->facts.size = 0;
    must(fl_buffer_append(&parts->facts, facts, size));
}

static void bytes_no_bytes(struct fl_buffer *bytes)
{
    bytes->size = 0;
}

static void bytes_shorter_than_the_least(struct fl_buffer *bytes)
{
    bytes->size = 127;
}

static void bytes_another_start(struct fl_buffer *bytes)
{
    bytes->bytes[0] = 'f';
}

static void bytes_header_damaged(struct fl_buffer *bytes)
{
    bytes->bytes[21] ^= 1;
}

static void change_version_0(struct table_parts *parts)
{
    parts->header.version = fl_put16(0);
}

static void change_version_2(struct table_parts *parts)
{
    parts->header.version = fl_put16(2);
}

static void change_unknown_feature(struct table_parts *parts)
{
    parts->header.incompatible = fl_put32(0x80000001u);
}

static void change_header_size(struct table_parts *parts)
{
    parts->header.header_size = fl_put16(128);
}

static void change_header_reserved(struct table_parts *parts)
{
    parts->header.reserved[15] = 1;
}

static void change_unknown_schema(struct table_parts *parts)
{
    parts->header.schema_id = fl_put16(999);
}

static void change_schema_version_0(struct table_parts *parts)
{
    parts->header.schema_version = fl_put16(0);
}

static void bytes_no_trailer(struct fl_buffer *bytes)
{
    bytes->bytes[bytes->size - 1] = '2';
}

static void bytes_footer_too_small(struct fl_buffer *bytes)
{
    trailer(bytes)->footer_size = fl_put64(31);
}

static void bytes_footer_too_large(struct fl_buffer *bytes)
{
    trailer(bytes)->footer_size = fl_put64(FL_FOOTER_BYTES_MAX + 1ull);
}

static void bytes_footer_larger_than_the_file(struct fl_buffer *bytes)
{
    trailer(bytes)->footer_size = fl_put64(1 << 20);
}

static void bytes_footer_elsewhere(struct fl_buffer *bytes)
{
    trailer(bytes)->footer_offset = fl_put64(64);
}

static void bytes_footer_damaged(struct fl_buffer *bytes)
{
    bytes->bytes[bytes->size - 33] ^= 1;
}

static void change_head_reserved(struct table_parts *parts)
{
    parts->head.reserved = fl_put32(1);
}

static void lie_no_columns(struct table_parts *parts)
{
    parts->head.column_count = fl_put32(0);
}

static void lie_too_many_columns(struct table_parts *parts)
{
    parts->head.column_count = fl_put32(FL_COLUMNS_MAX + 1);
}

static void lie_too_many_blocks(struct table_parts *parts)
{
    parts->head.block_count = fl_put32(FL_BLOCKS_MAX + 1);
}

static void lie_too_many_facts(struct table_parts *parts)
{
    parts->head.fact_count = fl_put32(FL_FACTS_MAX + 1);
}

static void lie_too_many_fact_bytes(struct table_parts *parts)
{
    parts->head.fact_bytes = fl_put32(FL_FACT_BYTES_MAX + 1);
}

static void lie_parts_larger_than_footer(struct table_parts *parts)
{
    parts->head.block_count = fl_put32(4);
}

static void lie_most_blocks_claimed(struct table_parts *parts)
{
    parts->head.block_count = fl_put32(FL_BLOCKS_MAX);
}

static void change_column_reserved(struct table_parts *parts)
{
    table_parts_column(parts, 1)->late = 2;
}

/* Its pages would have to lie behind all others. */
static void change_column_late(struct table_parts *parts)
{
    table_parts_column(parts, 1)->late = 1;
}

static void change_column_reserved2(struct table_parts *parts)
{
    table_parts_column(parts, 5)->reserved2 = fl_put32(1);
}

static void change_unknown_column(struct table_parts *parts)
{
    table_parts_column(parts, 21)->id = fl_put16(22);
}

static void change_another_kind(struct table_parts *parts)
{
    table_parts_column(parts, 5)->kind = FL_KIND_DAY;
}

static void change_words_of_an_integer(struct table_parts *parts)
{
    table_parts_column(parts, 5)->word_count = fl_put32(1);
}

static void change_too_many_words(struct table_parts *parts)
{
    table_parts_column(parts, 6)->word_count = fl_put32(FL_DICTIONARY_WORDS_MAX + 1);
}

static void change_too_many_word_bytes(struct table_parts *parts)
{
    table_parts_column(parts, 6)->word_bytes = fl_put32(FL_DICTIONARY_BYTES_MAX + 1);
}

static void change_columns_in_another_order(struct table_parts *parts)
{
    struct fl_column_entry other = parts->columns[13];
    parts->columns[13] = parts->columns[14];
    parts->columns[14] = other;
}

static void change_a_column_twice(struct table_parts *parts)
{
    parts->columns[14] = parts->columns[13];
}

static void change_day_is_missing(struct table_parts *parts)
{
    drop_column(parts, 2);
}

static void change_words_without_a_page(struct table_parts *parts)
{
    table_parts_column(parts, 6)->word_count = fl_put32(0);
}

static void change_words_with_more_pages(struct table_parts *parts)
{
    table_parts_column(parts, 6)->word_count = fl_put32(65537);
}

static void change_dictionary_with_nulls(struct table_parts *parts)
{
    table_parts_dictionary(parts, 6, 0)->entry.nulls = fl_put32(1);
}

static void change_dictionary_not_string(struct table_parts *parts)
{
    table_parts_dictionary(parts, 6, 0)->entry.encoding = FL_ENCODING_PLAIN;
}

static void change_dictionary_bytes(struct table_parts *parts)
{
    table_parts_column(parts, 6)->word_bytes = fl_put32(27);
}

static void change_block_reserved(struct table_parts *parts)
{
    parts->blocks[1].reserved = fl_put32(1);
}

static void change_block_of_no_rows(struct table_parts *parts)
{
    parts->blocks[1].rows = fl_put32(0);
}

static void change_block_of_too_many_rows(struct table_parts *parts)
{
    parts->blocks[1].rows = fl_put32(65537);
}

static void change_type_map_too_wide(struct table_parts *parts)
{
    parts->blocks[0].type_bits[3] = fl_put64(1);
}

static void change_type_map_empty(struct table_parts *parts)
{
    memset(parts->blocks[0].type_bits, 0, sizeof parts->blocks[0].type_bits);
}

static void change_type_map_without_types(struct table_parts *parts)
{
    parts->blocks[0].type_bits[0] = fl_put64(1);
}

static void change_texts_of_a_page(struct table_parts *parts)
{
    page(parts, 21)->sum = fl_put64(FL_PAGE_BYTES_MAX + 1ull);
}

static void change_texts_of_a_block(struct table_parts *parts)
{
    page(parts, 21)->sum = fl_put64(FL_BLOCK_TEXT_BYTES_MAX);
}

static void change_blocks_out_of_order(struct table_parts *parts)
{
    table_parts_page(parts, 1, 1)->entry.min = fl_put64(1005);
}

static void change_customer_spread(struct table_parts *parts)
{
    table_parts_page(parts, 1, 1)->entry.min = fl_put64(1006);
}

static void change_rows_of_the_file(struct table_parts *parts)
{
    parts->head.rows = fl_put64(64);
}

static void change_fact_without_end(struct table_parts *parts)
{
    parts->facts.bytes[parts->facts.size - 1] = 'x';
}

static void change_fact_not_utf8(struct table_parts *parts)
{
    parts->facts.bytes[5] = 0xff;
}

static void change_fact_without_key(struct table_parts *parts)
{
    parts->facts.bytes[0] = 0;
}

static void change_fact_twice(struct table_parts *parts)
{
    set_facts(parts,
              "a\0"
              "1\0"
              "a\0"
              "2",
              8);
}

static void change_fact_missing(struct table_parts *parts)
{
    set_facts(parts,
              "a\0"
              "1",
              4);
}

/* In the order in which the reader comes to them. */
const struct broken_case broken_container_cases[] = {
    {"no_bytes", .status = FL_CORRUPT, .change_bytes = bytes_no_bytes, .unsealed = true,
     .message = "sample: not a table file: 0 bytes, at least 128"},
    {"shorter_than_the_least", .status = FL_CORRUPT, .change_bytes = bytes_shorter_than_the_least,
     .unsealed = true, .message = "sample: not a table file: 127 bytes, at least 128"},
    {"another_start", .status = FL_CORRUPT, .change_bytes = bytes_another_start, .unsealed = true,
     .message = "sample: not a table file: it does not start with FOURLOOP"},
    {"header_damaged", .status = FL_CORRUPT, .change_bytes = bytes_header_damaged, .unsealed = true,
     .message = "sample: header: checksum does not match; the file was damaged after writing"},
    {"version_0", .status = FL_UNSUPPORTED, .change = change_version_0,
     .message = "sample: table file version 0, this build reads 1 to 1"},
    {"version_2", .status = FL_UNSUPPORTED, .change = change_version_2,
     .message = "sample: table file version 2, this build reads 1 to 1"},
    {"unknown_feature", .status = FL_UNSUPPORTED, .change = change_unknown_feature,
     .message = "sample: features 0x80000001 are unknown to this build"},
    {"header_size", .status = FL_CORRUPT, .change = change_header_size,
     .message = "sample: header of 128 bytes, version 1 has 64"},
    {"header_reserved", .status = FL_CORRUPT, .change = change_header_reserved,
     .message = "sample: header: reserved bytes are not zero"},
    {"unknown_schema", .status = FL_UNSUPPORTED, .change = change_unknown_schema,
     .message = "sample: schema 999 is unknown to this build"},
    {"schema_version_0", .status = FL_CORRUPT, .change = change_schema_version_0,
     .message = "sample: header: schema version 0, they start at 1"},
    {"no_trailer", .status = FL_CORRUPT, .change_bytes = bytes_no_trailer, .unsealed = true,
     .message = "sample: no trailer at the end: the file was cut, or bytes were added"},
    {"footer_too_small", .status = FL_CORRUPT, .change_bytes = bytes_footer_too_small, .unsealed = true,
     .message = "sample: footer of 31 bytes, at least 32"},
    {"footer_too_large", .status = FL_LIMIT, .change_bytes = bytes_footer_too_large, .unsealed = true,
     .message = "sample: footer of 1073741825 bytes, at most 1073741824"},
    {"footer_larger_than_the_file", .status = FL_CORRUPT, .change_bytes = bytes_footer_larger_than_the_file,
     .unsealed = true,
     .message = "sample: footer of 1048576 bytes at offset 4672 does not end where the trailer starts, 9798"},
    {"footer_elsewhere", .status = FL_CORRUPT, .change_bytes = bytes_footer_elsewhere, .unsealed = true,
     .message = "sample: footer of 5126 bytes at offset 64 does not end where the trailer starts, 9798"},
    {"footer_damaged", .status = FL_CORRUPT, .change_bytes = bytes_footer_damaged, .unsealed = true,
     .message = "sample: footer: checksum does not match; the file was damaged after writing"},
    {"head_reserved", .status = FL_CORRUPT, .change = change_head_reserved,
     .message = "sample: footer: reserved bytes are not zero"},
    {"no_columns", .status = FL_CORRUPT, .lie = lie_no_columns, .message = "sample: footer: no columns"},
    {"too_many_columns", .status = FL_LIMIT, .lie = lie_too_many_columns,
     .message = "sample: footer: 257 columns, at most 256"},
    {"too_many_blocks", .status = FL_LIMIT, .lie = lie_too_many_blocks,
     .message = "sample: footer: 16777217 blocks, at most 16777216"},
    {"too_many_facts", .status = FL_LIMIT, .lie = lie_too_many_facts,
     .message = "sample: footer: 257 facts, at most 256"},
    {"too_many_fact_bytes", .status = FL_LIMIT, .lie = lie_too_many_fact_bytes,
     .message = "sample: footer: facts of 1048577 bytes, at most 1048576"},
    {"parts_larger_than_footer", .status = FL_CORRUPT, .lie = lie_parts_larger_than_footer,
     .message = "sample: footer of 5126 bytes, its parts take 6510"},
    {"most_blocks_claimed", .status = FL_CORRUPT, .lie = lie_most_blocks_claimed,
     .message = "sample: footer of 5126 bytes, its parts take 23219667918"},
    {"column_reserved", .status = FL_CORRUPT, .change = change_column_reserved,
     .message = "sample: column 1: reserved bytes are not zero"},
    {"column_late", .status = FL_CORRUPT, .change = change_column_late,
     .message = "sample: column `day`: block 0: page at offset 704, 640 is the next free one"},
    {"column_reserved2", .status = FL_CORRUPT, .change = change_column_reserved2,
     .message = "sample: column 5: reserved bytes are not zero"},
    {"unknown_column", .status = FL_CORRUPT, .change = change_unknown_column,
     .message = "sample: column 22 is not in version 1 of table interactions"},
    {"another_kind", .status = FL_CORRUPT, .change = change_another_kind,
     .message = "sample: column 5 has kind 3, in table interactions it has 4"},
    {"words_of_an_integer", .status = FL_CORRUPT, .change = change_words_of_an_integer,
     .message = "sample: 1 words for a column of kind second"},
    {"too_many_words", .status = FL_LIMIT, .change = change_too_many_words,
     .message = "sample: 1048577 words, at most 1048576"},
    {"too_many_word_bytes", .status = FL_LIMIT, .change = change_too_many_word_bytes,
     .message = "sample: words of 33554433 bytes, at most 33554432"},
    {"columns_in_another_order", .status = FL_CORRUPT, .change = change_columns_in_another_order,
     .message = "sample: column 14 comes after column 15, not in the order of table interactions"},
    {"a_column_twice", .status = FL_CORRUPT, .change = change_a_column_twice,
     .message = "sample: column 14 comes after column 14, not in the order of table interactions"},
    {"day_is_missing", .status = FL_CORRUPT, .change = change_day_is_missing,
     .message = "sample: column `day` is missing, table interactions cannot be without it"},
    {"words_without_a_page", .status = FL_CORRUPT, .change = change_words_without_a_page,
     .message = "sample: footer: 9 dictionary pages, the columns' words take fewer"},
    {"words_with_more_pages", .status = FL_CORRUPT, .change = change_words_with_more_pages,
     .message = "sample: footer: 9 dictionary pages, the columns' words take more"},
    {"dictionary_with_nulls", .status = FL_CORRUPT, .change = change_dictionary_with_nulls,
     .message = "sample: column `brand`: dictionary page with 1 nulls"},
    {"dictionary_not_string", .status = FL_CORRUPT, .change = change_dictionary_not_string,
     .message = "sample: column `brand`: encoding plain for a column of kind text"},
    {"dictionary_bytes", .status = FL_CORRUPT, .change = change_dictionary_bytes,
     .message = "sample: column `brand`: dictionary pages of 26 bytes of words, the column has 27"},
    {"block_reserved", .status = FL_CORRUPT, .change = change_block_reserved,
     .message = "sample: block 1: reserved bytes of the block entry are not zero"},
    {"block_of_no_rows", .status = FL_CORRUPT, .change = change_block_of_no_rows,
     .message = "sample: block 1: 0 rows, at least 1"},
    {"block_of_too_many_rows", .status = FL_LIMIT, .change = change_block_of_too_many_rows,
     .message = "sample: block 1: 65537 rows, at most 65536"},
    {"type_map_too_wide", .status = FL_CORRUPT, .change = change_type_map_too_wide,
     .message = "sample: block 0: map of types 0 to 192, the column has 0 to 7"},
    {"type_map_empty", .status = FL_CORRUPT, .change = change_type_map_empty,
     .message = "sample: block 0: the map of types is empty"},
    {"type_map_without_types", .status = FL_CORRUPT, .change = change_type_map_without_types,
     .schema = "customers", .message = "sample: block 0: a map of types in a table without types"},
    {"texts_of_a_page", .status = FL_LIMIT, .change = change_texts_of_a_page,
     .message = "sample: block 0: texts of 67108865 bytes in one page, at most 67108864"},
    {"texts_of_a_block", .status = FL_LIMIT, .change = change_texts_of_a_block,
     .message = "sample: block 0: texts of 8388656 bytes, at most 8388608"},
    {"blocks_out_of_order", .status = FL_CORRUPT, .change = change_blocks_out_of_order,
     .message = "sample: block 1: starts before block 0 ends, by customer"},
    {"customer_spread", .status = FL_CORRUPT, .change = change_customer_spread,
     .message = "sample: block 1: starts with the last customer of block 0, which holds others too"},
    {"rows_of_the_file", .status = FL_CORRUPT, .change = change_rows_of_the_file,
     .message = "sample: footer: 64 rows, the blocks have 63"},
    {"fact_without_end", .status = FL_CORRUPT, .change = change_fact_without_end,
     .message = "sample: footer: the last fact has no end"},
    {"fact_not_utf8", .status = FL_CORRUPT, .change = change_fact_not_utf8,
     .message = "sample: footer: fact 0 is not valid UTF-8"},
    {"fact_without_key", .status = FL_CORRUPT, .change = change_fact_without_key,
     .message = "sample: footer: the key of fact 0 is empty"},
    {"fact_twice", .status = FL_CORRUPT, .change = change_fact_twice,
     .message = "sample: footer: the key of fact 1 is there already"},
    {"fact_missing", .status = FL_CORRUPT, .change = change_fact_missing,
     .message = "sample: footer: 2 texts for 2 facts"},
};
const size_t broken_container_case_count = sizeof broken_container_cases / sizeof broken_container_cases[0];
