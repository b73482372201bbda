/* fold_tables.c - makes the table of what each character folds to. */
#include "engine/tags/fold_tables.h"

#include <stdlib.h>

/* The entry of a plain character, but for its letter. */
static const uint32_t same = (uint32_t)FL_FOLD_SAME << FL_FOLD_WAY_SHIFT | FL_FOLD_KEEPS_PLACE;

/* A set of characters. */
struct character_set {
    uint64_t words[FL_UNICODE_END / 64];
};

static void add(struct character_set *set, uint32_t character)
{
    set->words[character / 64] |= UINT64_C(1) << character % 64;
}

static bool has(const struct character_set *set, uint32_t character)
{
    return set->words[character / 64] >> character % 64 & 1;
}

/* Surrogates, and the planes that are for private use or will stay empty: the library is not asked for them,
 * which would take as long again. */
static bool is_no_character(uint32_t character)
{
    return character >> 11 == 0xD800 >> 11 || (character >= 0x40000 && character < 0xE0000) ||
           character >= 0xF0000;
}

/* Whether it may compose with, or move past, or be invisible to, what stands around it. */
static bool joins(const struct character_set *composing, uint32_t character)
{
    if (fl_unicode_has_no_width(character) || fl_unicode_combining_class(character) != 0)
        return true;
    int32_t folded[FL_UNICODE_FOLDED_MAX];
    const int32_t one = (int32_t)character;
    if (fl_unicode_fold(&one, 1, false, folded) == 0)
        return true;
    const uint32_t first = (uint32_t)folded[0];
    return has(composing, first) || fl_unicode_combining_class(first) != 0;
}

static uint32_t entry_of_form(uint32_t character)
{
    int32_t folded[FL_UNICODE_FOLDED_MAX];
    uint8_t bytes[FL_UNICODE_FOLDED_MAX * 4];
    const int32_t one = (int32_t)character;
    const size_t count = fl_unicode_fold(&one, 1, true, folded);
    size_t size = 0;
    if (count == 1 && folded[0] == one)
        return same;
    for (size_t i = 0; i < count; i++)
        size += fl_utf8_encode((uint32_t)folded[i], bytes + size);
    if (size > FL_FOLD_BYTES_MAX)
        return (uint32_t)FL_FOLD_LONGER << FL_FOLD_WAY_SHIFT;
    const bool keeps_place = count == 1 && size == fl_utf8_encode(character, (uint8_t[4]){0});
    return fl_utf8_word(bytes, size) | (uint32_t)size << FL_FOLD_WAY_SHIFT |
           (keeps_place ? (uint32_t)FL_FOLD_KEEPS_PLACE : 0);
}

/* What is on the way to a table: an entry for each character, and which of them are not plain, which
 * something in front may take up. */
struct making {
    uint32_t *entries;
    struct character_set special, composing;
};

/* Nearly all are done here: the others need the library's slower answers. Each character behind the first of
 * a canonical decomposition may compose. */
static void fill_plain(struct making *making)
{
    for (uint32_t character = 0; character < FL_UNICODE_END; character++) {
        int32_t decomposed[FL_UNICODE_DECOMPOSED_MAX];
        making->entries[character] = same;
        if (is_no_character(character))
            continue;
        making->entries[character] |= (uint32_t)fl_letter_find(character) << FL_FOLD_LETTER_SHIFT;
        if (fl_unicode_is_plain(character))
            continue;
        add(&making->special, character);
        const size_t count = fl_unicode_decompose(character, decomposed);
        for (size_t i = 1; i < count; i++)
            add(&making->composing, (uint32_t)decomposed[i]);
    }
}

static void fill_special(struct making *making)
{
    for (uint32_t character = 0; character < FL_UNICODE_END; character++) {
        if ((making->special.words[character / 64] | making->composing.words[character / 64]) == 0) {
            character |= 63;
            continue;
        }
        uint32_t *entry = &making->entries[character];
        if (has(&making->composing, character) ||
            (has(&making->special, character) && joins(&making->composing, character)))
            *entry = (*entry & ~same) | (uint32_t)FL_FOLD_JOINS << FL_FOLD_WAY_SHIFT;
        else if (has(&making->special, character))
            *entry = (*entry & ~same) | entry_of_form(character);
    }
}

/* Moves the distinct pages to the front, each once; returns how many. */
static size_t share_pages(struct fl_fold *fold)
{
    enum { PAGE_BYTES = FL_FOLD_PAGE_CHARACTERS * sizeof(uint32_t) };
    size_t kept = 0;
    for (size_t number = 0; number < FL_FOLD_PAGES; number++) {
        const uint32_t *page = fold->entries + number * FL_FOLD_PAGE_CHARACTERS;
        size_t found = kept; /* looked for from the latest on, as neighbours are alike */
        while (found > 0 &&
               memcmp(fold->entries + (found - 1) * FL_FOLD_PAGE_CHARACTERS, page, PAGE_BYTES) != 0)
            found--;
        if (found == 0) {
            memmove(fold->entries + kept * FL_FOLD_PAGE_CHARACTERS, page, PAGE_BYTES);
            found = ++kept;
        }
        fold->pages[number] = (uint16_t)(found - 1);
    }
    return kept;
}

fl_status fl_fold_create(struct fl_fold **fold, struct fl_error *error)
{
    const size_t entries_bytes = FL_UNICODE_END * sizeof(uint32_t);
    struct making *making = calloc(1, sizeof *making);
    struct fl_fold *made = calloc(1, sizeof *made);
    uint32_t *entries = malloc(entries_bytes);
    *fold = NULL;
    if (making == NULL || made == NULL || entries == NULL) {
        free(entries);
        free(made);
        free(making);
        return fl_fail_memory(error, entries_bytes);
    }
    making->entries = made->entries = entries;
    made->kernels = fl_fold_kernels();
    fill_plain(making);
    fill_special(making);
    free(making);
    /* What stays is a thirtieth; where it cannot be made smaller, all of it does. */
    const size_t kept = share_pages(made);
    entries = realloc(made->entries, kept * FL_FOLD_PAGE_CHARACTERS * sizeof(uint32_t));
    if (entries != NULL)
        made->entries = entries;
    *fold = made;
    return FL_OK;
}

void fl_fold_free(struct fl_fold *fold)
{
    if (fold == NULL)
        return;
    free(fold->entries);
    free(fold);
}
