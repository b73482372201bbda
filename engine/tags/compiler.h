/* compiler.h - expressions compiled by a child process, as the library may crash, or never end, at it. */
#ifndef ENGINE_TAGS_COMPILER_H
#define ENGINE_TAGS_COMPILER_H

#include "engine/tags/hyperscan.h"

/* What fl_hyperscan_compile() does, with what compiler_child.h allows of time and memory. To be called before
 * the process has other threads: the child goes on with the one that calls. FL_BAD_MODEL: *bad is the first
 * expression at fault, or, if each alone is fine, the last one; for literals, which have no faults, too much
 * time is FL_LIMIT. FL_NO_MEMORY: also where the library crashed because of it; FL_INTERNAL: it crashed at
 * literals otherwise. */
fl_status fl_compiler_run(const char *const *expressions, size_t count, enum fl_hyperscan_kind kind,
                          struct fl_hyperscan **compiled, size_t *bad, struct fl_error *error);

#endif
