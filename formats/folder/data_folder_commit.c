/* data_folder_commit.c - changes the manifest for an import or a compaction, one writer at a time. */
#include "formats/base/publish.h"
#include "formats/folder/data_manifest.h"

static fl_status fail_changed(const struct fl_data_folder *folder, struct fl_error *error, const char *what)
{
    (void)fl_fail(error, FL_BAD_MODEL, "another import has meanwhile given this folder another %s", what);
    (void)fl_error_at_path(error, folder->path);
    return FL_BAD_MODEL;
}

/* Reads the manifest as it is by now. What this import has decided must agree with it, or takes its place in
 * it. */
fl_status fl_data_folder_refresh(struct fl_data_folder *folder, struct fl_error *error)
{
    const struct fl_data_folder mine = *folder;
    char key_id[sizeof mine.key_id];
    memcpy(key_id, mine.key_id, sizeof key_id);
    bool found;
    const fl_status status = fl_data_state_read(fl_data_state_of(folder), &found, error);
    if (status != FL_OK || !mine.ids_decided)
        return status;
    if (folder->ids_decided &&
        (folder->text_ids != mine.text_ids || folder->pseudonymous != mine.pseudonymous))
        return fail_changed(folder, error, "kind of customer ids");
    if (folder->ids_decided && strcmp(folder->key_id, key_id) != 0)
        return fail_changed(folder, error, "key");
    folder->ids_decided = true;
    folder->text_ids = mine.text_ids;
    folder->pseudonymous = mine.pseudonymous;
    memcpy(folder->key_id, key_id, sizeof key_id);
    return FL_OK;
}

static fl_status add(struct fl_data_state *state, const struct fl_data_import *import,
                     const struct fl_data_file *files, size_t file_count, const char *zone,
                     struct fl_error *error)
{
    struct fl_data_folder *folder = &state->folder;
    if (zone != NULL && folder->zone != NULL && strcmp(folder->zone, zone) != 0)
        return fail_changed(folder, error, "business zone");
    bool kept = fl_data_state_copy_import(state, import);
    if (zone != NULL && folder->zone == NULL) {
        folder->zone = fl_arena_copy(&state->arena, zone, strlen(zone));
        kept = kept && folder->zone != NULL;
    }
    for (size_t i = 0; kept && i < file_count; i++)
        kept = fl_data_state_copy_file(state, &files[i]);
    return kept ? FL_OK : fl_fail_memory(error, sizeof *import + file_count * sizeof *files);
}

static fl_status write_manifest(const struct fl_data_state *state, struct fl_error *error)
{
    const struct fl_data_folder *folder = &state->folder;
    struct fl_buffer text = {0};
    struct fl_output *output = NULL;
    fl_status status = fl_data_manifest_print(state, &text, error);
    if (status == FL_OK)
        status = fl_output_create(folder->io, folder->path, &output, error);
    if (status == FL_OK)
        status = fl_output_write(output, text.bytes, text.size, error);
    if (status == FL_OK)
        status = fl_output_commit(output, FL_DATA_MANIFEST_NAME, error);
    else
        fl_output_abort(output);
    fl_buffer_release(&text);
    return status;
}

static fl_status commit_locked(struct fl_data_folder *folder, const struct fl_data_import *import,
                               const struct fl_data_file *files, size_t file_count, const char *zone,
                               bool *already_there, struct fl_error *error)
{
    fl_status status = fl_data_folder_refresh(folder, error);
    if (status != FL_OK)
        return status;
    *already_there = fl_data_folder_find_import(folder, import->id) != NULL;
    if (*already_there)
        return FL_OK;
    status = add(fl_data_state_of(folder), import, files, file_count, zone, error);
    return status == FL_OK ? write_manifest(fl_data_state_of(folder), error) : status;
}

fl_status fl_data_folder_commit(struct fl_data_folder *folder, const struct fl_data_import *import,
                                const struct fl_data_file *files, size_t file_count, const char *zone,
                                bool *already_there, struct fl_error *error)
{
    *already_there = false;
    /* Table files first: a manifest on the disk must never name one whose name is not there yet. */
    fl_status status = fl_directory_sync(folder->io, folder->path, error);
    if (status != FL_OK)
        return status;
    int lock;
    status = fl_data_folder_lock(folder, &lock, error);
    if (status != FL_OK)
        return status;
    status = commit_locked(folder, import, files, file_count, zone, already_there, error);
    if (status == FL_OK)
        status = fl_directory_sync(folder->io, folder->path, error);
    fl_data_folder_unlock(folder, lock);
    return status;
}

static fl_status replace_files(struct fl_data_state *state, const struct fl_data_file *file,
                               const struct fl_data_fold *fold, struct fl_error *error)
{
    for (size_t i = 0; i < fold->from_count; i++) {
        if (fl_data_state_drop_file(state, &fold->from[i]))
            continue;
        (void)fl_fail(error, FL_INTERNAL, "%s is not in the manifest any more", fold->from[i].name);
        (void)fl_error_at_path(error, state->folder.path);
        return FL_INTERNAL;
    }
    return fl_data_state_copy_file(state, file) && fl_data_state_copy_fold(state, fold)
               ? FL_OK
               : fl_fail_memory(error, sizeof *file);
}

static fl_status commit_folds_locked(struct fl_data_folder *folder, const struct fl_data_file *files,
                                     const struct fl_data_fold *folds, size_t count, struct fl_error *error)
{
    fl_status status = fl_data_folder_refresh(folder, error);
    for (size_t i = 0; i < count && status == FL_OK; i++)
        status = replace_files(fl_data_state_of(folder), &files[i], &folds[i], error);
    return status == FL_OK ? write_manifest(fl_data_state_of(folder), error) : status;
}

fl_status fl_data_folder_commit_folds(struct fl_data_folder *folder, const struct fl_data_file *files,
                                      const struct fl_data_fold *folds, size_t count, struct fl_error *error)
{
    /* As for an import: a manifest on the disk must never name a file whose name is not there yet. */
    fl_status status = fl_directory_sync(folder->io, folder->path, error);
    if (status != FL_OK)
        return status;
    int lock;
    status = fl_data_folder_lock(folder, &lock, error);
    if (status != FL_OK)
        return status;
    status = commit_folds_locked(folder, files, folds, count, error);
    if (status == FL_OK)
        status = fl_directory_sync(folder->io, folder->path, error);
    fl_data_folder_unlock(folder, lock);
    return status;
}
