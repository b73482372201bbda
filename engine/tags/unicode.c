/* unicode.c - the only file that includes the Unicode library. */
#include "engine/tags/unicode.h"

#include <assert.h>
#include <string.h>
#include <utf8proc.h>

enum fl_unicode_sort fl_unicode_sort_of(uint32_t character)
{
    switch (utf8proc_category((utf8proc_int32_t)character)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
        return FL_UNICODE_LETTER;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        return FL_UNICODE_MARK;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return FL_UNICODE_NUMBER;
    default:
        return FL_UNICODE_OTHER;
    }
}

bool fl_unicode_is_digit(uint32_t character)
{
    return utf8proc_category((utf8proc_int32_t)character) == UTF8PROC_CATEGORY_ND;
}

static bool is_hangul_syllable(uint32_t character)
{
    return character >= 0xAC00 && character <= 0xD7A3;
}

/* Not assigned yet, but default ignorables whatever they become, which the library does not know. */
static bool is_kept_for_no_width(uint32_t character)
{
    return character == 0x2065 || (character >= 0xFFF0 && character <= 0xFFF8) ||
           (character >= 0xE0000 && character <= 0xE0FFF);
}

bool fl_unicode_is_plain(uint32_t character)
{
    const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)character);
    return property->decomp_seqindex == UINT16_MAX && property->casefold_seqindex == UINT16_MAX &&
           property->combining_class == 0 && !property->ignorable && !is_kept_for_no_width(character) &&
           !is_hangul_syllable(character);
}

bool fl_unicode_has_no_width(uint32_t character)
{
    return utf8proc_get_property((utf8proc_int32_t)character)->ignorable || is_kept_for_no_width(character);
}

unsigned fl_unicode_combining_class(uint32_t character)
{
    return (unsigned)utf8proc_get_property((utf8proc_int32_t)character)->combining_class;
}

/* Stable, as marks of one rank keep their order; quick on what is nearly sorted, and a cluster is short. */
static void order_marks(int32_t *characters, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const int32_t moved = characters[i];
        const unsigned rank = fl_unicode_combining_class((uint32_t)moved);
        size_t to = i;
        while (rank != 0 && to > 0 && fl_unicode_combining_class((uint32_t)characters[to - 1]) > rank) {
            characters[to] = characters[to - 1];
            to--;
        }
        characters[to] = moved;
    }
}

static size_t decompose(int32_t character, unsigned options, int32_t *decomposed, size_t most)
{
    int boundary = 0; /* the library wants to know where letters end as one sees them; we do not */
    const utf8proc_ssize_t count = utf8proc_decompose_char(character, decomposed, (utf8proc_ssize_t)most,
                                                           (utf8proc_option_t)options, &boundary);
    assert(count >= 0 && (size_t)count <= most);
    return (size_t)count;
}

size_t fl_unicode_decompose(uint32_t character, int32_t decomposed[FL_UNICODE_DECOMPOSED_MAX])
{
    return decompose((int32_t)character, UTF8PROC_DECOMPOSE, decomposed, FL_UNICODE_DECOMPOSED_MAX);
}

/* Canonical order comes before case: the iota below (U+0345) becomes a letter, and marks behind it would then
 * stay with that letter, though they belong to the one in front. */
size_t fl_unicode_fold(const int32_t *characters, size_t count, bool composed,
                       int32_t folded[FL_UNICODE_FOLDED_MAX])
{
    enum { CANONICAL_MAX = FL_UNICODE_CLUSTER_MAX * FL_UNICODE_DECOMPOSED_MAX };
    int32_t canonical[CANONICAL_MAX];
    size_t size = 0;
    assert(count <= FL_UNICODE_CLUSTER_MAX);
    for (size_t i = 0; i < count; i++)
        if (!fl_unicode_has_no_width((uint32_t)characters[i]))
            size += decompose(characters[i], UTF8PROC_DECOMPOSE, canonical + size, CANONICAL_MAX - size);
    order_marks(canonical, size);
    const size_t canonical_size = size;
    size = 0;
    for (size_t i = 0; i < canonical_size; i++)
        size += decompose(canonical[i], UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD,
                          folded + size, FL_UNICODE_FOLDED_MAX - size);
    order_marks(folded, size);
    if (!composed)
        return size;
    const utf8proc_ssize_t left = utf8proc_normalize_utf32(
        folded, (utf8proc_ssize_t)size, (utf8proc_option_t)(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
    assert(left >= 0);
    return (size_t)left;
}
