/* pages_main.c - writes the manual page or a shell's completion to the standard output, for the build. */
#include <stdlib.h>
#include <string.h>

#include "tools/pages/pages.h"

static const struct {
    const char *name;
    void (*print)(FILE *out);
} pages[] = {{"man", pages_print_man}, {"bash", pages_print_bash}, {"zsh", pages_print_zsh}};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof pages / sizeof pages[0]; i++) {
        if (strcmp(argv[1], pages[i].name) != 0)
            continue;
        pages[i].print(stdout);
        return ferror(stdout) != 0 || fclose(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    (void)fprintf(stderr, "usage: fourloop_pages man|bash|zsh\n");
    return EXIT_FAILURE;
}
