/* diff_tags.c - which tags customers gained and lost from one run to another. */
#include "engine/diff_tags.h"

#include "engine/diff_rows.h"

/* Both tables, side by side. */
struct walk {
    struct fl_diff_rows sides[2];
    struct fl_word_union words;
    struct fl_diff_tag *tags; /* by number of the word */
};

static fl_status open_sides(struct walk *walk, const struct fl_diff_plan *plan,
                            const struct fl_run_manifest manifests[2], struct fl_error *error)
{
    const char *const runs[2] = {plan->run_a, plan->run_b};
    fl_status status = FL_OK;
    for (int side = 0; side < 2 && status == FL_OK; side++) {
        walk->sides[side].ended = true;
        if (fl_run_manifest_output(&manifests[side], "tags") != NULL)
            status =
                fl_diff_rows_open(plan->io, runs[side], &manifests[side], "tags", &walk->sides[side], error);
    }
    return status == FL_OK ? fl_diff_rows_number(walk->sides, 2, &walk->words, error) : status;
}

static fl_status name_tags(struct walk *walk, struct fl_arena *arena, struct fl_error *error)
{
    const size_t count = walk->words.words.count;
    walk->tags = fl_arena_take(arena, (count + 1) * sizeof *walk->tags);
    if (walk->tags == NULL)
        return fl_fail_memory(error, (count + 1) * sizeof *walk->tags);
    for (size_t i = 0; i < count; i++) {
        const struct fl_text word = fl_words_at(&walk->words.words, i);
        walk->tags[i].tag = fl_arena_copy(arena, word.bytes, word.size);
        if (walk->tags[i].tag == NULL)
            return fl_fail_memory(error, word.size);
    }
    return FL_OK;
}

/* Which side stands in front: below 0 that of A, above 0 that of B; 0: both at the same tag of a customer. */
static int compare(const struct fl_diff_rows sides[2])
{
    if (sides[0].ended || sides[1].ended)
        return sides[0].ended - sides[1].ended;
    if (sides[0].customer != sides[1].customer)
        return sides[0].customer < sides[1].customer ? -1 : 1;
    return (sides[0].word > sides[1].word) - (sides[0].word < sides[1].word);
}

static fl_status count_rows(struct walk *walk, struct fl_error *error)
{
    struct fl_diff_rows *const sides = walk->sides;
    fl_status status = FL_OK;
    for (int side = 0; side < 2 && status == FL_OK; side++) {
        if (sides[side].table != NULL)
            status = fl_diff_rows_start(&sides[side], error);
    }
    while (status == FL_OK && (!sides[0].ended || !sides[1].ended)) {
        const int order = compare(sides);
        struct fl_diff_tag *tag = &walk->tags[order <= 0 ? sides[0].word : sides[1].word];
        tag->customers[0] += order <= 0;
        tag->customers[1] += order >= 0;
        tag->lost += order < 0;
        tag->gained += order > 0;
        if (order <= 0)
            status = fl_diff_rows_next(&sides[0], error);
        if (order >= 0 && status == FL_OK)
            status = fl_diff_rows_next(&sides[1], error);
    }
    return status;
}

fl_status fl_diff_count_tags(const struct fl_diff_plan *plan, const struct fl_run_manifest manifests[2],
                             struct fl_arena *arena, struct fl_diff *diff, struct fl_error *error)
{
    struct walk walk = {.tags = NULL};
    fl_status status = open_sides(&walk, plan, manifests, error);
    if (status == FL_OK)
        status = name_tags(&walk, arena, error);
    if (status == FL_OK)
        status = count_rows(&walk, error);
    diff->has_tags = walk.sides[0].table != NULL || walk.sides[1].table != NULL;
    diff->tags = walk.tags;
    diff->tag_count = walk.words.words.count;
    fl_diff_rows_release(&walk.sides[0]);
    fl_diff_rows_release(&walk.sides[1]);
    fl_word_union_release(&walk.words);
    return status;
}
