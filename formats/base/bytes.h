/* bytes.h - integers as they lie in files: little-endian byte structs without alignment or padding. */
#ifndef FORMATS_BASE_BYTES_H
#define FORMATS_BASE_BYTES_H

#include <stdint.h>
#include <string.h>

typedef struct {
    uint8_t byte[2];
} fl_le16;
typedef struct {
    uint8_t byte[4];
} fl_le32;
typedef struct {
    uint8_t byte[8];
} fl_le64;
_Static_assert(sizeof(fl_le16) == 2 && _Alignof(fl_le16) == 1, "no padding, no alignment");
_Static_assert(sizeof(fl_le32) == 4 && _Alignof(fl_le32) == 1, "no padding, no alignment");
_Static_assert(sizeof(fl_le64) == 8 && _Alignof(fl_le64) == 1, "no padding, no alignment");

/* Compilers make one load or store of each of these. */
static inline uint64_t fl_load_le64(const uint8_t *byte)
{
    return (uint64_t)byte[0] | (uint64_t)byte[1] << 8 | (uint64_t)byte[2] << 16 | (uint64_t)byte[3] << 24 |
           (uint64_t)byte[4] << 32 | (uint64_t)byte[5] << 40 | (uint64_t)byte[6] << 48 | (uint64_t)byte[7] << 56;
}
static inline uint32_t fl_load_le32(const uint8_t *byte)
{
    return (uint32_t)byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
}
static inline uint16_t fl_load_le16(const uint8_t *byte)
{
    return (uint16_t)(byte[0] | byte[1] << 8);
}
static inline void fl_store_le64(uint8_t *byte, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        byte[i] = (uint8_t)(value >> (8 * i));
}
static inline void fl_store_le32(uint8_t *byte, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        byte[i] = (uint8_t)(value >> (8 * i));
}
static inline void fl_store_le16(uint8_t *byte, uint16_t value)
{
    byte[0] = (uint8_t)value;
    byte[1] = (uint8_t)(value >> 8);
}

static inline uint16_t fl_get16(fl_le16 stored)
{
    return fl_load_le16(stored.byte);
}
static inline uint32_t fl_get32(fl_le32 stored)
{
    return fl_load_le32(stored.byte);
}
static inline uint64_t fl_get64(fl_le64 stored)
{
    return fl_load_le64(stored.byte);
}
static inline fl_le16 fl_put16(uint16_t value)
{
    fl_le16 stored;
    fl_store_le16(stored.byte, value);
    return stored;
}
static inline fl_le32 fl_put32(uint32_t value)
{
    fl_le32 stored;
    fl_store_le32(stored.byte, value);
    return stored;
}
static inline fl_le64 fl_put64(uint64_t value)
{
    fl_le64 stored;
    fl_store_le64(stored.byte, value);
    return stored;
}

#endif
