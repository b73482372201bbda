/* verb_model_check.c - `fourloop model check`: says what is wrong with a model, and what is odd. */
#include <stdio.h>

#include "engine/fourloop.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/verbs.h"

static size_t print_kind(const struct fl_model_remarks *remarks, enum fl_remark_kind kind, const char *head)
{
    size_t count = 0;
    for (size_t i = 0; i < remarks->count; i++) {
        if (remarks->list[i].kind != kind)
            continue;
        if (count++ == 0 && head != NULL)
            printf("\n%s\n", head);
        printf("%s%s\n", head == NULL ? "" : "  ", remarks->list[i].text);
    }
    return count;
}

fl_status verb_model_check(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    const char *path = command->words[0];
    struct fl_model_remarks *remarks;
    const fl_status status = fl_model_remark(io, path, &remarks, error);
    if (status != FL_OK)
        return status;
    print_kind(remarks, FL_REMARK_FILE, NULL);
    const size_t changes = print_kind(remarks, FL_REMARK_CHANGE, "not as in the default model:");
    const size_t oddities = print_kind(remarks, FL_REMARK_ODDITY, "hardly meant:");
    report_say("%s: model %s, %zu changes from the default, %zu oddities", path, remarks->hash, changes,
               oddities);
    report_say("next: fourloop model test %s", path);
    fl_model_remarks_free(remarks);
    return FL_OK;
}
