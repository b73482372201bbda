/* fold_tables.c - makes the table of what each character folds to. */
#include "engine/tags/fold_tables.h"

#include <stdlib.h>

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

static bool is_surrogate(uint32_t character)
{
    return character >> 11 == 0xD800 >> 11;
}

/* Those that something in front may take up: each character behind the first of a canonical decomposition. */
static void find_composing(struct character_set *composing)
{
    for (uint32_t character = 0; character < FL_UNICODE_END; character++) {
        int32_t decomposed[FL_UNICODE_DECOMPOSED_MAX];
        if (is_surrogate(character) || fl_unicode_is_plain(character))
            continue;
        const size_t count = fl_unicode_decompose(character, decomposed);
        for (size_t i = 1; i < count; i++)
            add(composing, (uint32_t)decomposed[i]);
    }
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
        return FL_FOLD_SAME << FL_FOLD_WAY_SHIFT | FL_FOLD_KEEPS_PLACE;
    for (size_t i = 0; i < count; i++)
        size += fl_utf8_encode((uint32_t)folded[i], bytes + size);
    if (size > FL_FOLD_BYTES_MAX)
        return (uint32_t)FL_FOLD_LONGER << FL_FOLD_WAY_SHIFT;
    const bool keeps_place = count == 1 && size == fl_utf8_encode(character, (uint8_t[4]){0});
    return fl_utf8_word(bytes, size) | (uint32_t)size << FL_FOLD_WAY_SHIFT |
           (keeps_place ? (uint32_t)FL_FOLD_KEEPS_PLACE : 0);
}

static uint32_t entry_of(const struct character_set *composing, uint32_t character)
{
    const uint32_t letter = (uint32_t)fl_letter_find(character) << FL_FOLD_LETTER_SHIFT;
    if (is_surrogate(character) || (fl_unicode_is_plain(character) && !has(composing, character)))
        return letter | FL_FOLD_SAME << FL_FOLD_WAY_SHIFT | FL_FOLD_KEEPS_PLACE;
    if (joins(composing, character))
        return letter | (uint32_t)FL_FOLD_JOINS << FL_FOLD_WAY_SHIFT;
    return letter | entry_of_form(character);
}

/* Of the pages made so far the latest that is equal; else the page is kept as one more. */
static uint16_t place_page(struct fl_fold *fold, size_t *page_count, const uint32_t *page)
{
    enum { PAGE_BYTES = FL_FOLD_PAGE_CHARACTERS * sizeof(uint32_t) };
    for (size_t i = *page_count; i > 0; i--)
        if (memcmp(fold->entries + (i - 1) * FL_FOLD_PAGE_CHARACTERS, page, PAGE_BYTES) == 0)
            return (uint16_t)(i - 1);
    memcpy(fold->entries + *page_count * FL_FOLD_PAGE_CHARACTERS, page, PAGE_BYTES);
    return (uint16_t)(*page_count)++;
}

static size_t fill(struct fl_fold *fold, const struct character_set *composing)
{
    uint32_t page[FL_FOLD_PAGE_CHARACTERS];
    size_t page_count = 0;
    for (uint32_t number = 0; number < FL_FOLD_PAGES; number++) {
        for (uint32_t i = 0; i < FL_FOLD_PAGE_CHARACTERS; i++)
            page[i] = entry_of(composing, number << FL_FOLD_PAGE_SHIFT | i);
        fold->pages[number] = place_page(fold, &page_count, page);
    }
    return page_count;
}

fl_status fl_fold_create(struct fl_fold **fold, struct fl_error *error)
{
    const size_t most_bytes = (size_t)FL_UNICODE_END * sizeof(uint32_t);
    struct character_set *composing = calloc(1, sizeof *composing);
    struct fl_fold *made = calloc(1, sizeof *made);
    uint32_t *entries = malloc(most_bytes);
    *fold = NULL;
    if (composing == NULL || made == NULL || entries == NULL) {
        free(entries);
        free(made);
        free(composing);
        return fl_fail_memory(error, most_bytes);
    }
    made->kernels = fl_fold_kernels();
    made->entries = entries;
    find_composing(composing);
    const size_t page_count = fill(made, composing);
    free(composing);
    /* Most pages are alike: a twentieth of the room is kept. */
    entries = realloc(made->entries, page_count * FL_FOLD_PAGE_CHARACTERS * sizeof(uint32_t));
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
