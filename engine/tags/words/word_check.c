/* word_check.c - pieces of text, made of the literals, searched twice. */
#include "engine/tags/words/word_check.h"

#include <assert.h>
#include <stdlib.h>

enum {
    PIECE_BYTES_MAX = 4096,
    STEPS_MAX = 10000000, /* a step halves the literals of one place until they share one more byte */
    FOUND_MAX = 256       /* literals that begin at one byte: each one longer than the one before */
};

struct numbered {
    struct fl_text text;
    uint32_t literal;
};

struct check {
    const struct fl_word_database *database;
    struct fl_word_scratch *scratch;
    struct numbered *sorted; /* the literals by their bytes */
    size_t count;
    struct fl_buffer piece, places;
    size_t steps;
};

/* ---- plain search ---- */

static int by_bytes(const void *a, const void *b)
{
    return fl_text_compare(((const struct numbered *)a)->text, ((const struct numbered *)b)->text);
}

/* The first of first .. end - 1, which share `depth` bytes and have more, whose next one is not below `byte`.
 */
static const struct numbered *lower_bound(const struct numbered *first, const struct numbered *end,
                                          size_t depth, unsigned byte)
{
    size_t count = (size_t)(end - first);
    while (count > 0) {
        const size_t half = count / 2;
        if ((unsigned char)first[half].text.bytes[depth] < byte) {
            first += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return first;
}

/* Numbers of the literals that lie at byte `at`, rising. */
static size_t find_at(struct check *check, size_t at, uint32_t found[FOUND_MAX])
{
    const struct numbered *first = check->sorted, *end = first + check->count;
    size_t count = 0;
    for (size_t depth = 0; at + depth < check->piece.size && first != end; depth++) {
        const unsigned byte = check->piece.bytes[at + depth];
        first = lower_bound(first, end, depth, byte);
        end = lower_bound(first, end, depth, byte + 1);
        check->steps++;
        if (first == end || first->text.size != depth + 1)
            continue;
        assert(count < FOUND_MAX);
        size_t place = count++;
        for (; place > 0 && found[place - 1] > first->literal; place--)
            found[place] = found[place - 1];
        found[place] = first++->literal;
    }
    return count;
}

/* ---- comparison ---- */

static fl_status fail(const struct check *check, uint32_t literal, const char *what, struct fl_error *error)
{
    for (size_t i = 0; i < check->count; i++)
        if (check->sorted[i].literal == literal)
            return fl_fail(error, FL_INTERNAL,
                           "the keyword library %s `%.*s`, tried on a text of the keywords", what,
                           (int)check->sorted[i].text.size, check->sorted[i].text.bytes);
    return fl_fail(error, FL_INTERNAL, "the keyword library %s a keyword that is none", what);
}

/* As far as the steps reach. */
static fl_status compare(struct check *check, size_t count, struct fl_error *error)
{
    const struct fl_word_place *place = (const struct fl_word_place *)check->places.bytes,
                               *end = place + count;
    for (size_t at = 0; at < check->piece.size && check->steps < STEPS_MAX; at++) {
        uint32_t found[FOUND_MAX];
        const size_t found_count = find_at(check, at, found);
        for (size_t i = 0; i < found_count; i++, place++)
            if (place == end || place->from != at || place->literal != found[i])
                return fail(check, found[i], "does not see", error);
        if (place != end && place->from == at)
            return fail(check, place->literal, "wrongly sees", error);
    }
    return FL_OK;
}

static fl_status try_piece(struct check *check, struct fl_error *error)
{
    size_t count;
    const fl_status status =
        fl_word_database_scan(check->database, check->scratch, (const char *)check->piece.bytes,
                              check->piece.size, NULL, &check->places, &count, error);
    check->steps += count;
    return status == FL_OK ? compare(check, count, error) : status;
}

/* ---- pieces ---- */

/* Literals stand one behind the other, or apart, or within letters, in pieces of all sizes: the library has
 * other ways for short texts and for the ends of long ones. */
static fl_status try_all(struct check *check, const struct fl_text *literals, struct fl_error *error)
{
    static const char *const between[] = {"", " ", "", "xx", "", "\n"};
    size_t piece_bytes = 1;
    for (size_t i = 0; i < check->count && check->steps < STEPS_MAX; i++) {
        const struct fl_text apart = fl_text_of(between[i % (sizeof between / sizeof between[0])]);
        if (!fl_buffer_append(&check->piece, literals[i].bytes, literals[i].size) ||
            !fl_buffer_append(&check->piece, apart.bytes, apart.size))
            return fl_fail_memory(error, check->piece.size + literals[i].size);
        if (check->piece.size < piece_bytes && i + 1 < check->count)
            continue;
        const fl_status status = try_piece(check, error);
        if (status != FL_OK)
            return status;
        check->piece.size = 0;
        piece_bytes = piece_bytes == PIECE_BYTES_MAX ? 1 : piece_bytes * 2;
    }
    return FL_OK;
}

fl_status fl_word_check(const struct fl_word_database *database, const struct fl_text *literals, size_t count,
                        struct fl_error *error)
{
    struct check check = {
        .database = database, .sorted = malloc(count * sizeof *check.sorted), .count = count};
    fl_status status;
    if (check.sorted == NULL) {
        status = fl_fail_memory(error, count * sizeof *check.sorted);
    } else {
        for (size_t i = 0; i < count; i++)
            check.sorted[i] = (struct numbered){literals[i], (uint32_t)i};
        qsort(check.sorted, count, sizeof *check.sorted, by_bytes);
        status = fl_word_scratch_create(database, &check.scratch, error);
    }
    if (status == FL_OK)
        status = try_all(&check, literals, error);
    fl_word_scratch_free(check.scratch);
    fl_buffer_release(&check.piece);
    fl_buffer_release(&check.places);
    free(check.sorted);
    return status;
}
