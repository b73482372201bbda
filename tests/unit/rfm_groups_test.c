/* rfm_groups_test.c - rfm_groups.csv names each of the 126 codes once, or is refused with the place.
 *
 * A good file is made by a loop over the codes and spoilt in one line at a time. The default names are those
 * of the embedded file; a few codes whose group every marketer knows are pinned. A model folder is opened
 * without the file, with the same one, and with another. */
#include "tests/unit/engine_fixture.h"

static char file[16384];

/* The 126 lines, `missing` (-1: none) left out, the group the code's R or `one` for all. */
static const char *make_file(int missing, const char *one)
{
    size_t size = (size_t)snprintf(file, sizeof file, "code,group\n");
    for (int code = 0; code <= FL_RFM_CODE_MAX; code++) {
        char name[8];
        (void)snprintf(name, sizeof name, "r%d", code / 100);
        if (fl_rfm_code_is_known(code) && code != missing)
            size += (size_t)snprintf(file + size, sizeof file - size, "%03d,%s\n", code,
                                     one == NULL ? name : one);
    }
    return file;
}

static fl_status parse(const char *text, struct fl_rfm_groups *groups, struct fl_error *error)
{
    fl_error_clear(error);
    return fl_rfm_groups_parse(text, strlen(text), "rfm_groups.csv", groups, error);
}

static void assert_refused(const char *text, int64_t line, int64_t column, const char *sentence)
{
    struct fl_rfm_groups groups;
    struct fl_error error;
    assert_int_equal(parse(text, &groups, &error), FL_BAD_MODEL);
    if (strncmp(error.message, sentence, strlen(sentence)) != 0)
        fail_msg("`%s` instead of `%s`", error.message, sentence);
    assert_string_equal(error.path, "rfm_groups.csv");
    assert_int_equal(error.line, line);
    assert_int_equal(error.line_column, column);
}

static void test_codes(void **state)
{
    (void)state;
    int known = 0;
    for (int code = -1; code <= FL_RFM_CODE_MAX + 1; code++)
        known += fl_rfm_code_is_known(code);
    assert_int_equal(known, FL_RFM_CODES);
    assert_true(fl_rfm_code_is_known(0) && fl_rfm_code_is_known(111) && fl_rfm_code_is_known(555));
    assert_false(fl_rfm_code_is_known(11) || fl_rfm_code_is_known(110) || fl_rfm_code_is_known(101) ||
                 fl_rfm_code_is_known(161) || fl_rfm_code_is_known(116));
}

static void test_groups(void **state)
{
    (void)state;
    struct fl_rfm_groups groups;
    struct fl_error error;
    assert_int_equal(parse(make_file(-1, NULL), &groups, &error), FL_OK);
    assert_int_equal(groups.count, 6);
    for (int code = 0; code <= FL_RFM_CODE_MAX; code++) {
        if (fl_rfm_code_is_known(code))
            assert_int_equal(groups.of_code[code], code / 100);
    }
    assert_string_equal(groups.names[5], "r5");
    /* One name for all, as wide as a name may be. */
    char wide[FL_RFM_GROUP_BYTES_MAX + 1];
    memset(wide, 'w', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    assert_int_equal(parse(make_file(-1, wide), &groups, &error), FL_OK);
    assert_int_equal(groups.count, 1);
    assert_int_equal(groups.of_code[0] + groups.of_code[555], 0);
    assert_string_equal(groups.names[0], wide);
}

/* As a spreadsheet writes it: BOM, CRLF, semicolons, 000 as 0, blanks and quotes in a name. */
static void test_spreadsheet(void **state)
{
    (void)state;
    struct fl_rfm_groups groups;
    struct fl_error error;
    char text[2 * sizeof file] = "\xef\xbb\xbf"
                                 "code;group\r\n0;\"Can't, \"\"lose\"\"\"\r\n";
    for (int code = 1; code <= FL_RFM_CODE_MAX; code++) {
        if (fl_rfm_code_is_known(code))
            (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%d;Été à deux\r\n", code);
    }
    if (parse(text, &groups, &error) != FL_OK)
        fail_msg("%s", error.message);
    assert_int_equal(groups.count, 2);
    assert_string_equal(groups.names[groups.of_code[0]], "Can't, \"lose\"");
    assert_string_equal(groups.names[groups.of_code[321]], "Été à deux");
}

static void test_refused(void **state)
{
    (void)state;
    assert_refused("code,name\n", 1, 6, "unknown column `name`");
    assert_refused("code\n", 1, 1, "the column `group` is missing");
    assert_refused("code,group\n", -1, -1,
                   "126 of 126 codes have no group: 000, 111, 112, 113, 114, 115, 121, 122 ..");
    assert_refused(make_file(321, NULL), -1, -1, "1 of 126 codes have no group: 321");
    assert_refused("code,group\n555,a\n055,b\n", 3, 1,
                   "a code is three digits of 1 to 5 for R, F and M, or 000");
    assert_refused("code,group\n560,a\n", 2, 1, "a code is three digits");
    assert_refused("code,group\n5.5,a\n", 2, 1, "a code is three digits");
    assert_refused("code,group\n,a\n", 2, 1, "a code is three digits");
    assert_refused("code,group\n555,a\n554,a\n555,b\n", 4, 1, "the code 555 is there twice, first on line 2");
    assert_refused("code,group\n000,a\n0,a\n", 3, 1, "the code 000 is there twice, first on line 2");
    assert_refused("code,group\n555,\n", 2, 5, "a group is a name of 1 to 64 bytes on one line");
    assert_refused("code,group\n555,\"a\nb\"\n", 2, 5, "a group is a name of 1 to 64 bytes on one line");
    char wide[100] = "code,group\n555,";
    memset(wide + strlen(wide), 'w', FL_RFM_GROUP_BYTES_MAX + 1);
    assert_refused(wide, 2, 5, "a group is a name of 1 to 64 bytes on one line");
}

static const char *group_of(const struct fl_model *model, int code)
{
    return model->rfm_groups.names[model->rfm_groups.of_code[code]];
}

static void test_default_names(void **state)
{
    (void)state;
    struct fl_model *model = default_model();
    assert_int_equal(model->rfm_groups.count, 12);
    assert_string_equal(group_of(model, 0), "prospect");
    assert_string_equal(group_of(model, 555), "champions");
    assert_string_equal(group_of(model, 511), "newcomers");
    assert_string_equal(group_of(model, 355), "loyal");
    assert_string_equal(group_of(model, 333), "needs_attention");
    assert_string_equal(group_of(model, 255), "at_risk");
    assert_string_equal(group_of(model, 155), "cannot_lose");
    assert_string_equal(group_of(model, 111), "gone");
    fl_model_free(model);
}

static struct fl_model *open_model(fl_status expected)
{
    char path[FIXTURE_PATH_SIZE];
    struct fl_model *model = NULL;
    assert_int_equal(fl_model_open(&fl_io_system, fixture_path("m", path), &model, NULL), expected);
    return model;
}

static void test_optional_part(void **state)
{
    (void)state;
    init_model_folder("m");
    struct fl_model *with = open_model(FL_OK);
    fixture_remove("m/rfm_groups.csv");
    struct fl_model *without = open_model(FL_OK);
    assert_true(with->has_part[FL_MODEL_RFM_GROUPS] && !without->has_part[FL_MODEL_RFM_GROUPS]);
    assert_string_not_equal(fl_model_hash(with), fl_model_hash(without));
    assert_memory_equal(&with->rfm_groups, &without->rfm_groups, sizeof with->rfm_groups);
    fixture_put("m/rfm_groups.csv", make_file(-1, NULL));
    struct fl_model *own = open_model(FL_OK);
    assert_string_equal(group_of(own, 432), "r4");
    fixture_put("m/rfm_groups.csv", "");
    assert_null(open_model(FL_BAD_MODEL)); /* an empty file is there, and wrong */
    fl_model_free(with);
    fl_model_free(without);
    fl_model_free(own);
    fixture_remove("m");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes),         cmocka_unit_test(test_groups),
        cmocka_unit_test(test_spreadsheet),   cmocka_unit_test(test_refused),
        cmocka_unit_test(test_default_names), cmocka_unit_test(test_optional_part),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
