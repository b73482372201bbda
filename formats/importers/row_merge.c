/* row_merge.c - a heap of run readers that gives the least row each time. */
#include "formats/importers/row_merge.h"

#include <assert.h>
#include <stdlib.h>

struct fl_merge_input {
    struct fl_spill_reader reader;
    const uint8_t *row;
    uint64_t high;
    uint32_t low;
};

void fl_row_merge_close(struct fl_row_merge *merge)
{
    free(merge->inputs);
    free(merge->heap);
    *merge = (struct fl_row_merge){0};
}

static bool is_before(const struct fl_row_layout *layout, const struct fl_merge_input *a,
                      const struct fl_merge_input *b)
{
    if (a->high != b->high)
        return a->high < b->high;
    if (a->low != b->low)
        return a->low < b->low;
    return fl_row_compare(layout, a->row, b->row, layout->column_count) < 0;
}

static void sift_down(struct fl_row_merge *merge, size_t at)
{
    struct fl_merge_input **heap = merge->heap;
    struct fl_merge_input *moving = heap[at];
    for (size_t child = 2 * at + 1; child < merge->heap_count; child = 2 * at + 1) {
        if (child + 1 < merge->heap_count && is_before(merge->layout, heap[child + 1], heap[child]))
            child++;
        if (!is_before(merge->layout, heap[child], moving))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moving;
}

static fl_status advance(const struct fl_row_merge *merge, struct fl_merge_input *input,
                         struct fl_error *error)
{
    const fl_status status = fl_spill_next(&input->reader, merge->layout, &input->row, error);
    if (status == FL_OK && input->row != NULL)
        fl_row_prefix(merge->layout, input->row, &input->high, &input->low);
    return status;
}

/* A merge of `count` runs from `first` on. */
static fl_status open_group(struct fl_row_merge *merge, const struct fl_spill *spill, size_t first,
                            size_t count, uint8_t *area, struct fl_error *error)
{
    merge->inputs = calloc(count, sizeof *merge->inputs);
    merge->heap = calloc(count, sizeof *merge->heap);
    if (merge->inputs == NULL || merge->heap == NULL)
        return fl_fail_memory(error, count * sizeof *merge->inputs);
    for (size_t i = 0; i < count; i++) {
        struct fl_merge_input *input = &merge->inputs[i];
        fl_spill_read_run(spill, first + i, area + i * spill->largest_chunk_bytes, &input->reader);
        const fl_status status = advance(merge, input, error);
        if (status != FL_OK)
            return status;
        if (input->row != NULL)
            merge->heap[merge->heap_count++] = input;
    }
    for (size_t i = merge->heap_count / 2; i > 0; i--)
        sift_down(merge, i - 1);
    return FL_OK;
}

fl_status fl_row_merge_next(struct fl_row_merge *merge, const uint8_t **row, struct fl_error *error)
{
    *row = NULL;
    if (merge->started && merge->heap_count > 0) {
        const fl_status status = advance(merge, merge->heap[0], error);
        if (status != FL_OK)
            return status;
        if (merge->heap[0]->row == NULL)
            merge->heap[0] = merge->heap[--merge->heap_count];
        if (merge->heap_count > 0)
            sift_down(merge, 0);
    }
    merge->started = true;
    if (merge->heap_count > 0)
        *row = merge->heap[0]->row;
    return FL_OK;
}

static fl_status write_merged(struct fl_row_merge *merge, struct fl_spill *to, struct fl_error *error)
{
    fl_status status = fl_spill_begin_run(to, error);
    while (status == FL_OK) {
        const uint8_t *row;
        status = fl_row_merge_next(merge, &row, error);
        if (status != FL_OK || row == NULL)
            break;
        status = fl_spill_add(to, row, fl_row_bytes(merge->layout, row), error);
    }
    return status == FL_OK ? fl_spill_end_run(to, error) : status;
}

/* Each `fan_in` runs of `from` become one run of `to`. */
static fl_status merge_groups(const struct fl_row_layout *layout, const struct fl_spill *from, size_t fan_in,
                              uint8_t *area, struct fl_spill *to, struct fl_error *error)
{
    for (size_t first = 0; first < from->run_count; first += fan_in) {
        const size_t left = from->run_count - first;
        struct fl_row_merge group = {.layout = layout};
        fl_status status = open_group(&group, from, first, left < fan_in ? left : fan_in, area, error);
        if (status == FL_OK)
            status = write_merged(&group, to, error);
        fl_row_merge_close(&group);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

fl_status fl_row_merge_open(struct fl_row_merge *merge, const struct fl_row_layout *layout,
                            struct fl_spill *spill, uint8_t *area, size_t area_bytes, struct fl_error *error)
{
    size_t fan_in = area_bytes / spill->largest_chunk_bytes;
    assert(fan_in >= 2);
    while (spill->run_count > fan_in) {
        struct fl_spill merged;
        fl_spill_init(&merged, spill->io, spill->directory, spill->chunk_bytes);
        const fl_status status = merge_groups(layout, spill, fan_in, area, &merged, error);
        if (status != FL_OK) {
            fl_spill_close(&merged);
            return status;
        }
        fl_spill_close(spill);
        *spill = merged;
        fan_in = area_bytes / spill->largest_chunk_bytes;
    }
    *merge = (struct fl_row_merge){.layout = layout};
    return open_group(merge, spill, 0, spill->run_count, area, error);
}
