/* diff_explain.c - the types of interaction that made the largest movers move. */
#include "engine/diff_explain.h"

#include <stdio.h>
#include <stdlib.h>

#include "formats/base/limits.h"
#include "formats/folder/data_folder.h"

static uint64_t size_of_change(const struct fl_diff_type *type)
{
    return type->points[1] > type->points[0] ? (uint64_t)type->points[1] - (uint64_t)type->points[0]
                                             : (uint64_t)type->points[0] - (uint64_t)type->points[1];
}

/* The largest first; of equal ones by name. */
static int compare_types(const void *a, const void *b)
{
    const uint64_t size_a = size_of_change(a), size_b = size_of_change(b);
    if (size_a != size_b)
        return size_a > size_b ? -1 : 1;
    return strcmp(((const struct fl_diff_type *)a)->name, ((const struct fl_diff_type *)b)->name);
}

/* Both explanations, type by type, under the name that B gives the type. */
static fl_status compare(const struct fl_explanation explanations[2], struct fl_diff_mover *mover,
                         struct fl_arena *arena, struct fl_error *error)
{
    struct fl_diff_type by_id[FL_TYPES_MAX] = {{0}};
    size_t count = 0;
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < explanations[side].row_count; i++) {
            const struct fl_explain_row *row = &explanations[side].rows[i];
            by_id[row->type].name = row->type_name;
            by_id[row->type].rows[side] = row->rows;
            by_id[row->type].points[side] = row->points;
        }
    }
    struct fl_diff_type *types = fl_arena_take(arena, sizeof by_id);
    if (types == NULL)
        return fl_fail_memory(error, sizeof by_id);
    for (unsigned id = 0; id < FL_TYPES_MAX; id++) {
        if (by_id[id].points[0] == by_id[id].points[1])
            continue;
        types[count] = by_id[id];
        types[count].name = fl_arena_copy(arena, by_id[id].name, strlen(by_id[id].name));
        if (types[count++].name == NULL)
            return fl_fail_memory(error, sizeof by_id);
    }
    if (count > 1)
        qsort(types, count, sizeof *types, compare_types);
    for (int side = 0; side < 2; side++)
        mover->tag_points[side] = explanations[side].tag_points;
    mover->types = types;
    mover->type_count = count;
    mover->explained = true;
    return FL_OK;
}

static fl_status explain_mover(const struct fl_diff_plan *plan, struct fl_diff_mover *mover,
                               struct fl_explanation explanations[2], struct fl_arena *arena,
                               struct fl_error *error)
{
    char key[24];
    (void)snprintf(key, sizeof key, "%lld", (long long)mover->customer);
    const char *customer = mover->customer_id == NULL ? key : mover->customer_id;
    struct fl_explain_plan asked = {
        .io = plan->io, .run = plan->run_a, .data = plan->data, .customer = customer, .points_only = true};
    fl_status status = fl_explain(&asked, &explanations[0], error);
    if (status != FL_OK)
        return status;
    asked.run = plan->run_b;
    status = fl_explain(&asked, &explanations[1], error);
    if (status == FL_OK)
        status = compare(explanations, mover, arena, error);
    fl_explanation_release(&explanations[0]);
    fl_explanation_release(&explanations[1]);
    return status;
}

/* Without the texts of the ids a customer of a text folder cannot be asked for. */
static fl_status can_explain(const struct fl_diff_plan *plan, bool *can, struct fl_error *error)
{
    struct fl_data_folder *folder;
    const fl_status status = fl_data_folder_open(plan->io, plan->data, &folder, error);
    if (status != FL_OK)
        return status;
    *can = !folder->text_ids || !folder->pseudonymous;
    fl_data_folder_close(folder);
    return FL_OK;
}

fl_status fl_diff_explain(const struct fl_diff_plan *plan, struct fl_diff *diff, struct fl_arena *arena,
                          struct fl_error *error)
{
    bool can = false;
    fl_status status = can_explain(plan, &can, error);
    if (status != FL_OK || !can || diff->mover_count == 0)
        return status;
    struct fl_explanation *explanations = calloc(2, sizeof *explanations);
    if (explanations == NULL)
        return fl_fail_memory(error, 2 * sizeof *explanations);
    for (size_t i = 0; i < diff->mover_count && status == FL_OK; i++) {
        status = plan->progress == NULL || plan->progress(plan->progress_context, i, diff->mover_count) == 0
                     ? explain_mover(plan, &diff->movers[i], explanations, arena, error)
                     : fl_fail(error, FL_INTERRUPTED, "stopped");
    }
    free(explanations);
    return status;
}
