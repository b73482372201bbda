/* schema.c - the column lists of the .def files as tables to search. */
#include "formats/schema/schema.h"

#include <assert.h>

#define FL_COLUMN(id, upper, name, kind, hot, since) {(id), #name, FL_KIND_##kind, (hot), (since)},
static const struct fl_column interactions_columns[] = {
#include "formats/schema/interactions.def"
};
static const struct fl_column products_columns[] = {
#include "formats/schema/products.def"
};
static const struct fl_column customers_columns[] = {
#include "formats/schema/customers.def"
};
static const struct fl_column customer_ids_columns[] = {
#include "formats/schema/customer_ids.def"
};
static const struct fl_column customer_scores_columns[] = {
#include "formats/schema/customer_scores.def"
};
static const struct fl_column brand_scores_columns[] = {
#include "formats/schema/brand_scores.def"
};
static const struct fl_column category_scores_columns[] = {
#include "formats/schema/category_scores.def"
};
static const struct fl_column stores_columns[] = {
#include "formats/schema/stores.def"
};
static const struct fl_column product_scores_columns[] = {
#include "formats/schema/product_scores.def"
};
static const struct fl_column type_scores_columns[] = {
#include "formats/schema/type_scores.def"
};
static const struct fl_column transitions_columns[] = {
#include "formats/schema/transitions.def"
};
static const struct fl_column customer_tags_columns[] = {
#include "formats/schema/customer_tags.def"
};
static const struct fl_column message_hits_columns[] = {
#include "formats/schema/message_hits.def"
};
static const struct fl_column given_tags_columns[] = {
#include "formats/schema/given_tags.def"
};
#undef FL_COLUMN

/* The ids are on disk: append only. A column appended to a .def raises the version here, and is `since` it.
 *           id  name             extension  version */
#define FL_SCHEMA_LIST(X)                                                                                    \
    X(1, interactions, "flint", 1)                                                                           \
    X(2, products, "flint", 1)                                                                               \
    X(3, customers, "flint", 1)                                                                              \
    X(4, customer_ids, "flint", 1)                                                                           \
    X(5, customer_scores, "flseg", 4)                                                                        \
    X(6, brand_scores, "flseg", 2)                                                                           \
    X(7, category_scores, "flseg", 2)                                                                        \
    X(8, stores, "flint", 1)                                                                                 \
    X(9, product_scores, "flseg", 1)                                                                         \
    X(10, type_scores, "flseg", 1)                                                                           \
    X(12, transitions, "flseg", 1)                                                                           \
    X(13, given_tags, "flint", 1)                                                                            \
    X(14, customer_tags, "flseg", 1)                                                                         \
    X(15, message_hits, "flseg", 1)

static const struct fl_schema schemas[] = {
#define X(id, name, extension, version)                                                                      \
    {(id), #name, (extension), (version), name##_columns, sizeof name##_columns / sizeof name##_columns[0]},
    FL_SCHEMA_LIST(X)
#undef X
};
enum { SCHEMA_COUNT = sizeof schemas / sizeof schemas[0] };

enum fl_storage fl_kind_storage(enum fl_kind kind)
{
    static const uint8_t storage_of[] = {
#define X(id, name, storage, meaning) [id] = (uint8_t)FL_STORAGE_##storage,
        FL_KIND_LIST(X)
#undef X
    };
    assert(fl_kind_name(kind) != NULL);
    return (enum fl_storage)storage_of[kind];
}

const char *fl_kind_name(enum fl_kind kind)
{
    switch (kind) {
    case FL_KIND_KEY:
        return "key";
    case FL_KIND_INTEGER:
        return "integer";
    case FL_KIND_DAY:
        return "day";
    case FL_KIND_SECOND:
        return "second";
    case FL_KIND_TYPE:
        return "type";
    case FL_KIND_MONEY:
        return "money";
    case FL_KIND_MILLI:
        return "milli";
    case FL_KIND_MICRO:
        return "micro";
    case FL_KIND_SMALL:
        return "small";
    case FL_KIND_WORD:
        return "word";
    case FL_KIND_TEXT:
        return "text";
    case FL_KIND_ORDER:
        return "order";
    case FL_KIND_DEGREE:
        return "degree";
    }
    return NULL;
}

size_t fl_kind_size_bytes(enum fl_kind kind)
{
    switch (fl_kind_storage(kind)) {
    case FL_STORAGE_U8:
        return sizeof(uint8_t);
    case FL_STORAGE_I32:
        return sizeof(int32_t);
    case FL_STORAGE_I64:
        return sizeof(int64_t);
    case FL_STORAGE_WORD:
        return sizeof(uint32_t);
    case FL_STORAGE_TEXT:
        break;
    }
    return 0;
}

const struct fl_schema *fl_schema_at(size_t index)
{
    return index < SCHEMA_COUNT ? &schemas[index] : NULL;
}

const struct fl_schema *fl_schema_by_name(const char *name)
{
    for (size_t i = 0; i < SCHEMA_COUNT; i++) {
        if (strcmp(schemas[i].name, name) == 0)
            return &schemas[i];
    }
    return NULL;
}

const struct fl_schema *fl_schema_by_id(uint16_t id)
{
    for (size_t i = 0; i < SCHEMA_COUNT; i++) {
        if (schemas[i].id == id)
            return &schemas[i];
    }
    return NULL;
}

int fl_schema_find(const struct fl_schema *schema, struct fl_text name)
{
    for (size_t i = 0; i < schema->count; i++) {
        if (fl_text_equal(fl_text_of(schema->columns[i].name), name))
            return (int)i;
    }
    return -1;
}

int fl_schema_find_id(const struct fl_schema *schema, uint16_t id)
{
    for (size_t i = 0; i < schema->count; i++) {
        if (schema->columns[i].id == id)
            return (int)i;
    }
    return -1;
}
