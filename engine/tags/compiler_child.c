/* compiler_child.c - a process that compiles expressions within limits of time and memory. */
#include "engine/tags/compiler_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "formats/base/file_map.h"

/* ---- reports ---- */

static void send_bytes(int out, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        const ssize_t written = write(out, at, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            _exit(errno == ENOMEM ? FL_NO_MEMORY : FL_IO);
        at += written;
        size -= (size_t)written;
    }
}

static void send_report(int out, fl_status status, size_t at, size_t size, const struct fl_error *error)
{
    struct fl_compiler_report report = {.status = status, .at = at, .size = size};
    memcpy(report.words, error->message, sizeof report.words);
    send_bytes(out, &report, sizeof report);
}

/* ---- limits ---- */

enum { STATM_BYTES_MAX = 256 };

/* What the system allows stays where it is narrower. */
static fl_status limit(__rlimit_resource_t resource, struct rlimit most, struct fl_error *error)
{
    struct rlimit now;
    if (getrlimit(resource, &now) == 0) {
        const struct rlimit both = {.rlim_cur = now.rlim_cur < most.rlim_cur ? now.rlim_cur : most.rlim_cur,
                                    .rlim_max = now.rlim_max < most.rlim_max ? now.rlim_max : most.rlim_max};
        if (setrlimit(resource, &both) == 0)
            return FL_OK;
    }
    return fl_fail_errno(error, errno, "limit the process that compiles", NULL);
}

/* More than it has: the parent may have mapped any number of files. */
static fl_status limit_memory(enum fl_hyperscan_kind kind, struct fl_error *error)
{
    struct fl_buffer text = {0};
    const fl_status status =
        fl_file_read_all(&fl_io_system, "/proc/self/statm", STATM_BYTES_MAX, &text, error);
    const rlim_t pages = status == FL_OK ? strtoull((const char *)text.bytes, NULL, 10) : 0;
    fl_buffer_release(&text);
    /* No /proc is mounted here. Words do without: what the longest list of them takes is known. */
    if (status == FL_MISSING && kind == FL_HYPERSCAN_LITERALS)
        return FL_OK;
    if (status != FL_OK)
        return status;
    const rlim_t most = pages * (rlim_t)sysconf(_SC_PAGESIZE) + ((rlim_t)FL_COMPILER_MEMORY_MIB << 20);
    return limit(RLIMIT_AS, (struct rlimit){most, most}, error);
}

/* SIGXCPU says that the time is over, a second before SIGKILL would end it. Words of the list stand in the
 * memory: no core of it. */
static fl_status limit_all(const struct fl_compiler_task *task, struct fl_error *error)
{
    fl_status status = limit(RLIMIT_CORE, (struct rlimit){0, 0}, error);
    if (status == FL_OK)
        status = limit(RLIMIT_CPU, (struct rlimit){task->cpu_seconds, task->cpu_seconds + 1}, error);
    return status == FL_OK ? limit_memory(task->kind, error) : status;
}

/* Returns where a system does not know it: the pipe that nobody reads ends the child then. */
static void die_with(pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(FL_INTERRUPTED);
}

/* Of a parent that is killed nothing must live on here: a lock of a folder would refuse who tries again, the
 * end of a pipe keep its reader waiting. Where the system cannot do it, that lasts until the child dies, too.
 */
static void keep_only(int out)
{
    if (out > 0)
        (void)close_range(0, (unsigned)out - 1, 0);
    (void)close_range((unsigned)out + 1, ~0U, 0);
}

/* What the C++ library says when it ends a process is for nobody. */
static void be_silent(int out)
{
    if (out == STDERR_FILENO)
        return;
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0)
        (void)dup2(nowhere, STDERR_FILENO);
}

/* ---- crashes ---- */

/* Hyperscan 5.4.0 goes on with some of the null pointers that it gets. malloc() leaves ENOMEM, and nothing in
 * a compilation sets errno to anything else; a crash without it goes its way when this returns. */
static void on_crash(int number)
{
    (void)number;
    if (errno == ENOMEM)
        _exit(FL_NO_MEMORY);
}

static fl_status watch_crashes(struct fl_error *error)
{
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    const struct sigaction action = {.sa_handler = on_crash, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
    const struct sigaction ends = {.sa_handler = SIG_DFL};
    bool is_done = sigaction(SIGXCPU, &ends, NULL) == 0;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && is_done; i++)
        is_done = sigaction(numbers[i], &action, NULL) == 0;
    return is_done ? FL_OK : fl_fail_errno(error, errno, "watch the process that compiles", NULL);
}

/* ---- work ---- */

static void compile(const struct fl_compiler_task *task, size_t first, size_t count, int out)
{
    struct fl_hyperscan_bytes made;
    struct fl_error error = {0};
    size_t bad;
    errno = 0;
    fl_status status =
        fl_hyperscan_compile(task->expressions + first, count, task->kind, &made, &bad, &error);
    if (status != FL_OK && status != FL_BAD_MODEL && errno == ENOMEM) /* "Internal error.", for one */
        status = FL_NO_MEMORY;
    send_report(out, status, first + bad, made.size, &error);
    if (status == FL_OK && !task->one_by_one)
        send_bytes(out, made.bytes, made.size);
    free(made.bytes);
}

_Noreturn void fl_compiler_child(const struct fl_compiler_task *task, int out)
{
    keep_only(out);
    die_with(task->parent);
    be_silent(out);
    struct fl_error error = {0};
    fl_status status = limit_all(task, &error);
    if (status == FL_OK)
        status = watch_crashes(&error);
    if (status != FL_OK) {
        send_report(out, status, task->count, 0, &error);
        _exit(0);
    }
    if (!task->one_by_one)
        compile(task, 0, task->count, out);
    for (size_t i = 0; i < task->count && task->one_by_one; i++)
        compile(task, i, 1, out);
    _exit(0);
}
