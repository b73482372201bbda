/* verb_verify.c - `fourloop verify`: reads every byte of files or folders. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/fourloop.h"
#include "formats/base/checksum.h"
#include "formats/base/limits.h"
#include "formats/base/publish.h"
#include "formats/folder/data_folder.h"
#include "formats/table/table_reader.h"
#include "tools/fourloop/arrow_input.h"
#include "tools/fourloop/parquet_view.h"
#include "tools/fourloop/path_kind.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/verbs.h"

static fl_status verify_table(const struct fl_io *io, const char *path, uint64_t *rows, uint64_t *digest,
                              struct fl_error *error)
{
    struct fl_table *table;
    fl_status status = fl_table_open(io, path, FL_IO_MAP, &table, error);
    if (status != FL_OK)
        return status;
    status = fl_table_verify(table, digest, error);
    *rows = fl_table_rows(table);
    fl_table_close(table);
    return status;
}

static void print_ok(const char *path, uint64_t rows)
{
    printf("ok %s %llu\n", path, (unsigned long long)rows);
}

static fl_status verify_file(const struct command *command, const struct fl_io *io, const char *path,
                             struct fl_error *error)
{
    uint64_t rows, digest;
    const fl_status status = arrow_input_is(io, path)    ? arrow_input_verify(command, io, path, &rows, error)
                             : parquet_is_file(io, path) ? parquet_verify(io, path, &rows, error)
                                                         : verify_table(io, path, &rows, &digest, error);
    if (status == FL_OK)
        print_ok(path, rows);
    return status;
}

/* What a folder's manifest says about one of its files. */
struct listed_file {
    const char *folder, *name;
    bool is_table;
    uint64_t rows, size_bytes, digest;
};

/* Model files of a run are small text files. */
static fl_status digest_small_file(const struct fl_io *io, const char *path, uint64_t *digest,
                                   struct fl_error *error)
{
    struct fl_buffer bytes = {0};
    const fl_status status = fl_file_read_all(io, path, FL_CONFIG_BYTES_MAX, &bytes, error);
    if (status == FL_OK)
        *digest = fl_digest64(bytes.bytes, bytes.size);
    fl_buffer_release(&bytes);
    return status;
}

static fl_status check_size(const struct fl_io *io, const char *path, uint64_t size_bytes,
                            struct fl_error *error)
{
    const int file = io->open(path, O_RDONLY | O_NONBLOCK, 0);
    struct stat facts;
    if (file < 0)
        return FL_OK; /* reading it says why */
    const bool known = io->fstat(file, &facts) == 0;
    (void)io->close(file);
    if (!known || (uint64_t)facts.st_size == size_bytes)
        return FL_OK;
    return fl_fail(error, FL_CORRUPT, "%llu bytes, the manifest says %llu", (unsigned long long)facts.st_size,
                   (unsigned long long)size_bytes);
}

static fl_status check_listed(const struct fl_io *io, const char *path, const struct listed_file *listed,
                              struct fl_error *error)
{
    uint64_t rows = listed->rows, digest = 0;
    fl_status status = check_size(io, path, listed->size_bytes, error);
    if (status != FL_OK)
        return status;
    status = listed->is_table ? verify_table(io, path, &rows, &digest, error)
                              : digest_small_file(io, path, &digest, error);
    if (status == FL_MISSING)
        return fl_fail(error, FL_CORRUPT, "the manifest lists this file, but it is not there");
    if (status != FL_OK)
        return status;
    if (rows != listed->rows)
        return fl_fail(error, FL_CORRUPT, "%llu rows, the manifest says %llu", (unsigned long long)rows,
                       (unsigned long long)listed->rows);
    if (digest != listed->digest)
        return fl_fail(error, FL_CORRUPT, "digest %016llx, the manifest says %016llx",
                       (unsigned long long)digest, (unsigned long long)listed->digest);
    print_ok(path, rows);
    return FL_OK;
}

static fl_status verify_listed(const struct fl_io *io, const struct listed_file *listed,
                               struct fl_error *error)
{
    char *path = fl_path_join(listed->folder, listed->name);
    if (path == NULL)
        return fl_fail_memory(error, strlen(listed->folder));
    const fl_status status = check_listed(io, path, listed, error);
    if (status != FL_OK)
        fl_error_at_path(error, path);
    free(path);
    return status;
}

static fl_status verify_run_folder(const struct fl_io *io, const char *path, struct fl_error *error)
{
    struct fl_run_folder *run;
    fl_status status = fl_run_folder_open(io, path, &run, error);
    if (status == FL_MISSING)
        return fl_fail(error, FL_CORRUPT, "this run is not complete");
    if (status != FL_OK)
        return status;
    for (size_t i = 0; status == FL_OK && i < run->file_count; i++) {
        const struct fl_run_file *file = &run->files[i];
        status = verify_listed(io,
                               &(struct listed_file){path, file->name, strcmp(file->table, "model") != 0,
                                                     file->rows, file->size_bytes, file->digest},
                               error);
    }
    fl_run_folder_close(run);
    return status;
}

/* *folded: a file that is not there any more was folded by a compaction. */
static fl_status verify_data_files(const struct fl_io *io, const char *path, bool *folded,
                                   struct fl_error *error)
{
    struct fl_data_folder *folder;
    *folded = false;
    fl_status status = fl_data_folder_open(io, path, &folder, error);
    if (status != FL_OK)
        return status;
    for (size_t i = 0; status == FL_OK && i < folder->file_count; i++) {
        const struct fl_data_file *file = &folder->files[i];
        status = verify_listed(
            io, &(struct listed_file){path, file->name, true, file->rows, file->size_bytes, file->digest},
            error);
    }
    *folded = status != FL_OK && fl_data_folder_has_changed(folder);
    fl_data_folder_close(folder);
    return status;
}

static fl_status verify_data_folder(const struct fl_io *io, const char *path, struct fl_error *error)
{
    bool folded = true;
    fl_status status = FL_OK;
    while (folded) {
        fl_error_clear(error);
        status = verify_data_files(io, path, &folded, error);
    }
    return status;
}

/* A run that is complete has the first; one that lost it still has the second, which no data folder has. */
static bool is_run_folder(const struct fl_io *io, const char *path)
{
    return path_holds(io, path, "_SUCCESS") || path_holds(io, path, "timing.json");
}

static fl_status verify_path(const struct command *command, const struct fl_io *io, const char *path,
                             struct fl_error *error)
{
    if (path_kind_of(io, path) != PATH_FOLDER)
        return verify_file(command, io, path, error);
    return is_run_folder(io, path) ? verify_run_folder(io, path, error) : verify_data_folder(io, path, error);
}

fl_status verb_verify(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    for (size_t i = 0; i < command->word_count; i++) {
        const fl_status status = verify_path(command, io, command->words[i], error);
        if (status != FL_OK) {
            fl_error_at_path(error, command->words[i]);
            return status;
        }
    }
    return FL_OK;
}
