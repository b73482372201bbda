/* parquet_footer.h - the footer of a file from the facts of its column chunks. */
#ifndef FORMATS_PARQUET_PARQUET_FOOTER_H
#define FORMATS_PARQUET_PARQUET_FOOTER_H

#include "formats/parquet/parquet_chunk.h"

/* Bytes of the file. */
struct fl_parquet_place {
    uint64_t offset;
    uint32_t size_bytes;
};

/* A column chunk that has been written. */
struct fl_parquet_chunk_facts {
    struct fl_parquet_chunk_totals totals;
    uint64_t first_offset; /* of the dictionary page, or of the first data page */
    uint64_t data_offset;  /* of the first data page */
    struct fl_parquet_place column_index, offset_index; /* size 0: there is none; offsets from the first index
                                                          of its sort in the file */
};

struct fl_parquet_group_facts {
    uint64_t rows;
};

struct fl_parquet_file_facts {
    const struct fl_parquet_plan *plan;
    uint64_t rows;
    const struct fl_parquet_group_facts *groups;
    size_t group_count;
    const struct fl_parquet_chunk_facts *chunks; /* of all columns of the first group, then the next .. */
    uint64_t column_indexes_offset, offset_indexes_offset; /* in the file */
};

/* Appends struct FileMetaData; false: no memory. */
bool fl_parquet_put_footer(const struct fl_parquet_file_facts *facts, struct fl_buffer *out);

#endif
