/* text_filter.c - a keyword list over the messages of a text file: hits as rows. */
#include <stdlib.h>

#include "engine/cell_rows.h"
#include "engine/model/model.h"
#include "engine/tags/lists/keyword_text.h"
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

/* `tag`: and the columns beside it that are the same in all its hits. */
struct rule_cells {
    struct fl_row_cell tag, regex;
};

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
    struct fl_arena cells; /* texts of those below */
    struct rule_cells *rule_cells;
    struct fl_row_cell *word_cells;
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

/* Lines are of no customer that is known. */
static bool are_lines(const struct filter *filter)
{
    return filter->plan->source.format == FL_MESSAGES_LINES;
}

static const struct fl_row_cell no_cell = {.kind = FL_CELL_BARE, .text = {"", 0}};

/* Cells of rules and words: written once, as hits are many. */
static bool write_rule_cells(struct filter *filter, size_t number)
{
    const struct fl_keyword_rule *rule = &filter->model->keywords.rules[number];
    struct rule_cells *cells = &filter->rule_cells[number];
    const struct fl_row_cell same[] = {no_cell, fl_cell_of_text(filter->model->keywords.tags[rule->tag].name),
                                       fl_cell_of_integer(rule->line)};
    const struct fl_row_cell regex = fl_cell_of_text(rule->regex);
    const size_t first = are_lines(filter) ? COLUMN_CUSTOMER : COLUMN_TAG;
    return fl_cell_rows_write(&filter->rows, &filter->cells, first, same + (first - COLUMN_CUSTOMER),
                              COLUMN_WORD - first, &cells->tag) &&
           fl_cell_rows_write(&filter->rows, &filter->cells, COLUMN_WORD, &regex, 1, &cells->regex);
}

static bool write_word_cell(struct filter *filter, uint32_t number)
{
    filter->word.size = 0;
    if (!fl_keyword_append(&filter->model->keywords, number, &filter->word))
        return false;
    const struct fl_row_cell word =
        fl_cell_of_text((struct fl_text){(const char *)filter->word.bytes, filter->word.size});
    return fl_cell_rows_write(&filter->rows, &filter->cells, COLUMN_WORD, &word, 1,
                              &filter->word_cells[number]);
}

static fl_status write_cells(struct filter *filter, struct fl_error *error)
{
    const struct fl_keywords *keywords = &filter->model->keywords;
    filter->rule_cells = calloc(keywords->rule_count + 1, sizeof *filter->rule_cells);
    filter->word_cells = calloc(keywords->word_count + 1, sizeof *filter->word_cells);
    bool done = filter->rule_cells != NULL && filter->word_cells != NULL;
    for (size_t i = 0; i < keywords->rule_count && done; i++)
        done = write_rule_cells(filter, i);
    for (uint32_t i = 0; i < keywords->word_count && done; i++)
        done = write_word_cell(filter, i);
    return done ? FL_OK : fl_fail_memory(error, keywords->word_count * sizeof *filter->word_cells);
}

static const struct fl_row_cell *word_cell(const struct filter *filter, const struct fl_tag_hit *hit)
{
    return hit->word == FL_HIT_BY_REGEX ? &filter->rule_cells[hit->rule].regex
                                        : &filter->word_cells[hit->word];
}

/* Each cell is made where it is read, those that nobody looks at too: one that is copied there waits for all
 * of its parts, and one left out has the whole row zeroed first. */
static fl_status add_line_hit(struct filter *filter, const struct fl_tag_hit *hit, struct fl_error *error)
{
    const uint64_t line = filter->counts->messages + 1 + hit->message;
    const struct fl_row_cell cells[COLUMNS] = {[COLUMN_MESSAGE] = fl_cell_of_integer((int64_t)line),
                                               [COLUMN_CUSTOMER] = filter->rule_cells[hit->rule].tag,
                                               [COLUMN_TAG] = no_cell,
                                               [COLUMN_RULE] = no_cell,
                                               [COLUMN_WORD] = *word_cell(filter, hit),
                                               [COLUMN_OFFSET] = fl_cell_of_integer(hit->offset),
                                               [COLUMN_LENGTH] = fl_cell_of_integer(hit->size)};
    return fl_cell_rows_add(&filter->rows, cells, error);
}

static fl_status add_file_hit(struct filter *filter, const struct fl_file_message *file,
                              const struct fl_tag_hit *hit, struct fl_error *error)
{
    const struct fl_row_cell cells[COLUMNS] = {[COLUMN_MESSAGE] = fl_message_id(file),
                                               [COLUMN_CUSTOMER] = file->customer,
                                               [COLUMN_TAG] = filter->rule_cells[hit->rule].tag,
                                               [COLUMN_WORD] = *word_cell(filter, hit),
                                               [COLUMN_OFFSET] = fl_cell_of_integer(hit->offset),
                                               [COLUMN_LENGTH] = fl_cell_of_integer(hit->size)};
    return fl_cell_rows_add(&filter->rows, cells, error);
}

/* ---- messages ---- */

/* Writes hits of a part of the file: of lines when there are no `files`. */
static fl_status take_hits(struct filter *filter, const struct fl_tag_hit *hits, size_t count,
                           const struct fl_file_message *files, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = 0; i < count && status == FL_OK; i++) {
        filter->counts->tagged += i == 0 || hits[i].message != hits[i - 1].message;
        status = files == NULL ? add_line_hit(filter, &hits[i], error)
                               : add_file_hit(filter, &files[hits[i].message], &hits[i], error);
    }
    filter->counts->hits += count;
    return status;
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
    bool more = true;
    fl_status status = fl_cell_rows_begin(&filter->rows, filter->output, filter->plan->to_ndjson,
                                          column_names, COLUMNS, error);
    if (status == FL_OK)
        status = write_cells(filter, error);
    while (status == FL_OK && more) {
        status = are_lines(filter) ? take_lines(filter, &more, error) : take_chunk(filter, &more, error);
        /* Whoever waits for the answers to some messages gets them. */
        if (status == FL_OK)
            status = fl_cell_rows_flush(&filter->rows, error);
    }
    filter->counts->cut = fl_tagger_cut_messages(filter->tagger);
    return status;
}

fl_status fl_text_filter(const struct fl_text_filter_plan *plan, struct fl_output *output,
                         struct fl_text_filter_counts *counts, struct fl_error *error)
{
    struct filter filter = {.plan = plan, .output = output, .counts = counts};
    *counts = (struct fl_text_filter_counts){0};
    fl_arena_init(&filter.cells);
    fl_status status = open_rules(&filter, error);
    if (status == FL_OK)
        status = read_all(&filter, error);
    fl_message_reader_free(filter.reader);
    fl_tagger_free(filter.tagger);
    fl_tag_rules_free(filter.rules);
    fl_model_free(filter.model);
    free(filter.rule_cells);
    free(filter.word_cells);
    fl_arena_release(&filter.cells);
    fl_buffer_release(&filter.word);
    fl_cell_rows_release(&filter.rows);
    return status;
}
