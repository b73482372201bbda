/* scan_merge.h - rows of several cursors, copied one behind the other into one chunk. */
#ifndef ENGINE_SCAN_MERGE_H
#define ENGINE_SCAN_MERGE_H

#include "engine/run_window.h"
#include "engine/scan_cursor.h"

enum { FL_CHUNK_ROWS = 16384, FL_CHUNK_CUSTOMERS = 1024 };

/* Rows of customers of several files, merged; behind them room for what is copied too much. */
struct fl_scan_chunk {
    int32_t day[FL_CHUNK_ROWS + FL_SCAN_SLACK_ROWS];
    uint8_t type[FL_CHUNK_ROWS + FL_SCAN_SLACK_ROWS];
    int64_t order[FL_CHUNK_ROWS + FL_SCAN_SLACK_ROWS];
    uint8_t order_null[FL_CHUNK_ROWS + FL_SCAN_SLACK_ROWS];
    uint32_t word[FL_WORDED_SCOPES][FL_CHUNK_ROWS + FL_SCAN_SLACK_ROWS];
    int64_t net[FL_CHUNK_ROWS + FL_SCAN_SLACK_ROWS], margin[FL_CHUNK_ROWS + FL_SCAN_SLACK_ROWS];
    uint8_t promoted[FL_CHUNK_ROWS + FL_SCAN_SLACK_ROWS];
    int32_t arrival[FL_CHUNK_ROWS + FL_SCAN_SLACK_ROWS];
    bool wants_money, wants_arrival;
    bool has_net, has_margin, has_promoted; /* a row that was copied came with it; the others have 0 */
    size_t rows;
    int64_t customers[FL_CHUNK_CUSTOMERS];
    uint32_t ends[FL_CHUNK_CUSTOMERS];
    size_t customer_count;
};

void fl_scan_chunk_clear(struct fl_scan_chunk *chunk);
/* The rows behind those of the customer before are all of `customer`. */
void fl_scan_chunk_end(struct fl_scan_chunk *chunk, int64_t customer);
/* All rows; lent. */
struct fl_rows fl_scan_chunk_rows(const struct fl_scan_chunk *chunk);
/* Copies the runs of the first customer of the `left` runs, whose cursors are numbers in `cursors`, one
 * behind the other, behind what the chunk holds; returns how many. 0, with nothing copied, when their rows
 * lie between one another, or there is no room. */
size_t fl_scan_chunk_join(struct fl_scan_chunk *chunk, struct fl_scan_cursor *const *cursors,
                          const struct fl_window_run *runs, size_t left);

/* Cursors that stand in a run of the same customer: a heap by (day, type, order), then by file. `cursors` is
 * the owner's, with room for all. */
struct fl_scan_merge {
    struct fl_scan_cursor **cursors;
    size_t count;
};

/* Puts the cursor's run `run` among them. */
void fl_scan_merge_add(struct fl_scan_merge *merge, struct fl_scan_cursor *cursor, size_t run);
/* Copies the next rows, as many as lie together; requires count > 0 and room in the chunk. Returns the cursor
 * whose block ended with them, which is no longer among them: the customer may go on in its next block. NULL:
 * none did. */
struct fl_scan_cursor *fl_scan_merge_step(struct fl_scan_merge *merge, struct fl_scan_chunk *chunk);

#endif
