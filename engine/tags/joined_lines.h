/* joined_lines.h - the folded lines of a text, many at a time, so that they are scanned by one call. */
#ifndef ENGINE_TAGS_JOINED_LINES_H
#define ENGINE_TAGS_JOINED_LINES_H

#include "engine/tags/fold.h"
#include "engine/tags/message_view.h"

/* A part of a text. A '\n' stands before its first line and behind each: no word has one, so none lies across
 * two lines, and each has a neighbour on both sides. Zero-initialise, release once. */
struct fl_joined_lines {
    struct fl_buffer bytes;
    /* Its own. */
    struct fl_text text;
    uint8_t speakers;
    size_t taken;                  /* bytes of the text in this part and those before */
    struct fl_buffer runs;         /* of lines that are mapped to the text alike */
    size_t run;                    /* at which it looks */
    uint32_t line_from;            /* of the line behind the one that came last */
    uint32_t passed;               /* lines of the parts before */
    struct fl_buffer ends, before; /* where lines end, by the fold kernels */
    size_t marked;                 /* bytes behind the first '\n' that have their marks already */
};

/* `text`, the lines of which are by these speakers, is borrowed. */
void fl_joined_lines_begin(struct fl_joined_lines *lines, struct fl_text text, uint8_t speakers);
/* Whether all of the text was taken. */
static inline bool fl_joined_lines_done(const struct fl_joined_lines *lines)
{
    return lines->taken == lines->text.size;
}
/* Takes the next part, of about FL_JOINED_BYTES, once the one before was passed. FL_LIMIT: a line so long
 * that its places do not fit in their numbers. */
fl_status fl_joined_lines_fill(struct fl_joined_lines *lines, const struct fl_fold *fold,
                               struct fl_error *error);
/* The line of this part in which `byte` lies, which is behind those that came before, without the '\r' it may
 * end with; false: there is none. */
bool fl_joined_lines_find(struct fl_joined_lines *lines, uint32_t byte, struct fl_message_view *line);
/* The line behind the one that came last. */
static inline bool fl_joined_lines_next(struct fl_joined_lines *lines, struct fl_message_view *line)
{
    return fl_joined_lines_find(lines, lines->line_from, line);
}
/* Passes by what is left of this part; returns how many lines the text has had so far. */
uint32_t fl_joined_lines_pass(struct fl_joined_lines *lines);
void fl_joined_lines_release(struct fl_joined_lines *lines);

#endif
