/* model_defaults.h - the files of engine/defaults as the build embeds them. */
#ifndef ENGINE_MODEL_MODEL_DEFAULTS_H
#define ENGINE_MODEL_MODEL_DEFAULTS_H

#include <stddef.h>
#include <stdint.h>

struct fl_model_default_file {
    const char *name;
    const uint8_t *bytes;
    size_t size;
};

/* What `model init` writes. The definition is written by engine/CMakeLists.txt into the build tree. */
extern const struct fl_model_default_file fl_model_default_files[];
extern const size_t fl_model_default_file_count;
/* The one of this name, or NULL. */
const struct fl_model_default_file *fl_model_default_file(const char *name);

#endif
