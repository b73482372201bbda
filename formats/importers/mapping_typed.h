/* mapping_typed.h - a row of typed values through a mapping. */
#ifndef FORMATS_IMPORTERS_MAPPING_TYPED_H
#define FORMATS_IMPORTERS_MAPPING_TYPED_H

#include "formats/importers/mapping.h"
#include "formats/importers/typed_rows.h"

enum { FL_TYPED_NOT_CHOSEN = UINT16_MAX };

/* What a mapping reads of a file, and where it goes. */
struct fl_typed_plan {
    size_t *columns; /* those that are read, ascending */
    size_t count;
    uint16_t *chosen_of; /* of each column of the file its place among them, or FL_TYPED_NOT_CHOSEN */
};

/* Chooses the columns; a mapping of constants reads the first that can be read. FL_UNSUPPORTED: one that
 * cannot be read; FL_BAD_DATA: one whose type the mapping reads as something else. The error gets `shown`. */
fl_status fl_typed_plan_make(const struct fl_mapping_bound *bound, const struct fl_typed_rows *rows,
                             const char *shown, struct fl_typed_plan *plan, struct fl_error *error);
void fl_typed_plan_release(struct fl_typed_plan *plan);

/* One row of a batch. */
struct fl_typed_row {
    const struct fl_typed_rows *rows;
    const struct fl_typed_plan *plan;
    const struct fl_typed_batch *batch;
    size_t row;
    uint64_t filled;         /* bit i: column i of the file, of the first 64, is not null */
    struct fl_buffer *texts; /* of this row, emptied by the caller */
};

/* What fl_mapping_apply() gives for the same values as texts, when the row is kept and has nothing out of the
 * ordinary. False: make texts of it, and read these carefully. */
bool fl_mapping_apply_typed(struct fl_mapping_bound *bound, const struct fl_typed_row *row,
                            struct fl_cell *cells, uint32_t *filled);

#endif
