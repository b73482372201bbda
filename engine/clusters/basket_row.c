/* basket_row.c - what one customer bought in the window of baskets, by category.
 *
 * Categories come day by day and must go out by rising number: marks of those that were met, read in order,
 * need no sort. */
#include "engine/clusters/basket_row.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/value/repeatable_math.h"

enum { MARKS = 64, MILLI = 1000 };

static void fill_logs(struct fl_basket_logs *logs)
{
    logs->log_2 = fl_log(2);
    for (int i = 0; i < FL_BASKET_LOGS; i++) {
        const double middle = 1 + (i + 0.5) / FL_BASKET_LOGS;
        logs->inverse[i] = 1 / middle;
        logs->log[i] = fl_log(middle);
    }
}

fl_status fl_basket_maker_init(struct fl_basket_maker *maker, const struct fl_basket_settings *settings,
                               size_t category_count, struct fl_error *error)
{
    const size_t words = category_count / MARKS + 1;
    *maker = (struct fl_basket_maker){.settings = settings, .category_count = category_count};
    maker->net = calloc(category_count + 1, sizeof *maker->net);
    maker->nets = malloc((category_count + 1) * sizeof *maker->nets);
    maker->categories = malloc((category_count + 1) * sizeof *maker->categories);
    maker->marks = calloc(words, sizeof *maker->marks);
    maker->tops = calloc(words / MARKS + 1, sizeof *maker->tops);
    maker->logs = malloc(sizeof *maker->logs);
    if (maker->logs != NULL)
        fill_logs(maker->logs);
    if (maker->logs != NULL && maker->net != NULL && maker->nets != NULL && maker->categories != NULL &&
        maker->marks != NULL && maker->tops != NULL)
        return FL_OK;
    fl_basket_maker_release(maker);
    return fl_fail_memory(error, category_count * sizeof *maker->net);
}

uint64_t fl_basket_maker_memory(size_t category_count)
{
    const struct fl_basket_maker maker = {0};
    return (uint64_t)category_count * (sizeof *maker.net + sizeof *maker.nets + sizeof *maker.categories) +
           category_count / 8;
}

void fl_basket_maker_release(struct fl_basket_maker *maker)
{
    free(maker->net);
    free(maker->nets);
    free(maker->categories);
    free(maker->marks);
    free(maker->tops);
    free(maker->logs);
    *maker = (struct fl_basket_maker){0};
}

/* ---- the row ---- */

static int64_t count_baskets(const struct fl_day_facts *days, int32_t after, int32_t last)
{
    int64_t baskets = 0;
    for (size_t i = days->day_count; i > 0 && days->days[i - 1].day > after; i--)
        baskets += days->days[i - 1].day <= last ? days->days[i - 1].baskets : 0;
    return baskets;
}

static void add_nets(struct fl_basket_maker *maker, const struct fl_day_facts *days, int32_t after,
                     int32_t last)
{
    for (size_t i = days->category_count; i > 0 && days->categories[i - 1].day > after; i--) {
        const struct fl_category_fact *fact = &days->categories[i - 1];
        const size_t word = fact->category / MARKS;
        if (fact->day > last)
            continue;
        maker->net[fact->category] += fact->net;
        maker->marks[word] |= UINT64_C(1) << fact->category % MARKS;
        maker->tops[word / MARKS] |= UINT64_C(1) << word % MARKS;
    }
}

/* The categories of one word of marks, which are cleared. */
static size_t take_word(struct fl_basket_maker *maker, size_t word, size_t count)
{
    for (uint64_t left = maker->marks[word]; left != 0; left &= left - 1) {
        const size_t category = MARKS * word + (size_t)__builtin_ctzll(left);
        maker->categories[count] = (uint32_t)category;
        maker->nets[count] = maker->net[category];
        count += maker->net[category] > 0;
        maker->net[category] = 0;
    }
    maker->marks[word] = 0;
    return count;
}

static size_t take_all(struct fl_basket_maker *maker)
{
    const size_t tops = (maker->category_count / MARKS + 1) / MARKS + 1;
    size_t count = 0;
    for (size_t top = 0; top < tops; top++) {
        for (uint64_t left = maker->tops[top]; left != 0; left &= left - 1)
            count = take_word(maker, MARKS * top + (size_t)__builtin_ctzll(left), count);
        maker->tops[top] = 0;
    }
    return count;
}

void fl_basket_row_make(struct fl_basket_maker *maker, const struct fl_day_facts *days, int32_t as_of_day,
                        struct fl_basket_row *row)
{
    const int32_t after = as_of_day - maker->settings->window_days;
    *row = (struct fl_basket_row){.baskets = count_baskets(days, after, as_of_day),
                                  .categories = maker->categories,
                                  .nets = maker->nets,
                                  .logs = maker->logs};
    add_nets(maker, days, after, as_of_day);
    row->count = take_all(maker);
    for (size_t i = 0; i < row->count; i++) {
        row->net += row->nets[i];
        row->top_net = row->nets[i] > row->top_net ? row->nets[i] : row->top_net;
    }
}

/* ---- what follows from it ---- */

/* Off by less than 1e-15 of itself or of 1; eight times as quick as fl_log(), which 30 categories of each
 * customer would feel. A number is 2^e m, and m = middle (1 + r) with |r| <= 2^-8: the series of ln (1 + r)
 * ends after five terms, the sixth is below 2^-50. */
static double log_of(const struct fl_basket_logs *logs, int64_t net)
{
    enum { FRACTION_BITS = 52, PLACE_BITS = 7, BIAS = 1023 };
    const double number = (double)net;
    uint64_t bits;
    double m;
    memcpy(&bits, &number, sizeof bits);
    const int exponent = (int)(bits >> FRACTION_BITS) - BIAS;
    const size_t place = bits >> (FRACTION_BITS - PLACE_BITS) & (FL_BASKET_LOGS - 1);
    bits = (bits & ((UINT64_C(1) << FRACTION_BITS) - 1)) | (uint64_t)BIAS << FRACTION_BITS;
    memcpy(&m, &bits, sizeof m);
    const double r = m * logs->inverse[place] - 1;
    const double series = r * (1 + r * (-1.0 / 2 + r * (1.0 / 3 + r * (-1.0 / 4 + r * (1.0 / 5)))));
    return exponent * logs->log_2 + (logs->log[place] + series);
}

/* The entropy is the sum of n / N (ln N - ln n): one division for all. */
int64_t fl_basket_breadth_milli(const struct fl_basket_row *row)
{
    const double log_all = log_of(row->logs, row->net);
    double sum = 0;
    for (size_t i = 0; i < row->count; i++)
        sum += (double)row->nets[i] * (log_all - log_of(row->logs, row->nets[i]));
    return (int64_t)floor(MILLI * fl_exp(sum / (double)row->net) + 0.5);
}

bool fl_basket_is_one_range(const struct fl_basket_row *row, const struct fl_basket_settings *settings)
{
    return row->count > 0 && (__int128)MILLI * row->top_net >= (__int128)settings->one_range_milli * row->net;
}

enum fl_basket_confidence fl_basket_confidence_of(int64_t baskets, bool has_weights,
                                                  const struct fl_basket_settings *settings)
{
    if (baskets < settings->low || !has_weights)
        return FL_BASKETS_THIN;
    return baskets < settings->enough ? FL_BASKETS_LOW : FL_BASKETS_FULL;
}

/* ---- the vector ---- */

size_t fl_basket_weights(const struct fl_basket_row *row, const uint16_t *places,
                         uint16_t categories[FL_CLUSTER_CATEGORIES_MAX],
                         float weights[FL_CLUSTER_CATEGORIES_MAX])
{
    double shares[FL_CLUSTER_CATEGORIES_MAX + 1];
    int64_t counted = 0;
    size_t count = 0;
    for (size_t i = 0; i < row->count; i++) {
        const uint16_t place = places[row->categories[i]];
        const bool has_place = place != FL_NO_PLACE;
        assert(!has_place || count < FL_CLUSTER_CATEGORIES_MAX);
        if (!has_place)
            continue;
        categories[count] = place;
        shares[count++] = (double)row->nets[i];
        counted += row->nets[i];
    }
    for (size_t i = 0; i < count; i++)
        weights[i] = (float)sqrt(shares[i] / (double)counted);
    return count;
}

const char *fl_basket_confidence_word(unsigned confidence)
{
#define X(name, word) word,
    static const char *const words[] = {FL_BASKET_CONFIDENCE_LIST(X)};
#undef X
    return confidence < FL_BASKET_CONFIDENCES ? words[confidence] : NULL;
}
