/* record_text.h - fields as one line of CSV. */
#ifndef FORMATS_IMPORTERS_RECORD_TEXT_H
#define FORMATS_IMPORTERS_RECORD_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/base/arena.h"
#include "formats/base/text.h"

/* A text of n bytes becomes at most n times this, and its two quotes. */
enum { FL_RECORD_TEXT_GROWTH = 2 };

/* Writes one field at `at`, by the rule below. Returns where it ends. */
uint8_t *fl_record_put(uint8_t *at, struct fl_text field, bool quoted);

/* Appends the fields with commas between them, no line end. Quoted where anything in them could be taken for
 * something else (any delimiter: it is found from the first line), and where they are empty and quoted[i].
 * `quoted` may be NULL. False: no memory. */
bool fl_record_append(const struct fl_text *fields, const bool *quoted, size_t count, struct fl_buffer *out);

#endif
