/* text_filter.c - a keyword list over the messages of a text file: hits as rows. */
#include <stdio.h>
#include <stdlib.h>

#include "engine/model/model.h"
#include "engine/tags/keyword_text.h"
#include "engine/tags/message_reader.h"
#include "formats/base/publish.h"
#include "formats/exporters/json_text.h"
#include "formats/exporters/number_text.h"
#include "formats/importers/record_text.h"

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

enum { NAME_TEXT = 16, FLUSH_BYTES = 64 << 10 };

/* Everything that is open while a file is read. */
struct filter {
    const struct fl_text_filter_plan *plan;
    struct fl_output *output;
    struct fl_text_filter_counts *counts;
    struct fl_model *model;
    struct fl_tag_rules *rules;
    struct fl_tagger *tagger;
    struct fl_message_reader *reader;
    struct fl_buffer word, rows;
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

static bool append_csv(const struct fl_message_cell cells[COLUMNS], struct fl_buffer *rows)
{
    struct fl_text texts[COLUMNS];
    bool quoted[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) {
        texts[i] = cells[i].text;
        quoted[i] = cells[i].quoted;
    }
    return fl_record_append(texts, quoted, COLUMNS, rows) && fl_buffer_append(rows, "\n", 1);
}

/* Numbers stand as they are; what is missing is null. */
static bool append_json_cell(const struct fl_message_cell *cell, struct fl_buffer *rows)
{
    if (!cell->quoted)
        return cell->text.size == 0 ? fl_buffer_append(rows, "null", 4)
                                    : fl_buffer_append(rows, cell->text.bytes, cell->text.size);
    if (!fl_buffer_reserve(rows, rows->size + FL_JSON_TEXT_GROWTH * cell->text.size + 2))
        return false;
    rows->size = (size_t)(fl_json_put_text(rows->bytes + rows->size, cell->text) - rows->bytes);
    return true;
}

static bool append_json(const struct fl_message_cell cells[COLUMNS], struct fl_buffer *rows)
{
    bool done = true;
    for (int i = 0; i < COLUMNS && done; i++) {
        char head[NAME_TEXT];
        (void)snprintf(head, sizeof head, "%s\"%s\":", i == 0 ? "{" : ",", column_names[i]);
        done = fl_buffer_append(rows, head, strlen(head)) && append_json_cell(&cells[i], rows);
    }
    return done && fl_buffer_append(rows, "}\n", 2);
}

static struct fl_message_cell number_cell(uint32_t number, uint8_t text[FL_NUMBER_TEXT_ROOM])
{
    const uint8_t *end = fl_put_unsigned(text, number);
    return (struct fl_message_cell){{(const char *)text, (size_t)(end - text)}, false};
}

static bool take_word(struct filter *filter, const struct fl_tag_hit *hit)
{
    const struct fl_keywords *keywords = &filter->model->keywords;
    const struct fl_text regex = keywords->rules[hit->rule].regex;
    filter->word.size = 0;
    return hit->word == FL_HIT_BY_REGEX ? fl_buffer_append(&filter->word, regex.bytes, regex.size)
                                        : fl_keyword_append(keywords, hit->word, &filter->word);
}

static bool append_hit(struct filter *filter, const struct fl_file_message *file,
                       const struct fl_tag_hit *hit)
{
    const struct fl_keyword_rule *rule = &filter->model->keywords.rules[hit->rule];
    char id[FL_MESSAGE_NUMBER_BYTES];
    uint8_t line[FL_NUMBER_TEXT_ROOM], offset[FL_NUMBER_TEXT_ROOM], length[FL_NUMBER_TEXT_ROOM];
    if (!take_word(filter, hit))
        return false;
    const struct fl_message_cell cells[COLUMNS] = {
        [COLUMN_MESSAGE] = fl_message_id(file, id),
        [COLUMN_CUSTOMER] = file->customer,
        [COLUMN_TAG] = {filter->model->keywords.tags[rule->tag].name, true},
        [COLUMN_RULE] = number_cell(rule->line, line),
        [COLUMN_WORD] = {{(const char *)filter->word.bytes, filter->word.size}, true},
        [COLUMN_OFFSET] = number_cell(hit->offset, offset),
        [COLUMN_LENGTH] = number_cell(hit->size, length)};
    return filter->plan->to_ndjson ? append_json(cells, &filter->rows) : append_csv(cells, &filter->rows);
}

static fl_status flush(struct filter *filter, struct fl_error *error)
{
    const fl_status status = fl_output_write(filter->output, filter->rows.bytes, filter->rows.size, error);
    filter->rows.size = 0;
    return status;
}

static fl_status write_head(struct filter *filter, struct fl_error *error)
{
    struct fl_text names[COLUMNS];
    for (int i = 0; i < COLUMNS; i++)
        names[i] = fl_text_of(column_names[i]);
    if (filter->plan->to_ndjson)
        return FL_OK;
    if (!fl_record_append(names, NULL, COLUMNS, &filter->rows) || !fl_buffer_append(&filter->rows, "\n", 1))
        return fl_fail_memory(error, FLUSH_BYTES);
    return flush(filter, error);
}

/* ---- messages ---- */

/* Those that the tagger takes at once of messages from `first` on. */
static fl_status take_some(struct filter *filter, const struct fl_message_chunk *chunk, size_t first,
                           size_t *done, struct fl_error *error)
{
    const struct fl_tag_hit *hits;
    size_t count;
    fl_status status = fl_tagger_run(filter->tagger, chunk->messages + first, chunk->count - first, done,
                                     &hits, &count, error);
    for (size_t i = 0; i < count && status == FL_OK; i++) {
        filter->counts->tagged += i == 0 || hits[i].message != hits[i - 1].message;
        if (!append_hit(filter, &chunk->files[first + hits[i].message], &hits[i]))
            status = fl_fail_memory(error, filter->rows.size);
        else if (filter->rows.size >= FLUSH_BYTES)
            status = flush(filter, error);
    }
    filter->counts->hits += count;
    return status;
}

static fl_status take_chunk(struct filter *filter, const struct fl_message_chunk *chunk,
                            struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t at = 0, done = 0; at < chunk->count && status == FL_OK; at += done)
        status = take_some(filter, chunk, at, &done, error);
    if (status != FL_OK)
        return status;
    filter->counts->messages += chunk->count;
    filter->counts->cut = fl_tagger_cut_messages(filter->tagger);
    return flush(filter, error);
}

static fl_status read_all(struct filter *filter, struct fl_error *error)
{
    struct fl_message_chunk chunk = {.count = 0};
    fl_status status = write_head(filter, error);
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
    fl_buffer_release(&filter.rows);
    return status;
}
