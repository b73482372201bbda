/* main.c - from the command line to one verb's work to the exit code. */
#include <stdio.h>

#include "formats/base/cpu.h"
#include "formats/base/json_memory.h"
#include "tools/fourloop/command_line.h"
#include "tools/fourloop/guarded_io.h"
#include "tools/fourloop/process.h"
#include "tools/fourloop/verbs.h"

enum { SHOWN_ERROR_SIZE = FL_ERROR_MESSAGE_SIZE + FL_ERROR_PATH_SIZE + 256 };

#define FL_VERB(upper, lower, name, words, words_min, words_max, publishes, summary, examples)               \
    [VERB_##upper] = verb_##lower,
static fl_status (*const work_of[VERB_COUNT])(const struct command *command, const struct fl_io *io,
                                              struct fl_error *error) = {
#include "tools/fourloop/verbs.def"
};
#undef FL_VERB

static fl_status perform(const struct command *command, struct fl_error *error)
{
    struct fl_io io;
    guarded_io_init(&io);
    fl_json_watch_memory(); /* for report_json() */
    process_explain_cpp_end();
    process_set_signals(verb_table[command->verb].publishes);
    return work_of[command->verb](command, &io, error);
}

static fl_status fulfil(const struct command *command, struct fl_error *error)
{
    switch (command->wish) {
    case WISH_HELP:
        command_print_help(command);
        return FL_OK;
    case WISH_VERSION:
        printf("fourloop " FOURLOOP_VERSION "\n");
        return FL_OK;
    case WISH_PERFORM:
        break;
    }
    return perform(command, error);
}

int main(int argc, char **argv)
{
    process_prepare();
    struct fl_error error;
    fl_error_clear(&error);
    struct command command;
    fl_status status = fl_cpu_check_wish(&error);
    if (status == FL_OK)
        status = command_parse(argc, argv, &command, &error);
    if (status == FL_OK)
        status = fulfil(&command, &error);
    if (status == FL_OK)
        status = process_finish_stdout(&error);
    if (status != FL_OK && status != FL_UNCHANGED) {
        char shown[SHOWN_ERROR_SIZE];
        fl_error_format(&error, shown, (int)sizeof shown);
        fflush(stdout); /* what was said before the failure comes first */
        fprintf(stderr, "fourloop: error %s: %s\n", fl_status_name(status), shown);
    }
    return fl_status_exit_code(status);
}
