/* tag_columns.c - results of tags as columns: of the tables of tags and of hits, of customers' own rows. */
#include "engine/tag_columns.h"

#include <assert.h>

#include "formats/base/limits.h"
#include "formats/schema/schema.h"

void fl_tag_columns_release(struct fl_tag_columns *columns)
{
    fl_buffer_release(&columns->joined);
}

static void set(struct fl_tag_columns *columns, uint16_t id, size_t row, int64_t number)
{
    columns->numbers[id][row] = number;
    columns->nulls[id][row] = 0;
}

static void set_if(struct fl_tag_columns *columns, uint16_t id, size_t row, bool has, int64_t number)
{
    columns->numbers[id][row] = number;
    columns->nulls[id][row] = !has;
}

/* A message without an id has none. */
static void set_message(struct fl_tag_columns *columns, size_t row, struct fl_text id)
{
    columns->texts[row] = id;
    columns->no_text[row] = id.size == 0;
}

static void fill_tag(struct fl_tag_columns *columns, size_t row, const struct fl_customer_tag *tag)
{
    const struct fl_tag_evidence *first = &tag->first;
    const bool has = tag->has_evidence;
    columns->customers[row] = tag->customer;
    set(columns, FL_TAGS_TAG, row, tag->tag);
    set(columns, FL_TAGS_SINCE, row, tag->since);
    set(columns, FL_TAGS_LAST, row, tag->last);
    set(columns, FL_TAGS_EXPIRES, row, tag->expires);
    set(columns, FL_TAGS_HITS, row, (int64_t)tag->hits);
    set(columns, FL_TAGS_PRIORITY, row, tag->priority);
    set(columns, FL_TAGS_POINTS, row, tag->points_positive + tag->points_negative);
    set(columns, FL_TAGS_GIVEN, row, tag->given);
    set_if(columns, FL_TAGS_FIRST_DAY, row, has, first->day);
    set_if(columns, FL_TAGS_FIRST_SECOND, row, has && first->second >= 0, first->second);
    set_if(columns, FL_TAGS_FIRST_OFFSET, row, has, first->offset);
    set_if(columns, FL_TAGS_FIRST_LENGTH, row, has, first->size);
    set_if(columns, FL_TAGS_FIRST_RULE, row, has, first->rule);
    set_message(columns, row, has ? first->message : (struct fl_text){0});
}

static void fill_hit(struct fl_tag_columns *columns, size_t row, const struct fl_message_hit *hit)
{
    columns->customers[row] = hit->customer;
    set(columns, FL_HITS_DAY, row, hit->day);
    set(columns, FL_HITS_TYPE, row, columns->types->of_type[hit->type]);
    set_if(columns, FL_HITS_ORDER, row, hit->has_order, hit->order);
    set_if(columns, FL_HITS_SECOND, row, hit->second >= 0, hit->second);
    set(columns, FL_HITS_TAG, row, hit->tag);
    set(columns, FL_HITS_RULE, row, hit->rule);
    set(columns, FL_HITS_OFFSET, row, hit->offset);
    set(columns, FL_HITS_LENGTH, row, hit->size);
    set_message(columns, row, hit->message);
}

static fl_status append_name(struct fl_tag_columns *columns, size_t start, struct fl_text name,
                             struct fl_error *error)
{
    const bool first = columns->joined.size == start;
    if (columns->joined.size - start + name.size + 1 > FL_TEXT_BYTES_MAX)
        return fl_fail(error, FL_LIMIT, "the names of a customer's tags take more than %u bytes",
                       FL_TEXT_BYTES_MAX);
    if ((!first && !fl_buffer_append(&columns->joined, "|", 1)) ||
        !fl_buffer_append(&columns->joined, name.bytes, name.size))
        return fl_fail_memory(error, columns->joined.size + name.size + 1);
    return FL_OK;
}

/* The names of the tags of one customer, with | between. */
static fl_status join_names(struct fl_tag_columns *columns, const struct fl_tag_summary *summary,
                            const uint32_t *numbers, struct fl_text *text, struct fl_error *error)
{
    const size_t start = columns->joined.size;
    fl_status status = FL_OK;
    for (size_t i = 0; i < summary->count && status == FL_OK; i++)
        status = append_name(columns, start, fl_words_at(columns->names, numbers[summary->from + i]), error);
    text->size = columns->joined.size - start;
    return status;
}

static fl_status fill_customers(struct fl_tag_columns *columns, const struct fl_results *results,
                                struct fl_error *error)
{
    fl_status status = FL_OK;
    columns->joined.size = 0;
    for (size_t row = 0; row < results->count && status == FL_OK; row++) {
        const struct fl_tag_summary *summary = &results->tag_summaries[row];
        columns->points[row] = summary->points;
        columns->no_text[row] = summary->count == 0;
        status = join_names(columns, summary, results->tag_numbers, &columns->texts[row], error);
    }
    /* It grew: only now it stays where it is. */
    const char *at = columns->joined.size == 0 ? "" : (const char *)columns->joined.bytes;
    for (size_t row = 0; row < results->count && status == FL_OK; row++) {
        columns->texts[row].bytes = at;
        at += columns->texts[row].size;
    }
    return status;
}

fl_status fl_tag_columns_fill(struct fl_tag_columns *columns, const struct fl_results *results,
                              struct fl_error *error)
{
    assert(results->count <= FL_TAG_COLUMN_ROWS);
    if (results->tag_summaries != NULL)
        return fill_customers(columns, results, error);
    for (size_t row = 0; row < results->count; row++) {
        if (results->tags != NULL)
            fill_tag(columns, row, &results->tags[row]);
        else
            fill_hit(columns, row, &results->hits[row]);
    }
    return FL_OK;
}

struct fl_column_values fl_tag_columns_values(const struct fl_tag_columns *columns, unsigned kind,
                                              uint16_t id)
{
    const uint16_t text_id = kind == FL_RESULT_TAGS   ? FL_TAGS_FIRST_MESSAGE
                             : kind == FL_RESULT_HITS ? FL_HITS_MESSAGE
                                                      : FL_SCORES_TAGS;
    if (id == text_id)
        return (struct fl_column_values){.as.texts = columns->texts, .nulls = columns->no_text};
    if (kind == FL_SCOPE_CUSTOMER) {
        assert(id == FL_SCORES_TAG_POINTS);
        return (struct fl_column_values){.as.i64 = columns->points};
    }
    assert(id < FL_TAG_COLUMN_IDS);
    return (struct fl_column_values){
        .as.i64 = columns->numbers[id], .wide = true, .nulls = columns->nulls[id]};
}
