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

/* More than it has: the parent may have mapped any number of files. Without stdio, which would take memory.
 */
static int limit_memory(void)
{
    char text[64];
    const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return errno;
    const ssize_t size = read(file, text, sizeof text - 1);
    const int reason = errno;
    (void)close(file);
    if (size <= 0)
        return size < 0 ? reason : EIO;
    text[size] = '\0';
    const rlim_t pages = strtoull(text, NULL, 10);
    const rlim_t most = pages * (rlim_t)sysconf(_SC_PAGESIZE) + ((rlim_t)FL_COMPILER_MEMORY_MIB << 20);
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0)
        return errno;
    if (limit.rlim_max < most) /* the system's own is narrower */
        return 0;
    return setrlimit(RLIMIT_AS, &(struct rlimit){most, most}) == 0 ? 0 : errno;
}

/* Words of the list stand in its memory: no core of it. */
static int limit_all(unsigned cpu_seconds)
{
    struct rlimit cpu;
    if (getrlimit(RLIMIT_CPU, &cpu) != 0)
        return errno;
    if (cpu.rlim_max > cpu_seconds)
        cpu = (struct rlimit){cpu_seconds, cpu_seconds + 1};
    if (setrlimit(RLIMIT_CPU, &cpu) != 0 || setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}) != 0)
        return errno;
    return limit_memory();
}

/* Returns where a system does not know it: the pipe that nobody reads ends the child then. */
static void die_with(pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(FL_INTERRUPTED);
}

/* What the C++ library says when it ends a process is for nobody. */
static void be_silent(int out)
{
    if (out == STDERR_FILENO)
        return;
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0 || dup2(nowhere, STDERR_FILENO) < 0)
        (void)close(STDERR_FILENO);
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

static int watch_crashes(void)
{
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    const struct sigaction action = {.sa_handler = on_crash, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
    const struct sigaction ends = {.sa_handler = SIG_DFL};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (sigaction(numbers[i], &action, NULL) != 0)
            return errno;
    return sigaction(SIGXCPU, &ends, NULL) == 0 ? 0 : errno;
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
    die_with(task->parent);
    be_silent(out);
    int reason = limit_all(task->cpu_seconds);
    if (reason == 0)
        reason = watch_crashes();
    if (reason != 0) {
        struct fl_error error = {0};
        const fl_status status = fl_fail_errno(&error, reason, "limit the process that compiles", NULL);
        send_report(out, status, task->count, 0, &error);
        _exit(0);
    }
    if (!task->one_by_one)
        compile(task, 0, task->count, out);
    for (size_t i = 0; i < task->count && task->one_by_one; i++)
        compile(task, i, 1, out);
    _exit(0);
}
