/* mapping_parse.c - compiles a mapping file. */
#include <assert.h>
#include <ctype.h>

#include "formats/importers/mapping_internal.h"

enum { REASON_BYTES_MAX = 80 };

static struct fl_text copy_text(struct fl_mapping *mapping, struct fl_text text)
{
    return (struct fl_text){fl_arena_copy(&mapping->arena, text.bytes, text.size), text.size};
}

/* A scalar as a text that lives with the mapping. */
static fl_status parse_text(struct fl_compiler *compiler, const struct fl_yaml_node *node,
                            struct fl_text *text, struct fl_error *error)
{
    const fl_status status = fl_yaml_text(compiler->yaml, node, text, error);
    if (status != FL_OK)
        return status;
    *text = copy_text(compiler->mapping, *text);
    return text->bytes == NULL ? fl_fail_memory(error, text->size) : FL_OK;
}

fl_status fl_compiler_zone(struct fl_compiler *compiler, const struct fl_yaml_node *node,
                           const struct fl_zone **zone, struct fl_error *error)
{
    struct fl_text name;
    struct fl_error trouble;
    fl_status status = fl_yaml_text(compiler->yaml, node, &name, error);
    if (status != FL_OK)
        return status;
    if (strlen(name.bytes) != name.size)
        return fl_yaml_fail(compiler->yaml, node, error, "a zone name has no NUL in it");
    fl_error_clear(&trouble);
    status = fl_mapping_find_zone(compiler->mapping, name.bytes, zone, &trouble);
    if (status == FL_BAD_MODEL)
        return fl_yaml_fail(compiler->yaml, node, error, "%s", trouble.message);
    if (status != FL_OK && error != NULL)
        *error = trouble;
    return status;
}

/* --- the head of the file ------------------------------------------------------------------------------- */

static fl_status parse_table(struct fl_compiler *compiler, const struct fl_yaml_node *root,
                             struct fl_error *error)
{
    const struct fl_yaml_node *node = fl_yaml_find(root, "table");
    int index = 0;
    const fl_status status =
        node == NULL ? FL_OK : fl_yaml_choice(compiler->yaml, node, fl_mapping_tables, &index, error);
    if (status == FL_OK)
        compiler->mapping->schema = fl_schema_by_name(fl_mapping_tables[index]);
    return status;
}

static fl_status parse_ids(struct fl_compiler *compiler, const struct fl_yaml_node *root,
                           struct fl_error *error)
{
    static const char *const forms[] = {"integer", "text", NULL};
    const struct fl_yaml_node *node = fl_yaml_find(root, "ids");
    int index = 0;
    const fl_status status =
        node == NULL ? FL_OK : fl_yaml_choice(compiler->yaml, node, forms, &index, error);
    compiler->mapping->text_ids = index == 1;
    return status;
}

static fl_status parse_money(struct fl_compiler *compiler, const struct fl_yaml_node *root,
                             struct fl_error *error)
{
    static const char *const forms[] = {"units", "minor", NULL};
    const struct fl_yaml_node *node = fl_yaml_find(root, "money");
    int index = 0;
    const fl_status status =
        node == NULL ? FL_OK : fl_yaml_choice(compiler->yaml, node, forms, &index, error);
    compiler->mapping->money = index == 1 ? FL_MONEY_MINOR : FL_MONEY_UNITS;
    return status;
}

static fl_status parse_format(struct fl_compiler *compiler, const struct fl_yaml_node *root,
                              struct fl_error *error)
{
    const struct fl_yaml_node *node = fl_yaml_find(root, "format");
    if (node == NULL)
        return FL_OK;
    int index = 0;
    const fl_status status = fl_yaml_choice(compiler->yaml, node, fl_input_kind_words, &index, error);
    compiler->mapping->format = (enum fl_input_kind)index;
    return status;
}

static fl_status parse_business_zone(struct fl_compiler *compiler, const struct fl_yaml_node *root,
                                     struct fl_error *error)
{
    const struct fl_yaml_node *node = fl_yaml_find(root, "zone");
    if (node == NULL)
        return FL_OK;
    struct fl_mapping *mapping = compiler->mapping;
    const fl_status status = fl_compiler_zone(compiler, node, &mapping->business_zone, error);
    if (status == FL_OK)
        mapping->zone_name = fl_zone_name(mapping->business_zone);
    return status;
}

/* --- csv ------------------------------------------------------------------------------------------------ */

static bool is_delimiter(struct fl_text text)
{
    if (text.size != 1)
        return false;
    const unsigned char byte = (unsigned char)text.bytes[0];
    return byte == '\t' || (byte >= ' ' && byte < 0x7f && byte != '"' && !isalnum(byte));
}

static fl_status parse_delimiter(struct fl_compiler *compiler, const struct fl_yaml_node *csv,
                                 struct fl_error *error)
{
    const struct fl_yaml_node *node = fl_yaml_find(csv, "delimiter");
    if (node == NULL)
        return FL_OK;
    struct fl_text text;
    const fl_status status = fl_yaml_text(compiler->yaml, node, &text, error);
    if (status != FL_OK)
        return status;
    if (fl_text_equal(text, fl_text_of("tab")))
        text = fl_text_of("\t");
    if (!is_delimiter(text))
        return fl_yaml_fail(compiler->yaml, node, error,
                            "a delimiter is `tab` or one character, no letter, digit or quote");
    compiler->mapping->delimiter = text.bytes[0];
    return FL_OK;
}

static fl_status add_name(struct fl_compiler *compiler, const struct fl_yaml_node *node,
                          struct fl_text *names, size_t count, struct fl_error *error)
{
    const fl_status status = parse_text(compiler, node, &names[count], error);
    if (status != FL_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        if (fl_text_equal(names[i], names[count]))
            return fl_yaml_fail(compiler->yaml, node, error, "the name `%s` stands here twice",
                                names[count].bytes);
    }
    return FL_OK;
}

static fl_status parse_names(struct fl_compiler *compiler, const struct fl_yaml_node *csv,
                             struct fl_error *error)
{
    struct fl_mapping *mapping = compiler->mapping;
    const struct fl_yaml_node *node = fl_yaml_find(csv, "names");
    if (node == NULL)
        return FL_OK;
    if (mapping->has_header)
        return fl_yaml_fail(compiler->yaml, node, error, "`names` belongs to a file with `header: false`");
    if (node->kind != FL_YAML_LIST || node->count == 0 || node->count > FL_RECORD_FIELDS_MAX)
        return fl_yaml_fail(compiler->yaml, node, error, "`names` needs a list of 1 to %u names",
                            FL_RECORD_FIELDS_MAX);
    struct fl_text *names = fl_arena_take(&mapping->arena, node->count * sizeof *names);
    if (names == NULL)
        return fl_fail_memory(error, node->count * sizeof *names);
    for (size_t i = 0; i < node->count; i++) {
        const fl_status status = add_name(compiler, node->items[i], names, i, error);
        if (status != FL_OK)
            return status;
    }
    mapping->fields.names = names;
    mapping->fields.name_count = node->count;
    return FL_OK;
}

static fl_status parse_csv(struct fl_compiler *compiler, const struct fl_yaml_node *root,
                           struct fl_error *error)
{
    static const char *const known[] = {"delimiter", "decimal", "header", "names", NULL};
    static const char *const marks[] = {".", ",", NULL};
    const struct fl_yaml_node *csv = fl_yaml_find(root, "csv");
    if (csv == NULL)
        return FL_OK;
    int mark = 0;
    fl_status status = fl_yaml_only_keys(compiler->yaml, csv, known, error);
    if (status == FL_OK)
        status = parse_delimiter(compiler, csv, error);
    const struct fl_yaml_node *decimal = fl_yaml_find(csv, "decimal");
    if (status == FL_OK && decimal != NULL)
        status = fl_yaml_choice(compiler->yaml, decimal, marks, &mark, error);
    compiler->mapping->decimal_mark = marks[mark][0];
    const struct fl_yaml_node *header = fl_yaml_find(csv, "header");
    if (status == FL_OK && header != NULL)
        status = fl_yaml_bool(compiler->yaml, header, &compiler->mapping->has_header, error);
    return status == FL_OK ? parse_names(compiler, csv, error) : status;
}

/* --- columns -------------------------------------------------------------------------------------------- */

static fl_status check_column_names(const struct fl_compiler *compiler, const struct fl_yaml_node *columns,
                                    struct fl_error *error)
{
    const struct fl_schema *schema = compiler->mapping->schema;
    const char *known[FL_COLUMNS_MAX + 2] = {NULL};
    size_t count = 0;
    assert(schema->count <= FL_COLUMNS_MAX);
    for (size_t i = 0; i < schema->count; i++)
        known[count++] = schema->columns[i].name;
    if (fl_schema_find(schema, fl_text_of("second")) >= 0)
        known[count++] = "time";
    fl_status status = fl_yaml_only_keys(compiler->yaml, columns, known, error);
    if (status != FL_OK || fl_yaml_find(columns, "time") == NULL)
        return status;
    const struct fl_yaml_node *other = fl_yaml_find(columns, "day");
    if (other == NULL)
        other = fl_yaml_find(columns, "second");
    if (other == NULL)
        return FL_OK;
    return fl_yaml_fail(compiler->yaml, other, error, "`time` fills day and second already");
}

static fl_status check_required(const struct fl_compiler *compiler, const struct fl_yaml_node *columns,
                                struct fl_error *error)
{
    static const char *const required[][4] = {{"interactions", "customer", "type", "time"},
                                              {"products", "product"},
                                              {"customers", "customer"},
                                              {"stores", "store"},
                                              {"given_tags", "customer", "tag", "day"}};
    const char *table = compiler->mapping->schema->name;
    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++) {
        if (strcmp(required[i][0], table) != 0)
            continue;
        for (size_t j = 1; j < 4 && required[i][j] != NULL; j++) {
            const bool is_time = strcmp(required[i][j], "time") == 0;
            if (fl_yaml_find(columns, required[i][j]) != NULL ||
                (is_time && fl_yaml_find(columns, "day") != NULL))
                continue;
            return fl_yaml_fail(compiler->yaml, columns, error, "%s needs a column `%s`%s", table,
                                required[i][j], is_time ? " (or `day`)" : "");
        }
    }
    return FL_OK;
}

static fl_status parse_cases(struct fl_compiler *compiler, const struct fl_yaml_node *node,
                             struct fl_target *target, struct fl_error *error)
{
    const bool is_list = node->kind == FL_YAML_LIST;
    const size_t count = is_list ? node->count : 1;
    if (count == 0)
        return fl_yaml_fail(compiler->yaml, node, error, "`%s` has no case", target->name);
    target->cases = fl_arena_take(&compiler->mapping->arena, count * sizeof *target->cases);
    if (target->cases == NULL)
        return fl_fail_memory(error, count * sizeof *target->cases);
    for (size_t i = 0; i < count; i++) {
        const struct fl_yaml_node *item = is_list ? node->items[i] : node;
        if (i > 0 && target->cases[i - 1].when == NULL)
            return fl_yaml_fail(compiler->yaml, item, error,
                                "never reached: the case before it has no `when`, so it always holds");
        const fl_status status = fl_value_parse(compiler, target, item, &target->cases[i], error);
        if (status != FL_OK)
            return status;
    }
    target->case_count = count;
    return FL_OK;
}

static fl_status parse_columns(struct fl_compiler *compiler, const struct fl_yaml_node *root,
                               struct fl_error *error)
{
    struct fl_mapping *mapping = compiler->mapping;
    const struct fl_yaml_node *columns = fl_yaml_find(root, "columns");
    if (columns == NULL)
        return fl_yaml_fail(compiler->yaml, root, error, "a mapping needs `columns`");
    fl_status status = check_column_names(compiler, columns, error);
    if (status == FL_OK)
        status = check_required(compiler, columns, error);
    if (status != FL_OK)
        return status;
    const size_t size = columns->count * sizeof *mapping->targets;
    mapping->targets = fl_arena_take(&mapping->arena, size);
    if (mapping->targets == NULL)
        return fl_fail_memory(error, size);
    for (size_t i = 0; status == FL_OK && i < columns->count; i++) {
        struct fl_target *target = &mapping->targets[i];
        status = fl_target_init(mapping, target, columns->keys[i]->text.bytes, error);
        if (status == FL_OK)
            status = parse_cases(compiler, columns->items[i], target, error);
    }
    mapping->target_count = columns->count;
    fl_mapping_order_targets(mapping);
    return status;
}

/* --- rows to leave out, rows to keep once --------------------------------------------------------------- */

static fl_status parse_skip(struct fl_compiler *compiler, const struct fl_yaml_node *node,
                            struct fl_skip *skip, struct fl_error *error)
{
    fl_status status = fl_condition_parse(compiler, node, "reason", &skip->condition, error);
    if (status != FL_OK)
        return status;
    const struct fl_yaml_node *reason = fl_yaml_find(node, "reason");
    if (reason == NULL)
        return fl_yaml_fail(compiler->yaml, node, error, "a skip needs its `reason`");
    struct fl_text words;
    status = parse_text(compiler, reason, &words, error);
    if (status != FL_OK)
        return status;
    if (words.size == 0 || words.size > REASON_BYTES_MAX || strlen(words.bytes) != words.size)
        return fl_yaml_fail(compiler->yaml, reason, error, "a reason of %zu bytes, 1 to %d are allowed",
                            words.size, REASON_BYTES_MAX);
    skip->reason = words.bytes;
    return FL_OK;
}

static fl_status parse_skips(struct fl_compiler *compiler, const struct fl_yaml_node *root,
                             struct fl_error *error)
{
    struct fl_mapping *mapping = compiler->mapping;
    const struct fl_yaml_node *node = fl_yaml_find(root, "skip when");
    if (node == NULL)
        return FL_OK;
    if (node->kind != FL_YAML_LIST || node->count == 0)
        return fl_yaml_fail(compiler->yaml, node, error, "`skip when` needs a list of conditions");
    mapping->skips = fl_arena_take(&mapping->arena, node->count * sizeof *mapping->skips);
    if (mapping->skips == NULL)
        return fl_fail_memory(error, node->count * sizeof *mapping->skips);
    for (size_t i = 0; i < node->count; i++) {
        const fl_status status = parse_skip(compiler, node->items[i], &mapping->skips[i], error);
        if (status != FL_OK)
            return status;
    }
    mapping->skip_count = node->count;
    return FL_OK;
}

static bool fills(const struct fl_mapping *mapping, int column)
{
    for (size_t i = 0; i < mapping->target_count; i++) {
        if (mapping->targets[i].column == column || mapping->targets[i].second_column == column)
            return true;
    }
    return false;
}

static fl_status parse_key_column(struct fl_compiler *compiler, const struct fl_yaml_node *node,
                                  struct fl_error *error)
{
    struct fl_mapping *mapping = compiler->mapping;
    struct fl_text name;
    const fl_status status = fl_yaml_text(compiler->yaml, node, &name, error);
    if (status != FL_OK)
        return status;
    const int column = fl_schema_find(mapping->schema, name);
    if (column < 0 || !fills(mapping, column))
        return fl_yaml_fail(compiler->yaml, node, error, "`%s` is no column that this mapping fills",
                            name.bytes);
    for (size_t i = 0; i < mapping->key_count; i++) {
        if (mapping->key[i] == column)
            return fl_yaml_fail(compiler->yaml, node, error, "`%s` stands in the key twice", name.bytes);
    }
    mapping->key[mapping->key_count++] = column;
    return FL_OK;
}

static fl_status parse_key(struct fl_compiler *compiler, const struct fl_yaml_node *root,
                           struct fl_error *error)
{
    const struct fl_yaml_node *node = fl_yaml_find(root, "key");
    if (node == NULL)
        return FL_OK;
    if (node->kind != FL_YAML_LIST || node->count == 0)
        return fl_yaml_fail(compiler->yaml, node, error, "`key` needs a list of columns");
    for (size_t i = 0; i < node->count; i++) {
        const fl_status status = parse_key_column(compiler, node->items[i], error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

/* --- the file ------------------------------------------------------------------------------------------- */

static fl_status compile(struct fl_compiler *compiler, struct fl_error *error)
{
    static const char *const known[] = {"table", "zone",    "ids",       "money", "format",
                                        "csv",   "columns", "skip when", "key",   NULL};
    const struct fl_yaml_node *root = fl_yaml_root(compiler->yaml);
    fl_status status = fl_yaml_only_keys(compiler->yaml, root, known, error);
    if (status == FL_OK)
        status = parse_table(compiler, root, error);
    if (status == FL_OK)
        status = parse_ids(compiler, root, error);
    if (status == FL_OK)
        status = parse_money(compiler, root, error);
    if (status == FL_OK)
        status = parse_business_zone(compiler, root, error);
    if (status == FL_OK)
        status = parse_format(compiler, root, error);
    if (status == FL_OK)
        status = parse_csv(compiler, root, error);
    if (status == FL_OK)
        status = parse_columns(compiler, root, error);
    if (status == FL_OK)
        status = parse_skips(compiler, root, error);
    return status == FL_OK ? parse_key(compiler, root, error) : status;
}

fl_status fl_mapping_parse(const struct fl_io *io, const char *bytes, size_t size, const char *shown_path,
                           const struct fl_names *types, struct fl_mapping **mapping, struct fl_error *error)
{
    struct fl_yaml_file *yaml = NULL;
    *mapping = NULL;
    fl_status status = fl_yaml_parse(bytes, size, shown_path, &yaml, error);
    if (status != FL_OK)
        return status;
    status = fl_mapping_create(io, types, mapping, error);
    if (status == FL_OK) {
        struct fl_compiler compiler = {.mapping = *mapping, .yaml = yaml};
        status = compile(&compiler, error);
    }
    fl_yaml_free(yaml);
    if (status == FL_OK)
        return FL_OK;
    fl_mapping_free(*mapping);
    *mapping = NULL;
    return status;
}
