/* engine_fixture.h - rows, model, folders for tests of the engine, on top of a scratch folder. */
#ifndef TESTS_UNIT_ENGINE_FIXTURE_H
#define TESTS_UNIT_ENGINE_FIXTURE_H

#include "tests/unit/folder_fixture.h"

#include "engine/fourloop.h"
#include "engine/model/model.h"
#include "formats/base/civil.h"
#include "formats/base/publish.h"
#include "formats/folder/data_folder.h"
#include "formats/importers/import.h"

static inline int32_t day_of(const char *text)
{
    int32_t day = 0;
    assert_true(fl_day_parse(text, strlen(text), &day));
    return day;
}

static inline struct fl_model *default_model(void)
{
    struct fl_model *model = NULL;
    assert_int_equal(fl_model_default(&model, NULL), FL_OK);
    return model;
}

static inline uint8_t type_of(const struct fl_model *model, const char *name)
{
    int64_t id = -1;
    assert_true(fl_names_find(fl_model_types(model), fl_text_of(name), &id));
    return (uint8_t)id;
}

/* One row, as the reference of a test and the text of an import know it. */
struct fixture_row {
    int64_t customer;
    int32_t day, arrival;
    uint8_t type;
    bool has_order, has_arrival;
    int64_t order;
};

/* A small generator, so that each test has the same rows everywhere. */
static inline uint64_t next_random(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64, as published by Steele, Lea, Flood */
    uint64_t z = *state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline void append_text(struct fl_buffer *buffer, const char *text)
{
    assert_true(fl_buffer_append(buffer, text, strlen(text)));
}

/* The rows from `first` on, each `step`-th, as a CSV with our own column names. */
static inline void print_rows(const struct fl_model *model, const struct fixture_row *rows, size_t count,
                              size_t first, size_t step, struct fl_buffer *csv)
{
    csv->size = 0;
    append_text(csv, "customer,day,type,order,arrival\n");
    for (size_t i = first; i < count; i += step) {
        char line[200], day[11], arrival[11] = "", order[32] = "";
        fl_day_format(rows[i].day, day);
        if (rows[i].has_arrival)
            fl_day_format(rows[i].arrival, arrival);
        if (rows[i].has_order)
            (void)snprintf(order, sizeof order, "o%lld", (long long)rows[i].order);
        (void)snprintf(line, sizeof line, "%lld,%s,%s,%s,%s\n", (long long)rows[i].customer, day,
                       model->registry.types[rows[i].type].name, order, arrival);
        append_text(csv, line);
    }
}

/* Imports a CSV text into a table of the data folder `folder` of the fixture. */
static inline void import_table(const struct fl_model *model, const char *folder, const char *table,
                                const char *csv, size_t size)
{
    char folder_path[FIXTURE_PATH_SIZE], input_path[FIXTURE_PATH_SIZE];
    fixture_put_bytes("input.csv", csv, size);
    const char *input = fixture_path("input.csv", input_path);
    const struct fl_import_plan plan = {.io = &fl_io_system,
                                        .folder = fixture_path(folder, folder_path),
                                        .table = table,
                                        .inputs = &input,
                                        .input_count = 1,
                                        .types = fl_model_types(model),
                                        .types_digest = fl_model_registry_digest(model),
                                        .memory_bytes = FL_IMPORT_MEMORY_MIN};
    struct fl_import_report report;
    struct fl_error error;
    fl_error_clear(&error);
    if (fl_import(&plan, &report, &error) != FL_OK)
        fail_msg("import: %s", error.message);
}

/* The same of the table of interactions. */
static inline void import_text(const struct fl_model *model, const char *folder, const char *csv, size_t size)
{
    import_table(model, folder, "interactions", csv, size);
}

/* The rows as `files` table files of one data folder. */
static inline void import_rows(const struct fl_model *model, const char *folder,
                               const struct fixture_row *rows, size_t count, size_t files)
{
    struct fl_buffer csv = {0};
    for (size_t file = 0; file < files; file++) {
        print_rows(model, rows, count, file, files, &csv);
        import_text(model, folder, (const char *)csv.bytes, csv.size);
    }
    fl_buffer_release(&csv);
}

static inline void init_model_folder(const char *name)
{
    char path[FIXTURE_PATH_SIZE];
    assert_int_equal(fl_model_init(&fl_io_system, fixture_path(name, path), NULL, NULL), FL_OK);
}

/* A run of folders of the fixture. */
struct fixture_run {
    const struct fl_io *io; /* NULL: the system */
    const char *data, *out;
    const char *as_of;
    enum fl_view view;
    const char *columns;   /* NULL: all */
    uint64_t memory_bytes; /* 0: plenty */
    int (*progress)(void *context, uint64_t rows_done, uint64_t rows_all);
};

static inline fl_status run_night(struct fixture_run run, struct fl_run_report *report,
                                  struct fl_error *error)
{
    char model[FIXTURE_PATH_SIZE], data[FIXTURE_PATH_SIZE], out[FIXTURE_PATH_SIZE];
    const struct fl_run_plan plan = {.io = run.io == NULL ? &fl_io_system : run.io,
                                     .model = fixture_path("model", model),
                                     .data = fixture_path(run.data, data),
                                     .out = fixture_path(run.out, out),
                                     .as_of_day = day_of(run.as_of),
                                     .view = run.view,
                                     .io_mode = FL_IO_COPY,
                                     .columns = run.columns,
                                     .memory_bytes =
                                         run.memory_bytes == 0 ? UINT64_C(1) << 30 : run.memory_bytes,
                                     .progress = run.progress};
    if (error != NULL)
        fl_error_clear(error);
    return fl_run(&plan, report, error);
}

#endif
