/* table_sample.h - small table files with one of everything, to be broken. */
#ifndef TESTS_MALFORMED_TABLE_SAMPLE_H
#define TESTS_MALFORMED_TABLE_SAMPLE_H

#include "formats/base/arena.h"

enum { SAMPLE_ROWS = 63, SAMPLE_BLOCK_ROWS = 24, SAMPLE_CUSTOMER_ROWS = 7, SAMPLE_BLOCKS = 3 };

/* The bytes of a table file of the named schema with SAMPLE_ROWS rows in SAMPLE_BLOCKS blocks (of 21 rows),
 * all columns of the schema, null here and there where the format allows it. Customers have seven rows each
 * in `interactions`, one in other tables. The same bytes each time. */
void table_sample(const char *schema, struct fl_buffer *bytes);

enum { LONG_SAMPLE_ROWS = 1600, LONG_SAMPLE_CUSTOMERS = 4 };

/* Interactions in one block, long enough for runs to pay, and nulls by type: customer, day, type, order;
 * every second row has an order by its type, two are exceptions. */
void table_sample_long(struct fl_buffer *bytes);

enum { COLD_SAMPLE_ROWS = 40 };

/* Interactions in one block, of the effort for files that stay: customer, day, type, a text under zstd with
 * nulls here and there. */
void table_sample_cold(struct fl_buffer *bytes);

enum { WORDS_SAMPLE_ROWS = 24, WORDS_SAMPLE_WORDS = 60 };

/* Interactions in one block, little but dictionaries: customer, day, type, brand, product; 24 of 60 words of
 * each are in use. */
void table_sample_words(struct fl_buffer *bytes);

enum { BLOCKS_SAMPLE_BLOCKS = 20, BLOCKS_SAMPLE_ROWS = 3 * BLOCKS_SAMPLE_BLOCKS };

/* Interactions of as many customers as blocks, three rows in each: customer, day, type, quantity. */
void table_sample_blocks(struct fl_buffer *bytes);

#endif
