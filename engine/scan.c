/* scan.c - all interactions of a data folder that count, customer by customer, in one pass over its files.
 *
 * Cursors lie in a heap by customer. While the cursor at the top is alone with its customer, it stays there
 * and its runs are handed out as they lie. A customer of several files whose runs follow each other has them
 * copied into the chunk one after the other; any other moves its cursors to a second heap by (day, type,
 * order), from which stretches of rows are copied into one chunk at a time: memory does not grow with the
 * customer. */
#include "engine/scan.h"

#include <assert.h>
#include <stdlib.h>

#include "formats/base/bytes.h"
#include "formats/base/checksum.h"

/* Beside the cursors: pages being decoded, and a block of results being written for each table. */
enum { CHUNK_ROWS = 16384, PAGES_BYTES = 10 << 20, RESULTS_BYTES = 16 << 20 };

typedef int64_t cursor_key(const struct fl_scan_cursor *cursor);
typedef bool cursor_before(const struct fl_scan_cursor *a, const struct fl_scan_cursor *b);

/* The key stands in the heap itself: reading it through the cursor took half the time of merging 30 files. */
struct heap_entry {
    int64_t key;
    struct fl_scan_cursor *cursor;
};

struct cursor_heap {
    struct heap_entry *entries;
    size_t count;
    cursor_key *key;
    cursor_before *before; /* of equal keys; NULL: any */
};

/* Rows of a customer of several files, merged. */
struct chunk {
    int32_t day[CHUNK_ROWS + FL_SCAN_SLACK];
    uint8_t type[CHUNK_ROWS + FL_SCAN_SLACK];
    int64_t order[CHUNK_ROWS + FL_SCAN_SLACK];
    uint8_t order_null[CHUNK_ROWS + FL_SCAN_SLACK];
    uint32_t word[FL_WORDED_SCOPES][CHUNK_ROWS];
    size_t rows;
};

struct fl_scan {
    struct fl_scan_plan plan;
    struct fl_scan_cursor *cursors;
    size_t cursor_count;
    struct cursor_heap waiting;  /* by customer */
    struct cursor_heap merging;  /* of one customer, by row */
    struct fl_scan_cursor *lent; /* its run was handed out: pass over it first */
    unsigned merges_left; /* before the runs of a customer are asked again whether they can be joined */
    bool loaded;          /* each cursor has its first block of the range */
    bool started;
    int64_t last_customer; /* of the piece before, once started */
    struct fl_scan_pages pages;
    struct chunk *chunk;
    struct fl_run_counts counts;
    uint64_t rows, memory_bytes;
};

/* ---- heaps of cursors ---- */

static int64_t customer_key(const struct fl_scan_cursor *cursor)
{
    return fl_scan_cursor_customer(cursor);
}

/* Day and type as one number that sorts like the pair. */
static int64_t row_key(const struct fl_scan_cursor *cursor, uint32_t row)
{
    return (int64_t)cursor->day[row] * FL_TYPES_MAX + cursor->type[row];
}

static bool has_order(const struct fl_scan_cursor *cursor, uint32_t row)
{
    return cursor->has_order && cursor->order_null[row] == 0;
}

static int compare_rows(const struct fl_scan_cursor *a, uint32_t row_a, const struct fl_scan_cursor *b,
                        uint32_t row_b)
{
    const int64_t key_a = row_key(a, row_a), key_b = row_key(b, row_b);
    if (key_a != key_b)
        return key_a < key_b ? -1 : 1;
    const bool ordered_a = has_order(a, row_a), ordered_b = has_order(b, row_b);
    if (!ordered_a || !ordered_b)
        return (int)ordered_a - (int)ordered_b;
    return (a->order[row_a] > b->order[row_b]) - (a->order[row_a] < b->order[row_b]);
}

static int64_t first_row_key(const struct fl_scan_cursor *cursor)
{
    return row_key(cursor, cursor->row);
}

static bool before_by_row(const struct fl_scan_cursor *a, const struct fl_scan_cursor *b)
{
    const int order = compare_rows(a, a->row, b, b->row);
    return order != 0 ? order < 0 : a->file < b->file;
}

static bool entry_before(const struct cursor_heap *heap, const struct heap_entry *a,
                         const struct heap_entry *b)
{
    if (a->key != b->key)
        return a->key < b->key;
    return heap->before != NULL && heap->before(a->cursor, b->cursor);
}

static void sift_down(struct cursor_heap *heap, size_t at)
{
    struct heap_entry *entries = heap->entries;
    const struct heap_entry moved = entries[at];
    for (size_t child = 2 * at + 1; child < heap->count; child = 2 * at + 1) {
        child += child + 1 < heap->count && entry_before(heap, &entries[child + 1], &entries[child]);
        if (!entry_before(heap, &entries[child], &moved))
            break;
        entries[at] = entries[child];
        at = child;
    }
    entries[at] = moved;
}

/* The first cursor has moved on. */
static void heap_update(struct cursor_heap *heap)
{
    heap->entries[0].key = heap->key(heap->entries[0].cursor);
    sift_down(heap, 0);
}

static void heap_push(struct cursor_heap *heap, struct fl_scan_cursor *cursor)
{
    const struct heap_entry pushed = {heap->key(cursor), cursor};
    size_t at = heap->count++;
    while (at > 0 && entry_before(heap, &pushed, &heap->entries[(at - 1) / 2])) {
        heap->entries[at] = heap->entries[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap->entries[at] = pushed;
}

static struct fl_scan_cursor *heap_pop(struct cursor_heap *heap)
{
    struct fl_scan_cursor *first = heap->entries[0].cursor;
    heap->entries[0] = heap->entries[--heap->count];
    sift_down(heap, 0);
    return first;
}

/* The entry that comes next after the first, or NULL. */
static const struct heap_entry *heap_second(const struct cursor_heap *heap)
{
    if (heap->count < 2)
        return NULL;
    if (heap->count == 2 || entry_before(heap, &heap->entries[1], &heap->entries[2]))
        return &heap->entries[1];
    return &heap->entries[2];
}

/* ---- opening ---- */

static bool is_wanted(const struct fl_scan_plan *plan, const struct fl_data_file *file)
{
    return strcmp(file->table, "interactions") == 0 && file->rows > 0 &&
           file->customer_max >= plan->rules.customer_first &&
           file->customer_min <= plan->rules.customer_last;
}

static fl_status check_table(const struct fl_table *table, const struct fl_data_file *file,
                             struct fl_error *error)
{
    if (strcmp(fl_table_schema(table)->name, "interactions") != 0)
        fl_fail(error, FL_CORRUPT, "the file holds the table %s, the manifest says interactions",
                fl_table_schema(table)->name);
    else if (fl_table_rows(table) != file->rows)
        fl_fail(error, FL_CORRUPT, "%llu rows, the manifest says %llu",
                (unsigned long long)fl_table_rows(table), (unsigned long long)file->rows);
    else
        return FL_OK;
    fl_error_at_path(error, fl_table_path(table));
    return FL_CORRUPT;
}

static fl_status check_memory(const struct fl_scan *scan, size_t file_count, struct fl_error *error)
{
    if (scan->memory_bytes <= scan->plan.memory_bytes)
        return FL_OK;
    return fl_fail(
        error, FL_LIMIT,
        "the buffers of %zu files need %llu bytes, at most %llu: compact the folder, or raise --memory",
        file_count, (unsigned long long)scan->memory_bytes, (unsigned long long)scan->plan.memory_bytes);
}

static fl_status open_file(struct fl_scan *scan, size_t index, struct fl_error *error)
{
    const struct fl_data_file *file = &scan->plan.folder->files[index];
    struct fl_table *table = NULL;
    char *path = fl_data_folder_path_of(scan->plan.folder, file->name);
    if (path == NULL)
        return fl_fail_memory(error, strlen(file->name));
    fl_status status = fl_table_open(scan->plan.io, path, scan->plan.io_mode, &table, error);
    free(path);
    if (status != FL_OK)
        return status;
    status = check_table(table, file, error);
    scan->memory_bytes += fl_scan_cursor_memory(table);
    if (status == FL_OK)
        status = check_memory(scan, scan->cursor_count + 1, error);
    if (status != FL_OK) {
        fl_table_close(table);
        return status;
    }
    scan->rows += fl_table_rows(table);
    struct fl_scan_cursor *cursor = &scan->cursors[scan->cursor_count];
    const struct fl_scope_words *words = scan->plan.words;
    return fl_scan_cursor_open(cursor, table, scan->cursor_count++,
                               words == NULL ? NULL : &words->files[index], error);
}

static fl_status open_files(struct fl_scan *scan, struct fl_error *error)
{
    const struct fl_data_folder *folder = scan->plan.folder;
    size_t wanted = 0;
    for (size_t i = 0; i < folder->file_count; i++)
        wanted += is_wanted(&scan->plan, &folder->files[i]);
    if (wanted > FL_FILES_MAX)
        return fl_fail(error, FL_LIMIT, "%zu interactions files, at most %u: compact the folder", wanted,
                       FL_FILES_MAX);
    scan->cursors = calloc(wanted + 1, sizeof *scan->cursors);
    scan->waiting.entries = calloc(wanted + 1, sizeof *scan->waiting.entries);
    scan->merging.entries = calloc(wanted + 1, sizeof *scan->merging.entries);
    if (scan->cursors == NULL || scan->waiting.entries == NULL || scan->merging.entries == NULL)
        return fl_fail_memory(error, (wanted + 1) * sizeof *scan->cursors);
    for (size_t i = 0; i < folder->file_count; i++) {
        if (!is_wanted(&scan->plan, &folder->files[i]))
            continue;
        fl_status status = open_file(scan, i, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

/* Loads the cursor's next block and puts the cursor back among the waiting, if there is one. */
static fl_status load_and_wait(struct fl_scan *scan, struct fl_scan_cursor *cursor, struct fl_error *error)
{
    bool more = false;
    fl_status status =
        fl_scan_cursor_load(cursor, &scan->plan.rules, &scan->pages, &scan->counts, &more, error);
    if (status != FL_OK)
        return status;
    if (more)
        heap_push(&scan->waiting, cursor);
    if (scan->plan.progress != NULL &&
        scan->plan.progress(scan->plan.progress_context, scan->counts.rows_in, scan->rows) != 0)
        return fl_fail(error, FL_INTERRUPTED, "stopped after %llu of %llu rows",
                       (unsigned long long)scan->counts.rows_in, (unsigned long long)scan->rows);
    return FL_OK;
}

fl_status fl_scan_open(const struct fl_scan_plan *plan, struct fl_scan **scan, struct fl_error *error)
{
    *scan = NULL;
    struct fl_scan *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    opened->plan = *plan;
    opened->waiting.key = customer_key;
    opened->merging.key = first_row_key;
    opened->merging.before = before_by_row;
    opened->memory_bytes = PAGES_BYTES + RESULTS_BYTES + sizeof *opened->chunk;
    if (plan->words != NULL)
        opened->memory_bytes += plan->words->memory_bytes + FL_WORDED_SCOPES * RESULTS_BYTES;
    opened->chunk = calloc(1, sizeof *opened->chunk);
    fl_status status = opened->chunk == NULL ? fl_fail_memory(error, sizeof *opened->chunk) : FL_OK;
    if (status == FL_OK)
        status = check_memory(opened, 0, error);
    if (status == FL_OK)
        status = open_files(opened, error);
    if (status != FL_OK) {
        fl_scan_close(opened);
        return status;
    }
    *scan = opened;
    return FL_OK;
}

void fl_scan_range(struct fl_scan *scan, int64_t customer_first, int64_t customer_last)
{
    scan->plan.rules.customer_first = customer_first;
    scan->plan.rules.customer_last = customer_last;
    scan->waiting.count = scan->merging.count = 0;
    scan->lent = NULL;
    scan->loaded = scan->started = false;
    for (size_t i = 0; i < scan->cursor_count; i++)
        fl_scan_cursor_seek(&scan->cursors[i], customer_first);
}

static fl_status load_first_blocks(struct fl_scan *scan, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = 0; i < scan->cursor_count && status == FL_OK; i++)
        status = load_and_wait(scan, &scan->cursors[i], error);
    scan->loaded = status == FL_OK;
    return status;
}

void fl_scan_close(struct fl_scan *scan)
{
    if (scan == NULL)
        return;
    for (size_t i = 0; i < scan->cursor_count; i++)
        fl_scan_cursor_close(&scan->cursors[i]);
    free(scan->cursors);
    free(scan->waiting.entries);
    free(scan->merging.entries);
    free(scan->chunk);
    fl_scan_pages_release(&scan->pages);
    free(scan);
}

const struct fl_run_counts *fl_scan_counts(const struct fl_scan *scan)
{
    return &scan->counts;
}

uint64_t fl_scan_rows(const struct fl_scan *scan)
{
    return scan->rows;
}

/* Wraps around, as the sums of pages do. */
static uint64_t sum_of_column(const struct fl_scan *scan, uint16_t column_id)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < scan->cursor_count; i++) {
        const struct fl_table *table = scan->cursors[i].table;
        for (size_t block = 0; block < fl_table_blocks(table); block++) {
            struct fl_page_facts facts;
            if (fl_table_page(table, block, column_id, &facts))
                sum += facts.sum;
        }
    }
    return sum;
}

static void add_number(struct fl_digest *digest, uint64_t number)
{
    uint8_t bytes[8];
    fl_store_le64(bytes, number);
    fl_digest_add(digest, bytes, sizeof bytes);
}

fl_status fl_scan_digest(const struct fl_scan *scan, uint8_t digest[16], struct fl_error *error)
{
    const struct fl_schema *schema = fl_schema_by_name("interactions");
    struct fl_digest *made = fl_digest_create();
    if (made == NULL)
        return fl_fail_memory(error, 16);
    add_number(made, scan->rows);
    for (size_t i = 0; i < schema->count; i++) {
        const enum fl_storage storage = fl_kind_storage(schema->columns[i].kind);
        if (storage != FL_STORAGE_WORD && storage != FL_STORAGE_TEXT)
            add_number(made, sum_of_column(scan, schema->columns[i].id));
    }
    fl_digest_128(made, digest);
    fl_digest_free(made);
    return FL_OK;
}

const struct fl_table *fl_scan_table(const struct fl_scan *scan, size_t index)
{
    return index < scan->cursor_count ? scan->cursors[index].table : NULL;
}

uint64_t fl_scan_memory(const struct fl_scan *scan)
{
    return scan->memory_bytes;
}

/* ---- pieces ---- */

static struct fl_rows rows_of(const struct fl_scan_cursor *cursor, uint32_t from, uint32_t to)
{
    struct fl_rows rows = {.day = cursor->day + from, .type = cursor->type + from, .count = to - from};
    if (cursor->has_order) {
        rows.order = cursor->order + from;
        rows.order_null = cursor->order_null + from;
    }
    return rows;
}

/* Passes over the run that was handed out last; its cursor is the first of the waiting. */
static fl_status take_back(struct fl_scan *scan, struct fl_error *error)
{
    struct fl_scan_cursor *cursor = scan->lent;
    if (cursor == NULL)
        return FL_OK;
    scan->lent = NULL;
    assert(scan->waiting.entries[0].cursor == cursor);
    cursor->row = fl_scan_cursor_run_end(cursor);
    cursor->run++;
    if (cursor->run < cursor->run_count) {
        heap_update(&scan->waiting);
        return FL_OK;
    }
    heap_pop(&scan->waiting);
    return load_and_wait(scan, cursor, error);
}

/* Passes over `rows` rows of the first merging cursor; at the end of its run it goes back among the waiting.
 */
static fl_status pass_merged(struct fl_scan *scan, uint32_t rows, struct fl_error *error)
{
    struct fl_scan_cursor *cursor = scan->merging.entries[0].cursor;
    cursor->row += rows;
    if (cursor->row < fl_scan_cursor_run_end(cursor)) {
        heap_update(&scan->merging);
        return FL_OK;
    }
    heap_pop(&scan->merging);
    cursor->run++;
    if (cursor->run == cursor->run_count)
        return load_and_wait(scan, cursor, error);
    heap_push(&scan->waiting, cursor);
    return FL_OK;
}

/* Copies of a few rows: FL_SCAN_SLACK at once, whatever lies behind them, since a call of memcpy() for each
 * array took longer than the rest of the merge. Both sides have room. */
static void copy_few(struct chunk *chunk, const struct fl_scan_cursor *cursor)
{
    const uint32_t from = cursor->row;
    memcpy(chunk->day + chunk->rows, cursor->day + from, FL_SCAN_SLACK * sizeof *chunk->day);
    memcpy(chunk->type + chunk->rows, cursor->type + from, FL_SCAN_SLACK);
    if (!cursor->has_order) {
        memset(chunk->order_null + chunk->rows, 1, FL_SCAN_SLACK);
        return;
    }
    memcpy(chunk->order + chunk->rows, cursor->order + from, FL_SCAN_SLACK * sizeof *chunk->order);
    memcpy(chunk->order_null + chunk->rows, cursor->order_null + from, FL_SCAN_SLACK);
}

static void copy_many(struct chunk *chunk, const struct fl_scan_cursor *cursor, uint32_t rows)
{
    const uint32_t from = cursor->row;
    memcpy(chunk->day + chunk->rows, cursor->day + from, rows * sizeof *chunk->day);
    memcpy(chunk->type + chunk->rows, cursor->type + from, rows);
    if (!cursor->has_order) {
        memset(chunk->order_null + chunk->rows, 1, rows);
        return;
    }
    memcpy(chunk->order + chunk->rows, cursor->order + from, rows * sizeof *chunk->order);
    memcpy(chunk->order_null + chunk->rows, cursor->order_null + from, rows);
}

static void copy_to_chunk(struct chunk *chunk, const struct fl_scan_cursor *cursor, uint32_t rows)
{
    if (rows <= FL_SCAN_SLACK)
        copy_few(chunk, cursor);
    else
        copy_many(chunk, cursor, rows);
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++) {
        if (cursor->word[scope] != NULL)
            memcpy(chunk->word[scope] + chunk->rows, cursor->word[scope] + cursor->row,
                   rows * sizeof(uint32_t));
    }
    chunk->rows += rows;
}

/* How many rows of `cursor` may go before the next row of `other` (NULL: none waits), at least one, at most
 * `max`. */
static uint32_t stretch(const struct fl_scan_cursor *cursor, const struct heap_entry *other, uint32_t max)
{
    const uint32_t left = fl_scan_cursor_run_end(cursor) - cursor->row;
    const uint32_t most = left < max ? left : max;
    if (other == NULL)
        return most;
    uint32_t rows = 1;
    for (; rows < most; rows++) {
        const int64_t key = row_key(cursor, cursor->row + rows);
        if (key > other->key || (key == other->key && compare_rows(cursor, cursor->row + rows, other->cursor,
                                                                   other->cursor->row) > 0))
            break;
    }
    return rows;
}

/* Moves the waiting cursors of `customer` to the merging; a customer that goes on in a cursor's next block
 * comes back here. */
static void gather(struct fl_scan *scan, int64_t customer)
{
    while (scan->waiting.count > 0 && scan->waiting.entries[0].key == customer)
        heap_push(&scan->merging, heap_pop(&scan->waiting));
}

static fl_status merge_chunk(struct fl_scan *scan, int64_t customer, struct fl_error *error)
{
    struct chunk *chunk = scan->chunk;
    chunk->rows = 0;
    gather(scan, customer);
    while (chunk->rows < CHUNK_ROWS && scan->merging.count > 0) {
        const struct fl_scan_cursor *first = scan->merging.entries[0].cursor;
        const uint32_t rows =
            stretch(first, heap_second(&scan->merging), (uint32_t)(CHUNK_ROWS - chunk->rows));
        copy_to_chunk(chunk, first, rows);
        fl_status status = pass_merged(scan, rows, error);
        if (status != FL_OK)
            return status;
        gather(scan, customer);
    }
    return FL_OK;
}

/* ---- a customer of many files, each with days of its own ---- */

/* Files of one day or month each: a customer's runs follow each other, and nothing is to be merged. */
enum { JOINED_FILES_MAX = 64, MERGES_AFTER_ONE = 15 };

struct joined_run {
    int64_t first_key, last_key; /* of its rows */
    struct heap_entry *entry;
};

/* Puts the run among those before it, which ascend. */
static void insert_run(struct joined_run *runs, size_t count, struct joined_run run)
{
    for (; count > 0 && runs[count - 1].first_key > run.first_key; count--)
        runs[count] = runs[count - 1];
    runs[count] = run;
}

/* The runs of `customer`, in the order of their first rows; 0 when they must be merged: rows of two may be
 * mixed, or a run may go on in its file's next block, or they do not fit the chunk. */
static size_t list_runs(struct fl_scan *scan, int64_t customer, struct joined_run runs[JOINED_FILES_MAX])
{
    size_t count = 0, rows = 0;
    for (size_t i = 0; i < scan->waiting.count; i++) {
        struct heap_entry *entry = &scan->waiting.entries[i];
        if (entry->key != customer)
            continue;
        const struct fl_scan_cursor *cursor = entry->cursor;
        const uint32_t end = fl_scan_cursor_run_end(cursor);
        if (cursor->run + 1 == cursor->run_count)
            return 0;
        rows += end - cursor->row;
        const struct joined_run run = {row_key(cursor, cursor->row), row_key(cursor, end - 1), entry};
        insert_run(runs, count++, run);
    }
    for (size_t i = 1; i < count; i++) {
        if (runs[i - 1].last_key >= runs[i].first_key)
            return 0;
    }
    return rows <= CHUNK_ROWS ? count : 0;
}

/* False, with nothing done: merge instead. Where one customer had to be merged the next ones are not asked,
 * which would be in vain as a rule. */
static bool join_runs(struct fl_scan *scan, int64_t customer)
{
    struct joined_run runs[JOINED_FILES_MAX];
    if (scan->waiting.count > JOINED_FILES_MAX || scan->merging.count > 0)
        return false;
    if (scan->merges_left > 0) {
        scan->merges_left--;
        return false;
    }
    const size_t count = list_runs(scan, customer, runs);
    if (count == 0) {
        scan->merges_left = MERGES_AFTER_ONE;
        return false;
    }
    scan->chunk->rows = 0;
    for (size_t i = 0; i < count; i++) {
        struct fl_scan_cursor *cursor = runs[i].entry->cursor;
        const uint32_t end = fl_scan_cursor_run_end(cursor);
        copy_to_chunk(scan->chunk, cursor, end - cursor->row);
        cursor->row = end;
        cursor->run++;
        runs[i].entry->key = fl_scan_cursor_customer(cursor);
    }
    for (size_t at = scan->waiting.count / 2; at-- > 0;)
        sift_down(&scan->waiting, at);
    return true;
}

static void lend_words(const struct fl_scan_cursor *cursor, struct fl_scan_piece *piece)
{
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++) {
        if (cursor->word[scope] != NULL)
            piece->words[scope] = cursor->word[scope] + cursor->row;
    }
}

static void hand_out(struct fl_scan *scan, int64_t customer, struct fl_rows rows, struct fl_scan_piece *piece)
{
    piece->customer = customer;
    piece->first = !scan->started || customer != scan->last_customer;
    piece->rows = rows;
    scan->started = true;
    scan->last_customer = customer;
}

fl_status fl_scan_next(struct fl_scan *scan, struct fl_scan_piece *piece, struct fl_error *error)
{
    *piece = (struct fl_scan_piece){0};
    fl_status status = scan->loaded ? take_back(scan, error) : load_first_blocks(scan, error);
    if (status != FL_OK || (scan->waiting.count == 0 && scan->merging.count == 0))
        return status;
    struct fl_scan_cursor *first = scan->waiting.count > 0 ? scan->waiting.entries[0].cursor : NULL;
    const struct heap_entry *second = heap_second(&scan->waiting);
    const bool alone =
        scan->merging.count == 0 && (second == NULL || second->key != scan->waiting.entries[0].key);
    if (alone) {
        lend_words(first, piece);
        hand_out(scan, fl_scan_cursor_customer(first),
                 rows_of(first, first->row, fl_scan_cursor_run_end(first)), piece);
        scan->lent = first;
        return FL_OK;
    }
    const int64_t customer = scan->merging.count > 0
                                 ? fl_scan_cursor_customer(scan->merging.entries[0].cursor)
                                 : fl_scan_cursor_customer(first);
    if (!join_runs(scan, customer))
        status = merge_chunk(scan, customer, error);
    if (status != FL_OK)
        return status;
    const struct chunk *chunk = scan->chunk;
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++)
        piece->words[scope] = chunk->word[scope];
    hand_out(scan, customer,
             (struct fl_rows){chunk->day, chunk->type, chunk->order, chunk->order_null, chunk->rows}, piece);
    return FL_OK;
}
