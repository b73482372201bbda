/* report.c - what a verb says: words to stderr, one JSON line to stdout. */
#include "tools/fourloop/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/decimal.h"
#include "formats/base/json_memory.h"
#include "formats/base/limits.h"

void report_say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void report_cut_hits(uint64_t messages)
{
    if (messages > 0)
        report_say("  hits cut in %llu messages: of a rule the first %u in a message count",
                   (unsigned long long)messages, FL_RULE_HITS_MAX);
}

void report_fit(const char *hash_before, const char *hash_after, const char *model, const char *data)
{
    if (strcmp(hash_before, hash_after) == 0)
        report_say("  the same as before: the model is still %s", hash_after);
    else
        report_say("  the model was %s and is %s now: its nights are other runs", hash_before, hash_after);
    report_say("next: fourloop run --model %s --data %s --as-of DAY --out out/", model, data);
}

const char *report_size(uint64_t bytes, char text[REPORT_SIZE_TEXT])
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    uint64_t tenths = bytes * 10;
    while (tenths >= 10240 && unit + 1 < sizeof units / sizeof units[0]) {
        tenths /= 1024;
        unit++;
    }
    if (unit == 0)
        snprintf(text, REPORT_SIZE_TEXT, "%llu bytes", (unsigned long long)bytes);
    else
        snprintf(text, REPORT_SIZE_TEXT, "%llu.%llu %s", (unsigned long long)(tenths / 10),
                 (unsigned long long)(tenths % 10), units[unit]);
    return text;
}

const char *report_points(int64_t micro, char text[REPORT_POINTS_TEXT])
{
    (void)fl_decimal_format(micro, 6, '.', text);
    return text;
}

fl_status report_json(json_t *object, struct fl_error *error)
{
    char *line = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (fl_json_ran_out_of_memory()) { /* what was told to add something may not have said that it did not */
        free(line);
        line = NULL;
    }
    if (line == NULL)
        return fl_fail(error, FL_NO_MEMORY, "no memory for the JSON line");
    puts(line); /* a failed write shows when stdout is flushed at the end */
    free(line);
    return FL_OK;
}
