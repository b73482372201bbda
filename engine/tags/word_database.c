/* word_database.c - places of literals in bytes. */
#include "engine/tags/word_database.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/tags/hyperscan.h"

struct fl_word_database {
    struct fl_hyperscan *hyperscan;
    uint32_t count;
    uint16_t size_bytes[]; /* of each literal */
};
struct fl_word_scratch {
    struct fl_hyperscan_scratch *hyperscan;
};

/* ---- compile ---- */

/* The library's own call for literals is broken in 5.4.0 (scans return an error for some sets), so each byte
 * is escaped. */
static char *escape(char *out, struct fl_text literal)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < literal.size; i++) {
        const unsigned char byte = (unsigned char)literal.bytes[i];
        *out++ = '\\';
        *out++ = 'x';
        *out++ = digits[byte >> 4];
        *out++ = digits[byte & 15];
    }
    *out++ = '\0';
    return out;
}

static fl_status compile_escaped(struct fl_word_database *database, const struct fl_text *literals,
                                 size_t count, struct fl_error *error)
{
    size_t room = 0, bad;
    for (size_t i = 0; i < count; i++)
        room += 4 * literals[i].size + 1;
    char *escaped = malloc(room), *end = escaped;
    const char **expressions = malloc(count * sizeof *expressions);
    fl_status status = FL_OK;
    if (escaped == NULL || expressions == NULL) {
        status = fl_fail_memory(error, room + count * sizeof *expressions);
    } else {
        for (size_t i = 0; i < count; i++) {
            expressions[i] = end;
            end = escape(end, literals[i]);
        }
        status =
            fl_hyperscan_compile(expressions, count, FL_HYPERSCAN_BYTES, &database->hyperscan, &bad, error);
    }
    free(expressions);
    free(escaped);
    return status;
}

fl_status fl_word_database_compile(const struct fl_text *literals, size_t count,
                                   struct fl_word_database **database, struct fl_error *error)
{
    *database = NULL;
    struct fl_word_database *made = calloc(1, sizeof *made + count * sizeof made->size_bytes[0]);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made + count * sizeof made->size_bytes[0]);
    made->count = (uint32_t)count;
    for (size_t i = 0; i < count; i++)
        made->size_bytes[i] = (uint16_t)literals[i].size;
    const fl_status status = count == 0 ? FL_OK : compile_escaped(made, literals, count, error);
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
    free(database);
}

/* ---- scan ---- */

fl_status fl_word_scratch_create(const struct fl_word_database *database, struct fl_word_scratch **scratch,
                                 struct fl_error *error)
{
    *scratch = NULL;
    struct fl_word_scratch *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    const fl_status status = database->hyperscan == NULL
                                 ? FL_OK
                                 : fl_hyperscan_scratch_create(database->hyperscan, &made->hyperscan, error);
    if (status != FL_OK) {
        free(made);
        return status;
    }
    *scratch = made;
    return FL_OK;
}

void fl_word_scratch_free(struct fl_word_scratch *scratch)
{
    if (scratch == NULL)
        return;
    fl_hyperscan_scratch_free(scratch->hyperscan);
    free(scratch);
}

/* A place as one number that sorts as places do. */
static uint64_t key_of(struct fl_word_place place)
{
    return (uint64_t)place.from << 32 | place.literal;
}

struct collecting {
    const struct fl_word_database *database;
    struct fl_buffer *places;
    uint64_t newest;
    bool is_sorted;
};

static int collect(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
    (void)from;
    (void)flags;
    struct collecting *collecting = context;
    if (id >= collecting->database->count)
        return 0;
    const struct fl_word_place place = {id, (uint32_t)to - collecting->database->size_bytes[id]};
    const uint64_t key = key_of(place);
    collecting->is_sorted &= key > collecting->newest || collecting->places->size == 0;
    collecting->newest = key;
    return !fl_buffer_append(collecting->places, &place, sizeof place);
}

static int by_key(const void *a, const void *b)
{
    const uint64_t left = key_of(*(const struct fl_word_place *)a),
                   right = key_of(*(const struct fl_word_place *)b);
    return left < right ? -1 : left > right;
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

fl_status fl_word_database_scan(const struct fl_word_database *database, struct fl_word_scratch *scratch,
                                const char *bytes, size_t size, struct fl_buffer *places, size_t *count,
                                struct fl_error *error)
{
    places->size = 0;
    *count = 0;
    if (database->hyperscan == NULL)
        return FL_OK;
    struct collecting collecting = {database, places, 0, true};
    bool stopped;
    const fl_status status = fl_hyperscan_scan(database->hyperscan, scratch->hyperscan, bytes, size, collect,
                                               &collecting, &stopped, error);
    if (status != FL_OK)
        return status;
    if (stopped)
        return fl_fail_memory(error, places->size * 2);
    *count = places->size / sizeof(struct fl_word_place);
    if (!collecting.is_sorted) {
        qsort(places->bytes, *count, sizeof(struct fl_word_place), by_key);
        *count = drop_doubles((struct fl_word_place *)places->bytes, *count);
        places->size = *count * sizeof(struct fl_word_place);
    }
    return FL_OK;
}
