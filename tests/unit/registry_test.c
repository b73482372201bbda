/* registry_test.c - registry.csv is read as a spreadsheet writes it, each wrong cell is named by its place.
 *
 * One good line is changed in one cell at a time; for each rule of the registry the exact status, line,
 * column and sentence are pinned. The forms a spreadsheet gives the file (BOM, CRLF, `;` with decimal commas,
 * empty columns at the right) must all give the same types. The default registry is read and counted. */
#include "tests/unit/engine_fixture.h"

static const char header[] =
    "type_id,name,channel,direction,loop,weight,half_life_days,daily_cap,count_by,role,"
    "pressure,consent_class,note\n";

static fl_status parse(const char *text, struct fl_registry *registry, struct fl_error *error)
{
    fl_error_clear(error);
    return fl_registry_parse(text, strlen(text), "registry.csv", registry, error);
}

/* The whole file must be refused, at the line and column, with a message that starts with `sentence`. */
static void assert_refused(const char *text, int64_t line, int64_t column, const char *sentence)
{
    struct fl_registry registry;
    struct fl_error error;
    assert_int_equal(parse(text, &registry, &error), FL_BAD_MODEL);
    assert_int_equal(error.status, FL_BAD_MODEL);
    if (strncmp(error.message, sentence, strlen(sentence)) != 0)
        fail_msg("`%s` instead of `%s`", error.message, sentence);
    assert_int_equal(error.line, line);
    assert_int_equal(error.line_column, column);
    assert_string_equal(error.path, "registry.csv");
    assert_int_equal(registry.count, 0);
    assert_null(registry.names);
}

static void assert_line_refused(const char *line, int64_t column, const char *sentence)
{
    char text[1024];
    (void)snprintf(text, sizeof text, "%s7,web_visit,web,inbound,awareness,1,7,10,row,none,0,none,\n%s\n",
                   header, line);
    assert_refused(text, 3, column, sentence);
}

static void assert_one_type(const char *text)
{
    struct fl_registry registry;
    struct fl_error error;
    if (parse(text, &registry, &error) != FL_OK)
        fail_msg("%s", error.message);
    const struct fl_interaction_type *type = &registry.types[200];
    int64_t id = 0;
    assert_int_equal(registry.count, 1);
    assert_true(type->known);
    assert_string_equal(type->name, "shop_buy");
    assert_int_equal(type->weight_milli, -1250);
    assert_int_equal(type->half_life_milli, 7500);
    assert_int_equal(type->daily_cap, 3);
    assert_int_equal(type->direction, FL_DIRECTION_TRANSACTION);
    assert_int_equal(type->loop, FL_LOOP_CONVERSION);
    assert_int_equal(type->role, FL_ROLE_PURCHASE);
    assert_int_equal(type->consent, FL_CONSENT_SERVICE);
    assert_int_equal(type->count_by, FL_COUNT_BY_ORDER);
    assert_false(type->pressure);
    assert_true(fl_names_find(registry.names, fl_text_of("shop_buy"), &id));
    assert_int_equal(id, 200);
    for (unsigned other = 0; other < FL_TYPES_MAX; other++) {
        assert_int_equal(fl_type_bit(registry.known_bits, (uint8_t)other), other == 200);
        assert_int_equal(fl_type_bit(registry.order_bits, (uint8_t)other), other == 200);
    }
    fl_registry_release(&registry);
}

static void test_spreadsheet_forms(void **state)
{
    (void)state;
    assert_one_type(
        "type_id,name,channel,direction,loop,weight,half_life_days,daily_cap,count_by,role,pressure,"
        "consent_class,note\n"
        "200,shop_buy,shop,transaction,conversion,-1.25,7.5,3,order,purchase,0,service,a note\n");
    assert_one_type(
        "\xef\xbb\xbftype_id;name;channel;direction;loop;weight;half_life_days;daily_cap;count_by;role;"
        "pressure;consent_class;note\r\n"
        "200;shop_buy;shop;transaction;conversion;-1,25;7,5;3;order;purchase;0;service;\r\n");
    /* columns in another order, none for notes, decimal commas in quotes, empty columns at the right */
    assert_one_type(
        "name,type_id,channel,direction,loop,weight,half_life_days,daily_cap,count_by,role,pressure,"
        "consent_class,,\n"
        "shop_buy,200,shop,transaction,conversion,\"-1,25\",\"7,5\",3,order,purchase,0,service,,\n");
}

static void test_each_rule(void **state)
{
    (void)state;
    assert_line_refused("256,a,web,inbound,awareness,1,7,1,row,none,0,none,", 1, "256 lies outside 0..255\n");
    assert_line_refused("-1,a,web,inbound,awareness,1,7,1,row,none,0,none,", 1, "-1 lies outside 0..255\n");
    assert_line_refused("1x,a,web,inbound,awareness,1,7,1,row,none,0,none,", 1, "`1x` is no whole number\n");
    assert_line_refused("7,a,web,inbound,awareness,1,7,1,row,none,0,none,", 1, "type id 7 is there twice\n");
    assert_line_refused("8,web_visit,web,inbound,awareness,1,7,1,row,none,0,none,", 3,
                        "the name `web_visit` is there twice, first for type id 7\n");
    assert_line_refused("8,,web,inbound,awareness,1,7,1,row,none,0,none,", 3,
                        "a name has letters a-z, digits");
    assert_line_refused("8,a b,web,inbound,awareness,1,7,1,row,none,0,none,", 3,
                        "a name has letters a-z, digits");
    assert_line_refused(
        "8,a2345678901234567890123456789012345678901234567890123456789012345,web,inbound,awareness,1,"
        "7,1,row,none,0,none,",
        3, "a name of 65 bytes, at most 64\n");
    assert_line_refused("8,a,,inbound,awareness,1,7,1,row,none,0,none,", 5,
                        "a channel has letters a-z, digits");
    assert_line_refused("8,a,web,inbuond,awareness,1,7,1,row,none,0,none,", 9,
                        "unknown word `inbuond`, did you mean `inbound`?\n");
    assert_line_refused("8,a,web,,awareness,1,7,1,row,none,0,none,", 9, "unknown word ``\n");
    assert_line_refused("8,a,web,inbound,awarenes,1,7,1,row,none,0,none,", 17,
                        "unknown word `awarenes`, did you mean `awareness`?\n");
    assert_line_refused("8,a,web,inbound,awareness,1.2345,7,1,row,none,0,none,", 27,
                        "`1.2345` has more than 3 decimals\n");
    assert_line_refused("8,a,web,inbound,awareness,1000.001,7,1,row,none,0,none,", 27,
                        "`1000.001` lies outside -1000.000..1000.000\n");
    assert_line_refused("8,a,web,inbound,awareness,-1000.001,7,1,row,none,0,none,", 27,
                        "`-1000.001` lies outside -1000.000..1000.000\n");
    assert_line_refused("8,a,web,inbound,awareness,12x,7,1,row,none,0,none,", 27,
                        "`12x` is no decimal number\n");
    assert_line_refused("8,a,web,inbound,awareness,1,0,1,row,none,0,none,", 29,
                        "`0` lies outside 0.001..1000000.000\n");
    assert_line_refused("8,a,web,inbound,awareness,1,-7,1,row,none,0,none,", 29,
                        "`-7` lies outside 0.001..1000000.000\n");
    assert_line_refused("8,a,web,inbound,awareness,1,7.0001,1,row,none,0,none,", 29,
                        "`7.0001` has more than 3 decimals\n");
    assert_line_refused("8,a,web,inbound,awareness,1,7,-1,row,none,0,none,", 31,
                        "-1 lies outside 0..1000000000\n");
    assert_line_refused("8,a,web,inbound,awareness,1,7,1.5,row,none,0,none,", 31,
                        "`1.5` is no whole number\n");
    assert_line_refused("8,a,web,inbound,awareness,1,7,1,rows,none,0,none,", 33,
                        "unknown word `rows`, did you mean `row`?\n");
    assert_line_refused("8,a,web,inbound,awareness,1,7,1,row,purchases,0,none,", 37,
                        "unknown word `purchases`, did you mean `purchase`?\n");
    assert_line_refused("8,a,web,inbound,awareness,1,7,1,row,none,2,none,", 42, "2 lies outside 0..1\n");
    assert_line_refused("8,a,web,outbound,awareness,1,7,1,row,none,1,none,", 28,
                        "sending is not engagement: a pressure type has weight 0\n");
    assert_line_refused("8,a,web,inbound,awareness,1,7,1,row,none,0,comercial,", 44,
                        "unknown word `comercial`, did you mean `commercial`?\n");
    assert_line_refused("8,a,web,inbound,awareness,1,7,1,row,none,0,none", 1,
                        "12 fields, the header has 13\n");
    assert_line_refused("8,a,web,inbound,awareness,1,7,1,row,none,0,none,\xff", 49, "the text is not UTF-8");
}

static void test_caret(void **state)
{
    (void)state;
    assert_line_refused("8,a,web,inbuond,awareness,1,7,1,row,none,0,none,", 9,
                        "unknown word `inbuond`, did you mean `inbound`?\n"
                        "8,a,web,inbuond,awareness,1,7,1,row,none,0,none,\n"
                        "        ^");
}

static void test_header(void **state)
{
    (void)state;
    assert_refused("", -1, -1, "the file is empty: its first line names the columns");
    assert_refused(header, -1, -1, "no interaction type: at least one is needed");
    assert_refused(
        "type_id,name,channel,direction,loop,weight,half_life_days,daily_cap,count_by,role,pressure\n", 1, 1,
        "the column `consent_class` is missing\n");
    assert_refused("type_id,name,chanel\n", 1, 14, "unknown column `chanel`, did you mean `channel`?\n");
    assert_refused("type_id,name,name\n", 1, 14, "the column is there twice\n");
    char text[512];
    (void)snprintf(text, sizeof text, "%.*s,\n8,a,web,inbound,awareness,1,7,1,row,none,0,none,,x\n",
                   (int)(sizeof header - 2), header);
    assert_refused(text, 2, 50, "text under a column without a name\n");
    assert_refused("\xff\xfe,", 1, 1, "");
}

static void test_limits_are_inside(void **state)
{
    (void)state;
    struct fl_registry registry;
    struct fl_error error;
    char text[1024];
    (void)snprintf(text, sizeof text,
                   "%s0,a,web,inbound,awareness,1000,0.001,0,row,none,0,none,\n"
                   "255,b,web,inbound,awareness,-1000,1000000,1000000000,row,none,0,none,\n",
                   header);
    assert_int_equal(parse(text, &registry, &error), FL_OK);
    assert_int_equal(registry.types[0].weight_milli, 1000000);
    assert_int_equal(registry.types[0].half_life_milli, 1);
    assert_int_equal(registry.types[255].weight_milli, -1000000);
    assert_int_equal(registry.types[255].half_life_milli, 1000000000);
    assert_int_equal(registry.types[255].daily_cap, 1000000000);
    fl_registry_release(&registry);
}

static void test_default_registry(void **state)
{
    (void)state;
    struct fl_model *model = default_model();
    assert_int_equal(fl_model_type_count(model), 140);
    const struct fl_interaction_type *shop = &model->registry.types[type_of(model, "purchase_shop")];
    assert_int_equal(shop->role, FL_ROLE_PURCHASE);
    assert_int_equal(shop->count_by, FL_COUNT_BY_ORDER);
    fl_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spreadsheet_forms),
        cmocka_unit_test(test_each_rule),
        cmocka_unit_test(test_caret),
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_limits_are_inside),
        cmocka_unit_test(test_default_registry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
