/* tag_message.c - a message in which a rule of a tag holds, beside others in the order of time. */
#include "engine/tags/tag_message.h"

static int compare_optional(bool has_a, int64_t a, bool has_b, int64_t b)
{
    if (has_a != has_b)
        return has_a - has_b;
    return has_a ? (a > b) - (a < b) : 0;
}

int fl_tag_message_compare(const struct fl_tag_message *a, const struct fl_tag_message *b)
{
    int order = (a->day > b->day) - (a->day < b->day);
    if (order == 0)
        order = (a->second > b->second) - (a->second < b->second);
    if (order == 0)
        order = a->type - b->type;
    if (order == 0)
        order = compare_optional(a->has_order, a->order, b->has_order, b->order);
    if (order == 0)
        order = fl_text_compare(a->id, b->id);
    return order == 0 ? fl_text_compare(a->text, b->text) : order;
}

int fl_tag_place_compare(const struct fl_tag_place *a, const struct fl_tag_place *b)
{
    if (a->offset != b->offset)
        return a->offset < b->offset ? -1 : 1;
    if (a->size != b->size)
        return a->size > b->size ? -1 : 1;
    return (a->rule > b->rule) - (a->rule < b->rule);
}
