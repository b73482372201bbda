/* pattern_read.c - the language of regular expressions that rules may use, read by recursive descent. */
#include "engine/tags/patterns/pattern_reader.h"

static struct fl_pattern_node *read_alternatives(struct fl_pattern_reader *reader);

/* Behind the opening parenthesis. */
static struct fl_pattern_node *read_group(struct fl_pattern_reader *reader)
{
    const size_t begin = reader->at - 1;
    if (fl_pattern_take(reader, '?') && !fl_pattern_take(reader, ':'))
        return fl_pattern_refuse(reader, begin,
                                 "look-around, names and flags are not part of the language; `(?:` is");
    if (++reader->depth > FL_PATTERN_DEPTH_MAX)
        return fl_pattern_refuse(reader, begin, "more than %d groups within each other",
                                 FL_PATTERN_DEPTH_MAX);
    struct fl_pattern_node *group = read_alternatives(reader);
    reader->depth--;
    if (group != NULL && !fl_pattern_take(reader, ')'))
        return fl_pattern_refuse(reader, begin, "this parenthesis is not closed");
    return group;
}

/* Behind the backslash, at what is no literal. */
static struct fl_pattern_node *read_escape(struct fl_pattern_reader *reader)
{
    const size_t begin = reader->at - 1;
    const char letter = fl_pattern_peek(reader);
    if (letter == 'b' || letter == 'B') {
        struct fl_pattern_node *node = fl_pattern_node_make(reader, FL_PATTERN_BOUNDARY);
        reader->at++;
        if (node == NULL)
            return NULL;
        node->negated = letter == 'B';
        return fl_pattern_count_steps(reader, node, 1);
    }
    struct fl_pattern_set_draft draft = {.classes = fl_pattern_class_of(letter)};
    if (draft.classes == 0)
        return fl_pattern_refuse(
            reader, begin,
            "there are `\\d \\w \\s \\b`, their opposites, `\\n \\r \\t`, and punctuation "
            "behind a `\\`; back-references and other escapes are not part of the language");
    reader->at++;
    return fl_pattern_set_node(reader, &draft);
}

static struct fl_pattern_node *any_node(struct fl_pattern_reader *reader)
{
    struct fl_pattern_set_draft draft = {.negated = true};
    if (!fl_pattern_set_add(&draft, '\n', '\n'))
        return fl_pattern_no_memory(reader);
    return fl_pattern_set_node(reader, &draft);
}

static struct fl_pattern_node *read_atom(struct fl_pattern_reader *reader)
{
    if (fl_pattern_is_at_literal(reader))
        return fl_pattern_read_run(reader);
    if (fl_pattern_take(reader, '.'))
        return any_node(reader);
    if (fl_pattern_take(reader, '['))
        return fl_pattern_read_brackets(reader);
    if (fl_pattern_take(reader, '('))
        return read_group(reader);
    if (fl_pattern_take(reader, '\\'))
        return read_escape(reader);
    if (fl_pattern_is_at_repeat(reader))
        return fl_pattern_refuse(reader, reader->at,
                                 "nothing to repeat stands before this: write a `\\` before the sign itself");
    if (fl_pattern_peek(reader) == '^' || fl_pattern_peek(reader) == '$')
        return fl_pattern_refuse(
            reader, reader->at,
            "the begin and the end of a message are not part of the language: write a `\\` before "
            "the sign itself");
    return fl_pattern_refuse(reader, reader->at, "an unmatched `%c`: write a `\\` before the sign itself",
                             fl_pattern_peek(reader));
}

/* ---- repeats ---- */

static bool take_number(struct fl_pattern_reader *reader, uint32_t *number)
{
    const size_t begin = reader->at;
    *number = 0;
    while (fl_pattern_peek(reader) >= '0' && fl_pattern_peek(reader) <= '9' &&
           *number <= FL_PATTERN_REPEAT_MAX)
        *number = *number * 10 + (uint32_t)(reader->pattern.bytes[reader->at++] - '0');
    return reader->at > begin;
}

/* `{m}`, `{m,}` or `{m,n}`, behind the brace. False: refused. */
static bool read_counts(struct fl_pattern_reader *reader, uint32_t *least, uint32_t *most)
{
    const size_t begin = reader->at - 1;
    bool is_right = take_number(reader, least);
    *most = *least;
    if (is_right && fl_pattern_take(reader, ',')) {
        *most = FL_PATTERN_UNBOUNDED;
        if (fl_pattern_peek(reader) != '}')
            is_right = take_number(reader, most);
    }
    const bool is_large =
        *least > FL_PATTERN_REPEAT_MAX || (*most > FL_PATTERN_REPEAT_MAX && *most != FL_PATTERN_UNBOUNDED);
    if (is_right && is_large)
        fl_pattern_refuse(reader, begin, "repeats are counted to %d at most", FL_PATTERN_REPEAT_MAX);
    else if (!is_right || !fl_pattern_take(reader, '}'))
        fl_pattern_refuse(reader, begin,
                          "a repeat is `{m}`, `{m,}` or `{m,n}`: write `\\{` for the sign itself");
    else if (*least > *most || *most == 0)
        fl_pattern_refuse(reader, begin, "a repeat of no times, or that ends before it begins");
    return reader->status == FL_OK;
}

static bool read_repeat(struct fl_pattern_reader *reader, uint32_t *least, uint32_t *most)
{
    *least = 0;
    *most = FL_PATTERN_UNBOUNDED;
    if (fl_pattern_take(reader, '*'))
        return true;
    if (fl_pattern_take(reader, '+')) {
        *least = 1;
        return true;
    }
    if (fl_pattern_take(reader, '?')) {
        *most = 1;
        return true;
    }
    reader->at++;
    return read_counts(reader, least, most);
}

static struct fl_pattern_node *repeat_node(struct fl_pattern_reader *reader, size_t at,
                                           struct fl_pattern_node *part, uint32_t least, uint32_t most)
{
    const bool is_loop = most == FL_PATTERN_UNBOUNDED;
    if (!part->has_set)
        return fl_pattern_refuse(reader, at, "what stands before this has no character to repeat");
    if (is_loop && part->has_loop)
        return fl_pattern_refuse(
            reader, at,
            "an unlimited repeat within an unlimited repeat: give one of them an end, as in `{1,20}`");
    struct fl_pattern_node *node = fl_pattern_node_make(reader, FL_PATTERN_REPEAT);
    if (node == NULL)
        return NULL;
    node->first = part;
    node->least = least;
    node->most = most;
    node->has_set = true;
    node->has_loop = is_loop || part->has_loop;
    const uint64_t once = part->steps;
    return fl_pattern_count_steps(reader, node,
                                  least * once + (is_loop ? once + 2 : (most - least) * (once + 1)));
}

static struct fl_pattern_node *read_repeated(struct fl_pattern_reader *reader)
{
    struct fl_pattern_node *part = read_atom(reader);
    if (part == NULL || !fl_pattern_is_at_repeat(reader))
        return part;
    const size_t at = reader->at;
    uint32_t least, most;
    if (!read_repeat(reader, &least, &most))
        return NULL;
    if (fl_pattern_is_at_repeat(reader))
        return fl_pattern_refuse(reader, reader->at,
                                 "a repeat of a repeat: a place is always the longest, lazy and possessive "
                                 "repeats are not part of the language");
    return repeat_node(reader, at, part, least, most);
}

static struct fl_pattern_node *read_sequence(struct fl_pattern_reader *reader)
{
    struct fl_pattern_parts parts = {.whole = fl_pattern_node_make(reader, FL_PATTERN_SEQUENCE)};
    while (reader->status == FL_OK && !fl_pattern_is_end(reader) && fl_pattern_peek(reader) != '|' &&
           fl_pattern_peek(reader) != ')') {
        struct fl_pattern_node *part = read_repeated(reader);
        if (part != NULL)
            fl_pattern_parts_add(&parts, part);
    }
    return reader->status == FL_OK ? fl_pattern_count_steps(reader, parts.whole, parts.steps) : NULL;
}

static struct fl_pattern_node *read_alternatives(struct fl_pattern_reader *reader)
{
    struct fl_pattern_parts parts = {.whole = fl_pattern_node_make(reader, FL_PATTERN_ALTERNATIVES)};
    do {
        struct fl_pattern_node *part = reader->status == FL_OK ? read_sequence(reader) : NULL;
        if (part != NULL)
            fl_pattern_parts_add(&parts, part);
    } while (reader->status == FL_OK && fl_pattern_take(reader, '|'));
    if (reader->status != FL_OK)
        return NULL;
    return parts.count == 1
               ? parts.newest
               : fl_pattern_count_steps(reader, parts.whole, parts.steps + 2 * (parts.count - 1));
}

fl_status fl_pattern_read(struct fl_text pattern, const struct fl_fold *fold, struct fl_arena *arena,
                          struct fl_pattern_node **root, struct fl_error *error)
{
    struct fl_pattern_reader reader = {.pattern = pattern, .fold = fold, .arena = arena, .error = error};
    *root = NULL;
    if (!fl_utf8_is_valid(pattern.bytes, pattern.size))
        return fl_fail(error, FL_BAD_MODEL, "the regular expression is no UTF-8");
    *root = read_alternatives(&reader);
    if (reader.status == FL_OK && !fl_pattern_is_end(&reader))
        *root =
            fl_pattern_refuse(&reader, reader.at, "an unmatched `)`: write a `\\` before the sign itself");
    if (reader.status == FL_OK && !(*root)->has_set)
        *root = fl_pattern_refuse(&reader, 0, "it has no character to look for");
    fl_buffer_release(&reader.folded);
    return reader.status;
}
