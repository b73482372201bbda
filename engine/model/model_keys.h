/* model_keys.h - every key of model.yaml: what it may hold and which member of the settings it sets. */
#ifndef ENGINE_MODEL_MODEL_KEYS_H
#define ENGINE_MODEL_MODEL_KEYS_H

#include "engine/model/model_settings.h"
#include "formats/base/yaml_walk.h"

enum fl_key_kind {
    FL_KEY_NUMBER,   /* one, or a list of `count` of them */
    FL_KEY_WORD,     /* one of `words` */
    FL_KEY_BOOL,     /* true or false */
    FL_KEY_CURRENCY, /* three capital letters */
    FL_KEY_SCOPES,   /* a list of kinds of scope */
    FL_KEY_BY_SCOPE  /* a number for each kind of scope */
};

enum {
    FL_KEY_RISING = 1,    /* each number of the list is above the one before */
    FL_KEY_MONEY = 2,     /* in units of the model's currency, so its decimals are added to `places` */
    FL_KEY_UP_TO = 4,     /* `count` is the most; how many there are is the int32 at `extra` */
    FL_KEY_MAY_BE_OFF = 8 /* the word none is taken too; the bool at `extra` says whether there are numbers */
};

struct fl_model_key {
    const char *group, *name; /* group NULL: the key stands alone */
    enum fl_key_kind kind;
    uint8_t places, flags;
    uint8_t count;      /* numbers of a list; 0: one number, no list */
    uint8_t size_bytes; /* of the member or of each number of it */
    size_t at, extra;   /* offsets in struct fl_model_settings */
    int64_t min, max;   /* a number as stored: times 10^places (money: without the currency's) */
    const char *const *words;
    const char *shape; /* what the list holds, for a message */
};

/* What is being read, so that each step has one argument for it. */
struct fl_model_parse {
    const struct fl_yaml_file *file;
    const struct fl_yaml_node *root;
    struct fl_error *error;
};

extern const struct fl_model_key fl_model_keys[];
extern const size_t fl_model_key_count;

/* Reads every key that is there, and refuses any other. */
fl_status fl_model_keys_read(const struct fl_model_parse *parse, struct fl_model_settings *settings);
/* The value of a key as model.yaml would have it, cut to fit `size` (256 is enough for any). */
void fl_model_key_print(const struct fl_model_key *key, const struct fl_model_settings *settings, char *text,
                        size_t size);

#endif
