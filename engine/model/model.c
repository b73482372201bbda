/* model.c - opens, checks, hashes the files of a model folder as one. */
#include "engine/model/model.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "engine/model/model_defaults.h"
#include "formats/base/bytes.h"
#include "formats/base/checksum.h"
#include "formats/base/publish.h"

static const char *const part_names[FL_MODEL_PARTS] = {
    [FL_MODEL_REGISTRY] = "registry.csv",  [FL_MODEL_SETTINGS] = "model.yaml",
    [FL_MODEL_RATES] = "rates.csv",        [FL_MODEL_RFM_GROUPS] = "rfm_groups.csv",
    [FL_MODEL_VALUE] = "value.yaml",       [FL_MODEL_KEYWORDS] = "keywords.csv",
    [FL_MODEL_CLUSTERS] = "clusters.yaml",
};
static const bool part_is_optional[FL_MODEL_PARTS] = {
    [FL_MODEL_RFM_GROUPS] = true,
    [FL_MODEL_VALUE] = true,
    [FL_MODEL_KEYWORDS] = true,
    [FL_MODEL_CLUSTERS] = true,
};

const char *fl_model_part_name(enum fl_model_part part)
{
    return part_names[part];
}

/* What a model is read for. */
enum purpose {
    FOR_NIGHTS,
    FOR_FIT,    /* value.yaml is not read */
    FOR_BETWEEN /* regular expressions hold, whatever model.yaml says */
};

static void add_part(struct fl_digest *digest, const char *name, const struct fl_buffer *part)
{
    uint8_t size[8];
    fl_store_le64(size, part->size);
    fl_digest_add(digest, name, strlen(name) + 1);
    fl_digest_add(digest, size, sizeof size);
    fl_digest_add(digest, part->bytes, part->size);
}

/* Name and size go in with each file, so that no bytes can move from one file to the next unseen. */
static fl_status hash_parts(struct fl_model *model, struct fl_error *error)
{
    struct fl_digest *all = fl_digest_create();
    struct fl_digest *registry = fl_digest_create();
    if (all == NULL || registry == NULL) {
        fl_digest_free(all);
        fl_digest_free(registry);
        return fl_fail_memory(error, 1024);
    }
    for (int part = 0; part < FL_MODEL_PARTS; part++) {
        if (model->has_part[part])
            add_part(all, part_names[part], &model->parts[part]);
    }
    uint8_t bytes[16];
    fl_digest_128(all, bytes);
    fl_hex128(bytes, model->hash);
    fl_digest_add(registry, model->parts[FL_MODEL_REGISTRY].bytes, model->parts[FL_MODEL_REGISTRY].size);
    fl_digest_128(registry, model->registry_digest);
    fl_digest_free(all);
    fl_digest_free(registry);
    return FL_OK;
}

const struct fl_model_default_file *fl_model_default_file(const char *name)
{
    for (size_t i = 0; i < fl_model_default_file_count; i++) {
        if (strcmp(fl_model_default_files[i].name, name) == 0)
            return &fl_model_default_files[i];
    }
    return NULL;
}

static fl_status parse_rfm_groups(struct fl_model *model, const char *shown_path, struct fl_error *error)
{
    const struct fl_model_default_file *file = fl_model_default_file(part_names[FL_MODEL_RFM_GROUPS]);
    const struct fl_buffer *part = &model->parts[FL_MODEL_RFM_GROUPS];
    if (!model->has_part[FL_MODEL_RFM_GROUPS])
        return fl_rfm_groups_parse((const char *)file->bytes, file->size, file->name, &model->rfm_groups,
                                   error);
    return fl_rfm_groups_parse((const char *)part->bytes, part->size, shown_path, &model->rfm_groups, error);
}

static fl_status parse_value(struct fl_model *model, const char *shown_path, struct fl_error *error)
{
    const struct fl_buffer *part = &model->parts[FL_MODEL_VALUE];
    if (!model->has_part[FL_MODEL_VALUE])
        return FL_OK;
    return fl_value_model_parse((const char *)part->bytes, part->size, shown_path, model->settings.currency,
                                &model->value, error);
}

static fl_status parse_keywords(struct fl_model *model, const char *shown_path, enum purpose purpose,
                                struct fl_error *error)
{
    const struct fl_buffer *part = &model->parts[FL_MODEL_KEYWORDS];
    model->has_keywords = model->has_part[FL_MODEL_KEYWORDS];
    if (!model->has_keywords)
        return FL_OK;
    const fl_status status = fl_fold_create(&model->fold, error);
    if (status != FL_OK)
        return status;
    return fl_keywords_read((const char *)part->bytes, part->size, shown_path, model->fold,
                            model->settings.regex || purpose == FOR_BETWEEN, &model->keywords, error);
}

static fl_status parse_clusters(struct fl_model *model, const char *shown_path, struct fl_error *error)
{
    const struct fl_buffer *part = &model->parts[FL_MODEL_CLUSTERS];
    if (!model->has_part[FL_MODEL_CLUSTERS])
        return FL_OK;
    model->clusters = calloc(1, sizeof *model->clusters);
    if (model->clusters == NULL)
        return fl_fail_memory(error, sizeof *model->clusters);
    return fl_cluster_model_parse((const char *)part->bytes, part->size, shown_path, model->clusters, error);
}

/* Checks the files whose bytes the model holds already. */
static fl_status parse_parts(struct fl_model *model, const char *const shown_paths[FL_MODEL_PARTS],
                             enum purpose purpose, struct fl_error *error)
{
    const struct fl_buffer *part = model->parts;
    fl_status status =
        fl_registry_parse((const char *)part[FL_MODEL_REGISTRY].bytes, part[FL_MODEL_REGISTRY].size,
                          shown_paths[FL_MODEL_REGISTRY], &model->registry, error);
    if (status == FL_OK)
        status =
            fl_model_file_parse((const char *)part[FL_MODEL_SETTINGS].bytes, part[FL_MODEL_SETTINGS].size,
                                shown_paths[FL_MODEL_SETTINGS], &model->settings, error);
    if (status == FL_OK)
        status = fl_rates_parse((const char *)part[FL_MODEL_RATES].bytes, part[FL_MODEL_RATES].size,
                                shown_paths[FL_MODEL_RATES], model->settings.currency, &model->rates, error);
    if (status == FL_OK)
        status = parse_rfm_groups(model, shown_paths[FL_MODEL_RFM_GROUPS], error);
    if (status == FL_OK && purpose != FOR_FIT)
        status = parse_value(model, shown_paths[FL_MODEL_VALUE], error);
    if (status == FL_OK)
        status = parse_keywords(model, shown_paths[FL_MODEL_KEYWORDS], purpose, error);
    if (status == FL_OK)
        status = parse_clusters(model, shown_paths[FL_MODEL_CLUSTERS], error);
    if (status == FL_OK)
        status = hash_parts(model, error);
    return status;
}

static void free_paths(char *paths[FL_MODEL_PARTS])
{
    for (int part = 0; part < FL_MODEL_PARTS; part++)
        free(paths[part]);
}

static fl_status join_paths(const char *folder, char *paths[FL_MODEL_PARTS], struct fl_error *error)
{
    for (int part = 0; part < FL_MODEL_PARTS; part++) {
        paths[part] = fl_path_join(folder, part_names[part]);
        if (paths[part] == NULL)
            return fl_fail_memory(error, strlen(folder) + 32);
    }
    return FL_OK;
}

static fl_status read_part(const struct fl_io *io, const char *path, int part, struct fl_model *model,
                           struct fl_error *error)
{
    const size_t bytes_max = part == FL_MODEL_KEYWORDS ? FL_KEYWORD_FILE_BYTES_MAX : FL_CONFIG_BYTES_MAX;
    const fl_status status = fl_file_read_kept(io, path, bytes_max, &model->parts[part], error);
    model->has_part[part] = status == FL_OK;
    if (status != FL_MISSING)
        return status;
    fl_error_clear(error);
    if (part_is_optional[part])
        return FL_OK;
    (void)fl_fail(error, FL_MISSING,
                  "not there, so that this is no model folder (`fourloop model init` makes one)");
    return fl_error_at_path(error, path);
}

static fl_status read_and_parse(const struct fl_io *io, const char *path, enum purpose purpose,
                                struct fl_model *model, struct fl_error *error)
{
    char *paths[FL_MODEL_PARTS] = {NULL};
    fl_status status = join_paths(path, paths, error);
    for (int part = 0; part < FL_MODEL_PARTS && status == FL_OK; part++)
        status = read_part(io, paths[part], part, model, error);
    if (status == FL_OK) {
        const char *shown_paths[FL_MODEL_PARTS];
        for (int part = 0; part < FL_MODEL_PARTS; part++)
            shown_paths[part] = paths[part];
        status = parse_parts(model, shown_paths, purpose, error);
    }
    free_paths(paths);
    return status;
}

static fl_status open_model(const struct fl_io *io, const char *path, enum purpose purpose,
                            struct fl_model **model, struct fl_error *error)
{
    *model = NULL;
    struct fl_model *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    fl_status status = read_and_parse(io, path, purpose, opened, error);
    if (status != FL_OK) {
        fl_model_free(opened);
        return status;
    }
    *model = opened;
    return FL_OK;
}

fl_status fl_model_open(const struct fl_io *io, const char *path, struct fl_model **model,
                        struct fl_error *error)
{
    return open_model(io, path, FOR_NIGHTS, model, error);
}

fl_status fl_model_open_for_fit(const struct fl_io *io, const char *path, struct fl_model **model,
                                struct fl_error *error)
{
    return open_model(io, path, FOR_FIT, model, error);
}

fl_status fl_model_open_between(const struct fl_io *io, const char *path, struct fl_model **model,
                                struct fl_error *error)
{
    return open_model(io, path, FOR_BETWEEN, model, error);
}

fl_status fl_model_take_fit(struct fl_model *model, enum fl_model_part part, const struct fl_buffer *text,
                            struct fl_error *error)
{
    struct fl_buffer *bytes = &model->parts[part];
    bytes->size = 0;
    model->has_part[part] = true;
    if (!fl_buffer_append(bytes, text->bytes, text->size))
        return fl_fail_memory(error, text->size);
    return hash_parts(model, error);
}

static fl_status copy_defaults(struct fl_model *model, struct fl_error *error)
{
    for (int part = 0; part < FL_MODEL_PARTS; part++) {
        const struct fl_model_default_file *file = fl_model_default_file(part_names[part]);
        model->has_part[part] = file != NULL;
        if (file != NULL && !fl_buffer_append(&model->parts[part], file->bytes, file->size))
            return fl_fail_memory(error, file->size);
    }
    return FL_OK;
}

fl_status fl_model_default(struct fl_model **model, struct fl_error *error)
{
    *model = NULL;
    struct fl_model *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    fl_status status = copy_defaults(opened, error);
    if (status == FL_OK)
        status = parse_parts(opened, part_names, FOR_NIGHTS, error);
    if (status != FL_OK) {
        fl_model_free(opened);
        return status;
    }
    *model = opened;
    return FL_OK;
}

void fl_model_free(struct fl_model *model)
{
    if (model == NULL)
        return;
    fl_registry_release(&model->registry);
    fl_rates_release(&model->rates);
    fl_value_model_free(model->value);
    if (model->clusters != NULL)
        fl_cluster_model_release(model->clusters);
    free(model->clusters);
    fl_keywords_release(&model->keywords);
    fl_fold_free(model->fold);
    for (int part = 0; part < FL_MODEL_PARTS; part++)
        fl_buffer_release(&model->parts[part]);
    free(model);
}

const struct fl_names *fl_model_types(const struct fl_model *model)
{
    return model->registry.names;
}

const uint8_t *fl_model_registry_digest(const struct fl_model *model)
{
    return model->registry_digest;
}

const char *fl_model_hash(const struct fl_model *model)
{
    return model->hash;
}

unsigned fl_model_type_count(const struct fl_model *model)
{
    return model->registry.count;
}
