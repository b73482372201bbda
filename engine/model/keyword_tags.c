/* keyword_tags.c - the tags of a keyword list while it is read. */
#include "engine/model/keyword_tags.h"

#include <stdlib.h>

#include "engine/model/keyword_cells.h"
#include "engine/model/registry.h"

/* What a tag is unless one of its lines says otherwise, and how far that may go. */
#define SETTING(column) [FL_KEYWORD_##column - FL_KEYWORD_HITS]
static const struct setting_range {
    int64_t standard, min, max;
    bool in_thousandths;
} setting_ranges[FL_KEYWORD_SETTINGS] = {
    SETTING(HITS) = {1, 1, FL_KEYWORD_HITS_MAX, false},
    SETTING(DAYS) = {1, 1, FL_KEYWORD_DAYS_MAX, false},
    SETTING(EXPIRY_DAYS) = {180, 1, FL_KEYWORD_DAYS_MAX, false},
    SETTING(PRIORITY) = {0, -FL_KEYWORD_PRIORITY_MAX, FL_KEYWORD_PRIORITY_MAX, false},
    SETTING(POINTS) = {0, -FL_WEIGHT_MILLI_MAX, FL_WEIGHT_MILLI_MAX, true},
    SETTING(HALF_LIFE_DAYS) = {30000, 1, FL_HALF_LIFE_MILLI_MAX, true},
};
#undef SETTING

fl_status fl_keyword_tags_init(struct fl_keyword_tags *tags, struct fl_arena *arena, struct fl_error *error)
{
    *tags = (struct fl_keyword_tags){.arena = arena, .numbers = fl_names_create()};
    return tags->numbers == NULL ? fl_fail_memory(error, sizeof *tags) : FL_OK;
}

void fl_keyword_tags_release(struct fl_keyword_tags *tags)
{
    fl_names_free(tags->numbers);
    fl_buffer_release(&tags->lines);
    *tags = (struct fl_keyword_tags){0};
}

static struct fl_tag_lines *lines_of(const struct fl_keyword_tags *tags)
{
    return (struct fl_tag_lines *)(void *)tags->lines.bytes;
}

size_t fl_keyword_tags_count(const struct fl_keyword_tags *tags)
{
    return tags->lines.size / sizeof(struct fl_tag_lines);
}

/* ---- names ---- */

static fl_status check_name(const struct fl_model_csv *csv, struct fl_cell_piece name, struct fl_error *error)
{
    if (name.text.size == 0)
        return fl_model_csv_fail(csv, FL_KEYWORD_TAG, error, "the tag is missing: each line names one");
    if (name.text.size > FL_KEYWORD_TAG_BYTES_MAX)
        return fl_model_csv_fail(csv, FL_KEYWORD_TAG, error, "a tag of %zu bytes, at most %d", name.text.size,
                                 FL_KEYWORD_TAG_BYTES_MAX);
    for (size_t i = 0; i < name.text.size; i++) {
        const uint8_t byte = (uint8_t)name.text.bytes[i];
        if (byte < 0x20 || byte == 0x7f || byte == '|')
            return fl_model_csv_fail_within(csv, FL_KEYWORD_TAG, name.offset + i, error,
                                            "a tag has no `|` and no control characters: those of a customer "
                                            "are written with `|` between");
    }
    return FL_OK;
}

fl_status fl_keyword_tags_find(struct fl_keyword_tags *tags, const struct fl_model_csv *csv, uint32_t *number,
                               struct fl_error *error)
{
    const struct fl_cell_piece piece = fl_cell_trim(fl_model_csv_text(csv, FL_KEYWORD_TAG));
    const struct fl_text name = piece.text;
    const fl_status status = check_name(csv, piece, error);
    int64_t found = 0;
    if (status != FL_OK)
        return status;
    if (fl_names_find(tags->numbers, name, &found)) {
        *number = (uint32_t)found;
        return FL_OK;
    }
    *number = (uint32_t)fl_keyword_tags_count(tags);
    if (*number == FL_KEYWORD_TAGS_MAX)
        return fl_model_csv_fail(csv, FL_KEYWORD_TAG, error, "more than %d tags", FL_KEYWORD_TAGS_MAX);
    const struct fl_tag_lines tag = {.name = {fl_arena_copy(tags->arena, name.bytes, name.size), name.size},
                                     .first_line = (uint32_t)csv->record.line};
    if (tag.name.bytes == NULL || !fl_names_add(tags->numbers, name, *number) ||
        !fl_buffer_append(&tags->lines, &tag, sizeof tag))
        return fl_fail_memory(error, name.size);
    return FL_OK;
}

/* ---- settings ---- */

static fl_status read_value(const struct fl_model_csv *csv, int column, const struct setting_range *range,
                            int64_t *value, struct fl_error *error)
{
    if (range->in_thousandths)
        return fl_model_csv_thousandths(csv, column, range->min, range->max, value, error);
    return fl_model_csv_integer(csv, column, range->min, range->max, value, error);
}

static fl_status set(const struct fl_model_csv *csv, int index, struct fl_tag_setting *setting,
                     struct fl_error *error)
{
    const int column = FL_KEYWORD_HITS + index;
    const struct setting_range *range = &setting_ranges[index];
    int64_t value = 0;
    if (fl_model_csv_text(csv, column).size == 0)
        return FL_OK;
    const fl_status status = read_value(csv, column, range, &value, error);
    if (status != FL_OK)
        return status;
    if (setting->line == 0) {
        struct fl_model_csv_walk walk = {0};
        *setting = (struct fl_tag_setting){value, (uint32_t)csv->record.line,
                                           fl_model_csv_place(csv, column, 0, &walk)};
    }
    if (setting->value == value)
        return FL_OK;
    char other[48];
    fl_decimal_format_short(setting->value, range->in_thousandths ? 3 : 0, '.', other);
    return fl_model_csv_fail(csv, column, error,
                             "line %u sets %s of this tag to %s: it belongs to the tag, so write it in one "
                             "line, or the same in each",
                             setting->line, csv->wanted[column], other);
}

fl_status fl_keyword_tags_set(struct fl_keyword_tags *tags, const struct fl_model_csv *csv, uint32_t number,
                              struct fl_error *error)
{
    struct fl_tag_lines *tag = &lines_of(tags)[number];
    fl_status status = FL_OK;
    for (int index = 0; index < FL_KEYWORD_SETTINGS && status == FL_OK; index++)
        status = set(csv, index, &tag->settings[index], error);
    return status;
}

static const struct fl_tag_setting *said(const struct fl_tag_lines *tag, enum fl_keyword_column column)
{
    return &tag->settings[column - FL_KEYWORD_HITS];
}

static int64_t value_of(const struct fl_tag_lines *tag, enum fl_keyword_column column)
{
    const struct fl_tag_setting *setting = said(tag, column);
    return setting->line == 0 ? setting_ranges[column - FL_KEYWORD_HITS].standard : setting->value;
}

/* ---- all lines ---- */

/* The place is that of `days`, or, when only the expiry is said, of the expiry. */
fl_status fl_keyword_tags_check(const struct fl_keyword_tags *tags, const struct fl_model_csv *csv,
                                uint32_t number, struct fl_error *error)
{
    const struct fl_tag_lines *tag = &lines_of(tags)[number];
    const int64_t days = value_of(tag, FL_KEYWORD_DAYS), expiry_days = value_of(tag, FL_KEYWORD_EXPIRY_DAYS);
    if (days <= expiry_days)
        return FL_OK;
    const enum fl_keyword_column column =
        said(tag, FL_KEYWORD_DAYS)->line != 0 ? FL_KEYWORD_DAYS : FL_KEYWORD_EXPIRY_DAYS;
    fl_fail(error, FL_BAD_MODEL,
            "days %lld of tag `%.*s` is above its expiry_days %lld: hits would be counted over more days "
            "than the tag lasts",
            (long long)days, (int)tag->name.size, tag->name.bytes, (long long)expiry_days);
    fl_error_at_path(error, csv->shown_path);
    fl_error_at_line(error, said(tag, column)->line, said(tag, column)->column);
    fl_error_at_block(error, -1, csv->wanted[column]);
    return FL_BAD_MODEL;
}

static int by_name(const void *a, const void *b, void *context)
{
    const struct fl_tag_lines *tags = context;
    return fl_text_compare(tags[*(const uint32_t *)a].name, tags[*(const uint32_t *)b].name);
}

static struct fl_keyword_tag tag_of(const struct fl_tag_lines *lines)
{
    return (struct fl_keyword_tag){
        .name = lines->name,
        .hits = (uint32_t)value_of(lines, FL_KEYWORD_HITS),
        .days = (uint32_t)value_of(lines, FL_KEYWORD_DAYS),
        .expiry_days = (uint32_t)value_of(lines, FL_KEYWORD_EXPIRY_DAYS),
        .priority = (int32_t)value_of(lines, FL_KEYWORD_PRIORITY),
        .points_milli = value_of(lines, FL_KEYWORD_POINTS),
        .half_life_milli = value_of(lines, FL_KEYWORD_HALF_LIFE_DAYS),
        .first_line = lines->first_line,
    };
}

fl_status fl_keyword_tags_finish(const struct fl_keyword_tags *tags, struct fl_keywords *keywords,
                                 const uint32_t **rank_of, struct fl_error *error)
{
    const size_t count = fl_keyword_tags_count(tags);
    uint32_t *order = fl_arena_take(tags->arena, count * sizeof *order);
    uint32_t *ranks = fl_arena_take(tags->arena, count * sizeof *ranks);
    keywords->tags = fl_arena_take(tags->arena, count * sizeof *keywords->tags);
    if (order == NULL || ranks == NULL || keywords->tags == NULL)
        return fl_fail_memory(error, count * sizeof *keywords->tags);
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    qsort_r(order, count, sizeof *order, by_name, tags->lines.bytes);
    for (uint32_t rank = 0; rank < count; rank++) {
        ranks[order[rank]] = rank;
        keywords->tags[rank] = tag_of(&lines_of(tags)[order[rank]]);
    }
    keywords->tag_count = count;
    *rank_of = ranks;
    return FL_OK;
}
