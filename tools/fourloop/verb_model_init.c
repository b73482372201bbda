/* verb_model_init.c - `fourloop model init`: writes the default model. */
#include "engine/fourloop.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/verbs.h"

fl_status verb_model_init(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    const char *path = command->words[0];
    const fl_status status = fl_model_init(io, path, command->flags[FLAG_CURRENCY].text, error);
    if (status != FL_OK)
        return status;
    report_say("%s: the default model; edit its files in a spreadsheet or an editor", path);
    report_say("next: fourloop model check %s", path);
    return FL_OK;
}
