/* fit_output.h - puts the file that a fit made into the model folder. */
#ifndef ENGINE_FIT_OUTPUT_H
#define ENGINE_FIT_OUTPUT_H

#include "engine/model/model.h"

/* Locks the model folder, for moments, against others that call this, for a fit that follows another:
 * `followed` are the bytes of the part as it was read (none: there was no file). FL_TEMPORARY: they are there
 * no more, so that what this fit made follows from a file that is gone. *lock goes back with fl_fit_unlock().
 */
fl_status fl_fit_lock(const struct fl_io *io, const char *folder, enum fl_model_part part,
                      const struct fl_buffer *followed, int *lock, struct fl_error *error);
void fl_fit_unlock(const struct fl_io *io, int lock);

/* `text` becomes the file of a part, whole or not at all, and is brought to the disk: renaming is the last
 * that can fail, but for the latter. */
fl_status fl_fit_publish(const struct fl_io *io, const char *folder, enum fl_model_part part,
                         const struct fl_buffer *text, struct fl_error *error);

#endif
