/* data_manifest.h - the text of manifest.json, turned into structs or made of them. */
#ifndef FORMATS_FOLDER_DATA_MANIFEST_H
#define FORMATS_FOLDER_DATA_MANIFEST_H

#include "formats/base/arena.h"
#include "formats/folder/data_folder_write.h"

#define FL_DATA_MANIFEST_NAME "manifest.json"
#define FL_DATA_KEY_NAME      "key"
/* No temporary (FL_TEMPORARY_PREFIX): whoever writes into the folder sweeps those. */
#define FL_IMPORT_LOCK_PREFIX ".import-"

/* All that the manifest holds; what is in `folder` of it and the imports live in `arena`. */
struct fl_data_state {
    struct fl_data_folder folder; /* first, so that one pointer is both */
    struct fl_arena arena;
    struct fl_data_import *imports; /* sorted by id */
    size_t import_count;
};

static inline struct fl_data_state *fl_data_state_of(struct fl_data_folder *folder)
{
    return (struct fl_data_state *)(void *)folder;
}
static inline const struct fl_data_state *fl_data_state_of_const(const struct fl_data_folder *folder)
{
    return (const struct fl_data_state *)(const void *)folder;
}

/* Fills zone, ids, key id, files and imports of `state` (whose arena is empty). FL_CORRUPT with the line for
 * broken JSON, with the entry for what is not as data_manifest.md says; FL_UNSUPPORTED: another format. */
fl_status fl_data_manifest_parse(const char *bytes, size_t size, const char *shown_path,
                                 struct fl_data_state *state, struct fl_error *error);
/* The text of the manifest, the same for the same content. FL_LIMIT: over FL_MANIFEST_BYTES_MAX. */
fl_status fl_data_manifest_print(const struct fl_data_state *state, struct fl_buffer *text,
                                 struct fl_error *error);

/* Files are kept sorted by name, imports by id; what the item points to must live as long as the state.
 * False: no memory. */
bool fl_data_state_add_file(struct fl_data_state *state, const struct fl_data_file *file);
bool fl_data_state_add_import(struct fl_data_state *state, const struct fl_data_import *import);
/* The same with copies in the state's arena. */
bool fl_data_state_copy_file(struct fl_data_state *state, const struct fl_data_file *file);
bool fl_data_state_copy_import(struct fl_data_state *state, const struct fl_data_import *import);
bool fl_data_state_add_fold(struct fl_data_state *state, const struct fl_data_fold *fold);
bool fl_data_state_copy_fold(struct fl_data_state *state, const struct fl_data_fold *fold);
/* False: there is no such file. */
bool fl_data_state_drop_file(struct fl_data_state *state, const struct fl_data_origin *file);

/* Whether the table file, which no manifest lists, lies there without the lock of its import. */
fl_status fl_data_folder_is_unclaimed(const struct fl_data_folder *folder, const char *table_file,
                                      bool *unclaimed, struct fl_error *error);

/* Reads the folder's manifest into `state` in place of what it says now; without one (*found is false)
 * there are no files, no imports and no zone. */
fl_status fl_data_state_read(struct fl_data_state *state, bool *found, struct fl_error *error);

#endif
