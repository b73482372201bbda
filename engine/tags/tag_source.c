/* tag_source.c - the rules made ready, the files, the names and terms of all tags. */
#include "engine/tags/tag_source.h"

#include <stdlib.h>

#include "engine/decay.h"

/* A line of decay takes up to 40 kB and some milliseconds; nobody tells this many half-lives apart. */
enum { HALF_LIVES_MAX = 1000 };

/* ---- names ---- */

/* The list's tags, which are sorted, as words. */
static fl_status add_listed(struct fl_word_union *names, const struct fl_keywords *keywords,
                            struct fl_error *error)
{
    struct fl_buffer bytes = {0};
    uint32_t *offsets = calloc(keywords->tag_count + 1, sizeof *offsets);
    bool added = offsets != NULL;
    for (size_t i = 0; i < keywords->tag_count && added; i++) {
        const struct fl_text name = keywords->tags[i].name;
        added = fl_buffer_append(&bytes, name.bytes, name.size);
        offsets[i + 1] = (uint32_t)bytes.size;
    }
    const fl_status status =
        added ? fl_word_union_add(
                    names, &(struct fl_words){keywords->tag_count, offsets, (const char *)bytes.bytes}, error)
              : fl_fail_memory(error, bytes.size + keywords->tag_count * sizeof *offsets);
    free(offsets);
    fl_buffer_release(&bytes);
    return status;
}

/* Both are sorted, and every tag of the list is among the names. */
static void number_listed(const struct fl_words *names, const struct fl_keywords *keywords, uint32_t *numbers)
{
    uint32_t number = 0;
    for (size_t i = 0; i < keywords->tag_count; i++) {
        while (!fl_text_equal(fl_words_at(names, number), keywords->tags[i].name))
            number++;
        numbers[i] = number;
    }
}

/* ---- terms ---- */

static int compare_half_lives(const void *a, const void *b)
{
    return (*(const int32_t *)a > *(const int32_t *)b) - (*(const int32_t *)a < *(const int32_t *)b);
}

/* Those of tags with points, rising, each once; room for one of each tag. */
static size_t list_half_lives(const struct fl_keywords *keywords, int32_t *half_lives)
{
    size_t count = 0, distinct = 0;
    for (size_t i = 0; i < keywords->tag_count; i++) {
        if (keywords->tags[i].points_milli != 0)
            half_lives[count++] = (int32_t)keywords->tags[i].half_life_milli;
    }
    qsort(half_lives, count, sizeof *half_lives, compare_half_lives);
    for (size_t i = 0; i < count; i++) {
        if (distinct == 0 || half_lives[i] != half_lives[distinct - 1])
            half_lives[distinct++] = half_lives[i];
    }
    return distinct;
}

static void fill_terms(struct fl_tag_source *source, const int32_t *half_lives, size_t count)
{
    const struct fl_keywords *keywords = &source->plan.model->keywords;
    const int32_t horizon_days = source->plan.model->settings.horizon_days;
    const size_t ages = (size_t)horizon_days + 1;
    for (size_t i = 0; i < source->names.words.count; i++)
        source->terms[i] =
            (struct fl_tag_terms){.hits = 1, .days = 1, .expiry_days = 180, .horizon_days = horizon_days};
    for (size_t i = 0; i < count; i++)
        fl_decay_line(half_lives[i], (uint32_t)ages, source->decay + i * ages);
    for (size_t i = 0; i < keywords->tag_count; i++) {
        const struct fl_keyword_tag *tag = &keywords->tags[i];
        struct fl_tag_terms *terms = &source->terms[source->numbers[i]];
        terms->hits = tag->hits;
        terms->days = tag->days;
        terms->expiry_days = tag->expiry_days;
        terms->priority = tag->priority;
        terms->points_micro = tag->points_milli * 1000;
        if (tag->points_milli == 0)
            continue;
        const int32_t half_life = (int32_t)tag->half_life_milli;
        const int32_t *found = bsearch(&half_life, half_lives, count, sizeof *half_lives, compare_half_lives);
        terms->decay = source->decay + (size_t)(found - half_lives) * ages;
    }
}

static fl_status make_terms(struct fl_tag_source *source, struct fl_error *error)
{
    const struct fl_keywords *keywords = &source->plan.model->keywords;
    const size_t ages = (size_t)source->plan.model->settings.horizon_days + 1;
    int32_t *half_lives = malloc((keywords->tag_count + 1) * sizeof *half_lives);
    if (half_lives == NULL)
        return fl_fail_memory(error, keywords->tag_count * sizeof *half_lives);
    const size_t count = list_half_lives(keywords, half_lives);
    fl_status status = FL_OK;
    if (count > HALF_LIVES_MAX)
        status = fl_fail(error, FL_LIMIT,
                         "keywords.csv: tags with points have %zu different half-lives, at most %d", count,
                         HALF_LIVES_MAX);
    else {
        source->numbers = malloc((keywords->tag_count + 1) * sizeof *source->numbers);
        source->terms = malloc((source->names.words.count + 1) * sizeof *source->terms);
        source->decay = malloc((count * ages + 1) * sizeof *source->decay);
        if (source->numbers == NULL || source->terms == NULL || source->decay == NULL)
            status = fl_fail_memory(error, count * ages * sizeof *source->decay);
    }
    if (status == FL_OK) {
        number_listed(&source->names.words, keywords, source->numbers);
        fill_terms(source, half_lives, count);
    }
    free(half_lives);
    return status;
}

/* ---- all of it ---- */

static fl_status open_parts(struct fl_tag_source *source, struct fl_error *error)
{
    const struct fl_tag_source_plan *plan = &source->plan;
    const struct fl_model *model = plan->model;
    fl_status status = add_listed(&source->names, &model->keywords, error);
    if (status == FL_OK)
        status = fl_given_tags_open(plan->folder, plan->io_mode, &source->names, &source->given, error);
    if (status == FL_OK && model->keywords.rule_count > 0)
        status = fl_message_files_open(plan->folder, plan->io_mode, &source->files, error);
    if (status == FL_OK)
        status = make_terms(source, error);
    if (status == FL_OK && source->files.list.count > 0)
        status = fl_tag_rules_compile(&model->keywords, model->fold, &source->rules, error);
    return status;
}

fl_status fl_tag_source_open(const struct fl_tag_source_plan *plan, struct fl_tag_source **source,
                             struct fl_error *error)
{
    *source = NULL;
    struct fl_tag_source *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    opened->plan = *plan;
    opened->nights = (struct fl_tag_nights){plan->as_of_day, (uint32_t)plan->night_count, plan->view};
    const fl_status status = open_parts(opened, error);
    if (status == FL_OK && (opened->files.list.count > 0 || opened->given.list.count > 0))
        *source = opened;
    else
        fl_tag_source_close(opened);
    return status;
}

void fl_tag_source_close(struct fl_tag_source *source)
{
    if (source == NULL)
        return;
    fl_tag_rules_free(source->rules);
    fl_message_files_release(&source->files);
    fl_given_tags_release(&source->given);
    fl_word_union_release(&source->names);
    free(source->numbers);
    free(source->terms);
    free(source->decay);
    free(source);
}

const struct fl_words *fl_tag_source_names(const struct fl_tag_source *source)
{
    return &source->names.words;
}
