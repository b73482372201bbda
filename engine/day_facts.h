/* day_facts.h - a customer day by day: the money that moved, the rows with a role. */
#ifndef ENGINE_DAY_FACTS_H
#define ENGINE_DAY_FACTS_H

#include "engine/daily_groups.h"
#include "engine/day_baskets.h"
#include "engine/money.h"

/* What all amounts of a customer may add up to, each as its magnitude, and all margins: no sum of some of
 * them can overflow. */
#define FL_CUSTOMER_MONEY_MAX INT64_C(7000000000000000000)

/* What has happened on a day. */
enum {
    FL_DAY_PURCHASE = 1,
    FL_DAY_FRICTION = 2,
    FL_DAY_OPT_OUT = 4,
    FL_DAY_ADVOCATE = 8, /* an advocate or share event */
    FL_DAY_EXIT_SURVEY = 16
};

/* Amounts in minor units of the model's currency. In front, so that vectors which clear them end where those
 * that add to them do. */
struct fl_day_fact {
    int64_t bought, returned; /* returned: returns and cancels, above 0 */
    int64_t margin, promoted; /* margin: less theirs; promoted: of `bought` what had a discount */
    int32_t day;
    uint32_t events;
    uint32_t baskets; /* of a purchase day at least 1 */
};

/* What a day brought in a category; a category may have several of one day. */
struct fl_category_fact {
    int32_t day;
    uint32_t category;
    int64_t net;
};

/* Of one customer. Read it, and change it only by the functions below. */
struct fl_day_facts {
    struct fl_day_fact *days; /* by rising day; each day in which a row has one of the roles once */
    size_t day_count;
    struct fl_category_fact *categories; /* by rising day */
    size_t category_count;
    /* Its own. */
    uint8_t roles[FL_TYPES_MAX];
    size_t day_capacity, category_capacity;
    struct fl_day_baskets baskets;
    int64_t amounts, margins; /* magnitudes so far */
    uint64_t memory_bytes;
};

/* memory_bytes: at most for the days and categories of one customer. */
void fl_day_facts_init(struct fl_day_facts *facts, const struct fl_registry *registry, uint64_t memory_bytes);
void fl_day_facts_release(struct fl_day_facts *facts);
/* The next customer: none of its rows is there yet. */
void fl_day_facts_begin(struct fl_day_facts *facts);
/* Adds rows of the customer in hand, by rising day over all calls. categories: of each row, or FL_NO_WORD;
 * NULL: none has one. Takes memory for days and for a day's categories, not for rows. Amounts and margins are
 * within FL_ROW_MONEY_MAX. FL_LIMIT: more than memory_bytes, or than FL_CUSTOMER_MONEY_MAX; the customer is
 * given up. */
fl_status fl_day_facts_add(struct fl_day_facts *facts, const struct fl_rows *rows, const uint32_t *categories,
                           struct fl_error *error);

#endif
