/* parquet_bounds.c - the smallest and the largest value of a page or of a column chunk. */
#include "formats/parquet/parquet_bounds.h"

#include <assert.h>
#include <math.h>

#include "formats/base/bytes.h"

static struct fl_parquet_bound bound32(uint32_t bits)
{
    struct fl_parquet_bound bound = {.exact = true, .size = 4};
    fl_store_le32(bound.bytes, bits);
    return bound;
}

static struct fl_parquet_bound bound64(uint64_t bits)
{
    struct fl_parquet_bound bound = {.exact = true, .size = 8};
    fl_store_le64(bound.bytes, bits);
    return bound;
}

static float float_of(const struct fl_parquet_bound *bound)
{
    const uint32_t bits = fl_load_le32(bound->bytes);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double double_of(const struct fl_parquet_bound *bound)
{
    const uint64_t bits = fl_load_le64(bound->bytes);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static struct fl_parquet_bound bound_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bound32(bits);
}

static struct fl_parquet_bound bound_double(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bound64(bits);
}

struct fl_parquet_bounds fl_parquet_bounds_bool(const uint8_t *values, size_t count)
{
    if (count == 0)
        return (struct fl_parquet_bounds){0};
    uint8_t min = 1, max = 0;
    for (size_t i = 0; i < count; i++) {
        min &= values[i];
        max |= values[i];
    }
    return (struct fl_parquet_bounds){
        .known = true, .min = {true, 1, {min}}, .max = {.exact = true, .size = 1, .bytes = {max}}};
}

struct fl_parquet_bounds fl_parquet_bounds_int32(const int32_t *values, size_t count)
{
    if (count == 0)
        return (struct fl_parquet_bounds){0};
    int32_t min = values[0], max = values[0];
    for (size_t i = 1; i < count; i++) {
        min = values[i] < min ? values[i] : min;
        max = values[i] > max ? values[i] : max;
    }
    return (struct fl_parquet_bounds){true, bound32((uint32_t)min), bound32((uint32_t)max)};
}

/* Four of each, because a comparison of 64 bits has to wait for the one before: half the time of one. */
enum { LANES = 4 };

struct fl_parquet_bounds fl_parquet_bounds_int64(const int64_t *values, size_t count)
{
    if (count == 0)
        return (struct fl_parquet_bounds){0};
    int64_t min[LANES], max[LANES];
    for (size_t lane = 0; lane < LANES; lane++)
        min[lane] = max[lane] = values[0];
    for (; count >= LANES; count -= LANES, values += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            min[lane] = values[lane] < min[lane] ? values[lane] : min[lane];
            max[lane] = values[lane] > max[lane] ? values[lane] : max[lane];
        }
    }
    for (size_t i = 0; i < count; i++) {
        min[0] = values[i] < min[0] ? values[i] : min[0];
        max[0] = values[i] > max[0] ? values[i] : max[0];
    }
    for (size_t lane = 1; lane < LANES; lane++) {
        min[0] = min[lane] < min[0] ? min[lane] : min[0];
        max[0] = max[lane] > max[0] ? max[lane] : max[0];
    }
    return (struct fl_parquet_bounds){true, bound64((uint64_t)min[0]), bound64((uint64_t)max[0])};
}

struct fl_parquet_bounds fl_parquet_bounds_float(const float *values, size_t count)
{
    float min = INFINITY, max = -INFINITY; /* comparisons with NaN are false, so it changes neither */
    for (size_t i = 0; i < count; i++) {
        min = values[i] < min ? values[i] : min;
        max = values[i] > max ? values[i] : max;
    }
    if (min > max)
        return (struct fl_parquet_bounds){0};
    min = min == 0 ? -0.0f : min;
    max = max == 0 ? 0.0f : max;
    return (struct fl_parquet_bounds){true, bound_float(min), bound_float(max)};
}

struct fl_parquet_bounds fl_parquet_bounds_double(const double *values, size_t count)
{
    double min = INFINITY, max = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        min = values[i] < min ? values[i] : min;
        max = values[i] > max ? values[i] : max;
    }
    if (min > max)
        return (struct fl_parquet_bounds){0};
    min = min == 0 ? -0.0 : min;
    max = max == 0 ? 0.0 : max;
    return (struct fl_parquet_bounds){true, bound_double(min), bound_double(max)};
}

static bool is_inside_character(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* Bytes of the whole characters among the first FL_PARQUET_BOUND_SIZE ones of a longer text. */
static size_t cut_size(struct fl_text text)
{
    size_t size = FL_PARQUET_BOUND_SIZE;
    while (is_inside_character(text.bytes[size]))
        size--;
    assert(size + 4 > FL_PARQUET_BOUND_SIZE); /* a character has at most 4 bytes */
    return size;
}

static struct fl_parquet_bound bound_below(struct fl_text text)
{
    struct fl_parquet_bound bound = {.exact = text.size <= FL_PARQUET_BOUND_SIZE};
    bound.size = (uint8_t)(bound.exact ? text.size : cut_size(text));
    if (bound.size > 0)
        memcpy(bound.bytes, text.bytes, bound.size);
    return bound;
}

/* The size of the character at `bytes`, and its number. */
static size_t decode(const uint8_t *bytes, uint32_t *character)
{
    if (bytes[0] < 0x80) {
        *character = bytes[0];
        return 1;
    }
    const size_t size = bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    *character = bytes[0] & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++)
        *character = *character << 6 | (bytes[i] & 0x3Fu);
    return size;
}

/* The character behind `character`, and how many bytes it takes; 0 for the last one. */
static size_t encode_next(uint32_t character, uint8_t *bytes)
{
    static const uint8_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    character = character == 0xD7FF ? 0xE000 : character + 1; /* surrogates are no characters */
    if (character > 0x10FFFF)
        return 0;
    if (character < 0x80) {
        bytes[0] = (uint8_t)character;
        return 1;
    }
    const size_t size = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, character >>= 6)
        bytes[i] = (uint8_t)(0x80 | (character & 0x3F));
    bytes[0] = (uint8_t)(lead[size] | character);
    return size;
}

/* Makes a cut text larger than all that begin with it: its last character becomes the next one. False when
 * there is none that has room. */
static bool raise(struct fl_parquet_bound *bound)
{
    while (bound->size > 0) {
        size_t at = bound->size - 1u;
        while (at > 0 && is_inside_character((char)bound->bytes[at]))
            at--;
        uint8_t next[4];
        uint32_t character;
        (void)decode(bound->bytes + at, &character);
        const size_t size = encode_next(character, next);
        bound->size = (uint8_t)at;
        if (size != 0 && at + size <= FL_PARQUET_BOUND_SIZE) {
            memcpy(bound->bytes + at, next, size);
            bound->size = (uint8_t)(at + size);
            return true;
        }
    }
    return false;
}

struct fl_parquet_bounds fl_parquet_bounds_of(struct fl_text min, struct fl_text max)
{
    struct fl_parquet_bounds bounds = {true, bound_below(min), bound_below(max)};
    if (!bounds.max.exact)
        bounds.known = raise(&bounds.max);
    return bounds;
}

/* The first eight bytes as a number: in most pairs it decides, without a call. */
static uint64_t prefix_of(struct fl_text text)
{
    uint8_t bytes[8] = {0};
    if (text.size > 0)
        memcpy(bytes, text.bytes, text.size < 8 ? text.size : 8);
    return __builtin_bswap64(fl_load_le64(bytes));
}

struct fl_parquet_bounds fl_parquet_bounds_texts(const struct fl_text *values, size_t count)
{
    if (count == 0)
        return (struct fl_parquet_bounds){0};
    struct fl_text min = values[0], max = values[0];
    uint64_t min_prefix = prefix_of(min), max_prefix = min_prefix;
    for (size_t i = 1; i < count; i++) {
        const uint64_t prefix = prefix_of(values[i]);
        if (prefix <= min_prefix && (prefix < min_prefix || fl_text_compare(values[i], min) < 0)) {
            min = values[i];
            min_prefix = prefix;
        }
        if (prefix >= max_prefix && (prefix > max_prefix || fl_text_compare(values[i], max) > 0)) {
            max = values[i];
            max_prefix = prefix;
        }
    }
    return fl_parquet_bounds_of(min, max);
}

static int compare_integers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_reals(double a, double b)
{
    return a < b ? -1 : a > b;
}

int fl_parquet_bound_compare(enum fl_parquet_type type, const struct fl_parquet_bound *a,
                             const struct fl_parquet_bound *b)
{
    switch (type) {
    case FL_PARQUET_INT32:
        return compare_integers((int32_t)fl_load_le32(a->bytes), (int32_t)fl_load_le32(b->bytes));
    case FL_PARQUET_INT64:
        return compare_integers((int64_t)fl_load_le64(a->bytes), (int64_t)fl_load_le64(b->bytes));
    case FL_PARQUET_FLOAT:
        return compare_reals((double)float_of(a), (double)float_of(b));
    case FL_PARQUET_DOUBLE:
        return compare_reals(double_of(a), double_of(b));
    default: /* as bytes: texts and booleans */
        return fl_text_compare((struct fl_text){(const char *)a->bytes, a->size},
                               (struct fl_text){(const char *)b->bytes, b->size});
    }
}

/* Between equal bounds the exact one is told: a value that is there. */
void fl_parquet_bounds_widen(enum fl_parquet_type type, struct fl_parquet_bounds *all,
                             const struct fl_parquet_bounds *one)
{
    assert(all->known && one->known);
    const int below = fl_parquet_bound_compare(type, &one->min, &all->min);
    if (below < 0 || (below == 0 && one->min.exact))
        all->min = one->min;
    const int above = fl_parquet_bound_compare(type, &one->max, &all->max);
    if (above > 0 || (above == 0 && one->max.exact))
        all->max = one->max;
}
