/* basket_list.h - baskets as lists of item numbers, in chunks of memory that several threads fill. */
#ifndef ENGINE_CLUSTERS_BASKET_LIST_H
#define ENGINE_CLUSTERS_BASKET_LIST_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/status.h"

enum {
    FL_BASKET_LINES_MAX = 100, /* of one basket, so of its items too */
    FL_BASKET_CHUNK_BITS = 18,
    FL_BASKET_CHUNK_ITEMS = 1 << FL_BASKET_CHUNK_BITS
};

/* So that products of two counts of baskets are numbers of 63 bits. */
#define FL_BASKETS_MAX (UINT32_MAX / 2)

/* Marks the first item of each basket; numbers of items are below it. */
#define FL_BASKET_FIRST (UINT32_C(1) << 31)

struct fl_basket_chunk {
    uint32_t used; /* items */
    uint32_t items[FL_BASKET_CHUNK_ITEMS];
};

struct fl_basket_list {
    struct fl_basket_chunk **chunks; /* each holds whole baskets, one behind the other */
    size_t count;
    uint64_t memory_bytes; /* at most for the chunks */
    uint64_t wanted_bytes; /* that they would take, also where that is more */
    pthread_mutex_t lock;
};

void fl_basket_list_init(struct fl_basket_list *list, uint64_t memory_bytes);
void fl_basket_list_release(struct fl_basket_list *list);
/* FL_LIMIT: there was no room for all that was added, with what there must be, or with what is too much
 * whatever the memory. */
fl_status fl_basket_list_check(const struct fl_basket_list *list, struct fl_error *error);

/* One thread's. Zero-initialise but for the list; nothing to release. */
struct fl_basket_writer {
    struct fl_basket_list *list;
    struct fl_basket_chunk *chunk; /* NULL: there was no room for it */
    size_t room;                   /* items that it has place for */
};

/* Distinct items, 1 .. FL_BASKET_LINES_MAX. Beyond the list's memory baskets are lost, for
 * fl_basket_list_check() to say how much it would take. */
fl_status fl_basket_writer_add(struct fl_basket_writer *writer, const uint32_t *items, size_t count,
                               struct fl_error *error);

#endif
