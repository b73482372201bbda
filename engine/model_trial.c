/* model_trial.c - scores the examples of a model with the engine itself, in a folder of their own. */
#include "engine/model_trial.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "formats/base/civil.h"
#include "formats/base/publish.h"
#include "formats/importers/import.h"

/* Examples count in days before the as-of day; which day that is matters to rates only. */
#define DEFAULT_AS_OF "2026-06-30"

/* Everything of one trial. */
struct trial {
    const struct fl_model_test_plan *plan;
    struct fl_model *model;
    struct fl_examples examples;
    int32_t as_of_day;
    char *folder, *rows, *data, *rejects, *run; /* private, and what is in it */
    struct fl_arena arena;
    struct fl_error *error;
};

/* ---- the private folder ---- */

static fl_status name_paths(struct trial *trial)
{
    trial->rows = fl_path_join(trial->folder, "rows.csv");
    trial->data = fl_path_join(trial->folder, "data");
    trial->run = fl_path_join(trial->folder, "run");
    if (trial->data != NULL)
        trial->rejects = fl_path_join(trial->data, "rejects");
    if (trial->rows == NULL || trial->data == NULL || trial->rejects == NULL || trial->run == NULL)
        return fl_fail_memory(trial->error, strlen(trial->folder) + 16);
    return FL_OK;
}

/* A name that nobody else takes, 0700: examples may hold what a shop keeps to itself. */
static fl_status make_folder(struct trial *trial)
{
    uint64_t number = 0;
    char name[40];
    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        return fl_fail_errno(trial->error, errno, "draw a random name for", trial->plan->scratch);
    snprintf(name, sizeof name, "fourloop-trial-%016llx", (unsigned long long)number);
    char *path = fl_path_join(trial->plan->scratch, name);
    if (path == NULL)
        return fl_fail_memory(trial->error, sizeof name);
    if (trial->plan->io->mkdir(path, 0700) != 0) {
        const fl_status status = fl_fail_errno(trial->error, errno, "make the folder", path);
        free(path);
        return status;
    }
    trial->folder = path;
    return name_paths(trial);
}

/* A folder of files that may not have been made. */
static fl_status remove_if_there(const struct fl_io *io, const char *path, struct fl_error *error)
{
    const fl_status status = path == NULL ? FL_OK : fl_directory_remove(io, path, error);
    if (status != FL_MISSING)
        return status;
    fl_error_clear(error);
    return FL_OK;
}

static fl_status remove_folder(const struct trial *trial, struct fl_error *error)
{
    const struct fl_io *io = trial->plan->io;
    fl_status status = remove_if_there(io, trial->rejects, error);
    if (status == FL_OK)
        status = remove_if_there(io, trial->data, error);
    if (status == FL_OK)
        status = remove_if_there(io, trial->run, error);
    if (status == FL_OK)
        status = remove_if_there(io, trial->folder, error);
    return status;
}

static void free_paths(struct trial *trial)
{
    free(trial->rows);
    free(trial->data);
    free(trial->rejects);
    free(trial->run);
    free(trial->folder);
}

/* ---- the rows ---- */

static bool append(struct fl_buffer *csv, const char *text)
{
    return fl_buffer_append(csv, text, strlen(text));
}

/* A comma and the text in quotes; nothing for NULL. */
static bool append_cell(struct fl_buffer *csv, const char *text)
{
    bool fine = append(csv, ",");
    if (text == NULL)
        return fine;
    fine = fine && append(csv, "\"");
    for (const char *at = text; *at != '\0' && fine; at++)
        fine = (*at != '"' || append(csv, "\"")) && fl_buffer_append(csv, at, 1);
    return fine && append(csv, "\"");
}

static bool append_row(const struct trial *trial, size_t customer, const struct fl_example_row *row,
                       int64_t days_ago, struct fl_buffer *csv)
{
    char text[40], day[11];
    fl_day_format((int32_t)(trial->as_of_day - days_ago), day);
    snprintf(text, sizeof text, "%zu,%s", customer, day);
    return append(csv, text) && append_cell(csv, row->type) && append_cell(csv, row->brand) &&
           append_cell(csv, row->category) && append_cell(csv, row->product) &&
           append_cell(csv, row->order) && append_cell(csv, row->amount) && append_cell(csv, row->discount) &&
           append_cell(csv, row->margin) &&
           append_cell(csv, row->currency == NULL ? trial->model->settings.currency : row->currency) &&
           append(csv, "\n");
}

static fl_status print_rows(const struct trial *trial, struct fl_buffer *csv)
{
    bool fine =
        append(csv, "customer,day,type,brand,category,product,order,amount,discount,margin,currency\n");
    for (size_t i = 0; i < trial->examples.count; i++) {
        const struct fl_example *example = &trial->examples.list[i];
        for (size_t j = 0; j < example->row_count; j++) {
            const struct fl_example_row *row = &example->rows[j];
            for (int64_t time = 0; time < row->times && fine; time++)
                fine = append_row(trial, i + 1, row, row->days_ago + time * row->every_days, csv);
        }
    }
    return fine ? FL_OK : fl_fail_memory(trial->error, csv->size);
}

static fl_status write_rows(const struct trial *trial)
{
    struct fl_buffer csv = {0};
    struct fl_output *output = NULL;
    fl_status status = print_rows(trial, &csv);
    if (status == FL_OK)
        status = fl_output_create(trial->plan->io, trial->folder, &output, trial->error);
    if (status == FL_OK) {
        status = fl_output_write(output, csv.bytes, csv.size, trial->error);
        if (status == FL_OK)
            status = fl_output_commit(output, "rows.csv", trial->error);
        else
            fl_output_abort(output);
    }
    fl_buffer_release(&csv);
    return status;
}

/* ---- the night ---- */

static fl_status import_rows(const struct trial *trial)
{
    const char *const inputs[] = {trial->rows};
    const struct fl_import_plan plan = {.io = trial->plan->io,
                                        .folder = trial->data,
                                        .inputs = inputs,
                                        .input_count = 1,
                                        .types = fl_model_types(trial->model),
                                        .types_digest = fl_model_registry_digest(trial->model),
                                        .memory_bytes = FL_IMPORT_MEMORY_MIN};
    struct fl_import_report report;
    const fl_status status = fl_import(&plan, &report, trial->error);
    if (status != FL_REJECTED)
        return status;
    fl_error_clear(trial->error);
    return fl_fail(
        trial->error, FL_BAD_MODEL, "%llu of the rows of " FL_EXAMPLES_NAME " cannot be imported: %s",
        (unsigned long long)report.rows_rejected, report.reject_count > 0 ? report.rejects[0].words : "");
}

static fl_status score_rows(const struct trial *trial)
{
    const struct fl_run_plan plan = {.io = trial->plan->io,
                                     .model = trial->plan->model,
                                     .data = trial->data,
                                     .out = trial->run,
                                     .as_of_day = trial->as_of_day,
                                     .io_mode = FL_IO_COPY,
                                     .memory_bytes = UINT64_C(1) << 30,
                                     .threads = 1};
    struct fl_run_report report;
    return fl_run(&plan, &report, trial->error);
}

/* ---- what came ---- */

static fl_status name_examples(struct trial *trial, struct fl_model_test *test)
{
    const size_t count = trial->examples.count;
    const size_t size_bytes = (count + 1) * sizeof(void *);
    test->names = fl_arena_take(&trial->arena, size_bytes);
    test->explanations = fl_arena_take(&trial->arena, size_bytes);
    if (test->names == NULL || test->explanations == NULL)
        return fl_fail_memory(trial->error, size_bytes);
    test->example_count = count;
    test->as_of_day = trial->as_of_day;
    for (size_t i = 0; i < count; i++) {
        const char *name = trial->examples.list[i].name;
        test->names[i] = fl_arena_copy(&trial->arena, name, strlen(name));
        if (test->names[i] == NULL)
            return fl_fail_memory(trial->error, strlen(name));
    }
    return FL_OK;
}

/* The words of brands are the examples' own, which go before the results do. */
static fl_status keep_words(struct trial *trial, struct fl_model_test *test)
{
    for (size_t i = 0; i < test->result_count; i++) {
        struct fl_example_result *result = &test->results[i];
        if (result->word == NULL)
            continue;
        result->word = fl_arena_copy(&trial->arena, result->word, strlen(result->word));
        if (result->word == NULL)
            return fl_fail_memory(trial->error, 64);
    }
    return FL_OK;
}

static fl_status explain_example(const struct trial *trial, size_t example, struct fl_model_test *test)
{
    char customer[24];
    struct fl_explanation *explanation = calloc(1, sizeof *explanation);
    if (explanation == NULL)
        return fl_fail_memory(trial->error, sizeof *explanation);
    snprintf(customer, sizeof customer, "%zu", example + 1);
    const struct fl_explain_plan plan = {.io = trial->plan->io,
                                         .run = trial->run,
                                         .data = trial->data,
                                         .customer = customer,
                                         .points_only = true};
    const fl_status status = fl_explain(&plan, explanation, trial->error);
    if (status == FL_OK)
        test->explanations[example] = explanation;
    else
        free(explanation);
    return status;
}

/* Each explanation holds a model: those of the first misses are enough to work on. */
static fl_status explain_misses(const struct trial *trial, struct fl_model_test *test)
{
    fl_status status = FL_OK;
    size_t explained = 0;
    for (size_t i = 0; i < test->result_count && explained < FL_EXPLAINED_EXAMPLES_MAX && status == FL_OK;
         i++) {
        const struct fl_example_result *result = &test->results[i];
        if (result->met || test->explanations[result->example] != NULL)
            continue;
        status = explain_example(trial, result->example, test);
        explained++;
    }
    return status;
}

static fl_status try_examples(struct trial *trial, struct fl_model_test *test)
{
    fl_status status = name_examples(trial, test);
    if (status == FL_OK)
        status = make_folder(trial);
    if (status == FL_OK)
        status = write_rows(trial);
    if (status == FL_OK)
        status = import_rows(trial);
    if (status == FL_OK)
        status = score_rows(trial);
    if (status == FL_OK)
        status = fl_trial_compare(trial->plan->io, trial->run, trial->model, &trial->examples,
                                  trial->as_of_day, &trial->arena, test, trial->error);
    if (status == FL_OK)
        status = keep_words(trial, test);
    return status == FL_OK ? explain_misses(trial, test) : status;
}

/* ---- in and out ---- */

static fl_status read_examples(struct trial *trial)
{
    struct fl_buffer bytes = {0};
    char *path = fl_path_join(trial->plan->model, FL_EXAMPLES_NAME);
    if (path == NULL)
        return fl_fail_memory(trial->error, strlen(trial->plan->model));
    fl_status status = fl_file_read_all(trial->plan->io, path, FL_CONFIG_BYTES_MAX, &bytes, trial->error);
    if (status == FL_OK)
        status = fl_examples_parse((const char *)bytes.bytes, bytes.size, path, trial->model,
                                   &trial->examples, trial->error);
    fl_buffer_release(&bytes);
    free(path);
    if (status != FL_OK)
        return status;
    if (!fl_day_parse(DEFAULT_AS_OF, strlen(DEFAULT_AS_OF), &trial->as_of_day))
        return fl_fail(trial->error, FL_INTERNAL, DEFAULT_AS_OF " is no day");
    if (trial->examples.has_as_of)
        trial->as_of_day = trial->examples.as_of_day;
    if (trial->plan->has_as_of)
        trial->as_of_day = trial->plan->as_of_day;
    return FL_OK;
}

fl_status fl_model_test(const struct fl_model_test_plan *plan, struct fl_model_test **test,
                        struct fl_error *error)
{
    struct trial trial = {.plan = plan, .error = error};
    struct fl_model_test *made = calloc(1, sizeof *made);
    struct fl_arena *owned = malloc(sizeof *owned);
    *test = NULL;
    fl_arena_init(&trial.arena);
    fl_arena_init(&trial.examples.arena);
    fl_status status = made == NULL || owned == NULL ? fl_fail_memory(error, sizeof *made) : FL_OK;
    if (status == FL_OK)
        status = fl_model_open(plan->io, plan->model, &trial.model, error);
    if (status == FL_OK)
        status = read_examples(&trial);
    if (status == FL_OK)
        status = try_examples(&trial, made);
    const fl_status removed = remove_folder(&trial, status == FL_OK ? error : NULL);
    status = status == FL_OK ? removed : status;
    free_paths(&trial);
    fl_examples_release(&trial.examples);
    fl_model_free(trial.model);
    if (made == NULL || owned == NULL) {
        free(made);
        free(owned);
        return status;
    }
    *owned = trial.arena;
    made->owned = owned;
    if (status == FL_OK)
        *test = made;
    else
        fl_model_test_free(made);
    return status;
}

void fl_model_test_free(struct fl_model_test *test)
{
    if (test == NULL)
        return;
    for (size_t i = 0; i < test->example_count; i++) {
        if (test->explanations[i] != NULL)
            fl_explanation_release(test->explanations[i]);
        free(test->explanations[i]);
    }
    fl_arena_release(test->owned);
    free(test->owned);
    free(test);
}
