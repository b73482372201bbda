/* verb_explain.c - `fourloop explain`: shows where the numbers of one customer come from. */
#include "engine/fourloop.h"
#include "tools/fourloop/explain_report.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/verbs.h"

fl_status verb_explain(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    const struct fl_explain_plan plan = {
        .io = io,
        .run = command->flags[FLAG_RUN_DIR].text,
        .data = command->flags[FLAG_DATA].text,
        .customer = command->words[0],
        .scope = command->flags[FLAG_EXPLAIN_SCOPE].given ? command->flags[FLAG_EXPLAIN_SCOPE].text : NULL,
        .days = (size_t)command->flags[FLAG_EXPLAIN_DAYS].number};
    struct fl_explanation explanation;
    fl_status status = fl_explain(&plan, &explanation, error);
    if (status != FL_OK)
        return status;
    if (command->flags[FLAG_JSON].given)
        status = report_json(explain_json(&explanation), error);
    else
        explain_print(&explanation);
    fl_explanation_release(&explanation);
    return status;
}
