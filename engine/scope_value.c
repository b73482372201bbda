/* scope_value.c - net purchases, loop, phase, ambassador of one scope: what SEMANTICS.md sections 3 and 4 say
 * of each. */
#include "engine/scope_value.h"

#include "engine/score.h"

enum { OF_EVENTS = 1, OF_FRICTION = 2 };

/* So many rows of the largest amount are summed in 64 bits. */
enum { SUMMED_ROWS = 8192 };
_Static_assert(FL_ROW_MONEY_MAX <= INT64_MAX / SUMMED_ROWS, "a sum would wrap");

static uint8_t flags_of(enum fl_role role)
{
    return role == FL_ROLE_ADVOCATE || role == FL_ROLE_SHARE ? OF_EVENTS
           : role == FL_ROLE_FRICTION                        ? OF_FRICTION
                                                             : 0;
}

void fl_value_rules_init(struct fl_value_rules *rules, const struct fl_model *model, int32_t as_of_day)
{
    const struct fl_loop_settings *loops = &model->settings.loops;
    *rules = (struct fl_value_rules){.net_first = as_of_day - model->settings.value.window_days + 1,
                                     .purchase_first = as_of_day - loops->purchase_days + 1,
                                     .event_first = as_of_day - loops->ambassador_days + 1,
                                     .friction_first = as_of_day - loops->friction_days + 1,
                                     .settings = &model->settings};
    for (unsigned type = 0; type < FL_TYPES_MAX; type++) {
        if (model->registry.types[type].known)
            rules->flags[type] = flags_of(model->registry.types[type].role);
    }
}

void fl_value_begin(struct fl_value_sums *sums)
{
    *sums = (struct fl_value_sums){.event_day = INT32_MIN};
}

/* The first row of that day or later. */
static size_t first_since(const struct fl_rows *rows, int32_t day)
{
    size_t low = 0, high = rows->count;
    if (rows->count == 0 || rows->day[0] >= day) /* as a rule: shops keep few years */
        return 0;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (rows->day[middle] < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Rows without money have 0: to add them all is quicker than to ask for each. */
static void add_net(const struct fl_rows *rows, size_t row, struct fl_value_sums *sums)
{
    while (row < rows->count) {
        const size_t left = rows->count - row, end = row + (left < SUMMED_ROWS ? left : SUMMED_ROWS);
        int64_t net = 0;
        for (; row < end; row++)
            net += rows->net[row];
        sums->net += net;
    }
}

static void add_event(const struct fl_value_rules *rules, uint8_t flags, int32_t day,
                      struct fl_value_sums *sums)
{
    if (flags == OF_EVENTS && day >= rules->event_first && day != sums->event_day) {
        sums->event_days++;
        sums->event_day = day;
    }
    sums->friction = sums->friction || (flags == OF_FRICTION && day >= rules->friction_first);
}

/* Those of eight types together. */
static uint8_t flags_of_eight(const uint8_t flags[FL_TYPES_MAX], const uint8_t *type)
{
    return (uint8_t)(flags[type[0]] | flags[type[1]] | flags[type[2]] | flags[type[3]] | flags[type[4]] |
                     flags[type[5]] | flags[type[6]] | flags[type[7]]);
}

/* To ask each of few rows for its day is quicker than to search for the first one. */
static void add_few(const struct fl_value_rules *rules, const struct fl_rows *rows,
                    struct fl_value_sums *sums)
{
    uint8_t flags = 0;
    int64_t net = 0;
    for (size_t row = 0; row < rows->count; row++)
        flags |= rules->flags[rows->type[row]];
    for (size_t row = 0; row < rows->count && rows->net != NULL; row++)
        net += rows->net[row] & -(int64_t)(rows->day[row] >= rules->net_first);
    sums->net += net;
    for (size_t row = 0; row < rows->count && flags != 0; row++)
        add_event(rules, rules->flags[rows->type[row]], rows->day[row], sums);
}

void fl_value_add(const struct fl_value_rules *rules, const struct fl_rows *rows, struct fl_value_sums *sums)
{
    enum { STEP = 8 };
    if (rows->count < STEP) {
        add_few(rules, rows, sums);
        return;
    }
    if (rows->net != NULL)
        add_net(rows, first_since(rows, rules->net_first), sums);
    for (size_t from = 0; from < rows->count; from += STEP) {
        const bool whole = rows->count - from >= STEP;
        if (whole && flags_of_eight(rules->flags, rows->type + from) == 0)
            continue; /* as a rule not one of them is an event */
        for (size_t row = from; row < (whole ? from + STEP : rows->count); row++)
            add_event(rules, rules->flags[rows->type[row]], rows->day[row], sums);
    }
}

static int64_t in_64_bits(__int128 number)
{
    return number > INT64_MAX ? INT64_MAX : number < INT64_MIN ? INT64_MIN : (int64_t)number;
}

static enum fl_loop_word loop_of(const struct fl_loop_settings *settings, const struct fl_scope_score *score)
{
    const bool moving = score->intent_trend == FL_TREND_RISING || score->trend == FL_TREND_STARTED;
    if (score->intent >= settings->conversion_intent ||
        (score->intent >= settings->conversion_moving_intent && moving))
        return FL_LOOP_WORD_CONVERSION;
    if (score->intent >= settings->experience_intent || score->engagement >= settings->experience_engagement)
        return FL_LOOP_WORD_EXPERIENCE;
    const int64_t raw = score->raw > 0 ? score->raw : 0;
    return raw >= settings->nurturing_micro ? FL_LOOP_WORD_NURTURING : FL_LOOP_WORD_AWARENESS;
}

static bool has_purchase_since(const struct fl_scope_score *score, int32_t day)
{
    return score->has_purchase && score->last_purchase_day >= day;
}

static enum fl_phase phase_of(const struct fl_value_rules *rules, const struct fl_scope_score *score)
{
    if (has_purchase_since(score, rules->purchase_first))
        return FL_PHASE_CONNECT;
    if (score->loop == FL_LOOP_WORD_EXPERIENCE || score->loop == FL_LOOP_WORD_CONVERSION)
        return FL_PHASE_CONQUER;
    return score->loop == FL_LOOP_WORD_NURTURING ? FL_PHASE_ENTICE : FL_PHASE_FIND;
}

void fl_value_end(const struct fl_value_rules *rules, const struct fl_value_sums *sums,
                  struct fl_scope_score *score)
{
    const struct fl_value_settings *value = &rules->settings->value;
    const bool engaged = score->engagement >= value->engaged_floor || score->intent >= value->intent_floor;
    score->net_12m = in_64_bits(sums->net);
    score->engaged_no_value = engaged && !has_purchase_since(score, rules->net_first);
    score->loop = (uint8_t)loop_of(&rules->settings->loops, score);
    score->phase = (uint8_t)phase_of(rules, score);
    score->ambassador = score->phase == FL_PHASE_CONNECT &&
                        sums->event_days >= rules->settings->loops.ambassador_event_days && !sums->friction;
}

const char *fl_loop_word(unsigned loop)
{
#define X(name, word) word,
    static const char *const words[] = {FL_LOOP_WORD_LIST(X)};
#undef X
    return loop < FL_LOOP_WORDS ? words[loop] : NULL;
}

const char *fl_phase_word(unsigned phase)
{
#define X(name, word) word,
    static const char *const words[] = {FL_PHASE_LIST(X)};
#undef X
    return phase < FL_PHASES ? words[phase] : NULL;
}
