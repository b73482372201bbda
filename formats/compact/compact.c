/* compact.c - the whole flow of one compaction, from the lock to the removal of the files that were folded.
 */
#include "formats/compact/compact.h"

#include <stdio.h>
#include <stdlib.h>

#include "formats/base/arena.h"
#include "formats/base/checksum.h"
#include "formats/base/publish.h"
#include "formats/compact/fold.h"
#include "formats/compact/leftovers.h"
#include "formats/folder/data_folder_write.h"
#include "formats/table/table_listed.h"

struct job {
    const struct fl_compact_plan *plan;
    struct fl_compact_report *report;
    struct fl_data_folder *folder;
    int lock;
    struct fl_arena arena;
    const struct fl_data_file **table_files; /* of the table in hand, sorted by name */
    struct fl_data_file *files;              /* new ones, the fold of each */
    struct fl_data_fold *folds;
    size_t fold_count;
    uint64_t rows_done, rows_all;
};

/* ---- names ---- */

/* A text with its NUL, so that two texts never run into each other. */
static void add_text(struct fl_digest *digest, const char *text)
{
    fl_digest_add(digest, text, strlen(text) + 1);
}

/* All that the rows follow from: equal files make an equal one. */
static fl_status make_id(const struct fl_data_file *const *files, size_t count, uint8_t id[FL_UUID_SIZE],
                         struct fl_error *error)
{
    struct fl_digest *digest = fl_digest_create();
    if (digest == NULL)
        return fl_fail_memory(error, sizeof(uint64_t));
    add_text(digest, "fourloop compact 1");
    add_text(digest, files[0]->table);
    for (size_t i = 0; i < count; i++) {
        char of_file[17];
        fl_hex64(files[i]->digest, of_file);
        add_text(digest, files[i]->name);
        add_text(digest, of_file);
    }
    fl_digest_128(digest, id);
    fl_digest_free(digest);
    return FL_OK;
}

/* ---- one fold ---- */

static int on_progress(void *context, uint64_t rows)
{
    const struct job *job = context;
    const struct fl_compact_plan *plan = job->plan;
    return plan->progress == NULL
               ? 0
               : plan->progress(plan->progress_context, job->rows_done + rows, job->rows_all);
}

/* The new file and what it is from, listed before the file is there: whatever comes between, it can be
 * removed by its name. */
static fl_status list_fold(struct job *job, const struct fl_data_file *const *files, size_t count,
                           const char *name, struct fl_error *error)
{
    struct fl_data_file *file = &job->files[job->fold_count];
    struct fl_data_fold *fold = &job->folds[job->fold_count];
    *file = (struct fl_data_file){.name = fl_arena_copy(&job->arena, name, strlen(name)),
                                  .table = files[0]->table};
    *fold = (struct fl_data_fold){.file.name = file->name,
                                  .from = fl_arena_take(&job->arena, count * sizeof *fold->from),
                                  .from_count = count};
    if (file->name == NULL || fold->from == NULL)
        return fl_fail_memory(error, count * sizeof *fold->from);
    for (size_t i = 0; i < count; i++) {
        fold->from[i] = (struct fl_data_origin){files[i]->name, files[i]->digest};
        job->report->rows_before += files[i]->rows;
        job->report->bytes_before += files[i]->size_bytes;
    }
    job->report->folded += count;
    job->fold_count++;
    return FL_OK;
}

static void describe(struct job *job, const struct fl_table_summary *summary)
{
    struct fl_data_file *file = &job->files[job->fold_count - 1];
    file->rows = summary->rows;
    file->size_bytes = summary->size_bytes;
    file->digest = summary->digest;
    file->day_min = summary->day_min;
    file->day_max = summary->day_max;
    file->customer_min = summary->customer_min;
    file->customer_max = summary->customer_max;
    job->folds[job->fold_count - 1].file.digest = summary->digest;
    job->report->rows_after += summary->rows;
    job->report->bytes_after += summary->size_bytes;
}

static fl_status fold_files(struct job *job, const struct fl_fold_plan *plan, struct fl_error *error)
{
    uint8_t id[FL_UUID_SIZE];
    char hex[33], name[FL_LISTED_NAME_SIZE];
    fl_status status = make_id(plan->files, plan->file_count, id, error);
    if (status != FL_OK)
        return status;
    fl_hex128(id, hex);
    (void)snprintf(name, sizeof name, FL_LISTED_NAME, plan->files[0]->table, hex, 1u);
    status = list_fold(job, plan->files, plan->file_count, name, error);
    if (status != FL_OK)
        return status;
    struct fl_table_summary summary;
    status = fl_fold(plan, id, name, &summary, error);
    if (status == FL_OK)
        describe(job, &summary);
    return status;
}

/* ---- all of a table ---- */

/* As many files as fit go together. One alone is rewritten unless a compaction made it: an import packs for
 * speed. */
static fl_status fold_table(struct job *job, size_t count, struct fl_error *error)
{
    for (size_t first = 0; first < count;) {
        struct fl_fold_plan plan = {.folder = job->folder,
                                    .files = job->table_files + first,
                                    .file_count = count - first,
                                    .memory_bytes = job->plan->memory_bytes,
                                    .progress = on_progress,
                                    .progress_context = job};
        size_t fitting;
        fl_status status = fl_fold_fitting(&plan, &fitting, error);
        plan.file_count = fitting;
        if (status == FL_OK && (fitting > 1 || plan.files[0]->import_id != NULL))
            status = fold_files(job, &plan, error);
        if (status != FL_OK)
            return status;
        for (size_t i = 0; i < fitting; i++)
            job->rows_done += plan.files[i]->rows;
        first += fitting;
    }
    return FL_OK;
}

static fl_status fold_tables(struct job *job, struct fl_error *error)
{
    const struct fl_data_folder *folder = job->folder;
    const size_t count = folder->file_count + 1;
    job->table_files = fl_arena_take(&job->arena, count * sizeof(const struct fl_data_file *));
    job->files = fl_arena_take(&job->arena, count * sizeof *job->files);
    job->folds = fl_arena_take(&job->arena, count * sizeof *job->folds);
    if (job->table_files == NULL || job->files == NULL || job->folds == NULL)
        return fl_fail_memory(error, count * sizeof *job->folds);
    for (size_t i = 0; i < folder->file_count; i++)
        job->rows_all += folder->files[i].rows;
    fl_status status = FL_OK;
    for (size_t table = 0; fl_schema_at(table) != NULL && status == FL_OK; table++) {
        size_t of_table = 0;
        for (size_t i = 0; i < folder->file_count; i++) {
            if (strcmp(folder->files[i].table, fl_schema_at(table)->name) == 0)
                job->table_files[of_table++] = &folder->files[i];
        }
        status = fold_table(job, of_table, error);
    }
    return status;
}

/* ---- publishing ---- */

static void remove_file(const struct job *job, const char *name)
{
    char *path = fl_path_join(job->plan->folder, name);
    if (path != NULL)
        (void)job->plan->io->unlink(path);
    free(path);
}

static bool is_listed(const struct fl_data_folder *folder, const char *name)
{
    for (size_t i = 0; i < folder->file_count; i++) {
        if (strcmp(folder->files[i].name, name) == 0)
            return true;
    }
    return false;
}

/* New files that no manifest names. A commit may have failed after its manifest was there, so it is asked. */
static void remove_new_files(struct job *job)
{
    if (job->fold_count == 0 || fl_data_folder_refresh(job->folder, NULL) != FL_OK)
        return;
    for (size_t i = 0; i < job->fold_count; i++) {
        if (!is_listed(job->folder, job->files[i].name))
            remove_file(job, job->files[i].name);
    }
}

/* Readers that have them open keep them. What cannot be removed is left to the next compaction. */
static void remove_folded_files(const struct job *job)
{
    for (size_t i = 0; i < job->fold_count; i++) {
        for (size_t k = 0; k < job->folds[i].from_count; k++)
            remove_file(job, job->folds[i].from[k].name);
    }
}

/* The manifest is about to be read anew, and texts of the one in hand go with it. */
static fl_status keep_texts(struct job *job, struct fl_error *error)
{
    for (size_t i = 0; i < job->fold_count; i++) {
        struct fl_data_fold *fold = &job->folds[i];
        job->files[i].table = fl_arena_copy(&job->arena, job->files[i].table, strlen(job->files[i].table));
        if (job->files[i].table == NULL)
            return fl_fail_memory(error, sizeof *fold);
        for (size_t k = 0; k < fold->from_count; k++) {
            fold->from[k].name = fl_arena_copy(&job->arena, fold->from[k].name, strlen(fold->from[k].name));
            if (fold->from[k].name == NULL)
                return fl_fail_memory(error, sizeof *fold);
        }
    }
    return FL_OK;
}

static fl_status publish(struct job *job, struct fl_error *error)
{
    fl_status status = keep_texts(job, error);
    if (status == FL_OK)
        status = fl_data_folder_commit_folds(job->folder, job->files, job->folds, job->fold_count, error);
    if (status == FL_OK)
        remove_folded_files(job);
    return status;
}

static fl_status compact(struct job *job, struct fl_error *error)
{
    job->report->files_before = job->folder->file_count;
    fl_status status = fold_tables(job, error);
    if (status == FL_OK && job->fold_count > 0)
        status = publish(job, error);
    if (status != FL_OK)
        remove_new_files(job);
    job->report->files_after = job->folder->file_count;
    return status;
}

static fl_status run(struct job *job, struct fl_error *error)
{
    const struct fl_compact_plan *plan = job->plan;
    fl_status status = fl_data_folder_open(plan->io, plan->folder, &job->folder, error);
    if (status == FL_OK)
        status = fl_data_folder_lock_compaction(job->folder, &job->lock, error);
    /* Whoever had the lock before has changed the manifest. */
    if (status == FL_OK)
        status = fl_data_folder_refresh(job->folder, error);
    if (status == FL_OK)
        status = fl_data_folder_sweep(job->folder, error);
    if (status == FL_OK)
        status = fl_leftovers_remove(job->folder, error);
    return status == FL_OK ? compact(job, error) : status;
}

fl_status fl_compact(const struct fl_compact_plan *plan, struct fl_compact_report *report,
                     struct fl_error *error)
{
    struct job job = {.plan = plan, .report = report, .lock = -1};
    *report = (struct fl_compact_report){0};
    fl_arena_init(&job.arena);
    const fl_status status = run(&job, error);
    if (job.folder != NULL)
        fl_data_folder_unlock(job.folder, job.lock);
    fl_data_folder_close(job.folder);
    fl_arena_release(&job.arena);
    return status;
}
