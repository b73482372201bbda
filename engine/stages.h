/* stages.h - what the stages that score customers work with, made in one place: for a run, and to explain a
 * customer of one. */
#ifndef ENGINE_STAGES_H
#define ENGINE_STAGES_H

#include "engine/range_scorer.h"

/* All is borrowed until release. */
struct fl_stages_plan {
    const struct fl_io *io;
    enum fl_io_mode io_mode;
    const struct fl_model *model;
    const struct fl_data_folder *folder; /* the files that count */
    int32_t as_of_day;
    size_t night_count; /* of days one behind the other, the last is as_of_day; all of one year; 0 is 1 */
    enum fl_view view;
    fl_result_columns columns; /* of the customers' own scores */
    bool has_facts;            /* facts of customers are wanted */
    bool wants_hits;           /* places in messages are wanted, not tags alone */
    bool tags_only;            /* nothing else is wanted */
    uint64_t memory_bytes;
};

/* Immutable once open: threads may share it. It must not be moved. */
struct fl_stages {
    struct fl_stages_plan plan;
    struct fl_points *points;
    struct fl_money money;
    struct fl_value_rules *value; /* of each night */
    bool has_scope_value;         /* net_12m, loop and the like are wanted of some scope */
    bool has_words;
    struct fl_scope_words words; /* of the scopes that the model asks for, and categories for facts */
    struct fl_type_words types;
    struct fl_facts_rules facts;
    struct fl_cluster_rules clusters; /* where they are wanted */
    bool has_clusters;
    struct fl_profiles *profiles; /* NULL: nobody has one */
    struct fl_tag_source *tags;   /* the same */
};

/* Zero-initialise; release once, whatever came. */
fl_status fl_stages_open(struct fl_stages *stages, const struct fl_stages_plan *plan, struct fl_error *error);
void fl_stages_release(struct fl_stages *stages);
/* The scores of all customers by these stages; the caller may narrow it. */
struct fl_range_scorer_plan fl_stages_scorer_plan(const struct fl_stages *stages);
/* NULL where the model does not want them. */
const struct fl_scope_words *fl_stages_words(const struct fl_stages *stages);
const struct fl_type_words *fl_stages_types(const struct fl_stages *stages);
/* NULL where no column wants them. */
const struct fl_cluster_rules *fl_stages_clusters(const struct fl_stages *stages);

#endif
