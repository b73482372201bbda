/* registry.c - the interaction types of a model, read from registry.csv. */
#include "engine/model/registry.h"

#include "engine/model/model_csv.h"

enum column {
    TYPE_ID,
    NAME,
    CHANNEL,
    DIRECTION,
    LOOP,
    WEIGHT,
    HALF_LIFE,
    DAILY_CAP,
    COUNT_BY,
    ROLE,
    PRESSURE,
    CONSENT,
    REQUIRED,
    NOTE = REQUIRED
};
static const char *const column_names[] = {
    [TYPE_ID] = "type_id",   [NAME] = "name",     [CHANNEL] = "channel",          [DIRECTION] = "direction",
    [LOOP] = "loop",         [WEIGHT] = "weight", [HALF_LIFE] = "half_life_days", [DAILY_CAP] = "daily_cap",
    [COUNT_BY] = "count_by", [ROLE] = "role",     [PRESSURE] = "pressure",        [CONSENT] = "consent_class",
    [NOTE] = "note",         [NOTE + 1] = NULL,
};

#define X(name, word) word,
static const char *const direction_words[] = {FL_DIRECTION_LIST(X) NULL};
static const char *const loop_words[] = {FL_LOOP_LIST(X) NULL};
static const char *const role_words[] = {FL_ROLE_LIST(X) NULL};
static const char *const consent_words[] = {FL_CONSENT_LIST(X) NULL};
static const char *const count_by_words[] = {FL_COUNT_BY_LIST(X) NULL};
#undef X

/* Names stand in mappings, in messages and in column headers to come, so they are plain words. */
static bool is_plain_word(struct fl_text text)
{
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.bytes[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
              c == '-'))
            return false;
    }
    return text.size > 0;
}

static fl_status read_name(const struct fl_model_csv *csv, struct fl_interaction_type *type,
                           struct fl_error *error)
{
    const struct fl_text name = fl_model_csv_text(csv, NAME);
    if (name.size > FL_TYPE_NAME_BYTES_MAX)
        return fl_model_csv_fail(csv, NAME, error, "a name of %zu bytes, at most %d", name.size,
                                 FL_TYPE_NAME_BYTES_MAX);
    if (!is_plain_word(name))
        return fl_model_csv_fail(csv, NAME, error,
                                 "a name has letters a-z, digits, `_` and `-` only, at least one");
    memcpy(type->name, name.bytes, name.size);
    type->name[name.size] = '\0';
    if (!is_plain_word(fl_model_csv_text(csv, CHANNEL)))
        return fl_model_csv_fail(csv, CHANNEL, error,
                                 "a channel has letters a-z, digits, `_` and `-` only, at least one");
    return FL_OK;
}

static fl_status read_words(const struct fl_model_csv *csv, struct fl_interaction_type *type,
                            struct fl_error *error)
{
    int direction = 0, loop = 0, role = 0, consent = 0, count_by = 0;
    fl_status status = fl_model_csv_choice(csv, DIRECTION, direction_words, &direction, error);
    if (status == FL_OK)
        status = fl_model_csv_choice(csv, LOOP, loop_words, &loop, error);
    if (status == FL_OK)
        status = fl_model_csv_choice(csv, COUNT_BY, count_by_words, &count_by, error);
    if (status == FL_OK)
        status = fl_model_csv_choice(csv, ROLE, role_words, &role, error);
    if (status == FL_OK)
        status = fl_model_csv_choice(csv, CONSENT, consent_words, &consent, error);
    type->direction = (enum fl_direction)direction;
    type->loop = (enum fl_loop)loop;
    type->role = (enum fl_role)role;
    type->consent = (enum fl_consent)consent;
    type->count_by = (enum fl_count_by)count_by;
    return status;
}

static fl_status read_numbers(const struct fl_model_csv *csv, struct fl_interaction_type *type,
                              struct fl_error *error)
{
    int64_t weight = 0, half_life = 0, cap = 0, pressure = 0;
    fl_status status =
        fl_model_csv_thousandths(csv, WEIGHT, -FL_WEIGHT_MILLI_MAX, FL_WEIGHT_MILLI_MAX, &weight, error);
    if (status == FL_OK)
        status = fl_model_csv_thousandths(csv, HALF_LIFE, 1, FL_HALF_LIFE_MILLI_MAX, &half_life, error);
    if (status == FL_OK)
        status = fl_model_csv_integer(csv, DAILY_CAP, 0, FL_DAILY_CAP_MAX, &cap, error);
    if (status == FL_OK)
        status = fl_model_csv_integer(csv, PRESSURE, 0, 1, &pressure, error);
    if (status != FL_OK)
        return status;
    if (pressure == 1 && weight != 0)
        return fl_model_csv_fail(csv, WEIGHT, error,
                                 "sending is not engagement: a pressure type has weight 0");
    type->weight_milli = (int32_t)weight;
    type->half_life_milli = (int32_t)half_life;
    type->daily_cap = (uint32_t)cap;
    type->pressure = pressure == 1;
    return FL_OK;
}

static void set_bit(uint64_t bits[4], int64_t type)
{
    bits[type / 64] |= UINT64_C(1) << (type % 64);
}

static fl_status add_type(struct fl_registry *registry, const struct fl_model_csv *csv,
                          struct fl_error *error)
{
    int64_t id = 0;
    fl_status status = fl_model_csv_integer(csv, TYPE_ID, 0, FL_TYPES_MAX - 1, &id, error);
    if (status != FL_OK)
        return status;
    struct fl_interaction_type *type = &registry->types[id];
    if (type->known)
        return fl_model_csv_fail(csv, TYPE_ID, error, "type id %lld is there twice", (long long)id);
    status = read_name(csv, type, error);
    if (status == FL_OK)
        status = read_words(csv, type, error);
    if (status == FL_OK)
        status = read_numbers(csv, type, error);
    if (status != FL_OK)
        return status;
    int64_t other = 0;
    if (fl_names_find(registry->names, fl_text_of(type->name), &other))
        return fl_model_csv_fail(csv, NAME, error, "the name `%s` is there twice, first for type id %lld",
                                 type->name, (long long)other);
    if (!fl_names_add(registry->names, fl_text_of(type->name), id))
        return fl_fail_memory(error, sizeof type->name);
    type->known = true;
    registry->count++;
    set_bit(registry->known_bits, id);
    if (type->count_by == FL_COUNT_BY_ORDER || type->role == FL_ROLE_PURCHASE) /* for points, for baskets */
        set_bit(registry->order_bits, id);
    return FL_OK;
}

static fl_status add_all(struct fl_registry *registry, struct fl_model_csv *csv, struct fl_error *error)
{
    for (;;) {
        bool more = false;
        fl_status status = fl_model_csv_next(csv, &more, error);
        if (status != FL_OK || !more)
            return status;
        status = add_type(registry, csv, error);
        if (status != FL_OK)
            return status;
    }
}

fl_status fl_registry_parse(const char *bytes, size_t size, const char *shown_path,
                            struct fl_registry *registry, struct fl_error *error)
{
    *registry = (struct fl_registry){.names = fl_names_create()};
    if (registry->names == NULL)
        return fl_fail_memory(error, sizeof *registry);
    struct fl_model_csv csv;
    fl_status status = fl_model_csv_open(&csv, bytes, size, shown_path, column_names, REQUIRED, error);
    if (status == FL_OK) {
        status = add_all(registry, &csv, error);
        fl_model_csv_close(&csv);
    }
    if (status == FL_OK && registry->count == 0) {
        status = fl_fail(error, FL_BAD_MODEL, "no interaction type: at least one is needed");
        fl_error_at_path(error, shown_path);
    }
    if (status != FL_OK)
        fl_registry_release(registry);
    return status;
}

void fl_registry_release(struct fl_registry *registry)
{
    if (registry->names != NULL)
        fl_names_free(registry->names);
    *registry = (struct fl_registry){0};
}
