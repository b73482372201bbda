/* lone_rows.c - scores of scopes that have one row, remembered by its type and age.
 *
 * Of a customer's brands and categories three in four have one row. But for its days and its money the score
 * follows from its type and age alone, of which there are few: so the first row of each goes the way of all
 * others, and the next ones take over what it found. */
#include "engine/lone_rows.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "engine/score.h"

/* Older rows, of which there are few, go the way of all others. */
enum { REMEMBERED_AGES = 2048 };

/* The bytes of a score from engagement to engaged_no_value. */
enum {
    BYTES_FROM = offsetof(struct fl_scope_score, engagement),
    BYTES = offsetof(struct fl_scope_score, engaged_no_value) + 1 - BYTES_FROM
};
_Static_assert(BYTES == 9, "each of them follows from type and age");

struct fl_lone_row {
    int32_t raw;
    bool known;
    uint8_t bytes[BYTES];
};
_Static_assert(sizeof(struct fl_lone_row) == 16, "four in a cache line");

void fl_lone_rows_release(struct fl_lone_rows *lone)
{
    for (unsigned type = 0; type < FL_TYPES_MAX; type++)
        free(lone->of_type[type]);
    *lone = (struct fl_lone_rows){0};
}

static int64_t mask_if(bool holds)
{
    return -(int64_t)holds;
}

/* No jump: neither types nor ages could be foreseen. Each member is set, here or by the bytes. */
static void fill(const struct fl_scorer *scorer, const struct fl_rows *rows, size_t row,
                 const struct fl_lone_row *known, struct fl_scope_score *score)
{
    const struct fl_type_points *of_type = &scorer->points->types[rows->type[row]];
    const int32_t day = rows->day[row], age_days = scorer->as_of_day - day;
    const int64_t raw = known->raw, positive = raw & mask_if(raw > 0), full = of_type->single;
    const int64_t intent = mask_if(of_type->inbound && !of_type->purchase);
    const int64_t points_28 = full & mask_if(full > 0 && age_days < 28);
    const int64_t points_84 = full & mask_if(full > 0 && age_days >= 28 && age_days < 112);
    score->raw = raw;
    score->raw_positive = positive;
    score->raw_negative = raw - positive;
    score->intent_raw = raw & intent;
    score->points_28 = points_28;
    score->points_84 = points_84;
    score->intent_points_28 = points_28 & intent;
    score->intent_points_84 = points_84 & intent;
    for (unsigned loop = 0; loop < FL_LOOPS; loop++)
        score->loop_points[loop] = raw & mask_if(of_type->loop == loop);
    score->rows = score->units = 1;
    score->lost_to_cap = 0;
    score->lost_to_decay = full - raw;
    score->first_day = score->last_day = day;
    score->last_purchase_day = of_type->purchase ? day : INT32_MIN;
    score->has_purchase = of_type->purchase;
    memcpy((uint8_t *)score + BYTES_FROM, known->bytes, BYTES);
    score->net_12m = 0;
    if (scorer->value != NULL && rows->net != NULL)
        score->net_12m = rows->net[row] & mask_if(day >= scorer->value->net_first);
}

/* NULL: its age is not remembered, or there is no memory, which costs nothing but time. */
static struct fl_lone_row *entry_of(const struct fl_scorer *scorer, uint8_t type, int32_t day)
{
    struct fl_lone_row **of_type = &scorer->lone->of_type[type];
    const uint32_t age_days = (uint32_t)(scorer->as_of_day - day);
    if (*of_type == NULL)
        *of_type = calloc(REMEMBERED_AGES, sizeof **of_type);
    return age_days < REMEMBERED_AGES && *of_type != NULL ? *of_type + age_days : NULL;
}

/* The entries lie far apart: all are asked for before the first is needed. */
static void ask_for_entries(const struct fl_scorer *scorer, const struct fl_scope_rows *scopes,
                            const struct fl_lone_row **entries)
{
    uint32_t from = scopes->from;
    for (size_t i = 0; i < scopes->count; from = scopes->ends[i++]) {
        entries[i] = NULL;
        if (scopes->ends[i] - from == 1)
            entries[i] = entry_of(scorer, scopes->rows.type[from], scopes->rows.day[from]);
        __builtin_prefetch(entries[i]);
    }
}

size_t fl_lone_rows_score(const struct fl_scorer *scorer, const struct fl_scope_rows *scopes,
                          struct fl_scope_score *scores, uint16_t *others)
{
    const struct fl_lone_row *entries[FL_KERNEL_RUNS_MAX];
    size_t other_count = 0;
    ask_for_entries(scorer, scopes, entries);
    for (size_t i = 0; i < scopes->count; i++) {
        if (entries[i] != NULL && entries[i]->known)
            fill(scorer, &scopes->rows, scopes->ends[i] - 1, entries[i], &scores[i]);
        else
            others[other_count++] = (uint16_t)i;
    }
    return other_count;
}

void fl_lone_rows_learn(const struct fl_scorer *scorer, const struct fl_rows *row,
                        const struct fl_scope_score *score)
{
    struct fl_lone_row *entry = entry_of(scorer, row->type[0], row->day[0]);
    if (entry == NULL)
        return;
    entry->raw = (int32_t)score->raw;
    entry->known = true;
    memcpy(entry->bytes, (const uint8_t *)score + BYTES_FROM, BYTES);
}
