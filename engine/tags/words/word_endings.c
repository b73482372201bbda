/* word_endings.c - groups of literals with one ending, walked backwards through the text from where it was
 * seen. */
#include "engine/tags/words/word_endings.h"

#include <assert.h>
#include <stdlib.h>

static unsigned char from_behind(const struct fl_ended_literal *literal, size_t place)
{
    return (unsigned char)literal->bytes[literal->size - 1 - place];
}

static int by_last_bytes(const void *a, const void *b)
{
    const struct fl_ended_literal *left = a, *right = b;
    const size_t common = left->size < right->size ? left->size : right->size;
    for (size_t i = 0; i < common; i++) {
        const int difference = from_behind(left, i) - from_behind(right, i);
        if (difference != 0)
            return difference;
    }
    return left->size < right->size ? -1 : left->size > right->size;
}

/* ---- made ---- */

static uint32_t ending_size(const struct fl_ended_literal *literal)
{
    return literal->size < FL_WORD_ENDING_BYTES ? literal->size : FL_WORD_ENDING_BYTES;
}

static bool has_same_ending(const struct fl_ended_literal *a, const struct fl_ended_literal *b)
{
    const uint32_t size = ending_size(a);
    return size == ending_size(b) && memcmp(a->bytes + a->size - size, b->bytes + b->size - size, size) == 0;
}

static void copy_literals(struct fl_word_endings *endings, const struct fl_text *literals, size_t count)
{
    char *bytes = endings->bytes;
    for (size_t i = 0; i < count; i++) {
        assert(literals[i].size > 0);
        memcpy(bytes, literals[i].bytes, literals[i].size);
        endings->literals[i] = (struct fl_ended_literal){bytes, (uint32_t)literals[i].size, (uint32_t)i};
        bytes += literals[i].size;
    }
}

static void group(struct fl_word_endings *endings, size_t literal_count)
{
    for (size_t i = 0; i < literal_count; i++) {
        const struct fl_ended_literal *literal = &endings->literals[i];
        struct fl_word_ending *newest = &endings->endings[endings->count];
        if (i > 0 && has_same_ending(literal - 1, literal)) {
            newest[-1].count++;
            newest[-1].alone = FL_NOT_ALONE;
            continue;
        }
        const uint32_t size = ending_size(literal);
        *newest = (struct fl_word_ending){
            .size = size,
            .alone = literal->size == size ? literal->literal : FL_NOT_ALONE,
            .first = (uint32_t)i,
            .count = 1,
        };
        endings->count++;
    }
}

fl_status fl_word_endings_make(const struct fl_text *literals, size_t count, struct fl_word_endings *endings,
                               struct fl_error *error)
{
    assert(count > 0);
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += literals[i].size;
    *endings = (struct fl_word_endings){
        .literals = malloc(count * sizeof *endings->literals),
        .endings = malloc(count * sizeof *endings->endings),
        .bytes = malloc(bytes),
    };
    if (endings->literals == NULL || endings->endings == NULL || endings->bytes == NULL) {
        fl_word_endings_release(endings);
        return fl_fail_memory(error, count * (sizeof *endings->literals + sizeof *endings->endings) + bytes);
    }
    copy_literals(endings, literals, count);
    qsort(endings->literals, count, sizeof *endings->literals, by_last_bytes);
    group(endings, count);
    return FL_OK;
}

void fl_word_endings_release(struct fl_word_endings *endings)
{
    free(endings->literals);
    free(endings->endings);
    free(endings->bytes);
    *endings = (struct fl_word_endings){0};
}

struct fl_text fl_word_ending_text(const struct fl_word_endings *endings, size_t ending)
{
    const struct fl_word_ending *at = &endings->endings[ending];
    const struct fl_ended_literal *literal = &endings->literals[at->first];
    return (struct fl_text){literal->bytes + literal->size - at->size, at->size};
}

/* ---- used ---- */

/* Touches nothing on the sides on which the literal must not. */
static bool stands_apart(const struct fl_word_finds *finds, unsigned closed, const char *from, const char *to)
{
    const uint8_t *touches = finds->sieve->touches;
    return ((closed & FL_CLOSED_LEFT) == 0 || (touches[(unsigned char)from[-1]] & 1) == 0) &&
           ((closed & FL_CLOSED_RIGHT) == 0 || (touches[(unsigned char)*to] & 1) == 0);
}

static bool put(uint32_t literal, size_t size, size_t to, const struct fl_word_finds *finds)
{
    const struct fl_word_place place = {literal, (uint32_t)(to - size)};
    struct fl_buffer *places = finds->places;
    if (places->capacity - places->size < sizeof place)
        return fl_buffer_append(places, &place, sizeof place);
    memcpy(places->bytes + places->size, &place, sizeof place);
    places->size += sizeof place;
    return true;
}

static inline bool add(uint32_t literal, size_t size, size_t to, const struct fl_word_finds *finds)
{
    if (finds->sieve != NULL) {
        const unsigned closed = finds->sieve->closed[literal];
        if ((closed & FL_CLOSED) != 0 ||
            !stands_apart(finds, closed, finds->bytes + to - size, finds->bytes + to))
            return true;
    }
    return put(literal, size, to, finds);
}

/* The first of first .. end - 1 whose byte that far from behind is not below `byte`. */
static const struct fl_ended_literal *lower_bound(const struct fl_ended_literal *first,
                                                  const struct fl_ended_literal *end, size_t place,
                                                  unsigned byte)
{
    size_t count = (size_t)(end - first);
    while (count > 0) {
        const size_t half = count / 2;
        if (from_behind(first + half, place) < byte) {
            first += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return first;
}

/* All of first .. end - 1 have their last `seen` bytes before `to`. They are in order of what stands before
 * these, so each byte of the text narrows them down by halves: a hundred thousand with one ending cost
 * little. */
static bool walk_back(const struct fl_ended_literal *first, const struct fl_ended_literal *end, size_t seen,
                      size_t to, const struct fl_word_finds *finds)
{
    const char *bytes = finds->bytes;
    for (; end - first > 1; seen++) {
        if (first->size == seen) {
            if (!add(first->literal, seen, to, finds))
                return false;
            first++;
        }
        if (seen == to)
            return true;
        const unsigned byte = (unsigned char)bytes[to - 1 - seen];
        if (from_behind(first, seen) == byte && from_behind(end - 1, seen) == byte)
            continue; /* all have it */
        first = lower_bound(first, end, seen, byte);
        end = lower_bound(first, end, seen, byte + 1);
    }
    if (first == end || first->size > to || memcmp(bytes + to - first->size, first->bytes, first->size) != 0)
        return true;
    return add(first->literal, first->size, to, finds);
}

bool fl_word_endings_add(const struct fl_word_endings *endings, uint32_t ending, size_t to,
                         const struct fl_word_finds *finds)
{
    const struct fl_word_ending *at = &endings->endings[ending];
    if (at->alone != FL_NOT_ALONE)
        return add(at->alone, at->size, to, finds);
    const struct fl_ended_literal *first = &endings->literals[at->first];
    return walk_back(first, first + at->count, at->size, to, finds);
}
