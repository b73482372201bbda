/* value_pass.c - one pass over all purchases of a data folder, for a value fit.
 *
 * Each thread collects on its own; the collections are joined at the end. */
#include "engine/value/value_pass.h"

#include <stdlib.h>

#include "engine/customer_facts.h"
#include "engine/customer_pass.h"

/* One thread's. */
struct collector {
    struct fl_facts_maker maker;
    struct fl_value_histories histories;
};

struct collection {
    const struct fl_value_pass_plan *plan;
    struct fl_facts_rules rules; /* of which the main category follows */
    struct collector *collectors;
    size_t count;
    uint64_t memory_bytes;
};

static fl_status add_gaps(struct collector *collector, const struct fl_day_facts *days, uint32_t category,
                          int32_t as_of_day, struct fl_error *error)
{
    int32_t before = 0;
    bool has_before = false;
    fl_status status = FL_OK;
    for (size_t i = 0; i < days->day_count && days->days[i].day <= as_of_day && status == FL_OK; i++) {
        const struct fl_day_fact *fact = &days->days[i];
        if ((fact->events & FL_DAY_PURCHASE) == 0)
            continue;
        if (has_before)
            status =
                fl_value_histories_add_gaps(&collector->histories, category, fact->day - before, 1, error);
        before = fact->day;
        has_before = true;
    }
    return status;
}

/* What the days after the first with a purchase brought. */
static int64_t repeat_bought(const struct fl_day_facts *days, int32_t first_day, int32_t as_of_day)
{
    int64_t bought = 0;
    for (size_t i = 0; i < days->day_count && days->days[i].day <= as_of_day; i++)
        bought += days->days[i].day > first_day ? days->days[i].bought : 0;
    return bought;
}

static fl_status take_customer(void *context, size_t thread, int64_t customer,
                               const struct fl_day_facts *days, struct fl_error *error)
{
    const struct collection *collection = context;
    struct collector *collector = &collection->collectors[thread];
    const int32_t as_of_day = collection->plan->scan.rules.as_of_day;
    const struct fl_purchase_history history = fl_purchase_history_of(days, as_of_day);
    (void)customer;
    fl_status status = FL_OK;
    if (history.days > 0) {
        const struct fl_value_history value = {.repeat_days = history.days - 1,
                                               .last_days = history.last - history.first,
                                               .age_days = as_of_day - history.first,
                                               .repeat_bought =
                                                   repeat_bought(days, history.first, as_of_day)};
        status = fl_value_histories_add(&collector->histories, &value, error);
    }
    if (status == FL_OK && history.days > 1)
        status =
            add_gaps(collector, days, fl_main_category(&collector->maker, days, as_of_day), as_of_day, error);
    return status;
}

static fl_status begin(void *context, size_t threads, uint64_t memory_bytes, struct fl_error *error)
{
    struct collection *collection = context;
    const struct fl_model *model = collection->plan->model;
    double minor_units = 1;
    for (int place = fl_currency_places(model->settings.currency, 3); place > 0; place--)
        minor_units *= 10;
    collection->memory_bytes = memory_bytes;
    collection->collectors = calloc(threads, sizeof *collection->collectors);
    if (collection->collectors == NULL)
        return fl_fail_memory(error, threads * sizeof *collection->collectors);
    collection->count = threads;
    for (size_t i = 0; i < threads; i++) {
        struct collector *collector = &collection->collectors[i];
        collector->histories.minor_units = minor_units;
        collector->histories.memory_bytes = memory_bytes / threads;
        const fl_status status = fl_facts_maker_init(&collector->maker, &collection->rules, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status join_all(struct collection *collection, struct fl_value_histories *histories,
                          struct fl_error *error)
{
    fl_status status = FL_OK;
    *histories = collection->collectors[0].histories;
    collection->collectors[0].histories = (struct fl_value_histories){0};
    histories->memory_bytes = collection->memory_bytes;
    for (size_t i = 1; i < collection->count && status == FL_OK; i++)
        status = fl_value_histories_join(histories, &collection->collectors[i].histories, error);
    return status;
}

fl_status fl_value_pass(const struct fl_value_pass_plan *plan, struct fl_value_histories *histories,
                        struct fl_run_counts *counts, struct fl_error *error)
{
    const struct fl_model_settings *settings = &plan->model->settings;
    struct collection collection = {
        .plan = plan,
        .rules = {.value = &settings->value,
                  .life = &settings->life,
                  .gap_days = settings->life.default_gap_days,
                  .category_count =
                      plan->scan.words == NULL ? 0 : plan->scan.words->words[FL_WORDED_CATEGORY].words.count},
    };
    const struct fl_customer_pass_plan pass = {.scan = plan->scan,
                                               .threads = plan->threads,
                                               .memory_bytes = plan->memory_bytes,
                                               .range_rows = plan->range_rows,
                                               .begin = begin,
                                               .take = take_customer,
                                               .context = &collection};
    fl_status status = fl_customer_pass(&pass, counts, error);
    if (status == FL_OK)
        status = join_all(&collection, histories, error);
    counts->customers = histories->customers;
    for (size_t i = 0; i < collection.count; i++) {
        fl_facts_maker_release(&collection.collectors[i].maker);
        fl_value_histories_release(&collection.collectors[i].histories);
    }
    free(collection.collectors);
    return status;
}
