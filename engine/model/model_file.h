/* model_file.h - reads model.yaml, the numbers an analyst sets. */
#ifndef ENGINE_MODEL_MODEL_FILE_H
#define ENGINE_MODEL_MODEL_FILE_H

#include "engine/model/model_settings.h"
#include "formats/base/status.h"

/* What holds for every key that a file leaves out. */
extern const struct fl_model_settings fl_model_settings_default;

/* Every key may be absent and then has its default. FL_BAD_MODEL with the place and a caret: an unknown key
 * (the nearest is named), a value of a wrong kind or outside its range, two that contradict each other. */
fl_status fl_model_file_parse(const char *bytes, size_t size, const char *shown_path,
                              struct fl_model_settings *settings, struct fl_error *error);

#endif
