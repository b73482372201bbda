/* diff.c - the walk through two runs, side by side, with the runs in between that tell causes apart. */
#include "engine/fourloop.h"

#include <stdlib.h>

#include "engine/diff_causes.h"
#include "engine/diff_explain.h"
#include "engine/diff_ids.h"
#include "engine/diff_movers.h"
#include "engine/diff_tags.h"
#include "engine/diff_tally.h"
#include "engine/model/model.h"
#include "engine/rank_correlation.h"
#include "engine/run_folder.h"

enum { SIDES_MAX = FL_DIFF_CAUSES + 1, PROGRESS_ROWS = 1 << 14 };

/* Everything that is open while two runs are compared. sides[0] is A, the last one B, between them the runs
 * that differ from the one before in one cause. */
struct walk {
    const struct fl_diff_plan *plan;
    struct fl_diff *diff;
    struct fl_arena *arena; /* of the diff */
    struct fl_run_manifest manifests[2];
    struct fl_diff_between between;
    struct fl_diff_rows sides[SIDES_MAX];
    size_t side_count;
    enum fl_diff_cause causes[FL_DIFF_CAUSES]; /* causes[i] leads from sides[i] to sides[i + 1] */
    struct fl_diff_pair step_at[SIDES_MAX];    /* at[0]: raw, at[1]: engagement */
    size_t id_at[2];
    bool has_ids;
    struct fl_word_union scope_words;
    struct fl_diff_tally tally;
    struct fl_diff_movers *movers;
    struct fl_buffer crossed;
    struct fl_rank_pair *pairs; /* raws of the rows that both have */
    size_t pair_count;
    uint64_t rows_done;
};

static struct fl_diff_rows *side_b(struct walk *walk)
{
    return &walk->sides[walk->side_count - 1];
}

/* ---- opening ---- */

static const char *kept(struct walk *walk, const char *text)
{
    return text == NULL ? NULL : fl_arena_copy(walk->arena, text, strlen(text));
}

static void describe_run(struct walk *walk, int side)
{
    const struct fl_run_manifest *manifest = &walk->manifests[side];
    struct fl_diff_run *run = &walk->diff->runs[side];
    *run = (struct fl_diff_run){.version = kept(walk, manifest->version),
                                .zone = kept(walk, manifest->zone),
                                .as_of_day = manifest->as_of_day,
                                .view = manifest->view};
    memcpy(run->model_hash, manifest->model_hash, sizeof run->model_hash);
}

static fl_status check_zones(const struct walk *walk, struct fl_error *error)
{
    const char *a = walk->manifests[0].zone, *b = walk->manifests[1].zone;
    if (a == NULL || b == NULL || strcmp(a, b) == 0)
        return FL_OK;
    (void)fl_fail(error, FL_BAD_DATA, "a run of the business zone %s, the other is of %s: their days differ",
                  b, a);
    (void)fl_error_at_path(error, walk->plan->run_b);
    return FL_BAD_DATA;
}

static fl_status read_runs(struct walk *walk, struct fl_error *error)
{
    const char *const paths[2] = {walk->plan->run_a, walk->plan->run_b};
    for (int side = 0; side < 2; side++) {
        const fl_status status =
            fl_run_folder_read_scored(walk->plan->io, paths[side], &walk->manifests[side], error);
        if (status != FL_OK) {
            (void)fl_error_at_path(error, paths[side]);
            return status;
        }
        describe_run(walk, side);
    }
    walk->diff->table = kept(walk, walk->plan->table);
    if (walk->diff->table == NULL || walk->diff->runs[0].version == NULL ||
        walk->diff->runs[1].version == NULL)
        return fl_fail_memory(error, strlen(walk->plan->table));
    walk->diff->same_version = strcmp(walk->manifests[0].version, walk->manifests[1].version) == 0;
    fl_diff_find_causes(&walk->manifests[0], &walk->manifests[1], walk->diff->differs);
    return check_zones(walk, error);
}

/* One cause needs no run in between to have all of the effect. */
static void list_causes(struct walk *walk)
{
    size_t count = 0;
    for (unsigned cause = 0; cause < FL_DIFF_CAUSES; cause++) {
        if (walk->diff->differs[cause])
            walk->causes[count++] = (enum fl_diff_cause)cause;
    }
    walk->diff->has_effects = walk->diff->same_version && count == walk->between.count + (count > 0);
    walk->side_count = walk->between.count + 2;
}

static fl_status open_side(struct walk *walk, size_t side, struct fl_error *error)
{
    const struct fl_diff_plan *plan = walk->plan;
    struct fl_diff_rows *rows = &walk->sides[side];
    if (side == 0)
        return fl_diff_rows_open(plan->io, plan->run_a, &walk->manifests[0], plan->table, rows, error);
    if (side + 1 == walk->side_count)
        return fl_diff_rows_open(plan->io, plan->run_b, &walk->manifests[1], plan->table, rows, error);
    struct fl_run_manifest manifest;
    const char *run = walk->between.folders[side - 1];
    fl_status status = fl_run_folder_read(plan->io, run, &manifest, error);
    if (status == FL_OK)
        status = fl_diff_rows_open(plan->io, run, &manifest, plan->table, rows, error);
    fl_run_manifest_release(&manifest);
    return status;
}

static fl_status open_sides(struct walk *walk, struct fl_error *error)
{
    list_causes(walk);
    fl_status status = FL_OK;
    for (size_t side = 0; side < walk->side_count && status == FL_OK; side++)
        status = open_side(walk, side, error);
    if (status != FL_OK)
        return status;
    walk->diff->runs[0].rows = fl_table_rows(walk->sides[0].table);
    walk->diff->runs[1].rows = fl_table_rows(side_b(walk)->table);
    if (fl_table_schema(walk->sides[0].table) == fl_table_schema(side_b(walk)->table))
        return FL_OK;
    return fl_fail(error, FL_CORRUPT, "the tables `%s` of the two runs are of different kinds",
                   walk->plan->table);
}

static fl_status want_ids(struct walk *walk, struct fl_error *error)
{
    struct fl_diff_rows *const sides[2] = {&walk->sides[0], side_b(walk)};
    bool has[2] = {false, false};
    for (int side = 0; side < 2; side++) {
        const fl_status status =
            fl_diff_rows_want(sides[side], "customer_id", &has[side], &walk->id_at[side], error);
        if (status != FL_OK)
            return status;
    }
    walk->has_ids = has[0] && has[1];
    if (has[0] == has[1] || fl_table_rows(sides[0]->table) == 0 || fl_table_rows(sides[1]->table) == 0)
        return FL_OK;
    (void)fl_fail(error, FL_BAD_DATA,
                  "the customers of this run have text ids, those of the other have none");
    (void)fl_error_at_path(error, has[0] ? walk->plan->run_a : walk->plan->run_b);
    return FL_BAD_DATA;
}

static fl_status want_steps(struct walk *walk, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t side = 0; side < walk->side_count && status == FL_OK; side++) {
        bool has = false;
        status = fl_diff_rows_want(&walk->sides[side], "raw", &has, &walk->step_at[side].at[0], error);
        if (status == FL_OK && has)
            status =
                fl_diff_rows_want(&walk->sides[side], "engagement", &has, &walk->step_at[side].at[1], error);
        if (status == FL_OK && !has)
            status = fl_fail(error, FL_INTERNAL, "a table without raw or engagement");
    }
    return status;
}

static fl_status begin_tally(struct walk *walk, struct fl_error *error)
{
    const char *const runs[2] = {walk->plan->run_a, walk->plan->run_b};
    struct fl_model *model = NULL;
    fl_status status = fl_model_open(walk->plan->io, walk->plan->run_b, &model, error);
    if (status == FL_OK)
        status = fl_diff_tally_begin(walk->arena, walk->diff, &walk->sides[0], side_b(walk), &model->settings,
                                     runs, &walk->tally, error);
    fl_model_free(model);
    return status;
}

static fl_status take_pairs(struct walk *walk, struct fl_error *error)
{
    const uint64_t a = walk->diff->runs[0].rows, b = walk->diff->runs[1].rows;
    const uint64_t size_bytes = ((a < b ? a : b) + 1) * sizeof *walk->pairs;
    if (size_bytes > walk->plan->memory_bytes)
        return fl_fail(error, FL_LIMIT,
                       "the ranks of %llu rows need %llu bytes, at most %llu: raise --memory",
                       (unsigned long long)(a < b ? a : b), (unsigned long long)size_bytes,
                       (unsigned long long)walk->plan->memory_bytes);
    walk->pairs = fl_large_take(size_bytes);
    return walk->pairs == NULL ? fl_fail_memory(error, size_bytes) : FL_OK;
}

static fl_status begin(struct walk *walk, struct fl_error *error)
{
    fl_status status = fl_diff_rows_number(walk->sides, walk->side_count, &walk->scope_words, error);
    if (status == FL_OK)
        status = want_ids(walk, error);
    if (status == FL_OK)
        status = begin_tally(walk, error);
    if (status == FL_OK)
        status = want_steps(walk, error);
    if (status == FL_OK)
        status = take_pairs(walk, error);
    if (status != FL_OK)
        return status;
    const struct fl_diff_rows *rows = &walk->sides[0];
    const struct fl_schema *schema = fl_table_schema(rows->table);
    const char *word_column = rows->word_at == SIZE_MAX
                                  ? NULL
                                  : schema->columns[fl_schema_find_id(schema, rows->ids[rows->word_at])].name;
    return fl_diff_movers_create(walk->plan, walk->diff, word_column, &walk->movers, error);
}

/* ---- one key ---- */

static bool is_before(const struct fl_diff_rows *a, const struct fl_diff_rows *b)
{
    return a->customer != b->customer ? a->customer < b->customer : a->word < b->word;
}

/* Which sides stand at the smallest key; 0: all have ended. */
static unsigned find_present(const struct walk *walk)
{
    const struct fl_diff_rows *first = NULL;
    unsigned present = 0;
    for (size_t side = 0; side < walk->side_count; side++) {
        const struct fl_diff_rows *rows = &walk->sides[side];
        if (rows->ended || (first != NULL && is_before(first, rows)))
            continue;
        present = (first == NULL || is_before(rows, first) ? 0 : present) | 1u << side;
        first = rows;
    }
    return present;
}

static int64_t magnitude(int64_t number)
{
    return number < 0 ? -number : number;
}

/* What each cause did to the key; false: a sum leaves 64 bits. */
static bool add_effects(struct walk *walk, unsigned present, struct fl_diff_move *move)
{
    int64_t raw_before = 0, engagement_before = 0;
    bool fits = true;
    for (size_t side = 0; side < walk->side_count; side++) {
        const struct fl_diff_rows *rows = &walk->sides[side];
        const bool there = (present >> side & 1u) != 0;
        const int64_t raw = there ? rows->columns[walk->step_at[side].at[0]].as.i64[rows->row] : 0;
        const int64_t engagement = there ? rows->columns[walk->step_at[side].at[1]].as.u8[rows->row] : 0;
        int64_t change = 0;
        fits =
            fits && (side == 0 || !__builtin_sub_overflow(raw, raw_before, &change)) && change != INT64_MIN;
        if (side > 0 && fits && walk->diff->has_effects && walk->diff->differs[walk->causes[side - 1]]) {
            struct fl_diff_effect *effect = &walk->diff->effects[walk->causes[side - 1]];
            effect->rows += change != 0 || engagement != engagement_before;
            fits = !__builtin_add_overflow(effect->raw_net, change, &effect->raw_net) &&
                   !__builtin_add_overflow(effect->raw_size, magnitude(change), &effect->raw_size);
            effect->engagement_net += engagement - engagement_before;
            effect->engagement_size += magnitude(engagement - engagement_before);
            move->effects[walk->causes[side - 1]] = change;
            move->engagement_effects[walk->causes[side - 1]] = (int16_t)(engagement - engagement_before);
        }
        raw_before = raw;
        engagement_before = engagement;
    }
    return fits;
}

/* The row of one side; a side without it stays at 0. */
static void fill_side(const struct walk *walk, int side, struct fl_diff_move *move)
{
    const struct fl_diff_rows *rows = walk->tally.sides[side];
    move->in[side] = true;
    move->customer = rows->customer;
    move->raw[side] = fl_diff_raw(&walk->tally, side);
    move->engagement[side] = fl_diff_engagement(&walk->tally, side);
    if (walk->has_ids && !fl_diff_is_null(rows, walk->id_at[side]))
        move->customer_id = fl_diff_text(rows, walk->id_at[side]);
    if (rows->word_at != SIZE_MAX)
        move->word = fl_words_at(&walk->scope_words.words, rows->word);
}

static fl_status add_both(struct walk *walk, struct fl_diff_move *move, struct fl_error *error)
{
    const fl_status status = fl_diff_tally_add(&walk->tally, &walk->crossed, error);
    if (status != FL_OK)
        return status;
    walk->pairs[walk->pair_count++] = (struct fl_rank_pair){{move->raw[0], move->raw[1]}};
    if (walk->crossed.size > 0)
        move->crossed = (struct fl_text){(const char *)walk->crossed.bytes, walk->crossed.size};
    return FL_OK;
}

static bool has_moved(const struct fl_diff_move *move)
{
    bool moved = move->in[0] != move->in[1] || move->raw[0] != move->raw[1] ||
                 move->engagement[0] != move->engagement[1] || move->crossed.size > 0;
    for (unsigned cause = 0; cause < FL_DIFF_CAUSES; cause++)
        moved = moved || move->effects[cause] != 0 || move->engagement_effects[cause] != 0;
    return moved;
}

static fl_status add_key(struct walk *walk, unsigned present, struct fl_error *error)
{
    struct fl_diff_move move = {.crossed = {"", 0}};
    const unsigned in_a = present & 1u, in_b = present >> (walk->side_count - 1) & 1u;
    bool fits = add_effects(walk, present, &move);
    if (in_a != 0)
        fill_side(walk, 0, &move);
    if (in_b != 0)
        fill_side(walk, 1, &move);
    if (in_a != in_b) {
        struct fl_diff_run *run = &walk->diff->runs[in_b];
        run->only++;
        fits = fits && !__builtin_add_overflow(run->only_raw, move.raw[in_b], &run->only_raw);
    }
    if (!fits)
        return fl_fail(error, FL_LIMIT, "the raws of all rows add up to more than 64 bits hold");
    fl_status status = in_a != 0 && in_b != 0 ? add_both(walk, &move, error) : FL_OK;
    if (status == FL_OK && (in_a != 0 || in_b != 0) && has_moved(&move))
        status = fl_diff_movers_add(walk->movers, &move, error);
    return status;
}

/* ---- all of it ---- */

static fl_status step(struct walk *walk, unsigned present, struct fl_error *error)
{
    const struct fl_diff_plan *plan = walk->plan;
    const uint64_t all = walk->diff->runs[0].rows + walk->diff->runs[1].rows;
    if (walk->rows_done++ % PROGRESS_ROWS == 0 && plan->progress != NULL &&
        plan->progress(plan->progress_context, walk->rows_done < all ? walk->rows_done : all, all) != 0)
        return fl_fail(error, FL_INTERRUPTED, "stopped");
    fl_status status = add_key(walk, present, error);
    for (size_t side = 0; side < walk->side_count && status == FL_OK; side++) {
        if ((present >> side & 1u) != 0)
            status = fl_diff_rows_next(&walk->sides[side], error);
    }
    return status;
}

static fl_status walk_through(struct walk *walk, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t side = 0; side < walk->side_count && status == FL_OK; side++)
        status = fl_diff_rows_start(&walk->sides[side], error);
    while (status == FL_OK) {
        const unsigned present = find_present(walk);
        if (present == 0)
            break;
        status = step(walk, present, error);
    }
    const struct fl_diff *diff = walk->diff;
    if (status == FL_OK && diff->both == 0 && walk->has_ids && diff->runs[0].rows > 0 &&
        diff->runs[1].rows > 0)
        status = fl_diff_check_ids(walk->tally.sides, walk->id_at, error);
    return status;
}

static fl_status finish(struct walk *walk, struct fl_error *error)
{
    struct fl_diff *diff = walk->diff;
    fl_diff_tally_end(&walk->tally);
    diff->has_correlation = fl_rank_correlation(walk->pairs, walk->pair_count, &diff->correlation_micro);
    fl_status status = fl_diff_movers_tell(walk->movers, walk->arena, error);
    if (status == FL_OK && strcmp(diff->table, "customers") == 0)
        status = fl_diff_count_tags(walk->plan, walk->manifests, walk->arena, diff, error);
    if (status == FL_OK && walk->plan->data != NULL && walk->sides[0].word_at == SIZE_MAX)
        status = fl_diff_explain(walk->plan, diff, walk->arena, error);
    return status == FL_OK ? fl_diff_movers_publish(walk->movers, error) : status;
}

static fl_status compare_runs(struct walk *walk, struct fl_error *error)
{
    const struct fl_diff_plan *plan = walk->plan;
    if (plan->sample > FL_DIFF_SAMPLE_MAX)
        return fl_fail(error, FL_USAGE, "a sample of %zu movers, at most %d", plan->sample,
                       FL_DIFF_SAMPLE_MAX);
    fl_status status = read_runs(walk, error);
    if (status == FL_OK && plan->data != NULL)
        status = fl_diff_between_make(plan, walk->manifests, walk->diff->differs, &walk->between, error);
    if (status == FL_OK)
        status = open_sides(walk, error);
    if (status == FL_OK)
        status = begin(walk, error);
    if (status == FL_OK)
        status = walk_through(walk, error);
    return status == FL_OK ? finish(walk, error) : status;
}

static void release(struct walk *walk)
{
    fl_diff_movers_free(walk->movers);
    for (size_t side = 0; side < SIDES_MAX; side++)
        fl_diff_rows_release(&walk->sides[side]);
    fl_diff_between_release(&walk->between);
    fl_word_union_release(&walk->scope_words);
    fl_buffer_release(&walk->crossed);
    fl_run_manifest_release(&walk->manifests[0]);
    fl_run_manifest_release(&walk->manifests[1]);
    free(walk->pairs);
}

fl_status fl_diff(const struct fl_diff_plan *plan, struct fl_diff **diff, struct fl_error *error)
{
    *diff = NULL;
    struct fl_diff *made = calloc(1, sizeof *made);
    struct fl_arena *arena = calloc(1, sizeof *arena);
    if (made == NULL || arena == NULL) {
        free(made);
        free(arena);
        return fl_fail_memory(error, sizeof *made);
    }
    fl_arena_init(arena);
    made->owned = arena;
    struct walk walk = {.plan = plan, .diff = made, .arena = arena};
    const fl_status status = compare_runs(&walk, error);
    release(&walk);
    if (status == FL_OK)
        *diff = made;
    else
        fl_diff_free(made);
    return status;
}

void fl_diff_free(struct fl_diff *diff)
{
    if (diff == NULL)
        return;
    fl_arena_release(diff->owned);
    free(diff->owned);
    free(diff);
}

int fl_diff_change_at(const struct fl_diff_score *score, unsigned percent)
{
    uint64_t rows = 0, below = 0;
    for (int i = 0; i <= 2 * FL_DIFF_CHANGE_MAX; i++)
        rows += score->by_change[i];
    const uint64_t rank = rows / 100 * percent + (rows % 100 * percent + 99) / 100;
    for (int i = 0; i <= 2 * FL_DIFF_CHANGE_MAX && rank > 0; i++) {
        below += score->by_change[i];
        if (below >= rank)
            return i - FL_DIFF_CHANGE_MAX;
    }
    return 0;
}
