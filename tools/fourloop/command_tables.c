/* command_tables.c - the lists of verbs and flags as tables to walk. */
#include "formats/exporters/export_walk.h"
#include "tools/fourloop/command_line.h"
#include "tools/fourloop/sql_dialect.h"

#define FL_VERB(upper, lower, name, words, words_min, words_max, publishes, summary, examples)               \
    [VERB_##upper] = {(name), (words), (words_min), (words_max), (publishes), (summary), (examples)},
const struct verb_facts verb_table[VERB_COUNT] = {
#include "tools/fourloop/verbs.def"
};
#undef FL_VERB

#define ON(verb) (1u << VERB_##verb)
#define FL_FLAG(upper, name, argument, kind, fallback, verbs, required, help)                                \
    [FLAG_##upper] = {(name), (argument), FLAG_KIND_##kind, (fallback), (verbs), (required), (help)},
const struct flag_facts flag_table[FLAG_COUNT] = {
#include "tools/fourloop/flags.def"
};
#undef FL_FLAG

_Static_assert(VERB_COUNT <= 32, "a set of verbs is 32 bits");
