/* model_init.c - writes the default model into a folder. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "engine/model/model.h"
#include "engine/model/model_defaults.h"
#include "formats/base/publish_set.h"

/* The default file, with `currency` (NULL: as it is) in place of the code behind its line "currency: ". */
static fl_status write_default(struct fl_output *output, const struct fl_model_default_file *file,
                               const char *currency, struct fl_error *error)
{
    static const char key[] = "\ncurrency: ";
    const char *const bytes = (const char *)file->bytes;
    const char *const line = currency == NULL ? NULL : memmem(bytes, file->size, key, sizeof key - 1);
    if (line == NULL)
        return fl_output_write(output, bytes, file->size, error);
    const size_t before = (size_t)(line - bytes) + sizeof key - 1;
    const size_t code_size = strlen(currency);
    fl_status status = fl_output_write(output, bytes, before, error);
    if (status == FL_OK)
        status = fl_output_write(output, currency, code_size, error);
    if (status == FL_OK)
        status = fl_output_write(output, bytes + before + code_size, file->size - before - code_size, error);
    return status;
}

/* FL_OK when there is nothing at `path`. */
static fl_status check_absent(const struct fl_io *io, const char *path, struct fl_error *error)
{
    const int file = io->open(path, O_RDONLY, 0);
    if (file < 0 && errno == ENOENT)
        return FL_OK;
    if (file >= 0)
        io->close(file);
    fl_fail(error, FL_CANNOT_CREATE, "the folder holds a model file already: nothing was written");
    fl_error_at_path(error, path);
    return FL_CANNOT_CREATE;
}

/* No file of a model but those that are written. */
static fl_status check_others(const struct fl_io *io, const char *folder, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (int part = 0; part < FL_MODEL_PARTS && status == FL_OK; part++) {
        const char *name = fl_model_part_name((enum fl_model_part)part);
        if (fl_model_default_file(name) != NULL)
            continue;
        char *path = fl_path_join(folder, name);
        status = path == NULL ? fl_fail_memory(error, strlen(folder) + 32) : check_absent(io, path, error);
        free(path);
    }
    return status;
}

static fl_status write_files(const struct fl_io *io, const char *folder, const char *currency,
                             struct fl_error *error)
{
    struct fl_output *outputs[FL_PUBLISH_SET_MAX] = {NULL};
    const char *names[FL_PUBLISH_SET_MAX];
    const size_t count = fl_model_default_file_count;
    assert(count <= FL_PUBLISH_SET_MAX);
    const char *settings = fl_model_part_name(FL_MODEL_SETTINGS);
    fl_status status = FL_OK;
    for (size_t i = 0; status == FL_OK && i < count; i++) {
        const struct fl_model_default_file *file = &fl_model_default_files[i];
        names[i] = file->name;
        status = fl_output_create(io, folder, &outputs[i], error);
        if (status == FL_OK)
            status =
                write_default(outputs[i], file, strcmp(file->name, settings) == 0 ? currency : NULL, error);
    }
    if (status == FL_OK)
        return fl_publish_set(io, folder, outputs, names, count, error);
    for (size_t i = 0; i < count; i++)
        fl_output_abort(outputs[i]);
    return status;
}

fl_status fl_model_init(const struct fl_io *io, const char *path, const char *currency,
                        struct fl_error *error)
{
    if (currency != NULL && fl_currency_places(currency, strlen(currency)) < 0)
        return fl_fail(error, FL_USAGE, "`%s` is no currency: three capital letters", currency);
    fl_status status = fl_directory_ensure(io, path, error);
    if (status == FL_OK)
        status = fl_directory_sweep(io, path, FL_TEMPORARY_PREFIX, error);
    if (status == FL_OK)
        status = check_others(io, path, error);
    return status == FL_OK ? write_files(io, path, currency, error) : status;
}
