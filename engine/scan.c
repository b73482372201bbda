/* scan.c - all interactions of a data folder that count, customer by customer, in one pass over its files.
 *
 * The next runs of all cursors are sorted by customer, a window of some thousands at a time. Customers of one
 * run each that lie one behind the other are handed out together, as they lie. The runs of several files are
 * copied one behind the other into a chunk, customer after customer, when they lie apart in time, as those of
 * daily files do; else, and for a customer at the end of a block, the cursors go into a heap by (day, type,
 * order), from which stretches of rows are copied into one chunk at a time: memory does not grow with the
 * customer. */
#include "engine/scan.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/run_window.h"
#include "formats/base/bytes.h"
#include "formats/base/checksum.h"

/* Beside the cursors: pages being decoded, and a block of results being written for each table. */
enum {
    CHUNK_ROWS = 16384,
    CHUNK_CUSTOMERS = 1024,
    FEW_ROWS = 32,
    PAGES_BYTES = 10 << 20,
    RESULTS_BYTES = 16 << 20
};

struct cursor_heap {
    struct fl_scan_cursor **cursors;
    size_t count;
};

/* Rows of customers of several files, merged; behind them room for what copy_few() copies too much. */
struct chunk {
    int32_t day[CHUNK_ROWS + FL_SCAN_SLACK_ROWS];
    uint8_t type[CHUNK_ROWS + FL_SCAN_SLACK_ROWS];
    int64_t order[CHUNK_ROWS + FL_SCAN_SLACK_ROWS];
    uint8_t order_null[CHUNK_ROWS + FL_SCAN_SLACK_ROWS];
    uint32_t word[FL_WORDED_SCOPES][CHUNK_ROWS + FL_SCAN_SLACK_ROWS];
    size_t rows;
    int64_t customers[CHUNK_CUSTOMERS];
    uint32_t ends[CHUNK_CUSTOMERS];
    size_t customer_count;
};

struct fl_scan {
    struct fl_scan_plan plan;
    struct fl_scan_cursor *cursors;
    size_t cursor_count;
    struct fl_scan_cursor **by_day; /* all, by first day: daily files give a customer's runs in order */
    struct fl_scan_cursor **active; /* of these, the ones with a run that was not taken */
    size_t active_count;
    struct fl_run_window *window;
    struct cursor_heap merging;  /* of one customer, by row */
    struct fl_scan_cursor *lent; /* the last run of its block was handed out: load the next one first */
    bool loaded;                 /* each cursor has its first block of the range */
    bool started;
    int64_t last_customer; /* of the piece before, once started */
    struct fl_scan_pages pages;
    struct chunk *chunk;
    struct fl_run_counts counts;
    uint64_t rows, memory_bytes;
};

/* ---- the heap of cursors ---- */

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

static bool before_by_row(const struct fl_scan_cursor *a, const struct fl_scan_cursor *b)
{
    const int order = compare_rows(a, a->row, b, b->row);
    return order != 0 ? order < 0 : a->file < b->file;
}

static void sift_down(struct cursor_heap *heap, size_t at)
{
    struct fl_scan_cursor **cursors = heap->cursors;
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < heap->count; child++) {
            if (before_by_row(cursors[child], cursors[least]))
                least = child;
        }
        if (least == at)
            return;
        struct fl_scan_cursor *moved = cursors[at];
        cursors[at] = cursors[least];
        cursors[least] = moved;
        at = least;
    }
}

static void heap_push(struct cursor_heap *heap, struct fl_scan_cursor *cursor)
{
    size_t at = heap->count++;
    while (at > 0 && before_by_row(cursor, heap->cursors[(at - 1) / 2])) {
        heap->cursors[at] = heap->cursors[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap->cursors[at] = cursor;
}

static struct fl_scan_cursor *heap_pop(struct cursor_heap *heap)
{
    struct fl_scan_cursor *first = heap->cursors[0];
    heap->cursors[0] = heap->cursors[--heap->count];
    sift_down(heap, 0);
    return first;
}

/* The cursor that comes next after the first, or NULL. */
static const struct fl_scan_cursor *heap_second(const struct cursor_heap *heap)
{
    if (heap->count < 2)
        return NULL;
    if (heap->count == 2 || before_by_row(heap->cursors[1], heap->cursors[2]))
        return heap->cursors[1];
    return heap->cursors[2];
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

/* Less than this is a slip of the command line: no folder is small enough. */
static fl_status check_memory_at_all(const struct fl_scan *scan, struct fl_error *error)
{
    if (scan->memory_bytes <= scan->plan.memory_bytes)
        return FL_OK;
    return fl_fail(error, FL_USAGE, "--memory of %llu bytes: a run needs at least %llu",
                   (unsigned long long)scan->plan.memory_bytes, (unsigned long long)scan->memory_bytes);
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

static int compare_first_days(const void *a, const void *b)
{
    const struct fl_scan_cursor *x = *(struct fl_scan_cursor *const *)a,
                                *y = *(struct fl_scan_cursor *const *)b;
    if (x->first_day != y->first_day)
        return x->first_day < y->first_day ? -1 : 1;
    return x->file < y->file ? -1 : 1;
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
    scan->by_day = calloc(wanted + 1, sizeof(struct fl_scan_cursor *));
    scan->active = calloc(wanted + 1, sizeof(struct fl_scan_cursor *));
    scan->merging.cursors = calloc(wanted + 1, sizeof(struct fl_scan_cursor *));
    if (scan->cursors == NULL || scan->by_day == NULL || scan->active == NULL ||
        scan->merging.cursors == NULL)
        return fl_fail_memory(error, (wanted + 1) * sizeof *scan->cursors);
    for (size_t i = 0; i < folder->file_count; i++) {
        if (!is_wanted(&scan->plan, &folder->files[i]))
            continue;
        fl_status status = open_file(scan, i, error);
        if (status != FL_OK)
            return status;
    }
    for (size_t i = 0; i < scan->cursor_count; i++)
        scan->by_day[i] = &scan->cursors[i];
    qsort(scan->by_day, scan->cursor_count, sizeof(struct fl_scan_cursor *), compare_first_days);
    return FL_OK;
}

/* Loads the cursor's next block; there may be none. */
static fl_status load_next(struct fl_scan *scan, struct fl_scan_cursor *cursor, struct fl_error *error)
{
    bool more = false;
    fl_status status =
        fl_scan_cursor_load(cursor, &scan->plan.rules, &scan->pages, &scan->counts, &more, error);
    if (status != FL_OK)
        return status;
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
    opened->memory_bytes = PAGES_BYTES + RESULTS_BYTES + sizeof *opened->chunk + sizeof *opened->window;
    if (plan->words != NULL)
        opened->memory_bytes += plan->words->memory_bytes + FL_WORDED_SCOPES * RESULTS_BYTES;
    opened->chunk = calloc(1, sizeof *opened->chunk);
    opened->window = calloc(1, sizeof *opened->window);
    fl_status status = check_memory_at_all(opened, error);
    if (status == FL_OK && (opened->chunk == NULL || opened->window == NULL))
        status = fl_fail_memory(error, sizeof *opened->chunk + sizeof *opened->window);
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
    scan->window->count = scan->window->next = scan->merging.count = 0;
    scan->lent = NULL;
    scan->loaded = scan->started = false;
    for (size_t i = 0; i < scan->cursor_count; i++)
        fl_scan_cursor_seek(&scan->cursors[i], customer_first);
}

static fl_status load_first_blocks(struct fl_scan *scan, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = 0; i < scan->cursor_count && status == FL_OK; i++)
        status = load_next(scan, &scan->cursors[i], error);
    memcpy(scan->active, scan->by_day, scan->cursor_count * sizeof(struct fl_scan_cursor *));
    scan->active_count = scan->cursor_count;
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
    free(scan->by_day);
    free(scan->active);
    free(scan->merging.cursors);
    free(scan->chunk);
    free(scan->window);
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

/* All rows of the block in hand up to row `to`. */
static struct fl_rows rows_of(const struct fl_scan_cursor *cursor, uint32_t to)
{
    struct fl_rows rows = {.day = cursor->day, .type = cursor->type, .count = to};
    if (cursor->has_order) {
        rows.order = cursor->order;
        rows.order_null = cursor->order_null;
    }
    return rows;
}

/* Puts the cursor's run `run` among the merging. */
static void merge_run(struct fl_scan *scan, struct fl_scan_cursor *cursor, size_t run)
{
    cursor->run = run;
    cursor->row = fl_scan_cursor_run_start(cursor, run);
    heap_push(&scan->merging, cursor);
}

/* Passes over `rows` rows of the first merging cursor. At the end of a block its customer may go on in the
 * next. */
static fl_status pass_merged(struct fl_scan *scan, uint32_t rows, struct fl_error *error)
{
    struct fl_scan_cursor *cursor = scan->merging.cursors[0];
    const int64_t customer = fl_scan_cursor_customer(cursor);
    cursor->row += rows;
    if (cursor->row < fl_scan_cursor_run_end(cursor)) {
        sift_down(&scan->merging, 0);
        return FL_OK;
    }
    heap_pop(&scan->merging);
    if (cursor->run + 1 < cursor->run_count)
        return FL_OK;
    fl_status status = load_next(scan, cursor, error);
    if (status == FL_OK && cursor->run_count > 0 && cursor->run_customers[0] == customer)
        merge_run(scan, cursor, cursor->taken++);
    return status;
}

static void copy_to_chunk(struct chunk *chunk, const struct fl_scan_cursor *cursor, uint32_t rows)
{
    const uint32_t from = cursor->row;
    memcpy(chunk->day + chunk->rows, cursor->day + from, rows * sizeof *chunk->day);
    memcpy(chunk->type + chunk->rows, cursor->type + from, rows);
    if (cursor->has_order) {
        memcpy(chunk->order + chunk->rows, cursor->order + from, rows * sizeof *chunk->order);
        memcpy(chunk->order_null + chunk->rows, cursor->order_null + from, rows);
    } else {
        memset(chunk->order_null + chunk->rows, 1, rows);
    }
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++) {
        if (cursor->word[scope] != NULL)
            memcpy(chunk->word[scope] + chunk->rows, cursor->word[scope] + from, rows * sizeof(uint32_t));
    }
    chunk->rows += rows;
}

/* How many rows of `cursor` may go before the next row of `other` (NULL: none waits), at least one, at most
 * `max`. */
static uint32_t stretch(const struct fl_scan_cursor *cursor, const struct fl_scan_cursor *other, uint32_t max)
{
    const uint32_t left = fl_scan_cursor_run_end(cursor) - cursor->row;
    const uint32_t most = left < max ? left : max;
    if (other == NULL)
        return most;
    uint32_t rows = 1;
    while (rows < most && compare_rows(cursor, cursor->row + rows, other, other->row) <= 0)
        rows++;
    return rows;
}

static fl_status merge_chunk(struct fl_scan *scan, struct fl_error *error)
{
    struct chunk *chunk = scan->chunk;
    chunk->rows = chunk->customer_count = 0;
    while (chunk->rows < CHUNK_ROWS && scan->merging.count > 0) {
        const struct fl_scan_cursor *first = scan->merging.cursors[0];
        const uint32_t rows =
            stretch(first, heap_second(&scan->merging), (uint32_t)(CHUNK_ROWS - chunk->rows));
        copy_to_chunk(chunk, first, rows);
        fl_status status = pass_merged(scan, rows, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

/* ---- runs that lie apart in time ---- */

/* For runs of few rows: whole FL_SCAN_SLACK_ROWS rows are copied, some instructions each; the calls of
 * memcpy() for each column were a fifth of a run over daily files. */
static void copy_few(struct chunk *chunk, const struct fl_scan_cursor *cursor, uint32_t from, uint32_t rows)
{
    enum { STEP = FL_SCAN_SLACK_ROWS };
    for (uint32_t done = 0; done < rows; done += STEP) {
        const size_t to = chunk->rows + done, row = from + done;
        memcpy(chunk->day + to, cursor->day + row, STEP * sizeof *chunk->day);
        memcpy(chunk->type + to, cursor->type + row, STEP);
        if (cursor->has_order) {
            memcpy(chunk->order + to, cursor->order + row, STEP * sizeof *chunk->order);
            memcpy(chunk->order_null + to, cursor->order_null + row, STEP);
        } else {
            memset(chunk->order_null + to, 1, STEP);
        }
        for (int scope = 0; scope < FL_WORDED_SCOPES; scope++) {
            if (cursor->word[scope] != NULL)
                memcpy(chunk->word[scope] + to, cursor->word[scope] + row, STEP * sizeof(uint32_t));
        }
    }
    chunk->rows += rows;
}

static bool goes_before(const struct fl_scan_cursor *a, uint32_t row_a, const struct fl_scan_cursor *b,
                        uint32_t row_b)
{
    const int64_t key_a = row_key(a, row_a), key_b = row_key(b, row_b);
    if (key_a != key_b) /* nearly always */
        return key_a < key_b;
    const int order = compare_rows(a, row_a, b, row_b);
    return order != 0 ? order < 0 : a->file < b->file;
}

/* Copies the runs of the first customer of the `left` runs one behind the other, behind what the chunk holds;
 * returns how many. 0, with nothing copied, when their rows lie between one another, or there is no room.
 * Whether a run is the customer's last is asked once only, as each such question is answered wrongly as often
 * as there are customers. */
static size_t join_runs(struct fl_scan *scan, const struct fl_window_run *runs, size_t left)
{
    struct chunk *chunk = scan->chunk;
    const struct fl_scan_cursor *before = NULL;
    const size_t rows_before = chunk->rows;
    uint32_t last_row = 0;
    size_t joined = 0;
    do {
        struct fl_scan_cursor *cursor = scan->active[runs[joined].cursor];
        const uint32_t from = fl_scan_cursor_run_start(cursor, runs[joined].run);
        const uint32_t to = cursor->run_ends[runs[joined].run], rows = to - from;
        if (rows > CHUNK_ROWS - chunk->rows ||
            (before != NULL && !goes_before(before, last_row, cursor, from))) {
            chunk->rows = rows_before;
            return 0;
        }
        if (rows <= FEW_ROWS) {
            copy_few(chunk, cursor, from, rows);
        } else {
            cursor->row = from;
            copy_to_chunk(chunk, cursor, rows);
        }
        before = cursor;
        last_row = to - 1;
        joined++;
    } while (joined < left && runs[joined].customer == runs->customer);
    return joined;
}

/* ---- handing out ---- */

/* Scopes, customers and words are there. */
static void hand_out(struct fl_scan *scan, bool whole, struct fl_scan_piece *piece)
{
    piece->first = !scan->started || piece->customers[0] != scan->last_customer;
    piece->whole = whole && piece->first;
    assert(piece->whole || piece->scopes.count == 1);
    scan->started = true;
    scan->last_customer = piece->customers[piece->scopes.count - 1];
}

/* Runs of a cursor's block one behind the other. */
static void hand_out_runs(struct fl_scan *scan, const struct fl_scan_cursor *cursor, size_t run, size_t count,
                          bool whole, struct fl_scan_piece *piece)
{
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++)
        piece->words[scope] = cursor->word[scope];
    piece->customers = cursor->run_customers + run;
    piece->scopes = (struct fl_scope_rows){.rows = rows_of(cursor, cursor->run_ends[run + count - 1]),
                                           .ends = cursor->run_ends + run,
                                           .from = fl_scan_cursor_run_start(cursor, run),
                                           .count = count};
    hand_out(scan, whole, piece);
}

static void end_chunk_customer(struct chunk *chunk, int64_t customer)
{
    chunk->customers[chunk->customer_count] = customer;
    chunk->ends[chunk->customer_count++] = (uint32_t)chunk->rows;
}

static void hand_out_chunk(struct fl_scan *scan, bool whole, struct fl_scan_piece *piece)
{
    const struct chunk *chunk = scan->chunk;
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++)
        piece->words[scope] = chunk->word[scope];
    piece->customers = chunk->customers;
    piece->scopes = (struct fl_scope_rows){.rows = {.day = chunk->day,
                                                    .type = chunk->type,
                                                    .order = chunk->order,
                                                    .order_null = chunk->order_null,
                                                    .count = chunk->rows},
                                           .ends = chunk->ends,
                                           .count = chunk->customer_count};
    hand_out(scan, whole, piece);
}

static fl_status hand_out_merged(struct fl_scan *scan, struct fl_scan_piece *piece, struct fl_error *error)
{
    const int64_t customer = fl_scan_cursor_customer(scan->merging.cursors[0]);
    fl_status status = merge_chunk(scan, error);
    if (status != FL_OK)
        return status;
    end_chunk_customer(scan->chunk, customer);
    hand_out_chunk(scan, false, piece);
    return FL_OK;
}

/* How many customers from the window's next on lie one behind the other in one block, and in no other; at
 * least one, the next is of one run. */
static size_t lone_runs(const struct fl_run_window *window)
{
    const struct fl_window_run *runs = window->runs + window->next;
    const size_t left = window->count - window->next;
    size_t count = 1;
    while (count < left && runs[count].cursor == runs->cursor)
        count++; /* a cursor has one run of a customer, so the one in front of it is alone */
    const bool last_shared = count < left && runs[count].customer == runs[count - 1].customer;
    return count - (last_shared ? 1 : 0);
}

/* Joins the next customers of the window in the chunk while that can be done; returns how many. */
static size_t join_customers(struct fl_scan *scan)
{
    struct fl_run_window *window = scan->window;
    struct chunk *chunk = scan->chunk;
    chunk->rows = chunk->customer_count = 0;
    while (chunk->customer_count < CHUNK_CUSTOMERS && window->next < window->count) {
        const struct fl_window_run *runs = window->runs + window->next;
        const bool goes_on =
            chunk->customer_count == 0 && scan->started && runs->customer == scan->last_customer;
        const size_t joined = join_runs(scan, runs, window->count - window->next);
        if (joined == 0)
            break;
        window->next += joined;
        end_chunk_customer(chunk, runs->customer);
        if (goes_on) /* not whole: it goes alone */
            break;
    }
    return chunk->customer_count;
}

/* The next customers of the window. */
static fl_status hand_out_next(struct fl_scan *scan, struct fl_scan_piece *piece, struct fl_error *error)
{
    struct fl_run_window *window = scan->window;
    const struct fl_window_run *runs = window->runs + window->next;
    const size_t of_customer = fl_run_window_same(window);
    if (of_customer == 1) {
        const bool goes_on = scan->started && runs->customer == scan->last_customer;
        const size_t count = goes_on ? 1 : lone_runs(window);
        window->next += count;
        hand_out_runs(scan, scan->active[runs->cursor], runs->run, count, true, piece);
        return FL_OK;
    }
    if (join_customers(scan) > 0) {
        hand_out_chunk(scan, true, piece);
        return FL_OK;
    }
    window->next += of_customer;
    for (size_t i = 0; i < of_customer; i++)
        merge_run(scan, scan->active[runs[i].cursor], runs[i].run);
    return hand_out_merged(scan, piece, error);
}

/* The next customer of all, the last of a cursor's block: other cursors may have it as well. */
static fl_status hand_out_last(struct fl_scan *scan, int64_t customer, struct fl_scan_piece *piece,
                               struct fl_error *error)
{
    struct fl_scan_cursor *alone = NULL;
    size_t count = 0;
    for (size_t i = 0; i < scan->active_count; i++) {
        struct fl_scan_cursor *cursor = scan->active[i];
        if (cursor->run_customers[cursor->taken] != customer)
            continue;
        alone = cursor;
        count++;
        merge_run(scan, cursor, cursor->taken++);
    }
    if (count > 1)
        return hand_out_merged(scan, piece, error);
    heap_pop(&scan->merging);
    hand_out_runs(scan, alone, alone->run, 1, false, piece);
    scan->lent = alone;
    return FL_OK;
}

/* Keeps the cursors that have a run left active, in their order. */
static void drop_finished(struct fl_scan *scan)
{
    size_t kept = 0;
    for (size_t i = 0; i < scan->active_count; i++) {
        if (scan->active[i]->taken < scan->active[i]->run_count)
            scan->active[kept++] = scan->active[i];
    }
    scan->active_count = kept;
}

static fl_status load_blocks(struct fl_scan *scan, struct fl_error *error)
{
    struct fl_scan_cursor *lent = scan->lent;
    scan->lent = NULL;
    if (!scan->loaded)
        return load_first_blocks(scan, error);
    return lent == NULL ? FL_OK : load_next(scan, lent, error);
}

fl_status fl_scan_next(struct fl_scan *scan, struct fl_scan_piece *piece, struct fl_error *error)
{
    *piece = (struct fl_scan_piece){0};
    fl_status status = load_blocks(scan, error);
    if (status != FL_OK)
        return status;
    if (scan->merging.count > 0)
        return hand_out_merged(scan, piece, error);
    if (scan->window->next < scan->window->count)
        return hand_out_next(scan, piece, error);
    drop_finished(scan);
    if (scan->active_count == 0)
        return FL_OK;
    const int64_t not_taken = fl_run_window_fill(scan->window, scan->active, scan->active_count);
    return scan->window->count > 0 ? hand_out_next(scan, piece, error)
                                   : hand_out_last(scan, not_taken, piece, error);
}
