/* pattern_characters.c - characters of a regular expression: in runs, in brackets; all of them folded. */
#include "engine/tags/fold_tables.h"
#include "engine/tags/patterns/pattern_reader.h"

static uint32_t take_character(struct fl_pattern_reader *reader)
{
    uint32_t character;
    reader->at += fl_fold_read(reader->pattern, reader->at, &character);
    return character;
}

/* The folded form of some bytes of the pattern, or NULL. */
static const struct fl_buffer *fold_text(struct fl_pattern_reader *reader, struct fl_text text)
{
    bool same_places;
    reader->folded.size = 0;
    const fl_status status = fl_fold_append(reader->fold, text, &reader->folded, &same_places, reader->error);
    if (status == FL_OK)
        return &reader->folded;
    reader->status = status;
    return NULL;
}

static const struct fl_buffer *fold_character(struct fl_pattern_reader *reader, uint32_t character)
{
    uint8_t bytes[4];
    const size_t size = fl_utf8_encode(character, bytes);
    return fold_text(reader, (struct fl_text){(const char *)bytes, size});
}

/* ---- runs ---- */

static struct fl_pattern_node *character_node(struct fl_pattern_reader *reader, uint32_t character)
{
    struct fl_pattern_set_draft draft = {0};
    if (!fl_pattern_set_add(&draft, character, character))
        return fl_pattern_no_memory(reader);
    return fl_pattern_set_node(reader, &draft);
}

/* Folded characters one behind the other. */
static struct fl_pattern_node *characters_node(struct fl_pattern_reader *reader,
                                               const struct fl_buffer *folded)
{
    struct fl_pattern_parts parts = {.whole = fl_pattern_node_make(reader, FL_PATTERN_SEQUENCE)};
    const struct fl_text text = {(const char *)folded->bytes, folded->size};
    for (size_t at = 0; at < text.size && reader->status == FL_OK;) {
        uint32_t character;
        at += fl_fold_read(text, at, &character);
        struct fl_pattern_node *node = character_node(reader, character);
        if (node != NULL)
            fl_pattern_parts_add(&parts, node);
    }
    return reader->status == FL_OK ? fl_pattern_count_steps(reader, parts.whole, parts.steps) : NULL;
}

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

bool fl_pattern_is_at_literal(const struct fl_pattern_reader *reader)
{
    if (fl_pattern_is_end(reader))
        return false;
    if (fl_pattern_peek(reader) != '\\')
        return !is_special(fl_pattern_peek(reader));
    return reader->at + 1 < reader->pattern.size &&
           escaped_character(reader->pattern.bytes[reader->at + 1]) != '\0';
}

/* A run of literal characters; the last one stays for itself if a repeat follows. They are folded together,
 * as characters that compose stand behind each other. */
struct fl_pattern_node *fl_pattern_read_run(struct fl_pattern_reader *reader)
{
    const size_t begin = reader->at;
    struct fl_buffer run = {0};
    bool has_memory = true;
    while (fl_pattern_is_at_literal(reader) && has_memory) {
        const size_t at = reader->at;
        char byte;
        if (fl_pattern_take(reader, '\\')) {
            byte = escaped_character(fl_pattern_peek(reader));
            reader->at++;
        } else {
            (void)take_character(reader);
        }
        if (fl_pattern_is_at_repeat(reader) && run.size > 0) {
            reader->at = at;
            break;
        }
        has_memory = reader->pattern.bytes[at] == '\\'
                         ? fl_buffer_append(&run, &byte, 1) != 0
                         : fl_buffer_append(&run, reader->pattern.bytes + at, reader->at - at) != 0;
        if (fl_pattern_is_at_repeat(reader))
            break;
    }
    const struct fl_buffer *folded =
        has_memory ? fold_text(reader, (struct fl_text){(const char *)run.bytes, run.size}) : NULL;
    fl_buffer_release(&run);
    if (!has_memory)
        return fl_pattern_no_memory(reader);
    if (folded == NULL)
        return NULL;
    if (folded->size == 0)
        return fl_pattern_refuse(reader, begin, "characters without width are folded away: leave them out");
    return characters_node(reader, folded);
}

/* ---- classes ---- */

unsigned fl_pattern_class_of(char letter)
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
static bool read_member(struct fl_pattern_reader *reader, uint32_t *character)
{
    const size_t at = reader->at;
    if (fl_pattern_take(reader, '\\')) {
        const char byte = escaped_character(fl_pattern_peek(reader));
        if (byte == '\0') {
            fl_pattern_refuse(
                reader, at,
                "between brackets there are `\\d \\w \\s \\D \\W \\S`, and punctuation behind a `\\`");
            return false;
        }
        reader->at++;
        *character = (unsigned char)byte;
        return true;
    }
    if (fl_pattern_peek(reader) == '[') {
        fl_pattern_refuse(reader, at, "a bracket within brackets: write `\\[`");
        return false;
    }
    *character = take_character(reader);
    return true;
}

/* A single folded character of the class, or the reason why there is none. */
static void add_member(struct fl_pattern_reader *reader, struct fl_pattern_set_draft *draft, size_t at,
                       uint32_t character)
{
    const struct fl_buffer *folded = fold_character(reader, character);
    if (folded == NULL)
        return;
    const struct fl_text text = {(const char *)folded->bytes, folded->size};
    uint32_t only = 0;
    if (text.size == 0)
        fl_pattern_refuse(reader, at, "a character without width is folded away: leave it out");
    else if (fl_fold_read(text, 0, &only) != text.size)
        fl_pattern_refuse(reader, at,
                          "this character is folded to `%.*s`: write `(%.*s|...)` beside the brackets",
                          (int)text.size, text.bytes, (int)text.size, text.bytes);
    else if (!fl_pattern_set_add(draft, only, only))
        fl_pattern_no_memory(reader);
}

/* The range itself, and the folded forms of its characters that are one. */
static void add_range(struct fl_pattern_reader *reader, struct fl_pattern_set_draft *draft, size_t at,
                      uint32_t first, uint32_t last)
{
    if (first > last) {
        fl_pattern_refuse(reader, at, "a range that goes backwards");
        return;
    }
    reader->range_characters += last - first + 1;
    if (reader->range_characters > FL_PATTERN_RANGE_CHARACTERS_MAX) {
        fl_pattern_refuse(
            reader, at,
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
        fl_pattern_no_memory(reader);
}

static void read_item(struct fl_pattern_reader *reader, struct fl_pattern_set_draft *draft)
{
    const size_t at = reader->at;
    if (fl_pattern_peek(reader) == '\\' && at + 1 < reader->pattern.size &&
        fl_pattern_class_of(reader->pattern.bytes[at + 1]) != 0) {
        draft->classes |= fl_pattern_class_of(reader->pattern.bytes[at + 1]);
        reader->at += 2;
        if (fl_pattern_peek(reader) == '-' && reader->at + 1 < reader->pattern.size &&
            reader->pattern.bytes[reader->at + 1] != ']')
            fl_pattern_refuse(reader, reader->at,
                              "a range cannot begin with a class: write `\\-` for the sign itself");
        return;
    }
    uint32_t first, last;
    if (!read_member(reader, &first))
        return;
    const bool is_range = fl_pattern_peek(reader) == '-' && reader->at + 1 < reader->pattern.size &&
                          reader->pattern.bytes[reader->at + 1] != ']';
    if (!is_range) {
        add_member(reader, draft, at, first);
        return;
    }
    reader->at++;
    if (read_member(reader, &last))
        add_range(reader, draft, at, first, last);
}

struct fl_pattern_node *fl_pattern_read_brackets(struct fl_pattern_reader *reader)
{
    const size_t begin = reader->at - 1;
    struct fl_pattern_set_draft draft = {.negated = fl_pattern_take(reader, '^')};
    if (fl_pattern_peek(reader) == ']')
        return fl_pattern_refuse(reader, reader->at, "empty brackets: write `\\]` for the sign itself");
    while (reader->status == FL_OK && !fl_pattern_is_end(reader) && fl_pattern_peek(reader) != ']')
        read_item(reader, &draft);
    if (reader->status == FL_OK && !fl_pattern_take(reader, ']'))
        fl_pattern_refuse(reader, begin, "this bracket is not closed");
    if (reader->status == FL_OK)
        return fl_pattern_set_node(reader, &draft);
    fl_pattern_set_release(&draft);
    return NULL;
}
