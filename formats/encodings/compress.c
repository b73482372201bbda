/* compress.c - LZ4 on top of a page where it pays. */
#include "formats/encodings/compress.h"

#include <assert.h>
#include <limits.h>
#include <lz4.h>
#include <lz4hc.h>
#include <stdlib.h>

#include "formats/base/limits.h"

/* When LZ4 pays. Unpacking costs about 0.4 ns for each unpacked byte (0.25 to 0.6 measured on interaction
 * data); a byte that need not be read saves 1 / (0.5 bytes a ns) = 2 ns on a medium of 500 MB/s, the slow end
 * of what a night reads from. So it pays when saved * 2 ns >= unpacked * 0.4 ns, that is saved >= unpacked
 * / 5. */
enum { PAYS_FROM_ONE_IN = 5 };

/* An LZ4 length byte stands for at most 255 bytes more; the rest of a sequence is below 64. */
enum { LZ4_EXPANSION_MAX = 255, LZ4_EXPANSION_SLACK = 64 };
_Static_assert(FL_PAGE_BYTES_MAX <= LZ4_MAX_INPUT_SIZE, "a page fits one LZ4 block");

/* LZ4HC's own default; on chat texts level 12 takes three times as long for 1 % less. */
enum { HIGH_LEVEL = 9 };

/* 0 when there is not enough room; -1: no memory, which the library's own call would not tell from it. */
static int compress_high(const char *bytes, char *packed, int size, int room)
{
    void *state = malloc((size_t)LZ4_sizeofStateHC());
    if (state == NULL)
        return -1;
    const int packed_size = LZ4_compress_HC_extStateHC(state, bytes, packed, size, room, HIGH_LEVEL);
    free(state);
    return packed_size;
}

/* As above. */
static int compress(const char *bytes, char *packed, int size, int room, bool high)
{
    return high ? compress_high(bytes, packed, size, room) : LZ4_compress_default(bytes, packed, size, room);
}

int fl_lz4_pack(const uint8_t *bytes, size_t size, bool high, struct fl_buffer *out)
{
    if (size == 0 || size > FL_PAGE_BYTES_MAX)
        return 0;
    const size_t pays_up_to = size - (size + PAYS_FROM_ONE_IN - 1) / PAYS_FROM_ONE_IN;
    if (pays_up_to == 0)
        return 0;
    if (!fl_buffer_reserve(out, out->size + pays_up_to))
        return -1;
    /* With no more room than what pays, LZ4 gives up by itself (0) as soon as it would be larger. */
    const int packed =
        compress((const char *)bytes, (char *)out->bytes + out->size, (int)size, (int)pays_up_to, high);
    if (packed <= 0)
        return packed;
    out->size += (size_t)packed;
    return 1;
}

fl_status fl_lz4_unpack(const uint8_t *bytes, size_t size, uint8_t *unpacked, size_t unpacked_size,
                        struct fl_error *error)
{
    if (size > INT_MAX || unpacked_size > FL_PAGE_BYTES_MAX)
        return fl_fail(error, FL_LIMIT, "LZ4: %zu bytes unpack to %zu, at most %u", size, unpacked_size,
                       FL_PAGE_BYTES_MAX);
    if (unpacked_size > size * LZ4_EXPANSION_MAX + LZ4_EXPANSION_SLACK)
        return fl_fail(error, FL_CORRUPT, "LZ4: %zu bytes cannot unpack to %zu", size, unpacked_size);
    const int written =
        LZ4_decompress_safe((const char *)bytes, (char *)unpacked, (int)size, (int)unpacked_size);
    if (written < 0)
        return fl_fail(error, FL_CORRUPT, "LZ4: the %zu bytes are no LZ4 block of %zu", size, unpacked_size);
    if ((size_t)written != unpacked_size)
        return fl_fail(error, FL_CORRUPT, "LZ4: unpacked to %d bytes, %zu were promised", written,
                       unpacked_size);
    return FL_OK;
}

int fl_lz4_pack_whole(const uint8_t *bytes, size_t size, struct fl_buffer *out)
{
    assert(size <= LZ4_MAX_INPUT_SIZE);
    const int room = LZ4_compressBound((int)size);
    if (!fl_buffer_reserve(out, out->size + (size_t)room))
        return -1;
    const int packed =
        LZ4_compress_default((const char *)bytes, (char *)out->bytes + out->size, (int)size, room);
    assert(packed > 0);
    out->size += (size_t)packed;
    return 1;
}

bool fl_lz4_unpack_whole(const uint8_t *bytes, size_t size, uint8_t *unpacked, size_t unpacked_size)
{
    return size <= INT_MAX && unpacked_size <= INT_MAX &&
           LZ4_decompress_safe((const char *)bytes, (char *)unpacked, (int)size, (int)unpacked_size) ==
               (int)unpacked_size;
}
