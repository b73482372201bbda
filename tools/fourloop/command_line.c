/* command_line.c - turns argv into a checked command. */
#include "tools/fourloop/command_line.h"

#include <stdio.h>
#include <string.h>

#include "formats/base/civil.h"
#include "formats/base/decimal.h"
#include "formats/base/text.h"

/* How the error message points to the help of a verb. */
#define SEE "; see `fourloop %s --help`"

static bool flag_is_of(enum flag flag, enum verb verb)
{
    return (flag_table[flag].verbs >> verb & 1u) != 0;
}

/* What stands behind `word` in the name of a verb of two words, such as `model init`; NULL if the verb is no
 * such. */
static const char *second_word(size_t verb, const char *word)
{
    const size_t size = strlen(word);
    const char *name = verb_table[verb].name;
    return strncmp(name, word, size) == 0 && name[size] == ' ' ? name + size + 1 : NULL;
}

static bool names_group(const char *word)
{
    size_t verb = 0;
    while (verb < VERB_COUNT && second_word(verb, word) == NULL)
        verb++;
    return verb < VERB_COUNT;
}

/* The verb that argv starts with; *used is the number of words its name takes. */
static bool find_verb(int argc, char **argv, enum verb *found, int *used)
{
    for (size_t verb = 0; verb < VERB_COUNT; verb++) {
        const char *name = verb_table[verb].name;
        const char *blank = strchr(name, ' ');
        size_t first_size = blank == NULL ? strlen(name) : (size_t)(blank - name);
        if (strlen(argv[1]) != first_size || strncmp(argv[1], name, first_size) != 0)
            continue;
        if (blank != NULL && (argc < 3 || strcmp(argv[2], blank + 1) != 0))
            continue;
        *found = (enum verb)verb;
        *used = blank == NULL ? 1 : 2;
        return true;
    }
    return false;
}

/* The name in `names` that was most likely meant, or NULL; owned by `names`. */
static const char *nearest(struct fl_names *names, const char *word)
{
    return names == NULL ? NULL : fl_names_nearest(names, fl_text_of(word));
}

static fl_status fail_second_word(const char *word, struct fl_error *error)
{
    char known[160] = "";
    size_t size = 0;
    for (size_t verb = 0; verb < VERB_COUNT; verb++) {
        const char *second = second_word(verb, word);
        if (second != NULL && size < sizeof known)
            size +=
                (size_t)snprintf(known + size, sizeof known - size, "%s%s", size == 0 ? "" : ", ", second);
    }
    return fl_fail(error, FL_USAGE, "`%s` needs a second word: one of %s" SEE, word, known, word);
}

static fl_status fail_unknown_verb(const char *word, struct fl_error *error)
{
    if (names_group(word))
        return fail_second_word(word, error);
    struct fl_names *names = fl_names_create();
    for (size_t verb = 0; names != NULL && verb < VERB_COUNT; verb++)
        (void)fl_names_add(names, fl_text_of(verb_table[verb].name), 0);
    const char *meant = nearest(names, word);
    if (meant != NULL)
        fl_fail(error, FL_USAGE, "no verb `%s`; did you mean `%s`?", word, meant);
    else
        fl_fail(error, FL_USAGE, "no verb `%s`; see `fourloop --help`", word);
    fl_names_free(names);
    return FL_USAGE;
}

static fl_status fail_unknown_flag(enum verb verb, const char *word, struct fl_error *error)
{
    struct fl_names *names = fl_names_create();
    for (size_t flag = 0; names != NULL && flag < FLAG_COUNT; flag++) {
        if (flag_is_of((enum flag)flag, verb))
            (void)fl_names_add(names, fl_text_of(flag_table[flag].name), 0);
    }
    const char *meant = nearest(names, word);
    const char *name = verb_table[verb].name;
    if (meant != NULL)
        fl_fail(error, FL_USAGE, "%s: no flag `%s`; did you mean `%s`?", name, word, meant);
    else
        fl_fail(error, FL_USAGE, "%s: no flag `%s`" SEE, name, word, name);
    fl_names_free(names);
    return FL_USAGE;
}

/* Digits with an optional K, M or G (powers of 1024). */
static bool parse_size(const char *text, int64_t *bytes)
{
    size_t size = strlen(text);
    if (size == 0)
        return false;
    static const char units[] = "KMG";
    const char *unit = strchr(units, text[size - 1]);
    int64_t factor = 1;
    if (unit != NULL) {
        factor = INT64_C(1) << (10 * (unit - units + 1));
        size--;
    }
    int64_t count;
    if (!fl_integer_parse(text, size, &count) || count < 0)
        return false;
    return !__builtin_mul_overflow(count, factor, bytes);
}

/* The index of `text` in "one|two|three". */
static bool parse_choice(const char *choices, const char *text, int64_t *index)
{
    size_t size = strlen(text);
    const char *at = choices;
    for (*index = 0; size > 0; (*index)++) {
        size_t word_size = strcspn(at, "|");
        if (word_size == size && memcmp(at, text, size) == 0)
            return true;
        if (at[word_size] == '\0')
            return false;
        at += word_size + 1;
    }
    return false;
}

static bool parse_value(const struct flag_facts *facts, const char *text, int64_t *number)
{
    int32_t day;
    switch (facts->kind) {
    case FLAG_KIND_SWITCH:
        *number = 1;
        return true;
    case FLAG_KIND_TEXT:
        return text[0] != '\0';
    case FLAG_KIND_COUNT:
        return fl_integer_parse(text, strlen(text), number) && *number >= 0;
    case FLAG_KIND_SIZE:
        return parse_size(text, number);
    case FLAG_KIND_CHOICE:
        return parse_choice(facts->argument, text, number);
    case FLAG_KIND_DAY:
        if (!fl_day_parse(text, strlen(text), &day))
            return false;
        *number = day;
        return true;
    }
    return false;
}

static const char *kind_words(enum flag_kind kind)
{
    switch (kind) {
    case FLAG_KIND_COUNT:
        return "a whole number from 0";
    case FLAG_KIND_SIZE:
        return "a size such as 512M or 4G";
    case FLAG_KIND_DAY:
        return "a day of the calendar as YYYY-MM-DD";
    case FLAG_KIND_SWITCH:
    case FLAG_KIND_TEXT:
    case FLAG_KIND_CHOICE:
        break;
    }
    return "a text that is not empty";
}

static fl_status set_flag(struct command *command, enum flag flag, const char *text, struct fl_error *error)
{
    const struct flag_facts *facts = &flag_table[flag];
    const char *verb_name = verb_table[command->verb].name;
    struct flag_value *value = &command->flags[flag];
    if (value->given)
        return fl_fail(error, FL_USAGE, "%s: %s is given twice", verb_name, facts->name);
    value->given = true;
    value->text = text;
    if (parse_value(facts, text, &value->number))
        return FL_OK;
    const char *wanted = facts->kind == FLAG_KIND_CHOICE ? facts->argument : kind_words(facts->kind);
    return fl_fail(error, FL_USAGE, "%s: %s takes %s, not `%s`", verb_name, facts->name, wanted, text);
}

/* Whether `word` is flag `name`, alone or as name=value; *value is then what follows the mark, or NULL. */
static bool word_is_flag(const char *word, const char *name, const char **value)
{
    size_t size = strlen(name);
    if (strncmp(word, name, size) != 0 || (word[size] != '\0' && word[size] != '='))
        return false;
    *value = word[size] == '=' ? word + size + 1 : NULL;
    return true;
}

/* Takes the flag at argv[*at] with its value; *at stays on the last word taken. */
static fl_status take_flag(struct command *command, int argc, char **argv, int *at, struct fl_error *error)
{
    const char *verb_name = verb_table[command->verb].name;
    for (size_t flag = 0; flag < FLAG_COUNT; flag++) {
        const struct flag_facts *facts = &flag_table[flag];
        const char *value;
        if (!flag_is_of((enum flag)flag, command->verb) || !word_is_flag(argv[*at], facts->name, &value))
            continue;
        if (facts->kind == FLAG_KIND_SWITCH) {
            if (value != NULL)
                return fl_fail(error, FL_USAGE, "%s: %s takes no value", verb_name, facts->name);
            return set_flag(command, (enum flag)flag, "", error);
        }
        if (value == NULL) {
            if (*at + 1 >= argc)
                return fl_fail(error, FL_USAGE, "%s: %s needs its %s", verb_name, facts->name,
                               facts->argument);
            value = argv[++*at];
        }
        return set_flag(command, (enum flag)flag, value, error);
    }
    return fail_unknown_flag(command->verb, argv[*at], error);
}

static fl_status check_complete(struct command *command, struct fl_error *error)
{
    const struct verb_facts *verb = &verb_table[command->verb];
    for (size_t flag = 0; flag < FLAG_COUNT; flag++) {
        const struct flag_facts *facts = &flag_table[flag];
        struct flag_value *value = &command->flags[flag];
        if (value->given || !flag_is_of((enum flag)flag, command->verb))
            continue;
        if ((facts->required >> command->verb & 1u) != 0)
            return fl_fail(error, FL_USAGE, "%s: %s %s is missing" SEE, verb->name, facts->name,
                           facts->argument, verb->name);
        if (facts->fallback == NULL)
            continue;
        (void)set_flag(command, (enum flag)flag, facts->fallback, NULL);
        value->given = false;
    }
    if (command->word_count < verb->words_min)
        return fl_fail(error, FL_USAGE, "%s: %s is missing" SEE, verb->name, verb->words, verb->name);
    if (command->word_count > verb->words_max)
        return fl_fail(error, FL_USAGE, "%s: `%s` is one word too many" SEE, verb->name,
                       command->words[verb->words_max], verb->name);
    return FL_OK;
}

static bool asks_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static bool is_flag(const char *word)
{
    return word[0] == '-' && word[1] != '\0'; /* "-" alone is standard input */
}

/* Flags and words of the verb, from argv[at] on; the words are gathered at the front of that range. */
static fl_status parse_rest(int argc, char **argv, int at, struct command *command, struct fl_error *error)
{
    char **const words = argv + at;
    command->words = words;
    bool words_only = false;
    for (; at < argc; at++) {
        if (words_only || !is_flag(argv[at])) {
            words[command->word_count++] = argv[at];
        } else if (strcmp(argv[at], "--") == 0) {
            words_only = true;
        } else if (asks_help(argv[at])) {
            command->wish = WISH_HELP;
            return FL_OK;
        } else if (take_flag(command, argc, argv, &at, error) != FL_OK) {
            return FL_USAGE;
        }
    }
    return check_complete(command, error);
}

fl_status command_parse(int argc, char **argv, struct command *command, struct fl_error *error)
{
    *command = (struct command){.wish = WISH_PERFORM};
    if (argc < 2)
        return fl_fail(error, FL_USAGE, "a verb is missing; see `fourloop --help`");
    if (asks_help(argv[1])) {
        command->wish = WISH_HELP;
        return FL_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        command->wish = WISH_VERSION;
        return FL_OK;
    }
    int used;
    if (!find_verb(argc, argv, &command->verb, &used)) {
        if (!names_group(argv[1]) || argc < 3 || !asks_help(argv[2]))
            return fail_unknown_verb(argv[1], error);
        command->wish = WISH_HELP;
        command->group = argv[1];
        return FL_OK;
    }
    command->has_verb = true;
    return parse_rest(argc, argv, used + 1, command, error);
}

fl_status command_threads(const struct command *command, unsigned *threads, struct fl_error *error)
{
    const int64_t wanted = command->flags[FLAG_THREADS].number;
    if (wanted < 1 || wanted > 1024)
        return fl_fail(error, FL_USAGE, "%s: --threads %lld, at least 1 and at most 1024 are possible",
                       verb_table[command->verb].name, (long long)wanted);
    *threads = (unsigned)wanted;
    return FL_OK;
}
