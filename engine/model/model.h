/* model.h - what a model folder says, checked, for the stages of a run. */
#ifndef ENGINE_MODEL_MODEL_H
#define ENGINE_MODEL_MODEL_H

#include "engine/fourloop.h"
#include "engine/model/model_file.h"
#include "engine/model/rates.h"
#include "engine/model/registry.h"
#include "engine/model/rfm_groups.h"

/* The files of a model folder, in the order in which they enter its hash; optional ones do when they are
 * there. */
enum fl_model_part {
    FL_MODEL_REGISTRY,
    FL_MODEL_SETTINGS,
    FL_MODEL_RATES,
    FL_MODEL_RFM_GROUPS, /* optional: the default's hold without it */
    FL_MODEL_VALUE,      /* optional: written by a value fit */
    FL_MODEL_PARTS
};

struct fl_model {
    struct fl_registry registry;
    struct fl_model_settings settings;
    struct fl_rates rates;
    struct fl_rfm_groups rfm_groups;
    bool has_part[FL_MODEL_PARTS];
    struct fl_buffer parts[FL_MODEL_PARTS]; /* the bytes as read, for the run folder's copy */
    uint8_t registry_digest[16];
    char hash[33];
};

/* "registry.csv" and so on. */
const char *fl_model_part_name(enum fl_model_part part);

#endif
