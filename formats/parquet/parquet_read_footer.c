/* parquet_read_footer.c - what the footer of a Parquet file says. */
#include "formats/parquet/parquet_read_footer.h"

#include <string.h>

#include "formats/base/limits.h"

/* What every step of the parsing needs. A status other than FL_OK ends it as a problem of the reader does. */
struct parser {
    struct fl_thrift_reader thrift;
    struct fl_arena *arena;
    struct fl_parquet_memory *memory;
    uint64_t pages_end;
    fl_status status;
    struct fl_error *error;
};

fl_status fl_parquet_footer_take(struct fl_arena *arena, struct fl_parquet_memory *memory, uint64_t count,
                                 size_t size, void *taken, struct fl_error *error)
{
    uint64_t size_bytes;
    if (__builtin_mul_overflow(count, (uint64_t)size, &size_bytes))
        size_bytes = UINT64_MAX;
    const fl_status status = fl_parquet_memory_count(memory, size_bytes, "the footer", error);
    if (status != FL_OK)
        return status;
    void *room = fl_arena_take(arena, (size_t)size_bytes);
    if (room == NULL)
        return fl_fail_memory(error, size_bytes);
    memcpy(taken, &room, sizeof room);
    return FL_OK;
}

/* Room for the elements of a list, or NULL after the parsing was ended. */
static void *take_list(struct parser *parser, const struct fl_thrift_field *field, size_t size,
                       uint32_t *count, struct fl_thrift_field *element)
{
    void *room = NULL;
    *count = fl_thrift_list(&parser->thrift, field, element);
    if (parser->thrift.problem != NULL)
        return NULL;
    parser->status =
        fl_parquet_footer_take(parser->arena, parser->memory, *count, size, &room, parser->error);
    if (parser->status != FL_OK)
        fl_thrift_fail(&parser->thrift, "it needs too much memory");
    return room;
}

static struct fl_text text_of(struct fl_thrift_bytes bytes)
{
    return (struct fl_text){bytes.bytes == NULL ? "" : (const char *)bytes.bytes, bytes.size};
}

/* A number that counts something. */
static uint64_t take_count(struct parser *parser, const struct fl_thrift_field *field)
{
    const int64_t value = fl_thrift_integer(&parser->thrift, field);
    if (value < 0)
        fl_thrift_fail(&parser->thrift, "a count or a place below 0");
    return value < 0 ? 0 : (uint64_t)value;
}

/* --- schema */

/* union TimeUnit: the field that is set says it. */
static void parse_unit(struct parser *parser, const struct fl_thrift_field *field,
                       struct fl_parquet_node *node)
{
    struct fl_thrift_field unit = {0};
    if (!fl_thrift_struct(&parser->thrift, field))
        return;
    while (fl_thrift_next(&parser->thrift, &unit)) {
        node->unit = unit.id;
        fl_thrift_skip(&parser->thrift, &unit);
    }
}

/* TimeType and TimestampType. */
static void parse_time(struct parser *parser, struct fl_parquet_node *node)
{
    struct fl_thrift_field field = {0};
    while (fl_thrift_next(&parser->thrift, &field)) {
        if (field.id == 1)
            node->is_utc = fl_thrift_boolean(&parser->thrift, &field);
        else if (field.id == 2)
            parse_unit(parser, &field, node);
        else
            fl_thrift_skip(&parser->thrift, &field);
    }
}

static void parse_decimal(struct parser *parser, struct fl_parquet_node *node)
{
    struct fl_thrift_field field = {0};
    while (fl_thrift_next(&parser->thrift, &field)) {
        if (field.id == 1)
            node->scale = fl_thrift_integer32(&parser->thrift, &field);
        else if (field.id == 2)
            node->precision = fl_thrift_integer32(&parser->thrift, &field);
        else
            fl_thrift_skip(&parser->thrift, &field);
    }
}

static void parse_integer(struct parser *parser, struct fl_parquet_node *node)
{
    struct fl_thrift_field field = {0};
    while (fl_thrift_next(&parser->thrift, &field)) {
        if (field.id == 1)
            node->bits = fl_thrift_integer32(&parser->thrift, &field);
        else if (field.id == 2)
            node->is_signed = fl_thrift_boolean(&parser->thrift, &field);
        else
            fl_thrift_skip(&parser->thrift, &field);
    }
}

/* union LogicalType. One that is newer than this definition is none: the physical type still holds. */
static void parse_logical(struct parser *parser, const struct fl_thrift_field *field,
                          struct fl_parquet_node *node)
{
    struct fl_thrift_field kind = {0};
    if (!fl_thrift_struct(&parser->thrift, field))
        return;
    while (fl_thrift_next(&parser->thrift, &kind)) {
        const bool has_fields = kind.id == FL_PARQUET_LOGICAL_DECIMAL || kind.id == FL_PARQUET_LOGICAL_TIME ||
                                kind.id == FL_PARQUET_LOGICAL_TIMESTAMP ||
                                kind.id == FL_PARQUET_LOGICAL_INTEGER;
        node->logical = kind.id <= FL_PARQUET_LOGICAL_GEOGRAPHY ? kind.id : FL_PARQUET_LOGICAL_NONE;
        if (!has_fields || !fl_thrift_struct(&parser->thrift, &kind))
            fl_thrift_skip(&parser->thrift, &kind);
        else if (kind.id == FL_PARQUET_LOGICAL_DECIMAL)
            parse_decimal(parser, node);
        else if (kind.id == FL_PARQUET_LOGICAL_INTEGER)
            parse_integer(parser, node);
        else
            parse_time(parser, node);
    }
}

static void parse_node(struct parser *parser, struct fl_parquet_node *node)
{
    struct fl_thrift_reader *thrift = &parser->thrift;
    struct fl_thrift_field field = {0};
    *node = (struct fl_parquet_node){.type = -1, .converted = FL_PARQUET_CONVERTED_NONE, .name = {"", 0}};
    while (fl_thrift_next(thrift, &field)) {
        switch (field.id) {
        case 1:
            node->type = fl_thrift_integer32(thrift, &field);
            if (fl_parquet_type_name(node->type) == NULL)
                fl_thrift_fail(thrift, "a column of an unknown physical type");
            break;
        case 2:
            node->type_size = fl_thrift_integer32(thrift, &field);
            break;
        case 3:
            node->repetition = fl_thrift_integer32(thrift, &field);
            if (node->repetition < FL_PARQUET_REQUIRED || node->repetition > FL_PARQUET_REPEATED)
                fl_thrift_fail(thrift, "a column of an unknown repetition");
            break;
        case 4:
            node->name = text_of(fl_thrift_binary(thrift, &field));
            break;
        case 5:
            node->children = fl_thrift_integer32(thrift, &field);
            break;
        case 6:
            node->converted = fl_thrift_integer32(thrift, &field);
            break;
        case 7:
            node->scale = fl_thrift_integer32(thrift, &field);
            break;
        case 8:
            node->precision = fl_thrift_integer32(thrift, &field);
            break;
        case 10:
            parse_logical(parser, &field, node);
            break;
        default:
            fl_thrift_skip(thrift, &field);
        }
    }
}

static void parse_schema(struct parser *parser, const struct fl_thrift_field *field,
                         struct fl_parquet_footer *footer)
{
    struct fl_thrift_field element;
    footer->nodes = take_list(parser, field, sizeof *footer->nodes, &footer->node_count, &element);
    for (uint32_t i = 0; i < footer->node_count && parser->thrift.problem == NULL; i++) {
        if (fl_thrift_struct(&parser->thrift, &element))
            parse_node(parser, &footer->nodes[i]);
    }
}

/* --- row groups */

/* min_value and max_value where they are; min and max, which older writers made by an order of their own,
 * only for whole numbers, for which there was never any doubt. The schema tells which those are. */
struct statistics {
    struct fl_text old_min, old_max;
};

static void parse_statistics(struct parser *parser, const struct fl_thrift_field *field,
                             struct fl_parquet_part *chunk, struct statistics *old)
{
    struct fl_thrift_reader *thrift = &parser->thrift;
    struct fl_thrift_field part = {0};
    if (!fl_thrift_struct(thrift, field))
        return;
    while (fl_thrift_next(thrift, &part)) {
        switch (part.id) {
        case 1:
            old->old_max = text_of(fl_thrift_binary(thrift, &part));
            break;
        case 2:
            old->old_min = text_of(fl_thrift_binary(thrift, &part));
            break;
        case 3:
            chunk->nulls = take_count(parser, &part);
            chunk->has_nulls_counted = true;
            break;
        case 5:
            chunk->max = text_of(fl_thrift_binary(thrift, &part));
            break;
        case 6:
            chunk->min = text_of(fl_thrift_binary(thrift, &part));
            break;
        default:
            fl_thrift_skip(thrift, &part);
        }
    }
}

static void parse_encodings(struct parser *parser, const struct fl_thrift_field *field,
                            struct fl_parquet_part *chunk)
{
    struct fl_thrift_field element;
    const uint32_t count = fl_thrift_list(&parser->thrift, field, &element);
    for (uint32_t i = 0; i < count && parser->thrift.problem == NULL; i++) {
        const int32_t encoding = fl_thrift_integer32(&parser->thrift, &element);
        if (encoding >= 0 && encoding < 32)
            chunk->encodings |= 1u << encoding;
    }
}

static bool has_doubtless_order(int32_t type)
{
    return type == FL_PARQUET_INT32 || type == FL_PARQUET_INT64;
}

static void parse_chunk_facts(struct parser *parser, const struct fl_thrift_field *outer,
                              struct fl_parquet_part *chunk)
{
    struct fl_thrift_reader *thrift = &parser->thrift;
    struct fl_thrift_field field = {0};
    struct statistics old = {{0}, {0}};
    uint64_t data_offset = 0, dictionary_offset = 0;
    if (!fl_thrift_struct(thrift, outer))
        return;
    while (fl_thrift_next(thrift, &field)) {
        switch (field.id) {
        case 1:
            chunk->type = fl_thrift_integer32(thrift, &field);
            break;
        case 2:
            parse_encodings(parser, &field, chunk);
            break;
        case 4:
            chunk->codec = fl_thrift_integer32(thrift, &field);
            break;
        case 5:
            chunk->values = take_count(parser, &field);
            break;
        case 6:
            chunk->unpacked_bytes = take_count(parser, &field);
            break;
        case 7:
            chunk->stored_bytes = take_count(parser, &field);
            break;
        case 9:
            data_offset = take_count(parser, &field);
            break;
        case 11:
            dictionary_offset = take_count(parser, &field);
            break;
        case 12:
            parse_statistics(parser, &field, chunk, &old);
            break;
        default:
            fl_thrift_skip(thrift, &field);
        }
    }
    /* Some writers give 0 for a dictionary that is not there, some leave out one that is: then the first
     * page at data_offset is it. */
    chunk->offset =
        dictionary_offset != 0 && dictionary_offset < data_offset ? dictionary_offset : data_offset;
    if (chunk->min.bytes == NULL && chunk->max.bytes == NULL && has_doubtless_order(chunk->type)) {
        chunk->min = old.old_min;
        chunk->max = old.old_max;
    }
}

static void parse_chunk(struct parser *parser, struct fl_parquet_part *chunk)
{
    struct fl_thrift_reader *thrift = &parser->thrift;
    struct fl_thrift_field field = {0};
    chunk->type = -1;
    while (fl_thrift_next(thrift, &field)) {
        switch (field.id) {
        case 1:
            if (fl_thrift_binary(thrift, &field).size != 0)
                chunk->refused = "its pages lie in another file";
            break;
        case 3:
            parse_chunk_facts(parser, &field, chunk);
            break;
        case 8:
        case 9:
            chunk->refused = "it is encrypted";
            fl_thrift_skip(thrift, &field);
            break;
        default:
            fl_thrift_skip(thrift, &field);
        }
    }
}

static void parse_group(struct parser *parser, struct fl_parquet_group *group, uint32_t *chunk_count)
{
    struct fl_thrift_reader *thrift = &parser->thrift;
    struct fl_thrift_field field = {0}, element;
    while (fl_thrift_next(thrift, &field)) {
        if (field.id == 3) {
            group->rows = take_count(parser, &field);
        } else if (field.id == 1) {
            struct fl_parquet_part *chunks = take_list(parser, &field, sizeof *chunks, chunk_count, &element);
            for (uint32_t i = 0; i < *chunk_count && thrift->problem == NULL; i++) {
                if (fl_thrift_struct(thrift, &element))
                    parse_chunk(parser, &chunks[i]);
            }
            group->parts = chunks;
        } else {
            fl_thrift_skip(thrift, &field);
        }
    }
}

static void parse_groups(struct parser *parser, const struct fl_thrift_field *field,
                         struct fl_parquet_footer *footer)
{
    struct fl_thrift_field element;
    footer->groups = take_list(parser, field, sizeof *footer->groups, &footer->group_count, &element);
    if (parser->thrift.problem != NULL)
        return;
    parser->status =
        fl_parquet_footer_take(parser->arena, parser->memory, footer->group_count,
                               sizeof *footer->chunk_counts, &footer->chunk_counts, parser->error);
    if (parser->status != FL_OK)
        fl_thrift_fail(&parser->thrift, "it needs too much memory");
    for (uint32_t i = 0; i < footer->group_count && parser->thrift.problem == NULL; i++) {
        if (fl_thrift_struct(&parser->thrift, &element))
            parse_group(parser, &footer->groups[i], &footer->chunk_counts[i]);
    }
}

/* --- the whole */

static void parse_fact(struct parser *parser, struct fl_parquet_note *fact)
{
    struct fl_thrift_field field = {0};
    *fact = (struct fl_parquet_note){{"", 0}, {"", 0}};
    while (fl_thrift_next(&parser->thrift, &field)) {
        if (field.id == 1)
            fact->key = text_of(fl_thrift_binary(&parser->thrift, &field));
        else if (field.id == 2)
            fact->value = text_of(fl_thrift_binary(&parser->thrift, &field));
        else
            fl_thrift_skip(&parser->thrift, &field);
    }
}

static void parse_facts(struct parser *parser, const struct fl_thrift_field *field,
                        struct fl_parquet_footer *footer)
{
    struct fl_thrift_field element;
    footer->facts = take_list(parser, field, sizeof *footer->facts, &footer->fact_count, &element);
    for (uint32_t i = 0; i < footer->fact_count && parser->thrift.problem == NULL; i++) {
        if (fl_thrift_struct(&parser->thrift, &element))
            parse_fact(parser, &footer->facts[i]);
    }
}

static void parse_footer(struct parser *parser, struct fl_parquet_footer *footer)
{
    struct fl_thrift_field field = {0};
    while (fl_thrift_next(&parser->thrift, &field)) {
        switch (field.id) {
        case 2:
            parse_schema(parser, &field, footer);
            break;
        case 3:
            footer->rows = take_count(parser, &field);
            break;
        case 4:
            parse_groups(parser, &field, footer);
            break;
        case 5:
            parse_facts(parser, &field, footer);
            break;
        case 6:
            footer->created_by = text_of(fl_thrift_binary(&parser->thrift, &field));
            break;
        default:
            fl_thrift_skip(&parser->thrift, &field);
        }
    }
}

/* A chunk's pages lie between the first magic and the footer. */
static fl_status check_place(const struct fl_parquet_part *chunk, uint64_t pages_end, struct fl_error *error)
{
    uint64_t end;
    if (chunk->refused != NULL || chunk->values == 0)
        return FL_OK;
    if (chunk->offset < FL_PARQUET_MAGIC_SIZE ||
        __builtin_add_overflow(chunk->offset, chunk->stored_bytes, &end) || end > pages_end)
        return fl_fail(error, FL_CORRUPT, "its pages are at offset %llu, %llu bytes, but pages end at %llu",
                       (unsigned long long)chunk->offset, (unsigned long long)chunk->stored_bytes,
                       (unsigned long long)pages_end);
    return FL_OK;
}

static fl_status check_groups(struct fl_parquet_footer *footer, uint64_t pages_end, struct fl_error *error)
{
    uint64_t rows = 0;
    for (uint32_t i = 0; i < footer->group_count; i++) {
        for (uint32_t k = 0; k < footer->chunk_counts[i]; k++) {
            const fl_status status = check_place(&footer->groups[i].parts[k], pages_end, error);
            if (status != FL_OK)
                return error == NULL
                           ? status
                           : fl_fail(error, status, "row group %u: column %u: %s", i, k, error->message);
        }
        if (__builtin_add_overflow(rows, footer->groups[i].rows, &rows))
            return fl_fail(error, FL_CORRUPT, "row group %u: more rows than can be counted", i);
    }
    /* Some writers leave the sum out. */
    if (footer->rows == 0)
        footer->rows = rows;
    if (rows != footer->rows)
        return fl_fail(error, FL_CORRUPT, "%llu rows, but its row groups have %llu",
                       (unsigned long long)footer->rows, (unsigned long long)rows);
    return FL_OK;
}

/* Where a few bytes claim more values than a reader gets through. No writer comes near: row groups of a
 * million rows that are all the same take a hundred bytes for each column, 10,000 values a byte. */
static fl_status check_values(const struct fl_parquet_footer *footer, uint64_t pages_end,
                              struct fl_error *error)
{
    uint64_t most = 0, left;
    if (__builtin_mul_overflow(pages_end, (uint64_t)FL_PARQUET_VALUES_PER_BYTE, &most) ||
        __builtin_add_overflow(most, (uint64_t)FL_PARQUET_VALUES_FREE, &most))
        return FL_OK;
    left = most;
    for (uint32_t i = 0; i < footer->group_count; i++) {
        for (uint32_t k = 0; k < footer->chunk_counts[i]; k++) {
            const uint64_t values = footer->groups[i].parts[k].values;
            if (values > left)
                return fl_fail(error, FL_LIMIT,
                               "more than %llu values in %llu bytes of pages, which is past belief",
                               (unsigned long long)most, (unsigned long long)pages_end);
            left -= values;
        }
    }
    return FL_OK;
}

fl_status fl_parquet_footer_parse(const uint8_t *bytes, size_t size, uint64_t pages_end,
                                  struct fl_arena *arena, struct fl_parquet_memory *memory,
                                  struct fl_parquet_footer *footer, struct fl_error *error)
{
    struct parser parser = {fl_thrift_over(bytes, size), arena, memory, pages_end, FL_OK, error};
    *footer = (struct fl_parquet_footer){.created_by = {"", 0}};
    parse_footer(&parser, footer);
    if (parser.status != FL_OK)
        return parser.status;
    if (parser.thrift.problem != NULL)
        return fl_fail(error, FL_CORRUPT, "the footer cannot be read: %s", parser.thrift.problem);
    const fl_status status = check_groups(footer, pages_end, error);
    return status == FL_OK ? check_values(footer, pages_end, error) : status;
}
