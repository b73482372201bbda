/* keyword_check.c - `keywords check`: a keyword list read, reviewed, tried on a sample. */
#include <stdlib.h>

#include "engine/model/model_file.h"
#include "engine/tags/lists/keyword_review.h"
#include "formats/base/file_map.h"
#include "formats/base/publish.h"

/* Everything that is open while a list is checked. */
struct check {
    const struct fl_keyword_check_plan *plan;
    struct fl_buffer bytes;
    char *path; /* of the list */
    bool allow_regex;
    struct fl_fold *fold;
    struct fl_keywords keywords;
    struct fl_tag_rules *rules;
    struct fl_remark_list list;
    uint64_t messages;
    struct fl_error *error;
};

/* The sentence alone: the line under it, with its caret, is for people who read one error. */
static bool add_error(void *context, const struct fl_error *error)
{
    struct check *check = context;
    const int size = (int)strcspn(error->message, "\n");
    const int64_t line = error->line > 0 ? error->line : 0;
    const char *cell = NULL;
    if (error->column[0] != '\0')
        cell = fl_arena_copy(&check->list.arena, error->column, strlen(error->column));
    fl_remark_add(&check->list, FL_KEYWORD_ERROR, line, line > 0 ? error->line_column : 0, cell, "%.*s", size,
                  error->message);
    return true;
}

/* What makes the list useless is a remark as well. */
static fl_status as_remark(struct check *check, fl_status status)
{
    if (status != FL_BAD_MODEL)
        return status;
    (void)add_error(check, check->error);
    fl_error_clear(check->error);
    return FL_OK;
}

/* ---- reading ---- */

static fl_status read_settings(struct check *check)
{
    struct fl_model_settings settings;
    struct fl_buffer bytes = {0};
    char *path = fl_path_join(check->plan->model, "model.yaml");
    fl_status status = path == NULL ? fl_fail_memory(check->error, sizeof settings) : FL_OK;
    if (status == FL_OK)
        status = fl_file_read_all(check->plan->io, path, FL_CONFIG_BYTES_MAX, &bytes, check->error);
    if (status == FL_OK)
        status = fl_model_file_parse((const char *)bytes.bytes, bytes.size, path, &settings, check->error);
    if (status == FL_OK)
        check->allow_regex = settings.regex;
    fl_buffer_release(&bytes);
    free(path);
    return status;
}

static fl_status read_list(struct check *check)
{
    fl_status status = fl_file_read_all(check->plan->io, check->path, FL_KEYWORD_FILE_BYTES_MAX,
                                        &check->bytes, check->error);
    if (status == FL_OK)
        status = fl_fold_create(&check->fold, check->error);
    if (status == FL_OK)
        status = fl_keywords_read_all((const char *)check->bytes.bytes, check->bytes.size, check->path,
                                      check->fold, check->allow_regex, add_error, check, &check->keywords,
                                      check->error);
    return as_remark(check, status);
}

static fl_status read_plan(struct check *check)
{
    const struct fl_keyword_check_plan *plan = check->plan;
    check->path = plan->model == NULL ? strdup(plan->file) : fl_path_join(plan->model, "keywords.csv");
    check->allow_regex = true;
    if (check->path == NULL)
        return fl_fail_memory(check->error, sizeof *check);
    const fl_status status = plan->model == NULL ? FL_OK : read_settings(check);
    return status == FL_OK ? read_list(check) : status;
}

/* ---- looking ---- */

/* Only compiling tells whether regular expressions are fine. */
static fl_status compile(struct check *check)
{
    if (check->keywords.rule_count == 0 || (!check->keywords.has_regex && check->plan->sample == NULL))
        return FL_OK;
    return as_remark(check, fl_tag_rules_compile(&check->keywords, check->fold, &check->rules, check->error));
}

static fl_status review(struct check *check)
{
    fl_status status = fl_keywords_review(&check->keywords, check->fold, &check->list, check->error);
    if (status == FL_OK)
        status = fl_keywords_review_tags(&check->keywords, check->fold, &check->list, check->error);
    if (status == FL_OK)
        status = compile(check);
    if (status == FL_OK && check->plan->sample != NULL && check->rules != NULL)
        status = fl_keywords_review_sample(check->rules, check->plan->sample, &check->list, &check->messages,
                                           check->error);
    if (status == FL_OK && check->list.status != FL_OK)
        status = fl_fail_memory(check->error, check->list.list.size);
    return status;
}

static int by_place(const void *a, const void *b)
{
    const struct fl_keyword_remark *one = a, *other = b;
    if (one->line != other->line)
        return one->line < other->line ? -1 : 1;
    if (one->column != other->column)
        return one->column < other->column ? -1 : 1;
    return strcmp(one->text, other->text);
}

/* Moves list and texts to the caller. */
static fl_status hand_over(struct check *check, struct fl_keyword_remarks **remarks)
{
    struct fl_remark_list *list = &check->list;
    struct fl_keyword_remarks *made = calloc(1, sizeof *made);
    struct fl_arena *owned = malloc(sizeof *owned);
    const char *file = fl_arena_copy(&list->arena, check->path, strlen(check->path));
    if (made == NULL || owned == NULL || file == NULL) {
        free(made);
        free(owned);
        return fl_fail_memory(check->error, sizeof *made);
    }
    *owned = list->arena;
    *made = (struct fl_keyword_remarks){.file = file,
                                        .list = (struct fl_keyword_remark *)(void *)list->list.bytes,
                                        .count = list->list.size / sizeof(struct fl_keyword_remark),
                                        .errors = list->errors,
                                        .warnings = list->warnings,
                                        .from_sample = list->from_sample,
                                        .tags = check->keywords.tag_count,
                                        .rules = check->keywords.rule_count,
                                        .words = check->keywords.word_count,
                                        .messages = check->messages,
                                        .owned = owned};
    if (made->count > 0)
        qsort(made->list, made->count, sizeof *made->list, by_place);
    fl_arena_init(&list->arena);
    list->list = (struct fl_buffer){0};
    *remarks = made;
    return FL_OK;
}

fl_status fl_keywords_check(const struct fl_keyword_check_plan *plan, struct fl_keyword_remarks **remarks,
                            struct fl_error *error)
{
    struct fl_error own_error; /* remarks are made of errors, so there must be one */
    struct check check = {.plan = plan, .error = error == NULL ? &own_error : error};
    *remarks = NULL;
    fl_error_clear(check.error);
    fl_remark_list_init(&check.list);
    fl_status status = read_plan(&check);
    if (status == FL_OK)
        status = review(&check);
    if (status == FL_OK)
        status = hand_over(&check, remarks);
    fl_tag_rules_free(check.rules);
    fl_keywords_release(&check.keywords);
    fl_fold_free(check.fold);
    fl_buffer_release(&check.bytes);
    free(check.path);
    fl_remark_list_release(&check.list);
    return status;
}

void fl_keyword_remarks_free(struct fl_keyword_remarks *remarks)
{
    if (remarks == NULL)
        return;
    fl_arena_release(remarks->owned);
    free(remarks->owned);
    free(remarks->list);
    free(remarks);
}
