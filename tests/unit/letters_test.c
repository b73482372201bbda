/* letters_test.c - which characters make words, where words stand free, how many lie in a gap.
 *
 * Known characters of every script named in SEMANTICS.md; words at all edges; gaps of random texts counted
 * again by looking at the whole text first. As truth for whole words the tokens of public treebanks
 * ($FOURLOOP_DATA, else ../shared/data beside the checkout): each that has a letter is looked up in its
 * sentence and must stand free, but for a number of them that is pinned, as treebanks also cut within words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/tags/fold_tables.h"

enum { TEXTS = 4000, PIECES_MAX = 10, TEXT_MAX = 4 * PIECES_MAX };

static struct fl_fold *fold;

static int create(void **state)
{
    struct fl_error error;
    (void)state;
    return fl_fold_create(&fold, &error) == FL_OK ? 0 : -1;
}

static int let_go(void **state)
{
    (void)state;
    fl_fold_free(fold);
    return 0;
}

static void check_letters(const char *characters, enum fl_letter letter)
{
    const struct fl_text text = fl_text_of(characters);
    uint32_t character;
    for (size_t at = 0; at < text.size;) {
        assert_int_equal(fl_letter_at(fold, text, at), letter);
        at += fl_fold_read(text, at, &character);
        assert_int_equal(fl_letter_of(fold, character), letter);
        assert_int_equal(fl_letter_before(fold, text, at), letter);
    }
    assert_int_equal(fl_letter_at(fold, text, text.size), FL_LETTER_NONE);
    assert_int_equal(fl_letter_before(fold, text, 0), FL_LETTER_NONE);
}

static void known_letters(void **state)
{
    (void)state;
    check_letters("azAZ09_éßæøåżğщЁΩשﻉहি한각\u0301²Ⅷ½०𐐀", FL_LETTER_SPACED);
    check_letters("我的々〇〆㐀龥𠀀あがゟアーヿㄅㆠกะๆ๑ກໜကဪကខ០\uFA0E", FL_LETTER_UNSPACED);
    check_letters(" \t\n.,!?-'\"#@€$%&/()…、。，！「」・฿๚។၊😀❤", FL_LETTER_NONE);
    check_letters("\u3099\u0E31\u0E48\u17D2\u1031", FL_LETTER_MARK);
}

static void check_free(const char *text, const char *word, bool left, bool right)
{
    const char *found = strstr(text, word);
    assert_non_null(found);
    const size_t from = (size_t)(found - text), to = from + strlen(word);
    const struct fl_text whole = fl_text_of(text);
    assert_int_equal(fl_stands_free(fold, whole, from, to, false, false), left && right);
    assert_int_equal(fl_stands_free(fold, whole, from, to, true, false), right);
    assert_int_equal(fl_stands_free(fold, whole, from, to, false, true), left);
    assert_true(fl_stands_free(fold, whole, from, to, true, true));
}

static void free_words(void **state)
{
    (void)state;
    check_free("phone", "phone", true, true);
    check_free("a phone.", "phone", true, true);
    check_free("iphone", "phone", false, true);
    check_free("phone7", "phone", true, false);
    check_free("_phone_", "phone", false, false);
    check_free("我的iphone手机", "iphone", true, true);
    check_free("我的手机", "手", true, true);
    check_free("телефоны", "телефон", true, false);
    check_free("e-mail", "mail", true, true);
    check_free("it's", "it", true, true);
    check_free("caf\u00E9", "caf", true, false);
    check_free("x\u0327y", "x", true, false); /* a mark is part of the word */
    check_free("ab+c", "+", true, true);      /* an end that is no letter asks for nothing */
    check_free("ab+c", "b+", false, true);
    check_free("ab+c", "+c", true, true);
    check_free("手phone7机", "phone7", true, true);
    check_free("a手b", "手", true, true);
}

/* ---- gaps ---- */

/* By numbering all words of the text first: those that begin and end in the gap. */
static size_t count_slowly(struct fl_text text, size_t from, size_t to)
{
    size_t count = 0;
    for (size_t start = 0, end; start < text.size; start = end) {
        uint32_t character;
        const enum fl_letter letter = fl_letter_at(fold, text, start);
        end = start + fl_fold_read(text, start, &character);
        while (letter == FL_LETTER_SPACED && fl_letter_at(fold, text, end) == FL_LETTER_SPACED)
            end += fl_fold_read(text, end, &character);
        count += (letter == FL_LETTER_SPACED || letter == FL_LETTER_UNSPACED) && start >= from && end <= to;
    }
    return count;
}

static bool begins_character(struct fl_text text, size_t at)
{
    return at == text.size || ((uint8_t)text.bytes[at] & 0xC0) != 0x80;
}

static void check_gaps(struct fl_text text)
{
    for (size_t from = 0; from <= text.size; from++)
        for (size_t to = from; to <= text.size; to++) {
            if (!begins_character(text, from) || !begins_character(text, to))
                continue;
            const size_t count = count_slowly(text, from, to);
            for (size_t most = 0; most <= PIECES_MAX; most++)
                assert_int_equal(fl_words_between(fold, text, from, to, most),
                                 count <= most ? count : most + 1);
        }
}

static void gaps(void **state)
{
    static const char *const pieces[] = {"a", "b",  "1",  " ", " ",      ",", "é",
                                         "щ", "手", "机", "ก", "\u0E31", "-"};
    uint64_t random = 5;
    (void)state;
    for (int i = 0; i < TEXTS; i++) {
        char bytes[TEXT_MAX + 1];
        size_t size = 0;
        const size_t count = 1 + (size_t)i % PIECES_MAX;
        for (size_t k = 0; k < count; k++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            const char *piece = pieces[(random >> 33) % (sizeof pieces / sizeof *pieces)];
            memcpy(bytes + size, piece, strlen(piece));
            size += strlen(piece);
        }
        check_gaps((struct fl_text){bytes, size});
    }
}

/* ---- treebanks ---- */

struct token_counts {
    size_t free, cut, lost; /* lost: not found in the sentence as it is written */
};

static void fold_into(struct fl_buffer *out, struct fl_text text)
{
    bool same_places;
    out->size = 0;
    assert_int_equal(fl_fold_append(fold, text, out, &same_places, NULL), FL_OK);
}

static bool has_spaced_letter(struct fl_text word)
{
    uint32_t character;
    for (size_t at = 0; at < word.size; at += fl_fold_read(word, at, &character))
        if (fl_letter_at(fold, word, at) == FL_LETTER_SPACED)
            return true;
    return false;
}

/* Looks a token up in its sentence from byte *at on, and passes it. */
static void check_token(const struct fl_buffer *sentence, size_t *at, const struct fl_buffer *token,
                        struct token_counts *counts)
{
    const struct fl_text text = {(const char *)sentence->bytes, sentence->size};
    const char *found = memmem(text.bytes + *at, text.size - *at, token->bytes, token->size);
    if (found == NULL) {
        counts->lost++;
        return;
    }
    const size_t from = (size_t)(found - text.bytes), to = from + token->size;
    *at = to;
    if (!has_spaced_letter((struct fl_text){(const char *)token->bytes, token->size}))
        return;
    const bool is_free = fl_stands_free(fold, text, from, to, false, false);
    counts->free += is_free;
    counts->cut += !is_free;
}

/* A line: ID, form, and so on; of a token of several words (ID 3-4) the words themselves are passed over. */
static bool is_surface_token(const char *line, long *covered)
{
    char *end;
    const long id = strtol(line, &end, 10);
    if (end == line || *end == '.')
        return false;
    if (*end == '-') {
        *covered = strtol(end + 1, NULL, 10);
        return true;
    }
    return id > *covered;
}

static struct token_counts count_tokens(FILE *file)
{
    static const char text_mark[] = "# text = ";
    struct fl_buffer sentence = {0}, token = {0};
    struct token_counts counts = {0};
    size_t capacity = 0, at = 0;
    char *line = NULL;
    long covered = 0;
    for (ssize_t size; (size = getline(&line, &capacity, file)) > 0;) {
        if (strncmp(line, text_mark, sizeof text_mark - 1) == 0) {
            fold_into(&sentence,
                      (struct fl_text){line + sizeof text_mark - 1, (size_t)size - (sizeof text_mark - 1)});
            at = 0;
            covered = 0;
        } else if (is_surface_token(line, &covered)) {
            const char *form = strchr(line, '\t') + 1;
            fold_into(&token, (struct fl_text){form, strcspn(form, "\t")});
            check_token(&sentence, &at, &token, &counts);
        }
    }
    free(line);
    fl_buffer_release(&sentence);
    fl_buffer_release(&token);
    return counts;
}

static void check_treebank(const char *name, size_t free, size_t cut, size_t lost)
{
    const char *root = getenv("FOURLOOP_DATA");
    char path[512];
    (void)snprintf(path, sizeof path, "%s/text/ud/%s", root != NULL ? root : "../shared/data", name);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        print_message("SKIPPED: %s is not there (set FOURLOOP_DATA): its tokens were NOT tested\n", path);
        return;
    }
    const struct token_counts counts = count_tokens(file);
    (void)fclose(file);
    print_message("%s: %zu tokens with letters stand free, %zu are cut, %zu not found\n", name, counts.free,
                  counts.cut, counts.lost);
    assert_int_equal(counts.free, free);
    assert_int_equal(counts.cut, cut);
    assert_int_equal(counts.lost, lost);
}

static void treebanks(void **state)
{
    (void)state;
    check_treebank("no_bokmaal-ud-dev.conllu", 31962, 0, 0);
    check_treebank("nl_lassysmall-ud-dev.conllu", 24500, 0, 0);
    /* Written as one in the sentence: `3кг`, and `тыли`. */
    check_treebank("ru_taiga-ud-dev.conllu", 13152, 4, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_letters), cmocka_unit_test(free_words),
                                       cmocka_unit_test(gaps), cmocka_unit_test(treebanks)};
    return cmocka_run_group_tests(tests, create, let_go);
}
