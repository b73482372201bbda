/* status.h - the ways to fail, as one list that makes the enum, the words and the tool's exit codes. */
#ifndef FORMATS_BASE_STATUS_H
#define FORMATS_BASE_STATUS_H

#include <stdarg.h>
#include <stdint.h>

/* Values are appended, never renumbered: they are part of the installed interface.
 *         value name           exit  words */
#define FL_STATUS_LIST(X)                                                                                    \
    X(0, OK, 0, "done")                                                                                      \
    X(1, USAGE, 64, "the command line or a call is wrong")                                                   \
    X(2, CORRUPT, 65, "the bytes do not follow the format")                                                  \
    X(3, UNSUPPORTED, 65, "the file needs a newer or fuller build")                                          \
    X(4, LIMIT, 65, "a limit was passed")                                                                    \
    X(5, BAD_DATA, 65, "the input data is wrong")                                                            \
    X(6, REJECTED, 65, "more rows were rejected than allowed")                                               \
    X(7, MISSING, 66, "an input is missing")                                                                 \
    X(8, INTERNAL, 70, "a promise of the program was broken")                                                \
    X(9, NO_MEMORY, 71, "out of memory")                                                                     \
    X(10, CANNOT_CREATE, 73, "the output cannot be created")                                                 \
    X(11, IO, 74, "reading or writing failed")                                                               \
    X(12, TEMPORARY, 75, "a passing trouble: disk full or lock held")                                        \
    X(13, PERMISSION, 77, "permission denied")                                                               \
    X(14, BAD_MODEL, 78, "the model or the mapping is wrong")                                                \
    X(15, UNCHANGED, 99, "nothing to do")                                                                    \
    X(16, INTERRUPTED, 130, "interrupted")

typedef enum fl_status {
#define X(value, name, exit_code, words) FL_##name = (value),
    FL_STATUS_LIST(X)
#undef X
} fl_status;

enum { FL_ERROR_MESSAGE_SIZE = 1024, FL_ERROR_PATH_SIZE = 512 };

/* What went wrong and where. Filled once, by the place that knows most; -1 or an empty string means
 * "does not apply". Values of people's data stay out of `message`; model, mapping and keyword files may
 * be quoted. */
struct fl_error {
    fl_status status;
    char path[FL_ERROR_PATH_SIZE];
    int64_t line;        /* text: line, from 1 */
    int64_t line_column; /* text: column of that line, from 1, in bytes */
    int64_t block;       /* table files: block, from 0 */
    int64_t offset;      /* byte offset in the file */
    char column[64];     /* name of the column at fault */
    char message[FL_ERROR_MESSAGE_SIZE];
};

/* Empties `error`; every entry point may be given a NULL error. */
void fl_error_clear(struct fl_error *error);

/* Sets status and message, leaves the place as it is, and returns `status` so that it can end a function:
 *     return fl_fail(error, FL_CORRUPT, "run column: %zu bytes left over", left); */
fl_status fl_fail(struct fl_error *error, fl_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* FL_NO_MEMORY with the size that was wanted. */
fl_status fl_fail_memory(struct fl_error *error, uint64_t size_bytes);

/* Turns errno of a failed system call on `path` into a status: ENOSPC, EDQUOT -> FL_TEMPORARY; ENOENT ->
 * FL_MISSING; EACCES, EPERM, EROFS -> FL_PERMISSION; ENOMEM -> FL_NO_MEMORY; else FL_IO. */
fl_status fl_fail_errno(struct fl_error *error, int error_number, const char *action, const char *path);

/* Each sets one part of the place if it is still unset, and returns error->status. */
fl_status fl_error_at_path(struct fl_error *error, const char *path);
fl_status fl_error_at_line(struct fl_error *error, int64_t line, int64_t line_column);
fl_status fl_error_at_block(struct fl_error *error, int64_t block, const char *column);
fl_status fl_error_at_offset(struct fl_error *error, int64_t offset);

/* "shop.csv:12:5: column `amount`: block 3: ..." into `text`, cut to `size`, always ended by NUL. */
void fl_error_format(const struct fl_error *error, char *text, int size);

const char *fl_status_words(fl_status status);
const char *fl_status_name(fl_status status);
int fl_status_exit_code(fl_status status);

#endif
