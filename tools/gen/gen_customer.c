/* gen_customer.c - who a made-up customer is, from its number alone. */
#include "tools/gen/gen_customer.h"

#include <stddef.h>

#include "tools/gen/gen_catalogue.h"

struct place {
    const char *country, *region;
    int32_t latitude_micro, longitude_micro;
    enum gen_language language;
    uint32_t weight;
};

/* Middles of real regions; the weights add up to PLACE_WEIGHTS. */
static const struct place places[] = {
    {"NL", "Noord-Holland", 52520000, 4790000, GEN_DUTCH, 18},
    {"NL", "Zuid-Holland", 52020000, 4490000, GEN_DUTCH, 20},
    {"NL", "Utrecht", 52090000, 5120000, GEN_DUTCH, 10},
    {"NL", "Noord-Brabant", 51480000, 5230000, GEN_DUTCH, 12},
    {"NL", "Groningen", 53220000, 6570000, GEN_DUTCH, 6},
    {"BE", "Antwerpen", 51220000, 4400000, GEN_DUTCH, 8},
    {"GB", "Kent", 51280000, 520000, GEN_ENGLISH, 10},
    {"IE", "Leinster", 53350000, -6260000, GEN_ENGLISH, 4},
    {"NO", "Vestland", 60390000, 5320000, GEN_NORWEGIAN, 6},
    {"NO", "Oslo", 59910000, 10750000, GEN_NORWEGIAN, 6},
};
enum { PLACES = sizeof places / sizeof places[0], PLACE_WEIGHTS = 100 };

/* Streams of one customer: each purpose draws under its own key, so that a new draw moves no other. */
enum { STREAM_HABITS = 1, STREAM_PROFILE = 2 };

static uint32_t pick_place(struct gen_random *random)
{
    uint32_t left = gen_below(random, PLACE_WEIGHTS);
    for (uint32_t i = 0; i < PLACES; i++) {
        if (left < places[i].weight)
            return i;
        left -= places[i].weight;
    }
    return 0;
}

/* Most speak the language of the place, some Russian or Chinese wherever they live. */
static enum gen_language pick_language(struct gen_random *random, uint32_t place)
{
    const uint32_t percent = gen_below(random, 100);
    if (percent < 8)
        return GEN_CHINESE;
    return percent < 16 ? GEN_RUSSIAN : places[place].language;
}

struct gen_customer gen_customer_of(const struct gen_life *life, uint64_t number)
{
    struct gen_random random = {gen_at(life->key, STREAM_HABITS), 0};
    struct gen_customer customer = {.number = number, .key = life->key};
    customer.place = pick_place(&random);
    customer.language = pick_language(&random, customer.place);
    customer.home_store = gen_below(&random, GEN_STORES);
    const uint32_t taste = gen_below(&random, GEN_TASTES);
    for (uint32_t i = 0; i < GEN_FAVOURITES; i++)
        customer.departments[i] = taste * GEN_FAVOURITES + i;
    customer.brand = gen_skewed(&random, GEN_BRANDS);
    return customer;
}

static const char *age_band_of(int32_t birth_year)
{
    static const char *const bands[] = {"70+", "60-69", "50-59", "40-49", "30-39", "18-29"};
    const int32_t band = (birth_year - 1946) / 10;
    return bands[band < 0 ? 0 : band > 5 ? 5 : band];
}

struct gen_profile gen_profile_of(const struct gen_customer *customer)
{
    static const char *const stages[] = {"single", "couple",     "young_family",
                                         "family", "empty_nest", "senior"};
    static const char *const urbanities[] = {"city", "suburb", "town", "village"};
    const struct place *place = &places[customer->place];
    struct gen_random random = {gen_at(customer->key, STREAM_PROFILE), 0};
    const int32_t birth_year = 1940 + (int32_t)gen_below(&random, 68);
    const bool year_known = gen_percent(&random, 80);
    const bool located = gen_percent(&random, 95);
    const int32_t north = (int32_t)gen_below(&random, 400000) - 200000;
    const int32_t east = (int32_t)gen_below(&random, 600000) - 300000;
    return (struct gen_profile){
        .birth_year = year_known ? birth_year : 0,
        .age_band = year_known ? NULL : age_band_of(birth_year),
        .life_stage = gen_percent(&random, 70) ? stages[gen_below(&random, 6)] : NULL,
        .country = place->country,
        .region = place->region,
        .urbanity = urbanities[gen_skewed(&random, 4)],
        .located = located,
        .latitude_micro = place->latitude_micro + north,
        .longitude_micro = place->longitude_micro + east,
        .store_distance_m = (int32_t)(150 + gen_skewed(&random, 40000)),
    };
}

struct gen_store gen_store_of(uint64_t stores_key, uint32_t number)
{
    struct gen_random random = {gen_at(stores_key, number), 0};
    const struct place *place = &places[pick_place(&random)];
    const int32_t north = (int32_t)gen_below(&random, 300000) - 150000;
    const int32_t east = (int32_t)gen_below(&random, 450000) - 225000;
    return (struct gen_store){.country = place->country,
                              .region = place->region,
                              .latitude_micro = place->latitude_micro + north,
                              .longitude_micro = place->longitude_micro + east};
}
