/* emit.h - the customers table of a run: local results first, then with what needs all customers. */
#ifndef ENGINE_EMIT_H
#define ENGINE_EMIT_H

#include "engine/score.h"
#include "formats/folder/data_folder.h"
#include "formats/table/table_writer.h"

/* The name under which local results wait for their percentile; an interrupted run may leave it behind. */
#define FL_STAGING_NAME ".fl-staging-customers.flseg"

struct fl_emit_plan {
    const struct fl_data_folder *folder; /* its io is used; gives the text of customer ids */
    enum fl_io_mode io_mode;
    const char *out;          /* directory */
    const char *const *facts; /* as for a table writer: what, with the rows, tells two files apart */
    uint64_t memory_bytes;    /* for the percentile: 16 bytes a customer */
};

struct fl_emit;

/* Starts the staging file in `out`. `plan` is copied, what it points to is borrowed until free. */
fl_status fl_emit_create(const struct fl_emit_plan *plan, struct fl_emit **emit, struct fl_error *error);
/* Customers must come in rising order. */
fl_status fl_emit_add(struct fl_emit *emit, int64_t customer, const struct fl_scope_score *score,
                      struct fl_error *error);
/* Writes the final file "customers-<digest>.flseg". `name` is set as soon as the file may be there. FL_LIMIT:
 * the percentile needs more than memory_bytes. */
fl_status fl_emit_finish(struct fl_emit *emit, char name[256], struct fl_table_summary *summary,
                         struct fl_error *error);
/* Removes the staging file, which nobody needs after finish. */
fl_status fl_emit_remove_staging(struct fl_emit *emit, struct fl_error *error);
/* Removes the staging file if it is still there. NULL is fine. */
void fl_emit_free(struct fl_emit *emit);

#endif
