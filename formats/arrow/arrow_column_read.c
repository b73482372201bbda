/* arrow_column_read.c - one column of a batch, every claim of it checked. */
#include "formats/arrow/arrow_batch.h"
#include "formats/arrow/arrow_numbers.h"
#include "formats/base/bytes.h"
#include "formats/base/limits.h"

/* Compressed buffers start with what they unpack to; -1: they are as they are. */
enum { UNPACKED_SIZE_SIZE = 8 };
static const int64_t not_packed = -1;

/* Stands for a buffer without bytes, and for the one offset of a column without rows. */
static const uint64_t nothing[2];

struct piece {
    const uint8_t *bytes;
    size_t size;
};

static fl_status unpack(const struct fl_arrow_batch *batch, struct piece *piece, struct fl_error *error)
{
    if (piece->size < UNPACKED_SIZE_SIZE)
        return fl_fail(error, FL_CORRUPT, "a compressed buffer of %zu bytes", piece->size);
    const int64_t unpacked_size = (int64_t)fl_load_le64(piece->bytes);
    piece->bytes += UNPACKED_SIZE_SIZE;
    piece->size -= UNPACKED_SIZE_SIZE;
    if (unpacked_size == not_packed)
        return FL_OK;
    if (unpacked_size < 0)
        return fl_fail(error, FL_CORRUPT, "a compressed buffer of %lld bytes", (long long)unpacked_size);
    fl_status status =
        fl_arrow_unpack_check(batch->codec, piece->bytes, piece->size, (uint64_t)unpacked_size, error);
    uint8_t *unpacked = NULL;
    if (status == FL_OK)
        status = fl_arrow_piece_take(batch->pieces, (uint64_t)unpacked_size, &unpacked, error);
    if (status == FL_OK)
        status =
            fl_arrow_unpack(batch->codec, piece->bytes, piece->size, unpacked, (size_t)unpacked_size, error);
    *piece = (struct piece){unpacked, (size_t)unpacked_size};
    return status;
}

/* Writers align buffers to 8 bytes or more; whoever did not, or left the size of a stored buffer before it,
 * costs a copy. */
static fl_status align(const struct fl_arrow_batch *batch, struct piece *piece, struct fl_error *error)
{
    if (piece->size == 0)
        piece->bytes = (const uint8_t *)nothing;
    if ((uintptr_t)piece->bytes % 8 == 0)
        return FL_OK;
    uint8_t *copy;
    const fl_status status = fl_arrow_piece_take(batch->pieces, piece->size, &copy, error);
    if (status != FL_OK)
        return status;
    memcpy(copy, piece->bytes, piece->size);
    piece->bytes = copy;
    return FL_OK;
}

/* The index-th buffer: unpacked, aligned, of at least `size_min` bytes. */
static fl_status fetch(const struct fl_arrow_batch *batch, size_t index, uint64_t size_min, const char *what,
                       struct piece *piece, struct fl_error *error)
{
    const uint8_t *stored = batch->buffers.items + index * BUFFER_SIZE;
    const size_t offset = (size_t)fl_load_le64(stored);
    *piece = (struct piece){(const uint8_t *)nothing, (size_t)fl_load_le64(stored + 8)};
    if (piece->size > 0)
        piece->bytes = batch->body + offset;
    fl_status status = FL_OK;
    if (piece->size > 0 && batch->codec != FL_ARROW_UNPACKED)
        status = unpack(batch, piece, error);
    if (status != FL_OK)
        return status;
    if (piece->size < size_min)
        return fl_fail(error, FL_CORRUPT, "%s of %zu bytes, at least %llu are needed", what, piece->size,
                       (unsigned long long)size_min);
    return align(batch, piece, error);
}

static size_t count_bits(const uint8_t *bits, size_t count)
{
    size_t set = 0, at = 0;
    for (; count - at >= 64; at += 64)
        set += (size_t)__builtin_popcountll(fl_load_le64(bits + at / 8));
    for (; at < count; at++)
        set += fl_arrow_bit(bits, at);
    return set;
}

/* Nulls are what the bits say. The count that is claimed must be the same, or -1 for a writer that did not
 * count. */
static fl_status read_validity(const struct fl_arrow_batch *batch, size_t buffer, int64_t claimed,
                               struct fl_arrow_column *column, struct fl_error *error)
{
    if (claimed < -1 || claimed > (int64_t)column->rows)
        return fl_fail(error, FL_CORRUPT, "%lld nulls in %zu rows", (long long)claimed, column->rows);
    const bool has_bits = fl_load_le64(batch->buffers.items + buffer * BUFFER_SIZE + 8) > 0;
    if (claimed == 0 || column->rows == 0 || (claimed == -1 && !has_bits))
        return FL_OK;
    struct piece bits;
    const fl_status status =
        fetch(batch, buffer, (column->rows + 7) / 8, "a buffer of null marks", &bits, error);
    if (status != FL_OK)
        return status;
    column->nulls = column->rows - count_bits(bits.bytes, column->rows);
    if (claimed != -1 && column->nulls != (size_t)claimed)
        return fl_fail(error, FL_CORRUPT, "%lld nulls are announced, %zu are there", (long long)claimed,
                       column->nulls);
    if (column->nulls > 0)
        column->validity = bits.bytes;
    return FL_OK;
}

/* Ascending from 0 or more; branch-free, so that it runs as fast as memory. */
static bool offsets32_ascend(const int32_t *offsets, size_t rows)
{
    unsigned down = offsets[0] < 0;
    for (size_t i = 0; i < rows; i++)
        down |= offsets[i] > offsets[i + 1];
    return down == 0;
}

static bool offsets64_ascend(const int64_t *offsets, size_t rows)
{
    unsigned down = offsets[0] < 0;
    for (size_t i = 0; i < rows; i++)
        down |= offsets[i] > offsets[i + 1];
    return down == 0;
}

static fl_status read_offsets(const struct fl_arrow_batch *batch, size_t buffer, bool large,
                              struct fl_arrow_column *column, struct fl_error *error)
{
    const uint64_t width = large ? 8 : 4;
    /* Without rows some writers leave out the one offset. */
    const uint64_t size_min = column->rows == 0 ? 0 : width * (column->rows + 1);
    struct piece piece;
    const fl_status status = fetch(batch, buffer, size_min, "a buffer of offsets", &piece, error);
    if (status != FL_OK)
        return status;
    const void *offsets = column->rows == 0 ? (const void *)nothing : (const void *)piece.bytes;
    if (large)
        column->offsets64 = offsets;
    else
        column->offsets32 = offsets;
    if (large ? offsets64_ascend(column->offsets64, column->rows)
              : offsets32_ascend(column->offsets32, column->rows))
        return FL_OK;
    return fl_fail(error, FL_CORRUPT, "offsets that do not ascend from 0");
}

/* Arrow allows U+0000 in a text; whether a table does is for the importer to say, value by value. */
static bool is_utf8(const char *bytes, size_t size)
{
    while (size > 0) {
        const char *end = memchr(bytes, 0, size);
        const size_t part = end == NULL ? size : (size_t)(end - bytes);
        if (!fl_utf8_is_valid(bytes, part))
            return false;
        if (end == NULL)
            return true;
        bytes += part + 1;
        size -= part + 1;
    }
    return true;
}

/* Whether no value starts in the middle of a character. */
static bool cut_between_characters(const struct fl_arrow_column *column, size_t end)
{
    bool inside = false;
    for (size_t row = 0; row < column->rows; row++) {
        const size_t start = fl_arrow_start(column, row);
        inside |= start < end && (column->bytes[start] & 0xC0) == 0x80;
    }
    return !inside;
}

static fl_status check_texts(const struct fl_arrow_column *column, struct fl_error *error)
{
    const size_t start = fl_arrow_start(column, 0), end = fl_arrow_start(column, column->rows);
    if (is_utf8((const char *)column->bytes + start, end - start) && cut_between_characters(column, end))
        return FL_OK;
    /* Null rows may lie over anything. */
    for (size_t row = 0; row < column->rows; row++) {
        const struct fl_text text = fl_arrow_text(column, row);
        if (!fl_arrow_is_null(column, row) && !is_utf8(text.bytes, text.size))
            return fl_fail(error, FL_CORRUPT, "row %zu of the batch is not UTF-8", row);
    }
    return FL_OK;
}

static fl_status read_bytes(const struct fl_arrow_batch *batch, size_t buffer, bool large,
                            struct fl_arrow_column *column, struct fl_error *error)
{
    fl_status status = read_offsets(batch, buffer, large, column, error);
    if (status != FL_OK)
        return status;
    struct piece bytes;
    status =
        fetch(batch, buffer + 1, fl_arrow_start(column, column->rows), "a buffer of texts", &bytes, error);
    column->bytes = bytes.bytes;
    const bool is_text = column->type.kind == FL_ARROW_UTF8 || column->type.kind == FL_ARROW_LARGE_UTF8;
    return status == FL_OK && is_text ? check_texts(column, error) : status;
}

static fl_status read_fixed(const struct fl_arrow_batch *batch, size_t buffer, struct fl_arrow_column *column,
                            struct fl_error *error)
{
    const uint64_t size = fl_arrow_kind_layout(column->type.kind) == FL_ARROW_BITS
                              ? (column->rows + 7) / 8
                              : (uint64_t)column->rows * column->type.width_bytes; /* < 2^31 * 2^20 */
    struct piece values;
    const fl_status status = fetch(batch, buffer, size, "a buffer of values", &values, error);
    column->values = values.bytes;
    return status;
}

/* The node at `node` says how many rows and nulls a column has. */
static fl_status read_node(const struct fl_arrow_batch *batch, size_t node, const struct fl_arrow_type *type,
                           struct fl_arrow_column *column, int64_t *nulls, struct fl_error *error)
{
    const uint8_t *stored = batch->nodes.items + node * NODE_SIZE;
    const int64_t rows = (int64_t)fl_load_le64(stored);
    *nulls = (int64_t)fl_load_le64(stored + 8);
    if (rows < 0)
        return fl_fail(error, FL_CORRUPT, "a column of %lld rows", (long long)rows);
    if (rows > FL_ARROW_BATCH_ROWS_MAX)
        return fl_fail(error, FL_LIMIT, "a column of %lld rows, at most %u", (long long)rows,
                       FL_ARROW_BATCH_ROWS_MAX);
    *column = (struct fl_arrow_column){.type = *type, .rows = (size_t)rows};
    return FL_OK;
}

static fl_status read_scalar(const struct fl_arrow_batch *batch, struct fl_arrow_span at,
                             struct fl_arrow_column *column, int64_t nulls, struct fl_error *error)
{
    const enum fl_arrow_layout layout = fl_arrow_kind_layout(column->type.kind);
    if (layout == FL_ARROW_NOTHING) {
        column->nulls = column->rows;
        return FL_OK;
    }
    const fl_status status = read_validity(batch, at.buffers, nulls, column, error);
    if (status != FL_OK)
        return status;
    if (layout == FL_ARROW_BYTES32 || layout == FL_ARROW_BYTES64)
        return read_bytes(batch, at.buffers + 1, layout == FL_ARROW_BYTES64, column, error);
    return read_fixed(batch, at.buffers + 1, column, error);
}

static fl_status read_list(const struct fl_arrow_batch *batch, struct fl_arrow_span at,
                           const struct fl_arrow_type *item, struct fl_arrow_column *column, int64_t nulls,
                           struct fl_arrow_column *items, struct fl_error *error)
{
    fl_status status = read_validity(batch, at.buffers, nulls, column, error);
    if (status == FL_OK)
        status = read_offsets(batch, at.buffers + 1, column->type.kind == FL_ARROW_LARGE_LIST, column, error);
    if (status == FL_OK)
        status = read_node(batch, at.nodes + 1, item, items, &nulls, error);
    if (status != FL_OK)
        return status;
    column->items = items;
    if (item->kind == FL_ARROW_NULLS && items->rows > FL_ARROW_EMPTY_ROWS_MAX)
        return fl_fail(error, FL_LIMIT, "lists of %zu nulls, at most %u", items->rows,
                       FL_ARROW_EMPTY_ROWS_MAX);
    if (fl_arrow_start(column, column->rows) > items->rows)
        return fl_fail(error, FL_CORRUPT, "lists of %zu items, %zu are there",
                       fl_arrow_start(column, column->rows), items->rows);
    return read_scalar(batch, (struct fl_arrow_span){at.nodes + 1, at.buffers + 2}, items, nulls, error);
}

fl_status fl_arrow_column_read(const struct fl_arrow_batch *batch, struct fl_arrow_span at,
                               const struct fl_arrow_type *type, const struct fl_arrow_type *item,
                               struct fl_arrow_column *column, struct fl_arrow_column *items,
                               struct fl_error *error)
{
    int64_t nulls;
    const fl_status status = read_node(batch, at.nodes, type, column, &nulls, error);
    if (status != FL_OK)
        return status;
    if (column->rows != batch->rows)
        return fl_fail(error, FL_CORRUPT, "a column of %zu rows in a batch of %zu", column->rows,
                       batch->rows);
    if (type->kind == FL_ARROW_LIST || type->kind == FL_ARROW_LARGE_LIST)
        return read_list(batch, at, item, column, nulls, items, error);
    return read_scalar(batch, at, column, nulls, error);
}
