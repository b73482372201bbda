/* tag_source.h - what all threads share that make tags, as tag_range.c sees it. */
#ifndef ENGINE_TAGS_TAG_SOURCE_H
#define ENGINE_TAGS_TAG_SOURCE_H

#include "engine/tags/given_tags.h"
#include "engine/tags/message_scan.h"
#include "engine/tags/tag_range.h"

struct fl_tag_source {
    struct fl_tag_source_plan plan;
    struct fl_tag_nights nights;
    struct fl_message_files files;
    struct fl_given_tags given;
    struct fl_word_union names;
    uint32_t *numbers;          /* of the list's tags among all */
    struct fl_tag_terms *terms; /* by number among all */
    uint32_t *decay;            /* a line of ages 0 .. horizon for each half-life */
    struct fl_tag_rules *rules; /* NULL: no file has texts */
};

#endif
