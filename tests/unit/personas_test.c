/* personas_test.c - whole customers with expected numbers from another hand.
 *
 * tests/golden/personas holds event lists with the exact results of an independent reference, for customers,
 * brands and categories. Each persona's rows of the scope are sorted, scored, and compared in every expected
 * column. */
#include "tests/unit/engine_fixture.h"

#include "engine/score.h"
#include "formats/base/checksum.h"
#include "formats/base/decimal.h"
#include "formats/importers/csv_reader.h"

enum { AS_OF = 20777, ROWS_MAX = 1 << 18, NAME_SIZE = 64 };

struct persona_row {
    char persona[NAME_SIZE], category[NAME_SIZE], brand[NAME_SIZE], order[NAME_SIZE];
    int32_t day;
    uint8_t type;
};

static struct fl_model *model;
static struct fl_points *points;
static struct persona_row all_rows[ROWS_MAX];
static size_t all_count;

static void copy_name(char name[NAME_SIZE], struct fl_text text)
{
    assert_true(text.size < NAME_SIZE);
    memcpy(name, text.bytes, text.size);
    name[text.size] = '\0';
}

static int64_t number_of(struct fl_text text)
{
    int64_t number = 0;
    assert_true(fl_integer_parse(text.bytes, text.size, &number));
    return number;
}

/* Opens a golden CSV and passes over its header. */
static struct fl_csv_reader *open_csv(const char *path, struct fl_buffer *bytes)
{
    struct fl_csv_reader *reader = NULL;
    struct fl_csv_record header;
    bool more = false;
    const struct fl_csv_options options = {.delimiter = ','};
    assert_int_equal(fl_file_read_all(&fl_io_system, path, 1 << 20, bytes, NULL), FL_OK);
    assert_int_equal(
        fl_csv_reader_over((const char *)bytes->bytes, bytes->size, path, &options, &reader, NULL), FL_OK);
    assert_int_equal(fl_csv_next(reader, &header, &more, NULL), FL_OK);
    assert_true(more);
    return reader;
}

static void add_line(const struct fl_csv_record *record)
{
    int64_t type = 0;
    struct persona_row row = {.day = AS_OF - (int32_t)number_of(record->fields[1])};
    assert_int_equal(record->field_count, 7);
    assert_true(fl_names_find(fl_model_types(model), record->fields[2], &type));
    row.type = (uint8_t)type;
    copy_name(row.persona, record->fields[0]);
    copy_name(row.category, record->fields[3]);
    copy_name(row.brand, record->fields[4]);
    copy_name(row.order, record->fields[5]);
    for (int64_t copies = number_of(record->fields[6]); copies > 0; copies--) {
        assert_true(all_count < ROWS_MAX);
        all_rows[all_count++] = row;
    }
}

static int compare_persona_rows(const void *a, const void *b)
{
    const struct persona_row *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return x->type != y->type ? (int)x->type - (int)y->type : strcmp(x->order, y->order);
}

static int read_personas(void **state)
{
    (void)state;
    struct fl_buffer bytes = {0};
    model = default_model();
    assert_int_equal(fl_points_create(model, &points, NULL), FL_OK);
    struct fl_csv_reader *reader = open_csv("tests/golden/personas/personas.csv", &bytes);
    for (bool more = true;;) {
        struct fl_csv_record record;
        assert_int_equal(fl_csv_next(reader, &record, &more, NULL), FL_OK);
        if (!more)
            break;
        add_line(&record);
    }
    fl_csv_reader_free(reader);
    fl_buffer_release(&bytes);
    qsort(all_rows, all_count, sizeof all_rows[0], compare_persona_rows);
    return 0;
}

static int free_personas(void **state)
{
    (void)state;
    fl_points_free(points);
    fl_model_free(model);
    return 0;
}

/* "customer", "brand X", "category camping" */
static bool in_scope(const struct persona_row *row, const char *persona, const char *scope)
{
    if (strcmp(row->persona, persona) != 0)
        return false;
    if (strncmp(scope, "brand ", 6) == 0)
        return strcmp(row->brand, scope + 6) == 0;
    return strncmp(scope, "category ", 9) != 0 || strcmp(row->category, scope + 9) == 0;
}

static enum fl_scope kind_of_scope(const char *scope)
{
    if (strncmp(scope, "brand ", 6) == 0)
        return FL_SCOPE_BRAND;
    return strncmp(scope, "category ", 9) == 0 ? FL_SCOPE_CATEGORY : FL_SCOPE_CUSTOMER;
}

static struct fl_scope_score score_scope(const char *persona, const char *scope)
{
    struct fl_scorer scorer;
    struct fl_scope_score score;
    fl_scorer_init(&scorer, points, &model->settings, kind_of_scope(scope), AS_OF);
    for (size_t i = 0; i < all_count; i++) {
        const struct persona_row *row = &all_rows[i];
        /* Equal texts, equal numbers; they are sorted by text, and equal ones lie together. */
        const int64_t order = (int64_t)fl_digest64(row->order, strlen(row->order));
        const uint8_t order_null = row->order[0] == '\0';
        if (in_scope(row, persona, scope))
            assert_true(fl_scorer_add(&scorer, &(struct fl_rows){.day = &row->day,
                                                                 .type = &row->type,
                                                                 .order = &order,
                                                                 .order_null = &order_null,
                                                                 .count = 1}));
    }
    fl_scorer_end(&scorer, &score);
    return score;
}

static void assert_word(struct fl_text expected, const char *word)
{
    assert_true(fl_text_equal(expected, fl_text_of(word)));
}

static void test_each_persona(void **state)
{
    (void)state;
    struct fl_buffer bytes = {0};
    size_t lines = 0;
    struct fl_csv_reader *reader = open_csv("tests/golden/personas/personas_expected.csv", &bytes);
    for (bool more = true;; lines++) {
        struct fl_csv_record record;
        char persona[NAME_SIZE], scope[NAME_SIZE];
        assert_int_equal(fl_csv_next(reader, &record, &more, NULL), FL_OK);
        if (!more)
            break;
        assert_int_equal(record.field_count, 12);
        copy_name(persona, record.fields[0]);
        copy_name(scope, record.fields[1]);
        const struct fl_scope_score score = score_scope(persona, scope);
        assert_int_equal(score.raw, number_of(record.fields[2]));
        assert_int_equal(score.raw_positive, number_of(record.fields[3]));
        assert_int_equal(score.raw_negative, number_of(record.fields[4]));
        assert_int_equal(score.engagement, number_of(record.fields[5]));
        assert_int_equal(score.intent_raw, number_of(record.fields[6]));
        assert_int_equal(score.intent, number_of(record.fields[7]));
        assert_word(record.fields[8], fl_trend_word(score.trend));
        assert_word(record.fields[9], fl_trend_word(score.intent_trend));
        assert_int_equal(score.points_28, number_of(record.fields[10]));
        assert_int_equal(score.points_84, number_of(record.fields[11]));
    }
    fl_csv_reader_free(reader);
    fl_buffer_release(&bytes);
    assert_true(lines >= 35);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_persona)};
    return cmocka_run_group_tests(tests, read_personas, free_personas);
}
