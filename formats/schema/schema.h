/* schema.h - the tables of the project: their columns, kinds and stable ids, from one list each. */
#ifndef FORMATS_SCHEMA_SCHEMA_H
#define FORMATS_SCHEMA_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/text.h"

/* How a column lies in memory once decoded. */
enum fl_storage {
    FL_STORAGE_U8,   /* uint8_t */
    FL_STORAGE_I32,  /* int32_t */
    FL_STORAGE_I64,  /* int64_t */
    FL_STORAGE_WORD, /* uint32_t: number of a word in the file's sorted dictionary of that column */
    FL_STORAGE_TEXT  /* bytes */
};

/* What a column's values mean, which decides how they are read and shown. The numbers are on disk: append
 * only. id name     storage  meaning */
#define FL_KIND_LIST(X)                                                                                      \
    X(1, KEY, I64, "customer key")                                                                           \
    X(2, INTEGER, I64, "whole number")                                                                       \
    X(3, DAY, I32, "days since 1970-01-01 of the business zone")                                             \
    X(4, SECOND, I32, "second of the civil day, 0..89999 (a day may have 25 hours)")                         \
    X(5, TYPE, U8, "interaction type id")                                                                    \
    X(6, MONEY, I64, "minor units of the row's currency")                                                    \
    X(7, MILLI, I64, "thousandths")                                                                          \
    X(8, MICRO, I64, "millionths: of a point, a chance, a purchase")                                         \
    X(9, SMALL, U8, "whole number 0..255")                                                                   \
    X(10, WORD, WORD, "text of a small vocabulary")                                                          \
    X(11, TEXT, TEXT, "text")                                                                                \
    X(12, ORDER, I64, "order id: a whole number, or the digest of a text")                                   \
    X(13, DEGREE, I64, "millionths of a degree")

enum fl_kind {
#define X(id, name, storage, meaning) FL_KIND_##name = (id),
    FL_KIND_LIST(X)
#undef X
};

enum fl_storage fl_kind_storage(enum fl_kind kind);
const char *fl_kind_name(enum fl_kind kind); /* lower case; NULL for an unknown number */
/* Bytes of one decoded value; 0 for text. */
size_t fl_kind_size_bytes(enum fl_kind kind);

struct fl_column {
    uint16_t id; /* stable, on disk, never reused */
    const char *name;
    enum fl_kind kind;
    bool hot;       /* read by every scan: never under LZ4 */
    uint16_t since; /* schema version that brought it */
};

struct fl_schema {
    uint16_t id; /* on disk */
    const char *name;
    const char *extension; /* "flint" or "flseg" */
    uint16_t version;
    const struct fl_column *columns; /* in frozen order, which is also the sort order of rows for data
                                       tables except that interactions order (customer, day, type, order,
                                       second, then the rest as listed) */
    size_t count;
};

/* NULL when unknown. */
const struct fl_schema *fl_schema_by_name(const char *name);
const struct fl_schema *fl_schema_by_id(uint16_t id);
/* All schemas, for tests and help: index 0.. until NULL. */
const struct fl_schema *fl_schema_at(size_t index);
/* Index of a column in schema->columns, or -1. */
int fl_schema_find(const struct fl_schema *schema, struct fl_text name);
int fl_schema_find_id(const struct fl_schema *schema, uint16_t id);

/* Column ids by name: FL_INTERACTIONS_CUSTOMER and so on. */
enum {
#define FL_COLUMN(id, upper, name, kind, hot, since) FL_INTERACTIONS_##upper = (id),
#include "formats/schema/interactions.def"
#undef FL_COLUMN
#define FL_COLUMN(id, upper, name, kind, hot, since) FL_PRODUCTS_##upper = (id),
#include "formats/schema/products.def"
#undef FL_COLUMN
#define FL_COLUMN(id, upper, name, kind, hot, since) FL_CUSTOMERS_##upper = (id),
#include "formats/schema/customers.def"
#undef FL_COLUMN
#define FL_COLUMN(id, upper, name, kind, hot, since) FL_STORES_##upper = (id),
#include "formats/schema/stores.def"
#undef FL_COLUMN
#define FL_COLUMN(id, upper, name, kind, hot, since) FL_CUSTOMER_IDS_##upper = (id),
#include "formats/schema/customer_ids.def"
#undef FL_COLUMN
#define FL_COLUMN(id, upper, name, kind, hot, since) FL_SCORES_##upper = (id),
#include "formats/schema/customer_scores.def"
#undef FL_COLUMN
#define FL_COLUMN(id, upper, name, kind, hot, since) FL_BRAND_SCORES_##upper = (id),
#include "formats/schema/brand_scores.def"
#undef FL_COLUMN
#define FL_COLUMN(id, upper, name, kind, hot, since) FL_CATEGORY_SCORES_##upper = (id),
#include "formats/schema/category_scores.def"
#undef FL_COLUMN
#define FL_COLUMN(id, upper, name, kind, hot, since) FL_TRANSITIONS_##upper = (id),
#include "formats/schema/transitions.def"
#undef FL_COLUMN
#define FL_COLUMN(id, upper, name, kind, hot, since) FL_PRODUCT_SCORES_##upper = (id),
#include "formats/schema/product_scores.def"
#undef FL_COLUMN
#define FL_COLUMN(id, upper, name, kind, hot, since) FL_TYPE_SCORES_##upper = (id),
#include "formats/schema/type_scores.def"
#undef FL_COLUMN
#define FL_COLUMN(id, upper, name, kind, hot, since) FL_TAGS_##upper = (id),
#include "formats/schema/customer_tags.def"
#undef FL_COLUMN
#define FL_COLUMN(id, upper, name, kind, hot, since) FL_HITS_##upper = (id),
#include "formats/schema/message_hits.def"
#undef FL_COLUMN
#define FL_COLUMN(id, upper, name, kind, hot, since) FL_GIVEN_TAGS_##upper = (id),
#include "formats/schema/given_tags.def"
#undef FL_COLUMN
};

#endif
