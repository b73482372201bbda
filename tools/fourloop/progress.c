/* progress.c - the line that shows how far a long verb is, on a terminal only. */
#include "tools/fourloop/progress.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "tools/fourloop/process.h"

enum { DRAW_EVERY_MS = 200 };

/* The clock is for this line only; no output of a verb depends on it. */
static uint64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void progress_start(struct progress *progress, const char *doing)
{
    *progress = (struct progress){.shown = isatty(STDERR_FILENO) == 1, .doing = doing};
    if (progress->shown)
        progress->started_ms = progress->drawn_ms = now_ms();
}

static void draw(const struct progress *progress, uint64_t rows, double part)
{
    const double seconds = (double)(progress->drawn_ms - progress->started_ms) / 1000;
    fprintf(stderr, "\r\033[K%s %" PRIu64 " rows, %.2f M rows/s", progress->doing, rows,
            seconds > 0 ? (double)rows / seconds / 1e6 : 0.0);
    if (part > 0)
        fprintf(stderr, ", %.0f %%, %.0f s to go", 100 * part, seconds * (1 - part) / part);
    fflush(stderr);
}

/* Whether the line is to be drawn again. */
static bool is_due(struct progress *progress)
{
    if (!progress->shown)
        return false;
    const uint64_t now = now_ms();
    if (now - progress->drawn_ms < DRAW_EVERY_MS)
        return false;
    progress->drawn_ms = now;
    return true;
}

int progress_step(struct progress *progress, uint64_t rows, uint64_t done, uint64_t whole)
{
    if (process_interrupted())
        return 1;
    if (is_due(progress))
        draw(progress, rows, whole == 0 || done > whole ? 0.0 : (double)done / (double)whole);
    return 0;
}

int progress_say(struct progress *progress, const char *format, ...)
{
    if (process_interrupted())
        return 1;
    if (!is_due(progress))
        return 0;
    va_list arguments;
    va_start(arguments, format);
    fputs("\r\033[K", stderr);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fflush(stderr);
    return 0;
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fprintf(stderr, "\r\033[K");
}
