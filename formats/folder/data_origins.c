/* data_origins.c - finds the files that hold the rows of files which were folded since. */
#include <stdlib.h>

#include "formats/folder/data_folder.h"

/* A growing list of files that no fold made. */
struct leaves {
    struct fl_data_origin *items;
    size_t count;
};

static fl_status add(struct leaves *leaves, const struct fl_data_origin *origin, struct fl_error *error)
{
    struct fl_data_origin *items = leaves->items;
    if ((leaves->count & (leaves->count + 1)) == 0) { /* full at 0, 1, 3, 7 ... */
        items = reallocarray(items, 2 * leaves->count + 1, sizeof *items);
        if (items == NULL)
            return fl_fail_memory(error, leaves->count * sizeof *items);
        leaves->items = items;
    }
    items[leaves->count++] = *origin;
    return FL_OK;
}

static int compare_origins(const void *a, const void *b)
{
    const struct fl_data_origin *x = a, *y = b;
    const int order = strcmp(x->name, y->name);
    return order != 0 ? order : (x->digest > y->digest) - (x->digest < y->digest);
}

/* Folds begin with their own name and digest. */
static const struct fl_data_fold *find_fold(const struct fl_data_folder *folder,
                                            const struct fl_data_origin *origin)
{
    _Static_assert(offsetof(struct fl_data_fold, file) == 0, "compared like an origin");
    if (folder->fold_count == 0)
        return NULL;
    return bsearch(origin, folder->folds, folder->fold_count, sizeof *folder->folds, compare_origins);
}

/* Adds the leaves of what is in `leaves` already in place of it. A fold that was met before is passed over: a
 * manifest that somebody wrote by hand may go round in circles. */
static fl_status expand(const struct fl_data_folder *folder, struct leaves *leaves, struct fl_error *error)
{
    bool *met = calloc(folder->fold_count + 1, sizeof *met);
    if (met == NULL)
        return fl_fail_memory(error, folder->fold_count);
    fl_status status = FL_OK;
    size_t kept = 0;
    for (size_t at = 0; at < leaves->count && status == FL_OK; at++) {
        const struct fl_data_origin origin = leaves->items[at];
        const struct fl_data_fold *fold = find_fold(folder, &origin);
        if (fold == NULL) {
            leaves->items[kept++] = origin;
            continue;
        }
        const bool before = met[fold - folder->folds];
        met[fold - folder->folds] = true;
        for (size_t i = 0; i < fold->from_count && !before && status == FL_OK; i++)
            status = add(leaves, &fold->from[i], error);
    }
    free(met);
    leaves->count = kept;
    return status;
}

static fl_status leaves_of(const struct fl_data_folder *folder, const struct fl_data_origin *origins,
                           size_t count, struct leaves *leaves, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = 0; i < count && status == FL_OK; i++)
        status = add(leaves, &origins[i], error);
    if (status == FL_OK)
        status = expand(folder, leaves, error);
    if (status == FL_OK && leaves->count > 1)
        qsort(leaves->items, leaves->count, sizeof *leaves->items, compare_origins);
    return status;
}

static fl_status fail_folded(const struct fl_data_folder *folder, const char *name, struct fl_error *error)
{
    (void)fl_fail(error, FL_MISSING,
                  "the folder was compacted: %s holds inputs of the run together with others; run again",
                  name);
    (void)fl_error_at_path(error, folder->path);
    return FL_MISSING;
}

/* Whether all leaves of the file are wanted, or none. Those that are get marked. */
static fl_status look_at_file(const struct fl_data_folder *folder, const struct fl_data_file *file,
                              const struct leaves *wanted, bool *found, bool *used, struct fl_error *error)
{
    const struct fl_data_origin origin = {file->name, file->digest};
    struct leaves leaves = {0};
    size_t hits = 0;
    fl_status status = leaves_of(folder, &origin, 1, &leaves, error);
    for (size_t i = 0; i < leaves.count && status == FL_OK && wanted->count > 0; i++) {
        const struct fl_data_origin *hit =
            bsearch(&leaves.items[i], wanted->items, wanted->count, sizeof *wanted->items, compare_origins);
        hits += hit != NULL;
        if (hit != NULL)
            found[hit - wanted->items] = true;
    }
    *used = hits > 0;
    if (status == FL_OK && hits > 0 && hits < leaves.count)
        status = fail_folded(folder, file->name, error);
    free(leaves.items);
    return status;
}

static fl_status look_at_files(const struct fl_data_folder *folder, const struct leaves *wanted, bool *found,
                               bool *used, struct fl_error *error)
{
    for (size_t i = 0; i < folder->file_count; i++) {
        const fl_status status = look_at_file(folder, &folder->files[i], wanted, found, &used[i], error);
        if (status != FL_OK)
            return status;
    }
    for (size_t i = 0; i < wanted->count; i++) {
        if (found[i])
            continue;
        (void)fl_fail(error, FL_MISSING, "an input of the run is gone from the data folder: %s",
                      wanted->items[i].name);
        (void)fl_error_at_path(error, folder->path);
        return FL_MISSING;
    }
    return FL_OK;
}

fl_status fl_data_folder_find_origins(const struct fl_data_folder *folder,
                                      const struct fl_data_origin *origins, size_t count, bool *used,
                                      struct fl_error *error)
{
    struct leaves wanted = {0};
    bool *found = NULL;
    fl_status status = leaves_of(folder, origins, count, &wanted, error);
    if (status == FL_OK) {
        found = calloc(wanted.count + 1, sizeof *found);
        status = found == NULL ? fl_fail_memory(error, wanted.count)
                               : look_at_files(folder, &wanted, found, used, error);
    }
    free(found);
    free(wanted.items);
    return status;
}
