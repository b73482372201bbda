/* type_words.c - the interaction types of a model as the words of a table. */
#include "engine/type_words.h"

#include <stdlib.h>
#include <string.h>

static int compare_names(const void *a, const void *b)
{
    return strcmp((*(const struct fl_interaction_type *const *)a)->name,
                  (*(const struct fl_interaction_type *const *)b)->name);
}

void fl_type_words_init(struct fl_type_words *words, const struct fl_registry *registry)
{
    const struct fl_interaction_type *sorted[FL_TYPES_MAX];
    uint32_t size = 0;
    words->count = 0;
    for (unsigned type = 0; type < FL_TYPES_MAX; type++) {
        words->of_type[type] = FL_NO_WORD;
        if (registry->types[type].known)
            sorted[words->count++] = &registry->types[type];
    }
    if (words->count > 1)
        qsort(sorted, words->count, sizeof sorted[0], compare_names);
    words->offsets[0] = 0;
    for (unsigned i = 0; i < words->count; i++) {
        const size_t length = strlen(sorted[i]->name);
        memcpy(words->bytes + size, sorted[i]->name, length);
        words->offsets[i + 1] = size += (uint32_t)length;
        words->of_type[sorted[i] - registry->types] = i;
    }
}

struct fl_words fl_type_words_all(const struct fl_type_words *words)
{
    return (struct fl_words){words->count, words->offsets, words->bytes};
}
