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

#include "engine/scan_merge.h"
#include "formats/base/bytes.h"
#include "formats/base/checksum.h"
#include "formats/table/table_listed.h"

/* Beside the cursors: pages being decoded, and a block of results being written for each table. */
enum { PAGES_BYTES = 10 << 20, RESULTS_BYTES = 16 << 20 };

struct fl_scan {
    struct fl_scan_plan plan;
    struct fl_scan_cursor *cursors;
    size_t cursor_count;
    struct fl_scan_cursor **by_day; /* all, by first day: daily files give a customer's runs in order */
    struct fl_scan_cursor **active; /* of these, the ones with a run that was not taken */
    size_t active_count;
    struct fl_run_window *window;
    struct fl_scan_merge merging; /* of one customer, by row */
    struct fl_scan_cursor *lent;  /* the last run of its block was handed out: load the next one first */
    bool loaded;                  /* each cursor has its first block of the range */
    bool started;
    int64_t last_customer; /* of the piece before, once started */
    struct fl_scan_pages pages;
    struct fl_scan_chunk *chunk;
    struct fl_run_counts counts;
    uint64_t rows, memory_bytes;
};

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
    const struct fl_scope_words *words = scan->plan.words;
    const struct fl_cursor_wants wants = {.words = words == NULL ? NULL : &words->files[index],
                                          .money = scan->plan.money,
                                          .arrival = scan->plan.wants_arrival};
    struct fl_table *table = NULL;
    char *path = fl_data_folder_path_of(scan->plan.folder, file->name);
    if (path == NULL)
        return fl_fail_memory(error, strlen(file->name));
    fl_status status = fl_table_open_listed(scan->plan.io, path, scan->plan.io_mode, &table, error);
    free(path);
    if (status != FL_OK)
        return status;
    status = check_table(table, file, error);
    scan->memory_bytes += fl_scan_cursor_memory(table, &wants);
    if (status == FL_OK)
        status = check_memory(scan, scan->cursor_count + 1, error);
    if (status != FL_OK) {
        fl_table_close(table);
        return status;
    }
    scan->rows += fl_table_rows(table);
    struct fl_scan_cursor *cursor = &scan->cursors[scan->cursor_count];
    return fl_scan_cursor_open(cursor, table, scan->cursor_count++, &wants, error);
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
    opened->memory_bytes += (uint64_t)plan->more_tables * RESULTS_BYTES;
    if (plan->words != NULL)
        opened->memory_bytes += plan->words->memory_bytes;
    for (int scope = 0; scope < FL_WORDED_SCOPES && plan->words != NULL; scope++)
        opened->memory_bytes += plan->words->wanted[scope] ? RESULTS_BYTES : 0;
    opened->chunk = calloc(1, sizeof *opened->chunk);
    opened->window = calloc(1, sizeof *opened->window);
    fl_status status = check_memory_at_all(opened, error);
    if (opened->chunk != NULL) {
        opened->chunk->wants_money = plan->money != NULL;
        opened->chunk->wants_arrival = plan->wants_arrival;
    }
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

/* ---- merging one customer ---- */

/* The next block of a cursor whose block has ended: its customer may go on there. */
static fl_status load_merged(struct fl_scan *scan, struct fl_scan_cursor *cursor, struct fl_error *error)
{
    const int64_t customer = fl_scan_cursor_customer(cursor);
    fl_status status = load_next(scan, cursor, error);
    if (status == FL_OK && cursor->run_count > 0 && cursor->run_customers[0] == customer)
        fl_scan_merge_add(&scan->merging, cursor, cursor->taken++);
    return status;
}

static fl_status merge_chunk(struct fl_scan *scan, struct fl_error *error)
{
    fl_status status = FL_OK;
    fl_scan_chunk_clear(scan->chunk);
    while (status == FL_OK && scan->chunk->rows < FL_CHUNK_ROWS && scan->merging.count > 0) {
        struct fl_scan_cursor *ended = fl_scan_merge_step(&scan->merging, scan->chunk);
        if (ended != NULL)
            status = load_merged(scan, ended, error);
    }
    return status;
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
    piece->scopes =
        (struct fl_scope_rows){.rows = fl_scan_cursor_rows(cursor, cursor->run_ends[run + count - 1]),
                               .ends = cursor->run_ends + run,
                               .from = fl_scan_cursor_run_start(cursor, run),
                               .count = count};
    hand_out(scan, whole, piece);
}

static void hand_out_chunk(struct fl_scan *scan, bool whole, struct fl_scan_piece *piece)
{
    const struct fl_scan_chunk *chunk = scan->chunk;
    const struct fl_scope_words *words = scan->plan.words;
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++)
        piece->words[scope] = words != NULL && words->wanted[scope] ? chunk->word[scope] : NULL;
    piece->customers = chunk->customers;
    piece->scopes = (struct fl_scope_rows){
        .rows = fl_scan_chunk_rows(chunk), .ends = chunk->ends, .count = chunk->customer_count};
    hand_out(scan, whole, piece);
}

static fl_status hand_out_merged(struct fl_scan *scan, struct fl_scan_piece *piece, struct fl_error *error)
{
    const int64_t customer = fl_scan_cursor_customer(scan->merging.cursors[0]);
    fl_status status = merge_chunk(scan, error);
    if (status != FL_OK)
        return status;
    fl_scan_chunk_end(scan->chunk, customer);
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
    struct fl_scan_chunk *chunk = scan->chunk;
    fl_scan_chunk_clear(chunk);
    while (chunk->customer_count < FL_CHUNK_CUSTOMERS && window->next < window->count) {
        const struct fl_window_run *runs = window->runs + window->next;
        const bool goes_on =
            chunk->customer_count == 0 && scan->started && runs->customer == scan->last_customer;
        const size_t joined = fl_scan_chunk_join(chunk, scan->active, runs, window->count - window->next);
        if (joined == 0)
            break;
        window->next += joined;
        fl_scan_chunk_end(chunk, runs->customer);
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
        fl_scan_merge_add(&scan->merging, scan->active[runs[i].cursor], runs[i].run);
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
        fl_scan_merge_add(&scan->merging, cursor, cursor->taken++);
    }
    if (count > 1)
        return hand_out_merged(scan, piece, error);
    scan->merging.count = 0;
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
