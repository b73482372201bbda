/* pattern_read.c - the language of regular expressions that rules may use, read by recursive descent. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "engine/tags/fold_tables.h"
#include "engine/tags/pattern_set.h"

struct reader {
    struct fl_text pattern;
    size_t at; /* byte */
    const struct fl_fold *fold;
    struct fl_arena *arena;
    struct fl_error *error;
    fl_status status; /* of the first failure; a node is NULL from then on */
    struct fl_buffer folded;
    size_t depth, range_characters;
};

/* ---- failures ---- */

static struct fl_pattern_node *no_memory(struct reader *reader)
{
    reader->status = fl_fail_memory(reader->error, sizeof(struct fl_pattern_node));
    return NULL;
}

/* Names the character at byte `at`. */
static struct fl_pattern_node *refuse(struct reader *reader, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static struct fl_pattern_node *refuse(struct reader *reader, size_t at, const char *format, ...)
{
    char words[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    size_t number = 1;
    for (size_t i = 0; i < at; i++)
        number += ((unsigned char)reader->pattern.bytes[i] & 0xC0) != 0x80;
    reader->status =
        fl_fail(reader->error, FL_BAD_MODEL, "character %zu of the regular expression: %s", number, words);
    return NULL;
}

/* ---- characters ---- */

static bool is_end(const struct reader *reader)
{
    return reader->at == reader->pattern.size;
}

/* 0 at the end; the pattern has no U+0000. */
static char peek(const struct reader *reader)
{
    return is_end(reader) ? '\0' : reader->pattern.bytes[reader->at];
}

static bool take(struct reader *reader, char wanted)
{
    if (is_end(reader) || peek(reader) != wanted)
        return false;
    reader->at++;
    return true;
}

static uint32_t take_character(struct reader *reader)
{
    uint32_t character;
    reader->at += fl_fold_read(reader->pattern, reader->at, &character);
    return character;
}

/* The folded form of some bytes of the pattern, or NULL. */
static const struct fl_buffer *fold_text(struct reader *reader, struct fl_text text)
{
    bool same_places;
    reader->folded.size = 0;
    const fl_status status = fl_fold_append(reader->fold, text, &reader->folded, &same_places, reader->error);
    if (status == FL_OK)
        return &reader->folded;
    reader->status = status;
    return NULL;
}

static const struct fl_buffer *fold_character(struct reader *reader, uint32_t character)
{
    uint8_t bytes[4];
    const size_t size = fl_utf8_encode(character, bytes);
    return fold_text(reader, (struct fl_text){(const char *)bytes, size});
}

/* ---- nodes ---- */

static struct fl_pattern_node *node_make(struct reader *reader, enum fl_pattern_kind kind)
{
    struct fl_pattern_node *node = fl_arena_take(reader->arena, sizeof *node);
    if (node == NULL)
        return no_memory(reader);
    node->kind = kind;
    return node;
}

static struct fl_pattern_node *count_steps(struct reader *reader, struct fl_pattern_node *node,
                                           uint64_t steps)
{
    if (steps > FL_PATTERN_STEPS_MAX)
        return refuse(reader, reader->at > 0 ? reader->at - 1 : 0,
                      "with its repeats written out the expression has more than %d steps: make them smaller",
                      FL_PATTERN_STEPS_MAX);
    node->steps = (uint32_t)steps;
    return node;
}

static struct fl_pattern_node *set_node(struct reader *reader, struct fl_pattern_set_draft *draft)
{
    struct fl_pattern_node *node = node_make(reader, FL_PATTERN_SET);
    const struct fl_pattern_set *set = fl_pattern_set_finish(draft, reader->fold, reader->arena);
    if (node == NULL)
        return NULL;
    if (set == NULL)
        return no_memory(reader);
    node->set = set;
    node->has_set = true;
    return count_steps(reader, node, 1);
}

static struct fl_pattern_node *character_node(struct reader *reader, uint32_t character)
{
    struct fl_pattern_set_draft draft = {0};
    if (!fl_pattern_set_add(&draft, character, character))
        return no_memory(reader);
    return set_node(reader, &draft);
}

/* Parts one behind the other, or one beside the other. */
struct parts {
    struct fl_pattern_node *whole, *newest;
    size_t count;
    uint64_t steps;
};

static void parts_add(struct parts *parts, struct fl_pattern_node *part)
{
    if (parts->newest == NULL)
        parts->whole->first = part;
    else
        parts->newest->next = part;
    parts->newest = part;
    parts->count++;
    parts->steps += part->steps;
    parts->whole->has_loop |= part->has_loop;
    parts->whole->has_set |= part->has_set;
}

/* Folded characters one behind the other. */
static struct fl_pattern_node *characters_node(struct reader *reader, const struct fl_buffer *folded)
{
    struct parts parts = {.whole = node_make(reader, FL_PATTERN_SEQUENCE)};
    const struct fl_text text = {(const char *)folded->bytes, folded->size};
    for (size_t at = 0; at < text.size && reader->status == FL_OK;) {
        uint32_t character;
        at += fl_fold_read(text, at, &character);
        struct fl_pattern_node *node = character_node(reader, character);
        if (node != NULL)
            parts_add(&parts, node);
    }
    return reader->status == FL_OK ? count_steps(reader, parts.whole, parts.steps) : NULL;
}

/* ---- literal characters ---- */

static bool is_special(char byte)
{
    return byte != '\0' && strchr("\\.[]()|?*+{}^$", byte) != NULL;
}

/* What stands behind a backslash for itself, or for a control character; 0: neither. */
static char escaped_character(char byte)
{
    switch (byte) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return byte >= ' ' && byte <= '~' && !(byte >= '0' && byte <= '9') && !(byte >= 'A' && byte <= 'Z') &&
                       !(byte >= 'a' && byte <= 'z')
                   ? byte
                   : '\0';
    }
}

/* At one that stands for itself, written as it is or with a backslash. */
static bool is_at_literal(const struct reader *reader)
{
    if (is_end(reader))
        return false;
    if (peek(reader) != '\\')
        return !is_special(peek(reader));
    return reader->at + 1 < reader->pattern.size &&
           escaped_character(reader->pattern.bytes[reader->at + 1]) != '\0';
}

static bool is_at_repeat(const struct reader *reader)
{
    const char byte = peek(reader);
    return byte != '\0' && strchr("?*+{", byte) != NULL;
}

/* A run of literal characters; the last one stays for itself if a repeat follows. They are folded together,
 * as characters that compose stand behind each other. */
static struct fl_pattern_node *read_run(struct reader *reader)
{
    const size_t begin = reader->at;
    struct fl_buffer run = {0};
    bool has_memory = true;
    while (is_at_literal(reader) && has_memory) {
        const size_t at = reader->at;
        char byte;
        if (take(reader, '\\')) {
            byte = escaped_character(peek(reader));
            reader->at++;
        } else {
            (void)take_character(reader);
        }
        if (is_at_repeat(reader) && run.size > 0) {
            reader->at = at;
            break;
        }
        has_memory = reader->pattern.bytes[at] == '\\'
                         ? fl_buffer_append(&run, &byte, 1) != 0
                         : fl_buffer_append(&run, reader->pattern.bytes + at, reader->at - at) != 0;
        if (is_at_repeat(reader))
            break;
    }
    const struct fl_buffer *folded =
        has_memory ? fold_text(reader, (struct fl_text){(const char *)run.bytes, run.size}) : NULL;
    fl_buffer_release(&run);
    if (!has_memory)
        return no_memory(reader);
    if (folded == NULL)
        return NULL;
    if (folded->size == 0)
        return refuse(reader, begin, "characters without width are folded away: leave them out");
    return characters_node(reader, folded);
}

/* ---- classes ---- */

static unsigned class_of(char letter)
{
    switch (letter) {
    case 'd':
        return FL_PATTERN_DIGIT;
    case 'D':
        return FL_PATTERN_NO_DIGIT;
    case 'w':
        return FL_PATTERN_LETTER;
    case 'W':
        return FL_PATTERN_NO_LETTER;
    case 's':
        return FL_PATTERN_SPACE;
    case 'S':
        return FL_PATTERN_NO_SPACE;
    default:
        return 0;
    }
}

/* One character between brackets. False: refused. */
static bool read_member(struct reader *reader, uint32_t *character)
{
    const size_t at = reader->at;
    if (take(reader, '\\')) {
        const char byte = escaped_character(peek(reader));
        if (byte == '\0') {
            refuse(reader, at,
                   "between brackets there are `\\d \\w \\s \\D \\W \\S`, and punctuation behind a `\\`");
            return false;
        }
        reader->at++;
        *character = (unsigned char)byte;
        return true;
    }
    if (peek(reader) == '[') {
        refuse(reader, at, "a bracket within brackets: write `\\[`");
        return false;
    }
    *character = take_character(reader);
    return true;
}

/* A single folded character of the class, or the reason why there is none. */
static void add_member(struct reader *reader, struct fl_pattern_set_draft *draft, size_t at,
                       uint32_t character)
{
    const struct fl_buffer *folded = fold_character(reader, character);
    if (folded == NULL)
        return;
    const struct fl_text text = {(const char *)folded->bytes, folded->size};
    uint32_t only = 0;
    if (text.size == 0)
        refuse(reader, at, "a character without width is folded away: leave it out");
    else if (fl_fold_read(text, 0, &only) != text.size)
        refuse(reader, at, "this character is folded to `%.*s`: write `(%.*s|...)` beside the brackets",
               (int)text.size, text.bytes, (int)text.size, text.bytes);
    else if (!fl_pattern_set_add(draft, only, only))
        no_memory(reader);
}

/* The range itself, and the folded forms of its characters that are one. */
static void add_range(struct reader *reader, struct fl_pattern_set_draft *draft, size_t at, uint32_t first,
                      uint32_t last)
{
    if (first > last) {
        refuse(reader, at, "a range that goes backwards");
        return;
    }
    reader->range_characters += last - first + 1;
    if (reader->range_characters > FL_PATTERN_RANGE_CHARACTERS_MAX) {
        refuse(reader, at,
               "the ranges have more than %d characters: say it with `\\w` or what must not stand here",
               FL_PATTERN_RANGE_CHARACTERS_MAX);
        return;
    }
    bool has_memory = fl_pattern_set_add(draft, first, last);
    for (uint32_t character = first; character <= last && has_memory && reader->status == FL_OK;
         character++) {
        if (character >= 0xD800 && character <= 0xDFFF)
            continue;
        const struct fl_buffer *folded = fold_character(reader, character);
        uint32_t only;
        if (folded == NULL || folded->size == 0)
            continue;
        const struct fl_text text = {(const char *)folded->bytes, folded->size};
        if (fl_fold_read(text, 0, &only) == text.size && only != character)
            has_memory = fl_pattern_set_add(draft, only, only);
    }
    if (!has_memory)
        no_memory(reader);
}

static void read_item(struct reader *reader, struct fl_pattern_set_draft *draft)
{
    const size_t at = reader->at;
    if (peek(reader) == '\\' && at + 1 < reader->pattern.size &&
        class_of(reader->pattern.bytes[at + 1]) != 0) {
        draft->classes |= class_of(reader->pattern.bytes[at + 1]);
        reader->at += 2;
        if (peek(reader) == '-' && reader->at + 1 < reader->pattern.size &&
            reader->pattern.bytes[reader->at + 1] != ']')
            refuse(reader, reader->at, "a range cannot begin with a class: write `\\-` for the sign itself");
        return;
    }
    uint32_t first, last;
    if (!read_member(reader, &first))
        return;
    const bool is_range = peek(reader) == '-' && reader->at + 1 < reader->pattern.size &&
                          reader->pattern.bytes[reader->at + 1] != ']';
    if (!is_range) {
        add_member(reader, draft, at, first);
        return;
    }
    reader->at++;
    if (read_member(reader, &last))
        add_range(reader, draft, at, first, last);
}

/* Behind the opening bracket. */
static struct fl_pattern_node *read_brackets(struct reader *reader)
{
    const size_t begin = reader->at - 1;
    struct fl_pattern_set_draft draft = {.negated = take(reader, '^')};
    if (peek(reader) == ']')
        return refuse(reader, reader->at, "empty brackets: write `\\]` for the sign itself");
    while (reader->status == FL_OK && !is_end(reader) && peek(reader) != ']')
        read_item(reader, &draft);
    if (reader->status == FL_OK && !take(reader, ']'))
        refuse(reader, begin, "this bracket is not closed");
    if (reader->status == FL_OK)
        return set_node(reader, &draft);
    fl_pattern_set_release(&draft);
    return NULL;
}

/* ---- expressions ---- */

static struct fl_pattern_node *read_alternatives(struct reader *reader);

/* Behind the opening parenthesis. */
static struct fl_pattern_node *read_group(struct reader *reader)
{
    const size_t begin = reader->at - 1;
    if (take(reader, '?') && !take(reader, ':'))
        return refuse(reader, begin, "look-around, names and flags are not part of the language; `(?:` is");
    if (++reader->depth > FL_PATTERN_DEPTH_MAX)
        return refuse(reader, begin, "more than %d groups within each other", FL_PATTERN_DEPTH_MAX);
    struct fl_pattern_node *group = read_alternatives(reader);
    reader->depth--;
    if (group != NULL && !take(reader, ')'))
        return refuse(reader, begin, "this parenthesis is not closed");
    return group;
}

/* Behind the backslash, at what is no literal. */
static struct fl_pattern_node *read_escape(struct reader *reader)
{
    const size_t begin = reader->at - 1;
    const char letter = peek(reader);
    if (letter == 'b' || letter == 'B') {
        struct fl_pattern_node *node = node_make(reader, FL_PATTERN_BOUNDARY);
        reader->at++;
        if (node == NULL)
            return NULL;
        node->negated = letter == 'B';
        return count_steps(reader, node, 1);
    }
    struct fl_pattern_set_draft draft = {.classes = class_of(letter)};
    if (draft.classes == 0)
        return refuse(reader, begin,
                      "there are `\\d \\w \\s \\b`, their opposites, `\\n \\r \\t`, and punctuation "
                      "behind a `\\`; back-references and other escapes are not part of the language");
    reader->at++;
    return set_node(reader, &draft);
}

static struct fl_pattern_node *any_node(struct reader *reader)
{
    struct fl_pattern_set_draft draft = {.negated = true};
    if (!fl_pattern_set_add(&draft, '\n', '\n'))
        return no_memory(reader);
    return set_node(reader, &draft);
}

static struct fl_pattern_node *read_atom(struct reader *reader)
{
    if (is_at_literal(reader))
        return read_run(reader);
    if (take(reader, '.'))
        return any_node(reader);
    if (take(reader, '['))
        return read_brackets(reader);
    if (take(reader, '('))
        return read_group(reader);
    if (take(reader, '\\'))
        return read_escape(reader);
    if (is_at_repeat(reader))
        return refuse(reader, reader->at,
                      "nothing to repeat stands before this: write a `\\` before the sign itself");
    if (peek(reader) == '^' || peek(reader) == '$')
        return refuse(reader, reader->at,
                      "the begin and the end of a message are not part of the language: write a `\\` before "
                      "the sign itself");
    return refuse(reader, reader->at, "an unmatched `%c`: write a `\\` before the sign itself", peek(reader));
}

/* ---- repeats ---- */

static bool take_number(struct reader *reader, uint32_t *number)
{
    const size_t begin = reader->at;
    *number = 0;
    while (peek(reader) >= '0' && peek(reader) <= '9' && *number <= FL_PATTERN_REPEAT_MAX)
        *number = *number * 10 + (uint32_t)(reader->pattern.bytes[reader->at++] - '0');
    return reader->at > begin;
}

/* `{m}`, `{m,}` or `{m,n}`, behind the brace. False: refused. */
static bool read_counts(struct reader *reader, uint32_t *least, uint32_t *most)
{
    const size_t begin = reader->at - 1;
    bool is_right = take_number(reader, least);
    *most = *least;
    if (is_right && take(reader, ',')) {
        *most = FL_PATTERN_UNBOUNDED;
        if (peek(reader) != '}')
            is_right = take_number(reader, most);
    }
    const bool is_large =
        *least > FL_PATTERN_REPEAT_MAX || (*most > FL_PATTERN_REPEAT_MAX && *most != FL_PATTERN_UNBOUNDED);
    if (is_right && is_large)
        refuse(reader, begin, "repeats are counted to %d at most", FL_PATTERN_REPEAT_MAX);
    else if (!is_right || !take(reader, '}'))
        refuse(reader, begin, "a repeat is `{m}`, `{m,}` or `{m,n}`: write `\\{` for the sign itself");
    else if (*least > *most || *most == 0)
        refuse(reader, begin, "a repeat of no times, or that ends before it begins");
    return reader->status == FL_OK;
}

static bool read_repeat(struct reader *reader, uint32_t *least, uint32_t *most)
{
    *least = 0;
    *most = FL_PATTERN_UNBOUNDED;
    if (take(reader, '*'))
        return true;
    if (take(reader, '+')) {
        *least = 1;
        return true;
    }
    if (take(reader, '?')) {
        *most = 1;
        return true;
    }
    reader->at++;
    return read_counts(reader, least, most);
}

static struct fl_pattern_node *repeat_node(struct reader *reader, size_t at, struct fl_pattern_node *part,
                                           uint32_t least, uint32_t most)
{
    const bool is_loop = most == FL_PATTERN_UNBOUNDED;
    if (!part->has_set)
        return refuse(reader, at, "what stands before this has no character to repeat");
    if (is_loop && part->has_loop)
        return refuse(
            reader, at,
            "an unlimited repeat within an unlimited repeat: give one of them an end, as in `{1,20}`");
    struct fl_pattern_node *node = node_make(reader, FL_PATTERN_REPEAT);
    if (node == NULL)
        return NULL;
    node->first = part;
    node->least = least;
    node->most = most;
    node->has_set = true;
    node->has_loop = is_loop || part->has_loop;
    const uint64_t once = part->steps;
    return count_steps(reader, node, least * once + (is_loop ? once + 2 : (most - least) * (once + 1)));
}

static struct fl_pattern_node *read_repeated(struct reader *reader)
{
    struct fl_pattern_node *part = read_atom(reader);
    if (part == NULL || !is_at_repeat(reader))
        return part;
    const size_t at = reader->at;
    uint32_t least, most;
    if (!read_repeat(reader, &least, &most))
        return NULL;
    if (is_at_repeat(reader))
        return refuse(reader, reader->at,
                      "a repeat of a repeat: a place is always the longest, lazy and possessive "
                      "repeats are not part of the language");
    return repeat_node(reader, at, part, least, most);
}

static struct fl_pattern_node *read_sequence(struct reader *reader)
{
    struct parts parts = {.whole = node_make(reader, FL_PATTERN_SEQUENCE)};
    while (reader->status == FL_OK && !is_end(reader) && peek(reader) != '|' && peek(reader) != ')') {
        struct fl_pattern_node *part = read_repeated(reader);
        if (part != NULL)
            parts_add(&parts, part);
    }
    return reader->status == FL_OK ? count_steps(reader, parts.whole, parts.steps) : NULL;
}

static struct fl_pattern_node *read_alternatives(struct reader *reader)
{
    struct parts parts = {.whole = node_make(reader, FL_PATTERN_ALTERNATIVES)};
    do {
        struct fl_pattern_node *part = reader->status == FL_OK ? read_sequence(reader) : NULL;
        if (part != NULL)
            parts_add(&parts, part);
    } while (reader->status == FL_OK && take(reader, '|'));
    if (reader->status != FL_OK)
        return NULL;
    return parts.count == 1 ? parts.newest
                            : count_steps(reader, parts.whole, parts.steps + 2 * (parts.count - 1));
}

fl_status fl_pattern_read(struct fl_text pattern, const struct fl_fold *fold, struct fl_arena *arena,
                          struct fl_pattern_node **root, struct fl_error *error)
{
    struct reader reader = {.pattern = pattern, .fold = fold, .arena = arena, .error = error};
    *root = NULL;
    if (!fl_utf8_is_valid(pattern.bytes, pattern.size))
        return fl_fail(error, FL_BAD_MODEL, "the regular expression is no UTF-8");
    *root = read_alternatives(&reader);
    if (reader.status == FL_OK && !is_end(&reader))
        *root = refuse(&reader, reader.at, "an unmatched `)`: write a `\\` before the sign itself");
    if (reader.status == FL_OK && !(*root)->has_set)
        *root = refuse(&reader, 0, "it has no character to look for");
    fl_buffer_release(&reader.folded);
    return reader.status;
}
