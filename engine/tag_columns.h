/* tag_columns.h - results of tags as columns: of the tables of tags and of hits, of customers' own rows. */
#ifndef ENGINE_TAG_COLUMNS_H
#define ENGINE_TAG_COLUMNS_H

#include "engine/night_scorer.h"

enum { FL_TAG_COLUMN_ROWS = 128, FL_TAG_COLUMN_IDS = 17 };

/* Zero-initialise but for the first two, which are borrowed; release once. */
struct fl_tag_columns {
    const struct fl_words *names;      /* of all tags */
    const struct fl_type_words *types; /* with hits */
    /* Of the rows that were filled in last; numbers by column id. */
    int64_t customers[FL_TAG_COLUMN_ROWS];
    int64_t numbers[FL_TAG_COLUMN_IDS][FL_TAG_COLUMN_ROWS];
    uint8_t nulls[FL_TAG_COLUMN_IDS][FL_TAG_COLUMN_ROWS];
    int64_t points[FL_TAG_COLUMN_ROWS]; /* of customers' own rows */
    struct fl_text texts[FL_TAG_COLUMN_ROWS];
    uint8_t no_text[FL_TAG_COLUMN_ROWS];
    struct fl_buffer joined; /* names that texts point to */
};

/* Takes at most FL_TAG_COLUMN_ROWS results of customers, FL_RESULT_TAGS or FL_RESULT_HITS; what they point to
 * is borrowed until the next fill. FL_LIMIT: the names of a customer's tags are too long for a text. */
fl_status fl_tag_columns_fill(struct fl_tag_columns *columns, const struct fl_results *results,
                              struct fl_error *error);
/* Where the values of a column of one of these tables will lie; the first column's are `customers`. */
struct fl_column_values fl_tag_columns_values(const struct fl_tag_columns *columns, unsigned kind,
                                              uint16_t id);
void fl_tag_columns_release(struct fl_tag_columns *columns);

#endif
