/* run_manifest.c - manifest.json of a run folder: what the run was made of, what it made. */
#include "engine/run_manifest.h"

#include <jansson.h>
#include <stdlib.h>

#include "formats/base/checksum.h"
#include "formats/base/civil.h"
#include "formats/base/decimal.h"
#include "formats/base/json_memory.h"
#include "formats/base/limits.h"

/* Raised when a reader of before would misread the file. */
enum { MANIFEST_VERSION = 1, OUTPUTS_MAX = 256 };
static const char manifest_format[] = "fourloop run";

/* Counts by their key in the file. */
#define COUNT_LIST(X)                                                                                        \
    X(rows_in) X(scored) X(after_as_of) X(not_yet_known) X(quarantined) X(late) X(late_reported) X(customers)

void fl_run_manifest_release(struct fl_run_manifest *manifest)
{
    for (size_t i = 0; i < manifest->input_count; i++) {
        free(manifest->inputs[i].name);
        free(manifest->inputs[i].table);
    }
    for (size_t i = 0; i < manifest->output_count; i++) {
        free(manifest->outputs[i].name);
        free(manifest->outputs[i].table);
    }
    free(manifest->inputs);
    free(manifest->outputs);
    free(manifest->version);
    free(manifest->zone);
    *manifest = (struct fl_run_manifest){0};
}

fl_status fl_run_manifest_add_input(struct fl_run_manifest *manifest, const char *name, const char *table,
                                    uint64_t rows, uint64_t digest, struct fl_error *error)
{
    const size_t size_bytes = (manifest->input_count + 1) * sizeof *manifest->inputs;
    struct fl_run_input *inputs = realloc(manifest->inputs, size_bytes);
    if (inputs == NULL)
        return fl_fail_memory(error, size_bytes);
    manifest->inputs = inputs;
    struct fl_run_input *input = &inputs[manifest->input_count++];
    *input = (struct fl_run_input){strdup(name), strdup(table), rows, digest};
    return input->name == NULL || input->table == NULL ? fl_fail_memory(error, strlen(name)) : FL_OK;
}

fl_status fl_run_manifest_add_output(struct fl_run_manifest *manifest, const char *table, const char *name,
                                     uint64_t rows, uint64_t size_bytes, uint64_t digest,
                                     struct fl_error *error)
{
    const size_t list_bytes = (manifest->output_count + 1) * sizeof *manifest->outputs;
    struct fl_run_file *outputs = realloc(manifest->outputs, list_bytes);
    if (outputs == NULL)
        return fl_fail_memory(error, list_bytes);
    manifest->outputs = outputs;
    struct fl_run_file *output = &outputs[manifest->output_count++];
    *output = (struct fl_run_file){strdup(table), strdup(name), rows, size_bytes, digest};
    return output->name == NULL || output->table == NULL ? fl_fail_memory(error, strlen(name)) : FL_OK;
}

const struct fl_run_file *fl_run_manifest_output(const struct fl_run_manifest *manifest, const char *table)
{
    for (size_t i = 0; i < manifest->output_count; i++) {
        if (strcmp(manifest->outputs[i].table, table) == 0)
            return &manifest->outputs[i];
    }
    return NULL;
}

bool fl_run_manifest_same_inputs(const struct fl_run_manifest *a, const struct fl_run_manifest *b)
{
    const bool same_zone =
        a->zone == NULL || b->zone == NULL ? a->zone == b->zone : strcmp(a->zone, b->zone) == 0;
    if (strcmp(a->version, b->version) != 0 || a->as_of_day != b->as_of_day || a->view != b->view ||
        a->columns != b->columns || a->hits != b->hits || a->tags_only != b->tags_only || !same_zone ||
        strcmp(a->model_hash, b->model_hash) != 0 || a->input_count != b->input_count ||
        a->has_previous != b->has_previous || (a->has_previous && a->previous_digest != b->previous_digest))
        return false;
    for (size_t i = 0; i < a->input_count; i++) {
        if (strcmp(a->inputs[i].name, b->inputs[i].name) != 0 || a->inputs[i].digest != b->inputs[i].digest)
            return false;
    }
    return true;
}

/* ---- writing ---- */

static json_t *hex_of(uint64_t digest)
{
    char hex[17];
    fl_hex64(digest, hex);
    return json_string(hex);
}

static json_t *print_inputs(const struct fl_run_manifest *manifest)
{
    json_t *list = json_array();
    for (size_t i = 0; i < manifest->input_count; i++) {
        const struct fl_run_input *input = &manifest->inputs[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:I, s:o}", "name", input->name, "table", input->table,
                                        "rows", (json_int_t)input->rows, "digest", hex_of(input->digest)));
    }
    return list;
}

static json_t *print_outputs(const struct fl_run_manifest *manifest)
{
    json_t *list = json_array();
    for (size_t i = 0; i < manifest->output_count; i++) {
        const struct fl_run_file *output = &manifest->outputs[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:I, s:I, s:o}", "table", output->table, "name",
                                        output->name, "rows", (json_int_t)output->rows, "bytes",
                                        (json_int_t)output->size_bytes, "digest", hex_of(output->digest)));
    }
    return list;
}

static json_t *print_counts(const struct fl_run_counts *counts)
{
    json_t *map = json_object();
    json_t *by_type = json_object();
#define X(name) json_object_set_new(map, #name, json_integer((json_int_t)counts->name));
    COUNT_LIST(X)
#undef X
    for (unsigned type = 0; type < FL_TYPES_MAX; type++) {
        char key[8];
        if (counts->quarantined_by_type[type] == 0)
            continue;
        snprintf(key, sizeof key, "%u", type);
        json_object_set_new(by_type, key, json_integer((json_int_t)counts->quarantined_by_type[type]));
    }
    json_object_set_new(map, "quarantined_by_type", by_type);
    return map;
}

/* A run of all columns does not speak of them. False: no memory. */
static bool print_columns(fl_result_columns columns, json_t *root)
{
    struct fl_buffer names = {0};
    if (columns == 0)
        return true;
    const bool done = fl_result_columns_print(columns, &names) &&
                      json_object_set_new(root, "columns", json_string((const char *)names.bytes)) == 0;
    fl_buffer_release(&names);
    return done;
}

/* A run without hits does not speak of them, nor one of all tables of its tables. False: no memory. */
static bool print_tables(const struct fl_run_manifest *manifest, json_t *root)
{
    return (!manifest->hits || json_object_set_new(root, "hits", json_true()) == 0) &&
           (!manifest->tags_only || json_object_set_new(root, "only", json_string("tags")) == 0);
}

/* A run without a night before does not speak of one. False: no memory. */
static bool print_previous(const struct fl_run_manifest *manifest, json_t *root)
{
    char day[11];
    if (!manifest->has_previous)
        return true;
    fl_day_format(manifest->previous_as_of_day, day);
    return json_object_set_new(
               root, "previous",
               json_pack("{s:s, s:o}", "as_of", day, "digest", hex_of(manifest->previous_digest))) == 0;
}

fl_status fl_run_manifest_print(const struct fl_run_manifest *manifest, struct fl_buffer *text,
                                struct fl_error *error)
{
    char day[11];
    fl_day_format(manifest->as_of_day, day);
    fl_json_watch_memory();
    json_t *root =
        json_pack("{s:s, s:i, s:s, s:s, s:s, s:s?, s:s, s:[s, s], s:o, s:o, s:o}", "format", manifest_format,
                  "format_version", MANIFEST_VERSION, "version", manifest->version, "as_of", day, "view",
                  manifest->view == FL_VIEW_KNOWN_THEN ? "known-then" : "known-now", "zone", manifest->zone,
                  "model_hash", manifest->model_hash, "without_history", "model", "dimension tables",
                  "inputs", print_inputs(manifest), "outputs", print_outputs(manifest), "counts",
                  print_counts(&manifest->counts));
    if (root != NULL && (!print_columns(manifest->columns, root) || !print_tables(manifest, root) ||
                         !print_previous(manifest, root))) {
        json_decref(root);
        return fl_fail_memory(error, 64);
    }
    char *dumped = root == NULL ? NULL : json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    json_decref(root);
    if (fl_json_ran_out_of_memory()) {
        free(dumped);
        dumped = NULL;
    }
    if (dumped == NULL)
        return fl_fail_memory(error, manifest->input_count * 128);
    const bool done = fl_buffer_append(text, dumped, strlen(dumped)) && fl_buffer_append(text, "\n", 1);
    free(dumped);
    return done ? FL_OK : fl_fail_memory(error, text->size);
}

/* ---- reading ---- */

static bool parse_hex(const char *text, size_t digits)
{
    return strlen(text) == digits && strspn(text, "0123456789abcdef") == digits;
}

static bool parse_digest(const char *text, uint64_t *digest)
{
    if (!parse_hex(text, 16))
        return false;
    *digest = strtoull(text, NULL, 16);
    return true;
}

/* A plain name inside the folder, not hidden. */
static bool is_file_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL && strlen(name) < 256;
}

static fl_status parse_input(json_t *entry, size_t index, struct fl_run_manifest *manifest,
                             struct fl_error *error)
{
    const char *name = NULL, *table = NULL, *hex = NULL;
    json_int_t rows = -1;
    uint64_t digest = 0;
    json_error_t trouble;
    if (json_unpack_ex(entry, &trouble, JSON_STRICT, "{s:s, s:s, s:I, s:s}", "name", &name, "table", &table,
                       "rows", &rows, "digest", &hex) != 0)
        return fl_fail(error, FL_CORRUPT, "inputs[%zu]: %s", index, trouble.text);
    if (!is_file_name(name) || rows < 0 || !parse_digest(hex, &digest))
        return fl_fail(error, FL_CORRUPT, "inputs[%zu]: a name, a row count or a digest is wrong", index);
    if (index > 0 && strcmp(manifest->inputs[index - 1].name, name) >= 0)
        return fl_fail(error, FL_CORRUPT, "inputs[%zu]: the names do not rise", index);
    return fl_run_manifest_add_input(manifest, name, table, (uint64_t)rows, digest, error);
}

static fl_status parse_output(json_t *entry, size_t index, struct fl_run_manifest *manifest,
                              struct fl_error *error)
{
    const char *name = NULL, *table = NULL, *hex = NULL;
    json_int_t rows = -1, size_bytes = -1;
    uint64_t digest = 0;
    json_error_t trouble;
    if (json_unpack_ex(entry, &trouble, JSON_STRICT, "{s:s, s:s, s:I, s:I, s:s}", "table", &table, "name",
                       &name, "rows", &rows, "bytes", &size_bytes, "digest", &hex) != 0)
        return fl_fail(error, FL_CORRUPT, "outputs[%zu]: %s", index, trouble.text);
    if (!is_file_name(name) || rows < 0 || size_bytes < 0 || !parse_digest(hex, &digest))
        return fl_fail(error, FL_CORRUPT, "outputs[%zu]: a name, a count or a digest is wrong", index);
    return fl_run_manifest_add_output(manifest, table, name, (uint64_t)rows, (uint64_t)size_bytes, digest,
                                      error);
}

static fl_status parse_list(json_t *list, const char *name, size_t entries_max,
                            struct fl_run_manifest *manifest,
                            fl_status (*parse)(json_t *, size_t, struct fl_run_manifest *, struct fl_error *),
                            struct fl_error *error)
{
    if (!json_is_array(list))
        return fl_fail(error, FL_CORRUPT, "%s: no list", name);
    if (json_array_size(list) > entries_max)
        return fl_fail(error, FL_CORRUPT, "%s: %zu entries, at most %zu", name, json_array_size(list),
                       entries_max);
    for (size_t i = 0; i < json_array_size(list); i++) {
        fl_status status = parse(json_array_get(list, i), i, manifest, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static bool parse_by_type(json_t *map, struct fl_run_counts *counts)
{
    const char *key;
    json_t *value;
    uint64_t sum = 0;
    json_object_foreach(map, key, value)
    {
        int64_t type = -1;
        if (!fl_integer_parse(key, strlen(key), &type) || type < 0 || type >= FL_TYPES_MAX ||
            json_integer_value(value) <= 0)
            return false;
        counts->quarantined_by_type[type] = (uint64_t)json_integer_value(value);
        sum += counts->quarantined_by_type[type];
    }
    return sum == counts->quarantined;
}

static fl_status parse_counts(json_t *map, struct fl_run_counts *counts, struct fl_error *error)
{
    size_t known = 1;
#define X(name)                                                                                              \
    if (!json_is_integer(json_object_get(map, #name)) ||                                                     \
        json_integer_value(json_object_get(map, #name)) < 0)                                                 \
        return fl_fail(error, FL_CORRUPT, "counts: no number under `%s`", #name);                            \
    counts->name = (uint64_t)json_integer_value(json_object_get(map, #name));                                \
    known++;
    COUNT_LIST(X)
#undef X
    json_t *by_type = json_object_get(map, "quarantined_by_type");
    if (!json_is_object(by_type) || json_object_size(map) != known || !parse_by_type(by_type, counts))
        return fl_fail(error, FL_CORRUPT, "counts: an unknown key, or quarantined_by_type does not add up");
    if (counts->rows_in != counts->scored + counts->after_as_of + counts->not_yet_known + counts->quarantined)
        return fl_fail(error, FL_CORRUPT, "counts: the rows do not add up to rows_in");
    return FL_OK;
}

static bool parse_previous(json_t *previous, struct fl_run_manifest *manifest)
{
    const char *day = NULL, *hex = NULL;
    if (previous == NULL)
        return true;
    manifest->has_previous = true;
    return json_unpack_ex(previous, NULL, JSON_STRICT, "{s:s, s:s}", "as_of", &day, "digest", &hex) == 0 &&
           fl_day_parse(day, strlen(day), &manifest->previous_as_of_day) &&
           parse_digest(hex, &manifest->previous_digest);
}

/* Both keys speak of what is not as usual alone. */
static bool parse_tables(json_t *hits, const char *only, struct fl_run_manifest *manifest)
{
    manifest->hits = hits != NULL;
    manifest->tags_only = only != NULL;
    return (hits == NULL || json_is_true(hits)) && (only == NULL || strcmp(only, "tags") == 0);
}

static fl_status parse_head(json_t *root, struct fl_run_manifest *manifest, json_t *parts[3],
                            struct fl_error *error)
{
    const char *format = NULL, *version = NULL, *day = NULL, *view = NULL, *hash = NULL, *columns = NULL,
               *only = NULL;
    json_t *zone = NULL, *without_history = NULL, *previous = NULL, *hits = NULL;
    int format_version = 0;
    json_error_t trouble;
    /* The version comes first: a newer manifest may have other keys. */
    if (json_unpack(root, "{s:s, s:i}", "format", &format, "format_version", &format_version) != 0 ||
        strcmp(format, manifest_format) != 0)
        return fl_fail(error, FL_CORRUPT, "not the manifest of a run");
    if (format_version != MANIFEST_VERSION)
        return fl_fail(error, FL_UNSUPPORTED, "manifest version %d, this build reads %d", format_version,
                       MANIFEST_VERSION);
    if (json_unpack_ex(root, &trouble, JSON_STRICT,
                       "{s:s, s:i, s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s?s, s?o, s?s, s?o}",
                       "format", &format, "format_version", &format_version, "version", &version, "as_of",
                       &day, "view", &view, "zone", &zone, "model_hash", &hash, "without_history",
                       &without_history, "inputs", &parts[0], "outputs", &parts[1], "counts", &parts[2],
                       "columns", &columns, "hits", &hits, "only", &only, "previous", &previous) != 0)
        return fl_fail(error, FL_CORRUPT, "%s", trouble.text);
    const bool zone_ok = json_is_null(zone) || json_is_string(zone);
    const bool then = strcmp(view, "known-then") == 0;
    if (!fl_day_parse(day, strlen(day), &manifest->as_of_day) || (!then && strcmp(view, "known-now") != 0) ||
        !parse_hex(hash, 32) || !zone_ok)
        return fl_fail(error, FL_CORRUPT, "as_of, view, zone or model_hash is wrong");
    if (fl_result_columns_parse(columns, &manifest->columns, NULL) != FL_OK)
        return fl_fail(error, FL_CORRUPT, "columns: a name is wrong");
    if (!parse_tables(hits, only, manifest))
        return fl_fail(error, FL_CORRUPT, "hits or only is wrong");
    if (!parse_previous(previous, manifest))
        return fl_fail(error, FL_CORRUPT, "previous: a day or a digest is wrong");
    manifest->view = then ? FL_VIEW_KNOWN_THEN : FL_VIEW_KNOWN_NOW;
    memcpy(manifest->model_hash, hash, sizeof manifest->model_hash);
    manifest->version = strdup(version);
    manifest->zone = json_is_null(zone) ? NULL : strdup(json_string_value(zone));
    if (manifest->version == NULL || (!json_is_null(zone) && manifest->zone == NULL))
        return fl_fail_memory(error, strlen(version));
    return FL_OK;
}

fl_status fl_run_manifest_parse(const char *text, size_t size, struct fl_run_manifest *manifest,
                                struct fl_error *error)
{
    *manifest = (struct fl_run_manifest){0};
    manifest->digest = fl_digest64(text, size);
    json_t *parts[3] = {NULL};
    json_error_t trouble;
    json_t *root = fl_json_load(text, size, JSON_REJECT_DUPLICATES, &trouble);
    if (root == NULL && fl_json_ran_out_of_memory())
        return fl_fail_memory(error, size);
    if (root == NULL) {
        fl_fail(error, FL_CORRUPT, "%s", trouble.text);
        fl_error_at_line(error, trouble.line, trouble.column);
        return FL_CORRUPT;
    }
    fl_status status = parse_head(root, manifest, parts, error);
    if (status == FL_OK)
        status = parse_list(parts[0], "inputs", 2 * (size_t)FL_FILES_MAX, manifest, parse_input, error);
    if (status == FL_OK)
        status = parse_list(parts[1], "outputs", OUTPUTS_MAX, manifest, parse_output, error);
    if (status == FL_OK)
        status = parse_counts(parts[2], &manifest->counts, error);
    json_decref(root);
    if (fl_json_ran_out_of_memory()) {
        fl_error_clear(error);
        status = fl_fail_memory(error, size);
    }
    if (status != FL_OK)
        fl_run_manifest_release(manifest);
    return status;
}
