/* cell_ascii.h - tells text that needs no check of its encoding from the rest. */
#ifndef FORMATS_IMPORTERS_CELL_ASCII_H
#define FORMATS_IMPORTERS_CELL_ASCII_H

#include "formats/base/text.h"

/* ASCII without NUL. Eight bytes at a time: most cells are, and what is not goes to the full check. */
static inline bool fl_cell_is_ascii(struct fl_text cell)
{
    const uint64_t high_bits = UINT64_C(0x8080808080808080);
    const uint64_t low_bits = UINT64_C(0x0101010101010101);
    size_t at = 0;
    for (; at + 8 <= cell.size; at += 8) {
        uint64_t eight;
        memcpy(&eight, cell.bytes + at, sizeof eight);
        if (((eight | (eight - low_bits)) & high_bits) != 0) /* a high bit, or a zero byte */
            return false;
    }
    for (; at < cell.size; at++) {
        if ((signed char)cell.bytes[at] <= 0)
            return false;
    }
    return true;
}

#endif
