/* number_dictionary.c - the distinct numbers of a column chunk, numbered as they appear. */
#include "formats/parquet/number_dictionary.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* 2^64 divided by the golden ratio: spreads neighbours over the upper bits of the product. */
#define SPREAD 0x9E3779B97F4A7C15u

/* Values that are looked up before room is looked after again; the table begins with four times as many slots
 * and is never more than half full, so that a look-up nearly always takes one or two steps. It stays small
 * while there are few numbers, for the sake of the first-level cache. */
enum { STEP = 256, SLOT_BITS_MIN = 10 };

/* Extra steps a look-up may take on average. Numbers that others chose can be made to meet in one place of
 * the table, and a look-up among 30,000 of them would take as many steps. */
enum { EXTRA_STEPS_MAX = 8 };
_Static_assert(4 * STEP == 1 << SLOT_BITS_MIN, "half of it is two steps");

static size_t slot_count(const struct fl_number_dictionary *dictionary)
{
    return (size_t)1 << dictionary->slot_bits;
}

void fl_number_dictionary_reset(struct fl_number_dictionary *dictionary)
{
    dictionary->count = 0;
    if (dictionary->slots != NULL)
        memset(dictionary->slots, 0, slot_count(dictionary) * sizeof *dictionary->slots);
}

void fl_number_dictionary_release(struct fl_number_dictionary *dictionary)
{
    free(dictionary->numbers);
    free(dictionary->slots);
    *dictionary = (struct fl_number_dictionary){0};
}

static size_t home_of(int64_t number, unsigned slot_bits)
{
    return (size_t)(((uint64_t)number * SPREAD) >> (64 - slot_bits));
}

/* Indices of `count` values, where there is room for as many new ones; the new count of distinct ones. Adds
 * the steps that look-ups took beyond the first to *extra_steps. */
static uint32_t find(const int64_t *restrict values, size_t count, int64_t *restrict numbers,
                     uint32_t number_count, uint32_t *restrict slots, unsigned slot_bits,
                     uint32_t *restrict indices, size_t *extra_steps)
{
    size_t extra = 0;
    const size_t mask = ((size_t)1 << slot_bits) - 1;
    for (size_t i = 0; i < count; i++) {
        size_t slot = home_of(values[i], slot_bits);
        while (slots[slot] != 0 && numbers[slots[slot] - 1] != values[i]) {
            slot = (slot + 1) & mask;
            extra++;
        }
        if (slots[slot] == 0) {
            numbers[number_count] = values[i];
            slots[slot] = ++number_count;
        }
        indices[i] = slots[slot] - 1;
    }
    *extra_steps += extra;
    return number_count;
}

static void fill_slots(const struct fl_number_dictionary *dictionary, uint32_t *slots, unsigned slot_bits)
{
    const size_t mask = ((size_t)1 << slot_bits) - 1;
    for (uint32_t i = 0; i < dictionary->count; i++) {
        size_t slot = home_of(dictionary->numbers[i], slot_bits);
        while (slots[slot] != 0)
            slot = (slot + 1) & mask;
        slots[slot] = i + 1;
    }
}

/* Makes the table large enough for STEP more numbers. */
static fl_status grow(struct fl_number_dictionary *dictionary, struct fl_error *error)
{
    if (dictionary->slots != NULL && (dictionary->count + STEP) * (size_t)2 <= slot_count(dictionary))
        return FL_OK;
    const unsigned slot_bits = dictionary->slots == NULL ? SLOT_BITS_MIN : dictionary->slot_bits + 1;
    const size_t slots_wanted = (size_t)1 << slot_bits;
    uint32_t *slots = calloc(slots_wanted, sizeof *slots);
    int64_t *numbers = realloc(dictionary->numbers, slots_wanted / 2 * sizeof *numbers);
    if (numbers != NULL)
        dictionary->numbers = numbers;
    if (slots == NULL || numbers == NULL) {
        free(slots);
        return fl_fail_memory(error, slots_wanted * sizeof *numbers);
    }
    fill_slots(dictionary, slots, slot_bits);
    free(dictionary->slots);
    dictionary->slots = slots;
    dictionary->slot_bits = slot_bits;
    return FL_OK;
}

fl_status fl_number_dictionary_find(struct fl_number_dictionary *dictionary, const int64_t *values,
                                    size_t count, uint32_t count_max, uint32_t *indices, bool *fits,
                                    struct fl_error *error)
{
    assert(count_max <= UINT32_MAX / 2);
    const uint32_t count_before = dictionary->count;
    size_t extra_steps = 0;
    *fits = true;
    for (size_t at = 0; at < count; at += STEP) {
        const fl_status status = grow(dictionary, error);
        if (status != FL_OK)
            return status;
        const size_t step = count - at < STEP ? count - at : STEP;
        dictionary->count = find(values + at, step, dictionary->numbers, dictionary->count, dictionary->slots,
                                 dictionary->slot_bits, indices + at, &extra_steps);
        if (dictionary->count > count_max || extra_steps > EXTRA_STEPS_MAX * (at + STEP)) {
            dictionary->count = count_before;
            *fits = false;
            return FL_OK;
        }
    }
    return FL_OK;
}
