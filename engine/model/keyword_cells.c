/* keyword_cells.c - splits the cells of keywords.csv into words or pairs of words. */
#include "engine/model/keyword_cells.h"

#include <stdarg.h>
#include <stdio.h>

#include "engine/model/keywords.h"

static const char near_mark[] = "near/";
enum { NEAR_MARK_SIZE = sizeof near_mark - 1 };

bool fl_cell_refuse(struct fl_cell_trouble *trouble, size_t offset, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(trouble->sentence, sizeof trouble->sentence, format, arguments);
    va_end(arguments);
    trouble->offset = offset;
    return false;
}

/* Line breaks too: a long list may stand on many lines of a quoted cell. */
static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct fl_cell_piece cut(struct fl_cell_piece piece, size_t from, size_t to)
{
    return (struct fl_cell_piece){{piece.text.bytes + from, to - from}, piece.offset + from};
}

static struct fl_cell_piece trim(struct fl_cell_piece piece)
{
    size_t from = 0, to = piece.text.size;
    while (from < to && is_blank(piece.text.bytes[from]))
        from++;
    while (to > from && is_blank(piece.text.bytes[to - 1]))
        to--;
    return cut(piece, from, to);
}

struct fl_cell_piece fl_cell_trim(struct fl_text cell)
{
    return trim((struct fl_cell_piece){cell, 0});
}

/* Behind the character or the escape at `at`. */
static size_t step(struct fl_text text, size_t at)
{
    return text.bytes[at] == '\\' && at + 1 < text.size ? at + 2 : at + 1;
}

bool fl_cell_next(struct fl_cell_piece *rest, struct fl_cell_piece *piece)
{
    const struct fl_text text = rest->text;
    if (text.bytes == NULL)
        return false;
    size_t at = 0;
    while (at < text.size && text.bytes[at] != '|')
        at = step(text, at);
    *piece = trim(cut(*rest, 0, at));
    /* Behind a last `|` there is one more word, an empty one. */
    *rest = at < text.size ? cut(*rest, at + 1, text.size) : (struct fl_cell_piece){{NULL, 0}, 0};
    return true;
}

static bool check_escapes(struct fl_cell_piece piece, struct fl_cell_trouble *trouble)
{
    const struct fl_text text = piece.text;
    for (size_t at = 0; at < text.size; at = step(text, at)) {
        if (text.bytes[at] == '*')
            return fl_cell_refuse(trouble, piece.offset + at,
                                  "a `*` inside a word: it opens a word at its begin or its end only; write "
                                  "`\\*` for a star itself");
        if (text.bytes[at] != '\\')
            continue;
        const char next = at + 1 < text.size ? text.bytes[at + 1] : ' ';
        if (next != '|' && next != '*' && next != '\\')
            return fl_cell_refuse(trouble, piece.offset + at,
                                  "a `\\` before anything but `|`, `*`, `\\`: write `\\\\` for the sign "
                                  "itself");
    }
    return true;
}

/* Whether the last byte is a star that no escape stands before. */
static bool ends_open(struct fl_text text)
{
    size_t last = text.size;
    for (size_t at = 0; at < text.size; at = step(text, at))
        last = at;
    return last + 1 == text.size && text.bytes[last] == '*';
}

bool fl_cell_word(struct fl_cell_piece piece, struct fl_cell_word *word, struct fl_cell_trouble *trouble)
{
    *word = (struct fl_cell_word){.open_left = piece.text.size > 0 && piece.text.bytes[0] == '*',
                                  .open_right = ends_open(piece.text)};
    if (piece.text.size == 0)
        return fl_cell_refuse(trouble, piece.offset,
                              "an empty word: take the `|` away that nothing stands beside");
    if (word->open_left && piece.text.size <= 1 + (size_t)word->open_right)
        return fl_cell_refuse(trouble, piece.offset, "a `*` without a word beside it");
    word->piece = cut(piece, word->open_left, piece.text.size - word->open_right);
    if (trim(word->piece).text.size != word->piece.text.size)
        return fl_cell_refuse(trouble, piece.offset, FL_CELL_STAR_APART);
    return check_escapes(word->piece, trouble);
}

/* Where the blank-separated `near/` begins, from `from` on; the piece's size: nowhere. */
static size_t find_near(struct fl_text text, size_t from)
{
    for (size_t at = from; at + NEAR_MARK_SIZE <= text.size; at++) {
        const bool begins = at == 0 || is_blank(text.bytes[at - 1]);
        if (begins && memcmp(text.bytes + at, near_mark, NEAR_MARK_SIZE) == 0)
            return at;
    }
    return text.size;
}

/* The number behind `near/`; *end is where it ends. */
static bool read_distance(struct fl_cell_piece piece, size_t at, size_t *end, uint32_t *distance,
                          struct fl_cell_trouble *trouble)
{
    const struct fl_text text = piece.text;
    uint32_t number = 0;
    *end = at + NEAR_MARK_SIZE;
    while (*end < text.size && text.bytes[*end] >= '0' && text.bytes[*end] <= '9' &&
           number <= FL_KEYWORD_NEAR_MAX)
        number = number * 10 + (uint32_t)(text.bytes[(*end)++] - '0');
    const bool has_digits = *end > at + NEAR_MARK_SIZE;
    if (!has_digits || number > FL_KEYWORD_NEAR_MAX || (*end < text.size && !is_blank(text.bytes[*end])))
        return fl_cell_refuse(trouble, piece.offset + at,
                              "`near/` wants a number of words from 0 to %d, and a blank behind it",
                              FL_KEYWORD_NEAR_MAX);
    *distance = number;
    return true;
}

bool fl_cell_pair(struct fl_cell_piece piece, struct fl_cell_pair *pair, struct fl_cell_trouble *trouble)
{
    const size_t at = find_near(piece.text, 0);
    if (at == piece.text.size)
        return fl_cell_refuse(trouble, piece.offset, "no pair of words: write it as in `late near/4 parcel`");
    size_t end = 0;
    if (!read_distance(piece, at, &end, &pair->distance, trouble))
        return false;
    const size_t second = find_near(piece.text, end);
    if (second < piece.text.size)
        return fl_cell_refuse(trouble, piece.offset + second,
                              "a second `near/`: write each pair of its own, with `|` between");
    const struct fl_cell_piece left = trim(cut(piece, 0, at)), right = trim(cut(piece, end, piece.text.size));
    if (left.text.size == 0 || right.text.size == 0)
        return fl_cell_refuse(trouble, piece.offset + at, "a word is missing %s `near/`",
                              left.text.size == 0 ? "before" : "behind");
    return fl_cell_word(left, &pair->left, trouble) && fl_cell_word(right, &pair->right, trouble);
}

size_t fl_cell_unescape(const struct fl_cell_word *word, char *to)
{
    const struct fl_text text = word->piece.text;
    size_t size = 0;
    for (size_t at = 0; at < text.size; at++) {
        if (text.bytes[at] == '\\')
            at++;
        to[size++] = text.bytes[at];
    }
    return size;
}
