/* text_filter.c - a keyword list over the messages of a text file: hits as rows. */
#include <stdio.h>
#include <stdlib.h>

#include "engine/model/model.h"
#include "engine/tags/lists/keyword_text.h"
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

/* What stands in front of each cell, and behind the last. */
enum { HEAD_BYTES = 15, END = COLUMNS };
struct head {
    uint8_t size;
    char bytes[HEAD_BYTES];
};
#define HEAD(text)                                                                                           \
    {                                                                                                        \
        sizeof(text) - 1, text                                                                               \
    }
static const struct head csv_heads[COLUMNS + 1] = {HEAD(""),  HEAD(","), HEAD(","), HEAD(","),
                                                   HEAD(","), HEAD(","), HEAD(","), HEAD("\n")};
static const struct head json_heads[COLUMNS + 1] = {
    HEAD("{\"message\":"), HEAD(",\"customer\":"), HEAD(",\"tag\":"),    HEAD(",\"rule\":"),
    HEAD(",\"word\":"),    HEAD(",\"offset\":"),   HEAD(",\"length\":"), HEAD("}\n")};
#undef HEAD

enum { FLUSH_BYTES = 64 << 10, SHORT_BYTES = 3 * HEAD_BYTES + 2 * FL_NUMBER_TEXT_ROOM };

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
    const struct head *heads;
    struct fl_arena cells;
    struct fl_text *rule_cells, *regex_cells, *word_cells; /* one array */
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

/* Heads and numbers are stored whole, whatever their length: there must be room for one. */
static void put_head(const struct filter *filter, unsigned column, struct fl_buffer *row)
{
    memcpy(row->bytes + row->size, filter->heads[column].bytes, HEAD_BYTES);
    row->size += filter->heads[column].size;
}

static void put_number(const struct filter *filter, unsigned column, uint64_t number, struct fl_buffer *row)
{
    put_head(filter, column, row);
    row->size = (size_t)(fl_put_unsigned(row->bytes + row->size, number) - row->bytes);
}

static void put_kept(struct fl_text cells, struct fl_buffer *row)
{
    memcpy(row->bytes + row->size, cells.bytes, cells.size);
    row->size += cells.size;
}

/* `quoted`: a string, else a number. What is missing is nothing in CSV, null in JSON. */
static bool append_cell(const struct filter *filter, unsigned column, struct fl_message_cell cell,
                        struct fl_buffer *row)
{
    if (!fl_buffer_reserve(row, row->size + HEAD_BYTES + FL_JSON_TEXT_GROWTH * cell.text.size + 2))
        return false;
    put_head(filter, column, row);
    if (!cell.quoted)
        put_kept(cell.text.size == 0 && filter->plan->to_ndjson ? fl_text_of("null") : cell.text, row);
    else if (!filter->plan->to_ndjson)
        return fl_record_append(&cell.text, &cell.quoted, 1, row);
    else
        row->size = (size_t)(fl_json_put_text(row->bytes + row->size, cell.text) - row->bytes);
    return true;
}

/* Tag, rule and regular expression of each rule, words of keywords: written once, as hits are many. */
static bool keep_cells(struct filter *filter, struct fl_text *kept)
{
    kept->size = filter->rows.size;
    kept->bytes = fl_arena_copy(&filter->cells, (const char *)filter->rows.bytes, filter->rows.size);
    filter->rows.size = 0;
    return kept->bytes != NULL;
}

static bool write_rule_cells(struct filter *filter, size_t number)
{
    const struct fl_keyword_rule *rule = &filter->model->keywords.rules[number];
    const struct fl_message_cell tag = {filter->model->keywords.tags[rule->tag].name, true},
                                 regex = {rule->regex, true};
    if (!append_cell(filter, COLUMN_TAG, tag, &filter->rows) ||
        !fl_buffer_reserve(&filter->rows, filter->rows.size + SHORT_BYTES))
        return false;
    put_number(filter, COLUMN_RULE, rule->line, &filter->rows);
    return keep_cells(filter, &filter->rule_cells[number]) &&
           append_cell(filter, COLUMN_WORD, regex, &filter->rows) &&
           keep_cells(filter, &filter->regex_cells[number]);
}

static bool write_word_cell(struct filter *filter, uint32_t number)
{
    filter->word.size = 0;
    if (!fl_keyword_append(&filter->model->keywords, number, &filter->word))
        return false;
    const struct fl_message_cell word = {{(const char *)filter->word.bytes, filter->word.size}, true};
    return append_cell(filter, COLUMN_WORD, word, &filter->rows) &&
           keep_cells(filter, &filter->word_cells[number]);
}

static fl_status write_cells(struct filter *filter, struct fl_error *error)
{
    const struct fl_keywords *keywords = &filter->model->keywords;
    const size_t count = 2 * keywords->rule_count + keywords->word_count;
    filter->rule_cells = calloc(count + 1, sizeof *filter->rule_cells);
    bool done = filter->rule_cells != NULL;
    filter->regex_cells = filter->rule_cells + keywords->rule_count;
    filter->word_cells = filter->regex_cells + keywords->rule_count;
    for (size_t i = 0; i < keywords->rule_count && done; i++)
        done = write_rule_cells(filter, i);
    for (uint32_t i = 0; i < keywords->word_count && done; i++)
        done = write_word_cell(filter, i);
    return done ? FL_OK : fl_fail_memory(error, (count + 1) * sizeof *filter->rule_cells);
}

static bool append_hit(struct filter *filter, const struct fl_file_message *file,
                       const struct fl_tag_hit *hit)
{
    struct fl_buffer *row = &filter->rows;
    char id[FL_MESSAGE_NUMBER_BYTES];
    const struct fl_text rule = filter->rule_cells[hit->rule], word = hit->word == FL_HIT_BY_REGEX
                                                                          ? filter->regex_cells[hit->rule]
                                                                          : filter->word_cells[hit->word];
    if (!append_cell(filter, COLUMN_MESSAGE, fl_message_id(file, id), row) ||
        !append_cell(filter, COLUMN_CUSTOMER, file->customer, row) ||
        !fl_buffer_reserve(row, row->size + rule.size + word.size + SHORT_BYTES))
        return false;
    put_kept(rule, row);
    put_kept(word, row);
    put_number(filter, COLUMN_OFFSET, hit->offset, row);
    put_number(filter, COLUMN_LENGTH, hit->size, row);
    put_head(filter, END, row);
    return true;
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

/* Writes hits of a part of the file: of lines when there are no `files`. */
static fl_status take_hits(struct filter *filter, const struct fl_tag_hit *hits, size_t count,
                           const struct fl_file_message *files, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = 0; i < count && status == FL_OK; i++) {
        const struct fl_file_message line = {.line = filter->counts->messages + 1 + hits[i].message};
        const struct fl_file_message *file = files == NULL ? &line : &files[hits[i].message];
        filter->counts->tagged += i == 0 || hits[i].message != hits[i - 1].message;
        if (!append_hit(filter, file, &hits[i]))
            status = fl_fail_memory(error, filter->rows.size);
        else if (filter->rows.size >= FLUSH_BYTES)
            status = flush(filter, error);
    }
    filter->counts->hits += count;
    return status == FL_OK ? flush(filter, error) : status;
}

static fl_status take_chunk(struct filter *filter, bool *more, struct fl_error *error)
{
    struct fl_message_chunk chunk = {.count = 0};
    fl_status status = fl_message_reader_next(filter->reader, &chunk, error);
    for (size_t at = 0, done = 0; at < chunk.count && status == FL_OK; at += done) {
        const struct fl_tag_hit *hits;
        size_t count;
        status =
            fl_tagger_run(filter->tagger, chunk.messages + at, chunk.count - at, &done, &hits, &count, error);
        if (status == FL_OK)
            status = take_hits(filter, hits, count, chunk.files + at, error);
        filter->counts->messages += status == FL_OK ? done : 0;
    }
    *more = chunk.count > 0;
    return status;
}

static fl_status take_lines(struct filter *filter, bool *more, struct fl_error *error)
{
    struct fl_text lines;
    fl_status status =
        fl_message_reader_next_lines(filter->reader, filter->counts->messages + 1, &lines, error);
    *more = status == FL_OK && lines.size > 0;
    for (size_t at = 0, done = 0; status == FL_OK && at < lines.size; at += done) {
        const struct fl_text left = {lines.bytes + at, lines.size - at};
        const struct fl_tag_hit *hits;
        size_t count, line_count;
        status = fl_tagger_run_lines(filter->tagger, left, fl_speaker_of((struct fl_text){"", 0}), &done,
                                     &line_count, &hits, &count, error);
        if (status == FL_OK)
            status = take_hits(filter, hits, count, NULL, error);
        filter->counts->messages += status == FL_OK ? line_count : 0;
    }
    return status;
}

static fl_status read_all(struct filter *filter, struct fl_error *error)
{
    const bool are_lines = filter->plan->source.format == FL_MESSAGES_LINES;
    bool more = true;
    fl_status status = write_cells(filter, error);
    if (status == FL_OK)
        status = write_head(filter, error);
    while (status == FL_OK && more)
        status = are_lines ? take_lines(filter, &more, error) : take_chunk(filter, &more, error);
    filter->counts->cut = fl_tagger_cut_messages(filter->tagger);
    return status;
}

fl_status fl_text_filter(const struct fl_text_filter_plan *plan, struct fl_output *output,
                         struct fl_text_filter_counts *counts, struct fl_error *error)
{
    struct filter filter = {.plan = plan, .output = output, .counts = counts};
    *counts = (struct fl_text_filter_counts){0};
    filter.heads = plan->to_ndjson ? json_heads : csv_heads;
    fl_arena_init(&filter.cells);
    fl_status status = open_rules(&filter, error);
    if (status == FL_OK)
        status = read_all(&filter, error);
    fl_message_reader_free(filter.reader);
    fl_tagger_free(filter.tagger);
    fl_tag_rules_free(filter.rules);
    fl_model_free(filter.model);
    free(filter.rule_cells);
    fl_arena_release(&filter.cells);
    fl_buffer_release(&filter.word);
    fl_buffer_release(&filter.rows);
    return status;
}
