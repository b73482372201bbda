/* parquet_compress.c - the body of a page by the codec of its file. */
#include "formats/parquet/parquet_compress.h"

#include <assert.h>
#include <snappy-c.h>

#include "formats/encodings/compress.h"
#include "formats/encodings/zstd.h"

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

static int pack(const struct fl_parquet_packer *packer, const uint8_t *bytes, size_t size,
                struct fl_buffer *out)
{
    switch (packer->codec) {
    case FL_PARQUET_CODEC_SNAPPY:
        return pack_snappy(bytes, size, out);
    case FL_PARQUET_CODEC_ZSTD:
        return fl_zstd_packer_pack(packer->zstd, bytes, size, out);
    case FL_PARQUET_CODEC_LZ4_RAW:
        return fl_lz4_pack_whole(bytes, size, out);
    default:
        assert(packer->codec == FL_PARQUET_CODEC_UNCOMPRESSED);
        return fl_buffer_append(out, bytes, size) ? 1 : -1;
    }
}

fl_status fl_parquet_pack(const struct fl_parquet_packer *packer, const uint8_t *bytes, size_t size,
                          struct fl_buffer *out, struct fl_error *error)
{
    return pack(packer, bytes, size, out) == 1 ? FL_OK : fl_fail_memory(error, size);
}
