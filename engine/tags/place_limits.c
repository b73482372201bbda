/* place_limits.c - of which words enough places were found in a message. */
#include "engine/tags/place_limits.h"

#include <stdlib.h>

/* What all words of the literal ask for that are not over; FL_CLOSED: all are. */
static uint8_t closed_of(const struct fl_place_limits *limits, uint32_t literal)
{
    const struct fl_literal_forms *forms = &limits->index->literals[literal];
    uint8_t closed = FL_CLOSED | FL_CLOSED_LEFT | FL_CLOSED_RIGHT;
    for (uint32_t i = 0; i < forms->form_count; i++) {
        const struct fl_word_form *form = &limits->index->forms[forms->first_form + i];
        if (!fl_place_limits_over(limits, form->word))
            closed &= (uint8_t)((form->bound_left ? FL_CLOSED_LEFT : 0) |
                                (form->bound_right ? FL_CLOSED_RIGHT : 0));
    }
    return closed;
}

fl_status fl_place_limits_create(struct fl_place_limits *limits, const struct fl_rule_index *index,
                                 struct fl_error *error)
{
    const size_t words = index->keywords->word_count, literals = index->keywords->literal_count;
    *limits = (struct fl_place_limits){.index = index,
                                       .words = calloc(words + 1, sizeof *limits->words),
                                       .closed = malloc(literals + 1),
                                       .changed = malloc((words + 1) * sizeof *limits->changed),
                                       .message = 1};
    if (limits->words == NULL || limits->closed == NULL || limits->changed == NULL) {
        fl_place_limits_release(limits);
        return fl_fail_memory(error, (words + 1) * sizeof *limits->words);
    }
    for (uint32_t literal = 0; literal < literals; literal++)
        limits->closed[literal] = closed_of(limits, literal);
    return FL_OK;
}

void fl_place_limits_release(struct fl_place_limits *limits)
{
    free(limits->words);
    free(limits->closed);
    free(limits->changed);
    *limits = (struct fl_place_limits){0};
}

void fl_place_limits_begin(struct fl_place_limits *limits)
{
    limits->message++;
    for (size_t i = 0; i < limits->changed_count; i++)
        limits->closed[limits->changed[i]] = closed_of(limits, limits->changed[i]);
    limits->changed_count = 0;
}

bool fl_place_limits_take(struct fl_place_limits *limits, uint32_t literal, uint32_t word, uint32_t offset)
{
    struct fl_word_limit *limit = &limits->words[word];
    if (limit->message != limits->message)
        *limit = (struct fl_word_limit){.message = limits->message};
    if (fl_place_count_take(&limit->count, offset))
        return true;
    if (!limit->is_over) {
        limit->is_over = true;
        limits->closed[literal] = closed_of(limits, literal);
        limits->changed[limits->changed_count++] = literal; /* a word is over once: there is room for all */
    }
    return false;
}
