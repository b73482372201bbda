/* emit.c - a table of results, written as they come; what needs all customers follows as a late column. */
#include "engine/emit.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/id_join.h"
#include "engine/population.h"
#include "engine/result_fields.h"
#include "engine/result_words.h"
#include "engine/tag_columns.h"
#include "formats/table/word_union.h"

/* Results are turned into columns this many at a time: they stay in the core's first cache until then. */
enum { BATCH_ROWS = FL_TAG_COLUMN_ROWS, COLUMNS_MAX = 128 };
/* A block's columns stay there, too, until they are packed. */
enum { BLOCK_ROWS = 8192 };

const struct fl_emit_table fl_emit_tables[FL_RESULT_KINDS] = {
    [FL_SCOPE_CUSTOMER] = {.schema = "customer_scores", .stem = "customers", .of_customers = true},
    [FL_SCOPE_BRAND] = {.schema = "brand_scores", .stem = "brands", .word_id = FL_BRAND_SCORES_BRAND},
    [FL_SCOPE_CATEGORY] = {.schema = "category_scores",
                           .stem = "categories",
                           .word_id = FL_CATEGORY_SCORES_CATEGORY},
    [FL_SCOPE_PRODUCT] = {.schema = "product_scores",
                          .stem = "products",
                          .word_id = FL_PRODUCT_SCORES_PRODUCT},
    [FL_RESULT_TYPES] = {.schema = "type_scores", .stem = "types", .word_id = FL_TYPE_SCORES_TYPE},
    [FL_RESULT_TAGS] = {.schema = "customer_tags", .stem = "tags", .of_tags = true},
    [FL_RESULT_HITS] = {.schema = "message_hits", .stem = "hits", .of_tags = true},
};

/* In the order of the schema. */
static const uint16_t late_ids[] = {FL_SCORES_PERCENTILE,
                                    FL_SCORES_RFM_R,
                                    FL_SCORES_RFM_F,
                                    FL_SCORES_RFM_M,
                                    FL_SCORES_RFM_CODE,
                                    FL_SCORES_RFM_GROUP,
                                    FL_SCORES_TIER,
                                    FL_SCORES_TIER_PENDING,
                                    FL_SCORES_TIER_PENDING_NIGHTS,
                                    FL_SCORES_WINBACK_DAY,
                                    FL_SCORES_ENGAGEMENT_BEFORE,
                                    FL_SCORES_BAND_BEFORE,
                                    FL_SCORES_LOOP_BEFORE,
                                    FL_SCORES_PHASE_BEFORE,
                                    FL_SCORES_STAGE_BEFORE,
                                    FL_SCORES_TIER_BEFORE};
enum { LATE_COLUMNS = sizeof late_ids / sizeof late_ids[0] };

/* What a column of the results asks for its values. */
struct field_source {
    const struct fl_result_field *field;
    const struct fl_emit *emit;
};

struct fl_emit {
    struct fl_emit_plan plan;
    const struct fl_emit_table *table;
    const struct fl_schema *schema;
    struct fl_table_writer *writer;
    uint8_t uuid[FL_UUID_SIZE];
    struct fl_id_join *ids; /* NULL: no text of ids */
    struct fl_population population;
    struct fl_results results; /* that are being appended */
    struct field_source sources[FL_RESULT_FIELDS];
    struct fl_text id_texts[BATCH_ROWS];
    struct fl_buffer id_bytes; /* what they point to */
    struct fl_tag_columns tags;
    /* Columns of the file and where their values come from, dictionaries. */
    uint16_t column_ids[COLUMNS_MAX], late_ids[LATE_COLUMNS];
    struct fl_column_values columns[COLUMNS_MAX];
    size_t column_count, late_count, word_column;
    struct fl_words words[COLUMNS_MAX];
    struct fl_result_dictionary fixed[COLUMNS_MAX];
};

/* ---- the file ---- */

static bool is_late(const struct fl_emit *emit, uint16_t id)
{
    for (size_t i = 0; i < LATE_COLUMNS && emit->table->of_customers; i++) {
        if (late_ids[i] == id)
            return true;
    }
    return false;
}

static bool is_wanted(const struct fl_emit *emit, uint16_t id)
{
    const fl_result_columns wanted = emit->table->of_customers ? emit->plan.columns : 0;
    if (id == FL_SCORES_CUSTOMER_ID && emit->ids == NULL)
        return false;
    return fl_result_columns_has(wanted, id) && (emit->plan.absent >> id & 1) == 0;
}

static void give_field(const void *context, size_t from, size_t count, int64_t *values, uint8_t *nulls)
{
    const struct field_source *source = context;
    const struct fl_results *results = &source->emit->results;
    const bool of_score = source->field->of == FL_FIELD_OF_SCORE;
    fl_result_field_copy(source->field,
                         of_score ? (const void *)(results->scores + from) : results->facts + from, count,
                         values, nulls);
}

/* Where the values of a column come from; of late ones nowhere yet, of the customer and the word the results
 * tell each time. */
static struct fl_column_values values_of(struct fl_emit *emit, uint16_t id)
{
    if (id == FL_SCORES_CUSTOMER_ID)
        return (struct fl_column_values){.as.texts = emit->id_texts};
    if (id != FL_SCORES_CUSTOMER &&
        (emit->table->of_tags || id == FL_SCORES_TAGS || id == FL_SCORES_TAG_POINTS))
        return fl_tag_columns_values(&emit->tags, emit->plan.kind, id);
    for (size_t i = 0; i < FL_RESULT_FIELDS; i++) {
        if (fl_result_fields[i].id != id)
            continue;
        emit->sources[i] = (struct field_source){&fl_result_fields[i], emit};
        return (struct fl_column_values){.give = give_field,
                                         .give_context = &emit->sources[i],
                                         .gives_nulls = fl_result_field_can_be_null(&fl_result_fields[i])};
    }
    assert(is_late(emit, id) || id == FL_SCORES_CUSTOMER || id == emit->table->word_id);
    return (struct fl_column_values){.nulls = NULL};
}

static struct fl_words dictionary_of(struct fl_emit *emit, uint16_t id)
{
    const struct fl_result_words fixed = fl_result_words_of(id);
    if (fixed.count > 0 && !emit->table->of_tags)
        return fl_result_dictionary_fill(fixed, &emit->fixed[emit->column_count]);
    for (size_t i = 0; i < FL_EMIT_DICTIONARIES_MAX && emit->plan.dictionaries[i].id != 0; i++) {
        if (emit->plan.dictionaries[i].id == id)
            return emit->plan.dictionaries[i].words;
    }
    return (struct fl_words){0};
}

/* The columns that are wanted, in the order of the schema. */
static void choose_columns(struct fl_emit *emit)
{
    for (size_t i = 0; i < emit->schema->count; i++) {
        const uint16_t id = emit->schema->columns[i].id;
        if (!is_wanted(emit, id))
            continue;
        assert(emit->column_count < COLUMNS_MAX);
        emit->words[emit->column_count] = dictionary_of(emit, id);
        emit->columns[emit->column_count] = values_of(emit, id);
        emit->column_ids[emit->column_count++] = id;
        if (id == emit->table->word_id)
            emit->word_column = emit->column_count - 1;
        if (is_late(emit, id))
            emit->late_ids[emit->late_count++] = id;
    }
    assert(emit->column_ids[0] == FL_SCORES_CUSTOMER);
}

/* The uuid of a file follows from the facts of the run and the rows it scores: the same rows give the same
 * bytes, whatever files they came in. */
static fl_status make_uuid(struct fl_emit *emit, struct fl_error *error)
{
    struct fl_digest *digest = fl_digest_create();
    if (digest == NULL)
        return fl_fail_memory(error, sizeof emit->plan.data_digest);
    for (const char *const *fact = emit->plan.facts; *fact != NULL; fact++)
        fl_digest_add(digest, *fact, strlen(*fact) + 1);
    fl_digest_add(digest, emit->plan.data_digest, sizeof emit->plan.data_digest);
    fl_digest_128(digest, emit->uuid);
    fl_digest_free(digest);
    return FL_OK;
}

static fl_status start_file(struct fl_emit *emit, struct fl_error *error)
{
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
                                 .late_column_ids = emit->late_ids,
                                 .late_column_count = emit->late_count};
    if (status == FL_OK)
        status = make_uuid(emit, error);
    memcpy(plan.uuid, emit->uuid, sizeof plan.uuid);
    if (status == FL_OK)
        status = fl_table_writer_create(folder->io, emit->plan.out, &plan, &emit->writer, error);
    return status;
}

/* Whether the file has a late column with an id of first .. last. */
static bool wants_late(const struct fl_emit *emit, uint16_t first, uint16_t last)
{
    for (size_t i = 0; i < emit->late_count; i++) {
        if (emit->late_ids[i] >= first && emit->late_ids[i] <= last)
            return true;
    }
    return false;
}

fl_status fl_emit_create(const struct fl_emit_plan *plan, struct fl_emit **emit, struct fl_error *error)
{
    *emit = NULL;
    struct fl_emit *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    made->plan = *plan;
    made->table = &fl_emit_tables[plan->kind];
    made->tags.names = plan->tag_names;
    made->tags.types = plan->types;
    made->schema = fl_schema_by_name(made->table->schema);
    fl_status status = start_file(made, error);
    const struct fl_population_plan population = {
        .io = plan->folder->io,
        .directory = plan->out,
        .value = &plan->model->settings.value,
        .wants_percentile = wants_late(made, FL_SCORES_PERCENTILE, FL_SCORES_PERCENTILE),
        .wants_value = wants_late(made, FL_SCORES_PERCENTILE + 1, UINT16_MAX),
        .as_of_day = plan->as_of_day,
        .memory_bytes = plan->memory_bytes};
    fl_population_init(&made->population, &population);
    if (status != FL_OK) {
        fl_emit_free(made);
        return status;
    }
    *emit = made;
    return FL_OK;
}

const uint8_t *fl_emit_uuid(const struct fl_emit *emit)
{
    return emit->uuid;
}

/* ---- rows ---- */

/* What the comparison of all customers needs. */
static struct fl_standing standing_of(const struct fl_emit *emit, int64_t customer,
                                      const struct fl_scope_score *score,
                                      const struct fl_customer_facts *facts)
{
    const struct fl_value_settings *settings = &emit->plan.model->settings.value;
    struct fl_standing standing = {.customer = customer,
                                   .raw = score->raw,
                                   .monetary = facts->net_24m,
                                   .recency_days = facts->has_recency ? facts->recency_days : -1,
                                   .winback_day = facts->winback_day,
                                   .has_winback = facts->has_winback,
                                   .frequency = 1,
                                   .is_buyer = facts->has_bought && score->net_12m > 0,
                                   .tier_value = score->net_12m,
                                   .engagement = score->engagement,
                                   .band = score->band,
                                   .loop = score->loop,
                                   .phase = score->phase,
                                   .stage = facts->stage};
    if (settings->tier_by == FL_TIER_BY_LIFETIME)
        standing.tier_value = facts->lifetime_value;
    for (int cut = 0; cut < 4; cut++)
        standing.frequency =
            (uint8_t)(standing.frequency + (facts->purchase_days_24m >= settings->frequency_cuts[cut]));
    return standing;
}

static fl_status add_to_population(struct fl_emit *emit, const struct fl_results *results,
                                   struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = 0; i < results->count && status == FL_OK; i++) {
        struct fl_standing standing = {.raw = results->scores[i].raw};
        if (emit->population.plan.wants_value)
            standing = standing_of(emit, results->customers[i], &results->scores[i], &results->facts[i]);
        status = fl_population_add(&emit->population, &standing, error);
    }
    return status;
}

/* At most BATCH_ROWS results. */
static fl_status append(struct fl_emit *emit, const struct fl_results *results, struct fl_error *error)
{
    fl_status status = FL_OK;
    const int64_t *customers = emit->table->of_tags ? emit->tags.customers : results->customers;
    emit->results = *results;
    emit->columns[0].as.i64 = customers;
    if (emit->table->word_id != 0)
        emit->columns[emit->word_column].as.words = results->words;
    if (emit->table->of_tags || results->tag_summaries != NULL)
        status = fl_tag_columns_fill(&emit->tags, results, error);
    if (status == FL_OK && emit->ids != NULL)
        status =
            fl_id_join_list(emit->ids, customers, results->count, &emit->id_bytes, emit->id_texts, error);
    if (status == FL_OK && emit->late_count > 0)
        status = add_to_population(emit, results, error);
    return status == FL_OK ? fl_table_writer_append(emit->writer, emit->columns, results->count, error)
                           : status;
}

fl_status fl_emit_add(struct fl_emit *emit, const struct fl_results *results, struct fl_error *error)
{
    struct fl_results left = *results;
    fl_status status = FL_OK;
    while (left.count > 0 && status == FL_OK) {
        struct fl_results some = left;
        some.count = left.count < BATCH_ROWS ? left.count : BATCH_ROWS;
        status = append(emit, &some, error);
        fl_results_pass(&left, some.count);
    }
    return status;
}

/* ---- what needs all customers ---- */

/* The late columns of some rows that are not stored as they came. */
struct late_columns {
    int64_t code[FL_POPULATION_ROWS];
    uint32_t group[FL_POPULATION_ROWS], tier[FL_POPULATION_ROWS], pending[FL_POPULATION_ROWS];
    uint8_t not_pending[FL_POPULATION_ROWS], nights[FL_POPULATION_ROWS], no_winback[FL_POPULATION_ROWS];
    uint8_t engagement[FL_POPULATION_ROWS], no_engagement[FL_POPULATION_ROWS];
    uint32_t words[FL_CHANGES][FL_POPULATION_ROWS];
    uint8_t no_word[FL_CHANGES][FL_POPULATION_ROWS];
};

static void fill_before(const struct fl_population_rows *rows, struct late_columns *late)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct fl_before *before = &rows->before[i];
        late->no_engagement[i] = !rows->has_before[i] || !before->has_engagement;
        late->engagement[i] = before->engagement;
        for (size_t what = 0; what < FL_CHANGES; what++) {
            late->words[what][i] = before->words.word[what];
            late->no_word[what][i] = !rows->has_before[i] || late->words[what][i] == FL_NO_WORD;
        }
    }
}

static void fill_late(const struct fl_emit *emit, const struct fl_population_rows *rows,
                      struct late_columns *late)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct fl_tier_state *tier = &rows->tier[i];
        late->code[i] = 100 * rows->r[i] + 10 * rows->f[i] + rows->m[i];
        late->group[i] = emit->plan.model->rfm_groups.of_code[late->code[i]];
        late->tier[i] = tier->tier;
        late->not_pending[i] = tier->pending == FL_TIERS;
        late->pending[i] = late->not_pending[i] ? 0 : tier->pending;
        late->nights[i] = tier->pending_nights;
        late->no_winback[i] = !rows->has_winback[i];
    }
    fill_before(rows, late);
}

static struct fl_column_values word_before(const struct late_columns *late, enum fl_change what)
{
    return (struct fl_column_values){.as.words = late->words[what], .nulls = late->no_word[what]};
}

static struct fl_column_values late_values(uint16_t id, const struct fl_population_rows *rows,
                                           const struct late_columns *late)
{
    switch (id) {
    case FL_SCORES_PERCENTILE:
        return (struct fl_column_values){.as.u8 = rows->percentile, .nulls = rows->no_percentile};
    case FL_SCORES_RFM_R:
        return (struct fl_column_values){.as.u8 = rows->r};
    case FL_SCORES_RFM_F:
        return (struct fl_column_values){.as.u8 = rows->f};
    case FL_SCORES_RFM_M:
        return (struct fl_column_values){.as.u8 = rows->m};
    case FL_SCORES_RFM_CODE:
        return (struct fl_column_values){.as.i64 = late->code};
    case FL_SCORES_RFM_GROUP:
        return (struct fl_column_values){.as.words = late->group};
    case FL_SCORES_TIER:
        return (struct fl_column_values){.as.words = late->tier};
    case FL_SCORES_TIER_PENDING:
        return (struct fl_column_values){.as.words = late->pending, .nulls = late->not_pending};
    case FL_SCORES_TIER_PENDING_NIGHTS:
        return (struct fl_column_values){.as.u8 = late->nights};
    case FL_SCORES_WINBACK_DAY:
        return (struct fl_column_values){.as.i32 = rows->winback_day, .nulls = late->no_winback};
    case FL_SCORES_ENGAGEMENT_BEFORE:
        return (struct fl_column_values){.as.u8 = late->engagement, .nulls = late->no_engagement};
    case FL_SCORES_BAND_BEFORE:
        return word_before(late, FL_CHANGE_BAND);
    case FL_SCORES_LOOP_BEFORE:
        return word_before(late, FL_CHANGE_LOOP);
    case FL_SCORES_PHASE_BEFORE:
        return word_before(late, FL_CHANGE_PHASE);
    case FL_SCORES_STAGE_BEFORE:
        return word_before(late, FL_CHANGE_STAGE);
    default:
        assert(id == FL_SCORES_TIER_BEFORE);
        return word_before(late, FL_CHANGE_TIER);
    }
}

/* While the population is walked. */
struct late_pass {
    struct fl_emit *emit;
    struct late_columns columns;
};

static fl_status append_late(void *context, const struct fl_population_rows *rows, struct fl_error *error)
{
    struct late_pass *pass = context;
    struct fl_emit *emit = pass->emit;
    struct fl_column_values values[LATE_COLUMNS];
    if (emit->population.plan.wants_value)
        fill_late(emit, rows, &pass->columns);
    for (size_t i = 0; i < emit->late_count; i++)
        values[i] = late_values(emit->late_ids[i], rows, &pass->columns);
    return fl_table_writer_append_late(emit->writer, values, rows->count, error);
}

static fl_status compare_all(struct fl_emit *emit, struct fl_previous_night *previous,
                             struct fl_transitions *transitions, struct fl_error *error)
{
    struct late_pass *pass = calloc(1, sizeof *pass);
    if (pass == NULL)
        return fl_fail_memory(error, sizeof *pass);
    pass->emit = emit;
    fl_status status = fl_population_compare(&emit->population, error);
    if (status == FL_OK)
        status = fl_population_walk(&emit->population, previous, transitions, append_late, pass, error);
    free(pass);
    return status;
}

fl_status fl_emit_finish(struct fl_emit *emit, struct fl_previous_night *previous,
                         struct fl_transitions *transitions, char name[256], struct fl_table_summary *summary,
                         struct fl_error *error)
{
    fl_status status = FL_OK;
    if (emit->late_count > 0)
        status = compare_all(emit, previous, transitions, error);
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
    fl_population_release(&emit->population);
    fl_buffer_release(&emit->id_bytes);
    fl_tag_columns_release(&emit->tags);
    free(emit);
}
