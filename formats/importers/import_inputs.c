/* import_inputs.c - the bytes of the inputs of an import, which are read twice. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "formats/base/checksum.h"
#include "formats/base/publish.h"
#include "formats/importers/import_job.h"

enum { PIECE_BYTES = 1 << 20, PIECES_A_PROGRESS = 64 };

/* One pass over the bytes of an input. */
struct pass {
    struct fl_import_job *job;
    struct fl_import_input *input;
    int file;
    uint8_t *piece;
    struct fl_digest *digest;
};

static fl_status fail_input(struct fl_error *error, fl_status status, const struct fl_import_input *input,
                            const char *what)
{
    (void)fl_fail(error, status, "%s", what);
    (void)fl_error_at_path(error, input->shown);
    return status;
}

static fl_status read_piece(const struct pass *pass, size_t *size, struct fl_error *error)
{
    ssize_t got = pass->job->plan->io->read(pass->file, pass->piece, PIECE_BYTES);
    while (got < 0 && errno == EINTR) {
        /* A pipe may stay silent for hours: whoever sends the signal wants an answer now. */
        const fl_status status = fl_import_progress(pass->job, 0, error);
        if (status != FL_OK)
            return status;
        got = pass->job->plan->io->read(pass->file, pass->piece, PIECE_BYTES);
    }
    if (got < 0 && errno == EISDIR)
        return fail_input(error, FL_BAD_DATA, pass->input, "a directory, not a file");
    if (got < 0)
        return fl_fail_errno(error, errno, "read", pass->input->shown);
    *size = (size_t)got;
    return FL_OK;
}

static fl_status take_bytes(const struct pass *pass, struct fl_error *error)
{
    const struct fl_import_plan *plan = pass->job->plan;
    for (uint64_t pieces = 1;; pieces++) {
        size_t size = 0;
        fl_status status = read_piece(pass, &size, error);
        if (status != FL_OK || size == 0)
            return status;
        fl_digest_add(pass->digest, pass->piece, size);
        pass->input->size_bytes += size;
        if (pass->input->spool >= 0)
            status = fl_write_all(plan->io, pass->input->spool, pass->piece, size, plan->folder, error);
        if (status == FL_OK && pieces % PIECES_A_PROGRESS == 0)
            status = fl_import_progress(pass->job, 0, error);
        if (status != FL_OK)
            return status;
    }
}

/* Pipes and terminals give their bytes once, so these are kept. */
static fl_status start_spool(const struct pass *pass, struct fl_error *error)
{
    const struct fl_import_plan *plan = pass->job->plan;
    struct stat facts;
    if (plan->io->fstat(pass->file, &facts) != 0)
        return fl_fail_errno(error, errno, "look at", pass->input->shown);
    pass->input->facts = facts;
    const bool from_stdin = pass->file == STDIN_FILENO; /* somebody may have read from it before */
    if (S_ISREG(facts.st_mode) && !from_stdin)
        return FL_OK;
    return fl_scratch_file(plan->io, plan->folder, &pass->input->spool, error);
}

static fl_status hash_input(struct pass *pass, struct fl_error *error)
{
    fl_status status = start_spool(pass, error);
    if (status == FL_OK)
        status = take_bytes(pass, error);
    if (status != FL_OK)
        return status;
    fl_digest_128(pass->digest, pass->input->digest);
    if (pass->input->size_bytes == 0)
        return fail_input(error, FL_BAD_DATA, pass->input,
                          fl_mapping_has_header(pass->job->mapping) ? "is empty: not even a header"
                                                                    : "is empty");
    return FL_OK;
}

static fl_status open_path(const struct fl_io *io, const char *path, const char *shown, int *file,
                           struct fl_error *error)
{
    do {
        *file = io->open(path, O_RDONLY | O_CLOEXEC, 0);
    } while (*file < 0 && errno == EINTR);
    return *file < 0 ? fl_fail_errno(error, errno, "open", shown) : FL_OK;
}

static fl_status open_and_hash(struct pass *pass, struct fl_error *error)
{
    const struct fl_io *io = pass->job->plan->io;
    if (strcmp(pass->input->path, "-") == 0) {
        pass->file = STDIN_FILENO;
        return hash_input(pass, error);
    }
    fl_status status = open_path(io, pass->input->path, pass->input->shown, &pass->file, error);
    if (status != FL_OK)
        return status;
    status = hash_input(pass, error);
    (void)io->close(pass->file);
    return status;
}

static fl_status read_head(struct pass *pass, struct fl_error *error)
{
    size_t size = 0;
    for (;;) {
        const ssize_t got =
            pass->job->plan->io->read(pass->file, pass->piece + size, FL_INPUT_HEAD_BYTES - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fl_fail_errno(error, errno, "read", pass->input->shown);
        size += (size_t)got;
        if (got == 0 || size == FL_INPUT_HEAD_BYTES)
            break;
    }
    pass->input->kind =
        fl_input_kind_of(pass->piece, size, pass->input->path, fl_mapping_format(pass->job->mapping));
    return FL_OK;
}

/* Which kind it is: in a pass of its own, because a pipe gives its first bytes in pieces of any size. */
static fl_status tell_kind(struct pass *pass, size_t input, struct fl_error *error)
{
    fl_status status = fl_import_open_input(pass->job, input, &pass->file, error);
    if (status != FL_OK)
        return status;
    status = read_head(pass, error);
    (void)pass->job->plan->io->close(pass->file);
    return status;
}

fl_status fl_import_hash_inputs(struct fl_import_job *job, struct fl_error *error)
{
    fl_status status = FL_OK;
    uint8_t *piece = malloc(PIECE_BYTES);
    for (size_t i = 0; status == FL_OK && i < job->plan->input_count; i++) {
        struct pass pass = {job, &job->inputs[i], -1, piece, fl_digest_create()};
        status = piece == NULL || pass.digest == NULL ? fl_fail_memory(error, PIECE_BYTES)
                                                      : open_and_hash(&pass, error);
        if (status == FL_OK)
            status = tell_kind(&pass, i, error);
        fl_digest_free(pass.digest);
    }
    free(piece);
    return status;
}

fl_status fl_import_open_input(const struct fl_import_job *job, size_t input, int *file,
                               struct fl_error *error)
{
    const struct fl_import_input *opened = &job->inputs[input];
    if (opened->spool < 0)
        return open_path(job->plan->io, opened->path, opened->shown, file, error);
    /* A scratch file has no name any more; this opens it anew, at its start. */
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", opened->spool);
    return open_path(job->plan->io, path, opened->shown, file, error);
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

fl_status fl_import_check_same(const struct fl_import_job *job, size_t input, int file,
                               struct fl_error *error)
{
    const struct fl_import_input *hashed = &job->inputs[input];
    struct stat facts;
    if (hashed->spool >= 0)
        return FL_OK;
    if (job->plan->io->fstat(file, &facts) != 0)
        return fl_fail_errno(error, errno, "look at", hashed->shown);
    return is_same(&hashed->facts, &facts)
               ? FL_OK
               : fail_input(error, FL_BAD_DATA, hashed, "changed while it was read");
}

void fl_import_close_inputs(struct fl_import_job *job)
{
    for (size_t i = 0; i < job->plan->input_count; i++) {
        fl_ndjson_keys_free(job->inputs[i].keys);
        if (job->inputs[i].spool >= 0)
            (void)job->plan->io->close(job->inputs[i].spool);
        job->inputs[i].spool = -1;
    }
}
