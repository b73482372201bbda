/* verb_import.c - `fourloop import`: takes foreign files into a data folder. */
#include <fcntl.h>
#include <string.h>

#include "engine/fourloop.h"
#include "formats/base/civil.h"
#include "formats/importers/import.h"
#include "tools/fourloop/progress.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/verbs.h"

struct import_progress {
    struct progress line;
    uint64_t size_bytes; /* of all inputs; 0: not known */
};

static int on_progress(void *context, uint64_t rows, uint64_t bytes_read)
{
    struct import_progress *progress = context;
    return progress_step(&progress->line, rows, bytes_read, progress->size_bytes);
}

/* For the progress line only: what cannot be opened is for the import to report. */
static uint64_t sizes_of(const struct command *command, const struct fl_io *io)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < command->word_count; i++) {
        if (strcmp(command->words[i], "-") == 0)
            return 0;
        const int file = io->open(command->words[i], O_RDONLY | O_NONBLOCK, 0);
        struct stat facts;
        if (file < 0)
            return 0;
        if (io->fstat(file, &facts) == 0 && S_ISREG(facts.st_mode))
            sum += (uint64_t)facts.st_size;
        (void)io->close(file);
    }
    return sum;
}

static fl_status open_types(const struct command *command, const struct fl_io *io, struct fl_model **model,
                            struct fl_error *error)
{
    const char *path = command->flags[FLAG_IMPORT_MODEL].text;
    return path == NULL ? fl_model_default(model, error) : fl_model_open(io, path, model, error);
}

static void say_reasons(const char *what, const struct fl_import_reason *reasons, size_t count)
{
    for (size_t i = 0; i < count; i++)
        report_say("  %s %llu: %s", what, (unsigned long long)reasons[i].rows, reasons[i].words);
}

static void say_rejects(const struct fl_import_report *report, bool published)
{
    say_reasons("rejected", report->rejects, report->reject_count);
    if (report->reject_path[0] == '\0')
        return;
    if (published)
        report_say("rejected rows, to mend and import by themselves: %s", report->reject_path);
    else
        report_say(
            "nothing was imported: mend the source and run the same command, or accept the rejects with "
            "--max-rejects %llu and mend them afterwards; they are in %s",
            (unsigned long long)report->rows_rejected, report->reject_path);
}

static void say_report(const struct command *command, const struct fl_import_report *report, bool published)
{
    const char *into = command->flags[FLAG_INTO].text;
    char size[REPORT_SIZE_TEXT];
    if (report->already_there) {
        report_say("%s: already imported, nothing was done", into);
        say_reasons("rejected then", report->rejects, report->reject_count);
        return;
    }
    report_say("%s: %llu rows read, %llu written, %llu skipped, %llu rejected; %zu files, %s", into,
               (unsigned long long)report->rows_read, (unsigned long long)report->rows_written,
               (unsigned long long)report->rows_skipped, (unsigned long long)report->rows_rejected,
               report->file_count, report_size(report->stored_bytes, size));
    say_reasons("skipped", report->skips, report->skip_count);
    say_rejects(report, published);
    if (published && report->zone_assumed)
        report_say(
            "zone: UTC from now on for this folder, as no mapping names one (`zone: Europe/Oslo`): days "
            "begin at midnight UTC");
    if (report->restored)
        report_say("this import was made before; files of it that were gone are back");
}

static void say_next(const struct command *command)
{
    report_say(
        "next: fourloop run --model model/ --data %s --as-of DAY --out out/ (`fourloop model init model/` "
        "makes a model)",
        command->flags[FLAG_INTO].text);
}

static json_t *json_of_reasons(const struct fl_import_reason *reasons, size_t count)
{
    json_t *object = json_object();
    for (size_t i = 0; i < count; i++)
        (void)json_object_set_new(object, reasons[i].words, json_integer((json_int_t)reasons[i].rows));
    return object;
}

static json_t *json_of(const struct fl_import_report *report)
{
    return json_pack(
        "{s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:s}", "import", report->import_id,
        "already_there", (int)report->already_there, "rows_read", (json_int_t)report->rows_read,
        "rows_written", (json_int_t)report->rows_written, "rows_skipped", (json_int_t)report->rows_skipped,
        "rows_rejected", (json_int_t)report->rows_rejected, "bytes_read", (json_int_t)report->bytes_read,
        "files", (json_int_t)report->file_count, "stored_bytes", (json_int_t)report->stored_bytes, "skipped",
        json_of_reasons(report->skips, report->skip_count), "rejected",
        json_of_reasons(report->rejects, report->reject_count), "reject_file", report->reject_path);
}

static enum fl_money_unit money_of(const struct command *command)
{
    const struct flag_value *money = &command->flags[FLAG_MONEY];
    if (!money->given)
        return FL_MONEY_NOT_SAID;
    return money->number == 1 ? FL_MONEY_MINOR : FL_MONEY_UNITS;
}

static fl_status import(const struct command *command, const struct fl_io *io, const struct fl_model *model,
                        unsigned threads, struct fl_import_report *report, struct fl_error *error)
{
    struct import_progress progress = {.size_bytes = sizes_of(command, io)};
    progress_start(&progress.line, "importing");
    const struct fl_import_plan plan = {
        .io = io,
        .folder = command->flags[FLAG_INTO].text,
        .mapping_path = command->flags[FLAG_MAP].text,
        .table = command->flags[FLAG_IMPORT_TABLE].text,
        .money = money_of(command),
        .inputs = (const char *const *)command->words,
        .input_count = command->word_count,
        .types = fl_model_types(model),
        .types_digest = fl_model_registry_digest(model),
        .has_arrival = command->flags[FLAG_ARRIVAL].given,
        .arrival_day = (int32_t)command->flags[FLAG_ARRIVAL].number,
        .memory_bytes = (uint64_t)command->flags[FLAG_MEMORY].number,
        .threads = threads,
        .rejects_max = (uint64_t)command->flags[FLAG_MAX_REJECTS].number,
        .again = command->flags[FLAG_AGAIN].given,
        .pseudonymous = command->flags[FLAG_PSEUDONYMOUS].given,
        .key_path = command->flags[FLAG_KEY_FILE].text,
        .progress = on_progress,
        .progress_context = &progress,
    };
    const fl_status status = fl_import(&plan, report, error);
    progress_end(&progress.line);
    return status;
}

fl_status verb_import(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    struct fl_model *model;
    unsigned threads;
    fl_status status = command_threads(command, &threads, error);
    if (status == FL_OK)
        status = open_types(command, io, &model, error);
    if (status != FL_OK)
        return status;
    struct fl_import_report report;
    memset(&report, 0, sizeof report);
    status = import(command, io, model, threads, &report, error);
    fl_model_free(model);
    if (status != FL_OK && status != FL_REJECTED)
        return status;
    say_report(command, &report, status == FL_OK);
    if (command->flags[FLAG_JSON].given) {
        const fl_status printed = report_json(json_of(&report), status == FL_OK ? error : NULL);
        if (status == FL_OK)
            status = printed;
    }
    if (status == FL_OK && !report.already_there)
        say_next(command);
    return status;
}
