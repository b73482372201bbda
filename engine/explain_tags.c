/* explain_tags.c - the tags of one customer, made again: compared with what the run stored, shown. */
#include "engine/explain_tags.h"

#include "engine/explain_evidence.h"
#include "engine/explain_place.h"

fl_status fl_explain_tags_make(struct fl_explain_tags *tags, struct fl_error *error)
{
    if (tags->source == NULL)
        return FL_OK;
    fl_status status = fl_tag_range_open(tags->source, &tags->range, error);
    if (status == FL_OK)
        status = fl_tag_range_make(tags->range, tags->customer, tags->customer, error);
    if (status == FL_OK)
        status = fl_tag_range_tags(tags->range, 0, &tags->list, &tags->count, error);
    for (size_t i = 0; i < tags->count && status == FL_OK; i++)
        tags->points += tags->list[i].points_positive + tags->list[i].points_negative;
    return status;
}

void fl_explain_tags_release(struct fl_explain_tags *tags)
{
    fl_tag_range_close(tags->range);
    tags->range = NULL;
}

static struct fl_text name_of(const struct fl_explain_tags *tags, const struct fl_customer_tag *tag)
{
    return fl_words_at(fl_tag_source_names(tags->source), tag->tag);
}

/* ---- as the run stored them ---- */

/* Whether `text` begins with the name, and then ends or goes on with `|`; it is moved behind. */
static bool takes_name(struct fl_text *text, struct fl_text name)
{
    if (text->size < name.size || memcmp(text->bytes, name.bytes, name.size) != 0 ||
        (text->size > name.size && text->bytes[name.size] != '|'))
        return false;
    const size_t taken = text->size > name.size ? name.size + 1 : name.size;
    *text = (struct fl_text){text->bytes + taken, text->size - taken};
    return true;
}

/* The tag that is on and comes next in the customer's row, behind `last` (NULL: the first). */
static const struct fl_customer_tag *next_of_row(const struct fl_explain_tags *tags,
                                                 const struct fl_customer_tag *last)
{
    const struct fl_customer_tag *best = NULL;
    for (size_t i = 0; i < tags->count; i++) {
        const struct fl_customer_tag *tag = &tags->list[i];
        const bool is_behind = last == NULL || tag->priority < last->priority ||
                               (tag->priority == last->priority && tag->tag > last->tag);
        if (tag->on && is_behind &&
            (best == NULL || tag->priority > best->priority ||
             (tag->priority == best->priority && tag->tag < best->tag)))
            best = tag;
    }
    return best;
}

fl_status fl_explain_tags_check_customer(const struct fl_explain_tags *tags,
                                         const struct fl_stored_rows *customers, struct fl_error *error)
{
    int64_t points = 0;
    if (fl_table_has(customers->table, FL_SCORES_TAG_POINTS) &&
        (!fl_stored_value(customers, FL_SCORES_TAG_POINTS, 0, &points) || points != tags->points))
        return fl_explain_fail_different("customers", "tag_points", error);
    if (!fl_table_has(customers->table, FL_SCORES_TAGS))
        return FL_OK;
    struct fl_text names = fl_stored_text(customers, FL_SCORES_TAGS, 0);
    const struct fl_customer_tag *tag = next_of_row(tags, NULL);
    bool same = (names.bytes == NULL) == (tag == NULL);
    for (; tag != NULL && same; tag = next_of_row(tags, tag))
        same = takes_name(&names, name_of(tags, tag));
    return same && names.size == 0 ? FL_OK : fl_explain_fail_different("customers", "tags", error);
}

/* A number of the table of tags; null when `has` is false. */
struct cell {
    uint16_t id;
    bool has;
    int64_t value;
};

static fl_status compare_cell(const struct fl_stored_rows *stored, size_t row, const struct cell *cell,
                              struct fl_error *error)
{
    const struct fl_schema *schema = fl_table_schema(stored->table);
    int64_t value = 0;
    const bool has = fl_stored_value(stored, cell->id, row, &value);
    if (has == cell->has && (!has || value == cell->value))
        return FL_OK;
    return fl_explain_fail_different("tags", schema->columns[fl_schema_find_id(schema, cell->id)].name,
                                     error);
}

static fl_status compare_row(const struct fl_explain_tags *tags, const struct fl_customer_tag *tag,
                             const struct fl_stored_rows *stored, size_t row, struct fl_error *error)
{
    const struct fl_tag_evidence *first = &tag->first;
    const bool has = tag->has_evidence;
    const struct fl_text message = fl_stored_text(stored, FL_TAGS_FIRST_MESSAGE, row);
    const struct cell cells[] = {{FL_TAGS_SINCE, true, tag->since},
                                 {FL_TAGS_LAST, true, tag->last},
                                 {FL_TAGS_EXPIRES, true, tag->expires},
                                 {FL_TAGS_HITS, true, (int64_t)tag->hits},
                                 {FL_TAGS_PRIORITY, true, tag->priority},
                                 {FL_TAGS_POINTS, true, tag->points_positive + tag->points_negative},
                                 {FL_TAGS_GIVEN, true, tag->given},
                                 {FL_TAGS_FIRST_DAY, has, first->day},
                                 {FL_TAGS_FIRST_SECOND, has && first->second >= 0, first->second},
                                 {FL_TAGS_FIRST_OFFSET, has, first->offset},
                                 {FL_TAGS_FIRST_LENGTH, has, first->size},
                                 {FL_TAGS_FIRST_RULE, has, first->rule}};
    fl_status status = FL_OK;
    if (!fl_text_equal(fl_stored_text(stored, FL_TAGS_TAG, row), name_of(tags, tag)))
        status = fl_explain_fail_different("tags", "tag", error);
    for (size_t i = 0; i < sizeof cells / sizeof cells[0] && status == FL_OK; i++)
        status = compare_cell(stored, row, &cells[i], error);
    if (status == FL_OK &&
        !fl_text_equal(message, has ? first->message : (struct fl_text){.bytes = NULL, .size = 0}))
        status = fl_explain_fail_different("tags", "first_message", error);
    return status;
}

/* The table has those that are on, by name. */
fl_status fl_explain_tags_check(const struct fl_explain_tags *tags, const struct fl_stored_rows *stored,
                                struct fl_error *error)
{
    size_t row = 0;
    fl_status status = FL_OK;
    for (size_t i = 0; i < tags->count && status == FL_OK; i++) {
        if (!tags->list[i].on)
            continue;
        if (row == stored->count)
            break;
        status = compare_row(tags, &tags->list[i], stored, row++, error);
    }
    if (status == FL_OK && row != stored->count)
        status = fl_explain_fail_different("tags", "rows", error);
    return status;
}

/* ---- as people see them ---- */

static fl_status tell_tag(const struct fl_explain_tags *tags, const struct fl_customer_tag *tag,
                          struct fl_arena *arena, struct fl_explain_tag *told, struct fl_error *error)
{
    const struct fl_text name = name_of(tags, tag);
    *told = (struct fl_explain_tag){.tag = fl_arena_copy(arena, name.bytes, name.size),
                                    .on = tag->on,
                                    .given = tag->given,
                                    .since = tag->since,
                                    .last = tag->last,
                                    .expires = tag->expires,
                                    .hits = tag->hits,
                                    .priority = tag->priority,
                                    .points = tag->points_positive + tag->points_negative};
    if (told->tag == NULL)
        return fl_fail_memory(error, name.size);
    return FL_OK;
}

fl_status fl_explain_tags_tell(const struct fl_explain_tags *tags, struct fl_arena *arena,
                               struct fl_explanation *explanation, struct fl_error *error)
{
    struct fl_explain_tag *list = fl_arena_take(arena, (tags->count + 1) * sizeof *list);
    struct fl_explain_evidence *evidence = NULL;
    if (list == NULL)
        return fl_fail_memory(error, (tags->count + 1) * sizeof *list);
    fl_status status =
        tags->count == 0 ? FL_OK : fl_explain_evidence_open(&tags->plan, tags->customer, &evidence, error);
    for (size_t i = 0; i < tags->count && status == FL_OK; i++) {
        const struct fl_customer_tag *tag = &tags->list[i];
        struct fl_explain_tag *told = &list[explanation->tag_count];
        if (!tag->on && tag->points_positive == 0 && tag->points_negative == 0)
            continue;
        status = tell_tag(tags, tag, arena, told, error);
        if (status == FL_OK && tag->has_evidence)
            status = fl_explain_evidence_tell(evidence, &tag->first, arena, &told->first, error);
        explanation->tag_count++;
    }
    fl_explain_evidence_close(evidence);
    explanation->tags = list;
    return status;
}
