/* row_file.h - rows for k-means as bench/cluster_rows.py writes them, read whole. */
#ifndef TOOLS_DEV_ROW_FILE_H
#define TOOLS_DEV_ROW_FILE_H

#include "engine/clusters/basket_vectors.h"
#include "formats/base/arena.h"
#include "formats/base/status.h"

struct row_file {
    struct fl_basket_vectors vectors; /* keys from 1 */
    const float *centres;             /* k rows of vectors.category_count */
    unsigned k;
    struct fl_buffer row_bytes, centre_bytes;
    int64_t *keys;
};

/* FL_BAD_DATA: the sizes of a file do not fit what it says. On failure nothing is held. */
fl_status row_file_read(const char *rows_path, const char *centres_path, struct row_file *file,
                        struct fl_error *error);
void row_file_release(struct row_file *file);

#endif
