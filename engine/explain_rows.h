/* explain_rows.h - the rows of one scope of one customer, counted in each way that an explanation shows. */
#ifndef ENGINE_EXPLAIN_ROWS_H
#define ENGINE_EXPLAIN_ROWS_H

#include "engine/day_facts.h"
#include "engine/scan.h"
#include "engine/score.h"

/* The last row of a role. */
struct fl_explain_event {
    bool there;
    int32_t day;
    uint8_t type;
};

enum { FL_EXPLAIN_ROLES = FL_ROLE_EXIT_SURVEY + 1 };

/* Zero-initialise; release once. */
struct fl_explain_rows {
    struct fl_explain_row by_type[FL_TYPES_MAX];
    struct fl_explain_event last[FL_EXPLAIN_ROLES];
    struct fl_day_facts days; /* with money if the scan has it */
    bool has_days;
};

struct fl_explain_rows_plan {
    const struct fl_scan_plan *scan; /* of the customer alone */
    const struct fl_points *points;
    const struct fl_model *model;
    const struct fl_scope_score *score; /* of the scope: its last purchase day is looked at */
    int64_t tag_points;                 /* what tags add to raw beside the rows */
    int worded;                         /* the worded scope; -1: the customer */
    uint32_t word;                      /* its word */
};
/* FL_INTERNAL: what the rows add up to is not the score. */
fl_status fl_explain_rows_read(const struct fl_explain_rows_plan *plan, struct fl_explain_rows *rows,
                               struct fl_error *error);
void fl_explain_rows_release(struct fl_explain_rows *rows);

#endif
