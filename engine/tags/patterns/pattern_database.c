/* pattern_database.c - places of regular expressions: the library finds which are there, their programs
 * where. */
#include <assert.h>
#include <stdlib.h>

#include "engine/tags/compiler.h"
#include "engine/tags/patterns/pattern_expression.h"
#include "engine/tags/patterns/pattern_program.h"
#include "engine/tags/words/word_database.h"

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
    size_t pattern_count;
    bool has_seen[]; /* of each pattern: whether the library reports it */
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
    const fl_status status =
        fl_compiler_run(list, database->count, FL_HYPERSCAN_FILTER, &database->hyperscan, bad, error);
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
    struct fl_pattern_scratch *made = calloc(1, sizeof *made + database->count * sizeof made->has_seen[0]);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made + database->count * sizeof made->has_seen[0]);
    made->pattern_count = database->count;
    const fl_status status = fl_hyperscan_scratch_create(database->hyperscan, &made->hyperscan, error);
    if (status == FL_OK)
        *scratch = made;
    else
        free(made);
    return status;
}

void fl_pattern_scratch_free(struct fl_pattern_scratch *scratch)
{
    if (scratch == NULL)
        return;
    fl_hyperscan_scratch_free(scratch->hyperscan);
    fl_pattern_tables_release(&scratch->tables);
    free(scratch);
}

/* ---- scan ---- */

static int collect(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
    (void)from;
    (void)to;
    (void)flags;
    struct fl_pattern_scratch *scratch = context;
    assert(id < scratch->pattern_count);
    scratch->has_seen[id] = true;
    return 0;
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
    for (size_t i = 0; i < database->count; i++) {
        if (!scratch->has_seen[i])
            continue;
        if (!fl_pattern_program_run(&database->programs[i], database->fold, text, &scratch->tables) ||
            !add_places((uint32_t)i, (const uint32_t *)scratch->tables.longest.bytes, text.size, places))
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
    if (database->hyperscan == NULL)
        return FL_OK;
    if (size >= UINT32_MAX)
        return fl_fail(error, FL_LIMIT, "a text of %zu bytes: regular expressions look at %u at most", size,
                       UINT32_MAX - 1);
    memset(scratch->has_seen, 0, scratch->pattern_count * sizeof scratch->has_seen[0]);
    bool stopped;
    const fl_status status = fl_hyperscan_scan(database->hyperscan, scratch->hyperscan, bytes, size, collect,
                                               scratch, &stopped, error);
    if (status != FL_OK)
        return status;
    assert(!stopped);
    if (!place_all(database, scratch, (struct fl_text){bytes, size}, places))
        return fl_fail_memory(error, size * sizeof(uint32_t));
    *count = places->size / sizeof(struct fl_pattern_place);
    return FL_OK;
}
