/* parquet_compress.c - the body of a page by the codec of its file. */
#include "formats/parquet/parquet_compress.h"

#include <assert.h>
#include <snappy-c.h>

#include "formats/encodings/compress.h"
#include "formats/encodings/zstd.h"
#include "formats/parquet/snappy_numbers.h"

fl_status fl_parquet_packer_open(struct fl_parquet_packer *packer, enum fl_parquet_codec codec,
                                 struct fl_error *error)
{
    *packer = (struct fl_parquet_packer){.codec = codec};
    if (codec != FL_PARQUET_CODEC_ZSTD)
        return FL_OK;
    packer->zstd = fl_zstd_packer_create();
    return packer->zstd != NULL ? FL_OK : fl_fail_memory(error, 0);
}

void fl_parquet_packer_close(struct fl_parquet_packer *packer)
{
    fl_zstd_packer_free(packer->zstd);
    packer->zstd = NULL;
}

/* 1, or -1: no memory. */
static int pack_snappy(const uint8_t *bytes, size_t size, struct fl_buffer *out)
{
    size_t packed = snappy_max_compressed_length(size);
    if (!fl_buffer_reserve(out, out->size + packed))
        return -1;
    const snappy_status status =
        snappy_compress((const char *)bytes, size, (char *)out->bytes + out->size, &packed);
    assert(status == SNAPPY_OK); /* it fails for want of room alone */
    (void)status;
    out->size += packed;
    return 1;
}

/* 1, 0: they do not become shorter so, or -1: no memory. */
static int pack_numbers(const struct fl_buffer *body, size_t numbers, struct fl_buffer *out)
{
    const size_t head_size = body->size - numbers * sizeof(uint64_t);
    if (numbers == 0 || head_size > FL_SNAPPY_HEAD_MAX)
        return 0;
    if (!fl_buffer_reserve(out, out->size + fl_snappy_numbers_room(head_size, numbers)))
        return -1;
    const size_t packed = fl_snappy_numbers_pack(body->bytes, head_size, numbers, out->bytes + out->size);
    if (packed >= body->size)
        return 0;
    out->size += packed;
    return 1;
}

static int pack(const struct fl_parquet_packer *packer, const struct fl_buffer *body, size_t numbers,
                struct fl_buffer *out)
{
    int packed;
    switch (packer->codec) {
    case FL_PARQUET_CODEC_SNAPPY:
        packed = pack_numbers(body, numbers, out);
        return packed != 0 ? packed : pack_snappy(body->bytes, body->size, out);
    case FL_PARQUET_CODEC_ZSTD:
        return fl_zstd_packer_pack(packer->zstd, body->bytes, body->size, out);
    case FL_PARQUET_CODEC_LZ4_RAW:
        return fl_lz4_pack_whole(body->bytes, body->size, out);
    default:
        assert(packer->codec == FL_PARQUET_CODEC_UNCOMPRESSED);
        return fl_buffer_append(out, body->bytes, body->size) ? 1 : -1;
    }
}

fl_status fl_parquet_pack(const struct fl_parquet_packer *packer, const struct fl_buffer *body,
                          size_t numbers, struct fl_buffer *out, struct fl_error *error)
{
    return pack(packer, body, numbers, out) == 1 ? FL_OK : fl_fail_memory(error, body->size);
}
