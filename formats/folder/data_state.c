/* data_state.c - the lists that a manifest holds, kept sorted in one arena. */
#include <stdlib.h>

#include "formats/folder/data_manifest.h"

static char *copy(struct fl_arena *arena, const char *text)
{
    return fl_arena_copy(arena, text, strlen(text));
}

/* A larger array for one more item: doubled at each power of two, the old one stays in the arena. */
static void *reserve_one(struct fl_arena *arena, void *items, size_t count, size_t item_bytes)
{
    if (count != 0 && (count & (count - 1)) != 0)
        return items;
    size_t wanted_bytes;
    if (__builtin_mul_overflow(count == 0 ? 1 : 2 * count, item_bytes, &wanted_bytes))
        return NULL;
    void *larger = fl_arena_take(arena, wanted_bytes);
    if (larger != NULL && count > 0)
        memcpy(larger, items, count * item_bytes);
    return larger;
}

bool fl_data_state_add_file(struct fl_data_state *state, const struct fl_data_file *file)
{
    struct fl_data_folder *folder = &state->folder;
    struct fl_data_file *files = reserve_one(&state->arena, folder->files, folder->file_count, sizeof *files);
    if (files == NULL)
        return false;
    folder->files = files;
    size_t at = folder->file_count++;
    for (; at > 0 && strcmp(files[at - 1].name, file->name) > 0; at--)
        files[at] = files[at - 1];
    files[at] = *file;
    return true;
}

bool fl_data_state_add_import(struct fl_data_state *state, const struct fl_data_import *import)
{
    struct fl_data_import *imports =
        reserve_one(&state->arena, state->imports, state->import_count, sizeof *imports);
    if (imports == NULL)
        return false;
    state->imports = imports;
    size_t at = state->import_count++;
    for (; at > 0 && strcmp(imports[at - 1].id, import->id) > 0; at--)
        imports[at] = imports[at - 1];
    imports[at] = *import;
    return true;
}

bool fl_data_state_copy_file(struct fl_data_state *state, const struct fl_data_file *file)
{
    struct fl_data_file copied = *file;
    copied.name = copy(&state->arena, file->name);
    copied.table = copy(&state->arena, file->table);
    if (file->import_id != NULL)
        copied.import_id = copy(&state->arena, file->import_id);
    return copied.name != NULL && copied.table != NULL &&
           (copied.import_id != NULL || file->import_id == NULL) && fl_data_state_add_file(state, &copied);
}

bool fl_data_state_drop_file(struct fl_data_state *state, const struct fl_data_origin *file)
{
    struct fl_data_folder *folder = &state->folder;
    for (size_t i = 0; i < folder->file_count; i++) {
        if (strcmp(folder->files[i].name, file->name) != 0 || folder->files[i].digest != file->digest)
            continue;
        /* The room stays: as much as reserve_one() expects of the smaller count, or more. */
        folder->file_count--;
        memmove(&folder->files[i], &folder->files[i + 1], (folder->file_count - i) * sizeof *folder->files);
        return true;
    }
    return false;
}

bool fl_data_state_add_fold(struct fl_data_state *state, const struct fl_data_fold *fold)
{
    struct fl_data_folder *folder = &state->folder;
    struct fl_data_fold *folds = reserve_one(&state->arena, folder->folds, folder->fold_count, sizeof *folds);
    if (folds == NULL)
        return false;
    folder->folds = folds;
    size_t at = folder->fold_count++;
    for (; at > 0 && strcmp(folds[at - 1].file.name, fold->file.name) > 0; at--)
        folds[at] = folds[at - 1];
    folds[at] = *fold;
    return true;
}

bool fl_data_state_copy_fold(struct fl_data_state *state, const struct fl_data_fold *fold)
{
    struct fl_data_fold copied = *fold;
    copied.file.name = copy(&state->arena, fold->file.name);
    copied.from = fl_arena_take(&state->arena, (fold->from_count + 1) * sizeof *copied.from);
    if (copied.file.name == NULL || copied.from == NULL)
        return false;
    for (size_t i = 0; i < fold->from_count; i++) {
        copied.from[i] =
            (struct fl_data_origin){copy(&state->arena, fold->from[i].name), fold->from[i].digest};
        if (copied.from[i].name == NULL)
            return false;
    }
    return fl_data_state_add_fold(state, &copied);
}

static bool copy_reasons(struct fl_arena *arena, struct fl_data_reason **reasons, size_t count)
{
    struct fl_data_reason *copies = fl_arena_take(arena, (count + 1) * sizeof *copies);
    if (copies == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        copies[i] = (*reasons)[i];
        copies[i].words = copy(arena, (*reasons)[i].words);
        if (copies[i].words == NULL)
            return false;
    }
    *reasons = copies;
    return true;
}

static bool copy_inputs(struct fl_arena *arena, char ***inputs, size_t count)
{
    char **copies = fl_arena_take(arena, (count + 1) * sizeof *copies);
    if (copies == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        copies[i] = copy(arena, (*inputs)[i]);
        if (copies[i] == NULL)
            return false;
    }
    *inputs = copies;
    return true;
}

bool fl_data_state_copy_import(struct fl_data_state *state, const struct fl_data_import *import)
{
    struct fl_arena *arena = &state->arena;
    struct fl_data_import copied = *import;
    copied.id = copy(arena, import->id);
    copied.table = copy(arena, import->table);
    copied.mapping_digest = copy(arena, import->mapping_digest);
    return copied.id != NULL && copied.table != NULL && copied.mapping_digest != NULL &&
           copy_inputs(arena, &copied.inputs, copied.input_count) &&
           copy_reasons(arena, &copied.skips, copied.skip_count) &&
           copy_reasons(arena, &copied.rejects, copied.reject_count) &&
           fl_data_state_add_import(state, &copied);
}

const struct fl_data_import *fl_data_folder_find_import(const struct fl_data_folder *folder,
                                                        const char *import_id)
{
    const struct fl_data_state *state = fl_data_state_of_const(folder);
    for (size_t i = 0; i < state->import_count; i++) {
        if (strcmp(state->imports[i].id, import_id) == 0)
            return &state->imports[i];
    }
    return NULL;
}

static bool has_input(const struct fl_data_import *import, const char *input_digest)
{
    for (size_t i = 0; i < import->input_count; i++) {
        if (strcmp(import->inputs[i], input_digest) == 0)
            return true;
    }
    return false;
}

const struct fl_data_import *fl_data_folder_find_input(const struct fl_data_folder *folder, const char *table,
                                                       const char *input_digest)
{
    const struct fl_data_state *state = fl_data_state_of_const(folder);
    for (size_t i = 0; i < state->import_count; i++) {
        if (strcmp(state->imports[i].table, table) == 0 && has_input(&state->imports[i], input_digest))
            return &state->imports[i];
    }
    return NULL;
}
