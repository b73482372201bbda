/* preload_count.h - what the preloaded libraries share: their numbers from the environment, a count for the
 * test. */
#ifndef TESTS_FAULTS_PRELOAD_COUNT_H
#define TESTS_FAULTS_PRELOAD_COUNT_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* 0 when it is not set. */
static inline long preload_number(const char *name)
{
    const char *text = getenv(name);
    return text == NULL ? 0 : strtol(text, NULL, 10);
}

/* Into the file that $PRELOAD_COUNT_FILE names, so that the test knows the library was at work. By calls that
 * no library puts itself before. */
static inline void preload_tell_count(long count)
{
    const char *path = getenv("PRELOAD_COUNT_FILE");
    if (path == NULL)
        return;
    char text[32];
    const int size = snprintf(text, sizeof text, "%ld\n", count);
    const long file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    (void)syscall(SYS_write, file, text, (size_t)size);
    (void)syscall(SYS_close, file);
}

#endif
