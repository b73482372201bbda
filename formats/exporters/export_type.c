/* export_type.c - what a kind of column is to other programs, the same in every format. */
#include "formats/exporters/export_type.h"

#include <assert.h>

/* Of a decimal that an integer of 64 bits holds for certain; warehouses know 18 too. */
enum { DECIMAL_DIGITS = 18 };

struct fl_export_type fl_export_type_of(enum fl_kind kind)
{
    switch (kind) {
    case FL_KIND_KEY:
    case FL_KIND_INTEGER:
    case FL_KIND_ORDER:
    case FL_KIND_MONEY:
    case FL_KIND_MICRO:
        return (struct fl_export_type){.id = FL_EXPORT_INT64};
    case FL_KIND_SECOND:
        return (struct fl_export_type){.id = FL_EXPORT_INT32};
    case FL_KIND_TYPE:
    case FL_KIND_SMALL:
        return (struct fl_export_type){.id = FL_EXPORT_INT16};
    case FL_KIND_DAY:
        return (struct fl_export_type){.id = FL_EXPORT_DATE};
    case FL_KIND_MILLI:
        return (struct fl_export_type){FL_EXPORT_DECIMAL, DECIMAL_DIGITS, 3};
    case FL_KIND_DEGREE:
        return (struct fl_export_type){FL_EXPORT_DECIMAL, DECIMAL_DIGITS, 6};
    case FL_KIND_WORD:
    case FL_KIND_TEXT:
        return (struct fl_export_type){.id = FL_EXPORT_TEXT};
    }
    assert(false && "a kind without a type");
    return (struct fl_export_type){.id = FL_EXPORT_TEXT};
}
