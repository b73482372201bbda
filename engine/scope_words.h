/* scope_words.h - which brand, category, product each row of a data folder belongs to. */
#ifndef ENGINE_SCOPE_WORDS_H
#define ENGINE_SCOPE_WORDS_H

#include "engine/products.h"

/* One interactions file: united numbers by the file's own numbers; NULL where a scope is not wanted. */
struct fl_file_words {
    uint32_t *own[FL_WORDED_SCOPES];        /* of the row's brand, category, product */
    uint32_t *of_product[FL_PRODUCT_WORDS]; /* of its product; FL_NO_WORD: the product has none */
};

struct fl_scope_words {
    bool wanted[FL_WORDED_SCOPES];
    struct fl_word_union words[FL_WORDED_SCOPES];
    struct fl_file_words *files; /* one for each file of the folder */
    size_t file_count;
    uint64_t memory_bytes; /* that all of this holds */
};

/* Reads the dictionaries of all interactions and products files. */
fl_status fl_scope_words_open(const struct fl_data_folder *folder, enum fl_io_mode io_mode,
                              const bool wanted[FL_WORDED_SCOPES], struct fl_scope_words *words,
                              struct fl_error *error);
/* Zeroed is fine. */
void fl_scope_words_release(struct fl_scope_words *words);

#endif
