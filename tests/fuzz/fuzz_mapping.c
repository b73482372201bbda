/* fuzz_mapping.c - hostile bytes for the import mapping, and for what it makes of records.
 *
 * Method: a mapping in YAML, a NUL, a CSV. What parses is bound to the header and fills cells of each record;
 * a copy of the bound mapping, as another thread has it, must say the same of the same record. There is one
 * time zone, and no file beside it. */
#include <errno.h>
#include <string.h>

#include "formats/base/file_map.h"
#include "formats/importers/mapping.h"
#include "tests/fuzz/fuzz_target.h"

enum { CELLS_MAX = 64, RECORDS_MAX = 32, KEYS_MAX = 64 };

/* --- files: one zone */

static struct {
    struct fl_buffer bytes;
    size_t at;
} zone;

static void load_zone(void)
{
    if (zone.bytes.bytes == NULL)
        (void)fl_file_read_all(&fl_io_system, "/usr/share/zoneinfo/Europe/Oslo", 1 << 16, &zone.bytes, NULL);
}

static int open_zone(const char *path, int flags, mode_t mode)
{
    (void)flags;
    (void)mode;
    zone.at = 0;
    if (strcmp(path, "/usr/share/zoneinfo/Europe/Oslo") == 0)
        return 0;
    errno = ENOENT;
    return -1;
}

static ssize_t read_zone(int file, void *bytes, size_t size)
{
    (void)file;
    const size_t left = zone.bytes.size - zone.at, given = size < left ? size : left;
    if (given > 0)
        memcpy(bytes, zone.bytes.bytes + zone.at, given);
    zone.at += given;
    return (ssize_t)given;
}

static int look_at_zone(int file, struct stat *facts)
{
    *facts = (struct stat){.st_mode = S_IFREG | 0400, .st_size = (off_t)zone.bytes.size};
    return file;
}

static int close_zone(int file)
{
    return file;
}

static DIR *open_no_folder(const char *path)
{
    (void)path;
    errno = ENOENT;
    return NULL;
}

static const struct fl_io zone_io = {.open = open_zone,
                                     .read = read_zone,
                                     .close = close_zone,
                                     .fstat = look_at_zone,
                                     .opendir = open_no_folder};

/* --- records */

static const struct fl_names *interaction_types(void)
{
    static struct fl_names *types;
    if (types == NULL) {
        types = fl_names_create();
        require(types != NULL && fl_names_add(types, fl_text_of("web_visit"), 9));
        require(fl_names_add(types, fl_text_of("purchase_shop"), 111));
        require(fl_names_add(types, fl_text_of("return_registered"), 121));
    }
    return types;
}

struct row {
    struct fl_cell cells[CELLS_MAX];
    uint32_t filled;
    struct fl_row_trouble trouble;
    enum fl_row_verdict verdict;
};

static void apply(struct fl_mapping_bound *bound, const struct fl_csv_record *record, struct row *row)
{
    row->filled = 0;
    row->trouble = (struct fl_row_trouble){0};
    row->verdict = fl_mapping_apply(bound, record, row->cells, &row->filled, &row->trouble);
    if (row->verdict == FL_ROW_KEPT)
        return;
    require(row->trouble.reason != NULL && row->trouble.reason[0] != '\0');
    require(row->verdict != FL_ROW_REJECTED || row->trouble.words[0] != '\0');
}

static void require_same_cell(const struct fl_column *column, const struct fl_cell *a,
                              const struct fl_cell *b, bool text_ids)
{
    const enum fl_storage storage = fl_kind_storage(column->kind);
    require(a->null == b->null);
    if (a->null)
        return;
    const bool is_text =
        storage == FL_STORAGE_WORD || storage == FL_STORAGE_TEXT || (column->kind == FL_KIND_KEY && text_ids);
    require(is_text ? fl_text_equal(a->text, b->text) : a->number == b->number);
}

static void require_same_row(const struct fl_mapping *mapping, const struct row *a, const struct row *b)
{
    const struct fl_schema *schema = fl_mapping_schema(mapping);
    require(a->verdict == b->verdict && a->trouble.line == b->trouble.line &&
            a->trouble.line_column == b->trouble.line_column);
    require(a->verdict == FL_ROW_KEPT || strcmp(a->trouble.reason, b->trouble.reason) == 0);
    require(a->verdict != FL_ROW_REJECTED || strcmp(a->trouble.words, b->trouble.words) == 0);
    if (a->verdict != FL_ROW_KEPT)
        return;
    require(a->filled == b->filled);
    for (size_t i = 0; i < schema->count; i++) {
        if ((a->filled >> i & 1u) != 0)
            require_same_cell(&schema->columns[i], &a->cells[i], &b->cells[i], fl_mapping_text_ids(mapping));
    }
}

/* More money than any row of the corpus has. */
static bool has_large_amount(const struct fl_mapping *mapping, const struct row *row)
{
    const int amount = fl_schema_find(fl_mapping_schema(mapping), fl_text_of("amount"));
    return amount >= 0 && (row->filled >> amount & 1u) != 0 && !row->cells[amount].null &&
           row->cells[amount].number > 2500;
}

static void apply_to_records(const struct fl_mapping *mapping, struct fl_csv_reader *reader,
                             struct fl_mapping_bound *bound)
{
    static struct row row, again;
    struct fl_csv_record record;
    struct fl_mapping_bound *copy;
    bool more = true;
    require(fl_mapping_bound_copy(bound, &copy, NULL) == FL_OK);
    for (int i = 0; i < RECORDS_MAX && fl_csv_next(reader, &record, &more, NULL) == FL_OK && more; i++) {
        apply(bound, &record, &row);
        apply(copy, &record, &again);
        require_same_row(mapping, &row, &again);
        fuzz_canary(row.verdict == FL_ROW_KEPT && has_large_amount(mapping, &row));
    }
    fl_mapping_bound_free(copy);
}

static void read_csv(const struct fl_mapping *mapping, const char *bytes, size_t size)
{
    const struct fl_csv_options options = fl_mapping_csv_options(mapping);
    struct fl_csv_reader *reader;
    struct fl_csv_record header;
    struct fl_mapping_bound *bound;
    struct fl_error error;
    bool more = true;
    fl_error_clear(&error);
    require(fl_csv_reader_over(bytes, size, "input", &options, &reader, NULL) == FL_OK);
    const bool has_header = fl_mapping_has_header(mapping);
    if (!has_header || (fl_csv_next(reader, &header, &more, NULL) == FL_OK && more)) {
        if (fl_mapping_bind(mapping, has_header ? &header : NULL, "input", &bound, &error) == FL_OK) {
            apply_to_records(mapping, reader, bound);
            fl_mapping_bound_free(bound);
        } else
            require(error.message[0] != '\0');
    }
    fl_csv_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const size_t yaml_size = strnlen(text, size);
    const size_t csv_at = yaml_size < size ? yaml_size + 1 : size;
    struct fl_mapping *mapping;
    struct fl_error error;
    int key[KEYS_MAX];
    fl_error_clear(&error);
    load_zone();
    if (fl_mapping_parse(&zone_io, text, yaml_size, "mapping.yaml", interaction_types(), &mapping, &error) !=
        FL_OK) {
        require(error.message[0] != '\0');
        return 0;
    }
    require(fl_mapping_schema(mapping)->count <= CELLS_MAX);
    (void)fl_mapping_key(mapping, key, KEYS_MAX);
    read_csv(mapping, text + csv_at, size - csv_at);
    fl_mapping_free(mapping);
    return 0;
}
