/* compact.h - folds the table files of a data folder into few. */
#ifndef FORMATS_COMPACT_COMPACT_H
#define FORMATS_COMPACT_COMPACT_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/base/io.h"
#include "formats/base/status.h"

struct fl_compact_plan {
    const struct fl_io *io;
    const char *folder;
    uint64_t memory_bytes; /* to stay under, all in all */
    /* May be NULL; not zero: stop. */
    int (*progress)(void *context, uint64_t rows, uint64_t rows_all);
    void *progress_context;
};

struct fl_compact_report {
    size_t files_before, files_after; /* of the whole folder */
    size_t folded;                    /* how many of them went into other files; 0: there was nothing to do */
    uint64_t rows_before, rows_after; /* of those */
    uint64_t bytes_before, bytes_after;
};

/* Each table's files become one, or as many as the limits of dictionaries need; a file that a compaction made
 * stays while there is no other. A run gives the same results before and after, and every import stays known.
 *
 * Either the folder is compacted, or nothing is changed that a reader sees. FL_TEMPORARY: another compaction
 * is at work, or the disk is full; FL_LIMIT: memory_bytes are too few; FL_MISSING, FL_CORRUPT,
 * FL_UNSUPPORTED, FL_BAD_DATA: the folder, or a file of it. Imports may go on meanwhile: what they add stays
 * as it is. */
fl_status fl_compact(const struct fl_compact_plan *plan, struct fl_compact_report *report,
                     struct fl_error *error);

#endif
