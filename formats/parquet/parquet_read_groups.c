/* parquet_read_groups.c - row groups and their columns, as they stand in the footer. */
#include "formats/parquet/parquet_read_parser.h"

/* min_value and max_value where they are; min and max, which older writers made by an order of their own,
 * only for whole numbers, for which there was never any doubt. The schema tells which those are. */
struct statistics {
    struct fl_text old_min, old_max;
};

static void parse_statistics(struct fl_parquet_parser *parser, const struct fl_thrift_field *field,
                             struct fl_parquet_part *chunk, struct statistics *old)
{
    struct fl_thrift_reader *thrift = &parser->thrift;
    struct fl_thrift_field part = {0};
    if (!fl_thrift_struct(thrift, field))
        return;
    while (fl_thrift_next(thrift, &part)) {
        switch (part.id) {
        case 1:
            old->old_max = fl_parquet_parser_text(fl_thrift_binary(thrift, &part));
            break;
        case 2:
            old->old_min = fl_parquet_parser_text(fl_thrift_binary(thrift, &part));
            break;
        case 3:
            chunk->nulls = fl_parquet_parser_count(parser, &part);
            chunk->has_nulls_counted = true;
            break;
        case 5:
            chunk->max = fl_parquet_parser_text(fl_thrift_binary(thrift, &part));
            break;
        case 6:
            chunk->min = fl_parquet_parser_text(fl_thrift_binary(thrift, &part));
            break;
        default:
            fl_thrift_skip(thrift, &part);
        }
    }
}

static void parse_encodings(struct fl_parquet_parser *parser, const struct fl_thrift_field *field,
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

static void parse_chunk_facts(struct fl_parquet_parser *parser, const struct fl_thrift_field *outer,
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
            chunk->values = fl_parquet_parser_count(parser, &field);
            break;
        case 6:
            chunk->unpacked_bytes = fl_parquet_parser_count(parser, &field);
            break;
        case 7:
            chunk->stored_bytes = fl_parquet_parser_count(parser, &field);
            break;
        case 9:
            data_offset = fl_parquet_parser_count(parser, &field);
            break;
        case 11:
            dictionary_offset = fl_parquet_parser_count(parser, &field);
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

static void parse_chunk(struct fl_parquet_parser *parser, struct fl_parquet_part *chunk)
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

static void parse_group(struct fl_parquet_parser *parser, struct fl_parquet_group *group,
                        uint32_t *chunk_count)
{
    struct fl_thrift_reader *thrift = &parser->thrift;
    struct fl_thrift_field field = {0}, element;
    while (fl_thrift_next(thrift, &field)) {
        if (field.id == 3) {
            group->rows = fl_parquet_parser_count(parser, &field);
        } else if (field.id == 1) {
            struct fl_parquet_part *chunks =
                fl_parquet_parser_list(parser, &field, sizeof *chunks, chunk_count, &element);
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

void fl_parquet_parse_groups(struct fl_parquet_parser *parser, const struct fl_thrift_field *field,
                             struct fl_parquet_footer *footer)
{
    struct fl_thrift_field element;
    footer->groups =
        fl_parquet_parser_list(parser, field, sizeof *footer->groups, &footer->group_count, &element);
    if (parser->thrift.problem != NULL)
        return;
    footer->chunk_counts = fl_parquet_parser_take(parser, footer->group_count, sizeof *footer->chunk_counts);
    for (uint32_t i = 0; i < footer->group_count && parser->thrift.problem == NULL; i++) {
        if (fl_thrift_struct(&parser->thrift, &element))
            parse_group(parser, &footer->groups[i], &footer->chunk_counts[i]);
    }
}
