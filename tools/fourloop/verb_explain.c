/* verb_explain.c - `fourloop explain`: shows where the score of one customer comes from. */
#include <stdio.h>

#include "engine/fourloop.h"
#include "formats/base/civil.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/verbs.h"

static const char *const loop_names[4] = {"awareness", "nurturing", "experience", "conversion"};

static void print_head(const struct fl_explanation *explanation)
{
    char points[REPORT_POINTS_TEXT], half[REPORT_POINTS_TEXT], day[11];
    if (explanation->customer_id != NULL)
        printf("customer    %s\n", explanation->customer_id);
    else
        printf("customer    %lld\n", (long long)explanation->customer);
    printf("engagement  %u, %s, trend %s", explanation->engagement, explanation->band, explanation->trend);
    if (explanation->percentile >= 0)
        printf(", percentile %d", explanation->percentile);
    printf("\n            raw %s points; %s would be a score of 50\n",
           report_points(explanation->raw, points), report_points(explanation->k_micro, half));
    printf("            last 28 days %s, the 84 before %s points, undecayed\n",
           report_points(explanation->points_28, points), report_points(explanation->points_84, half));
    printf("intent      %u, trend %s, raw %s points", explanation->intent, explanation->intent_trend,
           report_points(explanation->intent_raw, points));
    if (explanation->has_purchase) {
        fl_day_format(explanation->last_purchase_day, day);
        printf(", since the purchase of %s", day);
    }
    printf("\n");
    for (int loop = 0; loop < 4; loop++)
        printf("%-12s%s points\n", loop_names[loop], report_points(explanation->loop_points[loop], points));
}

static void print_row(const struct fl_explain_row *row)
{
    char points[REPORT_POINTS_TEXT], cap[REPORT_POINTS_TEXT], decay[REPORT_POINTS_TEXT];
    char first_day[11], last_day[11];
    fl_day_format(row->first_day, first_day);
    fl_day_format(row->last_day, last_day);
    printf("%-32s %8llu %8llu %16s %16s %16s  %s  %s\n", row->type_name, (unsigned long long)row->rows,
           (unsigned long long)row->units, report_points(row->points, points),
           report_points(row->lost_to_cap, cap), report_points(row->lost_to_decay, decay), first_day,
           last_day);
}

static void print_table(const struct fl_explanation *explanation)
{
    printf("\n%-32s %8s %8s %16s %16s %16s  %-10s  %-10s\n", "type", "rows", "units", "points", "lost to cap",
           "lost to decay", "first", "last");
    int64_t sum = 0;
    for (size_t i = 0; i < explanation->row_count; i++) {
        print_row(&explanation->rows[i]);
        sum += explanation->rows[i].points;
    }
    char points[REPORT_POINTS_TEXT];
    printf("%-32s %8s %8s %16s\n", "together", "", "", report_points(sum, points));
}

static json_t *json_of_rows(const struct fl_explanation *explanation)
{
    json_t *list = json_array();
    for (size_t i = 0; i < explanation->row_count; i++) {
        const struct fl_explain_row *row = &explanation->rows[i];
        char first_day[11], last_day[11];
        fl_day_format(row->first_day, first_day);
        fl_day_format(row->last_day, last_day);
        (void)json_array_append_new(
            list, json_pack("{s:i, s:s, s:I, s:I, s:I, s:I, s:I, s:s, s:s}", "type_id", (int)row->type,
                            "type", row->type_name, "rows", (json_int_t)row->rows, "units",
                            (json_int_t)row->units, "points", (json_int_t)row->points, "lost_to_cap",
                            (json_int_t)row->lost_to_cap, "lost_to_decay", (json_int_t)row->lost_to_decay,
                            "first_day", first_day, "last_day", last_day));
    }
    return list;
}

/* All points as micro-points, like the columns of the customers table. */
static json_t *json_of(const struct fl_explanation *explanation)
{
    char day[11] = "";
    if (explanation->has_purchase)
        fl_day_format(explanation->last_purchase_day, day);
    json_t *object = json_pack(
        "{s:I, s:s?, s:i, s:s, s:o, s:s, s:i, s:s, s:I, s:I, s:I, s:I, s:s?, s:I}", "customer",
        (json_int_t)explanation->customer, "customer_id", explanation->customer_id, "engagement",
        (int)explanation->engagement, "band", explanation->band, "percentile",
        explanation->percentile < 0 ? json_null() : json_integer(explanation->percentile), "trend",
        explanation->trend, "intent", (int)explanation->intent, "intent_trend", explanation->intent_trend,
        "raw", (json_int_t)explanation->raw, "intent_raw", (json_int_t)explanation->intent_raw, "points_28",
        (json_int_t)explanation->points_28, "points_84", (json_int_t)explanation->points_84,
        "last_purchase_day", explanation->has_purchase ? day : NULL, "k", (json_int_t)explanation->k_micro);
    for (int loop = 0; loop < 4; loop++) {
        char name[32];
        snprintf(name, sizeof name, "points_%s", loop_names[loop]);
        (void)json_object_set_new(object, name, json_integer((json_int_t)explanation->loop_points[loop]));
    }
    (void)json_object_set_new(object, "types", json_of_rows(explanation));
    return object;
}

fl_status verb_explain(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    struct fl_explanation explanation;
    fl_status status = fl_explain(io, command->flags[FLAG_RUN_DIR].text, command->flags[FLAG_DATA].text,
                                  command->words[0], &explanation, error);
    if (status != FL_OK)
        return status;
    if (command->flags[FLAG_JSON].given) {
        status = report_json(json_of(&explanation), error);
    } else {
        print_head(&explanation);
        print_table(&explanation);
    }
    fl_explanation_release(&explanation);
    return status;
}
