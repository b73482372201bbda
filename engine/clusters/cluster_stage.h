/* cluster_stage.h - the stage for baskets and clusters: some customers at a time, one night. */
#ifndef ENGINE_CLUSTERS_CLUSTER_STAGE_H
#define ENGINE_CLUSTERS_CLUSTER_STAGE_H

#include "engine/clusters/cluster_move.h"
#include "engine/clusters/cluster_rules.h"
#include "engine/customer_facts.h"

/* At most so many customers at a time. */
enum { FL_CLUSTERED_AT_ONCE = 128 };

/* Belongs to one thread; the rules are borrowed until free. */
struct fl_cluster_stage;
fl_status fl_cluster_stage_create(const struct fl_cluster_rules *rules, int32_t as_of_day,
                                  struct fl_cluster_stage **stage, struct fl_error *error);
/* NULL is fine. */
void fl_cluster_stage_free(struct fl_cluster_stage *stage);

/* The baskets of one more customer, into its facts; days after the as-of day are passed over. */
void fl_cluster_stage_add(struct fl_cluster_stage *stage, const struct fl_day_facts *days,
                          struct fl_customer_facts *facts);
/* The clusters of those that were added, into their facts. states: of each of them, after the night before,
 * then after this one. */
void fl_cluster_stage_end(struct fl_cluster_stage *stage, struct fl_cluster_state *const *states,
                          struct fl_customer_facts *facts);

#endif
