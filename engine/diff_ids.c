/* diff_ids.c - whether two runs name their customers alike. */
#include "engine/diff_ids.h"

/* With keys of its own the same customer is elsewhere in the other table: of so many, some are still there
 * unless the tables are of other people. */
enum { IDS_SOUGHT = 1000 };

static fl_status list_ids(struct fl_diff_rows *rows, size_t place, struct fl_names *names,
                          struct fl_error *error)
{
    struct fl_column_data *column = &rows->columns[place];
    const fl_status status = fl_table_read_column(rows->table, 0, rows->ids[place], column, error);
    for (size_t row = 0; row < column->rows && row < IDS_SOUGHT && status == FL_OK; row++) {
        const uint32_t from = column->text_offsets[row];
        /* False for a text that is there already, too, and then one less is sought. */
        (void)fl_names_add(
            names, (struct fl_text){column->text_bytes + from, column->text_offsets[row + 1] - from}, 0);
    }
    return status;
}

static fl_status seek_ids(struct fl_diff_rows *rows, size_t place, const struct fl_names *names, bool *found,
                          struct fl_error *error)
{
    struct fl_column_data *column = &rows->columns[place];
    for (size_t block = 0; block < fl_table_blocks(rows->table); block++) {
        const fl_status status = fl_table_read_column(rows->table, block, rows->ids[place], column, error);
        for (size_t row = 0; status == FL_OK && row < column->rows && !*found; row++) {
            const uint32_t from = column->text_offsets[row], to = column->text_offsets[row + 1];
            int64_t value;
            *found = fl_names_find(names, (struct fl_text){column->text_bytes + from, to - from}, &value);
        }
        if (status != FL_OK || *found)
            return status;
    }
    return FL_OK;
}

fl_status fl_diff_check_ids(struct fl_diff_rows *const sides[2], const size_t places[2],
                            struct fl_error *error)
{
    bool found = false;
    struct fl_names *names = fl_names_create();
    if (names == NULL)
        return fl_fail_memory(error, IDS_SOUGHT);
    fl_status status = list_ids(sides[0], places[0], names, error);
    if (status == FL_OK)
        status = seek_ids(sides[1], places[1], names, &found, error);
    fl_names_free(names);
    if (status != FL_OK || !found)
        return status;
    return fl_fail(
        error, FL_BAD_DATA,
        "the same customer ids have other keys in the other run: their data folders were not imported "
        "with one key file");
}
