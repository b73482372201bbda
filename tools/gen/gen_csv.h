/* gen_csv.h - CSV text into an output file, field by field. */
#ifndef TOOLS_GEN_GEN_CSV_H
#define TOOLS_GEN_GEN_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/base/publish.h"

enum { GEN_CSV_BUFFER_SIZE = 256 << 10, GEN_CSV_LINE_SIZE_MAX = 4 << 10 };

struct gen_csv {
    struct fl_output *output;
    struct fl_error *error;
    fl_status status; /* the first failure; what comes after it is thrown away */
    size_t used;
    char bytes[GEN_CSV_BUFFER_SIZE];
};

void gen_csv_start(struct gen_csv *csv, struct fl_output *output, struct fl_error *error);
/* Before each line; a line has at most GEN_CSV_LINE_SIZE_MAX bytes. */
void gen_csv_line(struct gen_csv *csv);
fl_status gen_csv_finish(struct gen_csv *csv);

/* Each appends to the line as it is: commas and the line end are the caller's. */
void gen_csv_bytes(struct gen_csv *csv, const char *bytes, size_t size);
void gen_csv_text(struct gen_csv *csv, const char *text); /* needs no quotes; NULL: nothing */
void gen_csv_quoted(struct gen_csv *csv, const char *bytes, size_t size);
void gen_csv_number(struct gen_csv *csv, uint64_t number);
void gen_csv_digits(struct gen_csv *csv, uint64_t number,
                    unsigned digits); /* leading zeros, never fewer digits */
/* number / 10^places with all places written. */
void gen_csv_decimal(struct gen_csv *csv, int64_t number, unsigned places);

static inline void gen_csv_char(struct gen_csv *csv, char character)
{
    csv->bytes[csv->used++] = character;
}

#endif
