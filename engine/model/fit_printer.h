/* fit_printer.h - lines of the YAML files that a fit writes into a model. */
#ifndef ENGINE_MODEL_FIT_PRINTER_H
#define ENGINE_MODEL_FIT_PRINTER_H

#include <stdbool.h>

#include "formats/base/arena.h"
#include "formats/base/status.h"
#include "formats/base/text.h"

/* What is printed, and whether memory has lasted so far. */
struct fl_fit_printer {
    struct fl_buffer *buffer;
    bool failed;
};

/* At most 511 bytes at once. */
void fl_fit_put(struct fl_fit_printer *printer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* In quotes, with what YAML does not take as it is escaped. `text` is well-formed UTF-8. */
void fl_fit_put_quoted(struct fl_fit_printer *printer, struct fl_text text);

#endif
