/* parquet_read_parser.h - steps through a footer that its parts share. */
#ifndef FORMATS_PARQUET_PARQUET_READ_PARSER_H
#define FORMATS_PARQUET_PARQUET_READ_PARSER_H

#include "formats/parquet/parquet_read_footer.h"

/* What every step of the parsing needs. A status other than FL_OK ends it as a problem of the reader does. */
struct fl_parquet_parser {
    struct fl_thrift_reader thrift;
    struct fl_arena *arena;
    struct fl_parquet_memory *memory;
    fl_status status;
    struct fl_error *error;
};

/* Zeroed room for the elements of a list, or NULL after the parsing was ended. */
void *fl_parquet_parser_list(struct fl_parquet_parser *parser, const struct fl_thrift_field *field,
                             size_t size, uint32_t *count, struct fl_thrift_field *element);
/* Zeroed room for `count` things, or NULL after the parsing was ended. */
void *fl_parquet_parser_take(struct fl_parquet_parser *parser, uint32_t count, size_t size);
/* A number that counts something. */
uint64_t fl_parquet_parser_count(struct fl_parquet_parser *parser, const struct fl_thrift_field *field);
struct fl_text fl_parquet_parser_text(struct fl_thrift_bytes bytes);

/* The fields of the footer that have files of their own. */
void fl_parquet_parse_nodes(struct fl_parquet_parser *parser, const struct fl_thrift_field *field,
                            struct fl_parquet_footer *footer);
void fl_parquet_parse_groups(struct fl_parquet_parser *parser, const struct fl_thrift_field *field,
                             struct fl_parquet_footer *footer);

#endif
