/* page_decode.h - the bytes of one page to the values of one column. */
#ifndef FORMATS_TABLE_PAGE_DECODE_H
#define FORMATS_TABLE_PAGE_DECODE_H

#include "formats/table/table_layout.h"
#include "formats/table/table_reader.h"

/* Both fill data->rows, values or texts, and nulls; `bytes` are those of fl_page_load(), NULL without. Texts
 * keep pointing into `bytes`. The entry has been checked. Errors lack the place. */
fl_status fl_page_decode_integers(const struct fl_page_entry *entry, const uint8_t *bytes,
                                  enum fl_storage storage, size_t rows, struct fl_column_data *data,
                                  struct fl_error *error);
fl_status fl_page_decode_texts(const struct fl_page_entry *entry, const uint8_t *bytes, size_t rows,
                               struct fl_column_data *data, struct fl_error *error);
/* All null: what a column reads as that the file lacks. */
fl_status fl_page_decode_absent(enum fl_storage storage, size_t rows, struct fl_column_data *data,
                                struct fl_error *error);

#endif
