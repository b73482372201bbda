/* fuzz_replay.c - gives every file of the named folders to a fuzz target, without libFuzzer. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz_target.h"
#include "tests/malformed/memory_file.h"

static int replay_file(const char *folder, const char *name)
{
    char path[4096];
    struct fl_buffer bytes = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    memory_file_load(path, &bytes);
    /* A copy of exactly this size, so that a step beyond its end is one that a sanitizer sees. */
    uint8_t *copy = malloc(bytes.size + (bytes.size == 0));
    if (copy == NULL)
        return 1;
    if (bytes.size != 0)
        memcpy(copy, bytes.bytes, bytes.size);
    const int result = LLVMFuzzerTestOneInput(copy, bytes.size);
    free(copy);
    fl_buffer_release(&bytes);
    return result;
}

static int replay_folder(const char *path, int *files)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        perror(path);
        return 1;
    }
    int result = 0;
    for (struct dirent *entry = readdir(folder); result == 0 && entry != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] == '.')
            continue;
        result = replay_file(path, entry->d_name);
        ++*files;
    }
    (void)closedir(folder);
    return result;
}

int main(int count, char **folders)
{
    int files = 0;
    for (int i = 1; i < count; i++) {
        if (replay_folder(folders[i], &files) != 0)
            return 1;
    }
    printf("%d inputs replayed\n", files);
    return files == 0; /* an empty corpus proves nothing */
}
