/* examples.c - an analyst's examples of customers and what the model should say of them, from examples.yaml.
 */
#include "engine/model/examples.h"

#include <string.h>

#include "formats/base/civil.h"

enum { KEYS_MAX = 256 };
#define AMOUNT_MAX INT64_C(1000000000000) /* more than any basket, and any sum of them fits */

/* What is being read. */
struct parse {
    const struct fl_yaml_file *file;
    const struct fl_model *model;
    struct fl_arena *arena;
    struct fl_error *error;
    uint64_t rows; /* of all examples so far */
};

/* Where the expectations of each scope stand, and what they are checked against. */
static const struct target_kind {
    const char *key, *table, *schema;
} target_kinds[FL_SCOPES] = {
    [FL_SCOPE_CUSTOMER] = {"expect", "customers", "customer_scores"},
    [FL_SCOPE_BRAND] = {"brands", "brands", "brand_scores"},
    [FL_SCOPE_CATEGORY] = {"categories", "categories", "category_scores"},
    [FL_SCOPE_PRODUCT] = {"products", "products", "product_scores"},
};

const char *fl_example_table_of(enum fl_scope scope)
{
    return target_kinds[scope].table;
}

const struct fl_schema *fl_example_schema_of(enum fl_scope scope)
{
    return fl_schema_by_name(target_kinds[scope].schema);
}

static void *take(const struct parse *parse, size_t count, size_t size_bytes)
{
    void *memory = fl_arena_take(parse->arena, (count + 1) * size_bytes);
    if (memory == NULL)
        fl_fail_memory(parse->error, (count + 1) * size_bytes);
    return memory;
}

/* ---- rows ---- */

static fl_status read_text(const struct parse *parse, const struct fl_yaml_node *row, const char *key,
                           const char **text)
{
    const struct fl_yaml_node *node = fl_yaml_find(row, key);
    struct fl_text found;
    if (node == NULL)
        return FL_OK;
    const fl_status status = fl_yaml_text(parse->file, node, &found, parse->error);
    if (status == FL_OK && found.size == 0)
        return fl_yaml_fail(parse->file, node, parse->error, "%s is empty: leave it out", key);
    *text = found.bytes;
    return status;
}

static fl_status read_integer(const struct parse *parse, const struct fl_yaml_node *row, const char *key,
                              int64_t min, int64_t max, int64_t *value)
{
    const struct fl_yaml_node *node = fl_yaml_find(row, key);
    return node == NULL ? FL_OK : fl_yaml_integer(parse->file, node, min, max, value, parse->error);
}

static fl_status read_money(const struct parse *parse, const struct fl_yaml_node *row, const char *key,
                            bool may_be_negative, const char **text)
{
    const struct fl_yaml_node *node = fl_yaml_find(row, key);
    struct fl_decimal amount;
    if (node == NULL)
        return FL_OK;
    const fl_status status = fl_yaml_decimal(parse->file, node, &amount, parse->error);
    if (status == FL_OK && amount.mantissa < 0 && !may_be_negative)
        return fl_yaml_fail(parse->file, node, parse->error,
                            "%s is not below 0: the type says whether it is bought or returned", key);
    const struct fl_decimal most = {.mantissa = AMOUNT_MAX, .places = 0};
    const struct fl_decimal least = {.mantissa = -AMOUNT_MAX, .places = 0};
    if (status == FL_OK && (fl_decimal_compare(amount, most) > 0 || fl_decimal_compare(amount, least) < 0))
        return fl_yaml_fail(parse->file, node, parse->error, "%s is beyond %lld", key, (long long)AMOUNT_MAX);
    *text = node->text.bytes;
    return status;
}

static fl_status read_type(const struct parse *parse, const struct fl_yaml_node *row, const char **type)
{
    const struct fl_names *names = fl_model_types(parse->model);
    const struct fl_yaml_node *node = fl_yaml_find(row, "type");
    struct fl_text name;
    int64_t id;
    if (node == NULL)
        return fl_yaml_fail(parse->file, row, parse->error, "a row needs a type, such as web_visit");
    const fl_status status = fl_yaml_text(parse->file, node, &name, parse->error);
    if (status != FL_OK)
        return status;
    *type = name.bytes;
    if (fl_names_find(names, name, &id))
        return FL_OK;
    const char *nearest = fl_names_nearest(names, name);
    if (nearest != NULL)
        return fl_yaml_fail(parse->file, node, parse->error,
                            "`%.60s` is no type of the registry; did you mean `%s`?", name.bytes, nearest);
    return fl_yaml_fail(parse->file, node, parse->error,
                        "`%.60s` is no type of the registry: registry.csv lists them", name.bytes);
}

/* All of it is on or before the as-of day, and not before days began. */
static fl_status check_row(struct parse *parse, const struct fl_yaml_node *node,
                           const struct fl_example_row *row)
{
    const int64_t oldest = row->days_ago + (row->times - 1) * row->every_days;
    parse->rows += (uint64_t)row->times;
    if (oldest > FL_WINDOW_DAYS_MAX)
        return fl_yaml_fail(parse->file, node, parse->error,
                            "the oldest of these rows is %lld days old, at most %d", (long long)oldest,
                            FL_WINDOW_DAYS_MAX);
    if (parse->rows <= FL_EXAMPLE_ROWS_MAX)
        return FL_OK;
    return fl_yaml_fail(parse->file, node, parse->error, "more than %d rows in all examples",
                        FL_EXAMPLE_ROWS_MAX);
}

static fl_status read_row(struct parse *parse, const struct fl_yaml_node *node, struct fl_example_row *row)
{
    static const char *const known[] = {"days_ago", "type",     "times", "every_days", "brand",
                                        "category", "product",  "order", "amount",     "discount",
                                        "margin",   "currency", NULL};
    *row = (struct fl_example_row){.times = 1};
    fl_status status = fl_yaml_only_keys(parse->file, node, known, parse->error);
    if (status == FL_OK)
        status = read_type(parse, node, &row->type);
    if (status == FL_OK)
        status = read_integer(parse, node, "days_ago", 0, FL_WINDOW_DAYS_MAX, &row->days_ago);
    if (status == FL_OK)
        status = read_integer(parse, node, "times", 1, FL_EXAMPLE_TIMES_MAX, &row->times);
    if (status == FL_OK)
        status = read_integer(parse, node, "every_days", 0, FL_WINDOW_DAYS_MAX, &row->every_days);
    if (status == FL_OK)
        status = read_text(parse, node, "brand", &row->brand);
    if (status == FL_OK)
        status = read_text(parse, node, "category", &row->category);
    if (status == FL_OK)
        status = read_text(parse, node, "product", &row->product);
    if (status == FL_OK)
        status = read_text(parse, node, "order", &row->order);
    if (status == FL_OK)
        status = read_money(parse, node, "amount", false, &row->amount);
    if (status == FL_OK)
        status = read_money(parse, node, "discount", false, &row->discount);
    if (status == FL_OK)
        status = read_money(parse, node, "margin", true, &row->margin);
    if (status == FL_OK)
        status = read_text(parse, node, "currency", &row->currency);
    if (status == FL_OK && row->currency != NULL &&
        fl_currency_places(row->currency, strlen(row->currency)) < 0)
        status = fl_yaml_fail(parse->file, fl_yaml_find(node, "currency"), parse->error,
                              "a currency is three capital letters, such as EUR");
    return status == FL_OK ? check_row(parse, node, row) : status;
}

static fl_status read_rows(struct parse *parse, const struct fl_yaml_node *node, struct fl_example *example)
{
    const struct fl_yaml_node *list = fl_yaml_find(node, "rows");
    if (list == NULL || list->kind != FL_YAML_LIST || list->count == 0)
        return fl_yaml_fail(
            parse->file, list == NULL ? node : list, parse->error,
            "an example has `rows`, a list of at least one: - {type: web_visit, days_ago: 3}");
    example->rows = take(parse, list->count, sizeof *example->rows);
    if (example->rows == NULL)
        return FL_NO_MEMORY;
    fl_status status = FL_OK;
    for (size_t i = 0; i < list->count && status == FL_OK; i++)
        status = read_row(parse, list->items[i], &example->rows[example->row_count++]);
    return status;
}

/* ---- expectations ---- */

/* What other customers, or the night before, decide. An example stands alone. */
static bool needs_others(const struct fl_model_settings *settings, const char *column)
{
    const bool r = settings->value.has_recency_cuts, m = settings->value.has_monetary_cuts;
    const size_t size = strlen(column), tail = sizeof "_before" - 1;
    if (strcmp(column, "percentile") == 0 || strcmp(column, "tier") == 0 ||
        strncmp(column, "tier_", sizeof "tier_" - 1) == 0)
        return true;
    if (size > tail && strcmp(column + size - tail, "_before") == 0)
        return true;
    if (strcmp(column, "rfm_r") == 0)
        return !r;
    if (strcmp(column, "rfm_m") == 0)
        return !m;
    return (strcmp(column, "rfm_code") == 0 || strcmp(column, "rfm_group") == 0) && !(r && m);
}

static bool is_number(enum fl_kind kind)
{
    return kind == FL_KIND_INTEGER || kind == FL_KIND_SMALL || kind == FL_KIND_DAY || kind == FL_KIND_MONEY ||
           kind == FL_KIND_MILLI || kind == FL_KIND_MICRO;
}

static struct fl_text after(struct fl_text text, size_t size)
{
    text.bytes += size;
    text.size -= size;
    while (text.size > 0 && text.bytes[0] == ' ') {
        text.bytes++;
        text.size--;
    }
    return text;
}

static bool takes(struct fl_text *text, const char *words)
{
    const size_t size = strlen(words);
    if (text->size < size || memcmp(text->bytes, words, size) != 0)
        return false;
    *text = after(*text, size);
    return true;
}

static bool read_decimal(struct fl_text text, struct fl_decimal *number)
{
    while (text.size > 0 && text.bytes[text.size - 1] == ' ')
        text.size--;
    return fl_decimal_parse(text.bytes, text.size, '.', number);
}

/* "40-50" or "40..50"; a minus may stand before either number. */
static bool read_range(struct fl_text text, struct fl_example_check *check)
{
    for (size_t i = 1; i < text.size; i++) {
        const bool dots = text.bytes[i] == '.' && i + 1 < text.size && text.bytes[i + 1] == '.';
        if (!dots && text.bytes[i] != '-')
            continue;
        if (read_decimal((struct fl_text){text.bytes, i}, &check->low) &&
            read_decimal(after(text, i + (dots ? 2 : 1)), &check->high))
            return fl_decimal_compare(check->low, check->high) <= 0;
    }
    return false;
}

static bool read_bounds(struct fl_text text, struct fl_example_check *check)
{
    if (takes(&text, "at least ") || takes(&text, ">=")) {
        check->has_low = true;
        return read_decimal(text, &check->low);
    }
    if (takes(&text, "at most ") || takes(&text, "<=")) {
        check->has_high = true;
        return read_decimal(text, &check->high);
    }
    check->has_low = check->has_high = true;
    if (read_decimal(text, &check->low)) {
        check->high = check->low;
        return true;
    }
    return read_range(text, check);
}

static fl_status read_words(const struct parse *parse, const struct fl_yaml_node *node,
                            struct fl_example_check *check)
{
    check->words = node;
    if (node->kind == FL_YAML_SCALAR)
        return FL_OK;
    for (size_t i = 0; node->kind == FL_YAML_LIST && i < node->count; i++) {
        struct fl_text word;
        const fl_status status = fl_yaml_text(parse->file, node->items[i], &word, parse->error);
        if (status != FL_OK)
            return status;
    }
    if (node->kind == FL_YAML_LIST && node->count > 0)
        return FL_OK;
    return fl_yaml_fail(parse->file, node, parse->error, "%s is a word, or a list of words that are all fine",
                        check->column->name);
}

static fl_status read_check(const struct parse *parse, const struct fl_yaml_node *key,
                            const struct fl_yaml_node *node, struct fl_example_check *check)
{
    if (needs_others(&parse->model->settings, check->column->name))
        return fl_yaml_fail(parse->file, key, parse->error,
                            "%s compares a customer with others, or with the night before: an example "
                            "stands alone",
                            check->column->name);
    check->expected = node->kind == FL_YAML_SCALAR ? node->text.bytes : "";
    check->null =
        node->kind == FL_YAML_SCALAR && !node->quoted && fl_text_equal(node->text, fl_text_of("none"));
    if (check->column->kind == FL_KIND_WORD)
        return read_words(parse, node, check);
    if (check->null)
        return FL_OK;
    if (node->kind == FL_YAML_SCALAR && read_bounds(node->text, check))
        return FL_OK;
    return fl_yaml_fail(parse->file, node, parse->error,
                        "%s is a number as in 45, 40-50, at least 40, at most 50, or none%s",
                        check->column->name,
                        check->column->kind == FL_KIND_DAY ? "; days count back from the as-of day" : "");
}

/* The columns that may be expected, for the nearest name. */
static void list_columns(const struct fl_schema *schema, const char *known[static KEYS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < schema->count && count + 1 < KEYS_MAX; i++) {
        const struct fl_column *column = &schema->columns[i];
        if (is_number(column->kind) || column->kind == FL_KIND_WORD)
            known[count++] = column->name;
    }
    known[count] = NULL;
}

static fl_status read_target(const struct parse *parse, enum fl_scope scope, const char *word,
                             const struct fl_yaml_node *map, struct fl_example *example)
{
    const struct fl_schema *schema = fl_example_schema_of(scope);
    const char *known[KEYS_MAX];
    struct fl_example_target *target = &example->targets[example->target_count++];
    *target = (struct fl_example_target){.scope = scope, .word = word};
    list_columns(schema, known);
    fl_status status = fl_yaml_only_keys(parse->file, map, known, parse->error);
    if (status != FL_OK)
        return status;
    target->checks = take(parse, map->count, sizeof *target->checks);
    if (target->checks == NULL)
        return FL_NO_MEMORY;
    for (size_t i = 0; i < map->count && status == FL_OK; i++) {
        struct fl_example_check *check = &target->checks[target->check_count++];
        check->column = &schema->columns[fl_schema_find(schema, map->keys[i]->text)];
        status = read_check(parse, map->keys[i], map->items[i], check);
    }
    return status;
}

static fl_status read_worded(const struct parse *parse, enum fl_scope scope, const struct fl_yaml_node *node,
                             struct fl_example *example)
{
    const struct fl_yaml_node *map = fl_yaml_find(node, target_kinds[scope].key);
    if (map == NULL)
        return FL_OK;
    if (!parse->model->settings.scopes[scope] || fl_example_schema_of(scope) == NULL)
        return fl_yaml_fail(parse->file, map, parse->error,
                            "the model scores no %s: add them to `scopes` in model.yaml",
                            target_kinds[scope].key);
    if (map->kind != FL_YAML_MAP)
        return fl_yaml_fail(parse->file, map, parse->error, "%s are a map, as in Acme: {engagement: 40-50}",
                            target_kinds[scope].key);
    fl_status status = FL_OK;
    for (size_t i = 0; i < map->count && status == FL_OK; i++)
        status = read_target(parse, scope, map->keys[i]->text.bytes, map->items[i], example);
    return status;
}

static fl_status read_targets(const struct parse *parse, const struct fl_yaml_node *node,
                              struct fl_example *example)
{
    const struct fl_yaml_node *expect = fl_yaml_find(node, target_kinds[FL_SCOPE_CUSTOMER].key);
    size_t count = 1;
    for (int scope = FL_SCOPE_BRAND; scope < FL_SCOPES; scope++) {
        const struct fl_yaml_node *map = fl_yaml_find(node, target_kinds[scope].key);
        count += map == NULL ? 0 : map->count;
    }
    if (expect == NULL && count == 1)
        return fl_yaml_fail(parse->file, node, parse->error,
                            "an example has `expect`, what should come: {engagement: 40-50}");
    example->targets = take(parse, count, sizeof *example->targets);
    if (example->targets == NULL)
        return FL_NO_MEMORY;
    fl_status status = expect == NULL ? FL_OK : read_target(parse, FL_SCOPE_CUSTOMER, NULL, expect, example);
    for (int scope = FL_SCOPE_BRAND; scope < FL_SCOPES && status == FL_OK; scope++)
        status = read_worded(parse, (enum fl_scope)scope, node, example);
    return status;
}

/* ---- the file ---- */

static fl_status read_example(struct parse *parse, const struct fl_yaml_node *node,
                              struct fl_example *example)
{
    static const char *const known[] = {"name", "rows", "expect", "brands", "categories", "products", NULL};
    fl_status status = fl_yaml_only_keys(parse->file, node, known, parse->error);
    if (status != FL_OK)
        return status;
    status = read_text(parse, node, "name", &example->name);
    if (status == FL_OK && example->name == NULL)
        status = fl_yaml_fail(parse->file, node, parse->error, "an example has a `name`");
    if (status == FL_OK)
        status = read_rows(parse, node, example);
    return status == FL_OK ? read_targets(parse, node, example) : status;
}

static fl_status read_as_of(const struct parse *parse, const struct fl_yaml_node *root,
                            struct fl_examples *examples)
{
    const struct fl_yaml_node *node = fl_yaml_find(root, "as_of");
    struct fl_text day;
    if (node == NULL)
        return FL_OK;
    const fl_status status = fl_yaml_text(parse->file, node, &day, parse->error);
    if (status != FL_OK)
        return status;
    examples->has_as_of = fl_day_parse(day.bytes, day.size, &examples->as_of_day);
    return examples->has_as_of ? FL_OK
                               : fl_yaml_fail(parse->file, node, parse->error, "a day is written YYYY-MM-DD");
}

static fl_status read_examples(struct parse *parse, const struct fl_yaml_node *root,
                               struct fl_examples *examples)
{
    static const char *const known[] = {"as_of", "examples", NULL};
    fl_status status = fl_yaml_only_keys(parse->file, root, known, parse->error);
    if (status == FL_OK)
        status = read_as_of(parse, root, examples);
    if (status != FL_OK)
        return status;
    const struct fl_yaml_node *list = fl_yaml_find(root, "examples");
    if (list == NULL || list->kind != FL_YAML_LIST || list->count == 0 || list->count > FL_EXAMPLES_MAX)
        return fl_yaml_fail(parse->file, list == NULL ? root : list, parse->error,
                            "`examples` is a list of 1 to %d examples", FL_EXAMPLES_MAX);
    examples->list = take(parse, list->count, sizeof *examples->list);
    if (examples->list == NULL)
        return FL_NO_MEMORY;
    for (size_t i = 0; i < list->count && status == FL_OK; i++)
        status = read_example(parse, list->items[i], &examples->list[examples->count++]);
    return status;
}

fl_status fl_examples_parse(const char *bytes, size_t size, const char *shown_path,
                            const struct fl_model *model, struct fl_examples *examples,
                            struct fl_error *error)
{
    *examples = (struct fl_examples){.file = NULL};
    fl_arena_init(&examples->arena);
    const fl_status status = fl_yaml_parse(bytes, size, shown_path, &examples->file, error);
    if (status != FL_OK)
        return status;
    struct parse parse = {examples->file, model, &examples->arena, error, 0};
    return read_examples(&parse, fl_yaml_root(examples->file), examples);
}

void fl_examples_release(struct fl_examples *examples)
{
    fl_yaml_free(examples->file);
    fl_arena_release(&examples->arena);
}
