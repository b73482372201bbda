/* table_changed_test.c - a table file that changes while it is read, or is not the one that its name says.
 *
 * The moment between the look at a page's checksum and the end of its decoding has no system call to hook, so
 * the file claims to have been written to from the page's populate on: each page of each kind must then be
 * refused, mapped; a copy must not care. Names are tried one letter away from the right one. */
#include "tests/unit/folder_fixture.h"

#include <sys/mman.h>

#include "formats/table/table_listed.h"
#include "tests/malformed/table_sample.h"

#define SAMPLE_NAME "sample.flint"

static bool written_to;

static int madvise_then_written_to(void *address, size_t size, int advice)
{
    written_to = true;
    return madvise(address, size, advice);
}

static int fstat_written_to(int file, struct stat *facts)
{
    const int result = fstat(file, facts);
    facts->st_mtim.tv_sec += written_to;
    return result;
}

static struct fl_table *open_changing(enum fl_io_mode mode)
{
    static struct fl_io io;
    char path[FIXTURE_PATH_SIZE];
    struct fl_table *table;
    io = fl_io_system;
    io.madvise = madvise_then_written_to;
    io.fstat = fstat_written_to;
    written_to = false;
    assert_int_equal(fl_table_open(&io, fixture_path(SAMPLE_NAME, path), mode, &table, NULL), FL_OK);
    return table;
}

/* FL_OK or FL_BAD_DATA, the latter with the place. */
static fl_status read_page(struct fl_table *table, size_t block, const struct fl_column *column)
{
    struct fl_column_data data = {0};
    struct fl_error error;
    fl_error_clear(&error);
    written_to = false;
    const fl_status status = fl_table_read_column(table, block, column->id, &data, &error);
    fl_column_data_release(&data);
    if (status == FL_OK)
        return status;
    assert_int_equal(status, FL_BAD_DATA);
    assert_non_null(strstr(error.message, "file was changed while it was read"));
    assert_non_null(strstr(error.path, SAMPLE_NAME));
    assert_int_equal(error.block, block);
    assert_true(error.offset > 0);
    return status;
}

static void check_sample(const char *schema_name, enum fl_io_mode mode)
{
    struct fl_buffer bytes = {0};
    table_sample(schema_name, &bytes);
    fixture_put_bytes(SAMPLE_NAME, bytes.bytes, bytes.size);
    fl_buffer_release(&bytes);
    struct fl_table *table = open_changing(mode);
    const struct fl_schema *schema = fl_table_schema(table);
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        for (size_t i = 0; i < schema->count; i++) {
            struct fl_page_facts facts;
            assert_true(fl_table_page(table, block, schema->columns[i].id, &facts));
            const bool refused = mode == FL_IO_MAP && facts.stored_bytes > 0;
            assert_int_equal(read_page(table, block, &schema->columns[i]), refused ? FL_BAD_DATA : FL_OK);
        }
    }
    fl_table_close(table);
}

static void bytes_that_may_have_changed_are_refused(void **state)
{
    (void)state;
    for (int mode = 0; mode < 2; mode++) {
        check_sample("interactions", (enum fl_io_mode)mode);
        check_sample("customers", (enum fl_io_mode)mode);
    }
}

static void words_that_may_have_changed_are_refused(void **state)
{
    (void)state;
    for (int mode = 0; mode < 2; mode++) {
        struct fl_table *table;
        const struct fl_words *words;
        check_sample("interactions", (enum fl_io_mode)mode);
        table = open_changing((enum fl_io_mode)mode);
        written_to = false;
        assert_int_equal(fl_table_words(table, FL_INTERACTIONS_BRAND, &words, NULL),
                         mode == FL_IO_MAP ? FL_BAD_DATA : FL_OK);
        fl_table_close(table);
    }
}

/* ---- names ---- */

static void put_named(const char *name, const char *const *facts)
{
    static const uint16_t ids[] = {FL_PRODUCTS_PRODUCT};
    const struct fl_words words[] = {{0, (const uint32_t[]){0}, ""}};
    const struct fl_table_plan plan = {.schema = fl_schema_by_name("products"),
                                       .column_ids = ids,
                                       .column_count = 1,
                                       .words = words,
                                       .facts = facts,
                                       .uuid = {0x0f, 0x1e}};
    struct fl_table_writer *writer;
    struct fl_table_summary summary;
    char written[256];
    assert_int_equal(fl_table_writer_create(&fl_io_system, fixture_folder, &plan, &writer, NULL), FL_OK);
    assert_int_equal(fl_table_writer_finish(writer, "products", name, written, &summary, NULL), FL_OK);
}

static fl_status open_named(const char *name, struct fl_error *error)
{
    char path[FIXTURE_PATH_SIZE];
    struct fl_table *table;
    fl_error_clear(error);
    const fl_status status =
        fl_table_open_listed(&fl_io_system, fixture_path(name, path), FL_IO_MAP, &table, error);
    assert_true((table != NULL) == (status == FL_OK));
    fl_table_close(table);
    return status;
}

static void assert_known_by(const char *name, const char *const *facts)
{
    static const char *const others[] = {
        "products-00112233445566aa-p0002.flint", "products-0f1e000000000000-p0002.flint",
        "products-00112233445566aa-p0003.flint", "interactions-00112233445566aa-p0002.flint",
        "products-0f1e000000000000-p0001.flint"};
    struct fl_error error;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        put_named(others[i], facts);
        const bool own = name == NULL || strcmp(others[i], name) == 0;
        assert_int_equal(open_named(others[i], &error), own ? FL_OK : FL_CORRUPT);
        if (own)
            continue;
        assert_non_null(strstr(error.message, "another file has this name"));
        assert_non_null(strstr(error.message, name));
        assert_non_null(strstr(error.path, others[i]));
    }
}

static void files_have_their_own_names(void **state)
{
    (void)state;
    const char *const imported[] = {FL_FACT_IMPORT, "00112233445566aabbccddeeff001122", FL_FACT_PART, "2",
                                    NULL};
    const char *const folded[] = {FL_FACT_FOLDED, "1", NULL};
    assert_known_by("products-00112233445566aa-p0002.flint", imported);
    assert_known_by("products-0f1e000000000000-p0001.flint", folded);
    assert_known_by(NULL, (const char *const[]){NULL}); /* says nothing of itself */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_that_may_have_changed_are_refused),
        cmocka_unit_test(words_that_may_have_changed_are_refused),
        cmocka_unit_test(files_have_their_own_names),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
