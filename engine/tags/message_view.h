/* message_view.h - one of the messages that are folded into one buffer. */
#ifndef ENGINE_TAGS_MESSAGE_VIEW_H
#define ENGINE_TAGS_MESSAGE_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/base/text.h"

struct fl_message_view {
    struct fl_text text, folded; /* of a line: without its end */
    uint32_t number;             /* of the text or line, from 0 */
    uint32_t from, end;          /* of the folded form, with what separates it from the next, in the buffer */
    uint8_t speakers;
    bool same_places; /* as of fl_fold_append() */
};

#endif
