/* splitmix64.h - chance without state: any thread can make the number of any place. */
#ifndef ENGINE_CLUSTERS_SPLITMIX64_H
#define ENGINE_CLUSTERS_SPLITMIX64_H

#include <stdint.h>

/* The first number of a SplitMix64 (Steele, Lea, Flood) that starts from `value`. */
static inline uint64_t fl_splitmix64(uint64_t value)
{
    uint64_t z = value + UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* The hash by which a customer is in a sample (number 0) or in a subsample. */
static inline uint64_t fl_key_hash(int64_t key, uint64_t number)
{
    const uint64_t hash = fl_splitmix64((uint64_t)key);
    return number == 0 ? hash : fl_splitmix64(hash ^ number);
}

/* The draw of that number of one start of a fit. */
static inline uint64_t fl_cluster_chance(uint64_t seed, uint64_t start, uint64_t draw)
{
    return fl_splitmix64(fl_splitmix64(fl_splitmix64(seed) ^ start) ^ draw);
}

/* `chance` as one of 0 .. below - 1, each of them as likely. */
static inline uint64_t fl_chance_below(uint64_t chance, uint64_t below)
{
    return (uint64_t)((unsigned __int128)chance * below >> 64);
}

#endif
