/* export_type.h - what a kind of column is to other programs, the same in every format. */
#ifndef FORMATS_EXPORTERS_EXPORT_TYPE_H
#define FORMATS_EXPORTERS_EXPORT_TYPE_H

#include "formats/schema/schema.h"

/* Types that every warehouse has; nothing is unsigned. The values are those of CSV
 * (formats/table/cell_text.h), so that a table is the same by whatever format it was loaded. */
enum fl_export_type_id {
    FL_EXPORT_INT16,
    FL_EXPORT_INT32,
    FL_EXPORT_INT64,
    FL_EXPORT_DATE,    /* days since 1970-01-01 */
    FL_EXPORT_DECIMAL, /* an integer of 64 bits in units of 10^-scale */
    FL_EXPORT_TEXT     /* UTF-8 without NUL */
};

struct fl_export_type {
    enum fl_export_type_id id;
    int precision, scale; /* of a DECIMAL: digits in all, digits behind the mark */
};

/*     KEY, INTEGER, ORDER   INT64
 *     MONEY                 INT64: minor units, whose places depend on the row's currency
 *     MICRO                 INT64: millionths
 *     SECOND                INT32
 *     TYPE, SMALL           INT16
 *     DAY                   DATE
 *     MILLI, DEGREE         DECIMAL(18, 3), DECIMAL(18, 6)
 *     WORD, TEXT            TEXT */
struct fl_export_type fl_export_type_of(enum fl_kind kind);

#endif
