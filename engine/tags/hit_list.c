/* hit_list.c - each hit of a range of customers, sorted for its table. */
#include "engine/tags/hit_list.h"

#include <stdlib.h>
#include <string.h>

struct kept_hit {
    const struct fl_tag_message *message;
    uint32_t tag; /* number among all */
    struct fl_tag_place place;
};

void fl_hit_list_release(struct fl_hit_list *list)
{
    fl_buffer_release(&list->hits);
    fl_buffer_release(&list->shown);
}

void fl_hit_list_reset(struct fl_hit_list *list)
{
    list->hits.size = list->shown.size = 0;
}

fl_status fl_hit_list_add(struct fl_hit_list *list, const struct fl_tag_message *message,
                          const struct fl_keywords *keywords, const uint32_t *numbers,
                          const struct fl_tag_hit *hits, size_t count, struct fl_error *error)
{
    for (size_t i = 0; i < count; i++) {
        const struct fl_tag_hit *hit = &hits[i], *before = &hits[i == 0 ? 0 : i - 1];
        if (i > 0 && hit->rule == before->rule && hit->offset == before->offset && hit->size == before->size)
            continue;
        const struct kept_hit kept = {
            message, numbers[keywords->rules[hit->rule].tag], {hit->rule, hit->offset, hit->size}};
        if (!fl_buffer_append(&list->hits, &kept, sizeof kept))
            return fl_fail_memory(error, list->hits.size + sizeof kept);
    }
    return FL_OK;
}

uint64_t fl_hit_list_memory(const struct fl_hit_list *list)
{
    const uint64_t count = list->hits.size / sizeof(struct kept_hit);
    return count * (sizeof(struct kept_hit) + sizeof(struct fl_message_hit));
}

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* In the order of the table's columns, what is missing first. */
static int compare_shown(const void *a, const void *b, void *context)
{
    const struct fl_message_hit *x = a, *y = b;
    const struct fl_registry *registry = *(const struct fl_registry *const *)context;
    int order = compare_numbers(x->customer, y->customer);
    if (order == 0)
        order = compare_numbers(x->day, y->day);
    if (order == 0 && x->type != y->type)
        order = strcmp(registry->types[x->type].name, registry->types[y->type].name);
    if (order == 0)
        order = x->has_order - y->has_order;
    if (order == 0 && x->has_order)
        order = compare_numbers(x->order, y->order);
    if (order == 0)
        order = compare_numbers(x->second, y->second);
    if (order == 0)
        order = fl_text_compare(x->message, y->message);
    if (order == 0)
        order = compare_numbers(x->tag, y->tag);
    if (order == 0)
        order = compare_numbers(x->rule, y->rule);
    if (order == 0)
        order = compare_numbers(x->offset, y->offset);
    return order == 0 ? compare_numbers(x->size, y->size) : order;
}

static fl_status show(struct fl_hit_list *list, const struct kept_hit *hit,
                      const struct fl_keywords *keywords, struct fl_error *error)
{
    const struct fl_tag_message *message = hit->message;
    const struct fl_message_hit shown = {.customer = message->customer,
                                         .day = message->day,
                                         .second = message->second,
                                         .type = message->type,
                                         .has_order = message->has_order,
                                         .order = message->order,
                                         .message = message->id,
                                         .tag = hit->tag,
                                         .rule = keywords->rules[hit->place.rule].line,
                                         .offset = hit->place.offset,
                                         .size = hit->place.size};
    return fl_buffer_append(&list->shown, &shown, sizeof shown)
               ? FL_OK
               : fl_fail_memory(error, list->shown.size + sizeof shown);
}

fl_status fl_hit_list_of_night(struct fl_hit_list *list, const struct fl_model *model, uint32_t night,
                               const struct fl_message_hit **hits, size_t *count, struct fl_error *error)
{
    const struct kept_hit *kept = (const struct kept_hit *)(const void *)list->hits.bytes;
    const size_t kept_count = list->hits.size / sizeof *kept;
    const struct fl_registry *registry = &model->registry;
    fl_status status = FL_OK;
    list->shown.size = 0;
    for (size_t i = 0; i < kept_count && status == FL_OK; i++) {
        if (kept[i].message->night <= night)
            status = show(list, &kept[i], &model->keywords, error);
    }
    struct fl_message_hit *shown = (struct fl_message_hit *)(void *)list->shown.bytes;
    *count = list->shown.size / sizeof *shown;
    if (*count > 1)
        qsort_r(shown, *count, sizeof *shown, compare_shown, &registry);
    *hits = shown;
    return status;
}
