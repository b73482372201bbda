/* fit_output.h - puts the file that a fit made into the model folder. */
#ifndef ENGINE_FIT_OUTPUT_H
#define ENGINE_FIT_OUTPUT_H

#include "engine/model/model.h"

/* `text` becomes the file of a part, whole or not at all, and is brought to the disk: renaming is the last
 * that can fail, but for the latter. */
fl_status fl_fit_publish(const struct fl_io *io, const char *folder, enum fl_model_part part,
                         const struct fl_buffer *text, struct fl_error *error);

#endif
