/* fit_output.c - puts the file that a fit made into the model folder. */
#include "engine/fit_output.h"

#include "formats/base/publish.h"

fl_status fl_fit_publish(const struct fl_io *io, const char *folder, enum fl_model_part part,
                         const struct fl_buffer *text, struct fl_error *error)
{
    struct fl_output *output = NULL;
    fl_status status = fl_directory_check(io, folder, error);
    if (status == FL_OK)
        status = fl_output_create(io, folder, &output, error);
    if (status != FL_OK)
        return status;
    status = fl_output_write(output, text->bytes, text->size, error);
    if (status != FL_OK) {
        fl_output_abort(output);
        return status;
    }
    status = fl_output_commit(output, fl_model_part_name(part), error);
    return status == FL_OK ? fl_directory_sync(io, folder, error) : status;
}
