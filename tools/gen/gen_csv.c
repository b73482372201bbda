/* gen_csv.c - CSV text into an output file, field by field. */
#include "tools/gen/gen_csv.h"

#include <assert.h>
#include <string.h>

static void flush(struct gen_csv *csv)
{
    if (csv->status == FL_OK)
        csv->status = fl_output_write(csv->output, csv->bytes, csv->used, csv->error);
    csv->used = 0;
}

void gen_csv_start(struct gen_csv *csv, struct fl_output *output, struct fl_error *error)
{
    csv->output = output;
    csv->error = error;
    csv->status = FL_OK;
    csv->used = 0;
}

void gen_csv_line(struct gen_csv *csv)
{
    if (csv->used > GEN_CSV_BUFFER_SIZE - GEN_CSV_LINE_SIZE_MAX)
        flush(csv);
}

fl_status gen_csv_finish(struct gen_csv *csv)
{
    flush(csv);
    return csv->status;
}

void gen_csv_bytes(struct gen_csv *csv, const char *bytes, size_t size)
{
    assert(size <= GEN_CSV_BUFFER_SIZE - csv->used);
    memcpy(csv->bytes + csv->used, bytes, size);
    csv->used += size;
}

void gen_csv_text(struct gen_csv *csv, const char *text)
{
    if (text != NULL)
        gen_csv_bytes(csv, text, strlen(text));
}

void gen_csv_quoted(struct gen_csv *csv, const char *bytes, size_t size)
{
    gen_csv_char(csv, '"');
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '"')
            gen_csv_char(csv, '"');
        gen_csv_char(csv, bytes[i]);
    }
    gen_csv_char(csv, '"');
}

void gen_csv_digits(struct gen_csv *csv, uint64_t number, unsigned digits)
{
    char text[20];
    unsigned at = sizeof text;
    while (number != 0 || sizeof text - at < digits) {
        text[--at] = (char)('0' + number % 10);
        number /= 10;
    }
    gen_csv_bytes(csv, text + at, sizeof text - at);
}

void gen_csv_number(struct gen_csv *csv, uint64_t number)
{
    gen_csv_digits(csv, number, 1);
}

void gen_csv_decimal(struct gen_csv *csv, int64_t number, unsigned places)
{
    uint64_t unit = 1;
    for (unsigned i = 0; i < places; i++)
        unit *= 10;
    if (number < 0)
        gen_csv_char(csv, '-');
    const uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    gen_csv_number(csv, size / unit);
    gen_csv_char(csv, '.');
    gen_csv_digits(csv, size % unit, places);
}
