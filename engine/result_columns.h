/* result_columns.h - which columns of the customers table a run writes. */
#ifndef ENGINE_RESULT_COLUMNS_H
#define ENGINE_RESULT_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/base/arena.h"
#include "formats/base/status.h"

/* Bit i: the column with id i of customer_scores; 0: all of them. */
typedef unsigned __int128 fl_result_columns;

/* Names of columns with commas between; NULL: all. The customer and its text id are always there. FL_USAGE:
 * an unknown name. */
fl_status fl_result_columns_parse(const char *names, fl_result_columns *columns, struct fl_error *error);
/* The names in the order of the table; nothing for all. False: no memory. */
bool fl_result_columns_print(fl_result_columns columns, struct fl_buffer *names);

bool fl_result_columns_has(fl_result_columns columns, uint16_t id);
/* Whether a column of value, life cycle or profile is wanted (those of fl_customer_facts, and what follows
 * from them); whether one that each scope has is: loop, phase and so on. */
bool fl_result_columns_want_facts(fl_result_columns columns);
bool fl_result_columns_want_scope_value(fl_result_columns columns);
/* Whether raw, what follows from it, and counts of rows and days are all that is wanted. */
bool fl_result_columns_raw_only(fl_result_columns columns);

#endif
