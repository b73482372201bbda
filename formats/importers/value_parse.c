/* value_parse.c - compiles the spec of one value of a mapping. */
#include <assert.h>
#include <stdio.h>

#include "formats/importers/mapping_internal.h"

/* Where a value stands: a part of a product is a number, a part of a join is a text, whatever the column. */
enum place { PLACE_WHOLE, PLACE_NUMBER, PLACE_TEXT };

/* One spec while it is read. */
struct spec {
    struct fl_compiler *compiler;
    const struct fl_target *target;
    const struct fl_yaml_node *node;
    enum place place;
    bool numeric; /* it must come out as a number */
    struct fl_value *value;
};

static fl_status parse_spec(const struct spec *outer, const struct fl_yaml_node *node, enum place place,
                            struct fl_value *value, struct fl_error *error);

/* --- texts of the mapping itself ------------------------------------------------------------------------ */

static bool is_null_word(const struct fl_yaml_node *node)
{
    return node->kind == FL_YAML_SCALAR && !node->quoted &&
           (node->text.size == 0 || fl_text_equal(node->text, fl_text_of("null")));
}

static fl_status check_number(const struct spec *spec, const struct fl_yaml_node *node,
                              struct fl_outcome *outcome, struct fl_error *error)
{
    return fl_yaml_decimal(spec->compiler->yaml, node, &outcome->number, error);
}

/* A text that no row could accept is the mapping's own mistake, so it is told where it stands. */
static fl_status check_text(const struct spec *spec, const struct fl_yaml_node *node,
                            struct fl_outcome *outcome, struct fl_error *error)
{
    const struct fl_mapping *mapping = spec->compiler->mapping;
    const enum fl_fault_code code =
        fl_cell_from_text(mapping, spec->target, spec->value, outcome->text, &outcome->cell, NULL);
    /* The business zone may still come from the data folder. */
    outcome->ready = spec->target->kind != FL_KIND_DAY;
    if (code == FL_FAULT_NONE)
        return FL_OK;
    char words[FL_FAULT_WORDS_SIZE];
    fl_fault_sentence(mapping, spec->target, NULL, code, outcome->text, NULL, words);
    return fl_yaml_fail(spec->compiler->yaml, node, error, "%s", words);
}

static fl_status parse_outcome(const struct spec *spec, const struct fl_yaml_node *node,
                               struct fl_outcome *outcome, struct fl_error *error)
{
    *outcome = (struct fl_outcome){.null = true, .text = {"", 0}};
    if (is_null_word(node)) {
        if (!spec->target->required || spec->place != PLACE_WHOLE)
            return FL_OK;
        return fl_yaml_fail(spec->compiler->yaml, node, error, "`%s` cannot be null", spec->target->name);
    }
    outcome->null = false;
    const fl_status status = fl_yaml_text(spec->compiler->yaml, node, &outcome->text, error);
    if (status != FL_OK)
        return status;
    outcome->text.bytes =
        fl_arena_copy(&spec->compiler->mapping->arena, outcome->text.bytes, outcome->text.size);
    if (outcome->text.bytes == NULL)
        return fl_fail_memory(error, outcome->text.size);
    if (spec->numeric)
        return check_number(spec, node, outcome, error);
    return spec->place == PLACE_WHOLE ? check_text(spec, node, outcome, error) : FL_OK;
}

/* reject, keep, null or {constant: x}. */
static fl_status parse_policy(const struct spec *spec, const char *key, bool may_keep, enum fl_policy *policy,
                              struct fl_outcome *outcome, struct fl_error *error)
{
    static const char *const constant_keys[] = {"constant", NULL};
    static const char *const words[] = {"reject", "null", "keep", NULL};
    static const char *const words_without_keep[] = {"reject", "null", NULL};
    const struct fl_yaml_file *yaml = spec->compiler->yaml;
    const struct fl_yaml_node *node = fl_yaml_find(spec->node, key);
    if (node == NULL)
        return FL_OK;
    *policy = FL_POLICY_OUTCOME;
    if (node->kind == FL_YAML_MAP) {
        const fl_status status = fl_yaml_only_keys(yaml, node, constant_keys, error);
        if (status != FL_OK)
            return status;
        if (node->count != 0)
            return parse_outcome(spec, node->items[0], outcome, error);
    }
    if (is_null_word(node))
        return parse_outcome(spec, node, outcome, error);
    int index = 0;
    const fl_status status = fl_yaml_choice(yaml, node, may_keep ? words : words_without_keep, &index, error);
    *policy = index == 2 ? FL_POLICY_KEEP : FL_POLICY_REJECT;
    return status;
}

static fl_status parse_values(const struct spec *spec, struct fl_error *error)
{
    const struct fl_yaml_file *yaml = spec->compiler->yaml;
    struct fl_mapping *mapping = spec->compiler->mapping;
    const struct fl_yaml_node *node = fl_yaml_find(spec->node, "values");
    if (node == NULL)
        return FL_OK;
    if (node->kind != FL_YAML_MAP || node->count == 0)
        return fl_yaml_fail(yaml, node, error, "`values` needs a map, like {word in the file: word of ours}");
    struct fl_names *words = fl_mapping_add_names(mapping);
    struct fl_outcome *outcomes = fl_arena_take(&mapping->arena, node->count * sizeof *outcomes);
    if (words == NULL || outcomes == NULL)
        return fl_fail_memory(error, node->count * sizeof *outcomes);
    for (size_t i = 0; i < node->count; i++) {
        if (!fl_names_add(words, node->keys[i]->text, (int64_t)i))
            return fl_fail_memory(error, node->keys[i]->text.size);
        const fl_status status = parse_outcome(spec, node->items[i], &outcomes[i], error);
        if (status != FL_OK)
            return status;
    }
    spec->value->words = words;
    spec->value->outcomes = outcomes;
    return FL_OK;
}

/* --- where a value comes from --------------------------------------------------------------------------- */

static const char *const source_words[] = {"column", "position", "constant", "multiply", "sum", "join", NULL};
enum { SOURCE_COLUMN, SOURCE_POSITION, SOURCE_CONSTANT, SOURCE_MULTIPLY, SOURCE_SUM, SOURCE_JOIN };

static fl_status find_source(const struct spec *spec, int *source, struct fl_error *error)
{
    *source = -1;
    for (int i = 0; source_words[i] != NULL; i++) {
        if (fl_yaml_find(spec->node, source_words[i]) == NULL)
            continue;
        if (*source >= 0)
            return fl_yaml_fail(spec->compiler->yaml, spec->node, error,
                                "`%s` and `%s`: a value comes from one of them", source_words[*source],
                                source_words[i]);
        *source = i;
    }
    if (*source >= 0)
        return FL_OK;
    return fl_yaml_fail(spec->compiler->yaml, spec->node, error,
                        "a value needs one of column, position, constant, multiply, sum, join");
}

static fl_status parse_parts(const struct spec *spec, const struct fl_yaml_node *node, enum place place,
                             struct fl_error *error)
{
    struct fl_value *value = spec->value;
    if (node->kind != FL_YAML_LIST || node->count == 0)
        return fl_yaml_fail(spec->compiler->yaml, node, error, "needs a list of values");
    value->parts = fl_arena_take(&spec->compiler->mapping->arena, node->count * sizeof *value->parts);
    if (value->parts == NULL)
        return fl_fail_memory(error, node->count * sizeof *value->parts);
    value->part_count = node->count;
    for (size_t i = 0; i < node->count; i++) {
        const fl_status status = parse_spec(spec, node->items[i], place, &value->parts[i], error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status parse_join(const struct spec *spec, const struct fl_yaml_node *node, struct fl_error *error)
{
    if (spec->numeric)
        return fl_yaml_fail(spec->compiler->yaml, node, error, "`%s` is a number: nothing to join",
                            spec->target->name);
    if (spec->compiler->mapping->join_count == FL_JOINS_MAX)
        return fl_yaml_fail(spec->compiler->yaml, node, error, "more than %d joins", FL_JOINS_MAX);
    spec->value->join = spec->compiler->mapping->join_count++;
    const struct fl_yaml_node *with = fl_yaml_find(spec->node, "with");
    spec->value->with = fl_text_of("");
    if (with != NULL) {
        const fl_status status = fl_yaml_text(spec->compiler->yaml, with, &spec->value->with, error);
        if (status != FL_OK)
            return status;
        const struct fl_text text = spec->value->with;
        spec->value->with.bytes = fl_arena_copy(&spec->compiler->mapping->arena, text.bytes, text.size);
        if (spec->value->with.bytes == NULL)
            return fl_fail_memory(error, text.size);
    }
    return parse_parts(spec, node, PLACE_TEXT, error);
}

static fl_status parse_source(const struct spec *spec, int source, struct fl_error *error)
{
    const struct fl_yaml_node *node = fl_yaml_find(spec->node, source_words[source]);
    struct fl_value *value = spec->value;
    switch (source) {
    case SOURCE_CONSTANT:
        value->source = FL_SOURCE_CONSTANT;
        return parse_outcome(spec, node, &value->constant, error);
    case SOURCE_MULTIPLY:
    case SOURCE_SUM:
        value->source = source == SOURCE_SUM ? FL_SOURCE_SUM : FL_SOURCE_MULTIPLY;
        if (!spec->numeric)
            return fl_yaml_fail(spec->compiler->yaml, node, error, "`%s` is no number: nothing to %s",
                                spec->target->name, source_words[source]);
        return parse_parts(spec, node, PLACE_NUMBER, error);
    case SOURCE_JOIN:
        value->source = FL_SOURCE_JOIN;
        return parse_join(spec, node, error);
    default:
        value->source = FL_SOURCE_FIELD;
        return fl_field_parse(spec->compiler, spec->node, &value->field, error);
    }
}

/* --- options -------------------------------------------------------------------------------------------- */

static fl_status only_if(const struct spec *spec, const char *key, bool fits, const char *belongs,
                         struct fl_error *error)
{
    const struct fl_yaml_node *node = fl_yaml_find(spec->node, key);
    if (node == NULL || fits)
        return FL_OK;
    return fl_yaml_fail(spec->compiler->yaml, node, error, "`%s` belongs to %s", key, belongs);
}

static fl_status check_options(const struct spec *spec, int source, struct fl_error *error)
{
    const bool whole = spec->place == PLACE_WHOLE;
    const bool is_field = source == SOURCE_COLUMN || source == SOURCE_POSITION;
    const bool is_time = whole && spec->target->kind == FL_KIND_DAY;
    const struct {
        const char *key;
        bool fits;
        const char *belongs;
    } options[] = {
        {"sign", spec->numeric, "a number"},
        {"decimal", spec->numeric && is_field, "a number out of the file"},
        {"format", is_time, "a time or a day"},
        {"zone", is_time, "a time or a day"},
        {"as", whole && spec->target->kind == FL_KIND_ORDER, "`order`"},
        {"with", source == SOURCE_JOIN, "`join`"},
        {"trim", is_field || source == SOURCE_JOIN, "a column or a position"},
        {"values", is_field, "a column or a position"},
        {"otherwise", fl_yaml_find(spec->node, "values") != NULL, "`values`"},
        {"empty", source != SOURCE_CONSTANT, "what comes out of the file"},
        {"when", whole, "a whole value, not to a part of one"},
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        const fl_status status = only_if(spec, options[i].key, options[i].fits, options[i].belongs, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status parse_bool(const struct spec *spec, const char *key, bool *value, struct fl_error *error)
{
    const struct fl_yaml_node *node = fl_yaml_find(spec->node, key);
    return node == NULL ? FL_OK : fl_yaml_bool(spec->compiler->yaml, node, value, error);
}

/* The index of a word, which stays as it is when the key is absent. */
static fl_status parse_choice(const struct spec *spec, const char *key, const char *const *words, int *index,
                              struct fl_error *error)
{
    const struct fl_yaml_node *node = fl_yaml_find(spec->node, key);
    return node == NULL ? FL_OK : fl_yaml_choice(spec->compiler->yaml, node, words, index, error);
}

static fl_status parse_format(const struct spec *spec, struct fl_error *error)
{
    const struct fl_yaml_node *node = fl_yaml_find(spec->node, "format");
    if (node == NULL)
        return FL_OK;
    struct fl_text words;
    const fl_status status = fl_yaml_text(spec->compiler->yaml, node, &words, error);
    if (status != FL_OK)
        return status;
    const char *problem = fl_time_format_compile(words, &spec->value->format);
    return problem == NULL ? FL_OK : fl_yaml_fail(spec->compiler->yaml, node, error, "%s", problem);
}

static fl_status parse_zone(const struct spec *spec, struct fl_error *error)
{
    const struct fl_yaml_node *node = fl_yaml_find(spec->node, "zone");
    return node == NULL ? FL_OK : fl_compiler_zone(spec->compiler, node, &spec->value->zone, error);
}

static fl_status parse_options(const struct spec *spec, struct fl_error *error)
{
    static const char *const signs[] = {"keep", "negate", "absolute", NULL};
    static const char *const marks[] = {".", ",", NULL};
    static const char *const order_forms[] = {"number", "text", NULL};
    struct fl_value *value = spec->value;
    int sign = FL_SIGN_KEEP;
    int mark = value->decimal_mark == ',';
    int form = 0;
    fl_status status = parse_bool(spec, "trim", &value->trim, error);
    if (status == FL_OK)
        status = parse_choice(spec, "sign", signs, &sign, error);
    if (status == FL_OK)
        status = parse_choice(spec, "decimal", marks, &mark, error);
    if (status == FL_OK)
        status = parse_choice(spec, "as", order_forms, &form, error);
    if (status == FL_OK)
        status = parse_format(spec, error);
    if (status == FL_OK)
        status = parse_zone(spec, error);
    value->sign = (enum fl_sign)sign;
    value->decimal_mark = mark == 0 ? '.' : ',';
    value->digest_always = form == 1;
    return status;
}

static fl_status parse_when(const struct spec *spec, struct fl_error *error)
{
    const struct fl_yaml_node *node = fl_yaml_find(spec->node, "when");
    if (node == NULL)
        return FL_OK;
    struct fl_condition *when = fl_arena_take(&spec->compiler->mapping->arena, sizeof *when);
    if (when == NULL)
        return fl_fail_memory(error, sizeof *when);
    spec->value->when = when;
    return fl_condition_parse(spec->compiler, node, NULL, when, error);
}

/* --- the whole spec ------------------------------------------------------------------------------------- */

static fl_status parse_map(const struct spec *spec, struct fl_error *error)
{
    static const char *const known[] = {"column", "position", "constant",  "multiply", "sum",  "join",
                                        "with",   "trim",     "decimal",   "sign",     "as",   "format",
                                        "zone",   "values",   "otherwise", "empty",    "when", NULL};
    struct fl_value *value = spec->value;
    int source = -1;
    fl_status status = fl_yaml_only_keys(spec->compiler->yaml, spec->node, known, error);
    if (status == FL_OK)
        status = find_source(spec, &source, error);
    if (status == FL_OK)
        status = check_options(spec, source, error);
    if (status == FL_OK)
        status = parse_options(spec, error); /* before the constants, which are read by them */
    if (status == FL_OK)
        status = parse_source(spec, source, error);
    if (status == FL_OK)
        status = parse_values(spec, error);
    if (status == FL_OK)
        status = parse_policy(spec, "otherwise", true, &value->otherwise, &value->otherwise_outcome, error);
    if (status == FL_OK)
        status = parse_policy(spec, "empty", false, &value->empty, &value->empty_outcome, error);
    return status == FL_OK ? parse_when(spec, error) : status;
}

static fl_status parse_spec(const struct spec *outer, const struct fl_yaml_node *node, enum place place,
                            struct fl_value *value, struct fl_error *error)
{
    struct spec spec = *outer;
    spec.node = node;
    spec.place = place;
    spec.value = value;
    spec.numeric = place == PLACE_NUMBER || (place == PLACE_WHOLE && fl_kind_is_numeric(spec.target->kind));
    *value = fl_value_default(spec.compiler->mapping, spec.target);
    if (place != PLACE_WHOLE) {
        value->empty = FL_POLICY_OUTCOME; /* the whole decides what nothing means */
        value->whole = false;             /* 1.5 km times 1000 are whole metres */
    }
    if (node->kind == FL_YAML_SCALAR)
        return fl_field_parse_name(spec.compiler, node, &value->field, error);
    return parse_map(&spec, error);
}

fl_status fl_value_parse(struct fl_compiler *compiler, const struct fl_target *target,
                         const struct fl_yaml_node *node, struct fl_value *value, struct fl_error *error)
{
    const struct spec outer = {.compiler = compiler, .target = target};
    return parse_spec(&outer, node, PLACE_WHOLE, value, error);
}
