/* verb_inspect.c - `fourloop inspect`: shows what a table file holds. */
#include <stdio.h>

#include "formats/base/checksum.h"
#include "formats/encodings/encoding.h"
#include "formats/table/table_reader.h"
#include "tools/fourloop/arrow_input.h"
#include "tools/fourloop/inspect_arrow.h"
#include "tools/fourloop/parquet_view.h"
#include "tools/fourloop/stdout_table.h"
#include "tools/fourloop/verbs.h"

static const char *encoding_name(unsigned encoding)
{
    const char *name = fl_encoding_name(encoding);
    return name == NULL ? "?" : name;
}

static void print_facts(const struct fl_table *table)
{
    const struct fl_schema *schema = fl_table_schema(table);
    char uuid[33];
    fl_hex128(fl_table_uuid(table), uuid);
    printf("file    %s\ntable   %s, schema version %u\nuuid    %s\nrows    %llu in %zu blocks\n",
           fl_table_path(table), schema->name, schema->version, uuid,
           (unsigned long long)fl_table_rows(table), fl_table_blocks(table));
    const char *key, *value;
    for (size_t i = 0; fl_table_fact_at(table, i, &key, &value); i++)
        printf("fact    %s = %s\n", key, value);
}

/* A column over all blocks. */
struct column_sums {
    uint64_t stored_bytes, unpacked_bytes, nulls;
    uint64_t pages_of[16]; /* by encoding */
    uint64_t lz4_pages, zstd_pages;
    int64_t min, max;
    bool has_values;
};

static void add_page(struct column_sums *sums, const struct fl_page_facts *page, uint32_t rows)
{
    sums->stored_bytes += page->stored_bytes;
    sums->unpacked_bytes += page->unpacked_bytes;
    sums->nulls += page->nulls;
    sums->lz4_pages += page->lz4;
    sums->zstd_pages += page->zstd;
    if (page->encoding < sizeof sums->pages_of / sizeof sums->pages_of[0])
        sums->pages_of[page->encoding]++;
    if (page->nulls == rows)
        return;
    sums->min = !sums->has_values || page->min < sums->min ? page->min : sums->min;
    sums->max = !sums->has_values || page->max > sums->max ? page->max : sums->max;
    sums->has_values = true;
}

/* "packed 3, run 1, lz4 2" */
static void print_encodings(const struct column_sums *sums)
{
    const char *comma = "";
    for (unsigned encoding = 0; encoding < sizeof sums->pages_of / sizeof sums->pages_of[0]; encoding++) {
        if (sums->pages_of[encoding] == 0)
            continue;
        printf("%s%s %llu", comma, encoding_name(encoding), (unsigned long long)sums->pages_of[encoding]);
        comma = ", ";
    }
    if (sums->lz4_pages != 0)
        printf("%slz4 %llu", comma, (unsigned long long)sums->lz4_pages);
    if (sums->zstd_pages != 0)
        printf("%szstd %llu", comma, (unsigned long long)sums->zstd_pages);
}

static void print_column(const struct fl_table *table, const struct fl_column *column)
{
    struct column_sums sums = {0};
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        struct fl_page_facts page;
        if (fl_table_page(table, block, column->id, &page))
            add_page(&sums, &page, fl_table_block(table, block).rows);
    }
    char min[24] = "", max[24] = "";
    const bool is_number = column->kind != FL_KIND_TEXT && column->kind != FL_KIND_WORD;
    if (sums.has_values && is_number) {
        snprintf(min, sizeof min, "%lld", (long long)sums.min);
        snprintf(max, sizeof max, "%lld", (long long)sums.max);
    }
    printf("%-18s %-8s %14llu %14llu %12llu %20s %20s  ", column->name, fl_kind_name(column->kind),
           (unsigned long long)sums.stored_bytes, (unsigned long long)sums.unpacked_bytes,
           (unsigned long long)sums.nulls, min, max);
    print_encodings(&sums);
    printf("\n");
}

static void print_columns(const struct fl_table *table)
{
    const struct fl_schema *schema = fl_table_schema(table);
    printf("\n%-18s %-8s %14s %14s %12s %20s %20s  %s\n", "column", "kind", "stored bytes", "unpacked",
           "nulls", "min", "max", "pages by encoding");
    for (size_t i = 0; i < schema->count; i++) {
        if (fl_table_has(table, schema->columns[i].id))
            print_column(table, &schema->columns[i]);
    }
}

static void print_page(const struct fl_table *table, size_t block, const struct fl_column *column)
{
    struct fl_page_facts page;
    if (!fl_table_page(table, block, column->id, &page))
        return;
    printf("%8zu %-18s %-12s %-4s %14llu %10u %10u %8u %20lld %20lld\n", block, column->name,
           encoding_name(page.encoding),
           page.lz4    ? "lz4"
           : page.zstd ? "zstd"
                       : "",
           (unsigned long long)page.offset, page.stored_bytes, page.unpacked_bytes, page.nulls,
           (long long)page.min, (long long)page.max);
}

static void print_pages(const struct fl_table *table)
{
    const struct fl_schema *schema = fl_table_schema(table);
    printf("\n%8s %-18s %-12s %-4s %14s %10s %10s %8s %20s %20s\n", "block", "column", "encoding", "",
           "offset", "stored", "unpacked", "nulls", "min", "max");
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        for (size_t i = 0; i < schema->count; i++)
            print_page(table, block, &schema->columns[i]);
    }
}

fl_status verb_inspect(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    if (parquet_is_file(io, command->words[0]))
        return parquet_inspect(command, io, error);
    if (arrow_input_is(io, command->words[0]))
        return inspect_arrow(command, io, error);
    struct fl_table *table;
    fl_status status = fl_table_open(io, command->words[0], FL_IO_MAP, &table, error);
    if (status != FL_OK)
        return status;
    if (command->flags[FLAG_ROWS].given) {
        const struct fl_export_options options = fl_export_options_default();
        status = stdout_table(io, table, (uint64_t)command->flags[FLAG_ROWS].number, &fl_export_format_csv,
                              &options, error);
    } else {
        print_facts(table);
        print_columns(table);
        if (command->flags[FLAG_PAGES].given)
            print_pages(table);
    }
    fl_table_close(table);
    return status;
}
