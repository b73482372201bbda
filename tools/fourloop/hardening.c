/* hardening.c - what stands between a mistake in the program and whoever would use it. */
#include "tools/fourloop/hardening.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tools/fourloop/process.h"

/* What the linker wrote about the program, as it stands in memory. */
struct image {
    bool independent, relro, bind_now, stack_runs;
};

static void read_dynamic(const ElfW(Dyn) * entry, struct image *image)
{
    for (; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_FLAGS_1) {
            image->independent = (entry->d_un.d_val & DF_1_PIE) != 0;
            image->bind_now = image->bind_now || (entry->d_un.d_val & DF_1_NOW) != 0;
        } else if (entry->d_tag == DT_FLAGS) {
            image->bind_now = image->bind_now || (entry->d_un.d_val & DF_BIND_NOW) != 0;
        }
    }
}

/* The program itself comes first; returning 1 leaves the libraries out. */
static int read_program(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    struct image *image = context;
    image->stack_runs = true; /* as the kernel takes it when nothing is said */
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type == PT_GNU_RELRO)
            image->relro = true;
        else if (part->p_type == PT_GNU_STACK)
            image->stack_runs = (part->p_flags & PF_X) != 0;
        else if (part->p_type == PT_DYNAMIC)
            read_dynamic((const ElfW(Dyn) *)(info->dlpi_addr + part->p_vaddr), image); // NOLINT
    }
    return 1;
}

/* What only the compiler knows. All files are compiled alike, so that this one speaks for them. */
#if defined __SSP_STRONG__ || defined __SSP_ALL__
enum { HAS_STACK_PROTECTOR = true };
#else
enum { HAS_STACK_PROTECTOR = false };
#endif
#ifdef FOURLOOP_STACK_CLASH
enum { HAS_STACK_CLASH = true };
#else
enum { HAS_STACK_CLASH = false };
#endif
#ifdef __CET__
enum { HAS_BRANCH_TARGETS = true };
#else
enum { HAS_BRANCH_TARGETS = false };
#endif
#if defined __USE_FORTIFY_LEVEL && __USE_FORTIFY_LEVEL > 0
enum { HAS_FORTIFY = true };
#else
enum { HAS_FORTIFY = false };
#endif

static void print_build(void)
{
    struct image image = {false, false, false, false};
    (void)dl_iterate_phdr(read_program, &image);
    const struct {
        const char *name;
        bool on;
    } guards[] = {
        {"PIE", image.independent},
        {"RELRO", image.relro},
        {"BIND_NOW", image.bind_now},
        {"no executable stack", !image.stack_runs},
        {"stack protector", HAS_STACK_PROTECTOR},
        {"stack clash protection", HAS_STACK_CLASH},
        {"fortified calls", HAS_FORTIFY},
        {"CET branch targets", HAS_BRANCH_TARGETS},
    };
    for (int on = 1; on >= 0; on--) {
        const char *before = on ? "built with     " : "built without  ";
        for (size_t i = 0; i < sizeof guards / sizeof *guards; i++) {
            if (guards[i].on != (on != 0))
                continue;
            printf("%s%s", before, guards[i].name);
            before = ", ";
        }
        if (before[0] == ',')
            printf("\n");
    }
}

static void print_core_dumps(void)
{
    struct rlimit limit;
    const bool limited = getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0;
    const bool dumpable = prctl(PR_GET_DUMPABLE) != 0;
    printf("core dumps     %s\n", limited && !dumpable ? "off: no customer's data reaches one" : "ON");
}

static void print_descriptors(void)
{
    const char *const names[] = {"standard input", "standard output", "standard error"};
    bool all = true;
    for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++) {
        if (!process_was_closed(file))
            continue;
        printf("%s%s", all ? "descriptors    closed by the caller: " : ", ", names[file]);
        all = false;
    }
    printf("%s\n", all ? "descriptors    0 to 2 open" : "");
}

/* Nothing of ours follows a link at the name of an output; links on the way to it are the kernel's to refuse.
 */
static void print_links(const struct fl_io *io)
{
    const int file = io->open("/proc/sys/fs/protected_symlinks", O_RDONLY, 0);
    char setting = '?';
    if (file >= 0) {
        (void)!io->read(file, &setting, 1);
        (void)io->close(file);
    }
    printf("symlinks       %s\n", setting == '1' ? "in sticky folders protected by the kernel"
                                  : setting == '0'
                                      ? "in sticky folders not protected: sysctl fs.protected_symlinks=1"
                                      : "unknown whether the kernel protects sticky folders");
}

void hardening_print(const struct fl_io *io)
{
    print_build();
    print_core_dumps();
    print_descriptors();
    print_links(io);
}
