/* arrow_memory.c - the memory of one Arrow reader, counted before it is taken. */
#include "formats/arrow/arrow_memory.h"

#include <stdlib.h>

enum { PIECE_MIN = 16 };

struct fl_arrow_piece {
    struct fl_arrow_piece *older;
    uint64_t size;
    max_align_t bytes[];
};

fl_status fl_arrow_budget_check(const struct fl_arrow_budget *budget, uint64_t size, struct fl_error *error)
{
    if (budget->held <= budget->max && size <= budget->max - budget->held)
        return FL_OK;
    return fl_fail(
        error, FL_LIMIT,
        "%llu bytes more are wanted, %llu of %llu are in use: write smaller batches, or allow more memory",
        (unsigned long long)size, (unsigned long long)budget->held, (unsigned long long)budget->max);
}

fl_status fl_arrow_buffer_reserve(struct fl_arrow_budget *budget, struct fl_buffer *buffer, uint64_t capacity,
                                  struct fl_error *error)
{
    if (capacity <= buffer->capacity)
        return FL_OK;
    const uint64_t more = capacity - buffer->capacity;
    const fl_status status = fl_arrow_budget_check(budget, more, error);
    if (status != FL_OK)
        return status;
    if (!fl_buffer_reserve(buffer, capacity))
        return fl_fail_memory(error, capacity);
    budget->held += more;
    return FL_OK;
}

void fl_arrow_buffer_release(struct fl_arrow_budget *budget, struct fl_buffer *buffer)
{
    budget->held -= buffer->capacity;
    fl_buffer_release(buffer);
}

fl_status fl_arrow_piece_take(struct fl_arrow_pieces *pieces, uint64_t size, uint8_t **bytes,
                              struct fl_error *error)
{
    if (size < PIECE_MIN)
        size = PIECE_MIN;
    const fl_status status = fl_arrow_budget_check(pieces->budget, size, error);
    if (status != FL_OK)
        return status;
    struct fl_arrow_piece *piece = malloc(sizeof *piece + size); /* no wrap: size is within the budget */
    if (piece == NULL)
        return fl_fail_memory(error, size);
    piece->older = pieces->newest;
    piece->size = size;
    pieces->newest = piece;
    pieces->budget->held += size;
    *bytes = (uint8_t *)piece->bytes;
    return FL_OK;
}

void fl_arrow_pieces_release(struct fl_arrow_pieces *pieces)
{
    while (pieces->newest != NULL) {
        struct fl_arrow_piece *piece = pieces->newest;
        pieces->newest = piece->older;
        pieces->budget->held -= piece->size;
        free(piece);
    }
}
