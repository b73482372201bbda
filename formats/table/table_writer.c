/* table_writer.c - writes one table file: header, pages as blocks fill, footer, trailer. */
#include "formats/table/table_writer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/base/publish.h"
#include "formats/table/block_buffer.h"
#include "formats/table/table_roles.h"

struct fl_table_writer {
    struct fl_output *output;
    struct fl_block_buffer block;
    struct fl_block_buffer late; /* columns; rows of the next block that lacks them, late_block */
    uint32_t late_block;
    uint32_t column_count;
    struct fl_page_packer packer;
    const struct fl_schema *schema;
    uint8_t uuid[FL_UUID_SIZE];
    bool keyed;                  /* the first column is a KEY */
    int day_column, type_column; /* index into the file's columns, -1 without */
    /* The footer, as it grows. */
    struct fl_buffer column_entries, dictionary_entries, block_entries, page_entries, facts;
    uint32_t dictionary_page_count, block_count, fact_count;
    struct fl_table_summary summary;
};

static fl_status write_zeros_to_alignment(struct fl_table_writer *writer, struct fl_error *error)
{
    static const uint8_t zeros[FL_PAGE_ALIGNMENT];
    const uint64_t at = fl_output_size(writer->output);
    return fl_output_write(writer->output, zeros, (size_t)(fl_page_align(at) - at), error);
}

/* Writes the page that was just packed, and notes in its entry where it is. */
static fl_status write_page(struct fl_table_writer *writer, struct fl_page_entry *entry, uint32_t block,
                            uint16_t column_id, struct fl_error *error)
{
    const size_t size = fl_get32(entry->stored_bytes);
    if (size == 0)
        return FL_OK;
    const fl_status status = write_zeros_to_alignment(writer, error);
    if (status != FL_OK)
        return status;
    entry->offset = fl_put64(fl_output_size(writer->output));
    entry->checksum = fl_put64(fl_checksum_bound(writer->uuid, block, column_id, writer->packer.bytes, size));
    return fl_output_write(writer->output, writer->packer.bytes, size, error);
}

static fl_status write_header(struct fl_table_writer *writer, struct fl_error *error)
{
    struct fl_table_header header = {0};
    memcpy(header.magic, FL_TABLE_MAGIC, FL_MAGIC_SIZE);
    header.version = fl_put16(FL_TABLE_VERSION);
    header.header_size = fl_put16(sizeof header);
    header.schema_id = fl_put16(writer->schema->id);
    header.schema_version = fl_put16(writer->schema->version);
    memcpy(header.uuid, writer->uuid, FL_UUID_SIZE);
    header.checksum = fl_put64(fl_checksum_bound(writer->uuid, FL_BIND_FILE, FL_BIND_HEADER, &header,
                                                 offsetof(struct fl_table_header, checksum)));
    return fl_output_write(writer->output, &header, sizeof header, error);
}

static fl_status check_dictionary_limits(const struct fl_words *words, struct fl_error *error)
{
    if (words->count > FL_DICTIONARY_WORDS_MAX)
        return fl_fail(error, FL_LIMIT, "%zu distinct words, at most %u", words->count,
                       FL_DICTIONARY_WORDS_MAX);
    if (words->count > 0 && words->offsets[words->count] > FL_DICTIONARY_BYTES_MAX)
        return fl_fail(error, FL_LIMIT, "%u bytes of distinct words, at most %u",
                       words->offsets[words->count], FL_DICTIONARY_BYTES_MAX);
    for (size_t i = 0; i < words->count; i++) {
        const struct fl_text word = fl_words_at(words, i);
        if (word.size > FL_WORD_BYTES_MAX)
            return fl_fail(error, FL_LIMIT, "a word of %zu bytes, at most %u", word.size, FL_WORD_BYTES_MAX);
        assert(word.size > 0 && (i == 0 || fl_text_compare(fl_words_at(words, i - 1), word) < 0));
    }
    return FL_OK;
}

static fl_status write_dictionary_page(struct fl_table_writer *writer, uint16_t column_id,
                                       const struct fl_words *words, size_t index, struct fl_error *error)
{
    const size_t first = index * FL_DICTIONARY_PAGE_WORDS;
    const size_t left = words->count - first;
    const size_t count = left < FL_DICTIONARY_PAGE_WORDS ? left : FL_DICTIONARY_PAGE_WORDS;
    struct fl_text *texts = malloc(count * sizeof *texts);
    if (texts == NULL)
        return fl_fail_memory(error, count * sizeof *texts);
    for (size_t i = 0; i < count; i++)
        texts[i] = fl_words_at(words, first + i);
    struct fl_page_entry entry;
    const bool packed =
        fl_page_pack_texts(&writer->packer, texts, NULL, count, true, writer->block.effort, &entry);
    free(texts);
    if (!packed)
        return fl_fail_memory(error, words->offsets[words->count]);
    writer->dictionary_page_count++;
    const fl_status status = write_page(writer, &entry, fl_bind_dictionary(index), column_id, error);
    if (status == FL_OK && !fl_buffer_append(&writer->dictionary_entries, &entry, sizeof entry))
        return fl_fail_memory(error, writer->dictionary_entries.size + sizeof entry);
    return status;
}

/* The column's entry, its dictionary pages with it. */
static fl_status write_column(struct fl_table_writer *writer, const struct fl_column *described, bool late,
                              const struct fl_words *words, struct fl_error *error)
{
    struct fl_column_entry entry = {
        .id = fl_put16(described->id), .kind = (uint8_t)described->kind, .late = late};
    if (described->kind == FL_KIND_WORD && words->count > 0) {
        fl_status status = check_dictionary_limits(words, error);
        for (size_t index = 0; status == FL_OK && index * FL_DICTIONARY_PAGE_WORDS < words->count; index++)
            status = write_dictionary_page(writer, described->id, words, index, error);
        if (status != FL_OK) {
            (void)fl_error_at_block(error, -1, described->name);
            return status;
        }
        entry.word_count = fl_put32((uint32_t)words->count);
        entry.word_bytes = fl_put32(words->offsets[words->count]);
    }
    if (!fl_buffer_append(&writer->column_entries, &entry, sizeof entry))
        return fl_fail_memory(error, writer->column_entries.size + sizeof entry);
    return FL_OK;
}

static fl_status keep_facts(struct fl_table_writer *writer, const char *const *facts, struct fl_error *error)
{
    for (; facts != NULL && facts[0] != NULL; facts += 2) {
        assert(facts[1] != NULL && facts[0][0] != '\0');
        writer->fact_count++;
        if (!fl_buffer_append(&writer->facts, facts[0], strlen(facts[0]) + 1) ||
            !fl_buffer_append(&writer->facts, facts[1], strlen(facts[1]) + 1))
            return fl_fail_memory(error, writer->facts.size);
    }
    if (writer->fact_count > FL_FACTS_MAX)
        return fl_fail(error, FL_LIMIT, "%u facts, at most %u", writer->fact_count, FL_FACTS_MAX);
    if (writer->facts.size > FL_FACT_BYTES_MAX)
        return fl_fail(error, FL_LIMIT, "facts of %zu bytes, at most %u", writer->facts.size,
                       FL_FACT_BYTES_MAX);
    return FL_OK;
}

static int find_column(const struct fl_table_plan *plan, int column_id)
{
    for (size_t i = 0; i < plan->column_count; i++) {
        if (plan->column_ids[i] == column_id)
            return (int)i;
    }
    return -1;
}

static void assert_plan(const struct fl_table_plan *plan)
{
    assert(plan->column_count > 0 && plan->column_count <= plan->schema->count);
    for (size_t i = 0; i < plan->schema->count; i++)
        assert(!fl_column_is_required(plan->schema, i) ||
               find_column(plan, plan->schema->columns[i].id) >= 0);
    for (size_t i = 1; i < plan->column_count; i++)
        assert(fl_schema_find_id(plan->schema, plan->column_ids[i - 1]) <
               fl_schema_find_id(plan->schema, plan->column_ids[i]));
    for (size_t i = 0; i < plan->late_column_count; i++) {
        const int index = fl_schema_find_id(plan->schema, plan->late_column_ids[i]);
        assert(find_column(plan, plan->late_column_ids[i]) > 0 &&
               !fl_column_is_required(plan->schema, (size_t)index) &&
               plan->schema->columns[index].kind != FL_KIND_TEXT);
        (void)index;
    }
    (void)plan;
}

static fl_status start_file(struct fl_table_writer *writer, const struct fl_io *io, const char *directory,
                            const struct fl_table_plan *plan, struct fl_error *error)
{
    if (!fl_block_buffer_init(&writer->block, plan, false) ||
        !fl_block_buffer_init(&writer->late, plan, true))
        return fl_fail_memory(error, plan->column_count * writer->block.rows_max * sizeof(int64_t));
    fl_status status = keep_facts(writer, plan->facts, error);
    if (status != FL_OK)
        return status;
    status = fl_output_create(io, directory, &writer->output, error);
    if (status != FL_OK)
        return status;
    status = write_header(writer, error);
    size_t early = 0, late = 0;
    for (size_t i = 0; status == FL_OK && i < plan->column_count; i++) {
        const bool is_late = late < writer->late.column_count && writer->late.columns[late].of_file == i;
        const struct fl_column *described =
            is_late ? writer->late.columns[late++].column : writer->block.columns[early++].column;
        status =
            write_column(writer, described, is_late, plan->words == NULL ? NULL : &plan->words[i], error);
    }
    return status;
}

fl_status fl_table_writer_create(const struct fl_io *io, const char *directory,
                                 const struct fl_table_plan *plan, struct fl_table_writer **writer,
                                 struct fl_error *error)
{
    assert_plan(plan);
    *writer = calloc(1, sizeof **writer);
    if (*writer == NULL)
        return fl_fail_memory(error, sizeof **writer);
    (*writer)->schema = plan->schema;
    (*writer)->column_count = (uint32_t)plan->column_count;
    (*writer)->keyed = plan->schema->columns[0].kind == FL_KIND_KEY;
    (*writer)->day_column = find_column(plan, fl_schema_day_id(plan->schema));
    (*writer)->type_column = find_column(plan, fl_schema_type_id(plan->schema));
    (*writer)->summary.customer_max = -1;
    (*writer)->summary.day_max = -1;
    memcpy((*writer)->uuid, plan->uuid, FL_UUID_SIZE);
    const fl_status status = start_file(*writer, io, directory, plan, error);
    if (status != FL_OK) {
        fl_table_writer_abort(*writer);
        *writer = NULL;
    }
    return status;
}

static void note_days(struct fl_table_writer *writer, const struct fl_page_entry *entry)
{
    const int32_t day_min = (int32_t)fl_get64(entry->min), day_max = (int32_t)fl_get64(entry->max);
    struct fl_table_summary *summary = &writer->summary;
    const bool first = summary->day_min > summary->day_max;
    summary->day_min = first || day_min < summary->day_min ? day_min : summary->day_min;
    summary->day_max = first || day_max > summary->day_max ? day_max : summary->day_max;
}

static void note_customers(struct fl_table_writer *writer, size_t rows)
{
    if (writer->summary.rows == 0)
        writer->summary.customer_min = fl_block_buffer_key(&writer->block, 0);
    writer->summary.customer_max = fl_block_buffer_key(&writer->block, rows - 1);
}

static fl_status check_file_limits(const struct fl_table_writer *writer, struct fl_error *error)
{
    const size_t footer = writer->page_entries.size + writer->dictionary_entries.size;
    if (writer->block_count >= FL_BLOCKS_MAX)
        return fl_fail(error, FL_LIMIT, "more than %u blocks in one file", FL_BLOCKS_MAX);
    /* The other half is more than enough for block entries (40 bytes beside 64 for each column), columns,
     * facts. */
    if (footer > FL_FOOTER_BYTES_MAX / 2)
        return fl_fail(error, FL_LIMIT, "page entries of %zu bytes in one file, at most %u", footer,
                       FL_FOOTER_BYTES_MAX / 2);
    return FL_OK;
}

/* A promise of whoever appended, checked because a file that breaks it could be published but not read. */
static fl_status check_values(const struct fl_table_writer *writer, const struct fl_column_buffer *column,
                              uint32_t block, size_t rows, const struct fl_page_entry *entry,
                              struct fl_error *error)
{
    const struct fl_column *described = column->column;
    const struct fl_column_entry *kept =
        (const struct fl_column_entry *)(const void *)writer->column_entries.bytes + column->of_file;
    const struct fl_integer_range range = fl_kind_range(described->kind, fl_get32(kept->word_count));
    const int index = fl_schema_find_id(writer->schema, described->id);
    fl_status status = FL_OK;
    if (fl_get32(entry->nulls) > 0 && fl_column_is_required(writer->schema, (size_t)index))
        status = fl_fail(error, FL_INTERNAL, "%u nulls in a column that has none", fl_get32(entry->nulls));
    else if (fl_get32(entry->nulls) < rows && described->kind != FL_KIND_TEXT &&
             ((int64_t)fl_get64(entry->min) < range.min || (int64_t)fl_get64(entry->max) > range.max))
        status = fl_fail(error, FL_INTERNAL, "a value lies outside %jd to %jd", (intmax_t)range.min,
                         (intmax_t)range.max);
    if (status != FL_OK)
        (void)fl_error_at_block(error, block, described->name);
    return status;
}

/* Makes a page of the first `rows` rows of each column in `from`, for the block that has entries already. */
static fl_status write_pages(struct fl_table_writer *writer, struct fl_block_buffer *from, uint32_t block,
                             size_t rows, struct fl_error *error)
{
    struct fl_page_entry *entries =
        (struct fl_page_entry *)(void *)writer->page_entries.bytes + (size_t)block * writer->column_count;
    for (size_t i = 0; i < from->column_count; i++) {
        const struct fl_column_buffer *column = &from->columns[i];
        struct fl_page_entry *entry = &entries[column->of_file];
        if (!fl_block_buffer_pack(from, i, rows, &writer->packer, entry))
            return fl_fail_memory(error, rows * sizeof(int64_t));
        fl_status status = check_values(writer, column, block, rows, entry, error);
        if (status == FL_OK)
            status = write_page(writer, entry, block, column->column->id, error);
        if (status != FL_OK)
            return status;
        if ((int)column->of_file == writer->day_column)
            note_days(writer, entry);
    }
    return FL_OK;
}

static bool add_entries(struct fl_table_writer *writer)
{
    static const struct fl_page_entry none;
    for (uint32_t i = 0; i < writer->column_count; i++) {
        if (!fl_buffer_append(&writer->page_entries, &none, sizeof none))
            return false;
    }
    return true;
}

/* Writes the first `rows` waiting rows as one block. */
static fl_status write_block(struct fl_table_writer *writer, size_t rows, struct fl_error *error)
{
    fl_status status = check_file_limits(writer, error);
    if (status == FL_OK && !add_entries(writer))
        status = fl_fail_memory(error, writer->page_entries.size);
    if (status == FL_OK)
        status = write_pages(writer, &writer->block, writer->block_count, rows, error);
    if (status != FL_OK)
        return status;
    struct fl_block_entry block = {.rows = fl_put32((uint32_t)rows)};
    uint64_t type_bits[4] = {0};
    if (writer->type_column >= 0)
        fl_block_buffer_types(&writer->block, (size_t)writer->type_column, rows, type_bits);
    for (size_t i = 0; i < 4; i++)
        block.type_bits[i] = fl_put64(type_bits[i]);
    if (!fl_buffer_append(&writer->block_entries, &block, sizeof block))
        return fl_fail_memory(error, writer->block_entries.size + sizeof block);
    if (writer->keyed)
        note_customers(writer, rows);
    writer->summary.rows += rows;
    writer->block_count++;
    fl_block_buffer_drop(&writer->block, rows);
    return FL_OK;
}

/* How many of the waiting rows make the next block, when a row of customer `next_key` has no room: all of
 * them, but for the rows of that same customer unless there are no others. */
static size_t rows_to_cut(const struct fl_table_writer *writer, int64_t next_key)
{
    const struct fl_block_buffer *block = &writer->block;
    size_t rows = block->rows;
    while (rows > 0 && fl_block_buffer_key(block, rows - 1) == next_key)
        rows--;
    return rows == 0 ? block->rows : rows;
}

fl_status fl_table_writer_append(struct fl_table_writer *writer, const struct fl_column_values *columns,
                                 size_t rows, struct fl_error *error)
{
    for (size_t at = 0; at < rows;) {
        const size_t room = fl_block_buffer_room(&writer->block, columns, at, rows);
        if (room == 0) {
            const size_t cut =
                writer->keyed ? rows_to_cut(writer, columns[0].as.i64[at]) : writer->block.rows;
            const fl_status status = write_block(writer, cut, error);
            if (status != FL_OK)
                return status;
            continue;
        }
        assert(!writer->keyed || writer->block.rows == 0 ||
               fl_block_buffer_key(&writer->block, writer->block.rows - 1) <= columns[0].as.i64[at]);
        if (!fl_block_buffer_add(&writer->block, columns, at, room))
            return fl_fail_memory(error, FL_BLOCK_TEXT_BYTES_MAX);
        at += room;
    }
    return FL_OK;
}

/* Rows of the block that the late columns come to next. */
static size_t late_rows(const struct fl_table_writer *writer)
{
    const struct fl_block_entry *blocks =
        (const struct fl_block_entry *)(const void *)writer->block_entries.bytes;
    return fl_get32(blocks[writer->late_block].rows);
}

fl_status fl_table_writer_append_late(struct fl_table_writer *writer, const struct fl_column_values *columns,
                                      size_t rows, struct fl_error *error)
{
    fl_status status = writer->block.rows > 0 ? write_block(writer, writer->block.rows, error) : FL_OK;
    for (size_t at = 0; at < rows && status == FL_OK;) {
        assert(writer->late_block < writer->block_count);
        const size_t wanted = late_rows(writer) - writer->late.rows;
        const size_t count = rows - at < wanted ? rows - at : wanted;
        if (!fl_block_buffer_add(&writer->late, columns, at, count))
            return fl_fail_memory(error, count);
        at += count;
        if (count < wanted)
            break;
        status = write_pages(writer, &writer->late, writer->late_block++, writer->late.rows, error);
        fl_block_buffer_drop(&writer->late, writer->late.rows);
    }
    return status;
}

static fl_status write_footer(struct fl_table_writer *writer, struct fl_error *error)
{
    const struct fl_footer_head head = {
        .rows = fl_put64(writer->summary.rows),
        .block_count = fl_put32(writer->block_count),
        .column_count = fl_put32(writer->column_count),
        .dictionary_page_count = fl_put32(writer->dictionary_page_count),
        .fact_count = fl_put32(writer->fact_count),
        .fact_bytes = fl_put32((uint32_t)writer->facts.size),
    };
    struct fl_buffer footer = {0};
    const struct fl_buffer *parts[] = {&writer->column_entries, &writer->dictionary_entries,
                                       &writer->block_entries, &writer->page_entries, &writer->facts};
    bool kept = fl_buffer_append(&footer, &head, sizeof head);
    for (size_t i = 0; kept && i < sizeof parts / sizeof parts[0]; i++)
        kept = fl_buffer_append(&footer, parts[i]->bytes, parts[i]->size);
    fl_status status = kept ? write_zeros_to_alignment(writer, error) : fl_fail_memory(error, footer.size);
    if (status == FL_OK) {
        struct fl_table_trailer trailer = {
            .footer_offset = fl_put64(fl_output_size(writer->output)),
            .footer_size = fl_put64(footer.size),
            .footer_checksum = fl_put64(
                fl_checksum_bound(writer->uuid, FL_BIND_FILE, FL_BIND_FOOTER, footer.bytes, footer.size)),
        };
        memcpy(trailer.magic, FL_TRAILER_MAGIC, FL_MAGIC_SIZE);
        status = fl_output_write(writer->output, footer.bytes, footer.size, error);
        if (status == FL_OK)
            status = fl_output_write(writer->output, &trailer, sizeof trailer, error);
    }
    fl_buffer_release(&footer);
    return status;
}

enum { NAME_SIZE = 256 };

static void name_file(const struct fl_table_writer *writer, const char *stem, const char *final_name,
                      char name[NAME_SIZE])
{
    char digest[17];
    fl_hex64(fl_output_digest(writer->output), digest);
    const int length = final_name != NULL
                           ? snprintf(name, NAME_SIZE, "%s", final_name)
                           : snprintf(name, NAME_SIZE, "%s-%s.%s", stem, digest, writer->schema->extension);
    assert(length > 0 && length < NAME_SIZE);
    (void)length;
}

fl_status fl_table_writer_finish(struct fl_table_writer *writer, const char *stem, const char *final_name,
                                 char name[256], struct fl_table_summary *summary, struct fl_error *error)
{
    fl_status status = writer->block.rows > 0 ? write_block(writer, writer->block.rows, error) : FL_OK;
    assert(status != FL_OK || writer->late.column_count == 0 || writer->late_block == writer->block_count);
    if (status == FL_OK)
        status = write_footer(writer, error);
    if (status == FL_OK) {
        name_file(writer, stem, final_name, name);
        *summary = writer->summary;
        summary->size_bytes = fl_output_size(writer->output);
        summary->digest = fl_output_digest(writer->output);
        status = fl_output_commit(writer->output, name, error);
        writer->output = NULL;
    }
    fl_table_writer_abort(writer);
    return status;
}

void fl_table_writer_abort(struct fl_table_writer *writer)
{
    if (writer == NULL)
        return;
    fl_output_abort(writer->output);
    fl_block_buffer_release(&writer->block);
    fl_block_buffer_release(&writer->late);
    fl_page_packer_release(&writer->packer);
    fl_buffer_release(&writer->column_entries);
    fl_buffer_release(&writer->dictionary_entries);
    fl_buffer_release(&writer->block_entries);
    fl_buffer_release(&writer->page_entries);
    fl_buffer_release(&writer->facts);
    free(writer);
}
