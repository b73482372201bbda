/* pair_count.c - in how many baskets two items are together.
 *
 * Items get new numbers by falling frequency, those that are too rare for any pair none. The most frequent
 * ones are common: pairs of these are counted in a square while baskets are gone through. Baskets with others
 * too are sorted by number. Then for each other item a: of each basket with a, the items in front of it are
 * counted in an array of all items. As these are the more frequent ones, most additions meet few places,
 * which stay in the nearest cache, and each pair is counted once. No table of pairs is ever looked up. */
#include "engine/clusters/pair_count.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define NO_NUMBER UINT32_MAX

/* The square takes 1 MiB at most, which the second cache holds; categories are all common then. */
enum { COMMON_MAX = 512 };

/* Items a thread takes at a time. */
enum { ITEMS_TAKEN = 64 };

/* Of the items in front of a basket's place this many places ahead are called for. */
enum { PLACES_AHEAD = 12 };

struct counter {
    const struct fl_pair_plan *plan;
    size_t kept;         /* items with a new number */
    uint32_t *number_of; /* the new number of an item, or NO_NUMBER */
    uint32_t *item_of;   /* back */
    uint32_t common;     /* the numbers below it are those of common items */
    /* [a * common + b]: baskets with both common items, to which those at [b * common + a] are to be added */
    uint32_t *square;
    uint64_t *starts;  /* kept + 1: first how many places an item has, then where they begin, then end */
    uint32_t *places;  /* in baskets, of each rarer item but a basket's first; chunk and index in it */
    size_t pairs_room; /* for all threads together */
    size_t pairs_cut;  /* a thread cuts its pairs to so many; 0: never */
    unsigned threads;
    /* Under the lock. */
    pthread_mutex_t lock;
    size_t next_item;
    size_t pairs_held;
    fl_status status;
    struct fl_error error;
};

/* One thread's. */
struct worker {
    struct counter *counter;
    pthread_t thread;
    uint32_t *together; /* by new number: baskets with the item in hand; 0 between two */
    uint32_t *touched;  /* those that are not 0 */
    struct fl_item_pair *pairs;
    size_t count, capacity;
    uint64_t found;
};

/* ---- new numbers ---- */

/* Falling frequency above the item: so equal ones are in the items' order. */
static int compare_frequencies(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static fl_status number_items(struct counter *counter, struct fl_error *error)
{
    const struct fl_pair_plan *plan = counter->plan;
    const size_t room = plan->item_count + 1;
    uint64_t *order = malloc(room * sizeof *order);
    counter->number_of = malloc(room * sizeof *counter->number_of);
    counter->item_of = malloc(room * sizeof *counter->item_of);
    if (order == NULL || counter->number_of == NULL || counter->item_of == NULL) {
        free(order);
        return fl_fail_memory(error, room * 2 * sizeof *order);
    }
    for (size_t item = 0; item < plan->item_count; item++) {
        counter->number_of[item] = NO_NUMBER;
        if (plan->item_baskets[item] >= plan->baskets_min)
            order[counter->kept++] = (uint64_t)(UINT32_MAX - plan->item_baskets[item]) << 32 | item;
    }
    qsort(order, counter->kept, sizeof *order, compare_frequencies);
    for (size_t i = 0; i < counter->kept; i++) {
        counter->item_of[i] = (uint32_t)order[i];
        counter->number_of[(uint32_t)order[i]] = (uint32_t)i;
    }
    free(order);
    counter->common = counter->kept < COMMON_MAX ? (uint32_t)counter->kept : COMMON_MAX;
    return FL_OK;
}

/* ---- baskets by new numbers ---- */

/* In the order in which they stand, as sorting them would take longer. */
static void count_common(const struct counter *counter, const uint32_t *numbers, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint32_t *row = counter->square + (size_t)numbers[i] * counter->common;
        for (size_t j = 0; j < i; j++)
            row[numbers[j]]++;
    }
}

static void sort_numbers(uint32_t *numbers, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const uint32_t number = numbers[i];
        size_t at = i;
        for (; at > 0 && numbers[at - 1] > number; at--)
            numbers[at] = numbers[at - 1];
        numbers[at] = number;
    }
}

/* The basket's items from `from` to `to`: pairs of common ones are counted. With a rarer one they are moved
 * to `kept`, if there are two; returns where they end. */
static uint32_t keep_basket(const struct counter *counter, struct fl_basket_chunk *chunk, uint32_t from,
                            uint32_t to, uint32_t kept)
{
    uint32_t numbers[FL_BASKET_LINES_MAX];
    size_t count = 0, common = 0;
    for (uint32_t i = from; i < to; i++) {
        numbers[count] = counter->number_of[chunk->items[i] & ~FL_BASKET_FIRST];
        common += numbers[count] < counter->common;
        count += numbers[count] != NO_NUMBER;
    }
    if (common < count)
        sort_numbers(numbers, count);
    count_common(counter, numbers, common);
    if (common == count || count < 2)
        return kept;
    memcpy(chunk->items + kept, numbers, count * sizeof *numbers);
    chunk->items[kept] |= FL_BASKET_FIRST;
    for (size_t i = common > 0 ? common : 1; i < count; i++)
        counter->starts[numbers[i] + 1]++;
    return kept + (uint32_t)count;
}

static void keep_chunk(const struct counter *counter, struct fl_basket_chunk *chunk)
{
    uint32_t kept = 0;
    for (uint32_t from = 0, to; from < chunk->used; from = to) {
        to = from + 1;
        while (to < chunk->used && (chunk->items[to] & FL_BASKET_FIRST) == 0)
            to++;
        kept = keep_basket(counter, chunk, from, to, kept);
    }
    chunk->used = kept;
}

/* Leaves starts[number] where the places of the number end, that is where those of the next begin. */
static void list_places(struct counter *counter)
{
    const struct fl_basket_list *baskets = counter->plan->baskets;
    for (size_t c = 0; c < baskets->count; c++) {
        const struct fl_basket_chunk *chunk = baskets->chunks[c];
        for (uint32_t i = 0; i < chunk->used; i++) {
            if ((chunk->items[i] & FL_BASKET_FIRST) == 0 && chunk->items[i] >= counter->common)
                counter->places[counter->starts[chunk->items[i]]++] = (uint32_t)c << FL_BASKET_CHUNK_BITS | i;
        }
    }
}

static fl_status fail_limit(const struct counter *counter, uint64_t needed_bytes, struct fl_error *error)
{
    return fl_fail(error, FL_LIMIT,
                   "counting pairs needs %llu bytes beside the baskets, at most %llu: raise --memory",
                   (unsigned long long)needed_bytes, (unsigned long long)counter->plan->memory_bytes);
}

/* Everything but the pairs: they get what is left. */
static fl_status share_memory(struct counter *counter, uint64_t place_count, struct fl_error *error)
{
    const struct fl_pair_plan *plan = counter->plan;
    const uint64_t per_item = 3 * sizeof(uint64_t) + 2 * sizeof(uint32_t) * counter->threads;
    const uint64_t square = (uint64_t)counter->common * counter->common * sizeof *counter->square;
    const uint64_t needed = plan->item_count * per_item + square + place_count * sizeof *counter->places;
    if (needed >= plan->memory_bytes)
        return fail_limit(counter, needed, error);
    /* Lists of threads grow by half; then they are joined, and sorting takes as much again, or a matrix. */
    const uint64_t room = (plan->memory_bytes - needed) / (3 * sizeof(struct fl_item_pair));
    counter->pairs_room = room < UINT32_MAX ? (size_t)room : UINT32_MAX;
    const bool cuts = plan->pairs_max > 0 && plan->pairs_max <= counter->pairs_room / 2 / counter->threads;
    counter->pairs_cut = cuts ? plan->pairs_max : 0;
    return FL_OK;
}

static fl_status invert_baskets(struct counter *counter, struct fl_error *error)
{
    const struct fl_basket_list *baskets = counter->plan->baskets;
    uint64_t count = 0;
    const size_t cells = (size_t)counter->common * counter->common + 1;
    counter->starts = calloc(counter->kept + 1, sizeof *counter->starts);
    counter->square = calloc(cells, sizeof *counter->square);
    if (counter->starts == NULL || counter->square == NULL)
        return fl_fail_memory(error, (counter->kept + 1) * sizeof *counter->starts +
                                         cells * sizeof *counter->square);
    for (size_t c = 0; c < baskets->count; c++)
        keep_chunk(counter, baskets->chunks[c]);
    for (size_t i = 0; i <= counter->kept; i++) {
        count += counter->starts[i];
        counter->starts[i] = count;
    }
    fl_status status = share_memory(counter, count, error);
    if (status != FL_OK)
        return status;
    counter->places = malloc((count + 1) * sizeof *counter->places);
    if (counter->places == NULL)
        return fl_fail_memory(error, (count + 1) * sizeof *counter->places);
    list_places(counter);
    return FL_OK;
}

/* ---- pairs ---- */

static int compare_pairs(const void *a, const void *b)
{
    const struct fl_item_pair *x = a, *y = b;
    if (x->lead != y->lead)
        return x->lead > y->lead ? -1 : 1;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

static void cut_pairs(struct worker *worker)
{
    const size_t most = worker->counter->pairs_cut;
    qsort(worker->pairs, worker->count, sizeof *worker->pairs, compare_pairs);
    worker->count = worker->count < most ? worker->count : most;
}

/* Takes `more` of the room that all threads have. */
static fl_status take_room(struct counter *counter, size_t more, struct fl_error *error)
{
    pthread_mutex_lock(&counter->lock);
    const bool fits = more <= counter->pairs_room - counter->pairs_held;
    counter->pairs_held += fits ? more : 0;
    pthread_mutex_unlock(&counter->lock);
    if (fits)
        return FL_OK;
    return fl_fail(error, FL_LIMIT,
                   "memory holds %zu pairs of items that are in at least %u baskets together, and there are "
                   "more: raise --min-baskets or --memory, or %s --top",
                   counter->pairs_room, counter->plan->baskets_min,
                   counter->plan->pairs_max > 0 ? "lower" : "give");
}

static fl_status reserve_pair(struct worker *worker, struct fl_error *error)
{
    const size_t cut = worker->counter->pairs_cut;
    if (worker->count < worker->capacity)
        return FL_OK;
    if (cut > 0 && worker->count == 2 * cut) {
        cut_pairs(worker);
        return FL_OK;
    }
    size_t capacity = cut > 0 ? 2 * cut : worker->capacity + worker->capacity / 2 + 1024;
    fl_status status = take_room(worker->counter, capacity - worker->capacity, error);
    if (status != FL_OK)
        return status;
    struct fl_item_pair *pairs = reallocarray(worker->pairs, capacity, sizeof *pairs);
    if (pairs == NULL)
        return fl_fail_memory(error, capacity * sizeof *pairs);
    worker->pairs = pairs;
    worker->capacity = capacity;
    return FL_OK;
}

static fl_status add_pair(struct worker *worker, uint32_t a, uint32_t b, uint32_t baskets,
                          struct fl_error *error)
{
    const struct fl_pair_plan *plan = worker->counter->plan;
    const int64_t lead = (int64_t)baskets * plan->basket_count -
                         (int64_t)plan->item_baskets[a] * (int64_t)plan->item_baskets[b];
    if (plan->positive_only && lead <= 0)
        return FL_OK;
    const fl_status status = reserve_pair(worker, error);
    if (status != FL_OK)
        return status;
    worker->found++;
    worker->pairs[worker->count++] =
        (struct fl_item_pair){.lead = lead, .a = a < b ? a : b, .b = a < b ? b : a, .baskets = baskets};
    return FL_OK;
}

/* ---- counting ---- */

static const uint32_t *item_at(const struct fl_basket_list *baskets, uint32_t place)
{
    return &baskets->chunks[place >> FL_BASKET_CHUNK_BITS]->items[place & (FL_BASKET_CHUNK_ITEMS - 1)];
}

/* Counts what stands in front of the item in each of its baskets; returns how many items that are. */
static size_t count_in_front(const struct worker *worker, size_t number)
{
    const struct counter *counter = worker->counter;
    const struct fl_basket_list *baskets = counter->plan->baskets;
    const uint64_t first = number == 0 ? 0 : counter->starts[number - 1], end = counter->starts[number];
    uint32_t *together = worker->together, *touched = worker->touched;
    size_t count = 0;
    for (uint64_t i = first; i < end; i++) {
        if (i + PLACES_AHEAD < end)
            __builtin_prefetch(item_at(baskets, counter->places[i + PLACES_AHEAD]) - 1);
        const uint32_t *item = item_at(baskets, counter->places[i]);
        uint32_t word;
        do {
            word = *--item;
            const uint32_t other = word & ~FL_BASKET_FIRST;
            touched[count] = other;
            count += together[other]++ == 0;
        } while ((word & FL_BASKET_FIRST) == 0);
    }
    return count;
}

static fl_status take_common(struct worker *worker, size_t number, struct fl_error *error)
{
    const struct counter *counter = worker->counter;
    const size_t common = counter->common;
    fl_status status = FL_OK;
    for (size_t other = 0; other < number && status == FL_OK; other++) {
        const uint32_t baskets =
            counter->square[number * common + other] + counter->square[other * common + number];
        if (baskets >= counter->plan->baskets_min)
            status = add_pair(worker, counter->item_of[number], counter->item_of[other], baskets, error);
    }
    return status;
}

static fl_status count_item(struct worker *worker, size_t number, struct fl_error *error)
{
    const struct counter *counter = worker->counter;
    const size_t count = count_in_front(worker, number);
    fl_status status = FL_OK;
    for (size_t i = 0; i < count; i++) {
        const uint32_t other = worker->touched[i], baskets = worker->together[other];
        worker->together[other] = 0;
        if (baskets >= counter->plan->baskets_min && status == FL_OK)
            status = add_pair(worker, counter->item_of[number], counter->item_of[other], baskets, error);
    }
    return status;
}

/* False: none is left, or a thread has failed. */
static bool take_items(struct counter *counter, size_t *first)
{
    pthread_mutex_lock(&counter->lock);
    *first = counter->next_item;
    const bool taken = *first < counter->kept && counter->status == FL_OK;
    counter->next_item += ITEMS_TAKEN;
    pthread_mutex_unlock(&counter->lock);
    return taken;
}

static void note_failure(struct counter *counter, fl_status status, const struct fl_error *error)
{
    pthread_mutex_lock(&counter->lock);
    counter->status = status;
    counter->error = *error;
    pthread_mutex_unlock(&counter->lock);
}

static void *count_items(void *context)
{
    struct worker *worker = context;
    struct counter *counter = worker->counter;
    size_t first;
    while (take_items(counter, &first)) {
        const size_t end = first + ITEMS_TAKEN < counter->kept ? first + ITEMS_TAKEN : counter->kept;
        struct fl_error error;
        fl_error_clear(&error);
        fl_status status = FL_OK;
        for (size_t number = first; number < end && status == FL_OK; number++)
            status = number < counter->common ? take_common(worker, number, &error)
                                              : count_item(worker, number, &error);
        if (status != FL_OK)
            note_failure(counter, status, &error);
    }
    return NULL;
}

/* ---- threads ---- */

static fl_status open_worker(struct counter *counter, struct worker *worker, struct fl_error *error)
{
    worker->counter = counter;
    worker->together = calloc(counter->kept + 1, sizeof *worker->together);
    /* One more than there can be, as a place is written before it is known to be a new one. */
    worker->touched = malloc((counter->kept + 1) * sizeof *worker->touched);
    if (worker->together == NULL || worker->touched == NULL)
        return fl_fail_memory(error, (counter->kept + 1) * 2 * sizeof *worker->touched);
    return FL_OK;
}

static void close_worker(struct worker *worker)
{
    free(worker->together);
    free(worker->touched);
    free(worker->pairs);
}

static void run_workers(struct worker *workers, size_t count)
{
    size_t started = 1;
    while (started < count &&
           pthread_create(&workers[started].thread, NULL, count_items, &workers[started]) == 0)
        started++;
    (void)count_items(&workers[0]);
    for (size_t i = 1; i < started; i++)
        (void)pthread_join(workers[i].thread, NULL);
}

/* Each worker's pairs are let go of when they are joined. */
static fl_status join_pairs(struct worker *workers, size_t count, const struct fl_pair_plan *plan,
                            struct fl_pair_list *list, struct fl_error *error)
{
    size_t all = 0;
    for (size_t i = 0; i < count; i++)
        all += workers[i].count;
    list->pairs = malloc((all + 1) * sizeof *list->pairs);
    if (list->pairs == NULL)
        return fl_fail_memory(error, (all + 1) * sizeof *list->pairs);
    for (size_t i = 0; i < count; i++) {
        if (workers[i].count > 0)
            memcpy(list->pairs + list->count, workers[i].pairs, workers[i].count * sizeof *list->pairs);
        list->count += workers[i].count;
        list->found += workers[i].found;
        free(workers[i].pairs);
        workers[i].pairs = NULL;
    }
    qsort(list->pairs, list->count, sizeof *list->pairs, compare_pairs);
    if (plan->pairs_max > 0 && list->count > plan->pairs_max)
        list->count = plan->pairs_max;
    return FL_OK;
}

static fl_status count_all(struct counter *counter, struct fl_pair_list *list, struct fl_error *error)
{
    const size_t count = counter->threads;
    struct worker *workers = calloc(count, sizeof *workers);
    if (workers == NULL)
        return fl_fail_memory(error, count * sizeof *workers);
    fl_status status = FL_OK;
    for (size_t i = 0; i < count && status == FL_OK; i++)
        status = open_worker(counter, &workers[i], error);
    if (status == FL_OK) {
        run_workers(workers, count);
        status = counter->status;
        if (status != FL_OK && error != NULL)
            *error = counter->error;
    }
    if (status == FL_OK)
        status = join_pairs(workers, count, counter->plan, list, error);
    for (size_t i = 0; i < count; i++)
        close_worker(&workers[i]);
    free(workers);
    return status;
}

fl_status fl_count_pairs(const struct fl_pair_plan *plan, struct fl_pair_list *list, struct fl_error *error)
{
    assert(plan->baskets_min > 0 && plan->basket_count <= (int64_t)FL_BASKETS_MAX);
    struct counter counter = {.plan = plan, .threads = plan->threads == 0 ? 1 : plan->threads};
    *list = (struct fl_pair_list){0};
    pthread_mutex_init(&counter.lock, NULL);
    fl_status status = number_items(&counter, error);
    if (status == FL_OK)
        status = invert_baskets(&counter, error);
    if (status == FL_OK)
        status = count_all(&counter, list, error);
    free(counter.number_of);
    free(counter.item_of);
    free(counter.square);
    free(counter.starts);
    free(counter.places);
    pthread_mutex_destroy(&counter.lock);
    return status;
}

void fl_pair_list_release(struct fl_pair_list *list)
{
    free(list->pairs);
    *list = (struct fl_pair_list){0};
}
