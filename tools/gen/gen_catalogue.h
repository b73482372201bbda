/* gen_catalogue.h - the brands, categories, products of the made-up retailer. */
#ifndef TOOLS_GEN_GEN_CATALOGUE_H
#define TOOLS_GEN_GEN_CATALOGUE_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/gen/gen_random.h"

enum {
    GEN_BRANDS = 50,
    GEN_DEPARTMENTS = 20,
    GEN_CATEGORIES_EACH = 15, /* of one department */
    GEN_CATEGORIES = GEN_DEPARTMENTS * GEN_CATEGORIES_EACH,
    GEN_PRODUCTS_EACH = 250, /* of one department */
    GEN_PRODUCTS = GEN_DEPARTMENTS * GEN_PRODUCTS_EACH,
    GEN_STORES = 120,
    GEN_AGENTS = 60,
    GEN_NAME_SIZE = 24
};

struct gen_product {
    uint16_t brand, category;
    uint32_t price_cents;
    bool by_weight; /* sold in parts of a kilogram */
};

struct gen_catalogue {
    char brands[GEN_BRANDS][GEN_NAME_SIZE];
    char categories[GEN_CATEGORIES][GEN_NAME_SIZE];
    struct gen_product products[GEN_PRODUCTS]; /* department after department */
};

void gen_catalogue_prepare(struct gen_catalogue *catalogue, uint64_t seed);

#endif
