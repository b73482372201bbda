/* arrow_unpack.c - compressed buffers of Arrow batches. */
#include "formats/arrow/arrow_unpack.h"

#include <assert.h>
#include <lz4frame.h>
#include <stdbool.h>
#include <zstd.h>
#include <zstd_errors.h>

/* A byte of LZ4 stands for at most 255; frame and block heads only make it less. */
enum { LZ4_RATIO_MAX = 255 };

static fl_status fail_ratio(const char *name, size_t size, uint64_t unpacked_size, struct fl_error *error)
{
    return fl_fail(error, FL_CORRUPT, "%s: %zu bytes do not unpack to the %llu they promise", name, size,
                   (unsigned long long)unpacked_size);
}

fl_status fl_arrow_unpack_check(enum fl_arrow_codec codec, const uint8_t *bytes, size_t size,
                                uint64_t unpacked_size, struct fl_error *error)
{
    assert(codec != FL_ARROW_UNPACKED);
    if (codec == FL_ARROW_LZ4_FRAME)
        return unpacked_size / LZ4_RATIO_MAX > size ? fail_ratio("LZ4", size, unpacked_size, error) : FL_OK;
    /* A frame may leave out how much it holds; then unpacking tells. */
    const unsigned long long content = ZSTD_getFrameContentSize(bytes, size);
    if (content == ZSTD_CONTENTSIZE_ERROR)
        return fl_fail(error, FL_CORRUPT, "zstd: the %zu bytes are no zstd frame", size);
    if (content != ZSTD_CONTENTSIZE_UNKNOWN && content > unpacked_size)
        return fail_ratio("zstd", size, unpacked_size, error);
    return FL_OK;
}

/* Whether exactly one frame fills exactly the room there is. */
static bool unpack_lz4(LZ4F_dctx *context, const uint8_t *bytes, size_t size, uint8_t *unpacked,
                       size_t unpacked_size)
{
    size_t read = 0, written = 0;
    for (;;) {
        size_t taken = size - read, given = unpacked_size - written;
        const size_t hint = LZ4F_decompress(context, unpacked + written, &given, bytes + read, &taken, NULL);
        if (LZ4F_isError(hint))
            return false;
        read += taken;
        written += given;
        if (hint == 0)
            return read == size && written == unpacked_size;
        if (taken == 0 && given == 0)
            return false;
    }
}

static fl_status unpack_lz4_frame(const uint8_t *bytes, size_t size, uint8_t *unpacked, size_t unpacked_size,
                                  struct fl_error *error)
{
    LZ4F_dctx *context;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)))
        return fl_fail_memory(error, size);
    const bool whole = unpack_lz4(context, bytes, size, unpacked, unpacked_size);
    (void)LZ4F_freeDecompressionContext(context);
    return whole ? FL_OK : fail_ratio("LZ4", size, unpacked_size, error);
}

fl_status fl_arrow_unpack(enum fl_arrow_codec codec, const uint8_t *bytes, size_t size, uint8_t *unpacked,
                          size_t unpacked_size, struct fl_error *error)
{
    assert(codec != FL_ARROW_UNPACKED);
    if (codec == FL_ARROW_LZ4_FRAME)
        return unpack_lz4_frame(bytes, size, unpacked, unpacked_size, error);
    const size_t written = ZSTD_decompress(unpacked, unpacked_size, bytes, size);
    if (ZSTD_isError(written) && ZSTD_getErrorCode(written) == ZSTD_error_memory_allocation)
        return fl_fail_memory(error, unpacked_size);
    return written == unpacked_size ? FL_OK : fail_ratio("zstd", size, unpacked_size, error);
}
