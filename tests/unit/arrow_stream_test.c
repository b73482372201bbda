/* arrow_stream_test.c - holds the Arrow reader and writer to each other, and the reader to hostile bytes.
 *
 * A sample with every kind, lists and dictionaries is written and read in row counts around the eights and
 * sixty-fours in which marks and padding come, with reads that give 1, 7 or all bytes at a time; what was
 * read is written again and must be the same bytes, which no accessor has a part in. Then the stream is cut
 * at every byte and each of its bits is flipped: every claim of the format lies in some bit. What a sample
 * cannot be brought to say is put together by hand, one wrong thing at a time, with the words that must name
 * it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <lz4frame.h>
#include <string.h>
#include <zstd.h>

#include "formats/arrow/arrow_numbers.h"
#include "formats/arrow/arrow_stream.h"
#include "formats/arrow/arrow_text.h"
#include "formats/arrow/arrow_writer.h"
#include "formats/arrow/arrow_writer_messages.h"
#include "formats/arrow/flatbuffer_reader.h"
#include "formats/base/bytes.h"
#include "formats/base/limits.h"
#include "formats/base/publish.h"
#include "tests/unit/arrow_sample.h"

static const struct fl_arrow_options roomy = {.memory_max = 64 << 20};

static fl_status open_memory(const struct fl_arrow_options *options, struct fl_arrow_stream **stream,
                             struct fl_error *error)
{
    fl_error_clear(error);
    return fl_arrow_stream_open(&arrow_memory_io, 0, "memory", options, stream, error);
}

/* Reads everything there is; the rows of it. */
static fl_status read_all(const struct fl_arrow_options *options, uint64_t *rows, struct fl_error *error)
{
    struct fl_arrow_stream *stream;
    fl_status status = open_memory(options, &stream, error);
    if (status != FL_OK) {
        assert_null(stream);
        return status;
    }
    bool done = false;
    while (status == FL_OK && !done) {
        size_t count;
        status = fl_arrow_stream_next(stream, &count, &done, error);
        for (size_t i = 0; status == FL_OK && !done && i < fl_arrow_stream_schema(stream)->field_count; i++) {
            const struct fl_arrow_column *column;
            status = fl_arrow_stream_column(stream, i, &column, error);
        }
    }
    *rows = fl_arrow_stream_counts(stream).rows;
    fl_arrow_stream_close(stream);
    return status;
}

static fl_status read_bytes(const struct fl_buffer *bytes, struct fl_error *error)
{
    uint64_t rows;
    arrow_memory_set(bytes->bytes, bytes->size);
    return read_all(&roomy, &rows, error);
}

/* --- what is written is read */

static void copy_words(struct fl_arrow_stream *stream, struct fl_arrow_writer *writer)
{
    const struct fl_arrow_schema *schema = fl_arrow_stream_schema(stream);
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct fl_arrow_column *column;
        if (!schema->fields[i].has_dictionary)
            continue;
        assert_int_equal(FL_OK, fl_arrow_stream_column(stream, i, &column, NULL));
        assert_int_equal(FL_OK, fl_arrow_writer_words(writer, i, column->words, NULL));
    }
}

/* Writes to `again` what is read. */
static void copy_stream(struct fl_buffer *again)
{
    struct fl_error error;
    struct fl_arrow_stream *stream;
    struct fl_output *output;
    struct fl_arrow_writer *writer;
    assert_int_equal(FL_OK, open_memory(&roomy, &stream, &error));
    arrow_memory.written = again;
    assert_int_equal(FL_OK, fl_output_over_file(&arrow_memory_io, 1, "memory", &output, NULL));
    assert_int_equal(FL_OK, fl_arrow_writer_create(fl_arrow_stream_schema(stream), output, &writer, NULL));
    bool done = false, has_words = false;
    for (;;) {
        struct fl_arrow_column columns[ARROW_SAMPLE_COLUMNS];
        size_t rows;
        assert_int_equal(FL_OK, fl_arrow_stream_next(stream, &rows, &done, &error));
        if (done)
            break;
        if (!has_words)
            copy_words(stream, writer);
        has_words = true;
        for (size_t i = 0; i < fl_arrow_stream_schema(stream)->field_count; i++) {
            const struct fl_arrow_column *column;
            assert_int_equal(FL_OK, fl_arrow_stream_column(stream, i, &column, &error));
            columns[i] = *column;
        }
        assert_int_equal(FL_OK, fl_arrow_writer_batch(writer, columns, rows, NULL));
    }
    assert_int_equal(FL_OK, fl_arrow_writer_end(writer, NULL));
    assert_int_equal(FL_OK, fl_output_commit(output, NULL, NULL));
    fl_arrow_writer_free(writer);
    fl_arrow_stream_close(stream);
}

static void compare_columns(const struct arrow_sample *sample, struct fl_arrow_stream *stream)
{
    struct fl_buffer wanted = {0}, found = {0};
    for (size_t i = 0; i < sample->schema.field_count; i++) {
        const struct fl_arrow_column *column;
        assert_int_equal(FL_OK, fl_arrow_stream_column(stream, i, &column, NULL));
        assert_int_equal(sample->columns[i].nulls, column->nulls);
        assert_int_equal(sample->rows, column->rows);
        for (size_t row = 0; row < sample->rows; row++) {
            wanted.size = found.size = 0;
            assert_true(fl_arrow_text_append(&sample->columns[i], row, &wanted));
            assert_true(fl_arrow_text_append(column, row, &found));
            assert_int_equal(wanted.size, found.size);
            if (wanted.size > 0)
                assert_memory_equal(wanted.bytes, found.bytes, wanted.size);
        }
    }
    fl_buffer_release(&wanted);
    fl_buffer_release(&found);
}

static void compare_values(const struct arrow_sample *sample, size_t batches)
{
    struct fl_error error;
    struct fl_arrow_stream *stream;
    assert_int_equal(FL_OK, open_memory(&roomy, &stream, &error));
    size_t rows;
    bool done;
    for (size_t i = 0; i < batches; i++) {
        assert_int_equal(FL_OK, fl_arrow_stream_next(stream, &rows, &done, &error));
        assert_false(done);
        assert_int_equal(sample->rows, rows);
        compare_columns(sample, stream);
    }
    assert_int_equal(FL_OK, fl_arrow_stream_next(stream, &rows, &done, &error));
    assert_true(done);
    assert_int_equal(batches * sample->rows, fl_arrow_stream_counts(stream).rows);
    fl_arrow_stream_close(stream);
}

static void check_round_trip(size_t rows, bool has_nulls, size_t step)
{
    struct arrow_sample sample;
    struct fl_buffer bytes = {0}, again = {0};
    arrow_sample_init(&sample, rows, has_nulls);
    arrow_sample_write(&sample, 2, &bytes);
    arrow_memory_set(bytes.bytes, bytes.size);
    arrow_memory.step = step;
    compare_values(&sample, 2);
    arrow_memory_set(bytes.bytes, bytes.size);
    arrow_memory.step = step;
    copy_stream(&again);
    assert_int_equal(bytes.size, again.size);
    assert_memory_equal(bytes.bytes, again.bytes, bytes.size);
    fl_buffer_release(&bytes);
    fl_buffer_release(&again);
    arrow_sample_release(&sample);
}

static void test_round_trip(void **state)
{
    (void)state;
    static const size_t rows[] = {0, 1, 2, 7, 8, 9, 63, 64, 65, 1000};
    static const size_t steps[] = {1, 7, SIZE_MAX};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++) {
            check_round_trip(rows[i], false, steps[k]);
            check_round_trip(rows[i], true, steps[k]);
        }
    }
}

static void test_schema_comes_back(void **state)
{
    (void)state;
    struct arrow_sample sample;
    struct fl_buffer bytes = {0};
    struct fl_arrow_stream *stream;
    struct fl_error error;
    arrow_sample_init(&sample, 3, true);
    arrow_sample_write(&sample, 1, &bytes);
    arrow_memory_set(bytes.bytes, bytes.size);
    assert_int_equal(FL_OK, open_memory(&roomy, &stream, &error));
    const struct fl_arrow_schema *schema = fl_arrow_stream_schema(stream);
    assert_int_equal(sample.schema.field_count, schema->field_count);
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct fl_arrow_field *a = &sample.fields[i], *b = &schema->fields[i];
        assert_string_equal(a->name, b->name);
        assert_true(fl_arrow_type_equal(&a->type, &b->type));
        assert_int_equal(a->nullable, b->nullable);
        assert_int_equal(a->has_dictionary, b->has_dictionary);
        assert_int_equal(a->dictionary_id, b->dictionary_id);
        char words[128], wanted[128];
        fl_arrow_field_words(a, wanted);
        fl_arrow_field_words(b, words);
        assert_string_equal(wanted, words);
    }
    assert_int_equal(2, schema->fact_count);
    assert_memory_equal("value", schema->facts[0].value.bytes, 5);
    assert_int_equal(0, schema->facts[1].value.size);
    fl_arrow_stream_close(stream);
    fl_buffer_release(&bytes);
    arrow_sample_release(&sample);
}

static void test_everything_is_aligned(void **state)
{
    (void)state;
    struct arrow_sample sample;
    struct fl_buffer bytes = {0};
    arrow_sample_init(&sample, 9, true);
    arrow_sample_write(&sample, 3, &bytes);
    size_t at = 0, messages = 0;
    for (; fl_load_le32(bytes.bytes + at + 4) != 0; messages++) {
        assert_int_equal(0, at % 64);
        assert_int_equal(CONTINUATION, fl_load_le32(bytes.bytes + at));
        const uint32_t size = fl_load_le32(bytes.bytes + at + 4);
        struct fl_flat flat = {bytes.bytes + at + 8, size, NULL};
        const struct fl_flat_table root = fl_flat_root(&flat);
        at += 8 + size + (size_t)fl_flat_int64(&root, MESSAGE_BODY_LENGTH, 0);
    }
    assert_int_equal(bytes.size, at + 8);
    assert_int_equal(1 + 4 + 3, messages);
    fl_buffer_release(&bytes);
    arrow_sample_release(&sample);
}

/* --- what strangers send */

static void make_small(struct fl_buffer *bytes)
{
    struct arrow_sample sample;
    arrow_sample_init(&sample, 3, true);
    arrow_sample_write(&sample, 1, bytes);
    arrow_sample_release(&sample);
}

static void test_cut_at_every_byte(void **state)
{
    (void)state;
    struct fl_buffer bytes = {0};
    struct fl_error error;
    make_small(&bytes);
    for (size_t size = 0; size < bytes.size; size++) {
        /* A copy of its own size, so that a step over its end is seen by the address sanitizer. */
        struct fl_buffer cut = {0};
        assert_true(fl_buffer_append(&cut, bytes.bytes, size));
        assert_int_equal(FL_CORRUPT, read_bytes(&cut, &error));
        assert_true(error.message[0] != '\0');
        fl_buffer_release(&cut);
    }
    fl_buffer_release(&bytes);
}

static void test_flip_every_bit(void **state)
{
    (void)state;
    struct fl_buffer bytes = {0};
    struct fl_error error;
    make_small(&bytes);
    for (size_t bit = 0; bit < 8 * bytes.size; bit++) {
        bytes.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        const fl_status status = read_bytes(&bytes, &error);
        assert_true(status == FL_OK || status == FL_CORRUPT || status == FL_UNSUPPORTED ||
                    status == FL_LIMIT);
        bytes.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    fl_buffer_release(&bytes);
}

static void test_end_of_stream(void **state)
{
    (void)state;
    struct fl_buffer bytes = {0};
    struct fl_error error;
    uint64_t rows;
    make_small(&bytes);
    const struct fl_arrow_options lenient = {.memory_max = 64 << 20, .end_marker_optional = true};
    arrow_memory_set(bytes.bytes, bytes.size - 8);
    assert_int_equal(FL_CORRUPT, read_all(&roomy, &rows, &error));
    assert_non_null(strstr(error.message, "end-of-stream marker is missing"));
    arrow_memory_set(bytes.bytes, bytes.size - 8);
    assert_int_equal(FL_OK, read_all(&lenient, &rows, &error));
    assert_int_equal(3, rows);
    arrow_memory_set(bytes.bytes, bytes.size - 9);
    assert_int_equal(FL_CORRUPT, read_all(&lenient, &rows, &error));
    assert_true(fl_buffer_append(&bytes, "x", 1));
    assert_int_equal(FL_CORRUPT, read_bytes(&bytes, &error));
    assert_non_null(strstr(error.message, "more behind the end"));
    arrow_memory_set("", 0);
    assert_int_equal(FL_CORRUPT, read_all(&lenient, &rows, &error));
    assert_non_null(strstr(error.message, "nothing came in"));
    fl_buffer_release(&bytes);
}

static void test_read_failures(void **state)
{
    (void)state;
    struct fl_buffer bytes = {0};
    struct fl_error error;
    uint64_t rows;
    make_small(&bytes);
    for (size_t after = 0; after <= bytes.size; after += 61) {
        arrow_memory_set(bytes.bytes, bytes.size);
        arrow_memory.step = 61;
        arrow_memory.fail_after = after;
        assert_int_equal(FL_IO, read_all(&roomy, &rows, &error));
    }
    fl_buffer_release(&bytes);
}

static void test_memory_limit(void **state)
{
    (void)state;
    struct arrow_sample sample;
    struct fl_buffer bytes = {0};
    struct fl_error error;
    uint64_t rows;
    arrow_sample_init(&sample, 1000, true);
    arrow_sample_write(&sample, 1, &bytes);
    const struct fl_arrow_options tight = {.memory_max = bytes.size / 2};
    arrow_memory_set(bytes.bytes, bytes.size);
    assert_int_equal(FL_LIMIT, read_all(&tight, &rows, &error));
    assert_non_null(strstr(error.message, "allow more memory"));
    fl_buffer_release(&bytes);
    arrow_sample_release(&sample);
}

/* The stream that metadata alone had before 0.15: no marker before the size, an end of 4 bytes. */
static void test_old_prefix(void **state)
{
    (void)state;
    struct fl_buffer bytes = {0}, old = {0};
    struct fl_error error;
    make_small(&bytes);
    size_t at = 0;
    for (;;) {
        const uint32_t size = fl_load_le32(bytes.bytes + at + 4);
        assert_true(fl_buffer_append(&old, bytes.bytes + at + 4, 4));
        if (size == 0)
            break;
        struct fl_flat flat = {bytes.bytes + at + 8, size, NULL};
        const struct fl_flat_table root = fl_flat_root(&flat);
        const size_t body = (size_t)fl_flat_int64(&root, MESSAGE_BODY_LENGTH, 0);
        assert_true(fl_buffer_append(&old, bytes.bytes + at + 8, size + body));
        at += 8 + size + body;
    }
    assert_int_equal(FL_OK, read_bytes(&old, &error));
    fl_buffer_release(&bytes);
    fl_buffer_release(&old);
}

/* --- by hand: one column, one batch */

static fl_status read_hand(const struct fl_arrow_field *field, const struct arrow_hand *hands, size_t count,
                           struct fl_error *error)
{
    struct fl_buffer bytes = {0};
    arrow_hand_schema(field, 1, &bytes);
    for (size_t i = 0; i < count; i++)
        arrow_hand_batch(&hands[i], &bytes);
    arrow_hand_end(&bytes);
    const fl_status status = read_bytes(&bytes, error);
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
    const fl_status status = read_bytes(&bytes, error);
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
    assert_int_equal(FL_OK, read_bytes(&file, &error));
    for (size_t size = ARROW_FILE_HEAD_SIZE; size < file.size; size++) {
        struct fl_buffer cut = {file.bytes, size, 0};
        assert_int_equal(FL_CORRUPT, read_bytes(&cut, &error));
    }
    file.size = 0;
    make_file(&stream, &sample, 8, &file);
    assert_int_equal(FL_CORRUPT, read_bytes(&file, &error));
    assert_non_null(strstr(error.message, "the footer places number 0 of its batches"));
    arrow_sample_init(&other, 3, true);
    other.fields[2].name = "another";
    file.size = 0;
    make_file(&stream, &other, 0, &file);
    assert_int_equal(FL_CORRUPT, read_bytes(&file, &error));
    assert_non_null(strstr(error.message, "another schema"));
    fl_buffer_release(&stream);
    fl_buffer_release(&file);
    arrow_sample_release(&sample);
    arrow_sample_release(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_schema_comes_back),
        cmocka_unit_test(test_everything_is_aligned),
        cmocka_unit_test(test_cut_at_every_byte),
        cmocka_unit_test(test_flip_every_bit),
        cmocka_unit_test(test_end_of_stream),
        cmocka_unit_test(test_read_failures),
        cmocka_unit_test(test_memory_limit),
        cmocka_unit_test(test_old_prefix),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_dictionaries),
        cmocka_unit_test(test_compressed),
        cmocka_unit_test(test_rows_of_nothing),
        cmocka_unit_test(test_buffers_of_a_batch),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
