/* page_check.c - whether a page entry is one that can be. */
#include "formats/table/page_check.h"

#include "formats/encodings/encoding.h"
#include "formats/table/table_roles.h"

static fl_status check_form(const struct fl_page_entry *entry, const struct fl_footer_column *column,
                            struct fl_error *error)
{
    if ((entry->flags & ~FL_PAGE_FLAGS_KNOWN) != 0)
        return fl_fail(error, FL_CORRUPT, "page flags 0x%02x, known are 0x%02x", entry->flags,
                       (unsigned)FL_PAGE_FLAGS_KNOWN);
    if (fl_get16(entry->reserved) != 0 || fl_get64(entry->reserved2) != 0)
        return fl_fail(error, FL_CORRUPT, "reserved bytes of a page entry are not zero");
    if (fl_encoding_name(entry->encoding) == NULL)
        return fl_fail(error, FL_UNSUPPORTED, "encoding %u is unknown to this build", entry->encoding);
    if ((entry->flags & FL_PAGE_FLAGS_PACKED) == FL_PAGE_FLAGS_PACKED)
        return fl_fail(error, FL_CORRUPT, "a page under both LZ4 and zstd");
    if (column->known == NULL)
        return FL_OK;
    if (column->known->kind != FL_KIND_TEXT && (entry->flags & FL_PAGE_FLAG_ZSTD) != 0)
        return fl_fail(error, FL_CORRUPT, "zstd for a column of kind %s", fl_kind_name(column->known->kind));
    if ((column->known->kind == FL_KIND_TEXT) != fl_encoding_is_of_texts(entry->encoding))
        return fl_fail(error, FL_CORRUPT, "encoding %s for a column of kind %s",
                       fl_encoding_name(entry->encoding), fl_kind_name(column->known->kind));
    return FL_OK;
}

static fl_status check_nulls(const struct fl_page_entry *entry, uint32_t rows, struct fl_error *error)
{
    const uint32_t nulls = fl_get32(entry->nulls);
    const bool has_bitmap = (entry->flags & FL_PAGE_FLAG_NULLS) != 0;
    if (nulls > rows)
        return fl_fail(error, FL_CORRUPT, "%u nulls in %u rows", nulls, rows);
    if (has_bitmap != (nulls > 0 && nulls < rows))
        return fl_fail(error, FL_CORRUPT, "%u nulls in %u rows %s a null bitmap", nulls, rows,
                       has_bitmap ? "with" : "without");
    if ((entry->flags & FL_PAGE_FLAG_TYPED_NULLS) != 0 && !has_bitmap)
        return fl_fail(error, FL_CORRUPT, "nulls by type without the flag for nulls");
    if (nulls == rows && entry->encoding != FL_ENCODING_CONSTANT && entry->encoding != FL_ENCODING_STRING)
        return fl_fail(error, FL_CORRUPT, "encoding %s for nothing but nulls",
                       fl_encoding_name(entry->encoding));
    return FL_OK;
}

static bool needs_bytes(const struct fl_page_entry *entry, uint32_t rows)
{
    const uint32_t nulls = fl_get32(entry->nulls);
    return nulls < rows && (entry->encoding != FL_ENCODING_CONSTANT || nulls > 0);
}

static fl_status check_sizes(const struct fl_page_entry *entry, uint32_t rows, struct fl_error *error)
{
    const uint32_t stored = fl_get32(entry->stored_bytes), unpacked = fl_get32(entry->unpacked_bytes);
    if (!needs_bytes(entry, rows)) {
        if (stored != 0 || unpacked != 0 || entry->flags != 0 || fl_get64(entry->offset) != 0 ||
            fl_get64(entry->checksum) != 0)
            return fl_fail(error, FL_CORRUPT, "a page without bytes has an offset, a size or a checksum");
        return FL_OK;
    }
    if (stored == 0 || unpacked == 0)
        return fl_fail(error, FL_CORRUPT, "a page of %u stored and %u unpacked bytes", stored, unpacked);
    if (unpacked > FL_PAGE_BYTES_MAX)
        return fl_fail(error, FL_LIMIT, "a page of %u unpacked bytes, at most %u", unpacked,
                       FL_PAGE_BYTES_MAX);
    if ((entry->flags & FL_PAGE_FLAGS_PACKED) == 0 && stored != unpacked)
        return fl_fail(error, FL_CORRUPT, "%u bytes stored, %u unpacked, without LZ4", stored, unpacked);
    if ((entry->flags & FL_PAGE_FLAG_LZ4) != 0 && unpacked > (uint64_t)stored * 255 + 64)
        return fl_fail(error, FL_CORRUPT, "LZ4: %u bytes cannot unpack to %u", stored, unpacked);
    return FL_OK;
}

fl_status fl_page_place_check(const struct fl_page_entry *entry, uint64_t *end, uint64_t pages_end,
                              struct fl_error *error)
{
    const uint64_t offset = fl_get64(entry->offset), stored = fl_get32(entry->stored_bytes);
    if (stored == 0)
        return FL_OK;
    const uint64_t wanted = fl_page_align(*end);
    if (offset != wanted)
        return fl_fail(error, FL_CORRUPT, "page at offset %ju, %ju is the next free one", (uintmax_t)offset,
                       (uintmax_t)wanted);
    if (offset > pages_end || stored > pages_end - offset)
        return fl_fail(error, FL_CORRUPT, "page of %ju bytes at offset %ju, pages end at %ju",
                       (uintmax_t)stored, (uintmax_t)offset, (uintmax_t)pages_end);
    *end = offset + stored;
    return FL_OK;
}

/* No values of the data in these messages: the columns may be people's. */
static fl_status check_statistics(const struct fl_page_entry *entry, const struct fl_footer_column *column,
                                  uint32_t rows, struct fl_error *error)
{
    const int64_t min = (int64_t)fl_get64(entry->min), max = (int64_t)fl_get64(entry->max);
    const bool all_null = fl_get32(entry->nulls) == rows;
    if (all_null || column->known->kind == FL_KIND_TEXT) {
        if (min != 0 || max != 0 || (all_null && fl_get64(entry->sum) != 0))
            return fl_fail(error, FL_CORRUPT, "min, max or sum of no values is not 0");
        return FL_OK;
    }
    if (min > max)
        return fl_fail(error, FL_CORRUPT, "the page's min is above its max");
    if (entry->encoding == FL_ENCODING_CONSTANT && min != max)
        return fl_fail(error, FL_CORRUPT, "a constant page whose min is not its max");
    const struct fl_integer_range range = fl_kind_range(column->known->kind, column->word_count);
    if (min < range.min || max > range.max)
        return fl_fail(error, FL_CORRUPT, "a value outside %jd to %jd, which kind %s allows",
                       (intmax_t)range.min, (intmax_t)range.max, fl_kind_name(column->known->kind));
    return FL_OK;
}

fl_status fl_page_entry_check(const struct fl_page_entry *entry, const struct fl_footer_column *column,
                              uint32_t rows, uint64_t *end, uint64_t pages_end, struct fl_error *error)
{
    fl_status status = check_form(entry, column, error);
    if (status == FL_OK)
        status = check_nulls(entry, rows, error);
    if (status == FL_OK)
        status = check_sizes(entry, rows, error);
    if (status == FL_OK && !column->late)
        status = fl_page_place_check(entry, end, pages_end, error);
    if (status == FL_OK && column->known != NULL)
        status = check_statistics(entry, column, rows, error);
    return status;
}
