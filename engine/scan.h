/* scan.h - all interactions of a data folder that count, customer by customer, in one pass over its files. */
#ifndef ENGINE_SCAN_H
#define ENGINE_SCAN_H

#include "engine/scan_cursor.h"
#include "formats/folder/data_folder.h"

struct fl_scan_plan {
    const struct fl_io *io;
    const struct fl_data_folder *folder;
    enum fl_io_mode io_mode;
    struct fl_row_rules rules;
    const struct fl_scope_words *words; /* NULL: pieces come without words */
    const struct fl_money *money;       /* NULL: their rows come without money */
    bool wants_arrival;                 /* else they come without days of arrival */
    unsigned more_tables;               /* of results that are written beside those of customers and words */
    uint64_t memory_bytes;              /* all buffers of the scan, and the words, stay under it */
    /* Called once a block; a non-zero return stops with FL_INTERRUPTED. May be NULL. */
    int (*progress)(void *context, uint64_t rows_done, uint64_t rows_all);
    void *progress_context;
};

/* Rows of one or more customers, each in the order of day, type, order id (rows without one first). `whole`:
 * all rows of each of these customers. Else there is one customer, whose rows come as several pieces one
 * after the other, cut anywhere. Points into the buffers of the scan: valid until the next call. */
struct fl_scan_piece {
    const int64_t *customers; /* of each scope, rising */
    struct fl_scope_rows scopes;
    bool whole;
    bool first;                              /* the (first) customer's first piece */
    const uint32_t *words[FL_WORDED_SCOPES]; /* of each row: number in the plan's unions, or FL_NO_WORD;
                                                NULL: not wanted */
};

struct fl_scan;

/* Opens all interactions files of the folder that may hold a customer of the rules' range. FL_LIMIT: the
 * buffers would pass memory_bytes, or more than FL_FILES_MAX files. `plan` is copied, what it points to is
 * borrowed. */
fl_status fl_scan_open(const struct fl_scan_plan *plan, struct fl_scan **scan, struct fl_error *error);
/* Starts again with the customers of a range; counts go on. Without this a scan has the range of its rules.
 */
void fl_scan_range(struct fl_scan *scan, int64_t customer_first, int64_t customer_last);
/* The next piece; scopes.count is 0 at the end. The same pieces' rows whatever files they are spread over. */
fl_status fl_scan_next(struct fl_scan *scan, struct fl_scan_piece *piece, struct fl_error *error);
/* What was passed so far; complete at the end. `customers` stays 0. */
const struct fl_run_counts *fl_scan_counts(const struct fl_scan *scan);
/* Rows of all its files, as the files say. */
uint64_t fl_scan_rows(const struct fl_scan *scan);
/* Tells two sets of rows apart, and does not depend on how rows are spread over files: run_folder.md says
 * what it is made of. */
fl_status fl_scan_digest(const struct fl_scan *scan, uint8_t digest[16], struct fl_error *error);
/* The index-th of its open files, NULL past the last; lent. */
const struct fl_table *fl_scan_table(const struct fl_scan *scan, size_t index);
/* Bytes of buffers that the scan may come to hold. */
uint64_t fl_scan_memory(const struct fl_scan *scan);
void fl_scan_close(struct fl_scan *scan);

#endif
