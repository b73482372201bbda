/* verb_export.c - `fourloop export`: writes tables for other programs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/base/checksum.h"
#include "formats/base/publish_stage.h"
#include "formats/exporters/export_walk.h"
#include "tools/fourloop/export_source.h"
#include "tools/fourloop/output_file.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/stdout_table.h"
#include "tools/fourloop/verbs.h"

enum { FILES_MAX = 10000, NAME_SIZE = 256 };

/* What to write, and how. */
struct export_work {
    const struct fl_io *io;
    struct export_source source;
    const struct fl_export_format *format;
    struct fl_export_options options;
    bool all_tables;
    size_t files; /* parts of each table; 0: a table is one file with a plain name */
};

/* --- options */

/* A flag that the format does not look at is a slip. */
static fl_status check_choice(const struct command *command, const struct fl_export_format *format,
                              enum flag flag, enum fl_export_choice choice, struct fl_error *error)
{
    if (!command->flags[flag].given || (format->takes & choice) != 0)
        return FL_OK;
    return fl_fail(error, FL_USAGE, "export: %s means nothing with --to %s", flag_table[flag].name,
                   format->name);
}

/* One byte, or the word of a byte that is hard to type. */
static fl_status read_mark(const struct command *command, enum flag flag, char *mark, struct fl_error *error)
{
    const char *text = command->flags[flag].text;
    if (text == NULL)
        return FL_OK;
    const bool tab = strcmp(text, "tab") == 0;
    if (!tab && text[1] != '\0')
        return fl_fail(error, FL_USAGE, "export: %s takes one character, or the word tab",
                       flag_table[flag].name);
    *mark = tab ? '\t' : text[0];
    return FL_OK;
}

static fl_status read_options(const struct command *command, struct export_work *work, struct fl_error *error)
{
    static const struct {
        enum flag flag;
        enum fl_export_choice choice;
    } choices[] = {{FLAG_NULL, FL_EXPORT_CSV_MARKS},        {FLAG_DELIMITER, FL_EXPORT_CSV_MARKS},
                   {FLAG_DECIMAL, FL_EXPORT_CSV_MARKS},     {FLAG_COMPRESSION, FL_EXPORT_COMPRESSION},
                   {FLAG_DICTIONARY, FL_EXPORT_DICTIONARY}, {FLAG_FILES, FL_EXPORT_PARTS}};
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        const fl_status status =
            check_choice(command, work->format, choices[i].flag, choices[i].choice, error);
        if (status != FL_OK)
            return status;
    }
    const struct flag_value *files = &command->flags[FLAG_FILES];
    if (files->given && (files->number < 1 || files->number > FILES_MAX))
        return fl_fail(error, FL_USAGE, "export: --files takes 1 to %d", FILES_MAX);
    work->options.dictionary = command->flags[FLAG_DICTIONARY].given;
    work->files = files->given ? (size_t)files->number : 0;
    const char *table = command->flags[FLAG_EXPORT_TABLE].text;
    work->all_tables = table != NULL && strcmp(table, "all") == 0;
    work->options.compression = (enum fl_export_compression)command->flags[FLAG_COMPRESSION].number;
    if (command->flags[FLAG_NULL].text != NULL)
        work->options.null_text = command->flags[FLAG_NULL].text;
    const fl_status status = read_mark(command, FLAG_DELIMITER, &work->options.delimiter, error);
    return status == FL_OK ? read_mark(command, FLAG_DECIMAL, &work->options.decimal, error) : status;
}

/* --- one file */

static fl_status export_to_file(const struct export_work *work, const char *path, struct fl_error *error)
{
    struct fl_table *table = work->source.tables[0].table;
    const struct fl_export_part part = fl_export_whole(table);
    struct output_file file;
    fl_status status = output_file_create(work->io, path, &file, error);
    if (status != FL_OK)
        return status;
    fl_output_without_digest(file.output);
    status = fl_export_walk(table, &part, work->format, &work->options, file.output, error);
    status = output_file_finish(&file, status, error);
    if (status == FL_OK)
        report_say("%s: %llu rows", path, (unsigned long long)fl_table_rows(table));
    return status;
}

static fl_status export_into_folder(const struct export_work *work, const char *folder,
                                    struct fl_error *error)
{
    char name[NAME_SIZE];
    (void)snprintf(name, sizeof name, "%s.%s", work->source.tables[0].name, work->format->extension);
    char *path = fl_path_join(folder, name);
    if (path == NULL)
        return fl_fail_memory(error, strlen(folder));
    fl_status status = fl_directory_ensure(work->io, folder, error);
    if (status == FL_OK)
        status = fl_directory_sync_name(work->io, folder, error);
    if (status == FL_OK)
        status = export_to_file(work, path, error);
    free(path);
    return status;
}

/* --- several files, all or none */

/* One of `count` files of the table. */
struct piece {
    const struct export_table *of;
    struct fl_export_part part;
    size_t index, count;
};

/* A part that has changed has another name, so that a loader neither skips nor takes it twice. */
static void name_piece(const struct export_work *work, const struct piece *piece,
                       const struct fl_output *output, char name[NAME_SIZE])
{
    char digest[17];
    fl_hex64(fl_output_digest(output), digest);
    (void)snprintf(name, NAME_SIZE, "%s-%05zu-of-%05zu-%.16s.%s", piece->of->name, piece->index + 1,
                   piece->count, digest, work->format->extension);
}

static fl_status write_piece(const struct export_work *work, const struct piece *piece, const char *folder,
                             struct fl_error *error)
{
    struct fl_output *output;
    fl_status status = fl_output_create(work->io, folder, &output, error);
    if (status != FL_OK)
        return status;
    status = fl_export_walk(piece->of->table, &piece->part, work->format, &work->options, output, error);
    if (status != FL_OK) {
        fl_output_abort(output);
        return status;
    }
    char name[NAME_SIZE];
    if (work->files == 0 && piece->count == 1)
        (void)snprintf(name, sizeof name, "%s.%s", piece->of->name, work->format->extension);
    else
        name_piece(work, piece, output, name);
    return fl_output_commit(output, name, error);
}

/* How many tables from tables[first] on are files of one table. */
static size_t same_name(const struct export_source *source, size_t first)
{
    size_t end = first + 1;
    while (end < source->count && strcmp(source->tables[end].name, source->tables[first].name) == 0)
        end++;
    return end - first;
}

static fl_status write_pieces(const struct export_work *work, const char *folder, size_t *files,
                              struct fl_error *error)
{
    const size_t parts = work->files == 0 ? 1 : work->files;
    for (size_t first = 0, tables; first < work->source.count; first += tables) {
        tables = same_name(&work->source, first);
        for (size_t i = 0; i < tables * parts; i++) {
            const struct export_table *of = &work->source.tables[first + i / parts];
            const struct piece piece = {of, fl_export_part_of(of->table, i % parts, parts), i,
                                        tables * parts};
            const fl_status status = write_piece(work, &piece, folder, error);
            if (status != FL_OK)
                return status;
            (*files)++;
        }
    }
    return FL_OK;
}

static fl_status export_set(const struct export_work *work, const char *path, struct fl_error *error)
{
    struct fl_stage *stage;
    fl_status status = fl_stage_create(work->io, path, &stage, error);
    if (status != FL_OK)
        return status;
    size_t files = 0;
    status = write_pieces(work, fl_stage_directory(stage), &files, error);
    if (status != FL_OK) {
        fl_stage_abort(stage);
        return status;
    }
    bool already_there;
    status = fl_stage_commit(stage, &already_there, error);
    if (status == FL_OK && already_there)
        report_say("%s: these %zu files are there already", path, files);
    else if (status == FL_OK)
        report_say("%s: %zu files", path, files);
    return status;
}

/* --- where to */

static fl_status export_to_stdout(const struct export_work *work, struct fl_error *error)
{
    if (work->format->binary && isatty(STDOUT_FILENO))
        return fl_fail(error, FL_USAGE, "export: %s is nothing for a terminal; name a file with -o",
                       work->format->name);
    return stdout_table(work->io, work->source.tables[0].table, UINT64_MAX, work->format, &work->options,
                        error);
}

static fl_status export_tables(const struct export_work *work, const char *path, struct fl_error *error)
{
    const bool to_stdout = output_file_is_stdout(path);
    const bool to_folder = !to_stdout && path[strlen(path) - 1] == '/';
    const bool as_set = work->files > 0 || work->all_tables;
    if (as_set && !to_folder)
        return fl_fail(error, FL_USAGE, "export: %s goes to a folder; name one with -o DIR/",
                       work->files > 0 ? "--files" : "--table all");
    if (as_set || (work->source.count > 1 && to_folder))
        return export_set(work, path, error);
    if (work->source.count > 1)
        return fl_fail(
            error, FL_USAGE,
            "export: table %s lies in %zu files, and a file each goes to a folder: name one with -o "
            "DIR/, or compact the data folder first",
            work->source.tables[0].name, work->source.count);
    if (to_stdout)
        return export_to_stdout(work, error);
    return to_folder ? export_into_folder(work, path, error) : export_to_file(work, path, error);
}

fl_status verb_export(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    struct export_work work = {.io = io,
                               .format = fl_export_format_at((size_t)command->flags[FLAG_TO].number),
                               .options = fl_export_options_default()};
    fl_status status = read_options(command, &work, error);
    if (status == FL_OK)
        status = export_source_open(io, command->words[0], command->flags[FLAG_EXPORT_TABLE].text,
                                    &work.source, error);
    if (status == FL_OK)
        status = export_tables(&work, command->flags[FLAG_EXPORT_OUT].text, error);
    export_source_close(&work.source);
    return status;
}
