/* products.h - brand, category of each product, united over the products tables of a data folder. */
#ifndef ENGINE_PRODUCTS_H
#define ENGINE_PRODUCTS_H

#include "formats/folder/data_folder.h"
#include "formats/table/table_reader.h"
#include "formats/table/word_union.h"

/* The columns of an interaction that name a scope. The products table fills the first ones where a row has
 * none of its own. */
enum fl_worded_scope { FL_WORDED_BRAND, FL_WORDED_CATEGORY, FL_WORDED_PRODUCT, FL_WORDED_SCOPES };
enum { FL_PRODUCT_WORDS = FL_WORDED_PRODUCT };

/* What one product is; numbers in the unions of brands and categories. */
struct fl_product {
    int32_t arrival; /* INT32_MIN: not stated */
    bool there;
    uint32_t word[FL_PRODUCT_WORDS]; /* FL_NO_WORD: none */
};

/* Zero-initialise; release once. */
struct fl_products {
    struct fl_word_union names;
    struct fl_product *products; /* by number in `names` */
};

/* Reads all products tables. Of several rows for a product the one that arrived last counts, then the one of
 * the file with the larger uuid, then the later row. `words` are the unions of all brands and categories;
 * NULL: not wanted. */
fl_status fl_products_open(const struct fl_data_folder *folder, enum fl_io_mode io_mode,
                           const struct fl_word_union *const words[FL_PRODUCT_WORDS],
                           struct fl_products *products, struct fl_error *error);
void fl_products_release(struct fl_products *products);

#endif
