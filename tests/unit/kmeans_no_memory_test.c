/* kmeans_no_memory_test.c - fails each allocation of a fit and of its stability once.
 *
 * The linker puts the functions below before malloc and its kin, in our code. In round n the n-th allocation
 * fails, until a round needs fewer than n. Each such round must end as out of memory and give back what it
 * took. */
#include "tests/unit/basket_fixture.h"

#include "engine/clusters/kmeans.h"
#include "engine/clusters/stability.h"
#include "engine/clusters/subsample.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void __wrap_free(void *memory);

static size_t until_failure = SIZE_MAX; /* SIZE_MAX: none fails */
static long live;                       /* taken, not given back */

static bool fails(void)
{
    return until_failure != SIZE_MAX && until_failure-- == 0;
}

static void *taken(void *memory)
{
    live += memory != NULL;
    return memory;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : taken(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : taken(__real_calloc(count, size));
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : taken(__real_aligned_alloc(alignment, size));
}

void __wrap_free(void *memory)
{
    live -= memory != NULL;
    __real_free(memory);
}

static fl_status fit(const struct fl_basket_vectors *vectors)
{
    struct fl_kmeans kmeans;
    const struct fl_kmeans_plan plan = {.vectors = vectors, .k = 3, .starts = 2, .iterations_max = 300};
    const fl_status status = fl_kmeans_fit(&plan, &kmeans, NULL);
    assert_true(status == FL_OK || kmeans.centroids == NULL);
    fl_kmeans_release(&kmeans);
    return status;
}

static int stop(void *context, unsigned pairs_done, unsigned pairs)
{
    (void)context;
    (void)pairs_done;
    (void)pairs;
    return 1; /* the other pairs do the same */
}

static fl_status measure(const struct fl_basket_vectors *vectors)
{
    struct fl_stability stability;
    const struct fl_stability_plan plan = {
        .vectors = vectors, .k_first = 4, .k_last = 5, .iterations_max = 300, .progress = stop};
    const fl_status status = fl_stability_measure(&plan, &stability, NULL);
    return status == FL_INTERRUPTED ? FL_OK : status;
}

static fl_status draw(const struct fl_basket_vectors *vectors)
{
    uint64_t highest;
    struct fl_subsample subsample = {.customers = NULL};
    fl_status status = fl_subsample_highest(vectors, 10, &highest, NULL);
    if (status == FL_OK)
        status = fl_subsample_make(vectors, 0, highest, &subsample, NULL);
    fl_subsample_release(&subsample);
    return status;
}

enum { ROUNDS_MAX = 1000 };

static void fail_each(fl_status (*work)(const struct fl_basket_vectors *vectors), size_t least_rounds)
{
    struct made_baskets made = baskets_of_kinds(60, 10, 4, 0.4, 3);
    const long before = live;
    size_t round = 0;
    for (fl_status status = FL_NO_MEMORY; status != FL_OK; round++) {
        assert_true(round < ROUNDS_MAX);
        until_failure = round;
        status = work(&made.vectors);
        const bool has_failed = until_failure == SIZE_MAX;
        until_failure = SIZE_MAX;
        assert_int_equal(status, has_failed ? FL_NO_MEMORY : FL_OK);
        assert_int_equal(live, before);
    }
    assert_true(round > least_rounds);
    baskets_free(&made);
}

static void test_each_allocation_fails_once(void **state)
{
    (void)state;
    fail_each(fit, 15);
    fail_each(measure, 50);
    fail_each(draw, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_allocation_fails_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
