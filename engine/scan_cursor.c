/* scan_cursor.c - the rows of one interactions file that count, block by block, as runs of customers. */
#include "engine/scan_cursor.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/kernels/score_kernels.h"
#include "engine/scan_money.h"
#include "formats/base/bytes.h"
#include "formats/encodings/decode_kernels.h"

void fl_scan_pages_release(struct fl_scan_pages *pages)
{
    fl_column_scratch_release(&pages->scratch);
    fl_buffer_release(&pages->covered);
    fl_column_data_release(&pages->arrival);
    fl_column_data_release(&pages->product);
    fl_column_data_release(&pages->currency);
    fl_column_data_release(&pages->discount);
    fl_buffer_release(&pages->nulls);
    fl_column_data_release(&pages->word);
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

static int32_t first_day(const struct fl_table *table)
{
    int32_t day = INT32_MAX;
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        const int32_t of_block = fl_table_block(table, block).day_min;
        day = of_block < day ? of_block : day;
    }
    return day;
}

static size_t array_rows(const struct fl_table *table)
{
    return (size_t)largest_block(table) + FL_SCAN_SLACK_ROWS;
}

static bool block_has_values(const struct fl_table *table, size_t block, uint16_t column_id)
{
    struct fl_page_facts facts;
    return fl_table_page(table, block, column_id, &facts) && facts.nulls < fl_table_block(table, block).rows;
}

struct room {
    uint8_t *memory; /* NULL: sizes are only measured */
    size_t taken;
};

/* The next array, unless it is not wanted. */
static void *take_array(struct room *room, bool wanted, size_t size_bytes)
{
    if (!wanted)
        return NULL;
    const size_t at = room->taken;
    room->taken += size_bytes;
    return room->memory == NULL ? NULL : room->memory + at;
}

/* Whether a row of any block has a value of the column. */
static bool has_values(const struct fl_table *table, uint16_t column_id)
{
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        if (block_has_values(table, block, column_id))
            return true;
    }
    return false;
}

/* The arrays lie one behind the other, those of the widest values first; returns their size. */
static size_t place_arrays(struct fl_scan_cursor *cursor, const struct fl_table *table, void *memory)
{
    struct room room = {.memory = memory};
    const size_t rows = array_rows(table);
    const struct fl_cursor_wants *wants = &cursor->wants;
    const bool with_money = wants->money != NULL && has_values(table, FL_INTERACTIONS_AMOUNT);
    const bool with_margin = wants->money != NULL && has_values(table, FL_INTERACTIONS_MARGIN);
    const bool with_discount = wants->money != NULL && has_values(table, FL_INTERACTIONS_DISCOUNT);
    cursor->run_customers = take_array(&room, true, rows * sizeof *cursor->run_customers);
    cursor->order = take_array(&room, true, rows * sizeof *cursor->order);
    cursor->net = take_array(&room, with_money, rows * sizeof *cursor->net);
    cursor->margin = take_array(&room, with_margin, rows * sizeof *cursor->margin);
    cursor->run_ends = take_array(&room, true, rows * sizeof *cursor->run_ends);
    cursor->day = take_array(&room, true, rows * sizeof *cursor->day);
    cursor->arrival = take_array(&room, wants->arrival, rows * sizeof *cursor->arrival);
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++)
        cursor->word[scope] = take_array(&room, wants->words != NULL && wants->words->own[scope] != NULL,
                                         rows * sizeof(uint32_t));
    cursor->type = take_array(&room, true, rows);
    cursor->order_null = take_array(&room, true, rows);
    cursor->promoted = take_array(&room, with_discount, rows);
    return room.taken;
}

/* Of all arrays together. */
static size_t arrays_size(const struct fl_table *table, const struct fl_cursor_wants *wants)
{
    struct fl_scan_cursor measured = {.wants = *wants};
    return place_arrays(&measured, table, NULL);
}

uint64_t fl_scan_cursor_memory(const struct fl_table *table, const struct fl_cursor_wants *wants)
{
    const uint64_t size_bytes = fl_table_size_bytes(table), rows = array_rows(table);
    return sizeof(struct fl_scan_cursor) +
           (size_bytes < FL_FILE_MAP_WINDOW_BYTES ? size_bytes : FL_FILE_MAP_WINDOW_BYTES) +
           fl_large_size(arrays_size(table, wants)) + rows; /* and the table's own types, for nulls by type */
}

fl_status fl_scan_cursor_open(struct fl_scan_cursor *cursor, struct fl_table *table, size_t file,
                              const struct fl_cursor_wants *wants, struct fl_error *error)
{
    const struct fl_words *currencies = NULL;
    *cursor =
        (struct fl_scan_cursor){.table = table, .file = file, .first_day = first_day(table), .wants = *wants};
    cursor->memory = fl_large_take(arrays_size(table, wants));
    if (cursor->memory == NULL)
        return fl_fail_memory(error, fl_scan_cursor_memory(table, wants));
    (void)place_arrays(cursor, table, cursor->memory);
    if (cursor->net == NULL && cursor->margin == NULL)
        return FL_OK;
    fl_status status = fl_table_words(table, FL_INTERACTIONS_CURRENCY, &currencies, error);
    fl_file_money_init(&cursor->money, wants->money, currencies);
    return status;
}

void fl_scan_cursor_close(struct fl_scan_cursor *cursor)
{
    if (cursor->table != NULL)
        fl_table_close(cursor->table);
    free(cursor->memory);
    *cursor = (struct fl_scan_cursor){0};
}

static void drop_block(struct fl_scan_cursor *cursor)
{
    cursor->run_count = cursor->run = cursor->taken = 0;
    cursor->row = 0;
    cursor->has_order = cursor->has_net = cursor->has_margin = false;
    cursor->has_promoted = cursor->has_arrival = false;
}

static bool bits_within(const uint64_t bits[4], const uint64_t all[4])
{
    return ((bits[0] & ~all[0]) | (bits[1] & ~all[1]) | (bits[2] & ~all[2]) | (bits[3] & ~all[3])) == 0;
}

static bool bits_meet(const uint64_t a[4], const uint64_t b[4])
{
    return ((a[0] & b[0]) | (a[1] & b[1]) | (a[2] & b[2]) | (a[3] & b[3])) != 0;
}

/* All bits for a null, none for a value: whether a row has a word is as good as thrown dice, and must not
 * become a jump. A null reads as word 0, which is there. */
static uint32_t null_mask(const uint8_t *nulls, size_t row)
{
    return nulls == NULL ? 0 : 0 - (uint32_t)nulls[row];
}
_Static_assert(FL_NO_WORD == UINT32_MAX, "a mask of all bits is no word");

/* A row's own word, else that of its product; `of_product` is NULL where products give none. */
static void unite_words(const struct fl_column_data *own, const uint32_t *own_numbers,
                        const struct fl_column_data *product, const uint32_t *of_product, uint32_t *words)
{
    for (size_t row = 0; row < own->rows; row++)
        words[row] = own_numbers[own->as.words[row]] | null_mask(own->nulls, row);
    if (own->nulls == NULL || of_product == NULL)
        return;
    for (size_t row = 0; row < own->rows; row++) {
        const uint32_t other = of_product[product->as.words[row]] | null_mask(product->nulls, row);
        const uint32_t mask = null_mask(own->nulls, row);
        words[row] = (words[row] & ~mask) | (other & mask);
    }
}

static fl_status read_words(struct fl_scan_cursor *cursor, size_t block, struct fl_scan_pages *pages,
                            struct fl_error *error)
{
    static const uint16_t ids[FL_WORDED_SCOPES] = {[FL_WORDED_BRAND] = FL_INTERACTIONS_BRAND,
                                                   [FL_WORDED_CATEGORY] = FL_INTERACTIONS_CATEGORY,
                                                   [FL_WORDED_PRODUCT] = FL_INTERACTIONS_PRODUCT};
    const struct fl_file_words *words = cursor->wants.words;
    struct fl_column_data *own = &pages->word, *product = &pages->product;
    bool has_product = false; /* is read, when a row may need it */
    fl_status status = FL_OK;
    for (int scope = 0; scope < FL_WORDED_SCOPES && status == FL_OK; scope++) {
        if (cursor->word[scope] == NULL)
            continue;
        const uint32_t *of_product = scope < FL_PRODUCT_WORDS ? words->of_product[scope] : NULL;
        status = fl_table_read_column(cursor->table, block, ids[scope], own, error);
        if (status == FL_OK && own->nulls != NULL && of_product != NULL && !has_product) {
            status = fl_table_read_column(cursor->table, block, FL_INTERACTIONS_PRODUCT, product, error);
            has_product = true;
        }
        if (status == FL_OK)
            unite_words(own, words->own[scope], product, of_product, cursor->word[scope]);
    }
    return status;
}

/* Straight into the cursor's arrays. */
static fl_status read_rows(struct fl_scan_cursor *cursor, size_t block, struct fl_scan_pages *pages,
                           struct fl_error *error)
{
    struct fl_table *table = cursor->table;
    bool has_nulls = false;
    fl_status status = fl_table_read_runs(table, block, FL_INTERACTIONS_CUSTOMER, cursor->run_customers,
                                          cursor->run_ends, &cursor->block_runs, &pages->scratch, error);
    if (status == FL_OK)
        status = fl_table_read_into(table, block, FL_INTERACTIONS_DAY, cursor->day, NULL, &has_nulls,
                                    &pages->scratch, error);
    if (status == FL_OK)
        status = fl_table_read_into(table, block, FL_INTERACTIONS_TYPE, cursor->type, NULL, &has_nulls,
                                    &pages->scratch, error);
    if (status != FL_OK)
        return status;
    if (!cursor->has_order)
        return FL_OK;
    status = fl_table_read_into(table, block, FL_INTERACTIONS_ORDER, cursor->order, cursor->order_null,
                                &has_nulls, &pages->scratch, error);
    if (status == FL_OK && !has_nulls)
        memset(cursor->order_null, 0, fl_table_block(table, block).rows);
    return status;
}

static fl_status read_pages(struct fl_scan_cursor *cursor, size_t block, bool with_arrival,
                            struct fl_scan_pages *pages, struct fl_error *error)
{
    fl_status status = read_rows(cursor, block, pages, error);
    if (status == FL_OK && with_arrival)
        status = fl_table_read_column(cursor->table, block, FL_INTERACTIONS_ARRIVAL, &pages->arrival, error);
    return status == FL_OK ? read_words(cursor, block, pages, error) : status;
}

/* A row may only be before the one in front of it, by day and type, where a customer begins. */
static bool in_order(const struct fl_scan_cursor *cursor, size_t rows)
{
    const int32_t *day = cursor->day;
    const uint8_t *type = cursor->type;
    size_t descents = 0;
    for (size_t run = 0; run + 1 < cursor->block_runs; run++) {
        const uint32_t row = cursor->run_ends[run];
        descents +=
            (size_t)((day[row] < day[row - 1]) | ((day[row] == day[row - 1]) & (type[row] < type[row - 1])));
    }
    return fl_score_kernels()->count_descents(day, type, rows) == descents;
}

/* The merge relies on the order of rows, and the choice of pages to read on the map of types: what a block
 * claims about both is checked here, once. That customers rise, and that they and the days are within the
 * block's bounds, which are the pages' min and max, was checked by decoding. */
static fl_status check_rows(const struct fl_scan_cursor *cursor, size_t block,
                            const struct fl_block_facts *facts, struct fl_scan_pages *pages,
                            struct fl_error *error)
{
    if (!fl_buffer_reserve(&pages->covered, facts->rows))
        return fl_fail_memory(error, facts->rows);
    uint8_t bits[32];
    for (size_t i = 0; i < 4; i++)
        fl_store_le64(bits + 8 * i, facts->type_bits[i]);
    const bool sorted = in_order(cursor, facts->rows);
    const size_t covered =
        fl_decode_kernels()->bits_of_types(bits, cursor->type, facts->rows, pages->covered.bytes);
    if (sorted && covered == facts->rows)
        return FL_OK;
    fl_fail(error, FL_CORRUPT, "%s",
            !sorted ? "the rows are not in the order of customer, day, type"
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

static void count_late_rows(const struct fl_scan_cursor *cursor, const struct fl_row_rules *rules,
                            const struct fl_scan_pages *pages, size_t rows, struct fl_run_counts *counts)
{
    const int32_t *arrival = pages->arrival.as.i32;
    const uint8_t *nulls = pages->arrival.nulls;
    uint32_t late = 0, reported = 0; /* 32 bits: the loop is vectorized, and a block is small */
    for (size_t row = 0; row < rows; row++) {
        const uint32_t stated = nulls == NULL || nulls[row] == 0;
        late += stated & (uint32_t)(arrival[row] > cursor->day[row]);
        reported += stated & (uint32_t)(arrival[row] - cursor->day[row] > rules->late_report_days);
    }
    counts->late += late;
    counts->late_reported += reported;
}

/* Of a block in which arrivals are stated. */
static int32_t arrival_of(const struct fl_scan_cursor *cursor, const struct fl_scan_pages *pages, size_t row)
{
    const bool stated = pages->arrival.nulls == NULL || pages->arrival.nulls[row] == 0;
    return stated ? pages->arrival.as.i32[row] : cursor->day[row];
}

/* The block when each of its rows counts. */
static void take_all(struct fl_scan_cursor *cursor, const struct fl_scan_pages *pages, size_t rows)
{
    cursor->run_count = cursor->block_runs;
    for (size_t row = 0; row < rows && cursor->has_arrival; row++)
        cursor->arrival[row] = arrival_of(cursor, pages, row);
}

/* The fate, on each of several nights, of a row that does not count on the last. */
static void count_hidden(const struct fl_row_rules *rules, int32_t day, int32_t arrival, uint8_t type)
{
    const int32_t first = rules->as_of_day - (int32_t)rules->night_count + 1;
    for (size_t night = 0; night < rules->night_count; night++) {
        struct fl_run_counts *counts = &rules->nights[night];
        const int32_t as_of_day = first + (int32_t)night;
        const bool after = day > as_of_day, unknown = !after && arrival > as_of_day;
        counts->rows_in++;
        counts->after_as_of += after;
        counts->not_yet_known += unknown;
        counts->quarantined += !after && !unknown;
        counts->quarantined_by_type[type] += !after && !unknown;
    }
}

/* The fate of one row, each asked in the order of SEMANTICS.md section 0; true when it counts. */
static bool row_counts(const struct fl_scan_cursor *cursor, const struct fl_row_rules *rules,
                       const struct fl_scan_pages *pages, size_t row, bool with_arrival,
                       struct fl_run_counts *counts)
{
    const int32_t day = cursor->day[row];
    const uint8_t type = cursor->type[row];
    const int32_t arrival = with_arrival ? arrival_of(cursor, pages, row) : day;
    counts->rows_in++;
    if (day > rules->as_of_day) {
        counts->after_as_of++;
        return false;
    }
    if (rules->view == FL_VIEW_KNOWN_THEN && arrival > rules->as_of_day) {
        counts->not_yet_known++;
        count_hidden(rules, day, arrival, type);
        return false;
    }
    if (!fl_type_bit(rules->registry->known_bits, type)) {
        counts->quarantined++;
        counts->quarantined_by_type[type]++;
        count_hidden(rules, day, arrival, type);
        return false;
    }
    counts->scored++;
    count_late(rules, day, arrival, counts);
    return true;
}

static void move_row(struct fl_scan_cursor *cursor, const struct fl_scan_pages *pages, size_t row, size_t to)
{
    if (cursor->has_arrival) /* asks for the row's day */
        cursor->arrival[to] = arrival_of(cursor, pages, row);
    cursor->day[to] = cursor->day[row];
    cursor->type[to] = cursor->type[row];
    if (cursor->has_order) {
        cursor->order[to] = cursor->order[row];
        cursor->order_null[to] = cursor->order_null[row];
    }
    if (cursor->has_net)
        cursor->net[to] = cursor->net[row];
    if (cursor->has_margin)
        cursor->margin[to] = cursor->margin[row];
    if (cursor->has_promoted)
        cursor->promoted[to] = cursor->promoted[row];
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++) {
        if (cursor->word[scope] != NULL)
            cursor->word[scope][to] = cursor->word[scope][row];
    }
}

/* Moves the rows of one run that count to the front, from `kept` on; returns where they end. */
static uint32_t take_run(struct fl_scan_cursor *cursor, const struct fl_row_rules *rules,
                         const struct fl_scan_pages *pages, uint32_t from, uint32_t to, uint32_t kept,
                         bool with_arrival, struct fl_run_counts *counts)
{
    for (uint32_t row = from; row < to; row++) {
        if (row_counts(cursor, rules, pages, row, with_arrival, counts))
            move_row(cursor, pages, row, kept++);
    }
    return kept;
}

static void take_some(struct fl_scan_cursor *cursor, const struct fl_row_rules *rules,
                      const struct fl_scan_pages *pages, bool with_arrival, struct fl_run_counts *counts)
{
    uint32_t from = 0, kept = 0;
    for (size_t run = 0; run < cursor->block_runs; run++) {
        const int64_t customer = cursor->run_customers[run];
        const uint32_t to = cursor->run_ends[run], before = kept;
        if (customer >= rules->customer_first && customer <= rules->customer_last)
            kept = take_run(cursor, rules, pages, from, to, kept, with_arrival, counts);
        from = to;
        if (kept == before)
            continue;
        cursor->run_customers[cursor->run_count] = customer;
        cursor->run_ends[cursor->run_count++] = kept;
    }
}

static fl_status load_block(struct fl_scan_cursor *cursor, size_t block, const struct fl_row_rules *rules,
                            struct fl_scan_pages *pages, struct fl_run_counts *counts, struct fl_error *error)
{
    const struct fl_block_facts facts = fl_table_block(cursor->table, block);
    const bool with_arrival = block_has_values(cursor->table, block, FL_INTERACTIONS_ARRIVAL);
    drop_block(cursor);
    cursor->has_order = fl_table_has(cursor->table, FL_INTERACTIONS_ORDER) &&
                        bits_meet(facts.type_bits, rules->registry->order_bits);
    fl_status status = read_pages(cursor, block, with_arrival, pages, error);
    cursor->has_arrival = with_arrival && cursor->wants.arrival;
    assert(status != FL_OK || (cursor->block_runs > 0 && facts.rows > 0));
    if (status == FL_OK)
        status = check_rows(cursor, block, &facts, pages, error);
    if (status == FL_OK && cursor->wants.money != NULL)
        status = fl_scan_money_read(cursor, block, rules->as_of_day, pages, error);
    if (status != FL_OK)
        return status;
    const bool all =
        facts.day_max <= rules->as_of_day && bits_within(facts.type_bits, rules->registry->known_bits) &&
        facts.customer_min >= rules->customer_first && facts.customer_max <= rules->customer_last &&
        (rules->view == FL_VIEW_KNOWN_NOW || !with_arrival);
    if (!all) {
        take_some(cursor, rules, pages, with_arrival, counts);
        return FL_OK;
    }
    counts->rows_in += facts.rows;
    counts->scored += facts.rows;
    if (with_arrival)
        count_late_rows(cursor, rules, pages, facts.rows, counts);
    take_all(cursor, pages, facts.rows);
    return FL_OK;
}

void fl_scan_cursor_seek(struct fl_scan_cursor *cursor, int64_t customer_first)
{
    drop_block(cursor);
    cursor->next_block = fl_table_find_block(cursor->table, customer_first);
}

fl_status fl_scan_cursor_load(struct fl_scan_cursor *cursor, const struct fl_row_rules *rules,
                              struct fl_scan_pages *pages, struct fl_run_counts *counts, bool *more,
                              struct fl_error *error)
{
    drop_block(cursor);
    while (cursor->next_block < fl_table_blocks(cursor->table) && cursor->run_count == 0) {
        const size_t block = cursor->next_block++;
        const struct fl_block_facts facts = fl_table_block(cursor->table, block);
        if (facts.customer_min > rules->customer_last)
            break;
        if (facts.customer_max < rules->customer_first)
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

struct fl_rows fl_scan_cursor_rows(const struct fl_scan_cursor *cursor, uint32_t to)
{
    struct fl_rows rows = {.day = cursor->day, .type = cursor->type, .count = to};
    if (cursor->has_order) {
        rows.order = cursor->order;
        rows.order_null = cursor->order_null;
    }
    rows.net = cursor->has_net ? cursor->net : NULL;
    rows.margin = cursor->has_margin ? cursor->margin : NULL;
    rows.promoted = cursor->has_promoted ? cursor->promoted : NULL;
    if (cursor->wants.arrival)
        rows.arrival = cursor->has_arrival ? cursor->arrival : cursor->day;
    return rows;
}
