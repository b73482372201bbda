/* import_ids.h - the texts behind the customer keys of one import, each once. */
#ifndef FORMATS_IMPORTERS_IMPORT_IDS_H
#define FORMATS_IMPORTERS_IMPORT_IDS_H

#include "formats/importers/row_store.h"

struct fl_import_ids;

/* Layout of the rows that come out; the first two columns are those of the schema customer_ids. */
enum { FL_IDS_KEY, FL_IDS_TEXT, FL_IDS_INPUT, FL_IDS_LINE, FL_IDS_COLUMNS };

/* `input_names` stand in errors, borrowed. */
fl_status fl_import_ids_create(const struct fl_io *io, const char *directory, size_t memory_bytes,
                               const char *const *input_names, struct fl_import_ids **ids,
                               struct fl_error *error);
void fl_import_ids_free(struct fl_import_ids *ids);

fl_status fl_import_ids_add(struct fl_import_ids *ids, int64_t key, struct fl_text text, size_t input,
                            int64_t line, struct fl_error *error);
fl_status fl_import_ids_sort(struct fl_import_ids *ids, struct fl_error *error);
const struct fl_row_layout *fl_import_ids_layout(const struct fl_import_ids *ids);
/* The next (key, text), sorted and distinct; NULL at the end. FL_BAD_DATA: two texts have one key (both
 * places are named). */
fl_status fl_import_ids_next(struct fl_import_ids *ids, const uint8_t **row, struct fl_error *error);

#endif
