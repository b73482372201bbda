/* damage_trial.h - tries all cases of one kind of damage on one file, in processes of their own. */
#ifndef TESTS_MALFORMED_DAMAGE_TRIAL_H
#define TESTS_MALFORMED_DAMAGE_TRIAL_H

#include "tests/malformed/damage.h"
#include "tests/malformed/hostile_reader.h"

enum { TRIAL_SAMPLE = 16, TRIAL_STATUSES = 32, TRIAL_STATUSES_TEXT = 200 };

/* Bytes of a file that a checksum of its format covers. */
struct trial_range {
    uint64_t from, to;
};

struct trial_file {
    const char *name;
    hostile_reader *read;
    struct damage_source source;
    uint64_t values; /* of the good file */
    struct trial_range *sealed;
    size_t sealed_count;
};

/* What came of it. Not counted are cases that change nothing. */
struct trial {
    uint64_t tried;
    uint64_t refused[TRIAL_STATUSES];        /* by status */
    uint64_t accepted_equal, accepted_other; /* the same values were read, others */
    uint64_t accepted_sealed;                /* accepted although only sealed bytes were changed */
    uint64_t crashed;                        /* ended by a signal, or never */
    uint64_t strange; /* a status that is no verdict on bytes: no memory within the limit, I/O, internal */
    /* XXH3 over the outcome of each case and the place named; of those of a sample of 1 in TRIAL_SAMPLE. */
    uint64_t digest, sample_digest;
};

/* Digests of damaged files, to count those that differ. */
struct trial_seen {
    uint64_t *digests;
    size_t count, capacity;
};
uint64_t trial_seen_distinct(struct trial_seen *seen); /* sorts */
void trial_seen_release(struct trial_seen *seen);

/* `every`: 1 tries all cases, TRIAL_SAMPLE those of the sample, other numbers other samples. Each violation
 * goes to stderr with the words that repeat it; with `may_accept` a file that was accepted is none, unless
 * only sealed bytes of it were changed. */
struct trial trial_run(const struct trial_file *file, const struct damage *damage, uint64_t every,
                       bool may_accept, struct trial_seen *seen);

/* "CORRUPT 12 LIMIT 3", accepted ones as "OK" and "OK-other". */
void trial_statuses(const struct trial *trial, char text[TRIAL_STATUSES_TEXT]);

#endif
