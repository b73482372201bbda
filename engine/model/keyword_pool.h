/* keyword_pool.h - the distinct words of a keyword list while it is read. */
#ifndef ENGINE_MODEL_KEYWORD_POOL_H
#define ENGINE_MODEL_KEYWORD_POOL_H

#include "engine/model/keyword_cells.h"
#include "engine/model/keywords.h"

/* A distinct folded text with the four words that it can be, as number + 1; 0: not seen. */
struct fl_pool_literal {
    struct fl_text text;
    uint64_t hash;
    uint32_t word[4];
};

struct fl_keyword_pool {
    const struct fl_fold *fold;
    struct fl_arena *arena;           /* of the literals' bytes */
    struct fl_buffer literals, words; /* struct fl_pool_literal, struct fl_keyword */
    uint32_t *slots;                  /* literal + 1, or 0; at most half of them are taken */
    size_t slot_count;                /* 0 or a power of two */
    struct fl_buffer raw, folded;     /* one word's */
};

/* Both are borrowed until release. */
void fl_keyword_pool_init(struct fl_keyword_pool *pool, const struct fl_fold *fold, struct fl_arena *arena);
void fl_keyword_pool_release(struct fl_keyword_pool *pool);
/* Folds the word, gives its number. FL_BAD_MODEL: `trouble` says why not, `error` is as it was. */
fl_status fl_keyword_pool_add(struct fl_keyword_pool *pool, const struct fl_cell_word *word, uint32_t *number,
                              struct fl_cell_trouble *trouble, struct fl_error *error);
/* Gives literals and words to `keywords`, sorted, in memory of the arena; *renumbered[old number] is a word's
 * new one, in memory of the arena too. */
fl_status fl_keyword_pool_finish(struct fl_keyword_pool *pool, struct fl_keywords *keywords,
                                 const uint32_t **renumbered, struct fl_error *error);

#endif
