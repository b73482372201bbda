/* minimise.c - the lowest point of a smooth function of few variables, by L-BFGS. */
#include "engine/value/minimise.h"

#include <assert.h>
#include <string.h>

enum { VARIABLES = FL_MINIMISE_VARIABLES_MAX, PAIRS = 8, TRIALS_MAX = 60, POLISHING_STEPS = 30 };

/* A slope below this is rounding; a slope above FLAT_SLOPE is no minimum, however little the last step
 * gained. */
static const double least_slope = 1e-11, flat_slope = 1e-5;
/* No step moves a variable further: the variables are logarithms, and e^2 is far. */
static const double longest_move = 2;
/* Once found, a minimum is not left for another place as good. */
static const double longest_polish = 0.1;
/* Of a line search: part of the promised gain that is enough, part of the slope that must be gone. */
static const double enough_gain = 1e-4, enough_flatter = 0.9;
/* Of a function that does not say how noisy its values are. */
static const double least_noise = 1e-13;

struct place {
    double point[VARIABLES], gradient[VARIABLES], value;
};

/* The last moves and what they did to the gradient, newest at `count - 1` modulo PAIRS. */
struct history {
    double moved[PAIRS][VARIABLES], turned[PAIRS][VARIABLES], scale[PAIRS];
    int count;
};

static double product(const double *a, const double *b, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static double size_of(double number)
{
    return number < 0 ? -number : number;
}

static double largest(const double *a, int n)
{
    double most = 0;
    for (int i = 0; i < n; i++)
        most = size_of(a[i]) > most ? size_of(a[i]) : most;
    return most;
}

/* -H gradient: the two loops of Nocedal and Wright, Numerical Optimization, algorithm 7.4. */
static void direction_of(const struct history *history, const struct place *from, int n, double *direction)
{
    const int first = history->count > PAIRS ? history->count - PAIRS : 0;
    double part[PAIRS];
    for (int i = 0; i < n; i++)
        direction[i] = -from->gradient[i];
    for (int k = history->count - 1; k >= first; k--) {
        const int at = k % PAIRS;
        part[at] = history->scale[at] * product(history->moved[at], direction, n);
        for (int i = 0; i < n; i++)
            direction[i] -= part[at] * history->turned[at][i];
    }
    if (history->count > 0) {
        const int at = (history->count - 1) % PAIRS;
        const double *turned = history->turned[at];
        const double size = 1 / (history->scale[at] * product(turned, turned, n));
        for (int i = 0; i < n; i++)
            direction[i] *= size;
    }
    for (int k = first; k < history->count; k++) {
        const int at = k % PAIRS;
        const double back = part[at] - history->scale[at] * product(history->turned[at], direction, n);
        for (int i = 0; i < n; i++)
            direction[i] += back * history->moved[at][i];
    }
}

/* Only moves along which the slope rose tell the shape of a valley. */
static void remember(struct history *history, const struct place *from, const struct place *to, int n)
{
    double moved[VARIABLES], turned[VARIABLES];
    for (int i = 0; i < n; i++) {
        moved[i] = to->point[i] - from->point[i];
        turned[i] = to->gradient[i] - from->gradient[i];
    }
    const double bend = product(moved, turned, n);
    if (!(bend > 1e-14 * product(turned, turned, n)))
        return;
    const int at = history->count++ % PAIRS;
    memcpy(history->moved[at], moved, sizeof moved);
    memcpy(history->turned[at], turned, sizeof turned);
    history->scale[at] = 1 / bend;
}

/* The largest part of the direction that stays in the bounds and is not too far; *blocked: the variable that
 * the bounds stop, -1 if none. */
static double longest_step(const struct fl_function *function, const struct place *from,
                           const double *direction, int *blocked)
{
    double longest = longest_move / largest(direction, function->variables);
    *blocked = -1;
    for (int i = 0; i < function->variables; i++) {
        const double room =
            direction[i] > 0 ? function->bound - from->point[i] : function->bound + from->point[i];
        if (direction[i] != 0 && room / size_of(direction[i]) < longest) {
            longest = room / size_of(direction[i]);
            *blocked = i;
        }
    }
    return longest;
}

static void move_to(const struct fl_function *function, const struct place *from, const double *direction,
                    double step, struct place *to)
{
    for (int i = 0; i < function->variables; i++)
        to->point[i] = from->point[i] + step * direction[i];
    for (int i = 0; i < function->variables; i++) { /* rounding must not leave the bounds */
        to->point[i] = to->point[i] > function->bound ? function->bound : to->point[i];
        to->point[i] = to->point[i] < -function->bound ? -function->bound : to->point[i];
    }
    to->value = function->value(function->context, to->point, to->gradient);
}

/* A step that gains enough where the slope has become flat enough (weak Wolfe conditions), by doubling and
 * halving. Near the minimum values differ by rounding only, and the slope alone decides. The longest step is
 * taken when the function still falls there. False: no step lowers the function. */
static bool search_line(const struct fl_function *function, const struct place *from, const double *direction,
                        double step, double longest, struct place *to)
{
    const int n = function->variables;
    const double slope = product(from->gradient, direction, n);
    const double noise = (function->noise > 0 ? function->noise : least_noise) * size_of(from->value);
    double low = 0, high = 0; /* high 0: not found yet */
    if (step > longest)
        step = longest;
    for (int trial = 0; trial < TRIALS_MAX; trial++) {
        move_to(function, from, direction, step, to);
        const double there = product(to->gradient, direction, n);
        const bool gained = to->value <= from->value + enough_gain * step * slope ||
                            (to->value <= from->value + noise && there <= (2 * enough_gain - 1) * slope);
        if (gained && (there >= enough_flatter * slope || step >= longest))
            return true;
        if (gained)
            low = step;
        else
            high = step;
        step = high == 0 ? 2 * step : (low + high) / 2;
        step = step > longest ? longest : step;
        if (high != 0 && (high - low) <= 1e-16 * high)
            break;
    }
    return false;
}

static double step_size(const struct place *from, const struct place *to, int n)
{
    double moved[VARIABLES];
    for (int i = 0; i < n; i++)
        moved[i] = to->point[i] - from->point[i];
    return largest(moved, n);
}

static bool is_minimum(const struct place *from, const struct place *to, int n)
{
    return size_of(from->value - to->value) <= FL_MINIMISE_GAIN && largest(to->gradient, n) <= flat_slope;
}

struct fl_minimum fl_minimise(const struct fl_function *function, double *point)
{
    const int n = function->variables;
    assert(n >= 1 && n <= VARIABLES);
    struct fl_minimum minimum = {.at_bound = -1};
    struct history history = {.count = 0};
    struct place here, found = {.value = 0};
    memcpy(here.point, point, (size_t)n * sizeof *point);
    here.value = function->value(function->context, here.point, here.gradient);
    int steps_left = FL_MINIMISE_STEPS_MAX;
    while (steps_left > 0 && largest(here.gradient, n) > least_slope) {
        double direction[VARIABLES];
        struct place next = {.value = 0};
        int blocked = -1;
        direction_of(&history, &here, n, direction);
        if (!(product(direction, here.gradient, n) < 0)) { /* rounding spoilt it: start anew, straight down */
            history.count = 0;
            direction_of(&history, &here, n, direction);
        }
        const double longest = longest_step(function, &here, direction, &blocked);
        const double first = history.count > 0 ? 1 : 0.1 / largest(direction, n);
        if (longest <= 0 || !search_line(function, &here, direction, first, longest, &next)) {
            if (longest > 0)
                blocked = -1;
            minimum.at_bound = blocked;
            if (history.count == 0 || longest <= 0)
                break;
            history.count = 0; /* once more, straight down */
            continue;
        }
        if (minimum.found && step_size(&here, &next, n) > longest_polish)
            break; /* a flat valley: its floor has no lowest point */
        minimum.steps++;
        steps_left--;
        remember(&history, &here, &next, n);
        if (is_minimum(&here, &next, n)) {
            if (!minimum.found && steps_left > POLISHING_STEPS)
                steps_left = POLISHING_STEPS;
            minimum.found = true;
            found = next;
        }
        here = next;
    }
    if (largest(here.gradient, n) <= least_slope && !minimum.found) { /* it started in the minimum */
        minimum.found = true;
        found = here;
    }
    here = minimum.found ? found : here;
    minimum.at_bound = minimum.found ? -1 : minimum.at_bound;
    memcpy(point, here.point, (size_t)n * sizeof *point);
    minimum.value = here.value;
    return minimum;
}
