/* tag_days.h - gathers what messages and given tags bring into one entry for each customer, tag and day. */
#ifndef ENGINE_TAGS_TAG_DAYS_H
#define ENGINE_TAGS_TAG_DAYS_H

#include "engine/tags/customer_tags.h"
#include "engine/tags/tagger.h"

/* An entry each time something is added; a thinning makes one of those with the same customer, tag, day and
 * night. */
struct fl_tag_days {
    const struct fl_keywords *keywords;
    const uint32_t *numbers;  /* of the list's tags among all */
    bool keeps_messages;      /* all that hit */
    struct fl_buffer entries; /* struct fl_tag_day */
    struct fl_arena messages;
    struct fl_tag_mark *marks;
    uint64_t serial; /* of the message in hand */
};

/* `keywords` and `numbers` are borrowed until release, which is due whatever came. */
fl_status fl_tag_days_init(struct fl_tag_days *days, const struct fl_keywords *keywords,
                           const uint32_t *numbers, bool keeps_messages, struct fl_error *error);
void fl_tag_days_release(struct fl_tag_days *days);
/* Forgets all entries. */
void fl_tag_days_reset(struct fl_tag_days *days);

/* A message with its hits, at least one. With keeps_messages *kept is a copy of it that lives until reset;
 * else it is NULL. */
fl_status fl_tag_days_add_message(struct fl_tag_days *days, const struct fl_tag_message *message,
                                  const struct fl_tag_hit *hits, size_t hit_count,
                                  const struct fl_tag_message **kept, struct fl_error *error);
/* A day given by hand. */
fl_status fl_tag_days_add_given(struct fl_tag_days *days, const struct fl_tag_day *given,
                                struct fl_error *error);
/* All entries, by customer, tag, day, night; valid until the next add or reset. */
const struct fl_tag_day *fl_tag_days_gather(struct fl_tag_days *days, size_t *count);
/* Lets go of what the entries do not need: what is held then follows the days, not the messages, unless
 * messages are kept. On failure all entries are gone. */
fl_status fl_tag_days_thin(struct fl_tag_days *days, struct fl_error *error);
/* What is held. While it is thinned out, twice as much. */
uint64_t fl_tag_days_memory(const struct fl_tag_days *days);

#endif
