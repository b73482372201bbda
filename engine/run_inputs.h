/* run_inputs.h - a data folder as an earlier run saw it: imports since then do not count. */
#ifndef ENGINE_RUN_INPUTS_H
#define ENGINE_RUN_INPUTS_H

#include "engine/run_manifest.h"
#include "formats/folder/data_folder.h"

/* Zero-initialise; release once, before the data folder that it was opened over. */
struct fl_run_inputs {
    struct fl_data_folder folder; /* that data folder, but for the list of files */
    struct fl_data_file *files;   /* the list; what its members point to is the data folder's */
};

/* Lists the files of `data` that hold the run's inputs, which may have been folded since. FL_MISSING names an
 * input that is gone. */
fl_status fl_run_inputs_open(const struct fl_data_folder *data, const struct fl_run_manifest *manifest,
                             struct fl_run_inputs *inputs, struct fl_error *error);
void fl_run_inputs_release(struct fl_run_inputs *inputs);

#endif
