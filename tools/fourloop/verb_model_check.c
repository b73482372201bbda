/* verb_model_check.c - `fourloop model check`: says what is wrong with a model. */
#include "engine/fourloop.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/verbs.h"

fl_status verb_model_check(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    const char *path = command->words[0];
    struct fl_model *model;
    const fl_status status = fl_model_open(io, path, &model, error);
    if (status != FL_OK)
        return status;
    report_say("%s: %u interaction types, model %s", path, fl_model_type_count(model), fl_model_hash(model));
    report_say("next: fourloop run --model %s --data data/ --as-of DAY --out out/", path);
    fl_model_free(model);
    return FL_OK;
}
