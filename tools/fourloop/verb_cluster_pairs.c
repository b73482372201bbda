/* verb_cluster_pairs.c - `fourloop cluster pairs`: which categories or products are bought together. */
#include "engine/clusters/cluster_pairs.h"
#include "formats/base/civil.h"
#include "tools/fourloop/output_file.h"
#include "tools/fourloop/progress.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/verbs.h"

static int on_progress(void *context, uint64_t rows_done, uint64_t rows_all)
{
    struct progress *progress = context;
    return progress_step(progress, rows_done, rows_done, rows_all);
}

static void say_why_empty(const struct command *command, const struct fl_cluster_pairs_report *report)
{
    const bool categories = command->flags[FLAG_PAIRS_OF].number == 0;
    if (report->lines == 0)
        report_say("  no purchase is of these days: --as-of and model.yaml (baskets) say which they are");
    else
        report_say("  no purchase of these days names a %s: %s", categories ? "category" : "product",
                   categories
                       ? "import one, or the products with theirs (--table products), or take --of products"
                       : "import it, or take --of categories");
}

static void say_report(const struct command *command, const struct fl_cluster_pairs_report *report)
{
    const char *of = command->flags[FLAG_PAIRS_OF].text;
    char first_day[11];
    fl_day_format(report->first_day, first_day);
    report_say("%s: %llu baskets of %llu lines with %llu %s, from %s to %s", command->flags[FLAG_DATA].text,
               (unsigned long long)report->baskets, (unsigned long long)report->lines,
               (unsigned long long)report->items, of, first_day, command->flags[FLAG_AS_OF].text);
    if (report->items == 0)
        say_why_empty(command, report);
    if (report->cut > 0)
        report_say("  %llu baskets were cut to their 100 largest lines", (unsigned long long)report->cut);
    if (command->flags[FLAG_MATRIX].given)
        report_say("  %llu pairs in %s baskets or more lift each other: %llu offers",
                   (unsigned long long)report->pairs, command->flags[FLAG_MIN_BASKETS].text,
                   (unsigned long long)report->written);
    else
        report_say("  %llu pairs in %s baskets or more, %llu of them written",
                   (unsigned long long)report->pairs, command->flags[FLAG_MIN_BASKETS].text,
                   (unsigned long long)report->written);
}

static fl_status check_flags(const struct command *command, struct fl_error *error)
{
    const struct flag_value *flags = command->flags;
    static const enum flag counts[] = {FLAG_MIN_BASKETS, FLAG_TOP, FLAG_OFFERS};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        const struct flag_value *flag = &flags[counts[i]];
        if (flag->text != NULL && (flag->number < 1 || flag->number > UINT32_MAX))
            return fl_fail(error, FL_USAGE, "cluster pairs: %s %s: a number from 1 to %u",
                           flag_table[counts[i]].name, flag->text, UINT32_MAX);
    }
    if (flags[FLAG_MATRIX].given && flags[FLAG_TOP].given)
        return fl_fail(error, FL_USAGE,
                       "cluster pairs: --top means nothing with --matrix: --offers says how many for each");
    if (!flags[FLAG_MATRIX].given && flags[FLAG_OFFERS].given)
        return fl_fail(error, FL_USAGE, "cluster pairs: --offers means nothing without --matrix");
    return FL_OK;
}

static fl_status write_rows(const struct command *command, const struct fl_cluster_pairs_plan *plan,
                            struct fl_cluster_pairs_report *report, struct fl_error *error)
{
    const char *path = command->flags[FLAG_PAIRS_OUT].text;
    struct output_file file;
    fl_status status = output_file_create(plan->io, path, &file, error);
    if (status != FL_OK)
        return status;
    fl_output_without_digest(file.output);
    status = fl_cluster_pairs(plan, file.output, report, error);
    return output_file_finish(&file, status, error);
}

fl_status verb_cluster_pairs(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    const struct flag_value *flags = command->flags;
    unsigned threads;
    fl_status status = check_flags(command, error);
    if (status == FL_OK)
        status = command_threads(command, &threads, error);
    if (status != FL_OK)
        return status;
    struct progress progress;
    progress_start(&progress, "reading baskets");
    const struct fl_cluster_pairs_plan plan = {
        .io = io,
        .model = flags[FLAG_MODEL].text,
        .data = flags[FLAG_DATA].text,
        .as_of_day = (int32_t)flags[FLAG_AS_OF].number,
        .items = flags[FLAG_PAIRS_OF].number == 0 ? FL_WORDED_CATEGORY : FL_WORDED_PRODUCT,
        .baskets_min = (uint32_t)flags[FLAG_MIN_BASKETS].number,
        .pairs_max = flags[FLAG_TOP].given ? (size_t)flags[FLAG_TOP].number : 0,
        .offers_max = flags[FLAG_MATRIX].given ? (size_t)flags[FLAG_OFFERS].number : 0,
        .to_ndjson = flags[FLAG_PAIRS_TO].number == 1,
        .io_mode = flags[FLAG_IO].number == 0 ? FL_IO_MAP : FL_IO_COPY,
        .memory_bytes = (uint64_t)flags[FLAG_MEMORY].number,
        .threads = threads,
        .progress = on_progress,
        .progress_context = &progress,
    };
    struct fl_cluster_pairs_report report;
    status = write_rows(command, &plan, &report, error);
    progress_end(&progress);
    if (status == FL_OK)
        say_report(command, &report);
    return status;
}
