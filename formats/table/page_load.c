/* page_load.c - the bytes of one page, through checksum, then LZ4 or zstd. */
#include "formats/encodings/compress.h"
#include "formats/encodings/zstd.h"
#include "formats/table/table_internal.h"

static fl_status check_page(struct fl_table *table, const struct fl_page_entry *entry, uint32_t bind_block,
                            uint16_t column_id, const uint8_t *stored, struct fl_error *error)
{
    const uint64_t checksum =
        fl_checksum_bound(table->footer.uuid, bind_block, column_id, stored, fl_get32(entry->stored_bytes));
    if (checksum == fl_get64(entry->checksum))
        return FL_OK;
    return fl_fail(error, FL_CORRUPT, "checksum does not match; the file was damaged after writing");
}

/* Fills scratch->unpacked with the page as it was before it was packed. */
static fl_status unpack(const struct fl_page_entry *entry, const uint8_t *stored,
                        struct fl_column_scratch *scratch, struct fl_error *error)
{
    const size_t size = fl_get32(entry->stored_bytes), unpacked_size = fl_get32(entry->unpacked_bytes);
    if ((entry->flags & FL_PAGE_FLAG_ZSTD) != 0) {
        const fl_status status = fl_zstd_check(stored, size, unpacked_size, error);
        if (status != FL_OK)
            return status;
    }
    if (!fl_buffer_reserve(&scratch->unpacked, unpacked_size))
        return fl_fail_memory(error, unpacked_size);
    if ((entry->flags & FL_PAGE_FLAG_ZSTD) != 0)
        return fl_zstd_unpack(stored, size, scratch->unpacked.bytes, unpacked_size, error);
    if ((entry->flags & FL_PAGE_FLAG_LZ4) != 0)
        return fl_lz4_unpack(stored, size, scratch->unpacked.bytes, unpacked_size, error);
    memcpy(scratch->unpacked.bytes, stored, size);
    return FL_OK;
}

fl_status fl_page_load(struct fl_table *table, const struct fl_page_entry *entry, uint32_t bind_block,
                       uint16_t column_id, bool keep, struct fl_column_scratch *scratch,
                       const uint8_t **bytes, struct fl_error *error)
{
    const size_t size = fl_get32(entry->stored_bytes);
    *bytes = NULL;
    if (size == 0)
        return FL_OK;
    const uint8_t *stored;
    fl_status status =
        fl_file_map_view(&table->map, fl_get64(entry->offset), size, &scratch->stored, &stored, error);
    if (status == FL_OK)
        status = check_page(table, entry, bind_block, column_id, stored, error);
    const bool as_stored = (entry->flags & FL_PAGE_FLAGS_PACKED) == 0 && !keep;
    if (status == FL_OK && !as_stored)
        status = unpack(entry, stored, scratch, error);
    if (status != FL_OK)
        return status;
    *bytes = as_stored ? stored : scratch->unpacked.bytes;
    return FL_OK;
}

fl_status fl_page_unload(struct fl_table *table, const struct fl_page_entry *entry, fl_status status,
                         struct fl_error *error)
{
    if (fl_get32(entry->stored_bytes) == 0)
        return status;
    if (status == FL_OK) {
        status = fl_file_map_check_bytes(&table->map, error);
        (void)fl_error_at_offset(status == FL_OK ? NULL : error, (int64_t)fl_get64(entry->offset));
    }
    fl_file_map_release(&table->map, fl_get64(entry->offset), fl_get32(entry->stored_bytes));
    return status;
}
