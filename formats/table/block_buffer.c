/* block_buffer.c - rows waiting for their block, column by column. */
#include "formats/table/block_buffer.h"

#include <assert.h>
#include <stdlib.h>

static bool is_text(const struct fl_column_buffer *buffer)
{
    return fl_kind_storage(buffer->column->kind) == FL_STORAGE_TEXT;
}

static int64_t *values_of(const struct fl_column_buffer *buffer)
{
    return (int64_t *)(void *)buffer->values.bytes;
}

static uint32_t *text_ends_of(const struct fl_column_buffer *buffer)
{
    return (uint32_t *)(void *)buffer->text_ends.bytes;
}

static bool is_late(const struct fl_table_plan *plan, size_t column)
{
    for (size_t i = 0; i < plan->late_column_count; i++) {
        if (plan->late_column_ids[i] == plan->column_ids[column])
            return true;
    }
    return false;
}

static bool init_column(struct fl_column_buffer *buffer, const struct fl_table_plan *plan, size_t of_file,
                        size_t rows_max)
{
    const int index = fl_schema_find_id(plan->schema, plan->column_ids[of_file]);
    assert(index >= 0);
    buffer->column = &plan->schema->columns[index];
    buffer->of_file = of_file;
    struct fl_buffer *fixed = is_text(buffer) ? &buffer->text_ends : &buffer->values;
    const size_t value_bytes = is_text(buffer) ? sizeof(uint32_t) : sizeof(int64_t);
    return fl_buffer_reserve(fixed, rows_max * value_bytes) && fl_buffer_reserve(&buffer->nulls, rows_max);
}

bool fl_block_buffer_init(struct fl_block_buffer *block, const struct fl_table_plan *plan, bool late)
{
    *block = (struct fl_block_buffer){
        .rows_max = plan->block_rows == 0 ? FL_BLOCK_ROWS_MAX : plan->block_rows, .effort = plan->effort};
    assert(block->rows_max <= FL_BLOCK_ROWS_MAX);
    block->columns = calloc(plan->column_count, sizeof *block->columns);
    if (block->columns == NULL)
        return false;
    for (size_t i = 0; i < plan->column_count; i++) {
        if (is_late(plan, i) != late)
            continue;
        struct fl_column_buffer *buffer = &block->columns[block->column_count++];
        buffer->of_call = late ? block->column_count - 1 : i;
        if (!init_column(buffer, plan, i, block->rows_max))
            return false;
    }
    return true;
}

void fl_block_buffer_release(struct fl_block_buffer *block)
{
    for (size_t i = 0; i < block->column_count; i++) {
        fl_buffer_release(&block->columns[i].values);
        fl_buffer_release(&block->columns[i].nulls);
        fl_buffer_release(&block->columns[i].text_ends);
        fl_buffer_release(&block->columns[i].text_bytes);
    }
    free(block->columns);
    fl_buffer_release(&block->texts);
    *block = (struct fl_block_buffer){0};
}

static bool is_null(const struct fl_column_values *values, size_t row)
{
    return values->nulls != NULL && values->nulls[row] != 0;
}

size_t fl_block_buffer_room(const struct fl_block_buffer *block, const struct fl_column_values *columns,
                            size_t from, size_t to)
{
    size_t room = block->rows_max - block->rows;
    room = to - from < room ? to - from : room;
    uint64_t text_bytes = 0;
    const struct fl_column_values *texts[FL_COLUMNS_MAX]; /* few of the columns: a row asks these alone */
    size_t text_count = 0;
    for (size_t i = 0; i < block->column_count; i++) {
        if (is_text(&block->columns[i]))
            texts[text_count++] = &columns[block->columns[i].of_call];
        text_bytes += block->columns[i].text_bytes.size;
    }
    if (text_count == 0)
        return room;
    for (size_t k = 0; k < room; k++) {
        for (size_t i = 0; i < text_count; i++)
            text_bytes += is_null(texts[i], from + k) ? 0 : texts[i]->as.texts[from + k].size;
        if (text_bytes > FL_BLOCK_TEXT_BYTES_MAX && block->rows + k > 0)
            return k;
    }
    return room;
}

static bool add_texts(struct fl_column_buffer *buffer, const struct fl_column_values *values, size_t from,
                      size_t count, size_t rows)
{
    uint32_t *ends = text_ends_of(buffer);
    for (size_t k = 0; k < count; k++) {
        const struct fl_text text =
            is_null(values, from + k) ? (struct fl_text){0} : values->as.texts[from + k];
        assert(text.size <= FL_TEXT_BYTES_MAX);
        if (!fl_buffer_append(&buffer->text_bytes, text.bytes, text.size))
            return false;
        ends[rows + k] = (uint32_t)buffer->text_bytes.size;
    }
    return true;
}

/* Widens to int64_t, which all encodings work on. */
static void add_integers(struct fl_column_buffer *buffer, const struct fl_column_values *values, size_t from,
                         size_t count, size_t rows)
{
    int64_t *to = values_of(buffer) + rows;
    switch (values->wide ? FL_STORAGE_I64 : fl_kind_storage(buffer->column->kind)) {
    case FL_STORAGE_U8:
        for (size_t k = 0; k < count; k++)
            to[k] = values->as.u8[from + k];
        break;
    case FL_STORAGE_I32:
        for (size_t k = 0; k < count; k++)
            to[k] = values->as.i32[from + k];
        break;
    case FL_STORAGE_WORD:
        for (size_t k = 0; k < count; k++)
            to[k] = values->as.words[from + k];
        break;
    case FL_STORAGE_I64:
        memcpy(to, values->as.i64 + from, count * sizeof *to);
        break;
    case FL_STORAGE_TEXT:
        assert(false && "texts have a way of their own");
    }
}

static void add_nulls(struct fl_column_buffer *buffer, const struct fl_column_values *values, size_t from,
                      size_t count, size_t rows)
{
    if (values->nulls == NULL && !buffer->has_nulls)
        return; /* nearly every column: its bytes are never touched */
    uint8_t *to = buffer->nulls.bytes + rows;
    if (!buffer->has_nulls)
        memset(buffer->nulls.bytes, 0, rows);
    buffer->has_nulls = true;
    if (values->nulls == NULL)
        memset(to, 0, count);
    for (size_t k = 0; k < count && values->nulls != NULL; k++)
        to[k] = values->nulls[from + k] != 0;
}

/* From where they are to where they wait, without a stop on the way. */
static void take_given(struct fl_column_buffer *buffer, const struct fl_column_values *values, size_t from,
                       size_t count, size_t rows)
{
    assert(!is_text(buffer) && (values->gives_nulls || !buffer->has_nulls));
    if (values->gives_nulls && !buffer->has_nulls)
        memset(buffer->nulls.bytes, 0, rows);
    buffer->has_nulls = values->gives_nulls;
    values->give(values->give_context, from, count, values_of(buffer) + rows,
                 values->gives_nulls ? buffer->nulls.bytes + rows : NULL);
}

bool fl_block_buffer_add(struct fl_block_buffer *block, const struct fl_column_values *columns, size_t from,
                         size_t count)
{
    assert(count <= block->rows_max - block->rows);
    for (size_t i = 0; i < block->column_count; i++) {
        struct fl_column_buffer *buffer = &block->columns[i];
        const struct fl_column_values *values = &columns[buffer->of_call];
        if (values->give != NULL) {
            take_given(buffer, values, from, count, block->rows);
            continue;
        }
        add_nulls(buffer, values, from, count, block->rows);
        if (!is_text(buffer))
            add_integers(buffer, values, from, count, block->rows);
        else if (!add_texts(buffer, values, from, count, block->rows))
            return false;
    }
    block->rows += count;
    return true;
}

int64_t fl_block_buffer_key(const struct fl_block_buffer *block, size_t row)
{
    assert(row < block->rows && block->columns[0].column->kind == FL_KIND_KEY);
    return values_of(&block->columns[0])[row];
}

static bool pack_texts(struct fl_block_buffer *block, const struct fl_column_buffer *buffer, size_t rows,
                       struct fl_page_packer *packer, struct fl_page_entry *entry)
{
    if (!fl_buffer_reserve(&block->texts, rows * sizeof(struct fl_text)))
        return false;
    struct fl_text *texts = (struct fl_text *)(void *)block->texts.bytes;
    uint32_t start = 0;
    for (size_t row = 0; row < rows; row++) {
        const uint32_t end = text_ends_of(buffer)[row];
        /* No bytes were ever held when all texts are empty. */
        const char *bytes =
            buffer->text_bytes.bytes == NULL ? "" : (const char *)buffer->text_bytes.bytes + start;
        texts[row] = (struct fl_text){bytes, end - start};
        start = end;
    }
    return fl_page_pack_texts(packer, texts, buffer->has_nulls ? buffer->nulls.bytes : NULL, rows, false,
                              block->effort, entry);
}

/* Those of the waiting rows, NULL without a column of types. */
static const int64_t *types_of(const struct fl_block_buffer *block)
{
    for (size_t i = 0; i < block->column_count; i++) {
        if (block->columns[i].column->kind == FL_KIND_TYPE)
            return values_of(&block->columns[i]);
    }
    return NULL;
}

bool fl_block_buffer_pack(struct fl_block_buffer *block, size_t column, size_t rows,
                          struct fl_page_packer *packer, struct fl_page_entry *entry)
{
    const struct fl_column_buffer *buffer = &block->columns[column];
    if (column == 0)
        fl_page_packer_begin_block(packer, types_of(block), rows);
    if (is_text(buffer))
        return pack_texts(block, buffer, rows, packer, entry);
    return fl_page_pack_integers(packer, values_of(buffer), buffer->has_nulls ? buffer->nulls.bytes : NULL,
                                 rows, buffer->column->hot, block->effort, entry);
}

void fl_block_buffer_types(const struct fl_block_buffer *block, size_t column, size_t rows,
                           uint64_t type_bits[4])
{
    const int64_t *types = values_of(&block->columns[column]);
    memset(type_bits, 0, 4 * sizeof *type_bits);
    for (size_t row = 0; row < rows; row++)
        type_bits[types[row] / 64] |= (uint64_t)1 << (types[row] % 64);
}

static void drop_texts(struct fl_column_buffer *buffer, size_t rows, size_t left)
{
    uint32_t *ends = text_ends_of(buffer);
    const uint32_t gone = ends[rows - 1];
    for (size_t row = 0; row < left; row++)
        ends[row] = ends[rows + row] - gone;
    buffer->text_bytes.size -= gone;
    if (buffer->text_bytes.size > 0)
        memmove(buffer->text_bytes.bytes, buffer->text_bytes.bytes + gone, buffer->text_bytes.size);
}

void fl_block_buffer_drop(struct fl_block_buffer *block, size_t rows)
{
    assert(rows > 0 && rows <= block->rows);
    const size_t left = block->rows - rows;
    for (size_t i = 0; i < block->column_count; i++) {
        struct fl_column_buffer *buffer = &block->columns[i];
        buffer->has_nulls = buffer->has_nulls && left > 0;
        if (buffer->has_nulls)
            memmove(buffer->nulls.bytes, buffer->nulls.bytes + rows, left);
        if (is_text(buffer))
            drop_texts(buffer, rows, left);
        else
            memmove(values_of(buffer), values_of(buffer) + rows, left * sizeof(int64_t));
    }
    block->rows = left;
}
