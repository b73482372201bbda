/* row_order.h - sparse rows by their length, so that kernels take rows of about the same length together. */
#ifndef ENGINE_KERNELS_ROW_ORDER_H
#define ENGINE_KERNELS_ROW_ORDER_H

#include <stddef.h>
#include <stdint.h>

enum { FL_ORDERED_ROWS = 128, FL_LENGTH_CLASSES = 128 };

struct fl_row_order {
    uint64_t starts[FL_ORDERED_ROWS], entries[FL_ORDERED_ROWS];
    uint8_t row[FL_ORDERED_ROWS];
};

/* Longer rows than this are rare, so that one class of them loses little. */
static inline unsigned fl_length_class(uint64_t entries)
{
    return (unsigned)(entries < FL_LENGTH_CLASSES - 1 ? entries : FL_LENGTH_CLASSES - 1);
}

/* The `count` rows from starts[0] on, at most FL_ORDERED_ROWS: from the shortest class to the longest, of
 * equal ones the first. Where `multiple`, which divides FL_ORDERED_ROWS, does not divide count, rows without
 * entries follow. */
static inline void fl_order_rows(const uint64_t *starts, size_t count, size_t multiple,
                                 struct fl_row_order *order)
{
    uint8_t places[FL_LENGTH_CLASSES] = {0};
    for (size_t i = 0; i < count; i++)
        places[fl_length_class(starts[i + 1] - starts[i])]++;
    unsigned place = 0;
    for (unsigned i = 0; i < FL_LENGTH_CLASSES; i++) {
        const unsigned rows = places[i];
        places[i] = (uint8_t)place;
        place += rows;
    }
    for (size_t i = 0; i < count; i++) {
        const uint64_t entries = starts[i + 1] - starts[i];
        const unsigned to = places[fl_length_class(entries)]++;
        order->starts[to] = starts[i];
        order->entries[to] = entries;
        order->row[to] = (uint8_t)i;
    }
    for (size_t i = count; i % multiple != 0; i++)
        order->starts[i] = order->entries[i] = 0;
}

#endif
