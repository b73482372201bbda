/* verb_model_test.c - `fourloop model test`: scores an analyst's examples and says what came out otherwise.
 */
#include <stdio.h>

#include "engine/fourloop.h"
#include "formats/base/civil.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/verbs.h"

/* "engagement", "brands Acme: engagement" */
static void print_miss(const struct fl_example_result *result)
{
    if (result->word != NULL)
        printf("      %s %s: ", result->table, result->word);
    else
        printf("      ");
    printf("%s: expected %s, came %s", result->column, result->expected, result->got);
    if (result->note != NULL)
        printf(" (%s)", result->note);
    printf("\n");
}

static void print_types(const struct fl_explanation *explanation)
{
    char points[REPORT_POINTS_TEXT], cap[REPORT_POINTS_TEXT], decay[REPORT_POINTS_TEXT];
    printf("      the whole customer: %s points, an engagement of %u; ",
           report_points(explanation->raw, points), explanation->engagement);
    printf("%s would give 50\n", report_points(explanation->k_micro, points));
    printf("      %-32s %8s %8s %16s %16s %16s\n", "type", "rows", "units", "points", "lost to cap",
           "lost to decay");
    for (size_t i = 0; i < explanation->row_count; i++) {
        const struct fl_explain_row *row = &explanation->rows[i];
        printf("      %-32s %8llu %8llu %16s %16s %16s\n", row->type_name, (unsigned long long)row->rows,
               (unsigned long long)row->units, report_points(row->points, points),
               report_points(row->lost_to_cap, cap), report_points(row->lost_to_decay, decay));
    }
}

/* One example: results from *at on, which is moved behind its last. */
static void print_example(const struct fl_model_test *test, size_t example, size_t *at)
{
    const size_t first = *at;
    size_t met = 0;
    while (*at < test->result_count && test->results[*at].example == example)
        met += test->results[(*at)++].met;
    printf("%-4s  %s: %zu of %zu\n", met == *at - first ? "ok" : "MISS", test->names[example], met,
           *at - first);
    for (size_t i = first; i < *at; i++) {
        if (!test->results[i].met)
            print_miss(&test->results[i]);
    }
    if (test->explanations[example] != NULL)
        print_types(test->explanations[example]);
}

static json_t *json_of_types(const struct fl_explanation *explanation)
{
    json_t *list = json_array();
    for (size_t i = 0; i < explanation->row_count; i++) {
        const struct fl_explain_row *row = &explanation->rows[i];
        (void)json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "type", row->type_name,
                                                    "rows", (json_int_t)row->rows, "units",
                                                    (json_int_t)row->units, "points", (json_int_t)row->points,
                                                    "lost_to_cap", (json_int_t)row->lost_to_cap,
                                                    "lost_to_decay", (json_int_t)row->lost_to_decay));
    }
    return list;
}

static json_t *json_of_example(const struct fl_model_test *test, size_t example, size_t *at)
{
    json_t *results = json_array();
    for (; *at < test->result_count && test->results[*at].example == example; (*at)++) {
        const struct fl_example_result *result = &test->results[*at];
        (void)json_array_append_new(results,
                                    json_pack("{s:s, s:s?, s:s, s:s, s:s, s:b}", "table", result->table,
                                              "word", result->word, "column", result->column, "expected",
                                              result->expected, "got", result->got, "met", (int)result->met));
    }
    json_t *object = json_pack("{s:s, s:o}", "name", test->names[example], "results", results);
    if (test->explanations[example] != NULL)
        (void)json_object_set_new(object, "types", json_of_types(test->explanations[example]));
    return object;
}

static fl_status print_json(const struct fl_model_test *test, struct fl_error *error)
{
    char day[11];
    size_t at = 0;
    json_t *examples = json_array();
    fl_day_format(test->as_of_day, day);
    for (size_t i = 0; i < test->example_count; i++)
        (void)json_array_append_new(examples, json_of_example(test, i, &at));
    return report_json(json_pack("{s:s, s:I, s:I, s:o}", "as_of", day, "expectations",
                                 (json_int_t)test->result_count, "missed", (json_int_t)test->missed,
                                 "examples", examples),
                       error);
}

fl_status verb_model_test(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    const struct fl_model_test_plan plan = {.io = io,
                                            .model = command->words[0],
                                            .scratch = command->flags[FLAG_SCRATCH].text,
                                            .has_as_of = command->flags[FLAG_TEST_AS_OF].given,
                                            .as_of_day = (int32_t)command->flags[FLAG_TEST_AS_OF].number};
    struct fl_model_test *test = NULL;
    fl_status status = fl_model_test(&plan, &test, error);
    if (status != FL_OK)
        return status;
    size_t at = 0;
    if (command->flags[FLAG_JSON].given)
        status = print_json(test, error);
    for (size_t i = 0; i < test->example_count && !command->flags[FLAG_JSON].given; i++)
        print_example(test, i, &at);
    report_say("%s: %zu examples, %zu expectations, %zu missed", plan.model, test->example_count,
               test->result_count, test->missed);
    if (status == FL_OK && test->missed > 0)
        status =
            fl_fail(error, FL_BAD_MODEL, "the model does not do what its examples say: %zu of %zu missed",
                    test->missed, test->result_count);
    fl_model_test_free(test);
    return status;
}
