/* keywords.h - keywords.csv of a model: rules that make tags of messages (SEMANTICS.md section 5). */
#ifndef ENGINE_MODEL_KEYWORDS_H
#define ENGINE_MODEL_KEYWORDS_H

#include "engine/tags/fold.h"
#include "formats/base/limits.h"

/* Who wrote a message, as bits: rules look at those of theirs. */
enum { FL_SPEAKER_CUSTOMER = 1, FL_SPEAKER_AGENT = 2, FL_SPEAKER_OTHER = 4, FL_SPEAKER_BOTH = 7 };

/* A word or phrase as rules know it. Distinct by all three. */
struct fl_keyword {
    uint32_t literal; /* number of its folded text */
    bool open_left, open_right;
};

struct fl_near {
    uint32_t left, right; /* words */
    uint32_t distance;
};

/* Some of a list's entries, one behind the other. */
struct fl_span {
    uint32_t from, count;
};

/* A line of the file that has words or a regular expression. */
struct fl_keyword_rule {
    uint32_t line; /* in the file, from 1 */
    uint32_t tag;
    uint8_t speakers;
    struct fl_span any, all, none; /* in `members` */
    struct fl_span near;           /* in `nears` */
    struct fl_text regex;          /* size 0: none */
    uint32_t regex_column;         /* where it stands in the line, in bytes from 1 */
};

struct fl_keyword_tag {
    struct fl_text name;
    uint32_t hits, days, expiry_days;
    int32_t priority;
    int64_t points_milli, half_life_milli; /* thousandths of a point, of a day */
    uint32_t first_line;
};

/* Immutable once read. Tags by name, literals by bytes, rules by line. */
struct fl_keywords {
    const char *shown_path;   /* the file, for messages */
    struct fl_text *literals; /* distinct folded texts */
    struct fl_keyword *words;
    uint32_t *members;        /* words of the cells any, all, none, as often as they stand there */
    uint32_t *member_columns; /* where each stands in its line, in bytes from 1 */
    struct fl_near *nears;
    uint32_t *near_columns; /* the same of their left words */
    struct fl_keyword_rule *rules;
    struct fl_keyword_tag *tags;
    size_t literal_count, word_count, member_count, near_count, rule_count, tag_count;
    bool has_regex;
    struct fl_arena *arena; /* of all the texts and lists */
};

enum {
    FL_KEYWORD_RULES_MAX = 100000,
    FL_KEYWORD_WORDS_MAX = 200000, /* distinct */
    FL_KEYWORD_TAGS_MAX = 65535,
    FL_KEYWORD_MEMBERS_MAX = 2000000, /* words of all cells, pairs of near words */
    FL_KEYWORD_TAG_BYTES_MAX = 128,
    FL_KEYWORD_DAYS_MAX = 36500, /* a hundred years: longer than any shop remembers */
    FL_KEYWORD_HITS_MAX = 1000000,
    FL_KEYWORD_PRIORITY_MAX = 1000000, /* and as far below 0 */
    FL_KEYWORD_BYTES_MAX = 256,
    FL_KEYWORD_NEAR_MAX = 100,
    FL_KEYWORD_REGEX_BYTES_MAX = 512
};

/* Reads keywords.csv. `allow_regex`: the model asks for regular expressions; a rule with one is refused
 * otherwise. FL_BAD_MODEL names line and column, and what to do. */
fl_status fl_keywords_read(const char *bytes, size_t size, const char *shown_path, const struct fl_fold *fold,
                           bool allow_regex, struct fl_keywords *keywords, struct fl_error *error);
/* The same, but each line that is wrong is given to `refused` and left out; false from it ends the reading
 * with FL_BAD_MODEL. What is wrong with the file as a whole still fails. `error` is needed. */
typedef bool fl_keywords_refused(void *context, const struct fl_error *error);
fl_status fl_keywords_read_all(const char *bytes, size_t size, const char *shown_path,
                               const struct fl_fold *fold, bool allow_regex, fl_keywords_refused *refused,
                               void *context, struct fl_keywords *keywords, struct fl_error *error);
void fl_keywords_release(struct fl_keywords *keywords); /* zeroed is fine */
/* Number of the tag, or -1. */
int64_t fl_keywords_find_tag(const struct fl_keywords *keywords, struct fl_text name);
/* The speakers bit of a message by the word of its speaker column; size 0: it has none. */
uint8_t fl_speaker_of(struct fl_text word);

#endif
