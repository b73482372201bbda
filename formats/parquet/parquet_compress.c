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

/* All of these: 1, or -1: no memory. */

/* 0: they do not become shorter so. */
static int pack_numbers(const struct fl_parquet_body *body, struct fl_buffer *out)
{
    const size_t head_size = body->bytes->size;
    if (body->count == 0 || head_size > FL_SNAPPY_HEAD_MAX)
        return 0;
    if (!fl_buffer_reserve(out, out->size + fl_snappy_numbers_room(head_size, body->count)))
        return -1;
    const size_t packed = fl_snappy_numbers_pack(body->bytes->bytes, head_size, body->numbers, body->count,
                                                 out->bytes + out->size);
    if (packed >= fl_parquet_body_size(body))
        return 0;
    out->size += packed;
    return 1;
}

static int pack_snappy(const struct fl_buffer *bytes, struct fl_buffer *out)
{
    size_t packed = snappy_max_compressed_length(bytes->size);
    if (!fl_buffer_reserve(out, out->size + packed))
        return -1;
    const snappy_status status =
        snappy_compress((const char *)bytes->bytes, bytes->size, (char *)out->bytes + out->size, &packed);
    assert(status == SNAPPY_OK); /* it fails for want of room alone */
    (void)status;
    out->size += packed;
    return 1;
}

static int pack(const struct fl_parquet_packer *packer, struct fl_parquet_body *body, struct fl_buffer *out)
{
    const int packed = packer->codec == FL_PARQUET_CODEC_SNAPPY ? pack_numbers(body, out) : 0;
    if (packed != 0)
        return packed;
    if (!fl_parquet_body_complete(body))
        return -1;
    const struct fl_buffer *bytes = body->bytes;
    switch (packer->codec) {
    case FL_PARQUET_CODEC_SNAPPY:
        return pack_snappy(bytes, out);
    case FL_PARQUET_CODEC_ZSTD:
        return fl_zstd_packer_pack(packer->zstd, bytes->bytes, bytes->size, out);
    case FL_PARQUET_CODEC_LZ4_RAW:
        return fl_lz4_pack_whole(bytes->bytes, bytes->size, out);
    default:
        assert(packer->codec == FL_PARQUET_CODEC_UNCOMPRESSED);
        return fl_buffer_append(out, bytes->bytes, bytes->size) ? 1 : -1;
    }
}

fl_status fl_parquet_pack(const struct fl_parquet_packer *packer, struct fl_parquet_body *body,
                          struct fl_buffer *out, struct fl_error *error)
{
    return pack(packer, body, out) == 1 ? FL_OK : fl_fail_memory(error, fl_parquet_body_size(body));
}
