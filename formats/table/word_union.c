/* word_union.c - the words of many files as one sorted list, so that numbers do not depend on files. */
#include "formats/table/word_union.h"

#include "formats/base/limits.h"

static bool append_word(struct fl_buffer *offsets, struct fl_buffer *bytes, struct fl_text word)
{
    const uint32_t end = (uint32_t)(bytes->size + word.size);
    return fl_buffer_append(bytes, word.bytes, word.size) && fl_buffer_append(offsets, &end, sizeof end);
}

/* Both lists are sorted: one walk over the two. */
static bool merge(const struct fl_words *a, const struct fl_words *b, struct fl_buffer *offsets,
                  struct fl_buffer *bytes)
{
    const uint32_t start = 0;
    size_t at_a = 0, at_b = 0;
    if (!fl_buffer_append(offsets, &start, sizeof start))
        return false;
    while (at_a < a->count || at_b < b->count) {
        const int order = at_a == a->count   ? 1
                          : at_b == b->count ? -1
                                             : fl_text_compare(fl_words_at(a, at_a), fl_words_at(b, at_b));
        if (!append_word(offsets, bytes, order <= 0 ? fl_words_at(a, at_a) : fl_words_at(b, at_b)))
            return false;
        at_a += order <= 0;
        at_b += order >= 0;
    }
    return true;
}

static fl_status check_limits(const struct fl_buffer *offsets, const struct fl_buffer *bytes,
                              struct fl_error *error)
{
    const size_t count = offsets->size / sizeof(uint32_t) - 1;
    if (count > FL_DICTIONARY_WORDS_MAX)
        return fl_fail(error, FL_LIMIT, "%zu distinct words in all files, at most %u", count,
                       FL_DICTIONARY_WORDS_MAX);
    if (bytes->size > FL_DICTIONARY_BYTES_MAX)
        return fl_fail(error, FL_LIMIT, "%zu bytes of distinct words in all files, at most %u", bytes->size,
                       FL_DICTIONARY_BYTES_MAX);
    return FL_OK;
}

fl_status fl_word_union_add(struct fl_word_union *all, const struct fl_words *words, struct fl_error *error)
{
    struct fl_buffer offsets = {0}, bytes = {0};
    if (words->count == 0)
        return FL_OK;
    /* Each list is within the limits of a file, so 32 bits hold the sum of two. */
    fl_status status = merge(&all->words, words, &offsets, &bytes) ? check_limits(&offsets, &bytes, error)
                                                                   : fl_fail_memory(error, bytes.size);
    if (status != FL_OK) {
        fl_buffer_release(&offsets);
        fl_buffer_release(&bytes);
        return status;
    }
    fl_word_union_release(all);
    all->offsets = offsets;
    all->bytes = bytes;
    all->words = (struct fl_words){offsets.size / sizeof(uint32_t) - 1,
                                   (const uint32_t *)(const void *)offsets.bytes, (const char *)bytes.bytes};
    return FL_OK;
}

void fl_word_union_map(const struct fl_word_union *all, const struct fl_words *words, uint32_t *numbers)
{
    size_t at = 0;
    for (size_t i = 0; i < words->count; i++) {
        const struct fl_text word = fl_words_at(words, i);
        while (at < all->words.count && fl_text_compare(fl_words_at(&all->words, at), word) < 0)
            at++;
        const bool there = at < all->words.count && fl_text_equal(fl_words_at(&all->words, at), word);
        numbers[i] = there ? (uint32_t)at : FL_NO_WORD;
    }
}

void fl_word_union_release(struct fl_word_union *all)
{
    fl_buffer_release(&all->offsets);
    fl_buffer_release(&all->bytes);
    *all = (struct fl_word_union){0};
}
