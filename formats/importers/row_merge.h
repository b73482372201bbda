/* row_merge.h - merges sorted runs into one sequence of rows. */
#ifndef FORMATS_IMPORTERS_ROW_MERGE_H
#define FORMATS_IMPORTERS_ROW_MERGE_H

#include "formats/importers/row_spill.h"

struct fl_merge_input;

/* Zero-initialised is closed. */
struct fl_row_merge {
    const struct fl_row_layout *layout;
    struct fl_merge_input *inputs;
    struct fl_merge_input **heap; /* the least row first */
    size_t heap_count;
    bool started;
};

/* Merges all runs of `spill`, reading through `area`. When there are more runs than read buffers, groups of
 * runs become larger runs on a new scratch file first, as often as needed. */
fl_status fl_row_merge_open(struct fl_row_merge *merge, const struct fl_row_layout *layout,
                            struct fl_spill *spill, uint8_t *area, size_t area_bytes, struct fl_error *error);
/* The next row in order, borrowed until the next call; NULL at the end. */
fl_status fl_row_merge_next(struct fl_row_merge *merge, const uint8_t **row, struct fl_error *error);
void fl_row_merge_close(struct fl_row_merge *merge);

#endif
