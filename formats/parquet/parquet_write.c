/* parquet_write.c - writes one Parquet file, front to back, from typed arrays. */
#include "formats/parquet/parquet_write.h"

#include <assert.h>
#include <stdlib.h>

#include "formats/base/bytes.h"
#include "formats/parquet/parquet_chunk.h"
#include "formats/parquet/parquet_footer.h"
#include "formats/parquet/parquet_page_index.h"

struct fl_parquet_writer {
    struct fl_parquet_plan plan;
    struct fl_output *output;
    struct fl_parquet_packer packer;
    struct fl_parquet_scratch scratch;
    struct fl_parquet_chunk *chunks; /* of the row group that is being filled, one for each column */
    uint64_t group_rows, rows;
    /* What the footer needs. */
    struct fl_buffer groups;      /* struct fl_parquet_group_facts */
    struct fl_buffer chunk_facts; /* struct fl_parquet_chunk_facts */
    size_t group_count;
    struct fl_buffer column_indexes, offset_indexes;
};

static fl_status open_chunks(struct fl_parquet_writer *writer, struct fl_error *error)
{
    writer->chunks = calloc(writer->plan.column_count, sizeof *writer->chunks);
    if (writer->chunks == NULL)
        return fl_fail_memory(error, writer->plan.column_count * sizeof *writer->chunks);
    for (size_t i = 0; i < writer->plan.column_count; i++) {
        const fl_status status = fl_parquet_chunk_open(&writer->chunks[i], &writer->plan.columns[i], error);
        if (status != FL_OK)
            return status;
    }
    return fl_parquet_packer_open(&writer->packer, writer->plan.codec, error);
}

fl_status fl_parquet_writer_create(const struct fl_parquet_plan *plan, struct fl_output *output,
                                   struct fl_parquet_writer **writer, struct fl_error *error)
{
    assert(plan->column_count > 0 && plan->sorted_count <= plan->column_count && fl_output_size(output) == 0);
    *writer = calloc(1, sizeof **writer);
    if (*writer == NULL)
        return fl_fail_memory(error, sizeof **writer);
    (*writer)->plan = *plan;
    (*writer)->output = output;
    if (plan->page_rows == 0)
        (*writer)->plan.page_rows = FL_PARQUET_PAGE_ROWS;
    fl_status status = open_chunks(*writer, error);
    if (status == FL_OK)
        status = fl_output_write(output, FL_PARQUET_MAGIC, FL_PARQUET_MAGIC_SIZE, error);
    if (status == FL_OK)
        return FL_OK;
    fl_parquet_writer_free(*writer);
    *writer = NULL;
    return status;
}

void fl_parquet_writer_free(struct fl_parquet_writer *writer)
{
    if (writer == NULL)
        return;
    for (size_t i = 0; writer->chunks != NULL && i < writer->plan.column_count; i++)
        fl_parquet_chunk_close(&writer->chunks[i]);
    free(writer->chunks);
    fl_parquet_packer_close(&writer->packer);
    fl_parquet_scratch_release(&writer->scratch);
    fl_buffer_release(&writer->groups);
    fl_buffer_release(&writer->chunk_facts);
    fl_buffer_release(&writer->column_indexes);
    fl_buffer_release(&writer->offset_indexes);
    free(writer);
}

/* The page indexes of a chunk, which are written behind the last row group. */
static fl_status keep_indexes(struct fl_parquet_writer *writer, const struct fl_parquet_chunk *chunk,
                              struct fl_parquet_chunk_facts *facts, struct fl_error *error)
{
    facts->offset_index.offset = writer->offset_indexes.size;
    facts->column_index.offset = writer->column_indexes.size;
    if (!fl_parquet_put_offset_index(chunk, facts->data_offset, &writer->offset_indexes) ||
        (chunk->totals.bounded && !fl_parquet_put_column_index(chunk, &writer->column_indexes)))
        return fl_fail_memory(error, writer->offset_indexes.size + writer->column_indexes.size);
    facts->offset_index.size_bytes = (uint32_t)(writer->offset_indexes.size - facts->offset_index.offset);
    facts->column_index.size_bytes = (uint32_t)(writer->column_indexes.size - facts->column_index.offset);
    return FL_OK;
}

static fl_status write_chunk(struct fl_parquet_writer *writer, struct fl_parquet_chunk *chunk,
                             struct fl_error *error)
{
    fl_status status = fl_parquet_chunk_end(chunk, &writer->packer, &writer->scratch, error);
    if (status != FL_OK)
        return status;
    struct fl_parquet_chunk_facts facts = {.totals = chunk->totals,
                                           .first_offset = fl_output_size(writer->output)};
    facts.data_offset = facts.first_offset + chunk->dictionary_page.size;
    status = keep_indexes(writer, chunk, &facts, error);
    if (status == FL_OK && !fl_buffer_append(&writer->chunk_facts, &facts, sizeof facts))
        status = fl_fail_memory(error, writer->chunk_facts.size);
    if (status == FL_OK)
        status =
            fl_output_write(writer->output, chunk->dictionary_page.bytes, chunk->dictionary_page.size, error);
    if (status == FL_OK)
        status = fl_output_write(writer->output, chunk->pages.bytes, chunk->pages.size, error);
    fl_parquet_chunk_reset(chunk);
    return status;
}

static fl_status write_group(struct fl_parquet_writer *writer, struct fl_error *error)
{
    const struct fl_parquet_group_facts group = {.rows = writer->group_rows};
    if (!fl_buffer_append(&writer->groups, &group, sizeof group))
        return fl_fail_memory(error, writer->groups.size);
    for (size_t i = 0; i < writer->plan.column_count; i++) {
        const fl_status status = write_chunk(writer, &writer->chunks[i], error);
        if (status != FL_OK)
            return status;
    }
    writer->group_count++;
    writer->rows += writer->group_rows;
    writer->group_rows = 0;
    return FL_OK;
}

static bool group_is_full(const struct fl_parquet_writer *writer)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < writer->plan.column_count; i++)
        bytes += writer->chunks[i].totals.unpacked_bytes;
    return writer->group_rows >= writer->plan.group_rows || bytes >= writer->plan.group_bytes;
}

static size_t lesser(uint64_t a, uint64_t b)
{
    return (size_t)(a < b ? a : b);
}

/* Rows of the next page of each column, of `rows` that wait: not the most, with a small rest at the end, but
 * equal shares. */
static size_t page_rows(const struct fl_parquet_writer *writer, size_t rows)
{
    const size_t left = lesser(rows, writer->plan.group_rows - writer->group_rows);
    const size_t pages = (left + writer->plan.page_rows - 1) / writer->plan.page_rows;
    return (left + pages - 1) / pages;
}

fl_status fl_parquet_writer_append(struct fl_parquet_writer *writer, const struct fl_parquet_cells *cells,
                                   size_t rows, struct fl_error *error)
{
    for (size_t row = 0; row < rows;) {
        const size_t some = page_rows(writer, rows - row);
        fl_status status = FL_OK;
        for (size_t i = 0; status == FL_OK && i < writer->plan.column_count; i++)
            status = fl_parquet_chunk_add(&writer->chunks[i], &writer->packer, &cells[i], row, some,
                                          &writer->scratch, error);
        if (status != FL_OK)
            return status;
        row += some;
        writer->group_rows += some;
        status = group_is_full(writer) ? write_group(writer, error) : FL_OK;
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

/* The footer, its size, the magic. */
static fl_status write_footer(struct fl_parquet_writer *writer, const struct fl_parquet_file_facts *facts,
                              struct fl_error *error)
{
    struct fl_buffer footer = {0};
    uint8_t tail[FL_PARQUET_TAIL_SIZE];
    memcpy(tail + 4, FL_PARQUET_MAGIC, FL_PARQUET_MAGIC_SIZE);
    fl_status status = FL_OK;
    if (!fl_parquet_put_footer(facts, &footer))
        status = fl_fail_memory(error, footer.size);
    else if (footer.size > INT32_MAX)
        status = fl_fail(error, FL_LIMIT, "the Parquet footer has %zu bytes, at most %d; write more files",
                         footer.size, INT32_MAX);
    fl_store_le32(tail, (uint32_t)footer.size);
    if (status == FL_OK)
        status = fl_output_write(writer->output, footer.bytes, footer.size, error);
    if (status == FL_OK)
        status = fl_output_write(writer->output, tail, sizeof tail, error);
    fl_buffer_release(&footer);
    return status;
}

fl_status fl_parquet_writer_finish(struct fl_parquet_writer *writer, struct fl_error *error)
{
    fl_status status = writer->group_rows > 0 ? write_group(writer, error) : FL_OK;
    if (status != FL_OK)
        return status;
    const struct fl_parquet_file_facts facts = {
        .plan = &writer->plan,
        .rows = writer->rows,
        .groups = (const struct fl_parquet_group_facts *)(const void *)writer->groups.bytes,
        .group_count = writer->group_count,
        .chunks = (const struct fl_parquet_chunk_facts *)(const void *)writer->chunk_facts.bytes,
        .column_indexes_offset = fl_output_size(writer->output),
        .offset_indexes_offset = fl_output_size(writer->output) + writer->column_indexes.size};
    status =
        fl_output_write(writer->output, writer->column_indexes.bytes, writer->column_indexes.size, error);
    if (status == FL_OK)
        status =
            fl_output_write(writer->output, writer->offset_indexes.bytes, writer->offset_indexes.size, error);
    return status == FL_OK ? write_footer(writer, &facts, error) : status;
}
