/* tag_stage.h - what the tags of customers bring to their own rows of results. */
#ifndef ENGINE_TAG_STAGE_H
#define ENGINE_TAG_STAGE_H

#include "engine/score.h"
#include "engine/tags/tag_range.h"

/* What a customer's row says of its tags. */
struct fl_tag_summary {
    int64_t points; /* what they add to raw */
    size_t from;    /* where the numbers of its tags that are on begin in the list of them all */
    size_t count;   /* of these; the highest priority first, then by name */
};

/* Zero-initialise; release once. */
struct fl_tag_stage {
    const struct fl_customer_tag *next, *end; /* of customers that are still to come */
    struct fl_buffer numbers;                 /* uint32_t: of the customers in hand, one behind the other */
    struct fl_buffer keys;                    /* of the customer in hand, while its tags are put in order */
};

/* The tags of a range of customers, by rising customer; borrowed until the next begin. */
void fl_tag_stage_begin(struct fl_tag_stage *stage, const struct fl_customer_tag *tags, size_t count);
/* Of customers, who rise from call to call: what each adds to its score, and says in its row. The numbers are
 * valid until the next call. FL_LIMIT: more points than a score holds. */
fl_status fl_tag_stage_take(struct fl_tag_stage *stage, const int64_t *customers, size_t count,
                            struct fl_added_points *added, struct fl_tag_summary *summaries,
                            struct fl_error *error);
void fl_tag_stage_release(struct fl_tag_stage *stage);

#endif
