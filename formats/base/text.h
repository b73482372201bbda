/* text.h - borrowed text, its checks, and the nearest known word for an error message. */
#ifndef FORMATS_BASE_TEXT_H
#define FORMATS_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes that somebody else owns; not NUL-ended. */
struct fl_text {
    const char *bytes;
    size_t size;
};

static inline struct fl_text fl_text_of(const char *words)
{
    return (struct fl_text){words, strlen(words)};
}
static inline bool fl_text_equal(struct fl_text a, struct fl_text b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.bytes, b.bytes, a.size) == 0);
}
/* By bytes as unsigned, a prefix first: the order of dictionaries and of the sort. */
static inline int fl_text_compare(struct fl_text a, struct fl_text b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int difference = common == 0 ? 0 : memcmp(a.bytes, b.bytes, common);
    if (difference != 0)
        return difference;
    return a.size < b.size ? -1 : a.size > b.size;
}

/* Well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF) without U+0000. */
bool fl_utf8_is_valid(const char *bytes, size_t size);
/* At most size_max bytes of the text, cut where a character begins. */
size_t fl_utf8_cut(struct fl_text text, size_t size_max);

/* A set of names with small integers, looked up often: interaction types, words of an enum. */
struct fl_names;
struct fl_names *fl_names_create(void); /* NULL: no memory */
/* Copies `name`. False: no memory, or the name is there already. */
bool fl_names_add(struct fl_names *names, struct fl_text name, int64_t value);
/* False when unknown. */
bool fl_names_find(const struct fl_names *names, struct fl_text name, int64_t *value);
/* The known name with the smallest edit distance to `name` if it is at most a third of its length, else NULL.
 * Lives as long as `names`. */
const char *fl_names_nearest(const struct fl_names *names, struct fl_text name);
void fl_names_free(struct fl_names *names);

#endif
