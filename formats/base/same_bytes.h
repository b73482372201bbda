/* same_bytes.h - compares two open files. */
#ifndef FORMATS_BASE_SAME_BYTES_H
#define FORMATS_BASE_SAME_BYTES_H

#include <stdbool.h>

#include "formats/base/io.h"

/* Whether both hold the same bytes from their beginnings to their ends. False, too, when one cannot be
 * read. Leaves where they are read next alone. */
bool fl_same_bytes(const struct fl_io *io, int a, int b);

#endif
