/* word_database.c - places of literals in bytes, in order. */
#include "engine/tags/words/word_database.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/tags/words/word_check.h"
#include "engine/tags/words/word_expressions.h"

struct fl_word_database {
    struct fl_word_endings endings;
    struct fl_hyperscan *hyperscan; /* NULL: there are no literals */
};
struct fl_word_scratch {
    struct fl_hyperscan_scratch *hyperscan;
};

/* ---- compile ---- */

fl_status fl_word_database_compile(const struct fl_text *literals, size_t count,
                                   struct fl_word_database **database, struct fl_error *error)
{
    *database = NULL;
    struct fl_word_database *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    fl_status status = FL_OK;
    if (count > 0)
        status = fl_word_endings_make(literals, count, &made->endings, error);
    if (status == FL_OK && count > 0)
        status = fl_word_expressions_compile(&made->endings, &made->hyperscan, error);
    if (status == FL_OK && count > 0)
        status = fl_word_check(made, literals, count, error);
    if (status != FL_OK) {
        fl_word_database_free(made);
        return status;
    }
    *database = made;
    return FL_OK;
}

void fl_word_database_free(struct fl_word_database *database)
{
    if (database == NULL)
        return;
    fl_hyperscan_free(database->hyperscan);
    fl_word_endings_release(&database->endings);
    free(database);
}

fl_status fl_word_scratch_create(const struct fl_word_database *database, struct fl_word_scratch **scratch,
                                 struct fl_error *error)
{
    *scratch = NULL;
    struct fl_word_scratch *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    const fl_status status = fl_hyperscan_scratch_create(database->hyperscan, &made->hyperscan, error);
    if (status == FL_OK)
        *scratch = made;
    else
        free(made);
    return status;
}

void fl_word_scratch_free(struct fl_word_scratch *scratch)
{
    if (scratch == NULL)
        return;
    fl_hyperscan_scratch_free(scratch->hyperscan);
    free(scratch);
}

/* ---- scan ---- */

#define PLACES_BYTES_MAX (FL_WORD_PLACES_MAX * sizeof(struct fl_word_place))

struct collecting {
    const struct fl_word_endings *endings;
    struct fl_word_finds finds;
};

static int collect(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
    (void)from;
    (void)flags;
    const struct collecting *collecting = context;
    if (id >= collecting->endings->count)
        return 0; /* a decoy */
    return !fl_word_endings_add(collecting->endings, id, (size_t)to, &collecting->finds) ||
           collecting->finds.places->size > PLACES_BYTES_MAX;
}

/* ---- order ---- */

/* A place as one number that sorts as places do. */
static uint64_t key_of(struct fl_word_place place)
{
    return (uint64_t)place.from << 32 | place.literal;
}

static int by_key(const void *a, const void *b)
{
    const uint64_t left = key_of(*(const struct fl_word_place *)a);
    const uint64_t right = key_of(*(const struct fl_word_place *)b);
    return left < right ? -1 : left > right;
}

/* Places come nearly in order: of words that end at one byte the shorter ones first. So each is put where it
 * belongs among those before it; false when that turns out to be far, again and again. */
static bool insert_each(struct fl_word_place *places, size_t count)
{
    size_t steps_left = 8 * count + 64;
    for (size_t i = 1; i < count; i++) {
        const struct fl_word_place place = places[i];
        const uint64_t key = key_of(place);
        size_t at = i;
        for (; at > 0 && key_of(places[at - 1]) > key; at--) {
            if (steps_left-- == 0) {
                places[at] = place;
                return false;
            }
            places[at] = places[at - 1];
        }
        places[at] = place;
    }
    return true;
}

/* How many are left without those that come twice. */
static size_t drop_doubles(struct fl_word_place *places, size_t count)
{
    size_t kept = 1;
    for (size_t i = 1; i < count; i++)
        if (key_of(places[i]) != key_of(places[kept - 1]))
            places[kept++] = places[i];
    return kept;
}

static void put_in_order(struct fl_buffer *buffer)
{
    struct fl_word_place *places = (struct fl_word_place *)buffer->bytes;
    const size_t count = buffer->size / sizeof *places;
    if (count == 0)
        return;
    if (!insert_each(places, count))
        qsort(places, count, sizeof *places, by_key);
    buffer->size = drop_doubles(places, count) * sizeof *places;
}

fl_status fl_word_database_scan(const struct fl_word_database *database, struct fl_word_scratch *scratch,
                                const char *bytes, size_t size, const struct fl_word_sieve *sieve,
                                struct fl_buffer *places, size_t *count, struct fl_error *error)
{
    places->size = 0;
    *count = 0;
    if (database->hyperscan == NULL)
        return FL_OK;
    struct collecting collecting = {&database->endings, {bytes, sieve, places}};
    bool stopped;
    const fl_status status = fl_hyperscan_scan(database->hyperscan, scratch->hyperscan, bytes, size, collect,
                                               &collecting, &stopped, error);
    if (status != FL_OK)
        return status;
    if (stopped && places->size > PLACES_BYTES_MAX)
        return fl_fail(error, FL_LIMIT, "more than %d places of keywords in a text of %zu bytes",
                       FL_WORD_PLACES_MAX, size);
    if (stopped)
        return fl_fail_memory(error, places->size + sizeof(struct fl_word_place));
    put_in_order(places);
    *count = places->size / sizeof(struct fl_word_place);
    return FL_OK;
}
