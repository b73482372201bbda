/* parquet_read_pages.h - the pages of one column of one row group, one after the other. */
#ifndef FORMATS_PARQUET_PARQUET_READ_PAGES_H
#define FORMATS_PARQUET_PARQUET_READ_PAGES_H

#include "formats/parquet/parquet_read_file.h"
#include "formats/parquet/parquet_read_header.h"
#include "formats/parquet/parquet_decode_values.h"

struct fl_parquet_pages {
    struct fl_parquet *file;
    const struct fl_parquet_field *column;
    const struct fl_parquet_part *chunk;
    uint64_t offset, end; /* of the next page; of the last one */
    uint64_t page_offset; /* of the page that is read, for messages */
    uint64_t values_left; /* in pages not read yet */
    struct fl_parquet_window window;
    struct fl_buffer page;  /* unpacked */
    bool is_page_in_use;    /* texts were taken that lie in it */
    struct fl_buffer *kept; /* earlier pages, in which texts lie that are in use */
    size_t kept_count, kept_capacity;
    struct fl_buffer spare;
    struct fl_parquet_dictionary dictionary;
    bool has_data;                   /* a data page was read */
    uint32_t page_values, page_left; /* values of this page in all, not taken yet */
    uint32_t nulls_claimed, nulls_seen;
    bool claims_nulls;
    struct fl_parquet_hybrid repeats, levels;
    struct fl_parquet_reader reader;
    uint64_t pages, pages_unsealed; /* read so far, those without a checksum */
};

/* Starts with a row group's chunk. The struct is {0} the first time; its memory is used again afterwards.
 * FL_UNSUPPORTED: a codec that is not read, pages elsewhere. */
fl_status fl_parquet_pages_begin(struct fl_parquet_pages *pages, struct fl_parquet *file,
                                 const struct fl_parquet_field *column, const struct fl_parquet_part *chunk,
                                 struct fl_error *error);

/* Makes the next data page the current one, with page_left > 0. FL_CORRUPT when there is none. */
fl_status fl_parquet_pages_next(struct fl_parquet_pages *pages, struct fl_error *error);

/* The levels of the next `count` values of the page, which must have that many left; `repeats` only of lists.
 * None of them is above its maximum. */
fl_status fl_parquet_pages_take_levels(struct fl_parquet_pages *pages, uint8_t *levels, size_t count,
                                       struct fl_error *error);
fl_status fl_parquet_pages_take_repeats(struct fl_parquet_pages *pages, uint8_t *repeats, size_t count,
                                        struct fl_error *error);
/* Counts `count` values as taken, `nulls` of them without a value; at the end of the page nothing may be
 * left. */
fl_status fl_parquet_pages_took(struct fl_parquet_pages *pages, size_t count, size_t nulls,
                                struct fl_error *error);

/* FL_CORRUPT unless all values of the chunk were taken. */
fl_status fl_parquet_pages_end(const struct fl_parquet_pages *pages, struct fl_error *error);

/* Texts taken so far are not in use any more. */
void fl_parquet_pages_let_go(struct fl_parquet_pages *pages);
/* Keeps a buffer, of memory counted in the file's, until then. FL_NO_MEMORY: it is released. */
fl_status fl_parquet_pages_keep(struct fl_parquet_pages *pages, struct fl_buffer *buffer,
                                struct fl_error *error);
void fl_parquet_pages_release(struct fl_parquet_pages *pages);

#endif
