/* explain_place.c - where a customer stands among all customers of a run, counted over the run's table. */
#include "engine/explain_place.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/percentile.h"
#include "engine/result_words.h"
#include "formats/table/word_union.h"

#define SIGN_BIT (UINT64_C(1) << 63)

enum { RAW, RECENCY, MONETARY, NET, LIFETIME, COLUMNS };
static const uint16_t column_ids[COLUMNS] = {FL_SCORES_RAW, FL_SCORES_RECENCY_DAYS, FL_SCORES_NET_24M,
                                             FL_SCORES_NET_12M, FL_SCORES_LIFETIME_VALUE};

/* While the table is read. */
struct pass {
    struct fl_table *table;
    struct fl_column_data columns[COLUMNS];
    struct fl_explain_place *place;
    bool by_lifetime;
    struct fl_buffer tier_values; /* uint64_t with the sign turned, so that they sort */
};

fl_status fl_explain_fail_different(const char *table, const char *column, struct fl_error *error)
{
    fl_fail(error, FL_INTERNAL,
            "scored again, the customer's %s in the table %s differs from what the run stored", column,
            table);
    fl_error_at_block(error, -1, column);
    return FL_INTERNAL;
}

/* False: null. */
static bool value_at(const struct pass *pass, int column, size_t row, int64_t *value)
{
    const struct fl_column_data *data = &pass->columns[column];
    if (data->nulls != NULL && data->nulls[row] != 0)
        return false;
    *value = data->as.i64[row];
    return true;
}

static void count(struct fl_explain_counts *counts, int64_t value)
{
    counts->less += value < counts->value;
    counts->equal += value == counts->value;
    counts->count++;
}

/* A value by which tiers go: only of those whose net purchases are above 0, which takes a purchase. */
static fl_status add_tier_value(struct pass *pass, size_t row, struct fl_error *error)
{
    int64_t net = 0, value = 0;
    if (!value_at(pass, NET, row, &net) || net <= 0)
        return FL_OK;
    value = net;
    if (pass->by_lifetime && !value_at(pass, LIFETIME, row, &value))
        return FL_OK;
    const uint64_t turned = (uint64_t)value ^ SIGN_BIT;
    count(&pass->place->tier_value, value);
    return fl_buffer_append(&pass->tier_values, &turned, sizeof turned)
               ? FL_OK
               : fl_fail_memory(error, pass->tier_values.size + sizeof turned);
}

static fl_status add_row(struct pass *pass, size_t row, struct fl_error *error)
{
    struct fl_explain_place *place = pass->place;
    int64_t raw = 0, days = 0, amount = 0;
    if (value_at(pass, RAW, row, &raw) && raw > 0)
        count(&place->raw, raw);
    if (value_at(pass, RECENCY, row, &days)) {
        count(&place->recency_days, days);
        if (value_at(pass, MONETARY, row, &amount))
            count(&place->monetary, amount);
    }
    return place->has_borders ? add_tier_value(pass, row, error) : FL_OK;
}

static fl_status read_block(struct pass *pass, size_t block, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (int column = 0; column < COLUMNS && status == FL_OK; column++)
        status = fl_table_read_column(pass->table, block, column_ids[column], &pass->columns[column], error);
    for (size_t row = 0; row < fl_table_block(pass->table, block).rows && status == FL_OK; row++)
        status = add_row(pass, row, error);
    return status;
}

static void find_borders(struct pass *pass, const struct fl_value_settings *settings)
{
    int32_t share_milli[FL_TIER_D], sum = 0;
    uint64_t *values = (uint64_t *)(void *)pass->tier_values.bytes;
    const size_t values_count = pass->tier_values.size / sizeof *values;
    for (int tier = 0; tier < FL_TIER_D; tier++)
        share_milli[tier] = sum += settings->tier_share_milli[tier];
    if (values_count > 0)
        fl_sort_raws(values, values_count);
    for (size_t i = 0; i < values_count; i++)
        values[i] ^= SIGN_BIT;
    fl_tier_borders_find((const int64_t *)values, values_count, share_milli, &pass->place->borders);
    pass->place->borders.up_milli = settings->tier_up_milli;
    pass->place->borders.down_milli = settings->tier_down_milli;
    pass->place->buyers = values_count;
}

/* What the customer itself has. */
static void take_own(const struct fl_stored_rows *stored, const struct fl_model *model,
                     struct fl_explain_place *place)
{
    const bool by_lifetime = model->settings.value.tier_by == FL_TIER_BY_LIFETIME;
    int64_t net = 0;
    place->raw.known = fl_stored_value(stored, FL_SCORES_RAW, 0, &place->raw.value) && place->raw.value > 0;
    place->recency_days.known =
        fl_stored_value(stored, FL_SCORES_RECENCY_DAYS, 0, &place->recency_days.value);
    place->monetary.known =
        place->recency_days.known && fl_stored_value(stored, FL_SCORES_NET_24M, 0, &place->monetary.value);
    place->has_borders = fl_table_has(stored->table, FL_SCORES_NET_12M) &&
                         fl_table_has(stored->table, FL_SCORES_TIER) &&
                         (!by_lifetime || fl_table_has(stored->table, FL_SCORES_LIFETIME_VALUE));
    place->tier_value.known =
        place->has_borders && fl_stored_value(stored, FL_SCORES_NET_12M, 0, &net) && net > 0;
    place->tier_value.value = net;
    if (by_lifetime && place->tier_value.known)
        (void)fl_stored_value(stored, FL_SCORES_LIFETIME_VALUE, 0, &place->tier_value.value);
}

fl_status fl_explain_place_find(const struct fl_io *io, const char *run,
                                const struct fl_run_manifest *manifest, const struct fl_model *model,
                                const struct fl_stored_rows *stored, struct fl_explain_place *place,
                                struct fl_error *error)
{
    struct pass *pass = calloc(1, sizeof *pass);
    if (pass == NULL)
        return fl_fail_memory(error, sizeof *pass);
    take_own(stored, model, place);
    place->knows_before = !manifest->has_previous || fl_table_has(stored->table, FL_SCORES_TIER_BEFORE);
    pass->place = place;
    pass->by_lifetime = model->settings.value.tier_by == FL_TIER_BY_LIFETIME;
    fl_status status =
        fl_stored_table_open(io, run, manifest, "customers", "customer_scores", &pass->table, error);
    for (size_t block = 0; status == FL_OK && block < fl_table_blocks(pass->table); block++)
        status = read_block(pass, block, error);
    if (status == FL_OK && place->has_borders)
        find_borders(pass, &model->settings.value);
    for (int column = 0; column < COLUMNS; column++)
        fl_column_data_release(&pass->columns[column]);
    if (pass->table != NULL)
        fl_table_close(pass->table);
    fl_buffer_release(&pass->tier_values);
    free(pass);
    return status;
}

/* ---- what was stored ---- */

unsigned fl_explain_quintile(uint64_t less, uint64_t equal, uint64_t all)
{
    return all == 0 ? 0 : 1 + (unsigned)(5 * (2 * less + equal) / (2 * all));
}

/* Null and a missing column are no difference here. */
static bool is_other(const struct fl_stored_rows *stored, uint16_t id, int64_t value)
{
    int64_t stored_value = 0;
    return fl_stored_value(stored, id, 0, &stored_value) && stored_value != value;
}

static unsigned reached(const int64_t cuts_milli[4], int64_t value)
{
    unsigned cuts = 0;
    while (cuts < 4 && (__int128)value * 1000 >= cuts_milli[cuts])
        cuts++;
    return cuts;
}

static unsigned recency_of(const struct fl_explain_place *place, const struct fl_value_settings *settings)
{
    const struct fl_explain_counts *of = &place->recency_days;
    if (!of->known)
        return 0;
    return settings->has_recency_cuts
               ? 5 - reached(settings->recency_cuts_milli, of->value)
               : fl_explain_quintile(of->count - of->less - of->equal, of->equal, of->count);
}

static unsigned monetary_of(const struct fl_explain_place *place, const struct fl_value_settings *settings)
{
    const struct fl_explain_counts *of = &place->monetary;
    return settings->has_monetary_cuts ? 1 + reached(settings->monetary_cuts_milli, of->value)
                                       : fl_explain_quintile(of->less, of->equal, of->count);
}

/* F needs the customer's own purchase days. */
static unsigned frequency_of(const struct fl_value_settings *settings, int64_t days)
{
    unsigned f = 1;
    for (int cut = 0; cut < 4; cut++)
        f += days >= settings->frequency_cuts[cut];
    return f;
}

static fl_status check_rfm(const struct fl_explain_place *place, const struct fl_model *model,
                           const struct fl_stored_rows *stored, struct fl_error *error)
{
    const struct fl_value_settings *settings = &model->settings.value;
    int64_t days = 0, r = 0, f = 0, m = 0, code = 0;
    if (!fl_table_has(stored->table, FL_SCORES_RECENCY_DAYS))
        return FL_OK;
    if (is_other(stored, FL_SCORES_RFM_R, recency_of(place, settings)))
        return fl_explain_fail_different("customers", "rfm_r", error);
    const bool recent = place->recency_days.known;
    if (fl_stored_value(stored, FL_SCORES_PURCHASE_DAYS_24M, 0, &days) &&
        is_other(stored, FL_SCORES_RFM_F, recent ? frequency_of(settings, days) : 0))
        return fl_explain_fail_different("customers", "rfm_f", error);
    if (fl_table_has(stored->table, FL_SCORES_NET_24M) &&
        is_other(stored, FL_SCORES_RFM_M, recent ? monetary_of(place, settings) : 0))
        return fl_explain_fail_different("customers", "rfm_m", error);
    if (!fl_stored_value(stored, FL_SCORES_RFM_R, 0, &r) ||
        !fl_stored_value(stored, FL_SCORES_RFM_F, 0, &f) || !fl_stored_value(stored, FL_SCORES_RFM_M, 0, &m))
        return FL_OK;
    if (is_other(stored, FL_SCORES_RFM_CODE, 100 * r + 10 * f + m))
        return fl_explain_fail_different("customers", "rfm_code", error);
    code = 100 * r + 10 * f + m;
    const struct fl_words groups = fl_rfm_groups_words(&model->rfm_groups);
    const struct fl_text stored_group = fl_stored_text(stored, FL_SCORES_RFM_GROUP, 0);
    return stored_group.bytes == NULL || !fl_rfm_code_is_known(code) ||
                   fl_text_equal(stored_group, fl_words_at(&groups, model->rfm_groups.of_code[code]))
               ? FL_OK
               : fl_explain_fail_different("customers", "rfm_group", error);
}

/* The state of last night's row is known but for what was pending: both ways are tried. */
static bool fits(const struct fl_explain_place *place, const struct fl_tier_state *now, unsigned before)
{
    for (unsigned pending = 0; pending <= FL_TIERS; pending++) {
        const struct fl_tier_state state = {
            .tier = (uint8_t)before, .pending = (uint8_t)pending, .pending_nights = pending < FL_TIERS};
        const struct fl_tier_state tonight =
            fl_tier_tonight(&place->borders, place->tier_value.known, place->tier_value.value,
                            before < FL_TIERS ? &state : NULL);
        if (tonight.tier == now->tier && tonight.pending == now->pending &&
            tonight.pending_nights == now->pending_nights)
            return true;
    }
    return false;
}

/* FL_TIERS: none. */
static unsigned tier_of(const struct fl_stored_rows *stored, uint16_t id)
{
    const struct fl_text text = fl_stored_text(stored, id, 0);
    const uint32_t tier =
        text.bytes == NULL ? FL_NO_WORD : fl_result_words_find(fl_result_words_of(id), text);
    return tier == FL_NO_WORD ? FL_TIERS : tier;
}

static fl_status check_tier(const struct fl_explain_place *place, const struct fl_stored_rows *stored,
                            struct fl_error *error)
{
    int64_t nights = 0;
    if (!place->has_borders || !place->knows_before || !fl_table_has(stored->table, FL_SCORES_TIER_PENDING) ||
        !fl_stored_value(stored, FL_SCORES_TIER_PENDING_NIGHTS, 0, &nights))
        return FL_OK;
    const struct fl_tier_state now = {.tier = (uint8_t)tier_of(stored, FL_SCORES_TIER),
                                      .pending = (uint8_t)tier_of(stored, FL_SCORES_TIER_PENDING),
                                      .pending_nights = (uint8_t)nights};
    return fits(place, &now, tier_of(stored, FL_SCORES_TIER_BEFORE))
               ? FL_OK
               : fl_explain_fail_different("customers", "tier", error);
}

fl_status fl_explain_place_check(const struct fl_explain_place *place, const struct fl_model *model,
                                 const struct fl_stored_rows *stored, struct fl_error *error)
{
    int64_t percentile = 0;
    const bool has = fl_stored_value(stored, FL_SCORES_PERCENTILE, 0, &percentile);
    const uint64_t twice = 200 * place->raw.less + 100 * place->raw.equal + place->raw.count;
    if (fl_table_has(stored->table, FL_SCORES_RAW) && fl_table_has(stored->table, FL_SCORES_PERCENTILE) &&
        (has != place->raw.known || (has && (uint64_t)percentile != twice / (2 * place->raw.count))))
        return fl_explain_fail_different("customers", "percentile", error);
    fl_status status = check_rfm(place, model, stored, error);
    return status == FL_OK ? check_tier(place, stored, error) : status;
}
