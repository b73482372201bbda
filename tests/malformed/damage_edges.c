/* damage_edges.c - numbers that take the values at their edges. */
#include "tests/malformed/damage.h"

/* Around each power of two; then the largest, the neighbours of the own value, its double, its negative. */
enum { POWER_VALUES = 3 * 64, MORE_VALUES = 5 };
_Static_assert(DAMAGE_EDGES == POWER_VALUES + MORE_VALUES, "see damage.h");

static uint64_t edge_value(uint64_t own, size_t edge)
{
    if (edge < POWER_VALUES)
        return ((uint64_t)1 << edge / 3) + edge % 3 - 1;
    const uint64_t more[MORE_VALUES] = {UINT64_MAX, own + 1, own - 1, 2 * own, 0 - own};
    return more[edge - POWER_VALUES];
}

void damage_set_edge(uint8_t *at, size_t size, size_t edge)
{
    uint64_t own = 0;
    for (size_t i = 0; i < size; i++)
        own |= (uint64_t)at[i] << 8 * i;
    const uint64_t value = edge_value(own, edge);
    for (size_t i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

/* ---- words of formats that keep numbers aligned: whichever they are ---- */

static uint64_t count_words(const struct damage_source *source, size_t size)
{
    return source->bytes.size / size * DAMAGE_EDGES;
}

static void set_word(size_t size, uint64_t index, struct fl_buffer *bytes)
{
    damage_set_edge(bytes->bytes + index / DAMAGE_EDGES * size, size, index % DAMAGE_EDGES);
}

static uint64_t count_words_32(const struct damage_source *source)
{
    return count_words(source, 4);
}

static void set_word_32(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    (void)source;
    set_word(4, index, bytes);
}

static uint64_t count_words_64(const struct damage_source *source)
{
    return count_words(source, 8);
}

static void set_word_64(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    (void)source;
    set_word(8, index, bytes);
}

const struct damage damage_of_words[] = {
    {"a word of 32 bits", count_words_32, set_word_32},
    {"a word of 64 bits", count_words_64, set_word_64},
};
const size_t damage_of_words_count = sizeof damage_of_words / sizeof damage_of_words[0];
