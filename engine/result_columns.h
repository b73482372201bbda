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

/* Columns that are there or not together. */
enum fl_column_group {
    FL_COLUMNS_OF_FACTS,    /* value, life cycle, profile, clusters (those of fl_customer_facts), what follows
                               from them */
    FL_COLUMNS_OF_FIT,      /* of these what needs the model's value fit */
    FL_COLUMNS_OF_PROFILE,  /* of these what needs the customers table */
    FL_COLUMNS_OF_PREVIOUS, /* of these what needs the night before */
    FL_COLUMNS_OF_TAGS,
    FL_COLUMNS_OF_BASKETS, /* of facts what the cluster stage makes */
    FL_COLUMNS_OF_CLUSTERS /* of these what needs the model's clusters */
};
fl_result_columns fl_result_columns_of(enum fl_column_group group);

/* Whether a column of FL_COLUMNS_OF_FACTS is wanted; whether one that each scope has is: loop, phase and so
 * on. */
bool fl_result_columns_want_facts(fl_result_columns columns);
bool fl_result_columns_want_scope_value(fl_result_columns columns);
/* Whether one of FL_COLUMNS_OF_BASKETS is wanted. */
bool fl_result_columns_want_baskets(fl_result_columns columns);
/* Whether these are all that is wanted. */
bool fl_result_columns_baskets_only(fl_result_columns columns);
/* Whether raw, what follows from it, tags, and counts of rows and days are all that is wanted. */
bool fl_result_columns_raw_only(fl_result_columns columns);

#endif
