/* reject_file.c - writes refused records as CSV beside the reason of each. */
#include "formats/importers/reject_file.h"

#include <stdio.h>
#include <stdlib.h>

#include "formats/base/limits.h"
#include "formats/base/publish.h"

enum { NAME_SIZE = 48, CELLS = 4 };

static const char *const cell_names[CELLS] = {"reject_file", "reject_line", "reject_column", "reject_reason"};

struct fl_reject_file {
    struct fl_output *output;
    const struct fl_io *io;
    char *directory;
    char *shown_input;
    char name[NAME_SIZE];
    char delimiter;
    size_t field_count;
};

static void make_name(const struct fl_reject_plan *plan, char name[NAME_SIZE])
{
    (void)snprintf(name, NAME_SIZE, "%.16s-%zu.csv", plan->import_id, plan->input_number);
}

static void free_file(struct fl_reject_file *file)
{
    free(file->directory);
    free(file->shown_input);
    free(file);
}

void fl_reject_file_abort(struct fl_reject_file *file)
{
    if (file == NULL)
        return;
    fl_output_abort(file->output);
    free_file(file);
}

static fl_status write_text(struct fl_reject_file *file, struct fl_text text, struct fl_error *error)
{
    return fl_output_write(file->output, text.bytes, text.size, error);
}

static bool needs_quotes(const struct fl_reject_file *file, const char *text)
{
    const char special[] = {file->delimiter, '"', '\n', '\r', '\0'};
    return strpbrk(text, special) != NULL;
}

/* A delimiter and the cell. */
static fl_status write_cell(struct fl_reject_file *file, const char *text, struct fl_error *error)
{
    const bool quoted = needs_quotes(file, text);
    fl_status status = write_text(file, (struct fl_text){&file->delimiter, 1}, error);
    if (!quoted)
        return status == FL_OK ? write_text(file, fl_text_of(text), error) : status;
    if (status == FL_OK)
        status = write_text(file, fl_text_of("\""), error);
    for (const char *at = text; status == FL_OK && *at != '\0'; at++)
        status = fl_output_write(file->output, *at == '"' ? "\"\"" : at, *at == '"' ? 2 : 1, error);
    return status == FL_OK ? write_text(file, fl_text_of("\""), error) : status;
}

static fl_status write_record(struct fl_reject_file *file, struct fl_text raw, size_t field_count,
                              const char *const cells[CELLS], struct fl_error *error)
{
    fl_status status = write_text(file, raw, error);
    for (size_t i = field_count; status == FL_OK && i < file->field_count; i++)
        status = write_text(file, (struct fl_text){&file->delimiter, 1}, error);
    for (size_t i = 0; status == FL_OK && i < CELLS; i++)
        status = write_cell(file, cells[i], error);
    return status == FL_OK ? write_text(file, fl_text_of("\n"), error) : status;
}

static fl_status write_header(struct fl_reject_file *file, struct fl_text header, struct fl_error *error)
{
    return header.bytes == NULL ? FL_OK : write_record(file, header, file->field_count, cell_names, error);
}

static fl_status open_output(struct fl_reject_file *file, struct fl_error *error)
{
    const fl_status status = fl_directory_ensure(file->io, file->directory, error);
    return status == FL_OK ? fl_output_create(file->io, file->directory, &file->output, error) : status;
}

fl_status fl_reject_file_create(const struct fl_reject_plan *plan, struct fl_reject_file **file,
                                struct fl_error *error)
{
    *file = NULL;
    struct fl_reject_file *created = calloc(1, sizeof *created);
    if (created == NULL)
        return fl_fail_memory(error, sizeof *created);
    created->io = plan->io;
    created->delimiter = plan->delimiter;
    created->field_count = plan->field_count;
    created->directory = fl_path_join(plan->folder, FL_REJECT_FOLDER);
    created->shown_input = strdup(plan->shown_input);
    make_name(plan, created->name);
    fl_status status = FL_OK;
    if (created->directory == NULL || created->shown_input == NULL)
        status = fl_fail_memory(error, strlen(plan->folder) + strlen(plan->shown_input));
    if (status == FL_OK)
        status = open_output(created, error);
    if (status == FL_OK)
        status = write_header(created, plan->header, error);
    if (status != FL_OK) {
        fl_reject_file_abort(created);
        return status;
    }
    *file = created;
    return FL_OK;
}

fl_status fl_reject_file_add(struct fl_reject_file *file, const struct fl_csv_record *record,
                             const struct fl_row_trouble *trouble, struct fl_error *error)
{
    char line[24], line_column[24];
    (void)snprintf(line, sizeof line, "%lld", (long long)trouble->line);
    (void)snprintf(line_column, sizeof line_column, "%lld", (long long)trouble->line_column);
    const char *const cells[CELLS] = {file->shown_input, line, line_column, trouble->words};
    return write_record(file, record->raw, record->field_count, cells, error);
}

fl_status fl_reject_file_commit(struct fl_reject_file *file, char *path, size_t path_size,
                                struct fl_error *error)
{
    fl_status status = fl_output_commit(file->output, file->name, error);
    if (status == FL_OK)
        status = fl_directory_sync(file->io, file->directory, error);
    if (status == FL_OK)
        (void)snprintf(path, path_size, "%s/%s", file->directory, file->name);
    free_file(file);
    return status;
}

bool fl_reject_file_is_header(const struct fl_csv_record *header)
{
    for (size_t i = 0; i < CELLS; i++) {
        if (header->field_count <= CELLS ||
            !fl_text_equal(header->fields[header->field_count - CELLS + i], fl_text_of(cell_names[i])))
            return false;
    }
    return true;
}

bool fl_reject_file_starts_so(struct fl_text text)
{
    static const char last_names[] = "reject_file?reject_line?reject_column?reject_reason";
    const size_t size = sizeof last_names - 1;
    size_t line = 0;
    while (line < text.size && text.bytes[line] != '\n' && text.bytes[line] != '\r')
        line++;
    if (line <= size)
        return false;
    const char *at = text.bytes + line - size;
    for (size_t i = 0; i < size; i++) {
        if (last_names[i] != '?' && at[i] != last_names[i])
            return false;
    }
    return true;
}

/* How many fields the record had, of a record that was filled up with empty ones, or SIZE_MAX. */
static size_t fields_before(struct fl_text reason)
{
    static const char too_few[] = "record: too few fields: ";
    const size_t size = sizeof too_few - 1;
    if (reason.size <= size || memcmp(reason.bytes, too_few, size) != 0)
        return SIZE_MAX;
    size_t count = 0;
    for (size_t at = size; at < reason.size && reason.bytes[at] >= '0' && reason.bytes[at] <= '9'; at++)
        count = count < FL_RECORD_FIELDS_MAX ? count * 10 + (size_t)(reason.bytes[at] - '0') : count;
    return count;
}

/* A record that is still as it was filled up is as short as it was; with anything written into the room that
 * it got, or without what was said of it, it is mended. */
static void take_padding_off(struct fl_csv_record *record)
{
    const size_t before = fields_before(record->fields[record->field_count + CELLS - 1]);
    if (before == 0 || before >= record->field_count)
        return;
    for (size_t i = before; i < record->field_count; i++) {
        if (record->fields[i].size > 0)
            return;
    }
    record->field_count = before;
}

void fl_reject_file_restore(struct fl_csv_record *record, size_t field_count)
{
    /* Only what stood there counts: a record that was too short or too long before must be so again. */
    if (record->field_count <= CELLS || record->field_count == field_count)
        return;
    record->field_count -= CELLS;
    take_padding_off(record);
    record->raw.size =
        record->field_column[record->field_count] - 2; /* columns from 1; a delimiter before it */
}

void fl_reject_file_remove(const struct fl_reject_plan *plan)
{
    char name[sizeof FL_REJECT_FOLDER + NAME_SIZE];
    char file_name[NAME_SIZE];
    make_name(plan, file_name);
    (void)snprintf(name, sizeof name, FL_REJECT_FOLDER "/%s", file_name);
    char *path = fl_path_join(plan->folder, name);
    if (path != NULL)
        (void)plan->io->unlink(path);
    free(path);
}
