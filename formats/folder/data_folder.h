/* data_folder.h - the data folder: immutable table files, one manifest that lists them. */
#ifndef FORMATS_FOLDER_DATA_FOLDER_H
#define FORMATS_FOLDER_DATA_FOLDER_H

#include <stdbool.h>

#include "formats/base/io.h"
#include "formats/base/status.h"
#include "formats/base/text.h"

enum { FL_KEY_SIZE = 16 };

struct fl_data_file {
    char *name;  /* in the folder */
    char *table; /* schema name: interactions, products, customers, stores, given_tags, customer_ids */
    uint64_t rows, size_bytes, digest;
    int32_t day_min, day_max; /* 0, -1 without days */
    int64_t customer_min, customer_max;
    char *import_id; /* 32 hex digits: input, mapping, key; NULL: compact folded it from others */
};

/* A table file, also one that is gone. */
struct fl_data_origin {
    char *name;
    uint64_t digest;
};

/* What a file was folded from, which may be folds themselves. */
struct fl_data_fold {
    struct fl_data_origin file;
    struct fl_data_origin *from; /* sorted by name */
    size_t from_count;
};

/* What data/manifest.json says. Files are sorted by name. */
struct fl_data_folder {
    const struct fl_io *io;
    char *path;
    char *zone;        /* business zone; NULL until the first interactions import */
    bool text_ids;     /* customer ids are text, keyed by `key` */
    bool pseudonymous; /* text ids are not kept */
    bool ids_decided;  /* text_ids and pseudonymous are fixed by an import already */
    uint8_t key[FL_KEY_SIZE];
    char key_id[17]; /* digest of the key; "" for integer ids */
    struct fl_data_file *files;
    size_t file_count;
    struct fl_data_fold *folds; /* all that ever were made, sorted by name */
    size_t fold_count;
};

/* Opens an existing folder for reading. FL_MISSING: no folder or no manifest in it; FL_CORRUPT: the manifest
 * lies; the key file of a text folder must be 0600 and match its id (FL_PERMISSION, FL_CORRUPT). */
fl_status fl_data_folder_open(const struct fl_io *io, const char *path, struct fl_data_folder **folder,
                              struct fl_error *error);
/* Opens, or starts an empty one (mkdir; nothing else is written before the first commit). */
fl_status fl_data_folder_open_or_start(const struct fl_io *io, const char *path,
                                       struct fl_data_folder **folder, struct fl_error *error);
void fl_data_folder_close(struct fl_data_folder *folder);

/* Whether the manifest lists other files by now. A reader that finds a file of its manifest gone asks this:
 * then a compaction has folded it, and the reader starts over. */
bool fl_data_folder_has_changed(const struct fl_data_folder *folder);

/* Full path of a file of the folder, malloc()ed. */
char *fl_data_folder_path_of(const struct fl_data_folder *folder, const char *name);

/* Which files of the folder hold exactly the rows of `origins`, the files of an earlier day: used[i] for
 * files[i]. FL_MISSING names a file that is gone, or one that was folded with others. */
fl_status fl_data_folder_find_origins(const struct fl_data_folder *folder,
                                      const struct fl_data_origin *origins, size_t count, bool *used,
                                      struct fl_error *error);

/* The key of a text id: SipHash-2-4 under the folder's key, cut to 63 bits. */
int64_t fl_data_folder_key_of(const struct fl_data_folder *folder, struct fl_text id);

#endif
