/* key_set.c - a hash set of key digests that is emptied in one step. */
#include "formats/importers/key_set.h"

#include <stdlib.h>
#include <xxhash.h>

#include "formats/base/bytes.h"

enum { SLOTS_MIN = 64 };

/* Null, number (of a word: in its pool), or length and bytes. */
static bool append_cell(const struct fl_row_layout *layout, const uint8_t *row, size_t column,
                        struct fl_buffer *key)
{
    const struct fl_cell cell = fl_row_cell(layout, row, column);
    uint8_t head[9] = {cell.null};
    const bool is_text = layout->slots[column].storage == FL_STORAGE_TEXT;
    fl_store_le64(head + 1, is_text ? (uint64_t)cell.text.size : (uint64_t)cell.number);
    return fl_buffer_append(key, head, sizeof head) &&
           (!is_text || fl_buffer_append(key, cell.text.bytes, cell.text.size));
}

/* Words of one pool are distinct, so within one part equal numbers are equal words. */
static bool is_same_group(const struct fl_key_set *set, const struct fl_cell *first)
{
    return set->group != 0 && set->first.null == first->null && set->first.number == first->number;
}

static size_t slot_of(const struct fl_key_slot *slots, size_t slot_count, const struct fl_key_slot *key)
{
    const size_t mask = slot_count - 1;
    size_t slot = (size_t)key->low & mask;
    while (slots[slot].group == key->group && (slots[slot].low != key->low || slots[slot].high != key->high))
        slot = (slot + 1) & mask;
    return slot;
}

static fl_status grow(struct fl_key_set *set, struct fl_error *error)
{
    const size_t slot_count = set->slot_count == 0 ? SLOTS_MIN : 2 * set->slot_count;
    struct fl_key_slot *slots = calloc(slot_count, sizeof *slots);
    if (slots == NULL)
        return fl_fail_memory(error, slot_count * sizeof *slots);
    for (size_t i = 0; i < set->slot_count; i++) {
        if (set->slots[i].group == set->group)
            slots[slot_of(slots, slot_count, &set->slots[i])] = set->slots[i];
    }
    free(set->slots);
    set->slots = slots;
    set->slot_count = slot_count;
    return FL_OK;
}

fl_status fl_key_set_add(struct fl_key_set *set, const uint8_t *row, bool *is_new, struct fl_error *error)
{
    const struct fl_cell first = fl_row_cell(set->layout, row, 0);
    if (!is_same_group(set, &first)) {
        set->group++;
        set->used = 0;
        set->first = first;
    }
    set->key.size = 0;
    for (size_t i = 0; i < set->column_count; i++) {
        if (!append_cell(set->layout, row, (size_t)set->columns[i], &set->key))
            return fl_fail_memory(error, set->key.size);
    }
    if (2 * set->used >= set->slot_count) {
        const fl_status status = grow(set, error);
        if (status != FL_OK)
            return status;
    }
    const XXH128_hash_t digest = XXH3_128bits(set->key.bytes, set->key.size);
    const struct fl_key_slot key = {digest.low64, digest.high64, set->group};
    struct fl_key_slot *slot = &set->slots[slot_of(set->slots, set->slot_count, &key)];
    *is_new = slot->group != set->group;
    if (!*is_new)
        return FL_OK;
    if (set->used == FL_KEY_SET_KEYS_MAX)
        return fl_fail(error, FL_LIMIT, "a customer with more than %d rows of different keys",
                       FL_KEY_SET_KEYS_MAX);
    *slot = key;
    set->used++;
    return FL_OK;
}

void fl_key_set_release(struct fl_key_set *set)
{
    free(set->slots);
    fl_buffer_release(&set->key);
    *set = (struct fl_key_set){0};
}
