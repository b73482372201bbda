/* fuzz_keywords.c - hostile bytes for keywords.csv.
 *
 * Method: what is read is reviewed as `keywords check` does; its words, written as a cell again, must be read
 * as the same word; its regular expressions are read, turned into the library's language and into programs
 * that go over a short text, but not compiled by the library, which is not ours. A list with wrong lines must
 * be read without them. */
#include <string.h>

#include "engine/model/keyword_cells.h"
#include "engine/tags/lists/keyword_review.h"
#include "engine/tags/lists/keyword_text.h"
#include "engine/tags/patterns/pattern_expression.h"
#include "engine/tags/patterns/pattern_program.h"
#include "tests/fuzz/fuzz_target.h"

enum { WORDS_SHOWN_MAX = 16 };

static const struct fl_fold *the_fold(void)
{
    static struct fl_fold *fold;
    if (fold == NULL)
        require(fl_fold_create(&fold, NULL) == FL_OK);
    return fold;
}

/* --- words */

static void require_read_back(const struct fl_keywords *keywords, uint32_t number, struct fl_buffer *cell)
{
    const struct fl_keyword *word = &keywords->words[number];
    const struct fl_text literal = keywords->literals[word->literal];
    struct fl_cell_word again;
    struct fl_cell_trouble trouble;
    char bytes[FL_FOLD_GROWTH * FL_KEYWORD_BYTES_MAX * 2];
    cell->size = 0;
    require(fl_keyword_append(keywords, number, cell) && cell->size <= sizeof bytes);
    const struct fl_text text = {(const char *)cell->bytes, cell->size};
    require(fl_cell_word(fl_cell_trim(text), &again, &trouble));
    require(again.open_left == word->open_left && again.open_right == word->open_right);
    require(fl_text_equal((struct fl_text){bytes, fl_cell_unescape(&again, bytes)}, literal));
}

/* --- regular expressions */

static void read_pattern(struct fl_text pattern)
{
    static const char text[] = "no 12 \xc3\xa5 \xe6\xb5\xb7 refunds, order-77 ab__cd";
    static struct fl_pattern_tables tables;
    struct fl_arena arena;
    struct fl_pattern_node *root;
    struct fl_pattern_program program;
    struct fl_buffer expression = {0};
    struct fl_error error;
    fl_error_clear(&error);
    fl_arena_init(&arena);
    if (fl_pattern_read(pattern, the_fold(), &arena, &root, &error) == FL_OK) {
        require(fl_pattern_expression_add(root, &expression) &&
                strlen((const char *)expression.bytes) + 1 == expression.size);
        require(fl_pattern_program_make(root, &arena, &program));
        require(
            fl_pattern_program_run(&program, the_fold(), (struct fl_text){text, sizeof text - 1}, &tables));
        const uint32_t *longest = (const uint32_t *)(const void *)tables.longest.bytes;
        for (size_t at = 0; at < sizeof text - 1; at++)
            require(longest[at] == 0 || (longest[at] > at && longest[at] < sizeof text));
    } else
        require(error.message[0] != '\0');
    fl_buffer_release(&expression);
    fl_arena_release(&arena);
}

/* --- lists */

static void review(const struct fl_keywords *keywords)
{
    struct fl_remark_list remarks;
    fl_remark_list_init(&remarks);
    require(fl_keywords_review(keywords, the_fold(), &remarks, NULL) == FL_OK);
    require(fl_keywords_review_tags(keywords, the_fold(), &remarks, NULL) == FL_OK);
    fl_remark_list_release(&remarks);
}

/* A pair with another distance than in the corpus. */
static bool has_new_pair(const struct fl_keywords *keywords)
{
    for (size_t i = 0; i < keywords->near_count; i++) {
        if (keywords->nears[i].distance != 3 && keywords->nears[i].distance != 4)
            return true;
    }
    return false;
}

static void require_list(const struct fl_keywords *keywords)
{
    struct fl_buffer text = {0};
    for (uint32_t i = 0; i < keywords->word_count && i < WORDS_SHOWN_MAX; i++)
        require_read_back(keywords, i, &text);
    for (size_t i = 0; i < keywords->rule_count; i++) {
        text.size = 0;
        require(fl_rule_append(keywords, &keywords->rules[i], &text));
        if (keywords->rules[i].regex.size > 0)
            read_pattern(keywords->rules[i].regex);
    }
    for (size_t i = 0; i < keywords->tag_count; i++)
        require(fl_keywords_find_tag(keywords, keywords->tags[i].name) == (int64_t)i);
    review(keywords);
    fl_buffer_release(&text);
    fuzz_canary(has_new_pair(keywords));
}

static bool refuse(void *context, const struct fl_error *error)
{
    require(error->message[0] != '\0');
    ++*(size_t *)context;
    return true;
}

static void read_good_lines(const char *bytes, size_t size)
{
    struct fl_keywords keywords;
    struct fl_error error;
    size_t refused = 0;
    fl_error_clear(&error);
    if (fl_keywords_read_all(bytes, size, "keywords.csv", the_fold(), true, refuse, &refused, &keywords,
                             &error) == FL_OK) {
        require(refused > 0);
        require_list(&keywords);
    }
    fl_keywords_release(&keywords);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    struct fl_keywords keywords;
    struct fl_error error;
    fl_error_clear(&error);
    const fl_status status =
        fl_keywords_read(bytes, size, "keywords.csv", the_fold(), true, &keywords, &error);
    if (status == FL_OK)
        require_list(&keywords);
    fl_keywords_release(&keywords);
    require(status == FL_OK || error.message[0] != '\0');
    if (status == FL_BAD_MODEL)
        read_good_lines(bytes, size);
    return 0;
}
