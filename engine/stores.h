/* stores.h - where the stores of a data folder are; which of them is nearest to a place. */
#ifndef ENGINE_STORES_H
#define ENGINE_STORES_H

#include "engine/earth.h"
#include "formats/folder/data_folder.h"
#include "formats/table/table_reader.h"
#include "formats/table/word_union.h"

/* Stores are kept by latitude in blocks of so many, of which a search only looks at the near ones. */
enum { FL_STORE_BLOCK = 32 };

/* Zero-initialise; release once. Shared by any number of threads. */
struct fl_stores {
    struct fl_word_union names;
    size_t blocks;     /* of stores that have a place; 0: none has */
    double *x, *y, *z; /* z, the sine of the latitude, rises; the last store fills the last block up */
    uint32_t *name;    /* number in `names` */
    uint64_t memory_bytes;
};

/* Reads all stores tables of the folder; which row of a store counts: engine/dimension_files.h. */
fl_status fl_stores_open(const struct fl_data_folder *folder, enum fl_io_mode io_mode,
                         struct fl_stores *stores, struct fl_error *error);
void fl_stores_release(struct fl_stores *stores);

/* The store with the least distance in whole metres; of those the one whose name comes first. `least` is
 * scratch of stores->blocks numbers, which are at least one. */
void fl_stores_nearest(const struct fl_stores *stores, const struct fl_place *place, double *least,
                       uint32_t *name, int64_t *metres);

#endif
