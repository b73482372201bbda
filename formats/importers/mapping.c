/* mapping.c - the life of a compiled mapping. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/importers/mapping_internal.h"

fl_status fl_mapping_create(const struct fl_io *io, const struct fl_names *types, struct fl_mapping **mapping,
                            struct fl_error *error)
{
    *mapping = calloc(1, sizeof **mapping);
    if (*mapping == NULL)
        return fl_fail_memory(error, sizeof **mapping);
    (*mapping)->io = io;
    (*mapping)->types = types;
    (*mapping)->has_header = true;
    (*mapping)->format = FL_INPUT_NOT_SAID;
    (*mapping)->decimal_mark = '.';
    fl_arena_init(&(*mapping)->arena);
    return FL_OK;
}

void fl_mapping_free(struct fl_mapping *mapping)
{
    if (mapping == NULL)
        return;
    for (struct fl_word_set *set = mapping->word_sets; set != NULL; set = set->next)
        fl_names_free(set->names);
    for (struct fl_zone_entry *entry = mapping->zones; entry != NULL; entry = entry->next)
        fl_zone_free(entry->zone);
    fl_field_list_release(&mapping->fields);
    fl_arena_release(&mapping->arena);
    free(mapping);
}

struct fl_names *fl_mapping_add_names(struct fl_mapping *mapping)
{
    struct fl_word_set *set = fl_arena_take(&mapping->arena, sizeof *set);
    if (set == NULL)
        return NULL;
    set->names = fl_names_create();
    if (set->names == NULL)
        return NULL;
    set->next = mapping->word_sets;
    mapping->word_sets = set;
    return set->names;
}

fl_status fl_mapping_find_zone(struct fl_mapping *mapping, const char *name, const struct fl_zone **zone,
                               struct fl_error *error)
{
    for (const struct fl_zone_entry *entry = mapping->zones; entry != NULL; entry = entry->next) {
        if (strcmp(fl_zone_name(entry->zone), name) == 0) {
            *zone = entry->zone;
            return FL_OK;
        }
    }
    struct fl_zone_entry *entry = fl_arena_take(&mapping->arena, sizeof *entry);
    if (entry == NULL)
        return fl_fail_memory(error, sizeof *entry);
    const fl_status status = fl_zone_open(mapping->io, name, &entry->zone, error);
    if (status != FL_OK)
        return status;
    entry->next = mapping->zones;
    mapping->zones = entry;
    *zone = entry->zone;
    return FL_OK;
}

fl_status fl_mapping_use_zone(struct fl_mapping *mapping, const char *zone, struct fl_error *error)
{
    if (mapping->zone_name == NULL)
        return fl_mapping_find_zone(mapping, zone, &mapping->business_zone, error);
    if (strcmp(mapping->zone_name, zone) == 0)
        return FL_OK;
    return fl_fail(error, FL_BAD_MODEL, "the mapping's zone is %s, the data folder's is %s",
                   mapping->zone_name, zone);
}

/* --- targets -------------------------------------------------------------------------------------------- */

bool fl_kind_is_numeric(enum fl_kind kind)
{
    return kind == FL_KIND_MONEY || kind == FL_KIND_MILLI || kind == FL_KIND_DEGREE ||
           kind == FL_KIND_INTEGER;
}

const char *const fl_mapping_tables[] = {"interactions", "products",   "customers",
                                         "stores",       "given_tags", NULL};

/* What no row of a table can be without: what it is about, which is the first column, and some others. */
static bool is_required(const struct fl_schema *schema, const char *name)
{
    static const char *const others[][2] = {{"interactions", "day"},
                                            {"interactions", "time"},
                                            {"interactions", "type"},
                                            {"given_tags", "tag"},
                                            {"given_tags", "day"}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(others[i][0], schema->name) == 0 && strcmp(others[i][1], name) == 0)
            return true;
    }
    return strcmp(name, schema->columns[0].name) == 0;
}

/* What the numbers of a column may be, as stored; all others any. */
static const struct {
    const char *name;
    int64_t least, most;
} ranges[] = {
    {"amount", 0, INT64_MAX},
    {"discount", 0, INT64_MAX},
    {"birth_year", FL_BIRTH_YEAR_MIN, FL_BIRTH_YEAR_MAX},
    {"latitude", -90000000, 90000000},
    {"longitude", -180000000, 180000000},
    {"store_distance_m", 0, FL_STORE_DISTANCE_MAX},
};

static void set_range(struct fl_target *target)
{
    target->least = INT64_MIN;
    target->most = INT64_MAX;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (strcmp(ranges[i].name, target->name) != 0)
            continue;
        target->least = ranges[i].least;
        target->most = ranges[i].most;
    }
}

static enum fl_rule rule_of(const char *name)
{
    if (strcmp(name, "currency") == 0)
        return FL_RULE_CURRENCY;
    if (strcmp(name, "speaker") == 0)
        return FL_RULE_SPEAKER;
    return strcmp(name, "tag") == 0 ? FL_RULE_TAG : FL_RULE_NONE;
}

static bool make_reasons(struct fl_arena *arena, struct fl_target *target)
{
    static const char *const words[FL_FAULT_COUNT] = {
#define X(name, words) [FL_FAULT_##name] = (words),
        FL_FAULT_LIST(X)
#undef X
    };
    for (int code = 0; code < FL_FAULT_COUNT; code++) {
        char reason[96];
        const int size = snprintf(reason, sizeof reason, "%s: %s", target->name, words[code]);
        assert(size > 0 && size < (int)sizeof reason);
        target->reasons[code] = fl_arena_copy(arena, reason, (size_t)size);
        if (target->reasons[code] == NULL)
            return false;
    }
    return true;
}

fl_status fl_target_init(struct fl_mapping *mapping, struct fl_target *target, const char *name,
                         struct fl_error *error)
{
    const struct fl_schema *schema = mapping->schema;
    const bool is_time = strcmp(name, "time") == 0;
    const int column = fl_schema_find(schema, fl_text_of(is_time ? "day" : name));
    assert(column >= 0);
    const bool is_minor = schema->columns[column].kind == FL_KIND_MONEY && mapping->money == FL_MONEY_MINOR;
    *target = (struct fl_target){
        .name = is_time ? "time" : schema->columns[column].name,
        .column = column,
        .second_column = is_time ? fl_schema_find(schema, fl_text_of("second")) : -1,
        .kind = is_minor ? FL_KIND_INTEGER : schema->columns[column].kind,
        .rule = rule_of(name),
        .is_numeric = fl_kind_is_numeric(schema->columns[column].kind),
        .required = is_required(schema, name),
    };
    set_range(target);
    if (!make_reasons(&mapping->arena, target))
        return fl_fail_memory(error, sizeof *target);
    return FL_OK;
}

void fl_mapping_order_targets(struct fl_mapping *mapping)
{
    for (size_t i = 1; i < mapping->target_count; i++) {
        if (mapping->targets[i].rule != FL_RULE_CURRENCY)
            continue;
        const struct fl_target currency = mapping->targets[i];
        memmove(&mapping->targets[1], &mapping->targets[0], i * sizeof currency);
        mapping->targets[0] = currency;
        return;
    }
}

struct fl_value fl_value_default(const struct fl_mapping *mapping, const struct fl_target *target)
{
    return (struct fl_value){
        .source = FL_SOURCE_FIELD,
        .trim = true,
        .empty_in_quotes_is_text =
            mapping->own_names && (target->kind == FL_KIND_WORD || target->kind == FL_KIND_TEXT),
        .whole = target->kind == FL_KIND_INTEGER,
        .decimal_mark = mapping->decimal_mark,
        .otherwise = FL_POLICY_REJECT,
        .empty = target->required ? FL_POLICY_REJECT : FL_POLICY_OUTCOME,
        .empty_outcome = {.null = true, .text = {"", 0}},
        .format = {.kind = FL_TIME_ISO},
    };
}

/* --- a mapping without a file --------------------------------------------------------------------------- */

static fl_status add_own_target(struct fl_mapping *mapping, const char *name, struct fl_error *error)
{
    struct fl_target *target = &mapping->targets[mapping->target_count];
    struct fl_value *value = fl_arena_take(&mapping->arena, sizeof *value);
    if (value == NULL)
        return fl_fail_memory(error, sizeof *value);
    const fl_status status = fl_target_init(mapping, target, name, error);
    if (status != FL_OK)
        return status;
    *value = fl_value_default(mapping, target);
    value->field = fl_field_list_add_name(&mapping->fields, &mapping->arena, fl_text_of(name));
    if (value->field == SIZE_MAX)
        return fl_fail_memory(error, sizeof(struct fl_field));
    target->cases = value;
    target->case_count = 1;
    mapping->target_count++;
    return FL_OK;
}

static fl_status add_own_targets(struct fl_mapping *mapping, struct fl_error *error)
{
    const struct fl_schema *schema = mapping->schema;
    const size_t size = (schema->count + 1) * sizeof *mapping->targets;
    mapping->targets = fl_arena_take(&mapping->arena, size);
    if (mapping->targets == NULL)
        return fl_fail_memory(error, size);
    fl_status status = FL_OK;
    for (size_t i = 0; status == FL_OK && i < schema->count; i++)
        status = add_own_target(mapping, schema->columns[i].name, error);
    if (status == FL_OK && fl_schema_find(schema, fl_text_of("second")) >= 0)
        status = add_own_target(mapping, "time", error);
    fl_mapping_order_targets(mapping);
    return status;
}

static bool is_importable(const struct fl_schema *schema)
{
    for (size_t i = 0; fl_mapping_tables[i] != NULL; i++) {
        if (strcmp(fl_mapping_tables[i], schema->name) == 0)
            return true;
    }
    return false;
}

fl_status fl_mapping_own_names(const struct fl_io *io, const struct fl_schema *schema,
                               const struct fl_names *types, enum fl_money_unit money,
                               struct fl_mapping **mapping, struct fl_error *error)
{
    *mapping = NULL;
    if (!is_importable(schema))
        return fl_fail(error, FL_BAD_MODEL, "table %s is not imported: " FL_MAPPING_TABLES_WORDS " are",
                       schema->name);
    fl_status status = fl_mapping_create(io, types, mapping, error);
    if (status != FL_OK)
        return status;
    (*mapping)->schema = schema;
    (*mapping)->own_names = true;
    (*mapping)->money = money;
    status = add_own_targets(*mapping, error);
    if (status == FL_OK)
        return FL_OK;
    fl_mapping_free(*mapping);
    *mapping = NULL;
    return status;
}

/* --- what it says --------------------------------------------------------------------------------------- */

const struct fl_schema *fl_mapping_schema(const struct fl_mapping *mapping)
{
    return mapping->schema;
}

const char *fl_mapping_zone(const struct fl_mapping *mapping)
{
    return mapping->zone_name;
}

bool fl_mapping_text_ids(const struct fl_mapping *mapping)
{
    return mapping->text_ids;
}

void fl_mapping_use_text_ids(struct fl_mapping *mapping)
{
    mapping->text_ids = true;
}

bool fl_mapping_has_header(const struct fl_mapping *mapping)
{
    return mapping->has_header;
}

enum fl_input_kind fl_mapping_format(const struct fl_mapping *mapping)
{
    return mapping->format;
}

struct fl_csv_options fl_mapping_csv_options(const struct fl_mapping *mapping)
{
    return (struct fl_csv_options){.delimiter = mapping->delimiter};
}

size_t fl_mapping_key(const struct fl_mapping *mapping, int columns[], size_t columns_max)
{
    for (size_t i = 0; i < mapping->key_count && i < columns_max; i++)
        columns[i] = mapping->key[i];
    return mapping->key_count;
}
