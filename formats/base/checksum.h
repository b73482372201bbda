/* checksum.h - XXH3 over bytes, bound to where the bytes belong. */
#ifndef FORMATS_BASE_CHECKSUM_H
#define FORMATS_BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

enum { FL_UUID_SIZE = 16 };

/* XXH3-64 of `bytes` with a seed made of the file's uuid, the block and the column, so that a page that was swapped,
 * moved, or left over from another file fails. table_file.md has the exact formula:
 * seed = XXH3_64bits(uuid[16] || block as le32 || column as le32). */
uint64_t fl_checksum_bound(const uint8_t uuid[FL_UUID_SIZE], uint32_t block, uint32_t column, const void *bytes,
                           size_t size);

/* Plain XXH3-64, for whole files and for names. */
uint64_t fl_digest64(const void *bytes, size_t size);
/* XXH3-64 under a seed, for hash tables over names that others chose. */
uint64_t fl_digest64_seeded(uint64_t seed, const void *bytes, size_t size);

struct fl_digest; /* streaming XXH3, 64 and 128 bits from the same bytes */
struct fl_digest *fl_digest_create(void); /* NULL: no memory */
void fl_digest_add(struct fl_digest *digest, const void *bytes, size_t size);
uint64_t fl_digest_64(const struct fl_digest *digest);
void fl_digest_128(const struct fl_digest *digest, uint8_t bytes[16]); /* canonical, big-endian */
void fl_digest_free(struct fl_digest *digest);

/* 16 lower-case hex digits and a NUL; 32 for 128 bits. */
void fl_hex64(uint64_t value, char text[17]);
void fl_hex128(const uint8_t bytes[16], char text[33]);

#endif
