/* run_window.c - the next runs of several cursors, sorted by customer.
 *
 * Files of one day each hold a run of a row or two of each customer. A heap of cursors pays its log, with as
 * many unforeseeable branches, for each of these runs (70 ns with 30 files); sorting some thousands of them
 * at once by the bits in which their customers differ takes one pass for dense ids, five for hashes. */
#include "engine/run_window.h"

#include <assert.h>
#include <string.h>

/* Each cursor gives a like number of runs at most, so that all fit. */
static int64_t find_bound(struct fl_scan_cursor *const *cursors, size_t cursor_count)
{
    const size_t ahead = FL_WINDOW_RUNS / cursor_count;
    int64_t bound = INT64_MAX;
    for (size_t i = 0; i < cursor_count; i++) {
        const struct fl_scan_cursor *cursor = cursors[i];
        assert(cursor->taken < cursor->run_count);
        const size_t last = cursor->run_count - 1;
        const size_t at = last - cursor->taken < ahead ? last : cursor->taken + ahead;
        bound = cursor->run_customers[at] < bound ? cursor->run_customers[at] : bound;
    }
    return bound;
}

/* The bound is at most the customer of a run of each cursor, where its loop ends. */
static void gather(struct fl_run_window *window, struct fl_scan_cursor *const *cursors, size_t cursor_count,
                   int64_t bound)
{
    struct fl_window_run *to = window->buffers[0];
    for (size_t i = 0; i < cursor_count; i++) {
        struct fl_scan_cursor *cursor = cursors[i];
        const int64_t *customers = cursor->run_customers;
        size_t run = cursor->taken;
        for (; customers[run] < bound; run++)
            *to++ = (struct fl_window_run){customers[run], (uint32_t)i, (uint32_t)run};
        cursor->taken = run;
    }
    window->runs = window->buffers[0];
    window->count = (size_t)(to - window->buffers[0]);
}

/* One stable pass by the `bits` bits from `shift` on of how far a customer is behind `least`. */
static void sort_by_digit(struct fl_run_window *window, const struct fl_window_run *from,
                          struct fl_window_run *to, int64_t least, unsigned shift, unsigned bits)
{
    const uint64_t mask = (UINT64_C(1) << bits) - 1;
    uint32_t *starts = window->starts, start = 0;
    memset(starts, 0, sizeof *starts << bits);
    for (size_t i = 0; i < window->count; i++)
        starts[((uint64_t)from[i].customer - (uint64_t)least) >> shift & mask]++;
    for (size_t digit = 0; digit <= mask; digit++) {
        const uint32_t runs = starts[digit];
        starts[digit] = start;
        start += runs;
    }
    for (size_t i = 0; i < window->count; i++)
        to[starts[((uint64_t)from[i].customer - (uint64_t)least) >> shift & mask]++] = from[i];
}

static unsigned bits_of(uint64_t number)
{
    return number == 0 ? 0 : 64 - (unsigned)__builtin_clzll(number);
}

static void sort_by_customer(struct fl_run_window *window, int64_t least, int64_t bound)
{
    const unsigned bits = bits_of((uint64_t)bound - (uint64_t)least - 1);
    const unsigned passes = (bits + FL_WINDOW_DIGIT_BITS - 1) / FL_WINDOW_DIGIT_BITS;
    const unsigned digit_bits = passes == 0 ? 0 : (bits + passes - 1) / passes;
    for (unsigned pass = 0; pass < passes; pass++) {
        struct fl_window_run *to = window->buffers[(pass + 1) % 2];
        sort_by_digit(window, window->runs, to, least, pass * digit_bits, digit_bits);
        window->runs = to;
    }
}

int64_t fl_run_window_fill(struct fl_run_window *window, struct fl_scan_cursor *const *cursors,
                           size_t cursor_count)
{
    const int64_t bound = find_bound(cursors, cursor_count);
    int64_t least = INT64_MAX;
    size_t with_runs = 0;
    for (size_t i = 0; i < cursor_count; i++) {
        const int64_t customer = cursors[i]->run_customers[cursors[i]->taken];
        least = customer < least ? customer : least;
        with_runs += customer < bound;
    }
    window->next = 0;
    gather(window, cursors, cursor_count, bound);
    if (with_runs > 1) /* the runs of one cursor are sorted as they lie */
        sort_by_customer(window, least, bound);
    return bound;
}
