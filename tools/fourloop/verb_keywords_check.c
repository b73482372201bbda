/* verb_keywords_check.c - `fourloop keywords check`: says what is wrong with a keyword list, and what is odd.
 */
#include <stdio.h>
#include <string.h>

#include "tools/fourloop/report.h"
#include "tools/fourloop/text_input.h"
#include "tools/fourloop/verbs.h"

static const char *const kind_words[] = {
    [FL_KEYWORD_ERROR] = "error", [FL_KEYWORD_WARNING] = "warning", [FL_KEYWORD_SAMPLE] = "sample"};

/* "list.csv:12:5: warning: column any: ..." */
static void print_remark(const char *file, const struct fl_keyword_remark *remark)
{
    printf("%s:", file);
    if (remark->line > 0)
        printf("%lld:", (long long)remark->line);
    if (remark->column > 0)
        printf("%lld:", (long long)remark->column);
    printf(" %s:", kind_words[remark->kind]);
    if (remark->cell != NULL)
        printf(" column `%s`:", remark->cell);
    printf(" %s", remark->text);
}

/* One finding of a sample concerns most rules of a list in many languages: it is said once, with their lines.
 */
static bool says_the_same(const struct fl_keyword_remark *a, const struct fl_keyword_remark *b)
{
    return a->kind == FL_KEYWORD_SAMPLE && b->kind == FL_KEYWORD_SAMPLE && a->cell == b->cell &&
           strcmp(a->text, b->text) == 0;
}

/* ": lines 2-12, 14, 17-30", of the remarks from `first` on that say what it says */
static void print_lines(const struct fl_keyword_remarks *remarks, size_t first)
{
    int64_t from = remarks->list[first].line, to = from;
    printf(": lines ");
    for (size_t i = first + 1; i <= remarks->count; i++) {
        const bool is_end = i == remarks->count;
        if (!is_end && !says_the_same(&remarks->list[first], &remarks->list[i]))
            continue;
        if (!is_end && remarks->list[i].line == to + 1) {
            to++;
            continue;
        }
        printf("%lld", (long long)from);
        if (to > from)
            printf("-%lld", (long long)to);
        if (!is_end) {
            printf(", ");
            from = to = remarks->list[i].line;
        }
    }
    printf("\n");
}

/* Each remark, at the first of its lines. */
static void print_remarks(const struct fl_keyword_remarks *remarks)
{
    for (size_t i = 0; i < remarks->count; i++) {
        const struct fl_keyword_remark *remark = &remarks->list[i];
        size_t same = 0;
        bool is_said = false;
        for (size_t j = 0; j < remarks->count; j++) {
            const bool is_same = says_the_same(remark, &remarks->list[j]);
            same += is_same ? 1 : 0;
            is_said = is_said || (is_same && j < i);
        }
        if (is_said)
            continue;
        print_remark(remarks->file, remark);
        if (same > 1)
            print_lines(remarks, i);
        else
            printf("\n");
    }
}

static json_t *json_of_remark(const struct fl_keyword_remark *remark)
{
    return json_pack("{s:s, s:o, s:o, s:s?, s:s}", "kind", kind_words[remark->kind], "line",
                     remark->line > 0 ? json_integer((json_int_t)remark->line) : json_null(), "column",
                     remark->column > 0 ? json_integer((json_int_t)remark->column) : json_null(), "cell",
                     remark->cell, "text", remark->text);
}

static fl_status print_json(const struct fl_keyword_remarks *remarks, struct fl_error *error)
{
    json_t *list = json_array();
    for (size_t i = 0; i < remarks->count; i++)
        (void)json_array_append_new(list, json_of_remark(&remarks->list[i]));
    return report_json(json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "file", remarks->file,
                                 "tags", (json_int_t)remarks->tags, "rules", (json_int_t)remarks->rules,
                                 "words", (json_int_t)remarks->words, "messages",
                                 (json_int_t)remarks->messages, "errors", (json_int_t)remarks->errors,
                                 "warnings", (json_int_t)remarks->warnings, "from_sample",
                                 (json_int_t)remarks->from_sample, "remarks", list),
                       error);
}

static fl_status print(const struct fl_keyword_remarks *remarks, bool as_json, struct fl_error *error)
{
    const size_t all = remarks->errors + remarks->warnings + remarks->from_sample;
    fl_status status = FL_OK;
    if (as_json)
        status = print_json(remarks, error);
    else
        print_remarks(remarks);
    if (all > remarks->count)
        report_say("%zu more are not shown", all - remarks->count);
    report_say("%s: %zu tags, %zu rules, %zu words; %zu errors, %zu warnings", remarks->file, remarks->tags,
               remarks->rules, remarks->words, remarks->errors, remarks->warnings);
    if (status == FL_OK && remarks->errors > 0)
        status = fl_fail(error, FL_BAD_MODEL, "no run takes this keyword list: %zu errors", remarks->errors);
    return status;
}

static fl_status check(struct fl_keyword_check_plan *plan, const struct flag_value *flags,
                       struct fl_keyword_remarks **remarks, struct fl_error *error)
{
    const char *path = flags[FLAG_CHECK_SAMPLE].text;
    struct fl_message_source sample;
    if (path == NULL)
        return fl_keywords_check(plan, remarks, error);
    fl_status status = text_input_open(plan->io, path, flags[FLAG_FROM].number, &sample, error);
    if (status != FL_OK)
        return status;
    plan->sample = &sample;
    status = fl_keywords_check(plan, remarks, error);
    text_input_close(&sample);
    return status;
}

fl_status verb_keywords_check(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    const struct flag_value *flags = command->flags;
    struct fl_keyword_check_plan plan = {.io = io,
                                         .model = flags[FLAG_CHECK_MODEL].text,
                                         .file = command->word_count > 0 ? command->words[0] : NULL};
    struct fl_keyword_remarks *remarks = NULL;
    if ((plan.model == NULL) == (plan.file == NULL))
        return fl_fail(error, FL_USAGE, "either FILE or --model says which list to check");
    fl_status status = check(&plan, flags, &remarks, error);
    if (status == FL_OK)
        status = print(remarks, flags[FLAG_JSON].given, error);
    fl_keyword_remarks_free(remarks);
    return status;
}
