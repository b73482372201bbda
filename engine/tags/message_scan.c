/* message_scan.c - the messages of a range of customers that count, file by file, block by block.
 *
 * Of a block whose texts are all null nothing is read. What only messages that hit are asked for (second,
 * order, id) is read when the first of them is. */
#include "engine/tags/message_scan.h"

#include <stdlib.h>

#include "engine/dimension_files.h"

/* A batch of long texts ends before it has so many messages. */
enum { BATCH_MESSAGES = 4096, BATCH_BYTES = 1 << 20, COLUMN_IDS = FL_INTERACTIONS_TEXT + 1 };

/* Read with a block, and with the first message that is told of. */
static const uint16_t block_ids[] = {FL_INTERACTIONS_TEXT, FL_INTERACTIONS_CUSTOMER, FL_INTERACTIONS_DAY,
                                     FL_INTERACTIONS_TYPE, FL_INTERACTIONS_ARRIVAL,  FL_INTERACTIONS_SPEAKER};
static const uint16_t told_ids[] = {FL_INTERACTIONS_SECOND, FL_INTERACTIONS_ORDER, FL_INTERACTIONS_MESSAGE};
enum {
    BLOCK_COLUMNS = sizeof block_ids / sizeof *block_ids,
    TOLD_COLUMNS = sizeof told_ids / sizeof *told_ids
};

struct fl_message_scan {
    const struct fl_message_files *files;
    const struct fl_registry *registry;
    const struct fl_tag_nights *nights;
    struct fl_table **tables;
    int64_t customer_first, customer_last;
    size_t file, next_block;                   /* where the next block is looked for */
    struct fl_table *table;                    /* of the block in hand; NULL: there is none */
    size_t block, row, rows;                   /* `row`: the next one of the block in hand */
    bool told;                                 /* the columns of told_ids are there */
    const struct fl_words *speakers;           /* of its file */
    struct fl_column_data columns[COLUMN_IDS]; /* by column id */
    struct fl_message messages[BATCH_MESSAGES];
    uint32_t message_rows[BATCH_MESSAGES], message_nights[BATCH_MESSAGES];
};

/* ---- the files ---- */

static bool block_has_texts(const struct fl_table *table, size_t block)
{
    struct fl_page_facts facts;
    return fl_table_page(table, block, FL_INTERACTIONS_TEXT, &facts) &&
           facts.nulls < fl_table_block(table, block).rows;
}

static uint64_t page_bytes(const struct fl_table *table, size_t block, uint16_t column_id)
{
    struct fl_page_facts facts;
    return fl_table_page(table, block, column_id, &facts)
               ? (uint64_t)facts.stored_bytes + facts.unpacked_bytes
               : 0;
}

/* Lists the file if it has texts. */
static fl_status note_table(struct fl_message_files *files, const struct fl_table *table,
                            struct fl_error *error)
{
    bool any = false;
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        if (!block_has_texts(table, block))
            continue;
        const uint64_t bytes = page_bytes(table, block, FL_INTERACTIONS_TEXT) +
                               page_bytes(table, block, FL_INTERACTIONS_MESSAGE);
        files->page_bytes_max = bytes > files->page_bytes_max ? bytes : files->page_bytes_max;
        any = true;
    }
    return any ? fl_table_list_add(&files->list, table, error) : FL_OK;
}

fl_status fl_message_files_open(const struct fl_data_folder *folder, enum fl_io_mode io_mode,
                                struct fl_message_files *files, struct fl_error *error)
{
    struct fl_dimension_files tables = {0};
    *files = (struct fl_message_files){.list = {.io = folder->io, .io_mode = io_mode}};
    fl_status status = fl_dimension_files_open(folder, "interactions", io_mode, &tables, error);
    for (size_t i = 0; i < tables.count && status == FL_OK; i++)
        status = note_table(files, tables.tables[i], error);
    fl_dimension_files_close(&tables);
    return status;
}

void fl_message_files_release(struct fl_message_files *files)
{
    fl_table_list_release(&files->list);
    *files = (struct fl_message_files){0};
}

/* ---- one thread's way ---- */

fl_status fl_message_scan_open(const struct fl_message_files *files, const struct fl_registry *registry,
                               const struct fl_tag_nights *nights, struct fl_message_scan **scan,
                               struct fl_error *error)
{
    *scan = NULL;
    struct fl_message_scan *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    opened->files = files;
    opened->registry = registry;
    opened->nights = nights;
    const fl_status status = fl_table_list_open(&files->list, &opened->tables, error);
    if (status == FL_OK)
        *scan = opened;
    else
        fl_message_scan_close(opened);
    return status;
}

void fl_message_scan_close(struct fl_message_scan *scan)
{
    if (scan == NULL)
        return;
    fl_table_list_close(&scan->files->list, scan->tables);
    for (int id = 0; id < COLUMN_IDS; id++)
        fl_column_data_release(&scan->columns[id]);
    free(scan);
}

uint64_t fl_message_scan_memory(const struct fl_message_files *files)
{
    return sizeof(struct fl_message_scan) + files->page_bytes_max +
           fl_table_list_memory(&files->list, BLOCK_COLUMNS + TOLD_COLUMNS);
}

static void go_to_file(struct fl_message_scan *scan, size_t file)
{
    scan->file = file;
    scan->next_block =
        file < scan->files->list.count ? fl_table_find_block(scan->tables[file], scan->customer_first) : 0;
}

void fl_message_scan_range(struct fl_message_scan *scan, int64_t customer_first, int64_t customer_last)
{
    scan->customer_first = customer_first;
    scan->customer_last = customer_last;
    scan->table = NULL;
    scan->row = scan->rows = 0;
    go_to_file(scan, 0);
}

/* False: no block is left. */
static bool find_block(struct fl_message_scan *scan)
{
    for (; scan->file < scan->files->list.count; go_to_file(scan, scan->file + 1)) {
        struct fl_table *table = scan->tables[scan->file];
        for (; scan->next_block < fl_table_blocks(table); scan->next_block++) {
            if (fl_table_block(table, scan->next_block).customer_min > scan->customer_last)
                break;
            if (!block_has_texts(table, scan->next_block))
                continue;
            scan->table = table;
            scan->block = scan->next_block++;
            return true;
        }
    }
    return false;
}

static fl_status read_columns(struct fl_message_scan *scan, const uint16_t *ids, size_t count,
                              struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = 0; i < count && status == FL_OK; i++)
        status = fl_table_read_column(scan->table, scan->block, ids[i], &scan->columns[ids[i]], error);
    return status;
}

static fl_status load_block(struct fl_message_scan *scan, struct fl_error *error)
{
    fl_status status = read_columns(scan, block_ids, BLOCK_COLUMNS, error);
    if (status == FL_OK)
        status = fl_table_words(scan->table, FL_INTERACTIONS_SPEAKER, &scan->speakers, error);
    if (status != FL_OK)
        return status;
    scan->told = false;
    scan->row = 0;
    scan->rows = scan->columns[FL_INTERACTIONS_TEXT].rows;
    return FL_OK;
}

static struct fl_text text_of(const struct fl_column_data *column, size_t row)
{
    const uint32_t from = column->text_offsets[row];
    return (struct fl_text){column->text_bytes + from, column->text_offsets[row + 1] - from};
}

/* Whether a row with a text is a message of the range and counts on a night. */
static bool row_counts(const struct fl_message_scan *scan, size_t row, uint32_t *night)
{
    const struct fl_column_data *columns = scan->columns, *arrival = &columns[FL_INTERACTIONS_ARRIVAL];
    const int64_t customer = columns[FL_INTERACTIONS_CUSTOMER].as.i64[row];
    const int32_t day = columns[FL_INTERACTIONS_DAY].as.i32[row];
    return customer >= scan->customer_first && customer <= scan->customer_last &&
           fl_type_bit(scan->registry->known_bits, columns[FL_INTERACTIONS_TYPE].as.u8[row]) &&
           fl_tag_nights_count(scan->nights, day, fl_is_null(arrival, row) ? day : arrival->as.i32[row],
                               night);
}

static uint8_t speakers_of(const struct fl_message_scan *scan, size_t row)
{
    const struct fl_column_data *speaker = &scan->columns[FL_INTERACTIONS_SPEAKER];
    return fl_speaker_of(fl_is_null(speaker, row) ? (struct fl_text){0}
                                                  : fl_words_at(scan->speakers, speaker->as.words[row]));
}

/* Messages of the block in hand, from the next row on. */
static size_t take_messages(struct fl_message_scan *scan)
{
    const struct fl_column_data *texts = &scan->columns[FL_INTERACTIONS_TEXT];
    size_t count = 0, bytes = 0;
    for (; scan->row < scan->rows && count < BATCH_MESSAGES && bytes < BATCH_BYTES; scan->row++) {
        const size_t row = scan->row;
        if (texts->text_offsets[row] == texts->text_offsets[row + 1] ||
            !row_counts(scan, row, &scan->message_nights[count]))
            continue;
        scan->messages[count] = (struct fl_message){text_of(texts, row), speakers_of(scan, row)};
        bytes += scan->messages[count].text.size;
        scan->message_rows[count++] = (uint32_t)row;
    }
    return count;
}

fl_status fl_message_scan_next(struct fl_message_scan *scan, const struct fl_message **messages,
                               size_t *count, struct fl_error *error)
{
    *messages = scan->messages;
    *count = 0;
    while (*count == 0) {
        if (scan->row == scan->rows) {
            if (!find_block(scan))
                return FL_OK;
            const fl_status status = load_block(scan, error);
            if (status != FL_OK)
                return status;
        }
        *count = take_messages(scan);
    }
    return FL_OK;
}

fl_status fl_message_scan_tell(struct fl_message_scan *scan, size_t index, struct fl_tag_message *message,
                               struct fl_error *error)
{
    if (!scan->told) {
        const fl_status status = read_columns(scan, told_ids, TOLD_COLUMNS, error);
        if (status != FL_OK)
            return status;
        scan->told = true;
    }
    const size_t row = scan->message_rows[index];
    const struct fl_column_data *columns = scan->columns, *second = &columns[FL_INTERACTIONS_SECOND],
                                *order = &columns[FL_INTERACTIONS_ORDER],
                                *id = &columns[FL_INTERACTIONS_MESSAGE];
    *message = (struct fl_tag_message){.customer = columns[FL_INTERACTIONS_CUSTOMER].as.i64[row],
                                       .order = order->as.i64[row],
                                       .day = columns[FL_INTERACTIONS_DAY].as.i32[row],
                                       .second = fl_is_null(second, row) ? -1 : second->as.i32[row],
                                       .night = scan->message_nights[index],
                                       .type = columns[FL_INTERACTIONS_TYPE].as.u8[row],
                                       .has_order = !fl_is_null(order, row),
                                       .id = text_of(id, row),
                                       .text = scan->messages[index].text};
    return FL_OK;
}
