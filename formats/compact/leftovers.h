/* leftovers.h - table files that earlier compactions left behind. */
#ifndef FORMATS_COMPACT_LEFTOVERS_H
#define FORMATS_COMPACT_LEFTOVERS_H

#include "formats/folder/data_folder.h"

/* Removes files that no reader of the manifest sees: those that a compaction has folded but did not come to
 * remove, and those that one made but did not come to list. The caller has the lock of compactions and has
 * read the manifest since. Files of imports that are at work are left alone. */
fl_status fl_leftovers_remove(const struct fl_data_folder *folder, struct fl_error *error);

#endif
