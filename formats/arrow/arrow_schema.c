/* arrow_schema.c - what is known of each Arrow type. */
#include "formats/arrow/arrow_schema.h"

#include <stdio.h>
#include <string.h>

struct kind_facts {
    const char *words;
    enum fl_arrow_layout layout;
    uint32_t width_bytes;
};

static const struct kind_facts kinds[] = {
#define X(name, words, layout, width_bytes) {words, FL_ARROW_##layout, width_bytes},
    FL_ARROW_KIND_LIST(X)
#undef X
};

enum fl_arrow_layout fl_arrow_kind_layout(enum fl_arrow_kind kind)
{
    return kinds[kind].layout;
}

const char *fl_arrow_kind_words(enum fl_arrow_kind kind)
{
    return kinds[kind].words;
}

struct fl_arrow_type fl_arrow_type_of(enum fl_arrow_kind kind)
{
    return (struct fl_arrow_type){.kind = kind, .width_bytes = kinds[kind].width_bytes};
}

bool fl_arrow_type_equal(const struct fl_arrow_type *a, const struct fl_arrow_type *b)
{
    const bool same_zone =
        a->zone == NULL || b->zone == NULL ? a->zone == b->zone : strcmp(a->zone, b->zone) == 0;
    return a->kind == b->kind && a->unit == b->unit && a->width_bytes == b->width_bytes &&
           a->precision == b->precision && a->scale == b->scale && same_zone;
}

static void type_words(const struct fl_arrow_type *type, char words[80])
{
    static const char *const units[] = {"s", "ms", "us", "ns"};
    const char *name = kinds[type->kind].words;
    switch (type->kind) {
    case FL_ARROW_DECIMAL128:
        snprintf(words, 80, "%s(%d, %d)", name, type->precision, type->scale);
        return;
    case FL_ARROW_TIME32:
    case FL_ARROW_TIME64:
    case FL_ARROW_DURATION:
        snprintf(words, 80, "%s(%s)", name, units[type->unit]);
        return;
    case FL_ARROW_TIMESTAMP:
        snprintf(words, 80, type->zone == NULL ? "%s(%s)" : "%s(%s, %s)", name, units[type->unit],
                 type->zone);
        return;
    case FL_ARROW_FIXED_BINARY:
        snprintf(words, 80, "%s(%u)", name, type->width_bytes);
        return;
    default:
        snprintf(words, 80, "%s", name);
    }
}

void fl_arrow_field_words(const struct fl_arrow_field *field, char words[128])
{
    char inner[80];
    const bool is_list = field->type.kind == FL_ARROW_LIST || field->type.kind == FL_ARROW_LARGE_LIST;
    type_words(is_list ? &field->item : &field->type, inner);
    if (field->has_dictionary)
        snprintf(words, 128, "dictionary<%s, %s>", kinds[field->index.kind].words, inner);
    else if (is_list)
        snprintf(words, 128, "%s<%s>", kinds[field->type.kind].words, inner);
    else
        snprintf(words, 128, "%s", inner);
}
