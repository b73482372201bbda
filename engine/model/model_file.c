/* model_file.c - reads model.yaml, the numbers an analyst sets. */
#include "engine/model/model_file.h"

#include "engine/model/model_keys.h"

enum { MICRO = 1000000 };

const struct fl_model_settings fl_model_settings_default = {
    .currency = "EUR",
    .horizon_days = 1095,
    .engagement_k_micro = {120 * MICRO, 60 * MICRO, 40 * MICRO, 30 * MICRO},
    .intent_k_micro = {80 * MICRO, 40 * MICRO, 40 * MICRO, 30 * MICRO},
    .trend_unit_micro = 30 * MICRO,
    .band_floor = {20, 40, 60},
    .late_report_days = 30,
    .scopes = {[FL_SCOPE_CUSTOMER] = true},
    .value = {.window_days = 365,
              .rfm_days = 730,
              .frequency_cuts = {2, 3, 5, 10},
              .fit = FL_VALUE_FIT_MBGNBD,
              .tier_by = FL_TIER_BY_NET,
              .tier_share_milli = {50, 150, 300},
              .tier_up_milli = 1050,
              .tier_down_milli = 950,
              .engaged_floor = 60,
              .intent_floor = 45},
    .life = {.prior_gaps = 3,
             .default_gap_days = 60,
             .won_back_days = 90,
             .new_days = 90,
             .lost_days = 365,
             .lapsed_days = 60,
             .slipping_days = 28,
             .overdue_lost = 4,
             .overdue_slipping = 2,
             .lead_intent = 20,
             .category_days = 730,
             .p_alive_below_micro = 300000,
             .opt_out_days = 90,
             .friction_days = 90,
             .winback_days = 365,
             .tenure_days = {90, 365, 1095}},
    .loops = {.conversion_intent = 45,
              .conversion_moving_intent = 30,
              .experience_intent = 35,
              .experience_engagement = 40,
              .nurturing_micro = 5 * MICRO,
              .purchase_days = 365,
              .ambassador_days = 365,
              .ambassador_event_days = 2,
              .friction_days = 90},
    .baskets = {.window_days = 365, .low = 2, .enough = 3, .one_range_milli = 600},
    .age_band_count = 7,
    .age_band_floor = {0, 18, 25, 35, 45, 55, 65},
};

/* The value of group.key; NULL when the file leaves it out. */
static const struct fl_yaml_node *find(const struct fl_model_parse *parse, const char *group, const char *key)
{
    const struct fl_yaml_node *map = fl_yaml_find(parse->root, group);
    return map == NULL ? NULL : fl_yaml_find(map, key);
}

/* Two values of a group, each fine alone. The caret stands under the first that the file sets: the defaults
 * agree with each other, so one of them it does set. */
static fl_status check_not_above(const struct fl_model_parse *parse, const char *group, const char *low_key,
                                 int64_t low, const char *high_key, int64_t high, const char *why)
{
    if (low <= high)
        return FL_OK;
    const struct fl_yaml_node *node = find(parse, group, low_key);
    if (node == NULL)
        node = find(parse, group, high_key);
    return fl_yaml_fail(parse->file, node, parse->error, "%s %lld is above %s %lld: %s", low_key,
                        (long long)low, high_key, (long long)high, why);
}

static fl_status check_life(const struct fl_model_parse *parse, const struct fl_life_settings *life)
{
    fl_status status = check_not_above(parse, "life", "new_days", life->new_days, "lost_days",
                                       life->lost_days, "who is lost would still be new");
    if (status == FL_OK)
        status = check_not_above(parse, "life", "won_back_days", life->won_back_days, "lost_days",
                                 life->lost_days, "who is lost again would still be won back");
    if (status == FL_OK)
        status = check_not_above(parse, "life", "lapsed_days", life->lapsed_days, "lost_days",
                                 life->lost_days, "nobody would be lapsed, all would be lost first");
    if (status == FL_OK)
        status = check_not_above(parse, "life", "overdue_slipping", life->overdue_slipping, "overdue_lost",
                                 life->overdue_lost, "who lapses would not have been slipping before");
    return status;
}

static fl_status check_loops(const struct fl_model_parse *parse, const struct fl_loop_settings *loops)
{
    const fl_status status = check_not_above(
        parse, "loops", "conversion_moving_intent", loops->conversion_moving_intent, "conversion_intent",
        loops->conversion_intent, "an intent on the move needs less, not more, to be conversion");
    if (status != FL_OK)
        return status;
    return check_not_above(parse, "loops", "ambassador_event_days", loops->ambassador_event_days,
                           "ambassador_days", loops->ambassador_days, "nobody could be an ambassador");
}

static fl_status check_baskets(const struct fl_model_parse *parse, const struct fl_basket_settings *baskets)
{
    return check_not_above(parse, "baskets", "low", baskets->low, "enough", baskets->enough,
                           "who has enough baskets would still be thin");
}

static fl_status check_shares(const struct fl_model_parse *parse, const struct fl_value_settings *value)
{
    int64_t sum_milli = 0;
    for (int tier = 0; tier < 3; tier++)
        sum_milli += value->tier_share_milli[tier];
    if (sum_milli <= 1000)
        return FL_OK;
    return fl_yaml_fail(parse->file, find(parse, "value", "tier_shares"), parse->error,
                        "the shares of A, B and C are %lld.%lld %% together, at most 100 %%",
                        (long long)(sum_milli / 10), (long long)(sum_milli % 10));
}

static fl_status check_ages(const struct fl_model_parse *parse, const struct fl_model_settings *settings)
{
    if (settings->age_band_floor[0] == 0)
        return FL_OK;
    const struct fl_yaml_node *list = fl_yaml_find(parse->root, "age_bands");
    return fl_yaml_fail(parse->file, list->items[0], parse->error,
                        "the first age band begins at 0, so that everybody has one");
}

fl_status fl_model_file_parse(const char *bytes, size_t size, const char *shown_path,
                              struct fl_model_settings *settings, struct fl_error *error)
{
    struct fl_yaml_file *file = NULL;
    *settings = fl_model_settings_default;
    fl_status status = fl_yaml_parse(bytes, size, shown_path, &file, error);
    if (status != FL_OK)
        return status;
    const struct fl_model_parse parse = {file, fl_yaml_root(file), error};
    const bool empty =
        parse.root->kind == FL_YAML_SCALAR && !parse.root->quoted && parse.root->text.size == 0;
    if (!empty) /* every line may be left out */
        status = fl_model_keys_read(&parse, settings);
    if (status == FL_OK)
        status = check_shares(&parse, &settings->value);
    if (status == FL_OK)
        status = check_life(&parse, &settings->life);
    if (status == FL_OK)
        status = check_loops(&parse, &settings->loops);
    if (status == FL_OK)
        status = check_baskets(&parse, &settings->baskets);
    if (status == FL_OK)
        status = check_ages(&parse, settings);
    fl_yaml_free(file);
    return status;
}
