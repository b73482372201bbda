/* fuzz_model.c - hostile bytes for the files of a model folder that people and fits write.
 *
 * Method: the first byte says which file the rest is. What is accepted must hold together: settings that are
 * printed key by key are read back the same, each rate and each type is found by its name, a frozen fit gives
 * chances and gaps within their ranges. Keywords and clusters have targets of their own. */
#include <stdio.h>
#include <string.h>

#include "engine/model/examples.h"
#include "engine/model/model.h"
#include "engine/model/model_keys.h"
#include "formats/base/civil.h"
#include "tests/fuzz/fuzz_target.h"

static void append(struct fl_buffer *out, const char *words)
{
    require(fl_buffer_append(out, words, strlen(words)));
}

/* --- model.yaml */

static void print_settings(const struct fl_model_settings *settings, struct fl_buffer *out)
{
    const char *group = NULL;
    out->size = 0;
    for (size_t i = 0; i < fl_model_key_count; i++) {
        const struct fl_model_key *key = &fl_model_keys[i];
        char text[256];
        if (key->group != NULL && (group == NULL || strcmp(group, key->group) != 0)) {
            append(out, key->group);
            append(out, ":\n");
        }
        group = key->group;
        append(out, group == NULL ? "" : "  ");
        append(out, key->name);
        append(out, ": ");
        fl_model_key_print(key, settings, text, sizeof text);
        append(out, text);
        append(out, "\n");
    }
}

static fl_status read_settings(const char *bytes, size_t size, struct fl_error *error)
{
    static struct fl_buffer printed, again;
    struct fl_model_settings settings;
    const fl_status status = fl_model_file_parse(bytes, size, "model.yaml", &settings, error);
    if (status != FL_OK)
        return status;
    print_settings(&settings, &printed);
    require(fl_model_file_parse((const char *)printed.bytes, printed.size, "again", &settings, NULL) ==
            FL_OK);
    print_settings(&settings, &again);
    require(printed.size == again.size && memcmp(printed.bytes, again.bytes, again.size) == 0);
    return FL_OK;
}

/* --- registry.csv */

static bool is_named(const struct fl_names *names, const char *name, unsigned id)
{
    int64_t found;
    return fl_names_find(names, fl_text_of(name), &found) && found == (int64_t)id;
}

static fl_status read_registry(const char *bytes, size_t size, struct fl_error *error)
{
    static struct fl_registry registry;
    const fl_status status = fl_registry_parse(bytes, size, "registry.csv", &registry, error);
    if (status != FL_OK)
        return status;
    unsigned count = 0;
    for (unsigned id = 0; id < FL_TYPES_MAX; id++) {
        if (!registry.types[id].known)
            continue;
        count++;
        require(is_named(registry.names, registry.types[id].name, id));
        require(fl_type_bit(registry.known_bits, (uint8_t)id));
    }
    require(count == registry.count);
    fl_registry_release(&registry);
    return FL_OK;
}

/* --- rates.csv */

static fl_status read_rates(const char *bytes, size_t size, struct fl_error *error)
{
    struct fl_rates rates;
    const fl_status status = fl_rates_parse(bytes, size, "rates.csv", "EUR", &rates, error);
    if (status != FL_OK)
        return status;
    for (size_t i = 0; i < rates.count; i++) {
        const struct fl_rate *rate = &rates.entries[i];
        require(fl_rates_find(&rates, rate->currency, rate->day) == rate);
        require(fl_rates_first_day(&rates, rate->currency) <= rate->day);
    }
    /* Four rates, the first of another day than in the corpus. */
    fuzz_canary(rates.count == 4 && rates.entries[0].day != fl_civil_to_day(2020, 1, 1));
    fl_rates_release(&rates);
    return FL_OK;
}

/* --- rfm_groups.csv */

static fl_status read_rfm_groups(const char *bytes, size_t size, struct fl_error *error)
{
    static struct fl_rfm_groups groups;
    const fl_status status = fl_rfm_groups_parse(bytes, size, "rfm_groups.csv", &groups, error);
    if (status != FL_OK)
        return status;
    const struct fl_words words = fl_rfm_groups_words(&groups);
    require(words.count == groups.count);
    for (size_t i = 1; i < words.count; i++)
        require(fl_text_compare(fl_words_at(&words, i - 1), fl_words_at(&words, i)) < 0);
    for (int code = 0; code <= FL_RFM_CODE_MAX; code++)
        require(!fl_rfm_code_is_known(code) || groups.of_code[code] < groups.count);
    return FL_OK;
}

/* --- value.yaml */

static void require_value(const struct fl_value_model *model, int64_t repeat_days, int32_t last_days)
{
    struct fl_customer_value value;
    fl_value_of(model, repeat_days, last_days, 400, repeat_days * 5000, &value);
    require(value.p_alive_micro >= 0 && value.p_alive_micro <= 1000000);
    require(value.expected_micro >= 0 && value.lifetime_value >= 0);
}

static fl_status read_value(const char *bytes, size_t size, struct fl_error *error)
{
    struct fl_value_model *model;
    const fl_status status = fl_value_model_parse(bytes, size, "value.yaml", "EUR", &model, error);
    if (status != FL_OK)
        return status;
    require_value(model, 0, 0);
    require_value(model, 3, 200);
    require_value(model, 399, 400);
    require(fl_value_model_gap_days(model, fl_text_of("Coffee")) >= 1);
    require(fl_value_model_gap_days(model, fl_text_of("")) >= 1);
    fl_value_model_free(model);
    return FL_OK;
}

/* --- examples.yaml */

static const struct fl_model *default_model(void)
{
    static struct fl_model *model;
    if (model == NULL)
        require(fl_model_default(&model, NULL) == FL_OK);
    return model;
}

static fl_status read_examples(const char *bytes, size_t size, struct fl_error *error)
{
    struct fl_examples examples;
    const fl_status status =
        fl_examples_parse(bytes, size, "examples.yaml", default_model(), &examples, error);
    for (size_t i = 0; status == FL_OK && i < examples.count; i++) {
        require(examples.list[i].name != NULL);
        for (size_t row = 0; row < examples.list[i].row_count; row++)
            require(examples.list[i].rows[row].times >= 1 && examples.list[i].rows[row].type != NULL);
        for (size_t target = 0; target < examples.list[i].target_count; target++)
            require(fl_example_schema_of(examples.list[i].targets[target].scope) != NULL);
    }
    fl_examples_release(&examples);
    return status;
}

typedef fl_status read_part(const char *bytes, size_t size, struct fl_error *error);
static read_part *const parts[] = {read_settings, read_registry, read_rates,
                                   read_value,    read_examples, read_rfm_groups};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fl_error error;
    if (size == 0)
        return 0;
    fl_error_clear(&error);
    if (parts[data[0] % (sizeof parts / sizeof parts[0])]((const char *)data + 1, size - 1, &error) != FL_OK)
        require(error.message[0] != '\0');
    return 0;
}
