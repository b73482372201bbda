/* model_remark.c - what there is to say about a model that can be run: its files, changes, oddities. */
#include "engine/fourloop.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/model/examples.h"
#include "engine/model/model_keys.h"
#include "engine/points.h"
#include "engine/score.h"
#include "engine/value/frozen_fit.h"
#include "formats/base/civil.h"
#include "formats/base/publish.h"

enum { TEXT_SIZE = 700 };

/* Everything that is open while a model is looked at. */
struct look {
    const struct fl_io *io;
    const char *path;
    struct fl_model *model, *standard; /* the default */
    struct fl_points *points;
    struct fl_frozen_fit fit; /* of value.yaml, when it is there */
    size_t examples;          /* 0: no file */
    struct fl_arena arena;
    struct fl_buffer list; /* of struct fl_remark */
    struct fl_error *error;
    fl_status status; /* of remarks: no memory */
};

__attribute__((format(printf, 3, 4))) static void remark(struct look *look, enum fl_remark_kind kind,
                                                         const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const struct fl_remark made = {kind, fl_arena_copy(&look->arena, text, strlen(text))};
    if (made.text == NULL || !fl_buffer_append(&look->list, &made, sizeof made))
        look->status = fl_fail_memory(look->error, sizeof text);
}

#define X(name, word) word,
static const char *const scope_words[] = {FL_SCOPE_LIST(X)};
static const char *const fit_words[] = {FL_VALUE_FIT_LIST(X)};
static const char *const direction_words[] = {FL_DIRECTION_LIST(X)};
static const char *const loop_words[] = {FL_LOOP_LIST(X)};
static const char *const role_words[] = {FL_ROLE_LIST(X)};
static const char *const consent_words[] = {FL_CONSENT_LIST(X)};
static const char *const count_by_words[] = {FL_COUNT_BY_LIST(X)};
#undef X

/* ---- files ---- */

static void remark_fit(struct look *look)
{
    const struct fl_frozen_fit *fit = &look->fit;
    char day[11];
    if (!look->model->has_part[FL_MODEL_VALUE]) {
        remark(look, FL_REMARK_FILE, "value.yaml is not there: lifetime values are empty until a value fit");
        return;
    }
    fl_day_format(fit->day, day);
    remark(look, FL_REMARK_FILE, "value.yaml: a fit of %s, %s, %.0f customers; rhythms of %zu categories",
           day, fit_words[fit->kind], fit->purchases.customers, fit->category_count);
}

static void remark_clusters(struct look *look)
{
    const struct fl_cluster_model *clusters = look->model->clusters;
    char day[11], stability[48];
    if (clusters == NULL) {
        remark(look, FL_REMARK_FILE, "clusters.yaml is not there: nobody has a cluster until a cluster fit");
        return;
    }
    fl_day_format(clusters->day, day);
    fl_decimal_format(clusters->stability_milli, 3, '.', stability);
    remark(look, FL_REMARK_FILE, "clusters.yaml: a fit of %s, %u clusters of %lld customers, stability %s%s",
           day, clusters->k, (long long)clusters->customers, stability,
           clusters->forced ? ": not stable, kept by --force" : "");
}

static bool has_default_keywords(const struct look *look)
{
    const struct fl_buffer *own = &look->model->parts[FL_MODEL_KEYWORDS];
    const struct fl_buffer *standard = &look->standard->parts[FL_MODEL_KEYWORDS];
    return own->size == standard->size && memcmp(own->bytes, standard->bytes, own->size) == 0;
}

static void remark_keywords(struct look *look)
{
    const struct fl_keywords *keywords = &look->model->keywords;
    if (!look->model->has_keywords)
        remark(look, FL_REMARK_FILE, "keywords.csv is not there: no tags but those given by hand");
    else
        remark(look, FL_REMARK_FILE, "keywords.csv: %zu tags, %zu rules, %zu words%s", keywords->tag_count,
               keywords->rule_count, keywords->word_count,
               has_default_keywords(look) ? ": the default list" : "");
}

static void remark_files(struct look *look)
{
    const struct fl_model *model = look->model;
    remark(look, FL_REMARK_FILE, "registry.csv: %u interaction types", model->registry.count);
    remark(look, FL_REMARK_FILE, "model.yaml: currency %s", model->settings.currency);
    remark(look, FL_REMARK_FILE, "rates.csv: %zu rates", model->rates.count);
    if (model->has_part[FL_MODEL_RFM_GROUPS])
        remark(look, FL_REMARK_FILE, "rfm_groups.csv: %u groups of RFM codes", model->rfm_groups.count);
    else
        remark(look, FL_REMARK_FILE, "rfm_groups.csv is not there: the default's %u groups hold",
               model->rfm_groups.count);
    remark_fit(look);
    remark_keywords(look);
    remark_clusters(look);
    if (look->examples > 0)
        remark(look, FL_REMARK_FILE, "examples.yaml: %zu examples", look->examples);
    else
        remark(look, FL_REMARK_FILE, "examples.yaml is not there");
}

/* ---- changes ---- */

static void remark_keys(struct look *look)
{
    for (size_t i = 0; i < fl_model_key_count; i++) {
        const struct fl_model_key *key = &fl_model_keys[i];
        char own[256], standard[256];
        fl_model_key_print(key, &look->model->settings, own, sizeof own);
        fl_model_key_print(key, &look->standard->settings, standard, sizeof standard);
        if (strcmp(own, standard) != 0)
            remark(look, FL_REMARK_CHANGE, "model.yaml: %s%s%s: %s (default %s)",
                   key->group == NULL ? "" : key->group, key->group == NULL ? "" : ".", key->name, own,
                   standard);
    }
}

/* Appends "weight 2 (default 1)" when the two texts differ. */
static void append_difference(char text[static TEXT_SIZE], const char *name, const char *own,
                              const char *standard)
{
    const size_t used = strlen(text);
    if (strcmp(own, standard) != 0)
        snprintf(text + used, TEXT_SIZE - used, "%s%s %s (default %s)", used == 0 ? "" : ", ", name, own,
                 standard);
}

static void append_number(char text[static TEXT_SIZE], const char *name, int64_t own, int64_t standard,
                          int places)
{
    char own_text[48], standard_text[48];
    fl_decimal_format_short(own, places, '.', own_text);
    fl_decimal_format_short(standard, places, '.', standard_text);
    append_difference(text, name, own_text, standard_text);
}

/* "" when they are the same. */
static void compare_types(const struct fl_interaction_type *own, const struct fl_interaction_type *standard,
                          char text[static TEXT_SIZE])
{
    text[0] = '\0';
    append_difference(text, "name", own->name, standard->name);
    append_difference(text, "direction", direction_words[own->direction],
                      direction_words[standard->direction]);
    append_difference(text, "loop", loop_words[own->loop], loop_words[standard->loop]);
    append_number(text, "weight", own->weight_milli, standard->weight_milli, 3);
    append_number(text, "half_life_days", own->half_life_milli, standard->half_life_milli, 3);
    append_number(text, "daily_cap", own->daily_cap, standard->daily_cap, 0);
    append_difference(text, "count_by", count_by_words[own->count_by], count_by_words[standard->count_by]);
    append_difference(text, "role", role_words[own->role], role_words[standard->role]);
    append_number(text, "pressure", own->pressure, standard->pressure, 0);
    append_difference(text, "consent_class", consent_words[own->consent], consent_words[standard->consent]);
}

static void remark_types(struct look *look)
{
    for (unsigned id = 0; id < FL_TYPES_MAX; id++) {
        const struct fl_interaction_type *own = &look->model->registry.types[id];
        const struct fl_interaction_type *standard = &look->standard->registry.types[id];
        char text[TEXT_SIZE];
        if (own->known && !standard->known)
            remark(look, FL_REMARK_CHANGE, "registry.csv: %s (type %u) is not in the default", own->name, id);
        if (!own->known && standard->known)
            remark(look, FL_REMARK_CHANGE, "registry.csv: %s (type %u) of the default is not there",
                   standard->name, id);
        if (!own->known || !standard->known)
            continue;
        compare_types(own, standard, text);
        if (text[0] != '\0')
            remark(look, FL_REMARK_CHANGE, "registry.csv: %s: %s", own->name, text);
    }
}

static const char *group_of(const struct fl_model *model, int code)
{
    return model->rfm_groups.names[model->rfm_groups.of_code[code]];
}

static void remark_groups(struct look *look)
{
    int changed = 0, first = 0;
    for (int code = 0; code <= FL_RFM_CODE_MAX; code++) {
        if (!fl_rfm_code_is_known(code) ||
            strcmp(group_of(look->model, code), group_of(look->standard, code)) == 0)
            continue;
        first = changed == 0 ? code : first;
        changed++;
    }
    if (changed > 0)
        remark(look, FL_REMARK_CHANGE,
               "rfm_groups.csv: %d codes have another group than in the default, first %03d: %s (default %s)",
               changed, first, group_of(look->model, first), group_of(look->standard, first));
}

/* Tags of one list that the other does not name. */
static size_t tags_beyond(const struct fl_keywords *list, const struct fl_keywords *other)
{
    size_t count = 0;
    for (size_t i = 0; i < list->tag_count; i++)
        count += fl_keywords_find_tag(other, list->tags[i].name) < 0;
    return count;
}

static void remark_tags(struct look *look)
{
    const struct fl_keywords *own = &look->model->keywords, *standard = &look->standard->keywords;
    if (look->model->has_keywords && !has_default_keywords(look))
        remark(look, FL_REMARK_CHANGE,
               "keywords.csv: another list than the default: %zu tags more, %zu of the default's not there",
               tags_beyond(own, standard), tags_beyond(standard, own));
}

/* ---- oddities ---- */

static void remark_idle_types(struct look *look)
{
    for (unsigned id = 0; id < FL_TYPES_MAX; id++) {
        const struct fl_interaction_type *own = &look->model->registry.types[id];
        const struct fl_interaction_type *standard = &look->standard->registry.types[id];
        if (!own->known || own->weight_milli != 0 || own->role != FL_ROLE_NONE || own->pressure)
            continue;
        char text[TEXT_SIZE];
        compare_types(own, standard, text);
        if (!standard->known || text[0] != '\0') /* those of the default are meant */
            remark(look, FL_REMARK_ODDITY,
                   "registry.csv: %s has no weight, no role and no pressure: its rows change no score",
                   own->name);
    }
}

static bool has_role(const struct fl_model *model, enum fl_role role)
{
    for (unsigned id = 0; id < FL_TYPES_MAX; id++) {
        if (model->registry.types[id].known && model->registry.types[id].role == role)
            return true;
    }
    return false;
}

static void remark_roles(struct look *look)
{
    const struct fl_model *model = look->model;
    if (!has_role(model, FL_ROLE_PURCHASE))
        remark(look, FL_REMARK_ODDITY, "registry.csv: no type has the role purchase: nobody ever buys");
    if (!has_role(model, FL_ROLE_ADVOCATE) && !has_role(model, FL_ROLE_SHARE))
        remark(look, FL_REMARK_ODDITY,
               "registry.csv: no type has the role advocate or share: nobody can be an ambassador");
    if (!has_role(model, FL_ROLE_FRICTION) &&
        (model->settings.life.friction_days > 0 || model->settings.loops.friction_days > 0))
        remark(
            look, FL_REMARK_ODDITY,
            "registry.csv: no type has the role friction, which life.friction_days and loops.friction_days "
            "look for");
    if (!has_role(model, FL_ROLE_OPT_OUT) && model->settings.life.opt_out_days > 0)
        remark(look, FL_REMARK_ODDITY,
               "registry.csv: no type has the role opt_out, which life.opt_out_days looks for");
}

/* The most micro-points a scope can have: each type at its cap on every day. INT64_MAX: there is no end. */
static int64_t most_points(const struct look *look, bool inbound_only)
{
    enum { ENDLESS_CAP = 10000 }; /* nobody does anything so often in a day, and the sum stays in range */
    const struct fl_points *points = look->points;
    unsigned __int128 sum = 0;
    for (unsigned type = 0; type < FL_TYPES_MAX; type++) {
        const struct fl_type_points *of_type = &points->types[type];
        if (of_type->single <= 0 || (inbound_only && !of_type->inbound))
            continue;
        if (of_type->daily_cap == 0 || of_type->daily_cap > ENDLESS_CAP)
            return INT64_MAX;
        for (uint32_t age = 0; age < points->ages; age++)
            sum +=
                (unsigned __int128)(uint64_t)points->single[type * points->ages + age] * of_type->daily_cap;
    }
    return sum < INT64_MAX ? (int64_t)sum : INT64_MAX;
}

static void remark_beyond(struct look *look, const char *key, unsigned floor, const char *what, unsigned most)
{
    if (floor > most)
        remark(look, FL_REMARK_ODDITY,
               "model.yaml: %s %u is out of reach: every type at its daily cap each day gives an %s of %u",
               key, floor, what, most);
}

static void remark_reach(struct look *look)
{
    const struct fl_model_settings *settings = &look->model->settings;
    const unsigned engagement =
        fl_score_of(most_points(look, false), settings->engagement_k_micro[FL_SCOPE_CUSTOMER]);
    const unsigned intent = fl_score_of(most_points(look, true), settings->intent_k_micro[FL_SCOPE_CUSTOMER]);
    for (int band = 0; band < 3; band++)
        remark_beyond(look, "bands", settings->band_floor[band], "engagement", engagement);
    remark_beyond(look, "value.engaged_floor", settings->value.engaged_floor, "engagement", engagement);
    remark_beyond(look, "loops.experience_engagement", settings->loops.experience_engagement, "engagement",
                  engagement);
    remark_beyond(look, "value.intent_floor", settings->value.intent_floor, "intent", intent);
    remark_beyond(look, "life.lead_intent", settings->life.lead_intent, "intent", intent);
    remark_beyond(look, "loops.conversion_intent", settings->loops.conversion_intent, "intent", intent);
    remark_beyond(look, "loops.conversion_moving_intent", settings->loops.conversion_moving_intent, "intent",
                  intent);
    remark_beyond(look, "loops.experience_intent", settings->loops.experience_intent, "intent", intent);
}

static void remark_value(struct look *look)
{
    const struct fl_value_settings *value = &look->model->settings.value;
    if (value->tier_by == FL_TIER_BY_LIFETIME && !look->model->has_part[FL_MODEL_VALUE])
        remark(look, FL_REMARK_ODDITY,
               "model.yaml: value.tier_by is lifetime, and there is no value.yaml to foresee it: run a value "
               "fit");
    if (look->model->has_part[FL_MODEL_VALUE] && look->fit.kind != value->fit)
        remark(look, FL_REMARK_ODDITY,
               "model.yaml: value.fit is %s, and value.yaml was fit as %s: the next value fit changes it",
               fit_words[value->fit], fit_words[look->fit.kind]);
    if (value->frequency_cuts[3] > value->rfm_days)
        remark(look, FL_REMARK_ODDITY,
               "model.yaml: value.frequency_cuts ask for %lld purchase days within value.rfm_days %d",
               (long long)value->frequency_cuts[3], value->rfm_days);
    for (int i = 0; value->has_recency_cuts && i < 4; i++) {
        if (value->recency_cuts_milli[i] >= (int64_t)value->rfm_days * 1000) {
            remark(look, FL_REMARK_ODDITY,
                   "model.yaml: value.recency_cuts reach beyond value.rfm_days %d, where nobody has an R",
                   value->rfm_days);
            break;
        }
    }
}

/* K of a kind of scope that is not scored does nothing. */
static void remark_scopes(struct look *look)
{
    const struct fl_model_settings *own = &look->model->settings, *standard = &look->standard->settings;
    for (int scope = 0; scope < FL_SCOPES; scope++) {
        if (!own->scopes[scope] && (own->engagement_k_micro[scope] != standard->engagement_k_micro[scope] ||
                                    own->intent_k_micro[scope] != standard->intent_k_micro[scope]))
            remark(look, FL_REMARK_ODDITY,
                   "model.yaml: k_points are set for %s, which scopes does not ask for", scope_words[scope]);
    }
}

/* ---- in and out ---- */

static fl_status read_examples(struct look *look)
{
    struct fl_buffer bytes = {0};
    struct fl_examples examples;
    char *path = fl_path_join(look->path, FL_EXAMPLES_NAME);
    if (path == NULL)
        return fl_fail_memory(look->error, strlen(look->path));
    fl_status status = fl_file_read_all(look->io, path, FL_CONFIG_BYTES_MAX, &bytes, look->error);
    if (status == FL_OK) {
        status = fl_examples_parse((const char *)bytes.bytes, bytes.size, path, look->model, &examples,
                                   look->error);
        look->examples = examples.count;
        fl_examples_release(&examples);
    } else if (status == FL_MISSING) {
        fl_error_clear(look->error);
        status = FL_OK;
    }
    fl_buffer_release(&bytes);
    free(path);
    return status;
}

static fl_status read_fit(struct look *look)
{
    const struct fl_buffer *part = &look->model->parts[FL_MODEL_VALUE];
    if (!look->model->has_part[FL_MODEL_VALUE])
        return FL_OK;
    return fl_frozen_fit_parse((const char *)part->bytes, part->size, fl_model_part_name(FL_MODEL_VALUE),
                               &look->fit, look->error);
}

static void remark_all(struct look *look)
{
    remark_files(look);
    remark_keys(look);
    remark_types(look);
    remark_groups(look);
    remark_tags(look);
    remark_idle_types(look);
    remark_roles(look);
    remark_reach(look);
    remark_value(look);
    remark_scopes(look);
}

/* Moves list and texts to the caller. */
static fl_status hand_over(struct look *look, struct fl_model_remarks **remarks)
{
    struct fl_model_remarks *made = calloc(1, sizeof *made);
    struct fl_arena *owned = malloc(sizeof *owned);
    if (made == NULL || owned == NULL) {
        free(made);
        free(owned);
        return fl_fail_memory(look->error, sizeof *made);
    }
    *owned = look->arena;
    *made = (struct fl_model_remarks){.list = (struct fl_remark *)(void *)look->list.bytes,
                                      .count = look->list.size / sizeof(struct fl_remark),
                                      .owned = owned};
    memcpy(made->hash, look->model->hash, sizeof made->hash);
    fl_arena_init(&look->arena);
    look->list = (struct fl_buffer){0};
    *remarks = made;
    return FL_OK;
}

fl_status fl_model_remark(const struct fl_io *io, const char *path, struct fl_model_remarks **remarks,
                          struct fl_error *error)
{
    struct look look = {.io = io, .path = path, .error = error};
    *remarks = NULL;
    fl_arena_init(&look.arena);
    fl_status status = fl_model_open(io, path, &look.model, error);
    if (status == FL_OK)
        status = fl_model_default(&look.standard, error);
    if (status == FL_OK)
        status = fl_points_create(look.model, &look.points, error);
    if (status == FL_OK)
        status = read_examples(&look);
    if (status == FL_OK)
        status = read_fit(&look);
    if (status == FL_OK) {
        remark_all(&look);
        status = look.status;
    }
    if (status == FL_OK)
        status = hand_over(&look, remarks);
    fl_frozen_fit_release(&look.fit);
    fl_points_free(look.points);
    fl_model_free(look.model);
    fl_model_free(look.standard);
    fl_buffer_release(&look.list);
    fl_arena_release(&look.arena);
    return status;
}

void fl_model_remarks_free(struct fl_model_remarks *remarks)
{
    if (remarks == NULL)
        return;
    fl_arena_release(remarks->owned);
    free(remarks->owned);
    free(remarks->list);
    free(remarks);
}
