/* broken_case.h - one thing wrong in a table file, with what the reader must say to it. */
#ifndef TESTS_MALFORMED_BROKEN_CASE_H
#define TESTS_MALFORMED_BROKEN_CASE_H

#include <stdbool.h>

#include "formats/base/status.h"
#include "formats/schema/schema.h"
#include "tests/malformed/table_parts.h"

struct broken_case {
    const char *what;
    const char *schema;                        /* of the golden file; NULL: interactions */
    void (*change)(struct table_parts *parts); /* before offsets, sizes, checksums are filled in */
    void (*lie)(struct table_parts *parts);    /* after */
    void (*change_bytes)(struct fl_buffer *bytes);
    bool unsealed; /* change_bytes leaves the checksums of header and footer wrong */
    fl_status status;
    const char *message; /* by fl_error_format() */
};

extern const struct broken_case broken_container_cases[];
extern const size_t broken_container_case_count;
extern const struct broken_case broken_page_cases[];
extern const size_t broken_page_case_count;

#endif
