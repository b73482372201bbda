/* parquet_parts.h - small Parquet files put together by hand, as good or as bad as a test wants them. */
#ifndef TESTS_MALFORMED_PARQUET_PARTS_H
#define TESTS_MALFORMED_PARQUET_PARTS_H

#include <stdbool.h>

#include "formats/base/arena.h"
#include "formats/parquet/parquet_format.h"

enum { PARTS_MAX = 4 };

/* The tree below one top-level field. */
enum parts_tree {
    PARTS_REQUIRED,
    PARTS_OPTIONAL,
    PARTS_REPEATED,  /* repeated int32 x */
    PARTS_LIST3,     /* optional group x (LIST) { repeated group list { optional .. element } } */
    PARTS_LIST2,     /* required group x (LIST) { repeated .. array } */
    PARTS_LIST_ARRAY /* optional group x (LIST) { repeated group array { required .. item } }: a list of
                        structs */
};

struct parts_page {
    int32_t kind, encoding, values;
    int32_t nulls, rows, level_size, repeat_size; /* version 2 */
    int32_t level_encoding;                       /* 0: RLE */
    const void *body;
    int32_t size;
    int32_t stored_size, unpacked_size; /* 0: size */
    bool has_crc;
    uint32_t crc_change; /* 0: the right one */
    bool is_headless;    /* without the struct of its kind */
};

struct parts_column {
    const char *name;
    enum parts_tree tree;
    int32_t type, type_length, converted, precision; /* converted: -1 none */
    struct parts_page pages[PARTS_MAX];
    int page_count, group_pages; /* group_pages: of each row group; 0: all pages are of the first */
    int32_t codec, chunk_type;   /* chunk_type: 0: type */
    int64_t values[PARTS_MAX];   /* of each row group */
    int64_t offset_change, size_change;
    const char *file_path;
    bool is_encrypted, has_bounds;
    int32_t min[PARTS_MAX], max[PARTS_MAX];
    int64_t null_count; /* -1: none */
};

struct parts_file {
    struct parts_column columns[PARTS_MAX];
    int column_count, column_count_said; /* of the row groups; 0: column_count */
    int group_count;
    int64_t group_rows[PARTS_MAX], rows;
    int children_said; /* of the root; 0: column_count */
};

/* malloc()ed. */
struct fl_buffer parts_make(const struct parts_file *file);

#endif
