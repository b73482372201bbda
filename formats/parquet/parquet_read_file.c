/* parquet_read_file.c - an open Parquet file: its footer, its facts, its bytes. */
#include "formats/parquet/parquet_read_file.h"

#include <stdlib.h>
#include <string.h>

#include "formats/parquet/parquet_read_footer.h"
#include "formats/parquet/parquet_read_schema.h"

enum {
    /* Read at a time, so that small pages do not cost a system call each. */
    WINDOW_BYTES = 256 << 10,
    /* Mapped pages are given back in steps of this size; each step is a system call, too. */
    RELEASE_BYTES = 8 << 20
};

/* --- the window */

static uint64_t window_size(uint64_t offset, uint64_t size, uint64_t end)
{
    const uint64_t there = end - offset;
    if (size >= WINDOW_BYTES)
        return size;
    return there < WINDOW_BYTES ? there : WINDOW_BYTES;
}

static void release_behind(struct fl_parquet *file, struct fl_parquet_window *window, uint64_t offset)
{
    if (window->released == 0 || window->released > offset)
        window->released = offset;
    if (offset - window->released < RELEASE_BYTES)
        return;
    fl_file_map_release(&file->map, window->released, offset - window->released);
    window->released = offset;
}

fl_status fl_parquet_window_view(struct fl_parquet *file, struct fl_parquet_window *window, uint64_t offset,
                                 uint64_t size, uint64_t end, const uint8_t **bytes, struct fl_error *error)
{
    if (window->bytes == NULL || offset < window->offset || offset - window->offset > window->size ||
        size > window->size - (offset - window->offset)) {
        const uint64_t wanted = window_size(offset, size, end);
        fl_status status = FL_OK;
        window->bytes = NULL;
        if (file->map.mode == FL_IO_COPY)
            status =
                fl_parquet_memory_room(&file->memory, &window->scratch, wanted, "bytes of a page", error);
        else
            release_behind(file, window, offset);
        if (status == FL_OK)
            status = fl_file_map_view(&file->map, offset, wanted, &window->scratch, &window->bytes, error);
        if (status != FL_OK)
            return status;
        window->offset = offset;
        window->size = wanted;
    }
    *bytes = window->bytes + (offset - window->offset);
    return FL_OK;
}

void fl_parquet_window_release(struct fl_parquet *file, struct fl_parquet_window *window)
{
    if (window->bytes != NULL && window->released != 0)
        fl_file_map_release(&file->map, window->released, window->offset + window->size - window->released);
    fl_parquet_memory_release(&file->memory, &window->scratch);
    *window = (struct fl_parquet_window){0};
}

/* --- opening */

bool fl_parquet_is_magic(const uint8_t *bytes, size_t size)
{
    return size >= FL_PARQUET_MAGIC_SIZE &&
           (memcmp(bytes, FL_PARQUET_MAGIC, FL_PARQUET_MAGIC_SIZE) == 0 ||
            memcmp(bytes, FL_PARQUET_MAGIC_ENCRYPTED, FL_PARQUET_MAGIC_SIZE) == 0);
}

static bool is_encrypted(const uint8_t *magic)
{
    return memcmp(magic, FL_PARQUET_MAGIC_ENCRYPTED, FL_PARQUET_MAGIC_SIZE) == 0;
}

/* A few bytes into `copy`. */
static fl_status read_few(struct fl_parquet *file, uint64_t offset, size_t size, uint8_t *copy,
                          struct fl_error *error)
{
    struct fl_buffer scratch = {0};
    const uint8_t *bytes;
    const fl_status status = fl_file_map_view(&file->map, offset, size, &scratch, &bytes, error);
    if (status == FL_OK)
        memcpy(copy, bytes, size);
    fl_buffer_release(&scratch);
    return status;
}

/* *footer_size: checked against the file's. */
static fl_status read_ends(struct fl_parquet *file, uint64_t *footer_size, struct fl_error *error)
{
    enum { LEAST = FL_PARQUET_MAGIC_SIZE + FL_PARQUET_TAIL_SIZE };
    const uint64_t size = file->map.size_bytes;
    uint8_t head[FL_PARQUET_MAGIC_SIZE], tail[FL_PARQUET_TAIL_SIZE];
    if (size < LEAST)
        return fl_fail(error, FL_CORRUPT, "%llu bytes are no Parquet file, which has at least %d",
                       (unsigned long long)size, LEAST);
    fl_status status = read_few(file, 0, sizeof head, head, error);
    if (status == FL_OK)
        status = read_few(file, size - sizeof tail, sizeof tail, tail, error);
    if (status != FL_OK)
        return status;
    const uint8_t *end_magic = tail + sizeof tail - FL_PARQUET_MAGIC_SIZE;
    if (is_encrypted(head) || is_encrypted(end_magic))
        return fl_fail(error, FL_UNSUPPORTED, "a Parquet file with an encrypted footer, which is not read");
    if (!fl_parquet_is_magic(head, sizeof head))
        return fl_fail(error, FL_CORRUPT, "no Parquet file: it does not start with PAR1");
    if (!fl_parquet_is_magic(end_magic, FL_PARQUET_MAGIC_SIZE))
        return fl_fail(error, FL_CORRUPT, "a Parquet file that does not end with PAR1: was it cut?");
    *footer_size = fl_load_le32(tail);
    if (*footer_size == 0 || *footer_size > size - LEAST)
        return fl_fail(error, FL_CORRUPT, "a footer of %llu bytes in a file of %llu",
                       (unsigned long long)*footer_size, (unsigned long long)size);
    return FL_OK;
}

/* A copy: what has been checked must not change while it is used. */
static fl_status read_footer(struct fl_parquet *file, uint64_t footer_size, struct fl_error *error)
{
    struct fl_parquet_window window = {0};
    const uint64_t end = file->map.size_bytes - FL_PARQUET_TAIL_SIZE;
    const uint8_t *bytes;
    fl_status status = fl_parquet_memory_room(&file->memory, &file->footer, footer_size, "the footer", error);
    for (uint64_t done = 0; status == FL_OK && done < footer_size;) {
        const uint64_t left = footer_size - done, piece = left < WINDOW_BYTES ? left : WINDOW_BYTES;
        status = fl_parquet_window_view(file, &window, end - left, piece, end, &bytes, error);
        if (status == FL_OK)
            memcpy(file->footer.bytes + done, bytes, (size_t)piece);
        done += piece;
    }
    fl_parquet_window_release(file, &window);
    file->footer.size = (size_t)footer_size;
    return status;
}

static fl_status parse(struct fl_parquet *file, uint64_t footer_size, struct fl_error *error)
{
    const uint64_t pages_end = file->map.size_bytes - FL_PARQUET_TAIL_SIZE - footer_size;
    struct fl_parquet_facts *facts = &file->facts;
    struct fl_parquet_footer footer;
    fl_status status = fl_parquet_footer_parse(file->footer.bytes, file->footer.size, pages_end, &file->arena,
                                               &file->memory, &footer, error);
    if (status == FL_OK)
        status = fl_parquet_schema_make(&footer, &file->arena, &file->memory, &facts->columns,
                                        &facts->column_count, error);
    if (status != FL_OK)
        return status;
    facts->rows = footer.rows;
    facts->groups = footer.groups;
    facts->group_count = footer.group_count;
    facts->facts = footer.facts;
    facts->fact_count = footer.fact_count;
    facts->created_by = footer.created_by;
    return FL_OK;
}

fl_status fl_parquet_open(const struct fl_io *io, const char *path, enum fl_io_mode mode, uint64_t memory_max,
                          struct fl_parquet **file, struct fl_error *error)
{
    *file = NULL;
    struct fl_parquet *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    opened->memory.max_bytes = memory_max;
    fl_arena_init(&opened->arena);
    uint64_t footer_size = 0;
    fl_status status = fl_file_map_open(&opened->map, io, path, mode, error);
    if (status == FL_OK)
        status = read_ends(opened, &footer_size, error);
    if (status == FL_OK)
        status = read_footer(opened, footer_size, error);
    if (status == FL_OK)
        status = parse(opened, footer_size, error);
    if (status != FL_OK) {
        (void)fl_error_at_path(error, path);
        fl_parquet_close(opened);
        return status;
    }
    *file = opened;
    return FL_OK;
}

const struct fl_parquet_facts *fl_parquet_facts(const struct fl_parquet *file)
{
    return &file->facts;
}

const char *fl_parquet_path(const struct fl_parquet *file)
{
    return file->map.path;
}

void fl_parquet_close(struct fl_parquet *file)
{
    if (file == NULL)
        return;
    fl_buffer_release(&file->footer);
    fl_arena_release(&file->arena);
    if (file->map.io != NULL)
        fl_file_map_close(&file->map);
    free(file);
}

fl_status fl_parquet_error_at(struct fl_error *error, fl_status status, const struct fl_parquet *file,
                              size_t group, size_t column, int64_t offset)
{
    if (error == NULL)
        return status;
    (void)fl_fail(error, status, "row group %zu: %s", group, error->message);
    (void)fl_error_at_path(error, file->map.path);
    (void)fl_error_at_block(error, -1, file->facts.columns[column].name);
    if (offset >= 0)
        (void)fl_error_at_offset(error, offset);
    return status;
}
