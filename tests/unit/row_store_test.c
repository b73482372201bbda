/* row_store_test.c - rows come out of the external sort complete and in order, or the failure is told.
 *
 * 6,000 random rows with every storage, nulls and many equal leading columns are sorted with so little memory
 * that they spill to dozens of runs and need several merge passes, and with so much that they do not; both
 * must equal qsort() with a comparison written independently of the packed form. A flipped byte, a cut
 * scratch file and a full disk must each be seen. */
#include "tests/unit/folder_fixture.h"

#include "formats/base/civil.h"
#include "formats/importers/row_store.h"

enum { ROWS = 6000, COLUMNS = 6 };

struct plain_row {
    struct fl_cell cells[COLUMNS]; /* the word as text */
};

static uint64_t random_state;
static struct fl_word_pool *pool;
static struct fl_row_layout layout;

static uint64_t random_below(uint64_t limit)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 20) % limit;
}

static int open_all(void **state)
{
    static const enum fl_storage storages[COLUMNS] = {FL_STORAGE_I64, FL_STORAGE_I32,  FL_STORAGE_U8,
                                                      FL_STORAGE_I64, FL_STORAGE_WORD, FL_STORAGE_TEXT};
    pool = fl_word_pool_create();
    layout = (struct fl_row_layout){0};
    for (size_t i = 0; i < COLUMNS; i++)
        fl_row_layout_add(&layout, storages[i], i, storages[i] == FL_STORAGE_WORD ? pool : NULL);
    return fixture_open(state);
}

static int close_all(void **state)
{
    fl_word_pool_free(pool);
    return fixture_close(state);
}

/* Few values in each column, so that every column decides now and then; extremes and nulls among them. */
static void make_row(struct plain_row *row)
{
    static const char *const words[] = {
        "", "a", "ab", "b", "long word of the pool 1", "long word of the pool 2", "\xc3\xa9"};
    static const int64_t wide[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    row->cells[0] =
        (struct fl_cell){.number = random_below(2) == 0 ? wide[random_below(5)] : (int64_t)random_below(3)};
    row->cells[1] =
        (struct fl_cell){.number = random_below(4) == 0 ? FL_DAY_MIN : (int64_t)random_below(3) - 1};
    row->cells[2] = (struct fl_cell){.number = random_below(2) == 0 ? 255 : 0};
    row->cells[3] = (struct fl_cell){.number = wide[random_below(5)]};
    row->cells[4] = (struct fl_cell){.text = fl_text_of(words[1 + random_below(6)])};
    row->cells[5] = (struct fl_cell){.text = fl_text_of(words[random_below(7)])};
    for (size_t i = 1; i < COLUMNS; i++) {
        if (random_below(6) == 0)
            row->cells[i] = (struct fl_cell){.null = true, .text = {"", 0}};
    }
}

static int compare_plain(const void *left, const void *right)
{
    const struct plain_row *a = left, *b = right;
    for (size_t i = 0; i < COLUMNS; i++) {
        const struct fl_cell *x = &a->cells[i], *y = &b->cells[i];
        if (x->null != y->null)
            return x->null ? -1 : 1;
        const int texts = fl_text_compare(x->text, y->text);
        if (!x->null && i < 4 && x->number != y->number)
            return x->number < y->number ? -1 : 1;
        if (!x->null && i >= 4 && texts != 0)
            return texts;
    }
    return 0;
}

static struct plain_row *make_rows(size_t count)
{
    struct plain_row *rows = calloc(count, sizeof *rows);
    assert_non_null(rows);
    random_state = 42;
    for (size_t i = 0; i < count; i++)
        make_row(&rows[i]);
    return rows;
}

static struct fl_row_store *make_store(const struct fl_io *io, size_t memory_bytes, size_t distinct_columns)
{
    const struct fl_row_store_plan plan = {.io = io,
                                           .directory = fixture_folder,
                                           .layout = &layout,
                                           .memory_bytes = memory_bytes,
                                           .distinct_columns = distinct_columns};
    struct fl_row_store *store;
    struct fl_error error;
    assert_int_equal(fl_row_store_create(&plan, &store, &error), FL_OK);
    return store;
}

static fl_status add_cells(struct fl_row_store *store, const struct fl_cell *cells, struct fl_error *error)
{
    uint32_t filled = 0;
    for (size_t i = 0; i < COLUMNS; i++)
        filled |= (uint32_t)!cells[i].null << i;
    return fl_row_store_add(store, cells, filled, error);
}

static fl_status add(struct fl_row_store *store, const struct plain_row *row, struct fl_error *error)
{
    struct fl_cell cells[COLUMNS];
    memcpy(cells, row->cells, sizeof cells);
    uint32_t number = 0;
    bool is_new = false;
    if (!cells[4].null)
        assert_true(fl_word_pool_intern(pool, cells[4].text, &number, &is_new));
    cells[4].number = number;
    return add_cells(store, cells, error);
}

static void add_all(struct fl_row_store *store, const struct plain_row *rows, size_t count)
{
    struct fl_error error;
    for (size_t i = 0; i < count; i++)
        assert_int_equal(add(store, &rows[i], &error), FL_OK);
    assert_int_equal(fl_row_store_rows(store), count);
}

static void assert_row(const uint8_t *packed, const struct plain_row *expected)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        const struct fl_cell cell = fl_row_cell(&layout, packed, i);
        const struct fl_cell *wanted = &expected->cells[i];
        assert_int_equal(cell.null, wanted->null);
        if (wanted->null)
            continue;
        if (i < 4)
            assert_true(cell.number == wanted->number);
        else if (i == 4)
            assert_true(fl_text_equal(fl_word_pool_text(pool, (uint32_t)cell.number), wanted->text));
        else
            assert_true(fl_text_equal(cell.text, wanted->text));
    }
}

static void assert_sorted(struct fl_row_store *store, struct plain_row *rows, size_t count)
{
    struct fl_error error;
    const uint8_t *packed;
    if (count > 0)
        qsort(rows, count, sizeof *rows, compare_plain);
    assert_int_equal(fl_row_store_sort(store, &error), FL_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(fl_row_store_next(store, &packed, &error), FL_OK);
        assert_non_null(packed);
        assert_row(packed, &rows[i]);
    }
    assert_int_equal(fl_row_store_next(store, &packed, &error), FL_OK);
    assert_null(packed);
}

/* memory, and whether the pool is sealed before the rows are merged, as an import does it */
static void check_sort(size_t memory_bytes, size_t runs_min, bool sealed)
{
    struct plain_row *rows = make_rows(ROWS);
    struct fl_row_store *store = make_store(&fl_io_system, memory_bytes, 0);
    fl_word_pool_clear(pool);
    add_all(store, rows, ROWS);
    struct fl_words words;
    struct fl_error error;
    if (sealed)
        assert_int_equal(fl_word_pool_seal(pool, &words, &error), FL_OK);
    assert_sorted(store, rows, ROWS);
    assert_true(runs_min == 0 ? fl_row_store_runs(store) == 0 : fl_row_store_runs(store) >= runs_min);
    fl_row_store_free(store);
    free(rows);
    char names[256];
    fixture_list("", names, sizeof names);
    assert_string_equal(names, "");
}

static void rows_fit(void **state)
{
    (void)state;
    check_sort(1 << 20, 0, false);
    check_sort(1 << 20, 0, true);
}

static void rows_spill_to_one_merge(void **state)
{
    (void)state;
    check_sort(64 << 10, 3, true);
}

static void rows_spill_to_several_passes(void **state)
{
    (void)state;
    /* 15 KiB of area in chunks of 1 KiB: 15 runs at a time. */
    check_sort(FL_ROW_STORE_BYTES_MIN, 20, false);
    check_sort(FL_ROW_STORE_BYTES_MIN, 20, true);
}

static void a_cleared_store_starts_anew(void **state)
{
    (void)state;
    struct plain_row *rows = make_rows(ROWS);
    struct fl_row_store *store = make_store(&fl_io_system, FL_ROW_STORE_BYTES_MIN, 0);
    fl_word_pool_clear(pool);
    add_all(store, rows, ROWS);
    struct fl_error error;
    const uint8_t *packed;
    assert_int_equal(fl_row_store_sort(store, &error), FL_OK);
    assert_int_equal(fl_row_store_next(store, &packed, &error), FL_OK);
    fl_row_store_clear(store);
    assert_int_equal(fl_row_store_rows(store), 0);
    add_all(store, rows, 10);
    assert_sorted(store, rows, 10);
    fl_row_store_free(store);
    free(rows);
}

static void an_empty_store_gives_nothing(void **state)
{
    (void)state;
    struct fl_row_store *store = make_store(&fl_io_system, FL_ROW_STORE_BYTES_MIN, 0);
    assert_sorted(store, NULL, 0);
    fl_row_store_free(store);
}

static size_t count_distinct(size_t memory_bytes, const struct plain_row *rows)
{
    struct fl_row_store *store = make_store(&fl_io_system, memory_bytes, 2);
    struct fl_error error;
    add_all(store, rows, ROWS);
    assert_int_equal(fl_row_store_sort(store, &error), FL_OK);
    for (size_t count = 0;; count++) {
        const uint8_t *packed;
        assert_int_equal(fl_row_store_next(store, &packed, &error), FL_OK);
        if (packed == NULL) {
            fl_row_store_free(store);
            return count;
        }
    }
}

static void distinct_rows_come_once(void **state)
{
    (void)state;
    struct plain_row *rows = make_rows(ROWS);
    fl_word_pool_clear(pool);
    /* 7 first values (0 and 1 come from both lists: -1, 0, 1, 2 and the extremes: 6), 5 second ones with
     * null. */
    size_t expected = 0;
    for (size_t i = 0; i < ROWS; i++) {
        bool seen = false;
        for (size_t j = 0; j < i && !seen; j++)
            seen = rows[i].cells[0].number == rows[j].cells[0].number &&
                   rows[i].cells[1].null == rows[j].cells[1].null &&
                   (rows[i].cells[1].null || rows[i].cells[1].number == rows[j].cells[1].number);
        expected += !seen;
    }
    assert_int_equal(expected, 6 * 5);
    assert_int_equal(count_distinct(1 << 20, rows), expected);
    assert_int_equal(count_distinct(FL_ROW_STORE_BYTES_MIN, rows), expected);
    free(rows);
}

static void a_row_too_large_is_refused(void **state)
{
    (void)state;
    struct fl_row_store *store = make_store(&fl_io_system, FL_ROW_STORE_BYTES_MIN, 0);
    static char text[1900]; /* 31 bytes more if no column were null */
    struct fl_cell cells[COLUMNS] = {
        [1] = {.null = true}, [2] = {.null = true}, [3] = {.null = true}, [4] = {.null = true}};
    cells[5].text = (struct fl_text){text, sizeof text};
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(add_cells(store, cells, &error), FL_LIMIT);
    assert_string_equal(error.message, "a row of 1931 bytes, at most 1920 with this memory");
    cells[5].text.size -= 11;
    for (int i = 0; i < 100; i++)
        assert_int_equal(add_cells(store, cells, &error), FL_OK);
    assert_int_equal(fl_row_store_sort(store, &error), FL_OK);
    for (int i = 0; i < 100; i++) {
        const uint8_t *packed;
        assert_int_equal(fl_row_store_next(store, &packed, &error), FL_OK);
        assert_int_equal(fl_row_bytes(&layout, packed), 4 + 8 + 4 + 1889);
    }
    fl_row_store_free(store);
}

/* The status of sorting 6,000 rows on a system that does not work. */
static fl_status sort_on(const struct fl_io *io, struct fl_error *error)
{
    struct plain_row *rows = make_rows(ROWS);
    struct fl_row_store *store = make_store(io, FL_ROW_STORE_BYTES_MIN, 0);
    fl_word_pool_clear(pool);
    fl_error_clear(error);
    fl_status status = FL_OK;
    for (size_t i = 0; status == FL_OK && i < ROWS; i++)
        status = add(store, &rows[i], error);
    if (status == FL_OK)
        status = fl_row_store_sort(store, error);
    const uint8_t *packed = NULL;
    do {
        if (status == FL_OK)
            status = fl_row_store_next(store, &packed, error);
    } while (status == FL_OK && packed != NULL);
    fl_row_store_free(store);
    free(rows);
    return status;
}

static void every_failing_call_is_told(void **state)
{
    (void)state;
    int fault_at = 1;
    for (;; fault_at += fault_at < 60 ? 1 : 13) {
        const struct fl_io io = fixture_io(fault_at, ENOSPC);
        struct fl_error error;
        const fl_status status = sort_on(&io, &error);
        if (fixture_calls < fault_at) {
            assert_int_equal(status, FL_OK);
            break;
        }
        if (status != FL_OK)
            assert_int_equal(status, FL_TEMPORARY);
        fixture_remove_tree(fixture_folder); /* a scratch file that could not be unlinked */
        assert_int_equal(mkdir(fixture_folder, 0700), 0);
    }
    assert_true(fault_at > 100);
}

static void a_flipped_byte_is_seen(void **state)
{
    (void)state;
    const struct fl_io io = fixture_io(0, 0);
    for (int read = 1; read < 40; read++) {
        struct fl_error error;
        fixture_flipped_reads = read;
        assert_int_equal(sort_on(&io, &error), FL_IO);
        assert_non_null(
            strstr(error.message, "a scratch file gave back other bytes than were written: run "));
    }
    fixture_flipped_reads = 0;
}

static ssize_t cut_pread(int file, void *bytes, size_t size, off_t offset)
{
    return offset > 100000 ? 0 : fl_io_system.pread(file, bytes, size, offset);
}

static void a_cut_scratch_file_is_seen(void **state)
{
    (void)state;
    struct fl_io io = fl_io_system;
    io.pread = cut_pread;
    struct fl_error error;
    assert_int_equal(sort_on(&io, &error), FL_IO);
    assert_non_null(strstr(error.message, "a scratch file ends at byte 10"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_fit),
        cmocka_unit_test(rows_spill_to_one_merge),
        cmocka_unit_test(rows_spill_to_several_passes),
        cmocka_unit_test(a_cleared_store_starts_anew),
        cmocka_unit_test(an_empty_store_gives_nothing),
        cmocka_unit_test(distinct_rows_come_once),
        cmocka_unit_test(a_row_too_large_is_refused),
        cmocka_unit_test(every_failing_call_is_told),
        cmocka_unit_test(a_flipped_byte_is_seen),
        cmocka_unit_test(a_cut_scratch_file_is_seen),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
