/* message_reader.h - customers' messages of a text file, some thousand at a time. */
#ifndef ENGINE_TAGS_MESSAGE_READER_H
#define ENGINE_TAGS_MESSAGE_READER_H

#include "engine/cell_rows.h"
#include "engine/fourloop.h"
#include "engine/tags/tagger.h"

/* A message and what the file says of it. */
struct fl_file_message {
    uint64_t line;
    struct fl_row_cell id; /* "": it has none of its own, see fl_message_id() */
    struct fl_row_cell customer;
    struct fl_text speaker; /* as the file has it */
};

/* The message's own id, or else the number of its line. */
struct fl_row_cell fl_message_id(const struct fl_file_message *message);

/* A part of the file; messages[i] is said more of by files[i]. */
struct fl_message_chunk {
    const struct fl_message *messages;
    const struct fl_file_message *files;
    size_t count; /* 0: the file has ended */
};

/* FL_MESSAGES_LINES: each line is a message of the customer, a '\r' at its end left out. FL_MESSAGES_NDJSON:
 * an object a line, with `text`, and `message` (its id), `customer`, `speaker` if it has them; others are not
 * looked at. */
struct fl_message_reader;
fl_status fl_message_reader_create(const struct fl_message_source *source, struct fl_message_reader **reader,
                                   struct fl_error *error);
void fl_message_reader_free(struct fl_message_reader *reader); /* NULL is fine */

/* The next part, valid until the next call; a file of any size takes the memory of one. FL_BAD_DATA names
 * line and column: more than FL_JSON_LINE_BYTES_MAX bytes in a line, no object, a list for a text.
 * FL_INTERRUPTED, FL_IO, FL_NO_MEMORY. */
fl_status fl_message_reader_next(struct fl_message_reader *reader, struct fl_message_chunk *chunk,
                                 struct fl_error *error);

/* Instead, of a file of lines, which takes much less time: the next ones as they are, '\n' behind each, '\r'
 * in front of it left in; size 0: the file has ended. `number` is that of the first, from 1, which is not
 * counted here. */
fl_status fl_message_reader_next_lines(struct fl_message_reader *reader, uint64_t number,
                                       struct fl_text *lines, struct fl_error *error);

#endif
