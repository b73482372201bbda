/* explain_compare.c - three ways to the same numbers: stored by the run, scored now, summed over the types.
 */
#include "engine/explain_work.h"

#include "engine/result_fields.h"
#include "engine/result_words.h"

bool fl_explain_is_wanted(const struct fl_explain_work *work, unsigned kind)
{
    if (kind == FL_SCOPE_CUSTOMER)
        return true;
    if (work->plan->points_only || kind == FL_RESULT_HITS)
        return false;
    if (kind == FL_RESULT_TAGS)
        return fl_run_manifest_output(&work->manifest, fl_emit_tables[kind].stem) != NULL;
    return kind == FL_RESULT_TYPES ? work->model->settings.type_view : work->model->settings.scopes[kind];
}

/* The words that a column's numbers stand for; those of fixed lists are no part of it. */
static struct fl_words words_of(const struct fl_explain_work *work, uint16_t id)
{
    if (id == FL_SCORES_MAIN_CATEGORY)
        return work->stages.words.words[FL_WORDED_CATEGORY].words;
    if (id == FL_SCORES_CLUSTER_NAME)
        return work->stages.clusters.names;
    for (enum fl_profile_word word = 0; word < FL_PROFILE_WORDS && work->stages.profiles != NULL; word++) {
        if (fl_profile_word_column(word) == id)
            return *fl_profiles_words(work->stages.profiles, word);
    }
    return (struct fl_words){0};
}

static bool same_word(const struct fl_explain_work *work, uint16_t id, struct fl_text stored, int64_t number)
{
    const struct fl_result_words fixed = fl_result_words_of(id);
    const struct fl_words words = words_of(work, id);
    if (fixed.count > 0)
        return (size_t)number < fixed.count && fl_text_equal(stored, fl_text_of(fixed.words[number]));
    return (size_t)number < words.count && fl_text_equal(stored, fl_words_at(&words, (size_t)number));
}

static bool same_field(const struct fl_explain_work *work, const struct fl_stored_rows *stored, size_t row,
                       const struct fl_result_field *field, const void *result)
{
    int64_t value = 0, stored_value = 0;
    const bool has = fl_result_field_value(field, result, &value);
    if (has != fl_stored_value(stored, field->id, row, &stored_value))
        return false;
    if (!has || stored->words[field->id] == NULL)
        return !has || value == stored_value;
    return same_word(work, field->id, fl_stored_text(stored, field->id, row), value);
}

static bool is_of_cluster(uint16_t id)
{
    return id >= FL_SCORES_CLUSTER && id <= FL_SCORES_CLUSTER_PENDING_NIGHTS;
}

static fl_status compare_row(const struct fl_explain_work *work, unsigned kind, size_t row,
                             const struct fl_scope_score *score, const struct fl_customer_facts *facts,
                             struct fl_error *error)
{
    const struct fl_stored_rows *stored = &work->stored[kind];
    const struct fl_schema *schema = fl_table_schema(stored->table);
    for (size_t i = 0; i < FL_RESULT_FIELDS; i++) {
        const struct fl_result_field *field = &fl_result_fields[i];
        const int at = fl_schema_find_id(schema, field->id);
        const void *result = field->of == FL_FIELD_OF_SCORE ? (const void *)score : facts;
        const bool of_value = field->id > FL_SCORES_LOST_TO_DECAY; /* not scored for points alone */
        if (at < 0 || result == NULL || (of_value && work->plan->points_only) ||
            (is_of_cluster(field->id) && !fl_explain_knows_cluster(work)) ||
            (kind == FL_SCOPE_CUSTOMER && !fl_result_columns_has(work->manifest.columns, field->id)))
            continue;
        if (!same_field(work, stored, row, field, result))
            return fl_explain_fail_different(fl_emit_tables[kind].stem, schema->columns[at].name, error);
    }
    return FL_OK;
}

struct fl_text fl_explain_word_text(const struct fl_explain_work *work, unsigned kind, uint32_t word)
{
    const struct fl_words types = fl_type_words_all(&work->stages.types);
    return kind == FL_RESULT_TYPES
               ? fl_words_at(&types, word)
               : fl_words_at(&work->stages.words.words[fl_worded_of((enum fl_scope)kind)].words, word);
}

/* Both are sorted by word. */
static fl_status compare_kind(struct fl_explain_work *work, unsigned kind, struct fl_error *error)
{
    size_t row = 0;
    fl_status status = FL_OK;
    for (size_t i = 0; i < work->count && status == FL_OK; i++) {
        const struct fl_explain_again *again = &work->list[i];
        if (again->kind != kind)
            continue;
        const struct fl_text word = fl_explain_word_text(work, kind, again->word);
        if (row == work->stored[kind].count ||
            !fl_text_equal(word, fl_stored_text(&work->stored[kind], fl_emit_tables[kind].word_id, row)))
            return fl_explain_fail_different(fl_emit_tables[kind].stem, "word", error);
        if (kind == work->kind && fl_text_equal(word, work->word)) {
            work->chosen = again;
            work->stored_row = row;
        }
        status = compare_row(work, kind, row++, &again->score, NULL, error);
    }
    return status == FL_OK && row != work->stored[kind].count
               ? fl_explain_fail_different(fl_emit_tables[kind].stem, "word", error)
               : status;
}

fl_status fl_explain_compare(struct fl_explain_work *work, struct fl_error *error)
{
    fl_status status =
        compare_row(work, FL_SCOPE_CUSTOMER, 0, &work->score, work->has_facts ? &work->facts : NULL, error);
    for (unsigned kind = 1; kind < FL_RESULT_KINDS && status == FL_OK; kind++) {
        if (fl_explain_is_wanted(work, kind) && kind != FL_RESULT_TAGS)
            status = compare_kind(work, kind, error);
    }
    if (status == FL_OK)
        status = fl_explain_tags_check_customer(&work->tags, &work->stored[FL_SCOPE_CUSTOMER], error);
    if (status == FL_OK && fl_explain_is_wanted(work, FL_RESULT_TAGS))
        status = fl_explain_tags_check(&work->tags, &work->stored[FL_RESULT_TAGS], error);
    if (status == FL_OK && work->kind != FL_SCOPE_CUSTOMER && work->chosen == NULL)
        status = fl_fail(error, FL_MISSING, "the customer has no row of this scope in the run");
    return status;
}

fl_status fl_explain_compare_winback(const struct fl_explain_work *work, struct fl_error *error)
{
    const struct fl_stored_rows *stored = &work->stored[FL_SCOPE_CUSTOMER];
    const struct fl_text before = fl_stored_text(stored, FL_SCORES_STAGE_BEFORE, 0);
    const struct fl_result_words stages = fl_result_words_of(FL_SCORES_STAGE);
    int64_t day = 0;
    if (!work->has_facts || !fl_table_has(stored->table, FL_SCORES_WINBACK_DAY) ||
        (work->manifest.has_previous && !fl_table_has(stored->table, FL_SCORES_STAGE_BEFORE)))
        return FL_OK;
    const bool lapses = before.bytes != NULL &&
                        fl_stage_becomes_lapsed(work->facts.stage, fl_result_words_find(stages, before));
    const bool has = fl_stored_value(stored, FL_SCORES_WINBACK_DAY, 0, &day);
    const int32_t expected = lapses ? work->manifest.as_of_day : work->facts.winback_day;
    return has == (lapses || work->facts.has_winback) && (!has || day == expected)
               ? FL_OK
               : fl_explain_fail_different("customers", "winback_day", error);
}
