/* corruption_test.c - damages good files of every kind in every way, counts what is read all the same.
 *
 * Method: each case of each kind of damage (damage_*.c) is made of a golden file and read to the last value
 * (hostile_reader.c). A damaged table file must be refused; where its checksums were made right again it must
 * be refused or read; of Parquet files what lies under a page's checksum must be refused; the rest of foreign
 * formats is counted. Nothing may crash, run for ever or take more memory than a reader is allowed. What came
 * of every case is pinned in corruptions.tsv.
 *
 *     corruption_test             all cases, counts held to the bars
 *     corruption_test --quick     one in sixteen
 *     corruption_test --every N   one in N, nothing is compared with corruptions.tsv
 *     corruption_test --tables    table files alone; goes with those above
 *     corruption_test --pin       all cases, prints corruptions.tsv anew
 *     corruption_test --one GOLDEN DAMAGE NUMBER [FILE]   one case, its bytes into FILE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/malformed/corruption_goldens.h"
#include "tests/malformed/damage_parquet.h"
#include "tests/malformed/memory_file.h"

#define PINNED "tests/malformed/corruptions.tsv"

static const uint64_t table_cases_bar = 2000000;
static const double table_seconds_bar = 180;

enum { FIGURES = 5, ONE_ARGUMENTS = 5 };

/* What one figure is about: a kind of file, a list of damage. */
static const struct group {
    const char *figure;
    enum golden_kind kind;
    bool may_accept;
    const struct damage *damages[2];
    const size_t *damage_counts[2];
} groups[FIGURES] = {
    {"corruptions of table files",
     GOLDEN_TABLE,
     false,
     {damage_of_bytes, damage_of_pages},
     {&damage_of_bytes_count, &damage_of_pages_count}},
    {"resealed fields", GOLDEN_TABLE, true, {damage_of_fields}, {&damage_of_fields_count}},
    {"Parquet corruptions",
     GOLDEN_PARQUET,
     true,
     {damage_of_bytes, damage_of_parquet},
     {&damage_of_bytes_count, &damage_of_parquet_count}},
    {"Arrow corruptions",
     GOLDEN_ARROW,
     true,
     {damage_of_bytes, damage_of_words},
     {&damage_of_bytes_count, &damage_of_words_count}},
    {"manifest corruptions", GOLDEN_MANIFEST, true, {damage_of_bytes}, {&damage_of_bytes_count}},
};

struct run {
    uint64_t every;
    bool is_pinning, tables_only;
    char *pinned; /* the text of corruptions.tsv; NULL: nothing is compared */
    size_t differences;
};

/* What a group adds up to. */
struct sum {
    struct trial_seen seen;
    uint64_t accepted_equal, accepted_other, accepted_sealed, crashed, strange;
    double seconds;
};

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* ---- pinned outcomes ---- */

static void print_pin(FILE *out, const char *golden, const char *damage, const struct trial *trial)
{
    char statuses[TRIAL_STATUSES_TEXT];
    trial_statuses(trial, statuses);
    (void)fprintf(out, "%s\t%s\t%ju\t%s\t%016jx\t%016jx\n", golden, damage, (uintmax_t)trial->tried, statuses,
                  (uintmax_t)trial->digest, (uintmax_t)trial->sample_digest);
}

/* Whether the pinned line of the case ends, a sample apart, as the trial did. */
static bool is_as_pinned(const struct run *run, const char *golden, const char *damage,
                         const struct trial *trial)
{
    char start[200], end[64];
    (void)snprintf(start, sizeof start, "\n%s\t%s\t", golden, damage);
    if (run->every == 1)
        (void)snprintf(end, sizeof end, "\t%016jx\t%016jx", (uintmax_t)trial->digest,
                       (uintmax_t)trial->sample_digest);
    else
        (void)snprintf(end, sizeof end, "\t%016jx", (uintmax_t)trial->sample_digest);
    const char *line = strstr(run->pinned, start);
    if (line == NULL)
        return false;
    const size_t line_size = strcspn(line + 1, "\n"), end_size = strlen(end);
    return line_size > end_size && strncmp(line + 1 + line_size - end_size, end, end_size) == 0;
}

static void check_pin(struct run *run, const char *golden, const char *damage, const struct trial *trial)
{
    if (run->is_pinning)
        print_pin(stdout, golden, damage, trial);
    if (run->pinned == NULL || is_as_pinned(run, golden, damage, trial))
        return;
    if (run->differences++ == 0)
        (void)fprintf(stderr, "violation: outcomes differ from " PINNED
                              "; if they should, renew it: corruption_test --pin > " PINNED "\n");
    print_pin(stderr, golden, damage, trial);
}

/* ---- figures ---- */

static void try_golden(struct run *run, const struct group *group, const struct corruption_golden *golden,
                       struct sum *sum)
{
    struct trial_file file;
    corruption_golden_load(golden, &file);
    for (size_t list = 0; list < 2 && group->damages[list] != NULL; list++) {
        for (size_t i = 0; i < *group->damage_counts[list]; i++) {
            const struct damage *damage = &group->damages[list][i];
            const struct trial trial = trial_run(&file, damage, run->every, group->may_accept, &sum->seen);
            sum->accepted_equal += trial.accepted_equal;
            sum->accepted_other += trial.accepted_other;
            sum->accepted_sealed += trial.accepted_sealed;
            sum->crashed += trial.crashed;
            sum->strange += trial.strange;
            if (damage->count(&file.source) > 0)
                check_pin(run, golden->name, damage->name, &trial);
        }
    }
    corruption_golden_release(&file);
}

/* "2,113,408" */
static const char *grouped(uint64_t number, char text[32])
{
    char digits[32];
    const int count = snprintf(digits, sizeof digits, "%ju", (uintmax_t)number);
    size_t size = 0;
    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            text[size++] = ',';
        text[size++] = digits[i];
    }
    text[size] = '\0';
    return text;
}

static bool show_figure(const struct run *run, const char *name, const char *value, const char *bar,
                        bool holds)
{
    if (!run->is_pinning)
        (void)printf("figure\t%s\t%s\t%s\t%s\n", name, value, bar, holds ? "ok" : "SHORT");
    (void)fflush(stdout);
    return holds;
}

static bool show_tables(const struct run *run, const struct group *group, const struct sum *sum,
                        uint64_t distinct)
{
    char value[200], number[32];
    const uint64_t accepted = sum->accepted_equal + sum->accepted_other;
    const bool is_full = run->every == 1;
    (void)snprintf(value, sizeof value, "%s tried, %ju accepted, %ju crashes, %.0f s",
                   grouped(distinct, number), (uintmax_t)accepted, (uintmax_t)sum->crashed, sum->seconds);
    const bool holds = accepted == 0 && sum->crashed == 0 && sum->strange == 0 &&
                       (!is_full || (distinct >= table_cases_bar && sum->seconds < table_seconds_bar));
    return show_figure(run, group->figure, value, is_full ? ">= 2,000,000, 0, 0, < 180 s" : "0, 0", holds);
}

static bool show_others(const struct run *run, const struct group *group, const struct sum *sum,
                        uint64_t distinct)
{
    char value[200], tried[32], equal[32], other[32];
    (void)snprintf(value, sizeof value, "%s tried, %ju crashes, accepted: %s equal, %s with other values",
                   grouped(distinct, tried), (uintmax_t)sum->crashed, grouped(sum->accepted_equal, equal),
                   grouped(sum->accepted_other, other));
    bool holds = show_figure(run, group->figure, value, "0 crashes", sum->crashed == 0 && sum->strange == 0);
    if (group->kind == GOLDEN_PARQUET) {
        (void)snprintf(value, sizeof value, "%ju", (uintmax_t)sum->accepted_sealed);
        holds = show_figure(run, "Parquet accepted inside a page with CRC", value, "0",
                            sum->accepted_sealed == 0) &&
                holds;
    }
    return holds;
}

static bool run_group(struct run *run, const struct group *group)
{
    struct sum sum = {.seconds = 0};
    const double start = now();
    for (size_t i = 0; i < corruption_golden_count; i++) {
        if (corruption_goldens[i].kind == group->kind)
            try_golden(run, group, &corruption_goldens[i], &sum);
    }
    sum.seconds = now() - start;
    const uint64_t distinct = trial_seen_distinct(&sum.seen);
    trial_seen_release(&sum.seen);
    return group->may_accept ? show_others(run, group, &sum, distinct)
                             : show_tables(run, group, &sum, distinct);
}

static int run_all(struct run *run)
{
    bool all_hold = true;
    struct fl_buffer pinned = {0};
    if (!run->is_pinning && (run->every == 1 || run->every == TRIAL_SAMPLE)) {
        memory_file_load(PINNED, &pinned);
        damage_append(&pinned, "", 1);
        run->pinned = (char *)pinned.bytes;
    }
    if (run->is_pinning)
        (void)printf("# golden\tdamage\tcases\toutcomes\tdigest of all\tof one in sixteen\n");
    for (size_t i = 0; i < FIGURES; i++) {
        if (!run->tables_only || groups[i].kind == GOLDEN_TABLE)
            all_hold = run_group(run, &groups[i]) && all_hold;
    }
    fl_buffer_release(&pinned);
    return all_hold && run->differences == 0 ? 0 : 1;
}

/* ---- one case ---- */

static const struct damage *find_damage(const char *name)
{
    for (size_t i = 0; i < FIGURES; i++) {
        for (size_t list = 0; list < 2 && groups[i].damages[list] != NULL; list++) {
            for (size_t k = 0; k < *groups[i].damage_counts[list]; k++) {
                if (strcmp(groups[i].damages[list][k].name, name) == 0)
                    return &groups[i].damages[list][k];
            }
        }
    }
    return NULL;
}

static void write_bytes(const char *path, const struct fl_buffer *bytes)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes->bytes, 1, bytes->size, file) != bytes->size || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static int run_one(const struct corruption_golden *golden, const struct damage *damage, uint64_t index,
                   const char *path)
{
    struct trial_file file;
    struct fl_buffer bytes = {0};
    struct fl_error error;
    uint64_t values;
    char text[FL_ERROR_MESSAGE_SIZE];
    corruption_golden_load(golden, &file);
    if (index >= damage->count(&file.source))
        return EXIT_FAILURE;
    damage_append(&bytes, file.source.bytes.bytes, file.source.bytes.size);
    damage->make(&file.source, index, &bytes);
    if (path != NULL)
        write_bytes(path, &bytes);
    fl_error_clear(&error);
    const fl_status status = file.read(&bytes, &values, &error);
    fl_error_format(&error, text, sizeof text);
    (void)printf("%s: %s\n", fl_status_name(status),
                 status != FL_OK         ? text
                 : values == file.values ? "the same values"
                                         : "other values");
    fl_buffer_release(&bytes);
    corruption_golden_release(&file);
    return 0;
}

static int find_one(char **arguments)
{
    const struct damage *damage = find_damage(arguments[1]);
    for (size_t i = 0; damage != NULL && i < corruption_golden_count; i++) {
        if (strcmp(corruption_goldens[i].name, arguments[0]) == 0)
            return run_one(&corruption_goldens[i], damage, strtoull(arguments[2], NULL, 10), arguments[3]);
    }
    (void)fprintf(stderr, "no golden %s or no damage %s\n", arguments[0], arguments[1]);
    return EXIT_FAILURE;
}

/* False: not an option. */
static bool take_option(struct run *run, char **arguments, int *taken)
{
    *taken = 1;
    if (strcmp(arguments[0], "--pin") == 0)
        run->is_pinning = true;
    else if (strcmp(arguments[0], "--quick") == 0)
        run->every = TRIAL_SAMPLE;
    else if (strcmp(arguments[0], "--tables") == 0)
        run->tables_only = true;
    else if (strcmp(arguments[0], "--every") == 0 && arguments[1] != NULL)
        run->every = strtoull(arguments[(*taken)++], NULL, 10);
    else
        return false;
    return run->every != 0;
}

int main(int argc, char **argv)
{
    struct run run = {.every = 1};
    int taken;
    if (argc >= ONE_ARGUMENTS && strcmp(argv[1], "--one") == 0)
        return find_one(argv + 2);
    for (int i = 1; i < argc; i += taken) {
        if (!take_option(&run, argv + i, &taken))
            return 64;
    }
    return run_all(&run);
}
