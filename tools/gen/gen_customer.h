/* gen_customer.h - who a made-up customer is, from its number alone. */
#ifndef TOOLS_GEN_GEN_CUSTOMER_H
#define TOOLS_GEN_GEN_CUSTOMER_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/gen/gen_random.h"

/* Customers of one taste like the same departments: three that follow each other in the list. The last two
 * departments are nobody's favourites. */
enum { GEN_FAVOURITES = 3, GEN_TASTES = 6 };

enum gen_language { GEN_DUTCH, GEN_ENGLISH, GEN_NORWEGIAN, GEN_RUSSIAN, GEN_CHINESE, GEN_LANGUAGES };

/* What the loop over customers and days looks at: made of one random number. */
struct gen_life {
    uint64_t key;
    uint32_t activity;  /* 0..16, most near 8 */
    int32_t joined_age; /* days before the last day */
    int32_t left_age;   /* negative: still there */
};
enum { GEN_ACTIVITIES = 17, GEN_JOINED_AGE_MAX = 1800 };

static inline struct gen_life gen_life_of(uint64_t customers_key, uint64_t number)
{
    const uint64_t key = gen_at(customers_key, number);
    const int32_t joined_age = (int32_t)((key >> 16 & 0x7ff) * GEN_JOINED_AGE_MAX >> 11);
    /* One in eight stays for a month up to a year and a half, the others for a year up to twelve. */
    const int32_t stay =
        (key >> 27 & 7) == 0 ? (int32_t)(30 + (key >> 30 & 0x1ff)) : (int32_t)(365 + (key >> 30 & 0xfff));
    return (struct gen_life){key, (uint32_t)__builtin_popcountll(key & 0xffff), joined_age,
                             joined_age - stay};
}

/* The rest, needed only where something happens. */
struct gen_customer {
    uint64_t number;
    uint64_t key;
    enum gen_language language;
    uint32_t place; /* where it lives, for gen_profile_of() */
    uint32_t home_store;
    uint32_t departments[GEN_FAVOURITES]; /* of its taste */
    uint32_t brand;                       /* favourite */
};

struct gen_customer gen_customer_of(const struct gen_life *life, uint64_t number);

struct gen_profile {
    int32_t birth_year;                /* 0: unknown, there is an age band instead */
    const char *age_band, *life_stage; /* NULL: unknown */
    const char *country, *region, *urbanity;
    bool located; /* the next two are known, else the distance */
    int32_t latitude_micro, longitude_micro, store_distance_m;
};
struct gen_profile gen_profile_of(const struct gen_customer *customer);

/* Where a store is: in the regions where customers live, more where more of them do. */
struct gen_store {
    const char *country, *region;
    int32_t latitude_micro, longitude_micro;
};
struct gen_store gen_store_of(uint64_t stores_key, uint32_t number);

#endif
