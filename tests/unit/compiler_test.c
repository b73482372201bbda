/* compiler_test.c - what is said about a compilation that ends in any way there is.
 *
 * The linker puts the function below before the library's, so that each end comes when it is asked for: all
 * of them are made once for words and once for regular expressions. The real ends (refused allocations) are
 * for tests/faults/allocations.py, lists that take too long for pattern_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <hs.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/tags/compiler.h"

#ifdef __SANITIZE_ADDRESS__
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#define HAS_SANITIZER __has_feature(address_sanitizer)
#else
#define HAS_SANITIZER 0
#endif

hs_error_t __real_hs_compile_multi(const char *const *expressions, const unsigned *flags, const unsigned *ids,
                                   unsigned count, unsigned mode, const hs_platform_info_t *platform,
                                   hs_database_t **database, hs_compile_error_t **error);
hs_error_t __wrap_hs_compile_multi(const char *const *expressions, const unsigned *flags, const unsigned *ids,
                                   unsigned count, unsigned mode, const hs_platform_info_t *platform,
                                   hs_database_t **database, hs_compile_error_t **error);

enum end { WORKS, CRASHES, CRASHES_WITHOUT_MEMORY, IS_KILLED, EXITS, HAS_LITTLE_MEMORY, NEVER_ENDS };
static enum end end;
static size_t works_up_to; /* expressions: the end comes with more of them */
static pid_t tested_process;

struct seen {
    int calls_in_parent;
    rlim_t core, cpu_seconds;
    bool is_silent, has_our_file;
};
static struct seen *seen; /* shared with the child */
static int our_file;

static void look_around(void)
{
    struct rlimit core, cpu;
    seen->calls_in_parent += getpid() == tested_process;
    assert_int_equal(getrlimit(RLIMIT_CORE, &core), 0);
    seen->core = core.rlim_max;
    assert_int_equal(getrlimit(RLIMIT_CPU, &cpu), 0);
    seen->cpu_seconds = cpu.rlim_cur;
    char to[64] = "";
    seen->has_our_file = fcntl(our_file, F_GETFD) != -1;
    seen->is_silent = readlink("/proc/self/fd/2", to, sizeof to - 1) > 0 && strcmp(to, "/dev/null") == 0;
}

hs_error_t __wrap_hs_compile_multi(const char *const *expressions, const unsigned *flags, const unsigned *ids,
                                   unsigned count, unsigned mode, const hs_platform_info_t *platform,
                                   hs_database_t **database, hs_compile_error_t **error)
{
    look_around();
    switch (count > works_up_to ? end : WORKS) {
    case WORKS:
        break;
    case CRASHES:
        __builtin_trap();
    case CRASHES_WITHOUT_MEMORY:
        errno = ENOMEM;
        __builtin_trap();
    case IS_KILLED:
        (void)raise(SIGKILL);
        break;
    case EXITS:
        _exit(0);
    case HAS_LITTLE_MEMORY: {
        /* All that it may have is taken before; the library finds that out. */
        void *all = MAP_FAILED;
        for (size_t size = SIZE_MAX / 4; size >= 4096; size /= 2)
            while (mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) != all)
                continue;
        break;
    }
    case NEVER_ENDS:
        for (;;)
            continue;
    }
    return __real_hs_compile_multi(expressions, flags, ids, count, mode, platform, database, error);
}

static const char *const list[] = {"a", "b", "c"};
enum { COUNT = sizeof list / sizeof list[0] };

static fl_status run(enum end ends, size_t up_to, enum fl_hyperscan_kind kind, size_t *bad,
                     struct fl_error *error)
{
    struct fl_hyperscan *compiled;
    end = ends;
    works_up_to = up_to;
    fl_error_clear(error);
    const fl_status status = fl_compiler_run(list, COUNT, kind, &compiled, bad, error);
    assert_true((status == FL_OK) == (compiled != NULL));
    assert_true((status == FL_OK) == (error->message[0] == '\0'));
    fl_hyperscan_free(compiled);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
    assert_int_equal(errno, ECHILD);
    return status;
}

static void check(enum end ends, size_t up_to, enum fl_hyperscan_kind kind, fl_status expected,
                  const char *words)
{
    size_t bad;
    struct fl_error error;
    assert_int_equal(run(ends, up_to, kind, &bad, &error), expected);
    if (strstr(error.message, words) == NULL)
        fail_msg("`%s` is not in `%s`", words, error.message);
    if (expected == FL_BAD_MODEL)
        assert_int_equal(bad, up_to == 0 ? 0 : COUNT - 1);
}

static void test_words(void **state)
{
    (void)state;
    const enum fl_hyperscan_kind kind = FL_HYPERSCAN_LITERALS;
    check(WORKS, 0, kind, FL_OK, "");
    check(CRASHES_WITHOUT_MEMORY, 0, kind, FL_NO_MEMORY, "no memory to compile the keywords");
    check(IS_KILLED, 0, kind, FL_NO_MEMORY, "no memory to compile the keywords");
    check(CRASHES, 0, kind, FL_INTERNAL, "ended by signal 4 while it compiled the keywords; memory may be");
    check(EXITS, 0, kind, FL_IO, "cannot take over the keywords");
}

static void test_regular_expressions(void **state)
{
    (void)state;
    const enum fl_hyperscan_kind kind = FL_HYPERSCAN_FILTER;
    check(WORKS, 0, kind, FL_OK, "");
    check(CRASHES_WITHOUT_MEMORY, 0, kind, FL_NO_MEMORY, "no memory to compile the regular expressions");
    check(IS_KILLED, 0, kind, FL_NO_MEMORY, "no memory to compile the regular expressions");
    check(CRASHES, 0, kind, FL_BAD_MODEL, "up to this one, the regular expressions end the keyword library");
    check(CRASHES, 1, kind, FL_BAD_MODEL, "by signal 4");
    check(EXITS, 0, kind, FL_IO, "cannot take over the regular expressions");
    check(NEVER_ENDS, 1, kind, FL_BAD_MODEL, "take more than 3 seconds");
}

static void test_little_memory(void **state)
{
    (void)state;
    if (HAS_SANITIZER) /* its malloc() ends the process */
        skip();
    check(HAS_LITTLE_MEMORY, 0, FL_HYPERSCAN_LITERALS, FL_NO_MEMORY, "no memory");
    check(HAS_LITTLE_MEMORY, 0, FL_HYPERSCAN_FILTER, FL_NO_MEMORY, "no memory");
}

static void test_who_ignores_the_end_of_children(void **state)
{
    (void)state;
    assert_true(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
    check(WORKS, 0, FL_HYPERSCAN_LITERALS, FL_OK, "");
    check(CRASHES, 0, FL_HYPERSCAN_LITERALS, FL_IO, "cannot take over the keywords");
    assert_true(signal(SIGCHLD, SIG_DFL) != SIG_ERR);
}

/* No descriptor stays open, nothing is compiled here, and the child is quiet, leaves no core and holds none
 * of our files: with a lock on it that would outlive us. */
static void test_no_traces(void **state)
{
    (void)state;
    const int before = dup(STDIN_FILENO);
    (void)close(before);
    our_file = dup2(STDIN_FILENO, 100);
    assert_int_equal(our_file, 100);
    *seen = (struct seen){.core = 1};
    check(WORKS, 0, FL_HYPERSCAN_FILTER, FL_OK, "");
    assert_true(seen->is_silent && !seen->has_our_file && seen->core == 0);
    (void)close(our_file);
    check(CRASHES, 0, FL_HYPERSCAN_FILTER, FL_BAD_MODEL, "");
    assert_int_equal(seen->calls_in_parent, 0);
    const int after = dup(STDIN_FILENO);
    (void)close(after);
    assert_int_equal(after, before);
}

static void test_narrower_limits_stay(void **state)
{
    (void)state;
    struct rlimit found;
    assert_int_equal(getrlimit(RLIMIT_CPU, &found), 0);
    const struct rlimit narrow = {.rlim_cur = 50, .rlim_max = found.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_CPU, &narrow), 0);
    check(WORKS, 0, FL_HYPERSCAN_LITERALS, FL_OK, "");
    assert_int_equal(seen->cpu_seconds, 50);
    check(WORKS, 0, FL_HYPERSCAN_FILTER, FL_OK, "");
    assert_int_equal(seen->cpu_seconds, 3);
    assert_int_equal(setrlimit(RLIMIT_CPU, &found), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),         cmocka_unit_test(test_regular_expressions),
        cmocka_unit_test(test_little_memory), cmocka_unit_test(test_who_ignores_the_end_of_children),
        cmocka_unit_test(test_no_traces),     cmocka_unit_test(test_narrower_limits_stay),
    };
    tested_process = getpid();
    seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return seen == MAP_FAILED || cmocka_run_group_tests(tests, NULL, NULL);
}
