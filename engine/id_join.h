/* id_join.h - the text that each customer key came in as, looked up in rising order of keys. */
#ifndef ENGINE_ID_JOIN_H
#define ENGINE_ID_JOIN_H

#include "formats/folder/data_folder.h"
#include "formats/table/table_reader.h"

struct fl_id_join;

/* Opens the customer_ids tables of the folder. */
fl_status fl_id_join_open(const struct fl_data_folder *folder, enum fl_io_mode io_mode,
                          struct fl_id_join **join, struct fl_error *error);
/* The text of `customer`, which is at least the one asked for before; valid until the next call. FL_BAD_DATA:
 * two files give it different texts (both are named), or none has one. */
fl_status fl_id_join_find(struct fl_id_join *join, int64_t customer, struct fl_text *id,
                          struct fl_error *error);
/* Those of `count` customers: the texts lie in `bytes`, which is emptied first. */
fl_status fl_id_join_list(struct fl_id_join *join, const int64_t *customers, size_t count,
                          struct fl_buffer *bytes, struct fl_text *ids, struct fl_error *error);
void fl_id_join_close(struct fl_id_join *join);

#endif
