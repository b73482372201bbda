/* hyperscan.c - the one file that knows the library. */
#include "engine/tags/hyperscan.h"

#include <assert.h>
#include <hs.h>
#include <stdlib.h>

struct fl_hyperscan {
    hs_database_t *database;
};
struct fl_hyperscan_scratch {
    hs_scratch_t *scratch;
    const struct fl_hyperscan *compiled;
};

/* Flags and numbers of all expressions. */
struct settings {
    unsigned *flags, *ids;
};

static bool settings_make(struct settings *settings, size_t count, unsigned flags)
{
    settings->flags = malloc(count * sizeof *settings->flags);
    settings->ids = malloc(count * sizeof *settings->ids);
    if (settings->flags == NULL || settings->ids == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        settings->flags[i] = flags;
        settings->ids[i] = (unsigned)i;
    }
    return true;
}

/* What the library says in place of a database. */
static fl_status refused(hs_compile_error_t *said, size_t *bad, struct fl_error *error)
{
    fl_status status;
    if (said->expression >= 0)
        *bad = (size_t)said->expression;
    if (strstr(said->message, "allocate memory") != NULL)
        status = fl_fail(error, FL_NO_MEMORY, "%s", said->message);
    else
        status = fl_fail(error, said->expression >= 0 ? FL_BAD_MODEL : FL_LIMIT, "%s", said->message);
    hs_free_compile_error(said);
    return status;
}

fl_status fl_hyperscan_compile(const char *const *expressions, size_t count, enum fl_hyperscan_kind kind,
                               struct fl_hyperscan_bytes *bytes, size_t *bad, struct fl_error *error)
{
    assert(count > 0 && count <= INT32_MAX);
    *bytes = (struct fl_hyperscan_bytes){0};
    *bad = count;
    if (hs_valid_platform() != HS_SUCCESS)
        return fl_fail(error, FL_UNSUPPORTED, "the keyword library needs a newer CPU (SSSE3 at least)");
    struct settings settings = {0};
    hs_database_t *database = NULL;
    hs_compile_error_t *said = NULL;
    /* Not HS_FLAG_SINGLEMATCH: with it Vectorscan 5.4.9 misses a lone character behind byte 64. */
    const unsigned flags =
        kind == FL_HYPERSCAN_FILTER ? HS_FLAG_UTF8 | HS_FLAG_ALLOWEMPTY | HS_FLAG_PREFILTER : 0;
    fl_status status = FL_OK;
    if (!settings_make(&settings, count, flags))
        status = fl_fail_memory(error, count * 2 * sizeof(unsigned));
    else if (hs_compile_multi(expressions, settings.flags, settings.ids, (unsigned)count, HS_MODE_BLOCK, NULL,
                              &database, &said) != HS_SUCCESS)
        status = refused(said, bad, error);
    else if (hs_serialize_database(database, &bytes->bytes, &bytes->size) != HS_SUCCESS)
        status = fl_fail(error, FL_NO_MEMORY, "no memory to hand on what was compiled");
    hs_free_database(database);
    free(settings.flags);
    free(settings.ids);
    return status;
}

fl_status fl_hyperscan_load(const struct fl_hyperscan_bytes *bytes, struct fl_hyperscan **compiled,
                            struct fl_error *error)
{
    *compiled = NULL;
    struct fl_hyperscan *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    const hs_error_t code = hs_deserialize_database(bytes->bytes, bytes->size, &made->database);
    if (code == HS_SUCCESS) {
        *compiled = made;
        return FL_OK;
    }
    free(made);
    if (code == HS_NOMEM)
        return fl_fail_memory(error, bytes->size);
    return fl_fail(error, FL_INTERNAL, "the keyword library does not take what it compiled: error %d", code);
}

void fl_hyperscan_free(struct fl_hyperscan *compiled)
{
    if (compiled == NULL)
        return;
    hs_free_database(compiled->database);
    free(compiled);
}

fl_status fl_hyperscan_scratch_create(const struct fl_hyperscan *compiled,
                                      struct fl_hyperscan_scratch **scratch, struct fl_error *error)
{
    *scratch = NULL;
    if (compiled == NULL)
        return FL_OK;
    struct fl_hyperscan_scratch *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    made->compiled = compiled;
    const hs_error_t code = hs_alloc_scratch(compiled->database, &made->scratch);
    if (code == HS_SUCCESS) {
        *scratch = made;
        return FL_OK;
    }
    free(made);
    if (code == HS_NOMEM)
        return fl_fail(error, FL_NO_MEMORY, "no memory for the work space of a keyword scan");
    return fl_fail(error, FL_INTERNAL, "the keyword library makes no work space: error %d", code);
}

void fl_hyperscan_scratch_free(struct fl_hyperscan_scratch *scratch)
{
    if (scratch == NULL)
        return;
    hs_free_scratch(scratch->scratch);
    free(scratch);
}

fl_status fl_hyperscan_scan(const struct fl_hyperscan *compiled, struct fl_hyperscan_scratch *scratch,
                            const char *bytes, size_t size, fl_hyperscan_report *report, void *context,
                            bool *stopped, struct fl_error *error)
{
    assert(scratch->compiled == compiled);
    *stopped = false;
    if (size == 0)
        return FL_OK;
    if (size > UINT32_MAX)
        return fl_fail(error, FL_LIMIT, "a text of %zu bytes: at most %u are scanned at once", size,
                       UINT32_MAX);
    const hs_error_t code =
        hs_scan(compiled->database, bytes, (unsigned)size, 0, scratch->scratch, report, context);
    assert(code != HS_SCRATCH_IN_USE); /* two threads share one */
    *stopped = code == HS_SCAN_TERMINATED;
    if (code == HS_SUCCESS || *stopped)
        return FL_OK;
    return fl_fail(error, FL_INTERNAL, "the keyword library fails in a text of %zu bytes: error %d", size,
                   code);
}
