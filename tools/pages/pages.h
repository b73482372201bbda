/* pages.h - what is made of the tables of verbs and flags when the tool is built. */
#ifndef TOOLS_PAGES_PAGES_H
#define TOOLS_PAGES_PAGES_H

#include <stdio.h>

#include "tools/fourloop/command_line.h"

void pages_print_man(FILE *out);
void pages_print_bash(FILE *out);
void pages_print_zsh(FILE *out);

static inline bool pages_flag_is_of(size_t flag, size_t verb)
{
    return (flag_table[flag].verbs >> verb & 1u) != 0;
}

#endif
