/* export_csv.h - a table file as CSV: RFC 4180, UTF-8, LF, null = nothing, empty text = "". */
#ifndef FORMATS_EXPORTERS_EXPORT_CSV_H
#define FORMATS_EXPORTERS_EXPORT_CSV_H

#include "formats/base/publish.h"
#include "formats/table/table_reader.h"

/* Header line, then every row of `table`, all columns of its schema in frozen order. Deterministic; no
 * locale. */
fl_status fl_export_csv(struct fl_table *table, struct fl_output *output, struct fl_error *error);
/* The same, but at most the first `rows_max` rows. */
fl_status fl_export_csv_head(struct fl_table *table, uint64_t rows_max, struct fl_output *output,
                             struct fl_error *error);

#endif
