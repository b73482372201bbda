/* parquet_decompress_test.c - each codec against its own library.
 *
 * Method: bytes packed by the library that the writers of the world use must come back, and be refused when
 * one byte more or less is asked for; each cut is refused, each flipped bit is refused or fills exactly the
 * promised size, in memory of that size. The framings that several writers use are put together by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <lz4.h>
#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "formats/base/arena.h"
#include "formats/parquet/parquet_decompress.h"
#include "formats/parquet/parquet_format.h"

enum { SIZE = 2000, ROOM = 4000 };

static uint8_t plain[SIZE];

static void make_plain(void)
{
    for (size_t i = 0; i < SIZE; i++)
        plain[i] = (uint8_t)((size_t)"columns of shops "[i % 17] + (i % 7 == 0 ? i / 100 : 0));
}

static fl_status unpack(int32_t codec, const uint8_t *bytes, size_t size, size_t unpacked_size)
{
    struct fl_error error;
    fl_error_clear(&error);
    uint8_t *copy = malloc(size + (size == 0)), *back = malloc(unpacked_size + (unpacked_size == 0));
    assert_true(copy != NULL && back != NULL);
    memcpy(copy, bytes, size);
    const fl_status status = fl_parquet_decompress(codec, copy, size, back, unpacked_size, &error);
    if (status == FL_OK && unpacked_size == SIZE)
        assert_true(memcmp(back, plain, SIZE) == 0 ||
                    codec != FL_PARQUET_CODEC_GZIP); /* which has a checksum */
    assert_true((status == FL_OK) == (error.message[0] == '\0'));
    free(back);
    free(copy);
    return status;
}

static void expect_back(int32_t codec, const uint8_t *bytes, size_t size)
{
    uint8_t back[SIZE];
    uint8_t *broken = malloc(size);
    assert_non_null(broken);
    assert_int_equal(fl_parquet_codec_check(codec, NULL), FL_OK);
    assert_int_equal(fl_parquet_decompress(codec, bytes, size, back, SIZE, NULL), FL_OK);
    assert_memory_equal(back, plain, SIZE);
    assert_int_equal(unpack(codec, bytes, size, SIZE - 1), FL_CORRUPT);
    assert_int_equal(unpack(codec, bytes, size, SIZE + 1), FL_CORRUPT);
    for (size_t cut = 0; cut < size; cut++)
        assert_int_equal(unpack(codec, bytes, cut, SIZE), FL_CORRUPT);
    memcpy(broken, bytes, size);
    for (size_t bit = 0; bit < size * 8; bit++) {
        broken[bit / 8] ^= (uint8_t)(1 << bit % 8);
        (void)unpack(codec, broken, size, SIZE);
        broken[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(broken);
}

static void test_snappy(void **state)
{
    (void)state;
    char packed[ROOM];
    size_t size = ROOM;
    assert_int_equal(snappy_compress((const char *)plain, SIZE, packed, &size), SNAPPY_OK);
    expect_back(FL_PARQUET_CODEC_SNAPPY, (const uint8_t *)packed, size);
}

static void test_zstd(void **state)
{
    (void)state;
    uint8_t packed[ROOM];
    const size_t first = ZSTD_compress(packed, ROOM, plain, 700, 3);
    expect_back(FL_PARQUET_CODEC_ZSTD, packed, ZSTD_compress(packed, ROOM, plain, SIZE, 3));
    /* Two frames after each other are one stream. */
    assert_int_equal(ZSTD_compress(packed, ROOM, plain, 700, 3), first);
    const size_t second = ZSTD_compress(packed + first, ROOM - first, plain + 700, SIZE - 700, 3);
    expect_back(FL_PARQUET_CODEC_ZSTD, packed, first + second);
}

static size_t pack_lz4(const uint8_t *bytes, size_t size, uint8_t *packed)
{
    return (size_t)LZ4_compress_default((const char *)bytes, (char *)packed, (int)size, ROOM);
}

static size_t put_hadoop(uint8_t *out, const uint8_t *bytes, size_t size)
{
    const size_t packed = pack_lz4(bytes, size, out + 8);
    for (unsigned i = 0; i < 4; i++) {
        out[i] = (uint8_t)(size >> (8 * (3 - i)));
        out[4 + i] = (uint8_t)(packed >> (8 * (3 - i)));
    }
    return packed + 8;
}

static void test_lz4(void **state)
{
    (void)state;
    uint8_t packed[2 * ROOM];
    const size_t raw = pack_lz4(plain, SIZE, packed);
    expect_back(FL_PARQUET_CODEC_LZ4_RAW, packed, raw);
    expect_back(FL_PARQUET_CODEC_LZ4, packed, raw);
    expect_back(FL_PARQUET_CODEC_LZ4, packed, put_hadoop(packed, plain, SIZE));
    const size_t first = put_hadoop(packed, plain, 1234);
    expect_back(FL_PARQUET_CODEC_LZ4, packed, first + put_hadoop(packed + first, plain + 1234, SIZE - 1234));
}

/* As gzip (16 more bits of window) or zlib. */
static size_t pack_deflate(const uint8_t *bytes, size_t size, uint8_t *packed, int window)
{
    z_stream stream = {0};
    uint8_t copy[SIZE];
    memcpy(copy, bytes, size);
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = copy;
    stream.avail_in = (uInt)size;
    stream.next_out = packed;
    stream.avail_out = ROOM;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    const size_t made = ROOM - stream.avail_out;
    (void)deflateEnd(&stream);
    return made;
}

static void test_gzip(void **state)
{
    (void)state;
    uint8_t packed[2 * ROOM];
    expect_back(FL_PARQUET_CODEC_GZIP, packed, pack_deflate(plain, SIZE, packed, 15 + 16));
    expect_back(FL_PARQUET_CODEC_GZIP, packed, pack_deflate(plain, SIZE, packed, 15));
    const size_t first = pack_deflate(plain, 999, packed, 15 + 16);
    expect_back(FL_PARQUET_CODEC_GZIP, packed,
                first + pack_deflate(plain + 999, SIZE - 999, packed + first, 15 + 16));
}

static void test_none(void **state)
{
    (void)state;
    expect_back(FL_PARQUET_CODEC_UNCOMPRESSED, plain, SIZE);
}

static void test_others_are_refused(void **state)
{
    (void)state;
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_parquet_codec_check(FL_PARQUET_CODEC_LZO, &error), FL_UNSUPPORTED);
    assert_string_equal(error.message, "compressed with LZO, which is not read");
    assert_int_equal(fl_parquet_codec_check(-1, &error), FL_UNSUPPORTED);
    assert_string_equal(error.message, "compressed with the unknown codec -1");
    uint8_t byte = 0;
    assert_int_equal(fl_parquet_decompress(8, &byte, 1, &byte, 1, NULL), FL_UNSUPPORTED);
}

int main(void)
{
    make_plain();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_snappy), cmocka_unit_test(test_zstd), cmocka_unit_test(test_lz4),
        cmocka_unit_test(test_gzip),   cmocka_unit_test(test_none), cmocka_unit_test(test_others_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
