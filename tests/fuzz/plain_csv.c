/* plain_csv.c - CSV byte by byte, by the rules of formats/importers/README.md and nothing cleverer. */
#include "tests/fuzz/plain_csv.h"

#include <stdlib.h>

void plain_csv_begin(struct plain_csv *csv, const char *bytes, size_t size, char delimiter, int64_t line)
{
    csv->bytes = bytes;
    csv->size = size;
    csv->at = 0;
    csv->delimiter = delimiter;
    csv->line = line;
    csv->line_column = 1;
    csv->unquoted.size = 0;
    /* All fields fit, so that none moves while others point to it. */
    if (!fl_buffer_reserve(&csv->unquoted, size + 1))
        abort();
}

static bool is_at(const struct plain_csv *csv, char byte)
{
    return csv->at < csv->size && csv->bytes[csv->at] == byte;
}

static bool is_at_line_end(const struct plain_csv *csv)
{
    return is_at(csv, '\n') || is_at(csv, '\r');
}

static bool is_at_field_end(const struct plain_csv *csv)
{
    return csv->at == csv->size || is_at_line_end(csv) || is_at(csv, csv->delimiter);
}

static void step(struct plain_csv *csv)
{
    const char byte = csv->bytes[csv->at++];
    csv->line_column++;
    if (byte == '\n' || (byte == '\r' && !is_at(csv, '\n'))) {
        csv->line++;
        csv->line_column = 1;
    }
}

static void keep(struct plain_csv *csv)
{
    csv->unquoted.bytes[csv->unquoted.size++] = (uint8_t)csv->bytes[csv->at];
    step(csv);
}

static enum plain_result fault(struct fl_error *error, const char *sentence, int64_t line,
                               int64_t line_column)
{
    fl_fail(error, FL_BAD_DATA, "%s", sentence);
    fl_error_at_line(error, line, line_column);
    return PLAIN_FAULT;
}

static enum plain_result take_quoted(struct plain_csv *csv, struct fl_error *error)
{
    const int64_t line = csv->line, line_column = csv->line_column;
    step(csv);
    for (;;) {
        if (csv->at == csv->size)
            return fault(error, "a quote that opens here is never closed", line, line_column);
        if (!is_at(csv, '"')) {
            keep(csv);
            continue;
        }
        step(csv);
        if (!is_at(csv, '"'))
            break;
        keep(csv);
    }
    return is_at_field_end(csv) ? PLAIN_RECORD
                                : fault(error, "text after a closing quote", csv->line, csv->line_column);
}

static enum plain_result take_field(struct plain_csv *csv, struct fl_text *field, bool *quoted,
                                    struct fl_error *error)
{
    enum plain_result result = PLAIN_RECORD;
    const size_t start = csv->unquoted.size;
    *quoted = is_at(csv, '"');
    if (*quoted)
        result = take_quoted(csv, error);
    while (!*quoted && !is_at_field_end(csv))
        keep(csv);
    *field = (struct fl_text){(const char *)csv->unquoted.bytes + start, csv->unquoted.size - start};
    return result;
}

enum plain_result plain_csv_next(struct plain_csv *csv, struct fl_csv_record *record, struct fl_error *error)
{
    while (is_at_line_end(csv))
        step(csv);
    if (csv->at == csv->size)
        return PLAIN_END;
    const size_t start = csv->at;
    *record = (struct fl_csv_record){.fields = csv->fields,
                                     .quoted = csv->quoted,
                                     .field_column = csv->field_column,
                                     .is_ascii = true,
                                     .line = csv->line};
    csv->unquoted.size = 0;
    for (;;) {
        const size_t i = record->field_count;
        if (i == FL_RECORD_FIELDS_MAX)
            return fault(error, "a record of more than 1024 fields", record->line, 1);
        csv->field_column[i] = (uint32_t)(csv->at - start) + 1;
        if (take_field(csv, &csv->fields[i], &csv->quoted[i], error) != PLAIN_RECORD)
            return PLAIN_FAULT;
        record->filled |= i < 64 && csv->fields[i].size > 0 ? (uint64_t)1 << i : 0;
        record->any_quoted |= csv->quoted[i];
        record->field_count++;
        if (!is_at(csv, csv->delimiter))
            break;
        step(csv);
    }
    record->raw = (struct fl_text){csv->bytes + start, csv->at - start};
    for (size_t i = start; i < csv->at; i++)
        record->is_ascii &= (signed char)csv->bytes[i] > 0;
    return PLAIN_RECORD; /* its line end counts as a blank line before the next one */
}
