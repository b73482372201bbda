/* run_output.c - the folder a run is published in: taken, filled, completed, or left as if nothing had been.
 */
#include "engine/run_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>

#include "engine/emit.h"
#include "engine/model/model.h"
#include "formats/base/checksum.h"
#include "formats/base/publish.h"

struct fl_run_output {
    const struct fl_io *io;
    char *path;
    int lock;
    bool made_folder, complete;
    char **names; /* of the files written */
    size_t name_count;
};

/* What a name in the folder may be. The model's copies, timing and manifest are written after the segment
 * file; without one they are somebody's model folder or data folder. */
enum name_kind { NAME_FOREIGN, NAME_TEMPORARY, NAME_SEGMENT, NAME_AFTER_SEGMENT, NAME_SUCCESS };

static bool is_segment_of(const char *stem, const char *name)
{
    const char *at = name + strlen(stem);
    return strncmp(name, stem, strlen(stem)) == 0 && strlen(at) == sizeof "-0123456789abcdef.flseg" - 1 &&
           at[0] == '-' && strspn(at + 1, "0123456789abcdef") == 16 && strcmp(at + 17, ".flseg") == 0;
}

static bool is_segment_name(const char *name)
{
    for (int kind = 0; kind < FL_RESULT_KINDS; kind++) {
        if (is_segment_of(fl_emit_tables[kind].stem, name))
            return true;
    }
    return is_segment_of("transitions", name);
}

static enum name_kind kind_of(const char *name)
{
    if (strcmp(name, FL_SUCCESS_NAME) == 0)
        return NAME_SUCCESS;
    if (strncmp(name, FL_TEMPORARY_PREFIX, strlen(FL_TEMPORARY_PREFIX)) == 0)
        return NAME_TEMPORARY;
    if (is_segment_name(name))
        return NAME_SEGMENT;
    if (strcmp(name, FL_MANIFEST_NAME) == 0 || strcmp(name, FL_TIMING_NAME) == 0)
        return NAME_AFTER_SEGMENT;
    for (int part = 0; part < FL_MODEL_PARTS; part++) {
        if (strcmp(name, fl_model_part_name((enum fl_model_part)part)) == 0)
            return NAME_AFTER_SEGMENT;
    }
    return NAME_FOREIGN;
}

/* ---- what is in the folder ---- */

struct listing {
    char **names;
    size_t count;
};

static void release_listing(struct listing *listing)
{
    for (size_t i = 0; i < listing->count; i++)
        free(listing->names[i]);
    free(listing->names);
    *listing = (struct listing){0};
}

static fl_status add_name(struct listing *listing, const char *name, struct fl_error *error)
{
    const size_t size_bytes = (listing->count + 1) * sizeof(char *);
    char **names = realloc(listing->names, size_bytes);
    if (names == NULL)
        return fl_fail_memory(error, size_bytes);
    listing->names = names;
    names[listing->count] = strdup(name);
    if (names[listing->count] == NULL)
        return fl_fail_memory(error, strlen(name));
    listing->count++;
    return FL_OK;
}

static fl_status read_entries(const struct fl_io *io, DIR *entries, const char *path, struct listing *listing,
                              struct fl_error *error)
{
    for (;;) {
        errno = 0;
        const struct dirent *entry = io->readdir(entries);
        if (entry == NULL)
            return errno == 0 ? FL_OK : fl_fail_errno(error, errno, "list the folder", path);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        fl_status status = add_name(listing, entry->d_name, error);
        if (status != FL_OK)
            return status;
    }
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, so that the name in a message does not depend on the file system. */
static fl_status list_folder(const struct fl_io *io, const char *path, struct listing *listing,
                             struct fl_error *error)
{
    DIR *entries = io->opendir(path);
    if (entries == NULL)
        return fl_fail_errno(error, errno, "list the folder", path);
    fl_status status = read_entries(io, entries, path, listing, error);
    io->closedir(entries);
    if (status == FL_OK && listing->count > 1)
        qsort(listing->names, listing->count, sizeof *listing->names, compare_names);
    return status;
}

static bool listing_has(const struct listing *listing, enum name_kind kind)
{
    for (size_t i = 0; i < listing->count; i++) {
        if (kind_of(listing->names[i]) == kind)
            return true;
    }
    return false;
}

static fl_status fail_cannot_create(const char *path, struct fl_error *error, const char *what,
                                    const char *name)
{
    fl_fail(error, FL_CANNOT_CREATE, "the output folder holds %s (%s): nothing was touched", what, name);
    fl_error_at_path(error, path);
    return FL_CANNOT_CREATE;
}

static fl_status check_names(const char *path, const struct listing *listing, struct fl_error *error)
{
    const bool has_segment = listing_has(listing, NAME_SEGMENT);
    for (size_t i = 0; i < listing->count; i++) {
        const enum name_kind kind = kind_of(listing->names[i]);
        if (kind == NAME_FOREIGN || (kind == NAME_AFTER_SEGMENT && !has_segment))
            return fail_cannot_create(path, error, "a foreign file", listing->names[i]);
    }
    return FL_OK;
}

static fl_status remove_file(const struct fl_io *io, const char *folder, const char *name,
                             struct fl_error *error)
{
    char *path = fl_path_join(folder, name);
    if (path == NULL)
        return fl_fail_memory(error, strlen(folder));
    fl_status status = FL_OK;
    if (io->unlink(path) != 0 && errno != ENOENT)
        status = fl_fail_errno(error, errno, "remove a file of an interrupted run", path);
    free(path);
    return status;
}

static fl_status sweep_kind(const struct fl_io *io, const char *path, const struct listing *listing,
                            enum name_kind kind, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = 0; i < listing->count && status == FL_OK; i++) {
        if (kind_of(listing->names[i]) == kind)
            status = remove_file(io, path, listing->names[i], error);
    }
    return status;
}

/* What was written after the segment file goes first, on the disk as well, so that a sweep that is killed or
 * loses power can be swept, too. */
static fl_status sweep(const struct fl_io *io, const char *path, const struct listing *listing,
                       struct fl_error *error)
{
    fl_status status = sweep_kind(io, path, listing, NAME_AFTER_SEGMENT, error);
    if (status == FL_OK && listing_has(listing, NAME_AFTER_SEGMENT))
        status = fl_directory_sync(io, path, error);
    if (status == FL_OK)
        status = sweep_kind(io, path, listing, NAME_SEGMENT, error);
    return status == FL_OK ? sweep_kind(io, path, listing, NAME_TEMPORARY, error) : status;
}

/* The folder says it is a complete run: the wanted one, or one that nobody may touch. */
static fl_status look_at_complete(const struct fl_io *io, const char *path,
                                  const struct fl_run_manifest *wanted, bool *already_there,
                                  struct fl_run_manifest *present, struct fl_error *error)
{
    struct fl_error trouble;
    fl_error_clear(&trouble);
    fl_status status = fl_run_folder_read(io, path, present, &trouble);
    if (status == FL_NO_MEMORY || status == FL_IO || status == FL_PERMISSION) {
        if (error != NULL)
            *error = trouble;
        return status;
    }
    if (status != FL_OK)
        return fail_cannot_create(path, error, "a damaged run", FL_SUCCESS_NAME);
    if (!fl_run_manifest_same_inputs(present, wanted)) {
        fl_run_manifest_release(present);
        return fail_cannot_create(path, error, "a run of other inputs", FL_SUCCESS_NAME);
    }
    status = fl_run_folder_check_files(io, path, present, error);
    if (status != FL_OK)
        fl_run_manifest_release(present);
    *already_there = status == FL_OK;
    return status;
}

static fl_status look_at_folder(const struct fl_run_output *output, const struct fl_run_manifest *wanted,
                                bool *already_there, struct fl_run_manifest *present, struct fl_error *error)
{
    struct listing listing = {0};
    fl_status status = list_folder(output->io, output->path, &listing, error);
    if (status == FL_OK && listing_has(&listing, NAME_SUCCESS)) {
        status = look_at_complete(output->io, output->path, wanted, already_there, present, error);
    } else if (status == FL_OK) {
        status = check_names(output->path, &listing, error);
        if (status == FL_OK)
            status = sweep(output->io, output->path, &listing, error);
    }
    release_listing(&listing);
    return status;
}

/* ---- taking and giving back ---- */

static fl_status take_folder(struct fl_run_output *output, struct fl_error *error)
{
    const struct fl_io *io = output->io;
    output->made_folder = io->mkdir(output->path, 0700) == 0;
    if (!output->made_folder) {
        fl_status status = fl_directory_ensure(io, output->path, error);
        if (status != FL_OK)
            return status;
    }
    output->lock = io->open(output->path, O_RDONLY | O_DIRECTORY, 0);
    if (output->lock < 0)
        return fl_fail_errno(error, errno, "open the folder", output->path);
    if (io->flock(output->lock, LOCK_EX | LOCK_NB) == 0)
        return FL_OK;
    if (errno != EWOULDBLOCK)
        return fl_fail_errno(error, errno, "lock the folder", output->path);
    output->made_folder = false; /* whoever holds it needs it */
    fl_fail(error, FL_TEMPORARY, "another run is writing here");
    fl_error_at_path(error, output->path);
    return FL_TEMPORARY;
}

fl_status fl_run_output_begin(const struct fl_io *io, const char *path, const struct fl_run_manifest *wanted,
                              struct fl_run_output **output, bool *already_there,
                              struct fl_run_manifest *present, struct fl_error *error)
{
    *output = NULL;
    *already_there = false;
    *present = (struct fl_run_manifest){0};
    struct fl_run_output *taken = calloc(1, sizeof *taken);
    if (taken == NULL)
        return fl_fail_memory(error, sizeof *taken);
    *taken = (struct fl_run_output){.io = io, .path = strdup(path), .lock = -1};
    fl_status status = taken->path == NULL ? fl_fail_memory(error, strlen(path)) : take_folder(taken, error);
    if (status == FL_OK)
        status = look_at_folder(taken, wanted, already_there, present, error);
    if (status != FL_OK) {
        fl_run_output_end(taken);
        return status;
    }
    *output = taken;
    return FL_OK;
}

/* Last written, first removed: see sweep(). What cannot be removed is swept by the next run. */
static void remove_all(struct fl_run_output *output)
{
    while (output->name_count > 0)
        remove_file(output->io, output->path, output->names[--output->name_count], NULL);
    if (output->made_folder)
        output->io->rmdir(output->path);
}

void fl_run_output_end(struct fl_run_output *output)
{
    if (output == NULL)
        return;
    struct listing names = {output->names, output->name_count};
    if (!output->complete && output->path != NULL)
        remove_all(output);
    if (output->lock >= 0)
        output->io->close(output->lock);
    release_listing(&names);
    free(output->path);
    free(output);
}

/* ---- writing ---- */

fl_status fl_run_output_note(struct fl_run_output *output, const char *name, struct fl_error *error)
{
    struct listing names = {output->names, output->name_count};
    fl_status status = add_name(&names, name, error);
    output->names = names.names;
    output->name_count = names.count;
    return status;
}

fl_status fl_run_output_write(struct fl_run_output *output, const char *name, const void *bytes, size_t size,
                              struct fl_run_file *file, struct fl_error *error)
{
    struct fl_output *file_output = NULL;
    fl_status status = fl_run_output_note(output, name, error);
    if (status == FL_OK)
        status = fl_output_create(output->io, output->path, &file_output, error);
    if (status != FL_OK)
        return status;
    status = fl_output_write(file_output, bytes, size, error);
    if (file != NULL) {
        file->size_bytes = size;
        file->digest = fl_digest64(bytes, size);
    }
    if (status == FL_OK)
        return fl_output_commit(file_output, name, error);
    fl_output_abort(file_output);
    return status;
}

fl_status fl_run_output_complete(struct fl_run_output *output, const struct fl_buffer *manifest,
                                 struct fl_error *error)
{
    char hex[FL_SUCCESS_BYTES];
    fl_hex64(fl_digest64(manifest->bytes, manifest->size), hex);
    hex[FL_SUCCESS_BYTES - 1] = '\n';
    /* Twice: _SUCCESS must never be on the disk without the files it stands for. */
    fl_status status = fl_directory_sync(output->io, output->path, error);
    if (status == FL_OK)
        status = fl_run_output_write(output, FL_SUCCESS_NAME, hex, sizeof hex, NULL, error);
    if (status == FL_OK)
        status = fl_directory_sync(output->io, output->path, error);
    output->complete = status == FL_OK;
    return status;
}
