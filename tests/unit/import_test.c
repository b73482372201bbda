/* import_test.c - an import publishes every row once, in order, or nothing at all.
 *
 * Small CSV files are imported and the published tables dumped cell by cell against written-out expectations.
 * The same input is imported with memory for everything and with so little that it spills, in one part and in
 * several: the bytes must not depend on memory, the rows not on parts or the order of input. Every system
 * call of an import with text ids and rejects fails once (disk full, then an I/O error): nothing may be
 * visible then, and the same call repeated on a sound system must give the bytes of an undisturbed import. */
#include "tests/unit/folder_fixture.h"

#include <fcntl.h>

#include "formats/base/civil.h"
#include "formats/importers/import_job.h"
#include "formats/importers/key_set.h"
#include "formats/table/cell_text.h"

static char folder[FIXTURE_PATH_SIZE];
static struct fl_names *types;
static struct fl_import_report report;
static struct fl_error error;

static int start(void **state)
{
    const int result = fixture_open(state);
    fixture_path("data", folder);
    types = fl_names_create();
    if (types == NULL || !fl_names_add(types, fl_text_of("view"), 7) ||
        !fl_names_add(types, fl_text_of("buy"), 9))
        return -1;
    return result;
}

static int stop(void **state)
{
    fl_names_free(types);
    return fixture_close(state);
}

static int fresh(void **state)
{
    (void)state;
    fixture_remove("data");
    return 0;
}

/* ---- calls ---- */

static const struct fl_import_tuning roomy = {
    .rows_bytes = 1 << 20, .ids_bytes = 1 << 20, .words = {1000, 100000, 1 << 20}, .progress_rows = 1};

static struct fl_import_plan plan_for(const char *const *inputs, size_t count)
{
    return (struct fl_import_plan){.io = &fl_io_system,
                                   .folder = folder,
                                   .inputs = inputs,
                                   .input_count = count,
                                   .types = types,
                                   .memory_bytes = 128u << 20};
}

static fl_status import(const struct fl_import_plan *plan, const struct fl_import_tuning *tuning)
{
    fl_error_clear(&error);
    return fl_import_tuned(plan, tuning, &report, &error);
}

/* Imports one file given as text, with a mapping given as text or NULL. */
static fl_status import_text(const char *mapping, const char *text)
{
    char input[FIXTURE_PATH_SIZE], mapping_path[FIXTURE_PATH_SIZE];
    fixture_put("in.csv", text);
    const char *inputs[] = {fixture_path("in.csv", input)};
    struct fl_import_plan plan = plan_for(inputs, 1);
    if (mapping != NULL) {
        fixture_put("map.yaml", mapping);
        plan.mapping_path = fixture_path("map.yaml", mapping_path);
    }
    return import(&plan, &roomy);
}

/* ---- what is in the folder ---- */

static void append_cell(struct fl_table *table, const struct fl_column *column, size_t block, size_t row,
                        struct fl_buffer *out)
{
    struct fl_column_data data = {0};
    const struct fl_words *words = NULL;
    assert_int_equal(fl_table_read_column(table, block, column->id, &data, &error), FL_OK);
    if (column->kind == FL_KIND_WORD)
        assert_int_equal(fl_table_words(table, column->id, &words, &error), FL_OK);
    assert_true(fl_cell_append(column, &data, row, words, out));
    fl_column_data_release(&data);
}

static void append_table(const char *path, const char *name, struct fl_buffer *out)
{
    struct fl_table *table;
    uint64_t digest;
    assert_int_equal(fl_table_open(&fl_io_system, path, FL_IO_COPY, &table, &error), FL_OK);
    const struct fl_schema *schema = fl_table_schema(table);
    assert_int_equal(fl_table_verify(table, &digest, &error), FL_OK);
    if (strcmp(schema->name, name) == 0) {
        for (size_t block = 0; block < fl_table_blocks(table); block++) {
            for (size_t row = 0; row < fl_table_block(table, block).rows; row++) {
                for (size_t i = 0; i < schema->count; i++) {
                    assert_true(i == 0 || fl_buffer_append(out, "|", 1));
                    if (fl_table_has(table, schema->columns[i].id))
                        append_cell(table, &schema->columns[i], block, row, out);
                }
                assert_true(fl_buffer_append(out, "\n", 1));
            }
        }
    }
    fl_table_close(table);
}

/* All rows of a table of the data folder, file by file, a line a row; also checks what the manifest says of
 * them. */
static char *dump(const char *table)
{
    struct fl_data_folder *opened;
    struct fl_buffer out = {0};
    assert_int_equal(fl_data_folder_open(&fl_io_system, folder, &opened, &error), FL_OK);
    for (size_t i = 0; i < opened->file_count; i++) {
        char *path = fl_data_folder_path_of(opened, opened->files[i].name);
        append_table(path, table, &out);
        free(path);
    }
    fl_data_folder_close(opened);
    assert_true(fl_buffer_append(&out, "", 1));
    return (char *)out.bytes;
}

static void assert_table(const char *table, const char *expected)
{
    char *text = dump(table);
    assert_string_equal(text, expected);
    free(text);
}

static void assert_listed(const char *expected)
{
    char names[2000];
    fixture_list("data", names, sizeof names);
    assert_string_equal(names, expected);
}

/* ---- rows ---- */

static const char own_names[] = "customer,time,type,brand,amount,currency,text\n"
                                "5,2026-11-01T10:00:00,view,zed,,,\n"
                                "-3,2026-11-02T11:00:30,buy,,12.5,EUR,\"say \"\"hi\"\"\"\n"
                                "5,2026-11-01T09:00:00,view,acme,,,\n"
                                "5,2026-11-01T10:00:00,view,,,,\n";

static void rows_come_sorted_and_complete(void **state)
{
    (void)state;
    char input[FIXTURE_PATH_SIZE];
    fixture_put("in.csv", own_names);
    const char *inputs[] = {fixture_path("in.csv", input)};
    struct fl_import_plan plan = plan_for(inputs, 1);
    plan.has_arrival = true;
    plan.arrival_day = fl_civil_to_day(2026, 11, 21);
    assert_int_equal(import(&plan, &roomy), FL_OK);
    assert_true(report.rows_read == 4 && report.rows_written == 4 && report.file_count == 1);
    assert_int_equal(report.bytes_read, strlen(own_names));
    assert_table("interactions", "-3|2026-11-02|9||39630|||||||||1250|||EUR|2026-11-21|||say \"hi\"\n"
                                 "5|2026-11-01|7||32400|acme||||||||||||2026-11-21|||\n"
                                 "5|2026-11-01|7||36000|||||||||||||2026-11-21|||\n"
                                 "5|2026-11-01|7||36000|zed||||||||||||2026-11-21|||\n");
    struct fl_data_folder *opened;
    assert_int_equal(fl_data_folder_open(&fl_io_system, folder, &opened, &error), FL_OK);
    assert_string_equal(opened->zone, "UTC");
    assert_true(opened->ids_decided && !opened->text_ids);
    assert_true(opened->files[0].rows == 4 && opened->files[0].customer_min == -3 &&
                opened->files[0].customer_max == 5);
    assert_int_equal(opened->files[0].day_max, fl_civil_to_day(2026, 11, 2));
    assert_string_equal(opened->files[0].import_id, report.import_id);
    assert_int_equal(opened->files[0].size_bytes, report.stored_bytes);
    fl_data_folder_close(opened);

    /* Again, with another arrival day: it was made before. */
    plan.arrival_day++;
    assert_int_equal(import(&plan, &roomy), FL_OK);
    assert_true(report.already_there && report.rows_read == 0 && report.file_count == 0);
    fixture_remove("data");
}

static void files_may_differ_in_their_columns(void **state)
{
    (void)state;
    char first[FIXTURE_PATH_SIZE], second[FIXTURE_PATH_SIZE];
    fixture_put("a.csv", "customer;day;type\n2;2026-01-01;view\n");
    fixture_put("b.csv",
                "brand,arrival,type,day,customer\nacme,2026-01-09,buy,2026-01-01,2\n,,buy,2026-01-02,2\n");
    const char *inputs[] = {fixture_path("a.csv", first), fixture_path("b.csv", second)};
    struct fl_import_plan plan = plan_for(inputs, 2);
    plan.has_arrival = true;
    plan.arrival_day = fl_civil_to_day(2026, 1, 5);
    assert_int_equal(import(&plan, &roomy), FL_OK);
    char id[33];
    memcpy(id, report.import_id, sizeof id);
    /* --arrival is for every row that brings none itself. */
    assert_table("interactions", "2|2026-01-01|7|||||||||||||||2026-01-05|||\n"
                                 "2|2026-01-01|9|||acme||||||||||||2026-01-09|||\n"
                                 "2|2026-01-02|9|||||||||||||||2026-01-05|||\n");
    size_t size = 0, swapped_size = 0;
    char name[FIXTURE_PATH_SIZE];
    (void)snprintf(name, sizeof name, "data/interactions-%.16s-p0001.flint", id);
    char *bytes = fixture_get(name, &size);
    fixture_remove("data");

    /* The order of the files is nobody's intention. */
    const char *swapped[] = {inputs[1], inputs[0]};
    plan.inputs = swapped;
    assert_int_equal(import(&plan, &roomy), FL_OK);
    assert_string_equal(report.import_id, id);
    char *swapped_bytes = fixture_get(name, &swapped_size);
    assert_true(bytes != NULL && swapped_bytes != NULL && size == swapped_size);
    assert_memory_equal(bytes, swapped_bytes, size);
    free(bytes);
    free(swapped_bytes);
    fixture_remove("data");
}

enum { MANY = 2500 };

/* Many rows with equal customers and days; `step` gives another order of the same rows. */
static void put_many(const char *name, size_t step)
{
    char *text = calloc(MANY + 1, 100);
    assert_non_null(text);
    size_t size = (size_t)sprintf(text, "customer,time,type,product,brand,text\n");
    for (size_t i = 0; i < MANY; i++) {
        const size_t row = i * step % MANY;
        size += (size_t)sprintf(text + size, "%d,2026-03-%02zuT10:00:%02zu,%s,product %zu,b%zu,text %zu\n",
                                (int)(row % 70) - 9, 1 + row % 3, row % 60, row % 4 == 0 ? "buy" : "view",
                                row * 7919 % 400, row % 11, row % 13);
    }
    fixture_put(name, text);
    free(text);
}

static char *import_many(const struct fl_import_tuning *tuning, size_t step)
{
    char input[FIXTURE_PATH_SIZE];
    put_many("many.csv", step);
    const char *inputs[] = {fixture_path("many.csv", input)};
    const struct fl_import_plan plan = plan_for(inputs, 1);
    assert_int_equal(import(&plan, tuning), FL_OK);
    assert_int_equal(report.rows_written, MANY);
    return dump("interactions");
}

static char *first_file_bytes(size_t *size)
{
    char name[FIXTURE_PATH_SIZE];
    (void)snprintf(name, sizeof name, "data/interactions-%.16s-p0001.flint", report.import_id);
    char *bytes = fixture_get(name, size);
    assert_non_null(bytes);
    return bytes;
}

static void neither_memory_nor_order_matter(void **state)
{
    (void)state;
    struct fl_import_tuning little = roomy;
    little.rows_bytes = FL_ROW_STORE_BYTES_MIN;
    little.ids_bytes = 0;
    size_t size = 0, little_size = 0;
    char *rows = import_many(&roomy, 1);
    char *bytes = first_file_bytes(&size);
    fixture_remove("data");
    char *little_rows = import_many(&little, 1);
    char *little_bytes = first_file_bytes(&little_size);
    fixture_remove("data");
    char *shuffled_rows = import_many(&little, 1009);
    fixture_remove("data");
    assert_int_equal(size, little_size);
    assert_memory_equal(bytes, little_bytes, size);
    assert_string_equal(rows, little_rows);
    assert_string_equal(rows, shuffled_rows);
    free(rows);
    free(bytes);
    free(little_rows);
    free(little_bytes);
    free(shuffled_rows);
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of a dump in byte order. */
static void sort_lines(char *text)
{
    char *lines[MANY], *copy = strdup(text);
    size_t count = 0, at = 0;
    assert_non_null(copy);
    char *rest = copy;
    for (char *line = strtok_r(copy, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        assert_true(count < MANY);
        lines[count++] = line;
    }
    qsort(lines, count, sizeof lines[0], compare_lines);
    for (size_t i = 0; i < count; i++)
        at += (size_t)sprintf(text + at, "%s\n", lines[i]);
    free(copy);
}

static void full_pools_make_parts(void **state)
{
    (void)state;
    struct fl_import_tuning parts = roomy, little_parts;
    parts.words.words_max = 150;
    little_parts = parts;
    little_parts.rows_bytes = FL_ROW_STORE_BYTES_MIN;
    little_parts.ids_bytes = 0;
    char *rows = import_many(&roomy, 1);
    fixture_remove("data");
    size_t size = 0, little_size = 0;
    char *part_rows = import_many(&parts, 1);
    const size_t file_count = report.file_count;
    char *bytes = first_file_bytes(&size), names[2000], little_names[2000];
    fixture_list("data", names, sizeof names);
    fixture_remove("data");
    char *little_rows = import_many(&little_parts, 1);
    char *little_bytes = first_file_bytes(&little_size);
    fixture_list("data", little_names, sizeof little_names);
    fixture_remove("data");
    assert_int_equal(file_count, 17); /* a part each 150 rows, as products repeat after 400 */
    assert_non_null(strstr(names, "-p0017.flint"));
    assert_string_equal(names, little_names);
    assert_int_equal(size, little_size);
    assert_memory_equal(bytes, little_bytes, size);
    assert_string_equal(part_rows, little_rows);
    sort_lines(part_rows);
    sort_lines(rows);
    assert_string_equal(rows, part_rows);
    free(rows);
    free(part_rows);
    free(little_rows);
    free(bytes);
    free(little_bytes);
}

/* ---- keys ---- */

static void rows_with_a_known_key_are_dropped(void **state)
{
    (void)state;
    const char *mapping =
        "columns:\n  customer: c\n  time: {column: t}\n  type: e\n  brand: b\nkey: [type, brand]\n";
    assert_int_equal(import_text(mapping, "c,t,e,b\n"
                                          "1,2026-01-02T00:00:00,view,x\n"
                                          "1,2026-01-01T00:00:00,view,x\n"
                                          "1,2026-01-03T00:00:00,view,y\n"
                                          "1,2026-01-04T00:00:00,view,\n"
                                          "1,2026-01-05T00:00:00,view,\n"
                                          "1,2026-01-06T00:00:00,buy,x\n"
                                          "2,2026-01-07T00:00:00,view,x\n"),
                     FL_OK);
    assert_table("interactions", "1|2026-01-01|7||0|x|||||||||||||||\n"
                                 "1|2026-01-03|7||0|y|||||||||||||||\n"
                                 "1|2026-01-04|7||0||||||||||||||||\n"
                                 "1|2026-01-06|9||0|x|||||||||||||||\n"
                                 "2|2026-01-07|7||0|x|||||||||||||||\n");
    assert_true(report.rows_read == 7 && report.rows_written == 5 && report.rows_skipped == 2);
    assert_int_equal(report.skip_count, 1);
    assert_string_equal(report.skips[0].words, "duplicate key");
    assert_int_equal(report.skips[0].rows, 2);
    fixture_remove("data");
}

static void equal_rows_without_a_key_stay(void **state)
{
    (void)state;
    assert_int_equal(import_text(NULL, "customer,day,type\n1,2026-01-02,view\n1,2026-01-02,view\n"), FL_OK);
    assert_table("interactions", "1|2026-01-02|7||||||||||||||||||\n"
                                 "1|2026-01-02|7||||||||||||||||||\n");
    fixture_remove("data");
}

static void a_product_and_a_customer_come_once(void **state)
{
    (void)state;
    char input[FIXTURE_PATH_SIZE];
    fixture_put("in.csv", "product,brand,category\nb,x,\na,y,c\nb,w,\n\"\",w,\n");
    const char *inputs[] = {fixture_path("in.csv", input)};
    struct fl_import_plan plan = plan_for(inputs, 1);
    plan.table = "products";
    plan.rejects_max = 1;
    assert_int_equal(import(&plan, &roomy), FL_OK);
    assert_table("products", "a|y|c|\nb|w||\n");
    assert_true(report.rows_skipped == 1 && report.rows_rejected == 1);
    assert_string_equal(report.rejects[0].words, "product: empty");
    fixture_put("in.csv", "customer,country\n7,DE\n7,NO\n-7,DE\n");
    plan.table = "customers";
    assert_int_equal(import(&plan, &roomy), FL_OK);
    assert_table("customers", "-7||||DE|||||||\n7||||DE|||||||\n");
    assert_int_equal(report.rows_skipped, 1);
    struct fl_data_folder *opened;
    assert_int_equal(fl_data_folder_open(&fl_io_system, folder, &opened, &error), FL_OK);
    assert_null(opened->zone); /* only interactions need one */
    assert_true(opened->ids_decided && opened->file_count == 2);
    fl_data_folder_close(opened);
    fixture_remove("data");
}

static void a_customer_with_too_many_keys_is_a_limit(void **state)
{
    (void)state;
    struct fl_row_layout layout = {0};
    fl_row_layout_add(&layout, FL_STORAGE_I64, 0, NULL);
    fl_row_layout_add(&layout, FL_STORAGE_I64, 1, NULL);
    struct fl_key_set set = {.layout = &layout, .columns = {1}, .column_count = 1};
    uint8_t row[32];
    struct fl_cell cells[2] = {{.number = 4}, {.number = 0}};
    bool is_new;
    for (; cells[1].number < FL_KEY_SET_KEYS_MAX; cells[1].number++) {
        fl_row_pack(&layout, cells, 3, row);
        assert_int_equal(fl_key_set_add(&set, row, &is_new, &error), FL_OK);
        assert_true(is_new);
    }
    assert_int_equal(fl_key_set_add(&set, row, &is_new, &error), FL_OK);
    assert_false(is_new);
    fl_row_pack(&layout, cells, 3, row);
    assert_int_equal(fl_key_set_add(&set, row, &is_new, &error), FL_LIMIT);
    assert_string_equal(error.message, "a customer with more than 524288 rows of different keys");
    cells[0].number = 5; /* the next customer starts anew */
    fl_row_pack(&layout, cells, 3, row);
    assert_int_equal(fl_key_set_add(&set, row, &is_new, &error), FL_OK);
    assert_true(is_new);
    fl_key_set_release(&set);
}

/* ---- text ids ---- */

static const char text_mapping[] = "ids: text\nzone: Europe/Oslo\ncolumns:\n"
                                   "  customer: Kunde\n  time: {column: Zeit}\n  type: Art\n";
static const char text_input[] = "Kunde;Zeit;Art\n"
                                 "anna;2026-11-01T22:30:00Z;view\n"
                                 "bert;2026-11-01T23:30:00Z;view\n"
                                 "anna;2026-11-01T10:00:00Z;buy\n";

static void text_ids_get_keys_and_stay_readable(void **state)
{
    (void)state;
    fixture_put("key", "000102030405060708090a0b0c0d0e0f");
    fixture_put("in.csv", text_input);
    fixture_put("map.yaml", text_mapping);
    char input[FIXTURE_PATH_SIZE], mapping[FIXTURE_PATH_SIZE], key[FIXTURE_PATH_SIZE];
    const char *inputs[] = {fixture_path("in.csv", input)};
    struct fl_import_plan plan = plan_for(inputs, 1);
    plan.mapping_path = fixture_path("map.yaml", mapping);
    plan.key_path = fixture_path("key", key);
    assert_int_equal(import(&plan, &roomy), FL_OK);
    struct fl_data_folder *opened;
    assert_int_equal(fl_data_folder_open(&fl_io_system, folder, &opened, &error), FL_OK);
    const long long anna = fl_data_folder_key_of(opened, fl_text_of("anna"));
    const long long bert = fl_data_folder_key_of(opened, fl_text_of("bert"));
    assert_true(anna >= 0 && anna < bert); /* under this key; the expectation below is written so */
    assert_string_equal(opened->zone, "Europe/Oslo");
    fl_data_folder_close(opened);
    char expected[400];
    (void)snprintf(expected, sizeof expected, "%lld|anna\n%lld|bert\n", anna, bert);
    assert_table("customer_ids", expected);
    (void)snprintf(expected, sizeof expected,
                   "%lld|2026-11-01|7||84600||||||||||||||||\n"
                   "%lld|2026-11-01|9||39600||||||||||||||||\n"
                   "%lld|2026-11-02|7||1800||||||||||||||||\n",
                   anna, anna, bert);
    assert_table("interactions", expected);
    fixture_remove("data");

    /* Pseudonymous: the same keys, no texts, and another import. */
    char id[33];
    memcpy(id, report.import_id, sizeof id);
    plan.pseudonymous = true;
    assert_int_equal(import(&plan, &roomy), FL_OK);
    assert_string_not_equal(report.import_id, id);
    assert_table("interactions", expected);
    assert_table("customer_ids", "");
    assert_int_equal(report.file_count, 1);
    fixture_remove("data");
}

static void two_texts_with_one_key_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"a.csv", "b.csv"};
    for (size_t memory_bytes = FL_ROW_STORE_BYTES_MIN; memory_bytes <= 1 << 20; memory_bytes <<= 6) {
        struct fl_import_ids *ids;
        assert_int_equal(
            fl_import_ids_create(&fl_io_system, fixture_folder, memory_bytes, names, &ids, &error), FL_OK);
        for (int64_t i = 0; i < 3000; i++) {
            const struct fl_text text = fl_text_of(i % 2 == 0 ? "the first text" : "another text");
            const int64_t key = i == 2001 ? 2000 : i; /* 2001 is odd, 2000 even */
            assert_int_equal(fl_import_ids_add(ids, key, text, i % 2 == 0 ? 0 : 1, i + 2, &error), FL_OK);
        }
        assert_int_equal(fl_import_ids_sort(ids, &error), FL_OK);
        fl_status status = FL_OK;
        const uint8_t *row = NULL;
        int64_t count = -1;
        do {
            status = fl_import_ids_next(ids, &row, &error);
            count++;
        } while (status == FL_OK && row != NULL);
        assert_int_equal(status, FL_BAD_DATA);
        assert_int_equal(count, 2001);
        assert_string_equal(error.message,
                            "two customer ids have the same key: that of b.csv, line 2003, and that of "
                            "a.csv, line 2002");
        fl_import_ids_free(ids);
    }
}

/* ---- rejects ---- */

static const char reject_input[] = "customer,time,type,text\r\n"
                                   "1,2026-01-01T00:00:00,view,fine\r\n"
                                   "2,2026-01-01T00:00:00,gaze,\"a, \"\"b\"\"\nc\"\r\n"
                                   "x,2026-01-01T00:00:00,view,fine\r\n";

static void rejects_can_be_mended(void **state)
{
    (void)state;
    assert_int_equal(import_text(NULL, reject_input), FL_REJECTED);
    char input[FIXTURE_PATH_SIZE], expected[3000], name[FIXTURE_PATH_SIZE], path[FIXTURE_PATH_SIZE];
    fixture_path("in.csv", input);
    (void)snprintf(name, sizeof name, "data/rejects/%.16s-1.csv", report.import_id);
    fixture_path(name, path);
    assert_string_equal(report.reject_path, path);
    (void)snprintf(expected, sizeof expected,
                   "2 rows of 3 rejected, at most 0 allowed (--max-rejects); see %s; first: line 3: "
                   "type: unknown name (column `type`)",
                   path);
    assert_string_equal(error.message, expected);
    assert_string_equal(error.path, input);
    assert_listed("rejects");
    (void)snprintf(
        expected, sizeof expected,
        "customer,time,type,text,reject_file,reject_line,reject_column,reject_reason\n"
        "2,2026-01-01T00:00:00,gaze,\"a, \"\"b\"\"\nc\",%s,3,23,type: unknown name (column `type`)\n"
        "x,2026-01-01T00:00:00,view,fine,%s,5,1,customer: not a whole number (column `customer`)\n",
        input, input);
    size_t size = 0;
    char *text = fixture_get(name, &size);
    assert_string_equal(text, expected);
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0600);

    /* Within the limit the other rows are published, and the mended file alone brings the rest. */
    const char *inputs[] = {input};
    struct fl_import_plan plan = plan_for(inputs, 1);
    plan.rejects_max = 2;
    assert_int_equal(import(&plan, &roomy), FL_OK);
    assert_true(report.rows_written == 1 && report.rows_rejected == 2 && report.reject_count == 2);
    memcpy(strstr(text, "gaze"), "view", 4);
    memcpy(strstr(text, "\nx,"), "\n3,", 3);
    fixture_put("in.csv", text);
    free(text);
    plan.rejects_max = 0;
    assert_int_equal(import(&plan, &roomy), FL_OK);
    assert_int_equal(report.rows_written, 2);
    assert_string_equal(report.reject_path, "");
    fixture_remove("data");
}

/* A reject file may come back half mended: what is still wrong is rejected as it stood, also when its fields
 * are too many; too few are filled up, so that no spreadsheet moves the reasons into our columns. */
static void rejects_of_rejects_keep_their_shape(void **state)
{
    (void)state;
    char input[FIXTURE_PATH_SIZE], expected[3000], name[FIXTURE_PATH_SIZE];
    assert_int_equal(import_text(NULL,
                                 "customer,day,type,reject_file,reject_line,reject_column,reject_reason\n"
                                 "1,2026-01-01,view,old.csv,4,1,mended\n"
                                 "2,2026-01-02,view\n"
                                 "3,2026-01-03,old.csv,5,1,too short\n"
                                 "4,2026-01-04,view,5,old.csv,6,1,too long\n"
                                 "5,2026-01-05,\"gaze\",old.csv,7,1,wrong\n"),
                     FL_REJECTED);
    fixture_path("in.csv", input);
    assert_true(report.rows_read == 5 && report.rows_rejected == 3);
    (void)snprintf(name, sizeof name, "data/rejects/%.16s-1.csv", report.import_id);
    (void)snprintf(expected, sizeof expected,
                   "customer,day,type,reject_file,reject_line,reject_column,reject_reason\n"
                   "3,2026-01-03,,%s,4,1,\"record: too few fields: 2, the header has 3\"\n"
                   "4,2026-01-04,view,5,%s,5,1,\"record: too many fields: 4, the header has 3\"\n"
                   "5,2026-01-05,\"gaze\",%s,6,14,type: unknown name (column `type`)\n",
                   input, input, input);
    size_t size = 0;
    char *text = fixture_get(name, &size);
    assert_string_equal(text, expected);
    free(text);
}

static void rejects_of_headerless_files_keep_their_positions(void **state)
{
    (void)state;
    const char *mapping = "csv: {header: false, delimiter: \"|\"}\ncolumns:\n"
                          "  customer: {position: 1}\n  day: {position: 2}\n  type: {position: 3}\n";
    assert_int_equal(import_text(mapping, "1|2026-01-01|view\n2|2026-01-0|view\n"), FL_REJECTED);
    char name[FIXTURE_PATH_SIZE], expected[1000], input[FIXTURE_PATH_SIZE];
    size_t size = 0;
    (void)snprintf(name, sizeof name, "data/rejects/%.16s-1.csv", report.import_id);
    char *text = fixture_get(name, &size);
    (void)snprintf(expected, sizeof expected,
                   "2|2026-01-0|view|%s|2|3|day: not a time in the mapping's format (position 2)\n",
                   fixture_path("in.csv", input));
    assert_string_equal(text, expected);
    free(text);
    fixture_remove("data");
}

/* ---- inputs ---- */

static void wrong_inputs_are_refused(void **state)
{
    (void)state;
    assert_int_equal(import_text(NULL, ""), FL_BAD_DATA);
    assert_string_equal(error.message, "is empty: not even a header");
    assert_int_equal(import_text(NULL, "\n\n"), FL_BAD_DATA);
    assert_string_equal(error.message, "is empty: not even a header");
    assert_listed("");
    const char *two_stdins[] = {"-", "-"}, *directory[] = {fixture_folder},
               *missing[] = {"/no/such/file.csv"};
    struct fl_import_plan plan = plan_for(two_stdins, 2);
    assert_int_equal(import(&plan, &roomy), FL_USAGE);
    assert_string_equal(error.message, "standard input (-) is given 2 times, at most 1");
    plan = plan_for(directory, 1);
    assert_int_equal(import(&plan, &roomy), FL_BAD_DATA);
    assert_string_equal(error.path, fixture_folder);
    plan = plan_for(missing, 1);
    assert_int_equal(import(&plan, &roomy), FL_MISSING);
    plan = plan_for(NULL, 0);
    assert_int_equal(import(&plan, &roomy), FL_USAGE);
    plan = plan_for(missing, 1);
    plan.memory_bytes = 64u << 20;
    assert_int_equal(fl_import(&plan, &report, &error), FL_USAGE);
    assert_string_equal(error.message, "--memory 64M: at least 128M");
    plan.table = "customer_ids";
    assert_int_equal(import(&plan, &roomy), FL_BAD_MODEL);
    assert_string_equal(
        error.message,
        "table customer_ids is not imported: interactions, products, customers, stores and given_tags are");
    plan.table = "prodcuts";
    assert_int_equal(import(&plan, &roomy), FL_USAGE);
    fixture_remove("data");
}

static void a_header_alone_is_an_import(void **state)
{
    (void)state;
    assert_int_equal(import_text(NULL, "customer,day,type,brand\n"), FL_OK);
    assert_true(report.rows_read == 0 && report.file_count == 1);
    assert_table("interactions", "");
    assert_int_equal(import_text(NULL, "customer,day,type,brand\n"), FL_OK);
    assert_true(report.already_there);
    fixture_remove("data");
}

static void standard_input_is_the_same_import(void **state)
{
    (void)state;
    int ends[2];
    const int kept = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], own_names, strlen(own_names)), strlen(own_names));
    (void)close(ends[1]);
    assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
    (void)close(ends[0]);
    const char *inputs[] = {"-"};
    const struct fl_import_plan plan = plan_for(inputs, 1);
    assert_int_equal(import(&plan, &roomy), FL_OK);
    assert_int_equal(report.rows_written, 4);
    if (kept >= 0) {
        assert_true(dup2(kept, STDIN_FILENO) >= 0);
        (void)close(kept);
    }
    assert_int_equal(import_text(NULL, own_names), FL_OK);
    assert_true(report.already_there);
    fixture_remove("data");
}

static int input_opens;

/* The third time an input is opened (to be hashed, for its header, for its rows) it has other bytes. */
static int changing_open(const char *path, int flags, mode_t mode)
{
    if (strstr(path, "in.csv") != NULL && ++input_opens == 3)
        fixture_put("in.csv", "customer,day,type\n2,2026-01-01,view\n");
    return fl_io_system.open(path, flags, mode);
}

static void a_changing_input_is_refused(void **state)
{
    (void)state;
    char input[FIXTURE_PATH_SIZE];
    fixture_put("in.csv", "customer,day,type\n1,2026-01-01,view\n");
    const char *inputs[] = {fixture_path("in.csv", input)};
    struct fl_import_plan plan = plan_for(inputs, 1);
    struct fl_io io = fl_io_system;
    io.open = changing_open;
    plan.io = &io;
    input_opens = 0;
    assert_int_equal(import(&plan, &roomy), FL_BAD_DATA);
    assert_string_equal(error.message, "changed while it was read: 36 bytes first, 36 then");
    assert_listed("");
    fixture_remove("data");
}

/* ---- what must agree ---- */

static void folder_and_mapping_must_agree(void **state)
{
    (void)state;
    const char *oslo =
        "zone: Europe/Oslo\ncolumns:\n  customer: customer\n  day: {column: day}\n  type: type\n";
    const char *rome =
        "zone: Europe/Rome\ncolumns:\n  customer: customer\n  day: {column: day}\n  type: type\n";
    const char *texts = "ids: text\ncolumns:\n  customer: customer\n  day: {column: day}\n  type: type\n";
    const char *input = "customer,day,type\n1,2026-01-01,view\n";
    assert_int_equal(import_text(oslo, input), FL_OK);
    assert_int_equal(import_text(rome, input), FL_BAD_MODEL);
    assert_string_equal(error.message, "the mapping's zone is Europe/Rome, the data folder's is Europe/Oslo");
    assert_int_equal(import_text(texts, input), FL_BAD_MODEL);
    assert_string_equal(error.message, "customer ids of this folder are integers, of this import texts");
    /* Naming no zone takes the folder's. */
    assert_int_equal(import_text(NULL, "customer,day,type\n2,2026-01-01,view\n"), FL_OK);
    assert_false(report.already_there);
    fixture_remove("data");
}

/* ---- failures ---- */

static int stop_at_once(void *context, uint64_t rows, uint64_t bytes_read)
{
    (void)bytes_read;
    return rows == *(const uint64_t *)context;
}

static void an_interrupt_leaves_nothing(void **state)
{
    (void)state;
    char input[FIXTURE_PATH_SIZE];
    fixture_put("in.csv", own_names);
    const char *inputs[] = {fixture_path("in.csv", input)};
    struct fl_import_plan plan = plan_for(inputs, 1);
    uint64_t rows = 3;
    plan.progress = stop_at_once;
    plan.progress_context = &rows;
    assert_int_equal(import(&plan, &roomy), FL_INTERRUPTED);
    assert_string_equal(error.message, "stopped after 3 rows: nothing was published");
    assert_listed("");
    rows = 5;
    assert_int_equal(import(&plan, &roomy), FL_OK);
    fixture_remove("data");
}

/* Text ids, a reject, a few parts, spills: all that an import writes. */
static struct fl_import_plan rich_plan(const char *const *inputs, const char *mapping, const char *key)
{
    char *text = calloc(1, 100000);
    assert_non_null(text);
    size_t size = (size_t)sprintf(text, "Kunde;Zeit;Art;Marke\nnobody;today;view;x\n");
    for (int i = 0; i < 1800; i++)
        size += (size_t)sprintf(text + size, "person %d;2026-11-%02d;view;brand %d\n", i * 7 % 50, 1 + i % 30,
                                i / 2 % 500);
    fixture_put("in.csv", text);
    free(text);
    fixture_put(
        "map.yaml",
        "ids: text\ncolumns:\n  customer: Kunde\n  day: {column: Zeit}\n  type: Art\n  brand: Marke\n");
    fixture_put("key", "000102030405060708090a0b0c0d0e0f");
    struct fl_import_plan plan = plan_for(inputs, 1);
    plan.mapping_path = mapping;
    plan.key_path = key;
    plan.rejects_max = 1;
    return plan;
}

static const struct fl_import_tuning rich_tuning = {.rows_bytes = FL_ROW_STORE_BYTES_MIN,
                                                    .ids_bytes = FL_ROW_STORE_BYTES_MIN,
                                                    .words = {400, 100000, 1 << 20},
                                                    .progress_rows = 100};

/* All bytes that count of the folder: names, manifest, ids. */
static char *snapshot(void)
{
    char names[2000];
    size_t size = 0;
    fixture_list("data", names, sizeof names);
    char *manifest = fixture_get("data/manifest.json", &size);
    assert_non_null(manifest);
    char *rows = dump("interactions"), *ids = dump("customer_ids");
    char *all = NULL;
    assert_true(asprintf(&all, "%s\n%s\n%s\n%s", names, manifest, rows, ids) > 0);
    free(manifest);
    free(rows);
    free(ids);
    return all;
}

static void check_faults(int fault_errno, int step)
{
    char input[FIXTURE_PATH_SIZE], mapping[FIXTURE_PATH_SIZE], key[FIXTURE_PATH_SIZE], names[2000];
    const char *inputs[] = {fixture_path("in.csv", input)};
    struct fl_import_plan plan =
        rich_plan(inputs, fixture_path("map.yaml", mapping), fixture_path("key", key));
    assert_int_equal(import(&plan, &rich_tuning), FL_OK);
    char *expected = snapshot();
    fixture_remove("data");
    int fault_at = 1;
    for (bool faulted = true; faulted; fault_at += step) {
        const struct fl_io io = fixture_io(fault_at, fault_errno);
        plan.io = &io;
        const fl_status status = import(&plan, &rich_tuning);
        faulted = fixture_calls >= fault_at;
        fixture_list("data", names, sizeof names);
        const bool published = strstr(names, "manifest.json") != NULL;
        assert_true(published || status != FL_OK);
        assert_true(published || strstr(names, ".flint") == NULL);
        if (published) {
            char *made = snapshot();
            assert_non_null(
                strstr(made, strchr(expected, '\n'))); /* all but the names: a lock may be left to sweep */
            free(made);
        } else {
            fixture_list("data/rejects", names, sizeof names);
            assert_string_equal(names, "");
        }
        const struct fl_io sound = fixture_io(0, 0);
        plan.io = &sound;
        assert_int_equal(import(&plan, &rich_tuning), FL_OK);
        char *made = snapshot();
        assert_string_equal(made, expected);
        free(made);
        fixture_remove("data");
    }
    assert_true(fault_at > 150);
    free(expected);
}

static void a_full_disk_anywhere_leaves_nothing(void **state)
{
    (void)state;
    check_faults(ENOSPC, 1);
}

static void any_failing_call_leaves_nothing(void **state)
{
    (void)state;
    check_faults(EIO, 3);
}

/* From the manifest's temporary on, which is made when the table file has its name, nothing can be opened. */
static bool table_is_there, opens_fail;

static int rename_and_see(const char *from, const char *to)
{
    table_is_there |= strstr(to, ".flint") != NULL;
    return fl_io_system.rename(from, to);
}

static int open_while_it_goes(const char *path, int flags, mode_t mode)
{
    opens_fail |= table_is_there && strstr(path, "/.fl-tmp") != NULL;
    errno = EMFILE;
    return opens_fail ? -1 : fl_io_system.open(path, flags, mode);
}

static DIR *opendir_while_it_goes(const char *path)
{
    errno = EMFILE;
    return opens_fail ? NULL : fl_io_system.opendir(path);
}

/* Its table files stay, then, and what says whose they are. */
static void a_commit_that_can_open_nothing_is_repeated(void **state)
{
    (void)state;
    char input[FIXTURE_PATH_SIZE];
    fixture_put("in.csv", own_names);
    const char *inputs[] = {fixture_path("in.csv", input)};
    struct fl_import_plan plan = plan_for(inputs, 1);
    struct fl_io io = fl_io_system;
    io.rename = rename_and_see;
    io.open = open_while_it_goes;
    io.opendir = opendir_while_it_goes;
    plan.io = &io;
    table_is_there = opens_fail = false;
    assert_int_equal(import(&plan, &roomy), FL_CANNOT_CREATE);
    assert_true(opens_fail);
    plan.io = &fl_io_system;
    assert_int_equal(import(&plan, &roomy), FL_OK);
    fixture_remove("data");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(rows_come_sorted_and_complete, fresh),
        cmocka_unit_test_setup(files_may_differ_in_their_columns, fresh),
        cmocka_unit_test_setup(neither_memory_nor_order_matter, fresh),
        cmocka_unit_test_setup(full_pools_make_parts, fresh),
        cmocka_unit_test_setup(rows_with_a_known_key_are_dropped, fresh),
        cmocka_unit_test_setup(equal_rows_without_a_key_stay, fresh),
        cmocka_unit_test_setup(a_product_and_a_customer_come_once, fresh),
        cmocka_unit_test_setup(a_customer_with_too_many_keys_is_a_limit, fresh),
        cmocka_unit_test_setup(text_ids_get_keys_and_stay_readable, fresh),
        cmocka_unit_test_setup(two_texts_with_one_key_are_refused, fresh),
        cmocka_unit_test_setup(rejects_can_be_mended, fresh),
        cmocka_unit_test_setup(rejects_of_rejects_keep_their_shape, fresh),
        cmocka_unit_test_setup(rejects_of_headerless_files_keep_their_positions, fresh),
        cmocka_unit_test_setup(wrong_inputs_are_refused, fresh),
        cmocka_unit_test_setup(a_header_alone_is_an_import, fresh),
        cmocka_unit_test_setup(standard_input_is_the_same_import, fresh),
        cmocka_unit_test_setup(a_changing_input_is_refused, fresh),
        cmocka_unit_test_setup(folder_and_mapping_must_agree, fresh),
        cmocka_unit_test_setup(an_interrupt_leaves_nothing, fresh),
        cmocka_unit_test_setup(a_full_disk_anywhere_leaves_nothing, fresh),
        cmocka_unit_test_setup(any_failing_call_leaves_nothing, fresh),
        cmocka_unit_test_setup(a_commit_that_can_open_nothing_is_repeated, fresh),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
