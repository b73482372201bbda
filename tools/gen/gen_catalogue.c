/* gen_catalogue.c - the brands, categories, products of the made-up retailer. */
#include "tools/gen/gen_catalogue.h"

#include <stdio.h>
#include <string.h>

static const char *const brand_heads[10] = {"Nor", "Vel", "Kas", "Lum", "Bri",
                                            "Tor", "Ald", "Fen", "Sol", "Mir"};
static const char *const brand_tails[5] = {"vik", "dana", "ora", "elle", "heim"};
_Static_assert(GEN_BRANDS == 10 * 5, "each head with each tail");

static const char *const departments[GEN_DEPARTMENTS] = {
    "food",   "kitchen", "bath",  "bedroom",     "living",   "office", "kids",    "baby",  "sport", "outdoor",
    "garden", "tools",   "paint", "electronics", "lighting", "pets",   "fashion", "shoes", "books", "beauty"};
enum { FOOD = 0 };
static const char *const ranges[GEN_CATEGORIES_EACH] = {"basics", "classic", "compact", "design", "eco",
                                                        "family", "gift",    "large",   "luxury", "outlet",
                                                        "parts",  "season",  "small",   "smart",  "value"};

/* Cheap things are many: each of seven coins that falls right makes the thing 5/3 dearer. */
static uint32_t price_of(uint64_t bits)
{
    uint64_t cents = 199 + (bits >> 8 & 0xff);
    for (int coin = 0; coin < 7; coin++) {
        if ((bits >> coin & 1u) != 0)
            cents = cents * 5 / 3;
    }
    return (uint32_t)(cents - cents % 10 + 9);
}

static struct gen_product product_of(uint64_t seed, uint32_t number)
{
    struct gen_random random = {gen_at(seed, number), 0};
    const uint32_t department = number / GEN_PRODUCTS_EACH;
    return (struct gen_product){
        .brand = (uint16_t)gen_skewed(&random, GEN_BRANDS),
        .category = (uint16_t)(department * GEN_CATEGORIES_EACH + gen_below(&random, GEN_CATEGORIES_EACH)),
        .price_cents = price_of(gen_next(&random)),
        .by_weight = department == FOOD && gen_percent(&random, 30),
    };
}

void gen_catalogue_prepare(struct gen_catalogue *catalogue, uint64_t seed)
{
    for (size_t i = 0; i < GEN_BRANDS; i++)
        (void)snprintf(catalogue->brands[i], GEN_NAME_SIZE, "%s%s", brand_heads[i / 5], brand_tails[i % 5]);
    for (size_t i = 0; i < GEN_CATEGORIES; i++)
        (void)snprintf(catalogue->categories[i], GEN_NAME_SIZE, "%s-%s", departments[i / GEN_CATEGORIES_EACH],
                       ranges[i % GEN_CATEGORIES_EACH]);
    for (uint32_t i = 0; i < GEN_PRODUCTS; i++)
        catalogue->products[i] = product_of(seed, i);
}
