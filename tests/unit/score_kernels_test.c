/* score_kernels_test.c - each CPU level's score kernels give the bits of the scalar ones, which are the
 * formula.
 *
 * All lengths 0..200 hit every tail, all offsets 0..31 every alignment; rows come from random days (many
 * equal, some past the last age) and types (purchases from none to many), sums start from what a piece before
 * left; cut into scopes of few and of many rows they give each scope's own sums. Arrays end where a page
 * without access begins, so that a read past the rows would crash. The scalar sums are compared with a loop
 * in 128 bits that looks at one row at a time in the words of SEMANTICS.md. */
#include "tests/unit/engine_fixture.h"

#include <sys/mman.h>

#include "engine/kernels/score_kernels.h"
#include "engine/points.h"

enum { ROWS_MAX = 232, LENGTH_MAX = 200, OFFSET_MAX = 31, AS_OF = 20000, AGES = 402, LONG_ROWS = 5000 };

static struct fl_row_tables tables;
static int32_t contributions[FL_ROW_TYPES * AGES];
static int32_t *days; /* ROWS_MAX of each, then no access */
static uint8_t *types, *order_nulls;
static int64_t *orders;

static void *guarded(size_t size)
{
    uint8_t *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(pages, MAP_FAILED);
    assert_int_equal(mprotect(pages + 4096, 4096, PROT_NONE), 0);
    return pages + 4096 - size;
}

static int make_tables(void **state)
{
    uint64_t random = 17;
    (void)state;
    days = guarded(ROWS_MAX * sizeof *days);
    types = guarded(ROWS_MAX);
    orders = guarded(ROWS_MAX * sizeof *orders);
    order_nulls = guarded(ROWS_MAX);
    tables.contributions = contributions;
    tables.ages = AGES;
    for (unsigned type = 0; type < FL_ROW_TYPES; type++) {
        const int32_t magnitude =
            type % 9 == 0 ? FL_WEIGHT_MILLI_MAX : (int32_t)(next_random(&random) % FL_WEIGHT_MILLI_MAX);
        const int sign = (int)(next_random(&random) % 3) - 1;
        tables.weights[type] = sign * magnitude;
        tables.flags[type] =
            (uint8_t)(next_random(&random) % 8 | next_random(&random) % 4 << FL_ROW_CUT_SHIFT);
        if (type % 37 == 5)
            tables.flags[type] |= FL_ROW_PURCHASE;
        for (unsigned age = 0; age + 1 < AGES; age++)
            contributions[type * AGES + age] =
                sign * (int32_t)(next_random(&random) % ((uint32_t)magnitude * 1000 + 1));
    }
    return 0;
}

static int compare_days(const void *a, const void *b)
{
    return *(const int32_t *)a - *(const int32_t *)b;
}

/* `kinds` types at most, the days within `span`. */
static void make_rows(uint64_t *random, unsigned kinds, unsigned span)
{
    for (size_t row = 0; row < ROWS_MAX; row++) {
        days[row] = AS_OF - (int32_t)(next_random(random) % span);
        types[row] = (uint8_t)(next_random(random) % kinds * 7);
    }
    qsort(days, ROWS_MAX, sizeof *days, compare_days);
    for (size_t row = 0; row < ROWS_MAX; row++) {
        orders[row] = (int64_t)(next_random(random) % 3) << 33;
        order_nulls[row] = next_random(random) % 5 == 0;
    }
}

static struct fl_row_sums sums_before(uint64_t *random)
{
    struct fl_row_sums sums = {.positive = 5, .full = -6, .intent = 7, .intent_28 = 8, .intent_112 = 9};
    const int32_t day[] = {INT32_MIN, AS_OF - 400, AS_OF - 100, AS_OF};
    sums.purchase_day = day[next_random(random) % 4];
    return sums;
}

static void assert_same_sums(const struct fl_row_sums *a, const struct fl_row_sums *b)
{
    assert_memory_equal(a, b, offsetof(struct fl_row_sums, purchase_day));
    assert_int_equal(a->purchase_day, b->purchase_day);
    assert_true(a->lost_to_cap == b->lost_to_cap && a->uncounted == b->uncounted);
}

/* The scopes of 1 to 80 rows that `rows` rows are cut into, some with a gap in front; returns how many. */
static size_t cut_into_runs(uint64_t *random, size_t rows, uint32_t starts[FL_KERNEL_RUNS_MAX],
                            uint32_t ends[FL_KERNEL_RUNS_MAX])
{
    size_t runs = 0;
    for (size_t end = 0; end < rows; ends[runs++] = (uint32_t)end) {
        const size_t gap = runs % 3 == 0 ? next_random(random) % 5 : 0;
        starts[runs] = (uint32_t)(end + gap < rows ? end + gap : end);
        end = starts[runs] + 1 + next_random(random) % (runs % 2 == 0 ? 20 : 80);
        end = end < rows ? end : rows;
    }
    return runs;
}

/* The numbers of all `runs`, or of some; returns how many. */
static size_t choose_runs(uint64_t *random, size_t runs, uint16_t wanted[FL_KERNEL_RUNS_MAX])
{
    const bool all = next_random(random) % 2 == 0;
    size_t count = 0;
    for (size_t i = 0; i < runs; i++) {
        wanted[count] = (uint16_t)i;
        count += all || next_random(random) % 3 == 0;
    }
    return count;
}

static void check_runs_on(enum fl_cpu_level level, const int32_t *day, const uint8_t *type, size_t rows)
{
    static uint64_t random = 31;
    uint32_t starts[FL_KERNEL_RUNS_MAX], ends[FL_KERNEL_RUNS_MAX];
    struct fl_row_sums sums[FL_KERNEL_RUNS_MAX], only[FL_KERNEL_RUNS_MAX];
    uint16_t wanted[FL_KERNEL_RUNS_MAX];
    const size_t runs = cut_into_runs(&random, rows, starts, ends),
                 count = choose_runs(&random, runs, wanted);
    memset(sums, 0xA5, sizeof sums); /* nothing of what was there may stay */
    memset(only, 0xA5, sizeof only);
    fl_score_kernels_of(level)->sum_runs(&tables, AS_OF, day, type, starts, ends, wanted, count, sums);
    fl_score_kernels_of(level)->sum_contributions_of_runs(&tables, AS_OF, day, type, starts, ends, wanted,
                                                          count, only);
    for (size_t k = 0; k < count; k++) {
        const size_t i = wanted[k], from = starts[i];
        struct fl_row_sums expected = {.purchase_day = INT32_MIN};
        fl_score_kernels_of(FL_CPU_SCALAR)
            ->sum_rows(&tables, AS_OF, day + from, type + from, ends[i] - from, &expected);
        assert_same_sums(&sums[i], &expected);
        expected = (struct fl_row_sums){.loop[0] = expected.loop[0] + expected.loop[1] + expected.loop[2] +
                                                   expected.loop[3],
                                        .purchase_day = INT32_MIN};
        assert_same_sums(&only[i], &expected);
    }
}

static void check_level_on(enum fl_cpu_level level, const int32_t *day, const uint8_t *type, size_t rows,
                           const struct fl_row_sums *before)
{
    const struct fl_score_kernels *scalar = fl_score_kernels_of(FL_CPU_SCALAR);
    const struct fl_score_kernels *wide = fl_score_kernels_of(level);
    struct fl_row_sums expected = *before, sums = *before;
    uint64_t expected_marks[(LONG_ROWS + 63) / 64] = {0}, marks[(LONG_ROWS + 63) / 64] = {0};
    uint64_t expected_cut[(LONG_ROWS + 63) / 64] = {0}, cut[(LONG_ROWS + 63) / 64] = {0};
    scalar->sum_rows(&tables, AS_OF, day, type, rows, &expected);
    wide->sum_rows(&tables, AS_OF, day, type, rows, &sums);
    assert_same_sums(&sums, &expected);
    assert_int_equal(wide->sum_contributions(&tables, AS_OF, day, type, rows),
                     scalar->sum_contributions(&tables, AS_OF, day, type, rows));
    scalar->mark_same(day, type, rows, expected_marks);
    wide->mark_same(day, type, rows, marks);
    assert_memory_equal(marks, expected_marks, sizeof marks);
    scalar->mark_cut(tables.flags, type, rows, marks, expected_cut);
    wide->mark_cut(tables.flags, type, rows, marks, cut);
    assert_memory_equal(cut, expected_cut, sizeof cut);
    assert_int_equal(wide->count_descents(day, type, rows), scalar->count_descents(day, type, rows));
    check_runs_on(level, day, type, rows);
}

/* `from` is the offset of the orders. */
static void check_orders_on(enum fl_cpu_level level, size_t from, size_t rows)
{
    const struct fl_score_kernels *scalar = fl_score_kernels_of(FL_CPU_SCALAR);
    const struct fl_score_kernels *wide = fl_score_kernels_of(level);
    uint64_t asked[ROWS_MAX / 64 + 1], expected[ROWS_MAX / 64 + 1] = {0}, equal[ROWS_MAX / 64 + 1] = {0};
    for (size_t word = 0; word <= ROWS_MAX / 64; word++)
        asked[word] = (rows + word) % 3;
    scalar->mark_equal_orders(orders + from, order_nulls + from, rows, asked, expected);
    wide->mark_equal_orders(orders + from, order_nulls + from, rows, asked, equal);
    assert_memory_equal(equal, expected, sizeof equal);
    scalar->mark_equal_orders(orders + from, NULL, rows, asked, expected);
    wide->mark_equal_orders(orders + from, NULL, rows, asked, equal);
    assert_memory_equal(equal, expected, sizeof equal);
}

static void test_levels(void **state)
{
    uint64_t random = 23;
    (void)state;
    for (enum fl_cpu_level level = FL_CPU_SCALAR; level <= fl_cpu_found(); level++) {
        for (size_t from = 0; from <= OFFSET_MAX; from++) {
            for (size_t rows = 0; rows <= LENGTH_MAX; rows++) {
                const struct fl_row_sums before = sums_before(&random);
                make_rows(&random, rows % 3 == 0 ? 2 : 36, rows % 5 == 0 ? 30 : 500);
                check_level_on(level, days + from, types + from, rows, &before);
                /* Up to the page without access. */
                check_level_on(level, days + ROWS_MAX - rows, types + ROWS_MAX - rows, rows, &before);
                check_orders_on(level, from, rows);
                check_orders_on(level, ROWS_MAX - rows, rows);
            }
        }
    }
}

/* Many rows of the largest weights: each level's narrower sums must be widened in time. */
static void test_many_rows(void **state)
{
    (void)state;
    int32_t *day = malloc(LONG_ROWS * sizeof *day);
    uint8_t *type = malloc(LONG_ROWS);
    assert_non_null(day);
    assert_non_null(type);
    for (size_t row = 0; row < LONG_ROWS; row++) {
        day[row] = AS_OF - 20;
    }
    for (unsigned first = 1; first < 25; first++) {
        memset(type, (int)(first * 9), LONG_ROWS);
        const struct fl_row_sums before = {.purchase_day = INT32_MIN};
        for (enum fl_cpu_level level = FL_CPU_SCALAR; level <= fl_cpu_found(); level++)
            check_level_on(level, day, type, LONG_ROWS, &before);
    }
    free(day);
    free(type);
}

static void check_scalar(size_t rows, const struct fl_row_sums *before)
{
    const struct fl_score_kernels *scalar = fl_score_kernels_of(FL_CPU_SCALAR);
    struct fl_row_sums sums = *before;
    scalar->sum_rows(&tables, AS_OF, days, types, rows, &sums);
    int32_t purchase_day = before->purchase_day;
    for (size_t row = 0; row < rows; row++) {
        if ((tables.flags[types[row]] & FL_ROW_PURCHASE) != 0)
            purchase_day = days[row];
    }
    const bool dropped = purchase_day != before->purchase_day;
    __int128 raw = 0, positive = before->positive, full = before->full, f = 0;
    __int128 intent = dropped ? 0 : before->intent;
    for (size_t row = 0; row < rows; row++) {
        const int32_t age = AS_OF - days[row];
        const int32_t contribution = contributions[types[row] * AGES + (age < AGES ? age : AGES - 1)];
        const int32_t points = 1000 * tables.weights[types[row]];
        raw += contribution;
        positive += contribution > 0 ? contribution : 0;
        full += points;
        f += points > 0 && age <= 27 ? points : 0;
        intent +=
            (tables.flags[types[row]] & FL_ROW_INBOUND) != 0 && days[row] > purchase_day ? contribution : 0;
    }
    assert_true(sums.loop[0] + sums.loop[1] + sums.loop[2] + sums.loop[3] == raw);
    assert_true(sums.positive == positive && sums.full == full && sums.points_28 == f);
    assert_int_equal(sums.purchase_day, purchase_day);
    if (dropped || purchase_day == INT32_MIN) /* else a purchase of the same day may have dropped it */
        assert_true(sums.intent == intent);
    assert_true(scalar->sum_contributions(&tables, AS_OF, days, types, rows) == raw);
}

static void test_scalar(void **state)
{
    uint64_t random = 29;
    (void)state;
    for (size_t rows = 0; rows <= LENGTH_MAX; rows++) {
        const struct fl_row_sums before = sums_before(&random);
        make_rows(&random, 36, 500);
        check_scalar(rows, &before);
    }
}

static void test_marks_and_descents(void **state)
{
    (void)state;
    const int32_t day[] = {1, 1, 1, 2, 2, 1};
    const uint8_t type[] = {3, 3, 2, 2, 2, 9};
    uint64_t marks[1];
    for (enum fl_cpu_level level = FL_CPU_SCALAR; level <= fl_cpu_found(); level++) {
        fl_score_kernels_of(level)->mark_same(day, type, 6, marks);
        assert_int_equal(marks[0], 1 << 0 | 1 << 3);
        assert_int_equal(fl_score_kernels_of(level)->count_descents(day, type, 6), 2);
    }
}

/* Rows 0..3 are alike, so are 5..6, 62..66 and 68..70; their types leave 3, 1, 2, 0 rows whole; of the third
 * group rows 62 and 63, 65 and 66 have one order. */
static void test_groups(void **state)
{
    (void)state;
    uint8_t flags[FL_ROW_TYPES] = {0}, type[71], null[71] = {0};
    int32_t day[71];
    int64_t order[71];
    uint64_t same[3], cut[3], equal[3];
    for (int row = 0; row < 71; row++) {
        const bool begins = (row > 0 && row < 4) || row == 6 || (row > 62 && row < 67) || row > 68;
        day[row] = begins ? day[row - 1] : row;
        type[row] = row < 4 ? 3 : row < 7 ? 1 : row < 68 ? 2 : 0;
        order[row] = row == 63 || row == 66 ? row - 1 : row;
    }
    for (unsigned of_type = 0; of_type < 4; of_type++)
        flags[of_type] = (uint8_t)(of_type << FL_ROW_CUT_SHIFT);
    for (enum fl_cpu_level level = FL_CPU_SCALAR; level <= fl_cpu_found(); level++) {
        const struct fl_score_kernels *kernels = fl_score_kernels_of(level);
        struct fl_row_group groups[71 / 2 + 4];
        kernels->mark_same(day, type, 71, same);
        kernels->mark_cut(flags, type, 71, same, cut);
        kernels->mark_equal_orders(order, null, 71, cut, equal);
        same[2] = cut[2] = equal[2] = 0;
        assert_int_equal(kernels->list_groups(same, cut, equal, 71, groups), 3);
        assert_memory_equal(groups, ((struct fl_row_group[]){{.row = 0, .rows = 4}, {5, 2, 0}, {62, 5, 2}}),
                            3 * sizeof groups[0]);
    }
}

/* A group longer than a word of marks, all of one order; one behind the other there may be rows / 2 groups.
 */
static void test_long_and_many_groups(void **state)
{
    (void)state;
    enum { ROWS = 1000, WORDS = (ROWS + 63) / 64 };
    uint64_t long_marks[WORDS + 1] = {0}, pairs[WORDS + 1] = {0};
    struct fl_row_group groups[ROWS / 2 + 4];
    for (size_t row = 10; row + 1 < ROWS; row++)
        long_marks[row / 64] |= UINT64_C(1) << (row % 64);
    for (size_t word = 0; word < WORDS; word++)
        pairs[word] = UINT64_C(0x5555555555555555) >> (word + 1 == WORDS ? 64 - ROWS % 64 : 0);
    for (enum fl_cpu_level level = FL_CPU_SCALAR; level <= fl_cpu_found(); level++) {
        const struct fl_score_kernels *kernels = fl_score_kernels_of(level);
        assert_int_equal(kernels->list_groups(long_marks, long_marks, long_marks, ROWS, groups), 1);
        assert_memory_equal(groups, ((struct fl_row_group[]){{10, ROWS - 10, ROWS - 11}}), sizeof groups[0]);
        assert_int_equal(kernels->list_groups(pairs, pairs, pairs, ROWS, groups), ROWS / 2);
        for (uint32_t i = 0; i < ROWS / 2; i++)
            assert_memory_equal(&groups[i], (&(struct fl_row_group){2 * i, 2, 1}), sizeof groups[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels), cmocka_unit_test(test_many_rows),
        cmocka_unit_test(test_scalar), cmocka_unit_test(test_marks_and_descents),
        cmocka_unit_test(test_groups), cmocka_unit_test(test_long_and_many_groups),
    };
    return cmocka_run_group_tests(tests, make_tables, NULL);
}
