/* number_dictionary.h - the distinct numbers of a column chunk, numbered as they appear. */
#ifndef FORMATS_PARQUET_NUMBER_DICTIONARY_H
#define FORMATS_PARQUET_NUMBER_DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/status.h"

/* Zero-initialise, release once. */
struct fl_number_dictionary {
    uint32_t count;
    int64_t *numbers; /* the distinct ones */
    uint32_t *slots;  /* a hash table: index of a number plus 1, 0 = free */
    unsigned slot_bits;
};

/* Empties it, keeps its memory. */
void fl_number_dictionary_reset(struct fl_number_dictionary *dictionary);
/* The index of each of `values`, new ones included, as long as there are at most `count_max` (2^31 at most)
 * of them and they are not made to be slow to find; else *fits is false, `count` is what it was before, and
 * nothing more may be looked up before a reset. FL_NO_MEMORY. */
fl_status fl_number_dictionary_find(struct fl_number_dictionary *dictionary, const int64_t *values,
                                    size_t count, uint32_t count_max, uint32_t *indices, bool *fits,
                                    struct fl_error *error);
void fl_number_dictionary_release(struct fl_number_dictionary *dictionary);

#endif
