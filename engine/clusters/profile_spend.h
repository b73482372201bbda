/* profile_spend.h - what the customers of each cluster spent, by category, from the rows of a data folder. */
#ifndef ENGINE_CLUSTERS_PROFILE_SPEND_H
#define ENGINE_CLUSTERS_PROFILE_SPEND_H

#include "engine/clusters/cluster_profile.h"
#include "engine/scan.h"

/* Adds to `net` of profile->sums and to profile->spent; the customers table at `path` says who is where. */
fl_status fl_profile_spend_add(const struct fl_cluster_profile_plan *plan, const struct fl_scan_plan *scan,
                               const char *path, struct fl_cluster_profile *profile, struct fl_error *error);

#endif
