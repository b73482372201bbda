/* scope_groups.c - rows of whole customers, each customer's moved together by brand, category or product.
 *
 * A counting sort of each customer's rows. Whether a row's word is new to the customer is as good as thrown
 * dice, and so is whether it has one: neither is asked by a jump. A row without a word goes behind all
 * others, where the next customer's rows take its place. */
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
    *groups = (struct fl_scope_groups){.word_count = word_count, .slot_of = malloc(size_bytes)};
    if (groups->slot_of == NULL)
        return fl_fail_memory(error, size_bytes);
    memset(groups->slot_of, 0xff, size_bytes); /* NO_SLOT everywhere */
    return FL_OK;
}

void fl_scope_groups_close(struct fl_scope_groups *groups)
{
    struct fl_buffer *const buffers[] = {
        &groups->slot_words, &groups->slot_rows, &groups->slot_next, &groups->sorted, &groups->row_slots,
        &groups->places,     &groups->day,       &groups->type,      &groups->order,  &groups->order_null,
        &groups->net,        &groups->customers, &groups->words,     &groups->ends};
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
    } const all[] = {{&groups->slot_words, sizeof(uint32_t)}, {&groups->slot_rows, sizeof(uint32_t)},
                     {&groups->slot_next, sizeof(uint32_t)},  {&groups->sorted, sizeof(uint64_t)},
                     {&groups->row_slots, sizeof(uint32_t)},  {&groups->places, sizeof(uint32_t)},
                     {&groups->day, sizeof(int32_t)},         {&groups->type, 1},
                     {&groups->order, sizeof(int64_t)},       {&groups->order_null, 1},
                     {&groups->net, sizeof(int64_t)},         {&groups->customers, sizeof(int64_t)},
                     {&groups->words, sizeof(uint32_t)},      {&groups->ends, sizeof(uint32_t)}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (!fl_buffer_reserve(all[i].buffer, (rows + 1) * all[i].width))
            return fl_fail_memory(error, (rows + 1) * all[i].width);
    }
    return FL_OK;
}

/* Gives each row of a customer its slot and counts them; returns how many slots there are. The rows without a
 * word count as those of one behind all words. */
static size_t take_slots(struct fl_scope_groups *groups, const uint32_t *words, size_t rows)
{
    uint32_t *slot_of = groups->slot_of, *slot_words = numbers_of(&groups->slot_words);
    uint32_t *slot_rows = numbers_of(&groups->slot_rows), *row_slots = numbers_of(&groups->row_slots);
    const uint32_t no_word = (uint32_t)groups->word_count;
    uint32_t slots = 0;
    memset(slot_rows, 0, rows * sizeof *slot_rows);
    for (size_t row = 0; row < rows; row++) {
        const uint32_t word = words[row] < no_word ? words[row] : no_word;
        const uint32_t known = slot_of[word];
        const uint32_t slot = known == NO_SLOT ? slots : known;
        slots += known == NO_SLOT;
        slot_words[slot] = word;
        slot_of[word] = row_slots[row] = slot;
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
    uint32_t *next = numbers_of(&groups->slot_next), *ends = numbers_of(&groups->ends);
    uint32_t *words = numbers_of(&groups->words);
    int64_t *customers = (int64_t *)(void *)groups->customers.bytes;
    size_t *count = &groups->scopes.count;
    for (size_t i = 0; i < slots; i++) {
        const uint32_t slot = (uint32_t)sorted[i], word = (uint32_t)(sorted[i] >> 32);
        next[slot] = at;
        if (word == groups->word_count) /* the last: its rows are behind all, and will be overwritten */
            break;
        at += slot_rows[slot];
        customers[*count] = customer;
        words[*count] = word;
        ends[(*count)++] = at;
    }
    return at;
}

/* Moves the rows of one customer behind those that are there. */
static void place_rows(struct fl_scope_groups *groups, const struct fl_rows *rows)
{
    const uint32_t *row_slots = numbers_of(&groups->row_slots);
    uint32_t *next = numbers_of(&groups->slot_next), *place = numbers_of(&groups->places);
    int32_t *day = (int32_t *)(void *)groups->day.bytes;
    int64_t *order = (int64_t *)(void *)groups->order.bytes, *net = (int64_t *)(void *)groups->net.bytes;
    for (size_t row = 0; row < rows->count; row++) {
        place[row] = next[row_slots[row]]++;
        day[place[row]] = rows->day[row];
        groups->type.bytes[place[row]] = rows->type[row];
    }
    for (size_t row = 0; row < rows->count && rows->order != NULL; row++)
        order[place[row]] = rows->order[row];
    for (size_t row = 0; row < rows->count && rows->order_null != NULL; row++)
        groups->order_null.bytes[place[row]] = rows->order_null[row];
    for (size_t row = 0; row < rows->count && rows->net != NULL; row++)
        net[place[row]] = rows->net[row];
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
        const size_t slots = take_slots(groups, words + (of_one.day - all->day), of_one.count);
        at = list_scopes(groups, customers[i], slots, at);
        place_rows(groups, &of_one);
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
