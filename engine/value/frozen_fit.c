/* frozen_fit.c - reads value.yaml. */
#include "engine/value/frozen_fit.h"

#include <stdlib.h>

#include "formats/base/civil.h"
#include "formats/base/yaml_walk.h"

/* A number of so many digits and places is read without rounding but once. */
enum { DIGITS_MAX = 15, PLACES_MAX = 22 };

/* Above this many purchase days a week on average, parameters are nonsense, and sums of a night could
 * underflow. */
static const double weekly_rate_max = 10;
static const double v_max = 1e15;

/* What is being read, so that each step has one argument for it. */
struct parse {
    const struct fl_yaml_file *file;
    struct fl_error *error;
};

void fl_frozen_fit_release(struct fl_frozen_fit *fit)
{
    free(fit->categories);
    free(fit->category_bytes);
    *fit = (struct fl_frozen_fit){0};
}

static fl_status find(const struct parse *parse, const struct fl_yaml_node *map, const char *key,
                      const struct fl_yaml_node **node)
{
    *node = fl_yaml_find(map, key);
    return *node != NULL ? FL_OK
                         : fl_yaml_fail(parse->file, map, parse->error, "the key `%s` is missing", key);
}

static fl_status find_map(const struct parse *parse, const struct fl_yaml_node *map, const char *key,
                          const char *const *known, const struct fl_yaml_node **node)
{
    const fl_status status = find(parse, map, key, node);
    return status == FL_OK ? fl_yaml_only_keys(parse->file, *node, known, parse->error) : status;
}

static fl_status read_count(const struct parse *parse, const struct fl_yaml_node *map, const char *key,
                            int64_t min, int64_t max, int64_t *count)
{
    const struct fl_yaml_node *node = NULL;
    const fl_status status = find(parse, map, key, &node);
    return status == FL_OK ? fl_yaml_integer(parse->file, node, min, max, count, parse->error) : status;
}

/* Both the digits and the power of ten are exact as doubles, so that there is one rounding. */
static bool to_double(struct fl_decimal decimal, double *number)
{
    __int128 digits_limit = 1;
    double power = 1;
    for (int i = 0; i < DIGITS_MAX; i++)
        digits_limit *= 10;
    if (decimal.mantissa >= digits_limit || decimal.mantissa <= -digits_limit ||
        decimal.places > PLACES_MAX || decimal.places < -PLACES_MAX)
        return false;
    for (int i = 0; i < (decimal.places < 0 ? -decimal.places : decimal.places); i++)
        power *= 10;
    const double digits = (double)(int64_t)decimal.mantissa;
    *number = decimal.places < 0 ? digits * power : digits / power;
    return true;
}

/* A number from min to max; `between` says so in words. */
static fl_status read_number(const struct parse *parse, const struct fl_yaml_node *map, const char *key,
                             double min, double max, const char *between, double *number)
{
    const struct fl_yaml_node *node = NULL;
    struct fl_decimal decimal = {0};
    fl_status status = find(parse, map, key, &node);
    if (status == FL_OK)
        status = fl_yaml_decimal(parse->file, node, &decimal, parse->error);
    if (status != FL_OK)
        return status;
    if (!to_double(decimal, number))
        return fl_yaml_fail(parse->file, node, parse->error, "a number here has at most %d digits",
                            DIGITS_MAX);
    if (*number < min || *number > max)
        return fl_yaml_fail(parse->file, node, parse->error, "`%s` lies %s", key, between);
    return FL_OK;
}

static fl_status read_parameter(const struct parse *parse, const struct fl_yaml_node *map, const char *key,
                                double *number)
{
    return read_number(parse, map, key, 1 / FL_VALUE_PARAMETER_MAX, FL_VALUE_PARAMETER_MAX,
                       "from 0.00001 to 100000", number);
}

/* Any: it is there to be read by people. */
static fl_status read_log_likelihood(const struct parse *parse, const struct fl_yaml_node *map,
                                     double *number)
{
    return read_number(parse, map, "log_likelihood", -1e15, 1e15, "within a quadrillion", number);
}

static fl_status read_day(const struct parse *parse, const struct fl_yaml_node *root, int32_t *day)
{
    const struct fl_yaml_node *node = NULL;
    struct fl_text text = {NULL, 0};
    fl_status status = find(parse, root, "day", &node);
    if (status == FL_OK)
        status = fl_yaml_text(parse->file, node, &text, parse->error);
    if (status == FL_OK && !fl_day_parse(text.bytes, text.size, day))
        status = fl_yaml_fail(parse->file, node, parse->error, "a day is written like 2026-03-01");
    return status;
}

static fl_status read_kind(const struct parse *parse, const struct fl_yaml_node *root,
                           enum fl_value_fit *kind)
{
#define X(name, word) word,
    static const char *const words[] = {FL_VALUE_FIT_LIST(X) NULL};
#undef X
    const struct fl_yaml_node *node = NULL;
    int index = 0;
    fl_status status = find(parse, root, "fit", &node);
    if (status == FL_OK)
        status = fl_yaml_choice(parse->file, node, words, &index, parse->error);
    *kind = (enum fl_value_fit)index;
    return status;
}

static fl_status read_currency(const struct parse *parse, const struct fl_yaml_node *root, char currency[4])
{
    const struct fl_yaml_node *node = NULL;
    struct fl_text text = {NULL, 0};
    fl_status status = find(parse, root, "currency", &node);
    if (status == FL_OK)
        status = fl_yaml_text(parse->file, node, &text, parse->error);
    if (status != FL_OK)
        return status;
    if (fl_currency_places(text.bytes, text.size) < 0)
        return fl_yaml_fail(parse->file, node, parse->error,
                            "a currency is three capital letters, such as EUR");
    memcpy(currency, text.bytes, 3);
    return FL_OK;
}

static fl_status check_rate(const struct parse *parse, const struct fl_yaml_node *map,
                            const struct fl_purchase_parameters *parameters)
{
    if (parameters->r <= weekly_rate_max * parameters->alpha)
        return FL_OK;
    return fl_yaml_fail(parse->file, fl_yaml_find(map, "r"), parse->error,
                        "r / alpha is the mean number of purchase days a week: at most %g", weekly_rate_max);
}

static fl_status read_purchases(const struct parse *parse, const struct fl_yaml_node *root,
                                struct fl_frozen_fit *fit)
{
    static const char *const known[] = {"customers", "repeaters", "log_likelihood", "r", "alpha", "a",
                                        "b",         NULL};
    struct fl_purchase_parameters *parameters = &fit->purchases.parameters;
    const struct fl_yaml_node *map = NULL;
    int64_t customers = 0;
    fl_status status = find_map(parse, root, "purchases", known, &map);
    if (status == FL_OK)
        status = read_count(parse, map, "customers", 1, INT64_C(1) << 53, &customers);
    if (status == FL_OK)
        status = read_count(parse, map, "repeaters", 1, customers, &fit->repeaters);
    if (status == FL_OK)
        status = read_log_likelihood(parse, map, &fit->purchases.log_likelihood);
    if (status == FL_OK)
        status = read_parameter(parse, map, "r", &parameters->r);
    if (status == FL_OK)
        status = read_parameter(parse, map, "alpha", &parameters->alpha);
    if (status == FL_OK)
        status = read_parameter(parse, map, "a", &parameters->a);
    if (status == FL_OK)
        status = read_parameter(parse, map, "b", &parameters->b);
    if (status == FL_OK)
        status = check_rate(parse, map, parameters);
    parameters->modified = fit->kind == FL_VALUE_FIT_MBGNBD;
    fit->purchases.customers = (double)customers;
    return status;
}

static fl_status read_spend(const struct parse *parse, const struct fl_yaml_node *root,
                            struct fl_frozen_fit *fit)
{
    static const char *const known[] = {"customers", "log_likelihood", "p", "q", "v", NULL};
    struct fl_spend_parameters *parameters = &fit->spend.parameters;
    const struct fl_yaml_node *map = NULL;
    int64_t customers = 0;
    fl_status status = find_map(parse, root, "spend", known, &map);
    if (status == FL_OK)
        status = read_count(parse, map, "customers", 1, fit->repeaters, &customers);
    if (status == FL_OK)
        status = read_log_likelihood(parse, map, &fit->spend.log_likelihood);
    if (status == FL_OK)
        status = read_parameter(parse, map, "p", &parameters->p);
    if (status == FL_OK)
        status = read_number(parse, map, "q", 1.000001, FL_VALUE_PARAMETER_MAX,
                             "above 1 (from 1.000001 to 100000): there is no mean spend otherwise",
                             &parameters->q);
    if (status == FL_OK)
        status =
            read_number(parse, map, "v", 1 / v_max, v_max, "above 0 and up to a quadrillion", &parameters->v);
    fit->spend.customers = (double)customers;
    return status;
}

/* ---- days between purchases ---- */

static fl_status read_gap(const struct parse *parse, const struct fl_yaml_node *map, int64_t gaps_min,
                          int32_t *days, int64_t *gaps)
{
    int64_t number = 0;
    fl_status status = read_count(parse, map, "days", 1, FL_GAP_DAYS_MAX, &number);
    if (status == FL_OK)
        status = read_count(parse, map, "gaps", gaps_min, INT64_MAX, gaps);
    *days = (int32_t)number;
    return status;
}

static fl_status read_category(const struct parse *parse, const struct fl_yaml_node *map,
                               struct fl_text before, char *bytes, struct fl_category_gap *category)
{
    static const char *const known[] = {"category", "days", "gaps", NULL};
    const struct fl_yaml_node *node = NULL;
    struct fl_text text = {NULL, 0};
    fl_status status = fl_yaml_only_keys(parse->file, map, known, parse->error);
    if (status == FL_OK)
        status = find(parse, map, "category", &node);
    if (status == FL_OK)
        status = fl_yaml_text(parse->file, node, &text, parse->error);
    if (status == FL_OK)
        status = read_gap(parse, map, FL_CATEGORY_GAPS_MIN, &category->days, &category->gaps);
    if (status != FL_OK)
        return status;
    if (text.size == 0 || fl_text_compare(before, text) >= 0)
        return fl_yaml_fail(parse->file, node, parse->error,
                            "categories are sorted by their bytes, each is there once");
    memcpy(bytes, text.bytes, text.size);
    category->category = (struct fl_text){bytes, text.size};
    return FL_OK;
}

/* No longer than the file. */
static fl_status read_categories(const struct parse *parse, const struct fl_yaml_node *list, size_t file_size,
                                 struct fl_frozen_fit *fit)
{
    struct fl_text before = {NULL, 0};
    size_t used = 0;
    if (list->kind != FL_YAML_LIST)
        return fl_yaml_fail(parse->file, list, parse->error,
                            "categories are a list of {category, days, gaps}");
    fit->category_bytes = malloc(file_size + 1);
    fit->categories = calloc(list->count + 1, sizeof *fit->categories);
    if (fit->category_bytes == NULL || fit->categories == NULL)
        return fl_fail_memory(parse->error, file_size + list->count * sizeof *fit->categories);
    for (size_t i = 0; i < list->count; i++) {
        const fl_status status =
            read_category(parse, list->items[i], before, fit->category_bytes + used, &fit->categories[i]);
        if (status != FL_OK)
            return status;
        before = fit->categories[i].category;
        used += before.size;
        fit->category_count++;
    }
    return FL_OK;
}

static fl_status read_gaps(const struct parse *parse, const struct fl_yaml_node *root, size_t file_size,
                           struct fl_frozen_fit *fit)
{
    static const char *const known[] = {"days", "gaps", "categories", NULL};
    const struct fl_yaml_node *map = NULL, *list = NULL;
    fl_status status = find_map(parse, root, "gaps", known, &map);
    if (status == FL_OK)
        status = read_gap(parse, map, 1, &fit->gap_days, &fit->gaps);
    if (status == FL_OK)
        status = find(parse, map, "categories", &list);
    if (status == FL_OK)
        status = read_categories(parse, list, file_size, fit);
    return status;
}

static fl_status read_all(const struct parse *parse, size_t file_size, struct fl_frozen_fit *fit)
{
    static const char *const known[] = {"day", "fit", "currency", "purchases", "spend", "gaps", NULL};
    const struct fl_yaml_node *root = fl_yaml_root(parse->file);
    fl_status status = fl_yaml_only_keys(parse->file, root, known, parse->error);
    if (status == FL_OK)
        status = read_day(parse, root, &fit->day);
    if (status == FL_OK)
        status = read_kind(parse, root, &fit->kind);
    if (status == FL_OK)
        status = read_currency(parse, root, fit->currency);
    if (status == FL_OK)
        status = read_purchases(parse, root, fit);
    if (status == FL_OK)
        status = read_spend(parse, root, fit);
    if (status == FL_OK)
        status = read_gaps(parse, root, file_size, fit);
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
    const struct parse parse = {file, error};
    status = read_all(&parse, size, fit);
    fl_yaml_free(file);
    if (status != FL_OK)
        fl_frozen_fit_release(fit);
    return status;
}
