/* hardening.h - what stands between a mistake in the program and whoever would use it. */
#ifndef TOOLS_FOURLOOP_HARDENING_H
#define TOOLS_FOURLOOP_HARDENING_H

#include "formats/base/io.h"

/* Lines of `doctor`: how the program was built, read from itself where that can be, and what this machine
 * adds. */
void hardening_print(const struct fl_io *io);

#endif
