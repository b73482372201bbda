/* table_listed.c - opens a table file of a data folder, which must be the one that its name says. */
#include "formats/table/table_listed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/checksum.h"

/* The name that the file's facts give it; "" for one that neither an import nor a compaction made. */
static void name_itself(const struct fl_table *table, char name[FL_LISTED_NAME_SIZE])
{
    const char *import_id = fl_table_fact(table, FL_FACT_IMPORT), *part = fl_table_fact(table, FL_FACT_PART);
    char uuid[33];
    name[0] = '\0';
    if (import_id == NULL && fl_table_fact(table, FL_FACT_FOLDED) == NULL)
        return;
    fl_hex128(fl_table_uuid(table), uuid);
    (void)snprintf(name, FL_LISTED_NAME_SIZE, FL_LISTED_NAME, fl_table_schema(table)->name,
                   import_id == NULL ? uuid : import_id,
                   part == NULL ? 1 : (unsigned)strtoul(part, NULL, 10));
}

static fl_status check_name(const struct fl_table *table, const char *path, struct fl_error *error)
{
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    char own[FL_LISTED_NAME_SIZE];
    name_itself(table, own);
    if (own[0] == '\0' || strcmp(own, name) == 0)
        return FL_OK;
    (void)fl_fail(error, FL_CORRUPT, "another file has this name: what is in it was %s", own);
    (void)fl_error_at_path(error, path);
    return FL_CORRUPT;
}

fl_status fl_table_open_listed(const struct fl_io *io, const char *path, enum fl_io_mode mode,
                               struct fl_table **table, struct fl_error *error)
{
    fl_status status = fl_table_open(io, path, mode, table, error);
    if (status == FL_OK)
        status = check_name(*table, path, error);
    if (status == FL_OK)
        return FL_OK;
    fl_table_close(*table);
    *table = NULL;
    return status;
}
