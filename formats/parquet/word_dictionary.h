/* word_dictionary.h - the words that a column chunk uses, numbered as they appear. */
#ifndef FORMATS_PARQUET_WORD_DICTIONARY_H
#define FORMATS_PARQUET_WORD_DICTIONARY_H

#include <stdbool.h>

#include "formats/base/status.h"
#include "formats/base/text.h"

/* A vocabulary: sorted by bytes, without repeats; offsets has count + 1 entries into bytes. */
struct fl_parquet_words {
    uint32_t count;
    const uint32_t *offsets;
    const char *bytes;
};
static inline struct fl_text fl_parquet_word(const struct fl_parquet_words *words, uint32_t number)
{
    return (struct fl_text){words->bytes + words->offsets[number],
                            words->offsets[number + 1] - words->offsets[number]};
}

struct fl_word_dictionary {
    uint32_t count;
    uint32_t *numbers;  /* of the words that are used */
    uint32_t *index_of; /* for each word of the vocabulary: its index in `numbers` plus 1, 0 = not used yet */
    size_t bytes;       /* of the used words, with four more for each */
};

/* Takes memory for a vocabulary, released once. On failure nothing is left. */
fl_status fl_word_dictionary_open(struct fl_word_dictionary *dictionary, const struct fl_parquet_words *words,
                                  struct fl_error *error);
/* Empties it, keeps its memory. */
void fl_word_dictionary_reset(struct fl_word_dictionary *dictionary);
/* The index of each of `values`, numbers of words, new ones included. False: the words used take more than
 * bytes_max; what was there before is still there, and nothing was added. */
bool fl_word_dictionary_find(struct fl_word_dictionary *dictionary, const struct fl_parquet_words *words,
                             const uint32_t *values, size_t count, size_t bytes_max, uint32_t *indices);
void fl_word_dictionary_release(struct fl_word_dictionary *dictionary);

#endif
