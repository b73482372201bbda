/* corruption_goldens.h - the good files that corruption_test damages. */
#ifndef TESTS_MALFORMED_CORRUPTION_GOLDENS_H
#define TESTS_MALFORMED_CORRUPTION_GOLDENS_H

#include "tests/malformed/damage_trial.h"

enum golden_kind { GOLDEN_TABLE, GOLDEN_PARQUET, GOLDEN_ARROW, GOLDEN_MANIFEST };

struct corruption_golden {
    const char *folder; /* NULL: it is damage_parquet_sample */
    const char *name;
    enum golden_kind kind;
    const char
        *other; /* a table file of the same columns and blocks; NULL: the file itself under another uuid */
};
extern const struct corruption_golden corruption_goldens[];
extern const size_t corruption_golden_count;

/* Loads it with all that damage is done with; ends the program when it is not good. */
void corruption_golden_load(const struct corruption_golden *golden, struct trial_file *file);
void corruption_golden_release(struct trial_file *file);

#endif
