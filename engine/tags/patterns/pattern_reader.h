/* pattern_reader.h - what the parts that read a regular expression share. */
#ifndef ENGINE_TAGS_PATTERNS_PATTERN_READER_H
#define ENGINE_TAGS_PATTERNS_PATTERN_READER_H

#include "engine/tags/patterns/pattern_set.h"

struct fl_pattern_reader {
    struct fl_text pattern;
    size_t at; /* byte */
    const struct fl_fold *fold;
    struct fl_arena *arena;
    struct fl_error *error;
    fl_status status; /* of the first failure; a node is NULL from then on */
    struct fl_buffer folded;
    size_t depth, range_characters;
};

/* Both set the status and return NULL. The character at byte `at` is named. */
struct fl_pattern_node *fl_pattern_no_memory(struct fl_pattern_reader *reader);
struct fl_pattern_node *fl_pattern_refuse(struct fl_pattern_reader *reader, size_t at, const char *format,
                                          ...) __attribute__((format(printf, 3, 4)));

/* ---- where it stands ---- */

static inline bool fl_pattern_is_end(const struct fl_pattern_reader *reader)
{
    return reader->at == reader->pattern.size;
}

/* 0 at the end; the pattern has no U+0000. */
static inline char fl_pattern_peek(const struct fl_pattern_reader *reader)
{
    return fl_pattern_is_end(reader) ? '\0' : reader->pattern.bytes[reader->at];
}

static inline bool fl_pattern_take(struct fl_pattern_reader *reader, char wanted)
{
    if (fl_pattern_is_end(reader) || fl_pattern_peek(reader) != wanted)
        return false;
    reader->at++;
    return true;
}

static inline bool fl_pattern_is_at_repeat(const struct fl_pattern_reader *reader)
{
    const char byte = fl_pattern_peek(reader);
    return byte != '\0' && strchr("?*+{", byte) != NULL;
}

/* ---- nodes: NULL and the status set when it fails ---- */

struct fl_pattern_node *fl_pattern_node_make(struct fl_pattern_reader *reader, enum fl_pattern_kind kind);
/* Gives it that many steps, if they are not too many. */
struct fl_pattern_node *fl_pattern_count_steps(struct fl_pattern_reader *reader, struct fl_pattern_node *node,
                                               uint64_t steps);
/* Takes over the draft. */
struct fl_pattern_node *fl_pattern_set_node(struct fl_pattern_reader *reader,
                                            struct fl_pattern_set_draft *draft);

/* Parts one behind the other, or one beside the other. */
struct fl_pattern_parts {
    struct fl_pattern_node *whole, *newest;
    size_t count;
    uint64_t steps;
};

void fl_pattern_parts_add(struct fl_pattern_parts *parts, struct fl_pattern_node *part);

/* ---- characters (pattern_characters.c) ---- */

/* At one that stands for itself, written as it is or with a backslash. */
bool fl_pattern_is_at_literal(const struct fl_pattern_reader *reader);
/* A run of them; the last one stays for itself if a repeat follows. */
struct fl_pattern_node *fl_pattern_read_run(struct fl_pattern_reader *reader);
/* Behind the opening bracket. */
struct fl_pattern_node *fl_pattern_read_brackets(struct fl_pattern_reader *reader);
/* The class behind a backslash: enum fl_pattern_class, or 0. */
unsigned fl_pattern_class_of(char letter);

#endif
