/* model_file.h - the numbers an analyst sets in model.yaml. */
#ifndef ENGINE_MODEL_MODEL_FILE_H
#define ENGINE_MODEL_MODEL_FILE_H

#include "formats/base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* The kinds of scope; the words are the keys of `k_points`. */
#define FL_SCOPE_LIST(X)                                                                                     \
    X(CUSTOMER, "customer") X(BRAND, "brand") X(CATEGORY, "category") X(PRODUCT, "product")
#define X(name, word) FL_SCOPE_##name,
enum fl_scope { FL_SCOPE_LIST(X) FL_SCOPES };
#undef X

enum { FL_HORIZON_DAYS_MAX = 10000, FL_K_POINTS_MAX = 1000000000, FL_LATE_REPORT_DAYS_MAX = 100000 };

struct fl_model_settings {
    char currency[4];
    int32_t horizon_days;
    int64_t engagement_k_micro[FL_SCOPES]; /* the raw that gives 50 */
    int64_t intent_k_micro[FL_SCOPES];
    int64_t trend_unit_micro;
    uint8_t band_floor[3]; /* lowest engagement of warm, engaged, hot */
    int32_t late_report_days;
    bool scopes[FL_SCOPES]; /* which kinds are scored; the customer always is */
};

/* Every key may be absent and then has its default. FL_BAD_MODEL with the place and a caret: an unknown key
 * (the nearest is named), a value of a wrong kind or outside its range. */
fl_status fl_model_file_parse(const char *bytes, size_t size, const char *shown_path,
                              struct fl_model_settings *settings, struct fl_error *error);

#endif
