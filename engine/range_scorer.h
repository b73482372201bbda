/* range_scorer.h - scores all customers of a range, for one night or for several at once. */
#ifndef ENGINE_RANGE_SCORER_H
#define ENGINE_RANGE_SCORER_H

#include "engine/clusters/previous_clusters.h"
#include "engine/night_scorer.h"

struct fl_range_scorer_plan {
    struct fl_scan_plan scan; /* its rules are those of the last night */
    struct fl_night_rules rules;
    size_t night_count; /* nights of days one behind the other, the last as of scan.rules; 0 is 1 */
    const struct fl_profiles *profiles; /* NULL: nobody has one; looked at with facts only */
    /* The customers table of the night before the first, looked at with a cluster fit only; NULL: there was
     * none. Without it all customers were in this cluster; NULL: in none. */
    const char *previous;
    const struct fl_cluster_state *state_before;
    const struct fl_tag_source *tags; /* NULL: nobody has any, and rules.has_tags is false */
    bool wants_hits;                  /* results come with FL_RESULT_HITS; the source is opened for them */
    bool tags_only;                   /* no results but of tags, no counts but of messages */
    uint32_t range_rows; /* of workers' ranges; 0: the usual, fewer make many ranges of few rows, for tests */
};

/* Belongs to one thread at a time; what the plan points to is borrowed until close, and may be shared. */
struct fl_range_scorer;
fl_status fl_range_scorer_open(const struct fl_range_scorer_plan *plan, struct fl_range_scorer **scorer,
                               struct fl_error *error);
void fl_range_scorer_close(struct fl_range_scorer *scorer);

/* The results of one kind and night come by rising customer; nights take turns, and tags come first. */
fl_status fl_range_scorer_run(struct fl_range_scorer *scorer, int64_t customer_first, int64_t customer_last,
                              fl_result_sink *sink, void *context, struct fl_error *error);
/* What all its ranges so far have counted, of one night. */
struct fl_run_counts fl_range_scorer_counts(const struct fl_range_scorer *scorer, size_t night);
/* What its way through the night before holds, at most. */
uint64_t fl_range_scorer_previous_memory(const struct fl_range_scorer *scorer);
/* Of the messages that were scanned for tags. */
struct fl_tag_message_counts fl_range_scorer_messages(const struct fl_range_scorer *scorer);
/* With tags_only it reads no rows. */
const struct fl_scan *fl_range_scorer_scan(const struct fl_range_scorer *scorer);

#endif
