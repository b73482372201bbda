/* damage.h - kinds of damage to a good file, each a numbered list of cases. */
#ifndef TESTS_MALFORMED_DAMAGE_H
#define TESTS_MALFORMED_DAMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "tests/malformed/table_parts.h"

/* What damage is done to. */
struct damage_source {
    struct fl_buffer bytes;
    /* Table files; empty and NULL for others. */
    struct fl_buffer other; /* a whole file of the same schema under another uuid */
    struct fl_buffer older; /* a whole file under the same uuid whose pages hold other bytes */
    struct table_parts *parts, *other_parts;
    bool is_parquet_sample; /* the one of damage_parquet.h */
};

struct damage {
    const char *name;
    /* How many cases there are for this file. */
    uint64_t (*count)(const struct damage_source *source);
    /* `bytes` are the file's own; makes them those of the case. A case may turn out to change nothing. */
    void (*make)(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes);
};

/* Of any file. */
extern const struct damage damage_of_bytes[];
extern const size_t damage_of_bytes_count;
/* Of table files: pages and blocks in the wrong place, with the footer's checksum right where it could be. */
extern const struct damage damage_of_pages[];
extern const size_t damage_of_pages_count;
/* Of table files: fields that lie, every checksum right. */
extern const struct damage damage_of_fields[];
extern const size_t damage_of_fields_count;

/* Of formats whose numbers are aligned: each at its edges. */
extern const struct damage damage_of_words[];
extern const size_t damage_of_words_count;

enum { DAMAGE_EDGES = 3 * 64 + 5 };
/* Sets a little-endian number of up to 8 bytes to one of DAMAGE_EDGES values that are its edges. */
void damage_set_edge(uint8_t *at, size_t size, size_t edge);

/* The index-th pair i < j of `things`, of damage_pairs(things). */
struct damage_pair {
    size_t i, j;
};
static inline uint64_t damage_pairs(uint64_t things)
{
    return things < 2 ? 0 : things * (things - 1) / 2;
}
struct damage_pair damage_pair_at(uint64_t index);

/* As fl_buffer_append() and resizing by it, but never without memory. */
void damage_append(struct fl_buffer *buffer, const void *bytes, size_t size);
void damage_resize(struct fl_buffer *buffer, size_t size);

#endif
