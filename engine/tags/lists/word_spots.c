/* word_spots.c - looks for each word of a keyword list in one folded message. */
#include "engine/tags/lists/word_spots.h"

#include <stdlib.h>

#include "engine/tags/letters.h"

fl_status fl_word_spots_open(struct fl_word_spots *spots, const struct fl_keywords *keywords,
                             const struct fl_fold *fold, struct fl_error *error)
{
    *spots = (struct fl_word_spots){.keywords = keywords, .fold = fold};
    spots->first = calloc(keywords->literal_count + 1, sizeof *spots->first);
    return spots->first == NULL ? fl_fail_memory(error, (keywords->literal_count + 1) * sizeof *spots->first)
                                : FL_OK;
}

void fl_word_spots_release(struct fl_word_spots *spots)
{
    free(spots->first);
    fl_buffer_release(&spots->spots);
    *spots = (struct fl_word_spots){.keywords = NULL};
}

/* Overlapping places count, so the search goes on one byte further. */
static bool find_literal(struct fl_word_spots *spots, struct fl_text literal)
{
    const struct fl_text text = spots->text;
    for (size_t from = 0; from < text.size;) {
        const char *found = memmem(text.bytes + from, text.size - from, literal.bytes, literal.size);
        if (found == NULL)
            break;
        const uint32_t spot = (uint32_t)(found - text.bytes);
        if (!fl_buffer_append(&spots->spots, &spot, sizeof spot))
            return false;
        from = spot + 1u;
    }
    return true;
}

fl_status fl_word_spots_find(struct fl_word_spots *spots, struct fl_text folded, struct fl_error *error)
{
    spots->text = folded;
    spots->spots.size = 0;
    for (size_t i = 0; i < spots->keywords->literal_count; i++) {
        spots->first[i] = spots->spots.size / sizeof(uint32_t);
        if (!find_literal(spots, spots->keywords->literals[i]))
            return fl_fail_memory(error, spots->spots.size);
    }
    spots->first[spots->keywords->literal_count] = spots->spots.size / sizeof(uint32_t);
    return FL_OK;
}

size_t fl_word_size(const struct fl_word_spots *spots, uint32_t word)
{
    return spots->keywords->literals[spots->keywords->words[word].literal].size;
}

const uint32_t *fl_word_spots_of(const struct fl_word_spots *spots, uint32_t word, size_t *count)
{
    const uint32_t literal = spots->keywords->words[word].literal;
    const size_t first = spots->first[literal];
    *count = spots->first[literal + 1] - first;
    return *count == 0 ? NULL : (const uint32_t *)(const void *)spots->spots.bytes + first;
}

bool fl_word_is_free(const struct fl_word_spots *spots, uint32_t word, uint32_t spot)
{
    const struct fl_keyword *keyword = &spots->keywords->words[word];
    return fl_stands_free(spots->fold, spots->text, spot, spot + fl_word_size(spots, word),
                          keyword->open_left, keyword->open_right);
}

bool fl_word_is_there(const struct fl_word_spots *spots, uint32_t word)
{
    uint32_t spot;
    return fl_word_behind(spots, word, 0, &spot);
}

/* How many of the rising spots lie in front of byte `at`. */
static size_t count_before(const uint32_t *spots, size_t count, size_t at)
{
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (spots[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool fl_word_before(const struct fl_word_spots *spots, uint32_t word, size_t from, uint32_t *spot)
{
    const size_t size = fl_word_size(spots, word);
    size_t count;
    const uint32_t *const list = fl_word_spots_of(spots, word, &count);
    if (from < size)
        return false;
    for (size_t i = count_before(list, count, from - size + 1); i-- > 0;) {
        if (!fl_word_is_free(spots, word, list[i]))
            continue;
        *spot = list[i];
        return true;
    }
    return false;
}

bool fl_word_behind(const struct fl_word_spots *spots, uint32_t word, size_t to, uint32_t *spot)
{
    size_t count;
    const uint32_t *const list = fl_word_spots_of(spots, word, &count);
    for (size_t i = count_before(list, count, to); i < count; i++) {
        if (!fl_word_is_free(spots, word, list[i]))
            continue;
        *spot = list[i];
        return true;
    }
    return false;
}

/* A gap that holds another has its words and more, so the nearest place on each side is enough. */
size_t fl_words_apart(const struct fl_word_spots *spots, uint32_t word, uint32_t spot, uint32_t other,
                      size_t most)
{
    const size_t end = spot + fl_word_size(spots, word);
    size_t fewest = SIZE_MAX;
    uint32_t partner;
    if (fl_word_behind(spots, other, end, &partner))
        fewest = fl_words_between(spots->fold, spots->text, end, partner, most);
    if (fl_word_before(spots, other, spot, &partner)) {
        const size_t words =
            fl_words_between(spots->fold, spots->text, partner + fl_word_size(spots, other), spot, most);
        fewest = words < fewest ? words : fewest;
    }
    return fewest;
}
