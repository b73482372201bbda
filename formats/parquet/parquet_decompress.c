/* parquet_decompress.c - the bytes of a page without their compression. */
#include "formats/parquet/parquet_decompress.h"

#include <limits.h>
#include <snappy-c.h>
#include <stdbool.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>
#ifdef FOURLOOP_WITH_BROTLI
#include <brotli/decode.h>
#endif

#include "formats/encodings/compress.h"
#include "formats/encodings/zstd.h"
#include "formats/parquet/parquet_format.h"

static fl_status fail_unpack(const char *codec, size_t size, size_t unpacked_size, struct fl_error *error)
{
    return fl_fail(error, FL_CORRUPT, "%s: the %zu bytes do not unpack to %zu", codec, size, unpacked_size);
}

static fl_status unpack_snappy(const uint8_t *bytes, size_t size, uint8_t *unpacked, size_t unpacked_size,
                               struct fl_error *error)
{
    size_t claimed = 0, written = unpacked_size;
    const char *packed = (const char *)bytes;
    if (snappy_uncompressed_length(packed, size, &claimed) != SNAPPY_OK || claimed != unpacked_size ||
        snappy_uncompress(packed, size, (char *)unpacked, &written) != SNAPPY_OK || written != unpacked_size)
        return fail_unpack("snappy", size, unpacked_size, error);
    return FL_OK;
}

static fl_status unpack_lz4_raw(const uint8_t *bytes, size_t size, uint8_t *unpacked, size_t unpacked_size,
                                struct fl_error *error)
{
    return fl_lz4_unpack_whole(bytes, size, unpacked, unpacked_size)
               ? FL_OK
               : fail_unpack("LZ4", size, unpacked_size, error);
}

static size_t load_big_endian32(const uint8_t *bytes)
{
    return (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
}

/* Hadoop's frames: unpacked and packed size, big-endian, then the block; again until all is there. */
static bool is_lz4_hadoop(const uint8_t *bytes, size_t size, uint8_t *unpacked, size_t unpacked_size)
{
    enum { HEAD_SIZE = 8 };
    size_t at = 0, done = 0;
    while (size - at >= HEAD_SIZE) {
        const size_t block_unpacked = load_big_endian32(bytes + at);
        const size_t block_size = load_big_endian32(bytes + at + 4);
        at += HEAD_SIZE;
        if (block_size > size - at || block_unpacked > unpacked_size - done ||
            !fl_lz4_unpack_whole(bytes + at, block_size, unpacked + done, block_unpacked))
            return false;
        at += block_size;
        done += block_unpacked;
    }
    return at == size && done == unpacked_size;
}

/* The old codec says nothing about its framing: parquet-mr wrote Hadoop's, the first C++ writers none. */
static fl_status unpack_lz4_old(const uint8_t *bytes, size_t size, uint8_t *unpacked, size_t unpacked_size,
                                struct fl_error *error)
{
    if (is_lz4_hadoop(bytes, size, unpacked, unpacked_size))
        return FL_OK;
    return unpack_lz4_raw(bytes, size, unpacked, unpacked_size, error);
}

/* Runs over one member after the other; true when both ends are met at the same time. */
static bool inflate_members(z_stream *stream)
{
    for (;;) {
        const int result = inflate(stream, Z_FINISH);
        if (result != Z_STREAM_END)
            return false;
        if (stream->avail_in == 0)
            return stream->avail_out == 0;
        if (inflateReset(stream) != Z_OK)
            return false;
    }
}

static fl_status unpack_gzip(const uint8_t *bytes, size_t size, uint8_t *unpacked, size_t unpacked_size,
                             struct fl_error *error)
{
    enum { GZIP_OR_ZLIB = 15 + 32 };
    if (size > UINT_MAX || unpacked_size > UINT_MAX)
        return fail_unpack("gzip", size, unpacked_size, error);
    z_stream stream = {0};
    stream.next_in = bytes;
    stream.avail_in = (uInt)size;
    stream.next_out = unpacked;
    stream.avail_out = (uInt)unpacked_size;
    if (inflateInit2(&stream, GZIP_OR_ZLIB) != Z_OK)
        return fl_fail_memory(error, unpacked_size);
    const bool whole = inflate_members(&stream);
    (void)inflateEnd(&stream);
    return whole ? FL_OK : fail_unpack("gzip", size, unpacked_size, error);
}

#ifdef FOURLOOP_WITH_BROTLI
static fl_status unpack_brotli(const uint8_t *bytes, size_t size, uint8_t *unpacked, size_t unpacked_size,
                               struct fl_error *error)
{
    size_t written = unpacked_size;
    if (BrotliDecoderDecompress(size, bytes, &written, unpacked) != BROTLI_DECODER_RESULT_SUCCESS ||
        written != unpacked_size)
        return fail_unpack("brotli", size, unpacked_size, error);
    return FL_OK;
}
#endif

fl_status fl_parquet_codec_check(int32_t codec, struct fl_error *error)
{
    switch (codec) {
    case FL_PARQUET_CODEC_UNCOMPRESSED:
    case FL_PARQUET_CODEC_SNAPPY:
    case FL_PARQUET_CODEC_GZIP:
    case FL_PARQUET_CODEC_LZ4:
    case FL_PARQUET_CODEC_ZSTD:
    case FL_PARQUET_CODEC_LZ4_RAW:
        return FL_OK;
    case FL_PARQUET_CODEC_BROTLI:
#ifdef FOURLOOP_WITH_BROTLI
        return FL_OK;
#else
        return fl_fail(error, FL_UNSUPPORTED,
                       "compressed with BROTLI, which this build was made without (it needs libbrotlidec)");
#endif
    case FL_PARQUET_CODEC_LZO:
        return fl_fail(error, FL_UNSUPPORTED, "compressed with LZO, which is not read");
    default:
        return fl_fail(error, FL_UNSUPPORTED, "compressed with the unknown codec %d", codec);
    }
}

fl_status fl_parquet_decompress(int32_t codec, const uint8_t *bytes, size_t size, uint8_t *unpacked,
                                size_t unpacked_size, struct fl_error *error)
{
    switch (codec) {
    case FL_PARQUET_CODEC_UNCOMPRESSED:
        if (size != unpacked_size)
            return fl_fail(error, FL_CORRUPT, "%zu bytes without compression should be %zu", size,
                           unpacked_size);
        memcpy(unpacked, bytes, size);
        return FL_OK;
    case FL_PARQUET_CODEC_SNAPPY:
        return unpack_snappy(bytes, size, unpacked, unpacked_size, error);
    case FL_PARQUET_CODEC_GZIP:
        return unpack_gzip(bytes, size, unpacked, unpacked_size, error);
    case FL_PARQUET_CODEC_LZ4:
        return unpack_lz4_old(bytes, size, unpacked, unpacked_size, error);
    case FL_PARQUET_CODEC_ZSTD:
        return fl_zstd_unpack(bytes, size, unpacked, unpacked_size, error);
    case FL_PARQUET_CODEC_LZ4_RAW:
        return unpack_lz4_raw(bytes, size, unpacked, unpacked_size, error);
#ifdef FOURLOOP_WITH_BROTLI
    case FL_PARQUET_CODEC_BROTLI:
        return unpack_brotli(bytes, size, unpacked, unpacked_size, error);
#endif
    default:
        return fl_parquet_codec_check(codec, error);
    }
}
