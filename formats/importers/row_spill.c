/* row_spill.c - writes sorted rows to scratch space in checked chunks for a later merge. */
#include "formats/importers/row_spill.h"

#include <errno.h>
#include <stdlib.h>

#include "formats/base/bytes.h"
#include "formats/base/checksum.h"
#include "formats/base/publish.h"

struct chunk_head {
    fl_le32 row_bytes; /* that follow */
    fl_le32 chunk_number;
    fl_le64 checksum;
};
enum { HEAD_BYTES = sizeof(struct chunk_head) };
_Static_assert(HEAD_BYTES == 16, "no padding");

static const uint8_t no_uuid[FL_UUID_SIZE];

void fl_spill_init(struct fl_spill *spill, const struct fl_io *io, const char *directory, size_t chunk_bytes)
{
    *spill = (struct fl_spill){.io = io, .directory = directory, .file = -1, .chunk_bytes = chunk_bytes};
}

void fl_spill_close(struct fl_spill *spill)
{
    if (spill->file >= 0)
        (void)spill->io->close(spill->file);
    fl_buffer_release(&spill->chunk);
    free(spill->runs);
    fl_spill_init(spill, spill->io, spill->directory, spill->chunk_bytes);
}

static bool reserve_run(struct fl_spill *spill)
{
    if (spill->run_count < spill->run_capacity)
        return true;
    const size_t capacity = spill->run_capacity == 0 ? 64 : 2 * spill->run_capacity;
    struct fl_spill_run *runs = reallocarray(spill->runs, capacity, sizeof *runs);
    if (runs == NULL)
        return false;
    spill->runs = runs;
    spill->run_capacity = capacity;
    return true;
}

fl_status fl_spill_begin_run(struct fl_spill *spill, struct fl_error *error)
{
    if (spill->file < 0) {
        const fl_status status = fl_scratch_file(spill->io, spill->directory, &spill->file, error);
        if (status != FL_OK)
            return status;
    }
    if (!reserve_run(spill) || !fl_buffer_reserve(&spill->chunk, spill->chunk_bytes))
        return fl_fail_memory(error, spill->chunk_bytes);
    spill->runs[spill->run_count++] = (struct fl_spill_run){spill->size_bytes, spill->size_bytes};
    spill->chunk.size = HEAD_BYTES;
    spill->chunk_number = 0;
    return FL_OK;
}

static fl_status write_chunk(struct fl_spill *spill, struct fl_error *error)
{
    struct fl_buffer *chunk = &spill->chunk;
    const size_t row_bytes = chunk->size - HEAD_BYTES;
    if (row_bytes == 0)
        return FL_OK;
    const struct chunk_head head = {
        fl_put32((uint32_t)row_bytes),
        fl_put32(spill->chunk_number),
        fl_put64(fl_checksum_bound(no_uuid, (uint32_t)spill->run_count - 1, spill->chunk_number,
                                   chunk->bytes + HEAD_BYTES, row_bytes)),
    };
    memcpy(chunk->bytes, &head, HEAD_BYTES);
    const fl_status status =
        fl_write_all(spill->io, spill->file, chunk->bytes, chunk->size, spill->directory, error);
    if (status != FL_OK)
        return status;
    if (chunk->size > spill->largest_chunk_bytes)
        spill->largest_chunk_bytes = chunk->size;
    spill->size_bytes += chunk->size;
    spill->chunk_number++;
    chunk->size = HEAD_BYTES;
    return FL_OK;
}

fl_status fl_spill_add(struct fl_spill *spill, const uint8_t *row, size_t row_bytes, struct fl_error *error)
{
    if (spill->chunk.size > HEAD_BYTES && row_bytes > spill->chunk_bytes - spill->chunk.size) {
        const fl_status status = write_chunk(spill, error);
        if (status != FL_OK)
            return status;
    }
    if (!fl_buffer_append(&spill->chunk, row, row_bytes))
        return fl_fail_memory(error, row_bytes);
    return spill->chunk.size < spill->chunk_bytes ? FL_OK : write_chunk(spill, error);
}

fl_status fl_spill_end_run(struct fl_spill *spill, struct fl_error *error)
{
    const fl_status status = write_chunk(spill, error);
    spill->runs[spill->run_count - 1].end = spill->size_bytes;
    return status;
}

void fl_spill_read_run(const struct fl_spill *spill, size_t run, uint8_t *chunk,
                       struct fl_spill_reader *reader)
{
    *reader = (struct fl_spill_reader){
        .spill = spill,
        .run = (uint32_t)run,
        .next = spill->runs[run].begin,
        .end = spill->runs[run].end,
        .chunk = chunk,
    };
}

static fl_status read_all(const struct fl_spill_reader *reader, uint8_t *bytes, size_t size, uint64_t offset,
                          struct fl_error *error)
{
    const struct fl_spill *spill = reader->spill;
    while (size > 0) {
        const ssize_t got = spill->io->pread(spill->file, bytes, size, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fl_fail_errno(error, errno, "read a scratch file in", spill->directory);
        if (got == 0)
            return fl_fail(error, FL_IO, "a scratch file ends at byte %llu, %llu were written",
                           (unsigned long long)offset, (unsigned long long)spill->size_bytes);
        bytes += got;
        size -= (size_t)got;
        offset += (uint64_t)got;
    }
    return FL_OK;
}

static fl_status fail_changed(const struct fl_spill_reader *reader, struct fl_error *error)
{
    (void)fl_fail(error, FL_IO, "a scratch file gave back other bytes than were written: run %u, chunk %u",
                  reader->run, reader->chunk_number);
    (void)fl_error_at_path(error, reader->spill->directory);
    return FL_IO;
}

static fl_status read_chunk(struct fl_spill_reader *reader, struct fl_error *error)
{
    struct chunk_head head;
    fl_status status = read_all(reader, (uint8_t *)&head, HEAD_BYTES, reader->next, error);
    if (status != FL_OK)
        return status;
    const size_t row_bytes = fl_get32(head.row_bytes);
    if (row_bytes > reader->spill->largest_chunk_bytes - HEAD_BYTES || row_bytes == 0)
        return fail_changed(reader, error);
    status = read_all(reader, reader->chunk, row_bytes, reader->next + HEAD_BYTES, error);
    if (status != FL_OK)
        return status;
    if (fl_get32(head.chunk_number) != reader->chunk_number ||
        fl_get64(head.checksum) !=
            fl_checksum_bound(no_uuid, reader->run, reader->chunk_number, reader->chunk, row_bytes))
        return fail_changed(reader, error);
    reader->next += HEAD_BYTES + row_bytes;
    reader->chunk_number++;
    reader->at = 0;
    reader->chunk_end = row_bytes;
    return FL_OK;
}

fl_status fl_spill_next(struct fl_spill_reader *reader, const struct fl_row_layout *layout,
                        const uint8_t **row, struct fl_error *error)
{
    *row = NULL;
    if (reader->at == reader->chunk_end) {
        if (reader->next == reader->end)
            return FL_OK;
        const fl_status status = read_chunk(reader, error);
        if (status != FL_OK)
            return status;
    }
    *row = reader->chunk + reader->at;
    reader->at += fl_row_bytes(layout, *row);
    return FL_OK;
}
