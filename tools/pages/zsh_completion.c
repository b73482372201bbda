/* zsh_completion.c - the completion of zsh. */
#include <string.h>

#include "tools/pages/pages.h"

/* Help inside quotes and brackets, where a bracket, a colon and a quote mean something. */
static void put_help(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            (void)fputs("'\\''", out);
        else if (strchr("[]:\\", *text) != NULL)
            (void)fprintf(out, "\\%c", *text);
        else
            (void)fputc(*text, out);
    }
}

/* What may stand behind a flag, or for a verb's words: zsh's action. */
static const char *action_of(const char *argument)
{
    if (strncmp(argument, "DIR", 3) == 0 || strcmp(argument, "[DIR]") == 0)
        return "_files -/";
    if (strncmp(argument, "FILE", 4) == 0 || strncmp(argument, "PATH", 4) == 0)
        return "_files";
    return " ";
}

static void put_flag(FILE *out, const struct flag_facts *flag)
{
    (void)fprintf(out, " \\\n            '%s[", flag->name);
    put_help(out, flag->help);
    (void)fputc(']', out);
    if (flag->kind == FLAG_KIND_CHOICE) {
        (void)fputs(":choice:(", out);
        for (const char *at = flag->argument; *at != '\0'; at++)
            (void)fputc(*at == '|' ? ' ' : *at, out);
        (void)fputc(')', out);
    } else if (flag->argument != NULL) {
        (void)fputc(':', out);
        put_help(out, flag->argument);
        (void)fprintf(out, ":%s", action_of(flag->argument));
    }
    (void)fputc('\'', out);
}

static void put_verb(FILE *out, size_t verb)
{
    const struct verb_facts *facts = &verb_table[verb];
    (void)fprintf(out, "    '%s')\n        _arguments '(- *)--help[this text]'", facts->name);
    for (size_t flag = 0; flag < FLAG_COUNT; flag++) {
        if (pages_flag_is_of(flag, verb))
            put_flag(out, &flag_table[flag]);
    }
    if (facts->words_max > 0)
        (void)fprintf(out, " \\\n            '*:word:%s'", action_of(facts->words));
    (void)fputs(" ;;\n", out);
}

static void put_summaries(FILE *out)
{
    for (size_t verb = 0; verb < VERB_COUNT; verb++) {
        (void)fprintf(out, "        '%s:", verb_table[verb].name);
        put_help(out, verb_table[verb].summary);
        (void)fputs("'\n", out);
    }
}

/* Patterns of the first words of verbs that have two. */
static void put_groups(FILE *out)
{
    bool any = false;
    for (size_t verb = 0; verb < VERB_COUNT; verb++) {
        const char *name = verb_table[verb].name;
        const size_t first_size = strcspn(name, " ");
        const bool again = verb > 0 && strncmp(verb_table[verb - 1].name, name, first_size + 1) == 0;
        if (name[first_size] == '\0' || again)
            continue;
        (void)fprintf(out, "%s%.*s", any ? "|" : "", (int)first_size, name);
        any = true;
    }
}

void pages_print_zsh(FILE *out)
{
    (void)fputs("#compdef fourloop\n"
                "# zsh completion of fourloop.\n"
                "_fourloop() {\n"
                "    local verb=${words[2]}\n"
                "    local -a verbs=(\n",
                out);
    put_summaries(out);
    (void)fputs("    )\n"
                "    if (( CURRENT == 2 )); then\n"
                "        _describe verb verbs\n"
                "        return\n"
                "    fi\n"
                "    # A verb of two words may stand as one or two.\n"
                "    if [[ $verb == (",
                out);
    put_groups(out);
    (void)fputs(") ]]; then\n"
                "        if (( CURRENT == 3 )); then\n"
                "            local -a rest=(${${(M)verbs:#$verb *}#$verb })\n"
                "            _describe verb rest\n"
                "            return\n"
                "        fi\n"
                "        verb=\"$verb ${words[3]}\"\n"
                "        words[2]=()\n"
                "        (( CURRENT-- ))\n"
                "    fi\n"
                "    words[1]=()\n"
                "    (( CURRENT-- ))\n"
                "    case $verb in\n",
                out);
    for (size_t verb = 0; verb < VERB_COUNT; verb++)
        put_verb(out, verb);
    (void)fputs("    esac\n"
                "}\n"
                "_fourloop \"$@\"\n",
                out);
}
