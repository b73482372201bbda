/* tagger_random_test.c - hits in messages and in lines equal those of a search at each byte.
 *
 * Random lists of rules with all cells meet random messages made of few pieces (letters of several scripts,
 * marks, ligatures, wide and half-width forms, characters of no width, bytes that are no UTF-8, separators),
 * so that touching, overlapping and near words all happen; so do messages of all sizes around those of the
 * buffers. All are tagged in calls of 1, 2, 7 and all of them, then as lines. Some lists have so many or so
 * long messages that several joined buffers are filled, or that rules have more hits than count. */
#include "tests/unit/tagger_fixture.h"

#include "tests/unit/naive_tagger.h"

/* ---- random rules, random messages ---- */

static const char *const solid_pieces[] = {"a",
                                           "b",
                                           "ab",
                                           "ba",
                                           "A",
                                           "x",
                                           "1",
                                           "_",
                                           "ss",
                                           "fi",
                                           "e",
                                           "ß",
                                           "\xc3\xa9",
                                           "я",
                                           "Я",
                                           "ё",
                                           "我",
                                           "的",
                                           "日",
                                           "カ",
                                           "ガ",
                                           "ก",
                                           "\xef\xbc\xa1",
                                           "\xef\xac\x81",
                                           "\xef\xbd\xb6",
                                           "각",
                                           "İ",
                                           "ſ",
                                           "-",
                                           "+",
                                           "\xf0\x9f\x98\x80"};
static const char *const loose_pieces[] = {" ",
                                           " ",
                                           " ",
                                           ".",
                                           "\n",
                                           "\t",
                                           "\xcc\x81",
                                           "\xcc\xb6",
                                           "\xe2\x80\x8b",
                                           "\xc2\xad",
                                           "\xef\xb8\x8f",
                                           "\xef\xbe\x9e",
                                           "\xe0\xb8\xb3",
                                           "\xe1\x84\x80",
                                           "\xe1\x85\xa1",
                                           "\xe1\x86\xa8",
                                           "\xff",
                                           "\xe6\x88",
                                           "\xef\xb7\xba",
                                           "\xe3\x80\x80",
                                           "\xc2\xa0",
                                           "\xf0\x9f\x98\x80",
                                           "\xe2\x80\x8d"};
enum {
    SOLID = sizeof solid_pieces / sizeof solid_pieces[0],
    LOOSE = sizeof loose_pieces / sizeof loose_pieces[0],
    POOL_WORDS = 8,
    POOL_PIECES = 6,
    MESSAGES_MAX = 4000
};

static size_t match_ab(const char *bytes, size_t size)
{
    size_t taken = 1;
    while (taken < size && bytes[taken] == 'b')
        taken++;
    return size > 0 && bytes[0] == 'a' && taken > 1 ? taken : 0;
}

/* With blanks, which would run on into the next message if a text had no end. */
static size_t match_x(const char *bytes, size_t size)
{
    size_t taken = 1;
    while (taken < size && (bytes[taken] == ' ' || bytes[taken] == '\t' || bytes[taken] == '\n'))
        taken++;
    return size > 0 && bytes[0] == 'x' ? taken : 0;
}

static size_t match_han(const char *bytes, size_t size)
{
    return size >= 3 && (memcmp(bytes, "我", 3) == 0 || memcmp(bytes, "的", 3) == 0) ? 3 : 0;
}

static const struct naive_regex regexes[] = {{"ab+", match_ab}, {"x\\s*", match_x}, {"(我|的)", match_han}};

/* Few pieces and few words of them, so that everything meets. */
struct pool {
    uint64_t random;
    bool has_near; /* the plain search for pairs takes the cube of a message */
    const char *pieces[POOL_PIECES];
    char words[POOL_WORDS][32];
};

static size_t below(struct pool *pool, size_t end)
{
    return (size_t)(next_random(&pool->random) % end);
}

static void make_pool(struct pool *pool, uint64_t seed, bool has_near)
{
    *pool = (struct pool){.random = seed, .has_near = has_near};
    for (size_t i = 0; i < POOL_PIECES; i++)
        pool->pieces[i] =
            i < POOL_PIECES / 2 ? solid_pieces[below(pool, SOLID)] : loose_pieces[below(pool, LOOSE)];
    for (size_t i = 0; i < POOL_WORDS; i++) {
        const size_t pieces = 1 + below(pool, 3);
        for (size_t piece = 0; piece < pieces; piece++) {
            const bool is_gap = piece > 0 && piece + 1 < pieces && below(pool, 2) == 0;
            strcat(pool->words[i], is_gap ? " " : pool->pieces[below(pool, POOL_PIECES / 2)]);
        }
    }
}

static void append_word(struct pool *pool, struct fl_buffer *csv)
{
    if (below(pool, 4) == 0)
        append_text(csv, "*");
    append_text(csv, pool->words[below(pool, POOL_WORDS)]);
    if (below(pool, 4) == 0)
        append_text(csv, "*");
}

static void append_cell(struct pool *pool, struct fl_buffer *csv, bool wanted)
{
    const size_t words = wanted ? 1 + below(pool, 3) : 0;
    for (size_t i = 0; i < words; i++) {
        append_text(csv, i == 0 ? "" : "|");
        append_word(pool, csv);
    }
    append_text(csv, ",");
}

static void append_near_cell(struct pool *pool, struct fl_buffer *csv, bool wanted)
{
    const size_t pairs = wanted ? 1 + below(pool, 2) : 0;
    for (size_t i = 0; i < pairs; i++) {
        char distance[20];
        (void)snprintf(distance, sizeof distance, " near/%u ", (unsigned)below(pool, 4));
        append_text(csv, i == 0 ? "" : " | ");
        append_word(pool, csv);
        append_text(csv, distance);
        append_word(pool, csv);
    }
    append_text(csv, ",");
}

static void make_csv(struct pool *pool, struct fl_buffer *csv)
{
    static const char *const speakers[] = {"", "", "customer", "agent", "both"};
    const size_t rules = 1 + below(pool, 10);
    csv->size = 0;
    append_text(csv, "tag,any,all,none,near,regex,speaker\n");
    for (size_t i = 0; i < rules; i++) {
        const size_t cells = 1 + below(pool, 15); /* any, all, near, regex as bits */
        append_text(csv, "t,");
        append_cell(pool, csv, (cells & 1) != 0);
        append_cell(pool, csv, (cells & 2) != 0);
        append_cell(pool, csv, below(pool, 3) == 0);
        append_near_cell(pool, csv, pool->has_near && (cells & 4) != 0);
        append_text(csv, (cells & 8) != 0 ? regexes[below(pool, 3)].text : "");
        append_text(csv, ",");
        append_text(csv, speakers[below(pool, 5)]);
        append_text(csv, "\n");
    }
}

static void append_message(struct pool *pool, struct fl_buffer *texts, size_t pieces)
{
    for (size_t i = 0; i < pieces; i++)
        append_text(texts, below(pool, 3) == 0 ? pool->words[below(pool, POOL_WORDS)]
                                               : pool->pieces[below(pool, POOL_PIECES)]);
}

/* All messages in calls of `call` each give the hits `expected`. */
static void check_calls(const struct bench *bench, const struct fl_message *messages, size_t count,
                        size_t call, const struct fl_tag_hit *expected, size_t expected_count)
{
    size_t at = 0;
    for (size_t first = 0; first < count; first += call) {
        const struct fl_tag_hit *hits;
        size_t hit_count, done, step = call < count - first ? call : count - first;
        assert_int_equal(fl_tagger_run(bench->tagger, messages + first, step, &done, &hits, &hit_count, NULL),
                         FL_OK);
        assert_int_equal(done, step);
        for (size_t i = 0; i < hit_count; i++, at++) {
            struct fl_tag_hit hit = hits[i];
            hit.message += (uint32_t)first;
            assert_true(at < expected_count);
            assert_memory_equal(&hit, &expected[at], sizeof hit);
        }
    }
    assert_int_equal(at, expected_count);
}

/* The lines of a text, as messages by themselves. */
static size_t split_lines(struct fl_text text, struct fl_message *messages)
{
    size_t count = 0;
    for (size_t at = 0; at < text.size; count++) {
        const char *start = text.bytes + at, *end = memchr(start, '\n', text.size - at);
        size_t size = end == NULL ? text.size - at : (size_t)(end - start);
        at += size + 1;
        size -= size > 0 && start[size - 1] == '\r';
        messages[count] = (struct fl_message){{start, size}, FL_SPEAKER_CUSTOMER};
    }
    return count;
}

/* A text of lines gives the hits of these lines as messages. */
static void check_lines(const struct bench *bench, const struct fl_buffer *lines)
{
    const struct fl_text text = {(const char *)lines->bytes, lines->size};
    struct fl_message *messages = malloc((text.size + 1) * sizeof *messages);
    const struct fl_tag_hit *hits, *expected;
    size_t hit_count, expected_count, line_count, done;
    assert_non_null(messages);
    const size_t count = split_lines(text, messages);
    assert_int_equal(fl_tagger_run_lines(bench->tagger, text, FL_SPEAKER_CUSTOMER, &done, &line_count, &hits,
                                         &hit_count, NULL),
                     FL_OK);
    assert_int_equal(line_count, count);
    struct fl_buffer copy = {0};
    assert_true(fl_buffer_append(&copy, hits, hit_count * sizeof *hits));
    assert_int_equal(fl_tagger_run(bench->tagger, messages, count, &done, &expected, &expected_count, NULL),
                     FL_OK);
    assert_int_equal(hit_count, expected_count);
    if (hit_count > 0)
        assert_memory_equal(copy.bytes, expected, hit_count * sizeof *hits);
    fl_buffer_release(&copy);
    free(messages);
}

/* The messages one behind the other as lines, the last one with an end or without. */
static void check_messages_as_lines(const struct bench *bench, const struct fl_message *messages,
                                    size_t count)
{
    struct fl_buffer lines = {0};
    for (size_t i = 0; i < count; i++) {
        if (messages[i].text.size > 0)
            assert_true(fl_buffer_append(&lines, messages[i].text.bytes, messages[i].text.size));
        append_text(&lines, i % 5 == 3 ? "\r\n" : "\n");
    }
    check_lines(bench, &lines);
    lines.size--;
    check_lines(bench, &lines);
    fl_buffer_release(&lines);
}

/* How many hits there are. */
static size_t check_messages(const char *csv, size_t size, const struct fl_message *messages, size_t count)
{
    struct bench bench;
    open_bench(&bench, csv, size);
    struct naive_tagger naive = {
        .keywords = &bench.keywords, .fold = fold, .regexes = regexes, .regex_count = 3};
    const size_t expected = naive_run(&naive, messages, count);
    const size_t calls[] = {1, 2, 7, count};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        check_calls(&bench, messages, count, calls[i], (const struct fl_tag_hit *)naive.hits.bytes, expected);
    check_messages_as_lines(&bench, messages, count);
    naive_release(&naive);
    close_bench(&bench);
    return expected;
}

/* Random rules in `count` messages of at most `pieces` pieces. */
static size_t check_random(uint64_t seed, size_t count, size_t pieces, bool has_near)
{
    struct pool pool;
    struct fl_buffer csv = {0}, texts = {0};
    static struct fl_message messages[MESSAGES_MAX];
    static size_t starts[MESSAGES_MAX + 1];
    make_pool(&pool, seed, has_near);
    make_csv(&pool, &csv);
    assert_true(count <= MESSAGES_MAX);
    for (size_t i = 0; i < count; i++) {
        append_message(&pool, &texts, below(&pool, pieces + 1));
        starts[i + 1] = texts.size;
    }
    for (size_t i = 0; i < count; i++) {
        const struct fl_text text = {texts.size == 0 ? NULL : (const char *)texts.bytes + starts[i],
                                     starts[i + 1] - starts[i]};
        messages[i] = (struct fl_message){text, (uint8_t)(1 << below(&pool, 3))};
    }
    const size_t hits = check_messages((const char *)csv.bytes, csv.size, messages, count);
    fl_buffer_release(&csv);
    fl_buffer_release(&texts);
    return hits;
}

static void test_random(void **state)
{
    (void)state;
    size_t hits = 0;
    for (uint64_t seed = 0; seed < 400; seed++)
        hits += check_random(seed, 40, 12, true);
    for (uint64_t seed = 400; seed < 406; seed++)
        hits += check_random(seed, MESSAGES_MAX, 25, true); /* some 200 KB */
    for (uint64_t seed = 410; seed < 420; seed++)
        hits += check_random(seed, 20, 400, true);
    for (uint64_t seed = 420; seed < 440; seed++)
        hits += check_random(seed, 2, 5000, false); /* more hits than count */
    assert_true(hits > 50000);
}

/* ---- sizes ---- */

enum { LONG_BYTES = 200 << 10 };

/* A text of one byte repeated, with a word at each end. */
static struct fl_message long_message(char *bytes, size_t size, char filler)
{
    memset(bytes, filler, size);
    memcpy(bytes, "a b", size < 3 ? size : 3);
    if (size >= 6)
        memcpy(bytes + size - 3, "b a", 3);
    return (struct fl_message){{bytes, size}, FL_SPEAKER_CUSTOMER};
}

static void test_sizes(void **state)
{
    (void)state;
    static const char csv[] = "tag,any,all,none,near\nt,a\nt,,a|b\nt,,b,c\nt,,,,a near/0 b\nt,*a*,zz\n";
    static const size_t sizes[] = {0,     1,     3,     6,     7, 63,         64, 65534, 65535,
                                   65536, 65537, 65538, 70000, 5, LONG_BYTES, 0,  2};
    static const char fillers[] = {' ', 'z', '\0', '\n', '\xff'};
    enum { COUNT = sizeof sizes / sizeof sizes[0] };
    char *bytes[COUNT];
    struct fl_message messages[COUNT];
    for (size_t filler = 0; filler < sizeof fillers; filler++) {
        for (size_t i = 0; i < COUNT; i++) {
            bytes[i] = malloc(sizes[i] + 1);
            assert_non_null(bytes[i]);
            messages[i] = long_message(bytes[i], sizes[i], fillers[filler]);
        }
        assert_true(check_messages(csv, sizeof csv - 1, messages, COUNT) > COUNT);
        for (size_t i = 0; i < COUNT; i++)
            free(bytes[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_sizes),
    };
    return cmocka_run_group_tests(tests, open_fold, close_fold);
}
