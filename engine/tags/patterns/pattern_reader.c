/* pattern_reader.c - failures with their place, and nodes of a tree with their steps. */
#include "engine/tags/patterns/pattern_reader.h"

#include <stdarg.h>
#include <stdio.h>

struct fl_pattern_node *fl_pattern_no_memory(struct fl_pattern_reader *reader)
{
    reader->status = fl_fail_memory(reader->error, sizeof(struct fl_pattern_node));
    return NULL;
}

struct fl_pattern_node *fl_pattern_refuse(struct fl_pattern_reader *reader, size_t at, const char *format,
                                          ...)
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

struct fl_pattern_node *fl_pattern_node_make(struct fl_pattern_reader *reader, enum fl_pattern_kind kind)
{
    struct fl_pattern_node *node = fl_arena_take(reader->arena, sizeof *node);
    if (node == NULL)
        return fl_pattern_no_memory(reader);
    node->kind = kind;
    return node;
}

struct fl_pattern_node *fl_pattern_count_steps(struct fl_pattern_reader *reader, struct fl_pattern_node *node,
                                               uint64_t steps)
{
    if (steps > FL_PATTERN_STEPS_MAX)
        return fl_pattern_refuse(
            reader, reader->at > 0 ? reader->at - 1 : 0,
            "with its repeats written out the expression has more than %d steps: make them smaller",
            FL_PATTERN_STEPS_MAX);
    node->steps = (uint32_t)steps;
    return node;
}

struct fl_pattern_node *fl_pattern_set_node(struct fl_pattern_reader *reader,
                                            struct fl_pattern_set_draft *draft)
{
    struct fl_pattern_node *node = fl_pattern_node_make(reader, FL_PATTERN_SET);
    const struct fl_pattern_set *set = fl_pattern_set_finish(draft, reader->fold, reader->arena);
    if (node == NULL)
        return NULL;
    if (set == NULL)
        return fl_pattern_no_memory(reader);
    node->set = set;
    node->has_set = true;
    return fl_pattern_count_steps(reader, node, 1);
}

void fl_pattern_parts_add(struct fl_pattern_parts *parts, struct fl_pattern_node *part)
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
