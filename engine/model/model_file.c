/* model_file.c - the numbers an analyst sets in model.yaml. */
#include "engine/model/model_file.h"

#include <string.h>

#include "formats/base/yaml_walk.h"

enum { MICRO_PLACES = 6, MICRO = 1000000 };

static const struct fl_model_settings defaults = {
    .currency = "EUR",
    .horizon_days = 1095,
    .engagement_k_micro = {120 * MICRO, 60 * MICRO, 40 * MICRO, 30 * MICRO},
    .intent_k_micro = {80 * MICRO, 40 * MICRO, 40 * MICRO, 30 * MICRO},
    .trend_unit_micro = 30 * MICRO,
    .band_floor = {20, 40, 60},
    .late_report_days = 30,
    .scopes = {[FL_SCOPE_CUSTOMER] = true},
};

/* What is being read, so that each step has one argument for it. */
struct parse {
    const struct fl_yaml_file *file;
    const struct fl_yaml_node *root;
    struct fl_error *error;
};

/* Points of 0.000001 .. FL_K_POINTS_MAX as micro-points. */
static fl_status read_points(const struct parse *parse, const struct fl_yaml_node *node, int64_t *micro)
{
    struct fl_decimal points;
    fl_status status = fl_yaml_decimal(parse->file, node, &points, parse->error);
    if (status != FL_OK)
        return status;
    if (points.places > MICRO_PLACES)
        return fl_yaml_fail(parse->file, node, parse->error, "points have at most %d decimals", MICRO_PLACES);
    if (!fl_decimal_round(points, MICRO_PLACES, micro) || *micro < 1 ||
        *micro > (int64_t)FL_K_POINTS_MAX * MICRO)
        return fl_yaml_fail(parse->file, node, parse->error, "points lie above 0 and up to %d",
                            FL_K_POINTS_MAX);
    return FL_OK;
}

static fl_status read_k_of_scopes(const struct parse *parse, const struct fl_yaml_node *map,
                                  int64_t micro[FL_SCOPES])
{
#define X(name, word) word,
    static const char *const scope_words[] = {FL_SCOPE_LIST(X) NULL};
#undef X
    if (map == NULL)
        return FL_OK;
    fl_status status = fl_yaml_only_keys(parse->file, map, scope_words, parse->error);
    for (int scope = 0; scope < FL_SCOPES && status == FL_OK; scope++) {
        const struct fl_yaml_node *node = fl_yaml_find(map, scope_words[scope]);
        if (node != NULL)
            status = read_points(parse, node, &micro[scope]);
    }
    return status;
}

static fl_status read_k_points(const struct parse *parse, struct fl_model_settings *settings)
{
    static const char *const known[] = {"engagement", "intent", NULL};
    const struct fl_yaml_node *map = fl_yaml_find(parse->root, "k_points");
    if (map == NULL)
        return FL_OK;
    fl_status status = fl_yaml_only_keys(parse->file, map, known, parse->error);
    if (status == FL_OK)
        status = read_k_of_scopes(parse, fl_yaml_find(map, "engagement"), settings->engagement_k_micro);
    if (status == FL_OK)
        status = read_k_of_scopes(parse, fl_yaml_find(map, "intent"), settings->intent_k_micro);
    return status;
}

static fl_status read_days(const struct parse *parse, const char *key, int32_t min, int32_t max,
                           int32_t *days)
{
    const struct fl_yaml_node *node = fl_yaml_find(parse->root, key);
    int64_t value = *days;
    if (node == NULL)
        return FL_OK;
    fl_status status = fl_yaml_integer(parse->file, node, min, max, &value, parse->error);
    *days = (int32_t)value;
    return status;
}

static fl_status read_currency(const struct parse *parse, struct fl_model_settings *settings)
{
    const struct fl_yaml_node *node = fl_yaml_find(parse->root, "currency");
    struct fl_text code;
    if (node == NULL)
        return FL_OK;
    fl_status status = fl_yaml_text(parse->file, node, &code, parse->error);
    if (status != FL_OK)
        return status;
    if (fl_currency_places(code.bytes, code.size) < 0)
        return fl_yaml_fail(parse->file, node, parse->error,
                            "a currency is three capital letters, such as EUR");
    memcpy(settings->currency, code.bytes, 3);
    return FL_OK;
}

static fl_status read_bands(const struct parse *parse, struct fl_model_settings *settings)
{
    const struct fl_yaml_node *list = fl_yaml_find(parse->root, "bands");
    if (list == NULL)
        return FL_OK;
    if (list->kind != FL_YAML_LIST || list->count != 3)
        return fl_yaml_fail(parse->file, list, parse->error,
                            "bands are a list of three scores: the lowest of warm, engaged, hot");
    int64_t lowest = 2; /* 1 stays cold, so that each band can be met */
    for (size_t i = 0; i < 3; i++) {
        int64_t floor = 0;
        fl_status status = fl_yaml_integer(parse->file, list->items[i], lowest, 100, &floor, parse->error);
        if (status != FL_OK)
            return status;
        settings->band_floor[i] = (uint8_t)floor;
        lowest = floor + 1;
    }
    return FL_OK;
}

static fl_status read_trend_unit(const struct parse *parse, struct fl_model_settings *settings)
{
    const struct fl_yaml_node *node = fl_yaml_find(parse->root, "trend_unit_points");
    return node == NULL ? FL_OK : read_points(parse, node, &settings->trend_unit_micro);
}

static fl_status read_scopes(const struct parse *parse, struct fl_model_settings *settings)
{
    static const char *const words[] = {"customer", "brand", "category", NULL}; /* as in enum fl_scope */
    const struct fl_yaml_node *list = fl_yaml_find(parse->root, "scopes");
    if (list == NULL)
        return FL_OK;
    if (list->kind != FL_YAML_LIST)
        return fl_yaml_fail(parse->file, list, parse->error,
                            "scopes are a list: [customer, brand, category]");
    bool scopes[FL_SCOPES] = {false};
    for (size_t i = 0; i < list->count; i++) {
        int scope = 0;
        fl_status status = fl_yaml_choice(parse->file, list->items[i], words, &scope, parse->error);
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

static fl_status read_settings(const struct parse *parse, struct fl_model_settings *settings)
{
    static const char *const known[] = {"currency", "horizon_days",     "k_points", "trend_unit_points",
                                        "bands",    "late_report_days", "scopes",   NULL};
    fl_status status = fl_yaml_only_keys(parse->file, parse->root, known, parse->error);
    if (status == FL_OK)
        status = read_currency(parse, settings);
    if (status == FL_OK)
        status = read_days(parse, "horizon_days", 1, FL_HORIZON_DAYS_MAX, &settings->horizon_days);
    if (status == FL_OK)
        status = read_k_points(parse, settings);
    if (status == FL_OK)
        status = read_trend_unit(parse, settings);
    if (status == FL_OK)
        status = read_bands(parse, settings);
    if (status == FL_OK)
        status =
            read_days(parse, "late_report_days", 0, FL_LATE_REPORT_DAYS_MAX, &settings->late_report_days);
    if (status == FL_OK)
        status = read_scopes(parse, settings);
    return status;
}

fl_status fl_model_file_parse(const char *bytes, size_t size, const char *shown_path,
                              struct fl_model_settings *settings, struct fl_error *error)
{
    struct fl_yaml_file *file = NULL;
    *settings = defaults;
    fl_status status = fl_yaml_parse(bytes, size, shown_path, &file, error);
    if (status != FL_OK)
        return status;
    const struct parse parse = {file, fl_yaml_root(file), error};
    const bool empty =
        parse.root->kind == FL_YAML_SCALAR && !parse.root->quoted && parse.root->text.size == 0;
    if (!empty) /* every line may be left out */
        status = read_settings(&parse, settings);
    fl_yaml_free(file);
    return status;
}
