/* damage_trial.c - tries all cases of one kind of damage on one file, in processes of their own.
 *
 * A worker for each CPU takes chunks of cases; what came of each stands in memory that all share, so that the
 * digest is the same for any number of workers, and so that the case at which a worker died is known. */
#include "tests/malformed/damage_trial.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/base/checksum.h"

enum {
    WORKERS_MAX = 16,
    CHUNK_CASES = 64,
    CHUNK_SECONDS = 60, /* a chunk takes milliseconds: what lasts longer never ends */
    VIOLATIONS_SHOWN = 10
};

/* More than any of the readers needs: a page of 64 MiB, words of 32 MiB, their offsets, a block's texts. */
#define WORKER_BYTES_MAX (192u << 20)

enum case_state { CASE_NOT_TRIED, CASE_SAME_BYTES, CASE_TRIED, CASE_ACCEPTED_EQUAL, CASE_ACCEPTED_OTHER };

struct case_result {
    uint64_t bytes_digest; /* of the damaged file */
    /* What the digests of a trial are over. */
    struct case_outcome {
        int64_t offset;
        int32_t block;
        uint32_t column; /* of its name */
        uint32_t state, status;
    } outcome;
    uint64_t is_sealed; /* only sealed bytes were changed */
};

struct shared {
    uint64_t current[WORKERS_MAX]; /* the case at hand */
    struct case_result results[];
};

struct work {
    const struct trial_file *file;
    const struct damage *damage;
    uint64_t case_count, every, original_digest;
    struct shared *shared;
};

/* Cases are chosen by a mixed number: every N-th one would be the same bit of each byte. */
static bool is_chosen(uint64_t index, uint64_t every)
{
    return every == 1 || (index * 0x9E3779B97F4A7C15u >> 32) % every == 0;
}

/* ---- one case ---- */

static bool is_in_sealed(const struct trial_file *file, size_t at)
{
    for (size_t i = 0; i < file->sealed_count; i++) {
        if (at >= file->sealed[i].from && at < file->sealed[i].to)
            return true;
    }
    return false;
}

static bool changes_sealed_only(const struct trial_file *file, const struct fl_buffer *bytes)
{
    if (file->sealed_count == 0 || bytes->size != file->source.bytes.size)
        return false;
    for (size_t at = 0; at < bytes->size; at++) {
        if (bytes->bytes[at] != file->source.bytes.bytes[at] && !is_in_sealed(file, at))
            return false;
    }
    return true;
}

static void judge(const struct trial_file *file, const struct fl_buffer *bytes, struct case_result *result)
{
    struct fl_error error;
    uint64_t values;
    fl_error_clear(&error);
    const fl_status status = file->read(bytes, &values, &error);
    result->outcome = (struct case_outcome){
        .offset = error.offset,
        .block = (int32_t)error.block,
        .column = (uint32_t)fl_digest64(error.column, strlen(error.column)),
        .state = status != FL_OK          ? CASE_TRIED
                 : values == file->values ? CASE_ACCEPTED_EQUAL
                                          : CASE_ACCEPTED_OTHER,
        .status = (uint32_t)status,
    };
    result->is_sealed = changes_sealed_only(file, bytes);
}

static void try_case(const struct work *work, uint64_t index, struct fl_buffer *bytes)
{
    const struct fl_buffer *original = &work->file->source.bytes;
    struct case_result *result = &work->shared->results[index];
    damage_resize(bytes, original->size);
    memcpy(bytes->bytes, original->bytes, original->size);
    work->damage->make(&work->file->source, index, bytes);
    result->bytes_digest = fl_digest64(bytes->bytes, bytes->size);
    if (result->bytes_digest == work->original_digest)
        result->outcome.state = CASE_SAME_BYTES;
    else
        judge(work->file, bytes, result);
}

/* ---- workers ---- */

/* Sanitizers reserve terabytes, so the limit is for plain builds. */
static void limit_memory(void)
{
#if !defined(__SANITIZE_ADDRESS__)
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
    return;
#endif
#endif
    const struct rlimit limit = {WORKER_BYTES_MAX, WORKER_BYTES_MAX};
    if (setrlimit(RLIMIT_DATA, &limit) != 0)
        abort();
#endif
}

static void run_worker(const struct work *work, unsigned number, unsigned workers)
{
    struct fl_buffer bytes = {0};
    limit_memory();
    for (uint64_t chunk = number; chunk * CHUNK_CASES < work->case_count; chunk += workers) {
        const uint64_t from = chunk * CHUNK_CASES, end = from + CHUNK_CASES;
        (void)alarm(CHUNK_SECONDS);
        for (uint64_t index = from; index < end && index < work->case_count; index++) {
            if (!is_chosen(index, work->every))
                continue;
            work->shared->current[number] = index;
            try_case(work, index, &bytes);
        }
    }
    fl_buffer_release(&bytes);
}

static unsigned worker_count(void)
{
    const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    return cpus < 1 ? 1 : cpus > WORKERS_MAX ? WORKERS_MAX : (unsigned)cpus;
}

/* The words that repeat a case come last. */
static void show_violation(const struct work *work, uint64_t index, const char *what, int number)
{
    (void)fprintf(stderr, "violation: %s: %s %d: corruption_test --one %s '%s' %ju\n", work->file->name, what,
                  number, work->file->name, work->damage->name, (uintmax_t)index);
}

/* Runs all workers to their end; how many of them died. */
static unsigned run_workers(const struct work *work)
{
    pid_t children[WORKERS_MAX];
    const unsigned workers = worker_count();
    unsigned died = 0;
    (void)fflush(NULL);
    for (unsigned i = 0; i < workers; i++) {
        children[i] = fork();
        if (children[i] < 0)
            abort();
        if (children[i] == 0) {
            run_worker(work, i, workers);
            _exit(0);
        }
    }
    for (unsigned i = 0; i < workers; i++) {
        int end;
        if (waitpid(children[i], &end, 0) != children[i])
            abort();
        if (WIFEXITED(end) && WEXITSTATUS(end) == 0)
            continue;
        died++;
        show_violation(work, work->shared->current[i], WIFSIGNALED(end) ? "signal" : "exit code",
                       WIFSIGNALED(end) ? WTERMSIG(end) : WEXITSTATUS(end));
    }
    return died;
}

/* ---- what came of it ---- */

static bool is_verdict(uint32_t status)
{
    return status == FL_CORRUPT || status == FL_UNSUPPORTED || status == FL_LIMIT;
}

static void remember(struct trial_seen *seen, uint64_t digest)
{
    if (seen->count == seen->capacity) {
        seen->capacity = seen->capacity == 0 ? 1 << 20 : 2 * seen->capacity;
        seen->digests = realloc(seen->digests, seen->capacity * sizeof *seen->digests);
        if (seen->digests == NULL)
            abort();
    }
    seen->digests[seen->count++] = digest;
}

/* The words of what is wrong with a result, or NULL. */
static const char *violation_of(const struct case_result *result, bool may_accept)
{
    const bool accepted = result->outcome.status == FL_OK;
    if (!accepted)
        return is_verdict(result->outcome.status) ? NULL : "status";
    if (result->is_sealed)
        return "accepted, changed in sealed bytes alone, status";
    return may_accept ? NULL : "accepted, status";
}

static void count_case(const struct case_result *result, struct trial *trial)
{
    const struct case_outcome *outcome = &result->outcome;
    trial->tried++;
    trial->accepted_equal += outcome->state == CASE_ACCEPTED_EQUAL;
    trial->accepted_other += outcome->state == CASE_ACCEPTED_OTHER;
    trial->accepted_sealed += outcome->status == FL_OK && result->is_sealed != 0;
    trial->strange += outcome->status != FL_OK && !is_verdict(outcome->status);
    if (outcome->status != FL_OK)
        trial->refused[outcome->status]++;
}

static void add_to_digest(uint64_t *digest, uint64_t index, const struct case_outcome *outcome)
{
    *digest = fl_digest64_seeded(*digest ^ index, outcome, sizeof *outcome);
}

static struct trial sum_up(const struct work *work, bool may_accept, struct trial_seen *seen)
{
    struct trial trial = {0};
    unsigned shown = 0;
    for (uint64_t index = 0; index < work->case_count; index++) {
        const struct case_result *result = &work->shared->results[index];
        if (result->outcome.state == CASE_NOT_TRIED || result->outcome.state == CASE_SAME_BYTES)
            continue;
        count_case(result, &trial);
        remember(seen, result->bytes_digest);
        add_to_digest(&trial.digest, index, &result->outcome);
        if (is_chosen(index, TRIAL_SAMPLE))
            add_to_digest(&trial.sample_digest, index, &result->outcome);
        const char *violation = violation_of(result, may_accept);
        if (violation != NULL && shown++ < VIOLATIONS_SHOWN)
            show_violation(work, index, violation, (int)result->outcome.status);
    }
    return trial;
}

struct trial trial_run(const struct trial_file *file, const struct damage *damage, uint64_t every,
                       bool may_accept, struct trial_seen *seen)
{
    const uint64_t cases = damage->count(&file->source);
    if (cases == 0)
        return (struct trial){0};
    const size_t size = sizeof(struct shared) + cases * sizeof(struct case_result);
    struct shared *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        abort();
    const struct work work = {.file = file,
                              .damage = damage,
                              .case_count = cases,
                              .every = every,
                              .original_digest =
                                  fl_digest64(file->source.bytes.bytes, file->source.bytes.size),
                              .shared = shared};
    const unsigned died = run_workers(&work);
    struct trial trial = sum_up(&work, may_accept, seen);
    trial.crashed = died;
    (void)munmap(shared, size);
    return trial;
}

/* ---- in words ---- */

void trial_statuses(const struct trial *trial, char text[TRIAL_STATUSES_TEXT])
{
    size_t size = 0;
    text[0] = '\0';
    for (unsigned status = 0; status < TRIAL_STATUSES; status++) {
        if (trial->refused[status] != 0)
            size += (size_t)snprintf(text + size, TRIAL_STATUSES_TEXT - size, "%s %ju ",
                                     fl_status_name((fl_status)status), (uintmax_t)trial->refused[status]);
    }
    if (trial->accepted_equal != 0)
        size += (size_t)snprintf(text + size, TRIAL_STATUSES_TEXT - size, "OK %ju ",
                                 (uintmax_t)trial->accepted_equal);
    if (trial->accepted_other != 0)
        size += (size_t)snprintf(text + size, TRIAL_STATUSES_TEXT - size, "OK-other %ju ",
                                 (uintmax_t)trial->accepted_other);
    if (size > 0)
        text[size - 1] = '\0';
}

static int compare_digests(const void *one, const void *other)
{
    const uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;
    return (a > b) - (a < b);
}

uint64_t trial_seen_distinct(struct trial_seen *seen)
{
    uint64_t distinct = 0;
    if (seen->count > 0)
        qsort(seen->digests, seen->count, sizeof *seen->digests, compare_digests);
    for (size_t i = 0; i < seen->count; i++)
        distinct += i == 0 || seen->digests[i] != seen->digests[i - 1];
    return distinct;
}

void trial_seen_release(struct trial_seen *seen)
{
    free(seen->digests);
    *seen = (struct trial_seen){0};
}
