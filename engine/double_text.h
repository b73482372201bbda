/* double_text.h - a double as the fewest digits, of 15 or more, that give it back. */
#ifndef ENGINE_DOUBLE_TEXT_H
#define ENGINE_DOUBLE_TEXT_H

#include <stddef.h>

enum { FL_DOUBLE_TEXT_ROOM = 32 };

/* Finite numbers; zeros at the end are left out. Below 0.0001 and from 1e17 on with an exponent, as C's %g
 * has it. Returns the size of the text, which no NUL ends. */
size_t fl_put_double(char text[FL_DOUBLE_TEXT_ROOM], double number);
/* The same with at most `digits`, up to 17, of which the last is rounded. */
size_t fl_put_rounded(char text[FL_DOUBLE_TEXT_ROOM], double number, int digits);

#endif
