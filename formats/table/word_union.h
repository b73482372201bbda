/* word_union.h - the words of many files as one sorted list, so that numbers do not depend on files. */
#ifndef FORMATS_TABLE_WORD_UNION_H
#define FORMATS_TABLE_WORD_UNION_H

#include "formats/base/arena.h"
#include "formats/base/status.h"
#include "formats/table/table_writer.h"

#define FL_NO_WORD UINT32_MAX

/* Zero-initialise; release once. */
struct fl_word_union {
    struct fl_words words; /* sorted, distinct; into the two buffers */
    struct fl_buffer offsets, bytes;
};

/* Adds the sorted words of one file. FL_LIMIT: more than FL_DICTIONARY_WORDS_MAX words or
 * FL_DICTIONARY_BYTES_MAX bytes together. On failure the union is as it was. */
fl_status fl_word_union_add(struct fl_word_union *all, const struct fl_words *words, struct fl_error *error);
/* numbers[i] = place of words[i] in the union, FL_NO_WORD when it is not there. */
void fl_word_union_map(const struct fl_word_union *all, const struct fl_words *words, uint32_t *numbers);
void fl_word_union_release(struct fl_word_union *all);

#endif
