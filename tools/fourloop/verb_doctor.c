/* verb_doctor.c - `fourloop doctor`: shows what the tool finds on this machine. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "formats/base/cpu.h"
#include "formats/base/publish.h"
#include "formats/base/zone.h"
#include "tools/fourloop/hardening.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/verbs.h"

/* Linux 5.14; older headers lack the name. */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

static void print_build(void)
{
    printf("version        fourloop " FOURLOOP_VERSION "\n");
#ifdef __clang__
    printf("compiler       clang %s\n", __clang_version__);
#else
    printf("compiler       gcc %s\n", __VERSION__);
#endif
}

static void print_cpu(void)
{
    printf("cpu            %s found, %s in use\n", fl_cpu_level_name(fl_cpu_found()),
           fl_cpu_level_name(fl_cpu_level()));
}

/* The guard of mapped files: without it a page that vanishes ends the tool by its SIGBUS handler only. */
static void print_kernel(const struct fl_io *io)
{
    struct utsname name;
    printf("kernel         %s\n", uname(&name) == 0 ? name.release : "unknown");
    const size_t size = (size_t)sysconf(_SC_PAGESIZE);
    printf("page size      %zu bytes\n", size);
    void *page = io->mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const bool populates = page != MAP_FAILED && io->madvise(page, size, MADV_POPULATE_READ) == 0;
    if (page != MAP_FAILED)
        (void)io->munmap(page, size);
    printf("mapped files   %s\n",
           populates ? "guarded (MADV_POPULATE_READ)" : "not guarded by this kernel: use --io copy");
}

static void print_limits(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        printf("open files     %llu\n", (unsigned long long)limit.rlim_cur);
    const long pages = sysconf(_SC_PHYS_PAGES);
    char size[REPORT_SIZE_TEXT];
    if (pages > 0)
        printf("memory         %s\n", report_size((uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE), size));
}

static fl_status check_zones(const struct fl_io *io)
{
    struct fl_zone *zone;
    struct fl_error error;
    fl_error_clear(&error);
    const fl_status status = fl_zone_open(io, "Europe/Amsterdam", &zone, &error);
    if (status != FL_OK) {
        printf("time zones     MISSING: %s (Debian: apt-get install tzdata)\n", error.message);
        return status;
    }
    fl_zone_free(zone);
    printf("time zones     found\n");
    return FL_OK;
}

static fl_status check_space(const struct fl_io *io, const char *path)
{
    struct statvfs facts;
    char size[REPORT_SIZE_TEXT];
    if (statvfs(path, &facts) != 0) {
        const int reason = errno;
        printf("space          FAILED: %s: %s\n", path, strerrordesc_np(reason));
        return fl_fail_errno(NULL, reason, "look at", path);
    }
    printf("space          %s free at %s\n", report_size((uint64_t)facts.f_bavail * facts.f_frsize, size),
           path);
    int file;
    struct fl_error error;
    fl_error_clear(&error);
    const fl_status status = fl_scratch_file(io, path, &file, &error);
    if (status != FL_OK) {
        printf("writing        FAILED at %s: %s\n", path, error.message);
        return status;
    }
    (void)io->close(file);
    printf("writing        works at %s\n", path);
    return FL_OK;
}

fl_status verb_doctor(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    print_build();
    hardening_print(io);
    print_cpu();
    print_kernel(io);
    print_limits();
    const fl_status zones = check_zones(io);
    const fl_status space = check_space(io, command->word_count == 0 ? "." : command->words[0]);
    if (zones != FL_OK || space != FL_OK)
        return fl_fail(error, space != FL_OK ? space : zones,
                       "something the tool needs is missing; see above");
    report_say("all that the tool needs is there");
    return FL_OK;
}
