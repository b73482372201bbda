/* scan_cursor.h - the rows of one interactions file that count, block by block, as runs of customers. */
#ifndef ENGINE_SCAN_CURSOR_H
#define ENGINE_SCAN_CURSOR_H

#include "engine/money.h"
#include "engine/scope_words.h"
#include "engine/score.h"
#include "formats/table/table_reader.h"

/* Which rows count, and why others do not. */
struct fl_row_rules {
    const struct fl_registry *registry;
    int32_t as_of_day;
    enum fl_view view;
    int32_t late_report_days;
    int64_t customer_first, customer_last; /* other customers are passed by, uncounted */
    /* With several nights of days one behind the other, the last as of as_of_day: what each makes of the rows
     * up to that day that do not count; one of each night, 0: there is one night. */
    struct fl_run_counts *nights;
    size_t night_count;
};

/* Work space for decoding, shared by all cursors of a scan: a cursor keeps only what it needs of a block. */
struct fl_scan_pages {
    struct fl_column_scratch scratch;
    struct fl_column_data arrival, word, product, currency, discount;
    struct fl_buffer covered; /* a byte a row: its type is in the block's map */
    struct fl_buffer nulls;   /* of amounts */
};
void fl_scan_pages_release(struct fl_scan_pages *pages);

/* What a cursor gives beside the rows' day, type and order. What is pointed to is borrowed. */
struct fl_cursor_wants {
    const struct fl_file_words *words; /* NULL: no words */
    const struct fl_money *money;      /* NULL: no money */
    bool arrival;
};

/* Allocated behind the rows of a block, so that a few rows can be copied at once without asking how many. */
enum { FL_SCAN_SLACK_ROWS = 4 };

/* One file. The block in hand is arrays of the rows that count, decoded in place and cut into runs of one
 * customer each; `run`, `row` are where the reader of the cursor stands: row < run_ends[run] while rows are
 * left. */
struct fl_scan_cursor {
    struct fl_table *table;
    size_t file;       /* index in the scan, to order what is equal */
    int32_t first_day; /* of all its rows */
    struct fl_cursor_wants wants;
    struct fl_file_money money;
    size_t next_block;
    void *memory; /* all arrays below lie in it */
    int32_t *day;
    uint8_t *type;
    int64_t *order;
    uint8_t *order_null;
    uint32_t *word[FL_WORDED_SCOPES]; /* united numbers; NULL where a scope is not wanted */
    int64_t *net, *margin;            /* NULL: not wanted, or the file has none */
    uint8_t *promoted;
    int32_t *arrival;
    bool has_order, has_net, has_margin, has_promoted, has_arrival; /* of the block in hand: are filled */
    size_t block_runs;      /* runs of the block as the file has them */
    int64_t *run_customers; /* of these; then of those with a row that counts */
    uint32_t *run_ends;
    size_t run_count, run;
    size_t taken; /* runs in front of it are no longer the cursor's to give: the merge has taken them */
    uint32_t row;
};

/* Takes the open table over (closed by fl_scan_cursor_close(), also after a failure) and allocates for its
 * largest block. */
fl_status fl_scan_cursor_open(struct fl_scan_cursor *cursor, struct fl_table *table, size_t file,
                              const struct fl_cursor_wants *wants, struct fl_error *error);
void fl_scan_cursor_close(struct fl_scan_cursor *cursor);
/* Bytes of buffers a cursor over `table` may come to hold. */
uint64_t fl_scan_cursor_memory(const struct fl_table *table, const struct fl_cursor_wants *wants);

/* Goes back or on to where the customers from `customer_first` on begin; the next load is there. */
void fl_scan_cursor_seek(struct fl_scan_cursor *cursor, int64_t customer_first);
/* Goes to the next block that holds a row that counts; adds every row passed to `counts`. *more is false at
 * the end of the file. Errors carry path, block and column. */
fl_status fl_scan_cursor_load(struct fl_scan_cursor *cursor, const struct fl_row_rules *rules,
                              struct fl_scan_pages *pages, struct fl_run_counts *counts, bool *more,
                              struct fl_error *error);

/* All rows of the block in hand up to row `to`; lent. */
struct fl_rows fl_scan_cursor_rows(const struct fl_scan_cursor *cursor, uint32_t to);

static inline int64_t fl_scan_cursor_customer(const struct fl_scan_cursor *cursor)
{
    return cursor->run_customers[cursor->run];
}
static inline uint32_t fl_scan_cursor_run_start(const struct fl_scan_cursor *cursor, size_t run)
{
    return run == 0 ? 0 : cursor->run_ends[run - 1];
}
static inline uint32_t fl_scan_cursor_run_end(const struct fl_scan_cursor *cursor)
{
    return cursor->run_ends[cursor->run];
}

#endif
