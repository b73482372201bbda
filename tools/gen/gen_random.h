/* gen_random.h - random numbers that depend on a key and a count only, so that any of them can be had alone.
 */
#ifndef TOOLS_GEN_GEN_RANDOM_H
#define TOOLS_GEN_GEN_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* 2^64 / golden ratio, and the fraction of sqrt(2) as 64 bits; both odd. */
#define GEN_GOLDEN UINT64_C(0x9e3779b97f4a7c15)
#define GEN_ROOT   UINT64_C(0x6a09e667f3bcc909)

/* Each bit of the result depends on every bit of `x`; one to one. */
static inline uint64_t gen_mix(uint64_t x)
{
    x ^= x >> 32;
    x *= GEN_GOLDEN;
    x ^= x >> 29;
    x *= GEN_ROOT;
    x ^= x >> 32;
    return x;
}

/* The number of place `at` under `key`. */
static inline uint64_t gen_at(uint64_t key, uint64_t at)
{
    return gen_mix(key + at * GEN_GOLDEN);
}

struct gen_random {
    uint64_t key, count;
};

static inline uint64_t gen_next(struct gen_random *random)
{
    return gen_at(random->key, ++random->count);
}

/* `bits` scaled to 0 .. below - 1. */
static inline uint32_t gen_scale(uint64_t bits, uint32_t below)
{
    return (uint32_t)((bits >> 32) * below >> 32);
}
static inline uint32_t gen_below(struct gen_random *random, uint32_t below)
{
    return gen_scale(gen_next(random), below);
}
/* 0 .. below - 1, small numbers more often: the square of an even spread, so that half fall in the first
 * quarter. */
static inline uint32_t gen_skewed(struct gen_random *random, uint32_t below)
{
    const uint64_t even = gen_next(random) >> 32;
    return (uint32_t)((even * even >> 32) * below >> 32);
}
static inline bool gen_percent(struct gen_random *random, uint32_t percent)
{
    return gen_below(random, 100) < percent;
}

#endif
