/* progress.h - the line that shows how far a long verb is, on a terminal only. */
#ifndef TOOLS_FOURLOOP_PROGRESS_H
#define TOOLS_FOURLOOP_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool shown; /* stderr is a terminal */
    const char *doing;
    uint64_t started_ms, drawn_ms;
};

void progress_start(struct progress *progress, const char *doing);
/* `done` of `whole` says how far it is (`whole` 0: unknown). Not zero when the user wants the verb to stop.
 */
int progress_step(struct progress *progress, uint64_t rows, uint64_t done, uint64_t whole);
/* The same where rows say nothing: in words. */
int progress_say(struct progress *progress, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Wipes the line. */
void progress_end(struct progress *progress);

#endif
