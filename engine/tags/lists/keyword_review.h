/* keyword_review.h - what is odd in the rules of a keyword list, without any text. */
#ifndef ENGINE_TAGS_LISTS_KEYWORD_REVIEW_H
#define ENGINE_TAGS_LISTS_KEYWORD_REVIEW_H

#include "engine/tags/lists/keyword_remarks.h"
#include "engine/tags/tagger.h"

/* Words and pairs of each rule: said twice, never found, found nearly everywhere. FL_NO_MEMORY. */
fl_status fl_keywords_review(const struct fl_keywords *keywords, const struct fl_fold *fold,
                             struct fl_remark_list *list, struct fl_error *error);
/* Rules and tags beside each other: the same said in two rules of a tag. FL_NO_MEMORY. */
fl_status fl_keywords_review_tags(const struct fl_keywords *keywords, const struct fl_fold *fold,
                                  struct fl_remark_list *list, struct fl_error *error);
/* What the rules find in the messages of a sample: those that hold always or never. */
fl_status fl_keywords_review_sample(const struct fl_tag_rules *rules, const struct fl_message_source *sample,
                                    struct fl_remark_list *list, uint64_t *messages, struct fl_error *error);

#endif
