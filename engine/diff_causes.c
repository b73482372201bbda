/* diff_causes.c - what two runs differ in, and the runs in between that tell the effects apart. */
#include "engine/diff_causes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/model/model.h"
#include "formats/base/limits.h"
#include "formats/base/publish.h"

enum { FOLDER_NAMES_MAX = 1000 };

#define X(name, word, what) word,
static const char *const cause_words[FL_DIFF_CAUSES] = {FL_DIFF_CAUSE_LIST(X)};
#undef X

const char *fl_diff_cause_word(unsigned cause)
{
    return cause_words[cause];
}

/* ---- what differs ---- */

static bool is_of_cause(const struct fl_run_file *file, enum fl_diff_cause cause)
{
    enum fl_diff_cause of = FL_DIFF_MODEL;
    if (strcmp(file->name, fl_model_part_name(FL_MODEL_REGISTRY)) == 0)
        of = FL_DIFF_REGISTRY;
    else if (strcmp(file->name, fl_model_part_name(FL_MODEL_KEYWORDS)) == 0)
        of = FL_DIFF_KEYWORDS;
    return strcmp(file->table, "model") == 0 && of == cause;
}

/* Whether each model file of the cause in A is in B with the same bytes. */
static bool covers(const struct fl_run_manifest *a, const struct fl_run_manifest *b, enum fl_diff_cause cause)
{
    for (size_t i = 0; i < a->output_count; i++) {
        const struct fl_run_file *file = &a->outputs[i];
        bool same = !is_of_cause(file, cause);
        for (size_t j = 0; j < b->output_count && !same; j++)
            same = is_of_cause(&b->outputs[j], cause) && strcmp(file->name, b->outputs[j].name) == 0 &&
                   file->digest == b->outputs[j].digest && file->size_bytes == b->outputs[j].size_bytes;
        if (!same)
            return false;
    }
    return true;
}

static bool reads_table(const struct fl_run_manifest *manifest, const char *table)
{
    for (size_t i = 0; i < manifest->input_count; i++) {
        if (strcmp(manifest->inputs[i].table, table) == 0)
            return true;
    }
    return false;
}

/* Whether each input of A is one of B. */
static bool reads_all(const struct fl_run_manifest *a, const struct fl_run_manifest *b, bool same_model)
{
    for (size_t i = 0; i < a->input_count; i++) {
        const struct fl_run_input *input = &a->inputs[i];
        const bool needed = strcmp(input->table, "interactions") == 0;
        bool same = !same_model && !needed && !reads_table(b, input->table);
        for (size_t j = 0; j < b->input_count && !same; j++)
            same = strcmp(input->name, b->inputs[j].name) == 0 && input->digest == b->inputs[j].digest;
        if (!same)
            return false;
    }
    return true;
}

void fl_diff_find_causes(const struct fl_run_manifest *a, const struct fl_run_manifest *b,
                         bool differs[FL_DIFF_CAUSES])
{
    for (int cause = FL_DIFF_REGISTRY; cause <= FL_DIFF_MODEL; cause++)
        differs[cause] = !covers(a, b, (enum fl_diff_cause)cause) || !covers(b, a, (enum fl_diff_cause)cause);
    const bool same_model = !differs[FL_DIFF_MODEL] && !differs[FL_DIFF_KEYWORDS];
    const bool same_night_before =
        a->has_previous == b->has_previous && (!a->has_previous || a->previous_digest == b->previous_digest);
    differs[FL_DIFF_DATA] = a->as_of_day != b->as_of_day || a->view != b->view || !same_night_before ||
                            !reads_all(a, b, same_model) || !reads_all(b, a, same_model);
}

/* ---- the runs in between ---- */

/* Once more after a failure, which may have passed: nobody else removes what stays. */
static void remove_folder(const struct fl_io *io, const char *folder)
{
    if (fl_directory_remove(io, folder, NULL) != FL_OK)
        (void)fl_directory_remove(io, folder, NULL);
}

static fl_status copy_file(const struct fl_io *io, const char *from, const char *name, const char *to,
                           struct fl_error *error)
{
    struct fl_buffer bytes = {0};
    struct fl_output *output = NULL;
    char *path = fl_path_join(from, name);
    fl_status status = path == NULL ? fl_fail_memory(error, strlen(from))
                                    : fl_file_read_all(io, path, FL_CONFIG_BYTES_MAX, &bytes, error);
    if (status == FL_OK)
        status = fl_output_create(io, to, &output, error);
    if (status == FL_OK) {
        status = fl_output_write(output, bytes.bytes, bytes.size, error);
        if (status == FL_OK)
            status = fl_output_commit(output, name, error);
        else
            fl_output_abort(output);
    }
    fl_buffer_release(&bytes);
    free(path);
    return status;
}

static fl_status copy_model(const struct fl_io *io, const char *run, const struct fl_run_manifest *manifest,
                            enum fl_diff_cause cause, const char *to, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = 0; i < manifest->output_count && status == FL_OK; i++) {
        if (is_of_cause(&manifest->outputs[i], cause))
            status = copy_file(io, run, manifest->outputs[i].name, to, error);
    }
    return status;
}

/* A's model, but for what the causes up to `last` have made B's. */
static fl_status make_model(const struct fl_diff_plan *plan, const struct fl_run_manifest manifests[2],
                            enum fl_diff_cause last, const char *folder, struct fl_error *error)
{
    if (plan->io->mkdir(folder, 0700) != 0)
        return fl_fail_errno(error, errno, "create the folder", folder);
    fl_status status = FL_OK;
    for (int cause = FL_DIFF_REGISTRY; cause <= FL_DIFF_MODEL && status == FL_OK; cause++) {
        const int side = cause <= (int)last ? 1 : 0;
        status = copy_model(plan->io, side == 1 ? plan->run_b : plan->run_a, &manifests[side],
                            (enum fl_diff_cause)cause, folder, error);
    }
    return status;
}

static fl_status score_between(const struct fl_diff_plan *plan, const struct fl_run_manifest *a,
                               const char *model, const char *out, struct fl_error *error)
{
    const struct fl_run_plan run = {.io = plan->io,
                                    .model = model,
                                    .data = plan->data,
                                    .out = out,
                                    .inputs_of = plan->run_a,
                                    .as_of_day = a->as_of_day,
                                    .view = a->view,
                                    .io_mode = FL_IO_MAP,
                                    .columns = "engagement,raw",
                                    .is_between = true,
                                    .memory_bytes = plan->memory_bytes,
                                    .threads = plan->threads,
                                    .progress = plan->progress,
                                    .progress_context = plan->progress_context};
    struct fl_run_report report;
    return fl_run(&run, &report, error);
}

static fl_status make_step(const struct fl_diff_plan *plan, const struct fl_run_manifest manifests[2],
                           enum fl_diff_cause cause, struct fl_diff_between *between, struct fl_error *error)
{
    char name[32];
    (void)snprintf(name, sizeof name, "with-%s", cause_words[cause]);
    char *out = fl_path_join(between->folder, name);
    if (out == NULL)
        return fl_fail_memory(error, sizeof name);
    between->folders[between->count++] = out;
    (void)snprintf(name, sizeof name, "model-%s", cause_words[cause]);
    char *model = fl_path_join(between->folder, name);
    fl_status status =
        model == NULL ? fl_fail_memory(error, sizeof name) : make_model(plan, manifests, cause, model, error);
    if (status == FL_OK)
        status = score_between(plan, &manifests[0], model, out, error);
    if (model != NULL)
        remove_folder(plan->io, model);
    free(model);
    return status;
}

static fl_status check_version(const char *run, const struct fl_run_manifest *manifest,
                               struct fl_error *error)
{
    if (strcmp(manifest->version, FOURLOOP_VERSION) == 0)
        return FL_OK;
    (void)fl_fail(error, FL_UNSUPPORTED,
                  "a run of version %s, this is " FOURLOOP_VERSION
                  ": score it again, or leave --data out, which tells no causes apart",
                  manifest->version);
    (void)fl_error_at_path(error, run);
    return FL_UNSUPPORTED;
}

/* No stage of publish_stage.h: it holds folders, which a sweep does not expect in a temporary. */
static fl_status make_folder(const struct fl_diff_plan *plan, struct fl_diff_between *between,
                             struct fl_error *error)
{
    for (int number = 0; number < FOLDER_NAMES_MAX; number++) {
        char name[64];
        (void)snprintf(name, sizeof name, "fourloop-diff-%ld-%d", (long)getpid(), number);
        between->folder = fl_path_join(plan->scratch, name);
        if (between->folder == NULL)
            return fl_fail_memory(error, strlen(plan->scratch) + sizeof name);
        if (plan->io->mkdir(between->folder, 0700) == 0)
            return FL_OK;
        const int trouble = errno;
        free(between->folder);
        between->folder = NULL;
        if (trouble != EEXIST) {
            const fl_status status = fl_fail_errno(error, trouble, "create a folder in", plan->scratch);
            return status == FL_MISSING ? fl_fail(error, FL_CANNOT_CREATE, "the folder is not there")
                                        : status;
        }
    }
    (void)fl_fail(error, FL_CANNOT_CREATE, "%d temporary names are taken", FOLDER_NAMES_MAX);
    (void)fl_error_at_path(error, plan->scratch);
    return FL_CANNOT_CREATE;
}

fl_status fl_diff_between_make(const struct fl_diff_plan *plan, const struct fl_run_manifest manifests[2],
                               const bool differs[FL_DIFF_CAUSES], struct fl_diff_between *between,
                               struct fl_error *error)
{
    int last = -1; /* the cause that B itself stands for */
    size_t causes = 0;
    between->io = plan->io;
    for (int cause = 0; cause < FL_DIFF_CAUSES; cause++) {
        last = differs[cause] ? cause : last;
        causes += differs[cause];
    }
    fl_status status = check_version(plan->run_a, &manifests[0], error);
    if (status == FL_OK)
        status = check_version(plan->run_b, &manifests[1], error);
    if (status != FL_OK || causes < 2)
        return status;
    status = make_folder(plan, between, error);
    for (int cause = 0; cause < last && status == FL_OK; cause++) {
        if (differs[cause])
            status = make_step(plan, manifests, (enum fl_diff_cause)cause, between, error);
    }
    return status;
}

void fl_diff_between_release(struct fl_diff_between *between)
{
    for (size_t i = 0; i < between->count; i++) {
        remove_folder(between->io, between->folders[i]);
        free(between->folders[i]);
    }
    if (between->folder != NULL)
        (void)between->io->rmdir(between->folder);
    free(between->folder);
    *between = (struct fl_diff_between){0};
}
