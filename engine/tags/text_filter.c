/* text_filter.c - a keyword list over the messages of a text file: hits as rows. */
#include "engine/cell_rows.h"
#include "engine/model/model.h"
#include "engine/tags/keyword_text.h"
#include "engine/tags/message_reader.h"

/* The columns of the output, in their order. */
enum column {
    COLUMN_MESSAGE,
    COLUMN_CUSTOMER,
    COLUMN_TAG,
    COLUMN_RULE,
    COLUMN_WORD,
    COLUMN_OFFSET,
    COLUMN_LENGTH,
    COLUMNS
};
static const char *const column_names[COLUMNS] = {"message", "customer", "tag",   "rule",
                                                  "word",    "offset",   "length"};

/* Everything that is open while a file is read. */
struct filter {
    const struct fl_text_filter_plan *plan;
    struct fl_output *output;
    struct fl_text_filter_counts *counts;
    struct fl_model *model;
    struct fl_tag_rules *rules;
    struct fl_tagger *tagger;
    struct fl_message_reader *reader;
    struct fl_buffer word;
    struct fl_cell_rows rows;
};

static fl_status open_rules(struct filter *filter, struct fl_error *error)
{
    const struct fl_text_filter_plan *plan = filter->plan;
    fl_status status = fl_model_open(plan->source.io, plan->model, &filter->model, error);
    if (status != FL_OK)
        return status;
    if (!filter->model->has_keywords) {
        (void)fl_fail(error, FL_MISSING, "the model has no %s: no rule to look for",
                      fl_model_part_name(FL_MODEL_KEYWORDS));
        return fl_error_at_path(error, plan->model);
    }
    status = fl_tag_rules_compile(&filter->model->keywords, filter->model->fold, &filter->rules, error);
    if (status == FL_OK)
        status = fl_tagger_create(filter->rules, &filter->tagger, error);
    return status == FL_OK ? fl_message_reader_create(&plan->source, &filter->reader, error) : status;
}

/* ---- rows ---- */

static bool take_word(struct filter *filter, const struct fl_tag_hit *hit)
{
    const struct fl_keywords *keywords = &filter->model->keywords;
    const struct fl_text regex = keywords->rules[hit->rule].regex;
    filter->word.size = 0;
    return hit->word == FL_HIT_BY_REGEX ? fl_buffer_append(&filter->word, regex.bytes, regex.size)
                                        : fl_keyword_append(keywords, hit->word, &filter->word);
}

static fl_status add_hit(struct filter *filter, const struct fl_file_message *file,
                         const struct fl_tag_hit *hit, struct fl_error *error)
{
    const struct fl_keyword_rule *rule = &filter->model->keywords.rules[hit->rule];
    char id[FL_CELL_NUMBER_BYTES];
    char line[FL_CELL_NUMBER_BYTES], offset[FL_CELL_NUMBER_BYTES], length[FL_CELL_NUMBER_BYTES];
    if (!take_word(filter, hit))
        return fl_fail_memory(error, filter->word.size);
    const struct fl_cell cells[COLUMNS] = {
        [COLUMN_MESSAGE] = fl_message_id(file, id),
        [COLUMN_CUSTOMER] = file->customer,
        [COLUMN_TAG] = fl_cell_of_text(filter->model->keywords.tags[rule->tag].name),
        [COLUMN_RULE] = fl_cell_of_integer(rule->line, line),
        [COLUMN_WORD] =
            fl_cell_of_text((struct fl_text){(const char *)filter->word.bytes, filter->word.size}),
        [COLUMN_OFFSET] = fl_cell_of_integer(hit->offset, offset),
        [COLUMN_LENGTH] = fl_cell_of_integer(hit->size, length)};
    return fl_cell_rows_add(&filter->rows, cells, error);
}

/* ---- messages ---- */

static fl_status take_chunk(struct filter *filter, const struct fl_message_chunk *chunk,
                            struct fl_error *error)
{
    const struct fl_tag_hit *hits;
    size_t count;
    fl_status status = fl_tagger_run(filter->tagger, chunk->messages, chunk->count, &hits, &count, error);
    for (size_t i = 0; i < count && status == FL_OK; i++) {
        filter->counts->tagged += i == 0 || hits[i].message != hits[i - 1].message;
        status = add_hit(filter, &chunk->files[hits[i].message], &hits[i], error);
    }
    if (status != FL_OK)
        return status;
    filter->counts->messages += chunk->count;
    filter->counts->hits += count;
    /* Whoever waits for the answers to some messages gets them. */
    return fl_cell_rows_flush(&filter->rows, error);
}

static fl_status read_all(struct filter *filter, struct fl_error *error)
{
    struct fl_message_chunk chunk = {.count = 0};
    fl_status status = fl_cell_rows_begin(&filter->rows, filter->output, filter->plan->to_ndjson,
                                          column_names, COLUMNS, error);
    do {
        if (status == FL_OK)
            status = fl_message_reader_next(filter->reader, &chunk, error);
        if (status == FL_OK && chunk.count > 0)
            status = take_chunk(filter, &chunk, error);
    } while (status == FL_OK && chunk.count > 0);
    return status;
}

fl_status fl_text_filter(const struct fl_text_filter_plan *plan, struct fl_output *output,
                         struct fl_text_filter_counts *counts, struct fl_error *error)
{
    struct filter filter = {.plan = plan, .output = output, .counts = counts};
    *counts = (struct fl_text_filter_counts){0};
    fl_status status = open_rules(&filter, error);
    if (status == FL_OK)
        status = read_all(&filter, error);
    fl_message_reader_free(filter.reader);
    fl_tagger_free(filter.tagger);
    fl_tag_rules_free(filter.rules);
    fl_model_free(filter.model);
    fl_buffer_release(&filter.word);
    fl_cell_rows_release(&filter.rows);
    return status;
}
