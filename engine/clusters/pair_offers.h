/* pair_offers.h - what to offer to who bought what: for each item the best others by its pairs. */
#ifndef ENGINE_CLUSTERS_PAIR_OFFERS_H
#define ENGINE_CLUSTERS_PAIR_OFFERS_H

#include "engine/clusters/pair_count.h"

struct fl_offer {
    uint32_t bought, offer; /* items */
    uint32_t rank;          /* from 1 */
    uint32_t baskets;       /* with both */
};

/* Lends the offer; what it returns ends all unless FL_OK. */
typedef fl_status fl_offer_sink(void *context, const struct fl_offer *offer, struct fl_error *error);

/* For each item, by rising number, its `offers_max` best offers by SEMANTICS.md section 6. The list holds all
 * pairs of the plan's baskets with a leverage above 0. Takes less memory than counting them did. */
fl_status fl_pair_offers(const struct fl_pair_plan *plan, const struct fl_pair_list *list, size_t offers_max,
                         fl_offer_sink *sink, void *context, struct fl_error *error);

#endif
