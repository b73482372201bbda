/* stdout_csv.c - rows of a table as CSV on the standard output. */
#include "tools/fourloop/stdout_csv.h"

#include <unistd.h>

#include "formats/base/publish.h"
#include "formats/exporters/export_csv.h"

fl_status stdout_csv(const struct fl_io *io, struct fl_table *table, uint64_t rows_max,
                     struct fl_error *error)
{
    struct fl_output *output;
    fl_status status = fl_output_over_file(io, STDOUT_FILENO, "the standard output", &output, error);
    if (status != FL_OK)
        return status;
    status = fl_export_csv_head(table, rows_max, output, error);
    if (status == FL_OK)
        status = fl_output_commit(output, NULL, error);
    else
        fl_output_abort(output);
    if (status != FL_TEMPORARY)
        return status;
    /* Whoever reads the pipe has half of it: the same command cannot mend that. */
    return fl_fail(error, FL_IO, "writing failed: the disk behind it is full");
}
