/* night.c - one night of a run: its tables, its manifest, the folder it is published in. */
#include "engine/night.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "formats/base/publish.h"
#include "formats/base/civil.h"

/* ---- timing ---- */

static uint64_t microseconds_now(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

void fl_timing_start(struct fl_timing *timing)
{
    timing->count = 0;
    timing->stage_start = microseconds_now();
}

void fl_timing_end(struct fl_timing *timing, const char *stage)
{
    const uint64_t now = microseconds_now();
    if (timing->count < FL_TIMED_STAGES_MAX) {
        timing->stages[timing->count].name = stage;
        timing->stages[timing->count++].microseconds = now - timing->stage_start;
    }
    timing->stage_start = now;
}

static fl_status write_timing(const struct fl_night *night, const struct fl_timing *timing,
                              struct fl_error *error)
{
    char text[2048];
    int size = snprintf(text, sizeof text, "{\n");
    for (size_t i = 0; i < timing->count; i++)
        size += snprintf(text + size, sizeof text - (size_t)size, "  \"%s_microseconds\": %llu%s\n",
                         timing->stages[i].name, (unsigned long long)timing->stages[i].microseconds,
                         i + 1 < timing->count ? "," : "");
    size += snprintf(text + size, sizeof text - (size_t)size, "}\n");
    return fl_run_output_write(night->output, FL_TIMING_NAME, text, (size_t)size, NULL, error);
}

/* ---- what the night is made of ---- */

/* Whether rows take words of their product. */
static bool has_product_words(const struct fl_night_shared *shared)
{
    const bool *scopes = shared->model->settings.scopes;
    return scopes[FL_SCOPE_BRAND] || scopes[FL_SCOPE_CATEGORY] || shared->has_facts;
}

/* Whether the run reads the table file. */
static bool is_input(const struct fl_night_shared *shared, const struct fl_data_file *file)
{
    if (strcmp(file->table, "interactions") == 0)
        return true;
    if (strcmp(file->table, "given_tags") == 0)
        return true;
    if (strcmp(file->table, "products") == 0)
        return !shared->tags_only && has_product_words(shared);
    if (strcmp(file->table, "customers") == 0 || strcmp(file->table, "stores") == 0)
        return shared->has_facts;
    return strcmp(file->table, "customer_ids") == 0 && shared->folder->text_ids &&
           !shared->folder->pseudonymous;
}

static fl_status list_inputs(struct fl_night *night, struct fl_error *error)
{
    const struct fl_data_folder *folder = night->shared->folder;
    fl_status status = FL_OK;
    for (size_t i = 0; i < folder->file_count && status == FL_OK; i++) {
        const struct fl_data_file *file = &folder->files[i];
        if (is_input(night->shared, file))
            status = fl_run_manifest_add_input(&night->manifest, file->name, file->table, file->rows,
                                               file->digest, error);
    }
    return status;
}

static fl_status describe(struct fl_night *night, struct fl_error *error)
{
    const struct fl_night_shared *shared = night->shared;
    struct fl_run_manifest *manifest = &night->manifest;
    manifest->as_of_day = night->as_of_day;
    manifest->view = night->view;
    manifest->columns = shared->columns;
    manifest->hits = shared->wants_hits;
    manifest->tags_only = shared->tags_only;
    if (!fl_result_columns_print(shared->columns, &night->columns))
        return fl_fail_memory(error, night->columns.size);
    manifest->version = strdup(FOURLOOP_VERSION);
    manifest->zone = shared->folder->zone == NULL ? NULL : strdup(shared->folder->zone);
    if (manifest->version == NULL || (shared->folder->zone != NULL && manifest->zone == NULL))
        return fl_fail_memory(error, sizeof FOURLOOP_VERSION);
    memcpy(manifest->model_hash, shared->model->hash, sizeof manifest->model_hash);
    return list_inputs(night, error);
}

/* ---- the night before ---- */

static fl_status check_previous(const struct fl_night *night, const char *path, struct fl_error *error)
{
    const struct fl_run_manifest *before = fl_previous_night_manifest(night->previous);
    const char *zone = night->shared->folder->zone;
    fl_status status = FL_OK;
    if (before->as_of_day >= night->as_of_day) {
        char day[11];
        fl_day_format(before->as_of_day, day);
        status = fl_fail(error, FL_USAGE, "the previous run is as of %s, not of an earlier day", day);
    } else if (before->zone != NULL && zone != NULL && strcmp(before->zone, zone) != 0) {
        status =
            fl_fail(error, FL_USAGE, "the previous run counts days in the zone %s, the data folder in %s",
                    before->zone, zone);
    }
    if (status != FL_OK)
        fl_error_at_path(error, path);
    return status;
}

static fl_status open_previous(struct fl_night *night, const char *path, struct fl_error *error)
{
    fl_status status =
        fl_previous_night_open(night->shared->io, path, night->shared->io_mode, &night->previous, error);
    if (status == FL_OK)
        status = check_previous(night, path, error);
    if (status != FL_OK)
        return status;
    const struct fl_run_manifest *before = fl_previous_night_manifest(night->previous);
    night->manifest.has_previous = true;
    night->manifest.previous_as_of_day = before->as_of_day;
    night->manifest.previous_digest = before->digest;
    fl_hex128(fl_previous_night_uuid(night->previous), night->previous_uuid);
    return FL_OK;
}

fl_status fl_night_begin(struct fl_night *night, const char *previous, struct fl_error *error)
{
    struct fl_run_manifest present = {0};
    fl_status status = describe(night, error);
    if (status == FL_OK && previous != NULL)
        status = open_previous(night, previous, error);
    if (status == FL_OK)
        status = fl_run_output_begin(night->shared->io, night->out, &night->manifest, &night->output,
                                     &night->already_there, &present, error);
    if (status == FL_OK && night->already_there) {
        fl_run_manifest_release(&night->manifest);
        night->manifest = present; /* of the same inputs, and it has outputs, counts */
        return FL_OK;
    }
    fl_run_manifest_release(&present);
    return status;
}

const char *fl_night_previous(const struct fl_night *night)
{
    return night->previous == NULL ? NULL : fl_previous_night_path(night->previous);
}

/* ---- tables ---- */

static bool has_cluster_fit(const struct fl_night_shared *shared)
{
    return shared->clusters != NULL && shared->clusters->model != NULL;
}

static void fill_facts(struct fl_night *night, int kind)
{
    struct fl_night_facts *facts = &night->facts[kind];
    size_t count = 0;
    fl_day_format(night->as_of_day, facts->day);
    const char *const list[] = {"as_of",      facts->day,
                                "model_hash", night->shared->model->hash,
                                "table",      fl_emit_tables[kind].stem,
                                "version",    FOURLOOP_VERSION,
                                "view",       night->view == FL_VIEW_KNOWN_THEN ? "known-then" : "known-now"};
    for (; count < sizeof list / sizeof list[0]; count++)
        facts->list[count] = list[count];
    if (kind == FL_SCOPE_CUSTOMER && night->shared->columns != 0) {
        facts->list[count++] = "columns";
        facts->list[count++] = (const char *)night->columns.bytes;
    }
    if (kind == FL_SCOPE_CUSTOMER && night->previous_uuid[0] != '\0') {
        facts->list[count++] = "previous";
        facts->list[count++] = night->previous_uuid;
    }
    facts->list[count] = NULL;
    assert(count < sizeof facts->list / sizeof facts->list[0]);
}

/* Columns in which all customers would be null, or that nobody computes. */
static fl_result_columns absent_columns(const struct fl_night *night)
{
    const struct fl_night_shared *shared = night->shared;
    fl_result_columns absent = 0;
    if (!shared->has_facts)
        absent |= fl_result_columns_of(FL_COLUMNS_OF_FACTS);
    if (shared->model->value == NULL)
        absent |= fl_result_columns_of(FL_COLUMNS_OF_FIT);
    if (!has_cluster_fit(shared))
        absent |= fl_result_columns_of(FL_COLUMNS_OF_CLUSTERS);
    if (shared->profiles == NULL)
        absent |= fl_result_columns_of(FL_COLUMNS_OF_PROFILE);
    if (night->previous_uuid[0] == '\0')
        absent |= fl_result_columns_of(FL_COLUMNS_OF_PREVIOUS);
    if (shared->tags == NULL)
        absent |= fl_result_columns_of(FL_COLUMNS_OF_TAGS);
    return absent;
}

static void list_customers_dictionaries(const struct fl_night_shared *shared, struct fl_emit_plan *plan)
{
    size_t count = 0;
    plan->dictionaries[count++] =
        (struct fl_emit_dictionary){FL_SCORES_RFM_GROUP, fl_rfm_groups_words(&shared->model->rfm_groups)};
    if (shared->words != NULL)
        plan->dictionaries[count++] = (struct fl_emit_dictionary){
            FL_SCORES_MAIN_CATEGORY, shared->words->words[FL_WORDED_CATEGORY].words};
    if (has_cluster_fit(shared))
        plan->dictionaries[count++] =
            (struct fl_emit_dictionary){FL_SCORES_CLUSTER_NAME, shared->clusters->names};
    for (enum fl_profile_word word = 0; word < FL_PROFILE_WORDS && shared->profiles != NULL; word++)
        plan->dictionaries[count++] = (struct fl_emit_dictionary){fl_profile_word_column(word),
                                                                  *fl_profiles_words(shared->profiles, word)};
}

static void list_dictionaries(const struct fl_night_shared *shared, int kind, struct fl_emit_plan *plan)
{
    const int worded = fl_worded_of((enum fl_scope)kind);
    const uint16_t word_id = fl_emit_tables[kind].word_id;
    struct fl_emit_dictionary *list = plan->dictionaries;
    if (worded >= 0)
        list[0] = (struct fl_emit_dictionary){word_id, shared->words->words[worded].words};
    else if (kind == FL_RESULT_TYPES)
        list[0] = (struct fl_emit_dictionary){word_id, fl_type_words_all(shared->types)};
    else if (kind == FL_RESULT_TAGS)
        list[0] = (struct fl_emit_dictionary){FL_TAGS_TAG, *fl_tag_source_names(shared->tags)};
    else if (kind == FL_RESULT_HITS) {
        list[0] = (struct fl_emit_dictionary){FL_HITS_TYPE, fl_type_words_all(shared->hit_types)};
        list[1] = (struct fl_emit_dictionary){FL_HITS_TAG, *fl_tag_source_names(shared->tags)};
    } else {
        list_customers_dictionaries(shared, plan);
    }
}

static fl_status open_emit(struct fl_night *night, int kind, const uint8_t data_digest[16],
                           struct fl_error *error)
{
    const struct fl_night_shared *shared = night->shared;
    fill_facts(night, kind);
    struct fl_emit_plan plan = {.kind = (unsigned)kind,
                                .folder = shared->folder,
                                .io_mode = shared->io_mode,
                                .out = night->out,
                                .columns = shared->columns,
                                .absent = absent_columns(night),
                                .model = shared->model,
                                .as_of_day = night->as_of_day,
                                .tag_names = shared->tags == NULL ? NULL : fl_tag_source_names(shared->tags),
                                .types = shared->hit_types,
                                .facts = night->facts[kind].list,
                                .memory_bytes = shared->memory_bytes};
    memcpy(plan.data_digest, data_digest, sizeof plan.data_digest);
    list_dictionaries(shared, kind, &plan);
    return fl_emit_create(&plan, &night->emits[kind], error);
}

static bool is_wanted(const struct fl_night_shared *shared, int kind)
{
    switch (kind) {
    case FL_RESULT_TAGS:
        return shared->tags != NULL;
    case FL_RESULT_HITS:
        return shared->tags != NULL && shared->wants_hits;
    case FL_RESULT_TYPES:
        return !shared->tags_only && shared->types != NULL;
    default:
        return !shared->tags_only && shared->model->settings.scopes[kind];
    }
}

fl_status fl_night_open_tables(struct fl_night *night, const uint8_t data_digest[16],
                               const struct fl_night *previous_night, struct fl_error *error)
{
    fl_status status = FL_OK;
    if (night->previous == NULL && previous_night != NULL) {
        fl_hex128(fl_emit_uuid(previous_night->emits[FL_SCOPE_CUSTOMER]), night->previous_uuid);
        night->previous_path = previous_night->out;
    }
    if (has_cluster_fit(night->shared)) {
        night->moves = calloc(1, sizeof *night->moves);
        if (night->moves == NULL)
            return fl_fail_memory(error, sizeof *night->moves);
    }
    for (int kind = 0; kind < FL_RESULT_KINDS && status == FL_OK; kind++) {
        if (is_wanted(night->shared, kind))
            status = open_emit(night, kind, data_digest, error);
    }
    return status;
}

fl_status fl_night_put(struct fl_night *night, const struct fl_results *results, struct fl_error *error)
{
    fl_status status = FL_OK;
    if (night->moves != NULL && results->facts != NULL)
        status = fl_cluster_moves_add(night->moves, results->facts, results->count, error);
    return status == FL_OK ? fl_emit_add(night->emits[results->scope], results, error) : status;
}

/* ---- publishing ---- */

/* A table was written, or its writing failed with the file in place: `name` is set then. */
static fl_status note_table(struct fl_night *night, fl_status status, const char *stem, const char *name,
                            const struct fl_table_summary *summary, struct fl_error *error)
{
    if (name[0] != '\0') {
        const fl_status noted = fl_run_output_note(night->output, name, status == FL_OK ? error : NULL);
        status = status == FL_OK ? noted : status;
    }
    if (status == FL_OK)
        status = fl_run_manifest_add_output(&night->manifest, stem, name, summary->rows, summary->size_bytes,
                                            summary->digest, error);
    return status;
}

static fl_status finish_emit(struct fl_night *night, int kind, struct fl_transitions *transitions,
                             struct fl_error *error)
{
    char name[256] = "";
    struct fl_table_summary summary = {0};
    struct fl_previous_night *previous = kind == FL_SCOPE_CUSTOMER ? night->previous : NULL;
    const fl_status status = fl_emit_finish(night->emits[kind], previous, transitions, name, &summary, error);
    return note_table(night, status, fl_emit_tables[kind].stem, name, &summary, error);
}

static fl_status write_transitions(struct fl_night *night, const struct fl_transitions *transitions,
                                   struct fl_error *error)
{
    char name[256] = "";
    struct fl_table_summary summary = {0};
    struct fl_night_facts facts = night->facts[FL_SCOPE_CUSTOMER];
    for (size_t i = 0; facts.list[i] != NULL; i += 2) {
        if (strcmp(facts.list[i], "table") == 0)
            facts.list[i + 1] = "transitions";
    }
    fl_status status = night->moves == NULL
                           ? FL_OK
                           : fl_cluster_moves_end(night->moves, night->shared->io, fl_night_previous(night),
                                                  night->shared->io_mode, error);
    if (status == FL_OK)
        status = fl_transitions_write(transitions, night->moves, night->shared->io, night->out, facts.list,
                                      name, &summary, error);
    return note_table(night, status, "transitions", name, &summary, error);
}

static fl_status finish_tables(struct fl_night *night, struct fl_error *error)
{
    struct fl_transitions *transitions = calloc(1, sizeof *transitions);
    fl_status status = transitions == NULL ? fl_fail_memory(error, sizeof *transitions) : FL_OK;
    for (int kind = 0; kind < FL_RESULT_KINDS && status == FL_OK; kind++) {
        if (night->emits[kind] != NULL)
            status = finish_emit(night, kind, transitions, error);
    }
    if (status == FL_OK && night->previous != NULL && night->shared->has_facts)
        status = write_transitions(night, transitions, error);
    free(transitions);
    return status;
}

static fl_status write_model_copy(struct fl_night *night, struct fl_error *error)
{
    const struct fl_model *model = night->shared->model;
    for (int part = 0; part < FL_MODEL_PARTS; part++) {
        const char *name = fl_model_part_name((enum fl_model_part)part);
        struct fl_run_file file = {0};
        if (!model->has_part[part])
            continue;
        fl_status status = fl_run_output_write(night->output, name, model->parts[part].bytes,
                                               model->parts[part].size, &file, error);
        if (status == FL_OK)
            status = fl_run_manifest_add_output(&night->manifest, "model", name, 0, file.size_bytes,
                                                file.digest, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status publish(struct fl_night *night, const struct fl_timing *timing, struct fl_error *error)
{
    struct fl_buffer manifest = {0};
    /* A segment file's name comes first: a folder that has the rest without one is taken for somebody's
     * model. */
    fl_status status = fl_directory_sync(night->shared->io, night->out, error);
    if (status == FL_OK)
        status = write_model_copy(night, error);
    if (status == FL_OK)
        status = write_timing(night, timing, error);
    if (status == FL_OK)
        status = fl_run_manifest_print(&night->manifest, &manifest, error);
    if (status == FL_OK)
        status =
            fl_run_output_write(night->output, FL_MANIFEST_NAME, manifest.bytes, manifest.size, NULL, error);
    if (status == FL_OK)
        status = fl_run_output_complete(night->output, &manifest, error);
    fl_buffer_release(&manifest);
    return status;
}

fl_status fl_night_finish(struct fl_night *night, struct fl_timing *timing, struct fl_error *error)
{
    fl_status status = FL_OK;
    if (night->previous == NULL && night->previous_path != NULL)
        status = open_previous(night, night->previous_path, error);
    if (status == FL_OK)
        status = finish_tables(night, error);
    fl_timing_end(timing, "results");
    return status == FL_OK ? publish(night, timing, error) : status;
}

void fl_night_end(struct fl_night *night)
{
    for (int kind = 0; kind < FL_RESULT_KINDS; kind++)
        fl_emit_free(night->emits[kind]);
    free(night->moves);
    fl_previous_night_close(night->previous);
    fl_run_output_end(night->output);
    fl_run_manifest_release(&night->manifest);
    fl_buffer_release(&night->columns);
}
