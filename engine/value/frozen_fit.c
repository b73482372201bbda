/* frozen_fit.c - reads value.yaml. */
#include "engine/value/frozen_fit.h"

#include <stdlib.h>

#include "engine/model/fit_reader.h"

/* Above this many purchase days a week on average, parameters are nonsense, and sums of a night could
 * underflow. */
static const double weekly_rate_max = 10;
static const double v_max = 1e15;

void fl_frozen_fit_release(struct fl_frozen_fit *fit)
{
    free(fit->categories);
    free(fit->category_bytes);
    *fit = (struct fl_frozen_fit){0};
}

static fl_status read_parameter(const struct fl_fit_reader *reader, const struct fl_yaml_node *map,
                                const char *key, double *number)
{
    return fl_fit_number(reader, map, key, 1 / FL_VALUE_PARAMETER_MAX, FL_VALUE_PARAMETER_MAX,
                         "from 0.00001 to 100000", number);
}

/* Any: it is there to be read by people. */
static fl_status read_log_likelihood(const struct fl_fit_reader *reader, const struct fl_yaml_node *map,
                                     double *number)
{
    return fl_fit_number(reader, map, "log_likelihood", -1e15, 1e15, "within a quadrillion", number);
}

static fl_status read_kind(const struct fl_fit_reader *reader, const struct fl_yaml_node *root,
                           enum fl_value_fit *kind)
{
#define X(name, word) word,
    static const char *const words[] = {FL_VALUE_FIT_LIST(X) NULL};
#undef X
    const struct fl_yaml_node *node = NULL;
    int index = 0;
    fl_status status = fl_fit_find(reader, root, "fit", &node);
    if (status == FL_OK)
        status = fl_yaml_choice(reader->file, node, words, &index, reader->error);
    *kind = (enum fl_value_fit)index;
    return status;
}

static fl_status read_currency(const struct fl_fit_reader *reader, const struct fl_yaml_node *root,
                               char currency[4])
{
    const struct fl_yaml_node *node = NULL;
    struct fl_text text = {NULL, 0};
    fl_status status = fl_fit_find(reader, root, "currency", &node);
    if (status == FL_OK)
        status = fl_yaml_text(reader->file, node, &text, reader->error);
    if (status != FL_OK)
        return status;
    if (fl_currency_places(text.bytes, text.size) < 0)
        return fl_yaml_fail(reader->file, node, reader->error,
                            "a currency is three capital letters, such as EUR");
    memcpy(currency, text.bytes, 3);
    return FL_OK;
}

static fl_status check_rate(const struct fl_fit_reader *reader, const struct fl_yaml_node *map,
                            const struct fl_purchase_parameters *parameters)
{
    if (parameters->r <= weekly_rate_max * parameters->alpha)
        return FL_OK;
    return fl_yaml_fail(reader->file, fl_yaml_find(map, "r"), reader->error,
                        "r / alpha is the mean number of purchase days a week: at most %g", weekly_rate_max);
}

static fl_status read_purchases(const struct fl_fit_reader *reader, const struct fl_yaml_node *root,
                                struct fl_frozen_fit *fit)
{
    static const char *const known[] = {"customers", "repeaters", "log_likelihood", "r", "alpha", "a",
                                        "b",         NULL};
    struct fl_purchase_parameters *parameters = &fit->purchases.parameters;
    const struct fl_yaml_node *map = NULL;
    int64_t customers = 0;
    fl_status status = fl_fit_find_map(reader, root, "purchases", known, &map);
    if (status == FL_OK)
        status = fl_fit_count(reader, map, "customers", 1, INT64_C(1) << 53, &customers);
    if (status == FL_OK)
        status = fl_fit_count(reader, map, "repeaters", 1, customers, &fit->repeaters);
    if (status == FL_OK)
        status = read_log_likelihood(reader, map, &fit->purchases.log_likelihood);
    if (status == FL_OK)
        status = read_parameter(reader, map, "r", &parameters->r);
    if (status == FL_OK)
        status = read_parameter(reader, map, "alpha", &parameters->alpha);
    if (status == FL_OK)
        status = read_parameter(reader, map, "a", &parameters->a);
    if (status == FL_OK)
        status = read_parameter(reader, map, "b", &parameters->b);
    if (status == FL_OK)
        status = check_rate(reader, map, parameters);
    parameters->modified = fit->kind == FL_VALUE_FIT_MBGNBD;
    fit->purchases.customers = (double)customers;
    return status;
}

static fl_status read_spend(const struct fl_fit_reader *reader, const struct fl_yaml_node *root,
                            struct fl_frozen_fit *fit)
{
    static const char *const known[] = {"customers", "log_likelihood", "p", "q", "v", NULL};
    struct fl_spend_parameters *parameters = &fit->spend.parameters;
    const struct fl_yaml_node *map = NULL;
    int64_t customers = 0;
    fl_status status = fl_fit_find_map(reader, root, "spend", known, &map);
    if (status == FL_OK)
        status = fl_fit_count(reader, map, "customers", 1, fit->repeaters, &customers);
    if (status == FL_OK)
        status = read_log_likelihood(reader, map, &fit->spend.log_likelihood);
    if (status == FL_OK)
        status = read_parameter(reader, map, "p", &parameters->p);
    if (status == FL_OK)
        status = fl_fit_number(reader, map, "q", 1.000001, FL_VALUE_PARAMETER_MAX,
                               "above 1 (from 1.000001 to 100000): there is no mean spend otherwise",
                               &parameters->q);
    if (status == FL_OK)
        status = fl_fit_number(reader, map, "v", 1 / v_max, v_max, "above 0 and up to a quadrillion",
                               &parameters->v);
    fit->spend.customers = (double)customers;
    return status;
}

/* ---- days between purchases ---- */

static fl_status read_gap(const struct fl_fit_reader *reader, const struct fl_yaml_node *map,
                          int64_t gaps_min, int32_t *days, int64_t *gaps)
{
    int64_t number = 0;
    fl_status status = fl_fit_count(reader, map, "days", 1, FL_GAP_DAYS_MAX, &number);
    if (status == FL_OK)
        status = fl_fit_count(reader, map, "gaps", gaps_min, INT64_MAX, gaps);
    *days = (int32_t)number;
    return status;
}

static fl_status read_category(const struct fl_fit_reader *reader, const struct fl_yaml_node *map,
                               struct fl_text before, char *bytes, struct fl_category_gap *category)
{
    static const char *const known[] = {"category", "days", "gaps", NULL};
    const struct fl_yaml_node *node = NULL;
    struct fl_text text = {NULL, 0};
    fl_status status = fl_yaml_only_keys(reader->file, map, known, reader->error);
    if (status == FL_OK)
        status = fl_fit_find(reader, map, "category", &node);
    if (status == FL_OK)
        status = fl_yaml_text(reader->file, node, &text, reader->error);
    if (status == FL_OK)
        status = read_gap(reader, map, FL_CATEGORY_GAPS_MIN, &category->days, &category->gaps);
    if (status != FL_OK)
        return status;
    if (text.size == 0 || fl_text_compare(before, text) >= 0)
        return fl_yaml_fail(reader->file, node, reader->error,
                            "categories are sorted by their bytes, each is there once");
    memcpy(bytes, text.bytes, text.size);
    category->category = (struct fl_text){bytes, text.size};
    return FL_OK;
}

static fl_status read_categories(const struct fl_fit_reader *reader, const struct fl_yaml_node *list,
                                 struct fl_frozen_fit *fit)
{
    const size_t text_bytes = fl_fit_text_bytes(list, "category");
    struct fl_text before = {NULL, 0};
    size_t used = 0;
    fit->category_bytes = malloc(text_bytes + 1);
    fit->categories = calloc(list->count + 1, sizeof *fit->categories);
    if (fit->category_bytes == NULL || fit->categories == NULL)
        return fl_fail_memory(reader->error, text_bytes + list->count * sizeof *fit->categories);
    for (size_t i = 0; i < list->count; i++) {
        const fl_status status =
            read_category(reader, list->items[i], before, fit->category_bytes + used, &fit->categories[i]);
        if (status != FL_OK)
            return status;
        before = fit->categories[i].category;
        used += before.size;
        fit->category_count++;
    }
    return FL_OK;
}

static fl_status read_gaps(const struct fl_fit_reader *reader, const struct fl_yaml_node *root,
                           struct fl_frozen_fit *fit)
{
    static const char *const known[] = {"days", "gaps", "categories", NULL};
    const struct fl_yaml_node *map = NULL, *list = NULL;
    fl_status status = fl_fit_find_map(reader, root, "gaps", known, &map);
    if (status == FL_OK)
        status = read_gap(reader, map, 1, &fit->gap_days, &fit->gaps);
    if (status == FL_OK)
        status = fl_fit_find_list(reader, map, "categories", "{category, days, gaps}", &list);
    if (status == FL_OK)
        status = read_categories(reader, list, fit);
    return status;
}

static fl_status read_all(const struct fl_fit_reader *reader, struct fl_frozen_fit *fit)
{
    static const char *const known[] = {"day", "fit", "currency", "purchases", "spend", "gaps", NULL};
    const struct fl_yaml_node *root = fl_yaml_root(reader->file);
    fl_status status = fl_yaml_only_keys(reader->file, root, known, reader->error);
    if (status == FL_OK)
        status = fl_fit_day(reader, root, "day", &fit->day);
    if (status == FL_OK)
        status = read_kind(reader, root, &fit->kind);
    if (status == FL_OK)
        status = read_currency(reader, root, fit->currency);
    if (status == FL_OK)
        status = read_purchases(reader, root, fit);
    if (status == FL_OK)
        status = read_spend(reader, root, fit);
    if (status == FL_OK)
        status = read_gaps(reader, root, fit);
    return status;
}

fl_status fl_frozen_fit_parse(const char *bytes, size_t size, const char *shown_path,
                              struct fl_frozen_fit *fit, struct fl_error *error)
{
    struct fl_yaml_file *file = NULL;
    *fit = (struct fl_frozen_fit){0};
    fl_status status = fl_yaml_parse(bytes, size, shown_path, &file, error);
    if (status != FL_OK)
        return status;
    const struct fl_fit_reader reader = {file, error};
    status = read_all(&reader, fit);
    fl_yaml_free(file);
    if (status != FL_OK)
        fl_frozen_fit_release(fit);
    return status;
}
