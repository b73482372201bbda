/* customer_tags.h - what a customer's days with a tag say as of a night: SEMANTICS.md section 5, "a day
 * fires". */
#ifndef ENGINE_TAGS_CUSTOMER_TAGS_H
#define ENGINE_TAGS_CUSTOMER_TAGS_H

#include <stddef.h>

#include "engine/tags/tag_message.h"

#define FL_NO_UNTIL INT32_MIN

/* What a day of a customer brought for a tag, as far as one and the same night is the first to count it. */
struct fl_tag_day {
    int64_t customer;
    uint32_t tag;
    int32_t day;
    uint32_t night; /* that first night */
    bool given;     /* by hand, to expire as the tag does */
    int32_t until;  /* given up to this day, the last one of several, not before `day`; FL_NO_UNTIL: not so */
    uint64_t messages;            /* that hit */
    struct fl_tag_message *first; /* of these; NULL: none */
    struct fl_tag_place place;    /* in it */
};

/* What belongs to a tag. */
struct fl_tag_terms {
    uint32_t hits, days, expiry_days;
    int32_t priority;
    int64_t points_micro;
    const uint32_t *decay; /* by age, 0 .. horizon_days; NULL: points are 0 */
    int32_t horizon_days;
};

/* The last spell, with the points of all. */
struct fl_tag_spell {
    bool on, given;
    int32_t since, last, expires; /* expires: the last day on which it is on, if nothing new comes */
    uint64_t hits;
    const struct fl_tag_day *first; /* has the first evidence; NULL: there is none */
    int64_t points_micro;
};

/* `days` are of one customer and tag, by day, then night; those of later nights than `night`, which is that
 * of as_of_day, do not count. False: no day fires. */
bool fl_tag_spell_find(const struct fl_tag_terms *terms, const struct fl_tag_day *days, size_t count,
                       uint32_t night, int32_t as_of_day, struct fl_tag_spell *spell);

#endif
