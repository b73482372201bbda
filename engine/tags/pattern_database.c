/* pattern_database.c - places of regular expressions: the library finds which are there, their programs
 * where. */
#include <assert.h>
#include <stdlib.h>

#include "engine/tags/hyperscan.h"
#include "engine/tags/pattern_expression.h"
#include "engine/tags/pattern_program.h"
#include "engine/tags/pattern_trial.h"
#include "engine/tags/word_database.h"

struct fl_pattern_database {
    const struct fl_fold *fold;
    struct fl_arena arena;               /* of the trees, the programs */
    struct fl_pattern_program *programs; /* the same */
    size_t count;
    struct fl_hyperscan *hyperscan; /* NULL: there are no patterns */
};
struct fl_pattern_scratch {
    struct fl_hyperscan_scratch *hyperscan;
    struct fl_pattern_tables tables;
    struct fl_buffer seen; /* uint32_t: patterns that the library reports */
};

/* ---- compile ---- */

/* Expressions for the library, one behind the other, each with a NUL. */
static fl_status read_all(struct fl_pattern_database *database, const struct fl_text *patterns, size_t *bad,
                          struct fl_buffer *expressions, struct fl_error *error)
{
    database->programs = fl_arena_take(&database->arena, database->count * sizeof *database->programs);
    if (database->programs == NULL)
        return fl_fail_memory(error, database->count * sizeof *database->programs);
    for (size_t i = 0; i < database->count; i++) {
        struct fl_pattern_node *root;
        *bad = i;
        const fl_status status = fl_pattern_read(patterns[i], database->fold, &database->arena, &root, error);
        if (status != FL_OK)
            return status;
        if (!fl_pattern_program_make(root, &database->arena, &database->programs[i]) ||
            !fl_pattern_expression_add(root, expressions))
            return fl_fail_memory(error, expressions->size);
    }
    return FL_OK;
}

static fl_status compile_all(struct fl_pattern_database *database, const struct fl_buffer *expressions,
                             size_t *bad, struct fl_error *error)
{
    const char **list = malloc(database->count * sizeof *list);
    if (list == NULL)
        return fl_fail_memory(error, database->count * sizeof *list);
    const char *at = (const char *)expressions->bytes;
    for (size_t i = 0; i < database->count; i++) {
        list[i] = at;
        at += strlen(at) + 1;
    }
    fl_status status = fl_pattern_trial(list, database->count, bad, error);
    if (status == FL_OK)
        status = fl_hyperscan_compile(list, database->count, FL_HYPERSCAN_FILTER, &database->hyperscan, bad,
                                      error);
    free(list);
    return status;
}

fl_status fl_pattern_database_compile(const struct fl_fold *fold, const struct fl_text *patterns,
                                      size_t count, struct fl_pattern_database **database, size_t *bad,
                                      struct fl_error *error)
{
    *database = NULL;
    *bad = FL_PATTERNS_MAX;
    if (count > FL_PATTERNS_MAX)
        return fl_fail(error, FL_BAD_MODEL,
                       "more than %d regular expressions: words are quicker, and not limited so",
                       FL_PATTERNS_MAX);
    struct fl_pattern_database *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    made->fold = fold;
    made->count = count;
    fl_arena_init(&made->arena);
    struct fl_buffer expressions = {0};
    fl_status status = FL_OK;
    if (count > 0)
        status = read_all(made, patterns, bad, &expressions, error);
    if (count > 0 && status == FL_OK)
        status = compile_all(made, &expressions, bad, error);
    fl_buffer_release(&expressions);
    if (status != FL_OK) {
        fl_pattern_database_free(made);
        return status;
    }
    *database = made;
    return FL_OK;
}

void fl_pattern_database_free(struct fl_pattern_database *database)
{
    if (database == NULL)
        return;
    fl_hyperscan_free(database->hyperscan);
    fl_arena_release(&database->arena);
    free(database);
}

fl_status fl_pattern_scratch_create(const struct fl_pattern_database *database,
                                    struct fl_pattern_scratch **scratch, struct fl_error *error)
{
    *scratch = NULL;
    struct fl_pattern_scratch *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    if (database->hyperscan != NULL) {
        const fl_status status = fl_hyperscan_scratch_create(database->hyperscan, &made->hyperscan, error);
        if (status != FL_OK) {
            free(made);
            return status;
        }
    }
    *scratch = made;
    return FL_OK;
}

void fl_pattern_scratch_free(struct fl_pattern_scratch *scratch)
{
    if (scratch == NULL)
        return;
    fl_hyperscan_scratch_free(scratch->hyperscan);
    fl_pattern_tables_release(&scratch->tables);
    fl_buffer_release(&scratch->seen);
    free(scratch);
}

/* ---- scan ---- */

static int collect(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
    (void)from;
    (void)to;
    (void)flags;
    const uint32_t pattern = id;
    return !fl_buffer_append(context, &pattern, sizeof pattern);
}

static int by_number(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

/* From the left the first place, the longest there, then on behind it. */
static bool add_places(uint32_t pattern, const uint32_t *longest, size_t size, struct fl_buffer *places)
{
    size_t at = 0;
    while (at < size) {
        if (longest[at] == 0) {
            at++;
            continue;
        }
        const struct fl_pattern_place place = {pattern, (uint32_t)at, longest[at]};
        if (!fl_buffer_append(places, &place, sizeof place))
            return false;
        at = longest[at];
    }
    return true;
}

static bool place_all(const struct fl_pattern_database *database, struct fl_pattern_scratch *scratch,
                      struct fl_text text, struct fl_buffer *places)
{
    const uint32_t *seen = (const uint32_t *)scratch->seen.bytes;
    const size_t count = scratch->seen.size / sizeof *seen;
    if (count > 1)
        qsort(scratch->seen.bytes, count, sizeof *seen, by_number);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && seen[i] == seen[i - 1])
            continue;
        if (!fl_pattern_program_run(&database->programs[seen[i]], database->fold, text, &scratch->tables) ||
            !add_places(seen[i], (const uint32_t *)scratch->tables.longest.bytes, text.size, places))
            return false;
    }
    return true;
}

fl_status fl_pattern_database_scan(const struct fl_pattern_database *database,
                                   struct fl_pattern_scratch *scratch, const char *bytes, size_t size,
                                   struct fl_buffer *places, size_t *count, struct fl_error *error)
{
    places->size = 0;
    *count = 0;
    scratch->seen.size = 0;
    if (database->hyperscan == NULL)
        return FL_OK;
    if (size >= UINT32_MAX)
        return fl_fail(error, FL_LIMIT, "a text of %zu bytes: regular expressions look at %u at most", size,
                       UINT32_MAX - 1);
    bool stopped;
    const fl_status status = fl_hyperscan_scan(database->hyperscan, scratch->hyperscan, bytes, size, collect,
                                               &scratch->seen, &stopped, error);
    if (status != FL_OK)
        return status;
    if (stopped || !place_all(database, scratch, (struct fl_text){bytes, size}, places))
        return fl_fail_memory(error, size * sizeof(uint32_t));
    *count = places->size / sizeof(struct fl_pattern_place);
    return FL_OK;
}
