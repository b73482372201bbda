/* process.c - the manners of the process: descriptors, limits, signals. */
#include "tools/fourloop/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "formats/base/limits.h"

/* Global because a signal handler has no other way to say anything. */
static volatile sig_atomic_t interrupted;

/* What main() found, for whoever asks later. */
static bool was_closed[STDERR_FILENO + 1];

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static void set_handler(int number, void (*handler)(int), int flags)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = handler;
    action.sa_flags = flags;
    (void)sigaction(number, &action, NULL);
}

/* A closed descriptor is opened the wrong way round: whoever uses it gets EBADF, as if it were still closed.
 * open() takes the lowest free number, which is `file` because all below it are open by then. */
static void force_open(int file)
{
    was_closed[file] = fcntl(file, F_GETFD) == -1 && errno == EBADF;
    if (was_closed[file])
        (void)open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* A scan may hold FL_FILES_MAX table files open; the usual soft limit is 1024. */
static void raise_open_files(void)
{
    struct rlimit limit;
    const rlim_t wanted = FL_FILES_MAX + 64;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* Memory holds what people wrote and bought. The limit keeps it out of core files, and the other setting out
 * of those that the kernel hands to a program, which the limit does not hold for. It also keeps other
 * processes of the same user from reading this one's memory. */
static void forbid_core_dumps(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0);
}

void process_prepare(void)
{
    for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++)
        force_open(file);
    raise_open_files();
    forbid_core_dumps();
    set_handler(SIGXFSZ, SIG_IGN, 0);
}

void process_set_signals(bool publishes)
{
    set_handler(SIGPIPE, publishes ? SIG_IGN : SIG_DFL, 0);
    if (!publishes)
        return;
    /* Without SA_RESTART, so that an import which waits for a pipe gets to hear of it. */
    set_handler(SIGINT, on_interrupt, (int)SA_RESETHAND);
    set_handler(SIGTERM, on_interrupt, (int)SA_RESETHAND);
    set_handler(SIGHUP, on_interrupt, (int)SA_RESETHAND);
}

bool process_was_closed(int file)
{
    return was_closed[file];
}

/* Only async-signal-safe calls: where memory was short nothing else is sure to work. */
static void end_without_memory(void)
{
    static const char words[] =
        "fourloop: error NO_MEMORY: out of memory in a library: nothing was published\n";
    const ssize_t written = write(STDERR_FILENO, words, sizeof words - 1);
    (void)written;
    _exit(fl_status_exit_code(FL_NO_MEMORY));
}

/* std::set_terminate() by its name for linkers, as C has no other. */
void (*set_terminate(void (*handler)(void)))(void) __asm__("_ZSt13set_terminatePFvvE");

void process_explain_cpp_end(void)
{
    (void)set_terminate(end_without_memory);
}

bool process_interrupted(void)
{
    return interrupted != 0;
}

fl_status process_finish_stdout(struct fl_error *error)
{
    errno = 0;
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return FL_OK;
    return fl_fail(error, FL_IO, "writing to the standard output failed: %s",
                   errno == 0 ? "an earlier write" : strerrordesc_np(errno));
}
