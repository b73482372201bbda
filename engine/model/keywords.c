/* keywords.c - keywords.csv of a model: rules that make tags of messages (SEMANTICS.md section 5). */
#include "engine/model/keywords.h"

#include <stdlib.h>

#include "engine/model/keyword_pool.h"
#include "engine/model/keyword_tags.h"

static const char *const column_names[FL_KEYWORD_COLUMNS + 1] = {
    [FL_KEYWORD_TAG] = "tag",
    [FL_KEYWORD_ANY] = "any",
    [FL_KEYWORD_ALL] = "all",
    [FL_KEYWORD_NONE] = "none",
    [FL_KEYWORD_NEAR] = "near",
    [FL_KEYWORD_REGEX] = "regex",
    [FL_KEYWORD_SPEAKER] = "speaker",
    [FL_KEYWORD_HITS] = "hits",
    [FL_KEYWORD_DAYS] = "days",
    [FL_KEYWORD_EXPIRY_DAYS] = "expiry_days",
    [FL_KEYWORD_PRIORITY] = "priority",
    [FL_KEYWORD_POINTS] = "points",
    [FL_KEYWORD_HALF_LIFE_DAYS] = "half_life_days",
    [FL_KEYWORD_NOTE] = "note",
};
_Static_assert((int)FL_KEYWORD_COLUMNS <= (int)FL_MODEL_CSV_COLUMNS_MAX, "a column has no place");

static const char *const speaker_words[] = {"customer", "agent", "both", NULL};
static const uint8_t speaker_bits[] = {FL_SPEAKER_CUSTOMER, FL_SPEAKER_AGENT, FL_SPEAKER_BOTH};

/* Everything that is open while a file is read. */
struct reading {
    struct fl_model_csv csv;
    bool allow_regex;
    struct fl_arena *arena;
    struct fl_keyword_pool pool;
    struct fl_keyword_tags tags;
    struct fl_buffer members, member_columns, nears, near_columns; /* as in struct fl_keywords */
    struct fl_buffer rules;
    fl_keywords_refused *refused; /* NULL: the first wrong line ends the reading */
    void *context;
    bool has_regex;
    struct fl_error *error;
};

static fl_status append(const struct reading *reading, struct fl_buffer *list, const void *item, size_t size)
{
    return fl_buffer_append(list, item, size) ? FL_OK : fl_fail_memory(reading->error, size);
}

/* ---- cells of words ---- */

static fl_status fail_trouble(const struct reading *reading, int column,
                              const struct fl_cell_trouble *trouble)
{
    return fl_model_csv_fail_within(&reading->csv, column, trouble->offset, reading->error,
                                    trouble->sentence);
}

static fl_status check_room(const struct reading *reading, int column, const struct fl_cell_piece *piece)
{
    const size_t count = (reading->members.size + reading->near_columns.size) / sizeof(uint32_t);
    if (count < FL_KEYWORD_MEMBERS_MAX)
        return FL_OK;
    struct fl_cell_trouble trouble;
    fl_cell_refuse(&trouble, piece->offset, "more than %d words and pairs in all cells",
                   FL_KEYWORD_MEMBERS_MAX);
    return fail_trouble(reading, column, &trouble);
}

static fl_status add_word(struct reading *reading, int column, const struct fl_cell_word *word,
                          uint32_t *number)
{
    struct fl_cell_trouble trouble;
    const fl_status status = fl_keyword_pool_add(&reading->pool, word, number, &trouble, reading->error);
    return status == FL_BAD_MODEL ? fail_trouble(reading, column, &trouble) : status;
}

static fl_status add_member(struct reading *reading, int column, struct fl_cell_piece piece,
                            struct fl_model_csv_walk *walk)
{
    struct fl_cell_trouble trouble;
    struct fl_cell_word word;
    uint32_t number = 0;
    if (!fl_cell_word(piece, &word, &trouble))
        return fail_trouble(reading, column, &trouble);
    fl_status status = add_word(reading, column, &word, &number);
    const uint32_t place = fl_model_csv_place(&reading->csv, column, piece.offset, walk);
    if (status == FL_OK)
        status = append(reading, &reading->members, &number, sizeof number);
    if (status == FL_OK)
        status = append(reading, &reading->member_columns, &place, sizeof place);
    return status;
}

static fl_status add_near(struct reading *reading, int column, struct fl_cell_piece piece,
                          struct fl_model_csv_walk *walk)
{
    struct fl_cell_trouble trouble;
    struct fl_cell_pair pair;
    if (!fl_cell_pair(piece, &pair, &trouble))
        return fail_trouble(reading, column, &trouble);
    struct fl_near near = {.distance = pair.distance};
    fl_status status = add_word(reading, column, &pair.left, &near.left);
    if (status == FL_OK)
        status = add_word(reading, column, &pair.right, &near.right);
    const uint32_t place = fl_model_csv_place(&reading->csv, column, piece.offset, walk);
    if (status == FL_OK)
        status = append(reading, &reading->nears, &near, sizeof near);
    if (status == FL_OK)
        status = append(reading, &reading->near_columns, &place, sizeof place);
    return status;
}

typedef fl_status add_piece(struct reading *reading, int column, struct fl_cell_piece piece,
                            struct fl_model_csv_walk *walk);

/* Gives each piece of a cell to `add`; *span is what it made of them, in a list of which `places` has one
 * entry for each. */
static fl_status read_cell(struct reading *reading, int column, add_piece *add,
                           const struct fl_buffer *places, struct fl_span *span)
{
    struct fl_cell_piece rest = fl_cell_trim(fl_model_csv_text(&reading->csv, column)), piece;
    struct fl_model_csv_walk walk = {0};
    fl_status status = FL_OK;
    span->from = (uint32_t)(places->size / sizeof(uint32_t));
    if (rest.text.size == 0)
        return FL_OK;
    while (status == FL_OK && fl_cell_next(&rest, &piece)) {
        status = check_room(reading, column, &piece);
        if (status == FL_OK)
            status = add(reading, column, piece, &walk);
    }
    span->count = (uint32_t)(places->size / sizeof(uint32_t)) - span->from;
    return status;
}

/* ---- rules ---- */

static fl_status read_speaker(const struct reading *reading, struct fl_keyword_rule *rule)
{
    int speaker = 0;
    fl_status status = FL_OK;
    if (fl_model_csv_text(&reading->csv, FL_KEYWORD_SPEAKER).size > 0)
        status =
            fl_model_csv_choice(&reading->csv, FL_KEYWORD_SPEAKER, speaker_words, &speaker, reading->error);
    rule->speakers = speaker_bits[speaker];
    return status;
}

static fl_status read_regex(struct reading *reading, struct fl_keyword_rule *rule)
{
    const struct fl_model_csv *csv = &reading->csv;
    const struct fl_text regex = fl_model_csv_text(csv, FL_KEYWORD_REGEX);
    if (regex.size == 0)
        return FL_OK;
    if (!reading->allow_regex)
        return fl_model_csv_fail(csv, FL_KEYWORD_REGEX, reading->error,
                                 "regular expressions must be asked for: write `regex: true` in model.yaml, "
                                 "or list words in `any`");
    if (regex.size > FL_KEYWORD_REGEX_BYTES_MAX)
        return fl_model_csv_fail(csv, FL_KEYWORD_REGEX, reading->error,
                                 "a regular expression of %zu bytes, at most %d", regex.size,
                                 FL_KEYWORD_REGEX_BYTES_MAX);
    struct fl_model_csv_walk walk = {0};
    rule->regex_column = fl_model_csv_place(csv, FL_KEYWORD_REGEX, 0, &walk);
    rule->regex = (struct fl_text){fl_arena_copy(reading->arena, regex.bytes, regex.size), regex.size};
    return rule->regex.bytes == NULL ? fl_fail_memory(reading->error, regex.size) : FL_OK;
}

static fl_status read_cells(struct reading *reading, struct fl_keyword_rule *rule)
{
    const struct fl_buffer *places = &reading->member_columns;
    fl_status status = read_cell(reading, FL_KEYWORD_ANY, add_member, places, &rule->any);
    if (status == FL_OK)
        status = read_cell(reading, FL_KEYWORD_ALL, add_member, places, &rule->all);
    if (status == FL_OK)
        status = read_cell(reading, FL_KEYWORD_NONE, add_member, places, &rule->none);
    if (status == FL_OK)
        status = read_cell(reading, FL_KEYWORD_NEAR, add_near, &reading->near_columns, &rule->near);
    if (status == FL_OK)
        status = read_regex(reading, rule);
    if (status == FL_OK)
        status = read_speaker(reading, rule);
    return status;
}

static fl_status read_line(struct reading *reading)
{
    struct fl_keyword_rule rule = {.line = (uint32_t)reading->csv.record.line};
    fl_status status = fl_keyword_tags_find(&reading->tags, &reading->csv, &rule.tag, reading->error);
    if (status == FL_OK)
        status = read_cells(reading, &rule);
    if (status == FL_OK)
        status = fl_keyword_tags_set(&reading->tags, &reading->csv, rule.tag, reading->error);
    if (status != FL_OK)
        return status;
    const bool finds = rule.any.count > 0 || rule.all.count > 0 || rule.near.count > 0 || rule.regex.size > 0;
    if (!finds && rule.none.count > 0)
        return fl_model_csv_fail(&reading->csv, FL_KEYWORD_NONE, reading->error,
                                 "`none` alone holds in nearly every message: say in `any`, `all` or `near` "
                                 "what is looked for");
    if (!finds) /* the tag alone: it can be given by hand */
        return FL_OK;
    if (reading->rules.size / sizeof rule == FL_KEYWORD_RULES_MAX)
        return fl_model_csv_fail(&reading->csv, FL_KEYWORD_TAG, reading->error,
                                 "more than %d rules: write words of one tag in one line, with `|` between",
                                 FL_KEYWORD_RULES_MAX);
    reading->has_regex |= rule.regex.size > 0;
    return append(reading, &reading->rules, &rule, sizeof rule);
}

/* With somebody to tell, what is wrong with a line is told, and the line left out. */
static fl_status tell(const struct reading *reading, fl_status status)
{
    if (status != FL_BAD_MODEL || reading->refused == NULL)
        return status;
    if (!reading->refused(reading->context, reading->error))
        return status;
    fl_error_clear(reading->error);
    return FL_OK;
}

static fl_status check_tags(const struct reading *reading)
{
    fl_status status = FL_OK;
    for (uint32_t i = 0; i < fl_keyword_tags_count(&reading->tags) && status == FL_OK; i++)
        status = tell(reading, fl_keyword_tags_check(&reading->tags, &reading->csv, i, reading->error));
    return status;
}

static fl_status read_lines(struct reading *reading)
{
    for (;;) {
        bool more = false;
        fl_status status = fl_model_csv_next(&reading->csv, &more, reading->error);
        if (status != FL_OK || !more)
            return status;
        status = tell(reading, read_line(reading));
        if (status != FL_OK)
            return status;
    }
}

/* ---- the list as it is used ---- */

/* A copy of a list in memory of the arena. */
static void *keep(const struct reading *reading, const struct fl_buffer *list)
{
    void *kept = fl_arena_take(reading->arena, list->size);
    if (kept != NULL && list->size > 0)
        memcpy(kept, list->bytes, list->size);
    return kept;
}

static fl_status keep_lists(const struct reading *reading, struct fl_keywords *keywords)
{
    keywords->members = keep(reading, &reading->members);
    keywords->member_columns = keep(reading, &reading->member_columns);
    keywords->nears = keep(reading, &reading->nears);
    keywords->near_columns = keep(reading, &reading->near_columns);
    keywords->rules = keep(reading, &reading->rules);
    if (keywords->members == NULL || keywords->member_columns == NULL || keywords->nears == NULL ||
        keywords->near_columns == NULL || keywords->rules == NULL)
        return fl_fail_memory(reading->error, reading->members.size);
    keywords->member_count = reading->members.size / sizeof *keywords->members;
    keywords->near_count = reading->nears.size / sizeof *keywords->nears;
    keywords->rule_count = reading->rules.size / sizeof *keywords->rules;
    keywords->has_regex = reading->has_regex;
    return FL_OK;
}

/* The lists with the numbers that words and tags have once they are sorted. */
static fl_status finish(struct reading *reading, struct fl_keywords *keywords)
{
    const uint32_t *new_word = NULL, *new_tag = NULL;
    fl_status status = keep_lists(reading, keywords);
    if (status == FL_OK)
        status = fl_keyword_pool_finish(&reading->pool, keywords, &new_word, reading->error);
    if (status == FL_OK)
        status = fl_keyword_tags_finish(&reading->tags, keywords, &new_tag, reading->error);
    if (status != FL_OK)
        return status;
    for (size_t i = 0; i < keywords->member_count; i++)
        keywords->members[i] = new_word[keywords->members[i]];
    for (size_t i = 0; i < keywords->near_count; i++) {
        keywords->nears[i].left = new_word[keywords->nears[i].left];
        keywords->nears[i].right = new_word[keywords->nears[i].right];
    }
    for (size_t i = 0; i < keywords->rule_count; i++)
        keywords->rules[i].tag = new_tag[keywords->rules[i].tag];
    return FL_OK;
}

/* ---- in and out ---- */

static void release(struct reading *reading)
{
    fl_keyword_pool_release(&reading->pool);
    fl_keyword_tags_release(&reading->tags);
    fl_buffer_release(&reading->members);
    fl_buffer_release(&reading->member_columns);
    fl_buffer_release(&reading->nears);
    fl_buffer_release(&reading->near_columns);
    fl_buffer_release(&reading->rules);
}

static fl_status read_file(struct reading *reading, const char *bytes, size_t size, const char *shown_path,
                           struct fl_keywords *keywords)
{
    fl_status status = fl_model_csv_open(&reading->csv, bytes, size, shown_path, column_names,
                                         FL_KEYWORD_COLUMNS_REQUIRED, reading->error);
    if (status != FL_OK)
        return status;
    status = read_lines(reading);
    if (status == FL_OK)
        status = check_tags(reading);
    if (status == FL_OK)
        status = finish(reading, keywords);
    fl_model_csv_close(&reading->csv);
    return status;
}

fl_status fl_keywords_read_all(const char *bytes, size_t size, const char *shown_path,
                               const struct fl_fold *fold, bool allow_regex, fl_keywords_refused *refused,
                               void *context, struct fl_keywords *keywords, struct fl_error *error)
{
    *keywords = (struct fl_keywords){0};
    if (size > FL_KEYWORD_FILE_BYTES_MAX) {
        fl_fail(error, FL_BAD_MODEL, "%zu bytes of keywords, at most %u", size, FL_KEYWORD_FILE_BYTES_MAX);
        return fl_error_at_path(error, shown_path), FL_BAD_MODEL;
    }
    keywords->arena = malloc(sizeof *keywords->arena);
    if (keywords->arena == NULL)
        return fl_fail_memory(error, sizeof *keywords->arena);
    fl_arena_init(keywords->arena);
    struct reading reading = {.allow_regex = allow_regex,
                              .arena = keywords->arena,
                              .refused = refused,
                              .context = context,
                              .error = error};
    fl_keyword_pool_init(&reading.pool, fold, keywords->arena);
    keywords->shown_path = fl_arena_copy(keywords->arena, shown_path, strlen(shown_path));
    fl_status status = FL_OK;
    if (keywords->shown_path == NULL)
        status = fl_fail_memory(error, strlen(shown_path));
    if (status == FL_OK)
        status = fl_keyword_tags_init(&reading.tags, keywords->arena, error);
    if (status == FL_OK)
        status = read_file(&reading, bytes, size, shown_path, keywords);
    release(&reading);
    if (status != FL_OK)
        fl_keywords_release(keywords);
    return status;
}

fl_status fl_keywords_read(const char *bytes, size_t size, const char *shown_path, const struct fl_fold *fold,
                           bool allow_regex, struct fl_keywords *keywords, struct fl_error *error)
{
    return fl_keywords_read_all(bytes, size, shown_path, fold, allow_regex, NULL, NULL, keywords, error);
}

void fl_keywords_release(struct fl_keywords *keywords)
{
    if (keywords->arena != NULL)
        fl_arena_release(keywords->arena);
    free(keywords->arena);
    *keywords = (struct fl_keywords){0};
}

int64_t fl_keywords_find_tag(const struct fl_keywords *keywords, struct fl_text name)
{
    size_t low = 0, high = keywords->tag_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = fl_text_compare(keywords->tags[middle].name, name);
        if (order == 0)
            return (int64_t)middle;
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return -1;
}

uint8_t fl_speaker_of(struct fl_text word)
{
    if (word.size == 0 || fl_text_equal(word, fl_text_of("customer")))
        return FL_SPEAKER_CUSTOMER;
    return fl_text_equal(word, fl_text_of("agent")) ? FL_SPEAKER_AGENT : FL_SPEAKER_OTHER;
}
