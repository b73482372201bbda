/* table_describe.c - a table file in words, for people. */
#include "formats/table/table_describe.h"

#include <inttypes.h>
#include <stdlib.h>

#include "formats/base/civil.h"
#include "formats/encodings/encoding.h"
#include "formats/table/cell_text.h"
#include "formats/table/table_internal.h"

enum { BLOCKS_SHOWN = 10, ENCODINGS_MAX = 8, ENCODINGS_TEXT_SIZE = 160 };

/* ---- the file ---- */

static void describe_file(const struct fl_table *table, FILE *out)
{
    const struct fl_table_footer *footer = &table->footer;
    char uuid[33];
    fl_hex128(footer->uuid, uuid);
    (void)fprintf(out, "%s\n", table->map.path);
    (void)fprintf(out, "table     %s, schema version %u (this build: %u)\n", footer->schema->name,
                  footer->schema_version, footer->schema->version);
    (void)fprintf(out, "uuid      %s\n", uuid);
    (void)fprintf(out, "rows      %" PRIu64 " in %u blocks\n", footer->rows, footer->block_count);
    (void)fprintf(out, "size      %" PRIu64 " bytes", table->map.size_bytes);
    if (footer->rows > 0)
        (void)fprintf(out, ", %.2f a row", (double)table->map.size_bytes / (double)footer->rows);
    (void)fprintf(out, ", %zu of them footer\n", footer->bytes.size);
    const char *key, *value;
    for (size_t i = 0; fl_table_fact_at(table, i, &key, &value); i++)
        (void)fprintf(out, "fact      %s = %s\n", key, value);
}

/* ---- columns ---- */

enum { PACKINGS = 3 };
static const char *const packing_names[PACKINGS] = {"", "+lz4", "+zstd"};

static unsigned packing_of(unsigned flags)
{
    if ((flags & FL_PAGE_FLAG_LZ4) != 0)
        return 1;
    return (flags & FL_PAGE_FLAG_ZSTD) != 0 ? 2 : 0;
}

struct column_sizes {
    uint64_t stored, unpacked, dictionary, nulls;
    uint32_t pages[ENCODINGS_MAX][PACKINGS]; /* by encoding, then by packing */
};

static void add_page(const struct fl_page_entry *entry, struct column_sizes *sizes)
{
    sizes->stored += fl_get32(entry->stored_bytes);
    sizes->unpacked += fl_get32(entry->unpacked_bytes);
    sizes->nulls += fl_get32(entry->nulls);
    sizes->pages[entry->encoding % ENCODINGS_MAX][packing_of(entry->flags)]++;
}

static struct column_sizes measure_column(const struct fl_table_footer *footer, size_t index)
{
    const struct fl_footer_column *column = &footer->columns[index];
    struct column_sizes sizes = {0};
    for (size_t i = 0; i < fl_footer_dictionary_pages(column->word_count); i++)
        sizes.dictionary += fl_get32(column->dictionary_pages[i].stored_bytes);
    for (size_t block = 0; block < footer->block_count; block++)
        add_page(fl_footer_page(footer, block, index), &sizes);
    return sizes;
}

/* "packed 3, run+lz4 1" */
static void name_encodings(const struct column_sizes *sizes, char text[ENCODINGS_TEXT_SIZE])
{
    size_t used = 0;
    text[0] = '\0';
    for (unsigned id = 0; fl_encoding_name(id) != NULL && id < ENCODINGS_MAX; id++) {
        for (unsigned packing = 0; packing < PACKINGS; packing++) {
            if (sizes->pages[id][packing] == 0)
                continue;
            const int length =
                snprintf(text + used, ENCODINGS_TEXT_SIZE - used, "%s%s%s %u", used > 0 ? ", " : "",
                         fl_encoding_name(id), packing_names[packing], sizes->pages[id][packing]);
            if (length < 0 || (size_t)length >= ENCODINGS_TEXT_SIZE - used)
                return;
            used += (size_t)length;
        }
    }
}

static void describe_column(const struct fl_table *table, size_t index, FILE *out)
{
    const struct fl_table_footer *footer = &table->footer;
    const struct fl_footer_column *column = &footer->columns[index];
    const struct column_sizes sizes = measure_column(footer, index);
    const double share = 100.0 * (double)(sizes.stored + sizes.dictionary) / (double)table->map.size_bytes;
    char encodings[ENCODINGS_TEXT_SIZE], name[16];
    name_encodings(&sizes, encodings);
    (void)snprintf(name, sizeof name, "(column %u)", column->id);
    (void)fprintf(out,
                  "%-18s %-8s %12" PRIu64 " %12" PRIu64 " %6.2f %% %12" PRIu64 " %8u %12" PRIu64 "  %s\n",
                  column->known != NULL ? column->known->name : name,
                  column->known != NULL ? fl_kind_name(column->known->kind) : "unknown", sizes.stored,
                  sizes.unpacked, share, sizes.nulls, column->word_count, sizes.dictionary, encodings);
}

static void describe_columns(const struct fl_table *table, FILE *out)
{
    (void)fprintf(out, "\n%-18s %-8s %12s %12s %8s %12s %8s %12s  %s\n", "column", "kind", "stored",
                  "unpacked", "share", "nulls", "words", "words bytes", "pages by encoding");
    for (uint32_t i = 0; i < table->footer.column_count; i++)
        describe_column(table, i, out);
}

/* ---- blocks ---- */

static unsigned count_types(const struct fl_block_facts *facts)
{
    unsigned types = 0;
    for (size_t i = 0; i < 4; i++)
        types += (unsigned)__builtin_popcountll(facts->type_bits[i]);
    return types;
}

static void describe_block(const struct fl_table *table, size_t block, FILE *out)
{
    const struct fl_block_facts facts = fl_table_block(table, block);
    (void)fprintf(out, "%8zu %8u", block, facts.rows);
    if (table->footer.schema->columns[0].kind == FL_KIND_KEY)
        (void)fprintf(out, "  customers %" PRId64 " to %" PRId64, facts.customer_min, facts.customer_max);
    if (facts.day_min <= facts.day_max) {
        char first[11], last[11];
        fl_day_format(facts.day_min, first);
        fl_day_format(facts.day_max, last);
        (void)fprintf(out, "  days %s to %s", first, last);
    }
    if (count_types(&facts) > 0)
        (void)fprintf(out, "  %u types", count_types(&facts));
    (void)fprintf(out, "\n");
}

static void describe_blocks(const struct fl_table *table, FILE *out)
{
    const size_t blocks = fl_table_blocks(table);
    if (blocks == 0)
        return;
    (void)fprintf(out, "\n%8s %8s\n", "block", "rows");
    for (size_t block = 0; block < blocks && block < BLOCKS_SHOWN; block++)
        describe_block(table, block, out);
    if (blocks > BLOCKS_SHOWN)
        (void)fprintf(out, "     ... %zu more\n", blocks - BLOCKS_SHOWN);
}

/* ---- pages ---- */

static void describe_pages(const struct fl_table *table, FILE *out)
{
    (void)fprintf(out, "\n%8s %-18s %-15s %14s %10s %10s %8s\n", "block", "column", "encoding", "offset",
                  "stored", "unpacked", "nulls");
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        for (size_t i = 0; i < table->footer.schema->count; i++) {
            const struct fl_column *column = &table->footer.schema->columns[i];
            struct fl_page_facts page;
            char encoding[24];
            if (!fl_table_page(table, block, column->id, &page))
                continue;
            (void)snprintf(encoding, sizeof encoding, "%s%s", fl_encoding_name(page.encoding),
                           page.lz4    ? "+lz4"
                           : page.zstd ? "+zstd"
                                       : "");
            (void)fprintf(out, "%8zu %-18s %-15s %14" PRIu64 " %10u %10u %8u\n", block, column->name,
                          encoding, page.offset, page.stored_bytes, page.unpacked_bytes, page.nulls);
        }
    }
}

/* ---- rows ---- */

/* A field of CSV; quoted where it must be. A null is nothing, an empty text two quotes. */
static void print_cell(const struct fl_buffer *cell, bool null, FILE *out)
{
    const char *bytes = (const char *)cell->bytes;
    bool plain = null || cell->size > 0;
    for (size_t i = 0; i < cell->size; i++)
        plain = plain && bytes[i] != ',' && bytes[i] != '"' && bytes[i] != '\n' && bytes[i] != '\r';
    if (!plain)
        (void)fputc('"', out);
    for (size_t i = 0; i < cell->size; i++) {
        if (bytes[i] == '"')
            (void)fputc('"', out);
        (void)fputc(bytes[i], out);
    }
    if (!plain)
        (void)fputc('"', out);
}

/* One block's columns, those that the file has. */
struct shown_column {
    const struct fl_column *column;
    const struct fl_words *words;
    struct fl_column_data data;
};

static fl_status read_shown(struct fl_table *table, size_t block, struct shown_column *shown, size_t count,
                            struct fl_error *error)
{
    for (size_t i = 0; i < count; i++) {
        fl_status status = fl_table_words(table, shown[i].column->id, &shown[i].words, error);
        if (status == FL_OK)
            status = fl_table_read_column(table, block, shown[i].column->id, &shown[i].data, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status print_rows(const struct shown_column *shown, size_t count, size_t rows,
                            struct fl_buffer *cell, FILE *out, struct fl_error *error)
{
    for (size_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < count; i++) {
            cell->size = 0;
            if (!fl_cell_append(shown[i].column, &shown[i].data, row, shown[i].words, cell))
                return fl_fail_memory(error, FL_TEXT_BYTES_MAX);
            print_cell(cell, shown[i].data.nulls != NULL && shown[i].data.nulls[row] != 0, out);
            (void)fputc(i + 1 < count ? ',' : '\n', out);
        }
    }
    return FL_OK;
}

static size_t start_shown(const struct fl_table *table, struct shown_column *shown, FILE *out)
{
    size_t count = 0;
    (void)fputc('\n', out);
    for (size_t i = 0; i < table->footer.schema->count; i++) {
        const struct fl_column *column = &table->footer.schema->columns[i];
        if (!fl_table_has(table, column->id))
            continue;
        (void)fprintf(out, "%s%s", count > 0 ? "," : "", column->name);
        shown[count++].column = column;
    }
    (void)fputc('\n', out);
    return count;
}

static fl_status describe_rows(struct fl_table *table, uint64_t rows_shown, FILE *out, struct fl_error *error)
{
    struct fl_buffer cell = {0};
    struct shown_column *shown = calloc(table->footer.column_count, sizeof *shown);
    if (shown == NULL)
        return fl_fail_memory(error, table->footer.column_count * sizeof *shown);
    const size_t count = start_shown(table, shown, out);
    fl_status status = FL_OK;
    for (size_t block = 0; status == FL_OK && rows_shown > 0 && block < fl_table_blocks(table); block++) {
        const uint32_t in_block = fl_table_block(table, block).rows;
        const size_t rows = rows_shown < in_block ? (size_t)rows_shown : in_block;
        status = read_shown(table, block, shown, count, error);
        if (status == FL_OK)
            status = print_rows(shown, count, rows, &cell, out, error);
        rows_shown -= rows;
    }
    for (size_t i = 0; i < count; i++)
        fl_column_data_release(&shown[i].data);
    fl_buffer_release(&cell);
    free(shown);
    return status;
}

fl_status fl_table_describe(struct fl_table *table, FILE *out, const struct fl_describe_options *options,
                            struct fl_error *error)
{
    fl_status status = FL_OK;
    describe_file(table, out);
    describe_columns(table, out);
    describe_blocks(table, out);
    if (options != NULL && options->pages)
        describe_pages(table, out);
    if (options != NULL && options->rows_shown > 0)
        status = describe_rows(table, options->rows_shown, out, error);
    if (status == FL_OK && (fflush(out) != 0 || ferror(out) != 0))
        status = fl_fail(error, FL_IO, "the description cannot be written");
    return status;
}
