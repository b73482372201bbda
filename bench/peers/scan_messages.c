/* scan_messages.c - pairs of messages and patterns by one hs_scan() a message, as a peer of `fourloop tag`.
 *
 * Usage: scan_messages MESSAGES PATTERNS PAIRS plain|folded
 *
 * A line of MESSAGES is a message, a line of PATTERNS a regular expression without regard to case. PAIRS gets
 * two 32-bit numbers for each pair, both from 1. `folded`: UTF-8, and a message that is not all ASCII is put
 * into the form NFKC_Casefold first. Prints the CPU nanoseconds of compiling, and those of all that follows:
 * what it reads is mapped, so the second figure holds reading, folding, scanning, writing. */
#include <fcntl.h>
#include <hs.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <utf8proc.h>

struct file {
    const char *bytes;
    size_t size;
};

struct pair {
    uint32_t message, pattern;
};

/* What is at work while messages are scanned. */
struct scan {
    hs_database_t *database;
    hs_scratch_t *scratch;
    FILE *pairs;
    uint32_t message;
    bool folded;
    utf8proc_int32_t *letters; /* of the message that is folded */
    size_t letters_max;
};

static _Noreturn void fail(const char *what, const char *detail)
{
    (void)fprintf(stderr, "scan_messages: %s: %s\n", what, detail);
    exit(1);
}

static void *grown(void *old, size_t size)
{
    void *memory = realloc(old, size);
    if (memory == NULL)
        fail("no memory", "realloc");
    return memory;
}

static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static struct file map_file(const char *path)
{
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    struct stat facts;
    if (descriptor < 0 || fstat(descriptor, &facts) != 0 || facts.st_size == 0)
        fail(path, "cannot be read, or is empty");
    void *bytes = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (bytes == MAP_FAILED)
        fail(path, "cannot be mapped");
    (void)close(descriptor);
    return (struct file){bytes, (size_t)facts.st_size};
}

/* The bytes of the line that begins at `at`. */
static size_t line_size(struct file file, size_t at)
{
    const char *end = memchr(file.bytes + at, '\n', file.size - at);
    return end == NULL ? file.size - at : (size_t)(end - file.bytes) - at;
}

/* ---- patterns ---- */

static hs_database_t *compile(struct file file, unsigned flags)
{
    char **patterns = NULL;
    unsigned *ids = NULL, *all_flags = NULL, count = 0;
    for (size_t at = 0, size; at < file.size; at += size + 1, count++) {
        size = line_size(file, at);
        patterns = grown(patterns, (count + 1) * sizeof *patterns);
        ids = grown(ids, (count + 1) * sizeof *ids);
        all_flags = grown(all_flags, (count + 1) * sizeof *all_flags);
        patterns[count] = strndup(file.bytes + at, size);
        if (patterns[count] == NULL)
            fail("no memory", "strndup");
        ids[count] = count + 1;
        all_flags[count] = flags;
    }
    hs_database_t *database = NULL;
    hs_compile_error_t *problem = NULL;
    if (hs_compile_multi((const char *const *)patterns, all_flags, ids, count, HS_MODE_BLOCK, NULL, &database,
                         &problem) != HS_SUCCESS)
        fail("hs_compile_multi", problem->message);
    for (unsigned i = 0; i < count; i++)
        free(patterns[i]);
    free(patterns);
    free(ids);
    free(all_flags);
    return database;
}

/* ---- messages ---- */

static bool is_ascii(const char *bytes, size_t size)
{
    unsigned char all = 0;
    for (size_t i = 0; i < size; i++)
        all |= (unsigned char)bytes[i];
    return all < 0x80;
}

/* NFKC_Casefold; the form stays in scan->letters. Returns its size in bytes. */
static size_t fold(struct scan *scan, const char *bytes, size_t size)
{
    const utf8proc_option_t how =
        UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    for (;;) {
        const utf8proc_ssize_t count =
            utf8proc_decompose((const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)size, scan->letters,
                               (utf8proc_ssize_t)scan->letters_max, how);
        if (count < 0)
            fail("utf8proc_decompose", utf8proc_errmsg(count));
        if ((size_t)count < scan->letters_max) /* one more, as the form is ended by a zero */
            return (size_t)utf8proc_reencode(scan->letters, count, how);
        scan->letters_max = 2 * (size_t)count + 64;
        scan->letters = grown(scan->letters, scan->letters_max * sizeof *scan->letters);
    }
}

static int take_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                      void *context)
{
    struct scan *scan = context;
    const struct pair pair = {scan->message, id};
    (void)from;
    (void)to;
    (void)flags;
    return fwrite(&pair, sizeof pair, 1, scan->pairs) != 1;
}

static void scan_message(struct scan *scan, const char *bytes, size_t size)
{
    if (scan->folded && !is_ascii(bytes, size)) {
        size = fold(scan, bytes, size);
        bytes = (const char *)scan->letters;
    }
    if (hs_scan(scan->database, bytes, (unsigned)size, 0, scan->scratch, take_match, scan) != HS_SUCCESS)
        fail("hs_scan", "no success");
}

static void scan_all(struct scan *scan, struct file messages)
{
    for (size_t at = 0, size; at < messages.size; at += size + 1) {
        size = line_size(messages, at);
        scan->message++;
        scan_message(scan, messages.bytes + at, size);
    }
}

int main(int argc, char **argv)
{
    if (argc != 5)
        fail("usage", "scan_messages MESSAGES PATTERNS PAIRS plain|folded");
    struct scan scan = {.folded = strcmp(argv[4], "folded") == 0};
    const struct file messages = map_file(argv[1]), patterns = map_file(argv[2]);
    const int64_t start = cpu_ns();
    scan.database =
        compile(patterns, HS_FLAG_CASELESS | HS_FLAG_SINGLEMATCH | (scan.folded ? HS_FLAG_UTF8 : 0));
    if (hs_alloc_scratch(scan.database, &scan.scratch) != HS_SUCCESS)
        fail("hs_alloc_scratch", "no success");
    const int64_t compiled = cpu_ns();
    scan.pairs = fopen(argv[3], "wbe");
    if (scan.pairs == NULL)
        fail(argv[3], "cannot be written");
    scan_all(&scan, messages);
    if (fclose(scan.pairs) != 0)
        fail(argv[3], "cannot be written");
    printf("%" PRId64 " %" PRId64 "\n", compiled - start, cpu_ns() - compiled);
    free(scan.letters);
    (void)hs_free_scratch(scan.scratch);
    (void)hs_free_database(scan.database);
    return 0;
}
