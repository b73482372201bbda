/* cluster_move_test.c - the move rule, alone: each kind of night, and the border of 10 %. */
#include "tests/unit/engine_fixture.h"

#include "engine/clusters/cluster_move.h"

static void assert_after(struct fl_cluster_state before, uint32_t nearest, double nearest_square,
                         double own_square, struct fl_cluster_state expected)
{
    const struct fl_cluster_state state = fl_cluster_move(&before, nearest, nearest_square, own_square);
    assert_int_equal(state.cluster, expected.cluster);
    assert_int_equal(state.pending, expected.pending);
    assert_int_equal(state.pending_nights, expected.pending_nights);
    assert_true(state.known);
}

static void test_nights(void **state)
{
    (void)state;
    const struct fl_cluster_state in_4 = {.cluster = 4}, waits = {4, 9, 1, true}, in_9 = {.cluster = 9};
    assert_after(in_4, 4, 1, 1, in_4);
    assert_after(waits, 4, 1, 1, in_4); /* back: nothing is pending any more */
    assert_after(in_4, 9, 0.5, 1, waits);
    assert_after(waits, 9, 0.5, 1, in_9);
    assert_after(waits, 9, 0.9, 1, in_4);
    assert_after(waits, 7, 0.5, 1, (struct fl_cluster_state){4, 7, 1, true}); /* another one: anew */
}

static void test_border(void **state)
{
    (void)state;
    const struct fl_cluster_state in_4 = {.cluster = 4}, waits = {4, 9, 1, true};
    assert_after(in_4, 9, 0.81, 1, waits);
    assert_after(in_4, 9, 0.8100001, 1, in_4);
    assert_after(in_4, 9, 0, 0, waits); /* both are where the customer is: as near as can be */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nights), cmocka_unit_test(test_border)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
