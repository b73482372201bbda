/* fit_reader.h - typed keys of the YAML files that a fit writes into a model: each must be there. */
#ifndef ENGINE_MODEL_FIT_READER_H
#define ENGINE_MODEL_FIT_READER_H

#include "formats/base/yaml_walk.h"

/* What is being read, so that each step has one argument for it. */
struct fl_fit_reader {
    const struct fl_yaml_file *file;
    struct fl_error *error;
};

/* Each is FL_BAD_MODEL with line, column and a caret when the key is missing or its value is of a wrong kind
 * or outside its range. */
fl_status fl_fit_find(const struct fl_fit_reader *reader, const struct fl_yaml_node *map, const char *key,
                      const struct fl_yaml_node **node);
/* A map that has no keys but the known ones (NULL-ended). */
fl_status fl_fit_find_map(const struct fl_fit_reader *reader, const struct fl_yaml_node *map, const char *key,
                          const char *const *known, const struct fl_yaml_node **node);
/* `items`: what a list of them holds, for the message. */
fl_status fl_fit_find_list(const struct fl_fit_reader *reader, const struct fl_yaml_node *map,
                           const char *key, const char *items, const struct fl_yaml_node **node);
fl_status fl_fit_count(const struct fl_fit_reader *reader, const struct fl_yaml_node *map, const char *key,
                       int64_t min, int64_t max, int64_t *count);
/* A number from min to max of at most 15 digits, rounded once; `between` says the range in words. */
fl_status fl_fit_number(const struct fl_fit_reader *reader, const struct fl_yaml_node *map, const char *key,
                        double min, double max, const char *between, double *number);
/* A decimal number of at most `places` places, as an integer: 0.25 of 3 places is 250. */
fl_status fl_fit_decimal(const struct fl_fit_reader *reader, const struct fl_yaml_node *map, const char *key,
                         int places, int64_t min, int64_t max, int64_t *number);
fl_status fl_fit_text(const struct fl_fit_reader *reader, const struct fl_yaml_node *map, const char *key,
                      struct fl_text *text);
fl_status fl_fit_day(const struct fl_fit_reader *reader, const struct fl_yaml_node *map, const char *key,
                     int32_t *day);
/* Bytes of all texts under `key` in the maps of a list: a text may be longer than its escapes in the file. */
size_t fl_fit_text_bytes(const struct fl_yaml_node *list, const char *key);

#endif
