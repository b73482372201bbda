/* gen_types.h - the interaction types of the default registry, with what a row of each has. */
#ifndef TOOLS_GEN_GEN_TYPES_H
#define TOOLS_GEN_GEN_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* registry_types.def is made from engine/defaults/registry.csv by the build. */
enum gen_type {
#define GEN_TYPE(name, channel, direction, role) GEN_TYPE_##name,
#include "tools/gen/registry_types.def"
#undef GEN_TYPE
    GEN_TYPE_COUNT
};

enum gen_money { GEN_MONEY_NONE, GEN_MONEY_BASKET, GEN_MONEY_RETURN, GEN_MONEY_AMOUNT };

struct gen_type_facts {
    const char *name, *channel;
    enum gen_money money;
    bool product, category, content, agent, store; /* columns that a row of it fills */
    const char *speaker;                           /* NULL: no text */
};

struct gen_types {
    struct gen_type_facts facts[GEN_TYPE_COUNT];
    uint64_t
        weight_sums[GEN_TYPE_COUNT]; /* Zipf: the type of rank r weighs 1 / r; running sums in fixed point */
};

void gen_types_prepare(struct gen_types *types);

/* A type by its weight; `bits` is random. */
enum gen_type gen_types_pick(const struct gen_types *types, uint64_t bits);

#endif
