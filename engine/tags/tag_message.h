/* tag_message.h - a message in which a rule of a tag holds, beside others in the order of time. */
#ifndef ENGINE_TAGS_TAG_MESSAGE_H
#define ENGINE_TAGS_TAG_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/base/text.h"

struct fl_tag_message {
    int64_t customer, order;
    int32_t day, second; /* second -1: none */
    uint32_t night;      /* the first of the nights in hand that counts it */
    uint8_t type;
    bool has_order;
    struct fl_text id;   /* size 0: none */
    struct fl_text text; /* as it came */
};

/* Where in its text, because of which rule. */
struct fl_tag_place {
    uint32_t rule; /* number in the keyword list */
    uint32_t offset, size;
};

/* By day, second, type, order, id, text; what is missing comes first. 0: equal in all of it. */
int fl_tag_message_compare(const struct fl_tag_message *a, const struct fl_tag_message *b);
/* By offset, the longest first, rule. */
int fl_tag_place_compare(const struct fl_tag_place *a, const struct fl_tag_place *b);

#endif
