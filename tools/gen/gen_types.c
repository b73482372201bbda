/* gen_types.c - the interaction types of the default registry, with what a row of each has. */
#include "tools/gen/gen_types.h"

#include <string.h>

#include "tools/gen/gen_random.h"

struct listed_type {
    const char *name, *channel, *direction, *role;
};

static const struct listed_type listed[GEN_TYPE_COUNT] = {
#define GEN_TYPE(name, channel, direction, role) {#name, channel, direction, role},
#include "tools/gen/registry_types.def"
#undef GEN_TYPE
};

/* Whether one of the NULL-ended words stands in `text`. */
static bool has_word(const char *text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strstr(text, *words) != NULL)
            return true;
    }
    return false;
}

static enum gen_money money_of(const struct listed_type *type)
{
    if (strcmp(type->role, "purchase") == 0)
        return GEN_MONEY_BASKET;
    if (strcmp(type->role, "return") == 0 || strcmp(type->role, "cancel") == 0)
        return GEN_MONEY_RETURN;
    return strcmp(type->name, "gift_card_bought") == 0 ? GEN_MONEY_AMOUNT : GEN_MONEY_NONE;
}

static const char *speaker_of(const struct listed_type *type)
{
    static const char *const customer_speaks[] = {"customer_message", "call_service_inbound",
                                                  "direct_message", "email_replied", NULL};
    static const char *const agent_speaks[] = {"agent_message", NULL};
    if (has_word(type->name, customer_speaks))
        return "customer";
    return has_word(type->name, agent_speaks) ? "agent" : NULL;
}

/* By the words in name and channel, so that a type added to the registry gets sensible columns by itself. */
static struct gen_type_facts facts_of(const struct listed_type *type)
{
    static const char *const product_words[] = {"product",  "cart",         "wishlist", "review",
                                                "stock",    "alert",        "shelf",    "demo",
                                                "exchange", "configurator", NULL};
    static const char *const category_words[] = {"category", "search", "guide", "video",
                                                 "quote",    "advice", NULL};
    static const char *const content_channels[] = {
        "media", "email", "sms", "direct_mail", "door_to_door", "messenger", "social", "event", NULL};
    static const char *const agent_channels[] = {"call_centre", "chat", "service", "field", NULL};
    static const char *const store_words[] = {"shop", "store", "pickup", "receipt", NULL};
    const enum gen_money money = money_of(type);
    return (struct gen_type_facts){
        .name = type->name,
        .channel = type->channel,
        .money = money,
        .product =
            money == GEN_MONEY_BASKET || money == GEN_MONEY_RETURN || has_word(type->name, product_words),
        .category = has_word(type->name, category_words),
        .content = has_word(type->channel, content_channels) || strncmp(type->name, "push_", 5) == 0,
        .agent = has_word(type->channel, agent_channels) ||
                 has_word(type->name, (const char *const[]){"advice", NULL}),
        .store = has_word(type->channel, store_words) || has_word(type->name, store_words),
        .speaker = speaker_of(type),
    };
}

static bool is_rare(const struct listed_type *type)
{
    static const char *const rare_roles[] = {"friction",    "opt_out", "dead_address",
                                             "exit_survey", "cancel",  NULL};
    return has_word(type->role, rare_roles);
}

/* Smaller means more frequent: trouble comes last, the rest is shuffled once and for all. */
static uint64_t rank_key(size_t type)
{
    return (is_rare(&listed[type]) ? UINT64_C(1) << 63 : 0) | gen_at(0, type) >> 1;
}

void gen_types_prepare(struct gen_types *types)
{
    uint64_t sum = 0;
    for (size_t type = 0; type < GEN_TYPE_COUNT; type++) {
        uint64_t rank = 1;
        for (size_t other = 0; other < GEN_TYPE_COUNT; other++)
            rank += rank_key(other) < rank_key(type);
        sum += (UINT64_C(1) << 32) / rank;
        types->weight_sums[type] = sum;
        types->facts[type] = facts_of(&listed[type]);
    }
}

enum gen_type gen_types_pick(const struct gen_types *types, uint64_t bits)
{
    const uint64_t whole = types->weight_sums[GEN_TYPE_COUNT - 1];
    const uint64_t wanted = (uint64_t)((unsigned __int128)bits * whole >> 64);
    size_t low = 0;
    size_t high = GEN_TYPE_COUNT - 1;
    while (low < high) { /* the first type whose sum is over `wanted` */
        const size_t middle = (low + high) / 2;
        if (types->weight_sums[middle] > wanted)
            high = middle;
        else
            low = middle + 1;
    }
    return (enum gen_type)low;
}
