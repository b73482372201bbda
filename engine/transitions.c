/* transitions.c - how many customers went from one band, loop, phase, stage, tier to another since the
 * previous run. */
#include "engine/transitions.h"

#include <stdlib.h>

#include "formats/table/word_union.h"

/* A table's rows ascend, null before everything: so null has the first place, word 0 the next. */
enum { PLACES = FL_RESULT_WORDS_MAX + 1, ROWS_MAX = FL_CHANGES * PLACES * PLACES };

#define X(name, word, id) (id),
static const uint16_t column_ids[FL_CHANGES] = {FL_CHANGE_LIST(X)};
#undef X
#define X(name, word, id) word,
static const char *const change_words[FL_CHANGES] = {FL_CHANGE_LIST(X)};
#undef X

static size_t place(const struct fl_change_words *words, size_t what)
{
    return words == NULL || words->word[what] == FL_NO_WORD ? 0 : words->word[what] + 1;
}

void fl_transitions_add(struct fl_transitions *transitions, const struct fl_change_words *before,
                        const struct fl_change_words *now)
{
    for (size_t what = 0; what < FL_CHANGES; what++)
        transitions->counts[what][place(before, what)][place(now, what)]++;
}

/* The table's rows, and the dictionary of from and to. */
struct rows {
    size_t count;
    uint32_t what[ROWS_MAX], from[ROWS_MAX], to[ROWS_MAX];
    uint8_t no_from[ROWS_MAX], no_to[ROWS_MAX];
    int64_t customers[ROWS_MAX];
};

/* All words of all lists, united and sorted. */
static fl_status unite_words(struct fl_word_union *all, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t what = 0; what < FL_CHANGES && status == FL_OK; what++) {
        struct fl_result_dictionary dictionary;
        const struct fl_words words =
            fl_result_dictionary_fill(fl_result_words_of(column_ids[what]), &dictionary);
        status = fl_word_union_add(all, &words, error);
    }
    return status;
}

static void map_words(const struct fl_word_union *all, size_t what, uint32_t numbers[FL_RESULT_WORDS_MAX])
{
    struct fl_result_dictionary dictionary;
    const struct fl_words words =
        fl_result_dictionary_fill(fl_result_words_of(column_ids[what]), &dictionary);
    fl_word_union_map(all, &words, numbers);
}

static void add_row(struct rows *rows, size_t what, const uint32_t numbers[FL_RESULT_WORDS_MAX], size_t from,
                    size_t to, uint64_t customers)
{
    const size_t row = rows->count++;
    rows->what[row] = (uint32_t)what;
    rows->no_from[row] = from == 0;
    rows->no_to[row] = to == 0;
    rows->from[row] = from == 0 ? 0 : numbers[from - 1];
    rows->to[row] = to == 0 ? 0 : numbers[to - 1];
    rows->customers[row] = (int64_t)customers;
}

static void make_rows(const struct fl_transitions *transitions, const struct fl_word_union *all,
                      struct rows *rows)
{
    for (size_t what = 0; what < FL_CHANGES; what++) {
        uint32_t numbers[FL_RESULT_WORDS_MAX];
        map_words(all, what, numbers);
        for (size_t from = 0; from < PLACES; from++) {
            for (size_t to = 0; to < PLACES; to++) {
                const uint64_t customers = transitions->counts[what][from][to];
                if (customers > 0)
                    add_row(rows, what, numbers, from, to, customers);
            }
        }
    }
}

static fl_status make_uuid(const struct rows *rows, const char *const *facts, uint8_t uuid[FL_UUID_SIZE],
                           struct fl_error *error)
{
    struct fl_digest *digest = fl_digest_create();
    if (digest == NULL)
        return fl_fail_memory(error, FL_UUID_SIZE);
    for (const char *const *fact = facts; *fact != NULL; fact++)
        fl_digest_add(digest, *fact, strlen(*fact) + 1);
    fl_digest_add(digest, rows->what, rows->count * sizeof *rows->what);
    fl_digest_add(digest, rows->from, rows->count * sizeof *rows->from);
    fl_digest_add(digest, rows->to, rows->count * sizeof *rows->to);
    fl_digest_add(digest, rows->no_from, rows->count);
    fl_digest_add(digest, rows->no_to, rows->count);
    fl_digest_add(digest, rows->customers, rows->count * sizeof *rows->customers);
    fl_digest_128(digest, uuid);
    fl_digest_free(digest);
    return FL_OK;
}

static fl_status write_rows(const struct rows *rows, const struct fl_words *all, const struct fl_io *io,
                            const char *directory, const char *const *facts, char name[256],
                            struct fl_table_summary *summary, struct fl_error *error)
{
    static const uint16_t ids[] = {FL_TRANSITIONS_WHAT, FL_TRANSITIONS_FROM, FL_TRANSITIONS_TO,
                                   FL_TRANSITIONS_CUSTOMERS};
    struct fl_result_dictionary dictionary;
    const struct fl_result_words changes = {change_words, FL_CHANGES};
    const struct fl_words words[] = {fl_result_dictionary_fill(changes, &dictionary), *all, *all, {0}};
    const struct fl_column_values columns[] = {{.as.words = rows->what},
                                               {.as.words = rows->from, .nulls = rows->no_from},
                                               {.as.words = rows->to, .nulls = rows->no_to},
                                               {.as.i64 = rows->customers}};
    struct fl_table_plan plan = {.schema = fl_schema_by_name("transitions"),
                                 .column_ids = ids,
                                 .column_count = sizeof ids / sizeof ids[0],
                                 .words = words,
                                 .facts = facts,
                                 .effort = FL_EFFORT_LOW};
    struct fl_table_writer *writer = NULL;
    fl_status status = make_uuid(rows, facts, plan.uuid, error);
    if (status == FL_OK)
        status = fl_table_writer_create(io, directory, &plan, &writer, error);
    if (status == FL_OK)
        status = fl_table_writer_append(writer, columns, rows->count, error);
    if (status == FL_OK)
        return fl_table_writer_finish(writer, "transitions", NULL, name, summary, error);
    fl_table_writer_abort(writer);
    return status;
}

fl_status fl_transitions_write(const struct fl_transitions *transitions, const struct fl_io *io,
                               const char *directory, const char *const *facts, char name[256],
                               struct fl_table_summary *summary, struct fl_error *error)
{
    struct fl_word_union all = {0};
    struct rows *rows = calloc(1, sizeof *rows);
    fl_status status = rows == NULL ? fl_fail_memory(error, sizeof *rows) : unite_words(&all, error);
    if (status == FL_OK) {
        make_rows(transitions, &all, rows);
        status = write_rows(rows, &all.words, io, directory, facts, name, summary, error);
    }
    fl_word_union_release(&all);
    free(rows);
    return status;
}
