/* zstd.h - zstd on top of a page of cold text (the only place that includes zstd). */
#ifndef FORMATS_ENCODINGS_ZSTD_H
#define FORMATS_ENCODINGS_ZSTD_H

#include "formats/base/arena.h"
#include "formats/base/status.h"

/* Appends `bytes` as one zstd frame to `out` (1), or leaves `out` alone because the frame would take more
 * than size_max bytes (0), or runs out of memory (-1). */
int fl_zstd_pack(const uint8_t *bytes, size_t size, size_t size_max, struct fl_buffer *out);

/* Appends zstd frames, whether they pay or not, for files whose format wants them. Its work space is kept
 * from call to call. */
struct fl_zstd_packer;
struct fl_zstd_packer *fl_zstd_packer_create(void); /* NULL: no memory */
/* Appends `bytes` as one frame (1), or runs out of memory (-1). */
int fl_zstd_packer_pack(struct fl_zstd_packer *packer, const uint8_t *bytes, size_t size,
                        struct fl_buffer *out);
void fl_zstd_packer_free(struct fl_zstd_packer *packer); /* NULL is allowed */

/* Whether the bytes are one whole frame that says it unpacks to unpacked_size, without a dictionary, with a
 * window of at most FL_PAGE_BYTES_MAX; else FL_CORRUPT. To be asked before memory is taken: zstd packs so
 * well that the size of a page tells little about what it unpacks to. */
fl_status fl_zstd_check(const uint8_t *bytes, size_t size, size_t unpacked_size, struct fl_error *error);

/* Fills unpacked[0 .. unpacked_size) exactly from a frame that has passed fl_zstd_check(), or FL_CORRUPT.
 * Frames of files of others need not have passed: then several of them, or of an older version, are taken as
 * well. */
fl_status fl_zstd_unpack(const uint8_t *bytes, size_t size, uint8_t *unpacked, size_t unpacked_size,
                         struct fl_error *error);

#endif
