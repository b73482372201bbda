/* export_formats.c - the list of export formats as a table to search. */
#include <string.h>

#include "formats/exporters/export_walk.h"

static const struct fl_export_format *const formats[] = {
#define X(name) &fl_export_format_##name,
    FL_EXPORT_FORMAT_LIST(X, X)
#undef X
};
enum { FORMAT_COUNT = sizeof formats / sizeof formats[0] };

const struct fl_export_format *fl_export_format_at(size_t index)
{
    return index < FORMAT_COUNT ? formats[index] : NULL;
}

const struct fl_export_format *fl_export_format_find(const char *name)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    }
    return NULL;
}

struct fl_export_options fl_export_options_default(void)
{
    return (struct fl_export_options){.null_text = "",
                                      .delimiter = ',',
                                      .decimal = '.',
                                      .compression = FL_EXPORT_SNAPPY,
                                      .row_group_rows = 1u << 20,
                                      .row_group_bytes = 128u << 20};
}
