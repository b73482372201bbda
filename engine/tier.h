/* tier.h - the value tier of a customer, and when a change of it holds (SEMANTICS.md section 3). */
#ifndef ENGINE_TIER_H
#define ENGINE_TIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FL_TIER_LIST(X) X(A, "A") X(B, "B") X(C, "C") X(D, "D") X(Z, "Z")
#define X(name, word)   FL_TIER_##name,
enum fl_tier { FL_TIER_LIST(X) FL_TIERS };
#undef X

/* Values at the borders, falling: lowest[A] is the lowest value that makes an A. */
struct fl_tier_borders {
    int64_t lowest[FL_TIER_D]; /* of A, B, C; every buyer below is D */
    int32_t up_milli, down_milli;
};

struct fl_tier_state {
    uint8_t tier, pending; /* pending FL_TIERS: nothing is */
    uint8_t pending_nights;
};

/* The borders of `values` sorted rising; shares in thousandths, added up: A's, A's and B's, and so on. */
void fl_tier_borders_find(const int64_t *values, size_t count, const int32_t share_milli[FL_TIER_D],
                          struct fl_tier_borders *borders);
/* Of a buyer, by value alone. */
enum fl_tier fl_tier_plain(const struct fl_tier_borders *borders, int64_t value);
/* Tonight's state. `before` NULL: the plain tier, nothing pending. */
struct fl_tier_state fl_tier_tonight(const struct fl_tier_borders *borders, bool is_buyer, int64_t value,
                                     const struct fl_tier_state *before);
const char *fl_tier_word(unsigned tier);

#endif
