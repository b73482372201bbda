/* diff_causes.h - what two runs differ in, and the runs in between that tell the effects apart. */
#ifndef ENGINE_DIFF_CAUSES_H
#define ENGINE_DIFF_CAUSES_H

#include "engine/run_manifest.h"

/* Files that only one of two models asks for (products without scopes that need them) are no other data. */
void fl_diff_find_causes(const struct fl_run_manifest *a, const struct fl_run_manifest *b,
                         bool differs[FL_DIFF_CAUSES]);

/* From A to B one cause after the other: A's data with B's registry, then with B's keywords, then with all of
 * B's model, then B itself. Each run is the one before it but for one cause, so the effects add up.
 * Zero-initialise; release once, which removes the runs. */
struct fl_diff_between {
    const struct fl_io *io;
    char *folder;                  /* holds them and their models */
    char *folders[FL_DIFF_CAUSES]; /* of the runs; the last step leads to B, which is there already */
    size_t count;                  /* of the causes in which the runs differ, less one */
};

/* Scores the runs in between. FL_UNSUPPORTED: A or B is of another version of the program. */
fl_status fl_diff_between_make(const struct fl_diff_plan *plan, const struct fl_run_manifest manifests[2],
                               const bool differs[FL_DIFF_CAUSES], struct fl_diff_between *between,
                               struct fl_error *error);
void fl_diff_between_release(struct fl_diff_between *between);

#endif
