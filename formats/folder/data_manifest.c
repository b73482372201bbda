/* data_manifest.c - reads the text of manifest.json strictly into a data folder's state. */
#include "formats/folder/data_manifest.h"

#include <jansson.h>

#include "formats/base/civil.h"
#include "formats/base/json_memory.h"
#include "formats/base/limits.h"
#include "formats/schema/schema.h"

/* Format 1 is format 2 without folds. */
enum { FORMAT = 2, FORMAT_WITHOUT_FOLDS = 1, NAME_BYTES_MAX = 255 };

/* Where the reader is, for errors: "files[3]". */
struct place {
    const char *list;
    size_t index;
    struct fl_error *error;
};

static fl_status fail(const struct place *place, const char *what)
{
    return fl_fail(place->error, FL_CORRUPT, "%s[%zu]: %s", place->list, place->index, what);
}

static fl_status fail_unpack(const struct place *place, const json_error_t *json_error)
{
    return fail(place, json_error->text);
}

static char *keep(struct fl_arena *arena, const char *text)
{
    return fl_arena_copy(arena, text, strlen(text));
}

/* A string, or null for a NULL; false: something else. */
static bool read_nullable(const json_t *value, const char **text)
{
    *text = json_string_value(value);
    return *text != NULL || json_is_null(value);
}

static bool is_hex(const char *text, size_t digits)
{
    return strlen(text) == digits && strspn(text, "0123456789abcdef") == digits;
}

static bool parse_hex64(const char *text, uint64_t *value)
{
    if (!is_hex(text, 16))
        return false;
    *value = 0;
    for (size_t i = 0; i < 16; i++)
        *value = *value << 4 | (uint64_t)(text[i] <= '9' ? text[i] - '0' : text[i] - 'a' + 10);
    return true;
}

/* A name is <table>-<16 hex digits>-p<4 digits>.flint, and so never leaves the folder. */
static bool is_file_name(const char *name, const char *table)
{
    const size_t table_size = strlen(table);
    const char *at = name + table_size;
    if (strncmp(name, table, table_size) != 0 || strlen(at) != sizeof "-0123456789abcdef-p0001.flint" - 1)
        return false;
    return at[0] == '-' && strspn(at + 1, "0123456789abcdef") >= 16 && at[17] == '-' && at[18] == 'p' &&
           strspn(at + 19, "0123456789") == 4 && strcmp(at + 23, ".flint") == 0;
}

static bool is_data_table(const char *table)
{
    const struct fl_schema *schema = fl_schema_by_name(table);
    return schema != NULL && strcmp(schema->extension, "flint") == 0;
}

static bool is_name_of_any_table(const char *name)
{
    for (size_t i = 0; fl_schema_at(i) != NULL; i++) {
        if (is_data_table(fl_schema_at(i)->name) && is_file_name(name, fl_schema_at(i)->name))
            return true;
    }
    return false;
}

/* Both null: no days. */
static bool read_days(const json_t *first, const json_t *last, struct fl_data_file *file)
{
    const char *first_text, *last_text;
    file->day_min = 0;
    file->day_max = -1;
    if (!read_nullable(first, &first_text) || !read_nullable(last, &last_text))
        return false;
    if (first_text == NULL || last_text == NULL)
        return first_text == last_text;
    return fl_day_parse(first_text, strlen(first_text), &file->day_min) &&
           fl_day_parse(last_text, strlen(last_text), &file->day_max) && file->day_min <= file->day_max;
}

/* Both null: no customers. */
static bool read_customers(const json_t *least, const json_t *largest, struct fl_data_file *file)
{
    file->customer_min = 0;
    file->customer_max = -1;
    if (json_is_null(least) || json_is_null(largest))
        return json_is_null(least) && json_is_null(largest);
    file->customer_min = json_integer_value(least);
    file->customer_max = json_integer_value(largest);
    return json_is_integer(least) && json_is_integer(largest) && file->customer_min <= file->customer_max;
}

static fl_status read_file(json_t *entry, const struct place *place, struct fl_arena *arena,
                           struct fl_data_file *file)
{
    json_error_t json_error;
    json_int_t rows, size_bytes;
    const char *name, *table, *import_id, *digest;
    const json_t *import_value, *day_min, *day_max, *customer_min, *customer_max;
    if (json_unpack_ex(entry, &json_error, 0, "{s:s, s:s, s:o, s:s, s:I, s:I, s:o, s:o, s:o, s:o !}", "name",
                       &name, "table", &table, "import", &import_value, "digest", &digest, "rows", &rows,
                       "bytes", &size_bytes, "day_min", &day_min, "day_max", &day_max, "customer_min",
                       &customer_min, "customer_max", &customer_max) != 0)
        return fail_unpack(place, &json_error);
    if (!is_data_table(table))
        return fail(place, "an unknown table");
    if (!is_file_name(name, table))
        return fail(place, "the name is not <table>-<16 hex digits>-p<4 digits>.flint");
    if (!parse_hex64(digest, &file->digest))
        return fail(place, "the digest has not 16 hex digits");
    if (!read_nullable(import_value, &import_id) || (import_id != NULL && !is_hex(import_id, 32)))
        return fail(place, "the import has not 32 hex digits");
    if (rows < 0 || size_bytes < 0)
        return fail(place, "a negative count");
    if (!read_days(day_min, day_max, file))
        return fail(place, "the days are not two dates in order");
    if (!read_customers(customer_min, customer_max, file))
        return fail(place, "the customers are not two keys in order");
    file->rows = (uint64_t)rows;
    file->size_bytes = (uint64_t)size_bytes;
    file->name = keep(arena, name);
    file->table = keep(arena, table);
    file->import_id = import_id == NULL ? NULL : keep(arena, import_id);
    if (file->name == NULL || file->table == NULL || (import_id != NULL && file->import_id == NULL))
        return fl_fail_memory(place->error, strlen(name));
    return FL_OK;
}

static fl_status read_files(json_t *list, struct fl_data_state *state, struct fl_error *error)
{
    const struct fl_data_folder *folder = &state->folder;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const struct place place = {"files", i, error};
        struct fl_data_file file;
        const fl_status status = read_file(json_array_get(list, i), &place, &state->arena, &file);
        if (status != FL_OK)
            return status;
        if (i > 0 && strcmp(folder->files[i - 1].name, file.name) >= 0)
            return fail(&place, "the names are not in order");
        if (!fl_data_state_add_file(state, &file))
            return fl_fail_memory(error, sizeof file);
    }
    return FL_OK;
}

/* {"words": rows, ...} -> reasons in the arena; json objects come in any order, so they are sorted by their
 * printer. */
static fl_status read_reasons(json_t *object, const struct place *place, struct fl_arena *arena,
                              struct fl_data_reason **reasons, size_t *count)
{
    *count = 0;
    *reasons = fl_arena_take(arena, (json_object_size(object) + 1) * sizeof **reasons);
    if (*reasons == NULL)
        return fl_fail_memory(place->error, json_object_size(object) * sizeof **reasons);
    const char *words;
    json_t *rows;
    json_object_foreach(object, words, rows)
    {
        if (!json_is_integer(rows) || json_integer_value(rows) < 0)
            return fail(place, "a reason without a count");
        char *kept = keep(arena, words);
        if (kept == NULL)
            return fl_fail_memory(place->error, strlen(words));
        (*reasons)[(*count)++] = (struct fl_data_reason){kept, (uint64_t)json_integer_value(rows)};
    }
    return FL_OK;
}

static fl_status read_inputs(json_t *list, const struct place *place, struct fl_arena *arena,
                             struct fl_data_import *import)
{
    import->input_count = json_array_size(list);
    import->inputs = fl_arena_take(arena, (import->input_count + 1) * sizeof *import->inputs);
    if (import->inputs == NULL)
        return fl_fail_memory(place->error, import->input_count * sizeof *import->inputs);
    for (size_t i = 0; i < import->input_count; i++) {
        const char *digest = json_string_value(json_array_get(list, i));
        if (digest == NULL || !is_hex(digest, 32))
            return fail(place, "an input has not 32 hex digits");
        import->inputs[i] = keep(arena, digest);
        if (import->inputs[i] == NULL)
            return fl_fail_memory(place->error, strlen(digest));
    }
    return FL_OK;
}

static fl_status read_import(json_t *entry, const struct place *place, struct fl_arena *arena,
                             struct fl_data_import *import)
{
    json_error_t json_error;
    json_t *arrival, *inputs, *skips, *rejects;
    json_int_t rows_read, rows_kept;
    const char *id, *table, *mapping;
    if (json_unpack_ex(entry, &json_error, 0, "{s:s, s:s, s:s, s:o, s:o, s:{s:I, s:I, s:o, s:o !} !}", "id",
                       &id, "table", &table, "mapping", &mapping, "arrival", &arrival, "inputs", &inputs,
                       "rows", "read", &rows_read, "kept", &rows_kept, "skipped", &skips, "rejected",
                       &rejects) != 0)
        return fail_unpack(place, &json_error);
    if (!is_hex(id, 32) || !is_data_table(table))
        return fail(place, "no import id or an unknown table");
    if (!json_is_array(inputs) || !json_is_object(skips) || !json_is_object(rejects))
        return fail(place, "inputs, skipped or rejected is no list");
    if (rows_read < 0 || rows_kept < 0)
        return fail(place, "a negative count");
    *import = (struct fl_data_import){
        .id = keep(arena, id),
        .table = keep(arena, table),
        .mapping_digest = keep(arena, mapping),
        .has_arrival = !json_is_null(arrival),
        .rows_read = (uint64_t)rows_read,
        .rows_kept = (uint64_t)rows_kept,
    };
    if (import->id == NULL || import->table == NULL || import->mapping_digest == NULL)
        return fl_fail_memory(place->error, strlen(mapping));
    const char *arrival_text = json_string_value(arrival);
    if (import->has_arrival &&
        (arrival_text == NULL || !fl_day_parse(arrival_text, strlen(arrival_text), &import->arrival_day)))
        return fail(place, "the arrival is no date");
    fl_status status = read_inputs(inputs, place, arena, import);
    if (status == FL_OK)
        status = read_reasons(skips, place, arena, &import->skips, &import->skip_count);
    if (status == FL_OK)
        status = read_reasons(rejects, place, arena, &import->rejects, &import->reject_count);
    return status;
}

static fl_status read_imports(json_t *list, struct fl_data_state *state, struct fl_error *error)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const struct place place = {"imports", i, error};
        struct fl_data_import import;
        const fl_status status = read_import(json_array_get(list, i), &place, &state->arena, &import);
        if (status != FL_OK)
            return status;
        if (i > 0 && strcmp(state->imports[i - 1].id, import.id) >= 0)
            return fail(&place, "the ids are not in order");
        if (!fl_data_state_add_import(state, &import))
            return fl_fail_memory(error, sizeof import);
    }
    return FL_OK;
}

static fl_status read_origin(json_t *name_value, json_t *digest_value, const struct place *place,
                             struct fl_arena *arena, struct fl_data_origin *origin)
{
    const char *name = json_string_value(name_value), *digest = json_string_value(digest_value);
    if (name == NULL || !is_name_of_any_table(name))
        return fail(place, "a name is not <table>-<16 hex digits>-p<4 digits>.flint");
    if (digest == NULL || !parse_hex64(digest, &origin->digest))
        return fail(place, "a digest has not 16 hex digits");
    origin->name = keep(arena, name);
    return origin->name == NULL ? fl_fail_memory(place->error, strlen(name)) : FL_OK;
}

static fl_status read_origins(json_t *list, const struct place *place, struct fl_arena *arena,
                              struct fl_data_fold *fold)
{
    fold->from_count = json_array_size(list);
    fold->from = fl_arena_take(arena, (fold->from_count + 1) * sizeof *fold->from);
    if (fold->from == NULL)
        return fl_fail_memory(place->error, fold->from_count * sizeof *fold->from);
    for (size_t i = 0; i < fold->from_count; i++) {
        json_error_t json_error;
        json_t *name, *digest;
        if (json_unpack_ex(json_array_get(list, i), &json_error, 0, "{s:o, s:o !}", "name", &name, "digest",
                           &digest) != 0)
            return fail_unpack(place, &json_error);
        const fl_status status = read_origin(name, digest, place, arena, &fold->from[i]);
        if (status != FL_OK)
            return status;
        if (i > 0 && strcmp(fold->from[i - 1].name, fold->from[i].name) >= 0)
            return fail(place, "the names it is from are not in order");
    }
    return fold->from_count == 0 ? fail(place, "it is from nothing") : FL_OK;
}

static fl_status read_folds(json_t *list, struct fl_data_state *state, struct fl_error *error)
{
    const struct fl_data_folder *folder = &state->folder;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const struct place place = {"folds", i, error};
        struct fl_data_fold fold;
        json_error_t json_error;
        json_t *name, *digest, *from;
        if (json_unpack_ex(json_array_get(list, i), &json_error, 0, "{s:o, s:o, s:o !}", "name", &name,
                           "digest", &digest, "from", &from) != 0)
            return fail_unpack(&place, &json_error);
        fl_status status = read_origin(name, digest, &place, &state->arena, &fold.file);
        if (status == FL_OK)
            status = read_origins(from, &place, &state->arena, &fold);
        if (status != FL_OK)
            return status;
        if (i > 0 && strcmp(folder->folds[i - 1].file.name, fold.file.name) >= 0)
            return fail(&place, "the names are not in order");
        if (!fl_data_state_add_fold(state, &fold))
            return fl_fail_memory(error, sizeof fold);
    }
    return FL_OK;
}

static fl_status read_zone(const json_t *value, struct fl_data_state *state, struct fl_error *error)
{
    const char *zone;
    if (!read_nullable(value, &zone))
        return fl_fail(error, FL_CORRUPT, "zone: neither a name nor null");
    if (zone == NULL)
        return FL_OK;
    const size_t size = strlen(zone);
    if (size == 0 || size > NAME_BYTES_MAX)
        return fl_fail(error, FL_CORRUPT, "zone: a name of %zu bytes, 1 to %d allowed", size, NAME_BYTES_MAX);
    state->folder.zone = keep(&state->arena, zone);
    return state->folder.zone == NULL ? fl_fail_memory(error, size) : FL_OK;
}

static fl_status read_ids(const json_t *ids_value, const json_t *key_id_value, struct fl_data_folder *folder,
                          struct fl_error *error)
{
    const char *ids, *key_id;
    if (!read_nullable(ids_value, &ids) || (ids != NULL && strcmp(ids, "integer") != 0 &&
                                            strcmp(ids, "text") != 0 && strcmp(ids, "pseudonymous") != 0))
        return fl_fail(error, FL_CORRUPT, "ids: not integer, text, pseudonymous or null");
    folder->ids_decided = ids != NULL;
    folder->text_ids = ids != NULL && strcmp(ids, "integer") != 0;
    folder->pseudonymous = ids != NULL && strcmp(ids, "pseudonymous") == 0;
    if (!read_nullable(key_id_value, &key_id) || (key_id != NULL) != folder->text_ids ||
        (key_id != NULL && !is_hex(key_id, 16)))
        return fl_fail(error, FL_CORRUPT, "key_id: 16 hex digits for text ids, else null");
    (void)strcpy(folder->key_id, key_id == NULL ? "" : key_id);
    return FL_OK;
}

static fl_status read_root(json_t *root, struct fl_data_state *state, struct fl_error *error)
{
    json_error_t json_error;
    json_int_t format;
    if (json_unpack_ex(root, &json_error, 0, "{s:I}", "format", &format) != 0)
        return fl_fail(error, FL_CORRUPT, "%s", json_error.text);
    if (format != FORMAT && format != FORMAT_WITHOUT_FOLDS)
        return fl_fail(error, FL_UNSUPPORTED, "format %lld, this build reads %d and %d", (long long)format,
                       FORMAT_WITHOUT_FOLDS, FORMAT);
    json_t *zone, *ids, *key_id, *files, *imports, *folds = NULL;
    const char *keys =
        format == FORMAT ? "{s:I, s:o, s:o, s:o, s:o, s:o, s:o !}" : "{s:I, s:o, s:o, s:o, s:o, s:o !}";
    if (json_unpack_ex(root, &json_error, 0, keys, "format", &format, "zone", &zone, "ids", &ids, "key_id",
                       &key_id, "files", &files, "imports", &imports, "folds", &folds) != 0)
        return fl_fail(error, FL_CORRUPT, "%s", json_error.text);
    if (!json_is_array(files) || !json_is_array(imports) || (folds != NULL && !json_is_array(folds)))
        return fl_fail(error, FL_CORRUPT, "files, imports or folds is no list");
    fl_status status = read_zone(zone, state, error);
    if (status == FL_OK)
        status = read_ids(ids, key_id, &state->folder, error);
    if (status == FL_OK)
        status = read_files(files, state, error);
    if (status == FL_OK)
        status = read_folds(folds, state, error);
    return status == FL_OK ? read_imports(imports, state, error) : status;
}

static bool is_fold(const struct fl_data_folder *folder, const struct fl_data_file *file)
{
    for (size_t i = 0; i < folder->fold_count; i++) {
        if (strcmp(folder->folds[i].file.name, file->name) == 0)
            return folder->folds[i].file.digest == file->digest;
    }
    return false;
}

/* Every file belongs to an import of the list, or was folded. */
static fl_status check_files(const struct fl_data_state *state, struct fl_error *error)
{
    for (size_t i = 0; i < state->folder.file_count; i++) {
        const struct place place = {"files", i, error};
        const struct fl_data_file *file = &state->folder.files[i];
        if (file->import_id == NULL && !is_fold(&state->folder, file))
            return fail(&place, "it has no import and is not in the list of folds");
        if (file->import_id != NULL && fl_data_folder_find_import(&state->folder, file->import_id) == NULL)
            return fail(&place, "its import is not in the list of imports");
    }
    return FL_OK;
}

fl_status fl_data_manifest_parse(const char *bytes, size_t size, const char *shown_path,
                                 struct fl_data_state *state, struct fl_error *error)
{
    json_error_t json_error;
    json_t *root = fl_json_load(bytes, size, JSON_REJECT_DUPLICATES, &json_error);
    fl_status status;
    if (root == NULL) {
        (void)fl_fail(error, FL_CORRUPT, "no JSON: %s", json_error.text);
        (void)fl_error_at_line(error, json_error.line, json_error.column);
        status = FL_CORRUPT;
    } else {
        status = read_root(root, state, error);
    }
    if (status == FL_OK)
        status = check_files(state, error);
    if (fl_json_ran_out_of_memory()) {
        fl_error_clear(error);
        status = fl_fail_memory(error, size);
    }
    if (status != FL_OK)
        (void)fl_error_at_path(error, shown_path);
    json_decref(root);
    return status;
}
