/* arrow_schema_reader.c - the schema message of a stream, checked once. */
#include "formats/arrow/arrow_schema_reader.h"

#include "formats/arrow/arrow_numbers.h"
#include "formats/base/limits.h"

enum { INDEX_BITS_DEFAULT = 32, DECIMAL_BITS = 128, DECIMAL_DIGITS_MAX = 38, FIXED_WIDTH_MAX = 1 << 20 };

/* Types that are known but not read. */
static const struct {
    int type;
    const char *words;
} refused_types[] = {
    {TYPE_INTERVAL, "interval"},
    {TYPE_STRUCT, "struct"},
    {TYPE_UNION, "union"},
    {TYPE_FIXED_SIZE_LIST, "fixed_size_list"},
    {TYPE_MAP, "map"},
    {TYPE_RUN_END_ENCODED, "run_end_encoded"},
    {TYPE_BINARY_VIEW, "binary_view"},
    {TYPE_UTF8_VIEW, "utf8_view"},
    {TYPE_LIST_VIEW, "list_view"},
    {TYPE_LARGE_LIST_VIEW, "large_list_view"},
};

static fl_status refuse_type(int type, struct fl_error *error)
{
    for (size_t i = 0; i < sizeof refused_types / sizeof refused_types[0]; i++) {
        if (refused_types[i].type == type)
            return fl_fail(error, FL_UNSUPPORTED,
                           "Arrow columns of type %s are not read; leave the column out or flatten it",
                           refused_types[i].words);
    }
    return fl_fail(error, FL_UNSUPPORTED, "Arrow type number %d is not known", type);
}

static fl_status check_flat(const struct fl_flat *flat, struct fl_error *error)
{
    if (flat->broken == NULL)
        return FL_OK;
    return fl_fail(error, FL_CORRUPT, "the message's metadata is broken: %s", flat->broken);
}

static fl_status int_type(const struct fl_flat_table *table, struct fl_arrow_type *type,
                          struct fl_error *error)
{
    static const enum fl_arrow_kind kinds[2][4] = {
        {FL_ARROW_UINT8, FL_ARROW_UINT16, FL_ARROW_UINT32, FL_ARROW_UINT64},
        {FL_ARROW_INT8, FL_ARROW_INT16, FL_ARROW_INT32, FL_ARROW_INT64}};
    const int32_t bits = fl_flat_int32(table, INT_BIT_WIDTH, 0);
    const bool is_signed = fl_flat_int8(table, INT_IS_SIGNED, 0) != 0;
    if (bits != 8 && bits != 16 && bits != 32 && bits != 64)
        return fl_fail(error, FL_CORRUPT, "an integer of %d bits; there are 8, 16, 32, 64", bits);
    *type = fl_arrow_type_of(kinds[is_signed][__builtin_ctz((unsigned)bits) - 3]);
    return FL_OK;
}

static fl_status float_type(const struct fl_flat_table *table, struct fl_arrow_type *type,
                            struct fl_error *error)
{
    static const enum fl_arrow_kind kinds[] = {FL_ARROW_FLOAT16, FL_ARROW_FLOAT32, FL_ARROW_FLOAT64};
    const int precision = fl_flat_int16(table, FLOAT_PRECISION, 0);
    if (precision < 0 || precision > 2)
        return fl_fail(error, FL_CORRUPT, "a float of precision %d; there are 0, 1, 2", precision);
    *type = fl_arrow_type_of(kinds[precision]);
    return FL_OK;
}

static fl_status decimal_type(const struct fl_flat_table *table, struct fl_arrow_type *type,
                              struct fl_error *error)
{
    const int32_t bits = fl_flat_int32(table, DECIMAL_BIT_WIDTH, DECIMAL_BITS);
    if (bits != DECIMAL_BITS)
        return fl_fail(error, FL_UNSUPPORTED,
                       "Arrow columns of type decimal%d are not read; cast the column to decimal128", bits);
    *type = fl_arrow_type_of(FL_ARROW_DECIMAL128);
    type->precision = fl_flat_int32(table, DECIMAL_PRECISION, 0);
    type->scale = fl_flat_int32(table, DECIMAL_SCALE, 0);
    if (type->precision < 1 || type->precision > DECIMAL_DIGITS_MAX || type->scale < -DECIMAL_DIGITS_MAX ||
        type->scale > DECIMAL_DIGITS_MAX)
        return fl_fail(error, FL_CORRUPT,
                       "a decimal128 of %d digits, %d behind the point; 1 to %d, -%d to %d are possible",
                       type->precision, type->scale, DECIMAL_DIGITS_MAX, DECIMAL_DIGITS_MAX,
                       DECIMAL_DIGITS_MAX);
    return FL_OK;
}

/* The unit of a Date, Time, Timestamp or Duration. */
static fl_status unit_of(const struct fl_flat_table *table, int fallback, int unit_max, int *unit,
                         struct fl_error *error)
{
    *unit = fl_flat_int16(table, UNIT_UNIT, (int16_t)fallback);
    if (*unit >= 0 && *unit <= unit_max)
        return FL_OK;
    return fl_fail(error, FL_CORRUPT, "unit of time %d; there are 0 to %d", *unit, unit_max);
}

static fl_status date_type(const struct fl_flat_table *table, struct fl_arrow_type *type,
                           struct fl_error *error)
{
    int unit;
    const fl_status status = unit_of(table, 1, 1, &unit, error);
    *type = fl_arrow_type_of(unit == 0 ? FL_ARROW_DATE32 : FL_ARROW_DATE64);
    return status;
}

static fl_status time_type(const struct fl_flat_table *table, struct fl_arrow_type *type,
                           struct fl_error *error)
{
    int unit;
    const fl_status status = unit_of(table, FL_ARROW_MILLI, FL_ARROW_NANO, &unit, error);
    if (status != FL_OK)
        return status;
    const int32_t bits = fl_flat_int32(table, TIME_BIT_WIDTH, 32);
    if (bits != (unit <= FL_ARROW_MILLI ? 32 : 64))
        return fl_fail(error, FL_CORRUPT, "a time of day of unit %d in %d bits", unit, bits);
    *type = fl_arrow_type_of(bits == 32 ? FL_ARROW_TIME32 : FL_ARROW_TIME64);
    type->unit = (enum fl_arrow_unit)unit;
    return FL_OK;
}

/* A name of the stream as C text: valid UTF-8 without NUL, not too long. */
static fl_status copy_name(struct fl_text name, const char *what, struct fl_arena *arena, const char **copy,
                           struct fl_error *error)
{
    if (name.size > FL_ARROW_NAME_BYTES_MAX)
        return fl_fail(error, FL_LIMIT, "%s of %zu bytes, at most %u", what, name.size,
                       FL_ARROW_NAME_BYTES_MAX);
    if (name.size > 0 && !fl_utf8_is_valid(name.bytes, name.size))
        return fl_fail(error, FL_CORRUPT, "%s is not UTF-8", what);
    *copy = fl_arena_copy(arena, name.bytes, name.size);
    return *copy == NULL ? fl_fail_memory(error, name.size) : FL_OK;
}

static fl_status timestamp_type(const struct fl_flat_table *table, struct fl_arena *arena,
                                struct fl_arrow_type *type, struct fl_error *error)
{
    int unit;
    const fl_status status = unit_of(table, FL_ARROW_SECOND, FL_ARROW_NANO, &unit, error);
    if (status != FL_OK)
        return status;
    *type = fl_arrow_type_of(FL_ARROW_TIMESTAMP);
    type->unit = (enum fl_arrow_unit)unit;
    const struct fl_text zone = fl_flat_text(table, TIMESTAMP_ZONE);
    return zone.size == 0 ? FL_OK : copy_name(zone, "a time zone", arena, &type->zone, error);
}

static fl_status duration_type(const struct fl_flat_table *table, struct fl_arrow_type *type,
                               struct fl_error *error)
{
    int unit;
    const fl_status status = unit_of(table, FL_ARROW_MILLI, FL_ARROW_NANO, &unit, error);
    *type = fl_arrow_type_of(FL_ARROW_DURATION);
    type->unit = (enum fl_arrow_unit)unit;
    return status;
}

static fl_status fixed_binary_type(const struct fl_flat_table *table, struct fl_arrow_type *type,
                                   struct fl_error *error)
{
    const int32_t width = fl_flat_int32(table, FIXED_BINARY_WIDTH, 0);
    if (width < 1)
        return fl_fail(error, FL_CORRUPT, "a fixed_size_binary of %d bytes", width);
    if (width > FIXED_WIDTH_MAX)
        return fl_fail(error, FL_LIMIT, "a fixed_size_binary of %d bytes, at most %d", width,
                       FIXED_WIDTH_MAX);
    *type = fl_arrow_type_of(FL_ARROW_FIXED_BINARY);
    type->width_bytes = (uint32_t)width;
    return FL_OK;
}

static fl_status plain_type(enum fl_arrow_kind kind, struct fl_arrow_type *type)
{
    *type = fl_arrow_type_of(kind);
    return FL_OK;
}

/* The type of a Field table, without what its children say. */
static fl_status type_of(const struct fl_flat_table *field, struct fl_arena *arena,
                         struct fl_arrow_type *type, struct fl_error *error)
{
    const int number = (uint8_t)fl_flat_int8(field, FIELD_TYPE_TYPE, 0);
    const struct fl_flat_table table = fl_flat_table(field, FIELD_TYPE);
    switch (number) {
    case TYPE_NULL:
        return plain_type(FL_ARROW_NULLS, type);
    case TYPE_INT:
        return int_type(&table, type, error);
    case TYPE_FLOATING_POINT:
        return float_type(&table, type, error);
    case TYPE_BINARY:
        return plain_type(FL_ARROW_BINARY, type);
    case TYPE_UTF8:
        return plain_type(FL_ARROW_UTF8, type);
    case TYPE_BOOL:
        return plain_type(FL_ARROW_BOOL, type);
    case TYPE_DECIMAL:
        return decimal_type(&table, type, error);
    case TYPE_DATE:
        return date_type(&table, type, error);
    case TYPE_TIME:
        return time_type(&table, type, error);
    case TYPE_TIMESTAMP:
        return timestamp_type(&table, arena, type, error);
    case TYPE_LIST:
        return plain_type(FL_ARROW_LIST, type);
    case TYPE_FIXED_SIZE_BINARY:
        return fixed_binary_type(&table, type, error);
    case TYPE_DURATION:
        return duration_type(&table, type, error);
    case TYPE_LARGE_BINARY:
        return plain_type(FL_ARROW_LARGE_BINARY, type);
    case TYPE_LARGE_UTF8:
        return plain_type(FL_ARROW_LARGE_UTF8, type);
    case TYPE_LARGE_LIST:
        return plain_type(FL_ARROW_LARGE_LIST, type);
    default:
        return refuse_type(number, error);
    }
}

static bool is_list(const struct fl_arrow_type *type)
{
    return type->kind == FL_ARROW_LIST || type->kind == FL_ARROW_LARGE_LIST;
}

/* The one child of a list, which must be a scalar. */
static fl_status read_item(const struct fl_flat_table *table, struct fl_arena *arena,
                           struct fl_arrow_field *field, struct fl_error *error)
{
    const struct fl_flat_vector children = fl_flat_vector(table, FIELD_CHILDREN, 4);
    if (children.count != 1)
        return fl_fail(error, FL_CORRUPT, "a list with %zu kinds of items instead of one", children.count);
    const struct fl_flat_table item = fl_flat_table_at(&children, 0);
    fl_status status = type_of(&item, arena, &field->item, error);
    if (status != FL_OK)
        return status;
    if (is_list(&field->item))
        return fl_fail(error, FL_UNSUPPORTED, "Arrow columns of type list of lists are not read; flatten it");
    if (fl_flat_table(&item, FIELD_DICTIONARY).at != 0)
        return fl_fail(error, FL_UNSUPPORTED,
                       "Arrow lists of dictionary words are not read; cast the items to utf8");
    return copy_name(fl_flat_text(&item, FIELD_NAME), "the name of a list's items", arena, &field->item_name,
                     error);
}

static fl_status read_dictionary(const struct fl_flat_table *table, struct fl_arrow_field *field,
                                 struct fl_error *error)
{
    const struct fl_flat_table encoding = fl_flat_table(table, FIELD_DICTIONARY);
    field->has_dictionary = encoding.at != 0;
    if (!field->has_dictionary)
        return FL_OK;
    if (is_list(&field->type))
        return fl_fail(error, FL_UNSUPPORTED, "Arrow dictionaries of lists are not read; cast the column");
    field->dictionary_id = fl_flat_int64(&encoding, DICTIONARY_ID, 0);
    field->is_ordered = fl_flat_int8(&encoding, DICTIONARY_IS_ORDERED, 0) != 0;
    const struct fl_flat_table index = fl_flat_table(&encoding, DICTIONARY_INDEX_TYPE);
    if (index.at != 0)
        return int_type(&index, &field->index, error);
    _Static_assert(INDEX_BITS_DEFAULT == 32, "the kind below");
    field->index = fl_arrow_type_of(FL_ARROW_INT32);
    return FL_OK;
}

static fl_status read_field(const struct fl_flat_table *table, struct fl_arena *arena,
                            struct fl_arrow_field *field, struct fl_error *error)
{
    fl_status status =
        copy_name(fl_flat_text(table, FIELD_NAME), "the name of a column", arena, &field->name, error);
    if (status != FL_OK)
        return status;
    field->nullable = fl_flat_int8(table, FIELD_NULLABLE, 0) != 0;
    status = type_of(table, arena, &field->type, error);
    if (status == FL_OK && is_list(&field->type))
        status = read_item(table, arena, field, error);
    else if (status == FL_OK && fl_flat_vector(table, FIELD_CHILDREN, 4).count != 0)
        status = fl_fail(error, FL_CORRUPT, "a column of type %s has columns of its own",
                         fl_arrow_kind_words(field->type.kind));
    if (status == FL_OK)
        status = read_dictionary(table, field, error);
    if (status != FL_OK)
        (void)fl_error_at_block(error, -1, field->name);
    return status;
}

static fl_status read_fields(const struct fl_flat_table *table, struct fl_arena *arena,
                             struct fl_arrow_schema *schema, struct fl_error *error)
{
    const struct fl_flat_vector vector = fl_flat_vector(table, SCHEMA_FIELDS, 4);
    if (vector.count > FL_ARROW_FIELDS_MAX)
        return fl_fail(error, FL_LIMIT, "%zu columns, at most %u", vector.count, FL_ARROW_FIELDS_MAX);
    struct fl_arrow_field *fields = fl_arena_take(arena, vector.count * sizeof *fields);
    if (fields == NULL)
        return fl_fail_memory(error, vector.count * sizeof *fields);
    for (size_t i = 0; i < vector.count; i++) {
        const struct fl_flat_table field = fl_flat_table_at(&vector, i);
        fl_status status = check_flat(vector.flat, error);
        if (status == FL_OK)
            status = read_field(&field, arena, &fields[i], error);
        /* What is broken explains any other failure. */
        const fl_status flat = check_flat(vector.flat, error);
        if (status != FL_OK || flat != FL_OK)
            return flat != FL_OK ? flat : status;
    }
    schema->fields = fields;
    schema->field_count = vector.count;
    return FL_OK;
}

static fl_status read_fact(const struct fl_flat_table *pair, struct fl_arena *arena, size_t *bytes_left,
                           struct fl_arrow_fact *fact, struct fl_error *error)
{
    struct fl_text *const parts[] = {&fact->key, &fact->value};
    for (unsigned i = 0; i < 2; i++) {
        const struct fl_text text = fl_flat_text(pair, i == 0 ? KEY_VALUE_KEY : KEY_VALUE_VALUE);
        if (text.size > *bytes_left)
            return fl_fail(error, FL_CORRUPT,
                           "the facts about the stream have more bytes than their message");
        *bytes_left -= text.size;
        *parts[i] = (struct fl_text){fl_arena_copy(arena, text.bytes, text.size), text.size};
        if (parts[i]->bytes == NULL)
            return fl_fail_memory(error, text.size);
    }
    return FL_OK;
}

static fl_status read_facts(const struct fl_flat_table *table, struct fl_arena *arena,
                            struct fl_arrow_schema *schema, struct fl_error *error)
{
    const struct fl_flat_vector vector = fl_flat_vector(table, SCHEMA_METADATA, 4);
    if (vector.count > FL_ARROW_FACTS_MAX)
        return fl_fail(error, FL_LIMIT, "%zu facts about the stream, at most %u", vector.count,
                       FL_ARROW_FACTS_MAX);
    struct fl_arrow_fact *facts = fl_arena_take(arena, vector.count * sizeof *facts);
    if (facts == NULL)
        return fl_fail_memory(error, vector.count * sizeof *facts);
    /* Texts that lie over each other would let a small message ask for much memory. */
    size_t bytes_left = table->flat->size;
    for (size_t i = 0; i < vector.count; i++) {
        const struct fl_flat_table pair = fl_flat_table_at(&vector, i);
        const fl_status status = read_fact(&pair, arena, &bytes_left, &facts[i], error);
        if (status != FL_OK)
            return status;
    }
    schema->facts = facts;
    schema->fact_count = vector.count;
    return check_flat(table->flat, error);
}

fl_status fl_arrow_schema_read(const struct fl_flat_table *table, struct fl_arena *arena,
                               struct fl_arrow_schema *schema, struct fl_error *error)
{
    if (table->at == 0)
        return fl_fail(error, FL_CORRUPT, "a schema message without a schema");
    if (fl_flat_int16(table, SCHEMA_ENDIANNESS, ENDIANNESS_LITTLE) != ENDIANNESS_LITTLE)
        return fl_fail(error, FL_UNSUPPORTED,
                       "big-endian Arrow is not read; write it on a little-endian machine");
    const fl_status status = read_fields(table, arena, schema, error);
    return status == FL_OK ? read_facts(table, arena, schema, error) : status;
}
