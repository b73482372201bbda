/* bash_completion.c - the completion of bash. */
#include <string.h>

#include "tools/pages/pages.h"

/* Words between blanks in place of words between bars. */
static void put_choices(FILE *out, const char *argument)
{
    for (; *argument != '\0'; argument++)
        (void)fputc(*argument == '|' ? ' ' : *argument, out);
}

static void put_verb(FILE *out, size_t verb)
{
    (void)fprintf(out, "    '%s')\n        flags='--help", verb_table[verb].name);
    for (size_t flag = 0; flag < FLAG_COUNT; flag++) {
        if (pages_flag_is_of(flag, verb))
            (void)fprintf(out, " %s", flag_table[flag].name);
    }
    (void)fprintf(out, "' takes='%s'\n        case \"$before\" in\n", verb_table[verb].words);
    for (size_t flag = 0; flag < FLAG_COUNT; flag++) {
        const struct flag_facts *facts = &flag_table[flag];
        if (!pages_flag_is_of(flag, verb) || facts->argument == NULL)
            continue;
        (void)fprintf(out, "        %s) flags='", facts->name);
        if (facts->kind == FLAG_KIND_CHOICE)
            put_choices(out, facts->argument);
        (void)fputs("' takes='' ;;\n", out);
    }
    (void)fputs("        esac ;;\n", out);
}

/* First words of verbs, or, with `group`, the second words of its verbs. */
static void put_verbs(FILE *out, const char *group)
{
    const size_t group_size = group == NULL ? 0 : strcspn(group, " ");
    for (size_t verb = 0; verb < VERB_COUNT; verb++) {
        const char *name = verb_table[verb].name;
        const size_t first_size = strcspn(name, " ");
        if (group == NULL) {
            const bool again = verb > 0 && strncmp(verb_table[verb - 1].name, name, first_size + 1) == 0;
            if (!again)
                (void)fprintf(out, " %.*s", (int)first_size, name);
        } else if (first_size == group_size && strncmp(name, group, group_size) == 0) {
            (void)fprintf(out, " %s", name + first_size + 1);
        }
    }
}

/* A verb of two words, for each first word once. */
static void put_groups(FILE *out)
{
    for (size_t verb = 0; verb < VERB_COUNT; verb++) {
        const char *name = verb_table[verb].name;
        const size_t first_size = strcspn(name, " ");
        const bool again = verb > 0 && strncmp(verb_table[verb - 1].name, name, first_size + 1) == 0;
        if (name[first_size] == '\0' || again)
            continue;
        (void)fprintf(out,
                      "    %.*s)\n"
                      "        if [ \"$COMP_CWORD\" -eq 2 ]; then\n"
                      "            COMPREPLY=($(compgen -W '",
                      (int)first_size, name);
        put_verbs(out, name);
        (void)fputs(" --help' -- \"$word\"))\n            return\n        fi\n"
                    "        verb=\"$verb ${COMP_WORDS[2]}\" ;;\n",
                    out);
    }
}

void pages_print_bash(FILE *out)
{
    (void)fputs("# bash completion of fourloop; where it offers nothing, bash offers files.\n"
                "_fourloop() {\n"
                "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
                "    local verb=${COMP_WORDS[1]} flags='' takes=''\n"
                "    COMPREPLY=()\n"
                "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                "        COMPREPLY=($(compgen -W '",
                out);
    put_verbs(out, NULL);
    (void)fputs(" --help --version' -- \"$word\"))\n        return\n    fi\n"
                "    case \"$verb\" in\n",
                out);
    put_groups(out);
    (void)fputs("    esac\n    case \"$verb\" in\n", out);
    for (size_t verb = 0; verb < VERB_COUNT; verb++)
        put_verb(out, verb);
    (void)fputs("    esac\n"
                "    # Without a dash only where no file or folder is meant.\n"
                "    if [ -z \"$takes\" ] || [ \"${word#-}\" != \"$word\" ]; then\n"
                "        COMPREPLY=($(compgen -W \"$flags\" -- \"$word\"))\n"
                "    fi\n"
                "}\n"
                "complete -o bashdefault -o default -F _fourloop fourloop\n",
                out);
}
