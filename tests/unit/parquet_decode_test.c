/* parquet_decode_test.c - every encoding of values against a slow encoder that is written here, bit by bit.
 *
 * Method: numbers of every width, as runs and as groups, are encoded by the obvious loop and taken in pieces
 * of odd sizes, so that pieces start and end anywhere in a group; what comes out must be what went in. Each
 * encoding is then cut after every byte, in memory of exactly that size: fewer values must be refused, none
 * may differ. Each bit is flipped once, which may give other values but no step beyond the memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "formats/parquet/parquet_decode_plain.h"
#include "formats/parquet/parquet_decode_values.h"

enum { COUNT = 700, ROOM = 1 << 16 };

static uint64_t random_state = 88172645463325252u;
static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* --- the slow encoders */

struct out {
    uint8_t bytes[ROOM];
    size_t size;
};

static void put_byte(struct out *out, unsigned byte)
{
    assert_true(out->size < ROOM);
    out->bytes[out->size++] = (uint8_t)byte;
}

static void put_varint(struct out *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        put_byte(out, (unsigned)(value & 0x7F) | 0x80);
    put_byte(out, (unsigned)value);
}

static void put_zigzag(struct out *out, int64_t value)
{
    put_varint(out, (uint64_t)value << 1 ^ (uint64_t)(value >> 63));
}

/* One bit after the other, lowest first. */
static void put_packed(struct out *out, const uint64_t *values, size_t count, unsigned width)
{
    unsigned bits = 0, byte = 0;
    for (size_t i = 0; i < count; i++) {
        for (unsigned bit = 0; bit < width; bit++) {
            byte |= (unsigned)(values[i] >> bit & 1) << bits;
            if (++bits == 8) {
                put_byte(out, byte);
                bits = byte = 0;
            }
        }
    }
    if (bits != 0)
        put_byte(out, byte);
}

/* Runs and groups by turns, of lengths that the caller's numbers give. */
static void put_hybrid(struct out *out, const uint64_t *values, size_t count, unsigned width)
{
    for (size_t at = 0; at < count;) {
        size_t run = 1;
        while (at + run < count && values[at + run] == values[at])
            run++;
        if (run >= 8 || count - at < 8) {
            put_varint(out, run << 1);
            for (unsigned byte = 0; byte < (width + 7) / 8; byte++)
                put_byte(out, (unsigned)(values[at] >> (8 * byte) & 0xFF));
            at += run;
            continue;
        }
        const size_t groups = 1 + next_random() % 4;
        const size_t packed = groups * 8 < count - at ? groups * 8 : (count - at) / 8 * 8;
        put_varint(out, (packed / 8) << 1 | 1);
        put_packed(out, values + at, packed, width);
        at += packed;
    }
}

/* is_cut: without the bytes that would only fill up the last miniblock. */
static void put_delta(struct out *out, const int64_t *values, size_t count, size_t block, size_t miniblocks,
                      bool is_cut)
{
    const size_t miniblock = block / miniblocks;
    put_varint(out, block);
    put_varint(out, miniblocks);
    put_varint(out, count);
    put_zigzag(out, count == 0 ? 0 : values[0]);
    for (size_t at = 1; at < count; at += block) {
        const size_t there = count - at < block ? count - at : block;
        uint64_t *deltas = calloc(block, sizeof *deltas);
        int64_t least = INT64_MAX;
        assert_non_null(deltas);
        for (size_t i = 0; i < there; i++) {
            deltas[i] = (uint64_t)values[at + i] - (uint64_t)values[at + i - 1];
            least = (int64_t)deltas[i] < least ? (int64_t)deltas[i] : least;
        }
        unsigned *widths = calloc(miniblocks, sizeof *widths);
        assert_non_null(widths);
        for (size_t i = 0; i < there; i++) {
            deltas[i] -= (uint64_t)least;
            while (widths[i / miniblock] < 64 && deltas[i] >> widths[i / miniblock] != 0)
                widths[i / miniblock]++;
        }
        put_zigzag(out, least);
        for (size_t i = 0; i < miniblocks; i++)
            put_byte(out, widths[i]);
        for (size_t i = 0; i * miniblock < there; i++)
            put_packed(out, deltas + i * miniblock,
                       is_cut && there - i * miniblock < miniblock ? there - i * miniblock : miniblock,
                       widths[i]);
        free(widths);
        free(deltas);
    }
}

/* --- numbers of a width */

static void make_numbers(uint64_t *values, size_t count, unsigned width)
{
    const uint64_t mask = width == 64 ? UINT64_MAX : ((uint64_t)1 << width) - 1;
    for (size_t i = 0; i < count;) {
        const size_t run = next_random() % 3 == 0 ? next_random() % 40 : 1;
        const uint64_t value = next_random() & mask;
        for (size_t k = 0; k < run && i < count; k++)
            values[i++] = value;
    }
}

static bool take_numbers(const uint8_t *bytes, size_t size, unsigned width, uint32_t *numbers,
                         uint32_t *largest)
{
    struct fl_parquet_hybrid hybrid;
    fl_parquet_hybrid_begin(&hybrid, bytes, size, width);
    for (size_t at = 0, piece = 1; at < COUNT; piece = piece % 37 + 1) {
        const size_t count = piece < COUNT - at ? piece : COUNT - at;
        if (!fl_parquet_hybrid_take32(&hybrid, numbers + at, count, largest))
            return false;
        at += count;
    }
    return true;
}

static void test_hybrid(void **state)
{
    (void)state;
    uint64_t values[COUNT];
    uint32_t numbers[COUNT];
    uint8_t small[COUNT];
    struct out *out = malloc(sizeof *out);
    assert_non_null(out);
    for (unsigned width = 0; width <= 32; width++) {
        uint32_t largest = 0, known = 0;
        out->size = 0;
        make_numbers(values, COUNT, width);
        put_hybrid(out, values, COUNT, width);
        assert_true(take_numbers(out->bytes, out->size, width, numbers, &largest));
        for (size_t i = 0; i < COUNT; i++) {
            assert_int_equal(numbers[i], values[i]);
            known = values[i] > known ? (uint32_t)values[i] : known;
        }
        assert_int_equal(largest, known);
        if (width > 8)
            continue;
        struct fl_parquet_hybrid hybrid;
        fl_parquet_hybrid_begin(&hybrid, out->bytes, out->size, width);
        largest = 0;
        assert_true(fl_parquet_hybrid_take8(&hybrid, small, 13, &largest));
        assert_true(fl_parquet_hybrid_take8(&hybrid, small + 13, COUNT - 13, &largest));
        for (size_t i = 0; i < COUNT; i++)
            assert_int_equal(small[i], values[i]);
        assert_int_equal(largest, known);
    }
    free(out);
}

static void test_hybrid_cut_anywhere(void **state)
{
    (void)state;
    uint64_t values[COUNT];
    uint32_t numbers[COUNT], largest = 0;
    struct out *out = calloc(1, sizeof *out);
    assert_non_null(out);
    make_numbers(values, COUNT, 11);
    put_hybrid(out, values, COUNT, 11);
    for (size_t size = 0; size < out->size; size++) {
        uint8_t *cut = malloc(size + (size == 0));
        assert_non_null(cut);
        memcpy(cut, out->bytes, size);
        assert_false(take_numbers(cut, size, 11, numbers, &largest));
        free(cut);
    }
    for (size_t bit = 0; bit < out->size * 8; bit++) {
        out->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        (void)take_numbers(out->bytes, out->size, 11, numbers, &largest);
        out->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(out);
}

/* --- pages, through the one door */

static const struct fl_parquet_field columns[] = {
    [FL_PARQUET_BOOLEAN] = {.type = FL_PARQUET_BOOLEAN, .form = FL_PARQUET_AS_U8},
    [FL_PARQUET_INT32] = {.type = FL_PARQUET_INT32, .form = FL_PARQUET_AS_I32},
    [FL_PARQUET_INT64] = {.type = FL_PARQUET_INT64, .form = FL_PARQUET_AS_I64},
    [FL_PARQUET_INT96] = {.type = FL_PARQUET_INT96, .form = FL_PARQUET_AS_I64},
    [FL_PARQUET_FLOAT] = {.type = FL_PARQUET_FLOAT, .form = FL_PARQUET_AS_F32},
    [FL_PARQUET_DOUBLE] = {.type = FL_PARQUET_DOUBLE, .form = FL_PARQUET_AS_F64},
    [FL_PARQUET_BYTE_ARRAY] = {.type = FL_PARQUET_BYTE_ARRAY, .form = FL_PARQUET_AS_TEXT},
    [FL_PARQUET_FIXED_LEN_BYTE_ARRAY] = {.type = FL_PARQUET_FIXED_LEN_BYTE_ARRAY,
                                         .type_size = 5,
                                         .form = FL_PARQUET_AS_TEXT},
};

/* A page's values as one string of bytes: of texts their size and bytes. */
struct result {
    fl_status status;
    uint8_t bytes[ROOM];
    size_t size;
    char message[FL_ERROR_MESSAGE_SIZE];
};

static void append_values(struct result *result, const struct fl_parquet_field *column, const void *values,
                          size_t count)
{
    const struct fl_text *texts = values;
    if (column->form != FL_PARQUET_AS_TEXT) {
        const size_t size = count * fl_parquet_form_size(column->form);
        memcpy(result->bytes + result->size, values, size);
        result->size += size;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        assert_true(result->size + texts[i].size + 4 <= ROOM);
        fl_store_le32(result->bytes + result->size, (uint32_t)texts[i].size);
        memcpy(result->bytes + result->size + 4, texts[i].bytes, texts[i].size);
        result->size += texts[i].size + 4;
    }
}

static fl_status take_piece(struct fl_parquet_reader *reader, size_t count, uint8_t **beside,
                            struct result *result, struct fl_error *error)
{
    struct fl_text values[64]; /* the largest form */
    uint32_t indices[64];
    uint64_t size;
    uint8_t *before = *beside;
    fl_status status = fl_parquet_reader_measure(reader, count, &size, error);
    *beside = status == FL_OK && size < ROOM ? malloc(size + 1) : NULL;
    if (status == FL_OK && *beside != NULL)
        status = fl_parquet_reader_take(reader, values, count, indices, *beside, error);
    if (status == FL_OK && *beside != NULL)
        append_values(result, reader->column, values, count);
    free(before);
    return *beside == NULL ? FL_LIMIT : status;
}

/* Takes `count` values in odd pieces from a copy of exactly the page's size. */
static void read_page(struct result *result, const struct fl_parquet_field *column, int32_t encoding,
                      const uint8_t *bytes, size_t size, size_t count,
                      const struct fl_parquet_dictionary *dictionary)
{
    struct fl_error error;
    struct fl_parquet_reader reader;
    uint8_t *copy = malloc(size + (size == 0)), *beside = NULL;
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    fl_error_clear(&error);
    result->size = 0;
    result->status =
        fl_parquet_reader_begin(&reader, column, encoding, copy, size, COUNT, dictionary, &error);
    for (size_t at = 0, piece = 3; result->status == FL_OK && at < count; at += piece) {
        piece = piece * 5 % 61 + 1 < count - at ? piece * 5 % 61 + 1 : count - at;
        result->status = take_piece(&reader, piece, &beside, result, &error);
    }
    if (result->status == FL_OK)
        result->status = fl_parquet_reader_end(&reader, &error);
    strcpy(result->message, error.message);
    free(beside);
    free(copy);
}

/* What `out` holds must be read as `known`; cut or with a bit flipped, as nothing beyond the memory. */
static void expect_page(const struct fl_parquet_field *column, int32_t encoding, const struct out *out,
                        const void *known, size_t known_size, size_t count,
                        const struct fl_parquet_dictionary *dictionary)
{
    struct result *result = malloc(sizeof *result);
    struct out *broken = malloc(sizeof *broken);
    assert_non_null(result);
    assert_non_null(broken);
    read_page(result, column, encoding, out->bytes, out->size, count, dictionary);
    assert_string_equal(result->message, "");
    assert_int_equal(result->status, FL_OK);
    assert_int_equal(result->size, known_size);
    assert_memory_equal(result->bytes, known, known_size);
    for (size_t size = 0; size < out->size; size += 1 + out->size / 120) {
        read_page(result, column, encoding, out->bytes, size, count, dictionary);
        assert_int_not_equal(result->status, FL_OK);
        assert_true(result->message[0] != '\0');
        assert_true(result->size <= known_size);
    }
    *broken = *out;
    for (size_t bit = 0; bit < out->size * 8; bit += 1 + out->size / 10) {
        broken->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        read_page(result, column, encoding, broken->bytes, out->size, count, dictionary);
        broken->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(broken);
    free(result);
}

static void test_plain(void **state)
{
    (void)state;
    static const int32_t types[] = {FL_PARQUET_INT32, FL_PARQUET_INT64, FL_PARQUET_FLOAT, FL_PARQUET_DOUBLE};
    struct out *out = calloc(1, sizeof *out);
    assert_non_null(out);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const size_t size = fl_parquet_form_size(columns[types[i]].form);
        for (out->size = 0; out->size < COUNT * size;)
            put_byte(out, (unsigned)next_random() & 0xFF);
        expect_page(&columns[types[i]], FL_PARQUET_ENCODING_PLAIN, out, out->bytes, out->size, COUNT, NULL);
    }
    free(out);
}

/* Lengths of texts that share beginnings. */
struct texts {
    char bytes[COUNT][24];
    size_t size[COUNT];
};

static void make_texts(struct texts *texts)
{
    for (size_t i = 0; i < COUNT; i++) {
        texts->size[i] = next_random() % 24;
        for (size_t k = 0; k < texts->size[i]; k++)
            texts->bytes[i][k] = (char)('a' + (k < 12 ? k : next_random() % 26));
    }
}

static void put_texts(struct out *out, const struct texts *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (unsigned k = 0; k < 4; k++)
            put_byte(out, (unsigned)(texts->size[i] >> (8 * k)) & 0xFF);
        for (size_t k = 0; k < texts->size[i]; k++)
            put_byte(out, (uint8_t)texts->bytes[i][k]);
    }
}

static void test_texts(void **state)
{
    (void)state;
    struct texts *texts = calloc(1, sizeof *texts);
    struct out *out = calloc(1, sizeof *out), *known = calloc(1, sizeof *known);
    int64_t sizes[COUNT], prefixes[COUNT], suffixes[COUNT];
    assert_true(texts != NULL && out != NULL && known != NULL);
    make_texts(texts);
    put_texts(known, texts, COUNT);
    expect_page(&columns[FL_PARQUET_BYTE_ARRAY], FL_PARQUET_ENCODING_PLAIN, known, known->bytes, known->size,
                COUNT, NULL);

    for (size_t i = 0; i < COUNT; i++)
        sizes[i] = (int64_t)texts->size[i];
    put_delta(out, sizes, COUNT, 128, 4, false);
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k < texts->size[i]; k++)
            put_byte(out, (uint8_t)texts->bytes[i][k]);
    expect_page(&columns[FL_PARQUET_BYTE_ARRAY], FL_PARQUET_ENCODING_DELTA_LENGTH_BYTE_ARRAY, out,
                known->bytes, known->size, COUNT, NULL);

    for (size_t i = 0; i < COUNT; i++) {
        size_t same = 0;
        while (i > 0 && same < texts->size[i] && same < texts->size[i - 1] &&
               texts->bytes[i][same] == texts->bytes[i - 1][same])
            same++;
        prefixes[i] = (int64_t)same;
        suffixes[i] = (int64_t)(texts->size[i] - same);
    }
    out->size = 0;
    put_delta(out, prefixes, COUNT, 128, 4, false);
    put_delta(out, suffixes, COUNT, 256, 8, false);
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = (size_t)prefixes[i]; k < texts->size[i]; k++)
            put_byte(out, (uint8_t)texts->bytes[i][k]);
    expect_page(&columns[FL_PARQUET_BYTE_ARRAY], FL_PARQUET_ENCODING_DELTA_BYTE_ARRAY, out, known->bytes,
                known->size, COUNT, NULL);
    free(known);
    free(out);
    free(texts);
}

static void test_deltas(void **state)
{
    (void)state;
    static const struct {
        size_t block, miniblocks;
    } shapes[] = {{128, 4}, {128, 1}, {2048, 8}, {256, 2}};
    struct out *out = calloc(1, sizeof *out);
    int64_t wide[COUNT];
    int32_t narrow[COUNT];
    assert_non_null(out);
    for (size_t shape = 0; shape < sizeof shapes / sizeof shapes[0]; shape++) {
        for (unsigned shift = 0; shift < 64; shift += 9) {
            for (size_t i = 0; i < COUNT; i++)
                wide[i] = (int64_t)next_random() >> shift; /* the widest differences wrap */
            out->size = 0;
            put_delta(out, wide, COUNT, shapes[shape].block, shapes[shape].miniblocks, true);
            expect_page(&columns[FL_PARQUET_INT64], FL_PARQUET_ENCODING_DELTA_BINARY_PACKED, out, wide,
                        sizeof wide, COUNT, NULL);
            for (size_t i = 0; i < COUNT; i++)
                wide[i] = narrow[i] = (int32_t)wide[i];
            out->size = 0;
            put_delta(out, wide, COUNT, shapes[shape].block, shapes[shape].miniblocks, true);
            expect_page(&columns[FL_PARQUET_INT32], FL_PARQUET_ENCODING_DELTA_BINARY_PACKED, out, narrow,
                        sizeof narrow, COUNT, NULL);
        }
    }
    free(out);
}

static void test_streams(void **state)
{
    (void)state;
    static const int32_t types[] = {FL_PARQUET_INT32, FL_PARQUET_INT64, FL_PARQUET_FLOAT, FL_PARQUET_DOUBLE,
                                    FL_PARQUET_FIXED_LEN_BYTE_ARRAY};
    struct out *out = calloc(1, sizeof *out), *known = calloc(1, sizeof *known);
    assert_true(out != NULL && known != NULL);
    for (size_t type = 0; type < sizeof types / sizeof types[0]; type++) {
        const struct fl_parquet_field *column = &columns[types[type]];
        const bool is_text = column->form == FL_PARQUET_AS_TEXT;
        const size_t size = is_text ? column->type_size : fl_parquet_form_size(column->form);
        out->size = known->size = 0;
        while (out->size < COUNT * size)
            put_byte(out, (unsigned)next_random() & 0xFF);
        for (size_t i = 0; i < COUNT; i++) {
            for (unsigned k = 0; is_text && k < 4; k++)
                put_byte(known, k == 0 ? (unsigned)size : 0);
            for (size_t k = 0; k < size; k++)
                put_byte(known, out->bytes[k * COUNT + i]);
        }
        expect_page(column, FL_PARQUET_ENCODING_BYTE_STREAM_SPLIT, out, known->bytes, known->size, COUNT,
                    NULL);
    }
    free(known);
    free(out);
}

static void test_booleans(void **state)
{
    (void)state;
    struct out *out = calloc(1, sizeof *out), *runs = calloc(1, sizeof *runs);
    uint64_t values[COUNT];
    uint8_t known[COUNT];
    assert_true(out != NULL && runs != NULL);
    make_numbers(values, COUNT, 1);
    for (size_t i = 0; i < COUNT; i++)
        known[i] = (uint8_t)values[i];
    put_packed(out, values, COUNT, 1);
    expect_page(&columns[FL_PARQUET_BOOLEAN], FL_PARQUET_ENCODING_PLAIN, out, known, COUNT, COUNT, NULL);
    put_hybrid(runs, values, COUNT, 1);
    out->size = 4;
    fl_store_le32(out->bytes, (uint32_t)runs->size);
    memcpy(out->bytes + 4, runs->bytes, runs->size);
    out->size += runs->size;
    expect_page(&columns[FL_PARQUET_BOOLEAN], FL_PARQUET_ENCODING_RLE, out, known, COUNT, COUNT, NULL);
    free(runs);
    free(out);
}

static void test_dictionaries(void **state)
{
    (void)state;
    int64_t words[100], known[COUNT];
    uint64_t values[COUNT];
    struct out *out = calloc(1, sizeof *out);
    struct fl_parquet_dictionary dictionary = {.count = 100, .is_there = true};
    assert_non_null(out);
    for (size_t i = 0; i < 100; i++)
        words[i] = (int64_t)next_random();
    dictionary.words.bytes = (uint8_t *)words;
    make_numbers(values, COUNT, 6); /* up to 63 */
    for (size_t i = 0; i < COUNT; i++)
        known[i] = words[values[i]];
    for (unsigned width = 6; width <= 32; width += 13) {
        out->size = 0;
        put_byte(out, width);
        put_hybrid(out, values, COUNT, width);
        expect_page(&columns[FL_PARQUET_INT64], FL_PARQUET_ENCODING_RLE_DICTIONARY, out, known, sizeof known,
                    COUNT, &dictionary);
    }
    struct result *result = malloc(sizeof *result);
    assert_non_null(result);
    dictionary.count = 63; /* the largest index is 63 */
    values[17] = 63;
    out->size = 0;
    put_byte(out, 6);
    put_hybrid(out, values, COUNT, 6);
    read_page(result, &columns[FL_PARQUET_INT64], FL_PARQUET_ENCODING_RLE_DICTIONARY, out->bytes, out->size,
              COUNT, &dictionary);
    assert_int_equal(result->status, FL_CORRUPT);
    assert_string_equal(result->message, "index 63 into a dictionary of 63 values");
    /* Indices of no bits at all are all 0. */
    static const uint8_t no_bits[] = {0};
    read_page(result, &columns[FL_PARQUET_INT64], FL_PARQUET_ENCODING_PLAIN_DICTIONARY, no_bits, 1, 2,
              &dictionary);
    assert_int_equal(result->status, FL_OK);
    assert_memory_equal(result->bytes, &words[0], 8);
    assert_memory_equal(result->bytes + 8, &words[0], 8);
    free(result);
    free(out);
}

static void test_int96(void **state)
{
    (void)state;
    /* 2009-04-01 00:01:00: Julian day 2454923, 60e9 ns; then one nanosecond before 1970, rounded down. */
    static const int64_t nanos[] = {60000000000, 86399999999999}, days[] = {2454923, 2440587};
    static const int64_t micros[] = {1238544060000000, -1};
    struct out *out = calloc(1, sizeof *out);
    assert_non_null(out);
    for (size_t i = 0; i < 2; i++) {
        fl_store_le64(out->bytes + 12 * i, (uint64_t)nanos[i]);
        fl_store_le32(out->bytes + 12 * i + 8, (uint32_t)days[i]);
    }
    out->size = 24;
    expect_page(&columns[FL_PARQUET_INT96], FL_PARQUET_ENCODING_PLAIN, out, micros, sizeof micros, 2, NULL);
    free(out);
}

static void expect_refused(int32_t type, int32_t encoding, const char *message)
{
    static const uint8_t nothing[1];
    static const struct fl_parquet_dictionary none;
    struct result *result = malloc(sizeof *result);
    assert_non_null(result);
    read_page(result, &columns[type], encoding, nothing, 0, 0, &none);
    assert_int_not_equal(result->status, FL_OK);
    assert_string_equal(result->message, message);
    free(result);
}

static void test_refusals_have_names(void **state)
{
    (void)state;
    expect_refused(FL_PARQUET_INT32, 99, "a page in the unknown encoding 99");
    expect_refused(FL_PARQUET_INT32, FL_PARQUET_ENCODING_BIT_PACKED,
                   "a page of INT32 values in the encoding BIT_PACKED, which is not read");
    expect_refused(FL_PARQUET_DOUBLE, FL_PARQUET_ENCODING_DELTA_BINARY_PACKED,
                   "a page of DOUBLE values in the encoding DELTA_BINARY_PACKED, which is not read");
    expect_refused(FL_PARQUET_INT32, FL_PARQUET_ENCODING_RLE_DICTIONARY,
                   "a page of indices without a dictionary before it");
}

/* --- loops of their own */

static void test_texts_find_their_places(void **state)
{
    (void)state;
    for (unsigned nulls_bits = 0; nulls_bits < 1024; nulls_bits++) {
        static const char letters[] = "abcdefghij";
        struct fl_text texts[10];
        uint8_t nulls[10];
        size_t held = 0, letter = 0;
        for (size_t i = 0; i < 10; i++) {
            nulls[i] = nulls_bits >> i & 1;
            held += nulls[i] == 0;
            texts[i] = (struct fl_text){"stale", 5};
        }
        for (size_t i = 0; i < held; i++)
            texts[10 - held + i] = (struct fl_text){letters + i, 1};
        fl_parquet_place_texts(nulls, 10, held, texts);
        for (size_t i = 0; i < 10; i++) {
            assert_int_equal(texts[i].size, !nulls[i]);
            assert_non_null(texts[i].bytes);
            if (!nulls[i])
                assert_ptr_equal(texts[i].bytes, letters + letter++);
        }
    }
}

static void test_numbers_in_bytes(void **state)
{
    (void)state;
    __int128 number;
    assert_true(fl_parquet_decimal128((struct fl_text){"\xff\x38", 2}, &number) && number == -200);
    assert_true(fl_parquet_decimal128((struct fl_text){"\x7f", 1}, &number) && number == 127);
    assert_true(
        fl_parquet_decimal128((struct fl_text){"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 18}, &number) &&
        number == 1);
    assert_false(
        fl_parquet_decimal128((struct fl_text){"\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 17}, &number));
    /* 2^127 needs a sign of its own. */
    assert_false(
        fl_parquet_decimal128((struct fl_text){"\0\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 17}, &number));
    assert_true(fl_parquet_decimal128((struct fl_text){"\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16}, &number) &&
                number < 0);
    assert_false(fl_parquet_decimal128((struct fl_text){"", 0}, &number));

    assert_true(fl_parquet_half("\x00\x3c") == 1.0f);
    assert_true(fl_parquet_half("\x00\xc0") == -2.0f);
    assert_true(fl_parquet_half("\x01\x00") == 0x1p-24f);
    assert_true(fl_parquet_half("\xff\x7b") == 65504.0f);
    assert_true(fl_parquet_half("\x00\xfc") == -__builtin_inff());
    assert_true(__builtin_isnan(fl_parquet_half("\x01\x7c")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hybrid),
        cmocka_unit_test(test_hybrid_cut_anywhere),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_deltas),
        cmocka_unit_test(test_streams),
        cmocka_unit_test(test_booleans),
        cmocka_unit_test(test_dictionaries),
        cmocka_unit_test(test_int96),
        cmocka_unit_test(test_refusals_have_names),
        cmocka_unit_test(test_texts_find_their_places),
        cmocka_unit_test(test_numbers_in_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
