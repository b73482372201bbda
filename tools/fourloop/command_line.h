/* command_line.h - what the user asked for, parsed and checked by the tables of verbs and flags. */
#ifndef TOOLS_FOURLOOP_COMMAND_LINE_H
#define TOOLS_FOURLOOP_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/io.h"
#include "formats/base/status.h"

enum { WORDS_ANY = 1 << 20 };

enum verb {
#define FL_VERB(upper, lower, name, words, words_min, words_max, publishes, summary, examples) VERB_##upper,
#include "tools/fourloop/verbs.def"
#undef FL_VERB
    VERB_COUNT
};

enum flag {
#define FL_FLAG(upper, name, argument, kind, fallback, verbs, required, help) FLAG_##upper,
#include "tools/fourloop/flags.def"
#undef FL_FLAG
    FLAG_COUNT
};

enum flag_kind {
    FLAG_KIND_SWITCH,
    FLAG_KIND_TEXT,
    FLAG_KIND_COUNT,
    FLAG_KIND_SIZE,
    FLAG_KIND_DAY,
    FLAG_KIND_CHOICE
};

struct flag_facts {
    const char *name;
    const char *argument; /* NULL for a switch */
    enum flag_kind kind;
    const char *fallback;     /* NULL: none */
    uint32_t verbs, required; /* one bit a verb */
    const char *help;
};

struct verb_facts {
    const char *name;
    const char *words;
    size_t words_min, words_max;
    bool publishes;
    const char *summary;
    const char *examples; /* one a line */
};

extern const struct verb_facts verb_table[VERB_COUNT];
extern const struct flag_facts flag_table[FLAG_COUNT];

struct flag_value {
    bool given;       /* on the command line, not by the fallback */
    const char *text; /* NULL: neither given nor a fallback */
    int64_t number;   /* COUNT, SIZE in bytes, DAY since 1970-01-01, index of a CHOICE, 1 for a switch */
};

enum wish { WISH_PERFORM, WISH_HELP, WISH_VERSION };

/* Everything points into argv or the tables. */
struct command {
    enum wish wish;
    bool has_verb;     /* WISH_HELP only: false asks for the overview */
    const char *group; /* WISH_HELP only: the help of all verbs that start with this word */
    enum verb verb;
    struct flag_value flags[FLAG_COUNT];
    char *const *words; /* what is left: files, a folder, a customer */
    size_t word_count;
};

/* FL_USAGE names what is wrong, with the nearest verb or flag. Reorders argv: words go to the end in their
 * order. */
fl_status command_parse(int argc, char **argv, struct command *command, struct fl_error *error);

/* The number of --threads; FL_USAGE when there cannot be so many. */
fl_status command_threads(const struct command *command, unsigned *threads, struct fl_error *error);

/* Prints what WISH_HELP asks for to stdout. */
void command_print_help(const struct command *command);

#endif
