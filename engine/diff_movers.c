/* diff_movers.c - the rows that moved: all of them as movers.csv, the largest as a sample. */
#include "engine/diff_movers.h"

#include <stdio.h>
#include <stdlib.h>

#include "formats/base/publish_stage.h"

/* A mover of the sample, with texts of its own. */
struct sampled {
    struct fl_diff_move move;
    char *customer_id, *word, *crossed;
};

struct fl_diff_movers {
    const struct fl_diff_plan *plan;
    struct fl_diff *diff;
    const char *word_column;
    struct fl_stage *stage; /* NULL: no file is wanted */
    struct fl_output *output;
    struct fl_buffer line;
    struct sampled *sample; /* sorted, the largest first */
    size_t count;
};

/* ---- movers.csv ---- */

static bool put(struct fl_buffer *line, struct fl_text text)
{
    return fl_buffer_append(line, text.bytes, text.size);
}

static bool put_number(struct fl_buffer *line, bool there, int64_t number)
{
    char text[24] = ",";
    if (there)
        (void)snprintf(text + 1, sizeof text - 1, "%lld", (long long)number);
    return put(line, fl_text_of(text));
}

/* A cell behind a comma, in quotes where it needs them. */
static bool put_text(struct fl_buffer *line, struct fl_text text)
{
    bool plain = true;
    for (size_t i = 0; i < text.size && plain; i++)
        plain = strchr(",\"\r\n", text.bytes[i]) == NULL;
    if (!fl_buffer_append(line, ",", 1))
        return false;
    if (plain)
        return text.size == 0 || put(line, text);
    bool done = fl_buffer_append(line, "\"", 1);
    for (size_t i = 0; i < text.size && done; i++)
        done = (text.bytes[i] != '"' || fl_buffer_append(line, "\"", 1)) &&
               fl_buffer_append(line, text.bytes + i, 1);
    return done && fl_buffer_append(line, "\"", 1);
}

static bool put_column(struct fl_buffer *line, const char *stem, unsigned cause)
{
    return put(line, fl_text_of(stem)) && put(line, fl_text_of(fl_diff_cause_word(cause)));
}

static bool put_head(struct fl_diff_movers *movers)
{
    struct fl_buffer *line = &movers->line;
    bool done = put(line, fl_text_of("customer,customer_id"));
    if (movers->word_column != NULL)
        done = done && put_text(line, fl_text_of(movers->word_column));
    done =
        done && put(line, fl_text_of(",runs,engagement_before,engagement_after,engagement_change,raw_before,"
                                     "raw_after,raw_change,crossed"));
    for (unsigned cause = 0; cause < FL_DIFF_CAUSES && movers->diff->has_effects; cause++)
        done = done && put_column(line, ",raw_by_", cause) && put_column(line, ",engagement_by_", cause);
    return done && fl_buffer_append(line, "\n", 1);
}

static bool put_move(struct fl_diff_movers *movers, const struct fl_diff_move *move)
{
    struct fl_buffer *line = &movers->line;
    char key[24];
    const bool both = move->in[0] && move->in[1];
    (void)snprintf(key, sizeof key, "%lld", (long long)move->customer);
    bool done = put(line, fl_text_of(key)) && put_text(line, move->customer_id);
    if (movers->word_column != NULL)
        done = done && put_text(line, move->word);
    done = done &&
           put(line, fl_text_of(both          ? ",both"
                                : move->in[0] ? ",a"
                                              : ",b")) &&
           put_number(line, move->in[0], move->engagement[0]) &&
           put_number(line, move->in[1], move->engagement[1]) &&
           put_number(line, both, move->engagement[1] - move->engagement[0]) &&
           put_number(line, move->in[0], move->raw[0]) && put_number(line, move->in[1], move->raw[1]) &&
           put_number(line, both, move->raw[1] - move->raw[0]) && put_text(line, move->crossed);
    for (unsigned cause = 0; cause < FL_DIFF_CAUSES && movers->diff->has_effects; cause++)
        done = done && put_number(line, true, move->effects[cause]) &&
               put_number(line, true, move->engagement_effects[cause]);
    return done && fl_buffer_append(line, "\n", 1);
}

static fl_status write_line(struct fl_diff_movers *movers, bool done, struct fl_error *error)
{
    const fl_status status =
        done ? fl_output_write(movers->output, movers->line.bytes, movers->line.size, error)
             : fl_fail_memory(error, movers->line.size);
    movers->line.size = 0;
    return status;
}

fl_status fl_diff_movers_create(const struct fl_diff_plan *plan, struct fl_diff *diff,
                                const char *word_column, struct fl_diff_movers **movers,
                                struct fl_error *error)
{
    *movers = NULL;
    struct fl_diff_movers *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    *made = (struct fl_diff_movers){.plan = plan,
                                    .diff = diff,
                                    .word_column = word_column,
                                    .sample = calloc(plan->sample + 1, sizeof *made->sample)};
    fl_status status =
        made->sample == NULL ? fl_fail_memory(error, (plan->sample + 1) * sizeof *made->sample) : FL_OK;
    if (status == FL_OK && plan->out != NULL)
        status = fl_stage_create(plan->io, plan->out, &made->stage, error);
    if (status == FL_OK && plan->out != NULL)
        status = fl_output_create(plan->io, fl_stage_directory(made->stage), &made->output, error);
    if (status == FL_OK && plan->out != NULL)
        status = write_line(made, put_head(made), error);
    if (status == FL_OK)
        *movers = made;
    else
        fl_diff_movers_free(made);
    return status;
}

/* ---- the sample ---- */

static int size_of_change(const struct fl_diff_move *move)
{
    return abs(move->engagement[1] - move->engagement[0]);
}

static uint64_t size_of_raw_change(const struct fl_diff_move *move)
{
    return move->raw[1] > move->raw[0] ? (uint64_t)move->raw[1] - (uint64_t)move->raw[0]
                                       : (uint64_t)move->raw[0] - (uint64_t)move->raw[1];
}

/* Rows come by rising key, so of equal ones the first stays in front. */
static bool is_larger(const struct fl_diff_move *move, const struct fl_diff_move *than)
{
    if (size_of_change(move) != size_of_change(than))
        return size_of_change(move) > size_of_change(than);
    return size_of_raw_change(move) > size_of_raw_change(than);
}

static void release_sampled(struct sampled *sampled)
{
    free(sampled->customer_id);
    free(sampled->word);
    free(sampled->crossed);
    *sampled = (struct sampled){0};
}

static char *copy_of(struct fl_text text)
{
    return text.bytes == NULL ? NULL : strndup(text.bytes, text.size);
}

/* The list has one place more than is wanted: a row is put in, then the last one falls out. */
static fl_status sample_move(struct fl_diff_movers *movers, const struct fl_diff_move *move,
                             struct fl_error *error)
{
    size_t at = movers->count;
    while (at > 0 && is_larger(move, &movers->sample[at - 1].move))
        at--;
    if (at == movers->plan->sample)
        return FL_OK;
    memmove(&movers->sample[at + 1], &movers->sample[at], (movers->count - at) * sizeof *movers->sample);
    movers->sample[at] =
        (struct sampled){*move, copy_of(move->customer_id), copy_of(move->word), copy_of(move->crossed)};
    if (++movers->count > movers->plan->sample)
        release_sampled(&movers->sample[--movers->count]);
    const struct sampled *put_in = &movers->sample[at];
    if ((put_in->customer_id == NULL && move->customer_id.bytes != NULL) ||
        (put_in->word == NULL && move->word.bytes != NULL) ||
        (put_in->crossed == NULL && move->crossed.bytes != NULL))
        return fl_fail_memory(error, move->crossed.size);
    return FL_OK;
}

fl_status fl_diff_movers_add(struct fl_diff_movers *movers, const struct fl_diff_move *move,
                             struct fl_error *error)
{
    fl_status status = FL_OK;
    movers->diff->listed++;
    if (movers->output != NULL)
        status = write_line(movers, put_move(movers, move), error);
    if (status == FL_OK && move->in[0] && move->in[1])
        status = sample_move(movers, move, error);
    return status;
}

/* ---- the end ---- */

fl_status fl_diff_movers_publish(struct fl_diff_movers *movers, struct fl_error *error)
{
    struct fl_output *output = movers->output;
    if (output == NULL)
        return FL_OK;
    movers->output = NULL; /* commit lets go of it in every case */
    fl_status status = fl_output_commit(output, "movers.csv", error);
    if (status != FL_OK)
        return status;
    struct fl_stage *stage = movers->stage;
    movers->stage = NULL;
    return fl_stage_commit(stage, &movers->diff->already_there, error);
}

static const char *keep(struct fl_arena *arena, const char *text, bool *kept)
{
    const char *copy = text == NULL ? NULL : fl_arena_copy(arena, text, strlen(text));
    *kept = *kept && (text == NULL || copy != NULL);
    return copy;
}

fl_status fl_diff_movers_tell(const struct fl_diff_movers *movers, struct fl_arena *arena,
                              struct fl_error *error)
{
    struct fl_diff *diff = movers->diff;
    diff->movers = fl_arena_take(arena, (movers->count + 1) * sizeof *diff->movers);
    bool kept = diff->movers != NULL;
    for (size_t i = 0; i < movers->count && kept; i++) {
        const struct sampled *sampled = &movers->sample[i];
        const struct fl_diff_move *move = &sampled->move;
        struct fl_diff_mover *mover = &diff->movers[diff->mover_count++];
        *mover = (struct fl_diff_mover){.customer = move->customer,
                                        .customer_id = keep(arena, sampled->customer_id, &kept),
                                        .word = keep(arena, sampled->word, &kept),
                                        .engagement = {move->engagement[0], move->engagement[1]},
                                        .raw = {move->raw[0], move->raw[1]},
                                        .crossed = keep(arena, sampled->crossed, &kept)};
        memcpy(mover->effects, move->effects, sizeof mover->effects);
        memcpy(mover->engagement_effects, move->engagement_effects, sizeof mover->engagement_effects);
    }
    return kept ? FL_OK : fl_fail_memory(error, movers->count * sizeof *diff->movers);
}

void fl_diff_movers_free(struct fl_diff_movers *movers)
{
    if (movers == NULL)
        return;
    fl_output_abort(movers->output);
    fl_stage_abort(movers->stage);
    for (size_t i = 0; i < movers->count && movers->sample != NULL; i++)
        release_sampled(&movers->sample[i]);
    free(movers->sample);
    fl_buffer_release(&movers->line);
    free(movers);
}
