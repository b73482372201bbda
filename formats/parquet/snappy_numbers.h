/* snappy_numbers.h - numbers of 64 bits as a Snappy stream, at half the time of the library. */
#ifndef FORMATS_PARQUET_SNAPPY_NUMBERS_H
#define FORMATS_PARQUET_SNAPPY_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

enum { FL_SNAPPY_HEAD_MAX = 65536 };

/* Room that the stream needs, and eight bytes more that are written past its end. */
size_t fl_snappy_numbers_room(size_t head_size, size_t count);

/* Makes one Snappy stream of `head_size` bytes (at most FL_SNAPPY_HEAD_MAX) that are kept as they are, and
 * `count` little-endian numbers of 8 bytes behind them; the size is returned. Any reader of Snappy unpacks
 * it. Numbers near each other, or that come again, become shorter; numbers without such grow by an eighth. */
size_t fl_snappy_numbers_pack(const uint8_t *bytes, size_t head_size, size_t count, uint8_t *packed);

#endif
