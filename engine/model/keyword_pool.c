/* keyword_pool.c - the distinct words of a keyword list while it is read. */
#include "engine/model/keyword_pool.h"

#include <stdlib.h>

#include "formats/base/checksum.h"

/* A word is folded only when it is at most so long: nothing shrinks a hundredfold that is meant. */
enum { RAW_BYTES_MAX = 64 * FL_KEYWORD_BYTES_MAX };
enum { FIRST_SLOTS = 1024 };

void fl_keyword_pool_init(struct fl_keyword_pool *pool, const struct fl_fold *fold, struct fl_arena *arena)
{
    *pool = (struct fl_keyword_pool){.fold = fold, .arena = arena};
}

void fl_keyword_pool_release(struct fl_keyword_pool *pool)
{
    free(pool->slots);
    fl_buffer_release(&pool->literals);
    fl_buffer_release(&pool->words);
    fl_buffer_release(&pool->raw);
    fl_buffer_release(&pool->folded);
    *pool = (struct fl_keyword_pool){0};
}

/* ---- one word, folded ---- */

/* Wide blanks are blanks only once they are folded. */
static struct fl_text trim_folded(const struct fl_buffer *folded)
{
    size_t from = 0, to = folded->size;
    while (from < to && folded->bytes[from] == ' ')
        from++;
    while (to > from && folded->bytes[to - 1] == ' ')
        to--;
    return (struct fl_text){(const char *)folded->bytes + from, to - from};
}

/* Of valid UTF-8: U+0000 .. U+001F, U+007F .. U+009F. */
static bool has_control(struct fl_text text)
{
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t byte = (uint8_t)text.bytes[i];
        if (byte < 0x20 || byte == 0x7f)
            return true;
        if (byte == 0xc2 && i + 1 < text.size && (uint8_t)text.bytes[i + 1] < 0xa0)
            return true;
    }
    return false;
}

static fl_status refuse(struct fl_cell_trouble *trouble, const struct fl_cell_word *word,
                        const char *sentence)
{
    fl_cell_refuse(trouble, word->piece.offset, "%s", sentence);
    return FL_BAD_MODEL;
}

static fl_status refuse_long(struct fl_cell_trouble *trouble, const struct fl_cell_word *word, size_t size)
{
    fl_cell_refuse(trouble, word->piece.offset,
                   "a word of %zu bytes, at most %d: write `|` between words, or cut it", size,
                   FL_KEYWORD_BYTES_MAX);
    return FL_BAD_MODEL;
}

/* The literal of a word, in pool->folded. */
static fl_status fold_word(struct fl_keyword_pool *pool, const struct fl_cell_word *word,
                           struct fl_text *literal, struct fl_cell_trouble *trouble, struct fl_error *error)
{
    const size_t raw_size = word->piece.text.size;
    bool same_places = false;
    if (raw_size > RAW_BYTES_MAX)
        return refuse_long(trouble, word, raw_size);
    if (!fl_buffer_reserve(&pool->raw, raw_size))
        return fl_fail_memory(error, raw_size);
    const struct fl_text raw = {(const char *)pool->raw.bytes,
                                fl_cell_unescape(word, (char *)pool->raw.bytes)};
    pool->folded.size = 0;
    const fl_status status = fl_fold_append(pool->fold, raw, &pool->folded, &same_places, error);
    if (status != FL_OK)
        return status;
    *literal = trim_folded(&pool->folded);
    if (literal->size == 0)
        return refuse(trouble, word, "a word of characters without width only: nothing can be found");
    if (literal->size > FL_KEYWORD_BYTES_MAX)
        return refuse_long(trouble, word, literal->size);
    if (has_control(*literal))
        return refuse(trouble, word,
                      "a word with a control character (a tab or a line break): write a blank in its place");
    return FL_OK;
}

/* ---- distinct literals ---- */

static struct fl_pool_literal *literals_of(const struct fl_keyword_pool *pool)
{
    return (struct fl_pool_literal *)(void *)pool->literals.bytes;
}

static size_t literal_count_of(const struct fl_keyword_pool *pool)
{
    return pool->literals.size / sizeof(struct fl_pool_literal);
}

/* The slot of a literal, or the empty one where it would go. Requires an empty slot. */
static size_t slot_of(const struct fl_keyword_pool *pool, struct fl_text text, uint64_t hash)
{
    size_t slot = (size_t)hash & (pool->slot_count - 1);
    for (; pool->slots[slot] != 0; slot = (slot + 1) & (pool->slot_count - 1)) {
        const struct fl_pool_literal *literal = &literals_of(pool)[pool->slots[slot] - 1];
        if (literal->hash == hash && fl_text_equal(literal->text, text))
            return slot;
    }
    return slot;
}

static bool double_slots(struct fl_keyword_pool *pool)
{
    const size_t slot_count = pool->slot_count == 0 ? FIRST_SLOTS : pool->slot_count * 2;
    uint32_t *slots = calloc(slot_count, sizeof *slots);
    if (slots == NULL)
        return false;
    free(pool->slots);
    pool->slots = slots;
    pool->slot_count = slot_count;
    for (size_t i = 0; i < literal_count_of(pool); i++) {
        const struct fl_pool_literal *literal = &literals_of(pool)[i];
        slots[slot_of(pool, literal->text, literal->hash)] = (uint32_t)i + 1;
    }
    return true;
}

/* The number of a literal, a new one if need be. */
static fl_status add_literal(struct fl_keyword_pool *pool, struct fl_text text, uint32_t *number,
                             struct fl_error *error)
{
    const size_t count = literal_count_of(pool);
    if (count * 2 >= pool->slot_count && !double_slots(pool))
        return fl_fail_memory(error, count * sizeof *pool->slots);
    /* The place of the pool is a seed that no writer of lists foresees; nothing that is read depends on it.
     */
    const uint64_t hash = fl_digest64_seeded((uint64_t)(uintptr_t)pool, text.bytes, text.size);
    const size_t slot = slot_of(pool, text, hash);
    *number = pool->slots[slot] - 1;
    if (pool->slots[slot] != 0)
        return FL_OK;
    const struct fl_pool_literal literal = {
        .text = {fl_arena_copy(pool->arena, text.bytes, text.size), text.size}, .hash = hash};
    if (literal.text.bytes == NULL || !fl_buffer_append(&pool->literals, &literal, sizeof literal))
        return fl_fail_memory(error, text.size);
    pool->slots[slot] = (uint32_t)count + 1;
    *number = (uint32_t)count;
    return FL_OK;
}

fl_status fl_keyword_pool_add(struct fl_keyword_pool *pool, const struct fl_cell_word *word, uint32_t *number,
                              struct fl_cell_trouble *trouble, struct fl_error *error)
{
    struct fl_text literal = {NULL, 0};
    struct fl_keyword made = {.open_left = word->open_left, .open_right = word->open_right};
    fl_status status = fold_word(pool, word, &literal, trouble, error);
    if (status == FL_OK)
        status = add_literal(pool, literal, &made.literal, error);
    if (status != FL_OK)
        return status;
    uint32_t *slot = &literals_of(pool)[made.literal].word[made.open_left * 2 + made.open_right];
    if (*slot == 0) {
        const size_t count = pool->words.size / sizeof made;
        if (count == FL_KEYWORD_WORDS_MAX) {
            fl_cell_refuse(trouble, word->piece.offset, "more than %d different words", FL_KEYWORD_WORDS_MAX);
            return FL_BAD_MODEL;
        }
        if (!fl_buffer_append(&pool->words, &made, sizeof made))
            return fl_fail_memory(error, sizeof made);
        *slot = (uint32_t)count + 1;
    }
    *number = *slot - 1;
    return FL_OK;
}

static int by_bytes(const void *a, const void *b, void *context)
{
    const struct fl_pool_literal *literals = context;
    return fl_text_compare(literals[*(const uint32_t *)a].text, literals[*(const uint32_t *)b].text);
}

/* Words follow their literals; of one literal by what is open. */
static void number_words(const struct fl_keyword_pool *pool, const uint32_t *order,
                         struct fl_keywords *keywords, uint32_t *renumbered)
{
    const struct fl_pool_literal *literals = literals_of(pool);
    for (uint32_t rank = 0; rank < keywords->literal_count; rank++) {
        keywords->literals[rank] = literals[order[rank]].text;
        for (unsigned open = 0; open < 4; open++) {
            const uint32_t old = literals[order[rank]].word[open];
            if (old == 0)
                continue;
            renumbered[old - 1] = (uint32_t)keywords->word_count;
            keywords->words[keywords->word_count++] = (struct fl_keyword){rank, open / 2 != 0, open % 2 != 0};
        }
    }
}

fl_status fl_keyword_pool_finish(struct fl_keyword_pool *pool, struct fl_keywords *keywords,
                                 const uint32_t **renumbered, struct fl_error *error)
{
    const size_t literal_count = literal_count_of(pool);
    const size_t word_count = pool->words.size / sizeof(struct fl_keyword);
    uint32_t *order = fl_arena_take(pool->arena, literal_count * sizeof *order);
    uint32_t *new_numbers = fl_arena_take(pool->arena, word_count * sizeof *new_numbers);
    keywords->literals = fl_arena_take(pool->arena, literal_count * sizeof *keywords->literals);
    keywords->words = fl_arena_take(pool->arena, word_count * sizeof *keywords->words);
    if (order == NULL || new_numbers == NULL || keywords->literals == NULL || keywords->words == NULL)
        return fl_fail_memory(error, literal_count * sizeof *keywords->literals);
    for (uint32_t i = 0; i < literal_count; i++)
        order[i] = i;
    qsort_r(order, literal_count, sizeof *order, by_bytes, pool->literals.bytes);
    keywords->literal_count = literal_count;
    number_words(pool, order, keywords, new_numbers);
    *renumbered = new_numbers;
    return FL_OK;
}
