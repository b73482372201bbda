/* parquet_view.c - what `inspect` and `verify` say of a Parquet file. */
#include "tools/fourloop/parquet_view.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "formats/parquet/parquet_cell.h"
#include "formats/parquet/parquet_read_bounds.h"
#include "tools/fourloop/parquet_rows.h"
#include "tools/fourloop/report.h"

/* A row group that was written with care fits many times; what does not is said to be too large. */
static const uint64_t memory_max_bytes = 1ull << 30;

bool parquet_is_file(const struct fl_io *io, const char *path)
{
    uint8_t magic[FL_PARQUET_MAGIC_SIZE];
    const int file = io->open(path, O_RDONLY | O_NONBLOCK, 0);
    if (file < 0)
        return false;
    const ssize_t size = io->pread(file, magic, sizeof magic, 0);
    (void)io->close(file);
    return size == (ssize_t)sizeof magic && fl_parquet_is_magic(magic, sizeof magic);
}

/* --- inspect */

static const char *name_or(const char *name, const char *otherwise)
{
    return name == NULL ? otherwise : name;
}

/* Foreign text on a terminal: control bytes as '?', cut after 72 bytes. */
static void print_text(struct fl_text text)
{
    enum { SHOWN_MAX = 72 };
    for (size_t i = 0; i < text.size && i < SHOWN_MAX; i++)
        putchar((unsigned char)text.bytes[i] < ' ' || text.bytes[i] == 0x7F ? '?' : text.bytes[i]);
    if (text.size > SHOWN_MAX)
        printf(".. (%zu bytes)", text.size);
}

static void print_facts(const struct fl_parquet *file)
{
    const struct fl_parquet_facts *facts = fl_parquet_facts(file);
    printf("file    %s\nformat  Parquet, written by ", fl_parquet_path(file));
    print_text(facts->created_by.size == 0 ? (struct fl_text){"?", 1} : facts->created_by);
    printf("\nrows    %llu in %zu row groups\n", (unsigned long long)facts->rows, facts->group_count);
    for (size_t i = 0; i < facts->fact_count; i++) {
        printf("fact    ");
        print_text(facts->facts[i].key);
        printf(" = ");
        print_text(facts->facts[i].value);
        printf("\n");
    }
}

/* A column over all row groups. */
struct sums {
    uint64_t stored_bytes, unpacked_bytes, nulls;
    bool are_nulls_known;
    uint32_t encodings, codecs; /* bit i: number i */
    struct fl_text min, max;    /* the smallest and largest bound */
};

static int64_t bound_of(const struct fl_parquet_field *column, struct fl_text bound)
{
    int64_t value = 0;
    (void)fl_parquet_bound_value(column, bound, &value);
    return value;
}

static void add_part(const struct fl_parquet_field *column, const struct fl_parquet_part *part,
                     struct sums *sums)
{
    sums->stored_bytes += part->stored_bytes;
    sums->unpacked_bytes += part->unpacked_bytes;
    sums->nulls += part->nulls;
    sums->are_nulls_known = sums->are_nulls_known && part->has_nulls_counted;
    sums->encodings |= part->encodings;
    sums->codecs |= part->codec >= 0 && part->codec < 32 ? 1u << part->codec : 0;
    if (sums->min.bytes == NULL || bound_of(column, part->min) < bound_of(column, sums->min))
        sums->min = part->min;
    if (sums->max.bytes == NULL || bound_of(column, part->max) > bound_of(column, sums->max))
        sums->max = part->max;
}

static void print_bound(const struct fl_parquet_field *column, struct fl_text bound)
{
    struct fl_buffer text = {0};
    const bool shown = fl_parquet_bound_append(column, bound, &text);
    printf(" %26.*s", shown ? (int)text.size : 0, shown ? (const char *)text.bytes : "");
    fl_buffer_release(&text);
}

static void print_names(uint32_t bits, const char *(*name_of)(int32_t))
{
    const char *comma = "";
    for (int32_t i = 0; i < 32; i++) {
        if ((bits >> i & 1) == 0)
            continue;
        printf("%s%s", comma, name_or(name_of(i), "?"));
        comma = ",";
    }
}

static void print_sums(const struct fl_parquet_field *column, const struct sums *sums)
{
    printf(" %14llu %14llu ", (unsigned long long)sums->stored_bytes,
           (unsigned long long)sums->unpacked_bytes);
    if (sums->are_nulls_known)
        printf("%12llu", (unsigned long long)sums->nulls);
    else
        printf("%12s", "?");
    print_bound(column, sums->min);
    print_bound(column, sums->max);
    printf("  ");
    print_names(sums->codecs, fl_parquet_codec_name);
    printf("  ");
    print_names(sums->encodings, fl_parquet_encoding_name);
}

static void print_column(const struct fl_parquet_facts *facts, size_t i)
{
    const struct fl_parquet_field *column = &facts->columns[i];
    struct sums sums = {.are_nulls_known = true};
    char type[FL_PARQUET_TYPE_TEXT];
    for (size_t group = 0; group < facts->group_count; group++)
        add_part(column, &facts->groups[group].parts[i], &sums);
    fl_parquet_type_describe(column, type);
    printf("%-24s %-24s", column->name, type);
    print_sums(column, &sums);
    if (column->refused != NULL)
        printf("  not read: %s", column->refused);
    printf("\n");
}

static void print_columns(const struct fl_parquet_facts *facts)
{
    printf("\n%-24s %-24s %14s %14s %12s %26s %26s  %s\n", "column", "type", "stored bytes", "unpacked",
           "nulls", "min", "max", "codec  encodings");
    for (size_t i = 0; i < facts->column_count; i++)
        print_column(facts, i);
}

static void print_part(const struct fl_parquet_facts *facts, size_t group, size_t i)
{
    const struct fl_parquet_part *part = &facts->groups[group].parts[i];
    struct sums sums = {.are_nulls_known = true};
    add_part(&facts->columns[i], part, &sums);
    printf("%9zu %12llu %-24s %14llu", group, (unsigned long long)facts->groups[group].rows,
           facts->columns[i].name, (unsigned long long)part->offset);
    print_sums(&facts->columns[i], &sums);
    if (part->refused != NULL)
        printf("  not read: %s", part->refused);
    printf("\n");
}

static void print_groups(const struct fl_parquet_facts *facts)
{
    printf("\n%9s %12s %-24s %14s %14s %14s %12s %26s %26s  %s\n", "row group", "rows", "column", "offset",
           "stored bytes", "unpacked", "nulls", "min", "max", "codec  encodings");
    for (size_t group = 0; group < facts->group_count; group++) {
        for (size_t i = 0; i < facts->column_count; i++)
            print_part(facts, group, i);
    }
}

fl_status parquet_inspect(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    struct fl_parquet *file;
    fl_status status = fl_parquet_open(io, command->words[0], FL_IO_MAP, memory_max_bytes, &file, error);
    if (status != FL_OK)
        return status;
    if (command->flags[FLAG_ROWS].given) {
        status = parquet_print_rows(io, file, (uint64_t)command->flags[FLAG_ROWS].number, error);
    } else {
        print_facts(file);
        print_columns(fl_parquet_facts(file));
        if (command->flags[FLAG_PAGES].given)
            print_groups(fl_parquet_facts(file));
    }
    fl_parquet_close(file);
    return status;
}

/* --- verify */

fl_status parquet_verify(const struct fl_io *io, const char *path, uint64_t *rows, struct fl_error *error)
{
    struct fl_parquet *file;
    struct fl_parquet_verified verified;
    fl_status status = fl_parquet_open(io, path, FL_IO_MAP, memory_max_bytes, &file, error);
    if (status != FL_OK)
        return status;
    status = fl_parquet_verify(file, &verified, error);
    *rows = fl_parquet_facts(file)->rows;
    fl_parquet_close(file);
    if (status == FL_OK && verified.pages_unsealed != 0)
        report_say("%s: %llu of %llu pages have no checksum, so a flipped bit in them may go unseen", path,
                   (unsigned long long)verified.pages_unsealed, (unsigned long long)verified.pages);
    return status;
}
