/* schema_test.c - the tables' columns: what is on disk stays as it is.
 *
 * Method: ids, names, kinds are on disk in files that must be readable for ever, so the whole of them is
 * written down here a second time: a change by mistake fails. The rest walks the tables, so that what is
 * added is held to the same rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "formats/base/limits.h"
#include "formats/schema/schema.h"

/* id, name, kind of each column; new ones are appended, nothing else ever changes. */
static const char *const frozen[] = {
    "interactions 1: 1 customer key, 2 day day, 3 type type, 4 order order, 5 second second, 6 brand word, "
    "7 category word, 8 product word, 9 content word, 10 agent word, 11 channel word, 12 store word, "
    "13 quantity milli, 14 amount money, 15 discount money, 16 margin money, 17 currency word, 18 arrival "
    "day, "
    "19 speaker word, 20 message text, 21 text text, ",
    "products 2: 1 product word, 2 brand word, 3 category word, 4 arrival day, ",
    "customers 3: 1 customer key, 2 birth_year integer, 3 age_band word, 4 life_stage word, 5 country word, "
    "6 region word, 7 urbanity word, 8 latitude degree, 9 longitude degree, 10 store_distance_m integer, "
    "11 first_contact day, 12 arrival day, ",
    "customer_ids 4: 1 customer key, 2 customer_id text, ",
    "customer_scores 5: 1 customer key, 2 customer_id text, 3 engagement small, 4 band word, 5 percentile "
    "small, "
    "6 trend word, 7 intent small, 8 intent_trend word, 9 raw micro, 10 raw_positive micro, "
    "11 raw_negative micro, 12 intent_raw micro, 13 points_28 micro, 14 points_84 micro, "
    "15 intent_points_28 micro, 16 intent_points_84 micro, 17 points_awareness micro, 18 points_nurturing "
    "micro, "
    "19 points_experience micro, 20 points_conversion micro, 21 rows integer, 22 units integer, 23 first_day "
    "day, "
    "24 last_day day, 25 last_purchase_day day, 26 lost_to_cap micro, 27 lost_to_decay micro, ",
    "brand_scores 6: 1 customer key, 2 customer_id text, 28 brand word, 3 engagement small, 4 band word, "
    "6 trend word, 7 intent small, 8 intent_trend word, 9 raw micro, 10 raw_positive micro, "
    "11 raw_negative micro, 12 intent_raw micro, 13 points_28 micro, 14 points_84 micro, "
    "15 intent_points_28 micro, 16 intent_points_84 micro, 17 points_awareness micro, 18 points_nurturing "
    "micro, "
    "19 points_experience micro, 20 points_conversion micro, 21 rows integer, 22 units integer, 23 first_day "
    "day, "
    "24 last_day day, 25 last_purchase_day day, 26 lost_to_cap micro, 27 lost_to_decay micro, ",
    "category_scores 7: 1 customer key, 2 customer_id text, 28 category word, 3 engagement small, 4 band "
    "word, "
    "6 trend word, 7 intent small, 8 intent_trend word, 9 raw micro, 10 raw_positive micro, "
    "11 raw_negative micro, 12 intent_raw micro, 13 points_28 micro, 14 points_84 micro, "
    "15 intent_points_28 micro, 16 intent_points_84 micro, 17 points_awareness micro, 18 points_nurturing "
    "micro, "
    "19 points_experience micro, 20 points_conversion micro, 21 rows integer, 22 units integer, 23 first_day "
    "day, "
    "24 last_day day, 25 last_purchase_day day, 26 lost_to_cap micro, 27 lost_to_decay micro, ",
    "stores 8: 1 store word, 2 latitude degree, 3 longitude degree, 4 country word, 5 region word, 6 arrival "
    "day, ",
    "product_scores 9: 1 customer key, 2 customer_id text, 28 product word, 3 engagement small, 4 band word, "
    "6 trend word, 7 intent small, 8 intent_trend word, 9 raw micro, 10 raw_positive micro, "
    "11 raw_negative micro, 12 intent_raw micro, 13 points_28 micro, 14 points_84 micro, "
    "15 intent_points_28 micro, 16 intent_points_84 micro, 17 points_awareness micro, 18 points_nurturing "
    "micro, "
    "19 points_experience micro, 20 points_conversion micro, 21 rows integer, 22 units integer, 23 first_day "
    "day, "
    "24 last_day day, 25 last_purchase_day day, 26 lost_to_cap micro, 27 lost_to_decay micro, ",
    "type_scores 10: 1 customer key, 2 customer_id text, 28 type word, 21 rows integer, 22 units integer, "
    "9 points micro, 24 last_day day, ",
    "transitions 12: 1 what word, 2 from word, 3 to word, 4 customers integer, ",
    "given_tags 13: 1 customer key, 2 day day, 3 tag word, 4 until day, 5 giver word, 6 arrival day, ",
    "customer_tags 14: 1 customer key, 2 customer_id text, 3 tag word, 4 since day, 5 last day, 6 expires "
    "day, 7 hits integer, 8 priority integer, 9 points micro, 10 given small, 11 first_day day, "
    "12 first_second second, 13 first_message text, 14 first_offset integer, 15 first_length integer, "
    "16 first_rule integer, ",
    "message_hits 15: 1 customer key, 2 customer_id text, 3 day day, 4 type word, 5 order order, 6 second "
    "second, 7 message text, 8 tag word, 9 rule integer, 10 offset integer, 11 length integer, ",
};

static void test_what_is_on_disk_is_frozen(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof frozen / sizeof frozen[0]; i++) {
        const struct fl_schema *schema = fl_schema_at(i);
        char text[4096];
        assert_non_null(schema);
        size_t used = (size_t)snprintf(text, sizeof text, "%s %u: ", schema->name, schema->id);
        for (size_t k = 0; k < schema->count; k++) {
            const struct fl_column *column = &schema->columns[k];
            used += (size_t)snprintf(text + used, sizeof text - used, "%u %s %s, ", column->id, column->name,
                                     fl_kind_name(column->kind));
            assert_true(used < sizeof text);
        }
        /* Columns may have been appended since. */
        text[strnlen(frozen[i], used)] = '\0';
        assert_string_equal(text, frozen[i]);
    }
}

static void test_tables_follow_the_rules(void **state)
{
    (void)state;
    size_t count = 0;
    for (const struct fl_schema *schema; (schema = fl_schema_at(count)) != NULL; count++) {
        assert_ptr_equal(fl_schema_by_name(schema->name), schema);
        assert_ptr_equal(fl_schema_by_id(schema->id), schema);
        assert_true(schema->version >= 1 && schema->count >= 1 && schema->count <= FL_COLUMNS_MAX);
        assert_true(strcmp(schema->extension, "flint") == 0 || strcmp(schema->extension, "flseg") == 0);
        for (size_t i = 0; i < schema->count; i++) {
            const struct fl_column *column = &schema->columns[i];
            /* Unique names and ids: each search finds this column and no earlier one. */
            assert_int_equal(fl_schema_find(schema, fl_text_of(column->name)), i);
            assert_int_equal(fl_schema_find_id(schema, column->id), i);
            assert_non_null(fl_kind_name(column->kind));
            assert_true(column->since >= 1 && column->since <= schema->version);
            assert_true(i == 0 || column->since >= schema->columns[i - 1].since);
            assert_true(column->kind != FL_KIND_KEY || i == 0);
        }
    }
    assert_true(count >= 8);
}

static void test_unknown_things_are_not_found(void **state)
{
    (void)state;
    const struct fl_schema *schema = fl_schema_by_name("interactions");
    assert_null(fl_schema_by_name("interaction"));
    assert_null(fl_schema_by_id(0));
    assert_null(fl_schema_by_id(999));
    assert_int_equal(fl_schema_find(schema, fl_text_of("Customer")), -1);
    assert_int_equal(fl_schema_find_id(schema, 0), -1);
    assert_int_equal(fl_schema_find_id(schema, 999), -1);
    assert_null(fl_kind_name((enum fl_kind)0));
    assert_null(fl_kind_name((enum fl_kind)14));
}

static void test_kinds_in_memory(void **state)
{
    (void)state;
    assert_int_equal(fl_kind_size_bytes(FL_KIND_KEY), 8);
    assert_int_equal(fl_kind_size_bytes(FL_KIND_DAY), 4);
    assert_int_equal(fl_kind_size_bytes(FL_KIND_SECOND), 4);
    assert_int_equal(fl_kind_size_bytes(FL_KIND_TYPE), 1);
    assert_int_equal(fl_kind_size_bytes(FL_KIND_SMALL), 1);
    assert_int_equal(fl_kind_size_bytes(FL_KIND_WORD), 4);
    assert_int_equal(fl_kind_size_bytes(FL_KIND_TEXT), 0);
    assert_int_equal(fl_kind_storage(FL_KIND_WORD), FL_STORAGE_WORD);
    assert_int_equal(fl_kind_storage(FL_KIND_TEXT), FL_STORAGE_TEXT);
}

static void test_ids_by_name(void **state)
{
    (void)state;
    assert_int_equal(FL_INTERACTIONS_CUSTOMER, 1);
    assert_int_equal(FL_INTERACTIONS_TEXT, 21);
    assert_int_equal(FL_PRODUCTS_CATEGORY, 3);
    assert_int_equal(FL_CUSTOMERS_FIRST_CONTACT, 11);
    assert_int_equal(FL_STORES_ARRIVAL, 6);
    assert_int_equal(FL_GIVEN_TAGS_ARRIVAL, 6);
    assert_int_equal(FL_CUSTOMER_IDS_ID, 2);
    assert_int_equal(FL_SCORES_LOST_TO_DECAY, 27);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_on_disk_is_frozen),
        cmocka_unit_test(test_tables_follow_the_rules),
        cmocka_unit_test(test_unknown_things_are_not_found),
        cmocka_unit_test(test_kinds_in_memory),
        cmocka_unit_test(test_ids_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
