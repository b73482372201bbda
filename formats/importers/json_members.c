/* json_members.c - finds the values of a JSON object that is known to be one.
 *
 * Nothing is checked and nothing counted: a byte that ends each loop is there, because the object is whole.
 */
#include "formats/importers/json_members.h"

const char *fl_json_skip_blanks(const char *at)
{
    while (fl_json_is_blank(*at))
        at++;
    return at;
}

static const char *skip_string(const char *at)
{
    for (at++; *at != '"'; at++)
        at += *at == '\\';
    return at + 1;
}

static const char *skip_value(const char *at)
{
    size_t depth = 0;
    for (;; at++) {
        if (*at == '"') {
            at = skip_string(at);
            if (depth == 0)
                return at;
            at--;
        } else if (*at == '{' || *at == '[') {
            depth++;
        } else if (depth == 0 && (*at == ',' || *at == '}')) {
            return at;
        } else if ((*at == '}' || *at == ']') && --depth == 0) {
            return at + 1;
        }
    }
}

struct fl_text fl_json_next_value(const char **at)
{
    const char *start = fl_json_skip_blanks(skip_string(fl_json_skip_blanks(*at + 1))); /* at the colon */
    start = fl_json_skip_blanks(start + 1);
    const char *end = skip_value(start);
    *at = fl_json_skip_blanks(end);
    while (fl_json_is_blank(end[-1]))
        end--;
    return (struct fl_text){start, (size_t)(end - start)};
}
