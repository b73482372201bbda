/* keyword_remarks.h - collects what there is to say about a keyword list. */
#ifndef ENGINE_TAGS_LISTS_KEYWORD_REMARKS_H
#define ENGINE_TAGS_LISTS_KEYWORD_REMARKS_H

#include "engine/fourloop.h"
#include "engine/model/keywords.h"

/* Remarks as they come. `status` is FL_NO_MEMORY once one could not be kept. */
struct fl_remark_list {
    struct fl_arena arena;
    struct fl_buffer list, word; /* struct fl_keyword_remark; one word as text */
    size_t errors, warnings, from_sample;
    fl_status status;
};

void fl_remark_list_init(struct fl_remark_list *list);
void fl_remark_list_release(struct fl_remark_list *list);
/* Counts the remark; keeps it unless there are FL_KEYWORD_REMARKS_MAX. `cell` lives for ever. */
void fl_remark_add(struct fl_remark_list *list, enum fl_keyword_remark_kind kind, int64_t line,
                   int64_t column, const char *cell, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/* The word as keywords.csv may have it, for a remark: lives as long as the list. */
const char *fl_remark_word(struct fl_remark_list *list, const struct fl_keywords *keywords, uint32_t word);

#endif
