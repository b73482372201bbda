/* diff_json.c - what two runs differ in, for a program. */
#include "formats/base/civil.h"
#include "tools/fourloop/diff_report.h"

static const unsigned quantiles[] = {1, 5, 25, 50, 75, 95, 99};

static json_t *json_of_run(const struct fl_diff_run *run, const char *name)
{
    char day[11];
    fl_day_format(run->as_of_day, day);
    return json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s, s:I, s:I, s:I}", "run", name, "as_of", day, "view",
                     run->view == FL_VIEW_KNOWN_THEN ? "known-then" : "known-now", "version", run->version,
                     "zone", run->zone, "model_hash", run->model_hash, "rows", (json_int_t)run->rows, "only",
                     (json_int_t)run->only, "only_raw", (json_int_t)run->only_raw);
}

static json_t *json_of_causes(const struct fl_diff *diff)
{
    json_t *list = json_array();
    for (unsigned cause = 0; cause < FL_DIFF_CAUSES; cause++) {
        const struct fl_diff_effect *effect = &diff->effects[cause];
        json_t *object =
            json_pack("{s:s, s:b}", "cause", fl_diff_cause_word(cause), "differs", (int)diff->differs[cause]);
        json_t *told =
            diff->has_effects
                ? json_pack("{s:I, s:I, s:I, s:I, s:I}", "rows", (json_int_t)effect->rows, "raw_net",
                            (json_int_t)effect->raw_net, "raw_size", (json_int_t)effect->raw_size,
                            "engagement_net", (json_int_t)effect->engagement_net, "engagement_size",
                            (json_int_t)effect->engagement_size)
                : json_null();
        (void)json_object_set_new(object, "effect", told);
        (void)json_array_append_new(list, object);
    }
    return list;
}

static json_t *json_of_scores(const struct fl_diff *diff)
{
    json_t *list = json_array();
    for (size_t i = 0; i < diff->score_count; i++) {
        const struct fl_diff_score *score = &diff->scores[i];
        json_t *changes = json_object(), *at = json_object();
        char key[16];
        for (int change = -FL_DIFF_CHANGE_MAX; change <= FL_DIFF_CHANGE_MAX; change++) {
            const uint64_t rows = score->by_change[change + FL_DIFF_CHANGE_MAX];
            snprintf(key, sizeof key, "%d", change);
            if (rows != 0)
                (void)json_object_set_new(changes, key, json_integer((json_int_t)rows));
        }
        for (size_t j = 0; j < sizeof quantiles / sizeof quantiles[0]; j++) {
            snprintf(key, sizeof key, "p%u", quantiles[j]);
            (void)json_object_set_new(at, key, json_integer(fl_diff_change_at(score, quantiles[j])));
        }
        (void)json_array_append_new(
            list, json_pack("{s:s, s:I, s:I, s:I, s:I, s:o, s:o}", "column", score->column, "up",
                            (json_int_t)score->up, "down", (json_int_t)score->down, "sum_before",
                            (json_int_t)score->sum[0], "sum_after", (json_int_t)score->sum[1],
                            "change_quantiles", at, "rows_by_change", changes));
    }
    return list;
}

static json_t *json_of_cuts(const struct fl_diff *diff)
{
    json_t *list = json_array();
    for (size_t i = 0; i < diff->cut_count; i++) {
        const struct fl_diff_cut *cut = &diff->cuts[i];
        (void)json_array_append_new(list, json_pack("{s:s, s:i, s:I, s:I}", "column", cut->column, "at",
                                                    (int)cut->floor, "up", (json_int_t)cut->up, "down",
                                                    (json_int_t)cut->down));
    }
    return list;
}

/* The cells that are not 0. */
static json_t *json_of_moves(const struct fl_diff_words *words)
{
    json_t *list = json_array();
    for (size_t from = 0; from < words->word_count; from++) {
        for (size_t to = 0; to < words->word_count; to++) {
            const uint64_t rows = words->rows[from * words->word_count + to];
            if (rows != 0)
                (void)json_array_append_new(list,
                                            json_pack("{s:s?, s:s?, s:I}", "from", words->words[from], "to",
                                                      words->words[to], "rows", (json_int_t)rows));
        }
    }
    return list;
}

static json_t *json_of_words(const struct fl_diff *diff)
{
    json_t *list = json_array();
    for (size_t i = 0; i < diff->words_count; i++) {
        const struct fl_diff_words *words = &diff->words[i];
        (void)json_array_append_new(
            list, json_pack("{s:s, s:I, s:o}", "column", words->column, "changed", (json_int_t)words->changed,
                            "moves", words->rows == NULL ? json_null() : json_of_moves(words)));
    }
    return list;
}

static json_t *json_of_flags(const struct fl_diff *diff)
{
    json_t *list = json_array();
    for (size_t i = 0; i < diff->flag_count; i++) {
        const struct fl_diff_flag *flag = &diff->flags[i];
        (void)json_array_append_new(list,
                                    json_pack("{s:s, s:I, s:I}", "column", flag->column, "gained",
                                              (json_int_t)flag->gained, "lost", (json_int_t)flag->lost));
    }
    return list;
}

static json_t *json_of_groups(const struct fl_diff_split *split)
{
    json_t *list = json_array();
    for (size_t i = 0; i < split->group_count; i++) {
        const struct fl_diff_group *group = &split->groups[i];
        (void)json_array_append_new(
            list, json_pack("{s:s?, s:I, s:I, s:I, s:I, s:I, s:I}", "word", group->word, "rows",
                            (json_int_t)group->rows, "up", (json_int_t)group->up, "down",
                            (json_int_t)group->down, "sum_before", (json_int_t)group->sum[0], "sum_after",
                            (json_int_t)group->sum[1], "raw_change", (json_int_t)group->raw_change));
    }
    return list;
}

static json_t *json_of_splits(const struct fl_diff *diff)
{
    json_t *list = json_array();
    for (size_t i = 0; i < diff->split_count; i++)
        (void)json_array_append_new(list, json_pack("{s:s, s:o}", "column", diff->splits[i].column, "groups",
                                                    json_of_groups(&diff->splits[i])));
    return list;
}

static json_t *json_of_types(const struct fl_diff_mover *mover)
{
    json_t *list = json_array();
    for (size_t i = 0; i < mover->type_count; i++) {
        const struct fl_diff_type *type = &mover->types[i];
        (void)json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:I, s:I}", "type", type->name,
                                                    "rows_before", (json_int_t)type->rows[0], "rows_after",
                                                    (json_int_t)type->rows[1], "points_before",
                                                    (json_int_t)type->points[0], "points_after",
                                                    (json_int_t)type->points[1]));
    }
    return list;
}

static json_t *json_of_effects(const struct fl_diff_mover *mover)
{
    json_t *object = json_object();
    for (unsigned cause = 0; cause < FL_DIFF_CAUSES; cause++)
        (void)json_object_set_new(object, fl_diff_cause_word(cause),
                                  json_pack("{s:I, s:i}", "raw", (json_int_t)mover->effects[cause],
                                            "engagement", (int)mover->engagement_effects[cause]));
    return object;
}

static json_t *json_of_tag_points(const struct fl_diff_mover *mover, int side)
{
    return mover->explained ? json_integer((json_int_t)mover->tag_points[side]) : json_null();
}

static json_t *json_of_movers(const struct fl_diff *diff)
{
    json_t *list = json_array();
    for (size_t i = 0; i < diff->mover_count; i++) {
        const struct fl_diff_mover *mover = &diff->movers[i];
        (void)json_array_append_new(
            list, json_pack("{s:I, s:s?, s:s?, s:i, s:i, s:I, s:I, s:s, s:o, s:o, s:o, s:o}", "customer",
                            (json_int_t)mover->customer, "customer_id", mover->customer_id, "word",
                            mover->word, "engagement_before", (int)mover->engagement[0], "engagement_after",
                            (int)mover->engagement[1], "raw_before", (json_int_t)mover->raw[0], "raw_after",
                            (json_int_t)mover->raw[1], "crossed", mover->crossed, "due_to",
                            diff->has_effects ? json_of_effects(mover) : json_null(), "types",
                            mover->explained ? json_of_types(mover) : json_null(), "tag_points_before",
                            json_of_tag_points(mover, 0), "tag_points_after", json_of_tag_points(mover, 1)));
    }
    return list;
}

static json_t *json_of_tags(const struct fl_diff *diff)
{
    json_t *list = json_array();
    for (size_t i = 0; i < diff->tag_count; i++) {
        const struct fl_diff_tag *tag = &diff->tags[i];
        (void)json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:I, s:I}", "tag", tag->tag, "before",
                                                    (json_int_t)tag->customers[0], "after",
                                                    (json_int_t)tag->customers[1], "gained",
                                                    (json_int_t)tag->gained, "lost", (json_int_t)tag->lost));
    }
    return list;
}

static json_t *json_of_missing(const struct fl_diff *diff)
{
    json_t *list = json_array();
    for (size_t i = 0; i < diff->not_compared_count; i++)
        (void)json_array_append_new(list, json_string(diff->not_compared[i]));
    return list;
}

json_t *diff_json(const struct fl_diff *diff, const char *const names[2])
{
    return json_pack(
        "{s:s, s:o, s:o, s:b, s:o, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o}",
        "table", diff->table, "a", json_of_run(&diff->runs[0], names[0]), "b",
        json_of_run(&diff->runs[1], names[1]), "same_version", (int)diff->same_version, "causes",
        json_of_causes(diff), "both", (json_int_t)diff->both, "raw_changed", (json_int_t)diff->raw_changed,
        "raw_before", (json_int_t)diff->raw[0], "raw_after", (json_int_t)diff->raw[1],
        "rank_correlation_micro", diff->has_correlation ? json_integer(diff->correlation_micro) : json_null(),
        "scores", json_of_scores(diff), "cut_offs", json_of_cuts(diff), "words", json_of_words(diff), "flags",
        json_of_flags(diff), "splits", json_of_splits(diff), "not_compared", json_of_missing(diff), "largest",
        json_of_movers(diff), "moved", (json_int_t)diff->listed, "tags",
        diff->has_tags ? json_of_tags(diff) : json_null());
}
