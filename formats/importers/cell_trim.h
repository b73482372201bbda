/* cell_trim.h - takes blanks off both ends of a cell. */
#ifndef FORMATS_IMPORTERS_CELL_TRIM_H
#define FORMATS_IMPORTERS_CELL_TRIM_H

#include "formats/base/text.h"

/* Spaces, tabs and no-break spaces (U+00A0, as spreadsheets like to paste). */
static inline struct fl_text fl_cell_trim(struct fl_text cell)
{
    const char *at = cell.bytes;
    const char *end = at + cell.size;
    for (;;) {
        if (at < end && (*at == ' ' || *at == '\t'))
            at++;
        else if (end - at >= 2 && memcmp(at, "\xc2\xa0", 2) == 0)
            at += 2;
        else
            break;
    }
    for (;;) {
        if (at < end && (end[-1] == ' ' || end[-1] == '\t'))
            end--;
        else if (end - at >= 2 && memcmp(end - 2, "\xc2\xa0", 2) == 0)
            end -= 2;
        else
            break;
    }
    return (struct fl_text){at, (size_t)(end - at)};
}

/* Nothing to trim of an ASCII cell that is not empty: both ends are past the blanks. */
static inline bool fl_cell_has_plain_ends(struct fl_text cell)
{
    return cell.bytes[0] > ' ' && cell.bytes[cell.size - 1] > ' ';
}

#endif
