/* explain_lines.h - an explanation line by line: a number, what it is called, in words why. */
#ifndef ENGINE_EXPLAIN_LINES_H
#define ENGINE_EXPLAIN_LINES_H

#include "engine/explain_stored.h"
#include "formats/base/arena.h"

/* Zero-initialise but for the first four, which are borrowed. Lines and texts live in the arena, and the list
 * until fl_lines_release(). Where memory runs out the flag is set, texts are "", lines are missing. */
struct fl_lines {
    struct fl_arena *arena;
    const struct fl_stored_rows *stored; /* columns are those of its row `row` */
    size_t row;
    const char *currency; /* of all money */
    const char *group;
    struct fl_explain_line *list;
    size_t count, capacity;
    bool no_memory;
};
void fl_lines_release(struct fl_lines *lines);

/* The lines that follow are of this group. */
void fl_lines_group(struct fl_lines *lines, const char *group);
/* What the run stored in a column; no line where it lacks the column. */
void fl_lines_column(struct fl_lines *lines, uint16_t id, const char *why, ...)
    __attribute__((format(printf, 3, 4)));
/* A number that no column has. */
void fl_lines_number(struct fl_lines *lines, const char *name, int64_t number, const char *shown,
                     const char *why, ...) __attribute__((format(printf, 5, 6)));
/* Something that was asked, and whether it holds. */
void fl_lines_ask(struct fl_lines *lines, const char *name, bool holds, const char *why, ...)
    __attribute__((format(printf, 4, 5)));

/* Texts for a line, as analysts read them. */
const char *fl_lines_print(struct fl_lines *lines, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *fl_lines_points(struct fl_lines *lines, int64_t micro); /* all six decimals */
const char *fl_lines_short(struct fl_lines *lines, int64_t number, int places);
const char *fl_lines_money(struct fl_lines *lines, int64_t amount);
const char *fl_lines_day(struct fl_lines *lines, int32_t day);
/* "2026-01-01 to 2026-06-30": the last `days` days up to one. */
const char *fl_lines_window(struct fl_lines *lines, int32_t last_day, int32_t days);

#endif
