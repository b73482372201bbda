/* facts_fixture.h - rows of one customer as the arrays that the scan gives, and the facts of them. */
#ifndef TESTS_UNIT_FACTS_FIXTURE_H
#define TESTS_UNIT_FACTS_FIXTURE_H

#include "tests/unit/slow_facts.h"

enum { FACT_ROWS_MAX = 20000 };

struct fact_arrays {
    int32_t day[FACT_ROWS_MAX];
    uint8_t type[FACT_ROWS_MAX], promoted[FACT_ROWS_MAX];
    int64_t net[FACT_ROWS_MAX], margin[FACT_ROWS_MAX];
    uint32_t category[FACT_ROWS_MAX];
    struct fl_rows rows;
};

/* In the order of the rows. */
static inline void fill_fact_arrays(const struct slow_facts *slow, struct fact_arrays *arrays)
{
    assert_true(slow->count <= FACT_ROWS_MAX);
    for (size_t i = 0; i < slow->count; i++) {
        const struct fact_row *row = &slow->rows[i];
        arrays->day[i] = row->day;
        arrays->type[i] = row->type;
        arrays->net[i] = slow_net(slow, i);
        arrays->margin[i] = slow_is_money(slow, i) ? row->margin : 0;
        arrays->promoted[i] = slow_role(slow, i) == FL_ROLE_PURCHASE && row->promoted;
        arrays->category[i] = row->category;
    }
    arrays->rows = (struct fl_rows){.day = arrays->day,
                                    .type = arrays->type,
                                    .net = arrays->net,
                                    .margin = arrays->margin,
                                    .promoted = arrays->promoted,
                                    .count = slow->count};
}

/* All rows as pieces of 1 .. piece_max rows. */
static inline void add_fact_pieces(struct fl_day_facts *days, const struct fact_arrays *arrays,
                                   size_t piece_max, uint64_t *random)
{
    struct fl_rows left = arrays->rows;
    fl_day_facts_begin(days);
    while (left.count > 0) {
        const size_t wanted = 1 + next_random(random) % piece_max;
        struct fl_rows piece = left;
        piece.count = wanted < left.count ? wanted : left.count;
        assert_int_equal(
            fl_day_facts_add(days, &piece, arrays->category + (arrays->rows.count - left.count), NULL),
            FL_OK);
        fl_rows_pass(&left, piece.count);
    }
}

#endif
