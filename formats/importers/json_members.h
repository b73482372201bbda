/* json_members.h - the text of each value of a JSON object, as it stands in its line. */
#ifndef FORMATS_IMPORTERS_JSON_MEMBERS_H
#define FORMATS_IMPORTERS_JSON_MEMBERS_H

#include <stdbool.h>

#include "formats/base/text.h"

static inline bool fl_json_is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}
/* Behind blanks; there is something else. */
const char *fl_json_skip_blanks(const char *at);
/* *at is at the `{` of an object or at a `,` between its members, which a parser has found to be right: the
 * value of the next member, *at behind it. */
struct fl_text fl_json_next_value(const char **at);

#endif
