/* emit.c - a table of results, written as they come; what needs all customers follows as a late column. */
#include "engine/emit.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/id_join.h"
#include "engine/percentile.h"
#include "engine/raw_list.h"
#include "engine/score_fields.h"

/* Results are turned into columns this many at a time: all of it stays in the core's first cache. */
enum { BATCH_ROWS = 128, COLUMNS_MAX = 32 };
/* A block's columns, 1.8 MB, stay in the core's own cache until they are packed. */
enum { BLOCK_ROWS = 8192 };

const struct fl_emit_table fl_emit_tables[FL_SCOPES] = {
    [FL_SCOPE_CUSTOMER] = {.schema = "customer_scores", .stem = "customers", .percentile = true},
    [FL_SCOPE_BRAND] = {.schema = "brand_scores", .stem = "brands", .word_id = FL_BRAND_SCORES_BRAND},
    [FL_SCOPE_CATEGORY] = {.schema = "category_scores",
                           .stem = "categories",
                           .word_id = FL_CATEGORY_SCORES_CATEGORY},
    [FL_SCOPE_PRODUCT] = {.schema = "product_scores",
                          .stem = "products",
                          .word_id = FL_PRODUCT_SCORES_PRODUCT},
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
    struct fl_table_writer *writer;
    struct fl_id_join *ids;  /* NULL: no text of ids */
    struct fl_raw_list raws; /* of a table with the percentile */
    /* Rows that wait to be appended. */
    int64_t customers[BATCH_ROWS];
    uint32_t scope_words[BATCH_ROWS];
    size_t rows;
    union {
        uint8_t u8[BATCH_ROWS];
        int32_t i32[BATCH_ROWS];
        int64_t i64[BATCH_ROWS];
        uint32_t words[BATCH_ROWS];
    } values[FL_SCORE_FIELDS];
    uint8_t no_purchase[BATCH_ROWS];
    bool wants_field[FL_SCORE_FIELDS], wants_percentile;
    struct fl_text id_texts[BATCH_ROWS];
    struct fl_buffer id_bytes; /* what they point to */
    /* Columns of the file and where their values come from, dictionaries. */
    uint16_t column_ids[COLUMNS_MAX];
    struct fl_column_values columns[COLUMNS_MAX];
    size_t column_count;
    struct fl_words words[COLUMNS_MAX];
    uint32_t band_offsets[WORDS_MAX], trend_offsets[WORDS_MAX];
};

/* ---- the file ---- */

static struct fl_words words_over(const char *bytes, const char *(*word)(unsigned), unsigned count,
                                  uint32_t *offsets)
{
    offsets[0] = 0;
    for (unsigned i = 0; i < count; i++)
        offsets[i + 1] = offsets[i] + (uint32_t)strlen(word(i));
    return (struct fl_words){count, offsets, bytes};
}

/* Where the values of a column wait. */
static struct fl_column_values values_of(const struct fl_emit *emit, uint16_t id)
{
    if (id == FL_SCORES_CUSTOMER)
        return (struct fl_column_values){.as.i64 = emit->customers};
    if (id == FL_SCORES_CUSTOMER_ID)
        return (struct fl_column_values){.as.texts = emit->id_texts};
    if (id == emit->table->word_id)
        return (struct fl_column_values){.as.words = emit->scope_words};
    for (size_t i = 0; i < FL_SCORE_FIELDS; i++) {
        if (fl_score_fields[i].id == id)
            return (struct fl_column_values){.as.i64 = emit->values[i].i64,
                                             .nulls = id == FL_SCORES_LAST_PURCHASE_DAY ? emit->no_purchase
                                                                                        : NULL};
    }
    assert(id == FL_SCORES_PERCENTILE);
    return (struct fl_column_values){.nulls = NULL}; /* late */
}

static struct fl_words dictionary_of(struct fl_emit *emit, uint16_t id)
{
    if (id == emit->table->word_id)
        return emit->plan.words;
    if (id == FL_SCORES_BAND)
        return words_over(band_bytes, fl_band_word, FL_BANDS, emit->band_offsets);
    if (id == FL_SCORES_TREND || id == FL_SCORES_INTENT_TREND)
        return words_over(trend_bytes, fl_trend_word, FL_TRENDS, emit->trend_offsets);
    return (struct fl_words){0};
}

/* The columns that are wanted, in the order of the schema; two depend on more. */
static void choose_columns(struct fl_emit *emit)
{
    const fl_result_columns wanted = emit->plan.scope == FL_SCOPE_CUSTOMER ? emit->plan.columns : 0;
    emit->wants_percentile = emit->table->percentile && fl_result_columns_has(wanted, FL_SCORES_PERCENTILE);
    for (size_t i = 0; i < FL_SCORE_FIELDS; i++)
        emit->wants_field[i] = fl_result_columns_has(wanted, fl_score_fields[i].id);
    for (size_t i = 0; i < emit->schema->count; i++) {
        const uint16_t id = emit->schema->columns[i].id;
        if ((id == FL_SCORES_CUSTOMER_ID && emit->ids == NULL) ||
            (id == FL_SCORES_PERCENTILE && !emit->wants_percentile) || !fl_result_columns_has(wanted, id))
            continue;
        assert(emit->column_count < COLUMNS_MAX);
        emit->words[emit->column_count] = dictionary_of(emit, id);
        emit->columns[emit->column_count] = values_of(emit, id);
        emit->column_ids[emit->column_count++] = id;
    }
}

/* The uuid of a file follows from the facts of the run and the rows it scores: the same rows give the same
 * bytes, whatever files they came in. */
static fl_status make_uuid(const struct fl_emit *emit, uint8_t uuid[FL_UUID_SIZE], struct fl_error *error)
{
    struct fl_digest *digest = fl_digest_create();
    if (digest == NULL)
        return fl_fail_memory(error, sizeof emit->plan.data_digest);
    for (const char *const *fact = emit->plan.facts; *fact != NULL; fact++)
        fl_digest_add(digest, *fact, strlen(*fact) + 1);
    fl_digest_add(digest, emit->plan.data_digest, sizeof emit->plan.data_digest);
    fl_digest_128(digest, uuid);
    fl_digest_free(digest);
    return FL_OK;
}

static fl_status start_file(struct fl_emit *emit, struct fl_error *error)
{
    static const uint16_t late[] = {FL_SCORES_PERCENTILE};
    const struct fl_data_folder *folder = emit->plan.folder;
    fl_status status = FL_OK;
    if (folder->text_ids && !folder->pseudonymous)
        status = fl_id_join_open(folder, emit->plan.io_mode, &emit->ids, error);
    choose_columns(emit);
    struct fl_table_plan plan = {.schema = emit->schema,
                                 .column_ids = emit->column_ids,
                                 .column_count = emit->column_count,
                                 .words = emit->words,
                                 .facts = emit->plan.facts,
                                 .effort = FL_EFFORT_LOW,
                                 .block_rows = BLOCK_ROWS,
                                 .late_column_ids = late,
                                 .late_column_count = emit->wants_percentile ? 1 : 0};
    if (status == FL_OK)
        status = make_uuid(emit, plan.uuid, error);
    if (status == FL_OK)
        status = fl_table_writer_create(folder->io, emit->plan.out, &plan, &emit->writer, error);
    return status;
}

fl_status fl_emit_create(const struct fl_emit_plan *plan, struct fl_emit **emit, struct fl_error *error)
{
    *emit = NULL;
    struct fl_emit *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    made->plan = *plan;
    made->table = &fl_emit_tables[plan->scope];
    made->schema = fl_schema_by_name(made->table->schema);
    fl_status status = start_file(made, error);
    if (status != FL_OK) {
        fl_emit_free(made);
        return status;
    }
    *emit = made;
    return FL_OK;
}

/* ---- rows ---- */

/* The field of `count` scores, behind the rows that wait. */
static void fill_field(struct fl_emit *emit, size_t index, const struct fl_scope_score *scores, size_t count)
{
    const struct fl_score_field *field = &fl_score_fields[index];
    const uint8_t *from = (const uint8_t *)scores + field->offset;
    const size_t at = emit->rows;
    for (size_t i = 0; i < count && field->size == FL_FIELD_I64; i++)
        memcpy(&emit->values[index].i64[at + i], from + i * sizeof *scores, sizeof(int64_t));
    for (size_t i = 0; i < count && field->size == FL_FIELD_I32; i++)
        memcpy(&emit->values[index].i32[at + i], from + i * sizeof *scores, sizeof(int32_t));
    const bool is_byte = field->size == FL_FIELD_U8, is_word = fl_score_field_is_word(field);
    for (size_t i = 0; i < count && is_byte && is_word; i++)
        emit->values[index].words[at + i] = from[i * sizeof *scores];
    for (size_t i = 0; i < count && is_byte && !is_word; i++)
        emit->values[index].u8[at + i] = from[i * sizeof *scores];
}

/* A text lives only until the next is asked for, so all are copied first. */
static fl_status fill_ids(struct fl_emit *emit, struct fl_error *error)
{
    emit->id_bytes.size = 0;
    for (size_t row = 0; row < emit->rows; row++) {
        struct fl_text *text = &emit->id_texts[row];
        fl_status status = fl_id_join_find(emit->ids, emit->customers[row], text, error);
        if (status != FL_OK)
            return status;
        if (!fl_buffer_append(&emit->id_bytes, text->bytes, text->size))
            return fl_fail_memory(error, emit->id_bytes.size + text->size);
    }
    const char *at = (const char *)emit->id_bytes.bytes; /* it grew: only now it stays where it is */
    for (size_t row = 0; row < emit->rows; row++) {
        emit->id_texts[row].bytes = at;
        at += emit->id_texts[row].size;
    }
    return FL_OK;
}

/* Appends the waiting rows to the file. */
static fl_status flush(struct fl_emit *emit, struct fl_error *error)
{
    fl_status status = emit->ids != NULL ? fill_ids(emit, error) : FL_OK;
    if (status == FL_OK)
        status = fl_table_writer_append(emit->writer, emit->columns, emit->rows, error);
    emit->rows = 0;
    return status;
}

/* `count` results, for which there is room, behind the rows that wait. */
static fl_status fill(struct fl_emit *emit, const struct fl_results *results, size_t first, size_t count,
                      struct fl_error *error)
{
    const struct fl_scope_score *scores = results->scores + first;
    memcpy(emit->customers + emit->rows, results->customers + first, count * sizeof *emit->customers);
    if (results->words != NULL)
        memcpy(emit->scope_words + emit->rows, results->words + first, count * sizeof *emit->scope_words);
    for (size_t i = 0; i < FL_SCORE_FIELDS; i++) {
        if (emit->wants_field[i])
            fill_field(emit, i, scores, count);
    }
    for (size_t i = 0; i < count; i++)
        emit->no_purchase[emit->rows + i] = !scores[i].has_purchase;
    for (size_t i = 0; i < count && emit->wants_percentile; i++) {
        if (!fl_raw_list_add(&emit->raws, scores[i].raw))
            return fl_fail_memory(error, FL_RAW_CHUNK * sizeof(int64_t));
    }
    emit->rows += count;
    return FL_OK;
}

fl_status fl_emit_add(struct fl_emit *emit, const struct fl_results *results, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t done = 0; done < results->count && status == FL_OK;) {
        const size_t left = results->count - done, room = BATCH_ROWS - emit->rows;
        const size_t count = left < room ? left : room;
        status = fill(emit, results, done, count, error);
        if (status == FL_OK && emit->rows == BATCH_ROWS)
            status = flush(emit, error);
        done += count;
    }
    return status;
}

/* ---- what needs all customers ---- */

static fl_status find_cuts(const struct fl_emit *emit, struct fl_percentile_cuts *cuts,
                           struct fl_error *error)
{
    const uint64_t count = emit->raws.positive;
    const uint64_t size_bytes = (emit->raws.count + count) * sizeof(uint64_t);
    if (size_bytes > emit->plan.memory_bytes)
        return fl_fail(error, FL_LIMIT,
                       "the percentile of %llu customers needs %llu bytes, at most %llu: raise --memory",
                       (unsigned long long)emit->raws.count, (unsigned long long)size_bytes,
                       (unsigned long long)emit->plan.memory_bytes);
    return fl_percentile_find_cuts(&emit->raws, cuts) ? FL_OK : fl_fail_memory(error, size_bytes);
}

static fl_status append_percentiles(struct fl_emit *emit, struct fl_error *error)
{
    struct fl_percentile_cuts cuts;
    fl_status status = find_cuts(emit, &cuts, error);
    for (size_t chunk = 0; chunk < emit->raws.chunk_count && status == FL_OK; chunk++) {
        const size_t rows_of_chunk = fl_raw_list_of_chunk(&emit->raws, chunk);
        for (size_t from = 0; from < rows_of_chunk && status == FL_OK; from += BATCH_ROWS) {
            uint8_t percentiles[BATCH_ROWS], nulls[BATCH_ROWS];
            const size_t left = rows_of_chunk - from;
            const size_t rows = left < BATCH_ROWS ? left : BATCH_ROWS;
            const struct fl_column_values values = {.as.u8 = percentiles, .nulls = nulls};
            fl_percentiles(&cuts, emit->raws.chunks[chunk] + from, rows, percentiles, nulls);
            status = fl_table_writer_append_late(emit->writer, &values, rows, error);
        }
    }
    return status;
}

fl_status fl_emit_finish(struct fl_emit *emit, char name[256], struct fl_table_summary *summary,
                         struct fl_error *error)
{
    fl_status status = emit->rows > 0 ? flush(emit, error) : FL_OK;
    if (status == FL_OK && emit->wants_percentile)
        status = append_percentiles(emit, error);
    if (status != FL_OK)
        return status;
    struct fl_table_writer *writer = emit->writer;
    emit->writer = NULL; /* finish lets go of it in every case */
    return fl_table_writer_finish(writer, emit->table->stem, NULL, name, summary, error);
}

void fl_emit_free(struct fl_emit *emit)
{
    if (emit == NULL)
        return;
    fl_table_writer_abort(emit->writer);
    fl_id_join_close(emit->ids);
    fl_raw_list_release(&emit->raws);
    fl_buffer_release(&emit->id_bytes);
    free(emit);
}
