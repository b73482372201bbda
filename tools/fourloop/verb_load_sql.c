/* verb_load_sql.c - `fourloop load-sql`: prints the SQL that loads an exported table and proves that it
 * arrived. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/civil.h"
#include "formats/base/limits.h"
#include "formats/exporters/export_walk.h"
#include "formats/table/table_roles.h"
#include "tools/fourloop/column_sums.h"
#include "tools/fourloop/export_source.h"
#include "tools/fourloop/sql_dialect.h"
#include "tools/fourloop/verbs.h"

enum { WIDE_SIZE = 64 };

struct load_sql {
    const struct sql_dialect *dialect;
    const char *source; /* as the user gave it */
    const char *table;
    const char *format;
    char *file; /* as the database sees it */
    const struct fl_schema *schema;
    uint64_t rows;
    struct column_sums sums[FL_COLUMNS_MAX];
};

static void print_name(const struct sql_dialect *dialect, const char *name)
{
    putchar(dialect->quote);
    for (; *name != '\0'; name++)
        putchar(dialect->upper ? toupper((unsigned char)*name) : *name);
    putchar(dialect->quote);
}

/* A text as SQL has it, quotes doubled. */
static void print_literal(const char *text)
{
    putchar('\'');
    for (; *text != '\0'; text++)
        printf(*text == '\'' ? "''" : "%c", *text);
    putchar('\'');
}

/* @T, @F, @K stand for table, file, key. */
static void print_template(const struct load_sql *load, const char *text)
{
    for (; *text != '\0'; text++) {
        if (text[0] != '@') {
            putchar(*text);
            continue;
        }
        text++;
        if (*text == 'T')
            print_name(load->dialect, load->table);
        else if (*text == 'F')
            print_literal(load->file);
        else if (fl_column_is_required(load->schema, 0))
            print_name(load->dialect, load->schema->columns[0].name);
        else
            printf("tuple()"); /* nothing to sort by */
    }
}

/* --- table definition */

static void print_type(const struct sql_dialect *dialect, struct fl_export_type type)
{
    const char *const plain[] = {[FL_EXPORT_INT16] = dialect->int16,
                                 [FL_EXPORT_INT32] = dialect->int32,
                                 [FL_EXPORT_INT64] = dialect->int64,
                                 [FL_EXPORT_DATE] = dialect->date,
                                 [FL_EXPORT_TEXT] = dialect->text};
    if (type.id == FL_EXPORT_DECIMAL) {
        char digits[32];
        (void)snprintf(digits, sizeof digits, "(%d, %d)", type.precision, type.scale);
        printf("%s%s", dialect->decimal, digits);
    } else {
        printf("%s", plain[type.id]);
    }
}

static void print_definition(const struct load_sql *load)
{
    const struct sql_dialect *dialect = load->dialect;
    printf("CREATE TABLE ");
    print_name(dialect, load->table);
    printf(" (");
    for (size_t i = 0; i < load->schema->count; i++) {
        const struct fl_column *column = &load->schema->columns[i];
        const bool required = fl_column_is_required(load->schema, i);
        printf("%s\n    ", i == 0 ? "" : ",");
        print_name(dialect, column->name);
        printf(" %s", dialect->marks_nulls && !required ? "Nullable(" : "");
        print_type(dialect, fl_export_type_of(column->kind));
        printf("%s", dialect->marks_nulls ? (required ? "" : ")") : (required ? " NOT NULL" : ""));
    }
    printf("\n");
    print_template(load, dialect->table_end);
    printf(";\n");
}

/* --- check */

/* A type that any sum of the column fits in, and that a null can be cast to. */
static void name_wide(const struct sql_dialect *dialect, struct fl_export_type type, char wide[WIDE_SIZE])
{
    char plain[WIDE_SIZE / 2];
    if (type.id == FL_EXPORT_DECIMAL && !dialect->wide_has_places)
        (void)snprintf(plain, sizeof plain, "%s(38, %d)", dialect->decimal, type.scale);
    else
        (void)snprintf(plain, sizeof plain, "%s", dialect->wide);
    (void)snprintf(wide, WIDE_SIZE, dialect->marks_nulls ? "Nullable(%s)" : "%s", plain);
}

static void print_sum(const struct load_sql *load, const struct fl_column *column,
                      const struct column_sums *sums)
{
    const struct sql_dialect *dialect = load->dialect;
    const struct fl_export_type type = fl_export_type_of(column->kind);
    const bool is_text = type.id == FL_EXPORT_TEXT;
    char text[SUM_TEXT_SIZE], wide[WIDE_SIZE];
    name_wide(dialect, type, wide);
    printf("sum(CAST(%s", is_text ? dialect->bytes_of : "");
    printf("%s", is_text ? "(" : "");
    print_name(dialect, column->name);
    printf("%s AS %s)) = CAST('%s' AS %s)", is_text ? ")" : "", wide,
           column_sums_text(sums->sum, type.id == FL_EXPORT_DECIMAL ? type.scale : 0, text), wide);
}

static void print_days(const struct load_sql *load, const struct fl_column *column,
                       const struct column_sums *sums)
{
    char first[11], last[11];
    fl_day_format(sums->day_min, first);
    fl_day_format(sums->day_max, last);
    printf("min(");
    print_name(load->dialect, column->name);
    printf(") = CAST('%s' AS %s) AND max(", first, load->dialect->date);
    print_name(load->dialect, column->name);
    printf(") = CAST('%s' AS %s)", last, load->dialect->date);
}

static void print_check(const struct load_sql *load)
{
    printf("SELECT CASE WHEN count(*) = %llu", (unsigned long long)load->rows);
    for (size_t i = 0; i < load->schema->count; i++) {
        const struct fl_column *column = &load->schema->columns[i];
        const struct column_sums *sums = &load->sums[i];
        printf("\n    AND count(");
        print_name(load->dialect, column->name);
        printf(") = %llu", (unsigned long long)sums->values);
        if (sums->values == 0)
            continue;
        printf(" AND ");
        if (column->kind == FL_KIND_DAY)
            print_days(load, column, sums);
        else
            print_sum(load, column, sums);
    }
    printf("\n    THEN 'ok' ELSE 'differs' END AS ");
    print_name(load->dialect, "loaded");
    printf(", count(*) AS ");
    print_name(load->dialect, "row_count");
    printf("\nFROM ");
    print_name(load->dialect, load->table);
    printf(";\n");
}

/* --- all of it */

/* A word of a shell command. */
static void print_word(const char *word)
{
    if (word[0] != '\0' && word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                             "_-./+:@,")] == '\0') {
        printf("%s", word);
        return;
    }
    putchar('\'');
    for (; *word != '\0'; word++)
        printf(*word == '\'' ? "'\\''" : "%c", *word);
    putchar('\'');
}

static void print_head(const struct load_sql *load)
{
    const struct fl_export_format *format = fl_export_format_find(load->format);
    printf("-- Table %s, %llu rows, for %s.%s\n-- The file comes from: fourloop export ", load->table,
           (unsigned long long)load->rows, load->dialect->name,
           load->dialect->tried ? "" : " Written by its documents; the tests of fourloop do not run it.");
    print_word(load->source);
    printf(" --table %s --to %s", load->table, load->format);
    if (strcmp(load->format, "csv") == 0 && load->dialect->csv_null[0] != '\0') {
        printf(" --null ");
        print_word(load->dialect->csv_null);
    }
    printf(" -o %s.%s\n\n", load->table, format->extension);
}

static void print_all(const struct load_sql *load)
{
    print_head(load);
    print_definition(load);
    printf("\n");
    print_template(load, sql_load_of(load->dialect, load->format));
    printf("\n\n-- One row that says ok: every row is there, with all its values.\n");
    print_check(load);
}

/* "parquet|csv" */
static void list_formats(const struct sql_dialect *dialect, char *formats, size_t size)
{
    formats[0] = '\0';
    for (size_t i = 0, used = 0; i < SQL_LOADS_MAX && dialect->loads[i].format != NULL && used < size; i++)
        used += (size_t)snprintf(formats + used, size - used, "%s%s", i == 0 ? "" : "|",
                                 dialect->loads[i].format);
}

/* The best format that the database reads and this build writes, unless the user named one. */
static fl_status choose_format(const struct command *command, struct load_sql *load, struct fl_error *error)
{
    const struct flag_value *wish = &command->flags[FLAG_TO];
    for (size_t i = 0; !wish->given && i < SQL_LOADS_MAX && load->format == NULL; i++) {
        const char *format = load->dialect->loads[i].format;
        if (format != NULL && fl_export_format_find(format) != NULL)
            load->format = format;
    }
    if (wish->given)
        load->format = wish->text;
    if (load->format != NULL && sql_load_of(load->dialect, load->format) != NULL)
        return FL_OK;
    char formats[64];
    list_formats(load->dialect, formats, sizeof formats);
    return fl_fail(error, FL_USAGE, "load-sql: %s does not read %s; --to takes %s for it",
                   load->dialect->name, load->format, formats);
}

static fl_status name_file(const struct command *command, struct load_sql *load, struct fl_error *error)
{
    const char *wish = command->flags[FLAG_SQL_FILE].text;
    char name[256];
    (void)snprintf(name, sizeof name, "%s%s.%s", load->dialect->file_prefix, load->table,
                   fl_export_format_find(load->format)->extension);
    load->file = strdup(wish == NULL ? name : wish);
    return load->file == NULL ? fl_fail_memory(error, sizeof name) : FL_OK;
}

static fl_status add_up(const struct export_source *source, struct load_sql *load, struct fl_error *error)
{
    load->table = source->tables[0].name;
    load->schema = fl_table_schema(source->tables[0].table);
    for (size_t i = 0; i < source->count; i++) {
        if (strcmp(source->tables[i].name, load->table) != 0)
            return fl_fail(error, FL_USAGE, "load-sql: one table at a time; name it with --table");
        load->rows += fl_table_rows(source->tables[i].table);
        const fl_status status = column_sums_add(source->tables[i].table, load->sums, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

fl_status verb_load_sql(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    struct load_sql *load = calloc(1, sizeof *load);
    if (load == NULL)
        return fl_fail_memory(error, sizeof *load);
    load->source = command->words[0];
    load->dialect = sql_dialect_at((size_t)command->flags[FLAG_SQL_FOR].number);
    struct export_source source = {0};
    fl_status status = choose_format(command, load, error);
    if (status == FL_OK)
        status =
            export_source_open(io, command->words[0], command->flags[FLAG_EXPORT_TABLE].text, &source, error);
    if (status == FL_OK)
        status = add_up(&source, load, error);
    if (status == FL_OK)
        status = name_file(command, load, error);
    if (status == FL_OK)
        print_all(load);
    export_source_close(&source);
    free(load->file);
    free(load);
    return status;
}
