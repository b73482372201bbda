/* parquet_read_footer.h - what the footer of a Parquet file says. */
#ifndef FORMATS_PARQUET_PARQUET_READ_FOOTER_H
#define FORMATS_PARQUET_PARQUET_READ_FOOTER_H

#include "formats/parquet/parquet_read_memory.h"
#include "formats/parquet/parquet_read.h"
#include "formats/parquet/thrift_reader.h"

/* One element of the schema, which lies there as a tree in pre-order. */
struct fl_parquet_node {
    struct fl_text name;
    int32_t type; /* -1: a group */
    int32_t type_size;
    int32_t repetition;
    int32_t children;
    int32_t converted; /* -1: none */
    int32_t precision, scale;
    int32_t logical; /* 0: none, or one that is not known */
    int32_t unit;
    int32_t bits;
    bool is_utc, is_signed;
};

struct fl_parquet_footer {
    uint64_t rows;
    uint32_t node_count, group_count, fact_count;
    struct fl_parquet_node *nodes;
    struct fl_parquet_group *groups;
    struct fl_parquet_note *facts;
    uint32_t *chunk_counts; /* of each group */
    struct fl_text created_by;
};

/* Parses the `size` bytes into `arena`; texts point into `bytes`. What is parsed is counted in `memory`.
 * `pages_end`: pages lie before it. Everything is checked that can be without the schema. */
fl_status fl_parquet_footer_parse(const uint8_t *bytes, size_t size, uint64_t pages_end,
                                  struct fl_arena *arena, struct fl_parquet_memory *memory,
                                  struct fl_parquet_footer *footer, struct fl_error *error);

/* Zeroed room for `count` things of `size` bytes, counted in `memory`. */
fl_status fl_parquet_footer_take(struct fl_arena *arena, struct fl_parquet_memory *memory, uint64_t count,
                                 size_t size, void *taken, struct fl_error *error);

#endif
