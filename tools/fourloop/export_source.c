/* export_source.c - the tables that a word of the command line stands for. */
#include "tools/fourloop/export_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/fourloop.h"
#include "formats/base/publish.h"
#include "formats/folder/data_folder.h"

/* The names of tables that were met and not taken, for a message. */
struct known_names {
    char text[256];
};

static void note_name(struct known_names *known, const char *name)
{
    const size_t used = strlen(known->text), size = strlen(name);
    const char *found = strstr(known->text, name);
    if (found != NULL && (found[size] == ',' || found[size] == '\0'))
        return;
    if (used + size + 3 < sizeof known->text)
        (void)snprintf(known->text + used, sizeof known->text - used, "%s%s", used == 0 ? "" : ", ", name);
}

static fl_status fail_no_table(const char *table, const struct known_names *known, struct fl_error *error)
{
    if (table == NULL)
        return fl_fail(error, FL_USAGE, "--table is missing; there are: %s, or all", known->text);
    return fl_fail(error, FL_USAGE, "no table `%s` in it; there are: %s", table, known->text);
}

static bool is_wanted(const char *table, const char *name)
{
    return table != NULL && (strcmp(table, "all") == 0 || strcmp(table, name) == 0);
}

static fl_status add_table(const struct fl_io *io, const char *path, const char *name,
                           struct export_source *source, struct fl_error *error)
{
    struct export_table *grown = realloc(source->tables, (source->count + 1) * sizeof *grown);
    if (grown == NULL)
        return fl_fail_memory(error, (source->count + 1) * sizeof *grown);
    source->tables = grown;
    struct export_table added = {.name = strdup(name)};
    fl_status status = added.name == NULL ? fl_fail_memory(error, strlen(name))
                                          : fl_table_open(io, path, FL_IO_MAP, &added.table, error);
    if (status != FL_OK)
        free(added.name);
    else
        source->tables[source->count++] = added;
    return status;
}

static fl_status add_listed(const struct fl_io *io, const char *folder, const char *file, const char *name,
                            struct export_source *source, struct fl_error *error)
{
    char *path = fl_path_join(folder, file);
    if (path == NULL)
        return fl_fail_memory(error, strlen(folder));
    const fl_status status = add_table(io, path, name, source, error);
    free(path);
    return status;
}

static fl_status open_run(const struct fl_io *io, const char *path, const char *table,
                          struct export_source *source, struct fl_error *error)
{
    struct fl_run_folder *run;
    struct known_names known = {""};
    fl_status status = fl_run_folder_open(io, path, &run, error);
    if (status != FL_OK)
        return status;
    for (size_t i = 0; i < run->file_count && status == FL_OK; i++) {
        const struct fl_run_file *file = &run->files[i];
        if (strcmp(file->table, "model") == 0)
            continue;
        note_name(&known, file->table);
        if (is_wanted(table, file->table))
            status = add_listed(io, path, file->name, file->table, source, error);
    }
    fl_run_folder_close(run);
    return status == FL_OK && source->count == 0 ? fail_no_table(table, &known, error) : status;
}

static fl_status open_data_files(const struct fl_data_folder *folder, const char *table,
                                 struct export_source *source, struct fl_error *error)
{
    struct known_names known = {""};
    fl_status status = FL_OK;
    for (size_t i = 0; i < folder->file_count && status == FL_OK; i++) {
        const struct fl_data_file *file = &folder->files[i];
        note_name(&known, file->table);
        if (is_wanted(table, file->table)) /* sorted by name, so those of a table follow each other */
            status = add_listed(folder->io, folder->path, file->name, file->table, source, error);
    }
    return status == FL_OK && source->count == 0 ? fail_no_table(table, &known, error) : status;
}

/* Files that a compaction folded away before they were open are looked for again in the new manifest. */
static fl_status open_data(const struct fl_io *io, const char *path, const char *table,
                           struct export_source *source, struct fl_error *error)
{
    for (;;) {
        struct fl_data_folder *folder;
        fl_error_clear(error);
        fl_status status = fl_data_folder_open(io, path, &folder, error);
        if (status != FL_OK)
            return status;
        status = open_data_files(folder, table, source, error);
        const bool changed = status == FL_MISSING && fl_data_folder_has_changed(folder);
        fl_data_folder_close(folder);
        if (!changed)
            return status;
        export_source_close(source);
    }
}

/* The run's name of the table, or that of the schema. */
static const char *name_of(const struct fl_table *table)
{
    const char *fact = fl_table_fact(table, "table");
    return fact == NULL ? fl_table_schema(table)->name : fact;
}

static fl_status open_file(const struct fl_io *io, const char *path, const char *table,
                           struct export_source *source, struct fl_error *error)
{
    struct fl_table *opened;
    fl_status status = fl_table_open(io, path, FL_IO_MAP, &opened, error);
    if (status != FL_OK)
        return status;
    struct known_names known = {""};
    note_name(&known, name_of(opened));
    if (table != NULL && !is_wanted(table, name_of(opened)))
        status = fail_no_table(table, &known, error);
    else
        status = add_table(io, path, name_of(opened), source, error);
    fl_table_close(opened);
    return status;
}

static bool holds(const struct fl_io *io, const char *folder, const char *name)
{
    char *path = fl_path_join(folder, name);
    const int file = path == NULL ? -1 : io->open(path, O_PATH, 0);
    free(path);
    if (file < 0)
        return false;
    (void)io->close(file);
    return true;
}

/* Known to be there and no folder; whatever else keeps it from being opened is told when it is read. */
static bool is_file(const struct fl_io *io, const char *path)
{
    const int folder = io->open(path, O_PATH | O_DIRECTORY, 0);
    if (folder < 0)
        return errno == ENOTDIR;
    (void)io->close(folder);
    return false;
}

/* A run has one of the first two at least; what has none of the three is told as the run that it is not. */
static bool is_data_folder(const struct fl_io *io, const char *path)
{
    return !holds(io, path, "_SUCCESS") && !holds(io, path, "timing.json") &&
           holds(io, path, "manifest.json");
}

fl_status export_source_open(const struct fl_io *io, const char *path, const char *table,
                             struct export_source *source, struct fl_error *error)
{
    *source = (struct export_source){0};
    fl_status status;
    if (is_file(io, path))
        status = open_file(io, path, table, source, error);
    else if (is_data_folder(io, path))
        status = open_data(io, path, table, source, error);
    else
        status = open_run(io, path, table, source, error);
    if (status != FL_OK)
        export_source_close(source);
    return status;
}

void export_source_close(struct export_source *source)
{
    for (size_t i = 0; i < source->count; i++) {
        free(source->tables[i].name);
        fl_table_close(source->tables[i].table);
    }
    free(source->tables);
    *source = (struct export_source){0};
}
