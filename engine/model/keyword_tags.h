/* keyword_tags.h - the tags of a keyword list while it is read. */
#ifndef ENGINE_MODEL_KEYWORD_TAGS_H
#define ENGINE_MODEL_KEYWORD_TAGS_H

#include "engine/model/keyword_columns.h"
#include "engine/model/keywords.h"
#include "engine/model/model_csv.h"

/* What some line says of a tag; line 0: none has said it yet. */
struct fl_tag_setting {
    int64_t value;
    uint32_t line, column;
};

/* A tag as its lines say so far. */
struct fl_tag_lines {
    struct fl_text name;
    uint32_t first_line;
    struct fl_tag_setting settings[FL_KEYWORD_SETTINGS];
};

struct fl_keyword_tags {
    struct fl_arena *arena; /* borrowed; of the names */
    struct fl_names *numbers;
    struct fl_buffer lines; /* struct fl_tag_lines by number */
};

/* FL_NO_MEMORY. */
fl_status fl_keyword_tags_init(struct fl_keyword_tags *tags, struct fl_arena *arena, struct fl_error *error);
void fl_keyword_tags_release(struct fl_keyword_tags *tags);
size_t fl_keyword_tags_count(const struct fl_keyword_tags *tags);

/* The number of the tag of the line in hand, a new one if need be. */
fl_status fl_keyword_tags_find(struct fl_keyword_tags *tags, const struct fl_model_csv *csv, uint32_t *number,
                               struct fl_error *error);
/* What the line in hand sets of its tag; an earlier line must not say something else. */
fl_status fl_keyword_tags_set(struct fl_keyword_tags *tags, const struct fl_model_csv *csv, uint32_t number,
                              struct fl_error *error);
/* What no line alone shows, once all are read. */
fl_status fl_keyword_tags_check(const struct fl_keyword_tags *tags, const struct fl_model_csv *csv,
                                uint32_t number, struct fl_error *error);

/* Gives the tags to `keywords`, by name, in memory of the arena; *rank_of[number] is a tag's place there. */
fl_status fl_keyword_tags_finish(const struct fl_keyword_tags *tags, struct fl_keywords *keywords,
                                 const uint32_t **rank_of, struct fl_error *error);

#endif
