/* word_expressions.c - escaped literals, with decoys beside them that make the library quicker. */
#include "engine/tags/words/word_expressions.h"

#include <stdlib.h>

#include "engine/tags/compiler.h"

/* ---- decoys ----
 *
 * Of how many literals there are, and how long the shortest is, Hyperscan guesses how to look: small sets
 * with long words get a matcher that looks at every fourth byte and takes too much for a candidate, or one
 * for at most 96 literals (Teddy) that is slow when words begin with frequent letters. Literals that never
 * match, of control bytes, lead it to better guesses: 110 in all are too many for Teddy; one of 3 bytes makes
 * it look at every second byte, one of 2 bytes at every byte (from 250 literals on; below that at every
 * second one, too).
 *
 * GB/s of one core (Xeon, AVX-512, Hyperscan 5.4.0), without -> with the decoys chosen below:
 *
 *   words from chat, of words from place 300 on      words of food, in Chinese
 *      10   4.7 -> 6.3     500  0.70 -> 1.05           10   8.5 -> 6.3      700   1.1 -> 5.1
 *      50   1.1 -> 4.9    1000  0.45 -> 0.53           50   2.4 -> 6.3     1000   4.8 -> 4.2
 *     200   2.0 -> 2.0    2000  0.28 -> 0.31          200   2.9 -> 6.2     2000   2.9 -> 3.1
 *   the same without words of 4 letters and fewer     frequent pairs of characters
 *      50   1.5 -> 5.9     500  0.44 -> 2.4            10   2.2 -> 5.8      200  0.45 -> 1.2
 *     200   0.6 -> 3.7    1000  1.08 -> 1.43         1000  0.38 -> 0.37
 *
 * Below 10 literals and from 5000 on they only cost. */
enum { DECOYS_FROM = 10, DECOYS_BELOW = 5000, TOO_MANY_FOR_TEDDY = 110, DECOY_BYTES = 8 };

struct decoys {
    size_t whole_count; /* of DECOY_BYTES */
    size_t short_bytes; /* of one more; 0: none */
};

static struct decoys choose_decoys(size_t count, size_t shortest_bytes)
{
    struct decoys decoys = {0};
    if (count < DECOYS_FROM || count >= DECOYS_BELOW)
        return decoys;
    if (count < TOO_MANY_FOR_TEDDY)
        decoys.whole_count = TOO_MANY_FOR_TEDDY - count;
    const bool every_byte = count >= 250 && (shortest_bytes <= 5 || count >= 1500);
    decoys.short_bytes = every_byte ? 2 : 3;
    if (shortest_bytes <= decoys.short_bytes)
        decoys.short_bytes = 0;
    return decoys;
}

/* ---- expressions ---- */

struct expressions {
    const char **list;
    size_t count;
    char *bytes, *end;
};

/* The library's own call for literals is broken in 5.4.0 (scans of some sets fail), so each byte is escaped.
 */
static void add_escaped(struct expressions *expressions, const unsigned char *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    expressions->list[expressions->count++] = expressions->end;
    for (size_t i = 0; i < size; i++) {
        *expressions->end++ = '\\';
        *expressions->end++ = 'x';
        *expressions->end++ = digits[bytes[i] >> 4];
        *expressions->end++ = digits[bytes[i] & 15];
    }
    *expressions->end++ = '\0';
}

/* Control bytes 1 .. 8: no text that people write has them. Should one come, it is a report that nobody
 * takes. */
static void add_decoys(struct expressions *expressions, struct decoys decoys)
{
    uint32_t drawn = 1;
    unsigned char decoy[DECOY_BYTES];
    for (size_t i = 0; i < decoys.whole_count; i++) {
        for (size_t k = 0; k < DECOY_BYTES; k++) {
            drawn = drawn * UINT32_C(1664525) + UINT32_C(1013904223);
            decoy[k] = (unsigned char)(1 + (drawn >> 29));
        }
        add_escaped(expressions, decoy, DECOY_BYTES);
    }
    static const unsigned char short_decoy[] = {1, 2, 3};
    if (decoys.short_bytes > 0)
        add_escaped(expressions, short_decoy, decoys.short_bytes);
}

static bool expressions_make(struct expressions *expressions, const struct fl_word_endings *endings)
{
    size_t shortest_bytes = FL_WORD_ENDING_BYTES;
    for (size_t i = 0; i < endings->count; i++)
        if (endings->endings[i].size < shortest_bytes)
            shortest_bytes = endings->endings[i].size;
    const struct decoys decoys = choose_decoys(endings->count, shortest_bytes);
    const size_t most = endings->count + decoys.whole_count + 1;
    expressions->list = malloc(most * sizeof *expressions->list);
    expressions->bytes = malloc(most * (4 * FL_WORD_ENDING_BYTES + 1));
    if (expressions->list == NULL || expressions->bytes == NULL)
        return false;
    expressions->end = expressions->bytes;
    for (size_t i = 0; i < endings->count; i++) {
        const struct fl_text text = fl_word_ending_text(endings, i);
        add_escaped(expressions, (const unsigned char *)text.bytes, text.size);
    }
    add_decoys(expressions, decoys);
    return true;
}
_Static_assert((int)DECOY_BYTES <= (int)FL_WORD_ENDING_BYTES, "room for each expression");

fl_status fl_word_expressions_compile(const struct fl_word_endings *endings, struct fl_hyperscan **compiled,
                                      struct fl_error *error)
{
    struct expressions expressions = {0};
    *compiled = NULL;
    size_t bad;
    fl_status status;
    if (!expressions_make(&expressions, endings))
        status = fl_fail_memory(error, endings->count * (4 * FL_WORD_ENDING_BYTES + 1));
    else
        status = fl_compiler_run(expressions.list, expressions.count, FL_HYPERSCAN_LITERALS, compiled, &bad,
                                 error);
    free(expressions.list);
    free(expressions.bytes);
    /* Literals cannot be written wrongly. */
    if (status == FL_BAD_MODEL)
        return fl_fail(error, FL_INTERNAL, "the keyword library refuses a literal");
    return status;
}
