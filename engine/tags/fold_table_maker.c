/* fold_table_maker.c - run by the build: asks the Unicode library what each character folds to, prints the
 * table as C. */
#include <stdio.h>
#include <stdlib.h>

#include "engine/tags/fold_tables.h"

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

/* The pages of a table, each distinct one once and in front; page_of[] says where each lies. Returns how
 * many. */
static size_t share_pages(uint32_t *entries, uint16_t page_of[FL_FOLD_PAGES])
{
    enum { PAGE_BYTES = FL_FOLD_PAGE_CHARACTERS * sizeof(uint32_t) };
    size_t kept = 0;
    for (size_t number = 0; number < FL_FOLD_PAGES; number++) {
        const uint32_t *page = entries + number * FL_FOLD_PAGE_CHARACTERS;
        size_t found = kept; /* looked for from the latest on, as neighbours are alike */
        while (found > 0 && memcmp(entries + (found - 1) * FL_FOLD_PAGE_CHARACTERS, page, PAGE_BYTES) != 0)
            found--;
        if (found == 0) {
            memmove(entries + kept * FL_FOLD_PAGE_CHARACTERS, page, PAGE_BYTES);
            found = ++kept;
        }
        page_of[number] = (uint16_t)(found - 1);
    }
    return kept;
}

static void print_table(const uint32_t *entries, size_t pages, const uint16_t *page_of, FILE *to)
{
    fprintf(to, "/* fold_table.c - what each character folds to; printed by fold_table_maker. */\n"
                "#include \"engine/tags/fold_tables.h\"\n\nconst uint32_t fl_fold_entries[] = {\n");
    for (size_t i = 0; i < pages * FL_FOLD_PAGE_CHARACTERS; i++)
        fprintf(to, "0x%X,%s", (unsigned)entries[i], i % 16 == 15 ? "\n" : "");
    fprintf(to, "};\n\nconst uint16_t fl_fold_pages[FL_FOLD_PAGES] = {\n");
    for (size_t i = 0; i < FL_FOLD_PAGES; i++)
        fprintf(to, "%u,%s", (unsigned)page_of[i], i % 32 == 31 ? "\n" : "");
    fprintf(to, "};\n");
}

int main(int count, char **words)
{
    static uint16_t page_of[FL_FOLD_PAGES];
    static struct making making;
    FILE *to = count == 2 ? fopen(words[1], "w") : NULL;
    making.entries = malloc(FL_UNICODE_END * sizeof(uint32_t));
    if (to == NULL || making.entries == NULL) {
        fprintf(stderr, "usage: fold_table_maker FILE.c\n");
        return EXIT_FAILURE;
    }
    fill_plain(&making);
    fill_special(&making);
    print_table(making.entries, share_pages(making.entries, page_of), page_of, to);
    free(making.entries);
    const bool written = ferror(to) == 0;
    return fclose(to) == 0 && written ? EXIT_SUCCESS : EXIT_FAILURE;
}
