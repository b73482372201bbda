/* json_text.h - a text as a JSON string (RFC 8259 section 7). */
#ifndef FORMATS_EXPORTERS_JSON_TEXT_H
#define FORMATS_EXPORTERS_JSON_TEXT_H

#include "formats/base/text.h"

/* A text of n bytes becomes at most n times this, and its two quotes. */
enum { FL_JSON_TEXT_GROWTH = 6 };

/* Writes the UTF-8 text with quotes at `at`; what must be escaped is, and nothing else. Returns where it
 * ends. */
uint8_t *fl_json_put_text(uint8_t *at, struct fl_text text);

#endif
