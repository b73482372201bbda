/* pattern_trial.c - a child with limits of time and memory, and what is said about its end. */
#include "engine/tags/patterns/pattern_trial.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* So that both trials and the compilation itself end within ten seconds. The wall clock is for a child that
 * sleeps; a busy machine must not make a model wrong. */
enum { CPU_SECONDS = 3, WALL_SECONDS = 60, MEMORY_MIB = 1024 };

struct report {
    fl_status status;
    size_t at; /* the expression it is about */
    char words[FL_ERROR_MESSAGE_SIZE];
};

/* ---- child ---- */

/* More than it has: the parent may have mapped any number of files. */
static bool limit_memory(void)
{
    unsigned long long pages;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL)
        return false;
    const bool is_read = fscanf(file, "%llu", &pages) == 1;
    (void)fclose(file);
    if (!is_read)
        return false;
    const rlim_t most = pages * (rlim_t)sysconf(_SC_PAGESIZE) + ((rlim_t)MEMORY_MIB << 20);
    return setrlimit(RLIMIT_AS, &(struct rlimit){most, most}) == 0;
}

static bool limit_all(void)
{
    const struct rlimit cpu = {CPU_SECONDS, CPU_SECONDS}, core = {0, 0};
    return setrlimit(RLIMIT_CPU, &cpu) == 0 && setrlimit(RLIMIT_CORE, &core) == 0 && limit_memory();
}

static void send_report(int out, const struct report *report)
{
    if (write(out, report, sizeof *report) != (ssize_t)sizeof *report)
        _exit(1);
}

static void try_these(int out, const char *const *expressions, size_t first, size_t count)
{
    struct fl_hyperscan *compiled = NULL;
    struct fl_error error = {0};
    struct report report = {0};
    size_t bad;
    report.status =
        fl_hyperscan_compile(expressions + first, count, FL_HYPERSCAN_FILTER, &compiled, &bad, &error);
    report.at = first + (bad < count ? bad : count - 1);
    memcpy(report.words, error.message, sizeof report.words);
    fl_hyperscan_free(compiled);
    send_report(out, &report);
}

static void be_child(int out, const char *const *expressions, size_t count, bool one_by_one)
{
    if (!limit_all()) {
        const struct report report = {FL_INTERNAL, 0,
                                      "a child process for regular expressions cannot be limited"};
        send_report(out, &report);
        _exit(1);
    }
    if (!one_by_one)
        try_these(out, expressions, 0, count);
    for (size_t i = 0; i < count && one_by_one; i++)
        try_these(out, expressions, i, 1);
    _exit(0);
}

/* ---- parent ---- */

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The reports until the first bad one, or the child's end: how many were good. */
static size_t read_reports(int in, struct report *newest)
{
    const int64_t end_ms = now_ms() + WALL_SECONDS * 1000;
    size_t good = 0;
    for (int64_t left_ms = WALL_SECONDS * 1000; left_ms > 0; left_ms = end_ms - now_ms()) {
        struct pollfd waiting = {.fd = in, .events = POLLIN};
        if (poll(&waiting, 1, (int)left_ms) < 0 && errno != EINTR)
            return good;
        if (waiting.revents == 0)
            continue;
        struct report report;
        if (read(in, &report, sizeof report) != (ssize_t)sizeof report)
            return good;
        *newest = report;
        if (report.status != FL_OK)
            return good;
        good++;
    }
    return good;
}

/* *good: how many reports said so before *newest, or before the child ended. */
static fl_status run_child(const char *const *expressions, size_t count, bool one_by_one, size_t *good,
                           struct report *newest, struct fl_error *error)
{
    int ends[2];
    if (pipe(ends) != 0)
        return fl_fail_errno(error, errno, "making a pipe for", "the trial of regular expressions");
    const pid_t child = fork();
    if (child < 0) {
        const int reason = errno;
        (void)close(ends[0]);
        (void)close(ends[1]);
        return fl_fail_errno(error, reason, "starting a process for", "the trial of regular expressions");
    }
    if (child == 0) {
        (void)close(ends[0]);
        be_child(ends[1], expressions, count, one_by_one);
    }
    (void)close(ends[1]);
    *good = read_reports(ends[0], newest);
    (void)close(ends[0]);
    (void)kill(child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    return FL_OK;
}

fl_status fl_pattern_trial(const char *const *expressions, size_t count, size_t *bad, struct fl_error *error)
{
    assert(count > 0);
    struct report report = {.status = FL_OK};
    size_t good;
    fl_status status = run_child(expressions, count, false, &good, &report, error);
    if (status != FL_OK || good == 1)
        return status;
    if (report.status != FL_BAD_MODEL) { /* it named none, or did not live to do so */
        report = (struct report){.status = FL_OK};
        status = run_child(expressions, count, true, &good, &report, error);
        if (status != FL_OK)
            return status;
        report.at = good < count ? good : count - 1;
    }
    *bad = report.at;
    if (report.status == FL_INTERNAL || report.status == FL_UNSUPPORTED)
        return fl_fail(error, report.status, "%s", report.words);
    if (report.status == FL_BAD_MODEL)
        return fl_fail(error, FL_BAD_MODEL, "the keyword library refuses the regular expression: %s",
                       report.words);
    return fl_fail(
        error, FL_BAD_MODEL,
        "up to this one, the regular expressions take more than %d seconds or %d MiB to compile: make "
        "their repeats smaller",
        CPU_SECONDS, MEMORY_MIB);
}
