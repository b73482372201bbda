/* parquet_read_header.c - what stands before the bytes of a page. */
#include "formats/parquet/parquet_read_header.h"

/* Sizes and counts have 32 bits with a sign in the definition. */
static uint32_t take_size(struct fl_thrift_reader *thrift, const struct fl_thrift_field *field)
{
    const int32_t value = fl_thrift_integer32(thrift, field);
    if (value < 0)
        fl_thrift_fail(thrift, "a size or a count below 0");
    return value < 0 ? 0 : (uint32_t)value;
}

static void parse_data(struct fl_thrift_reader *thrift, struct fl_parquet_page_header *header)
{
    struct fl_thrift_field field = {0};
    while (fl_thrift_next(thrift, &field)) {
        switch (field.id) {
        case 1:
            header->values = take_size(thrift, &field);
            break;
        case 2:
            header->encoding = fl_thrift_integer32(thrift, &field);
            break;
        case 3:
            header->level_encoding = fl_thrift_integer32(thrift, &field);
            break;
        case 4:
            header->repeat_encoding = fl_thrift_integer32(thrift, &field);
            break;
        default:
            fl_thrift_skip(thrift, &field);
        }
    }
}

static void parse_data_v2(struct fl_thrift_reader *thrift, struct fl_parquet_page_header *header)
{
    struct fl_thrift_field field = {0};
    header->is_compressed = true; /* unless it says otherwise */
    while (fl_thrift_next(thrift, &field)) {
        switch (field.id) {
        case 1:
            header->values = take_size(thrift, &field);
            break;
        case 2:
            header->nulls = take_size(thrift, &field);
            break;
        case 3:
            header->rows = take_size(thrift, &field);
            break;
        case 4:
            header->encoding = fl_thrift_integer32(thrift, &field);
            break;
        case 5:
            header->level_size = take_size(thrift, &field);
            break;
        case 6:
            header->repeat_size = take_size(thrift, &field);
            break;
        case 7:
            header->is_compressed = fl_thrift_boolean(thrift, &field);
            break;
        default:
            fl_thrift_skip(thrift, &field);
        }
    }
}

static void parse_dictionary(struct fl_thrift_reader *thrift, struct fl_parquet_page_header *header)
{
    struct fl_thrift_field field = {0};
    while (fl_thrift_next(thrift, &field)) {
        if (field.id == 1)
            header->values = take_size(thrift, &field);
        else if (field.id == 2)
            header->encoding = fl_thrift_integer32(thrift, &field);
        else
            fl_thrift_skip(thrift, &field);
    }
}

/* The struct of the page's kind; those of other kinds are stepped over. */
static void parse_kind(struct fl_thrift_reader *thrift, const struct fl_thrift_field *field,
                       struct fl_parquet_page_header *header, int32_t *kind_there)
{
    if (!fl_thrift_struct(thrift, field))
        return;
    if (field->id == 5)
        parse_data(thrift, header);
    else if (field->id == 7)
        parse_dictionary(thrift, header);
    else
        parse_data_v2(thrift, header);
    *kind_there = field->id == 5   ? FL_PARQUET_PAGE_DATA
                  : field->id == 7 ? FL_PARQUET_PAGE_DICTIONARY
                                   : FL_PARQUET_PAGE_DATA_V2;
}

static void parse_header(struct fl_thrift_reader *thrift, struct fl_parquet_page_header *header)
{
    struct fl_thrift_field field = {0};
    int32_t kind_there = FL_PARQUET_PAGE_INDEX;
    header->kind = -1;
    while (fl_thrift_next(thrift, &field)) {
        switch (field.id) {
        case 1:
            header->kind = fl_thrift_integer32(thrift, &field);
            break;
        case 2:
            header->unpacked_size = take_size(thrift, &field);
            break;
        case 3:
            header->stored_size = take_size(thrift, &field);
            break;
        case 4:
            header->crc = (uint32_t)fl_thrift_integer32(thrift, &field);
            header->has_crc = true;
            break;
        case 5:
        case 7:
        case 8:
            parse_kind(thrift, &field, header, &kind_there);
            break;
        default:
            fl_thrift_skip(thrift, &field);
        }
    }
    if (header->kind < FL_PARQUET_PAGE_DATA || header->kind > FL_PARQUET_PAGE_DATA_V2)
        fl_thrift_fail(thrift, "a page of an unknown kind");
    if (header->kind != FL_PARQUET_PAGE_INDEX && header->kind != kind_there)
        fl_thrift_fail(thrift, "a page without the facts of its kind");
}

fl_status fl_parquet_page_header_parse(const uint8_t *bytes, size_t size,
                                       struct fl_parquet_page_header *header, bool *is_cut,
                                       struct fl_error *error)
{
    struct fl_thrift_reader thrift = fl_thrift_over(bytes, size);
    *header = (struct fl_parquet_page_header){0};
    parse_header(&thrift, header);
    *is_cut = thrift.is_cut;
    if (thrift.problem != NULL)
        return fl_fail(error, FL_CORRUPT, "a page's header cannot be read: %s", thrift.problem);
    header->header_size = (uint32_t)(thrift.cursor.at - bytes);
    return FL_OK;
}
