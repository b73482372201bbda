/* diff_tags.h - which tags customers gained and lost from one run to another. */
#ifndef ENGINE_DIFF_TAGS_H
#define ENGINE_DIFF_TAGS_H

#include "engine/run_manifest.h"

/* Walks through both tables of tags; a run without one has none. Fills tags, tag_count and has_tags. */
fl_status fl_diff_count_tags(const struct fl_diff_plan *plan, const struct fl_run_manifest manifests[2],
                             struct fl_arena *arena, struct fl_diff *diff, struct fl_error *error);

#endif
