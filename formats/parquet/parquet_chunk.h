/* parquet_chunk.h - the pages of one column in one row group. */
#ifndef FORMATS_PARQUET_PARQUET_CHUNK_H
#define FORMATS_PARQUET_PARQUET_CHUNK_H

#include "formats/parquet/number_dictionary.h"
#include "formats/parquet/parquet_bounds.h"
#include "formats/parquet/parquet_compress.h"
#include "formats/parquet/parquet_leaf.h"

/* What the indexes at the end of the file say of a page. */
struct fl_parquet_page_facts {
    uint64_t offset;     /* of its header in the pages of the chunk */
    uint32_t size_bytes; /* stored, with its header */
    uint64_t first_row;  /* in the row group */
    uint64_t nulls;      /* entries without a value */
    bool empty;          /* no entry has a value */
    struct fl_parquet_bounds bounds;
};

/* Of all pages of the chunk. */
struct fl_parquet_chunk_totals {
    uint64_t rows, entries, nulls;
    uint64_t plain_pages, dictionary_pages; /* data pages by encoding */
    uint64_t unpacked_bytes, stored_bytes;  /* headers in both; the dictionary page too, once it is made */
    bool bounded;                           /* each page that has values has bounds */
    struct fl_parquet_bounds bounds;
};

/* Work space that all columns of a writer share. Zero-initialise, release once. */
struct fl_parquet_scratch {
    struct fl_parquet_leaf_scratch leaf;
    struct fl_buffer wide, indices; /* values as int64_t; their numbers in the dictionary */
    struct fl_buffer body, packed;
};
void fl_parquet_scratch_release(struct fl_parquet_scratch *scratch);

/* Used for one row group after the other; reset begins the next. */
struct fl_parquet_chunk {
    const struct fl_parquet_column *column;
    size_t word_size_max;             /* of the column's words */
    struct fl_buffer dictionary_page; /* header and body, once it is made */
    struct fl_buffer pages;           /* data pages, headers and bodies */
    struct fl_buffer facts;           /* struct fl_parquet_page_facts */
    size_t page_count;
    struct fl_parquet_chunk_totals totals;
    bool in_dictionary; /* the next page may use it; once a page does not, no later one does */
    struct fl_number_dictionary numbers;
    struct fl_word_dictionary words;
};

fl_status fl_parquet_chunk_open(struct fl_parquet_chunk *chunk, const struct fl_parquet_column *column,
                                struct fl_error *error);
void fl_parquet_chunk_close(struct fl_parquet_chunk *chunk);
void fl_parquet_chunk_reset(struct fl_parquet_chunk *chunk);
/* Adds the rows as one page or more. */
fl_status fl_parquet_chunk_add(struct fl_parquet_chunk *chunk, const struct fl_parquet_packer *packer,
                               const struct fl_parquet_cells *cells, size_t first, size_t rows,
                               struct fl_parquet_scratch *scratch, struct fl_error *error);
/* Makes the dictionary page, empty when no page uses it. Adds its bytes to the totals. */
fl_status fl_parquet_chunk_end(struct fl_parquet_chunk *chunk, const struct fl_parquet_packer *packer,
                               struct fl_parquet_scratch *scratch, struct fl_error *error);

static inline const struct fl_parquet_page_facts *fl_parquet_chunk_pages(const struct fl_parquet_chunk *chunk)
{
    return (const struct fl_parquet_page_facts *)(const void *)chunk->facts.bytes;
}

#endif
