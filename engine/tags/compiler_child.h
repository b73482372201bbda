/* compiler_child.h - the process in which the library compiles, as its parent sees it. */
#ifndef ENGINE_TAGS_COMPILER_CHILD_H
#define ENGINE_TAGS_COMPILER_CHILD_H

#include <sys/types.h>

#include "engine/tags/hyperscan.h"

/* 100,000 words take some four seconds and 250 MiB, the most that a list may have twice that. Of regular
 * expressions a short list can take any time: both trials of them end within ten seconds. */
enum { FL_WORDS_CPU_SECONDS = 60, FL_PATTERNS_CPU_SECONDS = 3, FL_COMPILER_MEMORY_MIB = 1024 };

struct fl_compiler_task {
    const char *const *expressions;
    size_t count;
    enum fl_hyperscan_kind kind;
    unsigned cpu_seconds;
    bool one_by_one; /* each alone, a report of each, in order; what was compiled is dropped */
    pid_t parent;    /* when it dies, so does the child */
};
/* What the child writes; behind it, if it is good and all were compiled at once, `size` bytes. */
struct fl_compiler_report {
    fl_status status;
    size_t at; /* the expression it is about; the number of them if it is about all */
    size_t size;
    char words[FL_ERROR_MESSAGE_SIZE];
};

/* Never returns. The process ends with 0 when all is written, with FL_NO_MEMORY when the library crashed on a
 * refused allocation, with FL_IO when a report could not be written; by the signal of any other crash, by
 * SIGXCPU when its time is over. */
_Noreturn void fl_compiler_child(const struct fl_compiler_task *task, int out);

#endif
