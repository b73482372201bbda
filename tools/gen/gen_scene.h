/* gen_scene.h - things happening to one customer on one day: each becomes a row. */
#ifndef TOOLS_GEN_GEN_SCENE_H
#define TOOLS_GEN_GEN_SCENE_H

#include "tools/gen/gen_customer.h"
#include "tools/gen/gen_row.h"

struct gen_scene {
    struct gen_csv *csv;
    struct gen_customer who;
    struct gen_row_frame frame;
    struct gen_random random;
    int32_t day;
    int32_t second;  /* of the next row; moves on with each */
    int32_t agent;   /* who serves the customer in this episode */
    uint32_t orders; /* of this customer on this day so far */
    uint32_t messages;
    uint64_t rows;
};

enum { GEN_BASKET_LINES_MAX = 12 };

/* A product this customer might look at. */
int32_t gen_scene_product(struct gen_scene *scene);
/* One row of `type` (several for a basket), with what such a row has; `product` GEN_NONE: any that fits. */
void gen_scene_happen(struct gen_scene *scene, enum gen_type type, int32_t product);
/* Lets time pass: up to `seconds`, not past midnight. */
void gen_scene_wait(struct gen_scene *scene, uint32_t seconds);

#endif
