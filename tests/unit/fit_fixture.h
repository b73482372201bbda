/* fit_fixture.h - what every fit of a model folder must do when a system call fails, for unit tests. */
#ifndef TESTS_UNIT_FIT_FIXTURE_H
#define TESTS_UNIT_FIT_FIXTURE_H

#include "tests/unit/engine_fixture.h"

#include <errno.h>

static inline bool fixture_holds(const char *path, const char *text)
{
    size_t size;
    char *found = fixture_get(path, &size);
    assert_non_null(found);
    const bool same = strcmp(found, text) == 0;
    free(found);
    return same;
}

/* Each system call of `fit` fails once, with two errors: of the file at `path` in the folder `model` it
 * leaves `old` or `fitted`, whole, and nothing else in the folder. */
static inline void check_each_call_fails(fl_status (*fit)(const struct fl_io *io, struct fl_error *error),
                                         const char *path, const char *old, const char *fitted)
{
    static const int errors[] = {EIO, ENOSPC};
    char list[4096], wanted[4096];
    fixture_list("model", wanted, sizeof wanted);
    for (size_t which = 0; which < sizeof errors / sizeof errors[0]; which++) {
        for (int at = 1;; at++) {
            struct fl_error error = {0};
            fixture_put(path, old);
            const struct fl_io io = fixture_io(at, errors[which]);
            const fl_status status = fit(&io, &error);
            const bool faulted = fixture_calls >= at;
            fixture_list("model", list, sizeof list);
            assert_string_equal(list, wanted);
            if (status == FL_OK)
                assert_true(fixture_holds(path, fitted));
            else
                assert_true(error.message[0] != '\0' &&
                            (fixture_holds(path, old) || fixture_holds(path, fitted)));
            if (!faulted) {
                assert_int_equal(status, FL_OK);
                break;
            }
        }
    }
}

#endif
