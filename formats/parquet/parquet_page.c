/* parquet_page.c - a page from its body: compressed, with its header.
 *
 * Numbers in the calls are those of the fields in parquet.thrift; beside them, their names there.
 */
#include "formats/parquet/parquet_page.h"

#include <assert.h>
#include <zlib.h>

#include "formats/parquet/thrift_writer.h"

static void put_data_head(struct fl_thrift_writer *thrift, const struct fl_parquet_page_parts *page)
{
    fl_thrift_open_struct(thrift, 5);                      /* data_page_header */
    fl_thrift_put_i32(thrift, 1, (int32_t)page->entries);  /* num_values */
    fl_thrift_put_i32(thrift, 2, (int32_t)page->encoding); /* encoding */
    fl_thrift_put_i32(thrift, 3, FL_PARQUET_ENCODING_RLE); /* definition_level_encoding */
    fl_thrift_put_i32(thrift, 4, FL_PARQUET_ENCODING_RLE); /* repetition_level_encoding */
    fl_thrift_close_struct(thrift);
}

static void put_dictionary_head(struct fl_thrift_writer *thrift, const struct fl_parquet_page_parts *page)
{
    fl_thrift_open_struct(thrift, 7);                      /* dictionary_page_header */
    fl_thrift_put_i32(thrift, 1, (int32_t)page->entries);  /* num_values */
    fl_thrift_put_i32(thrift, 2, (int32_t)page->encoding); /* encoding */
    fl_thrift_close_struct(thrift);
}

static bool append_header(const struct fl_parquet_page_parts *page, size_t unpacked_size,
                          const struct fl_buffer *packed, struct fl_buffer *out)
{
    const uint32_t checksum = (uint32_t)crc32(0, packed->bytes, (unsigned)packed->size);
    struct fl_thrift_writer thrift;
    fl_thrift_begin(&thrift, out);
    fl_thrift_put_i32(&thrift, 1, (int32_t)page->type);    /* type */
    fl_thrift_put_i32(&thrift, 2, (int32_t)unpacked_size); /* uncompressed_page_size */
    fl_thrift_put_i32(&thrift, 3, (int32_t)packed->size);  /* compressed_page_size */
    fl_thrift_put_i32(&thrift, 4, (int32_t)checksum);      /* crc */
    if (page->type == FL_PARQUET_PAGE_DATA)
        put_data_head(&thrift, page);
    else
        put_dictionary_head(&thrift, page);
    return fl_thrift_finish(&thrift);
}

fl_status fl_parquet_page_append(const struct fl_parquet_packer *packer, struct fl_parquet_page_parts *page,
                                 struct fl_buffer *packed, struct fl_buffer *out, size_t *header_size,
                                 struct fl_error *error)
{
    const size_t unpacked_size = fl_parquet_body_size(&page->body);
    assert(unpacked_size <= FL_PARQUET_PAGE_BODY_MAX);
    packed->size = 0;
    const fl_status status = fl_parquet_pack(packer, &page->body, packed, error);
    if (status != FL_OK)
        return status;
    const size_t size_before = out->size;
    if (!append_header(page, unpacked_size, packed, out))
        return fl_fail_memory(error, out->size);
    *header_size = out->size - size_before;
    if (!fl_buffer_append(out, packed->bytes, packed->size))
        return fl_fail_memory(error, out->size + packed->size);
    return FL_OK;
}
