/* arrow_broken_test.c - Arrow streams with one wrong thing each, refused in that thing's own words.
 *
 * Messages are put together by hand, so that they say what no writer of ours would: wrong counts, offsets,
 * words, dictionaries out of turn, compressed buffers that lie about their size, footers that list other
 * messages. Beside each wrong one stands the right one, so that it is the wrong thing which is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <lz4frame.h>
#include <string.h>
#include <zstd.h>

#include "formats/arrow/arrow_numbers.h"
#include "formats/arrow/arrow_writer_messages.h"
#include "formats/arrow/flatbuffer_reader.h"
#include "formats/base/bytes.h"
#include "formats/base/limits.h"
#include "tests/unit/arrow_hand.h"
#include "tests/unit/arrow_sample.h"

/* --- one column, one batch */

static fl_status read_hand(const struct fl_arrow_field *field, const struct arrow_hand *hands, size_t count,
                           struct fl_error *error)
{
    struct fl_buffer bytes = {0};
    arrow_hand_schema(field, 1, &bytes);
    for (size_t i = 0; i < count; i++)
        arrow_hand_batch(&hands[i], &bytes);
    arrow_hand_end(&bytes);
    const fl_status status = arrow_read_bytes(&bytes, error);
    fl_buffer_release(&bytes);
    return status;
}

#define BUFFER(array)                                                                                        \
    {                                                                                                        \
        array, sizeof(array)                                                                                 \
    }
#define NONE                                                                                                 \
    {                                                                                                        \
        "", 0                                                                                                \
    }

struct text_case {
    const char *words; /* NULL: it is right */
    int64_t rows, nulls;
    uint8_t validity;
    int32_t offsets[4];
    const char *bytes;
};

static void test_texts(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {NULL, 3, 0, 7, {0, 1, 3, 3}, "a\xC3\xA9"},
        {NULL, 3, 1, 5, {0, 1, 3, 3}, "a\xC3\xA9"},
        {NULL, 3, 0, 7, {1, 1, 3, 3}, "\xFF\xC3\xA9"},
        {NULL,
         3,
         1,
         5,
         {0, 1, 3, 4},
         "a\xFF\xFE"
         "b"},
        {"offsets that do not ascend", 3, 0, 7, {0, 2, 1, 3}, "abc"},
        {"offsets that do not ascend", 3, 0, 7, {-1, 1, 2, 3}, "abc"},
        {"a buffer of texts of 3 bytes, at least 4", 3, 0, 7, {0, 1, 2, 4}, "abc"},
        {"row 1 of the batch is not UTF-8", 3, 0, 7, {0, 1, 2, 3}, "a\xC3\xA9"},
        {"row 0 of the batch is not UTF-8",
         3,
         0,
         7,
         {0, 1, 2, 3},
         "\xFF"
         "bc"},
        {"2 nulls are announced, 1 are there", 3, 2, 5, {0, 1, 2, 3}, "abc"},
        {"4 nulls in 3 rows", 3, 4, 5, {0, 1, 2, 3}, "abc"},
        {"-2 nulls in 3 rows", 3, -2, 5, {0, 1, 2, 3}, "abc"},
        {"a column of 3 rows in a batch of 2", 2, 0, 5, {0, 1, 2, 3}, "abc"},
        {"a batch of -1 rows", -1, 0, 5, {0, 1, 2, 3}, "abc"},
    };
    const struct fl_arrow_field field = {.name = "text", .type = fl_arrow_type_of(FL_ARROW_UTF8)};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct text_case *wanted = &cases[i];
        const int64_t nodes[] = {3, wanted->nulls};
        const struct arrow_hand_buffer buffers[] = {
            {&wanted->validity, 1}, BUFFER(wanted->offsets), {wanted->bytes, strlen(wanted->bytes)}};
        const struct arrow_hand hand = {.rows = wanted->rows,
                                        .nodes = nodes,
                                        .node_count = 1,
                                        .buffers = buffers,
                                        .buffer_count = 3,
                                        .codec = -1};
        struct fl_error error;
        const fl_status status = read_hand(&field, &hand, 1, &error);
        assert_int_equal(wanted->words == NULL ? FL_OK : FL_CORRUPT, status);
        if (wanted->words != NULL)
            assert_non_null(strstr(error.message, wanted->words));
    }
}

struct words_case {
    const char *words;
    bool first_is_delta, second_is_delta;
    int8_t indexes[3];
};

/* Two dictionary messages of two words each. */
static void test_dictionaries(void **state)
{
    (void)state;
    static const struct words_case cases[] = {
        {NULL, false, true, {0, 3, 2}},
        {NULL, false, false, {0, 1, 1}},
        {"row 2 of the batch is word 2, the dictionary has 2", false, false, {0, 1, 2}},
        {"row 0 of the batch is word 4, the dictionary has 4", false, true, {4, 1, 2}},
        {"row 1 of the batch is word -1, the dictionary has 4", false, true, {0, -1, 2}},
        {"words are added to dictionary 7 before it is there", true, true, {0, 1, 1}},
    };
    const struct fl_arrow_field field = {.name = "word",
                                         .type = fl_arrow_type_of(FL_ARROW_UTF8),
                                         .has_dictionary = true,
                                         .dictionary_id = 7,
                                         .index = fl_arrow_type_of(FL_ARROW_INT8)};
    static const int32_t offsets[] = {0, 1, 3};
    const struct arrow_hand_buffer words[] = {NONE, BUFFER(offsets), {"abb", 3}};
    const int64_t word_nodes[] = {2, 0}, row_nodes[] = {3, 0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arrow_hand hands[3];
        for (size_t k = 0; k < 2; k++)
            hands[k] =
                (struct arrow_hand){.is_dictionary = true,
                                    .is_delta = k == 0 ? cases[i].first_is_delta : cases[i].second_is_delta,
                                    .dictionary_id = 7,
                                    .rows = 2,
                                    .nodes = word_nodes,
                                    .node_count = 1,
                                    .buffers = words,
                                    .buffer_count = 3,
                                    .codec = -1};
        const struct arrow_hand_buffer indexes[] = {NONE, BUFFER(cases[i].indexes)};
        hands[2] = (struct arrow_hand){.rows = 3,
                                       .nodes = row_nodes,
                                       .node_count = 1,
                                       .buffers = indexes,
                                       .buffer_count = 2,
                                       .codec = -1};
        struct fl_error error;
        assert_int_equal(cases[i].words == NULL ? FL_OK : FL_CORRUPT, read_hand(&field, hands, 3, &error));
        if (cases[i].words != NULL)
            assert_non_null(strstr(error.message, cases[i].words));
        if (i == 0) {
            hands[0].dictionary_id = 8;
            assert_int_equal(FL_CORRUPT, read_hand(&field, hands, 3, &error));
            assert_non_null(strstr(error.message, "dictionary 8 belongs to no column"));
            assert_int_equal(FL_CORRUPT, read_hand(&field, &hands[2], 1, &error));
            assert_non_null(strstr(error.message, "dictionary 7 is used before it is there"));
        }
    }
}

/* --- compressed buffers */

enum { PACKED_ROWS = 1000 };

static size_t pack(int codec, const void *values, size_t size, uint8_t *packed, size_t room)
{
    fl_store_le64(packed, size);
    if (codec == CODEC_LZ4_FRAME)
        return 8 + LZ4F_compressFrame(packed + 8, room - 8, values, size, NULL);
    return 8 + ZSTD_compress(packed + 8, room - 8, values, size, 3);
}

static fl_status read_packed(int codec, const void *packed, size_t size, struct fl_error *error)
{
    const struct fl_arrow_field field = {.name = "number", .type = fl_arrow_type_of(FL_ARROW_INT64)};
    const int64_t nodes[] = {PACKED_ROWS, 0};
    const struct arrow_hand_buffer buffers[] = {NONE, {packed, size}};
    const struct arrow_hand hand = {.rows = PACKED_ROWS,
                                    .nodes = nodes,
                                    .node_count = 1,
                                    .buffers = buffers,
                                    .buffer_count = 2,
                                    .codec = codec};
    return read_hand(&field, &hand, 1, error);
}

static void test_compressed(void **state)
{
    (void)state;
    int64_t values[PACKED_ROWS];
    for (int64_t i = 0; i < PACKED_ROWS; i++)
        values[i] = i * i;
    static uint8_t packed[16 << 10];
    struct fl_error error;
    for (int codec = CODEC_LZ4_FRAME; codec <= CODEC_ZSTD; codec++) {
        const size_t size = pack(codec, values, sizeof values, packed, sizeof packed);
        assert_int_equal(FL_OK, read_packed(codec, packed, size, &error));
        for (size_t cut = 1; cut < size; cut += 97)
            assert_int_equal(FL_CORRUPT, read_packed(codec, packed, cut, &error));
        packed[size] = 0;
        assert_int_equal(FL_CORRUPT, read_packed(codec, packed, size + 1, &error));
        static const int64_t lies[] = {0, 7999, 8001, -2, INT64_MIN, INT64_MAX, (int64_t)1 << 40};
        for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
            fl_store_le64(packed, (uint64_t)lies[i]);
            const fl_status status = read_packed(codec, packed, size, &error);
            assert_true(status == FL_CORRUPT || status == FL_LIMIT);
        }
    }
    fl_store_le64(packed, UINT64_MAX); /* -1: stored as they are */
    memcpy(packed + 8, values, sizeof values);
    assert_int_equal(FL_OK, read_packed(CODEC_ZSTD, packed, 8 + sizeof values, &error));
    assert_int_equal(FL_UNSUPPORTED, read_packed(5, packed, 8 + sizeof values, &error));
}

/* --- limits */

static void test_rows_of_nothing(void **state)
{
    (void)state;
    const struct fl_arrow_field field = {.name = "nothing", .type = fl_arrow_type_of(FL_ARROW_NULLS)};
    struct fl_error error;
    for (int64_t over = 0; over < 2; over++) {
        const int64_t rows = FL_ARROW_EMPTY_ROWS_MAX + over, nodes[] = {rows, rows};
        const struct arrow_hand hand = {.rows = rows, .nodes = nodes, .node_count = 1, .codec = -1};
        assert_int_equal(over == 0 ? FL_OK : FL_LIMIT, read_hand(&field, &hand, 1, &error));
    }
}

static fl_status read_two_columns(struct arrow_hand hand, struct fl_error *error)
{
    const struct fl_arrow_field fields[] = {{.name = "a", .type = fl_arrow_type_of(FL_ARROW_INT64)},
                                            {.name = "b", .type = fl_arrow_type_of(FL_ARROW_INT64)}};
    static const int64_t values[] = {1, 2, 3, 4}, nodes[] = {4, 0, 4, 0};
    const struct arrow_hand_buffer buffers[] = {NONE, BUFFER(values), NONE, BUFFER(values)};
    hand.rows = 4;
    hand.nodes = nodes;
    hand.node_count = 2;
    hand.buffers = buffers;
    hand.codec = -1;
    struct fl_buffer bytes = {0};
    arrow_hand_schema(fields, 2, &bytes);
    arrow_hand_batch(&hand, &bytes);
    arrow_hand_end(&bytes);
    const fl_status status = arrow_read_bytes(&bytes, error);
    fl_buffer_release(&bytes);
    return status;
}

/* Buffers that share their bytes would let a small message ask for much work. */
static void test_buffers_of_a_batch(void **state)
{
    (void)state;
    struct fl_error error;
    assert_int_equal(FL_OK, read_two_columns((struct arrow_hand){.buffer_count = 4}, &error));
    assert_int_equal(FL_CORRUPT,
                     read_two_columns((struct arrow_hand){.buffer_count = 4, .shares_bytes = true}, &error));
    assert_non_null(strstr(error.message, "buffers of 64 bytes together, the batch has 32"));
    assert_int_equal(FL_CORRUPT, read_two_columns((struct arrow_hand){.buffer_count = 3}, &error));
    assert_non_null(strstr(error.message, "2 columns in 3 buffers, the schema asks for 2 in 4"));
}

/* --- files */

/* A file around the stream, its footer listing each message; `wrong` is added to the offset of the last
 * batch. */
static void make_file(const struct fl_buffer *stream, const struct arrow_sample *sample, int64_t wrong,
                      struct fl_buffer *bytes)
{
    int64_t blocks[2][3 * 8] = {{0}};
    size_t counts[2] = {0}, at = 0;
    for (; fl_load_le32(stream->bytes + at + 4) != 0;) {
        const uint32_t size = fl_load_le32(stream->bytes + at + 4);
        struct fl_flat flat = {stream->bytes + at + 8, size, NULL};
        const struct fl_flat_table root = fl_flat_root(&flat);
        const int64_t body = fl_flat_int64(&root, MESSAGE_BODY_LENGTH, 0);
        const int type = fl_flat_int8(&root, MESSAGE_HEADER_TYPE, 0);
        if (type != HEADER_SCHEMA) {
            int64_t *block = &blocks[type == HEADER_BATCH][3 * counts[type == HEADER_BATCH]++];
            block[0] = (int64_t)at + 8 + (type == HEADER_BATCH ? wrong : 0);
            block[1] = 8 + size;
            block[2] = body;
        }
        at += 8 + size + (size_t)body;
    }
    struct fl_flat_writer flat = {0};
    size_t places[FL_FLAT_FIELDS_MAX] = {0};
    const struct fl_flat_field fields[] = {FL_FLAT_INT16(VERSION_5), FL_FLAT_REFERENCE, FL_FLAT_REFERENCE,
                                           FL_FLAT_REFERENCE};
    fl_flat_begin(&flat);
    fl_flat_put_table(&flat, 0, fields, 4, places);
    fl_flat_put_structs(&flat, places[FOOTER_DICTIONARIES], blocks[0], counts[0], 3);
    fl_flat_put_structs(&flat, places[FOOTER_BATCHES], blocks[1], counts[1], 3);
    fl_arrow_put_schema_table(&flat, places[FOOTER_SCHEMA], &sample->schema);
    fl_flat_finish(&flat);
    uint8_t size[4];
    fl_store_le32(size, (uint32_t)flat.buffer.size);
    assert_true(fl_buffer_append(bytes, ARROW_MAGIC "\0", 8));
    assert_true(fl_buffer_append(bytes, stream->bytes, stream->size));
    assert_true(fl_buffer_append(bytes, flat.buffer.bytes, flat.buffer.size));
    assert_true(fl_buffer_append(bytes, size, sizeof size));
    assert_true(fl_buffer_append(bytes, ARROW_MAGIC, ARROW_MAGIC_SIZE));
    fl_flat_writer_release(&flat);
}

static void test_files(void **state)
{
    (void)state;
    struct arrow_sample sample, other;
    struct fl_buffer stream = {0}, file = {0};
    struct fl_error error;
    arrow_sample_init(&sample, 3, true);
    arrow_sample_write(&sample, 2, &stream);
    make_file(&stream, &sample, 0, &file);
    assert_true(fl_arrow_is_file(file.bytes, file.size));
    assert_false(fl_arrow_is_stream(file.bytes, file.size));
    assert_true(fl_arrow_is_stream(stream.bytes, stream.size));
    assert_int_equal(FL_OK, arrow_read_bytes(&file, &error));
    for (size_t size = ARROW_FILE_HEAD_SIZE; size < file.size; size++) {
        struct fl_buffer cut = {file.bytes, size, 0};
        assert_int_equal(FL_CORRUPT, arrow_read_bytes(&cut, &error));
    }
    file.size = 0;
    make_file(&stream, &sample, 8, &file);
    assert_int_equal(FL_CORRUPT, arrow_read_bytes(&file, &error));
    assert_non_null(strstr(error.message, "the footer places number 0 of its batches"));
    arrow_sample_init(&other, 3, true);
    other.fields[2].name = "another";
    file.size = 0;
    make_file(&stream, &other, 0, &file);
    assert_int_equal(FL_CORRUPT, arrow_read_bytes(&file, &error));
    assert_non_null(strstr(error.message, "another schema"));
    fl_buffer_release(&stream);
    fl_buffer_release(&file);
    arrow_sample_release(&sample);
    arrow_sample_release(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_dictionaries),
        cmocka_unit_test(test_compressed),
        cmocka_unit_test(test_rows_of_nothing),
        cmocka_unit_test(test_buffers_of_a_batch),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
