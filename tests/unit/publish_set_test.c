/* publish_set_test.c - files that belong together get their names all or not at all.
 *
 * What may have the names already - nothing, the same bytes, others, a link - is tried one by one. Each sync
 * of the folder fails once; a second process publishes the same files in the midst of one that then fails.
 * Every call that fails is for model_test.c, kills are for tests/faults/kills.py. */
#include "tests/unit/folder_fixture.h"

#include <sys/wait.h>
#include <time.h>

#include "formats/base/publish_set.h"

enum { COUNT = 3, PATIENCE_MS = 300 };
static const char *const names[COUNT] = {"first", "middle", "last"};

/* Each file holds its name. */
static fl_status publish(const struct fl_io *io, struct fl_error *error)
{
    struct fl_output *outputs[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(fl_output_create(io, fixture_folder, &outputs[i], error), FL_OK);
        assert_int_equal(fl_output_write(outputs[i], names[i], strlen(names[i]), error), FL_OK);
    }
    return fl_publish_set(io, fixture_folder, outputs, names, COUNT, error);
}

static void check_files(const char *expected)
{
    char list[256];
    fixture_list(".", list, sizeof list);
    assert_string_equal(list, expected);
}

static void remove_all(void)
{
    for (size_t i = 0; i < COUNT; i++)
        fixture_remove(names[i]);
    check_files("");
}

static ino_t file_number(const char *name)
{
    char path[FIXTURE_PATH_SIZE];
    struct stat facts;
    assert_int_equal(stat(fixture_path(name, path), &facts), 0);
    return facts.st_ino;
}

static void test_what_is_there_stays(void **state)
{
    (void)state;
    fixture_put("middle", "middle");
    const ino_t before = file_number("middle");
    assert_int_equal(publish(&fl_io_system, NULL), FL_OK);
    check_files("first last middle");
    assert_int_equal(file_number("middle"), before);
    assert_int_equal(publish(&fl_io_system, NULL), FL_OK);
    remove_all();
}

static void expect_refused(void)
{
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(publish(&fl_io_system, &error), FL_CANNOT_CREATE);
    assert_string_equal(error.message, "is there already, with other bytes: nothing was written");
    assert_non_null(strstr(error.path, "/last"));
    check_files("last");
    remove_all();
}

static void test_others_are_refused(void **state)
{
    (void)state;
    char path[FIXTURE_PATH_SIZE];
    static const char *const others[] = {"", "las", "lasT", "last\n"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        fixture_put("last", others[i]);
        expect_refused();
    }
    assert_int_equal(symlink("first", fixture_path("last", path)), 0);
    expect_refused();
}

/* ---- a system that cannot sync the folder ---- */

static int syncs, failing_sync;
static pid_t second;
static int start_second;

static int fail_sync(int file)
{
    struct stat facts;
    assert_int_equal(fstat(file, &facts), 0);
    if (!S_ISDIR(facts.st_mode) || ++syncs != failing_sync)
        return fsync(file);
    errno = EIO;
    return -1;
}

static void test_failures_take_back(void **state)
{
    (void)state;
    struct fl_io io = fl_io_system;
    io.fsync = fail_sync;
    fixture_put("middle", "middle");
    for (failing_sync = 1;; failing_sync++) {
        syncs = 0;
        const fl_status status = publish(&io, NULL);
        if (syncs < failing_sync)
            break;
        assert_int_equal(status, FL_IO);
        check_files("middle");
    }
    assert_int_equal(failing_sync, 4); /* in front of the last name, behind it, the folder's own */
    check_files("first last middle");
    remove_all();
}

/* Waits for a byte before it publishes. Born first: it must not hold what the first process locks. */
static void fork_second(void)
{
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    second = fork();
    assert_true(second >= 0);
    if (second == 0)
        _exit(read(ends[0], &byte, 1) != 1 || publish(&fl_io_system, NULL) != FL_OK);
    (void)close(ends[0]);
    start_second = ends[1];
}

/* Gives the second process time to end, and fails. */
static int fail_beside_second(int file)
{
    struct stat facts;
    assert_int_equal(fstat(file, &facts), 0);
    if (!S_ISDIR(facts.st_mode))
        return fsync(file);
    assert_int_equal(write(start_second, "", 1), 1);
    for (int waited_ms = 0; waited_ms < PATIENCE_MS; waited_ms++) {
        siginfo_t ended = {.si_pid = 0};
        if (waitid(P_PID, (id_t)second, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid != 0)
            break;
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    errno = EIO;
    return -1;
}

static void test_two_at_once(void **state)
{
    (void)state;
    struct fl_io io = fl_io_system;
    io.fsync = fail_beside_second;
    fork_second();
    assert_int_equal(publish(&io, NULL), FL_IO);
    int outcome;
    assert_int_equal(waitpid(second, &outcome, 0), second);
    (void)close(start_second);
    assert_true(WIFEXITED(outcome) && WEXITSTATUS(outcome) == 0);
    check_files("first last middle");
    remove_all();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_there_stays),
        cmocka_unit_test(test_others_are_refused),
        cmocka_unit_test(test_failures_take_back),
        cmocka_unit_test(test_two_at_once),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
