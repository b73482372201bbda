/* encoding_test.c - round trips of every encoding, refusals of every decoder.
 *
 * Method: bits are packed, unpacked at every width 0..64 and every count 0..130, which hits each start bit,
 * each tail, the nine-byte loads of wide numbers; buffers are of the exact size, so that a sanitizer sees a
 * load too far. Integer codecs are taken from the registry, so a new one is tested without a new test, over
 * pages of ten shapes at the ends of int64; page sizes pass the codecs' chunk sizes. Refusals: each message
 * of each decoder once; then every single-byte change of a small page of each encoding must either be refused
 * or give values within min and max. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/limits.h"
#include "formats/encodings/encoding.h"

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* A copy of the exact size: one byte further is not ours. */
static uint8_t *exact_copy(const struct fl_buffer *buffer)
{
    uint8_t *copy = malloc(buffer->size == 0 ? 1 : buffer->size);
    assert_non_null(copy);
    if (buffer->size > 0)
        memcpy(copy, buffer->bytes, buffer->size);
    return copy;
}

/* ---- bits ---- */

static void test_bits_round_trip(void **state)
{
    (void)state;
    enum { COUNT_MAX = 130 };
    uint64_t seed = 88172645463325252u;
    for (unsigned width = 0; width <= 64; width++) {
        for (size_t count = 0; count <= COUNT_MAX; count++) {
            uint64_t values[COUNT_MAX], back[COUNT_MAX];
            for (size_t i = 0; i < count; i++)
                values[i] = width == 0 ? 0 : next_random(&seed) >> (64 - width);
            struct fl_buffer out = {0};
            assert_int_equal(fl_bits_pack(values, count, width, 0, &out), 1);
            assert_int_equal(out.size, (count * width + 7) / 8);
            assert_int_equal(fl_bits_size(count, width), out.size);
            uint8_t *bytes = exact_copy(&out);
            assert_int_equal(fl_bits_unpack(bytes, count, width, back), 1);
            assert_memory_equal(values, back, count * sizeof *values);
            if (count * width % 8 != 0) {
                bytes[out.size - 1] |= 0x80;
                assert_int_equal(fl_bits_unpack(bytes, count, width, back), 0);
            }
            free(bytes);
            fl_buffer_release(&out);
        }
    }
}

static void test_bits_lie_lowest_first(void **state)
{
    (void)state;
    const uint64_t values[] = {1, 2, 3, 4, 5};
    struct fl_buffer out = {0};
    assert_int_equal(fl_bits_pack(values, 5, 3, 0, &out), 1);
    const uint8_t wanted[] = {0xD1,
                              0x58}; /* 001, 010, 011, 100, 101 from the right: 0 101 100 0 | 11 010 001 */
    assert_int_equal(out.size, sizeof wanted);
    assert_memory_equal(out.bytes, wanted, sizeof wanted);
    fl_buffer_release(&out);
}

/* ---- integer codecs ---- */

enum { SHAPES = 10, ROWS_MAX = 3000 };

static int64_t shaped(int shape, size_t row, uint64_t *seed)
{
    const uint64_t random = next_random(seed);
    switch (shape) {
    case 0:
        return 5;
    case 1:
        return (int64_t)(random % 140);
    case 2:
        return (int64_t)row / 37 - 20;
    case 3:
        return random % 2 == 0 ? INT64_MIN : INT64_MAX;
    case 4:
        return (int64_t)random;
    case 5:
        return INT64_MIN + (int64_t)(random % 3);
    case 6:
        return INT64_MAX - (int64_t)(random % 70000);
    case 7:
        return (int64_t)(random % 40) << 40;
    case 8:
        return (int64_t)(random >> 3);
    default:
        return row % 1000 == 999 ? 1 : 0;
    }
}

static struct fl_integers page_of(const int64_t *values, size_t count)
{
    struct fl_integers page = {values, count, values[0], values[0]};
    for (size_t i = 0; i < count; i++) {
        page.min = values[i] < page.min ? values[i] : page.min;
        page.max = values[i] > page.max ? values[i] : page.max;
    }
    return page;
}

/* Returns whether the codec takes the page at all. */
static bool round_trip(const struct fl_integer_codec *codec, const struct fl_integers *page)
{
    const size_t size = codec->encoded_size(page);
    if (size == SIZE_MAX)
        return false;
    struct fl_buffer out = {0};
    assert_int_equal(codec->encode(page, &out), 1);
    assert_int_equal(out.size, size);
    uint8_t *bytes = exact_copy(&out);
    int64_t *back = malloc(page->count * sizeof *back);
    struct fl_error error;
    assert_non_null(back);
    fl_error_clear(&error);
    assert_int_equal(codec->decode(bytes, size, page->min, page->max, page->count, FL_LANE_64, back, &error),
                     FL_OK);
    assert_memory_equal(back, page->values, page->count * sizeof *back);
    free(back);
    free(bytes);
    fl_buffer_release(&out);
    return true;
}

static void test_integers_round_trip(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 7, 8, 9, 63, 511, 512, 513, 1024, 1025, ROWS_MAX};
    uint64_t seed = 1234567;
    for (unsigned id = 0; fl_encoding_name(id) != NULL; id++) {
        const struct fl_integer_codec *codec = fl_integer_codec_find(id);
        if (codec == NULL)
            continue;
        size_t taken = 0;
        for (int shape = 0; shape < SHAPES; shape++) {
            for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
                int64_t values[ROWS_MAX];
                for (size_t row = 0; row < counts[i]; row++)
                    values[row] = shaped(shape, row, &seed);
                const struct fl_integers page = page_of(values, counts[i]);
                taken += round_trip(codec, &page);
            }
        }
        assert_true(taken >= 12); /* a codec that takes nothing would pass by doing nothing */
    }
}

static void test_a_run_may_be_a_whole_block(void **state)
{
    (void)state;
    int64_t *values = malloc(FL_BLOCK_ROWS_MAX * sizeof *values);
    assert_non_null(values);
    for (size_t row = 0; row < FL_BLOCK_ROWS_MAX; row++)
        values[row] = -3;
    const struct fl_integers page = page_of(values, FL_BLOCK_ROWS_MAX);
    assert_true(round_trip(fl_integer_codec_find(FL_ENCODING_RUN), &page));
    for (size_t row = 0; row < FL_BLOCK_ROWS_MAX; row++)
        values[row] = (int64_t)(row % FL_PAGE_DISTINCT_MAX) << 45; /* as many distinct values as may be */
    const struct fl_integers wide = page_of(values, FL_BLOCK_ROWS_MAX);
    assert_true(round_trip(fl_integer_codec_find(FL_ENCODING_DICTIONARY), &wide));
    values[1] = 1; /* one more */
    assert_int_equal(fl_integer_codec_find(FL_ENCODING_DICTIONARY)->encoded_size(&wide), SIZE_MAX);
    free(values);
}

static enum fl_encoding choice(int64_t (*value_at)(size_t row))
{
    int64_t values[ROWS_MAX];
    for (size_t row = 0; row < ROWS_MAX; row++)
        values[row] = value_at(row);
    const struct fl_integers page = page_of(values, ROWS_MAX);
    return fl_encoding_choose(&page);
}
static int64_t same(size_t row)
{
    (void)row;
    return 9;
}
static int64_t customers(size_t row)
{
    return 7000 + (int64_t)row / 50;
}
static int64_t pairs(size_t row)
{
    return (int64_t)(row / 2 * 2654435761u % 1000003); /* runs of two: half of packed but for their lengths */
}
static int64_t far_apart(size_t row)
{
    return (int64_t)(row * 2654435761u % 16) << 30;
}
static int64_t dense(size_t row)
{
    return (int64_t)(row * 2654435761u % 16);
}
static int64_t scattered(size_t row)
{
    return (int64_t)(row * 0x9E3779B97F4A7C15u >> 1);
}

static void test_choice_of_encoding(void **state)
{
    (void)state;
    assert_int_equal(choice(same), FL_ENCODING_CONSTANT);
    assert_int_equal(choice(customers), FL_ENCODING_RUN);
    assert_int_equal(choice(pairs), FL_ENCODING_MARKED);
    assert_int_equal(choice(far_apart), FL_ENCODING_DICTIONARY);
    assert_int_equal(choice(dense), FL_ENCODING_PACKED);
    assert_int_equal(choice(scattered), FL_ENCODING_PACKED);
}

/* ---- refusals ---- */

struct refusal {
    enum fl_encoding encoding;
    const char *bytes;
    size_t size;
    int64_t min, max;
    size_t count;
    const char *message;
};

static const struct refusal refusals[] = {
    {FL_ENCODING_CONSTANT, "x", 1, 1, 1, 3, "constant page: 1 bytes, it has none"},
    {FL_ENCODING_CONSTANT, "", 0, 1, 2, 3, "constant page: its min is not its max"},
    {FL_ENCODING_PACKED, "abc", 3, 0, 7, 3, "packed page: 3 bytes, 3 values of 3 bits take 2"},
    {FL_ENCODING_PACKED, "a", 1, 0, 7, 3, "packed page: 1 bytes, 3 values of 3 bits take 2"},
    {FL_ENCODING_PACKED, "\x00\x02", 2, 0, 7, 3, "packed page: unused bits at its end are not zero"},
    {FL_ENCODING_PACKED, "\x07\x00", 2, 0, 6, 3, "packed page: a value lies past the page's max"},
    {FL_ENCODING_PLAIN, "abc", 3, 0, 255, 2, "plain page: 3 bytes, 2 values of 1 bytes take 2"},
    {FL_ENCODING_PLAIN, "abc", 3, 0, 256, 2, "plain page: 3 bytes, 2 values of 2 bytes take 4"},
    {FL_ENCODING_PLAIN, "abc", 3, 0, 65536, 2, "plain page: 3 bytes, 2 values of 4 bytes take 8"},
    {FL_ENCODING_PLAIN, "abc", 3, 0, 1ll << 32, 2, "plain page: 3 bytes, 2 values of 8 bytes take 16"},
    {FL_ENCODING_PLAIN, "\x01\x08", 2, 0, 7, 2, "plain page: a value lies past the page's max"},
    {FL_ENCODING_RUN, "\x01\0\0\0", 4, 0, 7, 3, "run page: 4 bytes, its head alone has 5"},
    {FL_ENCODING_RUN, "\x00\0\0\0\0", 5, 0, 7, 3, "run page: 0 runs for 3 values"},
    {FL_ENCODING_RUN, "\x04\0\0\0\0", 5, 0, 7, 3, "run page: 4 runs for 3 values"},
    {FL_ENCODING_RUN, "\x01\0\0\0\x11", 5, 0, 7, 3, "run page: lengths of 17 bits, at most 16"},
    {FL_ENCODING_RUN, "\x01\0\0\0\x02", 5, 0, 7, 3, "run page: 5 bytes, 1 runs take 7"},
    {FL_ENCODING_RUN, "\x01\0\0\0\x02\x08\x02", 7, 0, 7, 3,
     "run page: unused bits at the end of a stream are not zero"},
    {FL_ENCODING_RUN, "\x01\0\0\0\x02\x01\x06", 7, 0, 7, 3,
     "run page: unused bits at the end of a stream are not zero"},
    {FL_ENCODING_RUN, "\x01\0\0\0\x02\x07\x02", 7, 0, 6, 3, "run page: a value lies past the page's max"},
    {FL_ENCODING_RUN, "\x01\0\0\0\x02\x01\x03", 7, 0, 7, 3, "run page: runs cover more than 3 values"},
    {FL_ENCODING_RUN, "\x01\0\0\0\x02\x01\x01", 7, 0, 7, 3, "run page: runs cover 2 of 3 values"},
    {FL_ENCODING_DICTIONARY, "\x01\0\0", 3, 0, 7, 3, "dictionary page: 3 bytes, its head alone has 4"},
    {FL_ENCODING_DICTIONARY, "\0\0\0\0", 4, 0, 7, 3, "dictionary page: 0 distinct values, 1 to 4096"},
    {FL_ENCODING_DICTIONARY, "\x01\x10\0\0", 4, 0, 7, 3, "dictionary page: 4097 distinct values, 1 to 4096"},
    {FL_ENCODING_DICTIONARY, "\x03\0\0\0", 4, 0, 7, 3,
     "dictionary page: 4 bytes, 3 values, 3 of them distinct, take 7"},
    {FL_ENCODING_DICTIONARY, "\x02\0\0\0\x78\x00", 6, 0, 7, 3,
     "dictionary page: unused bits after its values are not zero"},
    {FL_ENCODING_DICTIONARY, "\x02\0\0\0\x09\x00", 6, 0, 7, 3,
     "dictionary page: value 1 is not above the one before it"},
    {FL_ENCODING_DICTIONARY, "\x02\0\0\0\x38\x00", 6, 0, 6, 3,
     "dictionary page: a value lies past the page's max"},
    {FL_ENCODING_DICTIONARY, "\x02\0\0\0\x08\x08", 6, 0, 7, 3,
     "dictionary page: unused bits at its end are not zero"},
    {FL_ENCODING_DICTIONARY, "\x03\0\0\0\x88\x00\x03", 7, 0, 7, 3,
     "dictionary page: number 3 of 3 distinct values"},
    {FL_ENCODING_MARKED, "", 0, 0, 7, 3, "marked page: 0 bytes, the marks of 3 values alone take 1"},
    {FL_ENCODING_MARKED, "\x0d\x07", 2, 0, 7, 3, "marked page: unused bits after its marks are not zero"},
    {FL_ENCODING_MARKED, "\x06\x07", 2, 0, 7, 3, "marked page: the first value has no mark"},
    {FL_ENCODING_MARKED, "\x07\x07", 2, 0, 7, 3, "marked page: 2 bytes, 3 values, 3 of them marked, take 3"},
    {FL_ENCODING_MARKED, "\x03\x07\x00", 3, 0, 7, 3,
     "marked page: 3 bytes, 3 values, 2 of them marked, take 2"},
    {FL_ENCODING_MARKED, "\x03\x47", 2, 0, 7, 3, "marked page: unused bits at its end are not zero"},
    {FL_ENCODING_MARKED, "\x03\x39", 2, 0, 6, 3, "marked page: a value lies past the page's max"},
};

static void test_refusals_of_integers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct refusal *refusal = &refusals[i];
        struct fl_buffer kept = {0};
        struct fl_error error;
        int64_t values[8];
        fl_error_clear(&error);
        assert_int_equal(fl_buffer_append(&kept, refusal->bytes, refusal->size), 1);
        uint8_t *bytes = exact_copy(&kept);
        const fl_status status = fl_integer_codec_find(refusal->encoding)
                                     ->decode(bytes, refusal->size, refusal->min, refusal->max,
                                              refusal->count, FL_LANE_64, values, &error);
        assert_string_equal(error.message, refusal->message);
        assert_int_equal(status, FL_CORRUPT);
        free(bytes);
        fl_buffer_release(&kept);
    }
}

/* Every byte of the page set to every value: what is not refused must lie within min and max. */
static void change_each_byte(const struct fl_integer_codec *codec, const struct fl_integers *page)
{
    struct fl_buffer out = {0};
    assert_int_equal(codec->encode(page, &out), 1);
    uint8_t *bytes = exact_copy(&out);
    int64_t *back = malloc(page->count * sizeof *back);
    assert_non_null(back);
    for (size_t at = 0; at < out.size; at++) {
        for (unsigned value = 0; value < 256; value++) {
            bytes[at] = (uint8_t)value;
            if (codec->decode(bytes, out.size, page->min, page->max, page->count, FL_LANE_64, back, NULL) !=
                FL_OK)
                continue;
            for (size_t i = 0; i < page->count; i++)
                assert_true(back[i] >= page->min && back[i] <= page->max);
        }
        bytes[at] = out.bytes[at];
    }
    free(back);
    free(bytes);
    fl_buffer_release(&out);
}

static void test_changed_bytes_stay_in_bounds(void **state)
{
    (void)state;
    int64_t values[40];
    for (size_t row = 0; row < 40; row++)
        values[row] = (int64_t)(row * 7 / 3 % 11) * 1000000007;
    const struct fl_integers page = page_of(values, 40);
    for (unsigned id = FL_ENCODING_PACKED; fl_integer_codec_find(id) != NULL; id++)
        change_each_byte(fl_integer_codec_find(id), &page);
}

/* ---- strings ---- */

/* Texts of both encodings: what comes back is at *text_bytes. */
static fl_status decode_texts(unsigned id, uint8_t *bytes, size_t size, size_t count, size_t text_size_max,
                              uint32_t *offsets, const uint8_t **text_bytes, struct fl_error *error)
{
    *text_bytes = bytes;
    return id == FL_ENCODING_STRING
               ? fl_string_decode(bytes, size, count, text_size_max, offsets, text_bytes, error)
               : fl_ended_decode(bytes, size, count, text_size_max, offsets, error);
}

static void expect_texts_back(unsigned id, const struct fl_text *texts, size_t count)
{
    struct fl_buffer out = {0};
    uint32_t *offsets = malloc((count + 1) * sizeof *offsets);
    const uint8_t *text_bytes;
    assert_non_null(offsets);
    assert_int_equal(id == FL_ENCODING_STRING ? fl_string_encode(texts, count, &out)
                                              : fl_ended_encode(texts, count, &out),
                     1);
    uint8_t *bytes = exact_copy(&out);
    assert_int_equal(decode_texts(id, bytes, out.size, count, 20, offsets, &text_bytes, NULL), FL_OK);
    for (size_t i = 0; i < count; i++) {
        const struct fl_text text = {(const char *)text_bytes + offsets[i], offsets[i + 1] - offsets[i]};
        assert_true(fl_text_equal(text, texts[i]));
    }
    free(offsets);
    free(bytes);
    fl_buffer_release(&out);
}

static void test_texts_round_trip(void **state)
{
    (void)state;
    enum { COUNT_MAX = 1100 };
    static const char *const words[] = {"", "a", "K\xc3\xb8penhavn", "\xe4\xb8\xad\xe6\x96\x87", "size 42"};
    struct fl_text texts[COUNT_MAX];
    for (size_t i = 0; i < COUNT_MAX; i++)
        texts[i] = fl_text_of(words[i * i % 5]);
    for (size_t count = 1; count <= COUNT_MAX; count += count < 20 ? 1 : 360) {
        expect_texts_back(FL_ENCODING_STRING, texts, count);
        expect_texts_back(FL_ENCODING_ENDED, texts, count);
    }
}

struct text_refusal {
    const char *bytes;
    size_t size, count;
    fl_status status;
    const char *message;
};

static void expect_refused_texts(unsigned id, const struct text_refusal *wanted)
{
    struct fl_buffer kept = {0};
    struct fl_error error;
    uint32_t offsets[3];
    const uint8_t *text_bytes;
    fl_error_clear(&error);
    assert_int_equal(fl_buffer_append(&kept, wanted->bytes, wanted->size), 1);
    uint8_t *bytes = exact_copy(&kept);
    const fl_status status =
        decode_texts(id, bytes, wanted->size, wanted->count, 5, offsets, &text_bytes, &error);
    assert_string_equal(error.message, wanted->message);
    assert_int_equal(status, wanted->status);
    free(bytes);
    fl_buffer_release(&kept);
}

static void test_refusals_of_strings(void **state)
{
    (void)state;
    static const struct text_refusal cases[] = {
        {"", 0, 2, FL_CORRUPT, "string page: 0 bytes, its head alone has 1"},
        {"\x16xxxxxxxx", 9, 2, FL_CORRUPT, "string page: lengths of 22 bits, at most 21"},
        {"\x04", 1, 2, FL_CORRUPT, "string page: 1 bytes, 2 lengths alone take 1"},
        {"\x03\x49xx", 4, 2, FL_CORRUPT, "string page: unused bits after its lengths are not zero"},
        {"\x04\x16xxxxxxx", 9, 2, FL_LIMIT, "string page: a text of 6 bytes, at most 5"},
        {"\x04\x22xxx", 5, 2, FL_CORRUPT, "string page: texts of more than the 3 bytes there are"},
        {"\x04\x22xxxxx", 7, 2, FL_CORRUPT, "string page: texts of 4 bytes, there are 5"},
        {"\x04\x22xx\xc3x", 6, 2, FL_CORRUPT, "string page: text 1 is not valid UTF-8 without NUL"},
        {"\x04\x22\xc3\x00xx", 6, 2, FL_CORRUPT, "string page: text 0 is not valid UTF-8 without NUL"},
        {"\x04\x22x\x00xx", 6, 2, FL_CORRUPT, "string page: text 0 is not valid UTF-8 without NUL"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_refused_texts(FL_ENCODING_STRING, &cases[i]);
}

static void test_refusals_of_ended(void **state)
{
    (void)state;
    static const struct text_refusal cases[] = {
        {"", 0, 2, FL_CORRUPT, "ended page: 0 texts end, there should be 2"},
        {"ab", 2, 1, FL_CORRUPT, "ended page: 0 texts end, there should be 1"},
        {"ab\0", 3, 2, FL_CORRUPT, "ended page: 1 texts end, there should be 2"},
        {"ab\0c", 4, 2, FL_CORRUPT, "ended page: 1 texts end, there should be 2"},
        {"ab\0\0\0", 5, 2, FL_CORRUPT, "ended page: 1 bytes left over after 2 texts"},
        {"ab\0\0cd", 6, 2, FL_CORRUPT, "ended page: 2 bytes left over after 2 texts"},
        {"ab\0abcdef\0", 10, 2, FL_LIMIT, "ended page: a text of 6 bytes, at most 5"},
        {"ab\0\xc3\0", 5, 2, FL_CORRUPT, "ended page: text 1 is not valid UTF-8"},
        {"\xc3\0\xa6\0", 4, 2, FL_CORRUPT, "ended page: text 0 is not valid UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_refused_texts(FL_ENCODING_ENDED, &cases[i]);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(fl_encoding_name(0), "constant");
    assert_string_equal(fl_encoding_name(1), "packed");
    assert_string_equal(fl_encoding_name(2), "run");
    assert_string_equal(fl_encoding_name(3), "dictionary");
    assert_string_equal(fl_encoding_name(4), "plain");
    assert_string_equal(fl_encoding_name(5), "string");
    assert_string_equal(fl_encoding_name(6), "marked");
    assert_string_equal(fl_encoding_name(7), "ended");
    assert_null(fl_encoding_name(8));
    assert_null(fl_integer_codec_find(FL_ENCODING_STRING));
    assert_null(fl_integer_codec_find(FL_ENCODING_ENDED));
    assert_null(fl_integer_codec_find(8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bits_round_trip),
        cmocka_unit_test(test_bits_lie_lowest_first),
        cmocka_unit_test(test_integers_round_trip),
        cmocka_unit_test(test_a_run_may_be_a_whole_block),
        cmocka_unit_test(test_choice_of_encoding),
        cmocka_unit_test(test_refusals_of_integers),
        cmocka_unit_test(test_changed_bytes_stay_in_bounds),
        cmocka_unit_test(test_texts_round_trip),
        cmocka_unit_test(test_refusals_of_strings),
        cmocka_unit_test(test_refusals_of_ended),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
