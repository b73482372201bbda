/* yaml_values.c - reads typed values out of YAML nodes. */
#include <stdio.h>

#include "formats/base/yaml_source.h"
#include "formats/base/yaml_walk.h"

const struct fl_yaml_node *fl_yaml_find(const struct fl_yaml_node *map, const char *key)
{
    if (map->kind != FL_YAML_MAP)
        return NULL;
    for (size_t i = 0; i < map->count; i++) {
        if (fl_text_equal(map->keys[i]->text, fl_text_of(key)))
            return map->items[i];
    }
    return NULL;
}

/* Position of `text` in the NULL-ended `words`, or -1. */
static int find_word(const char *const *words, struct fl_text text)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (fl_text_equal(fl_text_of(words[i]), text))
            return i;
    }
    return -1;
}

/* "; did you mean `x`?", or all the words when none is near. */
struct hint {
    char text[400];
};

static struct hint hint_of(const char *const *words, struct fl_text text)
{
    struct hint hint = {{0}};
    struct fl_names *names = fl_names_create();
    if (names == NULL)
        return hint; /* the error is told without it */
    for (int i = 0; words[i] != NULL; i++)
        (void)fl_names_add(names, fl_text_of(words[i]), i);
    const char *nearest = fl_names_nearest(names, text);
    if (nearest != NULL)
        (void)snprintf(hint.text, sizeof hint.text, "; did you mean `%s`?", nearest);
    fl_names_free(names);
    if (hint.text[0] != '\0')
        return hint;
    size_t used = 0;
    for (int i = 0; words[i] != NULL && used < sizeof hint.text; i++) {
        const int length = snprintf(hint.text + used, sizeof hint.text - used, "%s%s",
                                    i == 0 ? "; known here: " : ", ", words[i]);
        used += length < 0 ? 0 : (size_t)length;
    }
    return hint;
}

static const char *kind_words(enum fl_yaml_kind kind)
{
    return kind == FL_YAML_LIST ? "a list" : kind == FL_YAML_MAP ? "a map" : "a text";
}

fl_status fl_yaml_only_keys(const struct fl_yaml_file *file, const struct fl_yaml_node *map,
                            const char *const *known, struct fl_error *error)
{
    if (map->kind != FL_YAML_MAP)
        return fl_yaml_fail(file, map, error, "%s where a map (key: value) belongs", kind_words(map->kind));
    for (size_t i = 0; i < map->count; i++) {
        const struct fl_text key = map->keys[i]->text;
        if (find_word(known, key) < 0)
            return fl_yaml_fail(file, map->keys[i], error, "unknown key `%s`%s", fl_yaml_show(key).text,
                                hint_of(known, key).text);
    }
    return FL_OK;
}

static fl_status check_scalar(const struct fl_yaml_file *file, const struct fl_yaml_node *node,
                              const char *wanted, struct fl_error *error)
{
    if (node->kind == FL_YAML_SCALAR)
        return FL_OK;
    return fl_yaml_fail(file, node, error, "%s where %s belongs", kind_words(node->kind), wanted);
}

/* A number or truth value in quotes is a text: the writer said so. */
static fl_status check_plain(const struct fl_yaml_file *file, const struct fl_yaml_node *node,
                             const char *wanted, struct fl_error *error)
{
    const fl_status status = check_scalar(file, node, wanted, error);
    if (status != FL_OK || !node->quoted)
        return status;
    return fl_yaml_fail(file, node, error, "a text in quotes where %s belongs; take the quotes away", wanted);
}

fl_status fl_yaml_integer(const struct fl_yaml_file *file, const struct fl_yaml_node *node, int64_t min,
                          int64_t max, int64_t *value, struct fl_error *error)
{
    const fl_status status = check_plain(file, node, "a whole number", error);
    if (status != FL_OK)
        return status;
    int64_t number;
    if (!fl_integer_parse(node->text.bytes, node->text.size, &number) || number < min || number > max)
        return fl_yaml_fail(file, node, error, "`%s` is no whole number from %lld to %lld",
                            fl_yaml_show(node->text).text, (long long)min, (long long)max);
    *value = number;
    return FL_OK;
}

fl_status fl_yaml_decimal(const struct fl_yaml_file *file, const struct fl_yaml_node *node,
                          struct fl_decimal *value, struct fl_error *error)
{
    const fl_status status = check_plain(file, node, "a decimal number", error);
    if (status != FL_OK || fl_decimal_parse(node->text.bytes, node->text.size, '.', value))
        return status;
    struct fl_decimal with_comma;
    const bool comma = fl_decimal_parse(node->text.bytes, node->text.size, ',', &with_comma);
    return fl_yaml_fail(file, node, error, "`%s` is no decimal number%s", fl_yaml_show(node->text).text,
                        comma ? "; write a dot for the comma" : "");
}

fl_status fl_yaml_bool(const struct fl_yaml_file *file, const struct fl_yaml_node *node, bool *value,
                       struct fl_error *error)
{
    const fl_status status = check_plain(file, node, "true or false", error);
    if (status != FL_OK)
        return status;
    *value = fl_text_equal(node->text, fl_text_of("true"));
    if (*value || fl_text_equal(node->text, fl_text_of("false")))
        return FL_OK;
    return fl_yaml_fail(file, node, error, "`%s` is neither true nor false", fl_yaml_show(node->text).text);
}

fl_status fl_yaml_choice(const struct fl_yaml_file *file, const struct fl_yaml_node *node,
                         const char *const *words, int *index, struct fl_error *error)
{
    const fl_status status = check_scalar(file, node, "a word", error);
    if (status != FL_OK)
        return status;
    const int found = find_word(words, node->text);
    if (found < 0)
        return fl_yaml_fail(file, node, error, "`%s` is not known%s", fl_yaml_show(node->text).text,
                            hint_of(words, node->text).text);
    *index = found;
    return FL_OK;
}

fl_status fl_yaml_text(const struct fl_yaml_file *file, const struct fl_yaml_node *node, struct fl_text *text,
                       struct fl_error *error)
{
    const fl_status status = check_scalar(file, node, "a text", error);
    if (status == FL_OK)
        *text = node->text;
    return status;
}
