/* man_page.c - the manual page, for man(1). */
#include <string.h>

#include "tools/pages/pages.h"

/* Text of a line: what troff would take for its own is escaped. */
static void put(FILE *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        (void)fputs("\\&", out);
    for (; *text != '\0'; text++) {
        if (*text == '-')
            (void)fputs("\\-", out);
        else if (*text == '\\')
            (void)fputs("\\e", out);
        else
            (void)fputc(*text, out);
    }
}

static void put_examples(FILE *out, const char *examples)
{
    (void)fputs(".PP\n.nf\n.RS\n", out);
    for (; *examples != '\0'; examples += *examples == '\n') {
        char line[256];
        const size_t size = strcspn(examples, "\n");
        (void)snprintf(line, sizeof line, "%.*s", (int)size, examples);
        put(out, line);
        (void)fputc('\n', out);
        examples += size;
    }
    (void)fputs(".RE\n.fi\n", out);
}

static void put_flag(FILE *out, const struct flag_facts *flag, bool required)
{
    (void)fputs(".TP\n\\fB", out);
    put(out, flag->name);
    (void)fputs("\\fR", out);
    if (flag->argument != NULL) {
        (void)fputs(" \\fI", out);
        put(out, flag->argument);
        (void)fputs("\\fR", out);
    }
    (void)fputc('\n', out);
    put(out, flag->help);
    if (flag->fallback != NULL) {
        (void)fputs(" [", out);
        put(out, flag->fallback);
        (void)fputc(']', out);
    }
    (void)fputs(required ? " (required)\n" : "\n", out);
}

static void put_verb(FILE *out, size_t verb)
{
    const struct verb_facts *facts = &verb_table[verb];
    (void)fputs(".SS fourloop ", out);
    put(out, facts->name);
    (void)fputs(" [flags] ", out);
    put(out, facts->words);
    (void)fputc('\n', out);
    put(out, facts->summary);
    (void)fputs(".\n", out);
    put_examples(out, facts->examples);
    for (size_t flag = 0; flag < FLAG_COUNT; flag++) {
        if (pages_flag_is_of(flag, verb))
            put_flag(out, &flag_table[flag], (flag_table[flag].required >> verb & 1u) != 0);
    }
}

/* Statuses that share an exit code stand side by side in their list. */
static void put_exit_codes(FILE *out)
{
    static const struct {
        int code;
        const char *words;
    } statuses[] = {
#define X(value, name, exit_code, words) {(exit_code), (words)},
        FL_STATUS_LIST(X)
#undef X
    };
    int last = -1;
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        if (statuses[i].code != last)
            (void)fprintf(out, "%s.TP\n.B %d\n", i == 0 ? "" : "\n", statuses[i].code);
        else
            (void)fputs("; ", out);
        put(out, statuses[i].words);
        last = statuses[i].code;
    }
    (void)fputc('\n', out);
}

void pages_print_man(FILE *out)
{
    (void)fputs(
        ".TH FOURLOOP 1 \"\" \"fourloop " FOURLOOP_VERSION "\" \"User commands\"\n"
        ".SH NAME\nfourloop \\- scores a retailer's customers from what they did, every night\n"
        ".SH SYNOPSIS\n.B fourloop\n.I verb\n[flags] [words]\n"
        ".SH DESCRIPTION\n"
        "Raw event files are imported into a data folder of compressed columnar files; a run scores each "
        "customer as of a day into a run folder, which is exported for a warehouse.\n"
        "Data goes to the standard output, words to standard error.\n"
        "Each verb has its own \\fB\\-\\-help\\fR; \\fB\\-\\-version\\fR shows the version.\n"
        ".SH VERBS\n",
        out);
    for (size_t verb = 0; verb < VERB_COUNT; verb++)
        put_verb(out, verb);
    (void)fputs(".SH EXIT STATUS\n", out);
    put_exit_codes(out);
    (void)fputs(".SH ENVIRONMENT\n.TP\n.B FL_DISABLE_CPU\n"
                "levels of the processor that are not to be used: avx512, or avx512,avx2\n",
                out);
}
