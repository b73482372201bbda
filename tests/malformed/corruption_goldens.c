/* corruption_goldens.c - the good files that corruption_test damages. */
#include "tests/malformed/corruption_goldens.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/parquet/parquet_read.h"
#include "formats/parquet/parquet_read_header.h"
#include "tests/malformed/damage_parquet.h"
#include "tests/malformed/memory_file.h"

#define TABLES  "tests/golden/tables"
#define PARQUET "tests/fuzz/parquet"
#define ARROW   "tests/fuzz/arrow"

const struct corruption_golden corruption_goldens[] = {
    {TABLES, "interactions-v1.flint", GOLDEN_TABLE, TABLES "/ended_messages-v1.flint"},
    {TABLES, "customers-v1.flint", GOLDEN_TABLE, NULL},
    {TABLES, "customer_scores-v1.flseg", GOLDEN_TABLE, NULL},
    {TABLES, "long_interactions-v1.flint", GOLDEN_TABLE, NULL},
    {TABLES, "cold_interactions-v1.flint", GOLDEN_TABLE, TABLES "/ended_interactions-v1.flint"},
    {TABLES, "ended_interactions-v1.flint", GOLDEN_TABLE, NULL},
    {TABLES, "ended_messages-v1.flint", GOLDEN_TABLE, NULL},
    {TABLES, "words_interactions-v1.flint", GOLDEN_TABLE, NULL},
    {TABLES, "blocks_interactions-v1.flint", GOLDEN_TABLE, NULL},
    {PARQUET, "sealed-codec-0.parquet", GOLDEN_PARQUET, NULL},
    {PARQUET, "sealed-codec-1.parquet", GOLDEN_PARQUET, NULL},
    {PARQUET, "sealed-codec-6.parquet", GOLDEN_PARQUET, NULL},
    {PARQUET, "sealed-codec-7.parquet", GOLDEN_PARQUET, NULL},
    {PARQUET, "duckdb-nested.parquet", GOLDEN_PARQUET, NULL},
    {PARQUET, "duckdb-gzip.parquet", GOLDEN_PARQUET, NULL},
    {PARQUET, "duckdb-v2-0.parquet", GOLDEN_PARQUET, NULL},
    {PARQUET, "arrow-rs-delta-V2.parquet", GOLDEN_PARQUET, NULL},
    {NULL, "made.parquet", GOLDEN_PARQUET, NULL},
    {ARROW, "ours-35.arrows", GOLDEN_ARROW, NULL},
    {ARROW, "js-deltas.arrows", GOLDEN_ARROW, NULL},
    {ARROW, "js-file.arrow", GOLDEN_ARROW, NULL},
    {ARROW, "clickhouse-lz4_frame.arrow", GOLDEN_ARROW, NULL},
    {ARROW, "clickhouse-zstd.arrows", GOLDEN_ARROW, NULL},
    {"tests/golden/manifest", "manifest-v2.json", GOLDEN_MANIFEST, NULL},
};
const size_t corruption_golden_count = sizeof corruption_goldens / sizeof corruption_goldens[0];

static hostile_reader *const readers[] = {
    [GOLDEN_TABLE] = hostile_read_table,
    [GOLDEN_PARQUET] = hostile_read_parquet,
    [GOLDEN_ARROW] = hostile_read_arrow,
    [GOLDEN_MANIFEST] = hostile_read_manifest,
};

static void must_read(hostile_reader *read, const struct fl_buffer *bytes, const char *name, uint64_t *values)
{
    struct fl_error error;
    fl_error_clear(&error);
    if (read(bytes, values, &error) == FL_OK)
        return;
    (void)fprintf(stderr, "%s is not good: %s\n", name, error.message);
    exit(1);
}

/* ---- table files ---- */

static struct table_parts *take(const struct fl_buffer *bytes)
{
    struct table_parts *parts = malloc(sizeof *parts);
    if (parts == NULL)
        abort();
    table_parts_take(parts, bytes);
    return parts;
}

/* Another file's rows, or its own ones under another uuid. */
static void make_other(const struct corruption_golden *golden, struct damage_source *source)
{
    if (golden->other != NULL) {
        memory_file_load(golden->other, &source->other);
        source->other_parts = take(&source->other);
    } else {
        source->other_parts = take(&source->bytes);
    }
    source->other_parts->header.uuid[0] ^= 0xFF;
    table_parts_join(source->other_parts, &source->other);
    assert(source->other_parts->page_count == source->parts->page_count);
}

/* Pages that differ in their last bit, each sealed as the file's own. Nobody reads such a file whole. */
static void make_older(struct damage_source *source)
{
    struct table_parts *parts = take(&source->bytes);
    for (size_t i = 0; i < parts->page_count; i++) {
        const struct fl_buffer *page = &parts->pages[i].bytes;
        if (page->size > 0)
            page->bytes[page->size - 1] ^= 1;
    }
    table_parts_join(parts, &source->older);
    table_parts_release(parts);
    free(parts);
}

/* ---- Parquet ---- */

static void add_sealed(struct trial_file *file, uint64_t from, uint64_t size)
{
    file->sealed = realloc(file->sealed, (file->sealed_count + 1) * sizeof *file->sealed);
    if (file->sealed == NULL)
        abort();
    file->sealed[file->sealed_count++] = (struct trial_range){from, from + size};
}

/* The bodies of the pages of a chunk that have a checksum. */
static void find_sealed_in(struct trial_file *file, const struct fl_parquet_part *chunk)
{
    const uint8_t *bytes = file->source.bytes.bytes;
    for (uint64_t at = chunk->offset, end = at + chunk->stored_bytes; at < end;) {
        struct fl_parquet_page_header header;
        bool is_cut;
        if (fl_parquet_page_header_parse(bytes + at, end - at, &header, &is_cut, NULL) != FL_OK || is_cut)
            abort();
        at += header.header_size;
        if (header.has_crc)
            add_sealed(file, at, header.stored_size);
        at += header.stored_size;
    }
}

static void find_sealed(struct trial_file *file)
{
    struct fl_parquet *parquet;
    const struct fl_buffer *bytes = &file->source.bytes;
    memory_file_set(bytes->bytes, bytes->size);
    if (fl_parquet_open(&memory_file_io, file->name, FL_IO_COPY, 1 << 24, &parquet, NULL) != FL_OK)
        abort();
    const struct fl_parquet_facts *facts = fl_parquet_facts(parquet);
    for (size_t group = 0; group < facts->group_count; group++) {
        for (size_t i = 0; i < facts->column_count; i++)
            find_sealed_in(file, &facts->groups[group].parts[i]);
    }
    fl_parquet_close(parquet);
}

/* ---- all ---- */

void corruption_golden_load(const struct corruption_golden *golden, struct trial_file *file)
{
    char path[200];
    struct damage_source *source = &file->source;
    *file = (struct trial_file){.name = golden->name, .read = readers[golden->kind]};
    source->is_parquet_sample = golden->folder == NULL;
    if (source->is_parquet_sample) {
        source->bytes = parts_make(&damage_parquet_sample);
    } else {
        (void)snprintf(path, sizeof path, "%s/%s", golden->folder, golden->name);
        memory_file_load(path, &source->bytes);
    }
    must_read(file->read, &source->bytes, golden->name, &file->values);
    if (golden->kind == GOLDEN_PARQUET)
        find_sealed(file);
    if (golden->kind != GOLDEN_TABLE)
        return;
    uint64_t values;
    source->parts = take(&source->bytes);
    make_other(golden, source);
    make_older(source);
    must_read(file->read, &source->other, "the other file", &values);
}

static void release_parts(struct table_parts *parts)
{
    if (parts != NULL)
        table_parts_release(parts);
    free(parts);
}

void corruption_golden_release(struct trial_file *file)
{
    fl_buffer_release(&file->source.bytes);
    fl_buffer_release(&file->source.other);
    fl_buffer_release(&file->source.older);
    release_parts(file->source.parts);
    release_parts(file->source.other_parts);
    free(file->sealed);
}
