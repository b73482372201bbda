/* scan_merge.c - rows of several cursors, copied one behind the other into one chunk. */
#include "engine/scan_merge.h"

#include <assert.h>
#include <string.h>

/* A run of more rows is copied by memcpy(). */
enum { FEW_ROWS = 32 };

/* ---- the order of rows ---- */

/* Day and type as one number that sorts like the pair. */
static int64_t row_key(const struct fl_scan_cursor *cursor, uint32_t row)
{
    return (int64_t)cursor->day[row] * FL_TYPES_MAX + cursor->type[row];
}

static bool has_order(const struct fl_scan_cursor *cursor, uint32_t row)
{
    return cursor->has_order && cursor->order_null[row] == 0;
}

static int compare_rows(const struct fl_scan_cursor *a, uint32_t row_a, const struct fl_scan_cursor *b,
                        uint32_t row_b)
{
    const int64_t key_a = row_key(a, row_a), key_b = row_key(b, row_b);
    if (key_a != key_b)
        return key_a < key_b ? -1 : 1;
    const bool ordered_a = has_order(a, row_a), ordered_b = has_order(b, row_b);
    if (!ordered_a || !ordered_b)
        return (int)ordered_a - (int)ordered_b;
    return (a->order[row_a] > b->order[row_b]) - (a->order[row_a] < b->order[row_b]);
}

static bool goes_before(const struct fl_scan_cursor *a, uint32_t row_a, const struct fl_scan_cursor *b,
                        uint32_t row_b)
{
    const int64_t key_a = row_key(a, row_a), key_b = row_key(b, row_b);
    if (key_a != key_b) /* nearly always */
        return key_a < key_b;
    const int order = compare_rows(a, row_a, b, row_b);
    return order != 0 ? order < 0 : a->file < b->file;
}

/* ---- the chunk ---- */

void fl_scan_chunk_clear(struct fl_scan_chunk *chunk)
{
    chunk->rows = chunk->customer_count = 0;
    chunk->has_net = chunk->has_margin = chunk->has_promoted = false;
}

void fl_scan_chunk_end(struct fl_scan_chunk *chunk, int64_t customer)
{
    assert(chunk->customer_count < FL_CHUNK_CUSTOMERS);
    chunk->customers[chunk->customer_count] = customer;
    chunk->ends[chunk->customer_count++] = (uint32_t)chunk->rows;
}

struct fl_rows fl_scan_chunk_rows(const struct fl_scan_chunk *chunk)
{
    return (struct fl_rows){.day = chunk->day,
                            .type = chunk->type,
                            .order = chunk->order,
                            .order_null = chunk->order_null,
                            .net = chunk->has_net ? chunk->net : NULL,
                            .margin = chunk->has_margin ? chunk->margin : NULL,
                            .promoted = chunk->has_promoted ? chunk->promoted : NULL,
                            .arrival = chunk->wants_arrival ? chunk->arrival : NULL,
                            .count = chunk->rows};
}

/* `size_bytes` of values, or zeroes. Inline: the size is known where few rows are copied. */
static inline void copy_or_clear(void *to, const void *from, size_t size_bytes)
{
    if (from != NULL)
        memcpy(to, from, size_bytes);
    else
        memset(to, 0, size_bytes);
}

/* `rows` rows of the columns that are not always wanted. */
static inline void copy_wanted(struct fl_scan_chunk *chunk, size_t to, const struct fl_scan_cursor *cursor,
                               size_t from, size_t rows)
{
    if (chunk->wants_arrival)
        memcpy(chunk->arrival + to, (cursor->has_arrival ? cursor->arrival : cursor->day) + from,
               rows * sizeof *chunk->arrival);
    if (!chunk->wants_money)
        return;
    chunk->has_net |= cursor->has_net;
    chunk->has_margin |= cursor->has_margin;
    chunk->has_promoted |= cursor->has_promoted;
    copy_or_clear(chunk->net + to, cursor->has_net ? cursor->net + from : NULL, rows * sizeof *chunk->net);
    copy_or_clear(chunk->margin + to, cursor->has_margin ? cursor->margin + from : NULL,
                  rows * sizeof *chunk->margin);
    copy_or_clear(chunk->promoted + to, cursor->has_promoted ? cursor->promoted + from : NULL, rows);
}

static void copy_many(struct fl_scan_chunk *chunk, const struct fl_scan_cursor *cursor, uint32_t from,
                      uint32_t rows)
{
    memcpy(chunk->day + chunk->rows, cursor->day + from, rows * sizeof *chunk->day);
    memcpy(chunk->type + chunk->rows, cursor->type + from, rows);
    if (cursor->has_order) {
        memcpy(chunk->order + chunk->rows, cursor->order + from, rows * sizeof *chunk->order);
        memcpy(chunk->order_null + chunk->rows, cursor->order_null + from, rows);
    } else {
        memset(chunk->order_null + chunk->rows, 1, rows);
    }
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++) {
        if (cursor->word[scope] != NULL)
            memcpy(chunk->word[scope] + chunk->rows, cursor->word[scope] + from, rows * sizeof(uint32_t));
    }
    copy_wanted(chunk, chunk->rows, cursor, from, rows);
    chunk->rows += rows;
}

/* For runs of few rows: whole FL_SCAN_SLACK_ROWS rows are copied, some instructions each; the calls of
 * memcpy() for each column were a fifth of a run over daily files. */
static void copy_few(struct fl_scan_chunk *chunk, const struct fl_scan_cursor *cursor, uint32_t from,
                     uint32_t rows)
{
    enum { STEP = FL_SCAN_SLACK_ROWS };
    for (uint32_t done = 0; done < rows; done += STEP) {
        const size_t to = chunk->rows + done, row = from + done;
        memcpy(chunk->day + to, cursor->day + row, STEP * sizeof *chunk->day);
        memcpy(chunk->type + to, cursor->type + row, STEP);
        if (cursor->has_order) {
            memcpy(chunk->order + to, cursor->order + row, STEP * sizeof *chunk->order);
            memcpy(chunk->order_null + to, cursor->order_null + row, STEP);
        } else {
            memset(chunk->order_null + to, 1, STEP);
        }
        for (int scope = 0; scope < FL_WORDED_SCOPES; scope++) {
            if (cursor->word[scope] != NULL)
                memcpy(chunk->word[scope] + to, cursor->word[scope] + row, STEP * sizeof(uint32_t));
        }
        copy_wanted(chunk, to, cursor, row, STEP);
    }
    chunk->rows += rows;
}

/* Whether a run is the customer's last is asked once only, as each such question is answered wrongly as often
 * as there are customers. */
size_t fl_scan_chunk_join(struct fl_scan_chunk *chunk, struct fl_scan_cursor *const *cursors,
                          const struct fl_window_run *runs, size_t left)
{
    const struct fl_scan_cursor *before = NULL;
    const size_t rows_before = chunk->rows;
    uint32_t last_row = 0;
    size_t joined = 0;
    do {
        const struct fl_scan_cursor *cursor = cursors[runs[joined].cursor];
        const uint32_t from = fl_scan_cursor_run_start(cursor, runs[joined].run);
        const uint32_t to = cursor->run_ends[runs[joined].run], rows = to - from;
        if (rows > FL_CHUNK_ROWS - chunk->rows ||
            (before != NULL && !goes_before(before, last_row, cursor, from))) {
            chunk->rows = rows_before;
            return 0;
        }
        if (rows <= FEW_ROWS)
            copy_few(chunk, cursor, from, rows);
        else
            copy_many(chunk, cursor, from, rows);
        before = cursor;
        last_row = to - 1;
        joined++;
    } while (joined < left && runs[joined].customer == runs->customer);
    return joined;
}

/* ---- the heap of cursors ---- */

static bool before_by_row(const struct fl_scan_cursor *a, const struct fl_scan_cursor *b)
{
    return goes_before(a, a->row, b, b->row);
}

static void sift_down(struct fl_scan_merge *merge, size_t at)
{
    struct fl_scan_cursor **cursors = merge->cursors;
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < merge->count; child++) {
            if (before_by_row(cursors[child], cursors[least]))
                least = child;
        }
        if (least == at)
            return;
        struct fl_scan_cursor *moved = cursors[at];
        cursors[at] = cursors[least];
        cursors[least] = moved;
        at = least;
    }
}

void fl_scan_merge_add(struct fl_scan_merge *merge, struct fl_scan_cursor *cursor, size_t run)
{
    struct fl_scan_cursor **cursors = merge->cursors;
    size_t at = merge->count++;
    cursor->run = run;
    cursor->row = fl_scan_cursor_run_start(cursor, run);
    while (at > 0 && before_by_row(cursor, cursors[(at - 1) / 2])) {
        cursors[at] = cursors[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    cursors[at] = cursor;
}

/* The cursor that comes next after the first, or NULL. */
static const struct fl_scan_cursor *second(const struct fl_scan_merge *merge)
{
    if (merge->count < 2)
        return NULL;
    if (merge->count == 2 || before_by_row(merge->cursors[1], merge->cursors[2]))
        return merge->cursors[1];
    return merge->cursors[2];
}

/* How many rows of `cursor` may go before the next row of `other` (NULL: none waits), at least one, at most
 * `max`. */
static uint32_t stretch(const struct fl_scan_cursor *cursor, const struct fl_scan_cursor *other, uint32_t max)
{
    const uint32_t left = fl_scan_cursor_run_end(cursor) - cursor->row;
    const uint32_t most = left < max ? left : max;
    if (other == NULL)
        return most;
    uint32_t rows = 1;
    while (rows < most && compare_rows(cursor, cursor->row + rows, other, other->row) <= 0)
        rows++;
    return rows;
}

struct fl_scan_cursor *fl_scan_merge_step(struct fl_scan_merge *merge, struct fl_scan_chunk *chunk)
{
    assert(merge->count > 0 && chunk->rows < FL_CHUNK_ROWS);
    struct fl_scan_cursor *first = merge->cursors[0];
    const uint32_t rows = stretch(first, second(merge), (uint32_t)(FL_CHUNK_ROWS - chunk->rows));
    copy_many(chunk, first, first->row, rows);
    first->row += rows;
    const bool run_ended = first->row == fl_scan_cursor_run_end(first);
    if (run_ended)
        merge->cursors[0] = merge->cursors[--merge->count];
    sift_down(merge, 0);
    return run_ended && first->run + 1 == first->run_count ? first : NULL;
}
