/* run_inputs.c - a data folder as an earlier run saw it: imports since then do not count. */
#include "engine/run_inputs.h"

#include <stdlib.h>

static fl_status list_inputs(const struct fl_data_folder *data, const struct fl_run_manifest *manifest,
                             struct fl_data_origin *origins, bool *used, struct fl_run_inputs *inputs,
                             struct fl_error *error)
{
    for (size_t i = 0; i < manifest->input_count; i++)
        origins[i] = (struct fl_data_origin){manifest->inputs[i].name, manifest->inputs[i].digest};
    const fl_status status = fl_data_folder_find_origins(data, origins, manifest->input_count, used, error);
    inputs->folder = *data;
    inputs->folder.files = inputs->files;
    inputs->folder.file_count = 0;
    for (size_t i = 0; i < data->file_count && status == FL_OK; i++) {
        if (used[i])
            inputs->files[inputs->folder.file_count++] = data->files[i];
    }
    return status;
}

fl_status fl_run_inputs_open(const struct fl_data_folder *data, const struct fl_run_manifest *manifest,
                             struct fl_run_inputs *inputs, struct fl_error *error)
{
    struct fl_data_origin *origins = calloc(manifest->input_count + 1, sizeof *origins);
    bool *used = calloc(data->file_count + 1, sizeof *used);
    inputs->files = calloc(data->file_count + 1, sizeof *inputs->files);
    const fl_status status = origins == NULL || used == NULL || inputs->files == NULL
                                 ? fl_fail_memory(error, (data->file_count + 1) * sizeof *inputs->files)
                                 : list_inputs(data, manifest, origins, used, inputs, error);
    free(origins);
    free(used);
    return status;
}

void fl_run_inputs_release(struct fl_run_inputs *inputs)
{
    free(inputs->files);
    *inputs = (struct fl_run_inputs){0};
}
