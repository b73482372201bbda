/* tag_nights.h - which nights count a row, by its day and its arrival. */
#ifndef ENGINE_TAGS_TAG_NIGHTS_H
#define ENGINE_TAGS_TAG_NIGHTS_H

#include "engine/fourloop.h"

/* Nights of days one behind the other. */
struct fl_tag_nights {
    int32_t as_of_day; /* of the last one */
    uint32_t count;    /* at least 1 */
    enum fl_view view;
};

static inline int32_t fl_tag_night_day(const struct fl_tag_nights *nights, uint32_t night)
{
    return nights->as_of_day - (int32_t)(nights->count - 1 - night);
}

/* False: none of them does. *night is the first that does, as do all behind it. */
static inline bool fl_tag_nights_count(const struct fl_tag_nights *nights, int32_t day, int32_t arrival,
                                       uint32_t *night)
{
    const int32_t known = nights->view == FL_VIEW_KNOWN_THEN && arrival > day ? arrival : day;
    const int32_t first = fl_tag_night_day(nights, 0);
    *night = known > first ? (uint32_t)(known - first) : 0;
    return known <= nights->as_of_day;
}

#endif
