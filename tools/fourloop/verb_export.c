/* verb_export.c - `fourloop export`: writes a table of a run for other programs. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "engine/fourloop.h"
#include "formats/exporters/export_walk.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/stdout_table.h"
#include "tools/fourloop/verbs.h"

static fl_status fail_no_table(const struct fl_run_folder *run, const char *table, struct fl_error *error)
{
    char known[256] = "";
    for (size_t i = 0; i < run->file_count; i++) {
        const size_t used = strlen(known);
        if (strcmp(run->files[i].table, "model") != 0 &&
            used + strlen(run->files[i].table) + 3 < sizeof known)
            snprintf(known + used, sizeof known - used, "%s%s", used == 0 ? "" : ", ", run->files[i].table);
    }
    return fl_fail(error, FL_USAGE, "export: no table `%s` in this run; it has: %s", table, known);
}

static fl_status open_table(const struct command *command, const struct fl_io *io, struct fl_table **table,
                            struct fl_error *error)
{
    const char *name = command->flags[FLAG_EXPORT_TABLE].text;
    struct fl_run_folder *run;
    fl_status status = fl_run_folder_open(io, command->words[0], &run, error);
    if (status != FL_OK)
        return status;
    const struct fl_run_file *file = strcmp(name, "model") == 0 ? NULL : fl_run_folder_find(run, name);
    if (file == NULL) {
        status = fail_no_table(run, name, error);
    } else {
        char *path = fl_path_join(run->path, file->name);
        status = path == NULL ? fl_fail_memory(error, strlen(run->path))
                              : fl_table_open(io, path, FL_IO_MAP, table, error);
        free(path);
    }
    fl_run_folder_close(run);
    return status;
}

/* Renaming over a device or a folder must not be tried: as root it would replace /dev/null. */
static fl_status check_target(const struct fl_io *io, const char *path, struct fl_error *error)
{
    const int file = io->open(path, O_PATH, 0);
    if (file < 0)
        return FL_OK;
    struct stat facts;
    const bool regular = io->fstat(file, &facts) == 0 && S_ISREG(facts.st_mode);
    (void)io->close(file);
    if (regular)
        return FL_OK;
    fl_fail(error, FL_CANNOT_CREATE,
            "there is something that is no file; without -o the standard output is used");
    return fl_error_at_path(error, path);
}

/* The folder that `path` lies in; its last part is *name. malloc()ed. */
static char *folder_of(const char *path, const char **name)
{
    const char *slash = strrchr(path, '/');
    *name = slash == NULL ? path : slash + 1;
    if (slash == NULL)
        return strdup(".");
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

/* What to write, and how. */
struct export_work {
    const struct fl_io *io;
    struct fl_table *table;
    const struct fl_export_format *format;
    struct fl_export_options options;
};

static fl_status publish(const struct export_work *work, const char *folder, const char *name,
                         struct fl_error *error)
{
    /* What an export that was killed has left behind here. */
    fl_status status = fl_directory_sweep(work->io, folder, error);
    struct fl_output *output;
    if (status == FL_OK)
        status = fl_output_create(work->io, folder, &output, error);
    if (status != FL_OK)
        return status;
    fl_output_without_digest(output);
    const struct fl_export_part part = fl_export_whole(work->table);
    status = fl_export_walk(work->table, &part, work->format, &work->options, output, error);
    if (status != FL_OK) {
        fl_output_abort(output);
        return status;
    }
    status = fl_output_commit(output, name, error);
    return status == FL_OK ? fl_directory_sync(work->io, folder, error) : status;
}

static fl_status export_to_path(const struct export_work *work, const char *path, struct fl_error *error)
{
    fl_status status = check_target(work->io, path, error);
    if (status != FL_OK)
        return status;
    const char *name;
    char *folder = folder_of(path, &name);
    if (folder == NULL)
        return fl_fail_memory(error, strlen(path));
    if (name[0] == '\0')
        status = fl_fail(error, FL_USAGE, "export: -o %s names a folder, not a file", path);
    else
        status = publish(work, folder, name, error);
    free(folder);
    if (status == FL_OK)
        report_say("%s: %llu rows", path, (unsigned long long)fl_table_rows(work->table));
    return status;
}

fl_status verb_export(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    struct export_work work = {.io = io,
                               .format = fl_export_format_at((size_t)command->flags[FLAG_TO].number),
                               .options = fl_export_options_default()};
    fl_status status = open_table(command, io, &work.table, error);
    if (status != FL_OK)
        return status;
    const char *path = command->flags[FLAG_EXPORT_OUT].text;
    const bool to_stdout = path == NULL || strcmp(path, "-") == 0;
    status = to_stdout ? stdout_table(io, work.table, UINT64_MAX, work.format, &work.options, error)
                       : export_to_path(&work, path, error);
    fl_table_close(work.table);
    return status;
}
