/* day_facts_list.c - the days of several customers, made once for all nights that ask for them. */
#include "engine/day_facts_list.h"

void fl_day_facts_list_init(struct fl_day_facts_list *list, const struct fl_registry *registry,
                            uint64_t memory_bytes)
{
    *list = (struct fl_day_facts_list){0};
    fl_day_facts_init(&list->maker, registry, memory_bytes);
}

void fl_day_facts_list_release(struct fl_day_facts_list *list)
{
    fl_day_facts_release(&list->maker);
    fl_buffer_release(&list->days);
    fl_buffer_release(&list->categories);
}

/* Moves what the maker holds behind that of the customers before. */
static fl_status append(struct fl_day_facts_list *list, size_t customer, struct fl_error *error)
{
    const struct fl_day_facts *made = &list->maker;
    const size_t days_bytes = made->day_count * sizeof *made->days;
    const size_t categories_bytes = made->category_count * sizeof *made->categories;
    list->of[customer] =
        (struct fl_day_facts){.day_count = made->day_count, .category_count = made->category_count};
    if ((days_bytes > 0 && !fl_buffer_append(&list->days, made->days, days_bytes)) ||
        (categories_bytes > 0 && !fl_buffer_append(&list->categories, made->categories, categories_bytes)))
        return fl_fail_memory(error, days_bytes + categories_bytes);
    return FL_OK;
}

/* Only now the buffers stay where they are. */
static void point_to_buffers(struct fl_day_facts_list *list, size_t count)
{
    struct fl_day_fact *day = (struct fl_day_fact *)(void *)list->days.bytes;
    struct fl_category_fact *category = (struct fl_category_fact *)(void *)list->categories.bytes;
    for (size_t i = 0; i < count; i++) {
        list->of[i].days = day;
        list->of[i].categories = category;
        day = list->of[i].day_count == 0 ? day : day + list->of[i].day_count;
        category = list->of[i].category_count == 0 ? category : category + list->of[i].category_count;
    }
}

fl_status fl_day_facts_list_make(struct fl_day_facts_list *list, const struct fl_scope_rows *scopes,
                                 const uint32_t *categories, struct fl_error *error)
{
    fl_status status = FL_OK;
    assert(scopes->count <= FL_LISTED_CUSTOMERS_MAX);
    list->days.size = list->categories.size = 0;
    for (size_t i = 0; i < scopes->count && status == FL_OK; i++) {
        const struct fl_rows rows = fl_scope_rows_of(scopes, i);
        fl_day_facts_begin(&list->maker);
        status = fl_day_facts_add(&list->maker, &rows,
                                  categories == NULL ? NULL : categories + fl_scope_start(scopes, i), error);
        if (status == FL_OK)
            status = append(list, i, error);
    }
    point_to_buffers(list, status == FL_OK ? scopes->count : 0);
    return status;
}
