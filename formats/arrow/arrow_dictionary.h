/* arrow_dictionary.h - the dictionaries of an Arrow stream as they stand at one moment. */
#ifndef FORMATS_ARROW_ARROW_DICTIONARY_H
#define FORMATS_ARROW_ARROW_DICTIONARY_H

#include "formats/arrow/arrow_batch.h"

struct fl_arrow_dictionary;

/* Zero-initialise but for `budget`. */
struct fl_arrow_dictionaries {
    struct fl_arrow_budget *budget;
    struct fl_arrow_dictionary *list; /* owned */
    size_t count;
};

/* One for each id of the schema; columns that share an id share its type too, else FL_CORRUPT. */
fl_status fl_arrow_dictionaries_create(struct fl_arrow_dictionaries *dictionaries,
                                       const struct fl_arrow_schema *schema, struct fl_error *error);
/* Takes a DictionaryBatch table in: its words replace those of its id, or come behind them. The words are
 * copied. Replacing invalidates the column that fl_arrow_dictionary_find() gave. FL_CORRUPT, FL_LIMIT,
 * FL_NO_MEMORY. */
fl_status fl_arrow_dictionaries_take(struct fl_arrow_dictionaries *dictionaries,
                                     const struct fl_flat_table *table, const uint8_t *body,
                                     size_t body_bytes, struct fl_arrow_pieces *pieces,
                                     struct fl_error *error);
/* NULL: not sent so far. */
const struct fl_arrow_column *fl_arrow_dictionary_find(const struct fl_arrow_dictionaries *dictionaries,
                                                       int64_t id);
/* Whether each index of `column` that is not null is one of its words; else FL_CORRUPT. */
fl_status fl_arrow_indexes_check(const struct fl_arrow_column *column, struct fl_error *error);
void fl_arrow_dictionaries_release(struct fl_arrow_dictionaries *dictionaries);

#endif
