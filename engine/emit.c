/* emit.c - a table of results: local ones first, then with what needs all customers. */
#include "engine/emit.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/id_join.h"
#include "engine/percentile.h"
#include "engine/score_fields.h"
#include "formats/base/bytes.h"
#include "formats/base/publish.h"
#include "formats/table/table_reader.h"

enum { BATCH_ROWS = 1024, COLUMNS_MAX = 32 };

const struct fl_emit_table fl_emit_tables[FL_SCOPES] = {
    [FL_SCOPE_CUSTOMER] = {.schema = "customer_scores", .stem = "customers", .percentile = true},
    [FL_SCOPE_BRAND] = {.schema = "brand_scores", .stem = "brands", .word_id = FL_BRAND_SCORES_BRAND},
    [FL_SCOPE_CATEGORY] = {.schema = "category_scores",
                           .stem = "categories",
                           .word_id = FL_CATEGORY_SCORES_CATEGORY},
};

/* The dictionaries of the WORD columns, built from the lists of score.h. */
#define X(name, word) word
static const char band_bytes[] = FL_BAND_LIST(X);
static const char trend_bytes[] = FL_TREND_LIST(X);
#undef X
#define WORDS_MAX 8
_Static_assert(FL_BANDS < WORDS_MAX && FL_TRENDS < WORDS_MAX, "offsets have room");

struct fl_emit {
    struct fl_emit_plan plan;
    const struct fl_emit_table *table;
    const struct fl_schema *schema;
    char staging_name[64];
    struct fl_table_writer *staging;
    char *staging_path; /* once it is published */
    /* Rows that wait to be appended. */
    int64_t customers[BATCH_ROWS];
    uint32_t scope_words[BATCH_ROWS];
    struct fl_scope_score scores[BATCH_ROWS];
    size_t rows;
    uint64_t positive_raws;
    uint64_t local_digest; /* of the staging file */
    union {
        uint8_t u8[BATCH_ROWS];
        int32_t i32[BATCH_ROWS];
        int64_t i64[BATCH_ROWS];
        uint32_t words[BATCH_ROWS];
    } values[FL_SCORE_FIELDS];
    uint8_t no_purchase[BATCH_ROWS];
    /* Columns and dictionaries of the file being written. */
    uint16_t column_ids[COLUMNS_MAX];
    size_t column_count;
    struct fl_words words[COLUMNS_MAX];
    uint32_t band_offsets[WORDS_MAX], trend_offsets[WORDS_MAX];
};

/* ---- the plan of a file ---- */

static struct fl_words words_over(const char *bytes, const char *(*word)(unsigned), unsigned count,
                                  uint32_t *offsets)
{
    offsets[0] = 0;
    for (unsigned i = 0; i < count; i++)
        offsets[i + 1] = offsets[i] + (uint32_t)strlen(word(i));
    return (struct fl_words){count, offsets, bytes};
}

/* All columns of the schema in its order, but two that depend. */
static void choose_columns(struct fl_emit *emit, bool with_ids, bool with_percentile)
{
    const struct fl_schema *schema = emit->schema;
    emit->column_count = 0;
    for (size_t i = 0; i < schema->count; i++) {
        const uint16_t id = schema->columns[i].id;
        if ((id == FL_SCORES_CUSTOMER_ID && !with_ids) || (id == FL_SCORES_PERCENTILE && !with_percentile))
            continue;
        assert(emit->column_count < COLUMNS_MAX);
        struct fl_words *words = &emit->words[emit->column_count];
        *words = (struct fl_words){0};
        if (id == emit->table->word_id)
            *words = emit->plan.words;
        if (id == FL_SCORES_BAND)
            *words = words_over(band_bytes, fl_band_word, FL_BANDS, emit->band_offsets);
        if (id == FL_SCORES_TREND || id == FL_SCORES_INTENT_TREND)
            *words = words_over(trend_bytes, fl_trend_word, FL_TRENDS, emit->trend_offsets);
        emit->column_ids[emit->column_count++] = id;
    }
}

/* The uuid of a file follows from the facts of the run and, for the final file, from the digest of the local
 * results: the same results give the same bytes, whatever files the rows came in. */
static fl_status make_uuid(const struct fl_emit *emit, uint64_t local_digest, uint8_t uuid[FL_UUID_SIZE],
                           struct fl_error *error)
{
    uint8_t bytes[8];
    struct fl_digest *digest = fl_digest_create();
    if (digest == NULL)
        return fl_fail_memory(error, sizeof bytes);
    for (const char *const *fact = emit->plan.facts; *fact != NULL; fact++)
        fl_digest_add(digest, *fact, strlen(*fact) + 1);
    fl_store_le64(bytes, local_digest);
    fl_digest_add(digest, bytes, sizeof bytes);
    fl_digest_128(digest, uuid);
    fl_digest_free(digest);
    return FL_OK;
}

static fl_status create_writer(struct fl_emit *emit, bool final, struct fl_table_writer **writer,
                               struct fl_error *error)
{
    struct fl_table_plan plan = {.schema = emit->schema,
                                 .column_ids = emit->column_ids,
                                 .column_count = emit->column_count,
                                 .words = emit->words,
                                 .facts = final ? emit->plan.facts : NULL};
    fl_status status = make_uuid(emit, final ? emit->local_digest : 0, plan.uuid, error);
    if (status != FL_OK)
        return status;
    return fl_table_writer_create(emit->plan.folder->io, emit->plan.out, &plan, writer, error);
}

/* ---- local results ---- */

fl_status fl_emit_create(const struct fl_emit_plan *plan, struct fl_emit **emit, struct fl_error *error)
{
    *emit = NULL;
    struct fl_emit *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    made->plan = *plan;
    made->table = &fl_emit_tables[plan->scope];
    made->schema = fl_schema_by_name(made->table->schema);
    (void)snprintf(made->staging_name, sizeof made->staging_name, FL_STAGING_PREFIX "%s.flseg",
                   made->table->stem);
    choose_columns(made, false, false);
    fl_status status = create_writer(made, false, &made->staging, error);
    if (status != FL_OK) {
        fl_emit_free(made);
        return status;
    }
    *emit = made;
    return FL_OK;
}

static void fill_column(struct fl_emit *emit, size_t index, const struct fl_score_field *field)
{
    const bool is_word = fl_score_field_is_word(field);
    for (size_t row = 0; row < emit->rows; row++) {
        const uint8_t *from = (const uint8_t *)&emit->scores[row] + field->offset;
        if (field->size == FL_FIELD_I64)
            memcpy(&emit->values[index].i64[row], from, sizeof(int64_t));
        else if (field->size == FL_FIELD_I32)
            memcpy(&emit->values[index].i32[row], from, sizeof(int32_t));
        else if (is_word)
            emit->values[index].words[row] = *from;
        else
            emit->values[index].u8[row] = *from;
    }
}

/* Appends the waiting rows to the staging file: customer, word, then the fields in the order of the schema.
 */
static fl_status flush(struct fl_emit *emit, struct fl_error *error)
{
    struct fl_column_values columns[COLUMNS_MAX] = {{.as.i64 = emit->customers}};
    size_t count = 1;
    if (emit->table->word_id != 0)
        columns[count++].as.words = emit->scope_words;
    for (size_t i = 0; i < FL_SCORE_FIELDS; i++, count++) {
        assert(emit->column_ids[count] == fl_score_fields[i].id);
        fill_column(emit, i, &fl_score_fields[i]);
        columns[count].as.i64 = emit->values[i].i64;
        if (fl_score_fields[i].id == FL_SCORES_LAST_PURCHASE_DAY)
            columns[count].nulls = emit->no_purchase;
    }
    assert(count == emit->column_count);
    for (size_t row = 0; row < emit->rows; row++)
        emit->no_purchase[row] = !emit->scores[row].has_purchase;
    fl_status status = fl_table_writer_append(emit->staging, columns, emit->rows, error);
    emit->rows = 0;
    return status;
}

fl_status fl_emit_add(struct fl_emit *emit, int64_t customer, uint32_t word,
                      const struct fl_scope_score *score, struct fl_error *error)
{
    emit->customers[emit->rows] = customer;
    emit->scope_words[emit->rows] = word;
    emit->scores[emit->rows++] = *score;
    emit->positive_raws += score->raw > 0;
    return emit->rows == BATCH_ROWS ? flush(emit, error) : FL_OK;
}

/* ---- results of the population ---- */

/* The second pass: what it reads and writes. */
struct second_pass {
    const struct fl_emit *emit;
    struct fl_table *staged;
    struct fl_table_writer *writer;
    struct fl_id_join *ids; /* NULL: no text of ids */
    uint64_t *raws;         /* sorted */
    struct fl_column_data columns[COLUMNS_MAX];
    struct fl_buffer percentiles, no_percentiles; /* a byte a row each */
    struct fl_buffer id_texts, id_bytes;          /* struct fl_text a row, and what they point to */
};

static void end_second_pass(struct second_pass *pass)
{
    fl_table_writer_abort(pass->writer);
    fl_id_join_close(pass->ids);
    if (pass->staged != NULL)
        fl_table_close(pass->staged);
    for (size_t i = 0; i < COLUMNS_MAX; i++)
        fl_column_data_release(&pass->columns[i]);
    fl_buffer_release(&pass->percentiles);
    fl_buffer_release(&pass->no_percentiles);
    fl_buffer_release(&pass->id_texts);
    fl_buffer_release(&pass->id_bytes);
    free(pass->raws);
}

static fl_status read_raws(struct second_pass *pass, struct fl_error *error)
{
    size_t count = 0;
    for (size_t block = 0; block < fl_table_blocks(pass->staged); block++) {
        struct fl_column_data *raw = &pass->columns[0];
        fl_status status = fl_table_read_column(pass->staged, block, FL_SCORES_RAW, raw, error);
        if (status != FL_OK)
            return status;
        for (size_t row = 0; row < raw->rows; row++) {
            if (raw->as.i64[row] > 0 && count < pass->emit->positive_raws)
                pass->raws[count++] = (uint64_t)raw->as.i64[row];
        }
    }
    if (count != pass->emit->positive_raws)
        return fl_fail(error, FL_INTERNAL, "%zu positive raws read back, %llu were written", count,
                       (unsigned long long)pass->emit->positive_raws);
    return FL_OK;
}

static fl_status sort_raws(struct second_pass *pass, struct fl_error *error)
{
    const uint64_t count = pass->emit->positive_raws;
    const uint64_t size_bytes = count * 2 * sizeof(uint64_t);
    if (size_bytes > pass->emit->plan.memory_bytes)
        return fl_fail(error, FL_LIMIT,
                       "the percentile of %llu customers needs %llu bytes, at most %llu: raise --memory",
                       (unsigned long long)count, (unsigned long long)size_bytes,
                       (unsigned long long)pass->emit->plan.memory_bytes);
    uint64_t *scratch = malloc(count * sizeof *scratch + 1);
    pass->raws = malloc(count * sizeof *pass->raws + 1);
    fl_status status =
        scratch == NULL || pass->raws == NULL ? fl_fail_memory(error, size_bytes) : read_raws(pass, error);
    if (status == FL_OK)
        fl_sort_raws(pass->raws, scratch, count);
    free(scratch);
    return status;
}

static fl_status fill_percentiles(struct second_pass *pass, const struct fl_column_data *raw,
                                  struct fl_error *error)
{
    if (!fl_buffer_reserve(&pass->percentiles, raw->rows) ||
        !fl_buffer_reserve(&pass->no_percentiles, raw->rows))
        return fl_fail_memory(error, raw->rows);
    for (size_t row = 0; row < raw->rows; row++) {
        const int64_t value = raw->as.i64[row];
        pass->no_percentiles.bytes[row] = value <= 0;
        pass->percentiles.bytes[row] =
            value <= 0 ? 0 : fl_percentile(pass->raws, pass->emit->positive_raws, (uint64_t)value);
    }
    return FL_OK;
}

/* The texts of a block's customers: a text lives only until the next is asked for, so all are copied first.
 */
static fl_status fill_ids(struct second_pass *pass, const struct fl_column_data *customers,
                          struct fl_error *error)
{
    const size_t size_bytes = customers->rows * sizeof(struct fl_text);
    pass->id_bytes.size = 0;
    if (!fl_buffer_reserve(&pass->id_texts, size_bytes))
        return fl_fail_memory(error, size_bytes);
    struct fl_text *texts = (struct fl_text *)(void *)pass->id_texts.bytes;
    for (size_t row = 0; row < customers->rows; row++) {
        fl_status status = fl_id_join_find(pass->ids, customers->as.i64[row], &texts[row], error);
        if (status != FL_OK)
            return status;
        if (!fl_buffer_append(&pass->id_bytes, texts[row].bytes, texts[row].size))
            return fl_fail_memory(error, pass->id_bytes.size + texts[row].size);
    }
    const char *at = (const char *)pass->id_bytes.bytes; /* it grew: only now it stays where it is */
    for (size_t row = 0; row < customers->rows; row++) {
        texts[row].bytes = at;
        at += texts[row].size;
    }
    return FL_OK;
}

static fl_status copy_block(struct second_pass *pass, size_t block, struct fl_error *error)
{
    struct fl_column_values values[COLUMNS_MAX] = {{.nulls = NULL}};
    const struct fl_column_data *customers = &pass->columns[0];
    for (size_t i = 0; i < pass->emit->column_count; i++) {
        struct fl_column_data *column = &pass->columns[i];
        fl_status status = FL_OK;
        switch (pass->emit->column_ids[i]) {
        case FL_SCORES_CUSTOMER_ID:
            status = fill_ids(pass, customers, error);
            values[i].as.texts = (const struct fl_text *)(const void *)pass->id_texts.bytes;
            break;
        case FL_SCORES_PERCENTILE:
            break; /* after raw */
        default:
            status = fl_table_read_column(pass->staged, block, pass->emit->column_ids[i], column, error);
            values[i].as.i64 = column->as.i64;
            values[i].nulls = column->nulls;
        }
        if (status == FL_OK && pass->emit->column_ids[i] == FL_SCORES_RAW && pass->emit->table->percentile)
            status = fill_percentiles(pass, column, error);
        if (status != FL_OK)
            return status;
    }
    for (size_t i = 0; i < pass->emit->column_count; i++) {
        if (pass->emit->column_ids[i] == FL_SCORES_PERCENTILE)
            values[i] = (struct fl_column_values){.as.u8 = pass->percentiles.bytes,
                                                  .nulls = pass->no_percentiles.bytes};
    }
    return fl_table_writer_append(pass->writer, values, customers->rows, error);
}

static fl_status run_second_pass(struct fl_emit *emit, struct second_pass *pass, struct fl_error *error)
{
    const struct fl_data_folder *folder = emit->plan.folder;
    const bool with_ids = folder->text_ids && !folder->pseudonymous;
    choose_columns(emit, with_ids, emit->table->percentile);
    fl_status status =
        fl_table_open(folder->io, emit->staging_path, emit->plan.io_mode, &pass->staged, error);
    if (status == FL_OK && emit->table->percentile)
        status = sort_raws(pass, error);
    if (status == FL_OK && with_ids)
        status = fl_id_join_open(folder, emit->plan.io_mode, &pass->ids, error);
    if (status == FL_OK)
        status = create_writer(emit, true, &pass->writer, error);
    for (size_t block = 0; status == FL_OK && block < fl_table_blocks(pass->staged); block++)
        status = copy_block(pass, block, error);
    return status;
}

static fl_status publish_staging(struct fl_emit *emit, struct fl_error *error)
{
    char name[256];
    struct fl_table_summary summary = {0};
    fl_status status = emit->rows > 0 ? flush(emit, error) : FL_OK;
    if (status != FL_OK)
        return status;
    emit->staging_path = fl_path_join(emit->plan.out, emit->staging_name);
    if (emit->staging_path == NULL)
        return fl_fail_memory(error, strlen(emit->plan.out) + sizeof emit->staging_name);
    struct fl_table_writer *writer = emit->staging;
    emit->staging = NULL; /* finish lets go of it in every case */
    status = fl_table_writer_finish(writer, NULL, emit->staging_name, name, &summary, error);
    emit->local_digest = summary.digest;
    return status;
}

fl_status fl_emit_finish(struct fl_emit *emit, char name[256], struct fl_table_summary *summary,
                         struct fl_error *error)
{
    struct second_pass *pass = calloc(1, sizeof *pass);
    if (pass == NULL)
        return fl_fail_memory(error, sizeof *pass);
    pass->emit = emit;
    fl_status status = publish_staging(emit, error);
    if (status == FL_OK)
        status = run_second_pass(emit, pass, error);
    if (status == FL_OK) {
        struct fl_table_writer *writer = pass->writer;
        pass->writer = NULL;
        status = fl_table_writer_finish(writer, emit->table->stem, NULL, name, summary, error);
    }
    end_second_pass(pass);
    free(pass);
    return status;
}

fl_status fl_emit_remove_staging(struct fl_emit *emit, struct fl_error *error)
{
    if (emit->staging_path == NULL)
        return FL_OK;
    if (emit->plan.folder->io->unlink(emit->staging_path) != 0)
        return fl_fail_errno(error, errno, "remove the staging file", emit->staging_path);
    free(emit->staging_path);
    emit->staging_path = NULL;
    return FL_OK;
}

void fl_emit_free(struct fl_emit *emit)
{
    if (emit == NULL)
        return;
    fl_table_writer_abort(emit->staging);
    (void)fl_emit_remove_staging(emit, NULL); /* else the next run sweeps it */
    free(emit->staging_path);
    free(emit);
}
