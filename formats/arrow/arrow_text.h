/* arrow_text.h - one value of an Arrow column as text, for people. */
#ifndef FORMATS_ARROW_ARROW_TEXT_H
#define FORMATS_ARROW_ARROW_TEXT_H

#include "formats/arrow/arrow_column.h"
#include "formats/base/arena.h"

/* Appends the text of one value to `out`, nothing for null; false: no memory. No quoting, no locale.
 *     numbers     as JSON has them, the shortest text that reads back the same; inf, -inf, nan
 *     bool        true, false
 *     decimal     all its places: 12.50
 *     date        YYYY-MM-DD; a date64 with a time in it as a timestamp
 *     time        HH:MM:SS, with as many places behind the second as its unit has
 *     timestamp   YYYY-MM-DDTHH:MM:SS and places; Z when it is UTC by having a zone
 *     duration, and dates outside of the years 1 to 9999: the number with its unit, 12ms, 99999999d
 *     utf8        the text; binary: lower-case hex digits
 *     list        [1,null,"a"] as JSON */
bool fl_arrow_text_append(const struct fl_arrow_column *column, size_t row, struct fl_buffer *out);

#endif
