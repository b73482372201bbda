/* word_pool.h - the distinct words of one column while an import collects them, numbered as they come. */
#ifndef FORMATS_IMPORTERS_WORD_POOL_H
#define FORMATS_IMPORTERS_WORD_POOL_H

#include <stdbool.h>

#include "formats/base/limits.h"
#include "formats/base/status.h"
#include "formats/table/table_writer.h"

struct fl_word_pool;

struct fl_word_pool *fl_word_pool_create(void); /* NULL: no memory */
void fl_word_pool_free(struct fl_word_pool *pool);

/* The number of `word`, a new one when it was not there. False: no memory. Not after fl_word_pool_seal(). */
bool fl_word_pool_intern(struct fl_word_pool *pool, struct fl_text word, uint32_t *number, bool *is_new);
/* Borrowed until the next intern, seal or clear. */
struct fl_text fl_word_pool_text(const struct fl_word_pool *pool, uint32_t number);
/* By the words' bytes; quick once the pool is sealed. */
int fl_word_pool_compare(const struct fl_word_pool *pool, uint32_t a, uint32_t b);

/* Sorts the words; *words lives until clear or free. */
fl_status fl_word_pool_seal(struct fl_word_pool *pool, struct fl_words *words, struct fl_error *error);
/* The place of each word, by its number, in the sorted dictionary; only after seal. */
const uint32_t *fl_word_pool_ranks(const struct fl_word_pool *pool);
/* Back to an open, empty pool. */
void fl_word_pool_clear(struct fl_word_pool *pool);
/* The same for a pool that is open, keeping its memory for the next words. */
void fl_word_pool_reset(struct fl_word_pool *pool);
/* Words so far: their numbers are below it. */
size_t fl_word_pool_count(const struct fl_word_pool *pool);

/* When the pools of one table file count as full. The rule looks at the words alone, never at the memory that
 * an import may use, so that equal input is cut into equal files on every machine. */
struct fl_word_limits {
    size_t words_max;    /* of one pool */
    size_t bytes_max;    /* of one pool's words */
    size_t together_max; /* of all pools, as fl_word_pool_cost() counts */
};

/* One more row adds at most one word to a pool, so stopping a word's length early keeps both format limits.
 * The 32 MiB together leave room for sorting within the smallest --memory. */
#define FL_WORD_LIMITS                                                                                       \
    ((struct fl_word_limits){FL_DICTIONARY_WORDS_MAX, FL_DICTIONARY_BYTES_MAX - FL_WORD_BYTES_MAX, 32u << 20})

/* Bytes of the words and of the tables behind them. */
size_t fl_word_pool_cost(const struct fl_word_pool *pool);
/* NULL entries are columns without a pool. */
bool fl_word_pools_full(struct fl_word_pool *const *pools, size_t count, const struct fl_word_limits *limits);

#endif
