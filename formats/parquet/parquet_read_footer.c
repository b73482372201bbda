/* parquet_read_footer.c - what the footer of a Parquet file says. */
#include "formats/parquet/parquet_read_footer.h"

#include <string.h>

#include "formats/base/limits.h"
#include "formats/parquet/parquet_read_parser.h"

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

void *fl_parquet_parser_take(struct fl_parquet_parser *parser, uint32_t count, size_t size)
{
    void *room = NULL;
    parser->status = fl_parquet_footer_take(parser->arena, parser->memory, count, size, &room, parser->error);
    if (parser->status != FL_OK)
        fl_thrift_fail(&parser->thrift, "it needs too much memory");
    return room;
}

void *fl_parquet_parser_list(struct fl_parquet_parser *parser, const struct fl_thrift_field *field,
                             size_t size, uint32_t *count, struct fl_thrift_field *element)
{
    *count = fl_thrift_list(&parser->thrift, field, element);
    return parser->thrift.problem != NULL ? NULL : fl_parquet_parser_take(parser, *count, size);
}

struct fl_text fl_parquet_parser_text(struct fl_thrift_bytes bytes)
{
    return (struct fl_text){bytes.bytes == NULL ? "" : (const char *)bytes.bytes, bytes.size};
}

uint64_t fl_parquet_parser_count(struct fl_parquet_parser *parser, const struct fl_thrift_field *field)
{
    const int64_t value = fl_thrift_integer(&parser->thrift, field);
    if (value < 0)
        fl_thrift_fail(&parser->thrift, "a count or a place below 0");
    return value < 0 ? 0 : (uint64_t)value;
}

static void parse_fact(struct fl_parquet_parser *parser, struct fl_parquet_note *fact)
{
    struct fl_thrift_field field = {0};
    *fact = (struct fl_parquet_note){{"", 0}, {"", 0}};
    while (fl_thrift_next(&parser->thrift, &field)) {
        if (field.id == 1)
            fact->key = fl_parquet_parser_text(fl_thrift_binary(&parser->thrift, &field));
        else if (field.id == 2)
            fact->value = fl_parquet_parser_text(fl_thrift_binary(&parser->thrift, &field));
        else
            fl_thrift_skip(&parser->thrift, &field);
    }
}

static void parse_facts(struct fl_parquet_parser *parser, const struct fl_thrift_field *field,
                        struct fl_parquet_footer *footer)
{
    struct fl_thrift_field element;
    footer->facts =
        fl_parquet_parser_list(parser, field, sizeof *footer->facts, &footer->fact_count, &element);
    for (uint32_t i = 0; i < footer->fact_count && parser->thrift.problem == NULL; i++) {
        if (fl_thrift_struct(&parser->thrift, &element))
            parse_fact(parser, &footer->facts[i]);
    }
}

static void parse_footer(struct fl_parquet_parser *parser, struct fl_parquet_footer *footer)
{
    struct fl_thrift_field field = {0};
    while (fl_thrift_next(&parser->thrift, &field)) {
        switch (field.id) {
        case 2:
            fl_parquet_parse_nodes(parser, &field, footer);
            break;
        case 3:
            footer->rows = fl_parquet_parser_count(parser, &field);
            break;
        case 4:
            fl_parquet_parse_groups(parser, &field, footer);
            break;
        case 5:
            parse_facts(parser, &field, footer);
            break;
        case 6:
            footer->created_by = fl_parquet_parser_text(fl_thrift_binary(&parser->thrift, &field));
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
    struct fl_parquet_parser parser = {fl_thrift_over(bytes, size), arena, memory, FL_OK, error};
    *footer = (struct fl_parquet_footer){.created_by = {"", 0}};
    parse_footer(&parser, footer);
    if (parser.status != FL_OK)
        return parser.status;
    if (parser.thrift.problem != NULL)
        return fl_fail(error, FL_CORRUPT, "the footer cannot be read: %s", parser.thrift.problem);
    const fl_status status = check_groups(footer, pages_end, error);
    return status == FL_OK ? check_values(footer, pages_end, error) : status;
}
