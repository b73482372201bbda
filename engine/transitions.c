/* transitions.c - how many customers went from one band, cluster, loop, phase, stage, tier to another since
 * the previous run. */
#include "engine/transitions.h"

#include <stdio.h>
#include <stdlib.h>

#include "formats/table/word_union.h"

/* A table's rows ascend, null before everything: so null has the first place, word 0 the next. */
enum {
    PLACES = FL_RESULT_WORDS_MAX + 1,
    MOVES_MAX = FL_MOVE_PLACES * FL_MOVE_PLACES,
    ROWS_MAX = FL_CHANGES * PLACES * PLACES + MOVES_MAX
};

#define X(name, word, id) (id),
static const uint16_t column_ids[FL_CHANGES] = {FL_CHANGE_LIST(X)};
#undef X

/* What changes, sorted: with moves between clusters, and without. */
#define X(name, word, id) word,
static const char *const change_words[] = {FL_CHANGE_LIST(X)};
#undef X
static const char *const moved_words[] = {"band", "cluster", "loop", "phase", "stage", "tier"};
enum { MOVED_CLUSTER = 1, MOVED_WORDS = sizeof moved_words / sizeof moved_words[0] };
_Static_assert((int)MOVED_WORDS == FL_CHANGES + 1, "those of the list, and the cluster");

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

/* Customers who went from one cluster to another, by the words of both. */
struct move {
    uint32_t from, to;
    uint64_t customers;
};

/* The table's rows. */
struct rows {
    struct move moves[MOVES_MAX];
    size_t count;
    uint32_t what[ROWS_MAX], from[ROWS_MAX], to[ROWS_MAX];
    uint8_t no_from[ROWS_MAX], no_to[ROWS_MAX];
    int64_t customers[ROWS_MAX];
};

/* The number of a cluster as the one word of a dictionary. */
struct number_word {
    uint32_t offsets[2];
    char text[12];
};
static struct fl_words print_number(uint32_t number, struct number_word *word)
{
    const int size = snprintf(word->text, sizeof word->text, "%u", (unsigned)number);
    word->offsets[0] = 0;
    word->offsets[1] = (uint32_t)size;
    return (struct fl_words){.count = 1, .offsets = word->offsets, .bytes = word->text};
}

static fl_status unite_numbers(struct fl_word_union *all, const struct fl_move_clusters *clusters,
                               struct fl_error *error)
{
    fl_status status = FL_OK;
    for (uint32_t place = 1; place <= clusters->more && status == FL_OK; place++) {
        struct number_word word;
        const struct fl_words one = print_number(clusters->numbers[place], &word);
        status = fl_word_union_add(all, &one, error);
    }
    return status;
}

/* All words of all lists, united and sorted: the dictionary of from and to. */
static fl_status unite_words(struct fl_word_union *all, const struct fl_cluster_moves *moves,
                             struct fl_error *error)
{
    fl_status status = moves == NULL ? FL_OK : unite_numbers(all, &moves->from, error);
    if (status == FL_OK && moves != NULL)
        status = unite_numbers(all, &moves->to, error);
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

static void add_row(struct rows *rows, uint32_t what, const uint32_t numbers[], size_t from, size_t to,
                    uint64_t customers)
{
    const size_t row = rows->count++;
    rows->what[row] = what;
    rows->no_from[row] = from == 0;
    rows->no_to[row] = to == 0;
    rows->from[row] = from == 0 ? 0 : numbers[from - 1];
    rows->to[row] = to == 0 ? 0 : numbers[to - 1];
    rows->customers[row] = (int64_t)customers;
}

static void add_changes(const struct fl_transitions *transitions, const struct fl_word_union *all,
                        size_t change, uint32_t what, struct rows *rows)
{
    uint32_t numbers[FL_RESULT_WORDS_MAX];
    map_words(all, change, numbers);
    for (size_t from = 0; from < PLACES; from++) {
        for (size_t to = 0; to < PLACES; to++) {
            const uint64_t customers = transitions->counts[change][from][to];
            if (customers > 0)
                add_row(rows, what, numbers, from, to, customers);
        }
    }
}

/* ---- clusters ---- */

/* One more than the words of a night's clusters in the dictionary, by place; none is 0. */
static void find_words(const struct fl_word_union *all, const struct fl_move_clusters *clusters,
                       uint32_t words[FL_MOVE_PLACES])
{
    words[0] = 0;
    for (uint32_t place = 1; place <= clusters->more; place++) {
        struct number_word word;
        const struct fl_words one = print_number(clusters->numbers[place], &word);
        fl_word_union_map(all, &one, &words[place]);
        words[place]++;
    }
}

static int compare_moves(const void *a, const void *b)
{
    const struct move *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

/* Places are as the clusters came, rows in the order of their words. */
static void add_moves(const struct fl_cluster_moves *moves, const struct fl_word_union *all,
                      struct rows *rows)
{
    uint32_t from_words[FL_MOVE_PLACES], to_words[FL_MOVE_PLACES];
    size_t count = 0;
    find_words(all, &moves->from, from_words);
    find_words(all, &moves->to, to_words);
    for (uint32_t from = 0; from <= moves->from.more; from++) {
        for (uint32_t to = 0; to <= moves->to.more; to++) {
            const uint64_t customers = moves->customers[from][to];
            if (customers > 0)
                rows->moves[count++] = (struct move){from_words[from], to_words[to], customers};
        }
    }
    qsort(rows->moves, count, sizeof rows->moves[0], compare_moves);
    for (size_t i = 0; i < count; i++) {
        const struct move *move = &rows->moves[i];
        const uint32_t words[2] = {move->from - 1, move->to - 1};
        add_row(rows, MOVED_CLUSTER, words, move->from == 0 ? 0 : 1, move->to == 0 ? 0 : 2, move->customers);
    }
}

static void make_rows(const struct fl_transitions *transitions, const struct fl_cluster_moves *moves,
                      const struct fl_word_union *all, struct rows *rows)
{
    uint32_t what = 0;
    for (size_t change = 0; change < FL_CHANGES; change++) {
        if (moves != NULL && what == MOVED_CLUSTER) {
            add_moves(moves, all, rows);
            what++;
        }
        add_changes(transitions, all, change, what++, rows);
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

static fl_status write_rows(const struct rows *rows, struct fl_result_words changes,
                            const struct fl_words *all, const struct fl_io *io, const char *directory,
                            const char *const *facts, char name[256], struct fl_table_summary *summary,
                            struct fl_error *error)
{
    static const uint16_t ids[] = {FL_TRANSITIONS_WHAT, FL_TRANSITIONS_FROM, FL_TRANSITIONS_TO,
                                   FL_TRANSITIONS_CUSTOMERS};
    struct fl_result_dictionary dictionary;
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

fl_status fl_transitions_write(const struct fl_transitions *transitions, const struct fl_cluster_moves *moves,
                               const struct fl_io *io, const char *directory, const char *const *facts,
                               char name[256], struct fl_table_summary *summary, struct fl_error *error)
{
    const struct fl_result_words changes = moves == NULL ? (struct fl_result_words){change_words, FL_CHANGES}
                                                         : (struct fl_result_words){moved_words, MOVED_WORDS};
    struct fl_word_union all = {0};
    struct rows *rows = calloc(1, sizeof *rows);
    fl_status status = rows == NULL ? fl_fail_memory(error, sizeof *rows) : unite_words(&all, moves, error);
    if (status == FL_OK) {
        make_rows(transitions, moves, &all, rows);
        status = write_rows(rows, changes, &all.words, io, directory, facts, name, summary, error);
    }
    fl_word_union_release(&all);
    free(rows);
    return status;
}
