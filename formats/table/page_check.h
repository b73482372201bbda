/* page_check.h - whether a page entry is one that can be. */
#ifndef FORMATS_TABLE_PAGE_CHECK_H
#define FORMATS_TABLE_PAGE_CHECK_H

#include "formats/table/table_footer.h"

/* Checks one entry against its column and the block's rows, and its place unless the column is late. `*end`
 * is where the page before it ends, and is moved on; `pages_end`: where the footer starts. Errors lack the
 * place. */
fl_status fl_page_entry_check(const struct fl_page_entry *entry, const struct fl_footer_column *column,
                              uint32_t rows, uint64_t *end, uint64_t pages_end, struct fl_error *error);
/* The same of the place alone, which for a late column is known once all other pages are. */
fl_status fl_page_place_check(const struct fl_page_entry *entry, uint64_t *end, uint64_t pages_end,
                              struct fl_error *error);

#endif
