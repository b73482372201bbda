/* scope_groups.c - rows of whole customers, each customer's moved together by brand, category or product.
 *
 * A counting sort of those of a customer's rows that have a word, as a rule a third of them. Whether a row
 * has one is as good as thrown dice, and so is whether its word is new to the customer: neither is asked by a
 * jump. */
#include "engine/scope_groups.h"

#include <stdlib.h>
#include <string.h>

#include "formats/table/word_union.h"

#define NO_SLOT UINT32_MAX

/* So many words of one customer are ranked by comparing each with each, which takes no jump; more are sorted.
 */
enum { RANKED_WORDS_MAX = 64 };

fl_status fl_scope_groups_open(struct fl_scope_groups *groups, size_t word_count, struct fl_error *error)
{
    const size_t size_bytes = (word_count + 1) * sizeof *groups->slot_of;
    *groups = (struct fl_scope_groups){.slot_of = malloc(size_bytes)};
    if (groups->slot_of == NULL)
        return fl_fail_memory(error, size_bytes);
    memset(groups->slot_of, 0xff, size_bytes); /* NO_SLOT everywhere */
    return FL_OK;
}

void fl_scope_groups_close(struct fl_scope_groups *groups)
{
    struct fl_buffer *const buffers[] = {
        &groups->slot_words, &groups->slot_rows, &groups->slot_next, &groups->sorted, &groups->kept,
        &groups->row_slots,  &groups->places,    &groups->day,       &groups->type,   &groups->order,
        &groups->order_null, &groups->net,       &groups->customers, &groups->words,  &groups->ends};
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
        fl_buffer_release(buffers[i]);
    free(groups->slot_of);
    *groups = (struct fl_scope_groups){0};
}

static uint32_t *numbers_of(const struct fl_buffer *buffer)
{
    return (uint32_t *)(void *)buffer->bytes;
}

/* Every row may be a scope of its own. */
static fl_status reserve(struct fl_scope_groups *groups, size_t rows, struct fl_error *error)
{
    struct {
        struct fl_buffer *buffer;
        size_t width;
    } const all[] = {{&groups->slot_words, sizeof(uint32_t)},
                     {&groups->slot_rows, sizeof(uint32_t)},
                     {&groups->slot_next, sizeof(uint32_t)},
                     {&groups->sorted, sizeof(uint64_t)},
                     {&groups->kept, sizeof(uint32_t)},
                     {&groups->row_slots, sizeof(uint32_t)},
                     {&groups->places, sizeof(uint32_t)},
                     {&groups->day, sizeof(int32_t)},
                     {&groups->type, 1},
                     {&groups->order, sizeof(int64_t)},
                     {&groups->order_null, 1},
                     {&groups->net, sizeof(int64_t)},
                     {&groups->customers, sizeof(int64_t)},
                     {&groups->words, sizeof(uint32_t)},
                     {&groups->ends, sizeof(uint32_t)}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (!fl_buffer_reserve(all[i].buffer, (rows + 1) * all[i].width))
            return fl_fail_memory(error, (rows + 1) * all[i].width);
    }
    return FL_OK;
}

/* Lists the rows of a customer that have a word; returns how many. */
static size_t keep_rows(struct fl_scope_groups *groups, const uint32_t *words, size_t rows)
{
    uint32_t *kept = numbers_of(&groups->kept);
    size_t count = 0;
    for (size_t row = 0; row < rows; row++) {
        kept[count] = (uint32_t)row;
        count += words[row] != FL_NO_WORD;
    }
    return count;
}

/* Gives each row kept its slot and counts them; returns how many slots there are. */
static size_t take_slots(struct fl_scope_groups *groups, const uint32_t *words, size_t rows)
{
    uint32_t *slot_of = groups->slot_of, *slot_words = numbers_of(&groups->slot_words);
    uint32_t *slot_rows = numbers_of(&groups->slot_rows), *row_slots = numbers_of(&groups->row_slots);
    const uint32_t *kept = numbers_of(&groups->kept);
    uint32_t slots = 0;
    memset(slot_rows, 0, rows * sizeof *slot_rows);
    for (size_t i = 0; i < rows; i++) {
        const uint32_t word = words[kept[i]], known = slot_of[word];
        const uint32_t slot = known == NO_SLOT ? slots : known;
        slots += known == NO_SLOT;
        slot_words[slot] = word;
        slot_of[word] = row_slots[i] = slot;
        slot_rows[slot]++;
    }
    for (size_t slot = 0; slot < slots; slot++)
        slot_of[slot_words[slot]] = NO_SLOT;
    return slots;
}

static int compare_numbers(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The slots by rising word, each below its word. */
static const uint64_t *sort_slots(struct fl_scope_groups *groups, size_t slots)
{
    const uint32_t *words = numbers_of(&groups->slot_words);
    uint64_t *sorted = (uint64_t *)(void *)groups->sorted.bytes;
    for (size_t i = 0; i < slots && slots <= RANKED_WORDS_MAX; i++) {
        uint32_t rank = 0;
        for (size_t k = 0; k < slots; k++)
            rank += words[k] < words[i];
        sorted[rank] = (uint64_t)words[i] << 32 | i;
    }
    if (slots <= RANKED_WORDS_MAX)
        return sorted;
    for (size_t i = 0; i < slots; i++)
        sorted[i] = (uint64_t)words[i] << 32 | i;
    qsort(sorted, slots, sizeof *sorted, compare_numbers);
    return sorted;
}

/* Lists the customer's scopes behind those that are there, whose rows end at `at`; returns where its own end.
 */
static uint32_t list_scopes(struct fl_scope_groups *groups, int64_t customer, size_t slots, uint32_t at)
{
    const uint64_t *sorted = sort_slots(groups, slots);
    const uint32_t *slot_rows = numbers_of(&groups->slot_rows);
    const size_t count = groups->scopes.count;
    uint32_t *next = numbers_of(&groups->slot_next), *ends = numbers_of(&groups->ends) + count;
    uint32_t *words = numbers_of(&groups->words) + count;
    int64_t *customers = (int64_t *)(void *)groups->customers.bytes + count;
    for (size_t i = 0; i < slots; i++) {
        const uint32_t slot = (uint32_t)sorted[i];
        next[slot] = at;
        at += slot_rows[slot];
        customers[i] = customer;
        words[i] = (uint32_t)(sorted[i] >> 32);
        ends[i] = at;
    }
    groups->scopes.count += slots;
    return at;
}

/* Moves the `count` rows kept of one customer's behind those that are there. */
static void place_rows(struct fl_scope_groups *groups, const struct fl_rows *rows, size_t count)
{
    const uint32_t *row_slots = numbers_of(&groups->row_slots), *kept = numbers_of(&groups->kept);
    uint32_t *next = numbers_of(&groups->slot_next), *place = numbers_of(&groups->places);
    int32_t *day = (int32_t *)(void *)groups->day.bytes;
    uint8_t *type = groups->type.bytes, *order_null = groups->order_null.bytes;
    int64_t *order = (int64_t *)(void *)groups->order.bytes, *net = (int64_t *)(void *)groups->net.bytes;
    for (size_t i = 0; i < count; i++) {
        const uint32_t to = next[row_slots[i]]++;
        place[i] = to;
        day[to] = rows->day[kept[i]];
        type[to] = rows->type[kept[i]];
    }
    for (size_t i = 0; i < count && rows->order != NULL; i++)
        order[place[i]] = rows->order[kept[i]];
    for (size_t i = 0; i < count && rows->order_null != NULL; i++)
        order_null[place[i]] = rows->order_null[kept[i]];
    for (size_t i = 0; i < count && rows->net != NULL; i++)
        net[place[i]] = rows->net[kept[i]];
}

fl_status fl_scope_groups_make(struct fl_scope_groups *groups, const int64_t *customers,
                               const struct fl_scope_rows *scopes, const uint32_t *words,
                               struct fl_error *error)
{
    const struct fl_rows *all = &scopes->rows;
    const size_t rows = scopes->count == 0 ? 0 : scopes->ends[scopes->count - 1] - scopes->from;
    uint32_t at = 0;
    groups->scopes = (struct fl_scope_rows){0};
    fl_status status = reserve(groups, rows, error);
    if (status != FL_OK)
        return status;
    for (size_t i = 0; i < scopes->count; i++) {
        const struct fl_rows of_one = fl_scope_rows_of(scopes, i);
        const uint32_t *of_rows = words + (of_one.day - all->day);
        const size_t kept = keep_rows(groups, of_rows, of_one.count);
        at = list_scopes(groups, customers[i], take_slots(groups, of_rows, kept), at);
        place_rows(groups, &of_one, kept);
    }
    groups->scopes.rows = (struct fl_rows){
        .day = (const int32_t *)(const void *)groups->day.bytes,
        .type = groups->type.bytes,
        .order = all->order == NULL ? NULL : (const int64_t *)(const void *)groups->order.bytes,
        .order_null = all->order_null == NULL ? NULL : groups->order_null.bytes,
        .net = all->net == NULL ? NULL : (const int64_t *)(const void *)groups->net.bytes,
        .count = at};
    groups->scopes.ends = numbers_of(&groups->ends);
    return FL_OK;
}

const int64_t *fl_scope_groups_customers(const struct fl_scope_groups *groups)
{
    return (const int64_t *)(const void *)groups->customers.bytes;
}

const uint32_t *fl_scope_groups_words(const struct fl_scope_groups *groups)
{
    return numbers_of(&groups->words);
}
