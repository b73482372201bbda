/* arrow_hand.h - Arrow messages put together by hand, to say what no writer of ours would. */
#ifndef TESTS_UNIT_ARROW_HAND_H
#define TESTS_UNIT_ARROW_HAND_H

#include "formats/arrow/arrow_schema.h"
#include "formats/base/arena.h"

/* One message of a batch or of a dictionary by hand. */
struct arrow_hand_buffer {
    const void *bytes;
    size_t size;
};
struct arrow_hand {
    bool is_dictionary, is_delta;
    int64_t dictionary_id, rows;
    const int64_t *nodes; /* rows, nulls of each */
    size_t node_count;
    const struct arrow_hand_buffer *buffers;
    size_t buffer_count;
    bool shares_bytes; /* all buffers lie over the first bytes of a body as large as the last one */
    int codec;         /* -1: none; else the number in the format, whose bytes the buffers hold already */
};
void arrow_hand_schema(const struct fl_arrow_field *fields, size_t count, struct fl_buffer *bytes);
void arrow_hand_batch(const struct arrow_hand *hand, struct fl_buffer *bytes);
void arrow_hand_end(struct fl_buffer *bytes);

#endif
