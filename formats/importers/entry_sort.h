/* entry_sort.h - sorts small entries by a 96-bit prefix of what they stand for. */
#ifndef FORMATS_IMPORTERS_ENTRY_SORT_H
#define FORMATS_IMPORTERS_ENTRY_SORT_H

#include <stddef.h>
#include <stdint.h>

#include "formats/base/text.h"

/* `high`, then `low`, must never order two things the wrong way round; things that tie on both are compared
 * in full. */
struct fl_sort_entry {
    uint64_t high;
    uint32_t low;
    uint32_t ref; /* the caller's name of the thing */
};

/* Full comparison of two things by their refs: below zero, zero, above zero. */
typedef int fl_sort_tie(const void *context, uint32_t a, uint32_t b);

/* Sorts in place: no memory is taken, and many equal prefixes do no harm (n log n). Not stable. */
void fl_entry_sort(struct fl_sort_entry *entries, size_t count, fl_sort_tie *tie, const void *context);

/* The 8 bytes of `text` from byte `from` on as a big-endian number, missing ones as zero. */
uint64_t fl_sort_prefix(struct fl_text text, size_t from);

#endif
