/* basket_row.c - what one customer bought in the window of baskets, by category.
 *
 * Categories come day by day and must go out by rising number: marks of those that were met, read in order,
 * need no sort. */
#include "engine/clusters/basket_row.h"

#include <math.h>
#include <stdlib.h>

#include "engine/value/repeatable_math.h"

enum { MARKS = 64, MILLI = 1000 };

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
    if (maker->net != NULL && maker->nets != NULL && maker->categories != NULL && maker->marks != NULL &&
        maker->tops != NULL)
        return FL_OK;
    fl_basket_maker_release(maker);
    return fl_fail_memory(error, category_count * sizeof *maker->net);
}

void fl_basket_maker_release(struct fl_basket_maker *maker)
{
    free(maker->net);
    free(maker->nets);
    free(maker->categories);
    free(maker->marks);
    free(maker->tops);
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
                                  .nets = maker->nets};
    add_nets(maker, days, after, as_of_day);
    row->count = take_all(maker);
    for (size_t i = 0; i < row->count; i++) {
        row->net += row->nets[i];
        row->top_net = row->nets[i] > row->top_net ? row->nets[i] : row->top_net;
    }
}

/* ---- what follows from it ---- */

/* The entropy is the sum of n / N (ln N - ln n): one division for all. */
int64_t fl_basket_breadth_milli(const struct fl_basket_row *row)
{
    const double all = (double)row->net, log_all = fl_log(all);
    double sum = 0;
    for (size_t i = 0; i < row->count; i++)
        sum += (double)row->nets[i] * (log_all - fl_log((double)row->nets[i]));
    return (int64_t)floor(MILLI * fl_exp(sum / all) + 0.5);
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

const char *fl_basket_range_word(unsigned range)
{
#define X(name, word) word,
    static const char *const words[] = {FL_BASKET_RANGE_LIST(X)};
#undef X
    return range < FL_BASKET_RANGES ? words[range] : NULL;
}
