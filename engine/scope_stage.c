/* scope_stage.c - scores of customers by brand, category or product: rows are regrouped by the united word.
 */
#include "engine/scope_stage.h"

#include <stdlib.h>

#include "engine/scope_groups.h"

#define NO_SLOT UINT32_MAX

/* One word that the customer in hand has rows of. */
struct slot {
    uint32_t word;
    uint32_t rows, from; /* of the piece in hand: how many, where they begin once regrouped */
    struct fl_scorer scorer;
};

struct fl_scope_stage {
    struct fl_scope_stage_plan plan;
    uint32_t *slot_of; /* by word; NO_SLOT: none yet */
    struct slot *slots;
    size_t slot_count, slot_capacity;
    /* Rows of the piece in hand, regrouped. */
    struct fl_buffer day, type, order, order_null, net;
    /* Of whole customers. */
    struct fl_scope_groups groups;
    struct fl_scorer scorer;
    struct fl_lone_rows lone;
};

/* Of whole customers: rows that are regrouped at once stay in the core's own cache, scores that go out at
 * once in its first. */
enum { ROWS_AT_ONCE = 8192, SCORES_AT_ONCE = 128 };

fl_status fl_scope_stage_create(const struct fl_scope_stage_plan *plan, struct fl_scope_stage **stage,
                                struct fl_error *error)
{
    *stage = NULL;
    struct fl_scope_stage *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    made->plan = *plan;
    made->slot_of = malloc((plan->word_count + 1) * sizeof *made->slot_of);
    if (made->slot_of == NULL) {
        fl_scope_stage_free(made);
        return fl_fail_memory(error, plan->word_count * sizeof *made->slot_of);
    }
    memset(made->slot_of, 0xff, (plan->word_count + 1) * sizeof *made->slot_of); /* NO_SLOT everywhere */
    fl_scorer_init(&made->scorer, plan->points, plan->settings, plan->scope, plan->as_of_day);
    made->scorer.value = plan->value;
    made->scorer.lone = &made->lone;
    fl_status status = fl_scope_groups_open(&made->groups, plan->word_count, error);
    if (status != FL_OK) {
        fl_scope_stage_free(made);
        return status;
    }
    *stage = made;
    return FL_OK;
}

void fl_scope_stage_free(struct fl_scope_stage *stage)
{
    if (stage == NULL)
        return;
    fl_buffer_release(&stage->day);
    fl_buffer_release(&stage->type);
    fl_buffer_release(&stage->order);
    fl_buffer_release(&stage->order_null);
    fl_buffer_release(&stage->net);
    fl_scope_groups_close(&stage->groups);
    fl_lone_rows_release(&stage->lone);
    free(stage->slot_of);
    free(stage->slots);
    free(stage);
}

static fl_status grow(struct fl_scope_stage *stage, struct fl_error *error)
{
    const size_t capacity = stage->slot_capacity == 0 ? 64 : stage->slot_capacity * 2;
    const uint64_t size_bytes = (uint64_t)capacity * sizeof *stage->slots;
    if (size_bytes > stage->plan.memory_bytes)
        return fl_fail(error, FL_LIMIT,
                       "the brands or categories of one customer need %llu bytes, at most %llu: raise "
                       "--memory",
                       (unsigned long long)size_bytes, (unsigned long long)stage->plan.memory_bytes);
    struct slot *slots = realloc(stage->slots, (size_t)size_bytes);
    if (slots == NULL)
        return fl_fail_memory(error, size_bytes);
    stage->slots = slots;
    stage->slot_capacity = capacity;
    return FL_OK;
}

static fl_status start_slot(struct fl_scope_stage *stage, uint32_t word, struct fl_error *error)
{
    if (stage->slot_count == stage->slot_capacity) {
        fl_status status = grow(stage, error);
        if (status != FL_OK)
            return status;
    }
    struct slot *slot = &stage->slots[stage->slot_count];
    *slot = (struct slot){.word = word};
    fl_scorer_init(&slot->scorer, stage->plan.points, stage->plan.settings, stage->plan.scope,
                   stage->plan.as_of_day);
    slot->scorer.value = stage->plan.value;
    stage->slot_of[word] = (uint32_t)stage->slot_count++;
    return FL_OK;
}

/* Counts the rows of each word, starting a slot where it is the word's first. */
static fl_status count_rows(struct fl_scope_stage *stage, const uint32_t *words, size_t rows,
                            struct fl_error *error)
{
    for (size_t i = 0; i < stage->slot_count; i++)
        stage->slots[i].rows = 0;
    for (size_t row = 0; row < rows; row++) {
        if (words[row] == FL_NO_WORD)
            continue;
        if (stage->slot_of[words[row]] == NO_SLOT) {
            fl_status status = start_slot(stage, words[row], error);
            if (status != FL_OK)
                return status;
        }
        stage->slots[stage->slot_of[words[row]]].rows++;
    }
    return FL_OK;
}

static fl_status reserve(struct fl_scope_stage *stage, size_t rows, struct fl_error *error)
{
    if (fl_buffer_reserve(&stage->day, rows * sizeof(int32_t)) && fl_buffer_reserve(&stage->type, rows) &&
        fl_buffer_reserve(&stage->order, rows * sizeof(int64_t)) &&
        fl_buffer_reserve(&stage->order_null, rows) && fl_buffer_reserve(&stage->net, rows * sizeof(int64_t)))
        return FL_OK;
    return fl_fail_memory(error, rows * sizeof(int64_t));
}

/* Moves the rows of each word together; each keeps its order. */
static void regroup(struct fl_scope_stage *stage, const struct fl_rows *rows, const uint32_t *words)
{
    int32_t *day = (int32_t *)(void *)stage->day.bytes;
    int64_t *order = (int64_t *)(void *)stage->order.bytes, *net = (int64_t *)(void *)stage->net.bytes;
    uint32_t from = 0;
    for (size_t i = 0; i < stage->slot_count; i++) {
        stage->slots[i].from = from;
        from += stage->slots[i].rows;
    }
    for (size_t row = 0; row < rows->count; row++) {
        if (words[row] == FL_NO_WORD)
            continue;
        const uint32_t to = stage->slots[stage->slot_of[words[row]]].from++;
        day[to] = rows->day[row];
        stage->type.bytes[to] = rows->type[row];
        if (rows->order != NULL) {
            order[to] = rows->order[row];
            stage->order_null.bytes[to] = rows->order_null != NULL ? rows->order_null[row] : 0;
        }
        if (rows->net != NULL)
            net[to] = rows->net[row];
    }
}

fl_status fl_scope_stage_add(struct fl_scope_stage *stage, const struct fl_rows *rows, const uint32_t *words,
                             struct fl_error *error)
{
    fl_status status = count_rows(stage, words, rows->count, error);
    if (status == FL_OK)
        status = reserve(stage, rows->count, error);
    if (status != FL_OK)
        return status;
    regroup(stage, rows, words);
    const int32_t *day = (const int32_t *)(const void *)stage->day.bytes;
    const int64_t *order = (const int64_t *)(const void *)stage->order.bytes;
    for (size_t i = 0; i < stage->slot_count; i++) {
        struct slot *slot = &stage->slots[i];
        const uint32_t from = slot->from - slot->rows; /* regroup() moved it to the end */
        struct fl_rows of_word = {.day = day + from, .type = stage->type.bytes + from, .count = slot->rows};
        if (rows->order != NULL) {
            of_word.order = order + from;
            of_word.order_null = stage->order_null.bytes + from;
        }
        if (rows->net != NULL)
            of_word.net = (const int64_t *)(const void *)stage->net.bytes + from;
        if (!fl_scorer_add(&slot->scorer, &of_word))
            return fl_fail(error, FL_LIMIT, "a brand or category of a customer has more than %llu rows",
                           (unsigned long long)FL_SCOPE_ROWS_MAX);
    }
    return FL_OK;
}

static int compare_slots(const void *a, const void *b)
{
    const struct slot *slot_a = a, *slot_b = b;
    return (slot_a->word > slot_b->word) - (slot_a->word < slot_b->word);
}

fl_status fl_scope_stage_end(struct fl_scope_stage *stage, int64_t customer, fl_scope_sink *sink,
                             void *context, struct fl_error *error)
{
    fl_status status = FL_OK;
    if (stage->slot_count > 1)
        qsort(stage->slots, stage->slot_count, sizeof *stage->slots, compare_slots);
    for (size_t i = 0; i < stage->slot_count; i++) {
        struct slot *slot = &stage->slots[i];
        struct fl_scope_score score;
        stage->slot_of[slot->word] = NO_SLOT;
        if (status != FL_OK)
            continue;
        fl_scorer_end(&slot->scorer, &score);
        status = sink(context, &customer, &slot->word, &score, 1, error);
    }
    stage->slot_count = 0;
    return status;
}

/* ---- whole customers ---- */

/* As many customers from number `first` on as are regrouped at once, at least one. */
static struct fl_scope_rows next_customers(const struct fl_scope_rows *customers, size_t first)
{
    struct fl_scope_rows some = fl_some_scopes(customers, first, 1);
    while (first + some.count < customers->count && some.ends[some.count] - some.from <= ROWS_AT_ONCE)
        some.count++;
    return some;
}

static fl_status score_groups(struct fl_scope_stage *stage, fl_scope_sink *sink, void *context,
                              struct fl_error *error)
{
    const struct fl_scope_groups *groups = &stage->groups;
    struct fl_scope_score scores[SCORES_AT_ONCE];
    fl_status status = FL_OK;
    for (size_t done = 0; done < groups->scopes.count && status == FL_OK; done += SCORES_AT_ONCE) {
        const size_t left = groups->scopes.count - done;
        const struct fl_scope_rows some =
            fl_some_scopes(&groups->scopes, done, left < SCORES_AT_ONCE ? left : SCORES_AT_ONCE);
        fl_scorer_whole(&stage->scorer, &some, scores);
        status = sink(context, fl_scope_groups_customers(groups) + done, fl_scope_groups_words(groups) + done,
                      scores, some.count, error);
    }
    return status;
}

fl_status fl_scope_stage_whole(struct fl_scope_stage *stage, const int64_t *customers,
                               const struct fl_scope_rows *scopes, const uint32_t *words, fl_scope_sink *sink,
                               void *context, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t done = 0; done < scopes->count && status == FL_OK;) {
        const struct fl_scope_rows some = next_customers(scopes, done);
        status = fl_scope_groups_make(&stage->groups, customers + done, &some, words, error);
        if (status == FL_OK)
            status = score_groups(stage, sink, context, error);
        done += some.count;
    }
    return status;
}
