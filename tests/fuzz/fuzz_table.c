/* fuzz_table.c - hostile bytes for the reader of table files.
 *
 * Method: the bytes are a file, opened, read by every way that there is, verified. What a page gives must not
 * hang on the way; a file that verifies must keep what its footer promises, row by row. Numbers of words are
 * looked up, texts touched, so that what lies beyond is seen by a sanitizer. The mutator (table_mutator.c)
 * seals what it changes, as otherwise nearly every change would end at a checksum. */
#include <string.h>

#include "formats/table/table_reader.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/malformed/memory_file.h"

/* Runs make any number of rows of a few bytes; that takes time in proportion, which is no finding. */
enum { ROWS_MAX = 4096 };

static volatile unsigned touched; /* so that the compiler reads what is touched */

/* Memory that is kept from input to input, as that of a scan is. */
static struct fl_column_data column_data;
static struct fl_column_scratch scratch;
static int64_t values_into[ROWS_MAX]; /* room for the widest kind */
static uint8_t nulls_into[ROWS_MAX];
static uint32_t run_ends[ROWS_MAX];

static void read_words(struct fl_table *table, uint16_t column_id, const struct fl_words **words)
{
    *words = NULL;
    if (fl_table_words(table, column_id, words, NULL) != FL_OK) {
        *words = NULL;
        return;
    }
    for (size_t i = 1; i < (*words)->count; i++)
        require(fl_text_compare(fl_words_at(*words, i - 1), fl_words_at(*words, i)) < 0);
}

static void require_texts(const struct fl_column_data *data)
{
    require(data->text_offsets[0] == 0);
    for (size_t row = 0; row < data->rows; row++) {
        const uint32_t from = data->text_offsets[row], to = data->text_offsets[row + 1];
        require(from <= to && (from == to || data->nulls == NULL || !data->nulls[row]));
        if (from != to)
            touched += (unsigned)(uint8_t)data->text_bytes[from] + (uint8_t)data->text_bytes[to - 1];
    }
}

static void require_same_into(struct fl_table *table, size_t block, const struct fl_column *column)
{
    bool has_nulls;
    require(fl_table_read_into(table, block, column->id, values_into, nulls_into, &has_nulls, &scratch,
                               NULL) == FL_OK);
    require(has_nulls == (column_data.nulls != NULL));
    require(memcmp(values_into, column_data.as.u8, column_data.rows * fl_kind_size_bytes(column->kind)) == 0);
    require(!has_nulls || memcmp(nulls_into, column_data.nulls, column_data.rows) == 0);
}

/* The runs of a key column, if it ascends, are its values. */
static void require_same_runs(struct fl_table *table, size_t block, const struct fl_column *column)
{
    size_t runs, row = 0;
    if (fl_table_read_runs(table, block, column->id, values_into, run_ends, &runs, &scratch, NULL) != FL_OK)
        return;
    for (size_t run = 0; run < runs; run++) {
        require(run_ends[run] > row && run_ends[run] <= column_data.rows);
        for (; row < run_ends[run]; row++)
            require(column_data.as.i64[row] == values_into[run]);
    }
    require(row == column_data.rows);
}

static void require_words(const struct fl_words *words)
{
    for (size_t row = 0; words != NULL && row < column_data.rows; row++) {
        if (column_data.nulls == NULL || !column_data.nulls[row])
            touched += (unsigned)fl_words_at(words, column_data.as.words[row]).size;
    }
}

static void read_page(struct fl_table *table, size_t block, const struct fl_column *column,
                      const struct fl_words *words)
{
    struct fl_error error;
    fl_error_clear(&error);
    if (fl_table_read_column(table, block, column->id, &column_data, &error) != FL_OK) {
        require(error.message[0] != '\0');
        return;
    }
    const enum fl_storage storage = fl_kind_storage(column->kind);
    if (storage == FL_STORAGE_TEXT) {
        require_texts(&column_data);
        return;
    }
    require_same_into(table, block, column);
    if (storage == FL_STORAGE_WORD)
        require_words(words);
    if (column->kind == FL_KIND_KEY)
        require_same_runs(table, block, column);
}

static uint64_t rows_of(const struct fl_table *table)
{
    uint64_t rows = 0;
    for (size_t block = 0; block < fl_table_blocks(table); block++)
        rows += fl_table_block(table, block).rows;
    return rows;
}

static void read_columns(struct fl_table *table)
{
    const struct fl_schema *schema = fl_table_schema(table);
    for (size_t i = 0; i < schema->count; i++) {
        const struct fl_column *column = &schema->columns[i];
        const struct fl_words *words = NULL;
        if (!fl_table_has(table, column->id))
            continue;
        if (column->kind == FL_KIND_WORD)
            read_words(table, column->id, &words);
        for (size_t block = 0; block < fl_table_blocks(table); block++)
            read_page(table, block, column, words);
    }
}

/* A text of the second block that begins with another letter than in the corpus: it passes every seal, every
 * sum. */
static bool has_changed_text(struct fl_table *table)
{
    if (fl_table_blocks(table) < 2 || !fl_table_has(table, FL_INTERACTIONS_TEXT) ||
        strcmp(fl_table_schema(table)->name, "interactions") != 0 ||
        fl_table_read_column(table, 1, FL_INTERACTIONS_TEXT, &column_data, NULL) != FL_OK)
        return false;
    for (size_t row = 0; row < column_data.rows; row++) {
        const uint32_t from = column_data.text_offsets[row];
        if (from < column_data.text_offsets[row + 1] && column_data.text_bytes[from] != 'm')
            return true;
    }
    return false;
}

static void verify(struct fl_table *table)
{
    struct fl_error error;
    uint64_t digest;
    fl_error_clear(&error);
    if (fl_table_verify(table, &digest, &error) != FL_OK) {
        require(error.message[0] != '\0');
        return;
    }
    const size_t blocks = fl_table_blocks(table);
    if (blocks > 0 && fl_table_schema(table)->columns[0].kind == FL_KIND_KEY)
        require(fl_table_find_block(table, fl_table_block(table, blocks - 1).customer_max) == blocks - 1);
    fuzz_canary(has_changed_text(table));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fl_table *table;
    struct fl_error error;
    const char *key, *value;
    fl_error_clear(&error);
    memory_file_set(data, size);
    if (fl_table_open(&memory_file_io, "fuzz", FL_IO_COPY, &table, &error) != FL_OK) {
        require(error.message[0] != '\0');
        return 0;
    }
    require(rows_of(table) == fl_table_rows(table));
    for (size_t i = 0; fl_table_fact_at(table, i, &key, &value); i++)
        require(fl_table_fact(table, key) != NULL);
    if (fl_table_rows(table) <= ROWS_MAX) {
        read_columns(table);
        verify(table);
    }
    fl_table_close(table);
    return 0;
}
