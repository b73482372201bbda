/* frozen_fit.h - value.yaml: what `value fit` found on a day, read and written. */
#ifndef ENGINE_VALUE_FROZEN_FIT_H
#define ENGINE_VALUE_FROZEN_FIT_H

#include "engine/model/model_settings.h"
#include "engine/value/purchase_fit.h"
#include "engine/value/spend_fit.h"
#include "formats/base/arena.h"
#include "formats/base/text.h"

enum { FL_GAP_DAYS_MAX = 100000, FL_CATEGORY_GAPS_MIN = 30 };

/* The lower median of the days between purchase days of customers with one main category. */
struct fl_category_gap {
    struct fl_text category;
    int32_t days;
    int64_t gaps; /* how many; at least FL_CATEGORY_GAPS_MIN */
};

struct fl_frozen_fit {
    int32_t day;
    enum fl_value_fit kind;
    char currency[4];
    struct fl_purchase_fit purchases; /* steps are not written */
    int64_t repeaters;                /* customers with two purchase days or more */
    struct fl_spend_fit spend;
    int32_t gap_days; /* everybody's */
    int64_t gaps;
    struct fl_category_gap *categories; /* rising by text */
    size_t category_count;
    char *category_bytes; /* their texts one after the other */
};

/* FL_BAD_MODEL with line, column and a caret: a key that is missing, unknown or there twice; a value of a
 * wrong kind or outside its range. On failure *fit is empty. */
fl_status fl_frozen_fit_parse(const char *bytes, size_t size, const char *shown_path,
                              struct fl_frozen_fit *fit, struct fl_error *error);
/* Appends the file. Parameters are rounded to 12 digits: what is read back is what a night uses. */
fl_status fl_frozen_fit_print(const struct fl_frozen_fit *fit, struct fl_buffer *buffer,
                              struct fl_error *error);
void fl_frozen_fit_release(struct fl_frozen_fit *fit);

#endif
