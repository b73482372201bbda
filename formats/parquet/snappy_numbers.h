/* snappy_numbers.h - numbers of 64 bits as a Snappy stream, at half the time of the library. */
#ifndef FORMATS_PARQUET_SNAPPY_NUMBERS_H
#define FORMATS_PARQUET_SNAPPY_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

enum { FL_SNAPPY_HEAD_MAX = 65536 };

/* Room that the stream needs, and eight bytes more that are written past its end. */
size_t fl_snappy_numbers_room(size_t head_size, size_t count);

/* Makes one Snappy stream of a head of `head_size` bytes (at most FL_SNAPPY_HEAD_MAX), which is kept as it
 * is, and `count` numbers, which unpack to 8 bytes each, little-endian; the size is returned. Any reader of
 * Snappy unpacks it. Numbers near each other, or that come again, become shorter; numbers without such grow
 * by an eighth. */
size_t fl_snappy_numbers_pack(const uint8_t *head, size_t head_size, const uint64_t *numbers, size_t count,
                              uint8_t *packed);

#endif
