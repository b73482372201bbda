/* parquet_samples.c - writes the sample table in every way, for programs that nobody here wrote.
 *
 * Usage: parquet_samples FOLDER. Each file is named on the standard output: "name rows nulls". */
#include <stdio.h>

#include "tests/interop/parquet_sample.h"

static const char *const nulls_words[] = {"required", "none", "some", "all"};

static const struct {
    const char *name;
    enum fl_parquet_codec codec;
} codecs[] = {{"none", FL_PARQUET_CODEC_UNCOMPRESSED},
              {"snappy", FL_PARQUET_CODEC_SNAPPY},
              {"zstd", FL_PARQUET_CODEC_ZSTD},
              {"lz4_raw", FL_PARQUET_CODEC_LZ4_RAW}};
enum { CODECS = sizeof codecs / sizeof codecs[0] };

static fl_status write_file(const char *folder, const char *name, size_t rows,
                            enum parquet_sample_nulls nulls, const struct parquet_sample_way *way,
                            struct fl_error *error)
{
    struct fl_output *output;
    fl_status status = fl_output_create(&fl_io_system, folder, &output, error);
    if (status != FL_OK)
        return status;
    struct parquet_sample sample;
    parquet_sample_make(&sample, rows, nulls);
    status = parquet_sample_write(&sample, way, output, error);
    parquet_sample_release(&sample);
    if (status != FL_OK) {
        fl_output_abort(output);
        return status;
    }
    printf("%s %zu %s\n", name, rows, nulls_words[nulls]);
    return fl_output_commit(output, name, error);
}

static fl_status write_all(const char *folder, struct fl_error *error)
{
    static const size_t few[] = {0, 1, 9};
    fl_status status = FL_OK;
    char name[64];
    for (enum parquet_sample_nulls nulls = SAMPLE_REQUIRED; nulls <= SAMPLE_ALL_NULLS; nulls++) {
        for (size_t codec = 0; status == FL_OK && codec < CODECS; codec++) {
            /* Pages that end in the middle of a batch, several row groups. */
            const struct parquet_sample_way way = {codecs[codec].codec, 777, 1100, 250};
            (void)snprintf(name, sizeof name, "%s-%s.parquet", codecs[codec].name, nulls_words[nulls]);
            status = write_file(folder, name, 3000, nulls, &way, error);
        }
        for (size_t i = 0; status == FL_OK && i < sizeof few / sizeof few[0]; i++) {
            const struct parquet_sample_way way = {FL_PARQUET_CODEC_SNAPPY, 5, FL_PARQUET_GROUP_ROWS, 0};
            (void)snprintf(name, sizeof name, "rows-%zu-%s.parquet", few[i], nulls_words[nulls]);
            status = write_file(folder, name, few[i], nulls, &way, error);
        }
    }
    /* A row group for each row, and pages as large as they get. */
    const struct parquet_sample_way single = {FL_PARQUET_CODEC_SNAPPY, 100, 1, 0};
    const struct parquet_sample_way large = {FL_PARQUET_CODEC_SNAPPY, 65536, FL_PARQUET_GROUP_ROWS, 0};
    if (status == FL_OK)
        status = write_file(folder, "single.parquet", 150, SAMPLE_SOME_NULLS, &single, error);
    return status == FL_OK ? write_file(folder, "large.parquet", 60000, SAMPLE_SOME_NULLS, &large, error)
                           : status;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: parquet_samples FOLDER\n");
        return fl_status_exit_code(FL_USAGE);
    }
    struct fl_error error;
    fl_error_clear(&error);
    const fl_status status = write_all(argv[1], &error);
    if (status != FL_OK)
        fprintf(stderr, "parquet_samples: %s\n", error.message);
    return fl_status_exit_code(status);
}
