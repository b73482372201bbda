/* given_tags.c - the tags that people gave to a range of customers, file by file, block by block. */
#include "engine/tags/given_tags.h"

#include <stdlib.h>

#include "engine/dimension_files.h"

enum { COLUMN_IDS = FL_GIVEN_TAGS_ARRIVAL + 1 };

/* Who gave a tag is for people to read: nothing follows from it. */
static const uint16_t wanted_ids[] = {FL_GIVEN_TAGS_CUSTOMER, FL_GIVEN_TAGS_DAY, FL_GIVEN_TAGS_TAG,
                                      FL_GIVEN_TAGS_UNTIL, FL_GIVEN_TAGS_ARRIVAL};
enum { WANTED = sizeof wanted_ids / sizeof *wanted_ids };

struct fl_given_scan {
    const struct fl_given_tags *given;
    const struct fl_tag_nights *nights;
    struct fl_table **tables;
    int64_t customer_first, customer_last;
    size_t file, next_block, row, rows; /* `row`: the next one of the block in hand */
    struct fl_column_data columns[COLUMN_IDS];
};

/* ---- what is shared ---- */

static fl_status map_file(struct fl_table *table, const struct fl_word_union *names,
                          struct fl_given_tags *given, struct fl_error *error)
{
    const struct fl_words *words = NULL;
    fl_status status = fl_table_words(table, FL_GIVEN_TAGS_TAG, &words, error);
    if (status == FL_OK)
        status = fl_table_list_add(&given->list, table, error);
    if (status != FL_OK)
        return status;
    uint32_t *numbers = malloc((words->count + 1) * sizeof *numbers);
    if (numbers == NULL)
        return fl_fail_memory(error, words->count * sizeof *numbers);
    fl_word_union_map(names, words, numbers);
    given->numbers[given->list.count - 1] = numbers;
    return FL_OK;
}

static fl_status read_files(const struct fl_dimension_files *files, struct fl_word_union *names,
                            struct fl_given_tags *given, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = 0; i < files->count && status == FL_OK; i++) {
        const struct fl_words *words = NULL;
        status = fl_table_words(files->tables[i], FL_GIVEN_TAGS_TAG, &words, error);
        if (status == FL_OK)
            status = fl_word_union_add(names, words, error);
    }
    given->numbers = calloc(files->count + 1, sizeof *given->numbers);
    if (given->numbers == NULL)
        return fl_fail_memory(error, files->count * sizeof *given->numbers);
    for (size_t i = 0; i < files->count && status == FL_OK; i++)
        status = map_file(files->tables[i], names, given, error);
    return status;
}

fl_status fl_given_tags_open(const struct fl_data_folder *folder, enum fl_io_mode io_mode,
                             struct fl_word_union *names, struct fl_given_tags *given, struct fl_error *error)
{
    struct fl_dimension_files files = {0};
    *given = (struct fl_given_tags){.list = {.io = folder->io, .io_mode = io_mode}};
    fl_status status = fl_dimension_files_open(folder, "given_tags", io_mode, &files, error);
    if (status == FL_OK)
        status = read_files(&files, names, given, error);
    fl_dimension_files_close(&files);
    return status;
}

void fl_given_tags_release(struct fl_given_tags *given)
{
    for (size_t i = 0; i < given->list.count; i++)
        free(given->numbers[i]);
    free(given->numbers);
    fl_table_list_release(&given->list);
    *given = (struct fl_given_tags){0};
}

/* ---- one thread's way ---- */

fl_status fl_given_scan_open(const struct fl_given_tags *given, const struct fl_tag_nights *nights,
                             struct fl_given_scan **scan, struct fl_error *error)
{
    *scan = NULL;
    struct fl_given_scan *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    opened->given = given;
    opened->nights = nights;
    const fl_status status = fl_table_list_open(&given->list, &opened->tables, error);
    if (status == FL_OK)
        *scan = opened;
    else
        fl_given_scan_close(opened);
    return status;
}

void fl_given_scan_close(struct fl_given_scan *scan)
{
    if (scan == NULL)
        return;
    fl_table_list_close(&scan->given->list, scan->tables);
    for (int id = 0; id < COLUMN_IDS; id++)
        fl_column_data_release(&scan->columns[id]);
    free(scan);
}

uint64_t fl_given_scan_memory(const struct fl_given_tags *given)
{
    return sizeof(struct fl_given_scan) + fl_table_list_memory(&given->list, WANTED);
}

static void go_to_file(struct fl_given_scan *scan, size_t file)
{
    scan->file = file;
    scan->row = scan->rows = 0;
    scan->next_block =
        file < scan->given->list.count ? fl_table_find_block(scan->tables[file], scan->customer_first) : 0;
}

void fl_given_scan_range(struct fl_given_scan *scan, int64_t customer_first, int64_t customer_last)
{
    scan->customer_first = customer_first;
    scan->customer_last = customer_last;
    go_to_file(scan, 0);
}

static fl_status load_block(struct fl_given_scan *scan, struct fl_error *error)
{
    struct fl_table *table = scan->tables[scan->file];
    const size_t block = scan->next_block++;
    fl_status status = FL_OK;
    for (size_t i = 0; i < WANTED && status == FL_OK; i++)
        status = fl_table_read_column(table, block, wanted_ids[i], &scan->columns[wanted_ids[i]], error);
    scan->row = 0;
    scan->rows = status == FL_OK ? scan->columns[FL_GIVEN_TAGS_CUSTOMER].rows : 0;
    return status;
}

/* False: the row is no tag of the range that counts on a night. */
static bool take_row(const struct fl_given_scan *scan, size_t row, struct fl_tag_day *taken)
{
    const struct fl_column_data *columns = scan->columns, *tag = &columns[FL_GIVEN_TAGS_TAG],
                                *until = &columns[FL_GIVEN_TAGS_UNTIL],
                                *arrival = &columns[FL_GIVEN_TAGS_ARRIVAL];
    const int64_t customer = columns[FL_GIVEN_TAGS_CUSTOMER].as.i64[row];
    const int32_t day = columns[FL_GIVEN_TAGS_DAY].as.i32[row];
    uint32_t night;
    const bool has_until = !fl_is_null(until, row);
    if (customer < scan->customer_first || customer > scan->customer_last || fl_is_null(tag, row) ||
        (has_until && until->as.i32[row] < day) ||
        !fl_tag_nights_count(scan->nights, day, fl_is_null(arrival, row) ? day : arrival->as.i32[row],
                             &night))
        return false;
    *taken = (struct fl_tag_day){.customer = customer,
                                 .tag = scan->given->numbers[scan->file][tag->as.words[row]],
                                 .day = day,
                                 .night = night,
                                 .given = !has_until,
                                 .until = has_until ? until->as.i32[row] : FL_NO_UNTIL};
    return true;
}

fl_status fl_given_scan_next(struct fl_given_scan *scan, struct fl_tag_day *day, bool *more,
                             struct fl_error *error)
{
    *more = true;
    while (scan->file < scan->given->list.count) {
        while (scan->row < scan->rows) {
            if (take_row(scan, scan->row++, day))
                return FL_OK;
        }
        const struct fl_table *table = scan->tables[scan->file];
        if (scan->next_block == fl_table_blocks(table) ||
            fl_table_block(table, scan->next_block).customer_min > scan->customer_last) {
            go_to_file(scan, scan->file + 1);
            continue;
        }
        const fl_status status = load_block(scan, error);
        if (status != FL_OK)
            return status;
    }
    *more = false;
    return FL_OK;
}
