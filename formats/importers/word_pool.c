/* word_pool.c - a hash table from word to number that turns into a sorted dictionary. */
#include "formats/importers/word_pool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#define XXH_INLINE_ALL /* words are short: the calls took longer than the hashing */
#include <xxhash.h>

#include "formats/importers/entry_sort.h"

enum {
    SLOTS_MIN = 256,
    BYTES_MIN = 4096,
    WORD_COST = 24 /* two slots, offset, rank: what a word takes beside its bytes */
};

struct slot {
    uint32_t hash;
    uint32_t number; /* + 1; 0 = free */
};

struct fl_word_pool {
    uint64_t seed;
    struct slot *slots; /* a power of two of them, at most half in use */
    size_t slot_count;
    uint32_t *offsets; /* capacity + 1; open: word n at offsets[n]; sealed: rank r at offsets[r] */
    char *bytes;
    uint32_t *ranks; /* NULL while open */
    size_t count, capacity;
    size_t bytes_used, bytes_capacity;
};

struct fl_word_pool *fl_word_pool_create(void)
{
    struct fl_word_pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        return NULL;
    /* Foreign words must not be able to pick their slots. No result depends on the seed. */
    if (getrandom(&pool->seed, sizeof pool->seed, GRND_NONBLOCK) != (ssize_t)sizeof pool->seed)
        pool->seed = 0;
    return pool;
}

void fl_word_pool_clear(struct fl_word_pool *pool)
{
    free(pool->slots);
    free(pool->offsets);
    free(pool->bytes);
    free(pool->ranks);
    *pool = (struct fl_word_pool){.seed = pool->seed};
}

void fl_word_pool_reset(struct fl_word_pool *pool)
{
    if (pool->count > 0)
        memset(pool->slots, 0, pool->slot_count * sizeof *pool->slots);
    pool->count = 0;
    pool->bytes_used = 0;
}

size_t fl_word_pool_count(const struct fl_word_pool *pool)
{
    return pool->count;
}

void fl_word_pool_free(struct fl_word_pool *pool)
{
    if (pool == NULL)
        return;
    fl_word_pool_clear(pool);
    free(pool);
}

static uint32_t hash_of(const struct fl_word_pool *pool, struct fl_text word)
{
    return (uint32_t)XXH3_64bits_withSeed(word.bytes, word.size, pool->seed);
}

static struct fl_text text_at(const struct fl_word_pool *pool, uint32_t place)
{
    const uint32_t begin = pool->offsets[place];
    return (struct fl_text){pool->bytes + begin, pool->offsets[place + 1] - begin};
}

struct fl_text fl_word_pool_text(const struct fl_word_pool *pool, uint32_t number)
{
    return text_at(pool, pool->ranks == NULL ? number : pool->ranks[number]);
}

const uint32_t *fl_word_pool_ranks(const struct fl_word_pool *pool)
{
    return pool->ranks;
}

int fl_word_pool_compare(const struct fl_word_pool *pool, uint32_t a, uint32_t b)
{
    if (a == b)
        return 0;
    if (pool->ranks != NULL)
        return pool->ranks[a] < pool->ranks[b] ? -1 : 1;
    return fl_text_compare(text_at(pool, a), text_at(pool, b));
}

static uint64_t load_64(const char *at)
{
    uint64_t eight;
    memcpy(&eight, at, sizeof eight);
    return eight;
}

static uint32_t load_32(const char *at)
{
    uint32_t four;
    memcpy(&four, at, sizeof four);
    return four;
}

/* Most words have 4 to 16 bytes: two loads that may overlap, where a call of memcmp() takes twice as long. */
static bool is_same_word(struct fl_text a, struct fl_text b)
{
    const size_t size = a.size;
    if (size != b.size)
        return false;
    if (size < 4 || size > 16)
        return memcmp(a.bytes, b.bytes, size) == 0;
    if (size < 8)
        return load_32(a.bytes) == load_32(b.bytes) &&
               load_32(a.bytes + size - 4) == load_32(b.bytes + size - 4);
    return load_64(a.bytes) == load_64(b.bytes) && load_64(a.bytes + size - 8) == load_64(b.bytes + size - 8);
}

/* The slot that holds `word`, or the free one where it belongs. */
static size_t slot_of(const struct fl_word_pool *pool, struct fl_text word, uint32_t hash)
{
    const size_t mask = pool->slot_count - 1;
    for (size_t slot = hash & mask;; slot = (slot + 1) & mask) {
        const struct slot found = pool->slots[slot];
        if (found.number == 0 || (found.hash == hash && is_same_word(text_at(pool, found.number - 1), word)))
            return slot;
    }
}

static bool resize(void **array, size_t count, size_t item_bytes)
{
    void *larger = reallocarray(*array, count, item_bytes);
    if (larger == NULL)
        return false;
    *array = larger;
    return true;
}

static bool grow_words(struct fl_word_pool *pool)
{
    const size_t slot_count = pool->slot_count == 0 ? SLOTS_MIN : 2 * pool->slot_count;
    const size_t capacity = slot_count / 2;
    void *offsets = pool->offsets;
    const bool grown = resize(&offsets, capacity + 1, sizeof *pool->offsets);
    pool->offsets = offsets;
    struct slot *slots = grown ? calloc(slot_count, sizeof *slots) : NULL;
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < pool->slot_count; i++) {
        if (pool->slots[i].number == 0)
            continue;
        size_t slot = pool->slots[i].hash & (slot_count - 1);
        while (slots[slot].number != 0)
            slot = (slot + 1) & (slot_count - 1);
        slots[slot] = pool->slots[i];
    }
    free(pool->slots);
    pool->slots = slots;
    pool->slot_count = slot_count;
    pool->capacity = capacity;
    return true;
}

static bool grow_bytes(struct fl_word_pool *pool, size_t wanted)
{
    size_t capacity = pool->bytes_capacity == 0 ? BYTES_MIN : pool->bytes_capacity;
    while (capacity < wanted)
        capacity *= 2;
    void *bytes = pool->bytes;
    if (!resize(&bytes, capacity, 1))
        return false;
    pool->bytes = bytes;
    pool->bytes_capacity = capacity;
    return true;
}

static bool add_word(struct fl_word_pool *pool, struct fl_text word)
{
    const size_t wanted = pool->bytes_used + word.size;
    if (wanted > UINT32_MAX || (wanted > pool->bytes_capacity && !grow_bytes(pool, wanted)))
        return false;
    if (word.size > 0)
        memcpy(pool->bytes + pool->bytes_used, word.bytes, word.size);
    pool->offsets[pool->count] = (uint32_t)pool->bytes_used;
    pool->offsets[pool->count + 1] = (uint32_t)wanted;
    pool->bytes_used = wanted;
    pool->count++;
    return true;
}

bool fl_word_pool_intern(struct fl_word_pool *pool, struct fl_text word, uint32_t *number, bool *is_new)
{
    if (pool->count == pool->capacity && !grow_words(pool))
        return false;
    const uint32_t hash = hash_of(pool, word);
    const size_t slot = slot_of(pool, word, hash);
    *is_new = pool->slots[slot].number == 0;
    if (*is_new) {
        if (!add_word(pool, word))
            return false;
        pool->slots[slot] = (struct slot){hash, (uint32_t)pool->count};
    }
    *number = pool->slots[slot].number - 1;
    return true;
}

static int compare_words(const void *context, uint32_t a, uint32_t b)
{
    const struct fl_word_pool *pool = context;
    return fl_text_compare(text_at(pool, a), text_at(pool, b));
}

static struct fl_sort_entry *sorted_entries(const struct fl_word_pool *pool)
{
    struct fl_sort_entry *entries = calloc(pool->count + 1, sizeof *entries);
    if (entries == NULL)
        return NULL;
    for (uint32_t number = 0; number < pool->count; number++) {
        const struct fl_text word = text_at(pool, number);
        entries[number] = (struct fl_sort_entry){
            .high = fl_sort_prefix(word, 0), .low = (uint32_t)(fl_sort_prefix(word, 8) >> 32), .ref = number};
    }
    fl_entry_sort(entries, pool->count, compare_words, pool);
    return entries;
}

/* Replaces bytes and offsets by those in sorted order. */
static bool lay_out(struct fl_word_pool *pool, const struct fl_sort_entry *entries)
{
    char *bytes = malloc(pool->bytes_used + 1);
    uint32_t *offsets = calloc(pool->count + 1, sizeof *offsets);
    uint32_t *ranks = calloc(pool->count + 1, sizeof *ranks);
    if (bytes == NULL || offsets == NULL || ranks == NULL) {
        free(bytes);
        free(offsets);
        free(ranks);
        return false;
    }
    uint32_t at = 0;
    for (uint32_t rank = 0; rank < pool->count; rank++) {
        const uint32_t number = entries[rank].ref;
        const struct fl_text word = text_at(pool, number);
        if (word.size > 0)
            memcpy(bytes + at, word.bytes, word.size);
        at += (uint32_t)word.size;
        offsets[rank + 1] = at;
        ranks[number] = rank;
    }
    free(pool->bytes);
    free(pool->offsets);
    pool->bytes = bytes;
    pool->offsets = offsets;
    pool->ranks = ranks;
    return true;
}

fl_status fl_word_pool_seal(struct fl_word_pool *pool, struct fl_words *words, struct fl_error *error)
{
    free(pool->slots);
    pool->slots = NULL;
    struct fl_sort_entry *entries = sorted_entries(pool);
    const bool done = entries != NULL && lay_out(pool, entries);
    free(entries);
    if (!done)
        return fl_fail_memory(error, pool->bytes_used + pool->count * sizeof *entries);
    *words = (struct fl_words){pool->count, pool->offsets, pool->bytes};
    return FL_OK;
}

size_t fl_word_pool_cost(const struct fl_word_pool *pool)
{
    return pool->bytes_used + pool->count * WORD_COST;
}

bool fl_word_pools_full(struct fl_word_pool *const *pools, size_t count, const struct fl_word_limits *limits)
{
    size_t together = 0;
    for (size_t i = 0; i < count; i++) {
        if (pools[i] == NULL)
            continue;
        if (pools[i]->count >= limits->words_max || pools[i]->bytes_used >= limits->bytes_max)
            return true;
        together += fl_word_pool_cost(pools[i]);
    }
    return together >= limits->together_max;
}
