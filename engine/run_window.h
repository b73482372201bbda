/* run_window.h - the next runs of several cursors, sorted by customer. */
#ifndef ENGINE_RUN_WINDOW_H
#define ENGINE_RUN_WINDOW_H

#include "engine/scan_cursor.h"

/* 8192 runs of 16 bytes, twice, stay in a core's own cache beside the rows they lead to. */
enum { FL_WINDOW_RUNS = 8192, FL_WINDOW_DIGIT_BITS = 12 };
_Static_assert(FL_FILES_MAX <= FL_WINDOW_RUNS, "each cursor may bring a run");

struct fl_window_run {
    int64_t customer;
    uint32_t cursor, run; /* index in the cursors the window was filled from; in the cursor's block */
};

struct fl_run_window {
    struct fl_window_run buffers[2][FL_WINDOW_RUNS];
    uint32_t starts[1u << FL_WINDOW_DIGIT_BITS]; /* while sorting: where the runs of a digit go */
    const struct fl_window_run *runs;            /* the sorted ones; lies in one of the buffers */
    size_t count, next;                          /* next: the first that the reader has not dealt with */
};

/* Takes runs of the cursors, each of which has one left that no window took: all of the next customers, up to
 * a bound. Runs of one customer keep the order of their cursors. The last customer of a cursor's block is
 * never passed, since the next block may go on with it: the window is left empty when the least customer is
 * the last of a block. Returns the least customer that was not taken. */
int64_t fl_run_window_fill(struct fl_run_window *window, struct fl_scan_cursor *const *cursors,
                           size_t cursor_count);

/* How many of the runs from `next` on are of its customer; requires next < count. */
static inline size_t fl_run_window_same(const struct fl_run_window *window)
{
    const int64_t customer = window->runs[window->next].customer;
    size_t end = window->next + 1;
    while (end < window->count && window->runs[end].customer == customer)
        end++;
    return end - window->next;
}

#endif
