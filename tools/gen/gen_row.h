/* gen_row.h - one made-up interaction as a line of interactions.csv. */
#ifndef TOOLS_GEN_GEN_ROW_H
#define TOOLS_GEN_GEN_ROW_H

#include "tools/gen/gen_catalogue.h"
#include "tools/gen/gen_csv.h"
#include "tools/gen/gen_types.h"

enum { GEN_NONE = -1 };

struct gen_row {
    enum gen_type type;
    int32_t second;
    int32_t product, brand, category, agent, store; /* or GEN_NONE */
    int32_t content;                                /* variant of this week's content, or GEN_NONE */
    const char *channel;
    uint64_t order;                                     /* 0: none */
    int64_t quantity_milli;                             /* 0: none */
    int64_t amount_cents, discount_cents, margin_cents; /* amount GEN_NONE: none of the three */
    const char *speaker;                                /* NULL: no message */
    uint64_t message;                                   /* number of the message */
    const char *text;
    size_t text_size;
};

/* What the lines of one day and one customer have in common. */
struct gen_row_frame {
    const struct gen_types *types;
    const struct gen_catalogue *catalogue;
    uint64_t customer;
    bool text_ids;
    char day_text[11];
    int32_t week;
};

extern const char gen_row_header[];

void gen_row_write(struct gen_csv *csv, const struct gen_row_frame *frame, const struct gen_row *row);
/* 123 or C-000123. */
void gen_csv_customer(struct gen_csv *csv, uint64_t customer, bool text_ids);

#endif
