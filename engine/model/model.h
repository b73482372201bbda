/* model.h - what a model folder says, checked, for the stages of a run. */
#ifndef ENGINE_MODEL_MODEL_H
#define ENGINE_MODEL_MODEL_H

#include "engine/clusters/cluster_model.h"
#include "engine/fourloop.h"
#include "engine/model/keywords.h"
#include "engine/model/model_file.h"
#include "engine/model/rates.h"
#include "engine/model/registry.h"
#include "engine/model/rfm_groups.h"
#include "engine/value/value_model.h"

/* The files of a model folder, in the order in which they enter its hash; optional ones do when they are
 * there. */
enum fl_model_part {
    FL_MODEL_REGISTRY,
    FL_MODEL_SETTINGS,
    FL_MODEL_RATES,
    FL_MODEL_RFM_GROUPS, /* optional: the default's hold without it */
    FL_MODEL_VALUE,      /* optional: written by a value fit */
    FL_MODEL_KEYWORDS,   /* optional: without it there are no tags but those given by hand */
    FL_MODEL_CLUSTERS,   /* optional: written by a cluster fit */
    FL_MODEL_PARTS
};

struct fl_model {
    struct fl_registry registry;
    struct fl_model_settings settings;
    struct fl_rates rates;
    struct fl_rfm_groups rfm_groups;
    struct fl_value_model *value;      /* NULL: no fit was made yet */
    struct fl_cluster_model *clusters; /* NULL: no fit was made yet */
    struct fl_fold *fold;              /* NULL without keywords */
    struct fl_keywords keywords;
    bool has_keywords;
    bool has_part[FL_MODEL_PARTS];
    struct fl_buffer parts[FL_MODEL_PARTS]; /* the bytes as read, for the run folder's copy */
    uint8_t registry_digest[16];
    char hash[33];
};

/* As fl_model_open(), but value.yaml is not read, only hashed: for the next value fit, which replaces it. */
fl_status fl_model_open_for_fit(const struct fl_io *io, const char *path, struct fl_model **model,
                                struct fl_error *error);

/* As fl_model_open(), but keywords.csv may hold regular expressions whatever model.yaml says: for a diff's
 * run in between, which has the keywords of one model and the other files of another. */
fl_status fl_model_open_between(const struct fl_io *io, const char *path, struct fl_model **model,
                                struct fl_error *error);

/* Takes `text`, which a fit has made, for the bytes of a part: the model's hash becomes that with this file,
 * what was read from the part stays. On failure the model is of no more use. */
fl_status fl_model_take_fit(struct fl_model *model, enum fl_model_part part, const struct fl_buffer *text,
                            struct fl_error *error);

/* "registry.csv" and so on. */
const char *fl_model_part_name(enum fl_model_part part);

#endif
