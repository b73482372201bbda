/* verb_keywords_test.c - `fourloop keywords test`: shows what a keyword list finds in messages, and why not
 * more.
 */
#include <stdio.h>
#include <unistd.h>

#include "tools/fourloop/report.h"
#include "tools/fourloop/text_input.h"
#include "tools/fourloop/trial_report.h"
#include "tools/fourloop/verbs.h"

/* How messages are shown. */
struct show {
    bool json, colour;
};

static fl_status show_message(void *context, const struct fl_traced_message *message, struct fl_error *error)
{
    const struct show *show = context;
    if (show->json)
        return report_json(trial_json(message), error);
    return trial_print(message, show->colour, error);
}

static void say_counts(const struct fl_keyword_trial_plan *plan, const struct fl_keyword_trial_counts *counts)
{
    const uint64_t without = counts->messages - counts->tagged - counts->close;
    const bool are_shown = plan->takes_all || plan->message_line != 0 || without == 0;
    report_say("%s: %llu messages, %llu with a hit, %llu with none but nearly, %llu with nothing%s",
               plan->source.shown, (unsigned long long)counts->messages, (unsigned long long)counts->tagged,
               (unsigned long long)counts->close, (unsigned long long)without,
               are_shown ? "" : " (--all shows them too)");
}

fl_status verb_keywords_test(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    const struct flag_value *flags = command->flags;
    struct show show = {.json = flags[FLAG_TRIAL_JSON].given, .colour = isatty(STDOUT_FILENO) == 1};
    struct fl_keyword_trial_plan plan = {.model = flags[FLAG_TRIAL_MODEL].text,
                                         .rule_line = (uint64_t)flags[FLAG_TRIAL_RULE].number,
                                         .tag = flags[FLAG_TRIAL_TAG].text,
                                         .message_line = (uint64_t)flags[FLAG_TRIAL_MESSAGE].number,
                                         .takes_all = flags[FLAG_TRIAL_ALL].given,
                                         .take = show_message,
                                         .context = &show};
    struct fl_keyword_trial_counts counts;
    fl_status status = text_input_open(io, command->words[0], flags[FLAG_FROM].number, &plan.source, error);
    if (status != FL_OK)
        return status;
    status = fl_keyword_trial(&plan, &counts, error);
    text_input_close(&plan.source);
    if (status == FL_OK)
        say_counts(&plan, &counts);
    return status;
}
