/* stores.c - where the stores of a data folder are; which of them is nearest to a place.
 *
 * The line through the earth between two places is never shorter than the difference of their z. So the
 * blocks above and below a place are looked at until they are further away by z alone than the best store so
 * far; within a block a plain loop, which the compiler makes a wide one. */
#include "engine/stores.h"

#include <math.h>
#include <stdlib.h>

#include "engine/dimension_files.h"

struct store {
    bool there, located;
    int32_t arrival;
    uint32_t name;
    struct fl_place place;
};

struct reading {
    struct fl_dimension_files files;
    struct fl_column_data name, latitude, longitude, arrival;
    uint32_t *numbers;    /* of the file in hand: its names -> ours */
    struct store *stores; /* by number */
};

static void end_reading(struct reading *reading)
{
    fl_dimension_files_close(&reading->files);
    fl_column_data_release(&reading->name);
    fl_column_data_release(&reading->latitude);
    fl_column_data_release(&reading->longitude);
    fl_column_data_release(&reading->arrival);
    free(reading->numbers);
    free(reading->stores);
}

/* ---- reading ---- */

static fl_status unite_names(const struct fl_dimension_files *files, struct fl_word_union *names,
                             struct fl_error *error)
{
    for (size_t i = 0; i < files->count; i++) {
        const struct fl_words *words = NULL;
        fl_status status = fl_table_words(files->tables[i], FL_STORES_STORE, &words, error);
        if (status == FL_OK)
            status = fl_word_union_add(names, words, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status read_block(struct reading *reading, struct fl_table *table, size_t block,
                            struct fl_error *error)
{
    fl_status status = fl_table_read_column(table, block, FL_STORES_STORE, &reading->name, error);
    if (status == FL_OK)
        status = fl_table_read_column(table, block, FL_STORES_LATITUDE, &reading->latitude, error);
    if (status == FL_OK)
        status = fl_table_read_column(table, block, FL_STORES_LONGITUDE, &reading->longitude, error);
    return status == FL_OK ? fl_table_read_column(table, block, FL_STORES_ARRIVAL, &reading->arrival, error)
                           : status;
}

static void take_rows(struct reading *reading)
{
    for (size_t row = 0; row < reading->name.rows; row++) {
        const uint32_t number = fl_united_word(&reading->name, reading->numbers, row);
        const int32_t arrival = fl_arrival_of(&reading->arrival, row);
        if (number == FL_NO_WORD ||
            (reading->stores[number].there && arrival < reading->stores[number].arrival))
            continue;
        struct store *store = &reading->stores[number];
        *store = (struct store){.there = true, .arrival = arrival, .name = number};
        if (!fl_is_null(&reading->latitude, row) && !fl_is_null(&reading->longitude, row))
            store->located =
                fl_place_of(reading->latitude.as.i64[row], reading->longitude.as.i64[row], &store->place);
    }
}

static fl_status read_table(struct reading *reading, struct fl_table *table,
                            const struct fl_word_union *names, struct fl_error *error)
{
    const struct fl_words *words = NULL;
    fl_status status = fl_table_words(table, FL_STORES_STORE, &words, error);
    if (status != FL_OK)
        return status;
    free(reading->numbers);
    reading->numbers = malloc((words->count + 1) * sizeof *reading->numbers);
    if (reading->numbers == NULL)
        return fl_fail_memory(error, words->count * sizeof *reading->numbers);
    fl_word_union_map(names, words, reading->numbers);
    for (size_t block = 0; status == FL_OK && block < fl_table_blocks(table); block++) {
        status = read_block(reading, table, block, error);
        if (status == FL_OK)
            take_rows(reading);
    }
    return status;
}

/* Southern ones first; those without a place last. */
static int compare_stores(const void *a, const void *b)
{
    const struct store *x = a, *y = b;
    if (x->located != y->located)
        return x->located ? -1 : 1;
    if (x->place.z < y->place.z || x->place.z > y->place.z)
        return x->place.z < y->place.z ? -1 : 1;
    return x->name < y->name ? -1 : x->name > y->name;
}

static fl_status put_in_order(struct store *found, size_t count, struct fl_stores *stores,
                              struct fl_error *error)
{
    size_t located = 0;
    if (count > 1)
        qsort(found, count, sizeof *found, compare_stores);
    while (located < count && found[located].located)
        located++;
    stores->blocks = (located + FL_STORE_BLOCK - 1) / FL_STORE_BLOCK;
    const size_t room = stores->blocks * FL_STORE_BLOCK;
    stores->x = malloc((room + 1) * sizeof(double));
    stores->y = malloc((room + 1) * sizeof(double));
    stores->z = malloc((room + 1) * sizeof(double));
    stores->name = malloc((room + 1) * sizeof *stores->name);
    stores->memory_bytes = room * (3 * sizeof(double) + sizeof *stores->name) +
                           stores->names.offsets.capacity + stores->names.bytes.capacity;
    if (stores->x == NULL || stores->y == NULL || stores->z == NULL || stores->name == NULL)
        return fl_fail_memory(error, stores->memory_bytes);
    for (size_t i = 0; i < room; i++) {
        const struct store *store = &found[i < located ? i : located - 1];
        stores->x[i] = store->place.x;
        stores->y[i] = store->place.y;
        stores->z[i] = store->place.z;
        stores->name[i] = store->name;
    }
    return FL_OK;
}

static fl_status read_tables(struct reading *reading, struct fl_stores *stores, struct fl_error *error)
{
    fl_status status = unite_names(&reading->files, &stores->names, error);
    if (status != FL_OK)
        return status;
    const size_t count = stores->names.words.count;
    reading->stores = calloc(count + 1, sizeof *reading->stores);
    if (reading->stores == NULL)
        return fl_fail_memory(error, count * sizeof *reading->stores);
    for (size_t i = 0; i < reading->files.count && status == FL_OK; i++)
        status = read_table(reading, reading->files.tables[i], &stores->names, error);
    return status == FL_OK ? put_in_order(reading->stores, count, stores, error) : status;
}

fl_status fl_stores_open(const struct fl_data_folder *folder, enum fl_io_mode io_mode,
                         struct fl_stores *stores, struct fl_error *error)
{
    struct reading reading = {0};
    *stores = (struct fl_stores){0};
    fl_status status = fl_dimension_files_open(folder, "stores", io_mode, &reading.files, error);
    if (status == FL_OK)
        status = read_tables(&reading, stores, error);
    end_reading(&reading);
    if (status != FL_OK)
        fl_stores_release(stores);
    return status;
}

void fl_stores_release(struct fl_stores *stores)
{
    fl_word_union_release(&stores->names);
    free(stores->x);
    free(stores->y);
    free(stores->z);
    free(stores->name);
    *stores = (struct fl_stores){0};
}

/* ---- searching ---- */

/* The squares of the chords to the stores of a block. */
static void squares_of_block(const struct fl_stores *stores, size_t block, const struct fl_place *place,
                             double square[FL_STORE_BLOCK])
{
    const double *x = stores->x + block * FL_STORE_BLOCK, *y = stores->y + block * FL_STORE_BLOCK,
                 *z = stores->z + block * FL_STORE_BLOCK;
    for (size_t i = 0; i < FL_STORE_BLOCK; i++)
        square[i] = fl_chord_square(x[i], y[i], z[i], place);
}

static double least_of_block(const struct fl_stores *stores, size_t block, const struct fl_place *place)
{
    enum { LANES = 8 };
    double square[FL_STORE_BLOCK], lane[LANES];
    squares_of_block(stores, block, place, square);
    for (size_t k = 0; k < LANES; k++)
        lane[k] = square[k];
    for (size_t i = LANES; i < FL_STORE_BLOCK; i += LANES) {
        for (size_t k = 0; k < LANES; k++)
            lane[k] = square[i + k] < lane[k] ? square[i + k] : lane[k];
    }
    double least = lane[0];
    for (size_t k = 1; k < LANES; k++)
        least = lane[k] < least ? lane[k] : least;
    return least;
}

static double z_first(const struct fl_stores *stores, size_t block)
{
    return stores->z[block * FL_STORE_BLOCK];
}

static double z_last(const struct fl_stores *stores, size_t block)
{
    return stores->z[block * FL_STORE_BLOCK + FL_STORE_BLOCK - 1];
}

/* The last block that starts at or south of the place, else the first. */
static size_t home_block(const struct fl_stores *stores, double z)
{
    size_t first = 0, end = stores->blocks;
    while (end - first > 1) {
        const size_t middle = first + (end - first) / 2;
        if (z_first(stores, middle) <= z)
            first = middle;
        else
            end = middle;
    }
    return first;
}

/* Whether a block so far off in z may hold a store that is as near in whole metres as the best: those lie
 * within one metre of it. */
static bool may_be_as_near(double gap, double best)
{
    const double beyond = gap - 1.01 / FL_EARTH_RADIUS_M;
    return beyond <= 0 || beyond * beyond <= best;
}

/* Fills least[] of the blocks from *first to before *end, outside of which no store is as near as the
 * nearest; gives the least of all. */
static double search(const struct fl_stores *stores, const struct fl_place *place, double *least,
                     size_t *first, size_t *end)
{
    const size_t home = home_block(stores, place->z);
    double best = least[home] = least_of_block(stores, home, place);
    for (*end = home + 1; *end < stores->blocks; ++*end) {
        if (!may_be_as_near(z_first(stores, *end) - place->z, best))
            break;
        least[*end] = least_of_block(stores, *end, place);
        best = least[*end] < best ? least[*end] : best;
    }
    for (*first = home; *first > 0; --*first) {
        if (!may_be_as_near(place->z - z_last(stores, *first - 1), best))
            break;
        least[*first - 1] = least_of_block(stores, *first - 1, place);
        best = least[*first - 1] < best ? least[*first - 1] : best;
    }
    return best;
}

/* Takes a store of the block that is nearer, or as near with a name that comes first. */
static void take_block(const struct fl_stores *stores, size_t block, const struct fl_place *place,
                       double square_max, uint32_t *name, int64_t *metres)
{
    double square[FL_STORE_BLOCK];
    squares_of_block(stores, block, place, square);
    for (size_t i = 0; i < FL_STORE_BLOCK; i++) {
        const size_t at = block * FL_STORE_BLOCK + i;
        if (square[i] > square_max)
            continue;
        const struct fl_place store = {stores->x[at], stores->y[at], stores->z[at]};
        const int64_t distance = fl_earth_metres(place, &store);
        if (distance > *metres || (distance == *metres && stores->name[at] > *name))
            continue;
        *metres = distance;
        *name = stores->name[at];
    }
}

void fl_stores_nearest(const struct fl_stores *stores, const struct fl_place *place, double *least,
                       uint32_t *name, int64_t *metres)
{
    size_t first = 0, end = 0;
    const double chord = sqrt(search(stores, place, least, &first, &end)) + 1.01 / FL_EARTH_RADIUS_M;
    *metres = INT64_MAX;
    *name = FL_NO_WORD;
    for (size_t block = first; block < end; block++) {
        if (least[block] <= chord * chord)
            take_block(stores, block, place, chord * chord, name, metres);
    }
}
