/* row_store.c - sorts rows in one area of memory that spills to runs when full. */
#include "formats/importers/row_store.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "formats/importers/entry_sort.h"
#include "formats/importers/row_merge.h"
#include "formats/importers/row_spill.h"

enum {
    ROW_UNIT = 4,
    CHUNK_BYTES_MAX = 1 << 20, /* sequential writes of this size cost little on any disk */
    HUGE_PAGE_BYTES = 2 << 20,
    ROWS_AHEAD = 12 /* rows come from all over the area: a load takes as long as giving out about so many */
};

#define AREA_BYTES_MAX ((size_t)UINT32_MAX * ROW_UNIT)

/* The area, while rows are added:    rows ->   free   <- entries. Each row starts on a multiple of ROW_UNIT,
 * so that an entry's 32 bits reach 16 GiB of them. While runs are merged it holds the read buffers instead.
 */
struct fl_row_store {
    struct fl_row_store_plan plan;
    uint8_t *area;
    size_t area_bytes, rows_bytes, entry_count;
    size_t read_entry; /* next one to give out, when nothing was spilled */
    uint64_t row_count;
    size_t spilled_runs;
    bool reading;
    struct fl_spill spill;
    struct fl_row_merge merge;
    struct fl_buffer last; /* the row given out last, for telling distinct ones */
};

/* Large pages take four of five page faults' time and most TLB misses off; without them it works as well. */
static uint8_t *make_area(const struct fl_io *io, size_t size)
{
    if (size < HUGE_PAGE_BYTES)
        return malloc(size);
    uint8_t *area =
        aligned_alloc(HUGE_PAGE_BYTES, (size + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES);
    if (area != NULL)
        (void)io->madvise(area, size, MADV_HUGEPAGE);
    return area;
}

fl_status fl_row_store_create(const struct fl_row_store_plan *plan, struct fl_row_store **store,
                              struct fl_error *error)
{
    assert(plan->memory_bytes >= FL_ROW_STORE_BYTES_MIN);
    const size_t part = plan->memory_bytes / 16;
    const size_t chunk_bytes = part < CHUNK_BYTES_MAX ? part : CHUNK_BYTES_MAX;
    /* The chunk that is being written is beside the area. Entries end at the area's end, so it must be
     * aligned. */
    const size_t memory_bytes = plan->memory_bytes < AREA_BYTES_MAX ? plan->memory_bytes : AREA_BYTES_MAX;
    const size_t area_bytes = (memory_bytes - chunk_bytes) / 64 * 64;
    *store = calloc(1, sizeof **store);
    uint8_t *area = *store == NULL ? NULL : make_area(plan->io, area_bytes + FL_ROW_SLACK_BYTES);
    if (area == NULL) {
        free(*store);
        *store = NULL;
        return fl_fail_memory(error, area_bytes);
    }
    (*store)->plan = *plan;
    (*store)->area = area;
    (*store)->area_bytes = area_bytes;
    fl_spill_init(&(*store)->spill, plan->io, plan->directory, chunk_bytes);
    return FL_OK;
}

void fl_row_store_clear(struct fl_row_store *store)
{
    fl_row_merge_close(&store->merge);
    fl_spill_close(&store->spill);
    store->rows_bytes = 0;
    store->entry_count = 0;
    store->read_entry = 0;
    store->row_count = 0;
    store->spilled_runs = 0;
    store->last.size = 0;
    store->reading = false;
}

void fl_row_store_free(struct fl_row_store *store)
{
    if (store == NULL)
        return;
    fl_row_store_clear(store);
    fl_buffer_release(&store->last);
    free(store->area);
    free(store);
}

uint64_t fl_row_store_rows(const struct fl_row_store *store)
{
    return store->row_count;
}

size_t fl_row_store_runs(const struct fl_row_store *store)
{
    return store->spilled_runs;
}

static struct fl_sort_entry *entries_of(const struct fl_row_store *store)
{
    void *end = store->area + store->area_bytes;
    return (struct fl_sort_entry *)end - store->entry_count;
}

static const uint8_t *row_at(const struct fl_row_store *store, uint32_t ref)
{
    return store->area + (size_t)ref * ROW_UNIT;
}

static int compare_rows(const void *context, uint32_t a, uint32_t b)
{
    const struct fl_row_store *store = context;
    const struct fl_row_layout *layout = store->plan.layout;
    return fl_row_compare(layout, row_at(store, a), row_at(store, b), layout->column_count);
}

static void sort_area(struct fl_row_store *store)
{
    fl_entry_sort(entries_of(store), store->entry_count, compare_rows, store);
}

static bool repeats(const struct fl_row_store *store, const uint8_t *row, const uint8_t *before)
{
    return store->plan.distinct_columns > 0 && before != NULL &&
           fl_row_compare(store->plan.layout, row, before, store->plan.distinct_columns) == 0;
}

static fl_status write_run(struct fl_row_store *store, struct fl_error *error)
{
    const struct fl_sort_entry *entries = entries_of(store);
    const uint8_t *before = NULL;
    fl_status status = fl_spill_begin_run(&store->spill, error);
    for (size_t i = 0; status == FL_OK && i < store->entry_count; i++) {
        const uint8_t *row = row_at(store, entries[i].ref);
        if (store->entry_count - i > ROWS_AHEAD)
            __builtin_prefetch(row_at(store, entries[i + ROWS_AHEAD].ref));
        if (!repeats(store, row, before))
            status = fl_spill_add(&store->spill, row, fl_row_bytes(store->plan.layout, row), error);
        before = row;
    }
    return status == FL_OK ? fl_spill_end_run(&store->spill, error) : status;
}

static fl_status spill_area(struct fl_row_store *store, struct fl_error *error)
{
    sort_area(store);
    const fl_status status = write_run(store, error);
    if (status != FL_OK)
        return status;
    store->spilled_runs++;
    store->rows_bytes = 0;
    store->entry_count = 0;
    return FL_OK;
}

static bool has_room(const struct fl_row_store *store, size_t row_bytes)
{
    const size_t entries_bytes = (store->entry_count + 1) * sizeof(struct fl_sort_entry);
    return store->rows_bytes + row_bytes + ROW_UNIT + FL_ROW_SLACK_BYTES + entries_bytes <= store->area_bytes;
}

/* *row: where a row of at most `bytes_max` can be put. */
static fl_status make_room(struct fl_row_store *store, size_t bytes_max, uint8_t **row,
                           struct fl_error *error)
{
    assert(!store->reading);
    if (bytes_max > store->area_bytes / FL_ROW_STORE_ROW_PARTS)
        return fl_fail(error, FL_LIMIT, "a row of %zu bytes, at most %zu with this memory", bytes_max,
                       store->area_bytes / FL_ROW_STORE_ROW_PARTS);
    if (!has_room(store, bytes_max)) {
        const fl_status status = spill_area(store, error);
        if (status != FL_OK)
            return status;
    }
    *row = store->area + store->rows_bytes;
    return FL_OK;
}

/* The row that was put there is one of the store's. */
static void take_in(struct fl_row_store *store, const uint8_t *row, size_t row_bytes)
{
    store->entry_count++;
    struct fl_sort_entry *entry = entries_of(store);
    entry->ref = (uint32_t)(store->rows_bytes / ROW_UNIT);
    fl_row_prefix(store->plan.layout, row, &entry->high, &entry->low);
    store->rows_bytes += (row_bytes + ROW_UNIT - 1) / ROW_UNIT * ROW_UNIT;
    store->row_count++;
}

fl_status fl_row_store_add(struct fl_row_store *store, const struct fl_cell *cells, uint32_t filled,
                           struct fl_error *error)
{
    const struct fl_row_layout *layout = store->plan.layout;
    uint8_t *row = NULL;
    const fl_status status = make_room(store, fl_row_bytes_max(layout, cells, filled), &row, error);
    if (status != FL_OK)
        return status;
    take_in(store, row, fl_row_pack(layout, cells, filled, row));
    return FL_OK;
}

fl_status fl_row_store_add_packed(struct fl_row_store *store, const uint8_t *row, size_t row_bytes,
                                  struct fl_error *error)
{
    uint8_t *to = NULL;
    /* As much as fl_row_store_add() asks for: which row is too large must not depend on who packed it. */
    const size_t bytes_max = row_bytes + fl_row_null_bytes(store->plan.layout, row);
    const fl_status status = make_room(store, bytes_max, &to, error);
    if (status != FL_OK)
        return status;
    memcpy(to, row, row_bytes);
    take_in(store, to, row_bytes);
    return FL_OK;
}

fl_status fl_row_store_sort(struct fl_row_store *store, struct fl_error *error)
{
    assert(!store->reading);
    store->reading = true;
    if (store->spill.run_count == 0) {
        sort_area(store);
        return FL_OK;
    }
    const fl_status status = store->entry_count == 0 ? FL_OK : spill_area(store, error);
    if (status != FL_OK)
        return status;
    return fl_row_merge_open(&store->merge, store->plan.layout, &store->spill, store->area, store->area_bytes,
                             error);
}

static fl_status next_row(struct fl_row_store *store, const uint8_t **row, struct fl_error *error)
{
    if (store->spill.run_count > 0)
        return fl_row_merge_next(&store->merge, row, error);
    *row = NULL;
    if (store->read_entry == store->entry_count)
        return FL_OK;
    const struct fl_sort_entry *entry = entries_of(store) + store->read_entry++;
    if (store->entry_count - store->read_entry >= ROWS_AHEAD)
        __builtin_prefetch(row_at(store, entry[ROWS_AHEAD].ref));
    *row = row_at(store, entry->ref);
    return FL_OK;
}

/* The read buffer of a row may be gone when the next one comes, so it is copied. */
static fl_status remember(struct fl_row_store *store, const uint8_t *row, struct fl_error *error)
{
    store->last.size = 0;
    const size_t row_bytes = fl_row_bytes(store->plan.layout, row);
    if (!fl_buffer_reserve(&store->last, row_bytes + FL_ROW_SLACK_BYTES) ||
        !fl_buffer_append(&store->last, row, row_bytes))
        return fl_fail_memory(error, row_bytes);
    return FL_OK;
}

fl_status fl_row_store_next(struct fl_row_store *store, const uint8_t **row, struct fl_error *error)
{
    assert(store->reading);
    fl_status status = next_row(store, row, error);
    if (store->plan.distinct_columns == 0)
        return status;
    while (status == FL_OK && *row != NULL &&
           repeats(store, *row, store->last.size == 0 ? NULL : store->last.bytes))
        status = next_row(store, row, error);
    return status == FL_OK && *row != NULL ? remember(store, *row, error) : status;
}
