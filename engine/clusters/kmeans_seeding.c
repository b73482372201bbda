/* kmeans_seeding.c - first centroids by k-means++. */
#include "engine/clusters/kmeans_seeding.h"

#include <stdlib.h>
#include <string.h>

#include "engine/chunk_workers.h"
#include "engine/clusters/splitmix64.h"

/* 2 + floor(ln k) */
static unsigned tries_of(unsigned k)
{
    static const unsigned least[] = {3, 8, 21, 55}; /* e^1, e^2, e^3, e^4, rounded up; e^5 is above 128 */
    unsigned tries = 2;
    for (unsigned i = 0; i < sizeof least / sizeof least[0]; i++)
        tries += k >= least[i];
    return tries;
}

fl_status fl_kmeans_seeding_init(struct fl_kmeans_seeding *seeding, const struct fl_kmeans_rows *rows,
                                 unsigned k, struct fl_error *error)
{
    const size_t count = rows->vectors->count, chunks = fl_kmeans_chunks(rows);
    const uint32_t category_count = rows->vectors->category_count;
    *seeding = (struct fl_kmeans_seeding){.rows = rows, .k = k, .tries = tries_of(k)};
    fl_status status = fl_cluster_table_init(&seeding->table, seeding->tries, category_count, error);
    if (status != FL_OK)
        return status;
    seeding->tried = calloc((size_t)FL_SEEDING_TRIES_MAX * category_count + 1, sizeof *seeding->tried);
    seeding->scores = malloc((count + 1) * seeding->tries * sizeof *seeding->scores);
    seeding->nearest = malloc((count + 1) * sizeof *seeding->nearest);
    seeding->chunk_sums = malloc((chunks + 1) * sizeof *seeding->chunk_sums);
    seeding->chunk_tries = malloc((chunks + 1) * sizeof *seeding->chunk_tries);
    if (seeding->tried != NULL && seeding->scores != NULL && seeding->nearest != NULL &&
        seeding->chunk_sums != NULL && seeding->chunk_tries != NULL)
        return FL_OK;
    fl_kmeans_seeding_release(seeding);
    return fl_fail_memory(error, (count + 1) * seeding->tries * sizeof *seeding->scores);
}

void fl_kmeans_seeding_release(struct fl_kmeans_seeding *seeding)
{
    fl_cluster_table_release(&seeding->table);
    free(seeding->tried);
    free(seeding->scores);
    free(seeding->nearest);
    free(seeding->chunk_sums);
    free(seeding->chunk_tries);
    *seeding = (struct fl_kmeans_seeding){0};
}

static void work_on_chunks(struct fl_kmeans_seeding *seeding, void (*take)(void *, unsigned, size_t),
                           void *context)
{
    fl_chunk_work(&(struct fl_chunk_work){.chunks = fl_kmeans_chunks(seeding->rows),
                                          .threads = seeding->rows->threads,
                                          .take = take,
                                          .context = context});
}

/* ---- distances from the tries of one centre ---- */

static uint64_t distance_to_try(const struct fl_kmeans_seeding *seeding, size_t customer, unsigned try)
{
    const float score = seeding->scores[customer * seeding->tries + try];
    const double square = fl_cluster_distance_square(seeding->rows->squares[customer], score);
    return (uint64_t)fl_kmeans_fixed(square);
}

static void measure_chunk(void *context, unsigned worker, size_t chunk)
{
    struct fl_kmeans_seeding *seeding = context;
    const struct fl_cluster_rows rows = fl_cluster_rows_of(seeding->rows->vectors);
    const size_t first = chunk * FL_KMEANS_CHUNK, end = fl_kmeans_chunk_end(seeding->rows, chunk);
    const unsigned tries = seeding->tries;
    float scores[FL_KMEANS_CHUNK * FL_CLUSTER_LANES];
    uint64_t sums[FL_SEEDING_TRIES_MAX] = {0};
    (void)worker;
    fl_cluster_kernels()->scores(&seeding->table.lanes, &rows, first, end - first, scores);
    for (size_t customer = first; customer < end; customer++) {
        memcpy(seeding->scores + customer * tries, scores + (customer - first) * FL_CLUSTER_LANES,
               tries * sizeof *scores);
        for (unsigned try = 0; try < tries; try++) {
            const uint64_t distance = distance_to_try(seeding, customer, try);
            const uint64_t nearest = seeding->nearest[customer];
            sums[try] += distance < nearest ? distance : nearest;
        }
    }
    memcpy(seeding->chunk_tries[chunk], sums, sizeof sums);
}

/* As a centroid with the number of its try. */
static void write_try(struct fl_kmeans_seeding *seeding, unsigned try, size_t customer)
{
    const struct fl_basket_vectors *vectors = seeding->rows->vectors;
    float *centroid = seeding->tried + (size_t)try * vectors->category_count;
    memset(centroid, 0, vectors->category_count * sizeof *centroid);
    for (uint64_t i = vectors->starts[customer]; i < vectors->starts[customer + 1]; i++)
        centroid[vectors->categories[i]] = vectors->weights[i];
}

/* Which of the first `tries` leaves the least sum, of equal ones the first. */
static unsigned best_try(struct fl_kmeans_seeding *seeding, unsigned tries)
{
    uint64_t least = UINT64_MAX;
    unsigned best = 0;
    fl_cluster_table_fill(&seeding->table, seeding->tries, seeding->tried);
    work_on_chunks(seeding, measure_chunk, seeding);
    for (unsigned try = 0; try < tries; try++) {
        uint64_t sum = 0;
        for (size_t chunk = 0; chunk < fl_kmeans_chunks(seeding->rows); chunk++)
            sum += seeding->chunk_tries[chunk][try];
        if (sum < least) {
            least = sum;
            best = try;
        }
    }
    return best;
}

/* ---- taking one as a centre ---- */

struct adoption {
    struct fl_kmeans_seeding *seeding;
    unsigned try;
};

static void adopt_in_chunk(void *context, unsigned worker, size_t chunk)
{
    const struct adoption *adoption = context;
    struct fl_kmeans_seeding *seeding = adoption->seeding;
    const size_t end = fl_kmeans_chunk_end(seeding->rows, chunk);
    uint64_t sum = 0;
    (void)worker;
    for (size_t customer = chunk * FL_KMEANS_CHUNK; customer < end; customer++) {
        const uint64_t distance = distance_to_try(seeding, customer, adoption->try);
        if (distance < seeding->nearest[customer])
            seeding->nearest[customer] = distance;
        sum += seeding->nearest[customer];
    }
    seeding->chunk_sums[chunk] = sum;
}

/* Returns the sum of distances from the nearest centre. */
static uint64_t adopt(struct fl_kmeans_seeding *seeding, unsigned try, float *centroid)
{
    const uint32_t category_count = seeding->rows->vectors->category_count;
    struct adoption adoption = {seeding, try};
    work_on_chunks(seeding, adopt_in_chunk, &adoption);
    memcpy(centroid, seeding->tried + (size_t)try * category_count, category_count * sizeof *centroid);
    uint64_t sum = 0;
    for (size_t chunk = 0; chunk < fl_kmeans_chunks(seeding->rows); chunk++)
        sum += seeding->chunk_sums[chunk];
    return sum;
}

/* ---- chance ---- */

/* The customer on whom `place` of all the distances falls, laid one behind the other. */
static size_t customer_at(const struct fl_kmeans_seeding *seeding, uint64_t place)
{
    size_t chunk = 0;
    for (; place >= seeding->chunk_sums[chunk]; chunk++)
        place -= seeding->chunk_sums[chunk];
    size_t customer = chunk * FL_KMEANS_CHUNK;
    for (; place >= seeding->nearest[customer]; customer++)
        place -= seeding->nearest[customer];
    return customer;
}

/* In proportion to its distance; where all distances are 0, as all customers are centres but for rounding,
 * each is as likely. */
static size_t draw_customer(const struct fl_kmeans_seeding *seeding, uint64_t sum, uint64_t chance)
{
    if (sum == 0)
        return (size_t)fl_chance_below(chance, seeding->rows->vectors->count);
    return customer_at(seeding, fl_chance_below(chance, sum));
}

void fl_kmeans_seed(struct fl_kmeans_seeding *seeding, uint64_t seed, unsigned start, float *centroids)
{
    const struct fl_basket_vectors *vectors = seeding->rows->vectors;
    uint64_t draw = 0, sum = 0; /* for the first centre all are as likely */
    memset(seeding->nearest, 0xFF, vectors->count * sizeof *seeding->nearest);
    for (unsigned centre = 0; centre < seeding->k; centre++) {
        const unsigned tries = centre == 0 ? 1 : seeding->tries;
        for (unsigned try = 0; try < tries; try++)
            write_try(seeding, try, draw_customer(seeding, sum, fl_cluster_chance(seed, start, draw++)));
        sum = adopt(seeding, best_try(seeding, tries), centroids + (size_t)centre * vectors->category_count);
    }
}
