/* mapping_test.c - a foreign file and a mapping in, rows or reasons out.
 *
 * Method: each case is a mapping, a small CSV and the rows written out as text (column=value, null left out),
 * or the reason with its place and sentence; tables go through every kind of column, every option of a value
 * and every refusal of the grammar. The mappings of formats/importers/examples run over lines of the real
 * files (always) and over the whole files (when the data are there), against counts and sums made by
 * tests/reference/datasets.py. Each YAML block of the README must compile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "formats/base/arena.h"
#include "formats/base/checksum.h"
#include "formats/base/civil.h"
#include "formats/base/file_map.h"
#include "formats/base/limits.h"
#include "formats/importers/mapping.h"

static struct fl_names *types;

static int make_types(void **state)
{
    static const struct {
        const char *name;
        int id;
    } known[] = {{"web_visit", 9},           {"web_product_view", 10}, {"web_cart_add", 21},
                 {"web_checkout_start", 23}, {"purchase_shop", 111},   {"purchase_web", 112},
                 {"return_registered", 121}, {"coupon_redeemed", 57},  {"account_self_service", 134}};
    (void)state;
    types = fl_names_create();
    for (size_t i = 0; types != NULL && i < sizeof known / sizeof known[0]; i++)
        assert_true(fl_names_add(types, fl_text_of(known[i].name), known[i].id));
    return types == NULL;
}

static int free_types(void **state)
{
    (void)state;
    fl_names_free(types);
    return 0;
}

/* --- rows as text --------------------------------------------------------------------------------------- */

static void append_text(struct fl_buffer *out, const char *bytes, size_t size)
{
    assert_true(fl_buffer_append(out, bytes, size));
}

static void append_words(struct fl_buffer *out, const char *words)
{
    append_text(out, words, strlen(words));
}

static void append_cell(struct fl_buffer *out, const struct fl_column *column, const struct fl_cell *cell,
                        bool text_ids)
{
    char number[48];
    const enum fl_storage storage = fl_kind_storage(column->kind);
    append_words(out, " ");
    append_words(out, column->name);
    append_words(out, "=");
    if (storage == FL_STORAGE_WORD || storage == FL_STORAGE_TEXT ||
        (column->kind == FL_KIND_KEY && text_ids)) {
        append_text(out, cell->text.bytes, cell->text.size);
        return;
    }
    snprintf(number, sizeof number, "%lld", (long long)cell->number);
    if (column->kind == FL_KIND_DAY)
        fl_day_format((int32_t)cell->number, number);
    append_words(out, number);
}

static void append_row(struct fl_buffer *out, const struct fl_mapping *mapping, const struct fl_cell *cells)
{
    const struct fl_schema *schema = fl_mapping_schema(mapping);
    append_words(out, "kept");
    for (size_t i = 0; i < schema->count; i++) {
        if (!cells[i].null)
            append_cell(out, &schema->columns[i], &cells[i], fl_mapping_text_ids(mapping));
    }
    append_words(out, "\n");
}

static void append_trouble(struct fl_buffer *out, enum fl_row_verdict verdict,
                           const struct fl_row_trouble *trouble)
{
    char line[600];
    snprintf(line, sizeof line, "%s %lld:%lld %s | %s\n", verdict == FL_ROW_SKIPPED ? "skipped" : "rejected",
             (long long)trouble->line, (long long)trouble->line_column, trouble->reason, trouble->words);
    append_words(out, line);
}

/* Every cell says whether it is null. */
static enum fl_row_verdict apply(struct fl_mapping_bound *bound, const struct fl_csv_record *record,
                                 struct fl_cell cells[32], struct fl_row_trouble *trouble)
{
    uint32_t filled = 0;
    const enum fl_row_verdict verdict = fl_mapping_apply(bound, record, cells, &filled, trouble);
    for (size_t i = 0; i < 32; i++)
        cells[i].null = (filled >> i & 1) == 0;
    return verdict;
}

/* Every record of the CSV through the mapping. */
static fl_status run(const struct fl_mapping *mapping, const char *csv, size_t size, struct fl_buffer *out,
                     struct fl_error *error)
{
    const struct fl_csv_options options = fl_mapping_csv_options(mapping);
    struct fl_csv_reader *reader = NULL;
    struct fl_mapping_bound *bound = NULL;
    struct fl_csv_record record;
    bool more = true;
    assert_int_equal(fl_csv_reader_over(csv, size, "shop.csv", &options, &reader, error), FL_OK);
    if (fl_mapping_has_header(mapping))
        assert_int_equal(fl_csv_next(reader, &record, &more, error), FL_OK);
    assert_true(more);
    const fl_status status =
        fl_mapping_bind(mapping, fl_mapping_has_header(mapping) ? &record : NULL, "shop.csv", &bound, error);
    while (status == FL_OK) {
        struct fl_cell cells[FL_COLUMNS_MAX];
        struct fl_row_trouble trouble;
        assert_int_equal(fl_csv_next(reader, &record, &more, error), FL_OK);
        if (!more)
            break;
        const enum fl_row_verdict verdict = apply(bound, &record, cells, &trouble);
        if (verdict == FL_ROW_KEPT)
            append_row(out, mapping, cells);
        else
            append_trouble(out, verdict, &trouble);
    }
    append_text(out, "", 1);
    fl_mapping_bound_free(bound);
    fl_csv_reader_free(reader);
    return status;
}

static struct fl_mapping *parsed(const char *yaml)
{
    struct fl_mapping *mapping = NULL;
    struct fl_error error;
    fl_error_clear(&error);
    if (fl_mapping_parse(&fl_io_system, yaml, strlen(yaml), "map.yaml", types, &mapping, &error) != FL_OK)
        fail_msg("%s\n%s", yaml, error.message);
    return mapping;
}

static void check_run(const struct fl_mapping *mapping, const char *csv, const char *rows)
{
    struct fl_buffer out = {0};
    struct fl_error error;
    fl_error_clear(&error);
    if (run(mapping, csv, strlen(csv), &out, &error) != FL_OK)
        fail_msg("%s: %s", csv, error.message);
    assert_string_equal((const char *)out.bytes, rows);
    fl_buffer_release(&out);
}

static void check(const char *yaml, const char *csv, const char *rows)
{
    struct fl_mapping *mapping = parsed(yaml);
    check_run(mapping, csv, rows);
    fl_mapping_free(mapping);
}

/* One extra column of interactions, out of field x of a file "x". */
static void check_column(const char *column, const char *cell, const char *expected)
{
    char yaml[1000], csv[1000], rows[1000];
    snprintf(
        yaml, sizeof yaml,
        "zone: Europe/Oslo\n"
        "columns: {customer: {constant: 5}, day: {constant: 2020-01-02}, type: {constant: web_visit}, %s}\n",
        column);
    snprintf(csv, sizeof csv, "x,y\n%s,1\n", cell);
    if (strncmp(expected, "rejected", 8) == 0)
        snprintf(rows, sizeof rows, "%s\n", expected);
    else
        snprintf(rows, sizeof rows, "kept customer=5 day=2020-01-02 type=9%s%s\n",
                 expected[0] == 0 ? "" : " ", expected);
    check(yaml, csv, rows);
}

/* --- the real files ------------------------------------------------------------------------------------- */

static struct fl_mapping *dev_mapping(const char *name)
{
    char path[200];
    struct fl_buffer bytes = {0};
    struct fl_mapping *mapping = NULL;
    struct fl_error error;
    fl_error_clear(&error);
    snprintf(path, sizeof path, "formats/importers/examples/%s.yaml", name);
    assert_int_equal(fl_file_read_all(&fl_io_system, path, FL_CONFIG_BYTES_MAX, &bytes, &error), FL_OK);
    if (fl_mapping_parse(&fl_io_system, (const char *)bytes.bytes, bytes.size, path, types, &mapping,
                         &error) != FL_OK)
        fail_msg("%s: %s", path, error.message);
    fl_buffer_release(&bytes);
    return mapping;
}

static void check_dev(const char *name, const char *csv, const char *rows)
{
    struct fl_mapping *mapping = dev_mapping(name);
    check_run(mapping, csv, rows);
    fl_mapping_free(mapping);
}

static void maps_lines_of_the_real_files(void **state)
{
    (void)state;
    check_dev(
        "completejourney",
        "household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,coupon_disc,"
        "coupon_match_disc,week,transaction_timestamp\n"
        "2261,309,31625220889,940996,1,3.86,0.43,0,0,5,2017-01-28 19:06:53\n"
        "511,316,32445856036,847901,1,1,0.69,0.1,0.22,13,2017-03-27 02:22:21\n",
        "kept customer=2261 day=2017-01-28 type=111 order=31625220889 second=50813 product=940996 store=309 "
        "quantity=1000 amount=386 discount=43 currency=USD\n"
        "kept customer=511 day=2017-03-26 type=111 order=32445856036 second=80541 product=847901 store=316 "
        "quantity=1000 amount=100 discount=101 currency=USD\n");
    check_dev(
        "completejourney_products",
        "product_id,manufacturer_id,department,brand,product_category,product_type,package_size\n"
        "25671,2,GROCERY,National,FRZN ICE,ICE - CRUSHED/CUBED,22 LB\n26081,2,MISCELLANEOUS,National,,,\n",
        "kept product=25671 brand=National category=FRZN ICE\nkept product=26081 brand=National\n");
    check_dev(
        "completejourney_customers",
        "household_id,age,income,home_ownership,marital_status,household_size,household_comp,kids_count\n"
        "1,65+,35-49K,Homeowner,Married,2,2 Adults No Kids,0\n"
        "1003,35-44,25-34K,,Unmarried,1,1 Adult No Kids,0\n",
        "kept customer=1 age_band=65+ life_stage=2 Adults No Kids country=US\n"
        "kept customer=1003 age_band=35-44 life_stage=1 Adult No Kids country=US\n");
    check_dev("completejourney_coupons",
              "household_id,coupon_upc,campaign_id,redemption_date\n1029,51380041013,26,2017-01-01\n",
              "kept customer=1029 day=2017-01-01 type=57 content=51380041013\n");
    check_dev(
        "onlineretail",
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        "536365,85123A,\"T-LIGHT, WHITE \",6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
        "C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527,United Kingdom\n"
        "536589,21777,,-10,2010-12-01 16:50:00,0,17850,United Kingdom\n"
        "536414,22139,,56,2010-12-01 11:52:00,0,,United Kingdom\n"
        "A563186,B,Adjust bad debt,1,2010-12-01 14:51:00,-11062.06,12345,United Kingdom\n",
        "kept customer=17850 day=2010-12-01 type=112 order=536365 second=30360 product=85123A quantity=6000 "
        "amount=1530 currency=GBP\n"
        "kept customer=14527 day=2010-12-01 type=121 order=8734301003928519860 second=34860 product=D "
        "quantity=1000 amount=2750 currency=GBP\n"
        "kept customer=17850 day=2010-12-01 type=121 order=536589 second=60600 product=21777 quantity=10000 "
        "amount=0 currency=GBP\n"
        "skipped 5:1 no customer | skipped: no customer\n"
        "rejected 6:1 amount: negative | amount: negative after the mapping\n");
    check_dev("clickstream",
              "15174,\"2020-07-30T23:17:36\",\"add_to_cart\",\"Canned Foods\",\"Food\",6.99,35.91,9,3,0\n"
              "15235,\"2020-07-30T23:17:36\",\"login\",\"\",\"\",0,0,0,0,0\n"
              "15235,\"2020-07-30T23:17:37\",\"logout_with_purchase\",\"\",\"\",12.5,0,0,0,0\n"
              "15235,\"2020-07-30T23:17:37\",\"logut_with_purchase\",\"\",\"\",12.5,0,0,0,0\n",
              "kept customer=15174 day=2020-07-30 type=21 second=83856 category=Food product=Canned Foods "
              "currency=USD\n"
              "kept customer=15235 day=2020-07-30 type=134 second=83856 currency=USD\n"
              "kept customer=15235 day=2020-07-30 type=112 second=83857 amount=1250 currency=USD\n"
              "rejected 4:29 type: unknown name | type: unknown name `logut_with_purchase`, the nearest is "
              "`logout_with_purchase` (position 3)\n");
    check_dev(
        "foodmart",
        "customer_id,the_date,brand_name,product_category,store_name,promotion_name,media_type,store_sales,"
        "store_cost,unit_sales,product_id,time_id,store_id\n"
        "7336,6/22/1997 12:00:00 AM,High Top,Specialty,Store 2,Super Savers,TV,1.77,0.5664,1,195,539,2\n",
        "kept customer=7336 day=1997-06-22 type=111 order=-1883522005744178131 second=0 brand=High Top "
        "category=Specialty product=195 content=Super Savers channel=TV store=Store 2 quantity=1000 "
        "amount=177 "
        "margin=120 currency=USD\n");
}

/* What a whole file adds up to. */
struct totals {
    uint64_t kept, skipped, rejected;
    int64_t amount, discount, quantity_milli;
    uint64_t of_type[FL_TYPES_MAX];
};

static bool add_up(const char *mapping_name, const char *data_name, struct totals *totals)
{
    const char *root = getenv("FOURLOOP_DATA");
    char path[512];
    *totals = (struct totals){0};
    snprintf(path, sizeof path, "%s/%s", root != NULL ? root : "../shared/data", data_name);
    const int file = open(path, O_RDONLY);
    if (file < 0) {
        print_message("SKIPPED: %s is not there (set FOURLOOP_DATA): it was NOT tested\n", path);
        return false;
    }
    struct fl_mapping *mapping = dev_mapping(mapping_name);
    const struct fl_csv_options options = fl_mapping_csv_options(mapping);
    struct fl_csv_reader *reader = NULL;
    struct fl_mapping_bound *bound = NULL;
    struct fl_csv_record record;
    bool more = true;
    assert_int_equal(fl_csv_reader_create(&fl_io_system, file, path, &options, &reader, NULL), FL_OK);
    if (fl_mapping_has_header(mapping))
        assert_int_equal(fl_csv_next(reader, &record, &more, NULL), FL_OK);
    assert_int_equal(
        fl_mapping_bind(mapping, fl_mapping_has_header(mapping) ? &record : NULL, path, &bound, NULL), FL_OK);
    const struct fl_schema *schema = fl_mapping_schema(mapping);
    const int amount = fl_schema_find_id(schema, FL_INTERACTIONS_AMOUNT);
    const int discount = fl_schema_find_id(schema, FL_INTERACTIONS_DISCOUNT);
    const int quantity = fl_schema_find_id(schema, FL_INTERACTIONS_QUANTITY);
    const int type = fl_schema_find_id(schema, FL_INTERACTIONS_TYPE);
    while (fl_csv_next(reader, &record, &more, NULL) == FL_OK && more) {
        struct fl_cell cells[FL_COLUMNS_MAX];
        struct fl_row_trouble trouble;
        const enum fl_row_verdict verdict = apply(bound, &record, cells, &trouble);
        totals->kept += verdict == FL_ROW_KEPT;
        totals->skipped += verdict == FL_ROW_SKIPPED;
        totals->rejected += verdict == FL_ROW_REJECTED;
        if (verdict != FL_ROW_KEPT || amount < 0)
            continue;
        totals->amount += cells[amount].null ? 0 : cells[amount].number;
        totals->discount += cells[discount].null ? 0 : cells[discount].number;
        totals->quantity_milli += cells[quantity].null ? 0 : cells[quantity].number;
        totals->of_type[cells[type].number]++;
    }
    assert_false(more);
    fl_mapping_bound_free(bound);
    fl_csv_reader_free(reader);
    fl_mapping_free(mapping);
    close(file);
    return true;
}

static void maps_the_whole_real_files(void **state)
{
    (void)state;
    struct totals totals;
    if (add_up("completejourney", "completejourney/transactions_sample.csv", &totals)) {
        assert_int_equal(totals.kept, 75000);
        assert_int_equal(totals.amount, 23393524);
        assert_int_equal(totals.discount, 4177972);
        assert_int_equal(totals.quantity_milli, 7784694000);
    }
    if (add_up("onlineretail", "onlineretail/dev_2010-12_2011-05.csv", &totals)) {
        assert_int_equal(totals.kept, 149053);
        assert_int_equal(totals.skipped, 59976);
        assert_int_equal(totals.rejected, 0);
        assert_int_equal(totals.amount, 354469583);
        assert_int_equal(totals.quantity_milli, 2064015000);
        assert_int_equal(totals.of_type[121], 3590);
    }
    if (add_up("clickstream", "events_ibm_clickstream/clickstream.csv", &totals)) {
        assert_int_equal(totals.kept, 10000);
        assert_int_equal(totals.of_type[112], 673);
        assert_int_equal(totals.of_type[21], 3495);
        assert_int_equal(totals.of_type[134], 815);
        assert_int_equal(totals.of_type[10], 4054);
    }
    if (add_up("completejourney_products", "completejourney/products.csv", &totals))
        assert_int_equal(totals.kept, 92331);
    if (add_up("completejourney_coupons", "completejourney/coupon_redemptions.csv", &totals))
        assert_int_equal(totals.of_type[57], 2102);
}

/* --- columns by kind ------------------------------------------------------------------------------------ */

static void reads_money(void **state)
{
    (void)state;
    check_column("amount: x", "12.345", "amount=1235");
    check_column("amount: x", "12.344999999999999", "amount=1234");
    check_column("amount: x", "0.005", "amount=1");
    check_column("amount: x", "-0.004", "amount=0");
    check_column("margin: x", "-0.005", "margin=-1");
    check_column("margin: x", "-1.5e-1", "margin=-15");
    check_column("amount: x", "1E3", "amount=100000");
    check_column("amount: x", "+7", "amount=700");
    check_column("amount: x", " \t7\xc2\xa0", "amount=700");
    check_column("amount: x", "", "");
    check_column("amount: x", "92233720368547758.07", "amount=9223372036854775807");
    check_column("amount: x", ".5", "amount=50");
    check_column(
        "amount: x", "92233720368547758e1",
        "rejected 2:1 amount: too large | amount: too large: it does not fit in 64 bits (column `x`)");
    check_column("amount: x", "-1",
                 "rejected 2:1 amount: negative | amount: negative after the mapping (column `x`)");
    check_column("discount: x", "-0.01",
                 "rejected 2:1 discount: negative | discount: negative after the mapping (column `x`)");
    check_column("amount: x", "1 000",
                 "rejected 2:1 amount: not a number | amount: not a number (column `x`)");
    check_column("amount: x", "\"1,5\"",
                 "rejected 2:1 amount: not a number | amount: not a number (column `x`)");
    check_column("amount: {column: x, decimal: \",\"}", "\"1,5\"", "amount=150");
    check_column("amount: {column: x, trim: false}", " 1",
                 "rejected 2:1 amount: not a number | amount: not a number (column `x`)");
    check_column("amount: {column: x, sign: absolute}", "-3", "amount=300");
    check_column("amount: {column: x, sign: negate}", "-3", "amount=300");
    check_column("amount: {column: x, sign: keep}", "3", "amount=300");
    /* The places are those of the row's currency, wherever the mapping names it. */
    check_column("amount: y, currency: x", "JPY", "amount=1 currency=JPY");
    check_column("currency: x, amount: {constant: 1.2345}", "KWD", "amount=1235 currency=KWD");
    check_column("amount: y, currency: x", "", "amount=100");
    check_column("currency: x", "eur",
                 "rejected 2:1 currency: not three capital letters | currency: not three capital letters "
                 "(column `x`)");
}

static void check_customer(const char *columns, const char *cell, const char *expected)
{
    char yaml[200], csv[100], wanted[200];
    (void)snprintf(yaml, sizeof yaml, "table: customers\ncolumns: {customer: c, %s}\n", columns);
    (void)snprintf(csv, sizeof csv, "c,x\n1,%s\n", cell);
    const bool kept = strncmp(expected, "rejected", 8) != 0;
    (void)snprintf(wanted, sizeof wanted, "%s%s\n", kept ? "kept customer=1 " : "", expected);
    check(yaml, csv, wanted);
}

/* What no customer has is a slip of the file: a two-digit year, a swapped pair, kilometres below zero. */
static void knows_what_profiles_may_hold(void **state)
{
    (void)state;
    check_customer("birth_year: x", "1850", "birth_year=1850");
    check_customer("birth_year: x", "2100", "birth_year=2100");
    check_customer("birth_year: x", "80",
                   "rejected 2:3 birth_year: out of range | birth_year: out of range: 1850 to 2100 (column "
                   "`x`)");
    check_customer("birth_year: x", "2101",
                   "rejected 2:3 birth_year: out of range | birth_year: out of range: 1850 to 2100 (column "
                   "`x`)");
    check_customer("latitude: x", "-90", "latitude=-90000000");
    check_customer("latitude: x", "90.0000004", "latitude=90000000");
    check_customer("latitude: x", "90.000001",
                   "rejected 2:3 latitude: out of range | latitude: out of range: -90 to 90 (column `x`)");
    check_customer("longitude: x", "180", "longitude=180000000");
    check_customer(
        "longitude: x", "-180.000001",
        "rejected 2:3 longitude: out of range | longitude: out of range: -180 to 180 (column `x`)");
    check_customer("store_distance_m: x", "0", "store_distance_m=0");
    check_customer("store_distance_m: x", "-1",
                   "rejected 2:3 store_distance_m: negative | store_distance_m: negative after the mapping "
                   "(column `x`)");
    check_customer("store_distance_m: x", "40000001",
                   "rejected 2:3 store_distance_m: out of range | store_distance_m: out of range: 0 to "
                   "40000000 (column `x`)");
}

static void computes(void **state)
{
    (void)state;
    check_column("amount: {multiply: [x, y]}", "1.005", "amount=101");
    check_column("amount: {multiply: [x, {constant: 1.1}, {constant: 1.1}]}", "1.5",
                 "amount=182"); /* 1.815 */
    check_column("amount: {multiply: [x, y]}", "", "");
    check_column("amount: {multiply: [x, y], empty: {constant: 9}}", "", "amount=900");
    check_column("amount: {multiply: [x, y], empty: reject}", "",
                 "rejected 2:1 amount: empty | amount: empty");
    check_column("amount: {multiply: [x, {column: x, empty: {constant: 3}}], empty: null}", "", "");
    check_column("amount: {multiply: [{column: x, empty: {constant: 3}}, {constant: 2}]}", "", "amount=600");
    check_column("amount: {sum: [x, y]}", "0.1", "amount=110");
    check_column("amount: {sum: [x, y]}", "", "amount=100");
    check_column("amount: {sum: [x, {position: 1}]}", "", "");
    check_column("amount: {sum: [y, {column: x, sign: negate}], sign: absolute}", "3", "amount=200");
    check_column("amount: {sum: [{multiply: [x, {constant: 2}]}, {constant: -1}]}", "1e0", "amount=100");
    check_column(
        "amount: {multiply: [x, x, x]}", "999999999999999999",
        "rejected 2:1 amount: too large | amount: too large: it does not fit in 64 bits (column `x`)");
    check_column("amount: {multiply: [x, y]}", "a",
                 "rejected 2:1 amount: not a number | amount: not a number (column `x`)");
    check_column("quantity: x", "1.2345", "quantity=1235");
    check_column("quantity: {column: x, values: {dozen: 12, none: null}, otherwise: keep}", "dozen",
                 "quantity=12000");
    check_column("quantity: {column: x, values: {dozen: 12, none: null}, otherwise: keep}", "none", "");
    check_column("quantity: {column: x, values: {dozen: 12, none: null}, otherwise: keep}", "7",
                 "quantity=7000");
}

static void reads_words(void **state)
{
    (void)state;
    check_column("store: x", "\" a b \"", "store=a b");
    check_column("store: {column: x, trim: false}", "\" a b \"", "store= a b ");
    check_column("store: x", "\"\"", "");
    check_column("store: {column: x, empty: {constant: web}}", "\" \"", "store=web");
    check_column("store: {column: x, empty: reject}", "",
                 "rejected 2:1 store: empty | store: empty (column `x`)");
    check_column("store: {column: x, values: {a: b}}", "a", "store=b");
    check_column(
        "store: {column: x, values: {a: b}}", "c",
        "rejected 2:1 store: not in the mapping's values | store: not in the mapping's values (column `x`)");
    check_column("store: {column: x, values: {a: b}}", "", "");
    check_column("store: {column: x, values: {a: b, \"\": none}}", "", "store=none");
    check_column("store: {column: x, values: {a: \"null\"}}", "a", "store=null");
    check_column("store: {column: x, values: {a: null}}", "a", "");
    check_column("store: {column: x, values: {a: b}, otherwise: null}", "c", "");
    check_column("store: {column: x, values: {a: b}, otherwise: keep}", "c", "store=c");
    check_column("store: {column: x, values: {a: b}, otherwise: {constant: d}}", "c", "store=d");
    check_column("store: {join: [x, {constant: s}, y], with: \"/\"}", " a ", "store=a/s/1");
    check_column("store: {join: [x, {position: 1}], with: \"/\"}", "", "");
    check_column("store: {join: [x, y], with: \"/\"}", "", "store=/1");
    check_column("store: {join: [x, y]}", "a", "store=a1");
    check_column("store: {join: [{column: x, values: {a: b}}, {join: [x, y], with: .}], with: -}", "a",
                 "store=b-a.1");
    check_column(
        "store: {join: [{column: x, values: {a: b}}, y]}", "c",
        "rejected 2:1 store: not in the mapping's values | store: not in the mapping's values (column `x`)");
    check_column("speaker: x", "agent", "speaker=agent");
    check_column("speaker: x", "Agent",
                 "rejected 2:1 speaker: neither customer nor agent (`values:` of a mapping translate) | "
                 "speaker: neither customer nor agent (`values:` of a mapping translate) (column `x`)");
    check_column("speaker: {column: x, values: {Agent: agent, Kunde: customer, Bot: null}}", "Agent",
                 "speaker=agent");
    check_column("text: x", "\"a \"\"b\"\"\"", "text=a \"b\"");
    check_column("message: {constant: m1}", "", "message=m1");
    check_column("store: x", "\xff",
                 "rejected 2:1 column `x`: not UTF-8 | column `x`: not UTF-8, or it holds a NUL");
    check_column("store: y", "\xff", "store=1"); /* nobody reads it */
    check_column("store: x", "\xe5\xba\x97\xe5\xba\x97\xe5\xba\x97",
                 "store=\xe5\xba\x97\xe5\xba\x97\xe5\xba\x97");
}

static void reads_orders(void **state)
{
    (void)state;
    char digest[64];
    check_column("order: x", "536365", "order=536365");
    check_column("order: x", "-9223372036854775808", "order=-9223372036854775808");
    check_column("order: x", "", "");
    snprintf(digest, sizeof digest, "order=%lld", (long long)fl_digest64("0536365", 7));
    check_column("order: x", "0536365", digest); /* not the same text as 536365, so not the same order */
    snprintf(digest, sizeof digest, "order=%lld", (long long)fl_digest64("9223372036854775808", 19));
    check_column("order: x", "9223372036854775808", digest);
    snprintf(digest, sizeof digest, "order=%lld", (long long)fl_digest64("C536379", 7));
    check_column("order: {column: x}", " C536379", digest);
    snprintf(digest, sizeof digest, "order=%lld", (long long)fl_digest64("536365", 6));
    check_column("order: {column: x, as: text}", "536365", digest);
    snprintf(digest, sizeof digest, "order=%lld", (long long)fl_digest64("7-1", 3));
    check_column("order: {join: [x, y], with: \"-\"}", "7", digest);
}

static void limits_lengths(void **state)
{
    (void)state;
    static const struct {
        const char *column;
        size_t size_max;
    } cases[] = {{"store", FL_WORD_BYTES_MAX}, {"text", FL_TEXT_BYTES_MAX}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char yaml[200], reason[200];
        struct fl_buffer csv = {0}, out = {0};
        snprintf(yaml, sizeof yaml,
                 "columns: {customer: {constant: 5}, day: {constant: 2020-01-02}, "
                 "type: {constant: web_visit}, %s: x}\n",
                 cases[i].column);
        struct fl_mapping *mapping = parsed(yaml);
        append_words(&csv, "x\n");
        for (size_t at = 0; at < cases[i].size_max; at++)
            append_words(&csv, "a");
        append_words(&csv, "\n");
        for (size_t at = 0; at <= cases[i].size_max; at++)
            append_words(&csv, "a");
        assert_int_equal(run(mapping, (const char *)csv.bytes, csv.size, &out, NULL), FL_OK);
        snprintf(reason, sizeof reason,
                 "a\nrejected 3:1 %s: too long | %s: too long: %zu bytes, at most %zu (column `x`)\n",
                 cases[i].column, cases[i].column, cases[i].size_max + 1, cases[i].size_max);
        assert_non_null(strstr((const char *)out.bytes, reason));
        fl_buffer_release(&csv);
        fl_buffer_release(&out);
        fl_mapping_free(mapping);
    }
}

static void reads_types_by_case(void **state)
{
    (void)state;
    const char *yaml = "columns: {customer: c, day: d, type: t}\n";
    check(
        yaml,
        "c,d,t\n1,2020-01-01,purchase_web\n1,2020-01-01,0\n1,2020-01-01,255\n1,2020-01-01,256\n"
        "1,2020-01-01,007\n1,2020-01-01,purchase_wbe\n1,2020-01-01,zz\n1,2020-01-01,\n",
        "kept customer=1 day=2020-01-01 type=112\nkept customer=1 day=2020-01-01 type=0\n"
        "kept customer=1 day=2020-01-01 type=255\n"
        "rejected 5:14 type: unknown name | type: unknown name (column `t`)\n"
        "rejected 6:14 type: unknown name | type: unknown name (column `t`)\n"
        "rejected 7:14 type: unknown name | type: unknown name `purchase_wbe`, the nearest is `purchase_web` "
        "(column `t`)\n"
        "rejected 8:14 type: unknown name | type: unknown name (column `t`)\n"
        "rejected 9:14 type: empty | type: empty (column `t`)\n");
    check("columns:\n  customer: c\n  day: d\n  type:\n    - {constant: 7, when: {column: t, is: a}}\n"
          "    - {column: u, when: {column: t, is: b}}\n",
          "c,d,t,u\n1,2020-01-01,a,\n1,2020-01-01,b,web_visit\n1,2020-01-01,c,web_visit\n",
          "kept customer=1 day=2020-01-01 type=7\nkept customer=1 day=2020-01-01 type=9\n"
          "rejected 4:1 type: no case of the mapping holds | type: no case of the mapping holds\n");
    /* A quoted name is cut between characters, and a line break does not get into the sentence. */
    check("columns: {customer: c, day: d, type: {column: t, values: "
          "{xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: web_visit}}}\n",
          "c,d,t\n1,2020-01-01,"
          "\"x\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xe5\xba\x97\"\n",
          "rejected 2:14 type: unknown name | type: unknown name `x "
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`, the nearest is "
          "`xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` (column `t`)\n");
    /* What is near no name may be anything, from a column that was not meant: it is not repeated. */
    check(yaml, "c,d,t\n1,2020-01-01,where is my parcel\n",
          "rejected 2:14 type: unknown name | type: unknown name (column `t`)\n");
}

static void reads_keys(void **state)
{
    (void)state;
    check("table: customers\ncolumns: {customer: c}\n",
          "c\n 7 \n-9223372036854775808\n9223372036854775808\n07\n7.0\n\"\"\n000\n0-7\n00x\n",
          "kept customer=7\nkept customer=-9223372036854775808\n"
          "rejected 4:1 customer: not a whole number | customer: not a whole number (column `c`)\n"
          "rejected 5:1 customer: leading zeros (`ids: text` keeps them) | customer: leading zeros (`ids: "
          "text` "
          "keeps them) (column `c`)\n"
          "rejected 6:1 customer: not a whole number | customer: not a whole number (column `c`)\n"
          "rejected 7:1 customer: empty | customer: empty (column `c`)\n"
          "rejected 8:1 customer: leading zeros (`ids: text` keeps them) | customer: leading zeros (`ids: "
          "text` "
          "keeps them) (column `c`)\n"
          "rejected 9:1 customer: not a whole number | customer: not a whole number (column `c`)\n"
          "rejected 10:1 customer: not a whole number | customer: not a whole number (column `c`)\n");
    check("table: customers\nids: text\ncolumns: {customer: c}\n", "c\n 07 \nJos\xc3\xa9\n",
          "kept customer=07\nkept customer=Jos\xc3\xa9\n");
    check("table: customers\ncolumns: {customer: c, birth_year: b, latitude: l, first_contact: f}\n",
          "c,b,l,f\n1,1985,59.9138686,2020-02-29\n1,1985.0,,\n1,1e3,,\n1,,-1.5,2020-02-30\n",
          "kept customer=1 birth_year=1985 latitude=59913869 first_contact=2020-02-29\n"
          "rejected 3:3 birth_year: not a whole number | birth_year: not a whole number (column `b`)\n"
          "rejected 4:3 birth_year: not a whole number | birth_year: not a whole number (column `b`)\n"
          "rejected 5:9 first_contact: no such day or time | first_contact: no such day or time (column "
          "`f`)\n");
    check("table: customers\ncolumns: {customer: c, store_distance_m: {multiply: [km, {constant: 1000}]}}\n",
          "c,km\n1,1.5\n1,0.0015\n1,9223372036854775.808\n",
          "kept customer=1 store_distance_m=1500\n"
          "rejected 3:1 store_distance_m: not a whole number | store_distance_m: not a whole number\n"
          "rejected 4:1 store_distance_m: too large | store_distance_m: too large: it does not fit in 64 "
          "bits\n");
}

static void counts_fields(void **state)
{
    (void)state;
    check("table: customers\ncolumns: {customer: c}\n", "c,d\n1\n1,2,3\n1,2\n",
          "rejected 2:1 record: too few fields | record: too few fields: 1, the header has 2\n"
          "rejected 3:1 record: too many fields | record: too many fields: 3, the header has 2\n"
          "kept customer=1\n");
    check("table: customers\ncsv: {header: false}\ncolumns: {customer: {position: 2}}\n", "1\n1,2\n1,2,3\n",
          "rejected 1:1 record: too few fields | record: too few fields: 1, the mapping reads 2\n"
          "kept customer=2\nkept customer=2\n");
    check("table: customers\ncsv: {header: false, delimiter: tab, names: [a, b]}\ncolumns: {customer: b}\n",
          "x\t5\n", "kept customer=5\n");
    check("table: customers\ncsv: {delimiter: \";\", decimal: \",\"}\ncolumns: {customer: c, latitude: l}\n",
          "c;l\n1;59,5\n", "kept customer=1 latitude=59500000\n");
}

/* --- times ---------------------------------------------------------------------------------------------- */

static void check_time(const char *zone, const char *time, const char *text, const char *expected)
{
    char yaml[500], csv[200], rows[300];
    snprintf(yaml, sizeof yaml, "%s\ncolumns: {customer: {constant: 5}, time: %s, type: {constant: 9}}\n",
             zone, time);
    snprintf(csv, sizeof csv, "x\n%s\n", text);
    if (strncmp(expected, "rejected", 8) == 0)
        snprintf(rows, sizeof rows, "%s\n", expected);
    else
        snprintf(rows, sizeof rows, "kept customer=5 %s\n", expected);
    check(yaml, csv, rows);
}

static void turns_times_into_the_business_zone(void **state)
{
    (void)state;
    const char *oslo = "zone: Europe/Oslo";
    check_time(oslo, "x", "2021-06-30 23:30:00", "day=2021-06-30 type=9 second=84600");
    check_time(oslo, "x", "2021-06-30T22:30:00Z", "day=2021-07-01 type=9 second=1800");
    check_time(oslo, "x", "2021-12-31T22:59:59Z", "day=2021-12-31 type=9 second=86399");
    check_time(oslo, "x", "2021-07-01T00:30:00+05:00", "day=2021-06-30 type=9 second=77400");
    check_time(oslo, "{column: x, zone: UTC}", "2021-06-30 22:30", "day=2021-07-01 type=9 second=1800");
    check_time(oslo, "{column: x, zone: Europe/Oslo}", "2021-06-30 22:30",
               "day=2021-06-30 type=9 second=81000");
    check_time(oslo, "{column: x, zone: America/New_York}", "2021-06-30 20:00",
               "day=2021-07-01 type=9 second=7200");
    check_time(oslo, "{column: x, zone: UTC}", "2021-06-30", "day=2021-06-30 type=9");
    check_time(oslo, "{column: x, format: epoch_seconds}", "1625092200", "day=2021-07-01 type=9 second=1800");
    /* 02:30 does not exist on 2021-03-28 in Oslo: as it stands there, and an hour later from outside. */
    check_time(oslo, "x", "2021-03-28 02:30", "day=2021-03-28 type=9 second=9000");
    check_time("zone: UTC", "{column: x, zone: Europe/Oslo}", "2021-03-28 02:30",
               "day=2021-03-28 type=9 second=5400");
    /* 02:30 comes twice on 2021-10-31: the first, in summer time. */
    check_time("zone: UTC", "{column: x, zone: Europe/Oslo}", "2021-10-31 02:30",
               "day=2021-10-31 type=9 second=1800");
    check_time("", "x", "2021-06-30T22:30:00+02:00", "day=2021-06-30 type=9 second=73800");
    check_time("", "{column: x, zone: Europe/Oslo}", "2021-06-30T22:30:00",
               "day=2021-06-30 type=9 second=73800");
    check_time(oslo, "x", "0001-01-01T00:00:00+05:00",
               "rejected 2:1 time: out of range | time: out of range (column `x`)");
    check_time(oslo, "x", "9999-12-31T23:30:00Z",
               "rejected 2:1 time: out of range | time: out of range (column `x`)");
    check_time(oslo, "x", "2021-02-30 10:00",
               "rejected 2:1 time: no such day or time | time: no such day or time (column `x`)");
    check_time(
        oslo, "x", "2021-02-3 10:00",
        "rejected 2:1 time: not a time in the mapping's format | time: not a time in the mapping's format "
        "(column `x`)");
    check_time(oslo, "{join: [x, {constant: \"10:00\"}], with: \" \", format: \"%d.%m.%Y %H:%M\"}",
               "1.2.2021", "day=2021-02-01 type=9 second=36000");
    check("columns: {customer: {constant: 5}, type: {constant: 9}, day: d, second: s}\n",
          "d,s\n2021-01-01,89999\n2021-01-01,90000\n2021-01-01,\n2021-01-01,1.5\n2021-01-01T10:00:00,1\n",
          "kept customer=5 day=2021-01-01 type=9 second=89999\n"
          "rejected 3:12 second: out of range | second: out of range (column `s`)\n"
          "kept customer=5 day=2021-01-01 type=9\n"
          "rejected 5:12 second: not a whole number | second: not a whole number (column `s`)\n"
          "kept customer=5 day=2021-01-01 type=9 second=1\n");
}

static void takes_the_folders_zone(void **state)
{
    (void)state;
    struct fl_error error;
    struct fl_mapping *mapping = parsed("columns: {customer: {constant: 5}, time: x, type: {constant: 9}}\n");
    assert_null(fl_mapping_zone(mapping));
    fl_error_clear(&error);
    assert_int_equal(fl_mapping_use_zone(mapping, "Asia/Tokyo", &error), FL_OK);
    check_run(mapping, "x\n2021-06-30T22:30:00Z\n", "kept customer=5 day=2021-07-01 type=9 second=27000\n");
    fl_mapping_free(mapping);

    mapping = parsed("zone: Europe/Oslo\ncolumns: {customer: {constant: 5}, time: x, type: {constant: 9}}\n");
    assert_string_equal(fl_mapping_zone(mapping), "Europe/Oslo");
    assert_int_equal(fl_mapping_use_zone(mapping, "Europe/Oslo", &error), FL_OK);
    assert_int_equal(fl_mapping_use_zone(mapping, "Asia/Tokyo", &error), FL_BAD_MODEL);
    assert_string_equal(error.message, "the mapping's zone is Europe/Oslo, the data folder's is Asia/Tokyo");
    fl_mapping_free(mapping);
}

/* --- headers -------------------------------------------------------------------------------------------- */

static void check_bind_fails(const char *yaml, const char *csv, int64_t line_column, const char *message)
{
    struct fl_mapping *mapping = parsed(yaml);
    struct fl_buffer out = {0};
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(run(mapping, csv, strlen(csv), &out, &error), FL_BAD_DATA);
    assert_string_equal(error.message, message);
    assert_string_equal(error.path, "shop.csv");
    assert_int_equal(error.line, 1);
    assert_int_equal(error.line_column, line_column);
    fl_buffer_release(&out);
    fl_mapping_free(mapping);
}

static void refuses_headers(void **state)
{
    (void)state;
    const char *yaml = "table: customers\ncolumns: {customer: CustomerID, region: Region}\n";
    check_bind_fails(yaml, "CustomrID,Region\n", 1,
                     "column `CustomerID` is not in the header; did you mean `CustomrID`?");
    check_bind_fails(yaml, "Kunde,Region\n", 1, "column `CustomerID` is not in the header");
    check_bind_fails(yaml, "CustomerID,Region, Region \n", 19,
                     "column `Region` is in the header twice, as fields 2 and 3");
    check_bind_fails("table: customers\ncolumns: {customer: {position: 3}}\n", "a,b\n", 1,
                     "the header has 2 fields, the mapping reads position 3");
    check(yaml, " CustomerID ,\"Region\"\n1,x\n", "kept customer=1 region=x\n");
}

static struct fl_mapping *own(const char *table)
{
    struct fl_mapping *mapping = NULL;
    assert_int_equal(fl_mapping_own_names(&fl_io_system, fl_schema_by_name(table), types, FL_MONEY_NOT_SAID,
                                          &mapping, NULL),
                     FL_OK);
    return mapping;
}

static void check_own_fails(const char *csv, int64_t line_column, const char *message)
{
    struct fl_mapping *mapping = own("interactions");
    struct fl_buffer out = {0};
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(run(mapping, csv, strlen(csv), &out, &error), FL_BAD_DATA);
    assert_string_equal(error.message, message);
    assert_string_equal(error.path, "shop.csv");
    assert_int_equal(error.line, 1);
    assert_int_equal(error.line_column, line_column);
    fl_buffer_release(&out);
    fl_mapping_free(mapping);
}

static void maps_our_own_names(void **state)
{
    (void)state;
    struct fl_mapping *mapping = own("interactions");
    check_run(mapping,
              "amount,type,customer,time,store,currency,quantity,text,order\n"
              "12.5,purchase_web,7,2020-01-02T03:04:05,\"\",JPY,2,\"\",\n"
              "12.5,112,7,2020-01-02,,EUR,1.5,hi,x1\n"
              ",112,,2020-01-02,,,,,\n",
              "kept customer=7 day=2020-01-02 type=112 second=11045 store= quantity=2000 amount=13 "
              "currency=JPY text=\n"
              "kept customer=7 day=2020-01-02 type=112 order=-84663863665516131 quantity=1500 amount=1250 "
              "currency=EUR text=hi\n"
              "rejected 4:6 customer: empty | customer: empty (column `customer`)\n");
    check_run(mapping, "customer,day,second,type\n7,2020-01-02,5,9\n",
              "kept customer=7 day=2020-01-02 type=9 second=5\n");
    fl_mapping_free(mapping);
    check_own_fails("customer,day,typ\n", 14, "field 3 is no column of interactions; did you mean `type`?");
    check_own_fails("InvoiceNo,day,type\n", 1,
                    "field 1 is no column of interactions; a foreign file needs a mapping");
    check_own_fails("customer,time,day,type\n", 1,
                    "`time` fills day and second already: the header has both");
    check_own_fails("customer,day\n", 1, "interactions needs a column `type`, which is not in the header");
    check_own_fails("customer,type\n", 1, "interactions needs a column `day`, which is not in the header");
    check_own_fails("customer,type,day,day\n", 19, "column `day` is in the header twice, as fields 3 and 4");
    mapping = own("products");
    check_run(mapping, "product,brand\np1,b1\n", "kept product=p1 brand=b1\n");
    fl_mapping_free(mapping);

    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_mapping_own_names(&fl_io_system, fl_schema_by_name("customer_scores"), types,
                                          FL_MONEY_NOT_SAID, &mapping, &error),
                     FL_BAD_MODEL);
    assert_string_equal(error.message, "table customer_scores is not imported: interactions, products, "
                                       "customers, stores and given_tags are");
}

static void tells_what_it_fills(void **state)
{
    (void)state;
    const struct fl_text names[] = {fl_text_of("customer"), fl_text_of("time"), fl_text_of("type")};
    const bool quoted[3] = {false};
    const uint32_t columns[] = {1, 10, 15};
    const struct fl_csv_record header = {names, quoted, columns, 3, 7, false, false, 1, {"", 0}};
    struct fl_mapping *mapping = own("interactions");
    struct fl_mapping_bound *bound = NULL;
    assert_int_equal(fl_mapping_bind(mapping, &header, "x", &bound, NULL), FL_OK);
    const struct fl_schema *schema = fl_mapping_schema(mapping);
    for (size_t i = 0; i < schema->count; i++) {
        const uint16_t id = schema->columns[i].id;
        const bool filled = id == FL_INTERACTIONS_CUSTOMER || id == FL_INTERACTIONS_DAY ||
                            id == FL_INTERACTIONS_SECOND || id == FL_INTERACTIONS_TYPE;
        assert_int_equal(fl_mapping_fills(bound, (int)i), filled);
    }
    fl_mapping_bound_free(bound);
    fl_mapping_free(mapping);

    mapping = parsed(
        "ids: text\ncsv: {delimiter: \"|\"}\ncolumns: {customer: c, time: t, type: y, order: o, product: p}\n"
        "key: [order, second, product]\n");
    int key[8];
    assert_int_equal(fl_mapping_key(mapping, key, 8), 3);
    assert_string_equal(fl_mapping_schema(mapping)->columns[key[0]].name, "order");
    assert_string_equal(fl_mapping_schema(mapping)->columns[key[1]].name, "second");
    assert_string_equal(fl_mapping_schema(mapping)->columns[key[2]].name, "product");
    assert_true(fl_mapping_text_ids(mapping));
    assert_true(fl_mapping_has_header(mapping));
    assert_int_equal(fl_mapping_csv_options(mapping).delimiter, '|');
    fl_mapping_free(mapping);
}

/* --- the grammar ---------------------------------------------------------------------------------------- */

static void refuses_mappings(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *message;
        int line, column;
    } cases[] = {
        {"zone: UTC\n", "a mapping needs `columns`", 1, 1},
        {"tabel: products\ncolumns: {}\n", "unknown key `tabel`; did you mean `table`?", 1, 1},
        {"table: shops\ncolumns: {}\n", "", 1, 8},
        {"table: stores\ncolumns: {}\n", "stores needs a column `store`", 2, 10},
        {"table: given_tags\ncolumns: {customer: c, day: d}\n", "given_tags needs a column `tag`", 2, 10},
        {"ids: number\ncolumns: {}\n", "", 1, 6},
        {"zone: Europe/Olso\ncolumns: {}\n", "", 1, 7},
        {"csv: {delimiter: ab}\ncolumns: {}\n",
         "a delimiter is `tab` or one character, no letter, digit or quote", 1, 18},
        {"csv: {delimiter: x}\ncolumns: {}\n",
         "a delimiter is `tab` or one character, no letter, digit or quote", 1, 18},
        {"csv: {decimal: \";\"}\ncolumns: {}\n", "", 1, 16},
        {"csv: {header: no}\ncolumns: {}\n", "", 1, 15},
        {"csv: {names: [a]}\ncolumns: {}\n", "`names` belongs to a file with `header: false`", 1, 14},
        {"csv: {header: false, names: [a, a]}\ncolumns: {}\n", "the name `a` stands here twice", 1, 33},
        {"csv: {header: false, names: []}\ncolumns: {}\n", "`names` needs a list of 1 to 1024 names", 1, 29},
        {"csv: {header: false}\ntable: products\ncolumns: {product: p}\n",
         "the file has no header: `p` is not in csv.names; use `position`", 3, 20},
        {"columns: []\n", "", 1, 10},
        {"columns: {customer: c, time: t}\n", "interactions needs a column `type`", 1, 10},
        {"columns: {customer: c, type: t}\n", "interactions needs a column `time` (or `day`)", 1, 10},
        {"columns: {type: c, time: t}\n", "interactions needs a column `customer`", 1, 10},
        {"table: products\ncolumns: {brand: b}\n", "products needs a column `product`", 2, 10},
        {"table: customers\ncolumns: {country: b}\n", "customers needs a column `customer`", 2, 10},
        {"table: products\ncolumns: {product: p, time: t}\n", "unknown key `time`", 2, 23},
        {"columns: {customer: c, time: t, day: d, type: t}\n", "`time` fills day and second already", 1, 38},
        {"columns: {customer: c, time: t, second: d, type: t}\n", "`time` fills day and second already", 1,
         41},
        {"columns: {customer: c, time: t, type: t, amonut: a}\n",
         "unknown key `amonut`; did you mean `amount`?", 1, 42},
        {"columns: {customer: c, customer: d, time: t, type: t}\n", "", 1, 24},
        {"table: products\ncolumns: {product: []}\n", "`product` has no case", 2, 20},
        {"table: products\ncolumns: {product: [a, b]}\n",
         "never reached: the case before it has no `when`, so it always holds", 2, 24},
        {"table: products\ncolumns: {product: {}}\n",
         "a value needs one of column, position, constant, multiply, sum, join", 2, 20},
        {"table: products\ncolumns: {product: {column: a, constant: b}}\n",
         "`column` and `constant`: a value comes from one of them", 2, 20},
        {"table: products\ncolumns: {product: {colunm: a}}\n", "unknown key `colunm`; did you mean `column`?",
         2, 21},
        {"table: products\ncolumns: {product: {column: [a]}}\n", "", 2, 29},
        {"table: products\ncolumns: {product: {constant: null}}\n", "`product` cannot be null", 2, 31},
        {"table: products\ncolumns: {product: {column: a, empty: null}}\n", "`product` cannot be null", 2,
         39},
        {"table: products\ncolumns: {product: {column: a, empty: keep}}\n", "", 2, 39},
        {"table: products\ncolumns: {product: {column: a, empty: {constnt: x}}}\n", "unknown key `constnt`",
         2, 40},
        {"table: products\ncolumns: {product: {column: a, otherwise: keep}}\n",
         "`otherwise` belongs to `values`", 2, 43},
        {"table: products\ncolumns: {product: {column: a, values: b}}\n",
         "`values` needs a map, like {word in the file: word of ours}", 2, 40},
        {"table: products\ncolumns: {product: {constant: a, values: {b: c}}}\n",
         "`values` belongs to a column or a position", 2, 42},
        {"table: products\ncolumns: {product: {constant: a, empty: reject}}\n",
         "`empty` belongs to what comes out of the file", 2, 41},
        {"table: products\ncolumns: {product: {column: a, sign: negate}}\n", "`sign` belongs to a number", 2,
         38},
        {"table: products\ncolumns: {product: {column: a, decimal: \",\"}}\n",
         "`decimal` belongs to a number out of the file", 2, 41},
        {"table: products\ncolumns: {product: {column: a, format: iso}}\n",
         "`format` belongs to a time or a day", 2, 40},
        {"table: products\ncolumns: {product: {column: a, zone: UTC}}\n", "`zone` belongs to a time or a day",
         2, 38},
        {"table: products\ncolumns: {product: {column: a, as: text}}\n", "`as` belongs to `order`", 2, 36},
        {"table: products\ncolumns: {product: {column: a, with: x}}\n", "`with` belongs to `join`", 2, 38},
        {"table: products\ncolumns: {product: {constant: a, trim: false}}\n",
         "`trim` belongs to a column or a position", 2, 40},
        {"table: products\ncolumns: {product: {column: a, trim: maybe}}\n", "", 2, 38},
        {"table: products\ncolumns: {product: {sum: [a, b]}}\n", "`product` is no number: nothing to sum", 2,
         26},
        {"table: products\ncolumns: {product: {join: []}}\n", "needs a list of values", 2, 27},
        {"table: products\ncolumns: {product: {join: [{column: a, when: {column: b, is: c}}]}}\n",
         "`when` belongs to a whole value, not to a part of one", 2, 46},
        {"table: products\ncolumns: {product: p, arrival: {column: a, format: \"%Y-%m\"}}\n",
         "the format needs one day of the month (%d or %e)", 2, 52},
        {"table: products\ncolumns: {product: p, arrival: {constant: 2020-02-30}}\n",
         "arrival: no such day or time", 2, 43},
        {"table: products\ncolumns: {product: p, arrival: {column: a, zone: Europe/Olso}}\n", "", 2, 50},
        {"columns: {customer: c, time: t, type: {constant: purchase_wbe}}\n",
         "type: unknown name `purchase_wbe`, the nearest is `purchase_web`", 1, 50},
        {"columns: {customer: c, time: t, type: {column: a, values: {x: web_vist}}}\n",
         "type: unknown name `web_vist`, the nearest is `web_visit`", 1, 63},
        {"columns: {customer: c, time: t, type: a, currency: {constant: eur}}\n",
         "currency: not three capital letters", 1, 63},
        {"columns: {customer: c, time: t, type: a, amount: {constant: \"1,5\"}}\n", "", 1, 61},
        {"columns: {customer: c, time: t, type: a, amount: {join: [b]}}\n",
         "`amount` is a number: nothing to join", 1, 57},
        {"columns: {customer: c, time: t, type: a, amount: {multiply: b}}\n", "needs a list of values", 1,
         61},
        {"columns: {customer: c, time: t, type: a, amount: {multiply: [{join: [b]}]}}\n",
         "`amount` is a number: nothing to join", 1, 69},
        {"columns: {customer: c, time: t, type: a, amount: {column: b, sign: minus}}\n", "", 1, 68},
        {"table: products\ncolumns: {product: p}\nskip when: {column: a, is: b, reason: c}\n",
         "`skip when` needs a list of conditions", 3, 12},
        {"table: products\ncolumns: {product: p}\nkey: [brand]\n",
         "`brand` is no column that this mapping fills", 3, 7},
        {"table: products\ncolumns: {product: p}\nkey: [product, product]\n",
         "`product` stands in the key twice", 3, 16},
        {"table: products\ncolumns: {product: p}\nkey: product\n", "`key` needs a list of columns", 3, 6},
        {"columns: {customer: c, time: t, type: a}\nkey: [time]\n",
         "`time` is no column that this mapping fills", 2, 7},
        {"- a\n", "", 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fl_mapping *mapping = NULL;
        struct fl_error error;
        fl_error_clear(&error);
        const char *yaml = cases[i].yaml;
        if (fl_mapping_parse(&fl_io_system, yaml, strlen(yaml), "map.yaml", types, &mapping, &error) !=
            FL_BAD_MODEL)
            fail_msg("taken, or another status: %s%s", yaml, error.message);
        assert_null(mapping);
        const char *message = cases[i].message;
        if (strncmp(error.message, message, strlen(message)) != 0)
            fail_msg("%s%s", yaml, error.message);
        assert_string_equal(error.path, "map.yaml");
        if (error.line != cases[i].line || error.line_column != cases[i].column)
            fail_msg("%s%d:%d %s", yaml, (int)error.line, (int)error.line_column, error.message);
    }
}

/* A mapping cut at any byte, or with a byte changed, is compiled or refused: nothing else. */
static void survives_broken_mappings(void **state)
{
    (void)state;
    struct fl_buffer bytes = {0};
    const char *const path = "formats/importers/examples/onlineretail.yaml";
    assert_int_equal(fl_file_read_all(&fl_io_system, path, FL_CONFIG_BYTES_MAX, &bytes, NULL), FL_OK);
    static const char swapped[] = {'\0', ' ', ':', '{', '}', '[', ']', ',', '-', '"', '\n', 'x', '\xff'};
    size_t taken = 0;
    for (size_t at = 0; at < bytes.size; at++) {
        for (size_t i = 0; i <= sizeof swapped; i++) {
            struct fl_mapping *mapping = NULL;
            struct fl_error error;
            const uint8_t kept = bytes.bytes[at];
            fl_error_clear(&error);
            if (i < sizeof swapped)
                bytes.bytes[at] = (uint8_t)swapped[i];
            const size_t size = i < sizeof swapped ? bytes.size : at;
            const fl_status status = fl_mapping_parse(&fl_io_system, (const char *)bytes.bytes, size, path,
                                                      types, &mapping, &error);
            assert_true(status == FL_OK || status == FL_BAD_MODEL);
            assert_int_equal(status == FL_OK, mapping != NULL);
            taken += status == FL_OK;
            fl_mapping_free(mapping);
            bytes.bytes[at] = kept;
        }
    }
    assert_true(taken > 0);
    fl_buffer_release(&bytes);
}

static void compiles_the_readme(void **state)
{
    (void)state;
    struct fl_buffer bytes = {0};
    assert_int_equal(fl_file_read_all(&fl_io_system, "formats/importers/README.md", 1 << 20, &bytes, NULL),
                     FL_OK);
    const char *at = (const char *)bytes.bytes;
    int blocks = 0;
    for (;;) {
        const char *start = strstr(at, "```yaml\n");
        if (start == NULL)
            break;
        start += strlen("```yaml\n");
        const char *end = strstr(start, "```");
        assert_non_null(end);
        struct fl_mapping *mapping = NULL;
        struct fl_error error;
        fl_error_clear(&error);
        if (fl_mapping_parse(&fl_io_system, start, (size_t)(end - start), "README.md", types, &mapping,
                             &error) != FL_OK)
            fail_msg("block %d: line %d: %s", blocks + 1, (int)error.line, error.message);
        fl_mapping_free(mapping);
        at = end + 3;
        blocks++;
    }
    assert_int_equal(blocks, 5);
    fl_buffer_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_lines_of_the_real_files),
        cmocka_unit_test(maps_the_whole_real_files),
        cmocka_unit_test(reads_money),
        cmocka_unit_test(knows_what_profiles_may_hold),
        cmocka_unit_test(computes),
        cmocka_unit_test(reads_words),
        cmocka_unit_test(reads_orders),
        cmocka_unit_test(limits_lengths),
        cmocka_unit_test(reads_types_by_case),
        cmocka_unit_test(reads_keys),
        cmocka_unit_test(counts_fields),
        cmocka_unit_test(turns_times_into_the_business_zone),
        cmocka_unit_test(takes_the_folders_zone),
        cmocka_unit_test(refuses_headers),
        cmocka_unit_test(maps_our_own_names),
        cmocka_unit_test(tells_what_it_fills),
        cmocka_unit_test(refuses_mappings),
        cmocka_unit_test(survives_broken_mappings),
        cmocka_unit_test(compiles_the_readme),
    };
    return cmocka_run_group_tests(tests, make_types, free_types);
}
