/* customer_ranges.c - where the customers of a scan are cut into ranges of about equal work. */
#include "engine/customer_ranges.h"

#include <stdlib.h>

struct block_start {
    int64_t customer;
    uint32_t rows;
};

static int compare_starts(const void *a, const void *b)
{
    const int64_t x = ((const struct block_start *)a)->customer,
                  y = ((const struct block_start *)b)->customer;
    return (x > y) - (x < y);
}

static size_t count_blocks(const struct fl_scan *scan)
{
    size_t count = 0;
    const struct fl_table *table;
    for (size_t i = 0; (table = fl_scan_table(scan, i)) != NULL; i++)
        count += fl_table_blocks(table);
    return count;
}

static void list_starts(const struct fl_scan *scan, struct block_start *starts, size_t count)
{
    size_t at = 0;
    const struct fl_table *table;
    for (size_t i = 0; (table = fl_scan_table(scan, i)) != NULL; i++) {
        for (size_t block = 0; block < fl_table_blocks(table); block++) {
            const struct fl_block_facts facts = fl_table_block(table, block);
            starts[at++] = (struct block_start){facts.customer_min, facts.rows};
        }
    }
    qsort(starts, count, sizeof *starts, compare_starts);
}

/* How many files hold customers on both sides of a cut in front of `customer`. */
static uint64_t files_across(const struct fl_scan *scan, int64_t customer)
{
    uint64_t files = 0;
    const struct fl_table *table;
    for (size_t i = 0; (table = fl_scan_table(scan, i)) != NULL; i++) {
        const size_t blocks = fl_table_blocks(table);
        files += blocks > 0 && fl_table_block(table, 0).customer_min < customer &&
                 fl_table_block(table, blocks - 1).customer_max >= customer;
    }
    return files;
}

static void cut_at_starts(const struct fl_scan *scan, const struct block_start *starts, size_t count,
                          uint32_t range_rows, struct fl_customer_ranges *ranges)
{
    /* A cut in the middle of a block has that block decoded by both sides, which is about a fifth of the work
     * on its rows; two blocks a range and file bound the loss. */
    uint64_t rows = 0;
    for (size_t i = 0; i < count; i++) {
        if (rows >= range_rows && starts[i].customer > ranges->first[ranges->count - 1] &&
            rows >= range_rows * files_across(scan, starts[i].customer)) {
            ranges->first[ranges->count++] = starts[i].customer;
            rows = 0;
        }
        rows += starts[i].rows;
    }
}

fl_status fl_customer_ranges_cut(const struct fl_scan *scan, uint32_t range_rows,
                                 struct fl_customer_ranges *ranges, struct fl_error *error)
{
    const size_t count = range_rows == 0 ? 0 : count_blocks(scan);
    struct block_start *starts = malloc((count + 1) * sizeof *starts);
    *ranges = (struct fl_customer_ranges){.first = malloc((count + 1) * sizeof *ranges->first), .count = 1};
    if (starts == NULL || ranges->first == NULL) {
        free(starts);
        return fl_fail_memory(error, (count + 1) * sizeof *starts);
    }
    ranges->first[0] = INT64_MIN;
    if (range_rows != 0) {
        list_starts(scan, starts, count);
        cut_at_starts(scan, starts, count, range_rows, ranges);
    }
    free(starts);
    return FL_OK;
}

int64_t fl_customer_ranges_last(const struct fl_customer_ranges *ranges, size_t range)
{
    return range + 1 < ranges->count ? ranges->first[range + 1] - 1 : INT64_MAX;
}

void fl_customer_ranges_release(struct fl_customer_ranges *ranges)
{
    free(ranges->first);
    *ranges = (struct fl_customer_ranges){0};
}
