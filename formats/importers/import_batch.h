/* import_batch.h - the records of one chunk as packed rows, made by any thread, taken in by one. */
#ifndef FORMATS_IMPORTERS_IMPORT_BATCH_H
#define FORMATS_IMPORTERS_IMPORT_BATCH_H

#include "formats/importers/import_job.h"

enum {
    FL_IMPORT_CHUNK_BYTES = 1 << 20,  /* of input in a batch, or one record if that is larger */
    FL_IMPORT_BATCH_BYTES = 16 << 20, /* a batch takes at most, see the limits in import_batch.c */
    FL_IMPORT_BATCH_ODDS_MAX =
        64 << 10, /* records in a batch that are left to the thread which takes it in */
};

/* A record that is refused. It is read once more when its turn comes: then all that is said about it is said
 * in one place, whatever the number of threads. */
struct fl_import_odd {
    uint64_t rows_before; /* of the batch */
    size_t offset;        /* in `records` */
    int64_t line;         /* of the batch, from 0 */
};

struct fl_import_batch {
    struct fl_buffer storage; /* of the records */
    struct fl_text records;
    struct fl_buffer rows; /* packed one after the other, words as numbers of the batch's own pools */
    uint64_t row_count;
    struct fl_word_pool *pools[FL_ROW_COLUMNS_MAX]; /* as the job's */
    struct fl_buffer ids;                           /* see fl_import_batch_next_id() */
    struct fl_buffer odds;                          /* of struct fl_import_odd */
    struct fl_import_reason skips[FL_IMPORT_REASONS_MAX];
    size_t skip_count;
    uint64_t rows_skipped;
    size_t stopped_at; /* what comes from there on was not looked at: a fault, or a limit of the batch */
    int64_t line_count;
};

/* What one thread needs to make batches. */
struct fl_import_maker {
    const struct fl_import_job *job;
    struct fl_import_reading reading; /* with a reader of its own, and a mapping bound as the pass's */
};

/* How many batches there are for so many threads: each makes one, and others wait or are taken in. */
static inline size_t fl_import_batch_count(size_t threads)
{
    return threads + 2;
}

bool fl_import_batch_open(struct fl_import_batch *batch, const struct fl_import_job *job);
void fl_import_batch_release(struct fl_import_batch *batch);

fl_status fl_import_maker_open(struct fl_import_maker *maker, const struct fl_import_job *job,
                               const struct fl_import_reading *like, struct fl_error *error);
void fl_import_maker_close(struct fl_import_maker *maker);
/* Reads batch->records into the rest of the batch. Never fails: it stops instead. */
void fl_import_batch_make(struct fl_import_maker *maker, struct fl_import_batch *batch);

/* A text id of the batch; `line` counts from 0. */
struct fl_import_batch_id {
    int64_t key, line;
    struct fl_text text;
};
/* The next id from *at on, which is 0 at first; false at the end. */
bool fl_import_batch_next_id(const struct fl_import_batch *batch, size_t *at, struct fl_import_batch_id *id);

#endif
