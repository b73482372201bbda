/* yaml_source.h - the text of a YAML file, cut into lines for its error messages. */
#ifndef FORMATS_BASE_YAML_SOURCE_H
#define FORMATS_BASE_YAML_SOURCE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/arena.h"
#include "formats/base/status.h"
#include "formats/base/text.h"

/* Only for yaml_*.c. All of it lives in the arena given to fl_yaml_source_init(). */
struct fl_yaml_source {
    const char *path;
    const char *bytes; /* without a byte order mark */
    size_t size;
    uint32_t *line_starts;
    size_t line_count; /* at least 1 */
};

/* Copies path and bytes, finds the lines. False: no memory. */
bool fl_yaml_source_init(struct fl_yaml_source *source, struct fl_arena *arena, const char *bytes,
                         size_t size, const char *path);
/* Line `line` (from 1) without its end; the last one for a line past the end. */
struct fl_text fl_yaml_source_line(const struct fl_yaml_source *source, int64_t line);
/* Sets status, path, line, column (both from 1, the column in bytes) and a message that ends with the line
 * under a caret. */
fl_status fl_yaml_source_fail(const struct fl_yaml_source *source, int64_t line, int64_t line_column,
                              struct fl_error *error, fl_status status, const char *format, va_list arguments)
    __attribute__((format(printf, 6, 0)));

/* Text of the file as a message may hold it: without control characters, cut to a few words. */
enum { FL_YAML_SHOWN_SIZE = 72 };
struct fl_yaml_shown {
    char text[FL_YAML_SHOWN_SIZE];
};
struct fl_yaml_shown fl_yaml_show(struct fl_text text);

#endif
