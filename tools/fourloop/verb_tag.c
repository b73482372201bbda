/* verb_tag.c - `fourloop tag`: the tags of customers as of a day, from what they wrote. */
#include "engine/fourloop.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/run_folder_verb.h"
#include "tools/fourloop/tag_text.h"
#include "tools/fourloop/verbs.h"

static void say_report(const struct command *command, const struct fl_run_report *report)
{
    const char *out = command->flags[FLAG_RUN_OUT].text;
    if (report->already_there) {
        report_say("%s: the same tags of the same inputs are there already, nothing was done", out);
        return;
    }
    report_say("%s: %llu tags of customers as of %s, from %llu messages", out,
               (unsigned long long)report->tags, command->flags[FLAG_AS_OF].text,
               (unsigned long long)report->messages);
    if (command->flags[FLAG_HITS].given) {
        report_say("  %llu hits in messages", (unsigned long long)report->hits);
        report_cut_hits(report->cut_messages);
    }
    report_say("next: fourloop export %s --table tags --to csv -o tags.csv", out);
}

static json_t *json_of(const struct command *command, const struct fl_run_report *report)
{
    return json_pack("{s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:I}", "out", command->flags[FLAG_RUN_OUT].text,
                     "as_of", command->flags[FLAG_AS_OF].text, "view", command->flags[FLAG_VIEW].text,
                     "already_there", (int)report->already_there, "messages", (json_int_t)report->messages,
                     "tags", (json_int_t)report->tags, "hits", (json_int_t)report->hits, "cut_messages",
                     (json_int_t)report->cut_messages);
}

static fl_status tag_folder(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    static const struct run_folder_words words = {"tagging", say_report, json_of};
    struct fl_run_plan plan;
    const fl_status status = run_folder_plan(command, io, &plan, error);
    if (status != FL_OK)
        return status;
    plan.as_of_day = (int32_t)command->flags[FLAG_AS_OF].number;
    plan.tags_only = true;
    return run_folder_make(command, &plan, &words, error);
}

/* A verb of two kinds of input: each takes its own flags. */
static fl_status check_flags(const struct command *command, bool text, struct fl_error *error)
{
    static const enum flag of_folder[] = {FLAG_DATA,           FLAG_AS_OF, FLAG_RUN_OUT, FLAG_HITS,
                                          FLAG_VIEW,           FLAG_IO,    FLAG_THREADS, FLAG_MEMORY,
                                          FLAG_SKIP_UNCHANGED, FLAG_JSON};
    static const enum flag of_text[] = {FLAG_FROM, FLAG_TAG_TO, FLAG_TAG_OUT};
    static const enum flag needed[] = {FLAG_DATA, FLAG_AS_OF, FLAG_RUN_OUT};
    const enum flag *const others = text ? of_folder : of_text;
    const size_t count = text ? sizeof of_folder / sizeof of_folder[0] : sizeof of_text / sizeof of_text[0];
    for (size_t i = 0; i < count; i++) {
        if (command->flags[others[i]].given)
            return fl_fail(error, FL_USAGE, "tag: %s means nothing %s --text", flag_table[others[i]].name,
                           text ? "with" : "without");
    }
    for (size_t i = 0; i < sizeof needed / sizeof needed[0] && !text; i++) {
        if (!command->flags[needed[i]].given)
            return fl_fail(error, FL_USAGE, "tag: %s is missing; or --text FILE, for messages of a file",
                           flag_table[needed[i]].name);
    }
    return FL_OK;
}

fl_status verb_tag(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    const bool text = command->flags[FLAG_TAG_TEXT].given;
    const fl_status status = check_flags(command, text, error);
    if (status != FL_OK)
        return status;
    return text ? tag_text(command, io, error) : tag_folder(command, io, error);
}
