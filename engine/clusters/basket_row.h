/* basket_row.h - what one customer bought in the window of baskets, by category (SEMANTICS.md section 6). */
#ifndef ENGINE_CLUSTERS_BASKET_ROW_H
#define ENGINE_CLUSTERS_BASKET_ROW_H

#include "engine/clusters/basket_vectors.h"
#include "engine/day_facts.h"
#include "engine/model/model_settings.h"

/* Sorted, so that a number is the word's place in the dictionary of a results file. */
#define FL_BASKET_CONFIDENCE_LIST(X) X(FULL, "full") X(LOW, "low") X(THIN, "thin")
#define FL_BASKET_RANGE_LIST(X)      X(MIXED, "mixed") X(ONE_RANGE, "one_range") X(WHOLE_RANGE, "whole_range")
#define X(name, word)                FL_BASKETS_##name,
enum fl_basket_confidence { FL_BASKET_CONFIDENCE_LIST(X) FL_BASKET_CONFIDENCES };
#undef X
#define X(name, word) FL_BASKETS_##name,
enum fl_basket_range { FL_BASKET_RANGE_LIST(X) FL_BASKET_RANGES };
#undef X

enum { FL_BASKET_LOGS = 128 };
/* Logarithms near which all others lie: of the middle of each 128th from 1 to 2. */
struct fl_basket_logs {
    double inverse[FL_BASKET_LOGS], log[FL_BASKET_LOGS];
    double log_2;
};

/* Lent by its maker until the next. */
struct fl_basket_row {
    int64_t baskets;
    size_t count;                      /* categories with a net above 0 */
    const uint32_t *categories;        /* united numbers, rising */
    const int64_t *nets;               /* minor units */
    int64_t net, top_net;              /* all of them together, the largest */
    const struct fl_basket_logs *logs; /* the maker's */
};

/* Work space of one thread. */
struct fl_basket_maker {
    const struct fl_basket_settings *settings;
    size_t category_count;
    int64_t *net;           /* by category; 0 between two customers */
    uint64_t *marks, *tops; /* a bit for each category that is not 0; for each word of marks */
    uint32_t *categories;
    int64_t *nets;
    struct fl_basket_logs *logs;
};

/* category_count: united numbers of categories are below it. The settings are borrowed. */
fl_status fl_basket_maker_init(struct fl_basket_maker *maker, const struct fl_basket_settings *settings,
                               size_t category_count, struct fl_error *error);
/* Bytes of a maker that grow with categories. */
uint64_t fl_basket_maker_memory(size_t category_count);
/* Zeroed is fine. */
void fl_basket_maker_release(struct fl_basket_maker *maker);
/* As of a day: later days are passed over. */
void fl_basket_row_make(struct fl_basket_maker *maker, const struct fl_day_facts *days, int32_t as_of_day,
                        struct fl_basket_row *row);

/* exp of the entropy of the shares, in thousandths; requires count > 0, and a row of a maker. */
int64_t fl_basket_breadth_milli(const struct fl_basket_row *row);
bool fl_basket_is_one_range(const struct fl_basket_row *row, const struct fl_basket_settings *settings);
/* has_weights: a category of the model has a net above 0. */
enum fl_basket_confidence fl_basket_confidence_of(int64_t baskets, bool has_weights,
                                                  const struct fl_basket_settings *settings);

/* No place among the categories of a model. */
enum { FL_NO_PLACE = UINT16_MAX };
/* The vector: square roots of shares over the categories that have a place, by united number, which rises
 * with it. Returns how many, at most FL_CLUSTER_CATEGORIES_MAX. */
size_t fl_basket_weights(const struct fl_basket_row *row, const uint16_t *places,
                         uint16_t categories[FL_CLUSTER_CATEGORIES_MAX],
                         float weights[FL_CLUSTER_CATEGORIES_MAX]);

const char *fl_basket_confidence_word(unsigned confidence);

#endif
