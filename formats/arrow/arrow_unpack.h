/* arrow_unpack.h - compressed buffers of Arrow batches (the only place that includes the LZ4 frame library).
 */
#ifndef FORMATS_ARROW_ARROW_UNPACK_H
#define FORMATS_ARROW_ARROW_UNPACK_H

#include <stddef.h>
#include <stdint.h>

#include "formats/base/status.h"

enum fl_arrow_codec { FL_ARROW_UNPACKED, FL_ARROW_LZ4_FRAME, FL_ARROW_ZSTD };

/* Whether `size` bytes may unpack to unpacked_size; else FL_CORRUPT. To be asked before memory is taken. */
fl_status fl_arrow_unpack_check(enum fl_arrow_codec codec, const uint8_t *bytes, size_t size,
                                uint64_t unpacked_size, struct fl_error *error);
/* Fills unpacked[0 .. unpacked_size) exactly, or FL_CORRUPT, FL_NO_MEMORY. */
fl_status fl_arrow_unpack(enum fl_arrow_codec codec, const uint8_t *bytes, size_t size, uint8_t *unpacked,
                          size_t unpacked_size, struct fl_error *error);

#endif
