/* export_csv.c - a table as CSV by RFC 4180: UTF-8, LF, null = nothing, empty text = "". */
#include <stdlib.h>
#include <string.h>

#include "formats/base/limits.h"
#include "formats/exporters/text_rows.h"

struct csv_export {
    struct fl_text_dialect dialect;
    struct fl_text_rows *rows;
    const char *tails[FL_COLUMNS_MAX];
    char delimiter[2];
};

/* Marks that are part of numbers, days, words of a null text would need quotes everywhere. */
static bool is_fit_delimiter(char mark)
{
    return mark == '\t' || mark == ' ' || (mark != '\0' && strchr(",;|:!#$%&*/<=>?@^_~", mark) != NULL);
}

static bool is_mark(char byte, const struct fl_export_options *options)
{
    return byte == options->delimiter || byte == '"' || byte == '\n' || byte == '\r';
}

/* A number or a day is never quoted, so it must not look like a null. */
static bool looks_like_number(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789+-.,")] == '\0';
}

static fl_status check_options(const struct fl_export_options *options, struct fl_error *error)
{
    if (!is_fit_delimiter(options->delimiter))
        return fl_fail(
            error, FL_USAGE,
            "csv: the delimiter may be a tab, a blank or one of , ; | : ! # $ %% & * / < = > ? @ ^ _ ~");
    if (options->decimal != '.' && options->decimal != ',')
        return fl_fail(error, FL_USAGE, "csv: the decimal mark is . or ,");
    if (options->decimal == options->delimiter)
        return fl_fail(error, FL_USAGE, "csv: a decimal comma needs another delimiter, such as ;");
    if (strlen(options->null_text) > FL_EXPORT_NULL_MAX)
        return fl_fail(error, FL_USAGE, "csv: the text of a null has %zu bytes, at most %d",
                       strlen(options->null_text), FL_EXPORT_NULL_MAX);
    if (looks_like_number(options->null_text))
        return fl_fail(error, FL_USAGE, "csv: the text of a null must not look like a number");
    for (const char *at = options->null_text; *at != '\0'; at++) {
        if (is_mark(*at, options))
            return fl_fail(error, FL_USAGE,
                           "csv: the text of a null must have no delimiter, quote or line end in it");
    }
    return FL_OK;
}

/* Of eight bytes, those that equal `byte` have their highest bit set; so may bytes above one that does. */
static inline uint64_t equal_bytes(uint64_t bytes, char byte)
{
    const uint64_t low = UINT64_C(0x0101010101010101);
    const uint64_t different = bytes ^ low * (uint8_t)byte;
    return (different - low) & ~different & low << 7;
}

static bool has_mark(const struct fl_export_options *options, const char *bytes, size_t size)
{
    size_t at = 0;
    for (; at + 8 <= size; at += 8) {
        uint64_t eight;
        memcpy(&eight, bytes + at, sizeof eight);
        if ((equal_bytes(eight, options->delimiter) | equal_bytes(eight, '"') | equal_bytes(eight, '\n') |
             equal_bytes(eight, '\r')) != 0)
            return true;
    }
    while (at < size) {
        if (is_mark(bytes[at++], options))
            return true;
    }
    return false;
}

static uint8_t *put_quoted(uint8_t *at, const char *bytes, size_t size)
{
    *at++ = '"';
    for (size_t i = 0; i < size; i++) {
        *at = '"';
        at += bytes[i] == '"';
        *at++ = (uint8_t)bytes[i];
    }
    *at++ = '"';
    return at;
}

/* In quotes when it has a mark in it, or would be read as a null. */
static uint8_t *put_text(const struct fl_export_options *options, uint8_t *at, const char *bytes, size_t size)
{
    const size_t null_size = strlen(options->null_text);
    const bool like_null =
        size == 0 || (size == null_size && memcmp(bytes, options->null_text, null_size) == 0);
    if (like_null || has_mark(options, bytes, size))
        return put_quoted(at, bytes, size);
    memcpy(at, bytes, size);
    return at + size;
}

static fl_status write_header(const struct csv_export *export, const struct fl_export_request *request,
                              struct fl_output *output, struct fl_error *error)
{
    struct fl_buffer line = {0};
    bool kept = true;
    for (size_t i = 0; i < request->column_count && kept; i++) {
        const struct fl_export_column *column = &request->columns[i];
        kept = fl_buffer_append(&line, column->name, strlen(column->name)) &&
               fl_buffer_append(&line, export->tails[i], 1);
    }
    const fl_status status =
        kept ? fl_output_write(output, line.bytes, line.size, error) : fl_fail_memory(error, line.size);
    fl_buffer_release(&line);
    return status;
}

static void fill(struct csv_export *export, const struct fl_export_request *request)
{
    export->dialect = (struct fl_text_dialect){.null = request->options.null_text,
                                               .day_quote = "",
                                               .head = "",
                                               .decimal = request->options.decimal,
                                               .options = &request->options,
                                               .text_growth = 2,
                                               .put_text = put_text};
    export->delimiter[0] = request->options.delimiter;
    for (size_t i = 0; i < request->column_count; i++)
        export->tails[i] = i + 1 < request->column_count ? export->delimiter : "\n";
}

static void csv_free(void *state)
{
    struct csv_export *export = state;
    fl_text_rows_free(export->rows);
    free(export);
}

static fl_status csv_begin(const struct fl_export_request *request, struct fl_output *output, void **state,
                           struct fl_error *error)
{
    fl_status status = check_options(&request->options, error);
    if (status != FL_OK)
        return status;
    struct csv_export *export = calloc(1, sizeof *export);
    if (export == NULL)
        return fl_fail_memory(error, sizeof *export);
    fill(export, request);
    status = write_header(export, request, output, error);
    if (status == FL_OK)
        status = fl_text_rows_create(request, &export->dialect, export->tails, output, &export->rows, error);
    if (status != FL_OK)
        csv_free(export);
    else
        *state = export;
    return status;
}

static fl_status csv_block(void *state, const struct fl_export_batch *batch, struct fl_error *error)
{
    const struct csv_export *export = state;
    return fl_text_rows_write(export->rows, batch, error);
}

static fl_status csv_end(void *state, struct fl_error *error)
{
    const struct csv_export *export = state;
    return fl_text_rows_finish(export->rows, error);
}

const struct fl_export_format fl_export_format_csv = {.name = "csv",
                                                      .extension = "csv",
                                                      .takes = FL_EXPORT_CSV_MARKS | FL_EXPORT_PARTS,
                                                      .begin = csv_begin,
                                                      .block = csv_block,
                                                      .end = csv_end,
                                                      .free = csv_free};
