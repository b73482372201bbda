/* standings.c - what a comparison of all customers needs of each, in row order, on scratch space. */
#include "engine/standings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/checksum.h"
#include "formats/base/publish.h"

enum { CHUNK_BYTES = FL_STANDING_CHUNK * sizeof(struct fl_standing) };

void fl_standings_init(struct fl_standings *standings, const struct fl_io *io, const char *directory)
{
    *standings = (struct fl_standings){.io = io, .directory = directory, .file = -1};
}

/* The full chunk goes to the file. */
static fl_status write_chunk(struct fl_standings *standings, struct fl_error *error)
{
    fl_status status = FL_OK;
    if (standings->file < 0)
        status = fl_scratch_file(standings->io, standings->directory, &standings->file, error);
    if (status != FL_OK)
        return status;
    const size_t size_bytes = (standings->chunk_count + 1) * sizeof *standings->checksums;
    uint64_t *checksums = realloc(standings->checksums, size_bytes);
    if (checksums == NULL)
        return fl_fail_memory(error, size_bytes);
    standings->checksums = checksums;
    checksums[standings->chunk_count++] = fl_digest64(standings->chunk, CHUNK_BYTES);
    standings->chunk_rows = 0;
    return fl_write_all(standings->io, standings->file, standings->chunk, CHUNK_BYTES, standings->directory,
                        error);
}

fl_status fl_standings_add(struct fl_standings *standings, const struct fl_standing *standing,
                           struct fl_error *error)
{
    if (standings->chunk == NULL)
        standings->chunk = calloc(1, CHUNK_BYTES); /* padding goes to the file, too */
    if (standings->chunk == NULL)
        return fl_fail_memory(error, CHUNK_BYTES);
    if (standings->chunk_rows == FL_STANDING_CHUNK) {
        fl_status status = write_chunk(standings, error);
        if (status != FL_OK)
            return status;
    }
    standings->chunk[standings->chunk_rows++] = *standing;
    standings->count++;
    return FL_OK;
}

static fl_status read_chunk(const struct fl_standings *standings, size_t number, struct fl_standing *chunk,
                            struct fl_error *error)
{
    for (size_t done = 0; done < CHUNK_BYTES;) {
        const ssize_t got = standings->io->pread(standings->file, (uint8_t *)chunk + done, CHUNK_BYTES - done,
                                                 (off_t)(number * CHUNK_BYTES + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fl_fail_errno(error, errno, "read back scratch data in", standings->directory);
        if (got == 0)
            break;
        done += (size_t)got;
    }
    if (fl_digest64(chunk, CHUNK_BYTES) == standings->checksums[number])
        return FL_OK;
    fl_fail(error, FL_IO, "a scratch file gives other bytes than were written to it");
    fl_error_at_path(error, standings->directory);
    return FL_IO;
}

fl_status fl_standings_walk(struct fl_standings *standings, fl_standings_each *each, void *context,
                            struct fl_error *error)
{
    struct fl_standing *chunk = standings->chunk_count == 0 ? NULL : malloc(CHUNK_BYTES);
    fl_status status =
        standings->chunk_count > 0 && chunk == NULL ? fl_fail_memory(error, CHUNK_BYTES) : FL_OK;
    for (size_t i = 0; i < standings->chunk_count && status == FL_OK; i++) {
        status = read_chunk(standings, i, chunk, error);
        if (status == FL_OK)
            status = each(context, chunk, FL_STANDING_CHUNK, error);
    }
    free(chunk);
    if (status == FL_OK && standings->chunk_rows > 0)
        status = each(context, standings->chunk, standings->chunk_rows, error);
    return status;
}

void fl_standings_release(struct fl_standings *standings)
{
    if (standings->file >= 0)
        standings->io->close(standings->file);
    free(standings->chunk);
    free(standings->checksums);
    fl_standings_init(standings, standings->io, standings->directory);
}
