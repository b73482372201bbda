/* pattern_program.c - trees as steps, and where each step can lead to from each byte of a text. */
#include "engine/tags/patterns/pattern_program.h"

#include <assert.h>

#include "engine/tags/fold_tables.h"
#include "engine/tags/letters.h"

/* ---- made ---- */

static struct fl_pattern_step *emit(struct fl_pattern_program *program, enum fl_pattern_step_kind kind)
{
    struct fl_pattern_step *step = &program->steps[program->count++];
    step->kind = kind;
    return step;
}

static void emit_node(struct fl_pattern_program *program, const struct fl_pattern_node *node);

static void emit_alternatives(struct fl_pattern_program *program, const struct fl_pattern_node *node)
{
    uint32_t open_jumps =
        0; /* a list of jumps to the end: each one's target is the one before, until it is known */
    for (const struct fl_pattern_node *part = node->first; part != NULL; part = part->next) {
        if (part->next == NULL) {
            emit_node(program, part);
            break;
        }
        struct fl_pattern_step *split = emit(program, FL_STEP_SPLIT);
        emit_node(program, part);
        struct fl_pattern_step *jump = emit(program, FL_STEP_JUMP);
        jump->target = open_jumps;
        open_jumps = program->count - 1;
        split->target = program->count;
    }
    while (open_jumps != 0) {
        struct fl_pattern_step *jump = &program->steps[open_jumps];
        open_jumps = jump->target;
        jump->target = program->count;
    }
}

static void emit_repeat(struct fl_pattern_program *program, const struct fl_pattern_node *node)
{
    for (uint32_t i = 0; i < node->least; i++)
        emit_node(program, node->first);
    if (node->most == FL_PATTERN_UNBOUNDED) {
        const uint32_t head = program->count;
        struct fl_pattern_step *split = emit(program, FL_STEP_SPLIT);
        emit_node(program, node->first);
        emit(program, FL_STEP_JUMP)->target = head;
        split->target = program->count;
        program->has_loop = true;
        return;
    }
    const uint32_t optional = node->most - node->least;
    const uint32_t end = program->count + optional * (node->first->steps + 1);
    for (uint32_t i = 0; i < optional; i++) {
        emit(program, FL_STEP_SPLIT)->target = end;
        emit_node(program, node->first);
    }
    assert(program->count == end);
}

static void emit_node(struct fl_pattern_program *program, const struct fl_pattern_node *node)
{
    const uint32_t begin = program->count;
    switch (node->kind) {
    case FL_PATTERN_SET:
        emit(program, FL_STEP_SET)->set = node->set;
        break;
    case FL_PATTERN_BOUNDARY:
        emit(program, FL_STEP_BOUNDARY)->negated = node->negated;
        break;
    case FL_PATTERN_SEQUENCE:
        for (const struct fl_pattern_node *part = node->first; part != NULL; part = part->next)
            emit_node(program, part);
        break;
    case FL_PATTERN_ALTERNATIVES:
        emit_alternatives(program, node);
        break;
    case FL_PATTERN_REPEAT:
        emit_repeat(program, node);
        break;
    }
    assert(program->count == begin + node->steps);
    (void)begin;
}

bool fl_pattern_program_make(const struct fl_pattern_node *root, struct fl_arena *arena,
                             struct fl_pattern_program *program)
{
    const size_t steps = root->steps + 1u;
    *program = (struct fl_pattern_program){.steps = fl_arena_take(arena, steps * sizeof *program->steps)};
    if (program->steps == NULL)
        return false;
    emit_node(program, root);
    emit(program, FL_STEP_END);
    return true;
}

/* ---- run ---- */

struct place {
    uint32_t at;        /* byte */
    uint32_t character; /* that begins there */
    bool is_boundary;
};

/* ends[step]: one more than the furthest byte before which the expression can end if it is at `step` here; 0:
 * it cannot. `after`: the same for the next character. A step leads to later ones, so the last comes first;
 * but for the jump back to the head of a loop, whose value is then still missing. It is missing to steps
 * within the loop alone, never to the head: what the head gains by going round on no character is itself. As
 * no loop lies within another, a second time all is there. */
static void fill(const struct fl_pattern_program *program, const struct fl_fold *fold, struct place place,
                 const uint32_t *after, uint32_t *ends)
{
    for (uint32_t i = program->count; i-- > 0;) {
        const struct fl_pattern_step *step = &program->steps[i];
        switch (step->kind) {
        case FL_STEP_SET:
            ends[i] =
                after[i + 1] != 0 && fl_pattern_set_has(step->set, fold, place.character) ? after[i + 1] : 0;
            break;
        case FL_STEP_BOUNDARY:
            ends[i] = place.is_boundary != step->negated ? ends[i + 1] : 0;
            break;
        case FL_STEP_SPLIT:
            ends[i] = ends[i + 1] > ends[step->target] ? ends[i + 1] : ends[step->target];
            break;
        case FL_STEP_JUMP:
            ends[i] = ends[step->target];
            break;
        case FL_STEP_END:
            ends[i] = place.at + 1;
            break;
        }
    }
}

/* The byte where the character before byte `at` begins. */
static size_t begin_before(struct fl_text text, size_t at)
{
    do
        at--;
    while (at > 0 && ((unsigned char)text.bytes[at] & 0xC0) == 0x80);
    return at;
}

bool fl_pattern_program_run(const struct fl_pattern_program *program, const struct fl_fold *fold,
                            struct fl_text text, struct fl_pattern_tables *tables)
{
    assert(text.size < UINT32_MAX);
    const size_t list_bytes = program->count * sizeof(uint32_t);
    if (!fl_buffer_reserve(&tables->longest, text.size * sizeof(uint32_t)) ||
        !fl_buffer_reserve(&tables->ends, 2 * list_bytes))
        return false;
    uint32_t *longest = (uint32_t *)tables->longest.bytes;
    uint32_t *ends = (uint32_t *)tables->ends.bytes, *after = ends + program->count;
    memset(longest, 0, text.size * sizeof *longest); /* within characters no place begins */
    memset(after, 0, list_bytes);
    struct place place = {.at = (uint32_t)text.size}; /* behind the last character; there is none to take */
    bool is_letter = false;
    for (;;) {
        const bool is_letter_before = fl_letter_before(fold, text, place.at) != FL_LETTER_NONE;
        place.is_boundary = is_letter != is_letter_before;
        memset(ends, 0, list_bytes);
        fill(program, fold, place, after, ends);
        if (program->has_loop)
            fill(program, fold, place, after, ends);
        if (ends[0] > place.at + 1)
            longest[place.at] = ends[0] - 1;
        if (place.at == 0)
            return true;
        uint32_t *const filled = ends;
        ends = after;
        after = filled;
        is_letter = is_letter_before;
        place.at = (uint32_t)begin_before(text, place.at);
        (void)fl_fold_read(text, place.at, &place.character);
    }
}

void fl_pattern_tables_release(struct fl_pattern_tables *tables)
{
    fl_buffer_release(&tables->longest);
    fl_buffer_release(&tables->ends);
}
