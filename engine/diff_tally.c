/* diff_tally.c - counts of what changed in the rows that two runs both have. */
#include "engine/diff_tally.h"

#include <assert.h>
#include <stdio.h>

enum { CUTS_MAX = 16 };

static const char *const score_columns[] = {"engagement", "intent"};
static const char *const split_columns[] = {"tier", "region"};
/* Words that a customer crosses a threshold to change. Others change with the profile or on their own. */
static const char *const crossed_columns[] = {"band",  "trend", "intent_trend", "loop",        "phase",
                                              "stage", "tier",  "rfm_group",    "cluster_name"};
static const char *const flag_columns[] = {"ambassador",     "engaged_no_value", "returns_all",
                                           "signal_overdue", "signal_p_alive",   "signal_falling",
                                           "signal_opt_out", "signal_friction",  "signal_returns"};
#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))
_Static_assert(COUNT_OF(score_columns) == COUNT_OF(((struct fl_diff *)NULL)->scores), "a place for each");

static bool is_one_of(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, list[i]) == 0)
            return true;
    }
    return false;
}

/* ---- what can be compared ---- */

static fl_status want_pair(const struct fl_diff_tally *tally, const char *column, bool *has,
                           struct fl_diff_pair *pair, struct fl_error *error)
{
    bool in[2] = {false, false};
    fl_status status = fl_diff_rows_want(tally->sides[0], column, &in[0], &pair->at[0], error);
    if (status == FL_OK)
        status = fl_diff_rows_want(tally->sides[1], column, &in[1], &pair->at[1], error);
    *has = in[0] && in[1];
    if (status == FL_OK && in[0] != in[1])
        tally->diff->not_compared[tally->diff->not_compared_count++] = column;
    return status;
}

static fl_status fail_without(const struct fl_diff_tally *tally, const char *column,
                              const char *const runs[2], struct fl_error *error)
{
    const struct fl_schema *schema = fl_table_schema(tally->sides[0]->table);
    const int index = fl_schema_find(schema, fl_text_of(column));
    if (index < 0)
        return fl_fail(error, FL_USAGE,
                       "the table `%s` has no %s, and diff compares tables of scores: customers, brands, "
                       "categories, products; without --table it also says who gained or lost which tag",
                       tally->diff->table, column);
    const int side = fl_table_has(tally->sides[0]->table, schema->columns[index].id) ? 1 : 0;
    (void)fl_fail(
        error, FL_BAD_DATA,
        "no `%s` in it, as of a run with --columns or of `cluster assign`; diff needs raw and engagement",
        column);
    (void)fl_error_at_path(error, runs[side]);
    return FL_BAD_DATA;
}

static fl_status choose_scores(struct fl_diff_tally *tally, const char *const runs[2], struct fl_error *error)
{
    bool has = false;
    fl_status status = want_pair(tally, "raw", &has, &tally->raw, error);
    if (status == FL_OK && !has)
        status = fail_without(tally, "raw", runs, error);
    for (size_t i = 0; i < COUNT_OF(score_columns) && status == FL_OK; i++) {
        status = want_pair(tally, score_columns[i], &has, &tally->scores[i], error);
        if (status == FL_OK && i == 0 && !has)
            status = fail_without(tally, score_columns[i], runs, error);
        if (status == FL_OK && has)
            tally->diff->scores[tally->diff->score_count++].column = score_columns[i];
    }
    return status;
}

/* Rising, each once; one that no score can miss or reach is none. */
static void add_cut(struct fl_diff *diff, size_t first, const char *column, int floor)
{
    size_t at = first;
    while (at < diff->cut_count && diff->cuts[at].floor < floor)
        at++;
    if (floor < 1 || floor > 100 || (at < diff->cut_count && diff->cuts[at].floor == floor))
        return;
    assert(diff->cut_count < CUTS_MAX);
    memmove(&diff->cuts[at + 1], &diff->cuts[at], (diff->cut_count++ - at) * sizeof *diff->cuts);
    diff->cuts[at] = (struct fl_diff_cut){.column = column, .floor = (uint8_t)floor};
}

/* The scores at which the model decides something. */
static fl_status choose_cuts(struct fl_diff_tally *tally, const struct fl_model_settings *settings,
                             struct fl_error *error)
{
    struct fl_diff *diff = tally->diff;
    diff->cuts = fl_arena_take(tally->arena, CUTS_MAX * sizeof *diff->cuts);
    if (diff->cuts == NULL)
        return fl_fail_memory(error, CUTS_MAX * sizeof *diff->cuts);
    for (size_t i = 0; i < COUNT_OF(settings->band_floor); i++)
        add_cut(diff, 0, score_columns[0], settings->band_floor[i]);
    add_cut(diff, 0, score_columns[0], settings->loops.experience_engagement);
    add_cut(diff, 0, score_columns[0], settings->value.engaged_floor);
    const int of_intent[] = {settings->life.lead_intent, settings->value.intent_floor,
                             settings->loops.conversion_intent, settings->loops.conversion_moving_intent,
                             settings->loops.experience_intent};
    const size_t first = diff->cut_count;
    for (size_t i = 0; i < COUNT_OF(of_intent) && diff->score_count == 2; i++)
        add_cut(diff, first, score_columns[1], of_intent[i]);
    return FL_OK;
}

/* The numbers of a file's words in the list of both. */
static fl_status map_words(struct fl_diff_tally *tally, const struct fl_word_union *all, uint16_t id,
                           int side, uint32_t **numbers, struct fl_error *error)
{
    const struct fl_words *words = NULL;
    fl_status status = fl_table_words(tally->sides[side]->table, id, &words, error);
    if (status != FL_OK)
        return status;
    const size_t size_bytes = ((size_t)words->count + 1) * sizeof **numbers;
    *numbers = fl_arena_take(tally->arena, size_bytes);
    if (*numbers == NULL)
        return fl_fail_memory(error, size_bytes);
    fl_word_union_map(all, words, *numbers);
    return FL_OK;
}

static fl_status unite_words(struct fl_diff_tally *tally, uint16_t id, struct fl_word_union *all,
                             struct fl_error *error)
{
    for (int side = 0; side < 2; side++) {
        const struct fl_words *words = NULL;
        fl_status status = fl_table_words(tally->sides[side]->table, id, &words, error);
        if (status == FL_OK)
            status = fl_word_union_add(all, words, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status copy_words(struct fl_diff_tally *tally, const struct fl_word_union *all,
                            struct fl_diff_words *words, struct fl_error *error)
{
    words->word_count = (size_t)all->words.count + 1;
    const char **copies = fl_arena_take(tally->arena, words->word_count * sizeof *copies);
    if (copies == NULL)
        return fl_fail_memory(error, words->word_count * sizeof *copies);
    words->words = copies;
    for (size_t i = 0; i < all->words.count; i++) {
        const struct fl_text word = fl_words_at(&all->words, i);
        copies[i] = fl_arena_copy(tally->arena, word.bytes, word.size);
        if (copies[i] == NULL)
            return fl_fail_memory(error, word.size);
    }
    return FL_OK;
}

static fl_status add_words(struct fl_diff_tally *tally, const struct fl_column *column,
                           const struct fl_diff_pair *pair, struct fl_error *error)
{
    struct fl_diff *diff = tally->diff;
    struct fl_diff_words *words = &diff->words[diff->words_count];
    struct fl_diff_word_pair *beside = &tally->words[diff->words_count++];
    struct fl_word_union all = {0};
    words->column = column->name;
    beside->of = *pair;
    beside->crosses = is_one_of(column->name, crossed_columns, COUNT_OF(crossed_columns));
    fl_status status = unite_words(tally, column->id, &all, error);
    if (status == FL_OK)
        status = copy_words(tally, &all, words, error);
    for (int side = 0; side < 2 && status == FL_OK; side++)
        status = map_words(tally, &all, column->id, side, &beside->numbers[side], error);
    fl_word_union_release(&all);
    if (status != FL_OK || words->word_count > FL_DIFF_MATRIX_WORDS_MAX)
        return status;
    const size_t size_bytes = words->word_count * words->word_count * sizeof *beside->cells;
    words->rows = beside->cells = fl_arena_take(tally->arena, size_bytes);
    return beside->cells == NULL ? fl_fail_memory(error, size_bytes) : FL_OK;
}

static fl_status add_split(struct fl_diff_tally *tally, struct fl_error *error)
{
    struct fl_diff *diff = tally->diff;
    const struct fl_diff_words *words = &diff->words[diff->words_count - 1];
    struct fl_diff_group *groups = fl_arena_take(tally->arena, words->word_count * sizeof *groups);
    if (groups == NULL)
        return fl_fail_memory(error, words->word_count * sizeof *groups);
    for (size_t i = 0; i < words->word_count; i++)
        groups[i].word = words->words[i];
    tally->splits[diff->split_count] = (struct fl_diff_split_pair){diff->words_count - 1, groups};
    diff->splits[diff->split_count++] =
        (struct fl_diff_split){.column = words->column, .group_count = words->word_count, .groups = groups};
    return FL_OK;
}

/* Whether the column is compared by words: not the scope's own, nor what the night before said. */
static bool is_compared(const struct fl_diff_tally *tally, const struct fl_column *column)
{
    const struct fl_diff_rows *a = tally->sides[0];
    const char *ending = "_before";
    const size_t size = strlen(column->name), ending_size = strlen(ending);
    const bool before = size > ending_size && strcmp(column->name + size - ending_size, ending) == 0;
    return column->kind == FL_KIND_WORD && !before &&
           (a->word_at == SIZE_MAX || a->ids[a->word_at] != column->id);
}

static fl_status choose_words(struct fl_diff_tally *tally, struct fl_error *error)
{
    const struct fl_schema *schema = fl_table_schema(tally->sides[0]->table);
    for (size_t i = 0; i < schema->count; i++) {
        const struct fl_column *column = &schema->columns[i];
        struct fl_diff_pair pair;
        bool has = false;
        if (!is_compared(tally, column))
            continue;
        fl_status status = want_pair(tally, column->name, &has, &pair, error);
        if (status == FL_OK && has)
            status = add_words(tally, column, &pair, error);
        if (status == FL_OK && has && is_one_of(column->name, split_columns, COUNT_OF(split_columns)))
            status = add_split(tally, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status choose_flags(struct fl_diff_tally *tally, struct fl_error *error)
{
    struct fl_diff *diff = tally->diff;
    for (size_t i = 0; i < COUNT_OF(flag_columns); i++) {
        bool has = false;
        const fl_status status =
            want_pair(tally, flag_columns[i], &has, &tally->flags[diff->flag_count], error);
        if (status != FL_OK)
            return status;
        if (has)
            diff->flags[diff->flag_count++] = (struct fl_diff_flag){.column = flag_columns[i]};
    }
    return FL_OK;
}

/* Room for all columns that the table may have. */
static fl_status take_lists(struct fl_diff_tally *tally, struct fl_error *error)
{
    struct fl_diff *diff = tally->diff;
    struct fl_arena *arena = tally->arena;
    const size_t columns = fl_table_schema(tally->sides[0]->table)->count;
    diff->not_compared = fl_arena_take(arena, columns * sizeof *diff->not_compared);
    diff->words = fl_arena_take(arena, columns * sizeof *diff->words);
    tally->words = fl_arena_take(arena, columns * sizeof *tally->words);
    diff->flags = fl_arena_take(arena, COUNT_OF(flag_columns) * sizeof *diff->flags);
    tally->flags = fl_arena_take(arena, (COUNT_OF(flag_columns) + 1) * sizeof *tally->flags);
    diff->splits = fl_arena_take(arena, COUNT_OF(split_columns) * sizeof *diff->splits);
    tally->splits = fl_arena_take(arena, COUNT_OF(split_columns) * sizeof *tally->splits);
    const bool taken = diff->not_compared != NULL && diff->words != NULL && tally->words != NULL &&
                       diff->flags != NULL && tally->flags != NULL && diff->splits != NULL &&
                       tally->splits != NULL;
    return taken ? FL_OK : fl_fail_memory(error, columns * sizeof *diff->words);
}

fl_status fl_diff_tally_begin(struct fl_arena *arena, struct fl_diff *diff, struct fl_diff_rows *a,
                              struct fl_diff_rows *b, const struct fl_model_settings *settings,
                              const char *const runs[2], struct fl_diff_tally *tally, struct fl_error *error)
{
    *tally = (struct fl_diff_tally){.arena = arena, .diff = diff, .sides = {a, b}};
    fl_status status = take_lists(tally, error);
    if (status == FL_OK)
        status = choose_scores(tally, runs, error);
    if (status == FL_OK)
        status = choose_cuts(tally, settings, error);
    if (status == FL_OK)
        status = choose_words(tally, error);
    if (status == FL_OK)
        status = choose_flags(tally, error);
    return status;
}

/* ---- one row ---- */

/* Adds "column word" to the list of what was crossed, with what follows it; false: no memory. */
static bool say(struct fl_buffer *crossed, const char *column, const char *word, const char *mark,
                const char *to)
{
    const char *const parts[] = {crossed->size == 0 ? "" : "; ", column, " ", word, mark, to};
    bool done = true;
    for (size_t i = 0; i < COUNT_OF(parts) && done; i++)
        done = parts[i][0] == '\0' || fl_buffer_append(crossed, parts[i], strlen(parts[i]));
    return done;
}

static bool value_of(const struct fl_diff_tally *tally, const struct fl_diff_pair *pair, int side,
                     uint8_t *value)
{
    const struct fl_diff_rows *rows = tally->sides[side];
    *value = rows->columns[pair->at[side]].as.u8[rows->row];
    return !fl_diff_is_null(rows, pair->at[side]);
}

static bool add_score(struct fl_diff_tally *tally, size_t index, struct fl_buffer *crossed)
{
    struct fl_diff *diff = tally->diff;
    struct fl_diff_score *score = &diff->scores[index];
    uint8_t before, after;
    if (!value_of(tally, &tally->scores[index], 0, &before) ||
        !value_of(tally, &tally->scores[index], 1, &after))
        return true; /* never null, as long as the column is there */
    score->up += after > before;
    score->down += after < before;
    score->sum[0] += before;
    score->sum[1] += after;
    score->by_change[(after > 100 ? 100 : after) + FL_DIFF_CHANGE_MAX - (before > 100 ? 100 : before)]++;
    for (size_t i = 0; i < diff->cut_count && before != after; i++) {
        struct fl_diff_cut *cut = &diff->cuts[i];
        if (strcmp(cut->column, score->column) != 0 || (before >= cut->floor) == (after >= cut->floor))
            continue;
        cut->up += after > before;
        cut->down += after < before;
        char floor[8];
        (void)snprintf(floor, sizeof floor, "%u", cut->floor);
        if (!say(crossed, cut->column, after > before ? "up" : "down", " ", floor))
            return false;
    }
    return true;
}

/* Place of the row's word in the list of both; the last one for a null. */
static size_t word_of(const struct fl_diff_tally *tally, size_t index, int side)
{
    const struct fl_diff_word_pair *pair = &tally->words[index];
    const struct fl_diff_rows *rows = tally->sides[side];
    if (fl_diff_is_null(rows, pair->of.at[side]))
        return tally->diff->words[index].word_count - 1;
    return pair->numbers[side][rows->columns[pair->of.at[side]].as.words[rows->row]];
}

static const char *shown(const char *word)
{
    return word == NULL ? "-" : word;
}

static bool add_word(struct fl_diff_tally *tally, size_t index, struct fl_buffer *crossed)
{
    struct fl_diff_words *words = &tally->diff->words[index];
    const struct fl_diff_word_pair *pair = &tally->words[index];
    const size_t from = word_of(tally, index, 0), to = word_of(tally, index, 1);
    if (pair->cells != NULL)
        pair->cells[from * words->word_count + to]++;
    if (from == to)
        return true;
    words->changed++;
    return !pair->crosses ||
           say(crossed, words->column, shown(words->words[from]), ">", shown(words->words[to]));
}

static bool add_flag(struct fl_diff_tally *tally, size_t index, struct fl_buffer *crossed)
{
    struct fl_diff_flag *flag = &tally->diff->flags[index];
    uint8_t before, after;
    if (!value_of(tally, &tally->flags[index], 0, &before) ||
        !value_of(tally, &tally->flags[index], 1, &after) || (before != 0) == (after != 0))
        return true;
    flag->gained += after != 0;
    flag->lost += before != 0;
    return say(crossed, flag->column, after != 0 ? "gained" : "lost", "", "");
}

static bool add_groups(struct fl_diff_tally *tally, int64_t raw_change)
{
    const uint8_t before = fl_diff_engagement(tally, 0), after = fl_diff_engagement(tally, 1);
    bool fits = true;
    for (size_t i = 0; i < tally->diff->split_count; i++) {
        struct fl_diff_group *group = &tally->splits[i].groups[word_of(tally, tally->splits[i].words, 0)];
        group->rows++;
        group->up += after > before;
        group->down += after < before;
        group->sum[0] += before;
        group->sum[1] += after;
        fits = fits && !__builtin_add_overflow(group->raw_change, raw_change, &group->raw_change);
    }
    return fits;
}

fl_status fl_diff_tally_add(struct fl_diff_tally *tally, struct fl_buffer *crossed, struct fl_error *error)
{
    struct fl_diff *diff = tally->diff;
    const int64_t before = fl_diff_raw(tally, 0), after = fl_diff_raw(tally, 1);
    int64_t change;
    bool fits = !__builtin_sub_overflow(after, before, &change);
    fits = fits && !__builtin_add_overflow(diff->raw[0], before, &diff->raw[0]);
    fits = fits && !__builtin_add_overflow(diff->raw[1], after, &diff->raw[1]);
    if (!fits || !add_groups(tally, change))
        return fl_fail(error, FL_LIMIT, "the raws of all rows add up to more than 64 bits hold");
    diff->both++;
    diff->raw_changed += change != 0;
    crossed->size = 0;
    bool said = true;
    for (size_t i = 0; i < diff->words_count && said; i++)
        said = add_word(tally, i, crossed);
    for (size_t i = 0; i < diff->score_count && said; i++)
        said = add_score(tally, i, crossed);
    for (size_t i = 0; i < diff->flag_count && said; i++)
        said = add_flag(tally, i, crossed);
    return said ? FL_OK : fl_fail_memory(error, crossed->size);
}

void fl_diff_tally_end(struct fl_diff_tally *tally)
{
    for (size_t i = 0; i < tally->diff->split_count; i++) {
        struct fl_diff_group *groups = tally->splits[i].groups;
        size_t kept = 0;
        for (size_t j = 0; j < tally->diff->splits[i].group_count; j++) {
            if (groups[j].rows > 0)
                groups[kept++] = groups[j];
        }
        tally->diff->splits[i].group_count = kept;
    }
}
