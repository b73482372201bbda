/* arrow_schema_reader.h - the schema message of a stream, checked once. */
#ifndef FORMATS_ARROW_ARROW_SCHEMA_READER_H
#define FORMATS_ARROW_ARROW_SCHEMA_READER_H

#include "formats/arrow/arrow_schema.h"
#include "formats/arrow/flatbuffer_reader.h"
#include "formats/base/arena.h"
#include "formats/base/status.h"

/* Fills `schema` from a Schema table; all of it lives in `arena`. FL_CORRUPT; FL_UNSUPPORTED, which names
 * type and column; FL_LIMIT: too many columns, facts, or too long names; FL_NO_MEMORY. */
fl_status fl_arrow_schema_read(const struct fl_flat_table *table, struct fl_arena *arena,
                               struct fl_arrow_schema *schema, struct fl_error *error);

#endif
