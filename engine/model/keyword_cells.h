/* keyword_cells.h - splits the cells of keywords.csv into words or pairs of words. */
#ifndef ENGINE_MODEL_KEYWORD_CELLS_H
#define ENGINE_MODEL_KEYWORD_CELLS_H

#include <stdint.h>

#include "formats/base/text.h"

/* What is wrong with a cell, at which of its bytes. */
struct fl_cell_trouble {
    size_t offset;
    char sentence[200];
};
/* Always false, so that it can end a function. */
bool fl_cell_refuse(struct fl_cell_trouble *trouble, size_t offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A piece of a cell, with its place in it. */
struct fl_cell_piece {
    struct fl_text text; /* in the cell */
    size_t offset;
};
struct fl_cell_word {
    struct fl_cell_piece piece; /* without stars and outer blanks, escapes as they stand */
    bool open_left, open_right;
};
struct fl_cell_pair {
    struct fl_cell_word left, right;
    uint32_t distance;
};

#define FL_CELL_STAR_APART "a blank between the word and its `*`: write them as one"

/* The whole cell without outer blanks; size 0: nothing stands in it. */
struct fl_cell_piece fl_cell_trim(struct fl_text cell);
/* Takes the piece before the next `|` off `rest`, without outer blanks. False: nothing is left. */
bool fl_cell_next(struct fl_cell_piece *rest, struct fl_cell_piece *piece);

/* False: `trouble` says why not. */
bool fl_cell_word(struct fl_cell_piece piece, struct fl_cell_word *word, struct fl_cell_trouble *trouble);
bool fl_cell_pair(struct fl_cell_piece piece, struct fl_cell_pair *pair, struct fl_cell_trouble *trouble);

/* Writes the word without its escapes, which needs at most piece.text.size bytes; returns its size. */
size_t fl_cell_unescape(const struct fl_cell_word *word, char *to);

#endif
