/* import.c - the whole flow of one import, from the call to the manifest. */
#include "formats/importers/import.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/base/civil.h"
#include "formats/base/file_map.h"
#include "formats/base/limits.h"
#include "formats/base/publish.h"
#include "formats/importers/import_batch.h"
#include "formats/importers/reject_file.h"

/* What is taken beside the row stores, at most: 32 MiB of words and as much again and 24 bytes a word while
 * they are sorted; later, in place of the sorting, 40 MiB of the table writer and 5 of its batch; a CSV
 * record and its reader; the program itself. */
#define BESIDE_ROWS_BYTES (96ull << 20)
_Static_assert(FL_IMPORT_MEMORY_MIN >= BESIDE_ROWS_BYTES + (32u << 20), "rows need memory too");

enum { PROGRESS_ROWS = 1 << 16 };
#define OWN_NAMES_DIGEST       "own names"
#define OWN_NAMES_DIGEST_MINOR "own names, minor units"

/* --- what is asked for */

static fl_status check_plan(const struct fl_import_plan *plan, struct fl_error *error)
{
    if (plan->input_count == 0)
        return fl_fail(error, FL_USAGE, "no input: give files, or - for standard input");
    size_t from_stdin = 0;
    for (size_t i = 0; i < plan->input_count; i++)
        from_stdin += strcmp(plan->inputs[i], "-") == 0;
    if (plan->mapping_path != NULL && plan->money != FL_MONEY_NOT_SAID)
        return fl_fail(
            error, FL_USAGE,
            "--money is for files with our own column names: a mapping says `money: minor` itself");
    if (from_stdin > 1)
        return fl_fail(error, FL_USAGE, "standard input (-) is given %zu times, at most 1", from_stdin);
    return FL_OK;
}

static fl_status open_inputs(struct fl_import_job *job, struct fl_error *error)
{
    const struct fl_import_plan *plan = job->plan;
    job->inputs = fl_arena_take(&job->arena, plan->input_count * sizeof *job->inputs);
    if (job->inputs == NULL)
        return fl_fail_memory(error, plan->input_count * sizeof *job->inputs);
    for (size_t i = 0; i < plan->input_count; i++) {
        job->inputs[i].path = plan->inputs[i];
        job->inputs[i].shown = strcmp(plan->inputs[i], "-") == 0 ? "standard input" : plan->inputs[i];
        job->inputs[i].spool = -1;
    }
    return fl_import_hash_inputs(job, error);
}

/* --- the mapping */

static fl_status digest_of(const void *bytes, size_t size, char text[33], struct fl_error *error)
{
    struct fl_digest *digest = fl_digest_create();
    if (digest == NULL)
        return fl_fail_memory(error, sizeof(uint64_t));
    uint8_t value[16];
    fl_digest_add(digest, bytes, size);
    fl_digest_128(digest, value);
    fl_digest_free(digest);
    fl_hex128(value, text);
    return FL_OK;
}

static fl_status read_mapping(struct fl_import_job *job, struct fl_error *error)
{
    const struct fl_import_plan *plan = job->plan;
    struct fl_buffer text = {0};
    fl_status status = fl_file_read_all(plan->io, plan->mapping_path, FL_CONFIG_BYTES_MAX, &text, error);
    if (status == FL_OK)
        status = digest_of(text.bytes, text.size, job->mapping_digest, error);
    if (status == FL_OK)
        status = fl_mapping_parse(plan->io, (const char *)text.bytes, text.size, plan->mapping_path,
                                  plan->types, &job->mapping, error);
    fl_buffer_release(&text);
    return status;
}

static fl_status open_own_names(struct fl_import_job *job, struct fl_error *error)
{
    const char *table = job->plan->table == NULL ? "interactions" : job->plan->table;
    const struct fl_schema *schema = fl_schema_by_name(table);
    const enum fl_money_unit money = job->plan->money;
    (void)snprintf(job->mapping_digest, sizeof job->mapping_digest, "%s",
                   money == FL_MONEY_MINOR ? OWN_NAMES_DIGEST_MINOR : OWN_NAMES_DIGEST);
    if (schema == NULL)
        return fl_fail(error, FL_USAGE, "no table `%s`: there are " FL_MAPPING_TABLES_WORDS, table);
    return fl_mapping_own_names(job->plan->io, schema, job->plan->types, money, &job->mapping, error);
}

static fl_status open_mapping(struct fl_import_job *job, struct fl_error *error)
{
    const fl_status status =
        job->plan->mapping_path == NULL ? open_own_names(job, error) : read_mapping(job, error);
    if (status != FL_OK)
        return status;
    job->schema = fl_mapping_schema(job->mapping);
    const char *asked = job->plan->table;
    if (asked != NULL && strcmp(asked, job->schema->name) != 0)
        return fl_fail(error, FL_USAGE, "table `%s` is asked for, the mapping fills `%s`", asked,
                       job->schema->name);
    assert(job->schema->count <= FL_ROW_COLUMNS_MAX);
    return FL_OK;
}

/* --- what the folder and the mapping must agree on */

static fl_status agree_on_zone(struct fl_import_job *job, struct fl_error *error)
{
    const char *zone = job->folder->zone;
    if (zone == NULL)
        zone = fl_mapping_zone(job->mapping);
    job->report->zone_assumed = zone == NULL && strcmp(job->schema->name, "interactions") == 0;
    if (zone == NULL)
        zone = "UTC";
    job->zone = fl_arena_copy(&job->arena, zone, strlen(zone));
    if (job->zone == NULL)
        return fl_fail_memory(error, strlen(zone));
    const fl_status status = fl_mapping_use_zone(job->mapping, job->zone, error);
    if (status != FL_OK && job->plan->mapping_path != NULL)
        (void)fl_error_at_path(error, job->plan->mapping_path);
    return status;
}

static fl_status agree_on_ids(struct fl_import_job *job, struct fl_error *error)
{
    const struct fl_import_plan *plan = job->plan;
    if (job->schema->columns[0].kind != FL_KIND_KEY)
        return FL_OK;
    if (plan->mapping_path == NULL && job->folder->ids_decided && job->folder->text_ids)
        fl_mapping_use_text_ids(job->mapping);
    job->text_ids = fl_mapping_text_ids(job->mapping);
    const fl_status status =
        fl_data_folder_decide_ids(job->folder, job->text_ids, plan->pseudonymous, plan->key_path, error);
    job->keeps_ids = job->text_ids && !job->folder->pseudonymous;
    return status;
}

/* --- the import's id */

static int compare_digests(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Of all inputs, as hex digits, sorted: the order of files on a command line is nobody's intention. */
static char **sorted_digests(struct fl_import_job *job)
{
    const size_t count = job->plan->input_count;
    char **digests = fl_arena_take(&job->arena, count * sizeof *digests);
    for (size_t i = 0; digests != NULL && i < count; i++) {
        digests[i] = fl_arena_take(&job->arena, 33);
        if (digests[i] == NULL)
            return NULL;
        fl_hex128(job->inputs[i].digest, digests[i]);
    }
    if (digests != NULL)
        qsort(digests, count, sizeof *digests, compare_digests);
    return digests;
}

/* A text with its NUL, so that two texts never run into each other. */
static void add_text(struct fl_digest *digest, const char *text)
{
    fl_digest_add(digest, text, strlen(text) + 1);
}

/* All that the rows follow from. Not the arrival day: an import that is made again is the same import. */
static fl_status make_import_id(struct fl_import_job *job, char *const *inputs, struct fl_error *error)
{
    const struct fl_import_plan *plan = job->plan;
    struct fl_digest *digest = fl_digest_create();
    if (digest == NULL)
        return fl_fail_memory(error, sizeof job->report->import_id);
    char types[33] = "";
    if (plan->types_digest != NULL)
        fl_hex128(plan->types_digest, types);
    add_text(digest, "fourloop import 1");
    add_text(digest, job->schema->name);
    add_text(digest, job->mapping_digest);
    add_text(digest, types);
    add_text(digest, job->text_ids ? job->folder->key_id : "");
    add_text(digest, job->text_ids && job->folder->pseudonymous ? "pseudonymous" : "");
    for (size_t i = 0; i < plan->input_count; i++)
        add_text(digest, inputs[i]);
    uint8_t value[16];
    fl_digest_128(digest, value);
    fl_digest_free(digest);
    fl_hex128(value, job->report->import_id);
    return FL_OK;
}

/* --- reading and publishing */

/* Whether an input of the same bytes comes before this one in the command. */
static bool comes_before(const struct fl_import_job *job, size_t input)
{
    for (size_t i = 0; i < input; i++) {
        if (memcmp(job->inputs[i].digest, job->inputs[input].digest, sizeof job->inputs[i].digest) == 0)
            return true;
    }
    return false;
}

/* Rows that are in the folder already would count twice. Asked once the input is read, because files without
 * rows are often alike and harm nobody. */
static fl_status check_new(const struct fl_import_job *job, size_t input, struct fl_error *error)
{
    char digest[33];
    fl_hex128(job->inputs[input].digest, digest);
    const struct fl_data_import *other = fl_data_folder_find_input(job->folder, job->schema->name, digest);
    const bool same_import = other != NULL && strcmp(other->id, job->report->import_id) == 0;
    if (comes_before(job, input))
        (void)fl_fail(
            error, FL_BAD_DATA,
            "the same bytes come twice in this command: their rows would count twice (--again takes them "
            "all the same)");
    else if (other != NULL && !same_import)
        (void)fl_fail(
            error, FL_BAD_DATA,
            "this file was taken in before, by import %.16s with other files, another mapping or registry: "
            "its rows would count twice (--again takes them all the same)",
            other->id);
    else
        return FL_OK;
    (void)fl_error_at_path(error, job->inputs[input].shown);
    return FL_BAD_DATA;
}

static fl_status read_input(struct fl_import_job *job, size_t input, struct fl_error *error)
{
    const uint64_t rows_before = job->report->rows_read;
    const fl_status status = fl_import_read_input(job, input, error);
    if (status != FL_OK || job->plan->again || job->report->rows_read == rows_before)
        return status;
    return check_new(job, input, error);
}

static fl_status read_inputs(struct fl_import_job *job, struct fl_error *error)
{
    fl_status status = fl_import_open_columns(job, error);
    for (size_t i = 0; status == FL_OK && i < job->plan->input_count; i++)
        status = read_input(job, i, error);
    /* An import without a row has a file all the same: it is known that it was made. */
    if (status == FL_OK && (fl_row_store_rows(job->rows) > 0 || job->part_count == 0))
        status = fl_import_write_part(job, error);
    if (status == FL_OK && job->keeps_ids)
        status = fl_import_write_ids(job, error);
    fl_import_close_columns(job);
    return status;
}

static fl_status check_counts(const struct fl_import_job *job, struct fl_error *error)
{
    const struct fl_import_report *report = job->report;
    uint64_t stored = 0;
    for (size_t i = 0; i < job->file_count; i++)
        stored += strcmp(job->files[i].table, job->schema->name) == 0 ? job->files[i].rows : 0;
    if (stored == report->rows_written &&
        report->rows_read == report->rows_written + report->rows_skipped + report->rows_rejected)
        return FL_OK;
    return fl_fail(error, FL_INTERNAL,
                   "%llu rows read are not %llu written, %llu skipped, %llu rejected; %llu stored",
                   (unsigned long long)report->rows_read, (unsigned long long)report->rows_written,
                   (unsigned long long)report->rows_skipped, (unsigned long long)report->rows_rejected,
                   (unsigned long long)stored);
}

static int compare_reasons(const void *a, const void *b)
{
    return strcmp(((const struct fl_import_reason *)a)->words, ((const struct fl_import_reason *)b)->words);
}

static struct fl_data_reason *list_reasons(struct fl_arena *arena, struct fl_import_reason *reasons,
                                           size_t count)
{
    struct fl_data_reason *listed = fl_arena_take(arena, (count + 1) * sizeof *listed);
    qsort(reasons, count, sizeof *reasons, compare_reasons);
    for (size_t i = 0; listed != NULL && i < count; i++)
        listed[i] = (struct fl_data_reason){reasons[i].words, reasons[i].rows};
    return listed;
}

static fl_status commit(struct fl_import_job *job, char **inputs, struct fl_error *error)
{
    struct fl_import_report *report = job->report;
    const char *table = job->schema->name;
    const struct fl_data_import import = {
        .id = report->import_id,
        .table = fl_arena_copy(&job->arena, table, strlen(table)),
        .mapping_digest = job->mapping_digest,
        .has_arrival = job->plan->has_arrival,
        .arrival_day = job->plan->arrival_day,
        .inputs = inputs,
        .input_count = job->plan->input_count,
        .rows_read = report->rows_read,
        .rows_kept = report->rows_written,
        .skips = list_reasons(&job->arena, report->skips, report->skip_count),
        .skip_count = report->skip_count,
        .rejects = list_reasons(&job->arena, report->rejects, report->reject_count),
        .reject_count = report->reject_count,
    };
    if (import.table == NULL || import.skips == NULL || import.rejects == NULL)
        return fl_fail_memory(error, sizeof import);
    const bool sets_zone = strcmp(table, "interactions") == 0;
    return fl_data_folder_commit(job->folder, &import, job->files, job->file_count,
                                 sets_zone ? job->zone : NULL, &report->already_there, error);
}

static void remove_file(const struct fl_import_job *job, const char *name)
{
    char *path = fl_data_folder_path_of(job->folder, name);
    if (path != NULL)
        (void)job->plan->io->unlink(path); /* it may not have come to its name yet */
    free(path);
}

/* Table files that no manifest names. A commit may have failed after its manifest was there, so it is asked.
 */
static void remove_files(const struct fl_import_job *job)
{
    if (job->file_count == 0 || fl_data_folder_refresh(job->folder, NULL) != FL_OK ||
        fl_data_folder_find_import(job->folder, job->report->import_id) != NULL)
        return;
    for (size_t i = 0; i < job->file_count; i++)
        remove_file(job, job->files[i].name);
}

/* Reject files stay when they are what the failure is about. */
static void remove_reject_files(const struct fl_import_job *job)
{
    for (size_t i = 0; i < job->plan->input_count; i++) {
        const struct fl_reject_plan plan = {.io = job->plan->io,
                                            .folder = job->plan->folder,
                                            .import_id = job->report->import_id,
                                            .input_number = i + 1};
        if (job->inputs[i].has_reject_file)
            fl_reject_file_remove(&plan);
    }
    job->report->reject_path[0] = '\0';
}

static fl_status make_import(struct fl_import_job *job, char **inputs, struct fl_error *error)
{
    fl_status status = read_inputs(job, error);
    if (status == FL_OK)
        status = check_counts(job, error);
    if (status == FL_OK)
        status = commit(job, inputs, error);
    if (status == FL_OK)
        return FL_OK;
    remove_files(job);
    if (status != FL_REJECTED)
        remove_reject_files(job);
    job->report->rows_written = 0;
    job->report->file_count = 0;
    job->report->stored_bytes = 0;
    return status;
}

/* The same input gives the same bytes, so that files which were lost can be written again: with the arrival
 * day of the first time, which is not part of the input. */
static fl_status restore_import(struct fl_import_job *job, const struct fl_data_import *made,
                                const char *missing, char **inputs, struct fl_error *error)
{
    char day[11] = "none";
    if (made->has_arrival)
        fl_day_format(made->arrival_day, day);
    if (made->has_arrival != job->plan->has_arrival ||
        (made->has_arrival && made->arrival_day != job->plan->arrival_day)) {
        (void)fl_fail(
            error, FL_BAD_DATA,
            "gone or cut, and this import can only be made again with the arrival day of its first time: %s",
            day);
        (void)fl_error_at_path(error, missing);
        return FL_BAD_DATA;
    }
    const fl_status status = make_import(job, inputs, error);
    job->report->already_there = false;
    job->report->restored = status == FL_OK;
    return status;
}

/* One that was made with more rejects than are allowed now is no success now. */
static fl_status report_made(const struct fl_import_job *job, const struct fl_data_import *made,
                             struct fl_error *error)
{
    struct fl_import_report *report = job->report;
    report->already_there = true;
    for (size_t i = 0; i < made->reject_count; i++) {
        report->rows_rejected += made->rejects[i].rows;
        fl_import_count(report->rejects, &report->reject_count, made->rejects[i].words,
                        made->rejects[i].rows);
    }
    if (report->rows_rejected <= job->plan->rejects_max)
        return FL_OK;
    (void)fl_fail(error, FL_REJECTED,
                  "this import was made before with %llu rows of %llu rejected, at most %llu allowed now "
                  "(--max-rejects)",
                  (unsigned long long)report->rows_rejected, (unsigned long long)made->rows_read,
                  (unsigned long long)job->plan->rejects_max);
    (void)fl_error_at_path(error, job->plan->folder);
    return FL_REJECTED;
}

/* Of two processes with the same import one makes it and the other finds it made. */
static fl_status make_import_once(struct fl_import_job *job, char **inputs, struct fl_error *error)
{
    fl_status status =
        fl_data_folder_lock_import(job->folder, job->report->import_id, &job->import_lock, error);
    if (status != FL_OK)
        return status;
    const struct fl_data_import *made = fl_data_folder_find_import(job->folder, job->report->import_id);
    const char *missing = NULL;
    if (made == NULL)
        return make_import(job, inputs, error);
    if (!fl_data_folder_has_files(job->folder, job->report->import_id, &missing))
        return restore_import(job, made, missing, inputs, error);
    return report_made(job, made, error);
}

static fl_status sweep(const struct fl_import_job *job, struct fl_error *error)
{
    const struct fl_io *io = job->plan->io;
    const fl_status status = fl_data_folder_sweep(job->folder, error);
    if (status != FL_OK)
        return status;
    char *rejects = fl_path_join(job->plan->folder, FL_REJECT_FOLDER);
    if (rejects == NULL)
        return fl_fail_memory(error, strlen(job->plan->folder));
    (void)fl_directory_sweep(io, rejects, FL_TEMPORARY_PREFIX, NULL); /* it need not be there */
    free(rejects);
    return FL_OK;
}

static fl_status run(struct fl_import_job *job, struct fl_error *error)
{
    fl_status status = open_mapping(job, error);
    if (status == FL_OK)
        status = fl_data_folder_open_or_start(job->plan->io, job->plan->folder, &job->folder, error);
    if (status == FL_OK)
        status = sweep(job, error);
    if (status == FL_OK)
        status = agree_on_zone(job, error);
    if (status == FL_OK)
        status = open_inputs(job, error);
    if (status == FL_OK)
        status = agree_on_ids(job, error);
    if (status != FL_OK)
        return status;
    char **inputs = sorted_digests(job);
    if (inputs == NULL)
        return fl_fail_memory(error, job->plan->input_count * sizeof *inputs);
    status = make_import_id(job, inputs, error);
    return status == FL_OK ? make_import_once(job, inputs, error) : status;
}

fl_status fl_import_tuned(const struct fl_import_plan *plan, const struct fl_import_tuning *tuning,
                          struct fl_import_report *report, struct fl_error *error)
{
    memset(report, 0, sizeof *report);
    fl_status status = check_plan(plan, error);
    if (status != FL_OK)
        return status;
    struct fl_import_job job = {.plan = plan, .tuning = tuning, .report = report, .import_lock = -1};
    fl_arena_init(&job.arena);
    status = run(&job, error);
    if (job.inputs != NULL)
        fl_import_close_inputs(&job);
    if (job.folder != NULL)
        fl_data_folder_unlock_import(job.folder, report->import_id, job.import_lock);
    fl_data_folder_close(job.folder);
    fl_mapping_free(job.mapping);
    free(job.files);
    fl_arena_release(&job.arena);
    return status;
}

/* What threads beside the calling one make it take. */
static uint64_t crew_bytes(unsigned threads)
{
    return threads <= 1 ? 0 : (uint64_t)FL_IMPORT_BATCH_BYTES * fl_import_batch_count(threads);
}

/* At most half of what rows could have goes to threads. */
static unsigned affordable_threads(const struct fl_import_plan *plan)
{
    unsigned threads = plan->threads;
    while (threads > 1 && crew_bytes(threads) > (plan->memory_bytes - BESIDE_ROWS_BYTES) / 2)
        threads--;
    return threads;
}

fl_status fl_import(const struct fl_import_plan *plan, struct fl_import_report *report,
                    struct fl_error *error)
{
    memset(report, 0, sizeof *report);
    if (plan->memory_bytes < FL_IMPORT_MEMORY_MIN)
        return fl_fail(error, FL_USAGE, "--memory %lluM: at least %lluM",
                       (unsigned long long)(plan->memory_bytes >> 20), FL_IMPORT_MEMORY_MIN >> 20);
    const unsigned threads = affordable_threads(plan);
    const uint64_t rows_bytes = plan->memory_bytes - BESIDE_ROWS_BYTES - crew_bytes(threads);
    /* Ids come once a customer, rows come always; an eighth for ids leaves both about as many spills. */
    const uint64_t ids_bytes = rows_bytes / 8 < (64u << 20) ? rows_bytes / 8 : (64u << 20);
    const uint64_t reader_bytes = (rows_bytes - ids_bytes) / 2;
    const struct fl_import_tuning tuning = {
        .rows_bytes = (size_t)(rows_bytes - ids_bytes),
        .ids_bytes = (size_t)ids_bytes,
        .reader_bytes = (size_t)reader_bytes,
        .words = FL_WORD_LIMITS,
        .progress_rows = PROGRESS_ROWS,
        .threads = threads,
        .chunk_bytes = FL_IMPORT_CHUNK_BYTES,
    };
    return fl_import_tuned(plan, &tuning, report, error);
}
