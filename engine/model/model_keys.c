/* model_keys.c - every key of model.yaml: what it may hold and which member of the settings it sets. */
#include "engine/model/model_keys.h"

#include <stdio.h>
#include <string.h>

enum { MICRO = 1000000, MILLI = 1000, PLACES_MICRO = 6, PLACES_MILLI = 3 };

#define X(name, word) word,
static const char *const scope_words[] = {FL_SCOPE_LIST(X) NULL};
static const char *const fit_words[] = {FL_VALUE_FIT_LIST(X) NULL};
static const char *const tier_by_words[] = {FL_TIER_BY_LIST(X) NULL};
#undef X

/* Ranges are those of the numbers as stored. */
#define MEMBER(member)  offsetof(struct fl_model_settings, member)
#define SIZE_OF(member) sizeof(((struct fl_model_settings *)NULL)->member)
#define POINTS_RANGE    .places = PLACES_MICRO, .min = 1, .max = (int64_t)FL_K_POINTS_MAX * MICRO
#define ONE(member, low, high)                                                                               \
    .kind = FL_KEY_NUMBER, .size_bytes = SIZE_OF(member), .at = MEMBER(member), .min = (low), .max = (high)
#define LIST(member, items)                                                                                  \
    .kind = FL_KEY_NUMBER, .count = (items), .size_bytes = SIZE_OF(member[0]), .at = MEMBER(member)
#define WORD(member, list)                                                                                   \
    .kind = FL_KEY_WORD, .size_bytes = SIZE_OF(member), .at = MEMBER(member), .words = (list)
#define SCORE(member) ONE(member, 1, 100)
#define DAYS(member)  ONE(member, 1, FL_WINDOW_DAYS_MAX)
/* 0 days hold no day: what looks at them is off. */
#define DAYS_OR_OFF(member) ONE(member, 0, FL_WINDOW_DAYS_MAX)

/* In the order of model.yaml; the currency comes before what is in it. */
const struct fl_model_key fl_model_keys[] = {
    {NULL, "currency", .kind = FL_KEY_CURRENCY, .at = MEMBER(currency)},
    {NULL, "horizon_days", ONE(horizon_days, 1, FL_HORIZON_DAYS_MAX)},
    {"k_points", "engagement", .kind = FL_KEY_BY_SCOPE, .count = FL_SCOPES, .size_bytes = 8,
     .at = MEMBER(engagement_k_micro), POINTS_RANGE},
    {"k_points", "intent", .kind = FL_KEY_BY_SCOPE, .count = FL_SCOPES, .size_bytes = 8,
     .at = MEMBER(intent_k_micro), POINTS_RANGE},
    {NULL, "trend_unit_points", .kind = FL_KEY_NUMBER, .size_bytes = 8, .at = MEMBER(trend_unit_micro),
     POINTS_RANGE},
    {NULL, "bands", LIST(band_floor, 3), .flags = FL_KEY_RISING, .min = 2, .max = 100, /* 1 stays cold */
     .shape = "three rising scores: the lowest of warm, engaged, hot"},
    {NULL, "late_report_days", ONE(late_report_days, 0, FL_LATE_REPORT_DAYS_MAX)},
    {NULL, "scopes", .kind = FL_KEY_SCOPES, .at = MEMBER(scopes), .words = scope_words,
     .shape = "[customer, brand, category, product] or fewer"},
    {NULL, "type_view", .kind = FL_KEY_BOOL, .size_bytes = 1, .at = MEMBER(type_view)},
    {NULL, "regex", .kind = FL_KEY_BOOL, .size_bytes = 1, .at = MEMBER(regex)},

    {"value", "window_days", DAYS(value.window_days)},
    {"value", "rfm_days", DAYS(value.rfm_days)},
    {"value", "frequency_cuts", LIST(value.frequency_cuts, 4), .flags = FL_KEY_RISING, .min = 2,
     .max = FL_WINDOW_DAYS_MAX, .shape = "four rising counts of purchase days: the fewest of F 2, 3, 4, 5"},
    {"value", "recency_cuts", LIST(value.recency_cuts_milli, 4), .places = PLACES_MILLI,
     .flags = FL_KEY_RISING | FL_KEY_MAY_BE_OFF, .extra = MEMBER(value.has_recency_cuts), .min = 0,
     .max = (int64_t)FL_WINDOW_DAYS_MAX * MILLI,
     .shape = "four rising days since the last purchase, the fewest of R 4, 3, 2, 1; or none"},
    {"value", "monetary_cuts", LIST(value.monetary_cuts_milli, 4), .places = PLACES_MILLI,
     .flags = FL_KEY_RISING | FL_KEY_MAY_BE_OFF | FL_KEY_MONEY, .extra = MEMBER(value.has_monetary_cuts),
     .min = -INT64_C(1000000000000000), .max = INT64_C(1000000000000000),
     .shape = "four rising amounts, the least of M 2, 3, 4, 5; or none"},
    {"value", "fit", WORD(value.fit, fit_words)},
    {"value", "tier_by", WORD(value.tier_by, tier_by_words)},
    {"value", "tier_shares", LIST(value.tier_share_milli, 3), .places = 1, .min = 1, .max = 1000,
     .shape = "three shares in percent: of A, B and C"},
    {"value", "tier_up", ONE(value.tier_up_milli, MILLI, 10 * MILLI), .places = PLACES_MILLI},
    {"value", "tier_down", ONE(value.tier_down_milli, 1, MILLI), .places = PLACES_MILLI},
    {"value", "engaged_floor", SCORE(value.engaged_floor)},
    {"value", "intent_floor", SCORE(value.intent_floor)},

    {"life", "prior_gaps", ONE(life.prior_gaps, 1, FL_OVERDUE_MAX)},
    {"life", "default_gap_days", DAYS(life.default_gap_days)},
    {"life", "won_back_days", DAYS(life.won_back_days)},
    {"life", "new_days", DAYS(life.new_days)},
    {"life", "lost_days", DAYS(life.lost_days)},
    {"life", "lapsed_days", DAYS(life.lapsed_days)},
    {"life", "slipping_days", DAYS(life.slipping_days)},
    {"life", "overdue_lost", ONE(life.overdue_lost, 1, FL_OVERDUE_MAX)},
    {"life", "overdue_slipping", ONE(life.overdue_slipping, 1, FL_OVERDUE_MAX)},
    {"life", "lead_intent", SCORE(life.lead_intent)},
    {"life", "category_days", DAYS(life.category_days)},
    {"life", "p_alive_below", ONE(life.p_alive_below_micro, 0, MICRO), .places = PLACES_MICRO},
    {"life", "opt_out_days", DAYS_OR_OFF(life.opt_out_days)},
    {"life", "friction_days", DAYS_OR_OFF(life.friction_days)},
    {"life", "winback_days", DAYS(life.winback_days)},
    {"life", "tenure_days", LIST(life.tenure_days, 3), .flags = FL_KEY_RISING, .min = 1,
     .max = FL_WINDOW_DAYS_MAX, .shape = "three rising days: where the second, third and last tenure begin"},

    {"loops", "conversion_intent", SCORE(loops.conversion_intent)},
    {"loops", "conversion_moving_intent", SCORE(loops.conversion_moving_intent)},
    {"loops", "experience_intent", SCORE(loops.experience_intent)},
    {"loops", "experience_engagement", SCORE(loops.experience_engagement)},
    {"loops", "nurturing_points", .kind = FL_KEY_NUMBER, .size_bytes = 8, .at = MEMBER(loops.nurturing_micro),
     POINTS_RANGE},
    {"loops", "purchase_days", DAYS(loops.purchase_days)},
    {"loops", "ambassador_days", DAYS(loops.ambassador_days)},
    {"loops", "ambassador_event_days", DAYS(loops.ambassador_event_days)},
    {"loops", "friction_days", DAYS_OR_OFF(loops.friction_days)},

    {"baskets", "window_days", DAYS(baskets.window_days)},
    {"baskets", "low", ONE(baskets.low, 1, FL_BASKETS_MIN_MAX)},
    {"baskets", "enough", ONE(baskets.enough, 1, FL_BASKETS_MIN_MAX)},
    {"baskets", "one_range", ONE(baskets.one_range_milli, 1, MILLI), .places = PLACES_MILLI},

    {NULL, "age_bands", LIST(age_band_floor, FL_AGE_BANDS_MAX), .flags = FL_KEY_RISING | FL_KEY_UP_TO,
     .extra = MEMBER(age_band_count), .min = 0, .max = FL_AGE_MAX,
     .shape = "rising ages, the first 0: where each band begins"},
};
const size_t fl_model_key_count = sizeof fl_model_keys / sizeof *fl_model_keys;

_Static_assert(sizeof(enum fl_value_fit) == 4 && sizeof(enum fl_tier_by) == 4, "stored as numbers are");
_Static_assert(sizeof(bool) == 1, "stored as numbers are");

/* ---- members ---- */

static void store(const struct fl_model_key *key, struct fl_model_settings *settings, size_t item,
                  int64_t value)
{
    uint8_t *to = (uint8_t *)settings + key->at + item * key->size_bytes;
    if (key->size_bytes == 8)
        memcpy(to, &value, 8);
    else if (key->size_bytes == 4)
        memcpy(to, &(int32_t){(int32_t)value}, 4);
    else
        *to = (uint8_t)value;
}

static int64_t load(const struct fl_model_key *key, const struct fl_model_settings *settings, size_t item)
{
    const uint8_t *from = (const uint8_t *)settings + key->at + item * key->size_bytes;
    int64_t wide = *from;
    int32_t narrow;
    if (key->size_bytes == 8) {
        memcpy(&wide, from, 8);
    } else if (key->size_bytes == 4) {
        memcpy(&narrow, from, 4);
        wide = narrow;
    }
    return wide;
}

static bool is_off(const struct fl_model_key *key, const struct fl_model_settings *settings)
{
    return (key->flags & FL_KEY_MAY_BE_OFF) != 0 && !*((const bool *)settings + key->extra);
}

static size_t count_of(const struct fl_model_key *key, const struct fl_model_settings *settings)
{
    int32_t count;
    if ((key->flags & FL_KEY_UP_TO) == 0)
        return key->count == 0 ? 1 : key->count;
    memcpy(&count, (const uint8_t *)settings + key->extra, sizeof count);
    return (size_t)count;
}

static int places_of(const struct fl_model_key *key, const struct fl_model_settings *settings)
{
    return key->places + ((key->flags & FL_KEY_MONEY) != 0 ? fl_currency_places(settings->currency, 3) : 0);
}

/* ---- reading ---- */

/* A number in min..max, which are counted in 10^-places. */
static fl_status read_number(const struct fl_model_parse *parse, const struct fl_yaml_node *node, int places,
                             int64_t min, int64_t max, int64_t *value)
{
    if (places == 0)
        return fl_yaml_integer(parse->file, node, min, max, value, parse->error);
    struct fl_decimal decimal;
    const fl_status status = fl_yaml_decimal(parse->file, node, &decimal, parse->error);
    if (status != FL_OK)
        return status;
    if (decimal.places > places)
        return fl_yaml_fail(parse->file, node, parse->error, "`%.60s` has more than %d decimal%s",
                            node->text.bytes, places, places == 1 ? "" : "s");
    if (fl_decimal_round(decimal, places, value) && *value >= min && *value <= max)
        return FL_OK;
    char low[48], high[48];
    fl_decimal_format_short(min, places, '.', low);
    fl_decimal_format_short(max, places, '.', high);
    return fl_yaml_fail(parse->file, node, parse->error, "`%.60s` is no number from %s to %s",
                        node->text.bytes, low, high);
}

static fl_status check_shape(const struct fl_model_parse *parse, const struct fl_model_key *key,
                             const struct fl_yaml_node *node)
{
    const bool any_count = (key->flags & FL_KEY_UP_TO) != 0;
    if (node->kind == FL_YAML_LIST && node->count > 0 && node->count <= key->count &&
        (any_count || node->count == key->count))
        return FL_OK;
    if (any_count)
        return fl_yaml_fail(parse->file, node, parse->error, "%s is a list of 1 to %d %s", key->name,
                            key->count, key->shape);
    return fl_yaml_fail(parse->file, node, parse->error, "%s is a list of %s", key->name, key->shape);
}

static fl_status read_list(const struct fl_model_parse *parse, const struct fl_model_key *key,
                           const struct fl_yaml_node *node, struct fl_model_settings *settings)
{
    fl_status status = check_shape(parse, key, node);
    const int places = places_of(key, settings);
    int64_t lowest = key->min;
    for (size_t i = 0; status == FL_OK && i < node->count; i++) {
        int64_t value = 0;
        status = read_number(parse, node->items[i], places, lowest, key->max, &value);
        if (status != FL_OK)
            break;
        store(key, settings, i, value);
        if ((key->flags & FL_KEY_RISING) != 0)
            lowest = value + 1;
    }
    if ((key->flags & FL_KEY_UP_TO) != 0 && status == FL_OK)
        memcpy((uint8_t *)settings + key->extra, &(int32_t){(int32_t)node->count}, sizeof(int32_t));
    return status;
}

static fl_status read_numbers(const struct fl_model_parse *parse, const struct fl_model_key *key,
                              const struct fl_yaml_node *node, struct fl_model_settings *settings)
{
    if (key->count == 0) {
        int64_t value = 0;
        const fl_status status = read_number(parse, node, key->places, key->min, key->max, &value);
        if (status == FL_OK)
            store(key, settings, 0, value);
        return status;
    }
    if ((key->flags & FL_KEY_MAY_BE_OFF) != 0) {
        const bool off =
            node->kind == FL_YAML_SCALAR && fl_text_equal(node->text, fl_text_of("none")) && !node->quoted;
        memcpy((uint8_t *)settings + key->extra, &(bool){!off}, sizeof(bool));
        if (off)
            return FL_OK;
    }
    return read_list(parse, key, node, settings);
}

static fl_status read_by_scope(const struct fl_model_parse *parse, const struct fl_model_key *key,
                               const struct fl_yaml_node *map, struct fl_model_settings *settings)
{
    fl_status status = fl_yaml_only_keys(parse->file, map, scope_words, parse->error);
    for (size_t scope = 0; scope < FL_SCOPES && status == FL_OK; scope++) {
        const struct fl_yaml_node *node = fl_yaml_find(map, scope_words[scope]);
        int64_t value = load(key, settings, scope);
        if (node != NULL)
            status = read_number(parse, node, key->places, key->min, key->max, &value);
        store(key, settings, scope, value);
    }
    return status;
}

static fl_status read_currency(const struct fl_model_parse *parse, const struct fl_yaml_node *node,
                               struct fl_model_settings *settings)
{
    struct fl_text code;
    const fl_status status = fl_yaml_text(parse->file, node, &code, parse->error);
    if (status != FL_OK)
        return status;
    if (fl_currency_places(code.bytes, code.size) < 0)
        return fl_yaml_fail(parse->file, node, parse->error,
                            "a currency is three capital letters, such as EUR");
    memcpy(settings->currency, code.bytes, 3);
    return FL_OK;
}

static fl_status read_scopes(const struct fl_model_parse *parse, const struct fl_model_key *key,
                             const struct fl_yaml_node *list, struct fl_model_settings *settings)
{
    bool scopes[FL_SCOPES] = {false};
    if (list->kind != FL_YAML_LIST)
        return fl_yaml_fail(parse->file, list, parse->error, "%s is a list of %s", key->name, key->shape);
    for (size_t i = 0; i < list->count; i++) {
        int scope = 0;
        const fl_status status =
            fl_yaml_choice(parse->file, list->items[i], key->words, &scope, parse->error);
        if (status != FL_OK)
            return status;
        if (scopes[scope])
            return fl_yaml_fail(parse->file, list->items[i], parse->error, "the scope is there twice");
        scopes[scope] = true;
    }
    if (!scopes[FL_SCOPE_CUSTOMER])
        return fl_yaml_fail(parse->file, list, parse->error, "the scope customer is always needed");
    memcpy(settings->scopes, scopes, sizeof scopes);
    return FL_OK;
}

static fl_status read_key(const struct fl_model_parse *parse, const struct fl_model_key *key,
                          const struct fl_yaml_node *node, struct fl_model_settings *settings)
{
    fl_status status;
    int choice = 0;
    bool truth = false;
    switch (key->kind) {
    case FL_KEY_NUMBER:
        return read_numbers(parse, key, node, settings);
    case FL_KEY_BY_SCOPE:
        return read_by_scope(parse, key, node, settings);
    case FL_KEY_CURRENCY:
        return read_currency(parse, node, settings);
    case FL_KEY_SCOPES:
        return read_scopes(parse, key, node, settings);
    case FL_KEY_WORD:
        status = fl_yaml_choice(parse->file, node, key->words, &choice, parse->error);
        break;
    case FL_KEY_BOOL:
    default:
        status = fl_yaml_bool(parse->file, node, &truth, parse->error);
        choice = truth;
        break;
    }
    if (status == FL_OK)
        store(key, settings, 0, choice);
    return status;
}

static bool same_group(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The names that may stand in a group; at the top (NULL) the groups too. */
static void list_known(const char *group, const char *known[])
{
    size_t count = 0;
    for (size_t i = 0; i < fl_model_key_count; i++) {
        const struct fl_model_key *key = &fl_model_keys[i];
        if (same_group(key->group, group))
            known[count++] = key->name;
        else if (group == NULL && !same_group(key->group, fl_model_keys[i - 1].group))
            known[count++] = key->group;
    }
    known[count] = NULL;
}

static fl_status check_known(const struct fl_model_parse *parse, const struct fl_yaml_node *map,
                             const char *group)
{
    const char *known[sizeof fl_model_keys / sizeof *fl_model_keys + 1];
    list_known(group, known);
    return fl_yaml_only_keys(parse->file, map, known, parse->error);
}

fl_status fl_model_keys_read(const struct fl_model_parse *parse, struct fl_model_settings *settings)
{
    fl_status status = check_known(parse, parse->root, NULL);
    const struct fl_yaml_node *map = NULL;
    const char *group = NULL;
    for (size_t i = 0; i < fl_model_key_count && status == FL_OK; i++) {
        const struct fl_model_key *key = &fl_model_keys[i];
        if (i == 0 || !same_group(key->group, group)) {
            group = key->group;
            map = group == NULL ? parse->root : fl_yaml_find(parse->root, group);
            status = map == NULL ? FL_OK : check_known(parse, map, group);
        }
        const struct fl_yaml_node *node =
            map == NULL || status != FL_OK ? NULL : fl_yaml_find(map, key->name);
        if (node != NULL)
            status = read_key(parse, key, node, settings);
    }
    return status;
}

/* ---- printing ---- */

static void append(char *text, size_t size, const char *more)
{
    const size_t used = strlen(text);
    snprintf(text + used, size - used, "%s", more);
}

static void print_items(const struct fl_model_key *key, const struct fl_model_settings *settings, char *text,
                        size_t size)
{
    const size_t count = count_of(key, settings);
    for (size_t i = 0; i < count; i++) {
        char number[48];
        fl_decimal_format_short(load(key, settings, i), places_of(key, settings), '.', number);
        append(text, size, i == 0 ? "" : ", ");
        if (key->kind == FL_KEY_BY_SCOPE) {
            append(text, size, scope_words[i]);
            append(text, size, ": ");
        }
        append(text, size, number);
    }
}

static void print_scopes(const struct fl_model_settings *settings, char *text, size_t size)
{
    for (int scope = 0; scope < FL_SCOPES; scope++) {
        if (settings->scopes[scope]) {
            append(text, size, text[1] == '\0' ? "" : ", ");
            append(text, size, scope_words[scope]);
        }
    }
}

void fl_model_key_print(const struct fl_model_key *key, const struct fl_model_settings *settings, char *text,
                        size_t size)
{
    text[0] = '\0';
    if (key->kind == FL_KEY_CURRENCY) {
        append(text, size, settings->currency);
    } else if (key->kind == FL_KEY_WORD) {
        append(text, size, key->words[load(key, settings, 0)]);
    } else if (key->kind == FL_KEY_BOOL) {
        append(text, size, load(key, settings, 0) != 0 ? "true" : "false");
    } else if (is_off(key, settings)) {
        append(text, size, "none");
    } else if (key->kind == FL_KEY_SCOPES) {
        append(text, size, "[");
        print_scopes(settings, text, size);
        append(text, size, "]");
    } else if (key->kind == FL_KEY_BY_SCOPE) {
        append(text, size, "{");
        print_items(key, settings, text, size);
        append(text, size, "}");
    } else {
        append(text, size, key->count == 0 ? "" : "[");
        print_items(key, settings, text, size);
        append(text, size, key->count == 0 ? "" : "]");
    }
}
