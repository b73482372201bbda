/* explain_tags.h - the tags of one customer, made again: compared with what the run stored, shown with
 * evidence. */
#ifndef ENGINE_EXPLAIN_TAGS_H
#define ENGINE_EXPLAIN_TAGS_H

#include "engine/explain_stored.h"
#include "engine/tags/tag_range.h"

/* The first three are given; what they point to is borrowed until release. */
struct fl_explain_tags {
    const struct fl_tag_source *source; /* NULL: nobody has tags */
    struct fl_tag_source_plan plan;     /* it was opened by */
    int64_t customer;
    struct fl_tag_range *range;
    const struct fl_customer_tag *list; /* those that are off but bring points, too */
    size_t count;
    int64_t points; /* of all of them */
};
fl_status fl_explain_tags_make(struct fl_explain_tags *tags, struct fl_error *error);
void fl_explain_tags_release(struct fl_explain_tags *tags);

/* FL_INTERNAL names the table and column that differs: of the customer's row, of its rows of the table of
 * tags. */
fl_status fl_explain_tags_check_customer(const struct fl_explain_tags *tags,
                                         const struct fl_stored_rows *customers, struct fl_error *error);
fl_status fl_explain_tags_check(const struct fl_explain_tags *tags, const struct fl_stored_rows *stored,
                                struct fl_error *error);

/* Fills the explanation's tags: those that are on, and others that bring points. Their evidence is looked up
 * in the messages of the data folder. */
fl_status fl_explain_tags_tell(const struct fl_explain_tags *tags, struct fl_arena *arena,
                               struct fl_explanation *explanation, struct fl_error *error);

#endif
