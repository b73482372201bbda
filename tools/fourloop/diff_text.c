/* diff_text.c - what two runs differ in, for an analyst. */
#include <stdio.h>

#include "formats/base/civil.h"
#include "formats/base/decimal.h"
#include "tools/fourloop/diff_report.h"
#include "tools/fourloop/report.h"

enum { NUMBER_TEXT = 48, GROUPS_SHOWN = 20, TYPES_SHOWN = 5, MATRIX_WORDS_SHOWN = 12 };

/* Changes of a score as they are gathered for the eye; the first and the last are open. */
static const int change_from[] = {-FL_DIFF_CHANGE_MAX,   -20, -10, -4, -1, 0, 1, 2, 5, 11, 21,
                                  FL_DIFF_CHANGE_MAX + 1};
static const char *const change_words[] = {"-21 and less", "-20 to -11", "-10 to -5",  "-4 to -2",
                                           "-1",           "0",          "1",          "2 to 4",
                                           "5 to 10",      "11 to 20",   "21 and more"};

static const char *shown(const char *word)
{
    return word == NULL ? "-" : word;
}

/* "+1.25": a number of so many decimals with its sign. */
static const char *with_sign(int64_t number, int places, char text[NUMBER_TEXT + 1])
{
    text[0] = '+';
    (void)fl_decimal_format(number, places, '.', number > 0 ? text + 1 : text);
    return text;
}

/* sum / rows in thousandths, half away from zero. */
static int64_t mean_milli(int64_t sum, uint64_t rows)
{
    if (rows == 0)
        return 0;
    const __int128 twice = (__int128)sum * 2000, whole = (__int128)rows;
    return (int64_t)((twice + (sum < 0 ? -whole : whole)) / (2 * whole));
}

/* "customers" of their table, "rows" of the others. */
static const char *rows_word(const struct fl_diff *diff)
{
    return strcmp(diff->table, "customers") == 0 ? "customers" : "rows";
}

/* ---- the runs ---- */

static void print_run(char letter, const struct fl_diff_run *run, const char *name)
{
    char day[11];
    fl_day_format(run->as_of_day, day);
    printf("%c            %s: as of %s, %s, model %.8s, version %s\n", letter, name, day,
           run->view == FL_VIEW_KNOWN_THEN ? "known-then" : "known-now", run->model_hash, run->version);
}

static void print_differences(const struct fl_diff *diff)
{
#define X(name, word, what) what,
    static const char *const contents[] = {FL_DIFF_CAUSE_LIST(X)};
#undef X
    bool any = !diff->same_version;
    printf("differ in    %s", any ? "the program's version" : "");
    for (unsigned cause = 0; cause < FL_DIFF_CAUSES; cause++) {
        if (!diff->differs[cause])
            continue;
        printf("%s%s (%s)", any ? "; " : "", fl_diff_cause_word(cause), contents[cause]);
        any = true;
    }
    printf("%s\n", any ? "" : "nothing");
}

static void print_presence(const struct fl_diff *diff)
{
    char a[REPORT_POINTS_TEXT], b[REPORT_POINTS_TEXT];
    printf("%-12s %llu in both, %llu only in A (%s points), %llu only in B (%s points)\n", rows_word(diff),
           (unsigned long long)diff->both, (unsigned long long)diff->runs[0].only,
           report_points(diff->runs[0].only_raw, a), (unsigned long long)diff->runs[1].only,
           report_points(diff->runs[1].only_raw, b));
    if (diff->both == 0 && diff->runs[0].rows > 0 && diff->runs[1].rows > 0)
        printf("             no key is in both runs: are they of the same data, with the same key file?\n");
    if (diff->not_compared_count == 0)
        return;
    printf("left out     in one run only:");
    for (size_t i = 0; i < diff->not_compared_count; i++)
        printf("%s %s", i == 0 ? "" : ",", diff->not_compared[i]);
    printf("\n");
}

/* ---- moves ---- */

static void print_change(const struct fl_diff *diff)
{
    char before[REPORT_POINTS_TEXT], after[REPORT_POINTS_TEXT], change[NUMBER_TEXT + 1];
    printf("\nraw          %llu of %llu changed; %s before, %s after, %s points together\n",
           (unsigned long long)diff->raw_changed, (unsigned long long)diff->both,
           report_points(diff->raw[0], before), report_points(diff->raw[1], after),
           with_sign(diff->raw[1] - diff->raw[0], 6, change));
    if (diff->has_correlation)
        printf("order        rank correlation by raw %s (Spearman; 1 is the same order)\n",
               with_sign(diff->correlation_micro, 6, change));
}

static void print_histogram(const struct fl_diff_score *score)
{
    for (size_t i = 0; i < sizeof change_words / sizeof change_words[0]; i++) {
        uint64_t rows = 0;
        const int first = i == 0 ? -FL_DIFF_CHANGE_MAX : change_from[i], end = change_from[i + 1];
        for (int change = first; change < end; change++)
            rows += score->by_change[change + FL_DIFF_CHANGE_MAX];
        if (rows != 0)
            printf("             %12s %12llu\n", change_words[i], (unsigned long long)rows);
    }
}

static void print_score(const struct fl_diff *diff, const struct fl_diff_score *score)
{
    static const unsigned quantiles[] = {1, 5, 25, 50, 75, 95, 99};
    char before[NUMBER_TEXT], after[NUMBER_TEXT], change[NUMBER_TEXT + 1];
    (void)fl_decimal_format(mean_milli(score->sum[0], diff->both), 3, '.', before);
    (void)fl_decimal_format(mean_milli(score->sum[1], diff->both), 3, '.', after);
    printf("\n%-12s %llu up, %llu down, %llu as before; mean %s before, %s after, change %s\n", score->column,
           (unsigned long long)score->up, (unsigned long long)score->down,
           (unsigned long long)(diff->both - score->up - score->down), before, after,
           with_sign(mean_milli(score->sum[1] - score->sum[0], diff->both), 3, change));
    if (diff->both == 0)
        return;
    printf("             change");
    for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++)
        printf("%s p%u %s", i == 0 ? "" : ",", quantiles[i],
               with_sign(fl_diff_change_at(score, quantiles[i]), 0, change));
    printf("\n");
    print_histogram(score);
}

static void print_cuts(const struct fl_diff *diff)
{
    printf("\n%-24s %12s %12s\n", "reached or fell below", "up", "down");
    for (size_t i = 0; i < diff->cut_count; i++) {
        const struct fl_diff_cut *cut = &diff->cuts[i];
        printf("%-20s %3u %12llu %12llu\n", cut->column, cut->floor, (unsigned long long)cut->up,
               (unsigned long long)cut->down);
    }
    for (size_t i = 0; i < diff->flag_count; i++)
        printf("%-24s %12llu %12llu\n", diff->flags[i].column, (unsigned long long)diff->flags[i].gained,
               (unsigned long long)diff->flags[i].lost);
}

/* Whether any row has the word, before or after. */
static bool is_used(const struct fl_diff_words *words, size_t word)
{
    uint64_t rows = 0;
    for (size_t other = 0; other < words->word_count; other++)
        rows += words->rows[word * words->word_count + other] + words->rows[other * words->word_count + word];
    return rows != 0;
}

/* Where a word stands on its ladder; the same for words that stand on none, which keep their order. */
static size_t step_of(const char *word)
{
    static const char *const ladders[] = {
        "none",       "cold",       "warm",          "engaged",      "hot",           "falling",
        "quiet",      "steady",     "started",       "rising",       "awareness",     "nurturing",
        "experience", "conversion", "find",          "entice",       "conquer",       "connect",
        "prospect",   "lead",       "new",           "active",       "slipping",      "lapsed",
        "lost",       "won_back",   "under_90_days", "under_1_year", "under_3_years", "longer"};
    const size_t count = sizeof ladders / sizeof ladders[0];
    size_t step = 0;
    while (step < count && word != NULL && strcmp(word, ladders[step]) != 0)
        step++;
    return word == NULL ? count + 1 : step;
}

/* The words that rows have, as they rise; at most MATRIX_WORDS_SHOWN, more are counted only. */
static size_t order_words(const struct fl_diff_words *words, size_t order[MATRIX_WORDS_SHOWN])
{
    size_t count = 0;
    for (size_t word = 0; word < words->word_count; word++) {
        if (!is_used(words, word) || count++ >= MATRIX_WORDS_SHOWN)
            continue;
        size_t at = count - 1;
        for (; at > 0 && step_of(words->words[order[at - 1]]) > step_of(words->words[word]); at--)
            order[at] = order[at - 1];
        order[at] = word;
    }
    return count;
}

static void print_matrix(const struct fl_diff_words *words, const size_t *order, size_t count)
{
    printf("             %-16s", "from \\ to");
    for (size_t to = 0; to < count; to++)
        printf(" %12s", shown(words->words[order[to]]));
    printf("\n");
    for (size_t from = 0; from < count; from++) {
        printf("             %-16s", shown(words->words[order[from]]));
        for (size_t to = 0; to < count; to++)
            printf(" %12llu", (unsigned long long)words->rows[order[from] * words->word_count + order[to]]);
        printf("\n");
    }
}

static void print_moves(const struct fl_diff_words *words)
{
    size_t order[MATRIX_WORDS_SHOWN];
    const size_t used = words->rows == NULL ? SIZE_MAX : order_words(words, order);
    printf("\n%-12s %llu changed\n", words->column, (unsigned long long)words->changed);
    if (used <= MATRIX_WORDS_SHOWN)
        print_matrix(words, order, used);
    else
        printf("             too many words for a table here%s\n", words->rows == NULL ? "" : "; see --json");
}

static void print_words(const struct fl_diff *diff)
{
    bool any = false;
    for (size_t i = 0; i < diff->words_count; i++) {
        if (diff->words[i].changed != 0)
            print_moves(&diff->words[i]);
    }
    for (size_t i = 0; i < diff->words_count; i++) {
        if (diff->words[i].changed != 0)
            continue;
        printf("%s%s", any ? ", " : "\nas before    ", diff->words[i].column);
        any = true;
    }
    printf("%s", any ? "\n" : "");
}

static void print_groups(const struct fl_diff_split *split)
{
    printf("\nby %s in A\n%-20s %12s %12s %12s %10s %10s %20s\n", split->column, "", "customers", "up",
           "down", "before", "after", "points");
    for (size_t i = 0; i < split->group_count && i < GROUPS_SHOWN; i++) {
        const struct fl_diff_group *group = &split->groups[i];
        char before[NUMBER_TEXT], after[NUMBER_TEXT], change[NUMBER_TEXT + 1];
        (void)fl_decimal_format(mean_milli(group->sum[0], group->rows), 3, '.', before);
        (void)fl_decimal_format(mean_milli(group->sum[1], group->rows), 3, '.', after);
        printf("%-20s %12llu %12llu %12llu %10s %10s %20s\n", shown(group->word),
               (unsigned long long)group->rows, (unsigned long long)group->up,
               (unsigned long long)group->down, before, after, with_sign(group->raw_change, 6, change));
    }
    if (split->group_count > GROUPS_SHOWN)
        printf("             and %zu more; see --json\n", split->group_count - GROUPS_SHOWN);
}

/* ---- tags ---- */

/* Those that customers gained or lost. */
static void print_tags(const struct fl_diff *diff)
{
    size_t as_before = 0;
    if (!diff->has_tags)
        return;
    printf("\n%-32s %12s %12s %12s %12s\n", "tags", "before", "after", "gained", "lost");
    for (size_t i = 0; i < diff->tag_count; i++) {
        const struct fl_diff_tag *tag = &diff->tags[i];
        as_before += tag->gained == 0 && tag->lost == 0;
        if (tag->gained != 0 || tag->lost != 0)
            printf("%-32s %12llu %12llu %12llu %12llu\n", tag->tag, (unsigned long long)tag->customers[0],
                   (unsigned long long)tag->customers[1], (unsigned long long)tag->gained,
                   (unsigned long long)tag->lost);
    }
    if (as_before > 0)
        printf("%zu tags as before\n", as_before);
}

/* ---- causes ---- */

static void print_effects(const struct fl_diff *diff)
{
    unsigned causes = 0;
    for (unsigned cause = 0; cause < FL_DIFF_CAUSES; cause++)
        causes += diff->differs[cause];
    if (causes == 0)
        return;
    printf("\ndue to\n");
    if (!diff->has_effects) {
        printf("             not told apart: %s\n",
               diff->same_version ? "--data DIR scores the runs in between" : "the program itself differs");
        return;
    }
    printf("%-12s %12s %24s %24s %12s\n", "", rows_word(diff), "points", "without signs", "engagement");
    for (unsigned cause = 0; cause < FL_DIFF_CAUSES; cause++) {
        const struct fl_diff_effect *effect = &diff->effects[cause];
        char net[NUMBER_TEXT + 1], size[REPORT_POINTS_TEXT], engagement[NUMBER_TEXT + 1];
        if (diff->differs[cause])
            printf("%-12s %12llu %24s %24s %12s\n", fl_diff_cause_word(cause),
                   (unsigned long long)effect->rows, with_sign(effect->raw_net, 6, net),
                   report_points(effect->raw_size, size), with_sign(effect->engagement_net, 0, engagement));
    }
}

/* ---- the largest movers ---- */

static void print_types(const struct fl_diff_mover *mover)
{
    int64_t rest = 0;
    char change[NUMBER_TEXT + 1];
    for (size_t i = 0; i < mover->type_count; i++) {
        const struct fl_diff_type *type = &mover->types[i];
        const int64_t points = type->points[1] - type->points[0];
        if (i < TYPES_SHOWN)
            printf("             %20s  %s, rows %llu > %llu\n", with_sign(points, 6, change), type->name,
                   (unsigned long long)type->rows[0], (unsigned long long)type->rows[1]);
        else
            rest += points;
    }
    if (mover->type_count > TYPES_SHOWN)
        printf("             %20s  %zu more types\n", with_sign(rest, 6, change),
               mover->type_count - TYPES_SHOWN);
    if (mover->tag_points[0] != mover->tag_points[1])
        printf("             %20s  tags\n",
               with_sign(mover->tag_points[1] - mover->tag_points[0], 6, change));
}

static void print_causes_of(const struct fl_diff *diff, const struct fl_diff_mover *mover)
{
    char points[NUMBER_TEXT + 1], engagement[NUMBER_TEXT + 1];
    unsigned causes = 0;
    for (unsigned cause = 0; cause < FL_DIFF_CAUSES; cause++)
        causes += diff->differs[cause];
    for (unsigned cause = 0; cause < FL_DIFF_CAUSES && diff->has_effects && causes > 1; cause++) {
        if (mover->effects[cause] != 0 || mover->engagement_effects[cause] != 0)
            printf("             %20s  by %s, engagement %s\n", with_sign(mover->effects[cause], 6, points),
                   fl_diff_cause_word(cause), with_sign(mover->engagement_effects[cause], 0, engagement));
    }
}

static void print_mover(const struct fl_diff *diff, const struct fl_diff_mover *mover)
{
    char key[24], change[NUMBER_TEXT + 1];
    (void)snprintf(key, sizeof key, "%lld", (long long)mover->customer);
    printf("%s%s%s  %u > %u, %s points%s%s\n", mover->customer_id == NULL ? key : mover->customer_id,
           mover->word == NULL ? "" : " ", mover->word == NULL ? "" : mover->word, mover->engagement[0],
           mover->engagement[1], with_sign(mover->raw[1] - mover->raw[0], 6, change),
           mover->crossed[0] == '\0' ? "" : "; ", mover->crossed);
    print_causes_of(diff, mover);
    print_types(mover);
}

void diff_print(const struct fl_diff *diff, const char *const names[2])
{
    print_run('A', &diff->runs[0], names[0]);
    print_run('B', &diff->runs[1], names[1]);
    print_differences(diff);
    print_presence(diff);
    print_change(diff);
    print_effects(diff);
    for (size_t i = 0; i < diff->score_count; i++)
        print_score(diff, &diff->scores[i]);
    print_cuts(diff);
    print_words(diff);
    print_tags(diff);
    for (size_t i = 0; i < diff->split_count; i++)
        print_groups(&diff->splits[i]);
    if (diff->mover_count > 0)
        printf("\nlargest movers, of %llu that moved\n", (unsigned long long)diff->listed);
    for (size_t i = 0; i < diff->mover_count; i++)
        print_mover(diff, &diff->movers[i]);
}
