/* rfm_groups.c - the names of the 125 RFM codes, read from rfm_groups.csv. */
#include "engine/model/rfm_groups.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/model/model_csv.h"

enum column { CODE, GROUP, REQUIRED };
static const char *const column_names[] = {[CODE] = "code", [GROUP] = "group", [REQUIRED] = NULL};

/* What is read: the name of each code in hand, and the line it came from. */
struct reading {
    char names[FL_RFM_CODE_MAX + 1][FL_RFM_GROUP_BYTES_MAX + 1];
    int64_t lines[FL_RFM_CODE_MAX + 1]; /* 0: not there yet */
};

bool fl_rfm_code_is_known(int64_t code)
{
    if (code < 0 || code > FL_RFM_CODE_MAX)
        return false;
    const int64_t r = code / 100, f = code / 10 % 10, m = code % 10;
    return code == 0 || (r >= 1 && f >= 1 && f <= 5 && m >= 1 && m <= 5);
}

/* Spreadsheets make a 0 of 000. */
static fl_status read_code(const struct fl_model_csv *csv, int64_t *code, struct fl_error *error)
{
    const struct fl_text text = fl_model_csv_text(csv, CODE);
    *code = 0;
    if (fl_text_equal(text, fl_text_of("000")) || fl_text_equal(text, fl_text_of("0")))
        return FL_OK;
    if (fl_integer_parse(text.bytes, text.size, code) && *code != 0 && fl_rfm_code_is_known(*code))
        return FL_OK;
    return fl_model_csv_fail(
        csv, CODE, error, "a code is three digits of 1 to 5 for R, F and M, or 000 for who bought nothing");
}

static bool has_control_byte(struct fl_text text)
{
    for (size_t i = 0; i < text.size; i++) {
        if ((uint8_t)text.bytes[i] < 0x20 || text.bytes[i] == 0x7f)
            return true;
    }
    return false;
}

static fl_status read_line(const struct fl_model_csv *csv, struct reading *reading, struct fl_error *error)
{
    const struct fl_text name = fl_model_csv_text(csv, GROUP);
    int64_t code = 0;
    fl_status status = read_code(csv, &code, error);
    if (status != FL_OK)
        return status;
    if (reading->lines[code] != 0)
        return fl_model_csv_fail(csv, CODE, error, "the code %03lld is there twice, first on line %lld",
                                 (long long)code, (long long)reading->lines[code]);
    if (name.size == 0 || name.size > FL_RFM_GROUP_BYTES_MAX || has_control_byte(name))
        return fl_model_csv_fail(csv, GROUP, error, "a group is a name of 1 to %d bytes on one line",
                                 FL_RFM_GROUP_BYTES_MAX);
    memcpy(reading->names[code], name.bytes, name.size);
    reading->lines[code] = csv->record.line;
    return FL_OK;
}

static fl_status read_lines(struct fl_model_csv *csv, struct reading *reading, struct fl_error *error)
{
    for (;;) {
        bool more = false;
        fl_status status = fl_model_csv_next(csv, &more, error);
        if (status != FL_OK || !more)
            return status;
        status = read_line(csv, reading, error);
        if (status != FL_OK)
            return status;
    }
}

static fl_status check_all_there(const struct reading *reading, const char *shown_path,
                                 struct fl_error *error)
{
    enum { NAMED_MAX = 8 };
    char named[NAMED_MAX * 8 + 8] = "";
    int missing = 0;
    for (int code = 0; code <= FL_RFM_CODE_MAX; code++) {
        if (!fl_rfm_code_is_known(code) || reading->lines[code] != 0)
            continue;
        const size_t used = strlen(named);
        if (missing < NAMED_MAX)
            snprintf(named + used, sizeof named - used, "%s%03d", missing == 0 ? "" : ", ", code);
        missing++;
    }
    if (missing == 0)
        return FL_OK;
    fl_fail(error, FL_BAD_MODEL, "%d of %d codes have no group: %s%s", missing, FL_RFM_CODES, named,
            missing > NAMED_MAX ? " .." : "");
    fl_error_at_path(error, shown_path);
    return FL_BAD_MODEL;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Each name once, sorted, and each code's place among them. */
static void number_groups(const struct reading *reading, struct fl_rfm_groups *groups)
{
    *groups = (struct fl_rfm_groups){.count = 0};
    size_t count = 0, kept = 0;
    for (int code = 0; code <= FL_RFM_CODE_MAX; code++) {
        if (fl_rfm_code_is_known(code))
            memcpy(groups->names[count++], reading->names[code], sizeof reading->names[code]);
    }
    qsort(groups->names, count, sizeof groups->names[0], compare_names);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || strcmp(groups->names[i], groups->names[kept - 1]) != 0)
            memmove(groups->names[kept++], groups->names[i], sizeof groups->names[0]);
    }
    groups->count = (uint8_t)kept;
    for (int code = 0; code <= FL_RFM_CODE_MAX; code++) {
        if (!fl_rfm_code_is_known(code))
            continue;
        const char *found =
            bsearch(reading->names[code], groups->names, kept, sizeof groups->names[0], compare_names);
        groups->of_code[code] = (uint8_t)((size_t)(found - groups->names[0]) / sizeof groups->names[0]);
    }
}

static void fill_dictionary(struct fl_rfm_groups *groups)
{
    uint32_t at = 0;
    for (size_t i = 0; i < groups->count; i++) {
        const size_t size = strlen(groups->names[i]);
        groups->offsets[i] = at;
        memcpy(groups->bytes + at, groups->names[i], size);
        at += (uint32_t)size;
    }
    groups->offsets[groups->count] = at;
}

struct fl_words fl_rfm_groups_words(const struct fl_rfm_groups *groups)
{
    return (struct fl_words){groups->count, groups->offsets, groups->bytes};
}

fl_status fl_rfm_groups_parse(const char *bytes, size_t size, const char *shown_path,
                              struct fl_rfm_groups *groups, struct fl_error *error)
{
    struct fl_model_csv csv;
    struct reading *reading = calloc(1, sizeof *reading);
    if (reading == NULL)
        return fl_fail_memory(error, sizeof *reading);
    fl_status status = fl_model_csv_open(&csv, bytes, size, shown_path, column_names, REQUIRED, error);
    if (status == FL_OK) {
        status = read_lines(&csv, reading, error);
        fl_model_csv_close(&csv);
    }
    if (status == FL_OK)
        status = check_all_there(reading, shown_path, error);
    if (status == FL_OK) {
        number_groups(reading, groups);
        fill_dictionary(groups);
    }
    free(reading);
    return status;
}
