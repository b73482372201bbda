/* pair_measures.c - how strongly two items go together, from counts of baskets. */
#include "engine/clusters/pair_measures.h"

#include "engine/clusters/hypergeometric.h"

struct fl_pair_measures fl_pair_measures_of(const struct fl_pair_counts *counts)
{
    const int64_t all = counts->all, a = counts->a, b = counts->b, both = counts->both;
    const double square = (double)all * (double)all;
    return (struct fl_pair_measures){
        .support = (double)both / (double)all,
        .confidence_a_to_b = (double)both / (double)a,
        .confidence_b_to_a = (double)both / (double)b,
        .lift = (double)(both * all) / (double)(a * b),
        /* The difference is exact: of two nearly equal quotients few digits would be left. */
        .leverage = (double)(both * all - a * b) / square,
        .fisher_p = fl_hypergeometric_tail(all, a, b, both),
    };
}
