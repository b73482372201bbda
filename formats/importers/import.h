/* import.h - one import: foreign files in, table files of a data folder out, all of it or nothing. */
#ifndef FORMATS_IMPORTERS_IMPORT_H
#define FORMATS_IMPORTERS_IMPORT_H

#include "formats/base/io.h"
#include "formats/base/status.h"
#include "formats/base/text.h"
#include "formats/importers/mapping.h"

enum { FL_IMPORT_REASONS_MAX = 64 };

struct fl_import_plan {
    const struct fl_io *io;
    const char *folder;        /* data folder, created when missing */
    const char *mapping_path;  /* NULL: headers are our own column names */
    const char *table;         /* NULL: the mapping's, else interactions */
    enum fl_money_unit money;  /* without a mapping, which else says it */
    const char *const *inputs; /* paths, "-" = standard input */
    size_t input_count;
    const struct fl_names *types; /* interaction type names -> ids */
    const uint8_t *types_digest;  /* 16 bytes, or NULL for the built-in registry; part of the import id */
    bool has_arrival;
    int32_t arrival_day;
    uint64_t memory_bytes; /* all buffers together stay under it */
    unsigned
        threads; /* that parse, as far as memory_bytes goes; 0 is 1. They change no byte of what comes out */
    uint64_t rejects_max;
    bool again;           /* take rows of a file in although the folder has them from another import */
    bool pseudonymous;    /* first import of a folder with text ids only */
    const char *key_path; /* NULL, or an existing key file to start a text folder with */
    /* Called now and then with rows and bytes read so far; a non-zero return stops with FL_INTERRUPTED. */
    int (*progress)(void *context, uint64_t rows, uint64_t bytes_read);
    void *progress_context;
};

struct fl_import_reason {
    char words[96]; /* "skipped: no customer", "type: unknown name" */
    uint64_t rows;
};

struct fl_import_report {
    uint64_t rows_read, rows_written, rows_skipped, rows_rejected, bytes_read;
    struct fl_import_reason skips[FL_IMPORT_REASONS_MAX], rejects[FL_IMPORT_REASONS_MAX];
    size_t skip_count, reject_count;
    char import_id[33];
    bool already_there;    /* nothing was written: this import was made before; rejects are those of then */
    bool zone_assumed;     /* the folder's first interactions, and no mapping names a zone: it is UTC now */
    bool restored;         /* it was made before, but files of it were gone: they are written again */
    char reject_path[512]; /* "" when nothing was rejected */
    size_t file_count;     /* table files published */
    uint64_t stored_bytes;
};

/* FL_REJECTED: more than rejects_max rows were rejected; the reject files are there, nothing else is. Or,
 * with already_there, all of it is there from before, with more rejects than are allowed now. */
fl_status fl_import(const struct fl_import_plan *plan, struct fl_import_report *report,
                    struct fl_error *error);

#endif
