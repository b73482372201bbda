/* tier.c - the value tier of a customer, and when a change of it holds. */
#include "engine/tier.h"

typedef __int128 wide;

void fl_tier_borders_find(const int64_t *values, size_t count, const int32_t share_milli[FL_TIER_D],
                          struct fl_tier_borders *borders)
{
    for (int tier = 0; tier < FL_TIER_D; tier++) {
        const uint64_t share = (uint64_t)share_milli[tier];
        const uint64_t rank = (share * count + 999) / 1000; /* ceil(share * N), the largest is rank 1 */
        borders->lowest[tier] = rank == 0 ? INT64_MAX : values[count - rank];
    }
}

enum fl_tier fl_tier_plain(const struct fl_tier_borders *borders, int64_t value)
{
    for (int tier = 0; tier < FL_TIER_D; tier++) {
        if (value >= borders->lowest[tier])
            return (enum fl_tier)tier;
    }
    return FL_TIER_D;
}

/* Whether the value lies so far beyond the border that the change holds at once. */
static bool is_clear(const struct fl_tier_borders *borders, int64_t value, unsigned from, unsigned to)
{
    if (to < from)
        return (wide)value * 1000 >= (wide)borders->lowest[to] * borders->up_milli;
    return (wide)value * 1000 < (wide)borders->lowest[from] * borders->down_milli;
}

struct fl_tier_state fl_tier_tonight(const struct fl_tier_borders *borders, bool is_buyer, int64_t value,
                                     const struct fl_tier_state *before)
{
    const uint8_t plain = (uint8_t)(is_buyer ? fl_tier_plain(borders, value) : FL_TIER_Z);
    const struct fl_tier_state holds = {.tier = plain, .pending = FL_TIERS};
    if (before == NULL || plain == before->tier || plain == FL_TIER_Z || before->tier == FL_TIER_Z ||
        is_clear(borders, value, before->tier, plain))
        return holds;
    if (before->pending == plain) /* the second night running */
        return holds;
    return (struct fl_tier_state){.tier = before->tier, .pending = plain, .pending_nights = 1};
}

const char *fl_tier_word(unsigned tier)
{
#define X(name, word) word,
    static const char *const words[] = {FL_TIER_LIST(X)};
#undef X
    return tier < FL_TIERS ? words[tier] : 0;
}
