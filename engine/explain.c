/* explain.c - scores one customer of a run again, type by type. */
#include "engine/fourloop.h"

#include <stdlib.h>

#include "engine/result_fields.h"
#include "engine/run_folder.h"
#include "engine/run_inputs.h"
#include "engine/scan.h"
#include "formats/base/decimal.h"
#include "formats/base/publish.h"

/* Everything that is open while a customer is explained. */
struct work {
    const struct fl_io *io;
    struct fl_run_manifest manifest;
    struct fl_model *model;
    struct fl_data_folder *data;
    struct fl_run_inputs inputs; /* of `data`, those of the run */
    struct fl_points *points;
    int64_t customer;
    struct fl_scope_score score;
    int64_t stored[FL_RESULT_FIELDS];
    bool stored_null[FL_RESULT_FIELDS];
    int percentile; /* -1: none */
    char *customer_id;
    struct fl_explain_row by_type[FL_TYPES_MAX];
};

/* ---- opening ---- */

static fl_status open_model(struct work *work, const char *run, struct fl_error *error)
{
    fl_status status = fl_model_open(work->io, run, &work->model, error);
    if (status != FL_OK)
        return status;
    if (strcmp(work->model->hash, work->manifest.model_hash) == 0)
        return fl_points_create(work->model, &work->points, error);
    fl_fail(error, FL_CORRUPT, "the copied model has the hash %s, the manifest says %s", work->model->hash,
            work->manifest.model_hash);
    fl_error_at_path(error, run);
    return FL_CORRUPT;
}

static fl_status find_key(struct work *work, const char *customer, struct fl_error *error)
{
    if (work->data->text_ids) {
        work->customer = fl_data_folder_key_of(work->data, fl_text_of(customer));
        return FL_OK;
    }
    if (fl_integer_parse(customer, strlen(customer), &work->customer))
        return FL_OK;
    return fl_fail(error, FL_USAGE, "the customer ids of this folder are whole numbers");
}

/* ---- what the run stored ---- */

static bool find_row(const struct fl_column_data *customers, int64_t customer, size_t *row)
{
    size_t low = 0, high = customers->rows;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (customers->as.i64[middle] < customer)
            low = middle + 1;
        else
            high = middle;
    }
    *row = low;
    return low < customers->rows && customers->as.i64[low] == customer;
}

static fl_status read_id(struct work *work, const char *customer, const struct fl_column_data *ids,
                         size_t row, struct fl_error *error)
{
    if (ids->nulls != NULL && ids->nulls[row] != 0)
        return FL_OK; /* whole numbers, or a pseudonymous folder */
    const uint32_t from = ids->text_offsets[row], to = ids->text_offsets[row + 1];
    work->customer_id = strndup(ids->text_bytes + from, to - from);
    if (work->customer_id == NULL)
        return fl_fail_memory(error, to - from);
    if (strcmp(work->customer_id, customer) == 0)
        return FL_OK;
    return fl_fail(error, FL_MISSING, "no such customer in the run");
}

static void load_stored(struct work *work, size_t field, const struct fl_column_data *column, size_t row)
{
    const struct fl_schema *schema = fl_schema_by_name("customer_scores");
    const int at = fl_schema_find_id(schema, fl_result_fields[field].id);
    work->stored_null[field] = column->nulls != NULL && column->nulls[row] != 0;
    if (work->stored_null[field])
        return;
    switch (fl_kind_storage(schema->columns[at].kind)) {
    case FL_STORAGE_U8:
        work->stored[field] = column->as.u8[row];
        break;
    case FL_STORAGE_I32:
        work->stored[field] = column->as.i32[row];
        break;
    case FL_STORAGE_WORD:
        work->stored[field] = column->as.words[row];
        break;
    case FL_STORAGE_I64:
    case FL_STORAGE_TEXT:
        work->stored[field] = column->as.i64[row];
        break;
    }
}

static fl_status read_row(struct work *work, struct fl_table *table, size_t block, size_t row,
                          const char *customer, struct fl_column_data *column, struct fl_error *error)
{
    for (size_t i = 0; i < FL_RESULT_FIELDS; i++) {
        fl_status status = fl_table_read_column(table, block, fl_result_fields[i].id, column, error);
        if (status != FL_OK)
            return status;
        load_stored(work, i, column, row);
    }
    fl_status status = fl_table_read_column(table, block, FL_SCORES_PERCENTILE, column, error);
    if (status != FL_OK)
        return status;
    work->percentile = column->nulls != NULL && column->nulls[row] != 0 ? -1 : column->as.u8[row];
    status = fl_table_read_column(table, block, FL_SCORES_CUSTOMER_ID, column, error);
    return status == FL_OK ? read_id(work, customer, column, row, error) : status;
}

static fl_status find_in_table(struct work *work, struct fl_table *table, const char *customer,
                               struct fl_column_data *column, struct fl_error *error)
{
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        const struct fl_block_facts facts = fl_table_block(table, block);
        size_t row = 0;
        if (work->customer < facts.customer_min || work->customer > facts.customer_max)
            continue;
        fl_status status = fl_table_read_column(table, block, FL_SCORES_CUSTOMER, column, error);
        if (status != FL_OK)
            return status;
        if (find_row(column, work->customer, &row))
            return read_row(work, table, block, row, customer, column, error);
    }
    return fl_fail(error, FL_MISSING, "no such customer in the run");
}

static fl_status read_stored(struct work *work, const char *run, const char *customer, struct fl_error *error)
{
    const struct fl_run_file *file = NULL;
    for (size_t i = 0; i < work->manifest.output_count && file == NULL; i++) {
        if (strcmp(work->manifest.outputs[i].table, "customers") == 0)
            file = &work->manifest.outputs[i];
    }
    if (file == NULL)
        return fl_fail(error, FL_CORRUPT, "the run's manifest lists no customers table");
    struct fl_table *table = NULL;
    struct fl_column_data column = {0};
    char *path = fl_path_join(run, file->name);
    if (path == NULL)
        return fl_fail_memory(error, strlen(run));
    fl_status status = fl_table_open(work->io, path, FL_IO_COPY, &table, error);
    if (status == FL_OK && strcmp(fl_table_schema(table)->name, "customer_scores") != 0)
        status = fl_fail(error, FL_CORRUPT, "%s holds the table %s", path, fl_table_schema(table)->name);
    if (status == FL_OK)
        status = find_in_table(work, table, customer, &column, error);
    fl_column_data_release(&column);
    if (table != NULL)
        fl_table_close(table);
    free(path);
    return status;
}

/* ---- scoring again ---- */

static void add_group(struct work *work, const struct fl_open_group *group)
{
    struct fl_explain_row *row = &work->by_type[group->type];
    const struct fl_group_points points = fl_points_of_group(
        work->points, group->type, work->manifest.as_of_day - group->day, group->rows, group->units);
    const int64_t rows = (int64_t)group->rows;
    if (row->rows == 0)
        row->first_day = group->day;
    row->last_day = group->day;
    row->type = group->type;
    row->type_name = work->model->registry.types[group->type].name;
    row->rows += group->rows;
    row->units += points.units;
    row->points += rows * points.contribution;
    row->lost_to_cap += points.lost_to_cap;
    row->lost_to_decay += rows * (points.p - points.contribution);
}

/* The daily groups of a piece; the last one stays open, since the next piece may go on with it. */
static void add_groups(struct work *work, const struct fl_rows *rows, struct fl_open_group *open)
{
    size_t row = 0;
    while (row < rows->count) {
        if (open->rows > 0) {
            row = fl_group_extend(open, rows, row, work->points->types[open->type].by_order);
            if (row == rows->count)
                return;
            add_group(work, open);
        }
        fl_group_start(open, rows, row++);
    }
}

static fl_status score_pieces(struct work *work, struct fl_scan *scan, struct fl_scorer *scorer,
                              struct fl_error *error)
{
    struct fl_open_group open = {0};
    for (;;) {
        struct fl_scan_piece piece;
        fl_status status = fl_scan_next(scan, &piece, error);
        if (status != FL_OK)
            return status;
        if (piece.scopes.count == 0)
            break;
        const struct fl_rows rows = fl_scope_rows_of(&piece.scopes, 0); /* one customer was asked for */
        if (!fl_scorer_add(scorer, &rows))
            return fl_fail(error, FL_LIMIT, "a customer has more than %llu rows",
                           (unsigned long long)FL_SCOPE_ROWS_MAX);
        add_groups(work, &rows, &open);
    }
    if (open.rows > 0)
        add_group(work, &open);
    return FL_OK;
}

static fl_status fail_different(struct fl_error *error, const char *column)
{
    fl_fail(error, FL_INTERNAL, "scored again, the customer's %s differs from what the run stored", column);
    fl_error_at_block(error, -1, column);
    return FL_INTERNAL;
}

/* Three ways to the same numbers: stored by the run, scored now, summed over the types. */
static fl_status compare(const struct work *work, const struct fl_scope_score *score, struct fl_error *error)
{
    const struct fl_schema *schema = fl_schema_by_name("customer_scores");
    for (size_t i = 0; i < FL_RESULT_FIELDS; i++) {
        const struct fl_result_field *field = &fl_result_fields[i];
        int64_t value = 0;
        if (field->id > FL_SCORES_LOST_TO_DECAY || !fl_result_columns_has(work->manifest.columns, field->id))
            continue;
        const bool null = !fl_result_field_value(field, score, &value);
        if (null != work->stored_null[i] || (!null && value != work->stored[i]))
            return fail_different(error, schema->columns[fl_schema_find_id(schema, field->id)].name);
    }
    struct fl_explain_row sum = {0};
    for (unsigned type = 0; type < FL_TYPES_MAX; type++) {
        sum.rows += work->by_type[type].rows;
        sum.units += work->by_type[type].units;
        sum.points += work->by_type[type].points;
        sum.lost_to_cap += work->by_type[type].lost_to_cap;
        sum.lost_to_decay += work->by_type[type].lost_to_decay;
    }
    if (sum.points != score->raw || sum.rows != score->rows || sum.units != score->units ||
        sum.lost_to_cap != score->lost_to_cap || sum.lost_to_decay != score->lost_to_decay)
        return fl_fail(error, FL_INTERNAL, "the points of the types add up to %lld, raw is %lld",
                       (long long)sum.points, (long long)score->raw);
    return FL_OK;
}

static fl_status score_again(struct work *work, struct fl_error *error)
{
    const struct fl_scan_plan plan = {
        .io = work->io,
        .folder = &work->inputs.folder,
        .io_mode = FL_IO_COPY,
        .rules = {.registry = &work->model->registry,
                  .as_of_day = work->manifest.as_of_day,
                  .view = work->manifest.view,
                  .late_report_days = work->model->settings.late_report_days,
                  .customer_first = work->customer,
                  .customer_last = work->customer},
        .memory_bytes = UINT64_MAX,
    };
    struct fl_scan *scan = NULL;
    struct fl_scorer scorer;
    fl_scorer_init(&scorer, work->points, &work->model->settings, FL_SCOPE_CUSTOMER,
                   work->manifest.as_of_day);
    fl_status status = fl_scan_open(&plan, &scan, error);
    if (status == FL_OK)
        status = score_pieces(work, scan, &scorer, error);
    fl_scan_close(scan);
    if (status != FL_OK)
        return status;
    if (scorer.span.rows == 0)
        return fail_different(error, "rows");
    struct fl_scope_score score;
    fl_scorer_end(&scorer, &score);
    status = compare(work, &score, error);
    work->score = score;
    return status;
}

/* ---- the answer ---- */

static int compare_rows(const void *a, const void *b)
{
    const struct fl_explain_row *row_a = a, *row_b = b;
    const int64_t size_a = row_a->points < 0 ? -row_a->points : row_a->points;
    const int64_t size_b = row_b->points < 0 ? -row_b->points : row_b->points;
    if (size_a != size_b)
        return size_a > size_b ? -1 : 1;
    return (int)row_a->type - (int)row_b->type;
}

/* Moves customer id and model (which owns the type names) into the explanation. */
static void fill(struct work *work, struct fl_explanation *explanation)
{
    const struct fl_scope_score *score = &work->score;
    *explanation = (struct fl_explanation){
        .customer = work->customer,
        .customer_id = work->customer_id,
        .raw = score->raw,
        .intent_raw = score->intent_raw,
        .engagement = score->engagement,
        .intent = score->intent,
        .percentile = work->percentile,
        .band = fl_band_word(score->band),
        .trend = fl_trend_word(score->trend),
        .intent_trend = fl_trend_word(score->intent_trend),
        .points_28 = score->points_28,
        .points_84 = score->points_84,
        .last_purchase_day = score->has_purchase ? score->last_purchase_day : 0,
        .has_purchase = score->has_purchase,
        .k_micro = work->model->settings.engagement_k_micro[FL_SCOPE_CUSTOMER],
        .owned = work->model,
    };
    for (int loop = 0; loop < FL_LOOPS; loop++)
        explanation->loop_points[loop] = score->loop_points[loop];
    for (unsigned type = 0; type < FL_TYPES_MAX; type++) {
        if (work->by_type[type].rows > 0)
            explanation->rows[explanation->row_count++] = work->by_type[type];
    }
    qsort(explanation->rows, explanation->row_count, sizeof explanation->rows[0], compare_rows);
    work->customer_id = NULL;
    work->model = NULL;
}

static fl_status explain(struct work *work, const char *run, const char *data, const char *customer,
                         struct fl_error *error)
{
    fl_status status = fl_run_folder_read(work->io, run, &work->manifest, error);
    if (status == FL_OK)
        status = open_model(work, run, error);
    if (status == FL_OK)
        status = fl_data_folder_open(work->io, data, &work->data, error);
    if (status == FL_OK)
        status = fl_run_inputs_open(work->data, &work->manifest, &work->inputs, error);
    if (status == FL_OK)
        status = find_key(work, customer, error);
    if (status == FL_OK)
        status = read_stored(work, run, customer, error);
    return status == FL_OK ? score_again(work, error) : status;
}

fl_status fl_explain(const struct fl_io *io, const char *run, const char *data, const char *customer,
                     struct fl_explanation *explanation, struct fl_error *error)
{
    *explanation = (struct fl_explanation){.percentile = -1};
    struct work *work = calloc(1, sizeof *work);
    if (work == NULL)
        return fl_fail_memory(error, sizeof *work);
    work->io = io;
    fl_status status = explain(work, run, data, customer, error);
    if (status == FL_OK)
        fill(work, explanation);
    free(work->customer_id);
    fl_run_inputs_release(&work->inputs);
    fl_points_free(work->points);
    fl_data_folder_close(work->data);
    fl_model_free(work->model);
    fl_run_manifest_release(&work->manifest);
    free(work);
    return status;
}

void fl_explanation_release(struct fl_explanation *explanation)
{
    free(explanation->customer_id);
    fl_model_free(explanation->owned);
    *explanation = (struct fl_explanation){.percentile = -1};
}
