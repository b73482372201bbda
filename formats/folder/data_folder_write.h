/* data_folder_write.h - what an import or a compaction changes in a data folder, all of it or nothing. */
#ifndef FORMATS_FOLDER_DATA_FOLDER_WRITE_H
#define FORMATS_FOLDER_DATA_FOLDER_WRITE_H

#include "formats/folder/data_folder.h"

struct fl_data_reason {
    char *words;
    uint64_t rows;
};

/* One entry of the manifest's list of imports. */
struct fl_data_import {
    char *id;             /* 32 hex digits */
    char *table;          /* schema name */
    char *mapping_digest; /* 32 hex digits, or "own names" */
    bool has_arrival;
    int32_t arrival_day; /* of --arrival */
    char **inputs;       /* digests, 32 hex digits each, sorted */
    size_t input_count;
    uint64_t rows_read, rows_kept;
    struct fl_data_reason *skips, *rejects; /* sorted by words */
    size_t skip_count, reject_count;
};

/* Fixes the kind of customer ids for this import. Of a folder that is decided already it must be the same
 * kind (FL_BAD_MODEL names both). `pseudonymous` may be false for a pseudonymous folder: it stays one. A new
 * text folder takes the key that lies in it (from an import that came to nothing), else that of the file
 * `key_path` (16 bytes, or 32 hex digits), else a random one, and writes it to `key`, mode 0600. */
fl_status fl_data_folder_decide_ids(struct fl_data_folder *folder, bool text_ids, bool pseudonymous,
                                    const char *key_path, struct fl_error *error);

/* Reads the manifest again, as it is by now. FL_BAD_MODEL: another import gave the folder another kind of ids
 * or another key than this one decided on. */
fl_status fl_data_folder_refresh(struct fl_data_folder *folder, struct fl_error *error);

/* The folder's one lock, waited for; it guards manifest and key for moments only. */
fl_status fl_data_folder_lock(const struct fl_data_folder *folder, int *lock, struct fl_error *error);
void fl_data_folder_unlock(const struct fl_data_folder *folder, int lock);

/* NULL when the folder has no such import. Lives as long as `folder` and until the next refresh, lock or
 * commit. */
const struct fl_data_import *fl_data_folder_find_import(const struct fl_data_folder *folder,
                                                        const char *import_id);

/* The import of `table` that took in a file with this digest (32 hex digits), or NULL. Lives as long as the
 * above. */
const struct fl_data_import *fl_data_folder_find_input(const struct fl_data_folder *folder, const char *table,
                                                       const char *input_digest);

/* Whether all table files that the manifest lists for the import are there with the size it says; *name is
 * the first that is not. */
bool fl_data_folder_has_files(const struct fl_data_folder *folder, const char *import_id, const char **name);

/* Keeps others from making the same import at the same time: waits for them, and reads the manifest again.
 * *lock is given back with fl_data_folder_unlock_import(), whatever becomes of the import; -1 is no lock. */
fl_status fl_data_folder_lock_import(struct fl_data_folder *folder, const char *import_id, int *lock,
                                     struct fl_error *error);
/* The lock's file stays when there is no manifest and table files of the import may lie there: it says whose
 * they are, so that the next import may begin a manifest beside them. */
void fl_data_folder_unlock_import(struct fl_data_folder *folder, const char *import_id, int lock);

/* Removes what writers that were killed left: temporaries, and once there is a manifest the locks of imports.
 */
fl_status fl_data_folder_sweep(const struct fl_data_folder *folder, struct fl_error *error);

/* Adds an import and its files, which lie in the folder under their names already, to the manifest as it is
 * by now, under the folder's lock. `zone`: business zone of a first interactions import, else NULL.
 * *already_there: the import was in the manifest before; nothing was changed. FL_BAD_MODEL: meanwhile another
 * import gave the folder another zone or kind of ids. On FL_OK `folder` is what the manifest says now. */
fl_status fl_data_folder_commit(struct fl_data_folder *folder, const struct fl_data_import *import,
                                const struct fl_data_file *files, size_t file_count, const char *zone,
                                bool *already_there, struct fl_error *error);

/* Keeps other compactions out, without waiting for them: FL_TEMPORARY. Given back with
 * fl_data_folder_unlock().
 */
fl_status fl_data_folder_lock_compaction(const struct fl_data_folder *folder, int *lock,
                                         struct fl_error *error);

/* Lists files[i], which lies in the folder already, in place of the files of folds[i].from, each listed by
 * now, in the manifest as it is by now, under the folder's lock. The caller has the lock of compactions. On
 * FL_OK `folder` is what the manifest says now. */
fl_status fl_data_folder_commit_folds(struct fl_data_folder *folder, const struct fl_data_file *files,
                                      const struct fl_data_fold *folds, size_t count, struct fl_error *error);

#endif
