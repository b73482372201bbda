/* fuzz_parquet.c - hostile bytes for the Parquet reader.
 *
 * Method: what starts with PAR1 is a file, which is verified and scanned under a small limit of memory; every
 * value is touched, so that a pointer beyond a page is one that a sanitizer sees. Anything else is one page
 * of values: three bytes choose type, encoding, count, and the rest goes to the decoders without any footer
 * around it. The mutator changes the footer or the bytes of one page and mends sizes and checksums around
 * them, as otherwise nearly every change would end at the first of these. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "formats/parquet/parquet_decode_values.h"
#include "formats/parquet/parquet_read_header.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/malformed/memory_file.h"

enum {
    MEMORY_MAX = 16 << 20,
    /* Runs make any number of values of a few bytes; that takes time in proportion, which is no finding. */
    VALUES_MAX = 1 << 18,
    PAGE_VALUES = 300
};

static volatile unsigned touched; /* so that the compiler reads what is touched */

/* A number as no sealed file of the corpus has, which only a change of a page brings. */
static bool has_changed_number;

static void touch(struct fl_text text)
{
    if (text.size != 0)
        touched += (unsigned)(uint8_t)text.bytes[0] + (uint8_t)text.bytes[text.size - 1];
}

/* --- files */

static uint64_t count_values(const struct fl_parquet_facts *facts)
{
    uint64_t count = 0;
    for (size_t group = 0; group < facts->group_count; group++) {
        for (size_t i = 0; i < facts->column_count; i++) {
            const uint64_t values = facts->groups[group].parts[i].values;
            count = values > VALUES_MAX - count ? VALUES_MAX : count + values;
        }
    }
    return count;
}

static void touch_values(const struct fl_parquet_field *column, const struct fl_parquet_values *values,
                         size_t rows)
{
    size_t nulls = 0;
    for (size_t i = 0; i < values->count; i++) {
        nulls += values->nulls != NULL && values->nulls[i];
        if (column->form == FL_PARQUET_AS_TEXT)
            touch(values->text[i]);
        else
            touched += values->u8[i];
        has_changed_number |= column->form == FL_PARQUET_AS_I32 && values->i32[i] < -1000;
        if (values->word != NULL) {
            require(values->word[i] < values->word_count || (values->nulls != NULL && values->nulls[i]));
            require(values->nulls != NULL || values->words[values->word[i]].size == values->text[i].size);
        }
    }
    require((values->nulls != NULL) == (nulls != 0));
    require(column->is_list || values->count == rows);
    for (size_t row = 0; column->is_list && row < rows; row++)
        require(values->offsets[row] <= values->offsets[row + 1]);
    require(!column->is_list || values->offsets[rows] == values->count);
}

static void scan_columns(struct fl_parquet *file, const size_t *columns, size_t count)
{
    const struct fl_parquet_facts *facts = fl_parquet_facts(file);
    const struct fl_parquet_scan_options options = {
        .columns = columns, .column_count = count, .rows_max = 100};
    struct fl_parquet_scan *scan;
    struct fl_parquet_batch batch;
    if (fl_parquet_scan_open(file, &options, &scan, NULL) != FL_OK)
        return;
    uint64_t rows = 0;
    while (fl_parquet_scan_next(scan, &batch, NULL) == FL_OK && batch.rows != 0) {
        require(batch.first_row == rows && batch.rows <= facts->rows - rows);
        rows += batch.rows;
        for (size_t i = 0; i < count; i++)
            touch_values(&facts->columns[columns[i]], &batch.values[i], batch.rows);
    }
    fl_parquet_scan_close(scan);
}

static void read_file(const uint8_t *data, size_t size)
{
    struct fl_parquet *file;
    struct fl_parquet_verified verified;
    struct fl_error error;
    fl_error_clear(&error);
    memory_file_set(data, size);
    if (fl_parquet_open(&memory_file_io, "fuzz", FL_IO_COPY, MEMORY_MAX, &file, &error) != FL_OK) {
        require(error.message[0] != '\0');
        return;
    }
    const struct fl_parquet_facts *facts = fl_parquet_facts(file);
    size_t *columns = calloc(facts->column_count + 1, sizeof *columns), count = 0;
    for (size_t i = 0; columns != NULL && i < facts->column_count; i++) {
        if (facts->columns[i].refused == NULL)
            columns[count++] = i;
    }
    if (columns != NULL && count_values(facts) < VALUES_MAX) {
        has_changed_number = false;
        const bool is_whole = fl_parquet_verify(file, &verified, &error) == FL_OK;
        require(is_whole || error.message[0] != '\0');
        if (count != 0)
            scan_columns(file, columns, count);
        /* One by one, as a bad column ends the scan of all. */
        for (size_t i = 0; i < count; i++)
            scan_columns(file, &columns[i], 1);
        fuzz_canary(is_whole && verified.pages_unsealed == 0 && has_changed_number);
    }
    free(columns);
    fl_parquet_close(file);
}

/* --- pages of values */

static const struct fl_parquet_field page_columns[] = {
    {.type = FL_PARQUET_BOOLEAN, .form = FL_PARQUET_AS_U8},
    {.type = FL_PARQUET_INT32, .form = FL_PARQUET_AS_I32},
    {.type = FL_PARQUET_INT64, .form = FL_PARQUET_AS_I64},
    {.type = FL_PARQUET_INT96, .form = FL_PARQUET_AS_I64},
    {.type = FL_PARQUET_FLOAT, .form = FL_PARQUET_AS_F32},
    {.type = FL_PARQUET_DOUBLE, .form = FL_PARQUET_AS_F64},
    {.type = FL_PARQUET_BYTE_ARRAY, .form = FL_PARQUET_AS_TEXT},
    {.type = FL_PARQUET_FIXED_LEN_BYTE_ARRAY, .type_size = 5, .form = FL_PARQUET_AS_TEXT},
};
enum { PAGE_COLUMNS = sizeof page_columns / sizeof page_columns[0], ENCODINGS = 10 };

static bool take_piece(struct fl_parquet_reader *reader, size_t count, struct fl_parquet_memory *memory,
                       struct fl_buffer *beside)
{
    /* Of exactly the size that is needed. */
    uint8_t *values = malloc(count * fl_parquet_form_size(reader->column->form) + 1);
    uint32_t *indices = malloc(count * sizeof *indices + 1);
    struct fl_buffer before = *beside;
    uint64_t beside_size;
    *beside = (struct fl_buffer){0};
    fl_status status = fl_parquet_reader_measure(reader, count, &beside_size, NULL);
    if (status == FL_OK)
        status = fl_parquet_memory_room(memory, beside, beside_size, "a piece", NULL);
    if (status == FL_OK && values != NULL && indices != NULL)
        status = fl_parquet_reader_take(reader, values, count, indices, beside->bytes, NULL);
    const struct fl_text *texts = (const void *)values;
    for (size_t i = 0; status == FL_OK && reader->column->form == FL_PARQUET_AS_TEXT && i < count; i++)
        touch(texts[i]);
    fl_parquet_memory_release(memory, &before);
    free(values);
    free(indices);
    return status == FL_OK;
}

static void read_page(const uint8_t *data, size_t size)
{
    static const struct fl_text texts[] = {{"a", 1}, {"bc", 2}, {"", 0}};
    static const uint64_t numbers[3];
    const struct fl_parquet_field *column = &page_columns[data[0] % PAGE_COLUMNS];
    struct fl_parquet_dictionary dictionary = {.count = 3, .is_there = true};
    struct fl_parquet_memory memory = {.max_bytes = MEMORY_MAX};
    struct fl_parquet_reader reader;
    struct fl_buffer beside = {0};
    dictionary.words.bytes =
        (uint8_t *)(column->form == FL_PARQUET_AS_TEXT ? (uintptr_t)texts : (uintptr_t)numbers);
    size_t left = data[2] * 2u;
    if (fl_parquet_reader_begin(&reader, column, data[1] % ENCODINGS, data + 3, size - 3, (uint32_t)left,
                                &dictionary, NULL) != FL_OK)
        return;
    for (size_t piece = 1 + data[1] / ENCODINGS; left != 0; piece = piece * 2 + 1) {
        const size_t count = piece < left ? piece : left;
        if (!take_piece(&reader, count, &memory, &beside))
            break;
        left -= count;
    }
    (void)fl_parquet_reader_end(&reader, NULL);
    fl_parquet_memory_release(&memory, &beside);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (fl_parquet_is_magic(data, size))
        read_file(data, size);
    else if (size >= 3)
        read_page(data, size);
    return 0;
}

/* --- the mutator */

#ifdef FOURLOOP_LIBFUZZER
enum { TAIL = FL_PARQUET_TAIL_SIZE };

/* The footer grows or shrinks; its size and the magic follow it. */
static size_t mutate_footer(uint8_t *data, size_t size, size_t capacity)
{
    const size_t footer_size = fl_load_le32(data + size - TAIL);
    if (footer_size == 0 || footer_size > size - TAIL - FL_PARQUET_MAGIC_SIZE)
        return LLVMFuzzerMutate(data, size, capacity);
    uint8_t *footer = data + size - TAIL - footer_size;
    const size_t made = LLVMFuzzerMutate(footer, footer_size, capacity - TAIL - (size_t)(footer - data));
    fl_store_le32(footer + made, (uint32_t)made);
    memcpy(footer + made + 4, FL_PARQUET_MAGIC, FL_PARQUET_MAGIC_SIZE);
    return (size_t)(footer - data) + made + TAIL;
}

/* Puts the checksum of the changed bytes in place of the old one where it takes as many bytes: it nearly
 * always takes five. */
static void seal(uint8_t *header, uint32_t header_size, uint32_t old_crc, uint32_t new_crc)
{
    uint8_t old_bytes[5], new_bytes[5];
    size_t sizes[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        const int32_t crc = (int32_t)(i == 0 ? old_crc : new_crc);
        uint32_t zigzag = (uint32_t)crc << 1 ^ (uint32_t)(crc >> 31);
        for (; zigzag >= 0x80; zigzag >>= 7)
            (i == 0 ? old_bytes : new_bytes)[sizes[i]++] = (uint8_t)(zigzag | 0x80);
        (i == 0 ? old_bytes : new_bytes)[sizes[i]++] = (uint8_t)zigzag;
    }
    uint8_t *place = sizes[0] == sizes[1] ? memmem(header, header_size, old_bytes, sizes[0]) : NULL;
    if (place != NULL)
        memcpy(place, new_bytes, sizes[0]);
}

/* One page: its header at *offset, which is moved behind it. False: none. */
static bool find_page(uint8_t *data, uint64_t *offset, uint64_t end, struct fl_parquet_page_header *header,
                      uint8_t **body)
{
    bool is_cut;
    if (*offset >= end ||
        fl_parquet_page_header_parse(data + *offset, (size_t)(end - *offset), header, &is_cut, NULL) != FL_OK)
        return false;
    *body = data + *offset + header->header_size;
    *offset += (uint64_t)header->header_size + header->stored_size;
    return *offset <= end;
}

/* The page of that number, or the last before it. False: the column has none. */
static bool choose_page(uint8_t *data, const struct fl_parquet_part *part, unsigned number,
                        struct fl_parquet_page_header *chosen, uint8_t **chosen_body)
{
    uint64_t offset = part->offset;
    struct fl_parquet_page_header header;
    uint8_t *body;
    bool is_there = false;
    for (unsigned page = 0;
         page <= number && find_page(data, &offset, part->offset + part->stored_bytes, &header, &body);
         page++) {
        *chosen = header;
        *chosen_body = body;
        is_there = true;
    }
    return is_there;
}

/* A page of a column of a row group, all chosen by the seed, changed without a change of its size. */
static void mutate_page(const struct fl_parquet_facts *facts, uint8_t *data, unsigned seed)
{
    const struct fl_parquet_group *group = &facts->groups[seed % facts->group_count];
    const struct fl_parquet_part *part = &group->parts[seed / 7 % facts->column_count];
    struct fl_parquet_page_header header;
    uint8_t *body;
    if (!choose_page(data, part, seed / 101 % 4, &header, &body))
        return;
    if (seed / 409 % 4 == 0) { /* the header itself */
        (void)LLVMFuzzerMutate(body - header.header_size, header.header_size, header.header_size);
        return;
    }
    (void)LLVMFuzzerMutate(body, header.stored_size, header.stored_size);
    if (header.has_crc)
        seal(body - header.header_size, header.header_size, header.crc,
             (uint32_t)crc32_z(0, body, header.stored_size));
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed)
{
    struct fl_parquet *file;
    if (!fl_parquet_is_magic(data, size) || size < TAIL + FL_PARQUET_MAGIC_SIZE || seed % 16 == 0)
        return LLVMFuzzerMutate(data, size, capacity);
    if (seed % 16 < 6)
        return mutate_footer(data, size, capacity);
    memory_file_set(data, size);
    if (fl_parquet_open(&memory_file_io, "fuzz", FL_IO_COPY, MEMORY_MAX, &file, NULL) != FL_OK)
        return mutate_footer(data, size, capacity);
    const struct fl_parquet_facts *facts = fl_parquet_facts(file);
    if (facts->group_count != 0 && facts->column_count != 0)
        mutate_page(facts, data, seed / 16);
    fl_parquet_close(file);
    return size;
}
#endif
