/* fit_reader.c - typed keys of the YAML files that a fit writes into a model: each must be there. */
#include "engine/model/fit_reader.h"

#include "formats/base/civil.h"

/* A number of so many digits and places is read without rounding but once. */
enum { DIGITS_MAX = 15, PLACES_MAX = 22 };

fl_status fl_fit_find(const struct fl_fit_reader *reader, const struct fl_yaml_node *map, const char *key,
                      const struct fl_yaml_node **node)
{
    *node = fl_yaml_find(map, key);
    return *node != NULL ? FL_OK
                         : fl_yaml_fail(reader->file, map, reader->error, "the key `%s` is missing", key);
}

fl_status fl_fit_find_map(const struct fl_fit_reader *reader, const struct fl_yaml_node *map, const char *key,
                          const char *const *known, const struct fl_yaml_node **node)
{
    const fl_status status = fl_fit_find(reader, map, key, node);
    return status == FL_OK ? fl_yaml_only_keys(reader->file, *node, known, reader->error) : status;
}

fl_status fl_fit_find_list(const struct fl_fit_reader *reader, const struct fl_yaml_node *map,
                           const char *key, const char *items, const struct fl_yaml_node **node)
{
    const fl_status status = fl_fit_find(reader, map, key, node);
    if (status != FL_OK || (*node)->kind == FL_YAML_LIST)
        return status;
    return fl_yaml_fail(reader->file, *node, reader->error, "%s are a list of %s", key, items);
}

fl_status fl_fit_count(const struct fl_fit_reader *reader, const struct fl_yaml_node *map, const char *key,
                       int64_t min, int64_t max, int64_t *count)
{
    const struct fl_yaml_node *node = NULL;
    const fl_status status = fl_fit_find(reader, map, key, &node);
    return status == FL_OK ? fl_yaml_integer(reader->file, node, min, max, count, reader->error) : status;
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

fl_status fl_fit_number(const struct fl_fit_reader *reader, const struct fl_yaml_node *map, const char *key,
                        double min, double max, const char *between, double *number)
{
    const struct fl_yaml_node *node = NULL;
    struct fl_decimal decimal = {0};
    fl_status status = fl_fit_find(reader, map, key, &node);
    if (status == FL_OK)
        status = fl_yaml_decimal(reader->file, node, &decimal, reader->error);
    if (status != FL_OK)
        return status;
    if (!to_double(decimal, number))
        return fl_yaml_fail(reader->file, node, reader->error, "a number here has at most %d digits",
                            DIGITS_MAX);
    if (*number < min || *number > max)
        return fl_yaml_fail(reader->file, node, reader->error, "`%s` lies %s", key, between);
    return FL_OK;
}

fl_status fl_fit_decimal(const struct fl_fit_reader *reader, const struct fl_yaml_node *map, const char *key,
                         int places, int64_t min, int64_t max, int64_t *number)
{
    const struct fl_yaml_node *node = NULL;
    struct fl_decimal decimal = {0};
    char low[48], high[48];
    fl_status status = fl_fit_find(reader, map, key, &node);
    if (status == FL_OK)
        status = fl_yaml_decimal(reader->file, node, &decimal, reader->error);
    if (status != FL_OK)
        return status;
    if (decimal.places <= places && fl_decimal_round(decimal, places, number) && *number >= min &&
        *number <= max)
        return FL_OK;
    fl_decimal_format_short(min, places, '.', low);
    fl_decimal_format_short(max, places, '.', high);
    return fl_yaml_fail(reader->file, node, reader->error, "`%s` lies from %s to %s, with at most %d places",
                        key, low, high, places);
}

fl_status fl_fit_text(const struct fl_fit_reader *reader, const struct fl_yaml_node *map, const char *key,
                      struct fl_text *text)
{
    const struct fl_yaml_node *node = NULL;
    const fl_status status = fl_fit_find(reader, map, key, &node);
    return status == FL_OK ? fl_yaml_text(reader->file, node, text, reader->error) : status;
}

fl_status fl_fit_day(const struct fl_fit_reader *reader, const struct fl_yaml_node *map, const char *key,
                     int32_t *day)
{
    struct fl_text text = {NULL, 0};
    const fl_status status = fl_fit_text(reader, map, key, &text);
    if (status != FL_OK || fl_day_parse(text.bytes, text.size, day))
        return status;
    return fl_yaml_fail(reader->file, fl_yaml_find(map, key), reader->error,
                        "a day is written like 2026-03-01");
}

size_t fl_fit_text_bytes(const struct fl_yaml_node *list, const char *key)
{
    size_t bytes = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct fl_yaml_node *node = fl_yaml_find(list->items[i], key);
        bytes += node != NULL && node->kind == FL_YAML_SCALAR ? node->text.size : 0;
    }
    return bytes;
}
