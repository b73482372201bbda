/* profile_scores.h - what the customers table of a run says of the customers of each cluster. */
#ifndef ENGINE_CLUSTERS_PROFILE_SCORES_H
#define ENGINE_CLUSTERS_PROFILE_SCORES_H

#include "engine/clusters/cluster_profile.h"

/* Adds up all rows of the table at `path`, but for net, into profile->sums. */
fl_status fl_profile_scores_read(const struct fl_cluster_profile_plan *plan, const char *path,
                                 struct fl_cluster_profile *profile, struct fl_error *error);

#endif
