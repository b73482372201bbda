/* csv_cut.c - follows the quotes of a stretch of CSV to its last line end between records. */
#include "formats/importers/csv_cut.h"

#include <string.h>

struct stretch {
    const char *begin, *end;
    bool whole;
    char delimiter, quote;
};

static bool ends_field(const struct stretch *stretch, char byte)
{
    return byte == stretch->delimiter || byte == '\n' || byte == '\r';
}

/* Behind the last line end of `from` .. `to`, or `otherwise`. */
static const char *last_line_end(const struct stretch *stretch, const char *from, const char *to,
                                 const char *otherwise)
{
    const char *found = memrchr(from, '\n', (size_t)(to - from));
    if (found == NULL)
        found = memrchr(from, '\r', (size_t)(to - from));
    /* A CR at the very end may be half of a line end. */
    return found == NULL || (*found == '\r' && found + 1 == stretch->end) ? otherwise : found + 1;
}

/* The quote that closes the one before `at`; NULL: it may lie behind the stretch. */
static const char *closing_quote(const struct stretch *stretch, const char *at)
{
    for (;;) {
        at = memchr(at, stretch->quote, (size_t)(stretch->end - at));
        if (at == NULL || (at + 1 == stretch->end && !stretch->whole))
            return NULL;
        if (at + 1 == stretch->end || at[1] != stretch->quote)
            return at;
        at += 2;
    }
}

static size_t cut(const struct stretch *stretch)
{
    const char *boundary = stretch->begin;
    for (const char *at = stretch->begin; at < stretch->end;) {
        const char *quote = memchr(at, stretch->quote, (size_t)(stretch->end - at));
        boundary = last_line_end(stretch, at, quote == NULL ? stretch->end : quote, boundary);
        if (quote == NULL)
            break;
        at = quote + 1;
        if (quote != stretch->begin && !ends_field(stretch, quote[-1]))
            continue; /* text of an unquoted field */
        const char *close = closing_quote(stretch, at);
        if (close == NULL)
            return (size_t)(boundary - stretch->begin);
        at = close + 1;
        if (at < stretch->end && !ends_field(stretch, *at))
            return (size_t)(boundary - stretch->begin);
    }
    return (size_t)((stretch->whole ? stretch->end : boundary) - stretch->begin);
}

size_t fl_csv_cut(const char *bytes, size_t size, bool whole, char delimiter, char quote)
{
    return cut(&(struct stretch){bytes, bytes + size, whole, delimiter, quote});
}
