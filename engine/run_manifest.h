/* run_manifest.h - manifest.json of a run folder: what the run was made of, what it made. */
#ifndef ENGINE_RUN_MANIFEST_H
#define ENGINE_RUN_MANIFEST_H

#include "engine/fourloop.h"
#include "engine/result_columns.h"

/* A table file of the data folder that the run read. */
struct fl_run_input {
    char *name, *table;
    uint64_t rows, digest;
};

/* Its lists and texts are malloc()ed, let go of by fl_run_manifest_release(). */
struct fl_run_manifest {
    char *version;
    int32_t as_of_day;
    enum fl_view view;
    fl_result_columns columns; /* of the customers table */
    bool hits;                 /* the table of hits was asked for */
    bool tags_only;            /* there are no tables but those of tags and hits, and no counts */
    char *zone;                /* NULL: the data folder had no interactions yet */
    char model_hash[33];
    struct fl_run_input *inputs; /* sorted by name */
    size_t input_count;
    struct fl_run_file *outputs;
    size_t output_count;
    struct fl_run_counts counts;
    /* The run that was the night before; has_previous. */
    bool has_previous;
    int32_t previous_as_of_day;
    uint64_t previous_digest; /* of its manifest */
    uint64_t digest;          /* of this one's text; not part of it */
};

/* Appends the JSON text; the same manifest gives the same bytes. */
fl_status fl_run_manifest_print(const struct fl_run_manifest *manifest, struct fl_buffer *text,
                                struct fl_error *error);
/* Reads it strictly. FL_CORRUPT: anything is missing, unknown, of the wrong kind, or names a file outside the
 * folder; FL_UNSUPPORTED: of a newer version. On failure the manifest is empty. */
fl_status fl_run_manifest_parse(const char *text, size_t size, struct fl_run_manifest *manifest,
                                struct fl_error *error);
void fl_run_manifest_release(struct fl_run_manifest *manifest);

/* Both lists grow by one; the texts are copied. */
fl_status fl_run_manifest_add_input(struct fl_run_manifest *manifest, const char *name, const char *table,
                                    uint64_t rows, uint64_t digest, struct fl_error *error);
fl_status fl_run_manifest_add_output(struct fl_run_manifest *manifest, const char *table, const char *name,
                                     uint64_t rows, uint64_t size_bytes, uint64_t digest,
                                     struct fl_error *error);
/* The output of a table, or NULL. */
const struct fl_run_file *fl_run_manifest_output(const struct fl_run_manifest *manifest, const char *table);
/* The same version, as-of day, view, columns, tables, zone, model, inputs, previous run. */
bool fl_run_manifest_same_inputs(const struct fl_run_manifest *a, const struct fl_run_manifest *b);

#endif
