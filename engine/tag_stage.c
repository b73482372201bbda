/* tag_stage.c - what the tags of customers bring to their own rows of results. */
#include "engine/tag_stage.h"

#include <stdlib.h>

/* Of one sign, of one customer: points of rows beside them still fit into a raw. */
#define TAG_POINTS_MAX (INT64_MAX / 4)

void fl_tag_stage_begin(struct fl_tag_stage *stage, const struct fl_customer_tag *tags, size_t count)
{
    stage->next = tags;
    stage->end = count == 0 ? tags : tags + count; /* an empty list may be NULL */
}

void fl_tag_stage_release(struct fl_tag_stage *stage)
{
    fl_buffer_release(&stage->numbers);
    fl_buffer_release(&stage->keys);
}

/* Rises from the first to be shown on: priorities fall, then the numbers of names rise. */
static uint64_t order_key(const struct fl_customer_tag *tag)
{
    const uint32_t falling = (uint32_t)(INT32_MAX - (int64_t)tag->priority);
    return (uint64_t)falling << 32 | tag->tag;
}

static int compare_keys(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Appends the numbers of the tags whose keys are listed, in their order. */
static bool append_numbers(struct fl_tag_stage *stage, size_t count)
{
    uint64_t *keys = (uint64_t *)(void *)stage->keys.bytes;
    if (count > 1)
        qsort(keys, count, sizeof *keys, compare_keys);
    for (size_t i = 0; i < count; i++) {
        const uint32_t number = (uint32_t)keys[i];
        if (!fl_buffer_append(&stage->numbers, &number, sizeof number))
            return false;
    }
    return true;
}

static fl_status add_points(const struct fl_customer_tag *tag, struct fl_added_points *added,
                            struct fl_error *error)
{
    if (tag->points_positive > TAG_POINTS_MAX - added->positive ||
        tag->points_negative < -TAG_POINTS_MAX - added->negative)
        return fl_fail(error, FL_LIMIT, "the tags of a customer bring more than %lld points",
                       (long long)(TAG_POINTS_MAX / 1000000));
    added->positive += tag->points_positive;
    added->negative += tag->points_negative;
    return FL_OK;
}

static fl_status take_customer(struct fl_tag_stage *stage, int64_t customer, struct fl_added_points *added,
                               struct fl_tag_summary *summary, struct fl_error *error)
{
    fl_status status = FL_OK;
    *added = (struct fl_added_points){0};
    *summary = (struct fl_tag_summary){.from = stage->numbers.size / sizeof(uint32_t)};
    stage->keys.size = 0;
    while (stage->next < stage->end && stage->next->customer < customer)
        stage->next++; /* has no row this night */
    for (; stage->next < stage->end && stage->next->customer == customer && status == FL_OK; stage->next++) {
        const uint64_t key = order_key(stage->next);
        status = add_points(stage->next, added, error);
        if (!stage->next->on)
            continue;
        if (!fl_buffer_append(&stage->keys, &key, sizeof key))
            return fl_fail_memory(error, stage->keys.size + sizeof key);
        summary->count++;
    }
    summary->points = added->positive + added->negative;
    if (status == FL_OK && !append_numbers(stage, summary->count))
        status = fl_fail_memory(error, stage->numbers.size + summary->count * sizeof(uint32_t));
    return status;
}

fl_status fl_tag_stage_take(struct fl_tag_stage *stage, const int64_t *customers, size_t count,
                            struct fl_added_points *added, struct fl_tag_summary *summaries,
                            struct fl_error *error)
{
    fl_status status = FL_OK;
    stage->numbers.size = 0;
    for (size_t i = 0; i < count && status == FL_OK; i++)
        status = take_customer(stage, customers[i], &added[i], &summaries[i], error);
    return status;
}
