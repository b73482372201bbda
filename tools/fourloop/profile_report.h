/* profile_report.h - the two ways to show a profile of clusters. */
#ifndef TOOLS_FOURLOOP_PROFILE_REPORT_H
#define TOOLS_FOURLOOP_PROFILE_REPORT_H

#include "engine/clusters/cluster_profile.h"
#include "formats/base/publish.h"

/* For people, on the standard output. */
fl_status profile_text(const struct fl_cluster_profile *profile, struct fl_error *error);
/* A row for each cluster, or for each cluster and category that its customers buy. */
fl_status profile_rows(const struct fl_cluster_profile *profile, bool of_categories, bool to_ndjson,
                       struct fl_output *output, struct fl_error *error);

#endif
