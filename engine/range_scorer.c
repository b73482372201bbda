/* range_scorer.c - scores all customers of a range, for one night or for several at once. */
#include "engine/range_scorer.h"

#include <stdlib.h>
#include <string.h>

#include "engine/day_facts_list.h"
#include "engine/night_view.h"

struct fl_range_scorer {
    struct fl_range_scorer_plan plan;
    struct fl_scan *scan;
    size_t night_count;
    struct fl_night_scorer **nights;
    struct fl_night_view view; /* of the night in hand, when there are several */
    /* Of each night, when there are several: fates of rows that were given to it, and that the scan has
     * hidden. */
    struct fl_run_counts *counts;
    struct fl_profile_join *profile_join; /* NULL: nobody has one */
    struct fl_profile profiles[FL_CUSTOMERS_AT_ONCE], profiles_of_view[FL_CUSTOMERS_AT_ONCE];
    struct fl_previous_clusters *previous;                /* NULL: no night before, or no fit */
    struct fl_cluster_state states[FL_CUSTOMERS_AT_ONCE]; /* after the night that was scored last */
    struct fl_cluster_state states_before[FL_CUSTOMERS_AT_ONCE];
    struct fl_cluster_state *states_of_view[FL_CUSTOMERS_AT_ONCE];
    struct fl_day_facts_list days; /* of customers that several nights look at */
    const struct fl_day_facts *days_of_view[FL_CUSTOMERS_AT_ONCE];
    struct fl_tag_range *tags; /* NULL: nobody has any */
    bool in_customer;          /* whose rows come in pieces */
    int64_t customer;
};

/* ---- opening ---- */

static int32_t as_of_day(const struct fl_range_scorer *scorer, size_t night)
{
    return scorer->plan.scan.rules.as_of_day - (int32_t)(scorer->night_count - 1 - night);
}

static fl_status open_nights(struct fl_range_scorer *scorer, struct fl_error *error)
{
    scorer->nights = calloc(scorer->night_count, sizeof(struct fl_night_scorer *));
    scorer->counts = calloc(scorer->night_count, sizeof *scorer->counts);
    if (scorer->nights == NULL || scorer->counts == NULL)
        return fl_fail_memory(error, scorer->night_count * sizeof *scorer->counts);
    fl_status status = FL_OK;
    for (size_t night = 0; night < scorer->night_count && status == FL_OK; night++)
        status = fl_night_scorer_open(&scorer->plan.rules, night, as_of_day(scorer, night),
                                      &scorer->nights[night], error);
    return status;
}

static fl_status open_scan(struct fl_range_scorer *scorer, struct fl_error *error)
{
    struct fl_scan_plan *plan = &scorer->plan.scan;
    if (scorer->night_count > 1) {
        plan->wants_arrival = true;
        plan->rules.nights = scorer->counts;
        plan->rules.night_count = scorer->night_count;
    }
    return fl_scan_open(plan, &scorer->scan, error);
}

/* Without a fit there are baskets, and no cluster to stay in. */
static bool has_cluster_fit(const struct fl_range_scorer_plan *plan)
{
    return plan->rules.clusters != NULL && plan->rules.clusters->model != NULL;
}

fl_status fl_range_scorer_open(const struct fl_range_scorer_plan *plan, struct fl_range_scorer **scorer,
                               struct fl_error *error)
{
    *scorer = NULL;
    struct fl_range_scorer *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    opened->plan = *plan;
    opened->night_count = plan->night_count == 0 ? 1 : plan->night_count;
    fl_day_facts_list_init(&opened->days, &plan->rules.model->registry, plan->rules.memory_bytes);
    fl_status status = plan->tags_only ? FL_OK : open_nights(opened, error);
    if (status == FL_OK)
        status = open_scan(opened, error);
    if (status == FL_OK && plan->tags != NULL)
        status = fl_tag_range_open(plan->tags, &opened->tags, error);
    if (status == FL_OK && plan->profiles != NULL && plan->rules.facts != NULL)
        status = fl_profile_join_open(plan->profiles, FL_PROFILE_WITH_ALL, &opened->profile_join, error);
    if (status == FL_OK && plan->previous != NULL && has_cluster_fit(plan))
        status = fl_previous_clusters_open(plan->scan.io, plan->previous, plan->scan.io_mode,
                                           &opened->previous, error);
    if (status != FL_OK) {
        fl_range_scorer_close(opened);
        return status;
    }
    *scorer = opened;
    return FL_OK;
}

void fl_range_scorer_close(struct fl_range_scorer *scorer)
{
    if (scorer == NULL)
        return;
    for (size_t night = 0; night < scorer->night_count && scorer->nights != NULL; night++)
        fl_night_scorer_close(scorer->nights[night]);
    fl_scan_close(scorer->scan);
    fl_night_view_release(&scorer->view);
    fl_day_facts_list_release(&scorer->days);
    fl_profile_join_close(scorer->profile_join);
    fl_previous_clusters_close(scorer->previous);
    fl_tag_range_close(scorer->tags);
    free(scorer->nights);
    free(scorer->counts);
    free(scorer);
}

/* ---- customers ---- */

/* NULL: nobody has one. */
static fl_status find_profiles(struct fl_range_scorer *scorer, const int64_t *customers, size_t count,
                               const struct fl_profile **profiles, struct fl_error *error)
{
    fl_status status = FL_OK;
    *profiles = NULL;
    if (scorer->profile_join == NULL)
        return FL_OK;
    for (size_t i = 0; i < count && status == FL_OK; i++)
        status = fl_profile_join_find(scorer->profile_join, customers[i], &scorer->profiles[i], error);
    *profiles = scorer->profiles;
    return status;
}

/* After the night before the first. */
static fl_status find_states(struct fl_range_scorer *scorer, const int64_t *customers, size_t count,
                             struct fl_error *error)
{
    const struct fl_cluster_state *before = scorer->plan.state_before;
    fl_status status = FL_OK;
    if (!has_cluster_fit(&scorer->plan))
        return FL_OK;
    for (size_t i = 0; i < count && status == FL_OK; i++) {
        scorer->states[i] = before == NULL ? (struct fl_cluster_state){0} : *before;
        if (scorer->previous != NULL)
            status = fl_previous_clusters_find(scorer->previous, customers[i], &scorer->states[i], error);
    }
    return status;
}

static bool shares_days(const struct fl_range_scorer *scorer)
{
    return scorer->plan.rules.facts != NULL;
}

/* The customers of the view, with their profiles and, where it has not copied their rows, their days. */
static fl_status score_view(struct fl_range_scorer *scorer, size_t night, const struct fl_profile *profiles,
                            struct fl_error *error)
{
    const struct fl_night_view *view = &scorer->view;
    const size_t count = view->piece.scopes.count;
    if (count == 0)
        return FL_OK;
    for (size_t i = 0; i < count; i++) {
        const size_t customer = view->kept[i] - view->first;
        if (profiles != NULL)
            scorer->profiles_of_view[i] = profiles[customer];
        scorer->days_of_view[i] = &scorer->days.of[customer];
        scorer->states[customer] = scorer->states_before[customer];
        scorer->states_of_view[i] = &scorer->states[customer];
    }
    const struct fl_known_customers known = {
        .profiles = profiles == NULL ? NULL : scorer->profiles_of_view,
        .days = shares_days(scorer) && !view->copied ? scorer->days_of_view : NULL,
        .clusters = scorer->states_of_view};
    return fl_night_scorer_whole(scorer->nights[night], &view->piece, 0, count, &known, error);
}

/* The customers that the view begins with, as one night of several knew them. Those of whom it knew nothing
 * have no row in its table: the next night finds no state of theirs, whatever the night before it said. */
static fl_status score_night(struct fl_range_scorer *scorer, size_t night, const struct fl_profile *profiles,
                             struct fl_error *error)
{
    struct fl_night_view *view = &scorer->view;
    fl_status status = FL_OK;
    memcpy(scorer->states_before, scorer->states, sizeof scorer->states);
    memset(scorer->states, 0, sizeof scorer->states);
    fl_night_view_restart(view);
    while (status == FL_OK && fl_night_view_more(view)) {
        status = fl_night_view_take(view, as_of_day(scorer, night), &scorer->counts[night], error);
        if (status == FL_OK)
            status = score_view(scorer, night, profiles, error);
    }
    return status;
}

static fl_status score_whole(struct fl_range_scorer *scorer, const struct fl_scan_piece *piece, size_t first,
                             size_t count, struct fl_error *error)
{
    const struct fl_profile *profiles = NULL;
    fl_status status = find_profiles(scorer, piece->customers + first, count, &profiles, error);
    for (size_t i = 0; i < count; i++)
        scorer->states_of_view[i] = &scorer->states[i];
    const struct fl_known_customers known = {.profiles = profiles, .clusters = scorer->states_of_view};
    if (status == FL_OK)
        status = find_states(scorer, piece->customers + first, count, error);
    if (status == FL_OK && scorer->night_count == 1)
        return fl_night_scorer_whole(scorer->nights[0], piece, first, count, &known, error);
    const struct fl_scope_rows scopes = fl_some_scopes(&piece->scopes, first, count);
    if (status == FL_OK && shares_days(scorer))
        status = fl_day_facts_list_make(&scorer->days, &scopes, piece->words[FL_WORDED_CATEGORY], error);
    fl_night_view_begin(&scorer->view, piece, first, count, scorer->plan.scan.rules.late_report_days);
    for (size_t night = 0; night < scorer->night_count && status == FL_OK; night++)
        status = score_night(scorer, night, profiles, error);
    return status;
}

static fl_status add_piece(struct fl_range_scorer *scorer, const struct fl_scan_piece *piece,
                           struct fl_error *error)
{
    scorer->in_customer = true;
    scorer->customer = piece->customers[0];
    if (scorer->night_count == 1)
        return fl_night_scorer_add(scorer->nights[0], piece, error);
    fl_status status = FL_OK;
    fl_night_view_begin(&scorer->view, piece, 0, 1, scorer->plan.scan.rules.late_report_days);
    for (size_t night = 0; night < scorer->night_count && status == FL_OK; night++) {
        fl_night_view_restart(&scorer->view);
        status = fl_night_view_take(&scorer->view, as_of_day(scorer, night), &scorer->counts[night], error);
        if (status == FL_OK && scorer->view.piece.scopes.count > 0)
            status = fl_night_scorer_add(scorer->nights[night], &scorer->view.piece, error);
    }
    return status;
}

/* The customer whose pieces were added. */
static fl_status end_customer(struct fl_range_scorer *scorer, struct fl_error *error)
{
    const struct fl_profile *profile = NULL;
    fl_status status = find_profiles(scorer, &scorer->customer, 1, &profile, error);
    if (status == FL_OK)
        status = find_states(scorer, &scorer->customer, 1, error);
    scorer->states_of_view[0] = &scorer->states[0];
    const struct fl_known_customers known = {.profiles = profile, .clusters = scorer->states_of_view};
    scorer->in_customer = false;
    for (size_t night = 0; night < scorer->night_count && status == FL_OK; night++)
        status = fl_night_scorer_end(scorer->nights[night], scorer->customer, &known, error);
    return status;
}

static fl_status take_piece(struct fl_range_scorer *scorer, const struct fl_scan_piece *piece,
                            struct fl_error *error)
{
    fl_status status = FL_OK;
    if (!piece->whole)
        return add_piece(scorer, piece, error);
    for (size_t done = 0; done < piece->scopes.count && status == FL_OK; done += FL_CUSTOMERS_AT_ONCE) {
        const size_t left = piece->scopes.count - done;
        status = score_whole(scorer, piece, done, left < FL_CUSTOMERS_AT_ONCE ? left : FL_CUSTOMERS_AT_ONCE,
                             error);
    }
    return status;
}

/* The rows of the customers of a range. */
static fl_status score_range(struct fl_range_scorer *scorer, int64_t customer_first, int64_t customer_last,
                             struct fl_error *error)
{
    fl_scan_range(scorer->scan, customer_first, customer_last);
    if (scorer->profile_join != NULL)
        fl_profile_join_seek(scorer->profile_join, customer_first);
    if (scorer->previous != NULL)
        fl_previous_clusters_seek(scorer->previous, customer_first);
    for (;;) {
        struct fl_scan_piece piece;
        fl_status status = fl_scan_next(scorer->scan, &piece, error);
        const bool ends = piece.scopes.count == 0 || piece.first;
        if (status == FL_OK && scorer->in_customer && ends)
            status = end_customer(scorer, error);
        if (status == FL_OK && piece.scopes.count > 0)
            status = take_piece(scorer, &piece, error);
        if (status != FL_OK || piece.scopes.count == 0)
            return status;
    }
}

/* ---- tags ---- */

/* Those that are on; the others only bring points. */
static fl_status put_tags(size_t night, const struct fl_customer_tag *tags, size_t count,
                          fl_result_sink *sink, void *context, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t from = 0, to; from < count && status == FL_OK; from = to + 1) {
        for (to = from; to < count && tags[to].on; to++)
            ;
        const struct fl_results results = {
            .night = night, .scope = (enum fl_scope)FL_RESULT_TAGS, .tags = tags + from, .count = to - from};
        if (results.count > 0)
            status = sink(context, &results, error);
    }
    return status;
}

static fl_status put_hits(struct fl_range_scorer *scorer, size_t night, fl_result_sink *sink, void *context,
                          struct fl_error *error)
{
    struct fl_results results = {.night = night, .scope = (enum fl_scope)FL_RESULT_HITS};
    fl_status status = fl_tag_range_hits(scorer->tags, night, &results.hits, &results.count, error);
    return status == FL_OK && results.count > 0 ? sink(context, &results, error) : status;
}

static fl_status make_tags(struct fl_range_scorer *scorer, int64_t customer_first, int64_t customer_last,
                           fl_result_sink *sink, void *context, struct fl_error *error)
{
    if (scorer->tags == NULL)
        return FL_OK;
    fl_status status = fl_tag_range_make(scorer->tags, customer_first, customer_last, error);
    for (size_t night = 0; night < scorer->night_count && status == FL_OK; night++) {
        const struct fl_customer_tag *tags = NULL;
        size_t count = 0;
        status = fl_tag_range_tags(scorer->tags, night, &tags, &count, error);
        if (status == FL_OK && !scorer->plan.tags_only)
            fl_night_scorer_take_tags(scorer->nights[night], tags, count);
        if (status == FL_OK)
            status = put_tags(night, tags, count, sink, context, error);
        if (status == FL_OK && scorer->plan.wants_hits)
            status = put_hits(scorer, night, sink, context, error);
    }
    return status;
}

/* Between ranges, as no scan asks on the way. */
static fl_status tell_progress(const struct fl_range_scorer *scorer, struct fl_error *error)
{
    const struct fl_scan_plan *plan = &scorer->plan.scan;
    const uint64_t messages = fl_range_scorer_messages(scorer).messages, rows = fl_scan_rows(scorer->scan);
    if (plan->progress == NULL || plan->progress(plan->progress_context, messages, rows) == 0)
        return FL_OK;
    return fl_fail(error, FL_INTERRUPTED, "stopped after %llu messages", (unsigned long long)messages);
}

fl_status fl_range_scorer_run(struct fl_range_scorer *scorer, int64_t customer_first, int64_t customer_last,
                              fl_result_sink *sink, void *context, struct fl_error *error)
{
    fl_status status = make_tags(scorer, customer_first, customer_last, sink, context, error);
    if (status != FL_OK)
        return status;
    if (scorer->plan.tags_only)
        return tell_progress(scorer, error);
    for (size_t night = 0; night < scorer->night_count; night++)
        fl_night_scorer_put_to(scorer->nights[night], sink, context);
    return score_range(scorer, customer_first, customer_last, error);
}

struct fl_tag_message_counts fl_range_scorer_messages(const struct fl_range_scorer *scorer)
{
    return scorer->tags == NULL ? (struct fl_tag_message_counts){0} : fl_tag_range_counts(scorer->tags);
}

struct fl_run_counts fl_range_scorer_counts(const struct fl_range_scorer *scorer, size_t night)
{
    struct fl_run_counts counts = *fl_scan_counts(scorer->scan);
    if (scorer->plan.tags_only)
        return counts; /* of no rows */
    if (scorer->night_count > 1) {
        const uint64_t after_last = counts.after_as_of;
        counts = scorer->counts[night];
        counts.rows_in += after_last;
        counts.after_as_of += after_last;
    }
    counts.customers = fl_night_scorer_customers(scorer->nights[night]);
    return counts;
}

const struct fl_scan *fl_range_scorer_scan(const struct fl_range_scorer *scorer)
{
    return scorer->scan;
}

uint64_t fl_range_scorer_previous_memory(const struct fl_range_scorer *scorer)
{
    return scorer->previous == NULL ? 0 : fl_previous_clusters_memory(scorer->previous);
}
