/* parquet_read_nodes.c - the elements of the schema, as they stand in the footer. */
#include "formats/parquet/parquet_read_parser.h"

/* union TimeUnit: the field that is set says it. */
static void parse_unit(struct fl_parquet_parser *parser, const struct fl_thrift_field *field,
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
static void parse_time(struct fl_parquet_parser *parser, struct fl_parquet_node *node)
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

static void parse_decimal(struct fl_parquet_parser *parser, struct fl_parquet_node *node)
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

static void parse_integer(struct fl_parquet_parser *parser, struct fl_parquet_node *node)
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
static void parse_logical(struct fl_parquet_parser *parser, const struct fl_thrift_field *field,
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

static void parse_node(struct fl_parquet_parser *parser, struct fl_parquet_node *node)
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
            node->name = fl_parquet_parser_text(fl_thrift_binary(thrift, &field));
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

void fl_parquet_parse_nodes(struct fl_parquet_parser *parser, const struct fl_thrift_field *field,
                            struct fl_parquet_footer *footer)
{
    struct fl_thrift_field element;
    footer->nodes =
        fl_parquet_parser_list(parser, field, sizeof *footer->nodes, &footer->node_count, &element);
    for (uint32_t i = 0; i < footer->node_count && parser->thrift.problem == NULL; i++) {
        if (fl_thrift_struct(&parser->thrift, &element))
            parse_node(parser, &footer->nodes[i]);
    }
}
