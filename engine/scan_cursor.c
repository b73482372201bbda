/* scan_cursor.c - the rows of one interactions file that count, block by block, as runs of customers. */
#include "engine/scan_cursor.h"

#include <assert.h>
#include <stdlib.h>

void fl_scan_pages_release(struct fl_scan_pages *pages)
{
    fl_column_data_release(&pages->customer);
    fl_column_data_release(&pages->day);
    fl_column_data_release(&pages->type);
    fl_column_data_release(&pages->order);
    fl_column_data_release(&pages->arrival);
    fl_column_data_release(&pages->product);
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++)
        fl_column_data_release(&pages->word[scope]);
}

static uint32_t largest_block(const struct fl_table *table)
{
    uint32_t rows = 0;
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        const uint32_t of_block = fl_table_block(table, block).rows;
        rows = of_block > rows ? of_block : rows;
    }
    return rows;
}

uint64_t fl_scan_cursor_memory(const struct fl_table *table)
{
    enum {
        ROW_BYTES = sizeof(int32_t) + 1 + sizeof(int64_t) + 1 + FL_WORDED_SCOPES * sizeof(uint32_t),
        RUN_BYTES = sizeof(int64_t) + sizeof(uint32_t)
    };
    return sizeof(struct fl_scan_cursor) + (uint64_t)largest_block(table) * (ROW_BYTES + RUN_BYTES);
}

fl_status fl_scan_cursor_open(struct fl_scan_cursor *cursor, struct fl_table *table, size_t file,
                              const struct fl_file_words *file_words, struct fl_error *error)
{
    *cursor = (struct fl_scan_cursor){
        .table = table, .file = file, .file_words = file_words, .last_customer = INT64_MIN};
    const size_t rows = largest_block(table);
    if (rows == 0)
        return FL_OK;
    cursor->day = malloc(rows * sizeof *cursor->day);
    cursor->type = malloc(rows * sizeof *cursor->type);
    cursor->order = malloc(rows * sizeof *cursor->order);
    cursor->order_null = malloc(rows * sizeof *cursor->order_null);
    if (cursor->day == NULL || cursor->type == NULL || cursor->order == NULL || cursor->order_null == NULL)
        return fl_fail_memory(error, fl_scan_cursor_memory(table));
    for (int scope = 0; scope < FL_WORDED_SCOPES && file_words != NULL; scope++) {
        if (file_words->own[scope] == NULL)
            continue;
        cursor->word[scope] = malloc(rows * sizeof *cursor->word[scope]);
        if (cursor->word[scope] == NULL)
            return fl_fail_memory(error, fl_scan_cursor_memory(table));
    }
    return FL_OK;
}

void fl_scan_cursor_close(struct fl_scan_cursor *cursor)
{
    if (cursor->table != NULL)
        fl_table_close(cursor->table);
    free(cursor->day);
    free(cursor->type);
    free(cursor->order);
    free(cursor->order_null);
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++)
        free(cursor->word[scope]);
    fl_buffer_release(&cursor->run_customers);
    fl_buffer_release(&cursor->run_ends);
    *cursor = (struct fl_scan_cursor){0};
}

/* Runs grow with what is met: most blocks hold far fewer customers than rows. */
static bool start_run(struct fl_scan_cursor *cursor, int64_t customer)
{
    if (!fl_buffer_append(&cursor->run_customers, &customer, sizeof customer))
        return false;
    const uint32_t end = 0;
    if (!fl_buffer_append(&cursor->run_ends, &end, sizeof end))
        return false;
    cursor->run_count++;
    return true;
}

static void end_run(struct fl_scan_cursor *cursor, uint32_t row)
{
    if (cursor->run_count > 0)
        ((uint32_t *)(void *)cursor->run_ends.bytes)[cursor->run_count - 1] = row;
}

static void drop_block(struct fl_scan_cursor *cursor)
{
    cursor->run_customers.size = cursor->run_ends.size = 0;
    cursor->run_count = cursor->run = 0;
    cursor->row = 0;
    cursor->has_order = false;
}

static bool bits_within(const uint64_t bits[4], const uint64_t all[4])
{
    return ((bits[0] & ~all[0]) | (bits[1] & ~all[1]) | (bits[2] & ~all[2]) | (bits[3] & ~all[3])) == 0;
}

static bool bits_meet(const uint64_t a[4], const uint64_t b[4])
{
    return ((a[0] & b[0]) | (a[1] & b[1]) | (a[2] & b[2]) | (a[3] & b[3])) != 0;
}

/* Whether any row of the block states an arrival. */
static bool has_arrival(const struct fl_table *table, size_t block)
{
    struct fl_page_facts facts;
    return fl_table_page(table, block, FL_INTERACTIONS_ARRIVAL, &facts) &&
           facts.nulls < fl_table_block(table, block).rows;
}

static fl_status read_words(struct fl_scan_cursor *cursor, size_t block, struct fl_scan_pages *pages,
                            struct fl_error *error)
{
    static const uint16_t ids[FL_WORDED_SCOPES] = {
        [FL_WORDED_BRAND] = FL_INTERACTIONS_BRAND, [FL_WORDED_CATEGORY] = FL_INTERACTIONS_CATEGORY};
    fl_status status = FL_OK;
    if (cursor->file_words != NULL)
        status = fl_table_read_column(cursor->table, block, FL_INTERACTIONS_PRODUCT, &pages->product, error);
    for (int scope = 0; scope < FL_WORDED_SCOPES && status == FL_OK; scope++) {
        if (cursor->word[scope] != NULL)
            status = fl_table_read_column(cursor->table, block, ids[scope], &pages->word[scope], error);
    }
    return status;
}

/* A row's own brand (category), else that of its product. */
static uint32_t word_of(const struct fl_scan_cursor *cursor, const struct fl_scan_pages *pages, int scope,
                        size_t row)
{
    const struct fl_column_data *own = &pages->word[scope], *product = &pages->product;
    if (own->nulls == NULL || own->nulls[row] == 0)
        return cursor->file_words->own[scope][own->as.words[row]];
    if (product->nulls == NULL || product->nulls[row] == 0)
        return cursor->file_words->of_product[scope][product->as.words[row]];
    return FL_NO_WORD;
}

static void take_words(struct fl_scan_cursor *cursor, const struct fl_scan_pages *pages, size_t from,
                       size_t to)
{
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++) {
        if (cursor->word[scope] != NULL)
            cursor->word[scope][to] = word_of(cursor, pages, scope, from);
    }
}

static fl_status read_pages(struct fl_scan_cursor *cursor, size_t block, bool with_arrival,
                            struct fl_scan_pages *pages, struct fl_error *error)
{
    fl_status status =
        fl_table_read_column(cursor->table, block, FL_INTERACTIONS_CUSTOMER, &pages->customer, error);
    if (status == FL_OK)
        status = fl_table_read_column(cursor->table, block, FL_INTERACTIONS_DAY, &pages->day, error);
    if (status == FL_OK)
        status = fl_table_read_column(cursor->table, block, FL_INTERACTIONS_TYPE, &pages->type, error);
    if (status == FL_OK && cursor->has_order)
        status = fl_table_read_column(cursor->table, block, FL_INTERACTIONS_ORDER, &pages->order, error);
    if (status == FL_OK && with_arrival)
        status = fl_table_read_column(cursor->table, block, FL_INTERACTIONS_ARRIVAL, &pages->arrival, error);
    return status == FL_OK ? read_words(cursor, block, pages, error) : status;
}

/* The merge relies on the order of rows, and the choice of pages to read on the map of types: what a block
 * claims about both is checked here, once. Without branches in the loop: it passes over every row. */
static fl_status check_rows(const struct fl_scan_cursor *cursor, size_t block,
                            const struct fl_block_facts *facts, const struct fl_scan_pages *pages,
                            struct fl_error *error)
{
    const int64_t *customer = pages->customer.as.i64;
    const int32_t *day = pages->day.as.i32;
    const uint8_t *type = pages->type.as.u8;
    uint8_t seen[FL_TYPES_MAX] = {0};
    unsigned disorder = customer[0] < cursor->last_customer;
    int32_t day_max = day[0];
    seen[type[0]] = 1;
    for (size_t row = 1; row < facts->rows; row++) {
        const unsigned later =
            (day[row] > day[row - 1]) | ((day[row] == day[row - 1]) & (type[row] >= type[row - 1]));
        disorder |=
            (unsigned)(customer[row] < customer[row - 1]) | ((customer[row] == customer[row - 1]) & !later);
        day_max = day[row] > day_max ? day[row] : day_max;
        seen[type[row]] = 1;
    }
    bool known = day_max <= facts->day_max && customer[0] >= facts->customer_min &&
                 customer[facts->rows - 1] <= facts->customer_max;
    for (unsigned t = 0; t < FL_TYPES_MAX; t++)
        known = known && (seen[t] == 0 || fl_type_bit(facts->type_bits, (uint8_t)t));
    if (disorder == 0 && known)
        return FL_OK;
    fl_fail(error, FL_CORRUPT, "%s",
            disorder != 0 ? "the rows are not in the order of customer, day, type"
                          : "the index of blocks does not cover the rows");
    fl_error_at_path(error, fl_table_path(cursor->table));
    fl_error_at_block(error, (int64_t)block, NULL);
    return FL_CORRUPT;
}

static void count_late(const struct fl_row_rules *rules, int32_t day, int32_t arrival,
                       struct fl_run_counts *counts)
{
    counts->late += arrival > day;
    counts->late_reported += arrival - day > rules->late_report_days;
}

static void count_late_rows(const struct fl_row_rules *rules, const struct fl_scan_pages *pages,
                            struct fl_run_counts *counts)
{
    const struct fl_column_data *arrival = &pages->arrival;
    for (size_t row = 0; row < pages->day.rows; row++) {
        if (arrival->nulls == NULL || arrival->nulls[row] == 0)
            count_late(rules, pages->day.as.i32[row], arrival->as.i32[row], counts);
    }
}

/* The block when each of its rows counts: plain copies, since the pages are shared. */
static bool take_all(struct fl_scan_cursor *cursor, const struct fl_scan_pages *pages)
{
    const size_t rows = pages->day.rows;
    const int64_t *customer = pages->customer.as.i64;
    memcpy(cursor->day, pages->day.as.i32, rows * sizeof *cursor->day);
    memcpy(cursor->type, pages->type.as.u8, rows * sizeof *cursor->type);
    if (cursor->has_order) {
        memcpy(cursor->order, pages->order.as.i64, rows * sizeof *cursor->order);
        if (pages->order.nulls != NULL)
            memcpy(cursor->order_null, pages->order.nulls, rows);
        else
            memset(cursor->order_null, 0, rows);
    }
    for (size_t row = 0; row < rows && cursor->file_words != NULL; row++)
        take_words(cursor, pages, row, row);
    for (size_t row = 0; row < rows; row++) {
        if (row > 0 && customer[row] == customer[row - 1])
            continue;
        end_run(cursor, (uint32_t)row);
        if (!start_run(cursor, customer[row]))
            return false;
    }
    end_run(cursor, (uint32_t)rows);
    return true;
}

/* The fate of one row, each asked in the order of SEMANTICS.md section 0; true when it counts. */
static bool row_counts(const struct fl_row_rules *rules, const struct fl_scan_pages *pages, size_t row,
                       bool with_arrival, struct fl_run_counts *counts)
{
    const int32_t day = pages->day.as.i32[row];
    const uint8_t type = pages->type.as.u8[row];
    const bool arrived_later =
        with_arrival && (pages->arrival.nulls == NULL || pages->arrival.nulls[row] == 0);
    const int32_t arrival = arrived_later ? pages->arrival.as.i32[row] : day;
    counts->rows_in++;
    if (day > rules->as_of_day) {
        counts->after_as_of++;
        return false;
    }
    if (rules->view == FL_VIEW_KNOWN_THEN && arrival > rules->as_of_day) {
        counts->not_yet_known++;
        return false;
    }
    if (!fl_type_bit(rules->registry->known_bits, type)) {
        counts->quarantined++;
        counts->quarantined_by_type[type]++;
        return false;
    }
    counts->scored++;
    count_late(rules, day, arrival, counts);
    return true;
}

static bool take_some(struct fl_scan_cursor *cursor, const struct fl_row_rules *rules,
                      const struct fl_scan_pages *pages, bool with_arrival, struct fl_run_counts *counts)
{
    uint32_t kept = 0;
    int64_t last_customer = 0;
    for (size_t row = 0; row < pages->day.rows; row++) {
        const int64_t customer = pages->customer.as.i64[row];
        if (customer < rules->customer_first || customer > rules->customer_last)
            continue;
        if (!row_counts(rules, pages, row, with_arrival, counts))
            continue;
        if (kept == 0 || customer != last_customer) {
            end_run(cursor, kept);
            if (!start_run(cursor, customer))
                return false;
            last_customer = customer;
        }
        cursor->day[kept] = pages->day.as.i32[row];
        cursor->type[kept] = pages->type.as.u8[row];
        if (cursor->has_order) {
            cursor->order[kept] = pages->order.as.i64[row];
            cursor->order_null[kept] = pages->order.nulls != NULL ? pages->order.nulls[row] : 0;
        }
        if (cursor->file_words != NULL)
            take_words(cursor, pages, row, kept);
        kept++;
    }
    end_run(cursor, kept);
    return true;
}

static fl_status load_block(struct fl_scan_cursor *cursor, size_t block, const struct fl_row_rules *rules,
                            struct fl_scan_pages *pages, struct fl_run_counts *counts, struct fl_error *error)
{
    const struct fl_block_facts facts = fl_table_block(cursor->table, block);
    const bool with_arrival = has_arrival(cursor->table, block);
    drop_block(cursor);
    cursor->has_order = fl_table_has(cursor->table, FL_INTERACTIONS_ORDER) &&
                        bits_meet(facts.type_bits, rules->registry->order_bits);
    fl_status status = read_pages(cursor, block, with_arrival, pages, error);
    assert(status != FL_OK || (pages->day.rows == facts.rows && facts.rows > 0));
    if (status == FL_OK)
        status = check_rows(cursor, block, &facts, pages, error);
    if (status != FL_OK)
        return status;
    cursor->last_customer = facts.customer_max;
    const bool all =
        facts.day_max <= rules->as_of_day && bits_within(facts.type_bits, rules->registry->known_bits) &&
        facts.customer_min >= rules->customer_first && facts.customer_max <= rules->customer_last &&
        (rules->view == FL_VIEW_KNOWN_NOW || !with_arrival);
    bool done = false;
    if (all) {
        counts->rows_in += facts.rows;
        counts->scored += facts.rows;
        if (with_arrival)
            count_late_rows(rules, pages, counts);
        done = take_all(cursor, pages);
    } else {
        done = take_some(cursor, rules, pages, with_arrival, counts);
    }
    return done ? FL_OK : fl_fail_memory(error, facts.rows * sizeof(int64_t));
}

fl_status fl_scan_cursor_load(struct fl_scan_cursor *cursor, const struct fl_row_rules *rules,
                              struct fl_scan_pages *pages, struct fl_run_counts *counts, bool *more,
                              struct fl_error *error)
{
    drop_block(cursor);
    while (cursor->next_block < fl_table_blocks(cursor->table) && cursor->run_count == 0) {
        const size_t block = cursor->next_block++;
        const struct fl_block_facts facts = fl_table_block(cursor->table, block);
        if (facts.customer_max < rules->customer_first || facts.customer_min > rules->customer_last)
            continue;
        fl_status status = load_block(cursor, block, rules, pages, counts, error);
        if (status != FL_OK) {
            drop_block(cursor);
            return status;
        }
    }
    *more = cursor->run_count > 0;
    return FL_OK;
}
