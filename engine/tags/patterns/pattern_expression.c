/* pattern_expression.c - trees of regular expressions, written for the library. */
#include "engine/tags/patterns/pattern_expression.h"

#include <inttypes.h>
#include <stdio.h>

static bool add(struct fl_buffer *expression, const char *words)
{
    return fl_buffer_append(expression, words, strlen(words)) != 0;
}

static bool add_range(struct fl_buffer *expression, uint32_t first, uint32_t last)
{
    char words[48];
    (void)snprintf(words, sizeof words, "\\x{%" PRIx32 "}-\\x{%" PRIx32 "}", first, last);
    return add(expression, words);
}

static bool has_ascii(const struct fl_pattern_set *set, uint32_t character)
{
    return character < 128 && (set->ascii[character / 64] >> character % 64 & 1) != 0;
}

static bool add_set(struct fl_buffer *expression, const struct fl_pattern_set *set)
{
    bool done = add(expression, "[");
    for (uint32_t first = 0; first < 128 && done; first++) {
        if (!has_ascii(set, first))
            continue;
        uint32_t last = first;
        while (has_ascii(set, last + 1))
            last++;
        done = add_range(expression, first, last);
        first = last;
    }
    if (set->negated || set->classes != 0)
        return done && add_range(expression, 128, 0x10FFFF) && add(expression, "]");
    for (size_t i = 0; i < set->range_count && done; i++) {
        const struct fl_pattern_range range = set->ranges[i];
        if (range.last >= 128)
            done = add_range(expression, range.first < 128 ? 128 : range.first, range.last);
    }
    return done && add(expression, "]");
}

static bool add_node(struct fl_buffer *expression, const struct fl_pattern_node *node);

static bool add_parts(struct fl_buffer *expression, const struct fl_pattern_node *node, const char *between)
{
    bool done = add(expression, "(?:");
    for (const struct fl_pattern_node *part = node->first; part != NULL && done; part = part->next)
        done = add_node(expression, part) && (part->next == NULL || add(expression, between));
    return done && add(expression, ")");
}

static bool add_repeat(struct fl_buffer *expression, const struct fl_pattern_node *node)
{
    char words[32];
    if (node->most == FL_PATTERN_UNBOUNDED)
        (void)snprintf(words, sizeof words, "{%" PRIu32 ",}", node->least);
    else
        (void)snprintf(words, sizeof words, "{%" PRIu32 ",%" PRIu32 "}", node->least, node->most);
    return add(expression, "(?:") && add_node(expression, node->first) && add(expression, ")") &&
           add(expression, words);
}

static bool add_node(struct fl_buffer *expression, const struct fl_pattern_node *node)
{
    switch (node->kind) {
    case FL_PATTERN_SET:
        return add_set(expression, node->set);
    case FL_PATTERN_BOUNDARY:
        return true;
    case FL_PATTERN_SEQUENCE:
        return add_parts(expression, node, "");
    case FL_PATTERN_ALTERNATIVES:
        return add_parts(expression, node, "|");
    case FL_PATTERN_REPEAT:
        return add_repeat(expression, node);
    }
    return false;
}

bool fl_pattern_expression_add(const struct fl_pattern_node *root, struct fl_buffer *expression)
{
    return add_node(expression, root) && fl_buffer_append(expression, "", 1);
}
