/* joined_lines.c - the folded lines of a text, many at a time. */
#include "engine/tags/joined_lines.h"

#include "engine/kernels/fold_kernels.h"
#include "engine/tags/joined_texts.h"

/* Lines whose folded form begins at byte `from` of `bytes`, at byte `at` of the text. Either byte gives byte
 * in all of them, or it is one line. */
struct run {
    uint32_t from;
    bool same_places;
    size_t at;
};

static const struct run *run_at(const struct fl_joined_lines *lines, size_t index)
{
    return (const struct run *)(const void *)lines->runs.bytes + index;
}

static size_t run_count(const struct fl_joined_lines *lines)
{
    return lines->runs.size / sizeof(struct run);
}

void fl_joined_lines_begin(struct fl_joined_lines *lines, struct fl_text text, uint8_t speakers)
{
    lines->text = text;
    lines->speakers = speakers;
    lines->taken = 0;
    lines->passed = 0;
}

/* ---- where lines end ----
 *
 * Places in the marks are FIRST_PLACE above those in the bytes: the '\n' in front of the first line is the
 * last of block 0, so that the blocks of that line's text, when it is copied, are blocks of marks. */

enum { BLOCK = FL_MARKED_BLOCK, FIRST_PLACE = BLOCK - 1 };

static struct fl_line_marks marks_of(const struct fl_joined_lines *lines)
{
    return (struct fl_line_marks){(uint64_t *)(void *)lines->ends.bytes,
                                  (uint32_t *)(void *)lines->before.bytes};
}

/* Those from block k on. */
static struct fl_line_marks marks_from(const struct fl_joined_lines *lines, size_t k)
{
    const struct fl_line_marks marks = marks_of(lines);
    return (struct fl_line_marks){marks.ends + k, marks.before + k};
}

/* How many '\n' there are in front of a byte of this part. */
static uint32_t ended_before(const struct fl_joined_lines *lines, uint32_t byte)
{
    const struct fl_line_marks marks = marks_of(lines);
    const uint32_t place = byte + FIRST_PLACE;
    const uint64_t below = (UINT64_C(1) << place % BLOCK) - 1;
    return marks.before[place / BLOCK] + (uint32_t)__builtin_popcountll(marks.ends[place / BLOCK] & below);
}

/* The last '\n' in front of a byte; the part begins with one. */
static uint32_t end_before(const struct fl_joined_lines *lines, uint32_t byte)
{
    const uint64_t *ends = marks_of(lines).ends;
    const uint32_t place = byte - 1 + FIRST_PLACE;
    uint32_t k = place / BLOCK;
    uint64_t found = ends[k] << (BLOCK - 1 - place % BLOCK);
    if (found != 0)
        return byte - 1 - (uint32_t)__builtin_clzll(found);
    do {
        found = ends[--k];
    } while (found == 0);
    return k * BLOCK + (BLOCK - 1 - FIRST_PLACE) - (uint32_t)__builtin_clzll(found);
}

/* The first '\n' from a byte on; the part ends with one. */
static uint32_t end_from(const struct fl_joined_lines *lines, uint32_t byte)
{
    const uint64_t *ends = marks_of(lines).ends;
    const uint32_t place = byte + FIRST_PLACE;
    uint32_t k = place / BLOCK;
    uint64_t found = ends[k] >> place % BLOCK;
    if (found != 0)
        return byte + (uint32_t)__builtin_ctzll(found);
    do {
        found = ends[++k];
    } while (found == 0);
    return k * BLOCK - FIRST_PLACE + (uint32_t)__builtin_ctzll(found);
}

/* For so many bytes behind the first '\n'. */
static fl_status reserve_marks(struct fl_joined_lines *lines, size_t bytes, struct fl_error *error)
{
    const size_t count = 1 + (bytes + BLOCK - 1) / BLOCK;
    if (!fl_buffer_reserve(&lines->ends, count * sizeof(uint64_t)) ||
        !fl_buffer_reserve(&lines->before, count * sizeof(uint32_t)))
        return fl_fail_memory(error, count * (sizeof(uint64_t) + sizeof(uint32_t)));
    return FL_OK;
}

/* Marks what was not marked when it was copied. */
static fl_status mark_rest(struct fl_joined_lines *lines, struct fl_error *error)
{
    const size_t bytes = lines->bytes.size - 1, k = lines->marked / BLOCK;
    if (reserve_marks(lines, bytes, error) != FL_OK)
        return FL_NO_MEMORY;
    *marks_of(lines).ends = UINT64_C(1) << FIRST_PLACE;
    *marks_of(lines).before = 0;
    const struct fl_line_marks last = marks_from(lines, k);
    const uint32_t count = *last.before + (uint32_t)__builtin_popcountll(*last.ends);
    fl_fold_kernels()->mark_lines(lines->bytes.bytes + 1 + lines->marked, bytes - lines->marked,
                                  marks_from(lines, k + 1), count);
    return FL_OK;
}

uint32_t fl_joined_lines_pass(struct fl_joined_lines *lines)
{
    /* The last byte is a '\n', and so is the first, which ends no line. */
    lines->passed += ended_before(lines, (uint32_t)lines->bytes.size - 1);
    return lines->passed;
}

/* ---- taking lines ---- */

static fl_status add_run(struct fl_joined_lines *lines, struct run run, struct fl_error *error)
{
    return fl_buffer_append(&lines->runs, &run, sizeof run) ? FL_OK : fl_fail_memory(error, sizeof run);
}

static fl_status add_separator(struct fl_joined_lines *lines, struct fl_error *error)
{
    return fl_buffer_append(&lines->bytes, "\n", 1) ? FL_OK : fl_fail_memory(error, lines->bytes.size + 1);
}

/* The lines from a byte of the text on that make the next part, with the last one's '\n'. */
static struct fl_text next_part(const struct fl_joined_lines *lines)
{
    const char *from = lines->text.bytes + lines->taken;
    const size_t left = lines->text.size - lines->taken;
    if (left <= FL_JOINED_BYTES)
        return (struct fl_text){from, left};
    const char *end = memrchr(from, '\n', FL_JOINED_BYTES);
    if (end == NULL)
        end = memchr(from + FL_JOINED_BYTES, '\n', left - FL_JOINED_BYTES);
    return (struct fl_text){from, end == NULL ? left : (size_t)(end + 1 - from)};
}

/* The first line of `rest`, by itself. */
static fl_status add_line(struct fl_joined_lines *lines, const struct fl_fold *fold, struct fl_text rest,
                          size_t *size, struct fl_error *error)
{
    const char *end = memchr(rest.bytes, '\n', rest.size);
    const struct fl_text line = {rest.bytes, end == NULL ? rest.size : (size_t)(end - rest.bytes)};
    struct run run = {.from = (uint32_t)lines->bytes.size, .at = (size_t)(rest.bytes - lines->text.bytes)};
    *size = line.size + (end != NULL);
    fl_status status = fl_fold_append(fold, line, &lines->bytes, &run.same_places, error);
    if (status == FL_OK)
        status = add_separator(lines, error);
    return status == FL_OK ? add_run(lines, run, error) : status;
}

/* The first blocks of the first line's text: most texts are ASCII, and marked as they are copied. */
static fl_status add_marked(struct fl_joined_lines *lines, const struct fl_fold *fold, struct fl_text rest,
                            struct fl_error *error)
{
    const uint32_t count = 1; /* the '\n' in front */
    const fl_status status = reserve_marks(lines, rest.size, error);
    return status == FL_OK ? fl_fold_append_marked(fold, rest, &lines->bytes, marks_from(lines, 1), count,
                                                   &lines->marked, error)
                           : status;
}

/* The first lines of `rest`, as far as they are plain. */
static fl_status add_plain_lines(struct fl_joined_lines *lines, const struct fl_fold *fold,
                                 struct fl_text rest, size_t *size, struct fl_error *error)
{
    const struct run run = {.from = (uint32_t)lines->bytes.size,
                            .same_places = true,
                            .at = (size_t)(rest.bytes - lines->text.bytes)};
    fl_status status = run.from == 1 ? add_marked(lines, fold, rest, error) : FL_OK;
    if (status != FL_OK)
        return status;
    const size_t copied = lines->bytes.size - run.from;
    const struct fl_text left = {rest.bytes + copied, rest.size - copied};
    status = fl_fold_append_plain(fold, left, &lines->bytes, size, error);
    *size += copied;
    if (status == FL_OK && *size < rest.size) {
        const char *end = *size == 0 ? NULL : memrchr(rest.bytes, '\n', *size);
        *size = end == NULL ? 0 : (size_t)(end + 1 - rest.bytes);
        lines->bytes.size = run.from + *size;
        if (lines->marked > lines->bytes.size - 1)
            lines->marked = *size - *size % BLOCK;
    } else if (status == FL_OK && rest.bytes[rest.size - 1] != '\n') {
        status = add_separator(lines, error);
    }
    return status == FL_OK && *size > 0 ? add_run(lines, run, error) : status;
}

fl_status fl_joined_lines_fill(struct fl_joined_lines *lines, const struct fl_fold *fold,
                               struct fl_error *error)
{
    struct fl_text rest = next_part(lines);
    lines->bytes.size = lines->runs.size = 0;
    lines->run = lines->marked = 0;
    lines->line_from = 1;
    fl_status status = fl_joined_size_check(rest.size, error);
    if (status == FL_OK)
        status = add_separator(lines, error);
    while (rest.size > 0 && status == FL_OK) {
        size_t size;
        status = add_plain_lines(lines, fold, rest, &size, error);
        if (status == FL_OK && size == 0)
            status = add_line(lines, fold, rest, &size, error);
        if (status != FL_OK)
            return status;
        rest = (struct fl_text){rest.bytes + size, rest.size - size};
        lines->taken += size;
    }
    return status == FL_OK ? mark_rest(lines, error) : status;
}

void fl_joined_lines_release(struct fl_joined_lines *lines)
{
    fl_buffer_release(&lines->bytes);
    fl_buffer_release(&lines->runs);
    fl_buffer_release(&lines->ends);
    fl_buffer_release(&lines->before);
}

/* ---- finding lines ---- */

static struct fl_text without_return(struct fl_text line)
{
    return (struct fl_text){line.bytes, line.size - (line.size > 0 && line.bytes[line.size - 1] == '\r')};
}

/* The text, from `start` on, of a line whose folded form has other places. */
static struct fl_text text_from(const struct fl_joined_lines *lines, const char *start)
{
    const size_t left = lines->text.size - (size_t)(start - lines->text.bytes);
    const char *end = memchr(start, '\n', left);
    return without_return((struct fl_text){start, end == NULL ? left : (size_t)(end - start)});
}

bool fl_joined_lines_find(struct fl_joined_lines *lines, uint32_t byte, struct fl_message_view *line)
{
    if (byte >= lines->bytes.size)
        return false;
    const uint32_t from = end_before(lines, byte) + 1, end = end_from(lines, byte);
    while (lines->run + 1 < run_count(lines) && run_at(lines, lines->run + 1)->from <= from)
        lines->run++;
    const struct run *run = run_at(lines, lines->run);
    const char *start = lines->text.bytes + run->at + (from - run->from);
    line->folded = without_return((struct fl_text){(const char *)lines->bytes.bytes + from, end - from});
    line->text = run->same_places ? (struct fl_text){start, line->folded.size} : text_from(lines, start);
    line->number = lines->passed + ended_before(lines, from) - 1;
    line->from = from;
    line->end = lines->line_from = end + 1;
    line->speakers = lines->speakers;
    line->same_places = run->same_places;
    return true;
}
