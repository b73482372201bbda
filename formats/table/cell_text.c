/* cell_text.c - one value of a table as text, the same in every listing or export. */
#include "formats/table/cell_text.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "formats/base/civil.h"
#include "formats/base/decimal.h"

enum { NUMBER_TEXT_SIZE = 48 }; /* what fl_decimal_format() asks for */

static int append_decimal(int64_t value, int places, bool cut_zeros, struct fl_buffer *out)
{
    char text[NUMBER_TEXT_SIZE];
    const size_t size = (size_t)(cut_zeros ? fl_decimal_format_short(value, places, '.', text)
                                           : fl_decimal_format(value, places, '.', text));
    return fl_buffer_append(out, text, size);
}

static int append_day(int32_t day, struct fl_buffer *out)
{
    char text[11];
    fl_day_format(day, text);
    return fl_buffer_append(out, text, sizeof text - 1);
}

static int append_word(uint32_t number, const struct fl_words *words, struct fl_buffer *out)
{
    assert(words != NULL && number < words->count);
    const struct fl_text word = fl_words_at(words, number);
    return fl_buffer_append(out, word.bytes, word.size);
}

static int append_text(const struct fl_column_data *data, size_t row, struct fl_buffer *out)
{
    const uint32_t start = data->text_offsets[row];
    return fl_buffer_append(out, data->text_bytes + start, data->text_offsets[row + 1] - start);
}

int fl_cell_append(const struct fl_column *column, const struct fl_column_data *data, size_t row,
                   const struct fl_words *words, struct fl_buffer *out)
{
    assert(row < data->rows);
    if (data->nulls != NULL && data->nulls[row] != 0)
        return true;
    switch (column->kind) {
    case FL_KIND_KEY:
    case FL_KIND_INTEGER:
    case FL_KIND_MONEY:
    case FL_KIND_MICRO:
    case FL_KIND_ORDER:
        return append_decimal(data->as.i64[row], 0, false, out);
    case FL_KIND_MILLI:
        return append_decimal(data->as.i64[row], 3, true, out);
    case FL_KIND_DEGREE:
        return append_decimal(data->as.i64[row], 6, false, out);
    case FL_KIND_DAY:
        return append_day(data->as.i32[row], out);
    case FL_KIND_SECOND:
        return append_decimal(data->as.i32[row], 0, false, out);
    case FL_KIND_TYPE:
    case FL_KIND_SMALL:
        return append_decimal(data->as.u8[row], 0, false, out);
    case FL_KIND_WORD:
        return append_word(data->as.words[row], words, out);
    case FL_KIND_TEXT:
        return append_text(data, row, out);
    }
    assert(false && "a kind without a text");
    return false;
}
