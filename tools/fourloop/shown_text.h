/* shown_text.h - somebody's text as a terminal may show it, character by character. */
#ifndef TOOLS_FOURLOOP_SHOWN_TEXT_H
#define TOOLS_FOURLOOP_SHOWN_TEXT_H

#include "formats/base/text.h"

/* A character, or a byte that is none. */
struct shown_char {
    size_t size;      /* bytes of the text */
    unsigned columns; /* of a terminal */
    struct fl_text
        as; /* what stands for it: itself, or `?` for what would steer the terminal or is no UTF-8 */
};
struct shown_char shown_char_at(struct fl_text text, size_t at);
/* All of it to `copy`, with an end; room for text.size + 1 bytes is enough. Returns `copy`. */
const char *shown_text_copy(struct fl_text text, char *copy);
/* All of it to the standard output. */
void shown_text_print(struct fl_text text);

#endif
