/* export_walk.c - one walk over a table file that every export format shares. */
#include "formats/exporters/export_walk.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/base/checksum.h"
#include "formats/base/limits.h"
#include "formats/table/table_roles.h"

#define FACT_PREFIX "fourloop."

struct walk {
    struct fl_table *table;
    const struct fl_export_format *format;
    struct fl_export_request request;
    struct fl_export_column columns[FL_COLUMNS_MAX];
    struct fl_column_data data[FL_COLUMNS_MAX];
    struct fl_export_fact facts[FL_FACTS_MAX + 1];
    char uuid[33];
    struct fl_arena keys; /* of facts */
};

struct fl_export_part fl_export_whole(const struct fl_table *table)
{
    return fl_export_part_of(table, 0, 1);
}

/* The first block that has its first row at `row` or behind. */
static size_t block_at_row(const struct fl_table *table, uint64_t row)
{
    uint64_t before = 0;
    size_t block = 0;
    while (block < fl_table_blocks(table) && before < row)
        before += fl_table_block(table, block++).rows;
    return block;
}

struct fl_export_part fl_export_part_of(const struct fl_table *table, size_t index, size_t count)
{
    assert(index < count);
    const uint64_t rows = fl_table_rows(table);
    const uint64_t share = rows / count, rest = rows % count; /* the first `rest` parts have one row more */
    const uint64_t first = share * index + (index < rest ? index : rest);
    const uint64_t end = first + share + (index < rest);
    return (struct fl_export_part){.block_first = block_at_row(table, first),
                                   .block_end = block_at_row(table, end),
                                   .rows_max = UINT64_MAX};
}

static uint64_t count_rows(const struct fl_table *table, const struct fl_export_part *part)
{
    uint64_t rows = 0;
    for (size_t block = part->block_first; block < part->block_end; block++)
        rows += fl_table_block(table, block).rows;
    return rows < part->rows_max ? rows : part->rows_max;
}

static fl_status fill_columns(struct walk *walk, struct fl_error *error)
{
    const struct fl_schema *schema = fl_table_schema(walk->table);
    for (size_t i = 0; i < schema->count; i++) {
        const struct fl_column *column = &schema->columns[i];
        walk->columns[i] = (struct fl_export_column){.name = column->name,
                                                     .kind = column->kind,
                                                     .type = fl_export_type_of(column->kind),
                                                     .required = fl_column_is_required(schema, i),
                                                     .absent = !fl_table_has(walk->table, column->id)};
        if (fl_kind_storage(column->kind) != FL_STORAGE_WORD)
            continue;
        const fl_status status = fl_table_words(walk->table, column->id, &walk->columns[i].words, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

/* "fourloop.as_of" of "as_of"; NULL: no memory. */
static const char *fact_key(struct walk *walk, const char *key)
{
    const size_t size = sizeof FACT_PREFIX + strlen(key);
    char *text = fl_arena_take(&walk->keys, size);
    if (text != NULL)
        (void)snprintf(text, size, "%s%s", FACT_PREFIX, key);
    return text;
}

static fl_status fill_facts(struct walk *walk, struct fl_error *error)
{
    const char *key, *value;
    fl_hex128(fl_table_uuid(walk->table), walk->uuid);
    walk->facts[0] = (struct fl_export_fact){FACT_PREFIX "uuid", walk->uuid};
    size_t count = 1;
    for (; fl_table_fact_at(walk->table, count - 1, &key, &value); count++) {
        walk->facts[count] = (struct fl_export_fact){fact_key(walk, key), value};
        if (walk->facts[count].key == NULL)
            return fl_fail_memory(error, strlen(key));
    }
    walk->request.facts = walk->facts;
    walk->request.fact_count = count;
    return FL_OK;
}

static fl_status fill_request(struct walk *walk, const struct fl_export_part *part, struct fl_error *error)
{
    const struct fl_schema *schema = fl_table_schema(walk->table);
    walk->request.table = schema->name;
    walk->request.columns = walk->columns;
    walk->request.column_count = schema->count;
    walk->request.sorted_count = schema->columns[0].kind == FL_KIND_KEY ? 1 : 0;
    walk->request.rows = count_rows(walk->table, part);
    const fl_status status = fill_columns(walk, error);
    return status == FL_OK ? fill_facts(walk, error) : status;
}

static fl_status read_block(struct walk *walk, size_t block, struct fl_error *error)
{
    const struct fl_schema *schema = fl_table_schema(walk->table);
    for (size_t i = 0; i < schema->count; i++) {
        const fl_status status =
            fl_table_read_column(walk->table, block, schema->columns[i].id, &walk->data[i], error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status write_blocks(struct walk *walk, const struct fl_export_part *part, void *state,
                              struct fl_error *error)
{
    uint64_t left = walk->request.rows;
    for (size_t block = part->block_first; left > 0; block++) {
        const uint32_t rows = fl_table_block(walk->table, block).rows;
        const struct fl_export_batch batch = {rows < left ? rows : (size_t)left, walk->data};
        fl_status status = read_block(walk, block, error);
        if (status == FL_OK)
            status = walk->format->block(state, &batch, error);
        if (status != FL_OK)
            return status;
        left -= batch.rows;
    }
    return FL_OK;
}

static fl_status write_part(struct walk *walk, const struct fl_export_part *part, struct fl_output *output,
                            struct fl_error *error)
{
    fl_status status = fill_request(walk, part, error);
    if (status != FL_OK)
        return status;
    void *state = NULL;
    status = walk->format->begin(&walk->request, output, &state, error);
    if (status == FL_OK)
        status = write_blocks(walk, part, state, error);
    if (status == FL_OK)
        status = walk->format->end(state, error);
    if (state != NULL)
        walk->format->free(state);
    return status;
}

fl_status fl_export_walk(struct fl_table *table, const struct fl_export_part *part,
                         const struct fl_export_format *format, const struct fl_export_options *options,
                         struct fl_output *output, struct fl_error *error)
{
    assert(part->block_first <= part->block_end && part->block_end <= fl_table_blocks(table));
    struct walk *walk = calloc(1, sizeof *walk); /* 40 KiB, too much for the stack */
    if (walk == NULL)
        return fl_fail_memory(error, sizeof *walk);
    walk->table = table;
    walk->format = format;
    walk->request.options = *options;
    fl_arena_init(&walk->keys);
    const fl_status status = write_part(walk, part, output, error);
    for (size_t i = 0; i < FL_COLUMNS_MAX; i++)
        fl_column_data_release(&walk->data[i]);
    fl_arena_release(&walk->keys);
    free(walk);
    return status;
}
