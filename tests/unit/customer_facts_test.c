/* customer_facts_test.c - facts of customers equal those of an analyst with a list of rows.
 *
 * Cases by hand hold each rule at its borders: the days 28, 60, 90, 365, an overdue of exactly 2 and 4, no
 * gap, two purchases of a day, returns on other days, the day before the last purchase. Then random customers
 * under random settings, with rows on the borders of every window, are compared in every member with
 * slow_facts.h, which looks at all rows for each number: as of their last day and of days in between, fed
 * whole, in pieces, and with the rows of each day shuffled. */
#include "tests/unit/facts_fixture.h"

#include "engine/value/frozen_fit.h"

enum { AS_OF = 20000, CATEGORIES = 5, RANDOM_ROWS = 120 };

static struct fl_model *model;
static struct fl_model_settings settings;
static struct fl_facts_rules rules;
static struct fl_facts_maker maker;
static struct fl_day_facts days;
static struct fact_arrays arrays;
static int32_t category_gap_days[CATEGORIES] = {60, 10, 30, 7, 200};
static uint8_t buy, give_back, cancel, praise, complain, opt_out, exit_survey, look;

static int open_all(void **state)
{
    (void)state;
    model = default_model();
    settings = model->settings;
    buy = type_of(model, "purchase_web");
    give_back = type_of(model, "return_registered");
    cancel = type_of(model, "order_cancelled");
    praise = type_of(model, "social_praise");
    complain = type_of(model, "complaint_filed");
    opt_out = type_of(model, "email_unsubscribed");
    exit_survey = type_of(model, "exit_survey_answered");
    look = 1;
    assert_int_equal(model->registry.types[look].role, FL_ROLE_NONE);
    rules = (struct fl_facts_rules){.value = &settings.value,
                                    .life = &settings.life,
                                    .gap_days = 60,
                                    .category_gap_days = category_gap_days,
                                    .category_count = CATEGORIES};
    fl_day_facts_init(&days, &model->registry, UINT64_C(1) << 24);
    return fl_facts_maker_init(&maker, &rules, NULL) == FL_OK ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    fl_day_facts_release(&days);
    fl_facts_maker_release(&maker);
    fl_model_free(model);
    return 0;
}

static int default_settings(void **state)
{
    (void)state;
    settings = model->settings;
    return 0;
}

static int compare_days(const void *a, const void *b)
{
    const struct fact_row *x = a, *y = b;
    return (x->day > y->day) - (x->day < y->day);
}

/* ---- by hand ---- */

static struct fl_customer_night night_of(int32_t as_of)
{
    return (struct fl_customer_night){.as_of_day = as_of, .first_row_day = as_of};
}

/* Rows with days as ages: `day` days before AS_OF. */
static struct fl_customer_facts facts_of_night(const struct fact_row *aged, size_t count,
                                               const struct fl_customer_night *night)
{
    struct fact_row rows[200];
    struct fl_customer_facts facts;
    assert_true(count <= 200);
    for (size_t i = 0; i < count; i++) {
        rows[i] = aged[i];
        rows[i].day = AS_OF - aged[i].day;
    }
    qsort(rows, count, sizeof *rows, compare_days);
    const struct slow_facts slow = {&model->registry, &rules, rows, count};
    fill_fact_arrays(&slow, &arrays);
    fl_day_facts_begin(&days);
    assert_int_equal(fl_day_facts_add(&days, &arrays.rows, arrays.category, NULL), FL_OK);
    fl_customer_facts_make(&maker, &days, night, &facts);
    return facts;
}

static struct fl_customer_facts facts_of(const struct fact_row *aged, size_t count)
{
    const struct fl_customer_night night = night_of(AS_OF);
    return facts_of_night(aged, count, &night);
}

#define FACTS_OF(...)                                                                                        \
    facts_of((const struct fact_row[]){__VA_ARGS__},                                                         \
             sizeof((const struct fact_row[]){__VA_ARGS__}) / sizeof(struct fact_row))
#define BUY(age)                                                                                             \
    {                                                                                                        \
        .day = (age), .type = buy, .amount = 1000, .category = FL_NO_WORD                                    \
    }

static void test_stages(void **state)
{
    (void)state;
    static const struct {
        int32_t ages[8]; /* of purchases; -1 ends */
        enum fl_stage stage;
    } cases[] = {
        {{0, -1}, FL_STAGE_NEW},
        {{90, -1}, FL_STAGE_NEW},
        {{90, 90, -1}, FL_STAGE_NEW}, /* two purchases of a day are one purchase day */
        {{91, -1}, FL_STAGE_ACTIVE},
        {{89, 90, -1}, FL_STAGE_ACTIVE}, /* two purchase days */
        {{120, -1}, FL_STAGE_ACTIVE},    /* g = 60, o = 2 */
        {{121, -1}, FL_STAGE_SLIPPING},
        {{240, -1}, FL_STAGE_SLIPPING}, /* o = 4 */
        {{241, -1}, FL_STAGE_LAPSED},   /* no gap: longer than the longest, 0 */
        {{364, -1}, FL_STAGE_LAPSED},
        {{365, -1}, FL_STAGE_LOST},
        /* g = (400 + 180) / 4 = 145: o = 2 at 290, 4 at 580 */
        {{290, 690, -1}, FL_STAGE_ACTIVE},
        {{291, 691, -1}, FL_STAGE_SLIPPING},
        {{580, 980, -1}, FL_STAGE_SLIPPING},
        {{581, 981, -1}, FL_STAGE_LOST},
        /* g = (100 + 1 + 1 + 1 + 180) / 7: o = 4 at 161.7 */
        {{162, 163, 164, 165, 265, -1}, FL_STAGE_LAPSED},
        {{161, 162, 163, 164, 264, -1}, FL_STAGE_SLIPPING},
        /* lapsed (300 > 240) on the day before the last purchase */
        {{90, 391, -1}, FL_STAGE_WON_BACK},
        {{91, 392, -1}, FL_STAGE_ACTIVE},
        {{0, 242, -1}, FL_STAGE_WON_BACK},
        {{0, 241, -1}, FL_STAGE_ACTIVE}, /* 240 days on the day before: o = 4 */
        {{0, 1000, -1}, FL_STAGE_WON_BACK},
        {{0, 0, 1000, -1}, FL_STAGE_WON_BACK},
        /* the second purchase after it: on the day before, it was won back */
        {{0, 20, 1000, -1}, FL_STAGE_ACTIVE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fact_row rows[8];
        size_t count = 0;
        for (; cases[i].ages[count] >= 0; count++)
            rows[count] = (struct fact_row)BUY(cases[i].ages[count]);
        if (facts_of(rows, count).stage != cases[i].stage)
            fail_msg("case %zu: %s", i, fl_stage_word(facts_of(rows, count).stage));
    }
}

/* Thirty gaps of a day: g = 210 / 33 = 6.36, o = 4 at 25.5, 2 at 12.7. */
static void test_quick_buyers(void **state)
{
    (void)state;
    static const struct {
        int32_t since;
        int32_t gap_in_front; /* one more purchase so many days before the others; 0: none */
        enum fl_stage stage;
    } cases[] = {{27, 0, FL_STAGE_ACTIVE},     {28, 0, FL_STAGE_SLIPPING}, {59, 0, FL_STAGE_SLIPPING},
                 {60, 0, FL_STAGE_LAPSED},     {364, 0, FL_STAGE_LAPSED},  {365, 0, FL_STAGE_LOST},
                 {80, 80, FL_STAGE_SLIPPING},  {81, 80, FL_STAGE_LAPSED},  {365, 364, FL_STAGE_LOST},
                 {364, 400, FL_STAGE_SLIPPING}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fact_row rows[32];
        for (int32_t gap = 0; gap <= 30; gap++)
            rows[gap] = (struct fact_row)BUY(cases[i].since + gap);
        rows[31] = (struct fact_row)BUY(cases[i].since + 30 + cases[i].gap_in_front);
        const enum fl_stage stage = facts_of(rows, 32).stage;
        if (stage != cases[i].stage)
            fail_msg("case %zu: %s", i, fl_stage_word(stage));
    }
}

/* With so short a `lost`, each purchase of a chain asks for the one before. */
static void test_chain_of_won_backs(void **state)
{
    (void)state;
    settings.life.lost_days = 70;
    settings.life.overdue_lost = 1;
    settings.life.prior_gaps = 1;
    settings.life.default_gap_days = rules.gap_days;
    /* gaps of 90, 85, 85, 85: lost, 89 days after the first: but new, as that has one purchase day */
    assert_int_equal(FACTS_OF(BUY(0), BUY(90)).stage, FL_STAGE_ACTIVE);
    assert_int_equal(FACTS_OF(BUY(0), BUY(95)).stage, FL_STAGE_WON_BACK);
    assert_int_equal(FACTS_OF(BUY(0), BUY(90), BUY(185)).stage, FL_STAGE_ACTIVE); /* it was won back before */
    assert_int_equal(FACTS_OF(BUY(0), BUY(91), BUY(181), BUY(276)).stage, FL_STAGE_WON_BACK);
    assert_int_equal(FACTS_OF(BUY(0), BUY(91), BUY(182), BUY(272), BUY(367)).stage, FL_STAGE_ACTIVE);
}

static void test_not_a_buyer(void **state)
{
    (void)state;
    struct fl_customer_night night = night_of(AS_OF);
    const struct fact_row rows[] = {{.day = 3, .type = look}, {.day = -2, .type = buy, .amount = 5}};
    night.intent = 19;
    struct fl_customer_facts facts = facts_of_night(rows, 2, &night);
    assert_int_equal(facts.stage, FL_STAGE_PROSPECT);
    assert_false(facts.has_bought || facts.has_recency || facts.has_repeat || facts.has_promo_share);
    assert_false(facts.has_winback || facts.returns_all || facts.signals != 0);
    assert_int_equal(facts.main_category, FL_NO_WORD);
    assert_int_equal(facts.bought_12m, 0);
    night.intent = 20;
    assert_int_equal(facts_of_night(rows, 2, &night).stage, FL_STAGE_LEAD);
    night.as_of_day = AS_OF + 2; /* the purchase has come */
    facts = facts_of_night(rows, 2, &night);
    assert_int_equal(facts.stage, FL_STAGE_NEW);
    assert_int_equal(facts.bought_12m, 5);
}

static void test_value(void **state)
{
    (void)state;
    const struct fl_customer_facts facts = FACTS_OF(
        {.day = 0, .type = buy, .amount = 1001, .margin = 300, .promoted = true, .category = FL_NO_WORD},
        {.day = 0, .type = buy, .amount = 500, .margin = -20, .category = FL_NO_WORD},
        {.day = 2, .type = give_back, .amount = 400, .margin = -100, .category = FL_NO_WORD},
        {.day = 364, .type = cancel, .amount = 7, .margin = -1, .category = FL_NO_WORD},
        {.day = 364, .type = buy, .amount = 500, .margin = 9, .category = FL_NO_WORD},
        {.day = 365, .type = buy, .amount = 9000, .margin = 900, .category = FL_NO_WORD},
        {.day = 729, .type = buy, .amount = 20000, .category = FL_NO_WORD},
        {.day = 730, .type = buy, .amount = 70000, .category = FL_NO_WORD});
    assert_int_equal(facts.bought_12m, 2001);
    assert_int_equal(facts.returned_12m, 407);
    assert_int_equal(facts.margin_12m, 188);
    assert_int_equal(facts.promo_share_milli, 500); /* 500.2 */
    assert_int_equal(facts.net_24m, 2001 - 407 + 29000);
    assert_int_equal(facts.purchase_days_24m, 4);
    assert_true(facts.has_recency);
    assert_int_equal(facts.recency_days, 0);
    assert_int_equal(facts.first_purchase_day, AS_OF - 730);
    assert_int_equal(facts.repeat_days, 4);
    assert_int_equal(facts.repeat_bought, 20000 + 9000 + 500 + 1501);
    assert_int_equal(facts.mean_purchase, 7750); /* 7750.25 */
    assert_int_equal(facts.longest_gap_days, 364);
    /* (730 + 3 * 60) / 7 */
    assert_int_equal(facts.rhythm_milli, 130000);
    assert_int_equal(facts.overdue_milli, 0);
    assert_false(facts.returns_all);
}

/* Halves go away from zero. */
static void test_rounding(void **state)
{
    (void)state;
    const struct fl_customer_facts facts =
        FACTS_OF({.day = 1, .type = buy, .amount = 1, .promoted = true, .category = FL_NO_WORD},
                 {.day = 4, .type = buy, .amount = 1998, .category = FL_NO_WORD},
                 {.day = 12, .type = buy, .amount = 1, .category = FL_NO_WORD});
    assert_int_equal(facts.promo_share_milli, 1); /* 0.5 */
    assert_int_equal(facts.mean_purchase, 1000);  /* 999.5 */
    assert_int_equal(facts.rhythm_milli, 38200);  /* 191 / 5 */
    assert_int_equal(facts.overdue_milli, 26);    /* 1 / 38.2 = 0.02618 */
}

static void test_returns_all(void **state)
{
    (void)state;
    assert_true(FACTS_OF(BUY(10), {.day = 5, .type = give_back, .amount = 1000}).returns_all);
    assert_true(FACTS_OF(BUY(10), {.day = 5, .type = give_back, .amount = 1001}).returns_all);
    assert_false(FACTS_OF(BUY(10), {.day = 5, .type = give_back, .amount = 999}).returns_all);
    /* a purchase of nothing brings nothing */
    assert_true(FACTS_OF({.day = 10, .type = buy, .category = FL_NO_WORD}).returns_all);
    /* what is returned was bought before the window */
    assert_false(FACTS_OF(BUY(365), {.day = 5, .type = give_back, .amount = 1000}).returns_all);
    assert_true(FACTS_OF(BUY(364), {.day = 5, .type = give_back, .amount = 1000}).returns_all);
}

static void test_main_category(void **state)
{
    (void)state;
#define IN(age, what, money, word)                                                                           \
    {                                                                                                        \
        .day = (age), .type = (what), .amount = (money), .category = (word)                                  \
    }
    struct fl_customer_facts facts = FACTS_OF(IN(0, buy, 10, 3), IN(9, buy, 10, 1), IN(9, buy, 9, 0));
    assert_int_equal(facts.main_category, 1); /* the smaller word of two that are equal */
    /* (9 + 3 * 10) / 4 */
    assert_int_equal(facts.rhythm_milli, 9750);
    facts = FACTS_OF(IN(0, buy, 10, 3), IN(9, buy, 10, 1), IN(4, give_back, 1, 1));
    assert_int_equal(facts.main_category, 3);
    facts = FACTS_OF(IN(0, buy, 6, 3), IN(9, buy, 10, 1), IN(8, buy, 5, 3), IN(0, buy, 99, FL_NO_WORD));
    assert_int_equal(facts.main_category, 3);
    facts = FACTS_OF(IN(729, buy, 10, 3), IN(730, buy, 99, 1), IN(9, buy, 9, 4));
    assert_int_equal(facts.main_category, 3);
    facts = FACTS_OF(IN(9, buy, 10, 3), IN(9, give_back, 11, 3), IN(9, give_back, 2, 1)); /* the least loss */
    assert_int_equal(facts.main_category, 3);
    facts = FACTS_OF(IN(9, buy, 0, 3), IN(9, buy, 10, FL_NO_WORD));
    assert_int_equal(facts.main_category, 3);
    facts = FACTS_OF(IN(9, look, 0, 3), IN(9, buy, 10, FL_NO_WORD)); /* moves no money */
    assert_int_equal(facts.main_category, FL_NO_WORD);
    facts = FACTS_OF(IN(9, buy, 10, FL_NO_WORD));
    assert_int_equal(facts.main_category, FL_NO_WORD);
    /* won_back looks at the category of that day: with gaps of 7 days a pause of 60 is long */
    facts = FACTS_OF(IN(0, buy, 50, 0), IN(61, buy, 10, 3), IN(70, buy, 10, 3));
    assert_int_equal(facts.main_category, 0);
    assert_int_equal(facts.stage, FL_STAGE_WON_BACK);
    facts = FACTS_OF(IN(0, buy, 5, 3), IN(61, buy, 10, 4), IN(70, buy, 10, 4));
    assert_int_equal(facts.stage, FL_STAGE_ACTIVE);
#undef IN
}

static void test_signals(void **state)
{
    (void)state;
    struct fl_customer_night night = night_of(AS_OF);
    assert_int_equal(FACTS_OF(BUY(120)).signals, 0);
    assert_int_equal(FACTS_OF(BUY(121)).signals, FL_SIGNAL_OVERDUE);
    assert_int_equal(FACTS_OF({.day = 89, .type = opt_out}).signals, FL_SIGNAL_OPT_OUT);
    assert_int_equal(FACTS_OF({.day = 90, .type = opt_out}).signals, 0);
    assert_int_equal(FACTS_OF({.day = 89, .type = complain}).signals, FL_SIGNAL_FRICTION);
    assert_int_equal(FACTS_OF({.day = 90, .type = complain}).signals, 0);
    assert_int_equal(FACTS_OF(BUY(9), {.day = 4, .type = give_back, .amount = 500}).signals,
                     FL_SIGNAL_RETURNS);
    assert_int_equal(FACTS_OF(BUY(9), {.day = 4, .type = give_back, .amount = 499}).signals, 0);
    assert_int_equal(FACTS_OF(BUY(9), {.day = 4, .type = cancel, .amount = 500}).signals, FL_SIGNAL_RETURNS);
    night.falling = true;
    assert_int_equal(facts_of_night(&(struct fact_row)BUY(9), 1, &night).signals, FL_SIGNAL_FALLING);
    settings.life.friction_days = 0; /* switched off */
    assert_int_equal(FACTS_OF({.day = 0, .type = complain}).signals, 0);
}

static void assert_winback(struct fl_customer_facts facts, bool has_winback, int32_t in_days)
{
    assert_int_equal(facts.has_winback, has_winback);
    if (has_winback)
        assert_int_equal(facts.winback_day, AS_OF + in_days);
}

static void test_winback(void **state)
{
    (void)state;
    struct fl_customer_night night = night_of(AS_OF);
    const struct fact_row lapsed = BUY(300);
    assert_winback(FACTS_OF(BUY(0)), true, 365);
    assert_winback(FACTS_OF(BUY(365)), true, 0);
    assert_winback(FACTS_OF(BUY(366)), false, 0);
    assert_winback(FACTS_OF({.day = 10, .type = exit_survey}), true, 355);
    assert_winback(FACTS_OF(BUY(366), {.day = 10, .type = exit_survey}), true, 355);
    assert_winback(FACTS_OF(BUY(300), {.day = 10, .type = exit_survey}), true, 65);
    assert_winback(FACTS_OF(BUY(3), {.day = 10, .type = exit_survey}), true, 355);
    assert_winback(facts_of_night(&lapsed, 1, &night), true, 65);
    night.as_of_day = FL_DAY_MAX;
    fl_day_facts_begin(&days);
    assert_int_equal(
        fl_day_facts_add(&days, &(struct fl_rows){.day = &(int32_t){FL_DAY_MAX}, .type = &buy, .count = 1},
                         NULL, NULL),
        FL_OK);
    struct fl_customer_facts last;
    fl_customer_facts_make(&maker, &days, &night, &last);
    assert_true(last.has_bought);
    assert_false(last.has_winback); /* its day would lie behind the calendar */
}

static void test_becoming_lapsed(void **state)
{
    (void)state;
    assert_true(fl_stage_becomes_lapsed(FL_STAGE_LAPSED, FL_STAGE_SLIPPING));
    assert_true(fl_stage_becomes_lapsed(FL_STAGE_LAPSED, FL_STAGE_LOST));
    assert_false(fl_stage_becomes_lapsed(FL_STAGE_LAPSED, FL_STAGE_LAPSED));
    assert_false(fl_stage_becomes_lapsed(FL_STAGE_LAPSED, FL_STAGES));
    assert_false(fl_stage_becomes_lapsed(FL_STAGE_LAPSED, FL_NO_WORD));
    assert_false(fl_stage_becomes_lapsed(FL_STAGE_LOST, FL_STAGE_SLIPPING));
}

static void test_tenure(void **state)
{
    (void)state;
    static const struct {
        int32_t days;
        enum fl_tenure tenure;
    } cases[] = {{0, FL_TENURE_UNDER_90_DAYS},   {89, FL_TENURE_UNDER_90_DAYS},
                 {90, FL_TENURE_UNDER_1_YEAR},   {364, FL_TENURE_UNDER_1_YEAR},
                 {365, FL_TENURE_UNDER_3_YEARS}, {1094, FL_TENURE_UNDER_3_YEARS},
                 {1095, FL_TENURE_LONGER}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fl_customer_night night = night_of(AS_OF);
        const struct fact_row row = {.day = 0, .type = look};
        night.first_row_day = AS_OF - cases[i].days;
        struct fl_customer_facts facts = facts_of_night(&row, 1, &night);
        assert_int_equal(facts.tenure_days, cases[i].days);
        assert_int_equal(facts.tenure, cases[i].tenure);
        night.has_first_contact = true;
        night.first_contact_day = AS_OF + 1; /* a slip of the customers table: the row is earlier */
        assert_int_equal(facts_of_night(&row, 1, &night).tenure_days, cases[i].days);
        night.first_contact_day = night.first_row_day;
        night.first_row_day = AS_OF;
        assert_int_equal(facts_of_night(&row, 1, &night).tenure, cases[i].tenure);
    }
}

/* ---- with a fit ---- */

static struct fl_value_model *make_fit(void)
{
    struct fl_category_gap gap = {fl_text_of("garden"), 7, 50};
    const struct fl_frozen_fit fit = {
        .day = AS_OF,
        .kind = FL_VALUE_FIT_MBGNBD,
        .currency = "EUR",
        .purchases = {.parameters = {.modified = true, .r = 0.525, .alpha = 6.183, .a = 0.891, .b = 1.614},
                      .customers = 500,
                      .log_likelihood = -1000},
        .repeaters = 200,
        .spend = {.parameters = {.p = 6.25, .q = 3.74, .v = 15.44}, .customers = 200, .log_likelihood = -900},
        .gap_days = 50,
        .gaps = 100,
        .categories = &gap,
        .category_count = 1};
    struct fl_buffer text = {0};
    struct fl_value_model *value = NULL;
    assert_int_equal(fl_frozen_fit_print(&fit, &text, NULL), FL_OK);
    assert_int_equal(
        fl_value_model_parse((const char *)text.bytes, text.size, "value.yaml", "EUR", &value, NULL), FL_OK);
    fl_buffer_release(&text);
    return value;
}

static void test_rules_of_a_fit(void **state)
{
    (void)state;
    static const uint32_t offsets[] = {0, 5, 11};
    const struct fl_words words = {.count = 2, .offsets = offsets, .bytes = "booksgarden"};
    struct fl_value_model *fit = make_fit();
    struct fl_facts_rules made;
    assert_int_equal(fl_facts_rules_init(&settings, fit, &words, &made, NULL), FL_OK);
    assert_int_equal(made.gap_days, 50);
    assert_int_equal(made.category_gap_days[0], 50); /* the fit had too few gaps of it */
    assert_int_equal(made.category_gap_days[1], 7);
    fl_facts_rules_release(&made);
    assert_int_equal(fl_facts_rules_init(&settings, fit, NULL, &made, NULL), FL_OK);
    assert_int_equal(made.gap_days, 50);
    fl_facts_rules_release(&made);
    settings.life.default_gap_days = 44;
    assert_int_equal(fl_facts_rules_init(&settings, NULL, &words, &made, NULL), FL_OK);
    assert_int_equal(made.gap_days, 44);
    assert_int_equal(made.category_gap_days[1], 44);
    fl_facts_rules_release(&made);
    fl_value_model_free(fit);
}

static void test_fit(void **state)
{
    (void)state;
    struct fl_value_model *fit = make_fit();
    struct fl_customer_value once, thrice;
    fl_value_of(fit, 0, 0, 100, 0, &once);
    fl_value_of(fit, 2, 600, 700, 5000, &thrice); /* the first purchase is in neither x nor m */
    assert_false(FACTS_OF(BUY(100)).has_fit);
    rules.fit = fit;
    const struct fl_customer_facts looked = FACTS_OF({.day = 3, .type = look});
    assert_false(looked.has_fit);
    struct fl_customer_facts facts = FACTS_OF(BUY(100), {.day = 50, .type = give_back, .amount = 10});
    assert_true(facts.has_fit);
    assert_int_equal(facts.p_alive_micro, once.p_alive_micro);
    assert_int_equal(facts.expected_micro, once.expected_micro);
    assert_int_equal(facts.lifetime_value, once.lifetime_value);
    const struct fact_row rows[] = {
        BUY(700), BUY(400), BUY(100), BUY(100), {.day = 100, .type = buy, .amount = 2000}};
    facts = facts_of(rows, 5);
    assert_int_equal(facts.p_alive_micro, thrice.p_alive_micro);
    assert_int_equal(facts.expected_micro, thrice.expected_micro);
    assert_int_equal(facts.lifetime_value, thrice.lifetime_value);
    settings.life.p_alive_below_micro = (int32_t)thrice.p_alive_micro;
    assert_int_equal(facts_of(rows, 5).signals & FL_SIGNAL_P_ALIVE, 0);
    settings.life.p_alive_below_micro++;
    assert_int_equal(facts_of(rows, 5).signals & FL_SIGNAL_P_ALIVE, FL_SIGNAL_P_ALIVE);
    rules.fit = NULL;
    fl_value_model_free(fit);
}

/* ---- at random ---- */

/* Any of the numbers a rule compares with, one less, one more; or any day of some years. */
static int32_t random_age(uint64_t *random)
{
    static const int32_t borders[] = {0, 28, 60, 90, 120, 180, 240, 365, 730, 1095};
    if (next_random(random) % 3 == 0)
        return (int32_t)(next_random(random) % 1200);
    const int32_t age = borders[next_random(random) % (sizeof borders / sizeof borders[0])] +
                        (int32_t)(next_random(random) % 3) - 1;
    return age < 0 ? 0 : age;
}

static void make_rows(struct fact_row *rows, size_t count, uint64_t *random)
{
    const uint8_t types[] = {buy, buy, buy, give_back, cancel, praise, complain, opt_out, exit_survey, look};
    const uint64_t choice = 1 + next_random(random) % 10, most = next_random(random) % 2 == 0 ? 4 : 5000;
    for (size_t i = 0; i < count; i++) {
        rows[i] = (struct fact_row){.day = AS_OF - random_age(random),
                                    .type = types[next_random(random) % choice],
                                    .amount = (int64_t)(next_random(random) % most),
                                    .margin = (int64_t)(next_random(random) % most) - (int64_t)most / 2,
                                    .promoted = next_random(random) % 3 == 0,
                                    .category = (uint32_t)(next_random(random) % (CATEGORIES + 1))};
        if (rows[i].category == CATEGORIES)
            rows[i].category = FL_NO_WORD;
    }
    qsort(rows, count, sizeof *rows, compare_days);
}

static int32_t pick(uint64_t *random, int32_t usual, int32_t most)
{
    return next_random(random) % 2 == 0 ? usual : 1 + (int32_t)(next_random(random) % (uint64_t)most);
}

static void make_settings(uint64_t *random)
{
    struct fl_life_settings *life = &settings.life;
    settings = model->settings;
    settings.value.window_days = pick(random, 365, 500);
    settings.value.rfm_days = pick(random, 730, 500);
    life->prior_gaps = pick(random, 3, 3);
    life->won_back_days = pick(random, 90, 200);
    life->new_days = pick(random, 90, 200);
    life->lost_days = pick(random, 365, 100);
    life->lapsed_days = pick(random, 60, 60);
    life->slipping_days = pick(random, 28, 60);
    life->overdue_lost = pick(random, 4, 3);
    life->overdue_slipping = pick(random, 2, 3);
    life->category_days = pick(random, 730, 400);
    life->winback_days = pick(random, 365, 365);
}

/* The rows of a day in another order. */
static void shuffle_days(struct fact_row *rows, size_t count, uint64_t *random)
{
    for (size_t i = 1; i < count; i++) {
        const size_t other = (size_t)(next_random(random) % (i + 1));
        if (rows[other].day != rows[i].day)
            continue;
        const struct fact_row row = rows[i];
        rows[i] = rows[other];
        rows[other] = row;
    }
}

static void check_night(const struct slow_facts *slow, const struct fl_customer_night *night)
{
    struct fl_customer_facts facts;
    const struct fl_customer_facts expected = slow_facts(slow, night);
    fl_customer_facts_make(&maker, &days, night, &facts);
    assert_equal_facts(&facts, &expected);
}

static void test_random_customers(void **state)
{
    (void)state;
    uint64_t random = 77;
    size_t stages[FL_STAGES] = {0};
    for (int round = 0; round < 200; round++) {
        struct fact_row rows[RANDOM_ROWS];
        const size_t count = 1 + next_random(&random) % (round % 3 == 0 ? RANDOM_ROWS : 6);
        const struct slow_facts slow = {&model->registry, &rules, rows, count};
        make_settings(&random);
        make_rows(rows, count, &random);
        for (int turn = 0; turn < 3; turn++) {
            struct fl_customer_night night = night_of(AS_OF - (turn == 2 ? random_age(&random) : 0));
            night.first_row_day = rows[0].day < night.as_of_day ? rows[0].day : night.as_of_day;
            night.intent = (uint8_t)(next_random(&random) % 40);
            night.falling = next_random(&random) % 2 == 0;
            shuffle_days(rows, count, &random);
            fill_fact_arrays(&slow, &arrays);
            add_fact_pieces(&days, &arrays, turn == 0 ? count : 1 + count / 4, &random);
            check_night(&slow, &night);
            stages[slow_stage(&slow, night.as_of_day, night.intent)]++;
        }
    }
    for (unsigned stage = 0; stage < FL_STAGES; stage++) {
        if (stages[stage] == 0)
            fail_msg("no customer is %s", fl_stage_word(stage));
    }
}

static void test_words(void **state)
{
    (void)state;
    for (unsigned stage = 1; stage < FL_STAGES; stage++)
        assert_true(strcmp(fl_stage_word(stage - 1), fl_stage_word(stage)) < 0);
    for (unsigned tenure = 1; tenure < FL_TENURES; tenure++)
        assert_true(strcmp(fl_tenure_word(tenure - 1), fl_tenure_word(tenure)) < 0);
    assert_null(fl_stage_word(FL_STAGES));
    assert_null(fl_tenure_word(FL_TENURES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_stages, default_settings),
        cmocka_unit_test_setup(test_quick_buyers, default_settings),
        cmocka_unit_test_setup(test_chain_of_won_backs, default_settings),
        cmocka_unit_test_setup(test_not_a_buyer, default_settings),
        cmocka_unit_test_setup(test_value, default_settings),
        cmocka_unit_test_setup(test_rounding, default_settings),
        cmocka_unit_test_setup(test_returns_all, default_settings),
        cmocka_unit_test_setup(test_main_category, default_settings),
        cmocka_unit_test_setup(test_signals, default_settings),
        cmocka_unit_test_setup(test_winback, default_settings),
        cmocka_unit_test(test_becoming_lapsed),
        cmocka_unit_test_setup(test_tenure, default_settings),
        cmocka_unit_test_setup(test_rules_of_a_fit, default_settings),
        cmocka_unit_test_setup(test_fit, default_settings),
        cmocka_unit_test_setup(test_random_customers, default_settings),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
