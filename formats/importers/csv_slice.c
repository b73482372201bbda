/* csv_slice.c - splits records without quotes by following the marks of a slice. */
#include "formats/importers/csv_slice.h"

/* Marks what comes from `at` on, which may be less than a block: nothing. */
static void mark_from(struct fl_csv_slice *slice, const char *at, const char *window_end)
{
    size_t blocks = (size_t)(window_end - at) / FL_CSV_BLOCK_BYTES;
    if (blocks > FL_CSV_SLICE_BLOCKS)
        blocks = FL_CSV_SLICE_BLOCKS;
    slice->mark((const uint8_t *)at, blocks, slice->delimiter, slice->quote, slice->marks);
    slice->begin = at;
    slice->end = at + blocks * FL_CSV_BLOCK_BYTES;
}

enum split { SPLIT_DONE, SPLIT_ODD, SPLIT_OVER_THE_END };

static enum split split(const struct fl_csv_slice *slice, const char *at, size_t fields_max,
                        struct fl_text *fields, uint32_t *columns, struct fl_csv_plain_record *record)
{
    const struct fl_csv_marks *marks = &slice->marks[(size_t)(at - slice->begin) / FL_CSV_BLOCK_BYTES];
    const char *block = slice->begin + (marks - slice->marks) * FL_CSV_BLOCK_BYTES;
    uint64_t inside = UINT64_MAX << (at - block); /* of the block, what belongs to the record */
    uint64_t quotes = 0, foreign = 0;             /* any bit: the record has one */
    uint64_t filled = 0;
    if (block == slice->end)
        return SPLIT_OVER_THE_END;
    uint64_t ends = marks->ends & inside;
    const char *field = at;
    for (size_t count = 0; count < fields_max; count++) {
        while (ends == 0) {
            quotes |= marks->quotes & inside;
            foreign |= marks->foreign & inside;
            inside = UINT64_MAX;
            block += FL_CSV_BLOCK_BYTES;
            if (block == slice->end)
                return SPLIT_OVER_THE_END;
            marks++;
            ends = marks->ends;
        }
        const char *end = block + __builtin_ctzll(ends);
        fields[count] = (struct fl_text){field, (size_t)(end - field)};
        columns[count] = (uint32_t)(field - at) + 1;
        filled |= (uint64_t)(end != field && count < 64) << (count % 64);
        if ((uint8_t)*end != slice->delimiter) {
            inside &= (ends & -ends) - 1;
            quotes |= marks->quotes & inside;
            foreign |= marks->foreign & inside;
            *record = (struct fl_csv_plain_record){count + 1, filled, end, foreign == 0};
            return quotes == 0 ? SPLIT_DONE : SPLIT_ODD;
        }
        ends &= ends - 1;
        field = end + 1;
    }
    return SPLIT_ODD;
}

bool fl_csv_slice_split(struct fl_csv_slice *slice, const char *at, const char *window_end, size_t fields_max,
                        struct fl_text *fields, uint32_t *columns, struct fl_csv_plain_record *record)
{
    if (at < slice->begin || at >= slice->end)
        mark_from(slice, at, window_end);
    enum split result = split(slice, at, fields_max, fields, columns, record);
    if (result == SPLIT_OVER_THE_END && at != slice->begin) {
        mark_from(slice, at, window_end);
        result = split(slice, at, fields_max, fields, columns, record);
    }
    /* A CR at the window's end may be half of a line end. */
    return result == SPLIT_DONE && record->end + 1 < window_end;
}
