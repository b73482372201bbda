/* kmeans_rows.c - customers as the steps of k-means see them. */
#include "engine/clusters/kmeans_rows.h"

#include <stdlib.h>
#include <string.h>

#include "engine/chunk_workers.h"
#include "engine/clusters/kmeans.h"

static size_t row_entries(const struct fl_basket_vectors *vectors, size_t row)
{
    return (size_t)(vectors->starts[row + 1] - vectors->starts[row]);
}

static bool rows_equal(const struct fl_basket_vectors *vectors, size_t a, size_t b)
{
    const size_t entries = row_entries(vectors, a);
    const uint64_t at_a = vectors->starts[a], at_b = vectors->starts[b];
    return entries == row_entries(vectors, b) &&
           memcmp(vectors->categories + at_a, vectors->categories + at_b,
                  entries * sizeof *vectors->categories) == 0 &&
           memcmp(vectors->weights + at_a, vectors->weights + at_b, entries * sizeof *vectors->weights) == 0;
}

bool fl_kmeans_rows_differ(const struct fl_basket_vectors *vectors, unsigned k)
{
    size_t found[FL_CLUSTERS_MAX];
    unsigned count = 0;
    for (size_t row = 0; row < vectors->count && count < k; row++) {
        unsigned i = 0;
        while (i < count && !rows_equal(vectors, row, found[i]))
            i++;
        if (i == count)
            found[count++] = row;
    }
    return count >= k;
}

static void square_chunk(void *context, unsigned worker, size_t chunk)
{
    struct fl_kmeans_rows *rows = context;
    const struct fl_basket_vectors *vectors = rows->vectors;
    const size_t end = fl_kmeans_chunk_end(rows, chunk);
    (void)worker;
    for (size_t row = chunk * FL_KMEANS_CHUNK; row < end; row++)
        rows->squares[row] =
            fl_basket_square(vectors->weights + vectors->starts[row], row_entries(vectors, row));
}

fl_status fl_kmeans_rows_init(struct fl_kmeans_rows *rows, const struct fl_basket_vectors *vectors,
                              unsigned threads, struct fl_error *error)
{
    *rows = (struct fl_kmeans_rows){.vectors = vectors, .threads = threads};
    rows->squares = malloc((vectors->count + 1) * sizeof *rows->squares);
    if (rows->squares == NULL)
        return fl_fail_memory(error, (vectors->count + 1) * sizeof *rows->squares);
    fl_chunk_work(&(struct fl_chunk_work){fl_kmeans_chunks(rows), threads, square_chunk, rows});
    for (size_t row = 0; row < vectors->count; row++)
        rows->squares_sum += rows->squares[row];
    return FL_OK;
}

void fl_kmeans_rows_release(struct fl_kmeans_rows *rows)
{
    free(rows->squares);
    *rows = (struct fl_kmeans_rows){0};
}
