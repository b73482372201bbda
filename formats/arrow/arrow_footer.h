/* arrow_footer.h - the footer of an Arrow file, compared with the stream before it. */
#ifndef FORMATS_ARROW_ARROW_FOOTER_H
#define FORMATS_ARROW_ARROW_FOOTER_H

#include "formats/arrow/arrow_source.h"
#include "formats/arrow/arrow_schema.h"

/* The messages that were read, as the footer lists them. Zero-initialise but for `budget`. */
struct fl_arrow_blocks {
    struct fl_arrow_budget *budget;
    struct fl_buffer dictionaries, batches;
};
fl_status fl_arrow_blocks_add(struct fl_arrow_blocks *blocks, bool is_dictionary,
                              const struct fl_arrow_message *message, struct fl_error *error);
void fl_arrow_blocks_release(struct fl_arrow_blocks *blocks);

/* Reads from behind the end marker to the end of the file. FL_CORRUPT when the footer lists other messages
 * than those that came, or has another schema. */
fl_status fl_arrow_footer_check(struct fl_arrow_source *source, const struct fl_arrow_blocks *blocks,
                                const struct fl_arrow_schema *schema, struct fl_error *error);

/* The schema of a file whose stream starts without one, as apache-arrow (JS) writes it: out of the footer,
 * which is read ahead without moving. FL_UNSUPPORTED on a pipe. */
fl_status fl_arrow_footer_schema(struct fl_arrow_source *source, struct fl_arena *arena,
                                 struct fl_arrow_schema *schema, struct fl_error *error);

#endif
