/* table_sample.c - small table files with one of everything, to be broken. */
#include "tests/malformed/table_sample.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "formats/table/table_roles.h"
#include "formats/table/table_writer.h"
#include "tests/malformed/memory_file.h"

enum { COLUMNS_MAX = 128, WORDS = 5, TEXT_SIZE = 160 };

struct sample_column {
    uint8_t u8[SAMPLE_ROWS];
    int32_t i32[SAMPLE_ROWS];
    int64_t i64[SAMPLE_ROWS];
    uint32_t words[SAMPLE_ROWS];
    struct fl_text texts[SAMPLE_ROWS];
    char text_bytes[SAMPLE_ROWS][TEXT_SIZE];
    uint8_t nulls[SAMPLE_ROWS];
};

static const uint32_t word_offsets[WORDS + 1] = {0, 6, 11, 16, 23, 26};
static const struct fl_words sample_words = {WORDS, word_offsets, "Bergenappleoceanzebras!\xe6\xb5\xb7"};

/* Four shapes of integers, so that each encoding but plain is chosen somewhere. */
static int64_t integer_at(size_t column, size_t row)
{
    const int64_t at = (int64_t)row;
    switch (column % 4) {
    case 0:
        return at * 37 % 100; /* packed */
    case 1:
        return -50 - ((int64_t)1 << 33) * (at / 7); /* runs */
    case 2:
        return at % 2 == 0 ? 7 : (int64_t)1 << 40; /* dictionary */
    default:
        return 12; /* constant */
    }
}

static void fill_text(struct sample_column *values, size_t row, size_t column)
{
    /* Sentences that LZ4 shortens in one column, short ones in the next, here and there an empty one. */
    char *text = values->text_bytes[row];
    int size = 0;
    if (row % 9 != 4 && column % 2 == 0)
        size = snprintf(text, TEXT_SIZE,
                        "the size was wrong, so size %zu was wrong, and the size was wrong again", row);
    else if (row % 9 != 4)
        size = snprintf(text, TEXT_SIZE, "m%zu", row);
    values->texts[row] = (struct fl_text){text, (size_t)size};
}

static void fill_row(struct sample_column *values, const struct fl_schema *schema, size_t column, size_t row)
{
    const struct fl_column *described = &schema->columns[column];
    const bool events = fl_schema_day_id(schema) >= 0;
    values->i64[row] = integer_at(column, row);
    values->u8[row] = (uint8_t)(values->i64[row] & 127);
    values->i32[row] = (int32_t)(values->i64[row] & 0xFFFF);
    values->words[row] = (uint32_t)(row * (column + 1) % WORDS);
    /* Columns without nulls, with some, with nothing else. */
    const bool null = row % 5 == column % 7 || column == 6 || column == 13;
    values->nulls[row] = null && !fl_column_is_required(schema, column);
    fill_text(values, row, column);
    /* The sort order hangs on the first column, in `interactions` on the day too. */
    if (column == 0) {
        values->i64[row] = 1000 + 3 * (int64_t)(events ? row / SAMPLE_CUSTOMER_ROWS : row);
        values->words[row] = (uint32_t)row * WORDS / SAMPLE_ROWS;
        values->nulls[row] = 0;
    }
    if (described->id == fl_schema_day_id(schema))
        values->i32[row] = 20000 + 11 * (int32_t)(row % SAMPLE_CUSTOMER_ROWS);
}

static void point_at(const struct sample_column *values, enum fl_storage storage,
                     struct fl_column_values *column)
{
    switch (storage) {
    case FL_STORAGE_U8:
        column->as.u8 = values->u8;
        break;
    case FL_STORAGE_I32:
        column->as.i32 = values->i32;
        break;
    case FL_STORAGE_I64:
        column->as.i64 = values->i64;
        break;
    case FL_STORAGE_WORD:
        column->as.words = values->words;
        break;
    case FL_STORAGE_TEXT:
        column->as.texts = values->texts;
        break;
    }
    column->nulls = values->nulls;
}

static void must(fl_status status, const struct fl_error *error)
{
    if (status == FL_OK)
        return;
    (void)fprintf(stderr, "sample: %s\n", error->message);
    abort();
}

static void write_table(const struct fl_table_plan *plan, const struct fl_column_values *columns, size_t rows,
                        const char *directory)
{
    struct fl_table_writer *writer;
    struct fl_table_summary summary;
    char name[256];
    struct fl_error error;
    fl_error_clear(&error);
    must(fl_table_writer_create(&fl_io_system, directory, plan, &writer, &error), &error);
    must(fl_table_writer_append(writer, columns, rows, &error), &error);
    must(fl_table_writer_finish(writer, NULL, "sample", name, &summary, &error), &error);
}

static void write_sample(const struct fl_schema *schema, const struct fl_column_values *columns,
                         const char *directory)
{
    static const char *const facts[] = {"zone", "Europe/Oslo", "made", "by hand", NULL};
    uint16_t ids[COLUMNS_MAX];
    struct fl_words words[COLUMNS_MAX] = {{.count = 0}};
    for (size_t i = 0; i < schema->count; i++) {
        ids[i] = schema->columns[i].id;
        if (schema->columns[i].kind == FL_KIND_WORD)
            words[i] = sample_words;
    }
    const struct fl_table_plan plan = {
        .schema = schema,
        .column_ids = ids,
        .column_count = schema->count,
        .words = words,
        .uuid = "sixteen bytes...",
        .facts = facts,
        /* Other tables have no customers of seven rows to cut at. */
        .block_rows = fl_schema_day_id(schema) >= 0 ? SAMPLE_BLOCK_ROWS : SAMPLE_ROWS / SAMPLE_BLOCKS};
    write_table(&plan, columns, SAMPLE_ROWS, directory);
}

static void take_file(const char *directory, struct fl_buffer *bytes)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/sample", directory);
    memory_file_load(path, bytes);
    (void)unlink(path);
    (void)rmdir(directory);
}

void table_sample(const char *schema_name, struct fl_buffer *bytes)
{
    const struct fl_schema *schema = fl_schema_by_name(schema_name);
    assert(schema != NULL && schema->count <= COLUMNS_MAX);
    struct sample_column *values = calloc(schema->count, sizeof *values);
    struct fl_column_values columns[COLUMNS_MAX] = {{.nulls = NULL}};
    char directory[] = "/tmp/fl-sample-XXXXXX";
    if (values == NULL || mkdtemp(directory) == NULL)
        abort();
    for (size_t column = 0; column < schema->count; column++) {
        for (size_t row = 0; row < SAMPLE_ROWS; row++)
            fill_row(&values[column], schema, column, row);
        point_at(&values[column], fl_kind_storage(schema->columns[column].kind), &columns[column]);
    }
    write_sample(schema, columns, directory);
    take_file(directory, bytes);
    free(values);
}

struct long_sample {
    int64_t customer[LONG_SAMPLE_ROWS], order[LONG_SAMPLE_ROWS];
    int32_t day[LONG_SAMPLE_ROWS];
    uint8_t type[LONG_SAMPLE_ROWS], order_null[LONG_SAMPLE_ROWS];
};

/* Two rows a day: one of type 3 without an order, one of type 9 with one. */
static void fill_long(struct long_sample *sample)
{
    for (size_t row = 0; row < LONG_SAMPLE_ROWS; row++) {
        const size_t customer_rows = LONG_SAMPLE_ROWS / LONG_SAMPLE_CUSTOMERS;
        sample->customer[row] = 1000 + 3 * (int64_t)(row / customer_rows);
        sample->day[row] = 20000 + (int32_t)(row % customer_rows / 2);
        sample->type[row] = row % 2 == 0 ? 3 : 9;
        sample->order_null[row] = row % 2 == 0;
        sample->order[row] = (int64_t)((row * 0x9E3779B97F4A7C15u >> 20) & 0xFFFFFFFFFF);
    }
    sample->order_null[10] = 0;
    sample->order_null[1111] = 1;
}

void table_sample_long(struct fl_buffer *bytes)
{
    static const uint16_t ids[] = {FL_INTERACTIONS_CUSTOMER, FL_INTERACTIONS_DAY, FL_INTERACTIONS_TYPE,
                                   FL_INTERACTIONS_ORDER};
    static const struct fl_words words[4];
    static const char *const facts[] = {"zone", "Europe/Oslo", NULL};
    const struct fl_table_plan plan = {.schema = fl_schema_by_name("interactions"),
                                       .column_ids = ids,
                                       .column_count = 4,
                                       .words = words,
                                       .uuid = "long sample",
                                       .facts = facts};
    char directory[] = "/tmp/fl-sample-XXXXXX";
    struct long_sample *sample = malloc(sizeof *sample);
    if (sample == NULL || mkdtemp(directory) == NULL)
        abort();
    fill_long(sample);
    const struct fl_column_values columns[] = {{.as.i64 = sample->customer},
                                               {.as.i32 = sample->day},
                                               {.as.u8 = sample->type},
                                               {.as.i64 = sample->order, .nulls = sample->order_null}};
    write_table(&plan, columns, LONG_SAMPLE_ROWS, directory);
    take_file(directory, bytes);
    free(sample);
}

struct cold_sample {
    int64_t customer[COLD_SAMPLE_ROWS];
    int32_t day[COLD_SAMPLE_ROWS];
    uint8_t type[COLD_SAMPLE_ROWS], text_null[COLD_SAMPLE_ROWS];
    struct fl_text texts[COLD_SAMPLE_ROWS];
    char text_bytes[COLD_SAMPLE_ROWS][TEXT_SIZE];
};

/* Words in no order: few repeats for LZ4 to find, but some letters come more often than others. */
static void fill_cold(struct cold_sample *sample)
{
    static const char *const words[] = {"seven", "parcels", "late", "tea",  "never", "sent",   "rested",
                                        "steel", "planes",  "or",   "nets", "are",   "repeal", "ever"};
    uint32_t seed = 1;
    for (size_t row = 0; row < COLD_SAMPLE_ROWS; row++) {
        size_t size = 0;
        for (size_t word = 0; word < 8; word++) {
            seed = seed * 1664525u + 1013904223u;
            size += (size_t)snprintf(sample->text_bytes[row] + size, TEXT_SIZE - size, "%s ",
                                     words[(seed >> 16) % (sizeof words / sizeof words[0])]);
        }
        sample->customer[row] = 1000 + (int64_t)row / 5;
        sample->day[row] = 20000 + (int32_t)(row % 5);
        sample->type[row] = 3;
        sample->text_null[row] = row % 6 == 2;
        sample->texts[row] = (struct fl_text){sample->text_bytes[row], size};
    }
}

void table_sample_cold(struct fl_buffer *bytes)
{
    static const uint16_t ids[] = {FL_INTERACTIONS_CUSTOMER, FL_INTERACTIONS_DAY, FL_INTERACTIONS_TYPE,
                                   FL_INTERACTIONS_TEXT};
    static const struct fl_words words[4];
    static const char *const facts[] = {"zone", "Europe/Oslo", NULL};
    const struct fl_table_plan plan = {.schema = fl_schema_by_name("interactions"),
                                       .column_ids = ids,
                                       .column_count = 4,
                                       .words = words,
                                       .uuid = "cold sample",
                                       .facts = facts,
                                       .effort = FL_EFFORT_HIGH};
    char directory[] = "/tmp/fl-sample-XXXXXX";
    struct cold_sample *sample = malloc(sizeof *sample);
    if (sample == NULL || mkdtemp(directory) == NULL)
        abort();
    fill_cold(sample);
    const struct fl_column_values columns[] = {{.as.i64 = sample->customer},
                                               {.as.i32 = sample->day},
                                               {.as.u8 = sample->type},
                                               {.as.texts = sample->texts, .nulls = sample->text_null}};
    write_table(&plan, columns, COLD_SAMPLE_ROWS, directory);
    take_file(directory, bytes);
    free(sample);
}

struct words_sample {
    int64_t customer[WORDS_SAMPLE_ROWS];
    int32_t day[WORDS_SAMPLE_ROWS];
    uint8_t type[WORDS_SAMPLE_ROWS];
    uint32_t brand[WORDS_SAMPLE_ROWS], product[WORDS_SAMPLE_ROWS];
    uint32_t offsets[WORDS_SAMPLE_WORDS + 1];
    char bytes[WORDS_SAMPLE_WORDS * 16];
};

static void fill_words(struct words_sample *sample)
{
    for (uint32_t word = 0; word < WORDS_SAMPLE_WORDS; word++) {
        char *at = sample->bytes + sample->offsets[word];
        const int size =
            snprintf(at, 16, "%c%c-%u", 'a' + (int)word / 10, 'a' + (int)word % 10, word * word * 7919u);
        sample->offsets[word + 1] = sample->offsets[word] + (uint32_t)size;
    }
    for (uint32_t row = 0; row < WORDS_SAMPLE_ROWS; row++) {
        sample->customer[row] = 1000 + row / 4;
        sample->day[row] = 20000 + (int32_t)row;
        sample->type[row] = 3;
        sample->brand[row] = row * 5 % WORDS_SAMPLE_WORDS;
        sample->product[row] = (row * 37 + 11) % WORDS_SAMPLE_WORDS;
    }
}

void table_sample_words(struct fl_buffer *bytes)
{
    static const uint16_t ids[] = {FL_INTERACTIONS_CUSTOMER, FL_INTERACTIONS_DAY, FL_INTERACTIONS_TYPE,
                                   FL_INTERACTIONS_BRAND, FL_INTERACTIONS_PRODUCT};
    static const char *const facts[] = {"zone", "Europe/Oslo", NULL};
    char directory[] = "/tmp/fl-sample-XXXXXX";
    struct words_sample *sample = calloc(1, sizeof *sample);
    if (sample == NULL || mkdtemp(directory) == NULL)
        abort();
    fill_words(sample);
    const struct fl_words dictionary = {WORDS_SAMPLE_WORDS, sample->offsets, sample->bytes};
    const struct fl_words words[] = {{.count = 0}, {.count = 0}, {.count = 0}, dictionary, dictionary};
    const struct fl_table_plan plan = {.schema = fl_schema_by_name("interactions"),
                                       .column_ids = ids,
                                       .column_count = 5,
                                       .words = words,
                                       .uuid = "words sample",
                                       .facts = facts};
    const struct fl_column_values columns[] = {{.as.i64 = sample->customer},
                                               {.as.i32 = sample->day},
                                               {.as.u8 = sample->type},
                                               {.as.words = sample->brand},
                                               {.as.words = sample->product}};
    write_table(&plan, columns, WORDS_SAMPLE_ROWS, directory);
    take_file(directory, bytes);
    free(sample);
}

void table_sample_blocks(struct fl_buffer *bytes)
{
    static const uint16_t ids[] = {FL_INTERACTIONS_CUSTOMER, FL_INTERACTIONS_DAY, FL_INTERACTIONS_TYPE,
                                   FL_INTERACTIONS_QUANTITY};
    static const struct fl_words words[4];
    static const char *const facts[] = {"zone", "Europe/Oslo", NULL};
    static const uint32_t block_rows = BLOCKS_SAMPLE_ROWS / BLOCKS_SAMPLE_BLOCKS;
    const struct fl_table_plan plan = {.schema = fl_schema_by_name("interactions"),
                                       .column_ids = ids,
                                       .column_count = 4,
                                       .words = words,
                                       .uuid = "blocks sample",
                                       .facts = facts,
                                       .block_rows = block_rows};
    int64_t customer[BLOCKS_SAMPLE_ROWS], quantity[BLOCKS_SAMPLE_ROWS];
    int32_t day[BLOCKS_SAMPLE_ROWS];
    uint8_t type[BLOCKS_SAMPLE_ROWS];
    char directory[] = "/tmp/fl-sample-XXXXXX";
    if (mkdtemp(directory) == NULL)
        abort();
    for (uint32_t row = 0; row < BLOCKS_SAMPLE_ROWS; row++) {
        customer[row] = 1000 + row / block_rows;
        day[row] = 20000 + (int32_t)row;
        type[row] = (uint8_t)(3 + row % 2);
        quantity[row] = 1000 * (1 + row * row % 13);
    }
    const struct fl_column_values columns[] = {
        {.as.i64 = customer}, {.as.i32 = day}, {.as.u8 = type}, {.as.i64 = quantity}};
    write_table(&plan, columns, BLOCKS_SAMPLE_ROWS, directory);
    take_file(directory, bytes);
}
