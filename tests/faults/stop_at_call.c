/* stop_at_call.c - runs a program under ptrace, to be asked before or killed at any of its system calls.
 *
 *     stop_at_call -r FILE [-n N] [-e FILE] [-k K] PROGRAM ARGUMENT...
 *
 * Calls are counted over all threads, from the program's first one on; its children run free.
 *   -r FILE  descriptor that reports go to: at the end "end CALLS SYNCS"
 *   -n N     kill -9 as the N-th call is about to be made
 *   -e FILE  before each call: reports "TID CALL ARGUMENT", then waits for a byte from this descriptor;
 *            other threads go on meanwhile
 *   -k K     the K-th fsync or fdatasync, and each sync_file_range, does nothing, succeeds, and is not
 *            reported. The latter is a hint: it promises nothing, but hides that a promise is missing
 * The exit code is the program's, 137 after a kill, 125 when this program itself failed. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OWN_FAILURE = 125, THREADS_MAX = 256, SECONDS_MAX = 600 };
enum { SYSTEM_CALL_STOP = SIGTRAP | 0x80 }; /* PTRACE_O_TRACESYSGOOD */

struct driver {
    pid_t program;
    int report_file, go_file; /* go_file -1: nobody is asked */
    long kill_at, skip_sync;
    long calls, syncs;
    pid_t skipping[THREADS_MAX]; /* threads inside a call that does nothing */
    size_t skipping_count;
};

_Noreturn static void fail(const char *what)
{
    fprintf(stderr, "stop_at_call: %s: %s\n", what, strerror(errno));
    exit(OWN_FAILURE); /* takes all traced threads with it: PTRACE_O_EXITKILL */
}

static void report(const struct driver *driver, const char *line)
{
    if (write(driver->report_file, line, strlen(line)) != (ssize_t)strlen(line))
        fail("report");
}

_Noreturn static void run_program(char **command)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* for the moments before PTRACE_O_EXITKILL is set */
    /* The same addresses each time, so that runs make the same calls. */
    (void)personality(ADDR_NO_RANDOMIZE);
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
        (void)execv(command[0], command);
    fail(command[0]);
}

static void start(struct driver *driver, char **command)
{
    driver->program = fork();
    if (driver->program < 0)
        fail("fork");
    if (driver->program == 0)
        run_program(command);
    int status;
    if (waitpid(driver->program, &status, 0) < 0 || !WIFSTOPPED(status))
        fail("wait for exec");
    const long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE;
    if (ptrace(PTRACE_SETOPTIONS, driver->program, NULL, options) != 0 ||
        ptrace(PTRACE_SYSCALL, driver->program, NULL, 0L) != 0)
        fail("ptrace");
}

/* Makes the call that `thread` is about to make one that does not exist; leave_call() turns its failure into
 * success. */
static void skip_call(struct driver *driver, pid_t thread)
{
    if (driver->skipping_count == THREADS_MAX ||
        ptrace(PTRACE_POKEUSER, thread, offsetof(struct user_regs_struct, orig_rax), -1L) != 0)
        fail("skip a call");
    driver->skipping[driver->skipping_count++] = thread;
}

static void leave_call(struct driver *driver, pid_t thread)
{
    for (size_t i = 0; i < driver->skipping_count; i++) {
        if (driver->skipping[i] != thread)
            continue;
        if (ptrace(PTRACE_POKEUSER, thread, offsetof(struct user_regs_struct, rax), 0L) != 0)
            fail("let a skipped call succeed");
        driver->skipping[i] = driver->skipping[--driver->skipping_count];
        return;
    }
}

static void announce_call(const struct driver *driver, pid_t thread, unsigned long long call,
                          unsigned long long first_argument)
{
    char line[96], go;
    (void)snprintf(line, sizeof line, "%d %llu %llu\n", (int)thread, call, first_argument);
    report(driver, line);
    if (read(driver->go_file, &go, 1) != 1)
        fail("wait for the byte that says go on");
}

static void enter_call(struct driver *driver, pid_t thread, unsigned long long call,
                       unsigned long long first_argument)
{
    driver->calls++;
    if (driver->calls == driver->kill_at) {
        (void)kill(driver->program, SIGKILL);
        return;
    }
    const bool sync = call == SYS_fsync || call == SYS_fdatasync;
    driver->syncs += sync;
    if (driver->skip_sync > 0 &&
        (call == SYS_sync_file_range || (sync && driver->syncs == driver->skip_sync)))
        skip_call(driver, thread);
    else if (driver->go_file >= 0)
        announce_call(driver, thread, call, first_argument);
}

/* The signal to hand on when the thread goes on. */
static long look_at_stop(struct driver *driver, pid_t thread, int status)
{
    const int signal_number = WSTOPSIG(status);
    const bool thread_begins = status >> 16 != 0 || signal_number == SIGSTOP;
    if (signal_number != SYSTEM_CALL_STOP)
        return thread_begins ? 0 : signal_number;
    struct __ptrace_syscall_info stop;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof stop, &stop) < 0)
        return 0; /* killed meanwhile */
    if (stop.op == PTRACE_SYSCALL_INFO_ENTRY)
        enter_call(driver, thread, stop.entry.nr, stop.entry.args[0]);
    else
        leave_call(driver, thread);
    return 0;
}

/* The exit code of the program, once no traced thread is left. */
static int follow(struct driver *driver)
{
    int code = OWN_FAILURE;
    for (;;) {
        int status;
        const pid_t thread = waitpid(-1, &status, __WALL);
        if (thread < 0 && errno == ECHILD)
            return code;
        if (thread < 0)
            fail("wait");
        if (WIFSTOPPED(status)) {
            const long signal_number = look_at_stop(driver, thread, status);
            if (ptrace(PTRACE_SYSCALL, thread, NULL, signal_number) != 0 && errno != ESRCH)
                fail("go on");
        } else if (thread == driver->program) {
            code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
    }
}

/* False when the command line is not what the head of this file says. */
static bool read_options(struct driver *driver, int argc, char **argv)
{
    *driver = (struct driver){.report_file = -1, .go_file = -1};
    int option;
    while ((option = getopt(argc, argv, "+r:n:e:k:")) != -1) {
        if (option == 'r')
            driver->report_file = atoi(optarg);
        else if (option == 'n')
            driver->kill_at = atol(optarg);
        else if (option == 'e')
            driver->go_file = atoi(optarg);
        else if (option == 'k')
            driver->skip_sync = atol(optarg);
        else
            return false;
    }
    return optind < argc && fcntl(driver->report_file, F_SETFD, FD_CLOEXEC) == 0 &&
           (driver->go_file < 0 || fcntl(driver->go_file, F_SETFD, FD_CLOEXEC) == 0);
}

int main(int argc, char **argv)
{
    struct driver driver;
    if (!read_options(&driver, argc, argv))
        return OWN_FAILURE;
    (void)alarm(SECONDS_MAX); /* a program that hangs ends with this one */
    start(&driver, argv + optind);
    const int code = follow(&driver);
    char line[96];
    (void)snprintf(line, sizeof line, "end %ld %ld\n", driver.calls, driver.syncs);
    report(&driver, line);
    return code;
}
