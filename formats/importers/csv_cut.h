/* csv_cut.h - finds where a stretch of CSV can be cut between two records. */
#ifndef FORMATS_IMPORTERS_CSV_CUT_H
#define FORMATS_IMPORTERS_CSV_CUT_H

#include <stdbool.h>
#include <stddef.h>

/* How many of the bytes, which start where a record does, are whole records: up to behind the last line end
 * outside of quotes, or all of them when nothing comes after (`whole`). A record that breaks the rules is
 * left to the reader: what counts then is what comes before it. 0: no record ends here. */
size_t fl_csv_cut(const char *bytes, size_t size, bool whole, char delimiter, char quote);

#endif
