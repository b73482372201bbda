/* compress.h - LZ4 on top of a page where it pays (the only place that includes lz4). */
#ifndef FORMATS_ENCODINGS_COMPRESS_H
#define FORMATS_ENCODINGS_COMPRESS_H

#include <stdbool.h>

#include "formats/base/arena.h"
#include "formats/base/status.h"

/* Appends the LZ4 block of `bytes` to `out` (1), or leaves `out` alone because it does not pay by the cost
 * rule (0), or runs out of memory (-1). high: by LZ4HC, several times slower; chat texts get a quarter
 * smaller. */
int fl_lz4_pack(const uint8_t *bytes, size_t size, bool high, struct fl_buffer *out);

/* Appends the LZ4 block of `bytes`, whether it pays or not, for files whose format wants one (1), or runs out
 * of memory
 * (-1). At most 1 GiB. */
int fl_lz4_pack_whole(const uint8_t *bytes, size_t size, struct fl_buffer *out);

/* Fills unpacked[0 .. unpacked_size) exactly, or FL_CORRUPT. The caller has bounded unpacked_size; it is
 * refused here when no LZ4 block of `size` bytes can unpack to it. */
fl_status fl_lz4_unpack(const uint8_t *bytes, size_t size, uint8_t *unpacked, size_t unpacked_size,
                        struct fl_error *error);
/* The same for blocks of files of others, which may be larger than our pages: false when it is no block of
 * exactly that size. */
bool fl_lz4_unpack_whole(const uint8_t *bytes, size_t size, uint8_t *unpacked, size_t unpacked_size);

#endif
