/* scan_money_test.c - the money of each row of a scan is what its text says, in the model's currency.
 *
 * Random rows of four currencies (one has no minor unit, one has three places, one changes its rate at three
 * days) are imported as 1, 7 and 64 files, so that rows come as they lie, joined, and merged. For each row
 * that comes out, net and margin must be what slow exact decimals make of the amount printed, the promotion
 * and arrival what was printed; rows are found again by their order id. Once more with the as-of day in the
 * middle, where later rows have no rate. Conversions alone are compared with decimals for large numbers and
 * halves. Files that lie, and amounts that cannot be, are tried one by one. */
#include "tests/unit/engine_fixture.h"

#include "engine/scan.h"
#include "formats/table/table_writer.h"

enum { ROWS = 5000, FIRST_DAY = 19700, DAYS = 300 };

struct money_row {
    struct fixture_row row; /* its order is its index */
    int64_t amount, margin, discount;
    int currency; /* in `codes`; -1: not stated */
    bool has_amount, has_margin, has_discount;
};

static const char *const codes[] = {"EUR", "USD", "JPY", "KWD"};
static struct fl_model *model;
static struct money_row rows[ROWS];
static const char rates[] =
    "currency,day,rate\nUSD,2023-12-08,0.9137\nUSD,2024-03-01,0.92\nUSD,2024-07-01,1\n"
    "JPY,2023-12-01,0.006125\nKWD,2023-12-01,3.0055\nCHF,2024-10-20,1.05\n";

static int make_rows(void **state)
{
    uint64_t random = 21;
    assert_int_equal(fixture_open(state), 0);
    model = default_model();
    fl_rates_release(&model->rates);
    assert_int_equal(fl_rates_parse(rates, sizeof rates - 1, "rates.csv", "EUR", &model->rates, NULL), FL_OK);
    for (size_t i = 0; i < ROWS; i++) {
        struct money_row *row = &rows[i];
        row->row = (struct fixture_row){.customer = (int64_t)(next_random(&random) % 200),
                                        .day = FIRST_DAY + (int32_t)(next_random(&random) % DAYS),
                                        .type = (uint8_t)(next_random(&random) % 2 == 0
                                                              ? 111 + next_random(&random) % 13
                                                              : 1 + next_random(&random) % 140),
                                        .has_order = true,
                                        .order = (int64_t)i};
        row->row.has_arrival = next_random(&random) % 3 != 0;
        row->row.arrival = row->row.day + (int32_t)(next_random(&random) % 9);
        row->has_amount = next_random(&random) % 4 != 0;
        row->has_margin = next_random(&random) % 2 != 0;
        row->has_discount = next_random(&random) % 3 == 0;
        row->amount = (int64_t)(next_random(&random) % 100000);
        row->margin = (int64_t)(next_random(&random) % 10000) - 3000;
        row->discount = (int64_t)(next_random(&random) % 3);
        row->currency = (int)(next_random(&random) % 5) - 1;
    }
    return 0;
}

static int free_rows(void **state)
{
    fl_model_free(model);
    return fixture_close(state);
}

static const char *code_of(const struct money_row *row)
{
    return row->currency < 0 ? "" : codes[row->currency];
}

static int places_of(const struct money_row *row)
{
    return row->currency < 0 ? 2 : fl_currency_places(code_of(row), 3);
}

static void append_money(struct fl_buffer *csv, bool has, int64_t value, int places)
{
    char text[64] = "";
    if (has)
        (void)fl_decimal_format(value, places, '.', text);
    append_text(csv, ",");
    append_text(csv, text);
}

/* A row's order id is a whole number, so that it comes out as it went in. */
static void print_row(const struct money_row *row, struct fl_buffer *csv)
{
    char line[200], day[11], arrival[11] = "";
    fl_day_format(row->row.day, day);
    if (row->row.has_arrival)
        fl_day_format(row->row.arrival, arrival);
    (void)snprintf(line, sizeof line, "%lld,%s,%s,%lld,%s,%s", (long long)row->row.customer, day,
                   model->registry.types[row->row.type].name, (long long)row->row.order, arrival,
                   code_of(row));
    append_text(csv, line);
    append_money(csv, row->has_amount, row->amount, places_of(row));
    append_money(csv, row->has_margin, row->margin, places_of(row));
    append_money(csv, row->has_discount, row->discount, places_of(row));
    append_text(csv, "\n");
}

static void import_files(const char *name, size_t files)
{
    struct fl_buffer csv = {0};
    for (size_t file = 0; file < files; file++) {
        csv.size = 0;
        append_text(&csv, "customer,day,type,order,arrival,currency,amount,margin,discount\n");
        for (size_t i = 0; i < ROWS; i++) {
            if (files == 7 ? (size_t)(rows[i].row.day - FIRST_DAY) * files / DAYS == file : i % files == file)
                print_row(&rows[i], &csv);
        }
        import_text(model, name, (const char *)csv.bytes, csv.size);
    }
    fl_buffer_release(&csv);
}

/* value * 10^-places of the currency * rate, to two places, half away from zero: by the words of the page. */
static int64_t slow_convert(const struct money_row *row, int64_t value)
{
    const struct fl_rate *rate = NULL;
    struct fl_decimal product;
    int64_t rounded = 0;
    for (size_t i = 0; row->currency > 0 && i < model->rates.count; i++) {
        const struct fl_rate *entry = &model->rates.entries[i];
        if (strcmp(entry->currency, code_of(row)) == 0 && entry->day <= row->row.day &&
            (rate == NULL || entry->day > rate->day))
            rate = entry;
    }
    if (row->currency <= 0)
        return value;
    assert_non_null(rate);
    const struct fl_decimal units = {.mantissa = value, .places = places_of(row)};
    assert_true(fl_decimal_multiply(units, rate->rate, &product));
    assert_true(fl_decimal_round(product, 2, &rounded));
    return rounded;
}

static int sign_of(const struct money_row *row)
{
    const enum fl_role role = model->registry.types[row->row.type].role;
    return role == FL_ROLE_PURCHASE ? 1 : role == FL_ROLE_RETURN || role == FL_ROLE_CANCEL ? -1 : 0;
}

struct sums {
    size_t rows, with_net, with_margin, promoted;
};

static void check_row(const struct fl_rows *given, size_t i, struct sums *sums)
{
    assert_int_equal(given->order_null[i], 0);
    const struct money_row *row = &rows[given->order[i]];
    assert_int_equal(given->day[i], row->row.day);
    assert_int_equal(given->type[i], row->row.type);
    const int64_t net = row->has_amount ? sign_of(row) * slow_convert(row, row->amount) : 0;
    const int64_t margin = row->has_margin ? sign_of(row) * slow_convert(row, row->margin) : 0;
    const int promoted = sign_of(row) > 0 && row->has_discount && row->discount > 0;
    assert_int_equal(given->net == NULL ? 0 : given->net[i], net);
    assert_int_equal(given->margin == NULL ? 0 : given->margin[i], margin);
    assert_int_equal(given->promoted == NULL ? 0 : given->promoted[i], promoted);
    assert_int_equal(given->arrival[i], row->row.has_arrival ? row->row.arrival : row->row.day);
    sums->rows++;
    sums->with_net += net != 0;
    sums->with_margin += margin != 0;
    sums->promoted += promoted != 0;
}

static struct fl_scan_plan plan_of(const struct fl_data_folder *folder, const struct fl_money *money,
                                   int32_t as_of_day)
{
    return (struct fl_scan_plan){.io = &fl_io_system,
                                 .folder = folder,
                                 .rules = {.registry = &model->registry,
                                           .as_of_day = as_of_day,
                                           .late_report_days = 30,
                                           .customer_first = INT64_MIN,
                                           .customer_last = INT64_MAX},
                                 .money = money,
                                 .wants_arrival = money != NULL,
                                 .memory_bytes = UINT64_C(256) << 20};
}

static fl_status scan_folder(const struct fl_scan_plan *plan, struct sums *sums, struct fl_error *error)
{
    struct fl_scan *scan = NULL;
    struct fl_scan_piece piece = {.scopes.count = 1};
    fl_error_clear(error);
    *sums = (struct sums){0};
    fl_status status = fl_scan_open(plan, &scan, error);
    while (status == FL_OK && piece.scopes.count > 0) {
        status = fl_scan_next(scan, &piece, error);
        for (size_t scope = 0; status == FL_OK && scope < piece.scopes.count; scope++) {
            const struct fl_rows given = fl_scope_rows_of(&piece.scopes, scope);
            if (plan->money == NULL)
                assert_true(given.net == NULL && given.margin == NULL && given.promoted == NULL &&
                            given.arrival == NULL);
            for (size_t i = 0; i < given.count && plan->money != NULL; i++)
                check_row(&given, i, sums);
        }
    }
    fl_scan_close(scan);
    return status;
}

static void scan_well(const char *name, const struct fl_money *money, int32_t as_of_day, struct sums *sums)
{
    char path[FIXTURE_PATH_SIZE];
    struct fl_data_folder *folder = NULL;
    struct fl_error error;
    assert_int_equal(fl_data_folder_open(&fl_io_system, fixture_path(name, path), &folder, NULL), FL_OK);
    const struct fl_scan_plan plan = plan_of(folder, money, as_of_day);
    if (scan_folder(&plan, sums, &error) != FL_OK)
        fail_msg("%s: %s", error.path, error.message);
    fl_data_folder_close(folder);
}

static void test_rows(void **state)
{
    (void)state;
    static const size_t files[] = {1, 7, 64};
    struct fl_money money;
    fl_money_init(&money, model);
    for (size_t split = 0; split < 3; split++) {
        char name[16];
        struct sums all, half, none;
        (void)snprintf(name, sizeof name, "m%zu", files[split]);
        import_files(name, files[split]);
        scan_well(name, &money, FIRST_DAY + DAYS, &all);
        assert_int_equal(all.rows, ROWS);
        assert_true(all.with_net > 100 && all.with_margin > 50 && all.promoted > 10);
        scan_well(name, &money, FIRST_DAY + DAYS / 2, &half);
        assert_true(half.rows > ROWS / 3 && half.rows < ROWS);
        scan_well(name, NULL, FIRST_DAY + DAYS, &none);
    }
}

/* ---- conversions alone ---- */

static void test_conversions(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        int32_t day;
        int64_t amount, converted;
    } cases[] = {
        {"EUR", 0, 12345, 12345},
        {"USD", 19700, 100, 91}, /* 91.37 */
        {"USD", 19700, 50, 46},  /* 45.685 */
        {"USD", 19700, -50, -46},
        {"USD", 19783, 50, 46},     /* 0.92 from 2024-03-01 on */
        {"USD", 19782, 5000, 4569}, /* 45.685 a day before: half away */
        {"USD", 19905, 77, 77},
        {"JPY", 19700, 1000, 613}, /* 6.125 */
        {"JPY", 19700, -1000, -613},
        {"KWD", 19700, 1000, 301}, /* 3.0055: 300.55 */
        {"USD", 19700, 1000000000000000, 913700000000000},
        {"JPY", 19700, 1632653061224489, 1000000000000000},
    };
    static const char bytes[] = "CHFEURJPYKWDusd!USD";
    static const uint32_t offsets[] = {0, 3, 6, 9, 12, 16, 19};
    const struct fl_words words = {6, offsets, bytes};
    struct fl_money money;
    struct fl_file_money file;
    struct fl_error error;
    int64_t converted = 0;
    fl_money_init(&money, model);
    fl_file_money_init(&file, &money, &words);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t word = 0;
        while (!fl_text_equal(fl_words_at(&words, word), fl_text_of(cases[i].code)))
            word++;
        assert_int_equal(fl_file_money_convert(&file, word, cases[i].day, cases[i].amount, &converted, NULL),
                         FL_OK);
        assert_int_equal(converted, cases[i].converted);
    }
    fl_error_clear(&error);
    assert_int_equal(fl_file_money_convert(&file, 0, 20000, 1, &converted, &error), FL_BAD_MODEL);
    assert_string_equal(error.message,
                        "an amount of 2024-10-04 in CHF has no rate on or before its day: add a line "
                        "`CHF,2024-10-04,<EUR for one CHF>` to rates.csv");
    assert_int_equal(fl_file_money_convert(&file, 0, 20016, 100, &converted, NULL), FL_OK);
    assert_int_equal(converted, 105);
    assert_int_equal(fl_file_money_convert(&file, 4, 20000, 1, &converted, &error), FL_BAD_MODEL);
    assert_non_null(strstr(error.message, "no code of three capital letters"));
    assert_int_equal(fl_file_money_convert(&file, 4, 20000, 0, &converted, NULL), FL_OK);
    assert_int_equal(
        fl_file_money_convert(&file, FL_NO_WORD, 20000, FL_ROW_MONEY_MAX + 1, &converted, &error),
        FL_BAD_DATA);
    assert_string_equal(error.message,
                        "an amount of 2024-10-04 is beyond 1000000000000000 minor units of EUR");
    assert_int_equal(fl_file_money_convert(&file, 3, 20000, INT64_MAX, &converted, NULL), FL_BAD_DATA);
    assert_int_equal(fl_file_money_convert(&file, 3, 20000, INT64_MIN, &converted, NULL), FL_BAD_DATA);
}

/* A rate of more digits than 64 bits hold is multiplied slowly, and the same way. */
static void test_long_rates(void **state)
{
    (void)state;
    static const char text[] =
        "currency,day,rate\nAAA,2020-01-01,1.00000000000000000000001\nBBB,2020-01-01,0.1234567890123456789\n"
        "CCC,2020-01-01,1e-30\nDDD,2020-01-01,1e17\n";
    static const uint32_t offsets[] = {0, 3, 6, 9, 12};
    const struct fl_words words = {4, offsets, "AAABBBCCCDDD"};
    struct fl_model foreign = *model;
    struct fl_money money;
    struct fl_file_money file;
    int64_t converted = 0;
    assert_int_equal(fl_rates_parse(text, sizeof text - 1, "rates.csv", "EUR", &foreign.rates, NULL), FL_OK);
    fl_money_init(&money, &foreign);
    fl_file_money_init(&file, &money, &words);
    assert_int_equal(fl_file_money_convert(&file, 0, 20000, 12345, &converted, NULL), FL_OK);
    assert_int_equal(converted, 12345);
    assert_int_equal(fl_file_money_convert(&file, 1, 20000, 1000000000000000, &converted, NULL), FL_OK);
    assert_int_equal(converted, 123456789012346); /* .3456789 */
    assert_int_equal(fl_file_money_convert(&file, 2, 20000, 1000000000000000, &converted, NULL), FL_OK);
    assert_int_equal(converted, 0);
    assert_int_equal(fl_file_money_convert(&file, 3, 20000, 1, &converted, NULL), FL_BAD_DATA);
    fl_rates_release(&foreign.rates);
}

/* ---- files that a writer of ours would not make ---- */

static fl_status scan_made(const int64_t amounts[3], const int64_t margins[3], struct fl_error *error)
{
    static const uint16_t ids[] = {FL_INTERACTIONS_CUSTOMER, FL_INTERACTIONS_DAY, FL_INTERACTIONS_TYPE,
                                   FL_INTERACTIONS_AMOUNT, FL_INTERACTIONS_MARGIN};
    static const int64_t customer[] = {1, 1, 1};
    static const int32_t day[] = {100, 101, 30000};
    const uint8_t purchase = type_of(model, "purchase_shop");
    const uint8_t type[] = {purchase, purchase, purchase};
    const struct fl_table_plan table_plan = {
        .schema = fl_schema_by_name("interactions"), .column_ids = ids, .column_count = 5};
    const struct fl_column_values values[] = {
        {.as.i64 = customer}, {.as.i32 = day}, {.as.u8 = type}, {.as.i64 = amounts}, {.as.i64 = margins}};
    struct fl_table_writer *writer = NULL;
    struct fl_table_summary summary;
    char name[256], table[] = "interactions";
    assert_int_equal(fl_table_writer_create(&fl_io_system, fixture_folder, &table_plan, &writer, NULL),
                     FL_OK);
    assert_int_equal(fl_table_writer_append(writer, values, 3, NULL), FL_OK);
    assert_int_equal(fl_table_writer_finish(writer, NULL, "made.flint", name, &summary, NULL), FL_OK);
    struct fl_data_file file = {
        .name = name, .table = table, .rows = 3, .customer_min = INT64_MIN, .customer_max = INT64_MAX};
    const struct fl_data_folder folder = {
        .io = &fl_io_system, .path = fixture_folder, .files = &file, .file_count = 1};
    struct fl_money money;
    fl_money_init(&money, model);
    const struct fl_scan_plan plan = plan_of(&folder, &money, 20000);
    struct fl_scan *scan = NULL;
    struct fl_scan_piece piece;
    fl_error_clear(error);
    fl_status status = fl_scan_open(&plan, &scan, error);
    if (status == FL_OK)
        status = fl_scan_next(scan, &piece, error);
    if (status == FL_OK) {
        assert_int_equal(piece.scopes.rows.count, 2);
        assert_memory_equal(piece.scopes.rows.net, amounts, 2 * sizeof *amounts);
        assert_memory_equal(piece.scopes.rows.margin, margins, 2 * sizeof *margins);
    }
    fl_scan_close(scan);
    return status;
}

static void test_lying_files(void **state)
{
    (void)state;
    static const int64_t few[] = {1, 2, 3}, negative[] = {5, -7, 5}, huge[] = {1, FL_ROW_MONEY_MAX + 1, 1},
                         late[] = {5, 4, INT64_MAX}, lost[] = {-5, -FL_ROW_MONEY_MAX, INT64_MIN};
    struct fl_error error;
    assert_int_equal(scan_made(few, lost, &error), FL_OK);
    assert_int_equal(scan_made(late, few, &error), FL_OK); /* it does not count */
    assert_int_equal(scan_made(negative, few, &error), FL_CORRUPT);
    assert_string_equal(error.message,
                        "an amount of -7: amounts are 0 or more, the type says whether they are taken off");
    assert_string_equal(error.column, "amount");
    assert_int_equal(error.block, 0);
    assert_int_equal(scan_made(huge, few, &error), FL_BAD_DATA);
    assert_string_equal(error.message,
                        "an amount of 1970-04-12 is beyond 1000000000000000 minor units of EUR");
    assert_int_equal(scan_made(few, huge, &error), FL_BAD_DATA);
    assert_string_equal(error.column, "margin");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_conversions),
        cmocka_unit_test(test_long_rates),
        cmocka_unit_test(test_lying_files),
    };
    return cmocka_run_group_tests(tests, make_rows, free_rows);
}
