/* arrow_writer_messages.c - the metadata of the messages that are written. */
#include "formats/arrow/arrow_writer_messages.h"

#include "formats/arrow/arrow_numbers.h"

/* The place of the reference to the header. */
static size_t put_message(struct fl_flat_writer *flat, int header_type, int64_t body_bytes)
{
    size_t places[FL_FLAT_FIELDS_MAX] = {0};
    const struct fl_flat_field fields[] = {
        [MESSAGE_VERSION] = FL_FLAT_INT16(VERSION_5),
        [MESSAGE_HEADER_TYPE] = FL_FLAT_INT8(header_type),
        [MESSAGE_HEADER] = FL_FLAT_REFERENCE,
        [MESSAGE_BODY_LENGTH] = FL_FLAT_INT64(body_bytes),
    };
    fl_flat_begin(flat);
    fl_flat_put_table(flat, 0, fields, 4, places);
    return places[MESSAGE_HEADER];
}

/* A type's number in the union, the fields of its table. */
struct type_table {
    int number;
    unsigned count;
    struct fl_flat_field fields[3];
};

static struct type_table number_table(const struct fl_arrow_type *type)
{
    const int bits = (int)type->width_bytes * 8;
    const bool is_signed = type->kind <= FL_ARROW_INT64;
    switch (type->kind) {
    case FL_ARROW_FLOAT16:
    case FL_ARROW_FLOAT32:
    case FL_ARROW_FLOAT64:
        return (struct type_table){TYPE_FLOATING_POINT, 1, {FL_FLAT_INT16(type->kind - FL_ARROW_FLOAT16)}};
    case FL_ARROW_DECIMAL128:
        return (struct type_table){
            TYPE_DECIMAL,
            3,
            {FL_FLAT_INT32(type->precision), FL_FLAT_INT32(type->scale), FL_FLAT_INT32(bits)}};
    default:
        return (struct type_table){TYPE_INT, 2, {FL_FLAT_INT32(bits), FL_FLAT_INT8(is_signed)}};
    }
}

static struct type_table time_table(const struct fl_arrow_type *type)
{
    const struct fl_flat_field unit = FL_FLAT_INT16(type->unit);
    switch (type->kind) {
    case FL_ARROW_DATE32:
    case FL_ARROW_DATE64:
        return (struct type_table){TYPE_DATE, 1, {FL_FLAT_INT16(type->kind == FL_ARROW_DATE64)}};
    case FL_ARROW_TIMESTAMP:
        return (struct type_table){
            TYPE_TIMESTAMP, 2, {unit, type->zone == NULL ? FL_FLAT_ABSENT : FL_FLAT_REFERENCE}};
    case FL_ARROW_DURATION:
        return (struct type_table){TYPE_DURATION, 1, {unit}};
    default:
        return (struct type_table){TYPE_TIME, 2, {unit, FL_FLAT_INT32((int)type->width_bytes * 8)}};
    }
}

static struct type_table table_of(const struct fl_arrow_type *type)
{
    static const int plain[] = {
        [FL_ARROW_NULLS] = TYPE_NULL,
        [FL_ARROW_BOOL] = TYPE_BOOL,
        [FL_ARROW_BINARY] = TYPE_BINARY,
        [FL_ARROW_UTF8] = TYPE_UTF8,
        [FL_ARROW_LARGE_BINARY] = TYPE_LARGE_BINARY,
        [FL_ARROW_LARGE_UTF8] = TYPE_LARGE_UTF8,
        [FL_ARROW_LIST] = TYPE_LIST,
        [FL_ARROW_LARGE_LIST] = TYPE_LARGE_LIST,
    };
    if (type->kind == FL_ARROW_FIXED_BINARY)
        return (struct type_table){TYPE_FIXED_SIZE_BINARY, 1, {FL_FLAT_INT32((int)type->width_bytes)}};
    if (plain[type->kind] != 0)
        return (struct type_table){.number = plain[type->kind]};
    return type->kind >= FL_ARROW_DATE32 ? time_table(type) : number_table(type);
}

static void put_type(struct fl_flat_writer *flat, size_t reference, const struct fl_arrow_type *type,
                     const struct type_table *table)
{
    size_t places[FL_FLAT_FIELDS_MAX] = {0};
    fl_flat_put_table(flat, reference, table->fields, table->count, places);
    if (type->zone != NULL)
        fl_flat_put_text(flat, places[TIMESTAMP_ZONE], fl_text_of(type->zone));
}

static void put_dictionary(struct fl_flat_writer *flat, size_t reference, const struct fl_arrow_field *field)
{
    size_t places[FL_FLAT_FIELDS_MAX] = {0};
    const struct fl_flat_field fields[] = {
        [DICTIONARY_ID] = FL_FLAT_INT64(field->dictionary_id),
        [DICTIONARY_INDEX_TYPE] = FL_FLAT_REFERENCE,
        [DICTIONARY_IS_ORDERED] = FL_FLAT_INT8(field->is_ordered),
    };
    fl_flat_put_table(flat, reference, fields, 3, places);
    const struct type_table index = table_of(&field->index);
    put_type(flat, places[DICTIONARY_INDEX_TYPE], &field->index, &index);
}

/* Name and type of a column, or of a list's items; the place of the reference to its children. */
static size_t put_name_and_type(struct fl_flat_writer *flat, size_t reference, const char *name,
                                bool nullable, const struct fl_arrow_type *type,
                                const struct fl_arrow_field *dictionary)
{
    size_t places[FL_FLAT_FIELDS_MAX] = {0};
    const struct type_table table = table_of(type);
    const struct fl_flat_field fields[] = {
        [FIELD_NAME] = FL_FLAT_REFERENCE,
        [FIELD_NULLABLE] = FL_FLAT_INT8(nullable),
        [FIELD_TYPE_TYPE] = FL_FLAT_INT8(table.number),
        [FIELD_TYPE] = FL_FLAT_REFERENCE,
        [FIELD_DICTIONARY] = dictionary == NULL ? FL_FLAT_ABSENT : FL_FLAT_REFERENCE,
        [FIELD_CHILDREN] = FL_FLAT_REFERENCE,
    };
    fl_flat_put_table(flat, reference, fields, 6, places);
    fl_flat_put_text(flat, places[FIELD_NAME], fl_text_of(name));
    put_type(flat, places[FIELD_TYPE], type, &table);
    if (dictionary != NULL)
        put_dictionary(flat, places[FIELD_DICTIONARY], dictionary);
    return places[FIELD_CHILDREN];
}

static void put_field(struct fl_flat_writer *flat, size_t reference, const struct fl_arrow_field *field)
{
    const size_t children = put_name_and_type(flat, reference, field->name, field->nullable, &field->type,
                                              field->has_dictionary ? field : NULL);
    const bool is_list = field->type.kind == FL_ARROW_LIST || field->type.kind == FL_ARROW_LARGE_LIST;
    const size_t child = fl_flat_put_references(flat, children, is_list);
    if (!is_list)
        return;
    const char *name = field->item_name == NULL ? "item" : field->item_name;
    /* Readers want the list of children to be there, empty or not. */
    (void)fl_flat_put_references(flat, put_name_and_type(flat, child, name, true, &field->item, NULL), 0);
}

static void put_fact(struct fl_flat_writer *flat, size_t reference, const struct fl_arrow_fact *fact)
{
    size_t places[FL_FLAT_FIELDS_MAX] = {0};
    const struct fl_flat_field fields[] = {
        [KEY_VALUE_KEY] = FL_FLAT_REFERENCE, [KEY_VALUE_VALUE] = FL_FLAT_REFERENCE};
    fl_flat_put_table(flat, reference, fields, 2, places);
    fl_flat_put_text(flat, places[KEY_VALUE_KEY], fact->key);
    fl_flat_put_text(flat, places[KEY_VALUE_VALUE], fact->value);
}

void fl_arrow_put_schema_table(struct fl_flat_writer *flat, size_t reference,
                               const struct fl_arrow_schema *schema)
{
    size_t places[FL_FLAT_FIELDS_MAX] = {0};
    const struct fl_flat_field fields[] = {
        [SCHEMA_ENDIANNESS] = FL_FLAT_INT16(ENDIANNESS_LITTLE),
        [SCHEMA_FIELDS] = FL_FLAT_REFERENCE,
        [SCHEMA_METADATA] = schema->fact_count == 0 ? FL_FLAT_ABSENT : FL_FLAT_REFERENCE,
    };
    fl_flat_put_table(flat, reference, fields, 3, places);
    const size_t field = fl_flat_put_references(flat, places[SCHEMA_FIELDS], schema->field_count);
    for (size_t i = 0; i < schema->field_count; i++)
        put_field(flat, field + 4 * i, &schema->fields[i]);
    if (schema->fact_count == 0)
        return;
    const size_t fact = fl_flat_put_references(flat, places[SCHEMA_METADATA], schema->fact_count);
    for (size_t i = 0; i < schema->fact_count; i++)
        put_fact(flat, fact + 4 * i, &schema->facts[i]);
}

void fl_arrow_put_schema(struct fl_flat_writer *flat, const struct fl_arrow_schema *schema)
{
    fl_arrow_put_schema_table(flat, put_message(flat, HEADER_SCHEMA, 0), schema);
}

static void put_outline(struct fl_flat_writer *flat, size_t reference, const struct fl_arrow_outline *outline)
{
    size_t places[FL_FLAT_FIELDS_MAX] = {0};
    const struct fl_flat_field fields[] = {
        [BATCH_LENGTH] = FL_FLAT_INT64(outline->rows),
        [BATCH_NODES] = FL_FLAT_REFERENCE,
        [BATCH_BUFFERS] = FL_FLAT_REFERENCE,
    };
    fl_flat_put_table(flat, reference, fields, 3, places);
    fl_flat_put_structs(flat, places[BATCH_NODES], outline->nodes, outline->node_count, 2);
    fl_flat_put_structs(flat, places[BATCH_BUFFERS], outline->buffers, outline->buffer_count, 2);
}

void fl_arrow_put_batch(struct fl_flat_writer *flat, const struct fl_arrow_outline *outline)
{
    put_outline(flat, put_message(flat, HEADER_BATCH, outline->body_bytes), outline);
}

void fl_arrow_put_words(struct fl_flat_writer *flat, int64_t dictionary_id,
                        const struct fl_arrow_outline *outline)
{
    size_t places[FL_FLAT_FIELDS_MAX] = {0};
    const struct fl_flat_field fields[] = {
        [DICTIONARY_BATCH_ID] = FL_FLAT_INT64(dictionary_id),
        [DICTIONARY_BATCH_DATA] = FL_FLAT_REFERENCE,
        [DICTIONARY_BATCH_IS_DELTA] = FL_FLAT_INT8(0),
    };
    fl_flat_put_table(flat, put_message(flat, HEADER_DICTIONARY, outline->body_bytes), fields, 3, places);
    put_outline(flat, places[DICTIONARY_BATCH_DATA], outline);
}
