/* csv_records.c - prints what the CSV reader reads in files, for other programs to compare. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/importers/csv_reader.h"

/* As JSON, in which each character stands for the byte of its number: any bytes come through. */
static void print_text(struct fl_text text)
{
    (void)putchar('"');
    for (size_t i = 0; i < text.size; i++) {
        const unsigned char byte = (unsigned char)text.bytes[i];
        if (byte < 0x20 || byte >= 0x7f || byte == '"' || byte == '\\')
            (void)printf("\\u%04x", byte);
        else
            (void)putchar(byte);
    }
    (void)putchar('"');
}

static void print_record(const struct fl_csv_record *record)
{
    for (size_t i = 0; i < record->field_count; i++) {
        (void)putchar(i == 0 ? '[' : ',');
        print_text(record->fields[i]);
    }
    (void)printf("]\n");
}

/* A line for each record, then one for the end: the delimiter, or what is wrong. */
static int print_file(const char *path)
{
    const struct fl_csv_options options = {0};
    struct fl_csv_reader *reader;
    struct fl_csv_record record;
    struct fl_error error;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    fl_error_clear(&error);
    if (file < 0 || fl_csv_reader_create(&fl_io_system, file, path, &options, &reader, &error) != FL_OK)
        return 66;
    bool more = true;
    while (fl_csv_next(reader, &record, &more, &error) == FL_OK && more)
        print_record(&record);
    if (error.status != FL_OK) {
        (void)printf("{\"refused\": \"line %" PRId64 ", column %" PRId64 ": %s\"}\n", error.line,
                     error.line_column, error.message);
    } else {
        const char delimiter = fl_csv_delimiter(reader);
        (void)printf("{\"delimiter\": ");
        print_text((struct fl_text){&delimiter, 1});
        (void)printf("}\n");
    }
    fl_csv_reader_free(reader);
    return fl_io_system.close(file);
}

/* csv_records FILE... */
int main(int argc, char **argv)
{
    int result = 0;
    for (int i = 1; i < argc && result == 0; i++)
        result = print_file(argv[i]);
    return fflush(stdout) == 0 ? result : 74;
}
