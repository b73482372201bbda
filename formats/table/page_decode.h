/* page_decode.h - the bytes of one page to the values of one column. */
#ifndef FORMATS_TABLE_PAGE_DECODE_H
#define FORMATS_TABLE_PAGE_DECODE_H

#include "formats/table/table_layout.h"
#include "formats/table/table_reader.h"

struct fl_page_source {
    const struct fl_page_entry *entry; /* has been checked */
    const uint8_t *bytes;              /* those of fl_page_load(), NULL without */
    size_t rows;
    const uint8_t *types; /* one a row; only for a page with FL_PAGE_FLAG_TYPED_NULLS */
};

/* Room for page->rows values, and for as many of nulls[], which may be NULL when entry->nulls is 0 and is
 * written only when it is not. Errors lack the place. */
fl_status fl_page_decode_integers(const struct fl_page_source *page, enum fl_storage storage, void *values,
                                  uint8_t *nulls, struct fl_error *error);
/* The same with page->rows + 1 offsets into *text_bytes, which points into `bytes`: those of the page, the
 * caller's own to keep. They are changed where the texts are ENDED. */
fl_status fl_page_decode_texts(const struct fl_page_source *page, uint8_t *bytes, uint32_t *offsets,
                               uint8_t *nulls, const char **text_bytes, struct fl_error *error);
/* Runs of a column of 64-bit values that ascend (FL_CORRUPT if they do not) without nulls. Room for
 * page->rows of both. */
fl_status fl_page_decode_runs(const struct fl_page_source *page, int64_t *value, uint32_t *end_row,
                              size_t *run_count, struct fl_error *error);
/* All null: what a column reads as that the file lacks. */
void fl_page_decode_absent(enum fl_storage storage, size_t rows, void *values, uint8_t *nulls);

#endif
