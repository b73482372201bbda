/* zstd.c - zstd on top of a page of cold text. */
#include "formats/encodings/zstd.h"

#include <zstd.h>
#include <zstd_errors.h>

#include "formats/base/bytes.h"
#include "formats/base/limits.h"

/* Chat texts in pages of 100 KB: level 9 takes 8 % less room than level 3, level 12 another 1 % at twice the
 * time. Unpacking is as fast at each, about 0.8 ns a byte. */
enum { LEVEL = 9 };

/* Of files for other programs. On pages of scores level 3, the default of the library, takes 4/3 of the time
 * for 0.3 % less, level 9 six times as long for 2 % less. */
enum { LEVEL_EXCHANGE = 1 };

/* The start of a frame: magic, a byte of flags, then the window's size where the flags have it. */
enum {
    FLAGS_AT = 4,
    WINDOW_AT = 5,
    HEAD_SIZE_MIN = 6,
    FLAG_SINGLE_SEGMENT = 0x20, /* the window is the whole content, no byte says so */
    FLAGS_REFUSED = 0x1B,       /* unused, reserved, size of a dictionary's id */
    WINDOW_MAX = 16 << 3        /* 2^(10 + 16) bytes */
};
_Static_assert(FL_PAGE_BYTES_MAX == 1u << (10 + (WINDOW_MAX >> 3)), "a window is at most a page");

int fl_zstd_pack(const uint8_t *bytes, size_t size, size_t size_max, struct fl_buffer *out)
{
    if (size == 0 || size_max == 0 || size > FL_PAGE_BYTES_MAX)
        return 0;
    if (!fl_buffer_reserve(out, out->size + size_max))
        return -1;
    /* With no more room than size_max, zstd gives up by itself as soon as it would be larger. */
    const size_t packed = ZSTD_compress(out->bytes + out->size, size_max, bytes, size, LEVEL);
    if (ZSTD_isError(packed))
        return ZSTD_getErrorCode(packed) == ZSTD_error_memory_allocation ? -1 : 0;
    out->size += packed;
    return 1;
}

/* The library's own type, so that nobody else includes it. */
static ZSTD_CCtx *context_of(struct fl_zstd_packer *packer)
{
    return (ZSTD_CCtx *)packer;
}

struct fl_zstd_packer *fl_zstd_packer_create(void)
{
    return (struct fl_zstd_packer *)ZSTD_createCCtx();
}

int fl_zstd_packer_pack(struct fl_zstd_packer *packer, const uint8_t *bytes, size_t size,
                        struct fl_buffer *out)
{
    const size_t room = ZSTD_compressBound(size);
    if (ZSTD_isError(room) || !fl_buffer_reserve(out, out->size + room))
        return -1;
    const size_t packed =
        ZSTD_compressCCtx(context_of(packer), out->bytes + out->size, room, bytes, size, LEVEL_EXCHANGE);
    if (ZSTD_isError(packed)) /* there is room for certain */
        return -1;
    out->size += packed;
    return 1;
}

void fl_zstd_packer_free(struct fl_zstd_packer *packer)
{
    (void)ZSTD_freeCCtx(context_of(packer));
}

fl_status fl_zstd_check(const uint8_t *bytes, size_t size, size_t unpacked_size, struct fl_error *error)
{
    if (unpacked_size > FL_PAGE_BYTES_MAX)
        return fl_fail(error, FL_LIMIT, "zstd: %zu bytes unpack to %zu, at most %u", size, unpacked_size,
                       FL_PAGE_BYTES_MAX);
    /* The magic by hand: the library takes frames of older versions too, and those to be skipped. */
    if (size < HEAD_SIZE_MIN || fl_load_le32(bytes) != ZSTD_MAGICNUMBER)
        return fl_fail(error, FL_CORRUPT, "zstd: the %zu bytes are no zstd frame", size);
    const unsigned flags = bytes[FLAGS_AT];
    if ((flags & FLAGS_REFUSED) != 0)
        return fl_fail(error, FL_CORRUPT, "zstd: frame flags 0x%02x, a dictionary or reserved ones", flags);
    if ((flags & FLAG_SINGLE_SEGMENT) == 0 && bytes[WINDOW_AT] > WINDOW_MAX)
        return fl_fail(error, FL_CORRUPT, "zstd: a window of more than %u bytes", FL_PAGE_BYTES_MAX);
    const unsigned long long content = ZSTD_getFrameContentSize(bytes, size);
    if (content == ZSTD_CONTENTSIZE_UNKNOWN || content == ZSTD_CONTENTSIZE_ERROR)
        return fl_fail(error, FL_CORRUPT, "zstd: the frame does not say what it unpacks to");
    if (content != unpacked_size)
        return fl_fail(error, FL_CORRUPT, "zstd: a frame of %llu bytes, %zu were promised", content,
                       unpacked_size);
    const size_t frame_size = ZSTD_findFrameCompressedSize(bytes, size);
    if (ZSTD_isError(frame_size))
        return fl_fail(error, FL_CORRUPT, "zstd: the %zu bytes are no whole frame", size);
    if (frame_size != size)
        return fl_fail(error, FL_CORRUPT, "zstd: a frame of %zu bytes, the page has %zu", frame_size, size);
    return FL_OK;
}

fl_status fl_zstd_unpack(const uint8_t *bytes, size_t size, uint8_t *unpacked, size_t unpacked_size,
                         struct fl_error *error)
{
    const size_t written = ZSTD_decompress(unpacked, unpacked_size, bytes, size);
    if (ZSTD_isError(written) && ZSTD_getErrorCode(written) == ZSTD_error_memory_allocation)
        return fl_fail_memory(error, unpacked_size);
    if (written != unpacked_size)
        return fl_fail(error, FL_CORRUPT, "zstd: the %zu bytes do not unpack to %zu", size, unpacked_size);
    return FL_OK;
}
