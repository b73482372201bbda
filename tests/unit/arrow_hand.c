/* arrow_hand.c - Arrow messages put together by hand, to say what no writer of ours would. */
#include "tests/unit/arrow_hand.h"

#include <assert.h>
#include <stdlib.h>

#include "formats/arrow/arrow_numbers.h"
#include "formats/arrow/arrow_writer_messages.h"
#include "formats/base/bytes.h"

static void append(struct fl_buffer *bytes, const void *more, size_t size)
{
    if (!fl_buffer_append(bytes, more, size))
        abort();
}

static void append_metadata(struct fl_flat_writer *flat, struct fl_buffer *bytes)
{
    fl_flat_finish(flat);
    uint8_t prefix[8];
    fl_store_le32(prefix, CONTINUATION);
    fl_store_le32(prefix + 4, (uint32_t)flat->buffer.size);
    append(bytes, prefix, sizeof prefix);
    append(bytes, flat->buffer.bytes, flat->buffer.size);
    fl_flat_writer_release(flat);
}

void arrow_hand_schema(const struct fl_arrow_field *fields, size_t count, struct fl_buffer *bytes)
{
    struct fl_flat_writer flat = {0};
    fl_arrow_put_schema(&flat, &(struct fl_arrow_schema){fields, count, NULL, 0});
    append_metadata(&flat, bytes);
}

static size_t put_header(struct fl_flat_writer *flat, int header_type, int64_t body_bytes)
{
    size_t places[FL_FLAT_FIELDS_MAX] = {0};
    const struct fl_flat_field fields[] = {FL_FLAT_INT16(VERSION_5), FL_FLAT_INT8(header_type),
                                           FL_FLAT_REFERENCE, FL_FLAT_INT64(body_bytes)};
    fl_flat_begin(flat);
    fl_flat_put_table(flat, 0, fields, 4, places);
    return places[MESSAGE_HEADER];
}

static size_t put_dictionary_header(struct fl_flat_writer *flat, const struct arrow_hand *hand,
                                    int64_t body_bytes)
{
    size_t places[FL_FLAT_FIELDS_MAX] = {0};
    const struct fl_flat_field fields[] = {FL_FLAT_INT64(hand->dictionary_id), FL_FLAT_REFERENCE,
                                           FL_FLAT_INT8(hand->is_delta)};
    fl_flat_put_table(flat, put_header(flat, HEADER_DICTIONARY, body_bytes), fields, 3, places);
    return places[DICTIONARY_BATCH_DATA];
}

void arrow_hand_batch(const struct arrow_hand *hand, struct fl_buffer *bytes)
{
    int64_t pairs[32];
    assert(hand->buffer_count <= 16);
    int64_t body_bytes = 0;
    for (size_t i = 0; i < hand->buffer_count; i++) {
        if (hand->shares_bytes)
            body_bytes = 0;
        pairs[2 * i] = body_bytes;
        pairs[2 * i + 1] = (int64_t)hand->buffers[i].size;
        body_bytes += (int64_t)((hand->buffers[i].size + 7) / 8 * 8);
    }
    struct fl_flat_writer flat = {0};
    size_t places[FL_FLAT_FIELDS_MAX] = {0};
    const size_t reference = hand->is_dictionary ? put_dictionary_header(&flat, hand, body_bytes)
                                                 : put_header(&flat, HEADER_BATCH, body_bytes);
    const struct fl_flat_field fields[] = {FL_FLAT_INT64(hand->rows), FL_FLAT_REFERENCE, FL_FLAT_REFERENCE,
                                           hand->codec < 0 ? FL_FLAT_ABSENT : FL_FLAT_REFERENCE};
    fl_flat_put_table(&flat, reference, fields, 4, places);
    fl_flat_put_structs(&flat, places[BATCH_NODES], hand->nodes, hand->node_count, 2);
    fl_flat_put_structs(&flat, places[BATCH_BUFFERS], pairs, hand->buffer_count, 2);
    if (hand->codec >= 0) {
        size_t unused[FL_FLAT_FIELDS_MAX];
        const struct fl_flat_field codec[] = {FL_FLAT_INT8(hand->codec), FL_FLAT_INT8(0)};
        fl_flat_put_table(&flat, places[BATCH_COMPRESSION], codec, 2, unused);
    }
    append_metadata(&flat, bytes);
    for (size_t i = hand->shares_bytes ? hand->buffer_count - 1 : 0; i < hand->buffer_count; i++) {
        static const uint8_t zeros[8];
        append(bytes, hand->buffers[i].bytes, hand->buffers[i].size);
        append(bytes, zeros, -hand->buffers[i].size % 8);
    }
}

void arrow_hand_end(struct fl_buffer *bytes)
{
    append(bytes, "\xFF\xFF\xFF\xFF\0\0\0\0", 8);
}
