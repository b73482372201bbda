/* value_pass.c - one pass over all purchases of a data folder, for a value fit.
 *
 * Threads take ranges of customers and collect on their own; the collections are joined at the end. */
#include "engine/value/value_pass.h"

#include <stdlib.h>

#include "engine/customer_facts.h"
#include "engine/scan_pass.h"

/* What one thread collects. */
struct collector {
    int32_t as_of_day;
    struct fl_facts_maker maker;
    struct fl_day_facts days; /* of the customer in hand */
    struct fl_value_histories histories;
};

/* ---- one customer ---- */

static fl_status add_gaps(struct collector *collector, uint32_t category, struct fl_error *error)
{
    const struct fl_day_facts *days = &collector->days;
    const int32_t as_of_day = collector->as_of_day;
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

/* All rows of the customer in hand are there. */
static fl_status end_customer(void *context, int64_t customer, struct fl_error *error)
{
    struct collector *collector = context;
    const int32_t as_of_day = collector->as_of_day;
    const struct fl_purchase_history history = fl_purchase_history_of(&collector->days, as_of_day);
    fl_status status = FL_OK;
    (void)customer;
    if (history.days > 0) {
        const struct fl_value_history value = {.repeat_days = history.days - 1,
                                               .last_days = history.last - history.first,
                                               .age_days = as_of_day - history.first,
                                               .repeat_bought =
                                                   repeat_bought(&collector->days, history.first, as_of_day)};
        status = fl_value_histories_add(&collector->histories, &value, error);
    }
    if (status == FL_OK && history.days > 1)
        status = add_gaps(collector, fl_main_category(&collector->maker, &collector->days, as_of_day), error);
    fl_day_facts_begin(&collector->days);
    return status;
}

static fl_status add_rows(void *context, const struct fl_rows *rows,
                          const uint32_t *const words[FL_WORDED_SCOPES], struct fl_error *error)
{
    struct collector *collector = context;
    return fl_day_facts_add(&collector->days, rows, words[FL_WORDED_CATEGORY], error);
}

/* ---- threads ---- */

static fl_status open_collector(const struct fl_value_pass_plan *plan, const struct fl_facts_rules *rules,
                                struct collector *collector, struct fl_error *error)
{
    const struct fl_model *model = plan->model;
    collector->as_of_day = plan->scan.rules.as_of_day;
    fl_day_facts_init(&collector->days, &model->registry, plan->scan.memory_bytes);
    fl_day_facts_begin(&collector->days);
    collector->histories.minor_units = 1;
    for (int place = fl_currency_places(model->settings.currency, 3); place > 0; place--)
        collector->histories.minor_units *= 10;
    return fl_facts_maker_init(&collector->maker, rules, error);
}

static void close_collector(struct collector *collector)
{
    fl_facts_maker_release(&collector->maker);
    fl_day_facts_release(&collector->days);
    fl_value_histories_release(&collector->histories);
}

static fl_status join_all(const struct fl_scan_pass *pass, struct collector *collectors,
                          struct fl_value_histories *histories, struct fl_error *error)
{
    fl_status status = FL_OK;
    *histories = collectors[0].histories;
    collectors[0].histories = (struct fl_value_histories){0};
    histories->memory_bytes = fl_scan_pass_memory_left(pass);
    for (size_t i = 1; i < fl_scan_pass_threads(pass) && status == FL_OK; i++)
        status = fl_value_histories_join(histories, &collectors[i].histories, error);
    return status;
}

static fl_status run_pass(struct fl_scan_pass *pass, const struct fl_value_pass_plan *plan,
                          const struct fl_facts_rules *rules, struct collector *collectors, void **contexts,
                          struct fl_error *error)
{
    static const struct fl_scan_taker taker = {.add = add_rows, .end = end_customer};
    const size_t count = fl_scan_pass_threads(pass);
    fl_status status = FL_OK;
    for (size_t i = 0; i < count && status == FL_OK; i++) {
        contexts[i] = &collectors[i];
        status = open_collector(plan, rules, &collectors[i], error);
        collectors[i].histories.memory_bytes = fl_scan_pass_memory_left(pass) / count;
    }
    return status == FL_OK ? fl_scan_pass_run(pass, &taker, contexts, error) : status;
}

static fl_status collect(struct fl_scan_pass *pass, const struct fl_value_pass_plan *plan,
                         struct fl_value_histories *histories, struct fl_run_counts *counts,
                         struct fl_error *error)
{
    const struct fl_scope_words *words = plan->scan.words;
    const struct fl_facts_rules rules = {
        .value = &plan->model->settings.value,
        .life = &plan->model->settings.life,
        .gap_days = plan->model->settings.life.default_gap_days,
        .category_count = words == NULL ? 0 : words->words[FL_WORDED_CATEGORY].words.count,
    };
    const size_t count = fl_scan_pass_threads(pass);
    struct collector *collectors = calloc(count, sizeof *collectors);
    void **contexts = calloc(count, sizeof *contexts);
    fl_status status = collectors == NULL || contexts == NULL
                           ? fl_fail_memory(error, count * (sizeof *collectors + sizeof *contexts))
                           : run_pass(pass, plan, &rules, collectors, contexts, error);
    if (status == FL_OK)
        status = join_all(pass, collectors, histories, error);
    for (size_t i = 0; i < count && collectors != NULL; i++)
        close_collector(&collectors[i]);
    free(collectors);
    free(contexts);
    *counts = fl_scan_pass_counts(pass);
    counts->customers = histories->customers;
    return status;
}

fl_status fl_value_pass(const struct fl_value_pass_plan *plan, struct fl_value_histories *histories,
                        struct fl_run_counts *counts, struct fl_error *error)
{
    const struct fl_scan_pass_plan scan = {
        .scan = plan->scan, .threads = plan->threads, .range_rows = plan->range_rows};
    struct fl_scan_pass *pass = NULL;
    fl_status status = fl_scan_pass_open(&scan, &pass, error);
    if (status == FL_OK)
        status = collect(pass, plan, histories, counts, error);
    fl_scan_pass_close(pass);
    return status;
}
