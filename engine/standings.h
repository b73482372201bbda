/* standings.h - what a comparison of all customers needs of each, in row order, on scratch space. */
#ifndef ENGINE_STANDINGS_H
#define ENGINE_STANDINGS_H

#include <stdbool.h>

#include "formats/base/io.h"
#include "formats/base/status.h"

struct fl_standing {
    int64_t customer, raw;
    int64_t monetary;     /* M, of those with a purchase in 24 months */
    int64_t tier_value;   /* of buyers */
    int32_t recency_days; /* -1: no purchase in 24 months */
    int32_t winback_day;  /* has_winback; of a customer that does not lapse tonight */
    uint8_t frequency;    /* F */
    bool is_buyer;        /* net > 0 in 12 months: takes part in the tiers */
    bool has_winback;
    uint8_t engagement, band, loop, phase, stage;
};

enum { FL_STANDING_CHUNK = 16384 };

/* One chunk is in memory, the others on an unnamed file in `directory`. */
struct fl_standings {
    const struct fl_io *io;
    const char *directory; /* borrowed */
    int file;              /* -1: none yet */
    struct fl_standing *chunk;
    size_t chunk_rows, count;
    uint64_t *checksums; /* of the chunks on the file */
    size_t chunk_count;
};

void fl_standings_init(struct fl_standings *standings, const struct fl_io *io, const char *directory);
fl_status fl_standings_add(struct fl_standings *standings, const struct fl_standing *standing,
                           struct fl_error *error);
/* After the last add: calls `each` for all chunks in order, as often as wanted. FL_IO: the scratch file gives
 * other bytes than were written. */
typedef fl_status fl_standings_each(void *context, const struct fl_standing *standings, size_t count,
                                    struct fl_error *error);
fl_status fl_standings_walk(struct fl_standings *standings, fl_standings_each *each, void *context,
                            struct fl_error *error);
void fl_standings_release(struct fl_standings *standings);

#endif
