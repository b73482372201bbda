/* result_words.h - the columns of results whose words are fixed: bands, trends, stages, tiers ... */
#ifndef ENGINE_RESULT_WORDS_H
#define ENGINE_RESULT_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "formats/base/text.h"
#include "formats/table/table_writer.h"

enum { FL_RESULT_WORDS_MAX = 8 }; /* in one list */

/* Sorted; a word's number is its place. */
struct fl_result_words {
    const char *const *words;
    size_t count; /* 0: the column's words are not fixed */
};

/* Of a column of the customers table; the other tables share them. */
struct fl_result_words fl_result_words_of(uint16_t column_id);
/* FL_NO_WORD: not in the list. */
uint32_t fl_result_words_find(struct fl_result_words list, struct fl_text word);

/* Such a list as a dictionary for a table writer, which points into it. */
struct fl_result_dictionary {
    uint32_t offsets[FL_RESULT_WORDS_MAX + 1];
    char bytes[128];
};
struct fl_words fl_result_dictionary_fill(struct fl_result_words list,
                                          struct fl_result_dictionary *dictionary);

#endif
