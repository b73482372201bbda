/* export_fixture.h - made-up tables of any schema, for the tests of exporters. */
#ifndef TESTS_UNIT_EXPORT_FIXTURE_H
#define TESTS_UNIT_EXPORT_FIXTURE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "formats/base/civil.h"
#include "formats/base/limits.h"
#include "formats/exporters/export_walk.h"
#include "formats/table/table_roles.h"

enum { SAMPLE_WORDS = 7, SAMPLE_ROWS_MAX = 3000 };

/* Sorted, as a dictionary must be. One has every mark of CSV and JSON, one is longer than any fixed copy. */
static const char *const sample_words[SAMPLE_WORDS] = {
    "\n",
    "\"a\";b,c\\\n",
    "NULL",
    "Zo\xc3\xab",
    "a word of more than thirty-two bytes, with a comma in it",
    "plain",
    "x"};
static const char *const sample_texts[] = {"",
                                           "say \"hi\"",
                                           "two\r\nlines",
                                           "\\N",
                                           "tab\there",
                                           "NULL",
                                           "nothing special in this one at all",
                                           ",",
                                           "\x01\x1f\x7f",
                                           "a;b",
                                           "0123456",
                                           "01234567",
                                           "01234567,",
                                           "8 bytes\n"};

static inline uint64_t sample_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

struct sample_column {
    int64_t numbers[SAMPLE_ROWS_MAX];
    struct fl_text texts[SAMPLE_ROWS_MAX];
    uint8_t nulls[SAMPLE_ROWS_MAX];
};

static inline int64_t sample_number(enum fl_kind kind, uint64_t *seed)
{
    const struct fl_integer_range range = fl_kind_range(kind, SAMPLE_WORDS);
    const uint64_t random = sample_random(seed);
    switch (random % 8) {
    case 0:
        return range.min;
    case 1:
        return range.max;
    default:
        break;
    }
    if (range.min == INT64_MIN) /* of every length */
        return (int64_t)(sample_random(seed) >> (random / 8 % 64)) * (random % 3 == 0 ? -1 : 1);
    return range.min + (int64_t)(sample_random(seed) % (uint64_t)(range.max - range.min + 1));
}

/* Rows of a KEY column ascend and hold both ends of its range. */
static inline void sample_fill(const struct fl_schema *schema, size_t index, size_t rows, uint64_t *seed,
                               struct sample_column *column)
{
    const struct fl_column *of = &schema->columns[index];
    const bool required = fl_column_is_required(schema, index);
    for (size_t row = 0; row < rows; row++) {
        column->nulls[row] = !required && sample_random(seed) % 4 == 0;
        column->numbers[row] = of->kind == FL_KIND_TEXT ? 0 : sample_number(of->kind, seed);
        column->texts[row] =
            fl_text_of(sample_texts[sample_random(seed) % (sizeof sample_texts / sizeof sample_texts[0])]);
        if (of->kind == FL_KIND_KEY)
            column->numbers[row] = row == 0          ? INT64_MIN
                                   : row + 1 == rows ? INT64_MAX
                                                     : (int64_t)row * 1000003 - 1000;
    }
}

/* The text of all words behind one another. */
static inline void sample_dictionary(uint32_t offsets[SAMPLE_WORDS + 1], char bytes[256])
{
    offsets[0] = 0;
    for (size_t i = 0; i < SAMPLE_WORDS; i++) {
        const size_t size = strlen(sample_words[i]);
        memcpy(bytes + offsets[i], sample_words[i], size);
        offsets[i + 1] = offsets[i] + (uint32_t)size;
    }
}

struct sample {
    char folder[32];
    char *path;
    struct fl_table *table;
};

/* A table of `rows` rows in blocks of `block_rows`, every `absent_step`-th column left out (0: none, never
 * one that is required). */
static inline struct sample sample_open(const char *schema_name, size_t rows, uint32_t block_rows,
                                        size_t absent_step)
{
    const struct fl_schema *schema = fl_schema_by_name(schema_name);
    assert_true(schema != NULL && rows <= SAMPLE_ROWS_MAX);
    static struct sample_column columns[FL_COLUMNS_MAX];
    static uint32_t offsets[SAMPLE_WORDS + 1];
    static char bytes[256];
    sample_dictionary(offsets, bytes);
    struct fl_words words[FL_COLUMNS_MAX];
    struct fl_column_values values[FL_COLUMNS_MAX];
    uint16_t ids[FL_COLUMNS_MAX];
    uint64_t seed = 88172645463325252u;
    size_t count = 0;
    for (size_t i = 0; i < schema->count; i++) {
        sample_fill(schema, i, rows, &seed, &columns[i]);
        if (absent_step != 0 && i % absent_step == 1 && !fl_column_is_required(schema, i))
            continue;
        const bool is_word = schema->columns[i].kind == FL_KIND_WORD;
        ids[count] = schema->columns[i].id;
        words[count] = is_word ? (struct fl_words){SAMPLE_WORDS, offsets, bytes} : (struct fl_words){0};
        values[count] = (struct fl_column_values){.wide = true, .nulls = columns[i].nulls};
        if (schema->columns[i].kind == FL_KIND_TEXT)
            values[count] =
                (struct fl_column_values){.as.texts = columns[i].texts, .nulls = columns[i].nulls};
        else
            values[count].as.i64 = columns[i].numbers;
        count++;
    }
    const char *const facts[] = {"as_of", "2026-11-20", "model_hash", "abc", NULL};
    const struct fl_table_plan plan = {.schema = schema,
                                       .column_ids = ids,
                                       .column_count = count,
                                       .words = words,
                                       .uuid = {1, 2, 3},
                                       .facts = facts,
                                       .block_rows = block_rows};
    struct sample sample = {.folder = "/tmp/fourloop-export-XXXXXX"};
    assert_non_null(mkdtemp(sample.folder));
    struct fl_table_writer *writer;
    char name[256];
    struct fl_table_summary summary;
    assert_int_equal(FL_OK, fl_table_writer_create(&fl_io_system, sample.folder, &plan, &writer, NULL));
    assert_int_equal(FL_OK, fl_table_writer_append(writer, values, rows, NULL));
    assert_int_equal(FL_OK, fl_table_writer_finish(writer, schema_name, NULL, name, &summary, NULL));
    sample.path = fl_path_join(sample.folder, name);
    assert_non_null(sample.path);
    assert_int_equal(FL_OK, fl_table_open(&fl_io_system, sample.path, FL_IO_COPY, &sample.table, NULL));
    return sample;
}

static inline void sample_close(struct sample *sample)
{
    fl_table_close(sample->table);
    assert_int_equal(0, unlink(sample->path));
    assert_int_equal(0, rmdir(sample->folder));
    free(sample->path);
}

/* What a walk writes, ended by a NUL that is not counted; the caller's to release. */
static inline struct fl_buffer sample_export(const struct sample *sample, const struct fl_export_part *part,
                                             const struct fl_export_format *format,
                                             const struct fl_export_options *options)
{
    struct fl_output *output;
    const int file = memfd_create("exported", 0);
    assert_true(file >= 0);
    assert_int_equal(FL_OK, fl_output_over_file(&fl_io_system, file, "memory", &output, NULL));
    struct fl_error error;
    fl_error_clear(&error);
    if (fl_export_walk(sample->table, part, format, options, output, &error) != FL_OK)
        fail_msg("%s: column %s: %s", fl_table_schema(sample->table)->name, error.column, error.message);
    const uint64_t size = fl_output_size(output);
    assert_int_equal(FL_OK, fl_output_commit(output, NULL, NULL));
    struct fl_buffer exported = {0};
    assert_true(fl_buffer_reserve(&exported, size + 1));
    assert_int_equal((ssize_t)size, pread(file, exported.bytes, size, 0));
    exported.size = size;
    exported.bytes[size] = '\0';
    close(file);
    return exported;
}

/* Calls `visit` with each cell of all rows, read again by itself. */
struct sample_cell {
    const struct fl_column *column;
    size_t index; /* in the schema */
    size_t row;   /* in the block */
    const struct fl_column_data *data;
    const struct fl_words *words;
    bool null;
};
typedef void sample_visit(void *context, const struct sample_cell *cell);

static inline void sample_walk(const struct sample *sample, sample_visit *visit, void *context)
{
    const struct fl_schema *schema = fl_table_schema(sample->table);
    static struct fl_column_data data[FL_COLUMNS_MAX];
    const struct fl_words *words[FL_COLUMNS_MAX] = {NULL};
    for (size_t block = 0; block < fl_table_blocks(sample->table); block++) {
        for (size_t i = 0; i < schema->count; i++) {
            const uint16_t id = schema->columns[i].id;
            assert_int_equal(FL_OK, fl_table_read_column(sample->table, block, id, &data[i], NULL));
            if (schema->columns[i].kind == FL_KIND_WORD)
                assert_int_equal(FL_OK, fl_table_words(sample->table, id, &words[i], NULL));
        }
        for (size_t row = 0; row < data[0].rows; row++) {
            for (size_t i = 0; i < schema->count; i++) {
                const bool null = data[i].nulls != NULL && data[i].nulls[row] != 0;
                const struct sample_cell cell = {&schema->columns[i], i, row, &data[i], words[i], null};
                visit(context, &cell);
            }
        }
    }
    for (size_t i = 0; i < schema->count; i++)
        fl_column_data_release(&data[i]);
}

#endif
