/* verb_cluster_assign.c - `fourloop cluster assign`: the cluster of every customer as of a day. */
#include "engine/fourloop.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/run_folder_verb.h"
#include "tools/fourloop/shown_text.h"
#include "tools/fourloop/verbs.h"

static const char columns[] =
    "baskets,breadth,range,basket_confidence,cluster,cluster_name,cluster_distance,cluster_second,"
    "cluster_second_distance,cluster_pending,cluster_pending_nights,cluster_before";

static void say_clusters(const struct command *command, const struct fl_run_report *report)
{
    const bool moves = command->flags[FLAG_PREVIOUS].given;
    for (size_t i = 0; i < report->cluster_count; i++) {
        const struct fl_run_cluster *cluster = &report->clusters[i];
        char text[FL_RUN_CLUSTER_NAME_SIZE];
        const char *name = shown_text_copy(fl_text_of(cluster->name), text);
        if (moves)
            report_say("  %u %s: %llu customers, %llu came, %llu left", (unsigned)cluster->number, name,
                       (unsigned long long)cluster->customers, (unsigned long long)cluster->came,
                       (unsigned long long)cluster->left);
        else
            report_say("  %u %s: %llu customers", (unsigned)cluster->number, name,
                       (unsigned long long)cluster->customers);
    }
}

static void say_report(const struct command *command, const struct fl_run_report *report)
{
    const char *out = command->flags[FLAG_RUN_OUT].text;
    if (report->already_there) {
        report_say("%s: the same clusters of the same inputs are there already, nothing was done", out);
        return;
    }
    report_say("%s: %llu of %llu customers have a cluster as of %s", out,
               (unsigned long long)report->clustered, (unsigned long long)report->counts.customers,
               command->flags[FLAG_AS_OF].text);
    if (report->counts.customers == 0)
        report_say("  no row of %s is of that day or before", command->flags[FLAG_DATA].text);
    else if (report->clustered == 0)
        report_say("  nobody has enough baskets (model.yaml: baskets) of the categories in clusters.yaml");
    say_clusters(command, report);
    if (command->flags[FLAG_PREVIOUS].given)
        report_say(
            "  %llu moved from one cluster to another; from which to which: fourloop export %s --table "
            "transitions --to csv",
            (unsigned long long)report->moved, out);
    report_say("next: fourloop export %s --table customers --to csv -o clusters.csv", out);
}

static json_t *json_of_clusters(const struct fl_run_report *report)
{
    json_t *list = json_array();
    for (size_t i = 0; i < report->cluster_count; i++) {
        const struct fl_run_cluster *cluster = &report->clusters[i];
        (void)json_array_append_new(
            list, json_pack("{s:I, s:s, s:I, s:I, s:I}", "cluster", (json_int_t)cluster->number, "name",
                            cluster->name, "customers", (json_int_t)cluster->customers, "came",
                            (json_int_t)cluster->came, "left", (json_int_t)cluster->left));
    }
    return list;
}

static json_t *json_of(const struct command *command, const struct fl_run_report *report)
{
    return json_pack("{s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:o}", "out", command->flags[FLAG_RUN_OUT].text,
                     "as_of", command->flags[FLAG_AS_OF].text, "view", command->flags[FLAG_VIEW].text,
                     "already_there", (int)report->already_there, "customers",
                     (json_int_t)report->counts.customers, "clustered", (json_int_t)report->clustered,
                     "moved", (json_int_t)report->moved, "clusters", json_of_clusters(report));
}

fl_status verb_cluster_assign(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    static const struct run_folder_words words = {"assigning", say_report, json_of};
    struct fl_run_plan plan;
    const fl_status status = run_folder_plan(command, io, &plan, error);
    if (status != FL_OK)
        return status;
    plan.as_of_day = (int32_t)command->flags[FLAG_AS_OF].number;
    plan.previous = command->flags[FLAG_PREVIOUS].text;
    plan.columns = columns;
    plan.needs_clusters = true;
    return run_folder_make(command, &plan, &words, error);
}
