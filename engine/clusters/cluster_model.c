/* cluster_model.c - reads clusters.yaml. */
#include "engine/clusters/cluster_model.h"

#include <stdlib.h>

#include "engine/model/fit_reader.h"
#include "formats/base/limits.h"

/* Texts of names and categories, one after the other in model->bytes. */
struct parse {
    struct fl_fit_reader reader;
    struct fl_cluster_model *model;
    size_t used;
};

void fl_cluster_model_release(struct fl_cluster_model *model)
{
    free(model->clusters);
    free(model->categories);
    free(model->share_ppm);
    free(model->centroids);
    free(model->history);
    free(model->bytes);
    *model = (struct fl_cluster_model){0};
}

bool fl_cluster_model_find(const struct fl_cluster_model *model, struct fl_text category, uint32_t *place)
{
    while (*place < model->category_count && fl_text_compare(model->categories[*place], category) < 0)
        ++*place;
    return *place < model->category_count && fl_text_equal(model->categories[*place], category);
}

static struct fl_text keep_text(struct parse *parse, struct fl_text text)
{
    char *kept = parse->model->bytes + parse->used;
    memcpy(kept, text.bytes, text.size);
    parse->used += text.size;
    return (struct fl_text){kept, text.size};
}

/* ---- the fit as a whole ---- */

static fl_status read_head(struct parse *parse, const struct fl_yaml_node *root)
{
    const struct fl_fit_reader *reader = &parse->reader;
    struct fl_cluster_model *model = parse->model;
    const struct fl_yaml_node *forced = NULL;
    int64_t seed = 0, next_number = 0;
    fl_status status = fl_fit_day(reader, root, "day", &model->day);
    if (status == FL_OK)
        status = fl_fit_count(reader, root, "seed", 0, INT64_MAX, &seed);
    if (status == FL_OK)
        status = fl_fit_count(reader, root, "customers", 1, INT64_MAX, &model->customers);
    if (status == FL_OK)
        status = fl_fit_decimal(reader, root, "stability", 3, -1000, 1000, &model->stability_milli);
    if (status == FL_OK)
        status = fl_fit_find(reader, root, "forced", &forced);
    if (status == FL_OK)
        status = fl_yaml_bool(reader->file, forced, &model->forced, reader->error);
    if (status == FL_OK)
        status = fl_fit_number(reader, root, "inertia", 0, 1e15, "from 0 to a quadrillion", &model->inertia);
    if (status == FL_OK)
        status = fl_fit_decimal(reader, root, "breadth_cut", 3, 1000, INT64_C(1000) * FL_DICTIONARY_WORDS_MAX,
                                &model->breadth_cut_milli);
    if (status == FL_OK)
        status = fl_fit_count(reader, root, "next_number", 2, INT32_MAX, &next_number);
    model->seed = (uint64_t)seed;
    model->next_number = (uint32_t)next_number;
    return status;
}

/* ---- clusters ---- */

static fl_status read_cluster(struct parse *parse, const struct fl_yaml_node *map, struct fl_cluster *cluster)
{
    static const char *const known[] = {"number", "name", "customers", NULL};
    const struct fl_fit_reader *reader = &parse->reader;
    struct fl_text name = {NULL, 0};
    int64_t number = 0;
    fl_status status = fl_yaml_only_keys(reader->file, map, known, reader->error);
    if (status == FL_OK)
        status = fl_fit_count(reader, map, "number", 1, INT32_MAX, &number);
    if (status == FL_OK && number >= parse->model->next_number)
        return fl_yaml_fail(reader->file, fl_yaml_find(map, "number"), reader->error,
                            "the number %d was never given: `next_number` is %u", (int)number,
                            (unsigned)parse->model->next_number);
    if (status == FL_OK)
        status = fl_fit_text(reader, map, "name", &name);
    if (status == FL_OK)
        status = fl_fit_count(reader, map, "customers", 1, parse->model->customers, &cluster->customers);
    if (status != FL_OK)
        return status;
    if (name.size == 0 || name.size > FL_CLUSTER_NAME_BYTES_MAX)
        return fl_yaml_fail(reader->file, fl_yaml_find(map, "name"), reader->error,
                            "a name has 1 to %d bytes", FL_CLUSTER_NAME_BYTES_MAX);
    cluster->number = (uint32_t)number;
    cluster->name = keep_text(parse, name);
    return FL_OK;
}

/* Among the clusters in front of the last. */
static fl_status check_is_new(const struct parse *parse, const struct fl_yaml_node *map)
{
    const struct fl_fit_reader *reader = &parse->reader;
    const struct fl_cluster *clusters = parse->model->clusters;
    const struct fl_cluster *last = &clusters[parse->model->k - 1];
    for (const struct fl_cluster *other = clusters; other < last; other++) {
        if (other->number == last->number)
            return fl_yaml_fail(reader->file, fl_yaml_find(map, "number"), reader->error,
                                "another cluster has the number %u", (unsigned)last->number);
        if (fl_text_equal(other->name, last->name))
            return fl_yaml_fail(reader->file, fl_yaml_find(map, "name"), reader->error,
                                "cluster %u has this name", (unsigned)other->number);
    }
    return FL_OK;
}

static fl_status read_clusters(struct parse *parse, const struct fl_yaml_node *list)
{
    struct fl_cluster_model *model = parse->model;
    if (list->count == 0 || list->count > FL_CLUSTERS_MAX)
        return fl_yaml_fail(parse->reader.file, list, parse->reader.error, "%zu clusters, from 1 to %d",
                            list->count, FL_CLUSTERS_MAX);
    model->clusters = calloc(list->count, sizeof *model->clusters);
    if (model->clusters == NULL)
        return fl_fail_memory(parse->reader.error, list->count * sizeof *model->clusters);
    for (size_t i = 0; i < list->count; i++) {
        fl_status status = read_cluster(parse, list->items[i], &model->clusters[model->k++]);
        if (status == FL_OK)
            status = check_is_new(parse, list->items[i]);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

/* ---- history ---- */

static fl_status read_note(const struct fl_fit_reader *reader, const struct fl_yaml_node *map,
                           struct fl_cluster_fit_note *note)
{
    static const char *const known[] = {"day", "customers", "clusters", "kept", "new", "stability", NULL};
    int64_t k = 0, kept = 0, new_numbers = 0;
    fl_status status = fl_yaml_only_keys(reader->file, map, known, reader->error);
    if (status == FL_OK)
        status = fl_fit_day(reader, map, "day", &note->day);
    if (status == FL_OK)
        status = fl_fit_count(reader, map, "customers", 1, INT64_MAX, &note->customers);
    if (status == FL_OK)
        status = fl_fit_count(reader, map, "clusters", 1, FL_CLUSTERS_MAX, &k);
    if (status == FL_OK)
        status = fl_fit_count(reader, map, "kept", 0, k, &kept);
    if (status == FL_OK)
        status = fl_fit_count(reader, map, "new", k - kept, k - kept, &new_numbers);
    if (status == FL_OK)
        status = fl_fit_decimal(reader, map, "stability", 3, -1000, 1000, &note->stability_milli);
    note->k = (uint32_t)k;
    note->kept = (uint32_t)kept;
    note->new_numbers = (uint32_t)new_numbers;
    return status;
}

static fl_status read_history(struct parse *parse, const struct fl_yaml_node *list)
{
    struct fl_cluster_model *model = parse->model;
    if (list->count == 0)
        return fl_yaml_fail(parse->reader.file, list, parse->reader.error,
                            "the history has at least this fit");
    model->history = calloc(list->count, sizeof *model->history);
    if (model->history == NULL)
        return fl_fail_memory(parse->reader.error, list->count * sizeof *model->history);
    for (size_t i = 0; i < list->count; i++) {
        const fl_status status =
            read_note(&parse->reader, list->items[i], &model->history[model->history_count++]);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

/* Numbers that a fit has given stay used, also those that no cluster has any more. */
static fl_status check_next_number(const struct parse *parse, const struct fl_yaml_node *root)
{
    const struct fl_cluster_model *model = parse->model;
    uint64_t given = 0;
    for (size_t i = 0; i < model->history_count; i++)
        given += model->history[i].new_numbers;
    if (given < model->next_number)
        return FL_OK;
    return fl_yaml_fail(parse->reader.file, fl_yaml_find(root, "next_number"), parse->reader.error,
                        "the fits of the history have given %llu numbers, so that the next is at least %llu",
                        (unsigned long long)given, (unsigned long long)given + 1);
}

/* ---- categories ---- */

static fl_status read_category(struct parse *parse, const struct fl_yaml_node *map)
{
    static const char *const known[] = {"category", "share", NULL};
    const struct fl_fit_reader *reader = &parse->reader;
    struct fl_cluster_model *model = parse->model;
    const uint32_t at = model->category_count;
    struct fl_text text = {NULL, 0};
    fl_status status = fl_yaml_only_keys(reader->file, map, known, reader->error);
    if (status == FL_OK)
        status = fl_fit_text(reader, map, "category", &text);
    if (status == FL_OK)
        status = fl_fit_decimal(reader, map, "share", 6, 0, 1000000, &model->share_ppm[at]);
    if (status != FL_OK)
        return status;
    if (at > 0 && fl_text_compare(model->categories[at - 1], text) >= 0)
        return fl_yaml_fail(reader->file, fl_yaml_find(map, "category"), reader->error,
                            "categories are sorted by their bytes, each is there once");
    model->categories[at] = keep_text(parse, text);
    model->category_count++;
    return FL_OK;
}

static fl_status read_categories(struct parse *parse, const struct fl_yaml_node *list)
{
    struct fl_cluster_model *model = parse->model;
    if (list->count == 0 || list->count > FL_CLUSTER_CATEGORIES_MAX)
        return fl_yaml_fail(parse->reader.file, list, parse->reader.error, "%zu categories, from 1 to %d",
                            list->count, FL_CLUSTER_CATEGORIES_MAX);
    model->categories = calloc(list->count, sizeof *model->categories);
    model->share_ppm = calloc(list->count, sizeof *model->share_ppm);
    if (model->categories == NULL || model->share_ppm == NULL)
        return fl_fail_memory(parse->reader.error, list->count * sizeof *model->categories);
    for (size_t i = 0; i < list->count; i++) {
        const fl_status status = read_category(parse, list->items[i]);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

/* ---- centroids ---- */

/* In double, then rounded once more: nine digits of a single lie so near to it that this cannot miss it. */
static bool to_single(struct fl_decimal decimal, float *number)
{
    enum { PLACES_MAX = 60 };
    double value = (double)decimal.mantissa;
    if (value < 0 || decimal.places > PLACES_MAX)
        return false;
    for (int place = 0; place < decimal.places; place++)
        value /= 10;
    for (int place = decimal.places; place < 0 && value <= 1; place++)
        value *= 10;
    *number = (float)value;
    return value <= 1;
}

static fl_status read_entry(const struct fl_fit_reader *reader, const struct fl_yaml_node *node, float *entry)
{
    struct fl_decimal decimal = {0};
    const fl_status status = fl_yaml_decimal(reader->file, node, &decimal, reader->error);
    if (status != FL_OK || to_single(decimal, entry))
        return status;
    return fl_yaml_fail(reader->file, node, reader->error, "an entry of a centroid lies from 0 to 1");
}

static fl_status read_centroid(struct parse *parse, const struct fl_yaml_node *list, float *centroid)
{
    const struct fl_fit_reader *reader = &parse->reader;
    if (list->kind != FL_YAML_LIST || list->count != parse->model->category_count)
        return fl_yaml_fail(reader->file, list, reader->error,
                            "a centroid is a list of %u numbers, one for each category",
                            (unsigned)parse->model->category_count);
    for (size_t i = 0; i < list->count; i++) {
        const fl_status status = read_entry(reader, list->items[i], &centroid[i]);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status read_centroids(struct parse *parse, const struct fl_yaml_node *list)
{
    struct fl_cluster_model *model = parse->model;
    if (list->count != model->k)
        return fl_yaml_fail(parse->reader.file, list, parse->reader.error, "%zu centroids for %u clusters",
                            list->count, model->k);
    const size_t count = (size_t)model->k * model->category_count;
    model->centroids = calloc(count, sizeof *model->centroids);
    if (model->centroids == NULL)
        return fl_fail_memory(parse->reader.error, count * sizeof *model->centroids);
    for (size_t i = 0; i < list->count; i++) {
        const fl_status status =
            read_centroid(parse, list->items[i], model->centroids + i * model->category_count);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

/* ---- the file ---- */

static fl_status read_all(struct parse *parse)
{
    static const char *const known[] = {"day",        "seed",        "customers",   "stability", "forced",
                                        "inertia",    "breadth_cut", "next_number", "clusters",  "history",
                                        "categories", "centroids",   NULL};
    const struct fl_fit_reader *reader = &parse->reader;
    const struct fl_yaml_node *root = fl_yaml_root(reader->file);
    const struct fl_yaml_node *clusters = NULL, *history = NULL, *categories = NULL, *centroids = NULL;
    fl_status status = fl_yaml_only_keys(reader->file, root, known, reader->error);
    if (status == FL_OK)
        status = fl_fit_find_list(reader, root, "clusters", "{number, name, customers}", &clusters);
    if (status == FL_OK)
        status = fl_fit_find_list(reader, root, "history", "{day, customers, clusters, kept, new, stability}",
                                  &history);
    if (status == FL_OK)
        status = fl_fit_find_list(reader, root, "categories", "{category, share}", &categories);
    if (status == FL_OK)
        status = fl_fit_find_list(reader, root, "centroids", "lists of numbers", &centroids);
    if (status != FL_OK)
        return status;
    const size_t bytes = fl_fit_text_bytes(clusters, "name") + fl_fit_text_bytes(categories, "category");
    parse->model->bytes = malloc(bytes + 1);
    if (parse->model->bytes == NULL)
        return fl_fail_memory(reader->error, bytes);
    status = read_head(parse, root);
    if (status == FL_OK)
        status = read_clusters(parse, clusters);
    if (status == FL_OK)
        status = read_history(parse, history);
    if (status == FL_OK)
        status = check_next_number(parse, root);
    if (status == FL_OK)
        status = read_categories(parse, categories);
    if (status == FL_OK)
        status = read_centroids(parse, centroids);
    return status;
}

fl_status fl_cluster_model_parse(const char *bytes, size_t size, const char *shown_path,
                                 struct fl_cluster_model *model, struct fl_error *error)
{
    struct fl_yaml_file *file = NULL;
    *model = (struct fl_cluster_model){0};
    fl_status status = fl_yaml_parse(bytes, size, shown_path, &file, error);
    if (status != FL_OK)
        return status;
    struct parse parse = {.reader = {file, error}, .model = model};
    status = read_all(&parse);
    fl_yaml_free(file);
    if (status != FL_OK)
        fl_cluster_model_release(model);
    return status;
}
