/* checksum.c - XXH3 by way of libxxhash. */
#include "formats/base/checksum.h"

#if defined(__x86_64__)
#include <xxh_x86dispatch.h> /* the same hash, twice as fast where the CPU has wider registers */
#else
#include <xxhash.h>
#endif

#include "formats/base/bytes.h"

uint64_t fl_digest64(const void *bytes, size_t size)
{
    return XXH3_64bits(bytes, size);
}

uint64_t fl_digest64_seeded(uint64_t seed, const void *bytes, size_t size)
{
    return XXH3_64bits_withSeed(bytes, size, seed);
}

uint64_t fl_checksum_bound(const uint8_t uuid[FL_UUID_SIZE], uint32_t block, uint32_t column,
                           const void *bytes, size_t size)
{
    uint8_t place[FL_UUID_SIZE + 8];
    memcpy(place, uuid, FL_UUID_SIZE);
    fl_store_le32(place + FL_UUID_SIZE, block);
    fl_store_le32(place + FL_UUID_SIZE + 4, column);
    return fl_digest64_seeded(fl_digest64(place, sizeof place), bytes, size);
}

/* fl_digest is an XXH3 state: the 64 and the 128 bit variants of XXH3 consume input in the same way and
 * differ in how they end, so one state serves both. checksum_test.c pins this against the one-shot functions.
 */
static XXH3_state_t *state_of(struct fl_digest *digest)
{
    return (XXH3_state_t *)(void *)digest;
}

static const XXH3_state_t *const_state_of(const struct fl_digest *digest)
{
    return (const XXH3_state_t *)(const void *)digest;
}

struct fl_digest *fl_digest_create(void)
{
    XXH3_state_t *state = XXH3_createState();
    if (state != NULL)
        (void)XXH3_128bits_reset(state);
    return (struct fl_digest *)(void *)state;
}

void fl_digest_add(struct fl_digest *digest, const void *bytes, size_t size)
{
    if (size > 0)
        (void)XXH3_128bits_update(state_of(digest), bytes, size);
}

uint64_t fl_digest_64(const struct fl_digest *digest)
{
    return XXH3_64bits_digest(const_state_of(digest));
}

void fl_digest_128(const struct fl_digest *digest, uint8_t bytes[16])
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(const_state_of(digest)));
    memcpy(bytes, canonical.digest, sizeof canonical.digest);
}

void fl_digest_free(struct fl_digest *digest)
{
    (void)XXH3_freeState(state_of(digest));
}

static const char hex_digits[] = "0123456789abcdef";

void fl_hex64(uint64_t value, char text[17])
{
    for (int i = 0; i < 16; i++)
        text[i] = hex_digits[value >> (60 - 4 * i) & 15];
    text[16] = '\0';
}

void fl_hex128(const uint8_t bytes[16], char text[33])
{
    for (int i = 0; i < 16; i++) {
        text[2 * i] = hex_digits[bytes[i] >> 4];
        text[2 * i + 1] = hex_digits[bytes[i] & 15];
    }
    text[32] = '\0';
}
