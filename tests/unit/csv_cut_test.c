/* csv_cut_test.c - records read piece by piece are the records read in one go.
 *
 * 40,000 random texts over the bytes that mean something to a CSV (delimiter, quote, CR, LF, letters) are
 * read whole and, up to where they are cut, in two pieces: as many records, with the same fields, quotes and
 * lines, or the same fault. That holds for a text that goes on behind what is seen as well as for one that
 * ends. Few bytes and short texts: every neighbourhood of a few bytes comes up. Chunks of a reader, from
 * memory and from a file, are compared with its records on a larger text. */
#include "tests/unit/folder_fixture.h"

#include <fcntl.h>

#include "formats/base/arena.h"
#include "formats/importers/csv_cut.h"
#include "formats/importers/csv_reader.h"

enum { TEXTS = 40000, TEXT_BYTES_MAX = 24 };

static uint64_t random_state = 3;

static size_t random_below(size_t limit)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(random_state >> 33) % limit;
}

static void append_text(struct fl_buffer *out, struct fl_text text)
{
    assert_true(fl_buffer_append(out, text.bytes, text.size));
}

/* Each record as its line, fields and quotes; a fault as its sentence. */
static void describe_all(struct fl_csv_reader *reader, struct fl_buffer *out)
{
    struct fl_csv_record record;
    struct fl_error error;
    char line[32];
    bool more = true;
    for (;;) {
        fl_error_clear(&error);
        if (fl_csv_next(reader, &record, &more, &error) != FL_OK) {
            append_text(out, fl_text_of(error.message));
            return;
        }
        if (!more)
            return;
        (void)snprintf(line, sizeof line, "%lld:", (long long)record.line);
        append_text(out, fl_text_of(line));
        for (size_t i = 0; i < record.field_count; i++) {
            append_text(out, fl_text_of(record.quoted[i] ? "[q " : "[u "));
            append_text(out, record.fields[i]);
            append_text(out, fl_text_of("]"));
        }
    }
}

static const struct fl_csv_options options = {.delimiter = ',', .quote = '"'};

static struct fl_csv_reader *reader_over(const char *text, size_t size)
{
    struct fl_csv_reader *reader;
    assert_int_equal(fl_csv_reader_over(text, size, "x", &options, &reader, NULL), FL_OK);
    return reader;
}

static size_t make_text(char text[TEXT_BYTES_MAX])
{
    static const char bytes[] = ",\"\n\ra,\"\nb\"";
    const size_t size = random_below(TEXT_BYTES_MAX);
    for (size_t i = 0; i < size; i++)
        text[i] = bytes[random_below(sizeof bytes - 1)];
    return size;
}

static void assert_same(const struct fl_buffer *a, const struct fl_buffer *b)
{
    assert_int_equal(a->size, b->size);
    assert_true(a->size == 0 || memcmp(a->bytes, b->bytes, a->size) == 0);
}

static void pieces_are_the_whole(void **state)
{
    (void)state;
    struct fl_buffer whole = {0}, pieces = {0};
    size_t cuts = 0;
    for (int i = 0; i < TEXTS; i++) {
        char text[TEXT_BYTES_MAX];
        const size_t size = make_text(text);
        const size_t seen = random_below(2) == 0 ? size : random_below(size + 1);
        const size_t cut = fl_csv_cut(text, seen, seen == size, ',', '"');
        assert_true(cut <= seen);
        cuts += cut > 0 && cut < size;
        whole.size = pieces.size = 0;
        struct fl_csv_reader *reader = reader_over(text, size);
        describe_all(reader, &whole);
        fl_csv_reader_free(reader);
        struct fl_csv_reader *first = reader_over(text, cut);
        describe_all(first, &pieces);
        struct fl_csv_reader *second = reader_over(text + cut, size - cut);
        if (cut > 0)
            fl_csv_set_line(second, fl_csv_line(first));
        describe_all(second, &pieces);
        fl_csv_reader_free(first);
        fl_csv_reader_free(second);
        assert_same(&pieces, &whole);
    }
    assert_true(cuts > TEXTS / 4);
    fl_buffer_release(&whole);
    fl_buffer_release(&pieces);
}

/* All chunks of a reader, each by a reader of chunks, then what is left. */
static void describe_chunks(struct fl_csv_reader *reader, size_t bytes, struct fl_buffer *out)
{
    struct fl_csv_reader *of_chunk = NULL;
    struct fl_buffer storage = {0};
    struct fl_text records;
    assert_int_equal(fl_csv_take_chunk(reader, bytes, &storage, &records, NULL), FL_OK);
    assert_int_equal(fl_csv_chunk_reader(reader, &of_chunk, NULL), FL_OK);
    while (records.size > 0) {
        fl_csv_restart(of_chunk, records, fl_csv_line(reader));
        describe_all(of_chunk, out);
        fl_csv_set_line(reader, fl_csv_line(of_chunk));
        assert_int_equal(fl_csv_take_chunk(reader, bytes, &storage, &records, NULL), FL_OK);
    }
    describe_all(reader, out);
    fl_buffer_release(&storage);
    fl_csv_reader_free(of_chunk);
}

static void make_large(struct fl_buffer *out)
{
    for (int i = 0; i < 30000; i++) {
        append_text(out, fl_text_of(i % 9 == 0 ? "\"quoted\n\"\"twice\"\"\"," : "plain,"));
        append_text(out, fl_text_of(i % 4 == 0 ? "x\r\n" : "a quote \" in text,\"\"\n"));
    }
    char *long_field = calloc(1, 600001); /* more than any chunk */
    assert_non_null(long_field);
    memset(long_field, 'z', 600000);
    append_text(out, fl_text_of(long_field));
    free(long_field);
    append_text(out, fl_text_of("\nlast,\"broken\"here\nx,y\n"));
}

static void chunks_are_the_whole(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 1000, 100000, 1 << 22};
    struct fl_buffer text = {0}, whole = {0}, chunks = {0};
    char path[FIXTURE_PATH_SIZE];
    make_large(&text);
    fixture_put_bytes("large.csv", text.bytes, text.size);
    struct fl_csv_reader *reader = reader_over((const char *)text.bytes, text.size);
    describe_all(reader, &whole);
    fl_csv_reader_free(reader);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        chunks.size = 0;
        reader = reader_over((const char *)text.bytes, text.size);
        describe_chunks(reader, sizes[i], &chunks);
        fl_csv_reader_free(reader);
        assert_same(&chunks, &whole);
        chunks.size = 0;
        const int file = open(fixture_path("large.csv", path), O_RDONLY);
        assert_int_equal(fl_csv_reader_create(&fl_io_system, file, "x", &options, &reader, NULL), FL_OK);
        describe_chunks(reader, sizes[i], &chunks);
        fl_csv_reader_free(reader);
        (void)close(file);
        assert_same(&chunks, &whole);
    }
    fl_buffer_release(&text);
    fl_buffer_release(&whole);
    fl_buffer_release(&chunks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pieces_are_the_whole),
                                       cmocka_unit_test(chunks_are_the_whole)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
