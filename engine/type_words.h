/* type_words.h - the interaction types of a model as the words of a table. */
#ifndef ENGINE_TYPE_WORDS_H
#define ENGINE_TYPE_WORDS_H

#include "engine/model/registry.h"
#include "formats/table/word_union.h"

/* Built once from a registry; immutable, so threads may share it. */
struct fl_type_words {
    uint32_t of_type[FL_TYPES_MAX]; /* number of the name among all, sorted; FL_NO_WORD: no such type */
    unsigned count;
    uint32_t offsets[FL_TYPES_MAX + 1];
    char bytes[FL_TYPES_MAX * FL_TYPE_NAME_BYTES_MAX];
};

void fl_type_words_init(struct fl_type_words *words, const struct fl_registry *registry);
/* The names; lent. */
struct fl_words fl_type_words_all(const struct fl_type_words *words);

#endif
