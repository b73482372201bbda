/* model_csv.c - reads the model's small CSV files: columns by header name, each wrong cell named by its
 * place. */
#include "engine/model/model_csv.h"

#include <stdio.h>
#include <stdlib.h>

/* The reader's own complaints are about the model here, not about data. */
static fl_status as_model_error(fl_status status, const char *shown_path, struct fl_error *error)
{
    if (status != FL_BAD_DATA)
        return status;
    if (error != NULL)
        error->status = FL_BAD_MODEL;
    fl_error_at_path(error, shown_path);
    return FL_BAD_MODEL;
}

const char *fl_nearest_word(const char *const *words, struct fl_text text)
{
    struct fl_names *names = fl_names_create();
    const char *nearest = NULL;
    if (names == NULL)
        return NULL;
    for (int i = 0; words[i] != NULL; i++)
        fl_names_add(names, fl_text_of(words[i]), i);
    const char *found = fl_names_nearest(names, text);
    int64_t index = 0;
    if (found != NULL && fl_names_find(names, fl_text_of(found), &index))
        nearest = words[index];
    fl_names_free(names);
    return nearest;
}

/* What of a record fits into a message: its first line, cut. */
static int shown_size(struct fl_text raw)
{
    enum { SHOWN_MAX = 160 };
    size_t size = 0;
    while (size < raw.size && size < SHOWN_MAX && raw.bytes[size] != '\n' && raw.bytes[size] != '\r')
        size++;
    return (int)size;
}

/* FL_BAD_MODEL at byte `at` (from 1) of the record in hand, the line appended under a caret. */
static fl_status fail_at(const struct fl_model_csv *csv, uint32_t at, const char *column,
                         struct fl_error *error, const char *sentence)
{
    const struct fl_csv_record *record = &csv->record;
    int size = shown_size(record->raw);
    if (fl_utf8_is_valid(record->raw.bytes, (size_t)size) && at <= (uint32_t)size + 1)
        fl_fail(error, FL_BAD_MODEL, "%s\n%.*s\n%*s^", sentence, size, record->raw.bytes, (int)at - 1, "");
    else
        fl_fail(error, FL_BAD_MODEL, "%s", sentence);
    fl_error_at_path(error, csv->shown_path);
    fl_error_at_line(error, record->line, at);
    fl_error_at_block(error, -1, column);
    return FL_BAD_MODEL;
}

static fl_status fail_at_field(const struct fl_model_csv *csv, size_t field, const char *column,
                               struct fl_error *error, const char *sentence)
{
    const struct fl_csv_record *record = &csv->record;
    return fail_at(csv, field < record->field_count ? record->field_column[field] : 1, column, error,
                   sentence);
}

fl_status fl_model_csv_fail(const struct fl_model_csv *csv, int column, struct fl_error *error,
                            const char *format, ...)
{
    char sentence[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    const int field = csv->column_of[column];
    return fail_at_field(csv, field < 0 ? SIZE_MAX : (size_t)field, csv->wanted[column], error, sentence);
}

uint32_t fl_model_csv_place(const struct fl_model_csv *csv, int column, size_t offset,
                            struct fl_model_csv_walk *walk)
{
    const struct fl_csv_record *record = &csv->record;
    const size_t field = (size_t)csv->column_of[column];
    const struct fl_text text = record->fields[field];
    const bool in_quotes = record->any_quoted && record->quoted[field];
    for (; in_quotes && walk->offset < offset; walk->offset++)
        walk->quotes += text.bytes[walk->offset] == '"'; /* the file has each twice */
    return record->field_column[field] + (uint32_t)(in_quotes + offset + walk->quotes);
}

fl_status fl_model_csv_fail_within(const struct fl_model_csv *csv, int column, size_t offset,
                                   struct fl_error *error, const char *sentence)
{
    struct fl_model_csv_walk walk = {0};
    return fail_at(csv, fl_model_csv_place(csv, column, offset, &walk), csv->wanted[column], error, sentence);
}

/* Words of the file as they may stand in a message. */
static int quoted_size(struct fl_text text)
{
    enum { QUOTED_MAX = 60 };
    return (int)fl_utf8_cut(text, QUOTED_MAX);
}

static fl_status unknown_header(const struct fl_model_csv *csv, size_t field, struct fl_error *error)
{
    const struct fl_text name = csv->record.fields[field];
    const char *nearest = fl_nearest_word(csv->wanted, name);
    char sentence[256];
    snprintf(sentence, sizeof sentence, "unknown column `%.*s`%s%s%s", quoted_size(name), name.bytes,
             nearest == NULL ? "" : ", did you mean `", nearest == NULL ? "" : nearest,
             nearest == NULL ? "" : "`?");
    return fail_at_field(csv, field, NULL, error, sentence);
}

static fl_status bind_field(struct fl_model_csv *csv, size_t field, struct fl_error *error)
{
    const struct fl_text name = csv->record.fields[field];
    if (!fl_utf8_is_valid(name.bytes, name.size))
        return fail_at_field(csv, field, NULL, error, "the text is not UTF-8: save the file as UTF-8");
    if (name.size == 0) {
        csv->unnamed[field / 64] |= UINT64_C(1) << (field % 64);
        return FL_OK;
    }
    for (int i = 0; csv->wanted[i] != NULL; i++) {
        if (!fl_text_equal(fl_text_of(csv->wanted[i]), name))
            continue;
        if (csv->column_of[i] >= 0)
            return fail_at_field(csv, field, csv->wanted[i], error, "the column is there twice");
        csv->column_of[i] = (int)field;
        return FL_OK;
    }
    return unknown_header(csv, field, error);
}

static fl_status bind_header(struct fl_model_csv *csv, size_t required, struct fl_error *error)
{
    bool more = false;
    fl_status status = fl_csv_next(csv->reader, &csv->record, &more, error);
    if (status != FL_OK)
        return as_model_error(status, csv->shown_path, error);
    if (!more) {
        fl_fail(error, FL_BAD_MODEL, "the file is empty: its first line names the columns");
        return fl_error_at_path(error, csv->shown_path), FL_BAD_MODEL;
    }
    csv->field_count = csv->record.field_count;
    for (size_t field = 0; field < csv->field_count; field++) {
        status = bind_field(csv, field, error);
        if (status != FL_OK)
            return status;
    }
    for (size_t i = 0; i < required; i++) {
        if (csv->column_of[i] < 0)
            return fl_model_csv_fail(csv, (int)i, error, "the column `%s` is missing", csv->wanted[i]);
    }
    return FL_OK;
}

fl_status fl_model_csv_open(struct fl_model_csv *csv, const char *bytes, size_t size, const char *shown_path,
                            const char *const *wanted, size_t required, struct fl_error *error)
{
    *csv = (struct fl_model_csv){.shown_path = shown_path, .wanted = wanted};
    for (int i = 0; i < FL_MODEL_CSV_COLUMNS_MAX; i++)
        csv->column_of[i] = -1;
    const struct fl_csv_options options = {0};
    fl_status status = fl_csv_reader_over(bytes, size, shown_path, &options, &csv->reader, error);
    if (status == FL_OK)
        status = bind_header(csv, required, error);
    if (status != FL_OK)
        fl_model_csv_close(csv);
    return status;
}

void fl_model_csv_close(struct fl_model_csv *csv)
{
    if (csv->reader != NULL)
        fl_csv_reader_free(csv->reader);
    csv->reader = NULL;
}

static fl_status check_field(const struct fl_model_csv *csv, size_t field, struct fl_error *error)
{
    const struct fl_text text = csv->record.fields[field];
    if (!fl_utf8_is_valid(text.bytes, text.size))
        return fail_at_field(csv, field, NULL, error, "the text is not UTF-8: save the file as UTF-8");
    const bool unnamed = (csv->unnamed[field / 64] >> (field % 64) & 1u) != 0;
    if (unnamed && text.size != 0)
        return fail_at_field(csv, field, NULL, error, "text under a column without a name");
    return FL_OK;
}

fl_status fl_model_csv_next(struct fl_model_csv *csv, bool *more, struct fl_error *error)
{
    fl_status status = fl_csv_next(csv->reader, &csv->record, more, error);
    if (status != FL_OK)
        return as_model_error(status, csv->shown_path, error);
    if (!*more)
        return FL_OK;
    if (csv->record.field_count != csv->field_count) {
        char sentence[96];
        snprintf(sentence, sizeof sentence, "%zu fields, the header has %zu", csv->record.field_count,
                 csv->field_count);
        return fail_at_field(csv, SIZE_MAX, NULL, error, sentence);
    }
    for (size_t field = 0; field < csv->field_count; field++) {
        status = check_field(csv, field, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

struct fl_text fl_model_csv_text(const struct fl_model_csv *csv, int column)
{
    const int field = csv->column_of[column];
    return field < 0 ? (struct fl_text){"", 0} : csv->record.fields[field];
}

fl_status fl_model_csv_integer(const struct fl_model_csv *csv, int column, int64_t min, int64_t max,
                               int64_t *value, struct fl_error *error)
{
    const struct fl_text text = fl_model_csv_text(csv, column);
    if (!fl_integer_parse(text.bytes, text.size, value))
        return fl_model_csv_fail(csv, column, error, "`%.*s` is no whole number", quoted_size(text),
                                 text.bytes);
    if (*value < min || *value > max)
        return fl_model_csv_fail(csv, column, error, "%lld lies outside %lld..%lld", (long long)*value,
                                 (long long)min, (long long)max);
    return FL_OK;
}

fl_status fl_model_csv_decimal(const struct fl_model_csv *csv, int column, struct fl_decimal *value,
                               struct fl_error *error)
{
    const struct fl_text text = fl_model_csv_text(csv, column);
    const char mark = text.size > 0 && memchr(text.bytes, ',', text.size) != NULL ? ',' : '.';
    if (!fl_decimal_parse(text.bytes, text.size, mark, value))
        return fl_model_csv_fail(csv, column, error, "`%.*s` is no decimal number", quoted_size(text),
                                 text.bytes);
    return FL_OK;
}

fl_status fl_model_csv_thousandths(const struct fl_model_csv *csv, int column, int64_t min, int64_t max,
                                   int64_t *value, struct fl_error *error)
{
    struct fl_decimal number;
    fl_status status = fl_model_csv_decimal(csv, column, &number, error);
    if (status != FL_OK)
        return status;
    const struct fl_text text = fl_model_csv_text(csv, column);
    if (number.places > 3)
        return fl_model_csv_fail(csv, column, error, "`%.*s` has more than 3 decimals", quoted_size(text),
                                 text.bytes);
    if (!fl_decimal_round(number, 3, value) || *value < min || *value > max)
        return fl_model_csv_fail(csv, column, error, "`%.*s` lies outside %lld.%03lld..%lld.%03lld",
                                 quoted_size(text), text.bytes, (long long)(min / 1000),
                                 (long long)llabs(min % 1000), (long long)(max / 1000),
                                 (long long)(max % 1000));
    return FL_OK;
}

fl_status fl_model_csv_choice(const struct fl_model_csv *csv, int column, const char *const *words,
                              int *index, struct fl_error *error)
{
    const struct fl_text text = fl_model_csv_text(csv, column);
    for (int i = 0; words[i] != NULL; i++) {
        if (fl_text_equal(fl_text_of(words[i]), text)) {
            *index = i;
            return FL_OK;
        }
    }
    const char *nearest = fl_nearest_word(words, text);
    if (nearest != NULL)
        return fl_model_csv_fail(csv, column, error, "unknown word `%.*s`, did you mean `%s`?",
                                 quoted_size(text), text.bytes, nearest);
    return fl_model_csv_fail(csv, column, error, "unknown word `%.*s`", quoted_size(text), text.bytes);
}
