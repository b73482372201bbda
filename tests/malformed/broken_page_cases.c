/* broken_page_cases.c - table files in which one page is wrong, or what is said of it. */
#include "tests/malformed/broken_case.h"

#include <stdlib.h>

#include "formats/base/civil.h"
#include "formats/encodings/encoding.h"
#include "tests/malformed/table_sample.h"

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

static void append_bytes(struct table_page_part *part, const void *bytes, size_t size)
{
    must(fl_buffer_append(&part->bytes, bytes, size));
}

/* A dictionary of two words for `category`, whose pages are all null. */
static void set_words(struct table_parts *parts, const char *string_page, size_t size, uint32_t word_bytes)
{
    struct table_page_part *dictionary = table_parts_dictionary(parts, FL_INTERACTIONS_CATEGORY, 0);
    table_page_part_set(dictionary, string_page, size);
    dictionary->entry.sum = fl_put64(word_bytes);
    struct fl_column_entry *column = table_parts_column(parts, FL_INTERACTIONS_CATEGORY);
    column->word_count = fl_put32(2);
    column->word_bytes = fl_put32(word_bytes);
}

/* 21 texts, the first one byte longer than a text may be. */
static void set_long_text(struct table_page_part *part)
{
    enum { WIDTH = 21, LENGTHS_SIZE = (21 * WIDTH + 7) / 8, SIZE = 1 + LENGTHS_SIZE + FL_TEXT_BYTES_MAX + 1 };
    uint8_t *bytes = calloc(1, SIZE);
    must(bytes != NULL);
    bytes[0] = WIDTH;
    fl_store_le32(bytes + 1, FL_TEXT_BYTES_MAX + 1);
    memset(bytes + 1 + LENGTHS_SIZE, 'x', FL_TEXT_BYTES_MAX + 1);
    table_page_part_set(part, bytes, SIZE);
    free(bytes);
}

static void insert_zeros_before_footer(struct fl_buffer *bytes)
{
    static const uint8_t zeros[FL_PAGE_ALIGNMENT];
    const size_t offset = fl_get64(trailer(bytes)->footer_offset);
    must(fl_buffer_append(bytes, zeros, sizeof zeros));
    memmove(bytes->bytes + offset + sizeof zeros, bytes->bytes + offset, bytes->size - sizeof zeros - offset);
    memset(bytes->bytes + offset, 0, sizeof zeros);
    trailer(bytes)->footer_offset = fl_put64(offset + sizeof zeros);
}

static void change_page_flags(struct table_parts *parts)
{
    page(parts, 5)->flags |= 16;
}

static void change_page_reserved(struct table_parts *parts)
{
    page(parts, 5)->reserved = fl_put16(1);
}

static void change_page_reserved2(struct table_parts *parts)
{
    page(parts, 5)->reserved2 = fl_put64(1);
}

static void change_unknown_encoding(struct table_parts *parts)
{
    page(parts, 5)->encoding = 255;
}

static void change_integers_as_strings(struct table_parts *parts)
{
    page(parts, 5)->encoding = FL_ENCODING_STRING;
}

static void change_strings_as_integers(struct table_parts *parts)
{
    page(parts, 20)->encoding = FL_ENCODING_PACKED;
}

static void change_more_nulls_than_rows(struct table_parts *parts)
{
    page(parts, 5)->nulls = fl_put32(22);
}

static void change_nulls_without_a_bitmap(struct table_parts *parts)
{
    page(parts, 5)->flags = 0;
}

static void change_a_bitmap_without_nulls(struct table_parts *parts)
{
    page(parts, 5)->nulls = fl_put32(0);
}

static void change_nothing_but_nulls_packed(struct table_parts *parts)
{
    page(parts, 14)->encoding = FL_ENCODING_PACKED;
}

static void change_a_null_customer(struct table_parts *parts)
{
    page(parts, 1)->nulls = fl_put32(1);
    page(parts, 1)->flags = FL_PAGE_FLAG_NULLS;
}

static void lie_no_bytes_but_an_offset(struct table_parts *parts)
{
    page(parts, 14)->offset = fl_put64(64);
}

static void lie_no_bytes_but_a_checksum(struct table_parts *parts)
{
    page(parts, 14)->checksum = fl_put64(1);
}

static void lie_no_bytes_but_a_size(struct table_parts *parts)
{
    page(parts, 14)->unpacked_bytes = fl_put32(1);
}

static void lie_nothing_stored(struct table_parts *parts)
{
    page(parts, 5)->stored_bytes = fl_put32(0);
}

static void lie_nothing_unpacked(struct table_parts *parts)
{
    page(parts, 5)->unpacked_bytes = fl_put32(0);
}

static void lie_page_too_large(struct table_parts *parts)
{
    page(parts, 21)->unpacked_bytes = fl_put32(FL_PAGE_BYTES_MAX + 1);
}

static void lie_unpacked_without_lz4(struct table_parts *parts)
{
    page(parts, 5)->unpacked_bytes = fl_put32(19);
}

static void lie_lz4_bomb(struct table_parts *parts)
{
    page(parts, 21)->unpacked_bytes = fl_put32(FL_PAGE_BYTES_MAX);
}

static void lie_page_not_aligned(struct table_parts *parts)
{
    page(parts, 5)->offset = fl_put64(fl_get64(page(parts, 5)->offset) + 1);
}

static void lie_page_over_another(struct table_parts *parts)
{
    page(parts, 5)->offset = page(parts, 4)->offset;
}

static void lie_page_after_a_gap(struct table_parts *parts)
{
    page(parts, 5)->offset = fl_put64(fl_get64(page(parts, 5)->offset) + 64);
}

static void lie_page_past_the_end(struct table_parts *parts)
{
    struct fl_page_entry *last = &table_parts_page(parts, 2, 21)->entry;
    last->stored_bytes = fl_put32(fl_get32(last->stored_bytes) + 64);
}

static void lie_page_offset_wraps(struct table_parts *parts)
{
    page(parts, 5)->offset = fl_put64(UINT64_MAX);
}

static void bytes_footer_after_a_gap(struct fl_buffer *bytes)
{
    insert_zeros_before_footer(bytes);
}

static void change_min_of_nothing(struct table_parts *parts)
{
    page(parts, 14)->min = fl_put64(1);
}

static void change_sum_of_nothing(struct table_parts *parts)
{
    page(parts, 14)->sum = fl_put64(1);
}

static void change_max_of_texts(struct table_parts *parts)
{
    page(parts, 21)->max = fl_put64(1);
}

static void change_min_above_max(struct table_parts *parts)
{
    page(parts, 5)->min = fl_put64(89999);
    page(parts, 5)->max = fl_put64(89998);
}

static void change_constant_of_two_values(struct table_parts *parts)
{
    page(parts, 4)->max = fl_put64(13);
}

static void change_second_out_of_range(struct table_parts *parts)
{
    page(parts, 5)->max = fl_put64(90000);
}

static void change_second_below_zero(struct table_parts *parts)
{
    page(parts, 5)->min = fl_put64(UINT64_MAX);
}

static void change_day_out_of_range(struct table_parts *parts)
{
    page(parts, 2)->max = fl_put64(FL_DAY_MAX + 1);
}

static void change_type_out_of_range(struct table_parts *parts)
{
    page(parts, 3)->max = fl_put64(256);
}

static void change_word_out_of_range(struct table_parts *parts)
{
    page(parts, 6)->max = fl_put64(5);
}

static void change_bitmap_unused_bits(struct table_parts *parts)
{
    table_parts_page(parts, 0, 5)->bytes.bytes[2] |= 0x80;
}

static void change_bitmap_of_another_count(struct table_parts *parts)
{
    table_parts_page(parts, 0, 5)->bytes.bytes[0] ^= 2;
}

static void change_bitmap_alone_is_too_large(struct table_parts *parts)
{
    table_page_part_set(table_parts_page(parts, 0, 5), "ab", 2);
}

static void change_packed_too_short(struct table_parts *parts)
{
    table_parts_page(parts, 0, 2)->bytes.size--;
}

static void change_constant_with_bytes(struct table_parts *parts)
{
    append_bytes(table_parts_page(parts, 0, 4), "", 1);
}

static void change_dictionary_page_of_no_values(struct table_parts *parts)
{
    table_parts_page(parts, 0, 15)->bytes.bytes[3] = 0;
}

static void change_run_page_of_no_runs(struct table_parts *parts)
{
    memset(table_parts_page(parts, 0, 2)->bytes.bytes + 3, 0, 4);
}

static void change_string_lengths_too_wide(struct table_parts *parts)
{
    table_parts_page(parts, 0, 20)->bytes.bytes[0] = 22;
}

static void change_string_with_bytes_left(struct table_parts *parts)
{
    append_bytes(table_parts_page(parts, 0, 20), "x", 1);
}

static void change_string_sum(struct table_parts *parts)
{
    page(parts, 20)->sum = fl_put64(1);
}

static void change_string_not_utf8(struct table_parts *parts)
{
    struct fl_buffer *bytes = &table_parts_page(parts, 0, 20)->bytes;
    bytes->bytes[bytes->size - 1] = 0xff;
}

/* 21 empty texts, each with its end, then whatever is said. */
static struct fl_buffer *make_ended(struct table_parts *parts)
{
    static const uint8_t ends[21];
    struct table_page_part *part = table_parts_page(parts, 0, FL_INTERACTIONS_MESSAGE);
    table_page_part_set(part, ends, sizeof ends);
    part->entry.encoding = FL_ENCODING_ENDED;
    part->entry.sum = fl_put64(0);
    return &part->bytes;
}

static void change_ended_without_an_end(struct table_parts *parts)
{
    struct fl_buffer *bytes = make_ended(parts);
    bytes->bytes[bytes->size - 1] = 'x';
}

static void change_ended_with_bytes_left(struct table_parts *parts)
{
    append_bytes(table_parts_page(parts, 0, FL_INTERACTIONS_MESSAGE), make_ended(parts)->bytes, 1);
}

static void change_ended_sum(struct table_parts *parts)
{
    (void)make_ended(parts);
    page(parts, FL_INTERACTIONS_MESSAGE)->sum = fl_put64(21);
}

static void change_ended_as_word(struct table_parts *parts)
{
    page(parts, FL_INTERACTIONS_BRAND)->encoding = FL_ENCODING_ENDED;
}

static void change_text_too_long(struct table_parts *parts)
{
    set_long_text(table_parts_page(parts, 0, 20));
}

static void change_lz4_longer_than_promised(struct table_parts *parts)
{
    page(parts, 21)->unpacked_bytes = fl_put32(fl_get32(page(parts, 21)->unpacked_bytes) - 1);
}

static void change_lz4_shorter_than_promised(struct table_parts *parts)
{
    page(parts, 21)->unpacked_bytes = fl_put32(fl_get32(page(parts, 21)->unpacked_bytes) + 1);
}

static void change_word_empty(struct table_parts *parts)
{
    set_words(parts,
              "\2"
              "\2"
              "ab",
              4, 2);
}

static void change_words_not_sorted(struct table_parts *parts)
{
    set_words(parts,
              "\1"
              "\3"
              "ba",
              4, 2);
}

static void change_words_equal(struct table_parts *parts)
{
    set_words(parts,
              "\1"
              "\3"
              "aa",
              4, 2);
}

static void change_words_sum(struct table_parts *parts)
{
    set_words(parts,
              "\1"
              "\3"
              "ab",
              4, 3);
}

static void change_words_not_utf8(struct table_parts *parts)
{
    set_words(parts,
              "\1"
              "\3"
              "a\xff",
              4, 2);
}

static void change_min_not_attained(struct table_parts *parts)
{
    page(parts, 4)->encoding = FL_ENCODING_PACKED;
    page(parts, 4)->min = fl_put64(11);
    append_bytes(table_parts_page(parts, 0, 4), "\xff\xff\x01", 3);
}

static void change_sum_of_values(struct table_parts *parts)
{
    page(parts, 5)->sum = fl_put64(1);
}

static void change_type_map_between(struct table_parts *parts)
{
    parts->blocks[0].type_bits[0] = fl_put64(fl_get64(parts->blocks[0].type_bits[0]) ^ 8);
}

static void change_rows_out_of_order(struct table_parts *parts)
{
    uint8_t *days = table_parts_page(parts, 1, 2)->bytes.bytes; /* 7 bits each: 0, 11, 22 .. */
    days[0] = 11;
    days[1] = 0x80;
}

static void bytes_padding(struct fl_buffer *bytes)
{
    bytes->bytes[64 + 63] = 1;
}

static void change_packed_past_max(struct table_parts *parts)
{
    page(parts, 2)->max = fl_put64(20065);
}

static void bytes_dictionary_page_damaged(struct fl_buffer *bytes)
{
    bytes->bytes[64] ^= 1;
}

static void bytes_last_page_damaged(struct fl_buffer *bytes)
{
    bytes->bytes[fl_get64(trailer(bytes)->footer_offset) - 64] ^= 1;
}

static void bytes_page_of_another_file(struct fl_buffer *bytes)
{
    struct fl_table_header header;
    memcpy(&header, bytes->bytes, sizeof header);
    header.uuid[0] ^= 1;
    memcpy(bytes->bytes, &header, sizeof header);
}

/* The page of the long sample that has nulls by type. */
static struct table_page_part *typed(struct table_parts *parts)
{
    return table_parts_page(parts, 0, FL_INTERACTIONS_ORDER);
}

static void change_typed_nulls_without_nulls(struct table_parts *parts)
{
    typed(parts)->entry.flags = FL_PAGE_FLAG_TYPED_NULLS;
    typed(parts)->entry.nulls = fl_put32(0);
}

static void change_typed_nulls_without_types(struct table_parts *parts)
{
    page(parts, FL_CUSTOMERS_BIRTH_YEAR)->flags |= FL_PAGE_FLAG_TYPED_NULLS;
}

static void change_typed_nulls_cut(struct table_parts *parts)
{
    table_page_part_set(typed(parts), "no more than this", 17);
}

static void change_typed_nulls_exceptions_cut(struct table_parts *parts)
{
    uint8_t bytes[36] = {0};
    bytes[32] = 2;
    table_page_part_set(typed(parts), bytes, sizeof bytes);
}

/* The exceptions are rows 10 and 1111, behind 32 bytes of types and their count. */
static void change_typed_nulls_exceptions_swapped(struct table_parts *parts)
{
    fl_store_le16(typed(parts)->bytes.bytes + 34, 1111);
    fl_store_le16(typed(parts)->bytes.bytes + 36, 10);
}

static void change_typed_nulls_exception_twice(struct table_parts *parts)
{
    fl_store_le16(typed(parts)->bytes.bytes + 36, 10);
}

static void change_typed_nulls_exception_past_rows(struct table_parts *parts)
{
    fl_store_le16(typed(parts)->bytes.bytes + 36, LONG_SAMPLE_ROWS);
}

static void change_typed_nulls_count(struct table_parts *parts)
{
    typed(parts)->bytes.bytes[0] = 0; /* no type is null */
}

static void change_marks_first(struct table_parts *parts)
{
    table_parts_page(parts, 0, FL_INTERACTIONS_DAY)->bytes.bytes[0] &= 0xFE;
}

static void change_marks_fewer(struct table_parts *parts)
{
    table_parts_page(parts, 0, FL_INTERACTIONS_DAY)->bytes.bytes[0] &= 0xFB;
}

/* The page of the cold sample that is under zstd; its frame starts with magic, flags, then its size. */
static struct table_page_part *zstd(struct table_parts *parts)
{
    return table_parts_page(parts, 0, FL_INTERACTIONS_TEXT);
}

static void change_zstd_under_lz4_too(struct table_parts *parts)
{
    zstd(parts)->entry.flags |= FL_PAGE_FLAG_LZ4;
}

static void change_zstd_for_days(struct table_parts *parts)
{
    page(parts, FL_INTERACTIONS_DAY)->flags |= FL_PAGE_FLAG_ZSTD;
}

static void change_zstd_for_words(struct table_parts *parts)
{
    table_parts_dictionary(parts, FL_INTERACTIONS_CATEGORY, 0)->entry.flags |= FL_PAGE_FLAG_ZSTD;
}

static void lie_zstd_page_too_large(struct table_parts *parts)
{
    zstd(parts)->entry.unpacked_bytes = fl_put32(FL_PAGE_BYTES_MAX + 1);
}

/* Within the limit, so nothing but the frame's own word can tell. */
static void lie_zstd_bomb(struct table_parts *parts)
{
    zstd(parts)->entry.unpacked_bytes = fl_put32(FL_PAGE_BYTES_MAX);
}

static void change_zstd_longer_than_promised(struct table_parts *parts)
{
    zstd(parts)->entry.unpacked_bytes = fl_put32(fl_get32(zstd(parts)->entry.unpacked_bytes) - 1);
}

static void change_zstd_two_frames(struct table_parts *parts)
{
    struct fl_buffer *bytes = &zstd(parts)->bytes;
    must(fl_buffer_reserve(bytes, 2 * bytes->size));
    must(fl_buffer_append(bytes, bytes->bytes, bytes->size));
}

static void change_zstd_truncated(struct table_parts *parts)
{
    zstd(parts)->bytes.size--;
}

static void change_zstd_head_cut(struct table_parts *parts)
{
    zstd(parts)->bytes.size = 5;
}

static void change_zstd_magic(struct table_parts *parts)
{
    zstd(parts)->bytes.bytes[0] = 0x27; /* of version 0.7 */
}

static void change_zstd_dictionary(struct table_parts *parts)
{
    zstd(parts)->bytes.bytes[4] = 0x61;
}

static void change_zstd_window(struct table_parts *parts)
{
    zstd(parts)->bytes.bytes[4] = 0x40;
    zstd(parts)->bytes.bytes[5] = (16 << 3) + 1;
}

static void change_zstd_size_not_said(struct table_parts *parts)
{
    zstd(parts)->bytes.bytes[4] = 0;
    zstd(parts)->bytes.bytes[5] = 16 << 3;
}

/* A whole frame that promises 200 bytes, with one stored block of three. */
static void change_zstd_fewer_than_its_word(struct table_parts *parts)
{
    static const uint8_t frame[] = {0x28, 0xB5, 0x2F, 0xFD, 0x20, 200, 3 << 3 | 1, 0, 0, 'a', 'b', 'c'};
    table_page_part_set(zstd(parts), frame, sizeof frame);
    zstd(parts)->entry.flags |= FL_PAGE_FLAG_ZSTD;
    zstd(parts)->entry.unpacked_bytes = fl_put32(200);
}

/* In the order in which the reader comes to them. */
const struct broken_case broken_page_cases[] = {
    {"page_flags", .status = FL_CORRUPT, .change = change_page_flags,
     .message = "sample: column `second`: block 0: page flags 0x12, known are 0x0f"},
    {"page_reserved", .status = FL_CORRUPT, .change = change_page_reserved,
     .message = "sample: column `second`: block 0: reserved bytes of a page entry are not zero"},
    {"page_reserved2", .status = FL_CORRUPT, .change = change_page_reserved2,
     .message = "sample: column `second`: block 0: reserved bytes of a page entry are not zero"},
    {"unknown_encoding", .status = FL_UNSUPPORTED, .change = change_unknown_encoding,
     .message = "sample: column `second`: block 0: encoding 255 is unknown to this build"},
    {"integers_as_strings", .status = FL_CORRUPT, .change = change_integers_as_strings,
     .message = "sample: column `second`: block 0: encoding string for a column of kind second"},
    {"ended_as_word", .status = FL_CORRUPT, .change = change_ended_as_word,
     .message = "sample: column `brand`: block 0: encoding ended for a column of kind word"},
    {"strings_as_integers", .status = FL_CORRUPT, .change = change_strings_as_integers,
     .message = "sample: column `message`: block 0: encoding packed for a column of kind text"},
    {"more_nulls_than_rows", .status = FL_CORRUPT, .change = change_more_nulls_than_rows,
     .message = "sample: column `second`: block 0: 22 nulls in 21 rows"},
    {"nulls_without_a_bitmap", .status = FL_CORRUPT, .change = change_nulls_without_a_bitmap,
     .message = "sample: column `second`: block 0: 4 nulls in 21 rows without a null bitmap"},
    {"a_bitmap_without_nulls", .status = FL_CORRUPT, .change = change_a_bitmap_without_nulls,
     .message = "sample: column `second`: block 0: 0 nulls in 21 rows with a null bitmap"},
    {"nothing_but_nulls_packed", .status = FL_CORRUPT, .change = change_nothing_but_nulls_packed,
     .message = "sample: column `amount`: block 0: encoding packed for nothing but nulls"},
    {"a_null_customer", .status = FL_CORRUPT, .change = change_a_null_customer,
     .message = "sample: column `customer`: block 0: 1 nulls, this column cannot have any"},
    {"no_bytes_but_an_offset", .status = FL_CORRUPT, .lie = lie_no_bytes_but_an_offset,
     .message = "sample: column `amount`: block 0: a page without bytes has an offset, a size or a checksum"},
    {"no_bytes_but_a_checksum", .status = FL_CORRUPT, .lie = lie_no_bytes_but_a_checksum,
     .message = "sample: column `amount`: block 0: a page without bytes has an offset, a size or a checksum"},
    {"no_bytes_but_a_size", .status = FL_CORRUPT, .lie = lie_no_bytes_but_a_size,
     .message = "sample: column `amount`: block 0: a page without bytes has an offset, a size or a checksum"},
    {"nothing_stored", .status = FL_CORRUPT, .lie = lie_nothing_stored,
     .message = "sample: column `second`: block 0: a page of 0 stored and 18 unpacked bytes"},
    {"nothing_unpacked", .status = FL_CORRUPT, .lie = lie_nothing_unpacked,
     .message = "sample: column `second`: block 0: a page of 18 stored and 0 unpacked bytes"},
    {"page_too_large", .status = FL_LIMIT, .lie = lie_page_too_large,
     .message = "sample: column `text`: block 0: a page of 67108865 unpacked bytes, at most 67108864"},
    {"unpacked_without_lz4", .status = FL_CORRUPT, .lie = lie_unpacked_without_lz4,
     .message = "sample: column `second`: block 0: 18 bytes stored, 19 unpacked, without LZ4"},
    {"lz4_bomb", .status = FL_CORRUPT, .lie = lie_lz4_bomb,
     .message = "sample: column `text`: block 0: LZ4: 164 bytes cannot unpack to 67108864"},
    {"page_not_aligned", .status = FL_CORRUPT, .lie = lie_page_not_aligned,
     .message = "sample: column `second`: block 0: page at offset 897, 896 is the next free one"},
    {"page_over_another", .status = FL_CORRUPT, .lie = lie_page_over_another,
     .message = "sample: column `second`: block 0: page at offset 832, 896 is the next free one"},
    {"page_after_a_gap", .status = FL_CORRUPT, .lie = lie_page_after_a_gap,
     .message = "sample: column `second`: block 0: page at offset 960, 896 is the next free one"},
    {"page_past_the_end", .status = FL_CORRUPT, .lie = lie_page_past_the_end,
     .message = "sample: column `text`: block 2: page of 228 bytes at offset 4480, pages end at 4672"},
    {"page_offset_wraps", .status = FL_CORRUPT, .lie = lie_page_offset_wraps,
     .message =
         "sample: column `second`: block 0: page at offset 18446744073709551615, 896 is the next free one"},
    {"footer_after_a_gap", .status = FL_CORRUPT, .change_bytes = bytes_footer_after_a_gap,
     .message = "sample: footer at offset 4736, 4672 is the next free one after the pages"},
    {"min_of_nothing", .status = FL_CORRUPT, .change = change_min_of_nothing,
     .message = "sample: column `amount`: block 0: min, max or sum of no values is not 0"},
    {"sum_of_nothing", .status = FL_CORRUPT, .change = change_sum_of_nothing,
     .message = "sample: column `amount`: block 0: min, max or sum of no values is not 0"},
    {"max_of_texts", .status = FL_CORRUPT, .change = change_max_of_texts,
     .message = "sample: column `text`: block 0: min, max or sum of no values is not 0"},
    {"min_above_max", .status = FL_CORRUPT, .change = change_min_above_max,
     .message = "sample: column `second`: block 0: the page's min is above its max"},
    {"constant_of_two_values", .status = FL_CORRUPT, .change = change_constant_of_two_values,
     .message = "sample: column `order`: block 0: a constant page whose min is not its max"},
    {"second_out_of_range", .status = FL_CORRUPT, .change = change_second_out_of_range,
     .message = "sample: column `second`: block 0: a value outside 0 to 89999, which kind second allows"},
    {"second_below_zero", .status = FL_CORRUPT, .change = change_second_below_zero,
     .message = "sample: column `second`: block 0: a value outside 0 to 89999, which kind second allows"},
    {"day_out_of_range", .status = FL_CORRUPT, .change = change_day_out_of_range,
     .message = "sample: column `day`: block 0: a value outside -719162 to 2932896, which kind day allows"},
    {"type_out_of_range", .status = FL_CORRUPT, .change = change_type_out_of_range,
     .message = "sample: column `type`: block 0: a value outside 0 to 255, which kind type allows"},
    {"word_out_of_range", .status = FL_CORRUPT, .change = change_word_out_of_range,
     .message = "sample: column `brand`: block 0: a value outside 0 to 4, which kind word allows"},
    {"bitmap_unused_bits", .status = FL_CORRUPT, .change = change_bitmap_unused_bits,
     .message = "sample: column `second`: block 0: unused bits of the null bitmap are not zero"},
    {"bitmap_of_another_count", .status = FL_CORRUPT, .change = change_bitmap_of_another_count,
     .message = "sample: column `second`: block 0: null bitmap with 5 nulls, 4 were promised"},
    {"bitmap_alone_is_too_large", .status = FL_CORRUPT, .change = change_bitmap_alone_is_too_large,
     .message = "sample: column `second`: block 0: page of 2 bytes, its null bitmap alone has 3"},
    {"packed_too_short", .status = FL_CORRUPT, .change = change_packed_too_short,
     .message = "sample: column `day`: block 0: packed page: 18 bytes, 21 values of 7 bits take 19"},
    {"constant_with_bytes", .status = FL_CORRUPT, .change = change_constant_with_bytes,
     .message = "sample: column `order`: block 0: constant page: 1 bytes, it has none"},
    {"dictionary_page_of_no_values", .status = FL_CORRUPT, .change = change_dictionary_page_of_no_values,
     .message = "sample: column `discount`: block 0: dictionary page: 0 distinct values, 1 to 4096"},
    {"run_page_of_no_runs", .status = FL_CORRUPT, .change = change_run_page_of_no_runs, .schema = "customers",
     .message = "sample: column `birth_year`: block 0: run page: 0 runs for 17 values"},
    {"string_lengths_too_wide", .status = FL_CORRUPT, .change = change_string_lengths_too_wide,
     .message = "sample: column `message`: block 0: string page: lengths of 22 bits, at most 21"},
    {"string_with_bytes_left", .status = FL_CORRUPT, .change = change_string_with_bytes_left,
     .message = "sample: column `message`: block 0: string page: texts of 48 bytes, there are 49"},
    {"string_sum", .status = FL_CORRUPT, .change = change_string_sum,
     .message = "sample: column `message`: block 0: texts of 48 bytes, 1 were promised"},
    {"string_not_utf8", .status = FL_CORRUPT, .change = change_string_not_utf8,
     .message = "sample: column `message`: block 0: string page: text 20 is not valid UTF-8 without NUL"},
    {"ended_without_an_end", .status = FL_CORRUPT, .change = change_ended_without_an_end,
     .message = "sample: column `message`: block 0: ended page: 20 texts end, there should be 21"},
    {"ended_with_bytes_left", .status = FL_CORRUPT, .change = change_ended_with_bytes_left,
     .message = "sample: column `message`: block 0: ended page: 1 bytes left over after 21 texts"},
    {"ended_sum", .status = FL_CORRUPT, .change = change_ended_sum,
     .message = "sample: column `message`: block 0: texts of 0 bytes, 21 were promised"},
    {"text_too_long", .status = FL_LIMIT, .change = change_text_too_long,
     .message = "sample: column `message`: block 0: string page: a text of 1048577 bytes, at most 1048576"},
    {"lz4_longer_than_promised", .status = FL_CORRUPT, .change = change_lz4_longer_than_promised,
     .message = "sample: column `text`: block 0: LZ4: the 164 bytes are no LZ4 block of 1340"},
    {"lz4_shorter_than_promised", .status = FL_CORRUPT, .change = change_lz4_shorter_than_promised,
     .message = "sample: column `text`: block 0: LZ4: unpacked to 1341 bytes, 1342 were promised"},
    {"word_empty", .status = FL_CORRUPT, .change = change_word_empty,
     .message = "sample: column `category`: word 1 is empty"},
    {"words_not_sorted", .status = FL_CORRUPT, .change = change_words_not_sorted,
     .message = "sample: column `category`: word 1 does not come after the one before it"},
    {"words_equal", .status = FL_CORRUPT, .change = change_words_equal,
     .message = "sample: column `category`: word 1 does not come after the one before it"},
    {"words_sum", .status = FL_CORRUPT, .change = change_words_sum,
     .message = "sample: column `category`: dictionary page of 2 bytes of words, 3 were promised"},
    {"words_not_utf8", .status = FL_CORRUPT, .change = change_words_not_utf8,
     .message = "sample: column `category`: string page: text 1 is not valid UTF-8 without NUL"},
    {"min_not_attained", .status = FL_CORRUPT, .change = change_min_not_attained,
     .message = "sample: column `order`: block 0: min or max is not that of the values"},
    {"sum_of_values", .status = FL_CORRUPT, .change = change_sum_of_values,
     .message = "sample: column `second`: block 0: sum is not that of the values"},
    {"type_map_between", .status = FL_CORRUPT, .change = change_type_map_between,
     .message = "sample: column `type`: block 0: the map of types is not that of the values"},
    {"rows_out_of_order", .status = FL_CORRUPT, .change = change_rows_out_of_order,
     .message = "sample: column `day`: block 1: row 1 comes before the one ahead of it in sort order"},
    {"padding", .status = FL_CORRUPT, .change_bytes = bytes_padding,
     .message = "sample: offset 127: a byte between pages is 0x01, not zero"},
    {"packed_past_max", .status = FL_CORRUPT, .change = change_packed_past_max,
     .message = "sample: column `day`: block 0: packed page: a value lies past the page's max"},
    {"dictionary_page_damaged", .status = FL_CORRUPT, .change_bytes = bytes_dictionary_page_damaged,
     .unsealed = true,
     .message = "sample: column `brand`: checksum does not match; the file was damaged after writing"},
    {"last_page_damaged", .status = FL_CORRUPT, .change_bytes = bytes_last_page_damaged, .unsealed = true,
     .message =
         "sample: column `text`: block 2: checksum does not match; the file was damaged after writing"},
    {"page_of_another_file", .status = FL_CORRUPT, .change_bytes = bytes_page_of_another_file,
     .message = "sample: column `brand`: checksum does not match; the file was damaged after writing"},
    {"typed_nulls_without_nulls", "long_interactions", .status = FL_CORRUPT,
     .change = change_typed_nulls_without_nulls,
     .message = "sample: column `order`: block 0: nulls by type without the flag for nulls"},
    {"typed_nulls_without_types", "customers", .status = FL_CORRUPT,
     .change = change_typed_nulls_without_types,
     .message = "sample: column `birth_year`: block 0: nulls by type in a table without types"},
    {"typed_nulls_cut", "long_interactions", .status = FL_CORRUPT, .change = change_typed_nulls_cut,
     .message = "sample: column `order`: block 0: page of 17 bytes, its nulls by type alone have 34"},
    {"typed_nulls_exceptions_cut", "long_interactions", .status = FL_CORRUPT,
     .change = change_typed_nulls_exceptions_cut,
     .message = "sample: column `order`: block 0: page of 36 bytes, its nulls by type have 2 exceptions"},
    {"typed_nulls_exceptions_swapped", "long_interactions", .status = FL_CORRUPT,
     .change = change_typed_nulls_exceptions_swapped,
     .message =
         "sample: column `order`: block 0: nulls by type: exception 1 does not ascend within the rows"},
    {"typed_nulls_exception_twice", "long_interactions", .status = FL_CORRUPT,
     .change = change_typed_nulls_exception_twice,
     .message =
         "sample: column `order`: block 0: nulls by type: exception 1 does not ascend within the rows"},
    {"typed_nulls_exception_past_rows", "long_interactions", .status = FL_CORRUPT,
     .change = change_typed_nulls_exception_past_rows,
     .message =
         "sample: column `order`: block 0: nulls by type: exception 1 does not ascend within the rows"},
    {"typed_nulls_count", "long_interactions", .status = FL_CORRUPT, .change = change_typed_nulls_count,
     .message = "sample: column `order`: block 0: null bitmap with 2 nulls, 800 were promised"},
    {"marks_first", "long_interactions", .status = FL_CORRUPT, .change = change_marks_first,
     .message = "sample: column `day`: block 0: marked page: the first value has no mark"},
    {"marks_fewer", "long_interactions", .status = FL_CORRUPT, .change = change_marks_fewer,
     .message =
         "sample: column `day`: block 0: marked page: 1000 bytes, 1600 values, 799 of them marked, take 999"},
    {"zstd_under_lz4_too", "cold_interactions", .status = FL_CORRUPT, .change = change_zstd_under_lz4_too,
     .message = "sample: column `text`: block 0: a page under both LZ4 and zstd"},
    {"zstd_for_days", "cold_interactions", .status = FL_CORRUPT, .change = change_zstd_for_days,
     .message = "sample: column `day`: block 0: zstd for a column of kind day"},
    {"zstd_for_words", .status = FL_CORRUPT, .change = change_zstd_for_words,
     .message = "sample: column `category`: dictionary page under zstd"},
    {"zstd_page_too_large", "cold_interactions", .status = FL_LIMIT, .lie = lie_zstd_page_too_large,
     .message = "sample: column `text`: block 0: a page of 67108865 unpacked bytes, at most 67108864"},
    {"zstd_bomb", "cold_interactions", .status = FL_CORRUPT, .lie = lie_zstd_bomb,
     .message = "sample: column `text`: block 0: zstd: a frame of 1539 bytes, 67108864 were promised"},
    {"zstd_longer_than_promised", "cold_interactions", .status = FL_CORRUPT,
     .change = change_zstd_longer_than_promised,
     .message = "sample: column `text`: block 0: zstd: a frame of 1539 bytes, 1538 were promised"},
    {"zstd_two_frames", "cold_interactions", .status = FL_CORRUPT, .change = change_zstd_two_frames,
     .message = "sample: column `text`: block 0: zstd: a frame of 414 bytes, the page has 828"},
    {"zstd_truncated", "cold_interactions", .status = FL_CORRUPT, .change = change_zstd_truncated,
     .message = "sample: column `text`: block 0: zstd: the 413 bytes are no whole frame"},
    {"zstd_head_cut", "cold_interactions", .status = FL_CORRUPT, .change = change_zstd_head_cut,
     .message = "sample: column `text`: block 0: zstd: the 5 bytes are no zstd frame"},
    {"zstd_magic", "cold_interactions", .status = FL_CORRUPT, .change = change_zstd_magic,
     .message = "sample: column `text`: block 0: zstd: the 414 bytes are no zstd frame"},
    {"zstd_dictionary", "cold_interactions", .status = FL_CORRUPT, .change = change_zstd_dictionary,
     .message = "sample: column `text`: block 0: zstd: frame flags 0x61, a dictionary or reserved ones"},
    {"zstd_window", "cold_interactions", .status = FL_CORRUPT, .change = change_zstd_window,
     .message = "sample: column `text`: block 0: zstd: a window of more than 67108864 bytes"},
    {"zstd_size_not_said", "cold_interactions", .status = FL_CORRUPT, .change = change_zstd_size_not_said,
     .message = "sample: column `text`: block 0: zstd: the frame does not say what it unpacks to"},
    {"zstd_fewer_than_its_word", "cold_interactions", .status = FL_CORRUPT,
     .change = change_zstd_fewer_than_its_word,
     .message = "sample: column `text`: block 0: zstd: the 12 bytes do not unpack to 200"},
};
const size_t broken_page_case_count = sizeof broken_page_cases / sizeof broken_page_cases[0];
