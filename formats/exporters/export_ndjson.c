/* export_ndjson.c - a table as NDJSON: one JSON object a line, every column in it, UTF-8. */
#include <stdio.h>
#include <stdlib.h>

#include "formats/base/limits.h"
#include "formats/exporters/json_text.h"
#include "formats/exporters/text_rows.h"

struct ndjson_export {
    struct fl_text_dialect dialect;
    struct fl_text_rows *rows;
    char head[FL_TEXT_TAIL_MAX + 1];                  /* {"customer": */
    char tails[FL_COLUMNS_MAX][FL_TEXT_TAIL_MAX + 1]; /* ,"customer_id": and so on; the last is } and LF */
    const char *tail_of[FL_COLUMNS_MAX];
};

static uint8_t *put_text(const struct fl_export_options *options, uint8_t *at, const char *bytes, size_t size)
{
    (void)options;
    return fl_json_put_text(at, (struct fl_text){bytes, size});
}

/* Names of columns are short and of letters, digits, underscores: none needs an escape. */
static void fill(struct ndjson_export *export, const struct fl_export_request *request)
{
    export->dialect = (struct fl_text_dialect){.head = export->head,
                                               .null = "null",
                                               .day_quote = "\"",
                                               .decimal = '.',
                                               .options = &request->options,
                                               .text_growth = FL_JSON_TEXT_GROWTH,
                                               .put_text = put_text};
    const size_t last = request->column_count - 1;
    (void)snprintf(export->head, sizeof export->head, "{\"%s\":", request->columns[0].name);
    for (size_t i = 0; i < last; i++) {
        (void)snprintf(export->tails[i], sizeof export->tails[i], ",\"%s\":", request->columns[i + 1].name);
        export->tail_of[i] = export->tails[i];
    }
    export->tail_of[last] = "}\n";
}

static void ndjson_free(void *state)
{
    struct ndjson_export *export = state;
    fl_text_rows_free(export->rows);
    free(export);
}

static fl_status ndjson_begin(const struct fl_export_request *request, struct fl_output *output, void **state,
                              struct fl_error *error)
{
    struct ndjson_export *export = calloc(1, sizeof *export);
    if (export == NULL)
        return fl_fail_memory(error, sizeof *export);
    fill(export, request);
    const fl_status status =
        fl_text_rows_create(request, &export->dialect, export->tail_of, output, &export->rows, error);
    if (status != FL_OK)
        ndjson_free(export);
    else
        *state = export;
    return status;
}

static fl_status ndjson_block(void *state, const struct fl_export_batch *batch, struct fl_error *error)
{
    const struct ndjson_export *export = state;
    return fl_text_rows_write(export->rows, batch, error);
}

static fl_status ndjson_end(void *state, struct fl_error *error)
{
    const struct ndjson_export *export = state;
    return fl_text_rows_finish(export->rows, error);
}

const struct fl_export_format fl_export_format_ndjson = {.name = "ndjson",
                                                         .extension = "ndjson",
                                                         .takes = FL_EXPORT_PARTS,
                                                         .begin = ndjson_begin,
                                                         .block = ndjson_block,
                                                         .end = ndjson_end,
                                                         .free = ndjson_free};
