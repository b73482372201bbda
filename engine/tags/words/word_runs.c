/* word_runs.c - where the words of a text lie. */
#include "engine/tags/words/word_runs.h"

static size_t character_size(unsigned char first)
{
    return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static bool add(struct fl_word_runs *runs, size_t from, size_t to)
{
    const struct fl_word_run run = {(uint32_t)from, (uint32_t)to};
    return fl_buffer_append(&runs->list, &run, sizeof run);
}

fl_status fl_word_runs_find(struct fl_word_runs *runs, const struct fl_fold *fold, struct fl_text text,
                            struct fl_error *error)
{
    runs->list.size = 0;
    bool has_room = true;
    size_t run_from = 0, size = 0;
    bool in_run = false;
    for (size_t at = 0; at < text.size && has_room; at += size) {
        size = character_size((unsigned char)text.bytes[at]);
        const enum fl_letter letter = fl_letter_at(fold, text, at);
        if (letter == FL_LETTER_SPACED) {
            run_from = in_run ? run_from : at;
            in_run = true;
            continue;
        }
        has_room = !in_run || add(runs, run_from, at);
        in_run = false;
        if (letter == FL_LETTER_UNSPACED)
            has_room = has_room && add(runs, at, at + size);
    }
    if (in_run)
        has_room = has_room && add(runs, run_from, text.size);
    return has_room ? FL_OK : fl_fail_memory(error, runs->list.size + sizeof(struct fl_word_run));
}

/* How many begin before byte `at`; how many end there or before. */
static size_t count_begun(const struct fl_word_run *list, size_t count, size_t at)
{
    size_t low = 0;
    while (low < count) {
        const size_t middle = low + (count - low) / 2;
        if (list[middle].from < at)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

static size_t count_ended(const struct fl_word_run *list, size_t count, size_t at)
{
    /* Runs do not overlap: all that begin before `at` have ended there, but for the last. */
    const size_t begun = count_begun(list, count, at);
    return begun > 0 && list[begun - 1].to > at ? begun - 1 : begun;
}

size_t fl_word_runs_between(const struct fl_word_runs *runs, size_t from, size_t to)
{
    const struct fl_word_run *list = (const struct fl_word_run *)runs->list.bytes;
    const size_t count = runs->list.size / sizeof *list;
    const size_t begun = count_begun(list, count, from), ended = count_ended(list, count, to);
    return ended > begun ? ended - begun : 0;
}

void fl_word_runs_release(struct fl_word_runs *runs)
{
    fl_buffer_release(&runs->list);
}
