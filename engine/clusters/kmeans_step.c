/* kmeans_step.c - one iteration of Lloyd: customers to centroids, centroids to their means.
 *
 * Sums are integers, so that neither the order of customers nor threads show, and only those who move need to
 * be added again: each thread notes what its movers change, and the changes are added up in the end. */
#include "engine/clusters/kmeans_step.h"

#include <stdlib.h>
#include <string.h>

#include "engine/chunk_workers.h"

/* What the movers of one worker change. */
struct fl_kmeans_change {
    int64_t *sums;
    int64_t *sizes;
    size_t moved;
};

static size_t sum_count(const struct fl_kmeans_step *step)
{
    return (size_t)step->k * step->rows->vectors->category_count;
}

/* ---- memory ---- */

static bool open_changes(struct fl_kmeans_step *step)
{
    const size_t numbers = sum_count(step);
    step->workers = fl_chunk_workers(
        &(struct fl_chunk_work){.chunks = fl_kmeans_chunks(step->rows), .threads = step->rows->threads});
    step->changes = calloc(step->workers, sizeof *step->changes);
    for (unsigned i = 0; step->changes != NULL && i < step->workers; i++) {
        step->changes[i].sums = calloc(numbers + 1, sizeof *step->changes[i].sums);
        step->changes[i].sizes = calloc(step->k, sizeof *step->changes[i].sizes);
        if (step->changes[i].sums == NULL || step->changes[i].sizes == NULL)
            return false;
    }
    return step->changes != NULL;
}

fl_status fl_kmeans_step_init(struct fl_kmeans_step *step, const struct fl_kmeans_rows *rows, unsigned k,
                              struct fl_error *error)
{
    *step = (struct fl_kmeans_step){.rows = rows, .k = k};
    const size_t count = rows->vectors->count, numbers = sum_count(step);
    fl_status status = fl_cluster_table_init(&step->table, k, rows->vectors->category_count, error);
    if (status != FL_OK)
        return status;
    step->centroids = calloc(numbers + 1, sizeof *step->centroids);
    step->cluster = calloc(count + 1, sizeof *step->cluster);
    step->before = calloc(count + 1, sizeof *step->before);
    step->scores = calloc(count + 1, sizeof *step->scores);
    step->sums = calloc(numbers + 1, sizeof *step->sums);
    step->sizes = calloc(k, sizeof *step->sizes);
    if (step->centroids != NULL && step->cluster != NULL && step->before != NULL && step->scores != NULL &&
        step->sums != NULL && step->sizes != NULL && open_changes(step))
        return FL_OK;
    fl_kmeans_step_release(step);
    return fl_fail_memory(error, (count + 1) * sizeof *step->cluster);
}

void fl_kmeans_step_release(struct fl_kmeans_step *step)
{
    for (unsigned i = 0; step->changes != NULL && i < step->workers; i++) {
        free(step->changes[i].sums);
        free(step->changes[i].sizes);
    }
    free(step->changes);
    fl_cluster_table_release(&step->table);
    free(step->sizes);
    free(step->sums);
    free(step->scores);
    free(step->before);
    free(step->cluster);
    free(step->centroids);
    *step = (struct fl_kmeans_step){0};
}

void fl_kmeans_step_begin(struct fl_kmeans_step *step)
{
    memset(step->cluster, 0xFF, step->rows->vectors->count * sizeof *step->cluster);
    _Static_assert(FL_NO_CLUSTER == 0xFFFFFFFF, "all bytes of it are 0xFF");
    memset(step->sums, 0, sum_count(step) * sizeof *step->sums);
    memset(step->sizes, 0, step->k * sizeof *step->sizes);
}

/* ---- customers to centroids ---- */

/* From `from`, which may be FL_NO_CLUSTER, to `to`. */
static void move_customer(const struct fl_basket_vectors *vectors, size_t customer, uint32_t from,
                          uint32_t to, int64_t *sums, int64_t *sizes)
{
    int64_t *gains = sums + (size_t)to * vectors->category_count;
    int64_t *losses = from == FL_NO_CLUSTER ? NULL : sums + (size_t)from * vectors->category_count;
    for (uint64_t i = vectors->starts[customer]; i < vectors->starts[customer + 1]; i++) {
        const int64_t fixed = fl_kmeans_fixed((double)vectors->weights[i]);
        gains[vectors->categories[i]] += fixed;
        if (losses != NULL)
            losses[vectors->categories[i]] -= fixed;
    }
    sizes[to]++;
    if (from != FL_NO_CLUSTER)
        sizes[from]--;
}

static void assign_chunk(void *context, unsigned worker, size_t chunk)
{
    struct fl_kmeans_step *step = context;
    struct fl_kmeans_change *change = &step->changes[worker];
    const struct fl_basket_vectors *vectors = step->rows->vectors;
    const struct fl_cluster_rows rows = fl_cluster_rows_of(vectors);
    const size_t first = chunk * FL_KMEANS_CHUNK, end = fl_kmeans_chunk_end(step->rows, chunk);
    uint32_t nearest[FL_KMEANS_CHUNK];
    size_t moved = 0;
    fl_cluster_kernels()->nearest(&step->table.lanes, &rows, first, end - first, nearest,
                                  step->scores + first);
    for (size_t customer = first; customer < end; customer++) {
        const uint32_t from = step->before[customer], to = nearest[customer - first];
        step->cluster[customer] = to;
        if (from == to)
            continue;
        move_customer(vectors, customer, from, to, change->sums, change->sizes);
        moved++;
    }
    change->moved += moved;
}

/* Adds what the workers have noted, and clears it. */
static size_t add_changes(struct fl_kmeans_step *step)
{
    size_t moved = 0;
    for (unsigned worker = 0; worker < step->workers; worker++) {
        struct fl_kmeans_change *change = &step->changes[worker];
        if (change->moved == 0)
            continue;
        for (size_t i = 0; i < sum_count(step); i++)
            step->sums[i] += change->sums[i];
        for (unsigned i = 0; i < step->k; i++)
            step->sizes[i] += change->sizes[i];
        moved += change->moved;
        memset(change->sums, 0, sum_count(step) * sizeof *change->sums);
        memset(change->sizes, 0, step->k * sizeof *change->sizes);
        change->moved = 0;
    }
    return moved;
}

/* ---- empty clusters ---- */

/* The customer farthest from its centroid, of equal ones the first, of clusters that have others too. */
static size_t farthest_customer(const struct fl_kmeans_step *step)
{
    size_t farthest = 0;
    double farthest_square = -1;
    for (size_t customer = 0; customer < step->rows->vectors->count; customer++) {
        const double square =
            fl_cluster_distance_square(step->rows->squares[customer], step->scores[customer]);
        if (square <= farthest_square || step->sizes[step->cluster[customer]] < 2)
            continue;
        farthest = customer;
        farthest_square = square;
    }
    return farthest;
}

/* Returns `moved`, corrected for those who were taken: they may be back where they were before the step. */
static size_t fill_empty_clusters(struct fl_kmeans_step *step, size_t moved)
{
    for (uint32_t empty = 0; empty < step->k; empty++) {
        if (step->sizes[empty] != 0)
            continue;
        const size_t customer = farthest_customer(step);
        const uint32_t from = step->cluster[customer], before = step->before[customer];
        move_customer(step->rows->vectors, customer, from, empty, step->sums, step->sizes);
        step->cluster[customer] = empty;
        moved += before == from;
        moved -= before == empty;
    }
    return moved;
}

/* ---- centroids to their means ---- */

static void take_means(struct fl_kmeans_step *step)
{
    const uint32_t category_count = step->rows->vectors->category_count;
    for (unsigned cluster = 0; cluster < step->k; cluster++) {
        const double customers = (double)step->sizes[cluster] * 0x1p32;
        const int64_t *sums = step->sums + (size_t)cluster * category_count;
        float *centroid = step->centroids + (size_t)cluster * category_count;
        for (uint32_t category = 0; category < category_count; category++)
            centroid[category] = (float)((double)sums[category] / customers);
    }
}

size_t fl_kmeans_step(struct fl_kmeans_step *step)
{
    uint32_t *before = step->cluster;
    step->cluster = step->before;
    step->before = before;
    fl_cluster_table_fill(&step->table, step->k, step->centroids);
    fl_chunk_work(&(struct fl_chunk_work){.chunks = fl_kmeans_chunks(step->rows),
                                          .threads = step->workers,
                                          .take = assign_chunk,
                                          .context = step});
    const size_t moved = fill_empty_clusters(step, add_changes(step));
    if (moved != 0)
        take_means(step);
    return moved;
}

/* The sum of |x|^2 less |sum|^2 / size of each cluster, which is the same and needs no look at customers. */
double fl_kmeans_step_inertia(const struct fl_kmeans_step *step)
{
    const uint32_t category_count = step->rows->vectors->category_count;
    double explained = 0;
    for (unsigned cluster = 0; cluster < step->k; cluster++) {
        const int64_t *sums = step->sums + (size_t)cluster * category_count;
        double square = 0;
        for (uint32_t category = 0; category < category_count; category++)
            square += ((double)sums[category] * 0x1p-32) * ((double)sums[category] * 0x1p-32);
        explained += square / (double)step->sizes[cluster];
    }
    const double inertia = step->rows->squares_sum - explained;
    return inertia > 0 ? inertia : 0;
}
