/* row_spill.h - sorted runs of packed rows on an unnamed scratch file. */
#ifndef FORMATS_IMPORTERS_ROW_SPILL_H
#define FORMATS_IMPORTERS_ROW_SPILL_H

#include "formats/base/arena.h"
#include "formats/base/io.h"
#include "formats/base/status.h"
#include "formats/importers/row_layout.h"

struct fl_spill_run {
    uint64_t begin, end; /* bytes of the scratch file */
};

/* Rows are written in chunks of whole rows, each with a checksum bound to its run and number, so that what
 * comes back is what was written, in its place. A chunk has about `chunk_bytes`, or one row that is larger.
 */
struct fl_spill {
    const struct fl_io *io;
    const char *directory; /* borrowed */
    int file;              /* -1: not made yet */
    uint64_t size_bytes;
    size_t chunk_bytes, largest_chunk_bytes; /* with their heads */
    struct fl_buffer chunk;
    uint32_t chunk_number;
    struct fl_spill_run *runs;
    size_t run_count, run_capacity;
};

void fl_spill_init(struct fl_spill *spill, const struct fl_io *io, const char *directory, size_t chunk_bytes);
fl_status fl_spill_begin_run(struct fl_spill *spill, struct fl_error *error);
fl_status fl_spill_add(struct fl_spill *spill, const uint8_t *row, size_t row_bytes, struct fl_error *error);
fl_status fl_spill_end_run(struct fl_spill *spill, struct fl_error *error);
/* Lets the file go; `spill` is as after init. */
void fl_spill_close(struct fl_spill *spill);

struct fl_spill_reader {
    const struct fl_spill *spill;
    uint32_t run, chunk_number;
    uint64_t next, end;
    uint8_t *chunk; /* the caller's, spill->largest_chunk_bytes */
    size_t at, chunk_end;
};

void fl_spill_read_run(const struct fl_spill *spill, size_t run, uint8_t *chunk,
                       struct fl_spill_reader *reader);
/* The next row, borrowed until the next call; NULL at the end of the run. FL_IO: other bytes than were
 * written. */
fl_status fl_spill_next(struct fl_spill_reader *reader, const struct fl_row_layout *layout,
                        const uint8_t **row, struct fl_error *error);

#endif
