/* names.c - a hash table from names to small integers that also knows the nearest name. */
#include <assert.h>
#include <stdlib.h>

#include "formats/base/checksum.h"
#include "formats/base/text.h"

struct entry {
    uint64_t hash;
    int64_t value;
    char *name; /* NUL-ended, owned */
    size_t size;
};

/* Open addressing with linear steps; at most half of the slots are taken. */
struct fl_names {
    uint64_t seed;
    struct entry *entries; /* in the order of adding */
    size_t count;
    size_t capacity;
    uint32_t *slots;   /* entry + 1, or 0 */
    size_t slot_count; /* a power of two */
};

enum { FIRST_CAPACITY = 16, NEAREST_NAME_MAX = 96 };

struct fl_names *fl_names_create(void)
{
    struct fl_names *names = calloc(1, sizeof *names);
    if (names == NULL)
        return NULL;
    /* Any number that a writer of input files cannot foresee will do: it only spreads names over slots,
     * nothing that is written depends on it. */
    names->seed = (uint64_t)(uintptr_t)names;
    return names;
}

void fl_names_free(struct fl_names *names)
{
    if (names == NULL)
        return;
    for (size_t i = 0; i < names->count; i++)
        free(names->entries[i].name);
    free(names->entries);
    free(names->slots);
    free(names);
}

static uint64_t hash_of(const struct fl_names *names, struct fl_text name)
{
    return fl_digest64_seeded(names->seed, name.bytes, name.size);
}

/* The slot of `name`, or the empty one where it would go. Requires an empty slot. */
static size_t slot_of(const struct fl_names *names, struct fl_text name, uint64_t hash)
{
    const size_t mask = names->slot_count - 1;
    size_t slot = (size_t)hash & mask;
    while (names->slots[slot] != 0) {
        const struct entry *entry = &names->entries[names->slots[slot] - 1];
        if (entry->hash == hash && fl_text_equal((struct fl_text){entry->name, entry->size}, name))
            return slot;
        slot = (slot + 1) & mask;
    }
    return slot;
}

static bool grow(struct fl_names *names)
{
    const size_t capacity = names->capacity == 0 ? FIRST_CAPACITY : names->capacity * 2;
    if (capacity > UINT32_MAX / 2)
        return false;
    struct entry *entries = realloc(names->entries, capacity * sizeof *entries);
    if (entries == NULL)
        return false;
    names->entries = entries;
    uint32_t *slots = calloc(capacity * 2, sizeof *slots);
    if (slots == NULL)
        return false;
    free(names->slots);
    names->slots = slots;
    names->slot_count = capacity * 2;
    names->capacity = capacity;
    for (size_t i = 0; i < names->count; i++) {
        const struct fl_text name = {entries[i].name, entries[i].size};
        slots[slot_of(names, name, entries[i].hash)] = (uint32_t)(i + 1);
    }
    return true;
}

bool fl_names_add(struct fl_names *names, struct fl_text name, int64_t value)
{
    if (names->count == names->capacity && !grow(names))
        return false;
    const uint64_t hash = hash_of(names, name);
    const size_t slot = slot_of(names, name, hash);
    if (names->slots[slot] != 0)
        return false;
    char *copy = malloc(name.size + 1);
    if (copy == NULL)
        return false;
    if (name.size > 0)
        memcpy(copy, name.bytes, name.size);
    copy[name.size] = '\0';
    names->entries[names->count++] = (struct entry){hash, value, copy, name.size};
    names->slots[slot] = (uint32_t)names->count;
    return true;
}

bool fl_names_find(const struct fl_names *names, struct fl_text name, int64_t *value)
{
    if (names->count == 0)
        return false;
    const uint32_t number = names->slots[slot_of(names, name, hash_of(names, name))];
    if (number == 0)
        return false;
    *value = names->entries[number - 1].value;
    return true;
}

static size_t smallest(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Case of ASCII letters counts for nothing: a slip of the shift key is the nearest of all. */
static char folded(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

/* Inserted, deleted, changed and swapped neighbouring bytes (optimal string alignment). */
static size_t edit_distance(struct fl_text a, struct fl_text b)
{
    assert(a.size <= NEAREST_NAME_MAX && b.size <= NEAREST_NAME_MAX);
    size_t rows[3][NEAREST_NAME_MAX + 1];
    size_t *before_last = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b.size; j++)
        before_last[j] = last[j] = j;
    for (size_t i = 1; i <= a.size; i++) {
        const char letter = folded(a.bytes[i - 1]);
        now[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            const char other = folded(b.bytes[j - 1]);
            now[j] = smallest(last[j] + 1, now[j - 1] + 1);
            now[j] = smallest(now[j], last[j - 1] + (letter != other));
            if (i > 1 && j > 1 && letter == folded(b.bytes[j - 2]) && folded(a.bytes[i - 2]) == other)
                now[j] = smallest(now[j], before_last[j - 2] + 1);
        }
        size_t *const reused = before_last;
        before_last = last;
        last = now;
        now = reused;
    }
    return last[b.size];
}

const char *fl_names_nearest(const struct fl_names *names, struct fl_text name)
{
    if (name.size > NEAREST_NAME_MAX)
        return NULL;
    const char *nearest = NULL;
    size_t best = name.size / 3 + 1;
    for (size_t i = 0; i < names->count; i++) {
        const struct fl_text known = {names->entries[i].name, names->entries[i].size};
        const size_t longer = known.size > name.size ? known.size - name.size : name.size - known.size;
        if (known.size > NEAREST_NAME_MAX || longer >= best)
            continue;
        const size_t distance = edit_distance(name, known);
        if (distance < best) {
            best = distance;
            nearest = names->entries[i].name;
        }
    }
    return nearest;
}
