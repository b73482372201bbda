/* registry.h - the interaction types of a model, read from registry.csv. */
#ifndef ENGINE_MODEL_REGISTRY_H
#define ENGINE_MODEL_REGISTRY_H

#include "formats/base/limits.h"
#include "formats/base/status.h"
#include "formats/base/text.h"

/* The words of the registry's closed columns: enum value, word. The order is the result columns' where it
 * matters. */
#define FL_DIRECTION_LIST(X) X(INBOUND, "inbound") X(OUTBOUND, "outbound") X(TRANSACTION, "transaction")
#define FL_LOOP_LIST(X)                                                                                      \
    X(AWARENESS, "awareness")                                                                                \
    X(NURTURING, "nurturing") X(EXPERIENCE, "experience") X(CONVERSION, "conversion")
#define FL_ROLE_LIST(X)                                                                                      \
    X(NONE, "none")                                                                                          \
    X(PURCHASE, "purchase")                                                                                  \
    X(RETURN, "return")                                                                                      \
    X(CANCEL, "cancel")                                                                                      \
    X(FRICTION, "friction")                                                                                  \
    X(OPT_IN, "opt_in")                                                                                      \
    X(OPT_OUT, "opt_out")                                                                                    \
    X(DEAD_ADDRESS, "dead_address")                                                                          \
    X(ADVOCATE, "advocate")                                                                                  \
    X(SHARE, "share")                                                                                        \
    X(CAPTURE, "capture")                                                                                    \
    X(EXIT_SURVEY, "exit_survey")
#define FL_CONSENT_LIST(X)  X(NONE, "none") X(SERVICE, "service") X(COMMERCIAL, "commercial")
#define FL_COUNT_BY_LIST(X) X(ROW, "row") X(ORDER, "order")

#define X(name, word) FL_DIRECTION_##name,
enum fl_direction { FL_DIRECTION_LIST(X) };
#undef X
#define X(name, word) FL_LOOP_##name,
enum fl_loop { FL_LOOP_LIST(X) FL_LOOPS };
#undef X
#define X(name, word) FL_ROLE_##name,
enum fl_role { FL_ROLE_LIST(X) };
#undef X
#define X(name, word) FL_CONSENT_##name,
enum fl_consent { FL_CONSENT_LIST(X) };
#undef X
#define X(name, word) FL_COUNT_BY_##name,
enum fl_count_by { FL_COUNT_BY_LIST(X) };
#undef X

/* The rules of SEMANTICS.md section 1 as numbers. */
enum {
    FL_WEIGHT_MILLI_MAX = 1000 * 1000,       /* |w| <= 1000 points */
    FL_HALF_LIFE_MILLI_MAX = 1000 * 1000000, /* a million days: no decay that anybody would notice */
    FL_DAILY_CAP_MAX = 1000000000,
    FL_TYPE_NAME_BYTES_MAX = 64
};

struct fl_interaction_type {
    bool known;
    char name[FL_TYPE_NAME_BYTES_MAX + 1];
    enum fl_direction direction;
    enum fl_loop loop;
    enum fl_role role;
    enum fl_consent consent;
    enum fl_count_by count_by;
    bool pressure;
    int32_t weight_milli;    /* thousandths of a point */
    int32_t half_life_milli; /* thousandths of a day */
    uint32_t daily_cap;      /* units a day; 0: none */
};

struct fl_registry {
    struct fl_interaction_type types[FL_TYPES_MAX]; /* by id */
    unsigned count;
    struct fl_names *names;                /* name -> id */
    uint64_t known_bits[4], order_bits[4]; /* type maps: in the registry; whose orders are asked for */
};

/* FL_BAD_MODEL names line and column, and the nearest word where there is one. On failure the registry is
 * empty. */
fl_status fl_registry_parse(const char *bytes, size_t size, const char *shown_path,
                            struct fl_registry *registry, struct fl_error *error);
void fl_registry_release(struct fl_registry *registry);

static inline bool fl_type_bit(const uint64_t bits[4], uint8_t type)
{
    return (bits[type / 64] >> (type % 64) & 1u) != 0;
}

#endif
