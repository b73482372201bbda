/* hit_list.h - each hit of a range of customers, sorted for its table. */
#ifndef ENGINE_TAGS_HIT_LIST_H
#define ENGINE_TAGS_HIT_LIST_H

#include "engine/tags/tag_range.h"
#include "engine/tags/tag_message.h"

/* Zero-initialise; release once. What is added is borrowed until reset. */
struct fl_hit_list {
    struct fl_buffer hits;  /* struct kept_hit */
    struct fl_buffer shown; /* struct fl_message_hit: of the night asked for last */
};
void fl_hit_list_release(struct fl_hit_list *list);
void fl_hit_list_reset(struct fl_hit_list *list);
/* The hits of one message, by rule, offset, falling size; places that come twice are one. */
fl_status fl_hit_list_add(struct fl_hit_list *list, const struct fl_tag_message *message,
                          const struct fl_keywords *keywords, const uint32_t *numbers,
                          const struct fl_tag_hit *hits, size_t count, struct fl_error *error);
/* What is held, and will be for one night. */
uint64_t fl_hit_list_memory(const struct fl_hit_list *list);
/* As fl_tag_range_hits(); valid until the next call. */
fl_status fl_hit_list_of_night(struct fl_hit_list *list, const struct fl_model *model, uint32_t night,
                               const struct fl_message_hit **hits, size_t *count, struct fl_error *error);

#endif
