/* word_dictionary.c - the words that a column chunk uses, numbered as they appear. */
#include "formats/parquet/word_dictionary.h"

#include <assert.h>
#include <stdlib.h>

enum { LENGTH_BYTES = 4 };

fl_status fl_word_dictionary_open(struct fl_word_dictionary *dictionary, const struct fl_parquet_words *words,
                                  struct fl_error *error)
{
    const size_t room = words->count > 0 ? words->count : 1;
    *dictionary = (struct fl_word_dictionary){0};
    dictionary->numbers = malloc(room * sizeof *dictionary->numbers);
    dictionary->index_of = calloc(room, sizeof *dictionary->index_of);
    if (dictionary->numbers != NULL && dictionary->index_of != NULL)
        return FL_OK;
    fl_word_dictionary_release(dictionary);
    return fl_fail_memory(error, room * (sizeof *dictionary->numbers + sizeof *dictionary->index_of));
}

void fl_word_dictionary_release(struct fl_word_dictionary *dictionary)
{
    free(dictionary->numbers);
    free(dictionary->index_of);
    *dictionary = (struct fl_word_dictionary){0};
}

/* Takes the words from index `count` on away again. */
static void forget(struct fl_word_dictionary *dictionary, uint32_t count)
{
    for (uint32_t i = count; i < dictionary->count; i++)
        dictionary->index_of[dictionary->numbers[i]] = 0;
    dictionary->count = count;
}

void fl_word_dictionary_reset(struct fl_word_dictionary *dictionary)
{
    forget(dictionary, 0);
    dictionary->bytes = 0;
}

bool fl_word_dictionary_find(struct fl_word_dictionary *dictionary, const struct fl_parquet_words *words,
                             const uint32_t *values, size_t count, size_t bytes_max, uint32_t *indices)
{
    const uint32_t count_before = dictionary->count;
    size_t bytes = dictionary->bytes;
    for (size_t i = 0; i < count; i++) {
        assert(values[i] < words->count);
        uint32_t *index = &dictionary->index_of[values[i]];
        if (*index == 0) {
            bytes += LENGTH_BYTES + fl_parquet_word(words, values[i]).size;
            dictionary->numbers[dictionary->count] = values[i];
            *index = ++dictionary->count;
        }
        indices[i] = *index - 1;
    }
    if (bytes > bytes_max) {
        forget(dictionary, count_before);
        return false;
    }
    dictionary->bytes = bytes;
    return true;
}
