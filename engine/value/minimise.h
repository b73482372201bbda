/* minimise.h - the lowest point of a smooth function of few variables, by L-BFGS. */
#ifndef ENGINE_VALUE_MINIMISE_H
#define ENGINE_VALUE_MINIMISE_H

#include <stdbool.h>

enum { FL_MINIMISE_VARIABLES_MAX = 4, FL_MINIMISE_STEPS_MAX = 500 };

struct fl_function {
    int variables; /* 1 .. FL_MINIMISE_VARIABLES_MAX */
    double bound;  /* the function is asked only where each variable is in [-bound, bound] */
    /* The value at `point`, and all its derivatives. */
    double (*value)(void *context, const double *point, double *gradient);
    void *context;
    double noise; /* values this near to each other, as a part of them, are the same but for rounding; 0:
                     1e-13 */
};

struct fl_minimum {
    bool found;   /* the last steps gained at most FL_MINIMISE_GAIN each, inside the bounds */
    int at_bound; /* not found: the variable that ran against its bound, from 0; -1: none did */
    int steps;
    double value;
};

/* What a step may still gain where a minimum counts as found. */
#define FL_MINIMISE_GAIN 1e-9

/* From *point down; *point is where it ended. Having found a minimum it goes on as long as steps help, so
 * that the point too is as good as doubles allow. The same calls of the function always give the same bits.
 */
struct fl_minimum fl_minimise(const struct fl_function *function, double *point);

#endif
