/* arrow_footer.c - the footer of an Arrow file, compared with the stream before it. */
#include "formats/arrow/arrow_footer.h"

#include <errno.h>
#include <string.h>

#include "formats/arrow/arrow_numbers.h"
#include "formats/arrow/arrow_schema_reader.h"
#include "formats/base/bytes.h"
#include "formats/base/limits.h"

void fl_arrow_blocks_release(struct fl_arrow_blocks *blocks)
{
    fl_arrow_buffer_release(blocks->budget, &blocks->dictionaries);
    fl_arrow_buffer_release(blocks->budget, &blocks->batches);
}

fl_status fl_arrow_blocks_add(struct fl_arrow_blocks *blocks, bool is_dictionary,
                              const struct fl_arrow_message *message, struct fl_error *error)
{
    struct fl_buffer *list = is_dictionary ? &blocks->dictionaries : &blocks->batches;
    uint8_t block[BLOCK_SIZE] = {0};
    fl_store_le64(block, message->offset);
    fl_store_le32(block + 8, message->metadata_bytes);
    fl_store_le64(block + 16, message->body_bytes);
    if (list->size + BLOCK_SIZE > list->capacity) {
        const fl_status status = fl_arrow_buffer_reserve(
            blocks->budget, list, list->capacity + list->capacity / 2 + 64 * (uint64_t)BLOCK_SIZE, error);
        if (status != FL_OK)
            return status;
    }
    memcpy(list->bytes + list->size, block, BLOCK_SIZE);
    list->size += BLOCK_SIZE;
    return FL_OK;
}

static fl_status compare_blocks(const struct fl_flat_table *footer, unsigned field,
                                const struct fl_buffer *seen, const char *what, struct fl_error *error)
{
    const struct fl_flat_vector listed = fl_flat_vector(footer, field, BLOCK_SIZE);
    const size_t count = seen->size / BLOCK_SIZE;
    if (footer->flat->broken != NULL)
        return fl_fail(error, FL_CORRUPT, "the footer is broken: %s", footer->flat->broken);
    if (listed.count != count)
        return fl_fail(error, FL_CORRUPT, "the footer lists %zu %s, the file has %zu", listed.count, what,
                       count);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *a = listed.items + i * BLOCK_SIZE, *b = seen->bytes + i * BLOCK_SIZE;
        /* Between the two sizes lie 4 bytes of padding, which may be anything. */
        if (fl_load_le64(a) != fl_load_le64(b) || fl_load_le32(a + 8) != fl_load_le32(b + 8) ||
            fl_load_le64(a + 16) != fl_load_le64(b + 16))
            return fl_fail(error, FL_CORRUPT,
                           "the footer places number %zu of its %s at %llu, it lies at %llu", i, what,
                           (unsigned long long)fl_load_le64(a), (unsigned long long)fl_load_le64(b));
    }
    return FL_OK;
}

static fl_status compare_schema(const struct fl_flat_table *footer, const struct fl_arrow_schema *schema,
                                struct fl_error *error)
{
    const struct fl_flat_table table = fl_flat_table(footer, FOOTER_SCHEMA);
    struct fl_arena arena;
    fl_arena_init(&arena);
    struct fl_arrow_schema listed;
    fl_status status = fl_arrow_schema_read(&table, &arena, &listed, error);
    bool equal = status == FL_OK && listed.field_count == schema->field_count;
    for (size_t i = 0; equal && i < schema->field_count; i++) {
        const struct fl_arrow_field *a = &listed.fields[i], *b = &schema->fields[i];
        equal = strcmp(a->name, b->name) == 0 && a->has_dictionary == b->has_dictionary &&
                fl_arrow_type_equal(&a->type, &b->type) && fl_arrow_type_equal(&a->item, &b->item);
    }
    fl_arena_release(&arena);
    if (status == FL_OK && !equal)
        status = fl_fail(error, FL_CORRUPT, "the footer has another schema than the stream");
    return status;
}

enum { FIRST_STEP = 64 << 10 };

/* All that is left, which is bounded by what a footer may have. */
static fl_status read_rest(struct fl_arrow_source *source, size_t *size, struct fl_error *error)
{
    struct fl_buffer *rest = &source->metadata;
    *size = 0;
    for (size_t step = FIRST_STEP;; step = *size) {
        size_t got;
        fl_status status = fl_arrow_buffer_reserve(source->budget, rest, *size + step, error);
        if (status == FL_OK)
            status = fl_arrow_source_read(source, rest->bytes + *size, step, &got, error);
        if (status != FL_OK)
            return status;
        *size += got;
        if (got < step)
            return FL_OK;
        if (*size > FL_ARROW_METADATA_BYTES_MAX)
            return fl_fail(error, FL_LIMIT, "a footer of more than %u bytes", FL_ARROW_METADATA_BYTES_MAX);
    }
}

fl_status fl_arrow_footer_check(struct fl_arrow_source *source, const struct fl_arrow_blocks *blocks,
                                const struct fl_arrow_schema *schema, struct fl_error *error)
{
    size_t size;
    fl_status status = read_rest(source, &size, error);
    if (status != FL_OK)
        return status;
    const uint8_t *bytes = source->metadata.bytes;
    if (size < ARROW_FILE_TAIL_SIZE ||
        memcmp(bytes + size - ARROW_MAGIC_SIZE, ARROW_MAGIC, ARROW_MAGIC_SIZE) != 0)
        return fl_fail(error, FL_CORRUPT, "the file does not end with " ARROW_MAGIC ": is it cut?");
    const uint32_t footer_size = fl_load_le32(bytes + size - ARROW_FILE_TAIL_SIZE);
    if (footer_size != size - ARROW_FILE_TAIL_SIZE)
        return fl_fail(error, FL_CORRUPT, "a footer of %u bytes is announced, %zu are there", footer_size,
                       size - ARROW_FILE_TAIL_SIZE);
    struct fl_flat flat = {bytes, footer_size, NULL};
    const struct fl_flat_table footer = fl_flat_root(&flat);
    status = compare_blocks(&footer, FOOTER_DICTIONARIES, &blocks->dictionaries, "dictionary batches", error);
    if (status == FL_OK)
        status = compare_blocks(&footer, FOOTER_BATCHES, &blocks->batches, "batches", error);
    return status == FL_OK ? compare_schema(&footer, schema, error) : status;
}

/* `size` bytes at `offset` of a regular file. */
static fl_status read_at(const struct fl_arrow_source *source, uint64_t offset, uint8_t *bytes, size_t size,
                         struct fl_error *error)
{
    for (size_t got = 0; got < size;) {
        const ssize_t taken = source->io->pread(source->file, bytes + got, size - got, (off_t)(offset + got));
        if (taken < 0 && errno == EINTR)
            continue;
        if (taken < 0)
            return fl_fail_errno(error, errno, "read", NULL);
        if (taken == 0)
            return fl_fail(error, FL_CORRUPT, "the file is cut: its footer ends after %zu of %zu bytes", got,
                           size);
        got += (size_t)taken;
    }
    return FL_OK;
}

/* Where the footer lies. */
static fl_status find_footer(const struct fl_arrow_source *source, uint64_t *offset, uint32_t *size,
                             struct fl_error *error)
{
    struct stat facts;
    if (source->io->fstat(source->file, &facts) != 0)
        return fl_fail_errno(error, errno, "look at", NULL);
    if (!S_ISREG(facts.st_mode))
        return fl_fail(
            error, FL_UNSUPPORTED,
            "this Arrow file has its schema at its end alone, which a pipe cannot tell in time: give the "
            "file by its name, or pipe a stream");
    uint8_t tail[ARROW_FILE_TAIL_SIZE];
    const uint64_t file_size = (uint64_t)facts.st_size;
    if (file_size < ARROW_FILE_HEAD_SIZE + ARROW_FILE_TAIL_SIZE)
        return fl_fail(error, FL_CORRUPT, "an Arrow file of %llu bytes", (unsigned long long)file_size);
    const fl_status status = read_at(source, file_size - sizeof tail, tail, sizeof tail, error);
    if (status != FL_OK)
        return status;
    *size = fl_load_le32(tail);
    if (memcmp(tail + 4, ARROW_MAGIC, ARROW_MAGIC_SIZE) != 0 || *size > FL_ARROW_METADATA_BYTES_MAX ||
        *size > file_size - ARROW_FILE_HEAD_SIZE - ARROW_FILE_TAIL_SIZE)
        return fl_fail(error, FL_CORRUPT,
                       "the file does not end with a footer and " ARROW_MAGIC ": is it cut?");
    *offset = file_size - sizeof tail - *size;
    return FL_OK;
}

fl_status fl_arrow_footer_schema(struct fl_arrow_source *source, struct fl_arena *arena,
                                 struct fl_arrow_schema *schema, struct fl_error *error)
{
    uint64_t offset = 0;
    uint32_t size = 0;
    fl_status status = find_footer(source, &offset, &size, error);
    struct fl_buffer bytes = {0};
    if (status == FL_OK)
        status = fl_arrow_buffer_reserve(source->budget, &bytes, size + 1, error);
    if (status == FL_OK)
        status = read_at(source, offset, bytes.bytes, size, error);
    if (status == FL_OK) {
        struct fl_flat flat = {bytes.bytes, size, NULL};
        const struct fl_flat_table footer = fl_flat_root(&flat);
        const struct fl_flat_table table = fl_flat_table(&footer, FOOTER_SCHEMA);
        status = fl_arrow_schema_read(&table, arena, schema, error);
    }
    fl_arrow_buffer_release(source->budget, &bytes);
    return status;
}
