/* scan_pass.h - one pass over the rows of all customers of a data folder, on several threads. */
#ifndef ENGINE_SCAN_PASS_H
#define ENGINE_SCAN_PASS_H

#include "engine/scan.h"

struct fl_scan_pass_plan {
    struct fl_scan_plan scan; /* its progress is called by one thread at a time */
    unsigned threads;         /* at most; 0 is 1 */
    uint32_t range_rows;      /* of the ranges threads take; 0: the usual */
};

/* What becomes of the rows: each thread has a collector of its own. */
struct fl_scan_taker {
    /* Rows of the customer in hand, in their order, cut anywhere; words of each row as in a piece, NULL where
     * not wanted. Lent. */
    fl_status (*add)(void *collector, const struct fl_rows *rows,
                     const uint32_t *const words[FL_WORDED_SCOPES], struct fl_error *error);
    /* All rows of the customer were added. */
    fl_status (*end)(void *collector, int64_t customer, struct fl_error *error);
};

struct fl_scan_pass;

/* As many threads as are wanted, but no more than there are ranges, or buffers for within a quarter of
 * scan.memory_bytes. What the plan points to is borrowed until close. */
fl_status fl_scan_pass_open(const struct fl_scan_pass_plan *plan, struct fl_scan_pass **pass,
                            struct fl_error *error);
/* NULL is fine. */
void fl_scan_pass_close(struct fl_scan_pass *pass);
size_t fl_scan_pass_threads(const struct fl_scan_pass *pass);
/* What the scans leave of scan.memory_bytes. */
uint64_t fl_scan_pass_memory_left(const struct fl_scan_pass *pass);
/* FL_LIMIT where what collectors hold of `what` needs more than `most_bytes`. */
fl_status fl_scan_pass_check_memory(const char *what, size_t threads, uint64_t needed_bytes,
                                    uint64_t most_bytes, struct fl_error *error);
/* Once; an array of collectors, one for each thread. Customers rise within a range and ranges are dealt out
 * as threads come: which collector has which customer is chance. Of several failures that of the first
 * customers is returned. */
fl_status fl_scan_pass_run(struct fl_scan_pass *pass, const struct fl_scan_taker *taker, void *collectors,
                           size_t collector_size, struct fl_error *error);
/* Of all threads; `customers` stays 0. */
struct fl_run_counts fl_scan_pass_counts(const struct fl_scan_pass *pass);

#endif
