/* command_help.c - the help texts, made of the tables of verbs and flags. */
#include <stdio.h>
#include <string.h>

#include "tools/fourloop/command_line.h"

enum { FLAG_COLUMN_WIDTH = 28, HELP_WIDTH = 100 };

/* `text` in lines of at most HELP_WIDTH, all but the first indented; the cursor stands at `indent`. */
static void print_wrapped(const char *text, int indent)
{
    int at = indent;
    while (*text != '\0') {
        const int size = (int)strcspn(text, " ");
        if (at > indent && at + 1 + size > HELP_WIDTH) {
            printf("\n%*s", indent, "");
            at = indent;
        }
        at += printf("%s%.*s", at > indent ? " " : "", size, text);
        text += size + (text[size] == ' ');
    }
    putchar('\n');
}

static void print_examples(const char *examples)
{
    printf("Examples:\n");
    while (*examples != '\0') {
        int size = (int)strcspn(examples, "\n");
        printf("  %.*s\n", size, examples);
        examples += size;
        if (*examples == '\n')
            examples++;
    }
}

static void print_flag(const struct flag_facts *flag, bool required)
{
    const int size = printf("  %s%s%s", flag->name, flag->argument == NULL ? "" : " ",
                            flag->argument == NULL ? "" : flag->argument);
    if (size < FLAG_COLUMN_WIDTH)
        printf("%*s", FLAG_COLUMN_WIDTH - size, "");
    else
        printf("\n%*s", FLAG_COLUMN_WIDTH, "");
    char help[256];
    if (flag->fallback != NULL)
        snprintf(help, sizeof help, "%s [%s]", flag->help, flag->fallback);
    else
        snprintf(help, sizeof help, "%s%s", flag->help, required ? " (required)" : "");
    print_wrapped(help, FLAG_COLUMN_WIDTH);
}

static void print_verb_help(enum verb verb)
{
    const struct verb_facts *facts = &verb_table[verb];
    printf("fourloop %s - %s\n\n", facts->name, facts->summary);
    print_examples(facts->examples);
    printf("\nUsage: fourloop %s [flags]%s%s\n", facts->name, facts->words[0] == '\0' ? "" : " ",
           facts->words);
    for (size_t flag = 0; flag < FLAG_COUNT; flag++) {
        const struct flag_facts *of = &flag_table[flag];
        if ((of->verbs >> verb & 1u) != 0)
            print_flag(of, (of->required >> verb & 1u) != 0);
    }
    printf("%-*sthis text\n", FLAG_COLUMN_WIDTH, "  -h, --help");
}

static void print_overview(void)
{
    printf("fourloop " FOURLOOP_VERSION
           " - scores a retailer's customers from what they did, every night\n\n");
    print_examples(
        "fourloop gen --customers 1000 --days 400 --out raw/\n"
        "fourloop import --map raw/mapping.yaml --arrival 2026-11-21 --into data/ raw/interactions.csv\n"
        "fourloop model init model/\n"
        "fourloop run --model model/ --data data/ --as-of 2026-11-20 --out out/\n"
        "fourloop export out/ --table customers --to csv -o customers.csv");
    printf("\nVerbs (each has its own --help):\n");
    for (size_t verb = 0; verb < VERB_COUNT; verb++)
        printf("  %-15s %s\n", verb_table[verb].name, verb_table[verb].summary);
    printf("\nData goes to the standard output, words to standard error. Exit codes:\n");
    printf(
        "   0 done, all of it; 64 usage; 65 bad data or too many rejected rows; 66 input missing;\n"
        "  70 internal; 71 out of memory; 73 cannot create; 74 reading or writing failed; 75 disk full or\n"
        "  locked, try again; 77 permission; 78 bad model or mapping; 99 nothing to do; 130 interrupted\n");
}

void command_print_help(const struct command *command)
{
    if (command->has_verb) {
        print_verb_help(command->verb);
        return;
    }
    if (command->group == NULL) {
        print_overview();
        return;
    }
    size_t size = strlen(command->group);
    bool first = true;
    for (size_t verb = 0; verb < VERB_COUNT; verb++) {
        const char *name = verb_table[verb].name;
        if (strncmp(name, command->group, size) != 0 || name[size] != ' ')
            continue;
        if (!first)
            putchar('\n');
        print_verb_help((enum verb)verb);
        first = false;
    }
}
