/* tag_range.h - the tags of all customers of a range, from their messages and from tags given by hand. */
#ifndef ENGINE_TAGS_TAG_RANGE_H
#define ENGINE_TAGS_TAG_RANGE_H

#include "engine/model/model.h"
#include "engine/tags/tagger.h"
#include "formats/folder/data_folder.h"

/* What all threads share: the rules made ready, files with texts, tables of tags given by hand, names of
 * all tags. */
struct fl_tag_source;
struct fl_tag_source_plan {
    const struct fl_data_folder *folder; /* borrowed until close */
    enum fl_io_mode io_mode;
    const struct fl_model *model; /* the same */
    int32_t as_of_day;            /* of the last night */
    size_t night_count;           /* of days one behind the other; at least 1 */
    enum fl_view view;            /* of one night; several are known-then */
    bool wants_hits;              /* each hit is wanted, not tags alone */
    uint64_t memory_bytes;
};
/* *source NULL: the folder has no given tags, and no texts or the model no rules. FL_LIMIT: the tags have too
 * many different half-lives. */
fl_status fl_tag_source_open(const struct fl_tag_source_plan *plan, struct fl_tag_source **source,
                             struct fl_error *error);
void fl_tag_source_close(struct fl_tag_source *source); /* NULL is fine */
/* Names of all tags, sorted: those of the keyword list, and others that were given. Tag numbers below are
 * places in it. */
const struct fl_words *fl_tag_source_names(const struct fl_tag_source *source);

/* Where a tag was first seen. */
struct fl_tag_evidence {
    struct fl_text message; /* id; size 0: it has none */
    int32_t day, second;    /* second -1: none */
    uint32_t rule;          /* line of keywords.csv */
    uint32_t offset, size;  /* bytes of the text as it came */
};

/* A tag that a customer has, or whose firing days still bring points (on = false). */
struct fl_customer_tag {
    int64_t customer;
    uint32_t tag;
    bool on, has_evidence;
    bool given; /* a firing day of the spell was given by hand */
    int32_t since, last;
    int32_t expires; /* the last day on which it is on, if nothing new comes */
    uint64_t hits;
    int32_t priority;
    int64_t points_positive,
        points_negative; /* micro-points, what its firing days are worth as of the night */
    struct fl_tag_evidence first;
};

struct fl_message_hit {
    int64_t customer;
    int32_t day, second; /* second -1: none */
    uint8_t type;
    bool has_order;
    int64_t order;
    struct fl_text message; /* id; size 0: none */
    uint32_t tag, rule;     /* rule: line of keywords.csv */
    uint32_t offset, size;
};

/* One thread's. */
struct fl_tag_range;
fl_status fl_tag_range_open(const struct fl_tag_source *source, struct fl_tag_range **range,
                            struct fl_error *error);
void fl_tag_range_close(struct fl_tag_range *range); /* NULL is fine */
/* What one holds as a rule, in bytes. A range with very many days of tags, or hits that are wanted, may need
 * more, up to the plan's memory. */
uint64_t fl_tag_range_memory(const struct fl_tag_source *source);
/* Reads and scans the messages of customers first .. last. FL_LIMIT: the range needs more than the plan's
 * memory. */
fl_status fl_tag_range_make(struct fl_tag_range *range, int64_t customer_first, int64_t customer_last,
                            struct fl_error *error);
/* As of a night: by rising customer, then tag. The list, one for each night, is valid until the next make.
 * FL_LIMIT: the lists of all nights together need more than the plan's memory. */
fl_status fl_tag_range_tags(struct fl_tag_range *range, size_t night, const struct fl_customer_tag **tags,
                            size_t *count, struct fl_error *error);
/* With wants_hits: by customer, day, name of the type, order, second, message, tag, rule, offset, size, none
 * first: as their table wants its rows. Valid until the next call or make. */
fl_status fl_tag_range_hits(struct fl_tag_range *range, size_t night, const struct fl_message_hit **hits,
                            size_t *count, struct fl_error *error);
/* Messages scanned so far, and those of them that have more hits than count. */
struct fl_tag_message_counts {
    uint64_t messages, cut;
};
struct fl_tag_message_counts fl_tag_range_counts(const struct fl_tag_range *range);

#endif
