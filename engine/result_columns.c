/* result_columns.c - which columns of the customers table a run writes. */
#include "engine/result_columns.h"

#include <string.h>

#include "formats/schema/schema.h"

static fl_result_columns bit(uint16_t id)
{
    return (fl_result_columns)1 << id;
}

#define ALWAYS (bit(FL_SCORES_CUSTOMER) | bit(FL_SCORES_CUSTOMER_ID))

static fl_status add_name(const struct fl_schema *schema, struct fl_text name, fl_result_columns *columns,
                          struct fl_error *error)
{
    const int index = fl_schema_find(schema, name);
    if (index < 0)
        return fl_fail(error, FL_USAGE, "`%.*s` is no column of the customers table", (int)name.size,
                       name.bytes);
    *columns |= bit(schema->columns[index].id);
    return FL_OK;
}

fl_status fl_result_columns_parse(const char *names, fl_result_columns *columns, struct fl_error *error)
{
    const struct fl_schema *schema = fl_schema_by_name("customer_scores");
    *columns = 0;
    if (names == NULL)
        return FL_OK;
    for (const char *at = names;;) {
        const size_t size = strcspn(at, ",");
        fl_status status = add_name(schema, (struct fl_text){at, size}, columns, error);
        if (status != FL_OK)
            return status;
        if (at[size] == '\0')
            break;
        at += size + 1;
    }
    *columns |= ALWAYS;
    return FL_OK;
}

bool fl_result_columns_print(fl_result_columns columns, struct fl_buffer *names)
{
    const struct fl_schema *schema = fl_schema_by_name("customer_scores");
    for (size_t i = 0; i < schema->count; i++) {
        const char *name = schema->columns[i].name;
        if ((columns & bit(schema->columns[i].id)) == 0)
            continue;
        if ((names->size > 0 && !fl_buffer_append(names, ",", 1)) ||
            !fl_buffer_append(names, name, strlen(name)))
            return false;
    }
    return fl_buffer_append(names, "", 1);
}

bool fl_result_columns_has(fl_result_columns columns, uint16_t id)
{
    return columns == 0 || (columns & bit(id)) != 0;
}

/* Bits of the columns with ids first .. last. */
static fl_result_columns bits(uint16_t first, uint16_t last)
{
    return (bit(last) - bit(first)) | bit(last);
}

fl_result_columns fl_result_columns_of(enum fl_column_group group)
{
    const fl_result_columns of_previous =
        bits(FL_SCORES_ENGAGEMENT_BEFORE, FL_SCORES_TIER_BEFORE) | bit(FL_SCORES_CLUSTER_BEFORE);
    const fl_result_columns of_baskets = bits(FL_SCORES_BASKETS, FL_SCORES_CLUSTER_BEFORE);
    switch (group) {
    case FL_COLUMNS_OF_FACTS: /* engaged_no_value, which each scope has, lies among them */
        return (bits(FL_SCORES_MARGIN_12M, FL_SCORES_NEAREST_STORE) & ~bit(FL_SCORES_ENGAGED_NO_VALUE)) |
               of_previous | of_baskets;
    case FL_COLUMNS_OF_FIT:
        return bits(FL_SCORES_P_ALIVE, FL_SCORES_LIFETIME_VALUE);
    case FL_COLUMNS_OF_PROFILE:
        return bits(FL_SCORES_AGE_BAND, FL_SCORES_NEAREST_STORE);
    case FL_COLUMNS_OF_PREVIOUS:
        return of_previous;
    case FL_COLUMNS_OF_TAGS:
        return bits(FL_SCORES_TAGS, FL_SCORES_TAG_POINTS);
    case FL_COLUMNS_OF_BASKETS:
        return of_baskets;
    case FL_COLUMNS_OF_CLUSTERS:
        return bit(FL_SCORES_RANGE) | bits(FL_SCORES_CLUSTER, FL_SCORES_CLUSTER_BEFORE);
    }
    return 0;
}

bool fl_result_columns_want_scope_value(fl_result_columns columns)
{
    const fl_result_columns of_scope =
        bits(FL_SCORES_LOOP, FL_SCORES_NET_12M) | bit(FL_SCORES_ENGAGED_NO_VALUE);
    return columns == 0 || (columns & of_scope) != 0 || fl_result_columns_want_facts(columns);
}

bool fl_result_columns_want_facts(fl_result_columns columns)
{
    return columns == 0 || (columns & fl_result_columns_of(FL_COLUMNS_OF_FACTS)) != 0;
}

bool fl_result_columns_want_baskets(fl_result_columns columns)
{
    return columns == 0 || (columns & fl_result_columns_of(FL_COLUMNS_OF_BASKETS)) != 0;
}

bool fl_result_columns_baskets_only(fl_result_columns columns)
{
    return columns != 0 && (columns & ~(ALWAYS | fl_result_columns_of(FL_COLUMNS_OF_BASKETS))) == 0;
}

bool fl_result_columns_raw_only(fl_result_columns columns)
{
    const fl_result_columns of_raw = ALWAYS | bit(FL_SCORES_ENGAGEMENT) | bit(FL_SCORES_BAND) |
                                     bit(FL_SCORES_PERCENTILE) | bit(FL_SCORES_RAW) | bit(FL_SCORES_ROWS) |
                                     bit(FL_SCORES_FIRST_DAY) | bit(FL_SCORES_LAST_DAY) |
                                     fl_result_columns_of(FL_COLUMNS_OF_TAGS);
    return columns != 0 && (columns & ~of_raw) == 0;
}
