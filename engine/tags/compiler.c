/* compiler.c - a child process that compiles, and what is said about its end. */
#include "engine/tags/compiler.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/tags/compiler_child.h"

/* The wall clock is for a child that sleeps; a busy machine must not make a model wrong. */
enum { WALL_SECONDS_OF_CPU_SECOND = 20 };

/* What came of a child. */
struct trial {
    struct fl_compiler_report newest;
    size_t good;                    /* reports that were, before it */
    struct fl_hyperscan_bytes made; /* NULL: nothing */
    int end;                        /* as wait4() says it; 0 where it knows nothing */
    long grown_kib;                 /* its memory, at most */
    bool is_late;
};

/* ---- what it sends ---- */

struct channel {
    int in;
    int64_t end_ms;
    bool is_late, is_at_end;
};

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* *is_whole: all of it came before the child's end, or the end of its time. */
static fl_status receive(struct channel *channel, void *bytes, size_t size, bool *is_whole,
                         struct fl_error *error)
{
    char *at = bytes;
    *is_whole = false;
    while (size > 0) {
        const int64_t left_ms = channel->end_ms - now_ms();
        channel->is_late = left_ms <= 0;
        if (channel->is_late)
            return FL_OK;
        struct pollfd waiting = {.fd = channel->in, .events = POLLIN};
        const int ready = poll(&waiting, 1, (int)left_ms);
        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;
        const ssize_t got = ready < 0 ? -1 : read(channel->in, at, size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fl_fail_errno(error, errno, "read what was compiled", NULL);
        channel->is_at_end = got == 0;
        if (channel->is_at_end)
            return FL_OK;
        at += got;
        size -= (size_t)got;
    }
    *is_whole = true;
    return FL_OK;
}

/* Reports until the first bad one, or the last. */
static fl_status receive_reports(struct channel *channel, size_t count, struct trial *trial,
                                 struct fl_error *error)
{
    while (trial->good < count) {
        struct fl_compiler_report report;
        bool is_whole;
        const fl_status status = receive(channel, &report, sizeof report, &is_whole, error);
        if (status != FL_OK || !is_whole)
            return status;
        trial->newest = report;
        if (report.status != FL_OK)
            return FL_OK;
        trial->good++;
    }
    return FL_OK;
}

static fl_status receive_made(struct channel *channel, struct trial *trial, struct fl_error *error)
{
    const size_t size = trial->newest.size;
    char *bytes = malloc(size);
    if (bytes == NULL)
        return fl_fail_memory(error, size);
    bool is_whole;
    const fl_status status = receive(channel, bytes, size, &is_whole, error);
    if (status == FL_OK && is_whole)
        trial->made = (struct fl_hyperscan_bytes){bytes, size};
    else
        free(bytes);
    return status;
}

static fl_status receive_all(struct channel *channel, const struct fl_compiler_task *task,
                             struct trial *trial, struct fl_error *error)
{
    const fl_status status = receive_reports(channel, task->one_by_one ? task->count : 1, trial, error);
    if (status == FL_OK && !task->one_by_one && trial->good == 1)
        return receive_made(channel, trial, error);
    return status;
}

/* ---- its life ---- */

static void wait_for(pid_t child, struct trial *trial)
{
    struct rusage used, own;
    pid_t ended;
    do
        ended = wait4(child, &trial->end, 0, &used);
    while (ended < 0 && errno == EINTR);
    if (ended != child) { /* one who has SIGCHLD ignored is told nothing */
        trial->end = 0;
        return;
    }
    if (getrusage(RUSAGE_SELF, &own) == 0)
        trial->grown_kib = used.ru_maxrss - own.ru_maxrss;
}

static fl_status run_child(const struct fl_compiler_task *task, struct trial *trial, struct fl_error *error)
{
    *trial = (struct trial){.good = 0};
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fl_fail_errno(error, errno, "make a pipe for compiling", NULL);
    const pid_t child = fork();
    if (child < 0) {
        const int reason = errno;
        (void)close(ends[0]);
        (void)close(ends[1]);
        return fl_fail_errno(error, reason, "start a process that compiles", NULL);
    }
    if (child == 0) {
        (void)close(ends[0]);
        fl_compiler_child(task, ends[1]);
    }
    (void)close(ends[1]);
    struct channel channel = {
        .in = ends[0], .end_ms = now_ms() + (int64_t)task->cpu_seconds * WALL_SECONDS_OF_CPU_SECOND * 1000};
    const fl_status status = receive_all(&channel, task, trial, error);
    (void)close(ends[0]);
    if (!channel.is_at_end)
        (void)kill(child, SIGKILL);
    trial->is_late = channel.is_late;
    wait_for(child, trial);
    return status;
}

/* ---- its end ---- */

static bool ran_out_of_time(const struct trial *trial)
{
    return trial->is_late || (WIFSIGNALED(trial->end) && WTERMSIG(trial->end) == SIGXCPU);
}

/* Told so, or killed from outside: by the system, which has none left. */
static bool ran_out_of_memory(const struct trial *trial)
{
    if (trial->newest.status != FL_OK)
        return trial->newest.status == FL_NO_MEMORY;
    return WIFEXITED(trial->end) ? WEXITSTATUS(trial->end) == FL_NO_MEMORY : WTERMSIG(trial->end) == SIGKILL;
}

/* 0: it did not. */
static int crash_of(const struct trial *trial)
{
    const bool is_other = trial->newest.status != FL_OK || ran_out_of_time(trial) || ran_out_of_memory(trial);
    return !is_other && WIFSIGNALED(trial->end) ? WTERMSIG(trial->end) : 0;
}

static fl_status explain_end(const struct fl_compiler_task *task, const struct trial *trial,
                             struct fl_error *error)
{
    const char *list = task->kind == FL_HYPERSCAN_FILTER ? "regular expressions" : "keywords";
    if (ran_out_of_time(trial))
        return fl_fail(error, FL_LIMIT, "the %s take more than %u seconds to compile", list,
                       task->cpu_seconds);
    if (ran_out_of_memory(trial))
        return fl_fail(error, FL_NO_MEMORY, "no memory to compile the %s, for which they may have %d MiB",
                       list, FL_COMPILER_MEMORY_MIB);
    if (trial->newest.status != FL_OK)
        return fl_fail(error, trial->newest.status, "%s", trial->newest.words);
    if (crash_of(trial) != 0)
        return fl_fail(error, FL_INTERNAL,
                       "the keyword library ended by signal %d while it compiled the %s; memory may be short",
                       crash_of(trial), list);
    return fl_fail(error, FL_IO, "cannot take over the %s from the process that compiles them", list);
}

/* ---- regular expressions at fault ---- */

/* Whether they, and not what the system lacks just now, ended the child. What was refused is at most twice
 * what was there, as lists grow; so at its limit of memory it has a quarter of it at least. */
static bool is_list_at_fault(const struct fl_compiler_task *task, const struct trial *trial)
{
    if (task->kind != FL_HYPERSCAN_FILTER)
        return false;
    return ran_out_of_time(trial) || trial->newest.status == FL_LIMIT || crash_of(trial) != 0 ||
           (ran_out_of_memory(trial) && trial->grown_kib > FL_COMPILER_MEMORY_MIB * 1024 / 4);
}

/* Tries each alone. `crash`: the signal that all of them together ended by, or 0. */
static fl_status blame_one(const struct fl_compiler_task *task, int crash, size_t *bad,
                           struct fl_error *error)
{
    struct fl_compiler_task each = *task;
    each.one_by_one = true;
    struct trial trial;
    const fl_status status = run_child(&each, &trial, error);
    if (status != FL_OK)
        return status;
    *bad = trial.good < task->count ? trial.good : task->count - 1;
    if (trial.newest.status == FL_BAD_MODEL)
        return fl_fail(error, FL_BAD_MODEL, "the keyword library refuses the regular expression: %s",
                       trial.newest.words);
    if (crash != 0)
        return fl_fail(error, FL_BAD_MODEL,
                       "up to this one, the regular expressions end the keyword library by signal %d", crash);
    return fl_fail(error, FL_BAD_MODEL,
                   "up to this one, the regular expressions take more than %d seconds or %d MiB, or more "
                   "memory than there is, to compile: make their repeats smaller",
                   FL_PATTERNS_CPU_SECONDS, FL_COMPILER_MEMORY_MIB);
}

/* ---- all of it ---- */

static fl_status fail(const struct fl_compiler_task *task, const struct trial *trial, size_t *bad,
                      struct fl_error *error)
{
    if (is_list_at_fault(task, trial))
        return blame_one(task, crash_of(trial), bad, error);
    if (trial->newest.status != FL_BAD_MODEL)
        return explain_end(task, trial, error);
    *bad = trial->newest.at;
    return fl_fail(error, FL_BAD_MODEL, "the keyword library refuses the regular expression: %s",
                   trial->newest.words);
}

fl_status fl_compiler_run(const char *const *expressions, size_t count, enum fl_hyperscan_kind kind,
                          struct fl_hyperscan **compiled, size_t *bad, struct fl_error *error)
{
    assert(count > 0);
    const struct fl_compiler_task task = {.expressions = expressions,
                                          .count = count,
                                          .kind = kind,
                                          .cpu_seconds = kind == FL_HYPERSCAN_FILTER ? FL_PATTERNS_CPU_SECONDS
                                                                                     : FL_WORDS_CPU_SECONDS,
                                          .parent = getpid()};
    *compiled = NULL;
    *bad = count;
    struct trial trial;
    fl_status status = run_child(&task, &trial, error);
    if (status == FL_OK)
        status = trial.made.bytes != NULL ? fl_hyperscan_load(&trial.made, compiled, error)
                                          : fail(&task, &trial, bad, error);
    free(trial.made.bytes);
    return status;
}
