/* gen_chat.h - what customers and agents write to each other. */
#ifndef TOOLS_GEN_GEN_CHAT_H
#define TOOLS_GEN_GEN_CHAT_H

#include <stddef.h>
#include <stdint.h>

#include "tools/gen/gen_customer.h"

enum { GEN_CHAT_SIZE_MAX = 512 };

struct gen_chat_slots {
    const char *brand, *category;
    uint64_t order;
};

/* One message into `text`; returns its size, at most GEN_CHAT_SIZE_MAX - 1. `bits` is random. */
size_t gen_chat_write(enum gen_language language, bool by_agent, uint64_t bits,
                      const struct gen_chat_slots *slots, char text[GEN_CHAT_SIZE_MAX]);

#endif
