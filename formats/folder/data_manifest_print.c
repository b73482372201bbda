/* data_manifest_print.c - writes a data folder's state as the text of manifest.json. */
#include <jansson.h>
#include <stdlib.h>

#include "formats/base/checksum.h"
#include "formats/base/civil.h"
#include "formats/base/json_memory.h"
#include "formats/base/limits.h"
#include "formats/folder/data_manifest.h"

/* jansson hands a failed allocation on: packing a NULL fails, and frees what it was given. */

static json_t *day_of(bool present, int32_t day)
{
    if (!present)
        return json_null();
    char text[11];
    fl_day_format(day, text);
    return json_string(text);
}

static json_t *customer_of(const struct fl_data_file *file, int64_t customer)
{
    return file->customer_min > file->customer_max ? json_null() : json_integer(customer);
}

static json_t *pack_file(const struct fl_data_file *file)
{
    const bool has_days = file->day_min <= file->day_max;
    char digest[17];
    fl_hex64(file->digest, digest);
    return json_pack("{s:s, s:s, s:s?, s:s, s:I, s:I, s:o, s:o, s:o, s:o}", "name", file->name, "table",
                     file->table, "import", file->import_id, "digest", digest, "rows", (json_int_t)file->rows,
                     "bytes", (json_int_t)file->size_bytes, "day_min", day_of(has_days, file->day_min),
                     "day_max", day_of(has_days, file->day_max), "customer_min",
                     customer_of(file, file->customer_min), "customer_max",
                     customer_of(file, file->customer_max));
}

static json_t *pack_reasons(const struct fl_data_reason *reasons, size_t count)
{
    json_t *object = json_object();
    for (size_t i = 0; object != NULL && i < count; i++) {
        if (json_object_set_new(object, reasons[i].words, json_integer((json_int_t)reasons[i].rows)) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *pack_inputs(const struct fl_data_import *import)
{
    json_t *list = json_array();
    for (size_t i = 0; list != NULL && i < import->input_count; i++) {
        if (json_array_append_new(list, json_string(import->inputs[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *pack_import(const struct fl_data_import *import)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:{s:I, s:I, s:o, s:o}}", "id", import->id, "table",
                     import->table, "mapping", import->mapping_digest, "arrival",
                     day_of(import->has_arrival, import->arrival_day), "inputs", pack_inputs(import), "rows",
                     "read", (json_int_t)import->rows_read, "kept", (json_int_t)import->rows_kept, "skipped",
                     pack_reasons(import->skips, import->skip_count), "rejected",
                     pack_reasons(import->rejects, import->reject_count));
}

static const char *ids_of(const struct fl_data_folder *folder)
{
    if (!folder->ids_decided)
        return NULL;
    if (!folder->text_ids)
        return "integer";
    return folder->pseudonymous ? "pseudonymous" : "text";
}

static json_t *pack_files(const struct fl_data_folder *folder)
{
    json_t *list = json_array();
    for (size_t i = 0; list != NULL && i < folder->file_count; i++) {
        if (json_array_append_new(list, pack_file(&folder->files[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *pack_imports(const struct fl_data_state *state)
{
    json_t *list = json_array();
    for (size_t i = 0; list != NULL && i < state->import_count; i++) {
        if (json_array_append_new(list, pack_import(&state->imports[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *pack_origins(const struct fl_data_fold *fold)
{
    json_t *list = json_array();
    for (size_t i = 0; list != NULL && i < fold->from_count; i++) {
        char digest[17];
        fl_hex64(fold->from[i].digest, digest);
        if (json_array_append_new(
                list, json_pack("{s:s, s:s}", "name", fold->from[i].name, "digest", digest)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *pack_folds(const struct fl_data_folder *folder)
{
    json_t *list = json_array();
    for (size_t i = 0; list != NULL && i < folder->fold_count; i++) {
        const struct fl_data_fold *fold = &folder->folds[i];
        char digest[17];
        fl_hex64(fold->file.digest, digest);
        if (json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "name", fold->file.name, "digest",
                                                  digest, "from", pack_origins(fold))) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *pack_state(const struct fl_data_state *state)
{
    const struct fl_data_folder *folder = &state->folder;
    return json_pack("{s:i, s:s?, s:s?, s:s?, s:o, s:o, s:o}", "format", 2, "zone", folder->zone, "ids",
                     ids_of(folder), "key_id", folder->text_ids ? folder->key_id : NULL, "files",
                     pack_files(folder), "folds", pack_folds(folder), "imports", pack_imports(state));
}

fl_status fl_data_manifest_print(const struct fl_data_state *state, struct fl_buffer *text,
                                 struct fl_error *error)
{
    fl_json_watch_memory();
    json_t *root = pack_state(state);
    char *printed = root == NULL ? NULL : json_dumps(root, JSON_SORT_KEYS | JSON_INDENT(1));
    json_decref(root);
    if (fl_json_ran_out_of_memory()) {
        free(printed);
        printed = NULL;
    }
    if (printed == NULL)
        return fl_fail_memory(error, FL_MANIFEST_BYTES_MAX);
    const size_t size = strlen(printed);
    fl_status status = FL_OK;
    if (size >= FL_MANIFEST_BYTES_MAX)
        status = fl_fail(error, FL_LIMIT, "a manifest of %zu bytes, at most %u: compact the folder", size + 1,
                         FL_MANIFEST_BYTES_MAX);
    else if (!fl_buffer_append(text, printed, size) || !fl_buffer_append(text, "\n", 1))
        status = fl_fail_memory(error, size + 1);
    free(printed);
    return status;
}
