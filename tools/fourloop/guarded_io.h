/* guarded_io.h - the system's calls with a memory of what is mapped, for a last word when a page is gone. */
#ifndef TOOLS_FOURLOOP_GUARDED_IO_H
#define TOOLS_FOURLOOP_GUARDED_IO_H

#include "formats/base/io.h"

/* Fills `io` and sets the SIGBUS handler: a page of a mapped file that can no longer be read ends the process
 * with exit code 74, after naming the file and the offset. Nothing was published by then. */
void guarded_io_init(struct fl_io *io);

#endif
