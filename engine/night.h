/* night.h - one night of a run: its tables, its manifest, the folder it is published in. */
#ifndef ENGINE_NIGHT_H
#define ENGINE_NIGHT_H

#include "engine/clusters/cluster_moves.h"
#include "engine/emit.h"
#include "engine/profiles.h"
#include "engine/run_output.h"

/* What all nights of a run are made with; borrowed. */
struct fl_night_shared {
    const struct fl_io *io;
    enum fl_io_mode io_mode;
    uint64_t memory_bytes;
    const struct fl_model *model;
    const struct fl_data_folder *folder; /* the files that count */
    const struct fl_scope_words *words;  /* of the scopes that the model asks for, and of what facts need */
    const struct fl_cluster_rules *clusters; /* NULL: they are not wanted */
    const struct fl_profiles *profiles;      /* NULL: nobody has one */
    const struct fl_type_words *types;       /* NULL: the model asks for no table of types */
    const struct fl_tag_source *tags;        /* NULL: nobody has any */
    const struct fl_type_words *hit_types;   /* of the table of hits */
    bool wants_hits;                         /* it was asked for; there is one where there are tags */
    bool tags_only;                          /* no tables but those of tags and hits */
    fl_result_columns columns;               /* of the table of customers */
    bool has_facts;                          /* results of customers come with facts */
};

/* Where a run's time went: into timing.json, never into a result. */
enum { FL_TIMED_STAGES_MAX = 16 };
struct fl_timing {
    struct {
        const char *name;
        uint64_t microseconds;
    } stages[FL_TIMED_STAGES_MAX];
    size_t count;
    uint64_t stage_start;
};
void fl_timing_start(struct fl_timing *timing);
/* Ends the stage in hand, the next begins. */
void fl_timing_end(struct fl_timing *timing, const char *stage);

/* What tells a table's results from those of another run; kept in the file. NULL-ended. */
struct fl_night_facts {
    char day[11], previous[33];
    const char *list[15];
};

/* Zero-initialise but for the first four, which say what the night is. */
struct fl_night {
    const struct fl_night_shared *shared;
    const char *out;
    int32_t as_of_day;
    enum fl_view view;
    struct fl_previous_night *previous; /* NULL: none, or not made yet */
    const char *previous_path;          /* of one that is made in the same run; borrowed */
    char previous_uuid[33];             /* of its customers table; "": there is none */
    struct fl_buffer columns;           /* names of the shared columns, as a text */
    struct fl_run_manifest manifest;
    struct fl_run_output *output;
    bool already_there; /* `out` holds the complete night of the same inputs; the manifest is its own */
    struct fl_emit *emits[FL_RESULT_KINDS];
    struct fl_cluster_moves *moves; /* NULL: there are no clusters */
    struct fl_night_facts facts[FL_RESULT_KINDS];
};

/* Opens the night before (`previous`, a run folder; NULL: none), says what the night is made of, takes the
 * folder. FL_USAGE: the night before is none; others as fl_run_output_begin(). */
fl_status fl_night_begin(struct fl_night *night, const char *previous, struct fl_error *error);
/* The customers table of the night before that was opened; NULL: none was. */
const char *fl_night_previous(const struct fl_night *night);
/* Starts the tables; `data_digest` is that of the rows. A night without `previous` whose `previous_night` is
 * made in the same run goes by its uuid. */
fl_status fl_night_open_tables(struct fl_night *night, const uint8_t data_digest[16],
                               const struct fl_night *previous_night, struct fl_error *error);
/* Takes results as fl_emit_add() does. */
fl_status fl_night_put(struct fl_night *night, const struct fl_results *results, struct fl_error *error);
/* All results are there, and manifest.counts: compares customers, publishes. */
fl_status fl_night_finish(struct fl_night *night, struct fl_timing *timing, struct fl_error *error);
/* Lets go of everything; what was not published is removed. */
void fl_night_end(struct fl_night *night);

#endif
