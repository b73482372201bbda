/* parquet_sample.c - a table of every kind of column, whose cells follow from their row. */
#include "tests/interop/parquet_sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *take(struct parquet_sample *sample, size_t size)
{
    void *memory = fl_arena_take(&sample->arena, size + 1);
    if (memory == NULL)
        abort();
    return memory;
}

/* "", "word-00" .. "word-16": sorted. */
static void make_words(struct parquet_sample *sample)
{
    char *bytes = take(sample, SAMPLE_WORDS * sizeof "word-00");
    uint32_t *offsets = take(sample, (SAMPLE_WORDS + 1) * sizeof *offsets);
    for (unsigned i = 1; i < SAMPLE_WORDS; i++)
        offsets[i + 1] = offsets[i] + (uint32_t)sprintf(bytes + offsets[i], "word-%02u", i - 1);
    sample->words = (struct fl_parquet_words){SAMPLE_WORDS, offsets, bytes};
}

static uint8_t *make_nulls(struct parquet_sample *sample, size_t column, enum parquet_sample_nulls nulls)
{
    if (nulls == SAMPLE_REQUIRED || nulls == SAMPLE_NO_NULLS)
        return NULL;
    uint8_t *bytes = take(sample, sample->rows);
    for (size_t row = 0; row < sample->rows; row++)
        bytes[row] = nulls == SAMPLE_ALL_NULLS || (row * 7 + column) % 11 < 3 || (row >= 300 && row < 400);
    return bytes;
}

/* The next column, with room for values of `size` bytes; *cells is left to the caller. */
static void *add_column(struct parquet_sample *sample, size_t *count, struct fl_parquet_column column,
                        size_t size, enum parquet_sample_nulls nulls)
{
    column.optional = nulls != SAMPLE_REQUIRED;
    sample->columns[*count] = column;
    void *values = take(sample, sample->rows * size);
    sample->cells[*count] =
        (struct fl_parquet_cells){.nulls = make_nulls(sample, *count, nulls), .values = values};
    ++*count;
    return values;
}

static bool is_null(const struct fl_parquet_cells *cells, size_t row)
{
    return cells->nulls != NULL && cells->nulls[row] != 0;
}

static void make_integers(struct parquet_sample *sample, size_t *count, enum parquet_sample_nulls nulls)
{
#define COLUMN(column_name, column_kind, ...)                                                                \
    (struct fl_parquet_column){.name = column_name, .kind = column_kind, __VA_ARGS__}
    int64_t *id = add_column(sample, count, COLUMN("id", FL_PARQUET_KIND_INT64, ), 8, SAMPLE_REQUIRED);
    uint8_t *flag = add_column(sample, count, COLUMN("flag", FL_PARQUET_KIND_BOOL, ), 1, nulls);
    int32_t *i8 = add_column(sample, count, COLUMN("i8", FL_PARQUET_KIND_INT8, ), 4, nulls);
    int32_t *i16 = add_column(sample, count, COLUMN("i16", FL_PARQUET_KIND_INT16, ), 4, nulls);
    int32_t *i32 = add_column(sample, count, COLUMN("i32", FL_PARQUET_KIND_INT32, ), 4, nulls);
    int64_t *i64 = add_column(sample, count, COLUMN("i64", FL_PARQUET_KIND_INT64, ), 8, nulls);
    int64_t *few = add_column(sample, count, COLUMN("few", FL_PARQUET_KIND_INT64, ), 8, nulls);
    int32_t *day = add_column(sample, count, COLUMN("day", FL_PARQUET_KIND_DATE, ), 4, nulls);
    int64_t *time = add_column(sample, count, COLUMN("time", FL_PARQUET_KIND_TIMESTAMP, ), 8, nulls);
    int64_t *money = add_column(
        sample, count, COLUMN("money", FL_PARQUET_KIND_DECIMAL, .precision = 18, .scale = 2), 8, nulls);
    int64_t *share = add_column(
        sample, count, COLUMN("share", FL_PARQUET_KIND_DECIMAL, .precision = 12, .scale = 9), 8, nulls);
    for (size_t row = 0; row < sample->rows; row++) {
        const int64_t r = (int64_t)row;
        id[row] = r * 3 - 5;
        flag[row] = r % 3 == 0;
        i8[row] = (int32_t)(r * 7 % 256 - 128);
        i16[row] = (int32_t)(r * 1301 % 65536 - 32768);
        i32[row] = (int32_t)(r * 2654435761 % 4294967296 - 2147483648);
        i64[row] = (int64_t)((uint64_t)r * 0x9E3779B97F4A7C15u);
        few[row] = r * r % 10 * -1000000000000;
        day[row] = (int32_t)(r % 5000 * 17 - 20000); /* 1915 .. 2147: all readers know them */
        time[row] = r % 5000 * 1234567890123 - 1000000000000000;
        money[row] = r * 98765432109 - 500000000000000;
        share[row] = r % 2 == 0 ? r : 999999999999 - r;
    }
}

static void make_reals(struct parquet_sample *sample, size_t *count, enum parquet_sample_nulls nulls)
{
    float *f32 = add_column(sample, count, COLUMN("f32", FL_PARQUET_KIND_FLOAT, ), 4, nulls);
    double *f64 = add_column(sample, count, COLUMN("f64", FL_PARQUET_KIND_DOUBLE, ), 8, nulls);
    for (size_t row = 0; row < sample->rows; row++) {
        f32[row] = row % 97 == 5 ? NAN : ((float)row - 500) / 8;
        f64[row] = row % 97 == 6 ? -INFINITY : (double)row * 0.1;
    }
}

static uint32_t word_of(size_t row, size_t element)
{
    return (uint32_t)((row * row + element * 5) % SAMPLE_WORDS);
}

static void make_words_columns(struct parquet_sample *sample, size_t *count, enum parquet_sample_nulls nulls)
{
    uint32_t *word =
        add_column(sample, count, COLUMN("word", FL_PARQUET_KIND_STRING, .words = &sample->words), 4, nulls);
    uint32_t *tags =
        add_column(sample, count, COLUMN("tags", FL_PARQUET_KIND_LIST_STRING, .words = &sample->words),
                   4 * sizeof *tags, nulls);
    struct fl_parquet_cells *lists = &sample->cells[*count - 1];
    uint32_t *offsets = take(sample, (sample->rows + 1) * sizeof *offsets);
    for (size_t row = 0; row < sample->rows; row++) {
        word[row] = word_of(row, 0);
        offsets[row + 1] = offsets[row];
        for (size_t i = 0; !is_null(lists, row) && i < row % 5; i++)
            tags[offsets[row + 1]++] = word_of(row, i);
    }
    lists->list_offsets = offsets;
}

static void make_texts_columns(struct parquet_sample *sample, size_t *count, enum parquet_sample_nulls nulls)
{
    enum { TEXT_MAX = 32 + 2 * 40, NOTES_MAX = 2, NOTE_MAX = 24 };
    (void)add_column(sample, count, COLUMN("text", FL_PARQUET_KIND_STRING, ), 0, nulls);
    struct fl_parquet_cells *texts = &sample->cells[*count - 1];
    (void)add_column(sample, count, COLUMN("notes", FL_PARQUET_KIND_LIST_STRING, ), 0, nulls);
    struct fl_parquet_cells *notes = &sample->cells[*count - 1];
#undef COLUMN
    char *text_bytes = take(sample, sample->rows * TEXT_MAX),
         *note_bytes = take(sample, sample->rows * NOTES_MAX * NOTE_MAX);
    uint32_t *text_offsets = take(sample, (sample->rows + 1) * sizeof *text_offsets);
    uint32_t *note_offsets = take(sample, (sample->rows * NOTES_MAX + 1) * sizeof *note_offsets);
    uint32_t *list_offsets = take(sample, (sample->rows + 1) * sizeof *list_offsets);
    for (size_t row = 0; row < sample->rows; row++) {
        char *text = text_bytes + text_offsets[row];
        int size = row % 13 == 0 ? 0 : sprintf(text, "text %zu ", row);
        for (size_t i = 0; row % 13 != 0 && i < row % 40; i++)
            size += sprintf(text + size, "%s", "\xC3\xA9");
        text_offsets[row + 1] = text_offsets[row] + (uint32_t)size;
        uint32_t note = list_offsets[row];
        for (size_t i = 0; !is_null(notes, row) && i < row % (NOTES_MAX + 1); i++, note++)
            note_offsets[note + 1] =
                note_offsets[note] + (uint32_t)sprintf(note_bytes + note_offsets[note], "%zu/%zu", row, i);
        list_offsets[row + 1] = note;
    }
    texts->text_offsets = text_offsets;
    texts->text_bytes = text_bytes;
    notes->text_offsets = note_offsets;
    notes->text_bytes = note_bytes;
    notes->list_offsets = list_offsets;
}

void parquet_sample_make(struct parquet_sample *sample, size_t rows, enum parquet_sample_nulls nulls)
{
    *sample = (struct parquet_sample){.rows = rows};
    fl_arena_init(&sample->arena);
    make_words(sample);
    size_t count = 0;
    make_integers(sample, &count, nulls);
    make_reals(sample, &count, nulls);
    make_words_columns(sample, &count, nulls);
    make_texts_columns(sample, &count, nulls);
    if (count != SAMPLE_COLUMNS)
        abort();
}

void parquet_sample_release(struct parquet_sample *sample)
{
    fl_arena_release(&sample->arena);
}

static size_t value_size(const struct fl_parquet_column *column)
{
    switch (column->kind) {
    case FL_PARQUET_KIND_BOOL:
        return 1;
    case FL_PARQUET_KIND_INT64:
    case FL_PARQUET_KIND_DOUBLE:
    case FL_PARQUET_KIND_TIMESTAMP:
    case FL_PARQUET_KIND_DECIMAL:
        return 8;
    default:
        return 4;
    }
}

/* The cells from row `first` on. */
static void cells_from(const struct parquet_sample *sample, size_t first, struct fl_parquet_cells *cells)
{
    for (size_t i = 0; i < SAMPLE_COLUMNS; i++) {
        cells[i] = sample->cells[i];
        if (cells[i].nulls != NULL)
            cells[i].nulls += first;
        if (cells[i].list_offsets != NULL) {
            cells[i].list_offsets += first;
            continue;
        }
        if (cells[i].text_offsets != NULL)
            cells[i].text_offsets += first;
        cells[i].values = (const uint8_t *)cells[i].values + first * value_size(&sample->columns[i]);
    }
}

fl_status parquet_sample_write(const struct parquet_sample *sample, const struct parquet_sample_way *way,
                               struct fl_output *output, struct fl_error *error)
{
    static const struct fl_parquet_fact facts[] = {{"sample.rows", "many"}, {"sample.empty", ""}};
    const struct fl_parquet_plan plan = {.columns = sample->columns,
                                         .column_count = SAMPLE_COLUMNS,
                                         .sorted_count = 1,
                                         .facts = facts,
                                         .fact_count = 2,
                                         .created_by = "fourloop version 0.0.0",
                                         .codec = way->codec,
                                         .group_rows = way->group_rows,
                                         .group_bytes = FL_PARQUET_GROUP_BYTES,
                                         .page_rows = way->page_rows};
    struct fl_parquet_writer *writer;
    fl_status status = fl_parquet_writer_create(&plan, output, &writer, error);
    for (size_t first = 0; status == FL_OK && first < sample->rows; first += way->batch_rows) {
        struct fl_parquet_cells cells[SAMPLE_COLUMNS];
        cells_from(sample, first, cells);
        const size_t left = sample->rows - first;
        status =
            fl_parquet_writer_append(writer, cells, left < way->batch_rows ? left : way->batch_rows, error);
    }
    if (status == FL_OK)
        status = fl_parquet_writer_finish(writer, error);
    fl_parquet_writer_free(writer);
    return status;
}
