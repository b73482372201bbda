/* stdout_table.c - rows of a table on the standard output. */
#include "tools/fourloop/stdout_table.h"

#include <unistd.h>

fl_status stdout_table(const struct fl_io *io, struct fl_table *table, uint64_t rows_max,
                       const struct fl_export_format *format, const struct fl_export_options *options,
                       struct fl_error *error)
{
    struct fl_output *output;
    fl_status status = fl_output_over_file(io, STDOUT_FILENO, "the standard output", &output, error);
    if (status != FL_OK)
        return status;
    fl_output_without_digest(output);
    struct fl_export_part part = fl_export_whole(table);
    part.rows_max = rows_max;
    status = fl_export_walk(table, &part, format, options, output, error);
    if (status == FL_OK)
        status = fl_output_commit(output, NULL, error);
    else
        fl_output_abort(output);
    if (status != FL_TEMPORARY)
        return status;
    /* Whoever reads the pipe has half of it: the same command cannot mend that. */
    return fl_fail(error, FL_IO, "writing failed: the disk behind it is full");
}
