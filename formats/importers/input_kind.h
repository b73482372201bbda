/* input_kind.h - which format an input is in, told by its first bytes. */
#ifndef FORMATS_IMPORTERS_INPUT_KIND_H
#define FORMATS_IMPORTERS_INPUT_KIND_H

#include <stddef.h>
#include <stdint.h>

/*    name      words */
#define FL_INPUT_KIND_LIST(X)                                                                                \
    X(CSV, "csv")                                                                                            \
    X(NDJSON, "ndjson")                                                                                      \
    X(PARQUET, "parquet")                                                                                    \
    X(ARROW, "arrow")

enum fl_input_kind {
#define X(name, words) FL_INPUT_##name,
    FL_INPUT_KIND_LIST(X)
#undef X
        FL_INPUT_KIND_COUNT,
    FL_INPUT_NOT_SAID = FL_INPUT_KIND_COUNT
};

/* The words, with a NULL behind them. */
extern const char *const fl_input_kind_words[FL_INPUT_KIND_COUNT + 1];

/* Bytes to look at: the longest header of a reject file that is known again. */
enum { FL_INPUT_HEAD_BYTES = 64 << 10 };

/* `said` is what the mapping says. A reject file is CSV whatever the mapping says: it is made of inputs of
 * all kinds. */
enum fl_input_kind fl_input_kind_of(const uint8_t *head, size_t size, const char *path,
                                    enum fl_input_kind said);

#endif
