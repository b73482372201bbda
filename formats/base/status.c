/* status.c - fills and prints the one description of a failure. */
#include "formats/base/status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct status_facts {
    const char *name;
    const char *words;
    int exit_code;
};

/* Indexed by status: FL_STATUS_LIST has no holes. */
static const struct status_facts status_table[] = {
#define X(value, name, exit_code, words) [value] = {#name, words, exit_code},
    FL_STATUS_LIST(X)
#undef X
};
enum { STATUS_COUNT = sizeof status_table / sizeof status_table[0] };

static const struct status_facts *facts_of(fl_status status)
{
    const size_t number = (size_t)status;
    return &status_table[number < STATUS_COUNT ? number : (size_t)FL_INTERNAL];
}

const char *fl_status_words(fl_status status)
{
    return facts_of(status)->words;
}

const char *fl_status_name(fl_status status)
{
    return facts_of(status)->name;
}

int fl_status_exit_code(fl_status status)
{
    return facts_of(status)->exit_code;
}

void fl_error_clear(struct fl_error *error)
{
    if (error == NULL)
        return;
    memset(error, 0, sizeof *error);
    error->line = -1;
    error->line_column = -1;
    error->block = -1;
    error->offset = -1;
}

fl_status fl_fail(struct fl_error *error, fl_status status, const char *format, ...)
{
    if (error == NULL)
        return status;
    /* By way of a buffer, so that a message may be made of the message it replaces. */
    char message[FL_ERROR_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (length < 0)
        message[0] = '\0';
    error->status = status;
    memcpy(error->message, message, sizeof message);
    return status;
}

fl_status fl_fail_memory(struct fl_error *error, uint64_t size_bytes)
{
    return fl_fail(error, FL_NO_MEMORY, "out of memory: %llu bytes were wanted",
                   (unsigned long long)size_bytes);
}

static fl_status status_of_errno(int error_number)
{
    switch (error_number) {
    case ENOSPC:
    case EDQUOT:
        return FL_TEMPORARY;
    case ENOENT:
        return FL_MISSING;
    case EACCES:
    case EPERM:
    case EROFS:
        return FL_PERMISSION;
    case ENOMEM:
        return FL_NO_MEMORY;
    default:
        return FL_IO;
    }
}

fl_status fl_fail_errno(struct fl_error *error, int error_number, const char *action, const char *path)
{
    const fl_status status = status_of_errno(error_number);
    const char *reason = strerrordesc_np(error_number); /* unlike strerror(): no locale, no shared buffer */
    if (reason == NULL)
        reason = "unknown system error";
    (void)fl_fail(error, status, "cannot %s: %s%s", action,
                  status == FL_TEMPORARY ? "the disk is full: " : "", reason);
    if (path != NULL)
        (void)fl_error_at_path(error, path);
    return status;
}

/* Without an error there is no status to hand on; whoever ends a function so has failed all the same. */
static fl_status status_of(const struct fl_error *error)
{
    return error == NULL ? FL_INTERNAL : error->status;
}

static void set_if_empty(char *text, size_t size, const char *value)
{
    if (text[0] == '\0')
        (void)snprintf(text, size, "%s", value);
}

fl_status fl_error_at_path(struct fl_error *error, const char *path)
{
    if (error != NULL)
        set_if_empty(error->path, sizeof error->path, path);
    return status_of(error);
}

fl_status fl_error_at_line(struct fl_error *error, int64_t line, int64_t line_column)
{
    if (error != NULL && error->line < 1) {
        error->line = line;
        error->line_column = line_column;
    }
    return status_of(error);
}

fl_status fl_error_at_block(struct fl_error *error, int64_t block, const char *column)
{
    if (error == NULL)
        return FL_INTERNAL;
    if (error->block < 0)
        error->block = block;
    if (column != NULL)
        set_if_empty(error->column, sizeof error->column, column);
    return error->status;
}

fl_status fl_error_at_offset(struct fl_error *error, int64_t offset)
{
    if (error != NULL && error->offset < 0)
        error->offset = offset;
    return status_of(error);
}

/* Text of a fixed size that is filled from the left. */
struct sink {
    char *text;
    size_t size;
    size_t used;
};

static void put(struct sink *sink, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct sink *sink, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(sink->text + sink->used, sink->size - sink->used, format, arguments);
    va_end(arguments);
    const size_t left = sink->size - sink->used - 1;
    if (length > 0)
        sink->used += (size_t)length < left ? (size_t)length : left;
}

void fl_error_format(const struct fl_error *error, char *text, int size)
{
    if (size <= 0)
        return;
    struct sink sink = {text, (size_t)size, 0};
    text[0] = '\0';
    if (error == NULL)
        return;
    if (error->path[0] != '\0')
        put(&sink, "%s:", error->path);
    if (error->line > 0)
        put(&sink, error->path[0] != '\0' ? "%lld:" : "line %lld:", (long long)error->line);
    if (error->line > 0 && error->line_column > 0)
        put(&sink, "%lld:", (long long)error->line_column);
    if (sink.used > 0)
        put(&sink, " ");
    if (error->column[0] != '\0')
        put(&sink, "column `%s`: ", error->column);
    if (error->block >= 0)
        put(&sink, "block %lld: ", (long long)error->block);
    if (error->offset >= 0)
        put(&sink, "offset %lld: ", (long long)error->offset);
    put(&sink, "%s", error->message[0] != '\0' ? error->message : fl_status_words(error->status));
}
