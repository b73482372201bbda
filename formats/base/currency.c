/* currency.c - how many decimal places a currency's minor unit has (ISO 4217). */
#include <string.h>

#include "formats/base/decimal.h"

struct exception {
    char code[4];
    int places;
};

/* All other currencies have two. */
static const struct exception exceptions[] = {
    {"BHD", 3}, {"BIF", 0}, {"CLF", 4}, {"CLP", 0}, {"DJF", 0}, {"GNF", 0}, {"IQD", 3},
    {"ISK", 0}, {"JOD", 3}, {"JPY", 0}, {"KMF", 0}, {"KRW", 0}, {"KWD", 3}, {"LYD", 3},
    {"OMR", 3}, {"PYG", 0}, {"RWF", 0}, {"TND", 3}, {"UGX", 0}, {"UYI", 0}, {"UYW", 4},
    {"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0}, {"XPF", 0},
};

int fl_currency_places(const char *code, size_t size)
{
    if (size != 3)
        return -1;
    for (size_t i = 0; i < size; i++) {
        if (code[i] < 'A' || code[i] > 'Z')
            return -1;
    }
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
        if (memcmp(exceptions[i].code, code, 3) == 0)
            return exceptions[i].places;
    }
    return 2;
}
