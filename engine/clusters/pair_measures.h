/* pair_measures.h - how strongly two items go together, from counts of baskets. */
#ifndef ENGINE_CLUSTERS_PAIR_MEASURES_H
#define ENGINE_CLUSTERS_PAIR_MEASURES_H

#include <stdint.h>

/* Of baskets; both <= a, b <= all < 2^31, all of them above 0. */
struct fl_pair_counts {
    int64_t all, a, b, both;
};

struct fl_pair_measures {
    double support;
    double confidence_a_to_b, confidence_b_to_a; /* who has the one has the other, too */
    double lift, leverage;
    double fisher_p; /* one-sided: as many with both, or more, by chance */
};

struct fl_pair_measures fl_pair_measures_of(const struct fl_pair_counts *counts);

#endif
