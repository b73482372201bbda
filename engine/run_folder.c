/* run_folder.c - reads a complete run folder. */
#include "engine/run_folder.h"

#include <stdlib.h>

#include "formats/base/checksum.h"
#include "formats/base/limits.h"
#include "formats/base/publish.h"

/* Of the files without which a folder is no run. */
static fl_status read_file(const struct fl_io *io, const char *folder, const char *name, uint64_t size_max,
                           struct fl_buffer *bytes, struct fl_error *error)
{
    char *path = fl_path_join(folder, name);
    if (path == NULL)
        return fl_fail_memory(error, strlen(folder));
    const fl_status status = fl_file_read_kept(io, path, size_max, bytes, error);
    if (status == FL_MISSING) {
        fl_error_clear(error);
        (void)fl_fail(error, status, "not there, so that this is no complete run");
        (void)fl_error_at_path(error, path);
    }
    free(path);
    return status;
}

static fl_status fail_at(struct fl_error *error, const char *folder, const char *name, const char *words)
{
    char *path = fl_path_join(folder, name);
    fl_fail(error, FL_CORRUPT, "%s", words);
    fl_error_at_path(error, path == NULL ? name : path);
    free(path);
    return FL_CORRUPT;
}

static fl_status check_success(const struct fl_io *io, const char *folder, const struct fl_buffer *manifest,
                               struct fl_error *error)
{
    struct fl_buffer success = {0};
    char hex[FL_SUCCESS_BYTES];
    fl_status status = read_file(io, folder, FL_SUCCESS_NAME, 4096, &success, error);
    if (status != FL_OK) {
        fl_buffer_release(&success);
        return status;
    }
    fl_hex64(fl_digest64(manifest->bytes, manifest->size), hex);
    hex[FL_SUCCESS_BYTES - 1] = '\n';
    const bool fits = success.size == sizeof hex && memcmp(success.bytes, hex, sizeof hex) == 0;
    fl_buffer_release(&success);
    return fits ? FL_OK
                : fail_at(error, folder, FL_SUCCESS_NAME, "it does not hold the digest of manifest.json");
}

static fl_status read_manifest(const struct fl_io *io, const char *folder, const struct fl_buffer *text,
                               struct fl_run_manifest *manifest, struct fl_error *error)
{
    fl_status status = check_success(io, folder, text, error);
    if (status != FL_OK)
        return status;
    status = fl_run_manifest_parse((const char *)text->bytes, text->size, manifest, error);
    if (status != FL_OK) {
        char *path = fl_path_join(folder, FL_MANIFEST_NAME);
        fl_error_at_path(error, path == NULL ? FL_MANIFEST_NAME : path);
        free(path);
    }
    return status;
}

fl_status fl_run_folder_read(const struct fl_io *io, const char *path, struct fl_run_manifest *manifest,
                             struct fl_error *error)
{
    struct fl_buffer text = {0};
    *manifest = (struct fl_run_manifest){0};
    fl_status status = read_file(io, path, FL_MANIFEST_NAME, FL_MANIFEST_BYTES_MAX, &text, error);
    if (status == FL_OK)
        status = read_manifest(io, path, &text, manifest, error);
    fl_buffer_release(&text);
    return status;
}

fl_status fl_run_folder_read_scored(const struct fl_io *io, const char *path,
                                    struct fl_run_manifest *manifest, struct fl_error *error)
{
    const fl_status status = fl_run_folder_read(io, path, manifest, error);
    if (status != FL_OK || !manifest->tags_only)
        return status;
    fl_run_manifest_release(manifest);
    fl_fail(error, FL_USAGE,
            "the folder has tags alone, of `fourloop tag`: this wants one of `fourloop run`");
    fl_error_at_path(error, path);
    return FL_USAGE;
}

fl_status fl_run_folder_check_files(const struct fl_io *io, const char *path,
                                    const struct fl_run_manifest *manifest, struct fl_error *error)
{
    for (size_t i = 0; i < manifest->output_count; i++) {
        const struct fl_run_file *file = &manifest->outputs[i];
        struct fl_file_map map;
        char *file_path = fl_path_join(path, file->name);
        if (file_path == NULL)
            return fl_fail_memory(error, strlen(path));
        fl_status status = fl_file_map_open(&map, io, file_path, FL_IO_COPY, error);
        free(file_path);
        if (status != FL_OK)
            return status == FL_MISSING
                       ? fail_at(error, path, file->name, "the manifest lists it, but it is missing")
                       : status;
        const bool whole = map.size_bytes == file->size_bytes;
        fl_file_map_close(&map);
        if (!whole)
            return fail_at(error, path, file->name, "its size is not what the manifest says");
    }
    return FL_OK;
}

/* ---- the installed interface ---- */

/* Moves what the manifest holds into the folder. */
static fl_status take_manifest(struct fl_run_folder *folder, struct fl_run_manifest *manifest,
                               struct fl_error *error)
{
    folder->as_of_day = manifest->as_of_day;
    folder->view = manifest->view;
    folder->counts = manifest->counts;
    memcpy(folder->model_hash, manifest->model_hash, sizeof folder->model_hash);
    folder->version = manifest->version;
    folder->files = manifest->outputs;
    folder->file_count = manifest->output_count;
    manifest->version = NULL;
    manifest->outputs = NULL;
    manifest->output_count = 0;
    folder->input_names = calloc(manifest->input_count + 1, sizeof *folder->input_names);
    folder->input_digests = calloc(manifest->input_count + 1, sizeof *folder->input_digests);
    if (folder->input_names == NULL || folder->input_digests == NULL)
        return fl_fail_memory(error, manifest->input_count * sizeof *folder->input_names);
    for (size_t i = 0; i < manifest->input_count; i++) {
        folder->input_names[i] = manifest->inputs[i].name;
        folder->input_digests[i] = manifest->inputs[i].digest;
        manifest->inputs[i].name = NULL;
    }
    folder->input_count = manifest->input_count;
    return FL_OK;
}

fl_status fl_run_folder_open(const struct fl_io *io, const char *path, struct fl_run_folder **folder,
                             struct fl_error *error)
{
    struct fl_run_manifest manifest;
    *folder = NULL;
    fl_status status = fl_run_folder_read(io, path, &manifest, error);
    if (status != FL_OK)
        return status;
    struct fl_run_folder *opened = calloc(1, sizeof *opened);
    if (opened != NULL)
        opened->path = strdup(path);
    status = opened == NULL || opened->path == NULL ? fl_fail_memory(error, sizeof *opened)
                                                    : take_manifest(opened, &manifest, error);
    fl_run_manifest_release(&manifest);
    if (status != FL_OK) {
        fl_run_folder_close(opened);
        return status;
    }
    *folder = opened;
    return FL_OK;
}

void fl_run_folder_close(struct fl_run_folder *folder)
{
    if (folder == NULL)
        return;
    for (size_t i = 0; i < folder->file_count; i++) {
        free(folder->files[i].table);
        free(folder->files[i].name);
    }
    for (size_t i = 0; i < folder->input_count; i++)
        free(folder->input_names[i]);
    free(folder->files);
    free(folder->input_names);
    free(folder->input_digests);
    free(folder->version);
    free(folder->path);
    free(folder);
}

const struct fl_run_file *fl_run_folder_find(const struct fl_run_folder *folder, const char *table)
{
    for (size_t i = 0; i < folder->file_count; i++) {
        if (strcmp(folder->files[i].table, table) == 0)
            return &folder->files[i];
    }
    return NULL;
}
