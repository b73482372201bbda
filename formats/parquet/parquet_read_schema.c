/* parquet_read_schema.c - the columns that the tree of a schema has. */
#include "formats/parquet/parquet_read_schema.h"

#include <string.h>

enum { DEPTH_MAX = 32, DECIMAL_DIGITS_MAX = 38 };

/* The way from the root to a node; node[0] is a child of the root. */
struct path {
    const struct fl_parquet_node *node[DEPTH_MAX];
    unsigned depth;
};

struct maker {
    const struct fl_parquet_footer *footer;
    struct fl_arena *arena;
    struct fl_parquet_memory *memory;
    struct fl_parquet_field *columns;
    size_t count;
    uint32_t at; /* the next node */
    struct path path;
    struct fl_error *error;
};

/* --- meaning */

struct meaning {
    int32_t logical, unit, bits;
    bool is_utc, is_unsigned;
};

/* The older words in terms of the newer ones. */
static struct meaning meaning_of_converted(int32_t converted)
{
    switch (converted) {
    case FL_PARQUET_CONVERTED_UTF8:
        return (struct meaning){.logical = FL_PARQUET_LOGICAL_STRING};
    case FL_PARQUET_CONVERTED_MAP:
    case FL_PARQUET_CONVERTED_MAP_KEY_VALUE:
        return (struct meaning){.logical = FL_PARQUET_LOGICAL_MAP};
    case FL_PARQUET_CONVERTED_LIST:
        return (struct meaning){.logical = FL_PARQUET_LOGICAL_LIST};
    case FL_PARQUET_CONVERTED_ENUM:
        return (struct meaning){.logical = FL_PARQUET_LOGICAL_ENUM};
    case FL_PARQUET_CONVERTED_DECIMAL:
        return (struct meaning){.logical = FL_PARQUET_LOGICAL_DECIMAL};
    case FL_PARQUET_CONVERTED_DATE:
        return (struct meaning){.logical = FL_PARQUET_LOGICAL_DATE};
    case FL_PARQUET_CONVERTED_TIME_MILLIS:
        return (struct meaning){FL_PARQUET_LOGICAL_TIME, FL_PARQUET_MILLIS, 0, true, false};
    case FL_PARQUET_CONVERTED_TIME_MICROS:
        return (struct meaning){FL_PARQUET_LOGICAL_TIME, FL_PARQUET_MICROS, 0, true, false};
    case FL_PARQUET_CONVERTED_TIMESTAMP_MILLIS:
        return (struct meaning){FL_PARQUET_LOGICAL_TIMESTAMP, FL_PARQUET_MILLIS, 0, true, false};
    case FL_PARQUET_CONVERTED_TIMESTAMP_MICROS:
        return (struct meaning){FL_PARQUET_LOGICAL_TIMESTAMP, FL_PARQUET_MICROS, 0, true, false};
    case FL_PARQUET_CONVERTED_UINT_8:
    case FL_PARQUET_CONVERTED_UINT_16:
    case FL_PARQUET_CONVERTED_UINT_32:
    case FL_PARQUET_CONVERTED_UINT_64:
        return (struct meaning){FL_PARQUET_LOGICAL_INTEGER, 0, 8 << (converted - FL_PARQUET_CONVERTED_UINT_8),
                                false, true};
    case FL_PARQUET_CONVERTED_INT_8:
    case FL_PARQUET_CONVERTED_INT_16:
    case FL_PARQUET_CONVERTED_INT_32:
    case FL_PARQUET_CONVERTED_INT_64:
        return (struct meaning){FL_PARQUET_LOGICAL_INTEGER, 0, 8 << (converted - FL_PARQUET_CONVERTED_INT_8),
                                false, false};
    case FL_PARQUET_CONVERTED_JSON:
        return (struct meaning){.logical = FL_PARQUET_LOGICAL_JSON};
    case FL_PARQUET_CONVERTED_BSON:
        return (struct meaning){.logical = FL_PARQUET_LOGICAL_BSON};
    default:
        return (struct meaning){.logical = FL_PARQUET_LOGICAL_NONE};
    }
}

static struct meaning meaning_of(const struct fl_parquet_node *node)
{
    if (node->logical == FL_PARQUET_LOGICAL_NONE)
        return meaning_of_converted(node->converted);
    return (struct meaning){node->logical, node->unit, node->bits, node->is_utc,
                            node->logical == FL_PARQUET_LOGICAL_INTEGER && !node->is_signed};
}

/* Whether values of the physical type can have the meaning; one that they cannot have is no meaning. */
static bool can_mean(const struct fl_parquet_node *node, const struct meaning *meaning)
{
    const bool is_32 = node->type == FL_PARQUET_INT32, is_64 = node->type == FL_PARQUET_INT64;
    const bool is_bytes = node->type == FL_PARQUET_BYTE_ARRAY;
    const bool is_fixed = node->type == FL_PARQUET_FIXED_LEN_BYTE_ARRAY;
    const bool has_unit = meaning->unit >= FL_PARQUET_MILLIS && meaning->unit <= FL_PARQUET_NANOS;
    switch (meaning->logical) {
    case FL_PARQUET_LOGICAL_STRING:
    case FL_PARQUET_LOGICAL_ENUM:
    case FL_PARQUET_LOGICAL_JSON:
    case FL_PARQUET_LOGICAL_BSON:
        return is_bytes;
    case FL_PARQUET_LOGICAL_DECIMAL:
        return is_32 || is_64 || is_bytes || is_fixed;
    case FL_PARQUET_LOGICAL_DATE:
        return is_32;
    case FL_PARQUET_LOGICAL_TIME:
        return has_unit && (meaning->unit == FL_PARQUET_MILLIS ? is_32 : is_64);
    case FL_PARQUET_LOGICAL_TIMESTAMP:
        return has_unit && is_64;
    case FL_PARQUET_LOGICAL_INTEGER:
        return meaning->bits == 64
                   ? is_64
                   : is_32 && (meaning->bits == 8 || meaning->bits == 16 || meaning->bits == 32);
    case FL_PARQUET_LOGICAL_UUID:
        return is_fixed && node->type_size == 16;
    case FL_PARQUET_LOGICAL_FLOAT16:
        return is_fixed && node->type_size == 2;
    default:
        return false;
    }
}

static enum fl_parquet_form form_of(int32_t type)
{
    switch (type) {
    case FL_PARQUET_BOOLEAN:
        return FL_PARQUET_AS_U8;
    case FL_PARQUET_INT32:
        return FL_PARQUET_AS_I32;
    case FL_PARQUET_INT64:
    case FL_PARQUET_INT96:
        return FL_PARQUET_AS_I64;
    case FL_PARQUET_FLOAT:
        return FL_PARQUET_AS_F32;
    case FL_PARQUET_DOUBLE:
        return FL_PARQUET_AS_F64;
    default:
        return FL_PARQUET_AS_TEXT;
    }
}

static void set_meaning(struct fl_parquet_field *column, const struct fl_parquet_node *node)
{
    const struct meaning meaning = meaning_of(node);
    if (node->type == FL_PARQUET_INT96) { /* never used for anything else */
        column->logical = FL_PARQUET_LOGICAL_TIMESTAMP;
        column->unit = FL_PARQUET_MICROS;
        return;
    }
    if (!can_mean(node, &meaning))
        return;
    column->logical = meaning.logical;
    column->unit = meaning.unit;
    column->is_utc = meaning.is_utc;
    column->is_unsigned = meaning.is_unsigned;
    column->bits = (uint8_t)meaning.bits;
    if (meaning.logical != FL_PARQUET_LOGICAL_DECIMAL)
        return;
    if (node->precision < 1 || node->precision > DECIMAL_DIGITS_MAX || node->scale < 0 ||
        node->scale > node->precision) {
        column->refused = "a decimal that is not of 1 to 38 digits";
        return;
    }
    column->precision = (uint8_t)node->precision;
    column->scale = (uint8_t)node->scale;
}

/* --- shape of the tree */

static bool is_repeated(const struct fl_parquet_node *node)
{
    return node->repetition == FL_PARQUET_REPEATED;
}

static bool text_is(struct fl_text text, const char *words)
{
    return fl_text_equal(text, fl_text_of(words));
}

static bool ends_with(struct fl_text text, const char *words)
{
    const size_t size = strlen(words);
    return text.size >= size && memcmp(text.bytes + text.size - size, words, size) == 0;
}

/* The definition's rules of backward compatibility: by its name, the repeated group is the element itself. */
static bool is_element_itself(const struct fl_parquet_node *repeated)
{
    return repeated->children != 1 || text_is(repeated->name, "array") || ends_with(repeated->name, "_tuple");
}

/* Why the leaf at the end of the path is neither a column nor a list of values; NULL: it is one of these. */
static const char *reason_to_refuse(const struct path *path)
{
    const struct fl_parquet_node *top = path->node[0];
    if (path->depth == 1)
        return NULL;
    const int32_t logical = meaning_of(top).logical;
    if (logical == FL_PARQUET_LOGICAL_MAP)
        return "a map";
    if (logical == FL_PARQUET_LOGICAL_VARIANT)
        return "a variant";
    if (logical != FL_PARQUET_LOGICAL_LIST)
        return is_repeated(top) ? "a list of structs" : "a field of a struct";
    if (is_repeated(top) || top->children != 1 || !is_repeated(path->node[1]))
        return "a list in a shape that no writer is known to use";
    if (path->depth == 2)
        return NULL;
    const int32_t inner = meaning_of(path->node[1]).logical, item = meaning_of(path->node[2]).logical;
    if (inner == FL_PARQUET_LOGICAL_LIST || item == FL_PARQUET_LOGICAL_LIST || is_repeated(path->node[2]))
        return "a list of lists";
    if (item == FL_PARQUET_LOGICAL_MAP)
        return "a list of maps";
    return is_element_itself(path->node[1]) || path->depth > 3 ? "a list of structs" : NULL;
}

static void set_levels(struct fl_parquet_field *column, const struct path *path)
{
    const struct fl_parquet_node *leaf = path->node[path->depth - 1];
    for (unsigned i = 0; i < path->depth; i++) {
        column->level_max = (uint8_t)(column->level_max + (path->node[i]->repetition != FL_PARQUET_REQUIRED));
        column->repeat_max = (uint8_t)(column->repeat_max + is_repeated(path->node[i]));
        if (is_repeated(path->node[i]))
            column->level_item = column->level_max;
    }
    column->is_list = column->repeat_max != 0;
    column->is_optional = path->node[0]->repetition == FL_PARQUET_OPTIONAL;
    column->has_null_items = column->is_list && leaf->repetition == FL_PARQUET_OPTIONAL;
}

/* --- names */

static fl_status append_name(struct maker *maker, const struct path *path, const char **name)
{
    uint64_t size = path->depth; /* points between, NUL at the end */
    for (unsigned i = 0; i < path->depth; i++)
        size += path->node[i]->name.size;
    char *text;
    const fl_status status =
        fl_parquet_footer_take(maker->arena, maker->memory, size, 1, &text, maker->error);
    if (status != FL_OK)
        return status;
    *name = text;
    for (unsigned i = 0; i < path->depth; i++) {
        if (i != 0)
            *text++ = '.';
        for (size_t k = 0; k < path->node[i]->name.size; k++) {
            const char letter = path->node[i]->name.bytes[k];
            *text++ = (unsigned char)letter < ' ' || letter == 0x7F ? '?' : letter;
        }
    }
    return FL_OK;
}

/* A list is named as its field; what lies below that is the writer's custom. */
static fl_status set_name(struct maker *maker, struct fl_parquet_field *column)
{
    struct path path = maker->path;
    if (column->refused == NULL || path.depth == 1)
        path.depth = 1;
    return append_name(maker, &path, &column->name);
}

/* --- the walk */

static fl_status add_leaf(struct maker *maker, const struct fl_parquet_node *leaf)
{
    struct fl_parquet_field *column = &maker->columns[maker->count++];
    column->type = leaf->type;
    column->form = form_of(leaf->type);
    column->refused = reason_to_refuse(&maker->path);
    const fl_status status = set_name(maker, column);
    if (status != FL_OK)
        return status;
    if (leaf->type == FL_PARQUET_FIXED_LEN_BYTE_ARRAY && leaf->type_size <= 0)
        return fl_fail(maker->error, FL_CORRUPT, "column `%s`: values of %d bytes", column->name,
                       leaf->type_size);
    column->type_size = leaf->type == FL_PARQUET_FIXED_LEN_BYTE_ARRAY ? (uint32_t)leaf->type_size : 0;
    set_levels(column, &maker->path);
    set_meaning(column, leaf);
    return FL_OK;
}

static fl_status fail_tree(const struct maker *maker)
{
    return fl_fail(maker->error, FL_CORRUPT, "the schema's %u elements are no tree",
                   maker->footer->node_count);
}

/* The next node with all that is below it. Recursion ends at DEPTH_MAX. */
static fl_status walk(struct maker *maker)
{
    if (maker->at == maker->footer->node_count)
        return fail_tree(maker);
    if (maker->path.depth == DEPTH_MAX)
        return fl_fail(maker->error, FL_UNSUPPORTED, "a schema nested deeper than %d", DEPTH_MAX);
    const struct fl_parquet_node *node = &maker->footer->nodes[maker->at++];
    if ((node->type < 0) == (node->children <= 0) && !(node->type < 0 && node->children == 0))
        return fail_tree(maker);
    maker->path.node[maker->path.depth++] = node;
    fl_status status = FL_OK;
    if (node->type >= 0)
        status = add_leaf(maker, node);
    for (int32_t i = 0; status == FL_OK && i < node->children; i++)
        status = walk(maker);
    maker->path.depth--;
    return status;
}

static fl_status make_columns(struct maker *maker)
{
    const struct fl_parquet_footer *footer = maker->footer;
    size_t leaves = 0;
    for (uint32_t i = 1; i < footer->node_count; i++)
        leaves += footer->nodes[i].type >= 0;
    if (footer->node_count == 0)
        return fl_fail(maker->error, FL_CORRUPT, "the footer has no schema");
    fl_status status = fl_parquet_footer_take(maker->arena, maker->memory, leaves, sizeof *maker->columns,
                                              &maker->columns, maker->error);
    maker->at = 1;
    for (int32_t i = 0; status == FL_OK && i < footer->nodes[0].children; i++)
        status = walk(maker);
    if (status == FL_OK && (maker->at != footer->node_count || maker->count != leaves))
        return fail_tree(maker);
    return status;
}

/* --- chunks against columns */

static fl_status check_chunk(const struct fl_parquet_field *column, const struct fl_parquet_part *chunk,
                             uint64_t rows, struct fl_error *error)
{
    if (chunk->refused != NULL && chunk->type < 0)
        return FL_OK; /* encrypted, facts included */
    if (chunk->type != column->type)
        return fl_fail(error, FL_CORRUPT, "pages of type %d, the schema says %d", chunk->type, column->type);
    if (column->repeat_max == 0 && chunk->values != rows)
        return fl_fail(error, FL_CORRUPT, "%llu values in %llu rows", (unsigned long long)chunk->values,
                       (unsigned long long)rows);
    if (column->repeat_max != 0 && chunk->values < rows)
        return fl_fail(error, FL_CORRUPT, "%llu values in %llu lists", (unsigned long long)chunk->values,
                       (unsigned long long)rows);
    return FL_OK;
}

static fl_status check_chunks(const struct maker *maker)
{
    const struct fl_parquet_footer *footer = maker->footer;
    for (uint32_t i = 0; i < footer->group_count; i++) {
        const struct fl_parquet_group *group = &footer->groups[i];
        if (footer->chunk_counts[i] != maker->count)
            return fl_fail(maker->error, FL_CORRUPT, "row group %u: %u columns, the schema has %zu", i,
                           footer->chunk_counts[i], maker->count);
        for (size_t k = 0; k < maker->count; k++) {
            const fl_status status =
                check_chunk(&maker->columns[k], &group->parts[k], group->rows, maker->error);
            if (status == FL_OK)
                continue;
            if (maker->error != NULL)
                (void)fl_fail(maker->error, status, "row group %u: %s", i, maker->error->message);
            (void)fl_error_at_block(maker->error, -1, maker->columns[k].name);
            return status;
        }
    }
    return FL_OK;
}

fl_status fl_parquet_schema_make(const struct fl_parquet_footer *footer, struct fl_arena *arena,
                                 struct fl_parquet_memory *memory, const struct fl_parquet_field **columns,
                                 size_t *column_count, struct fl_error *error)
{
    struct maker maker = {.footer = footer, .arena = arena, .memory = memory, .error = error};
    fl_status status = make_columns(&maker);
    if (status == FL_OK)
        status = check_chunks(&maker);
    *columns = maker.columns;
    *column_count = maker.count;
    return status;
}
