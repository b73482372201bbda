/* verb_run.c - `fourloop run`: scores every customer as of a day. */
#include <string.h>

#include "engine/fourloop.h"
#include "formats/base/civil.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/run_folder_verb.h"
#include "tools/fourloop/verbs.h"

/* The last of the days that are scored, as it was given. */
static const char *last_day(const struct command *command)
{
    const char *days = command->flags[FLAG_REPLAY].text;
    return days == NULL ? command->flags[FLAG_AS_OF].text : strstr(days, "..") + 2;
}

static void say_clusters(const struct command *command, const struct fl_run_report *report)
{
    const bool has_night_before = command->flags[FLAG_PREVIOUS].given || report->nights > 1;
    if (report->cluster_count == 0)
        return;
    if (has_night_before)
        report_say("  %llu customers in %zu clusters, %llu of them moved since the night before",
                   (unsigned long long)report->clustered, report->cluster_count,
                   (unsigned long long)report->moved);
    else
        report_say("  %llu customers in %zu clusters", (unsigned long long)report->clustered,
                   report->cluster_count);
}

static void say_report(const struct command *command, const struct fl_run_report *report)
{
    const char *out = command->flags[FLAG_RUN_OUT].text;
    const bool is_replay = command->flags[FLAG_REPLAY].given;
    const struct fl_run_counts *counts = &report->counts;
    if (report->already_there) {
        report_say("%s: the complete run of the same inputs is there already, nothing was done", out);
        return;
    }
    if (is_replay)
        report_say("%s: %zu nights, %zu of them were there already; of the last:", out, report->nights,
                   report->nights_already_there);
    report_say("%s: %llu customers scored as of %s", out, (unsigned long long)counts->customers,
               last_day(command));
    report_say("  %llu rows: %llu scored, %llu after the day, %llu not yet known, %llu of unknown types",
               (unsigned long long)counts->rows_in, (unsigned long long)counts->scored,
               (unsigned long long)counts->after_as_of, (unsigned long long)counts->not_yet_known,
               (unsigned long long)counts->quarantined);
    if (counts->late_reported != 0)
        report_say(
            "  %llu rows arrived after their own day, %llu of them later than the model's late_report_days",
            (unsigned long long)counts->late, (unsigned long long)counts->late_reported);
    if (report->messages > 0)
        report_say("  %llu messages scanned, %llu tags of customers", (unsigned long long)report->messages,
                   (unsigned long long)report->tags);
    if (command->flags[FLAG_HITS].given)
        report_cut_hits(report->cut_messages);
    say_clusters(command, report);
    if (is_replay)
        report_say("next: fourloop diff %s/DAY %s/DAY", out, out);
    else
        report_say("next: fourloop export %s --table customers --to csv -o customers.csv", out);
}

static json_t *json_of_types(const struct fl_run_counts *counts)
{
    json_t *object = json_object();
    for (unsigned type = 0; type < 256; type++) {
        char name[8];
        if (counts->quarantined_by_type[type] == 0)
            continue;
        snprintf(name, sizeof name, "%u", type);
        (void)json_object_set_new(object, name, json_integer((json_int_t)counts->quarantined_by_type[type]));
    }
    return object;
}

static json_t *json_of(const struct command *command, const struct fl_run_report *report)
{
    const struct fl_run_counts *counts = &report->counts;
    return json_pack(
        "{s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:I, s:I, s:I, s:I}", "out",
        command->flags[FLAG_RUN_OUT].text, "as_of", last_day(command), "view",
        command->flags[FLAG_REPLAY].given ? "known-then" : command->flags[FLAG_VIEW].text, "already_there",
        (int)report->already_there, "nights", (json_int_t)report->nights, "customers",
        (json_int_t)counts->customers, "rows_in", (json_int_t)counts->rows_in, "scored",
        (json_int_t)counts->scored, "after_as_of", (json_int_t)counts->after_as_of, "not_yet_known",
        (json_int_t)counts->not_yet_known, "quarantined", (json_int_t)counts->quarantined, "late",
        (json_int_t)counts->late, "late_reported", (json_int_t)counts->late_reported, "quarantined_by_type",
        json_of_types(counts), "messages", (json_int_t)report->messages, "tags", (json_int_t)report->tags,
        "hits", (json_int_t)report->hits, "cut_messages", (json_int_t)report->cut_messages);
}

/* One of --as-of and --replay FROM..TO; a replay shows what each night knew then. */
static fl_status read_days(const struct command *command, struct fl_run_plan *plan, struct fl_error *error)
{
    const struct flag_value *as_of = &command->flags[FLAG_AS_OF], *replay = &command->flags[FLAG_REPLAY];
    if (as_of->given == replay->given)
        return fl_fail(error, FL_USAGE, "run wants one of --as-of DAY and --replay FROM..TO");
    if (as_of->given) {
        plan->as_of_day = (int32_t)as_of->number;
        return FL_OK;
    }
    const char *dots = strstr(replay->text, "..");
    plan->is_replay = true;
    if (dots == NULL || !fl_day_parse(replay->text, (size_t)(dots - replay->text), &plan->replay_from_day) ||
        !fl_day_parse(dots + 2, strlen(dots + 2), &plan->as_of_day))
        return fl_fail(error, FL_USAGE, "--replay wants two days, such as 2026-11-01..2026-11-28");
    if (command->flags[FLAG_VIEW].given && plan->view != FL_VIEW_KNOWN_THEN)
        return fl_fail(error, FL_USAGE, "a replay shows what was known then: leave --view known-now out");
    return FL_OK;
}

fl_status verb_run(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    static const struct run_folder_words words = {"scoring", say_report, json_of};
    struct fl_run_plan plan;
    fl_status status = run_folder_plan(command, io, &plan, error);
    if (status == FL_OK)
        status = read_days(command, &plan, error);
    if (status != FL_OK)
        return status;
    plan.previous = command->flags[FLAG_PREVIOUS].text;
    plan.columns = command->flags[FLAG_COLUMNS].text;
    return run_folder_make(command, &plan, &words, error);
}
