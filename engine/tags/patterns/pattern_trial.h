/* pattern_trial.h - expressions compiled by a child process first, which may fail at it. */
#ifndef ENGINE_TAGS_PATTERNS_PATTERN_TRIAL_H
#define ENGINE_TAGS_PATTERNS_PATTERN_TRIAL_H

#include "engine/tags/hyperscan.h"

/* Whether the library compiles them within some seconds and a gibibyte. To be called before the process has
 * other threads: the child goes on with the one that calls. Nothing that the child made is taken over.
 * FL_BAD_MODEL: *bad is the first one at fault, or, if each alone is fine, the last one. */
fl_status fl_pattern_trial(const char *const *expressions, size_t count, size_t *bad, struct fl_error *error);

#endif
