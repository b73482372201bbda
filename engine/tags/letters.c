/* letters.c - which characters make words, and where words stand free. */
#include "engine/tags/letters.h"

#include <assert.h>

#include "engine/tags/fold_tables.h"

struct character_range {
    uint32_t first, last;
};

/* Scripts written without spaces between words, by blocks; what is no letter in them is left out by its sort.
 */
static const struct character_range unspaced[] = {
    {0x0E01, 0x0EFF},   /* Thai, Lao */
    {0x1000, 0x109F},   /* Myanmar */
    {0x1780, 0x17FF},   /* Khmer */
    {0x2E80, 0x2FDF},   /* Han radicals */
    {0x3005, 0x3007},   /* Han: repetition mark, closing mark, zero */
    {0x3021, 0x302D},   /* Han numerals, tone marks */
    {0x3031, 0x3035},   /* Kana repetition marks */
    {0x3038, 0x303C},   /* Han numerals, repetition mark, masu */
    {0x3041, 0x30FF},   /* Hiragana, Katakana with the long vowel mark */
    {0x3105, 0x312F},   /* Bopomofo */
    {0x3190, 0x31BF},   /* Kanbun, Bopomofo extended */
    {0x31F0, 0x31FF},   /* Katakana extensions */
    {0x3400, 0x4DBF},   /* Han extension A */
    {0x4E00, 0x9FFF},   /* Han */
    {0xA9E0, 0xA9FE},   /* Myanmar extended B */
    {0xAA60, 0xAA7F},   /* Myanmar extended A */
    {0xF900, 0xFAFF},   /* Han compatibility */
    {0xFF66, 0xFF9F},   /* Katakana of half width */
    {0x16FE2, 0x16FE3}, /* Han: old marks */
    {0x16FF0, 0x16FF1}, /* Han: reading marks */
    {0x1AFF0, 0x1B16F}, /* Kana supplement, extensions */
    {0x20000, 0x3FFFD}, /* Han extensions B and on */
};

static bool is_unspaced(uint32_t character)
{
    for (size_t i = 0; i < sizeof unspaced / sizeof *unspaced; i++)
        if (character <= unspaced[i].last)
            return character >= unspaced[i].first;
    return false;
}

enum fl_letter fl_letter_find(uint32_t character)
{
    const enum fl_unicode_sort sort = fl_unicode_sort_of(character);
    if (character == '_')
        return FL_LETTER_SPACED;
    if (sort == FL_UNICODE_OTHER)
        return FL_LETTER_NONE;
    if (!is_unspaced(character))
        return FL_LETTER_SPACED;
    return sort == FL_UNICODE_MARK ? FL_LETTER_MARK : FL_LETTER_UNSPACED;
}

enum fl_letter fl_letter_of(const struct fl_fold *fold, uint32_t codepoint)
{
    assert(codepoint < FL_UNICODE_END);
    return (enum fl_letter)(fl_fold_entry(fold, codepoint) >> FL_FOLD_LETTER_SHIFT);
}

/* The letter of the character at a byte, with its size. */
static enum fl_letter letter_and_size(const struct fl_fold *fold, struct fl_text text, size_t at,
                                      size_t *size)
{
    uint32_t character;
    *size = fl_fold_read(text, at, &character);
    return fl_letter_of(fold, character);
}

enum fl_letter fl_letter_at(const struct fl_fold *fold, struct fl_text text, size_t at)
{
    size_t size;
    assert(at <= text.size);
    return at == text.size ? FL_LETTER_NONE : letter_and_size(fold, text, at, &size);
}

static size_t character_before(struct fl_text text, size_t at)
{
    do
        at--;
    while (at > 0 && ((uint8_t)text.bytes[at] & 0xC0) == 0x80);
    return at;
}

enum fl_letter fl_letter_before(const struct fl_fold *fold, struct fl_text text, size_t at)
{
    assert(at <= text.size);
    return at == 0 ? FL_LETTER_NONE : fl_letter_at(fold, text, character_before(text, at));
}

/* Whether a word would be cut at a byte. */
static bool is_inside_word(const struct fl_fold *fold, struct fl_text text, size_t at)
{
    return fl_letter_at(fold, text, at) == FL_LETTER_SPACED &&
           fl_letter_before(fold, text, at) == FL_LETTER_SPACED;
}

bool fl_stands_free(const struct fl_fold *fold, struct fl_text text, size_t from, size_t to, bool open_left,
                    bool open_right)
{
    assert(from < to && to <= text.size);
    return (open_left || !is_inside_word(fold, text, from)) &&
           (open_right || !is_inside_word(fold, text, to));
}

size_t fl_words_between(const struct fl_fold *fold, struct fl_text text, size_t from, size_t to, size_t most)
{
    size_t words = 0;
    enum fl_letter before = fl_letter_before(fold, text, from);
    bool is_whole_so_far = false; /* in a run that began in the gap */
    assert(from <= to && to <= text.size);
    for (size_t at = from, size; at < to && words <= most; at += size) {
        const enum fl_letter letter = letter_and_size(fold, text, at, &size);
        if (letter == FL_LETTER_SPACED) {
            is_whole_so_far |= before != FL_LETTER_SPACED;
        } else {
            words += (size_t)is_whole_so_far + (letter == FL_LETTER_UNSPACED);
            is_whole_so_far = false;
        }
        before = letter;
    }
    words += is_whole_so_far && fl_letter_at(fold, text, to) != FL_LETTER_SPACED;
    return words <= most ? words : most + 1;
}
