/* arrow_memory.h - the memory of one Arrow reader, counted before it is taken. */
#ifndef FORMATS_ARROW_ARROW_MEMORY_H
#define FORMATS_ARROW_ARROW_MEMORY_H

#include "formats/base/arena.h"
#include "formats/base/status.h"

/* `held` bytes of at most `max`, over all that share it. */
struct fl_arrow_budget {
    uint64_t held, max;
};

/* FL_LIMIT when `size` more bytes do not fit; counts nothing. */
fl_status fl_arrow_budget_check(const struct fl_arrow_budget *budget, uint64_t size, struct fl_error *error);
/* Room for `capacity` bytes in `buffer`, within the budget. */
fl_status fl_arrow_buffer_reserve(struct fl_arrow_budget *budget, struct fl_buffer *buffer, uint64_t capacity,
                                  struct fl_error *error);
void fl_arrow_buffer_release(struct fl_arrow_budget *budget, struct fl_buffer *buffer);

/* Pieces that are let go of together; zero-initialise but for `budget`. */
struct fl_arrow_pieces {
    struct fl_arrow_budget *budget;
    struct fl_arrow_piece *newest;
};
/* Uninitialised bytes aligned for any number, at least 16 of them. FL_LIMIT, FL_NO_MEMORY. */
fl_status fl_arrow_piece_take(struct fl_arrow_pieces *pieces, uint64_t size, uint8_t **bytes,
                              struct fl_error *error);
void fl_arrow_pieces_release(struct fl_arrow_pieces *pieces);

#endif
