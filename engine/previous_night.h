/* previous_night.h - what an earlier run said of each customer, looked up in rising order of keys. */
#ifndef ENGINE_PREVIOUS_NIGHT_H
#define ENGINE_PREVIOUS_NIGHT_H

#include "engine/run_manifest.h"
#include "engine/tier.h"
#include "engine/transitions.h"
#include "formats/base/file_map.h"

struct fl_before {
    struct fl_change_words words; /* FL_NO_WORD where that run did not say */
    bool has_engagement;
    uint8_t engagement;
    uint32_t tier_pending; /* FL_NO_WORD: nothing was pending */
    uint8_t tier_pending_nights;
};

struct fl_previous_night;

/* Opens the customers table of the complete run at `path`. FL_CORRUPT: its manifest and its table do not fit;
 * FL_USAGE: it has tags alone. */
fl_status fl_previous_night_open(const struct fl_io *io, const char *path, enum fl_io_mode io_mode,
                                 struct fl_previous_night **night, struct fl_error *error);
/* Lives as long as the night. */
const struct fl_run_manifest *fl_previous_night_manifest(const struct fl_previous_night *night);
/* Of its customers table; lives as long as the night. */
const char *fl_previous_night_path(const struct fl_previous_night *night);
/* 16 bytes: of its customers table. */
const uint8_t *fl_previous_night_uuid(const struct fl_previous_night *night);
/* *there false: that run does not have the customer, who is above the one asked for before. Customers that
 * are passed by are gone: they are added to `gone`, NULL: nobody counts them. */
fl_status fl_previous_night_find(struct fl_previous_night *night, int64_t customer, struct fl_before *before,
                                 bool *there, struct fl_transitions *gone, struct fl_error *error);
/* Passes by all that are left. */
fl_status fl_previous_night_end(struct fl_previous_night *night, struct fl_transitions *gone,
                                struct fl_error *error);
/* NULL is fine. */
void fl_previous_night_close(struct fl_previous_night *night);

#endif
