/* tagger_test.c - hits of rules in messages equal those of a search at each byte, and stand where they
 * should.
 *
 * Random lists of rules with all cells meet random messages made of few pieces (letters of several scripts,
 * marks, ligatures, wide and half-width forms, characters of no width, bytes that are no UTF-8, separators),
 * so that touching, overlapping and near words all happen. All messages are tagged in calls of 1, 2, 7 and
 * all of them; a third of the lists with so many or so long ones that several joined buffers are filled, or
 * that rules have more hits than count. Cases of the rules' text, and the worst lists and texts, are written
 * out with the bytes they must give. */
#include "tests/unit/engine_fixture.h"
#include "tests/unit/naive_tagger.h"

#include <time.h>

#include "engine/tags/tagger.h"

static struct fl_fold *fold;

static int open_fold(void **state)
{
    (void)state;
    return fl_fold_create(&fold, NULL) == FL_OK ? 0 : -1;
}

static int close_fold(void **state)
{
    (void)state;
    fl_fold_free(fold);
    return 0;
}

/* A list made ready, and a tagger of it. */
struct bench {
    struct fl_keywords keywords;
    struct fl_tag_rules *rules;
    struct fl_tagger *tagger;
};

/* Lines may end before the columns of the first one do. */
static void pad_lines(const char *csv, size_t size, struct fl_buffer *padded)
{
    size_t wanted = 0, commas = 0;
    for (size_t i = 0; i < size; i++) {
        commas += csv[i] == ',';
        if (csv[i] == '\n') {
            wanted = wanted == 0 ? commas : wanted;
            for (; commas < wanted; commas++)
                append_text(padded, ",");
            commas = 0;
        }
        assert_true(fl_buffer_append(padded, &csv[i], 1));
    }
}

static void open_bench(struct bench *bench, const char *csv, size_t size)
{
    struct fl_error error;
    struct fl_buffer padded = {0};
    fl_error_clear(&error);
    pad_lines(csv, size, &padded);
    *bench = (struct bench){0};
    if (fl_keywords_read((const char *)padded.bytes, padded.size, "keywords.csv", fold, true,
                         &bench->keywords, &error) != FL_OK ||
        fl_tag_rules_compile(&bench->keywords, fold, &bench->rules, &error) != FL_OK ||
        fl_tagger_create(bench->rules, &bench->tagger, &error) != FL_OK)
        fail_msg("%s\n%.*s", error.message, (int)size, csv);
    assert_ptr_equal(fl_tag_rules_keywords(bench->rules), &bench->keywords);
    fl_buffer_release(&padded);
}

static void close_bench(struct bench *bench)
{
    fl_tagger_free(bench->tagger);
    fl_tag_rules_free(bench->rules);
    fl_keywords_release(&bench->keywords);
}

/* ---- cases written out ---- */

struct written_case {
    const char *csv; /* without the first line */
    const char *message;
    const char *hits; /* "rule:offset+size", one behind the other */
};

static void print_hits(const struct fl_tag_hit *hits, size_t count, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%u:%u+%u", i == 0 ? "" : " ", hits[i].rule,
                                 hits[i].offset, hits[i].size);
}

static void check_written(const struct written_case *written, uint8_t speakers)
{
    char csv[1024], text[1024];
    const int size = snprintf(csv, sizeof csv, "tag,any,all,none,near,speaker\n%s\n", written->csv);
    struct bench bench;
    open_bench(&bench, csv, (size_t)size);
    const struct fl_message message = {fl_text_of(written->message), speakers};
    const struct fl_tag_hit *hits;
    size_t count, done;
    assert_int_equal(fl_tagger_run(bench.tagger, &message, 1, &done, &hits, &count, NULL), FL_OK);
    print_hits(hits, count, text, sizeof text);
    if (strcmp(text, written->hits) != 0)
        fail_msg("%s in `%s`: %s, should be %s", written->csv, written->message, text, written->hits);
    close_bench(&bench);
}

static void test_written(void **state)
{
    (void)state;
    static const struct written_case cases[] = {
        /* ends of words */
        {"t,card", "card", "0:0+4"},
        {"t,card", "card card", "0:0+4 0:5+4"},
        {"t,card", "(card)", "0:1+4"},
        {"t,card", "cards discard card_ 1card", ""},
        {"t,card*", "cards discard", "0:0+4"},
        {"t,*card", "cards discard", "0:9+4"},
        {"t,*card*", "discards", "0:3+4"},
        {"t,*aa*", "aaaa", "0:0+2 0:1+2 0:2+2"},
        {"t,c++", "c++ c++x xc++", "0:0+3 0:4+3"},
        {"t,iphone", "我的iphone手机", "0:6+6"},
        {"t,手机", "我的手机壳", "0:6+6"},
        {"t,card", "card\xcc\xb6", ""},  /* a mark that does not compose touches */
        {"t,card", "card\xff", "0:0+4"}, /* U+FFFD is no letter */
        {"t,card",
         "car\xe2\x80\x8b"
         "d",
         "0:0+7"}, /* no width */
        {"t,to day", "to day to  day", "0:0+6"},
        {"t,card", "CARD \xef\xbc\xa3\xef\xbc\xa1\xef\xbc\xb2\xef\xbc\xa4", "0:0+4 0:5+12"},
        {"t,straße", "STRASSE strasse Straße", "0:0+7 0:8+7 0:16+7"},
        {"t,ёж", "ЁЖ ежё", "0:0+4"},
        {"t,*f*", "\xef\xac\x83", "0:0+3"}, /* the ligature ffi has two places of f in the same bytes */
        {"t,caf\xc3\xa9", "cafe\xcc\x81 cafe", "0:0+6"},
        /* cells */
        {"t,card|bank", "bank card", "0:0+4 0:5+4"},
        {"t,card|card*", "card", "0:0+4"},
        {"t,,card|bank", "bank", ""},
        {"t,,card|bank", "bank card bank", "0:0+4 0:5+4 0:10+4"},
        {"t,card|visa,bank", "bank visa visa", "0:0+4 0:5+4 0:10+4"},
        {"t,card,card", "card", "0:0+4"},
        {"t,card,,not", "not card", ""},
        {"t,card,,not", "knot card", "0:5+4"},
        {"t,card*,,card", "cards", "0:0+4"},
        {"t,card*,,card", "cards card", ""},
        {"t,a\nu,a\nt,b", "a b", "0:0+1 1:0+1 2:2+1"},
        {"t", "t", ""},
        /* near */
        {"t,,,,late near/0 parcel", "late parcel", "0:0+4 0:5+6"},
        {"t,,,,late near/0 parcel", "parcel - late", "0:0+6 0:9+4"},
        {"t,,,,late near/0 parcel", "late my parcel", ""},
        {"t,,,,late near/1 parcel", "late my parcel", "0:0+4 0:8+6"},
        {"t,,,,late near/1 parcel", "late my dear parcel late", "0:13+6 0:20+4"},
        {"t,,,,late* near/1 parcel", "latest my parcel", "0:0+4 0:10+6"},
        {"t,,,,晚 near/1 包裹", "晚我包裹", "0:0+3 0:6+6"},
        {"t,,,,晚 near/1 包裹", "晚我的包裹", ""},
        {"t,,,,a near/0 a", "a", ""},
        {"t,,,,a near/0 a", "a a b b a", "0:0+1 0:2+1"},
        {"t,,,,*ab* near/0 *ba*", "aba", ""},
        {"t,,,,*ab* near/0 *ba*", "abab ba", "0:0+2 0:2+2 0:5+2"},
        {"t,x,,,a near/0 b", "a b", ""},
        {"t,x,,,a near/0 b", "a b x", "0:0+1 0:2+1 0:4+1"},
        {"t,,,,a near/0 b | a near/1 c", "a d c", "0:0+1 0:4+1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_written(&cases[i], FL_SPEAKER_CUSTOMER);
}

static void test_speakers(void **state)
{
    (void)state;
    static const char csv[] = "t,a\nt,a,,,,agent\nt,a,,,,both\nt,,a,,,agent\nt,,a,,,both";
    check_written(&(struct written_case){csv, "a", "0:0+1 2:0+1 4:0+1"}, FL_SPEAKER_CUSTOMER);
    check_written(&(struct written_case){csv, "a", "1:0+1 2:0+1 3:0+1 4:0+1"}, FL_SPEAKER_AGENT);
    check_written(&(struct written_case){csv, "a", "2:0+1 4:0+1"}, FL_SPEAKER_OTHER);
    check_written(&(struct written_case){"t,a", "a", ""}, FL_SPEAKER_AGENT);
}

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

/* Nothing that grows with the square of a message: places, gaps, places that have to be mapped back. */
static void test_hostile(void **state)
{
    (void)state;
    static const char csv[] = "tag,any,all,none,near\nt,*a*\nt,,,,*a* near/100 b*\nt,,,,*a* near/3 *a*\n";
    static const char *const starts[] = {"", "\xef\xac\x81"}; /* with a ligature all has to be mapped */
    static const char *const units[] = {"a", "a ", "b   ", "a\n\n\n\n", "\xe6\x88\x91", "aaaaaaa b"};
    enum { BYTES = 512 << 10 };
    char *bytes = malloc(BYTES);
    assert_non_null(bytes);
    struct bench bench;
    open_bench(&bench, csv, sizeof csv - 1);
    const clock_t begun = clock();
    for (size_t start = 0; start < sizeof starts / sizeof starts[0]; start++) {
        for (size_t unit = 0; unit < sizeof units / sizeof units[0]; unit++) {
            const size_t start_size = strlen(starts[start]), unit_size = strlen(units[unit]);
            size_t size = start_size;
            memcpy(bytes, starts[start], start_size);
            for (; size + unit_size + 2 <= BYTES; size += unit_size)
                memcpy(bytes + size, units[unit], unit_size);
            memcpy(bytes + size, " b", 2);
            const struct fl_message message = {{bytes, size + 2}, FL_SPEAKER_CUSTOMER};
            const struct fl_tag_hit *hits;
            size_t count, done;
            assert_int_equal(fl_tagger_run(bench.tagger, &message, 1, &done, &hits, &count, NULL), FL_OK);
        }
    }
    /* Some 6 MiB: a second or two, and many minutes were it not so; sanitizers take longer. */
    assert_true((double)(clock() - begun) / CLOCKS_PER_SEC < 60);
    close_bench(&bench);
    free(bytes);
}

/* ---- limits ---- */

/* Tags one message, which is all that there is. */
static size_t tag_one(const struct bench *bench, const char *bytes, size_t size,
                      const struct fl_tag_hit **hits)
{
    const struct fl_message message = {{bytes, size}, FL_SPEAKER_CUSTOMER};
    size_t count, done;
    assert_int_equal(fl_tagger_run(bench->tagger, &message, 1, &done, hits, &count, NULL), FL_OK);
    assert_int_equal(done, 1);
    return count;
}

/* The words of 1 to 256 letters `a`, between `open` and `close`. */
static void append_nested(struct fl_buffer *csv, const char *open, const char *close, const char *between)
{
    for (int size = 1; size <= FL_KEYWORD_BYTES_MAX; size++) {
        append_text(csv, open);
        for (int i = 0; i < size; i++)
            append_text(csv, "a");
        append_text(csv, close);
        append_text(csv, size < FL_KEYWORD_BYTES_MAX ? between : "\n");
    }
}

enum { NESTED_BYTES = 1 << 20 };

/* The most places there can be: 2^28 of the nested words in a mebibyte of their letter. Of each rule the
 * first thousand hits count, and it takes a second or so; once it was refused. */
static void test_nested(void **state)
{
    (void)state;
    struct fl_buffer csv = {0};
    struct bench bench;
    const struct fl_tag_hit *hits;
    append_text(&csv, "tag,any\nt,");
    append_nested(&csv, "*", "*", "|");
    append_text(&csv, "t,");
    append_nested(&csv, "*", "*", "\nt,");
    open_bench(&bench, (const char *)csv.bytes, csv.size);
    char *bytes = malloc(NESTED_BYTES);
    assert_non_null(bytes);
    memset(bytes, 'a', NESTED_BYTES);
    const clock_t begun = clock();
    assert_int_equal(tag_one(&bench, bytes, NESTED_BYTES, &hits), 257 * FL_RULE_HITS_MAX);
    assert_true((double)(clock() - begun) / CLOCKS_PER_SEC < 60);
    assert_int_equal(fl_tagger_cut_messages(bench.tagger), 1);
    for (uint32_t i = 0; i < 257 * FL_RULE_HITS_MAX; i++) {
        const uint32_t rule = i / FL_RULE_HITS_MAX, of_rule = i % FL_RULE_HITS_MAX;
        assert_int_equal(hits[i].rule, rule);
        assert_int_equal(hits[i].offset, rule == 0 ? of_rule / 256 : of_rule);
        assert_int_equal(hits[i].size, rule == 0 ? 256 - of_rule % 256 : rule);
    }
    /* A message in which nothing is cut follows one in which much is. */
    assert_int_equal(tag_one(&bench, bytes, 3, &hits), 6 + 6);
    assert_int_equal(fl_tagger_cut_messages(bench.tagger), 1);
    free(bytes);
    close_bench(&bench);
    fl_buffer_release(&csv);
}

/* Places that are none of a word do not hide those that are, wherever they lie: parts of the text are
 * scanned. */
static void test_nested_closed(void **state)
{
    (void)state;
    enum { GAP = 1021 };
    struct fl_buffer csv = {0};
    struct bench bench;
    const struct fl_tag_hit *hits;
    append_text(&csv, "tag,any\nt,");
    append_nested(&csv, "", "", "|");
    open_bench(&bench, (const char *)csv.bytes, csv.size);
    char *bytes = malloc(NESTED_BYTES);
    assert_non_null(bytes);
    memset(bytes, 'a', NESTED_BYTES);
    assert_int_equal(tag_one(&bench, bytes, NESTED_BYTES, &hits), 0);
    /* Gaps wander over the seams: words of 256, 255 and 508 letters, the last one too long. */
    size_t expected = 0;
    for (size_t from = 0; from + GAP < NESTED_BYTES && expected < FL_RULE_HITS_MAX; from += GAP) {
        bytes[from] = bytes[from + 257] = bytes[from + 513] = ' ';
        expected += 2;
    }
    assert_int_equal(expected, FL_RULE_HITS_MAX);
    assert_int_equal(tag_one(&bench, bytes, NESTED_BYTES, &hits), expected);
    assert_int_equal(fl_tagger_cut_messages(bench.tagger), 0);
    for (size_t i = 0; i < expected; i++) {
        assert_int_equal(hits[i].offset, i / 2 * GAP + (i % 2 == 0 ? 1 : 258));
        assert_int_equal(hits[i].size, i % 2 == 0 ? 256 : 255);
    }
    free(bytes);
    close_bench(&bench);
    fl_buffer_release(&csv);
}

/* What is behind a word's first thousand places still decides whether rules hold: here the only words that
 * lie near each other, behind 3,000 that lie apart. A ligature makes that places have to be mapped back. */
static void test_far_pairs(void **state)
{
    (void)state;
    static const char list[] = "tag,any,all,none,near\nt,,,,a near/0 b\nt,,,,b* near/0 *a\nt,,,,a near/0 c\n"
                               "t,a,,b,\nt,a,b,,\nt,,,,a near/1 a\n";
    static const char *const starts[] = {"", "\xef\xac\x81 "};
    for (size_t start = 0; start < 2; start++) {
        struct fl_buffer text = {0};
        struct bench bench;
        const struct fl_tag_hit *hits;
        open_bench(&bench, list, sizeof list - 1);
        append_text(&text, starts[start]);
        for (int i = 0; i < 3000; i++)
            append_text(&text, "a x y ");
        const uint32_t last = (uint32_t)text.size;
        append_text(&text, "a b");
        const size_t count = tag_one(&bench, (const char *)text.bytes, text.size, &hits);
        assert_int_equal(count, 2 + 2 + FL_RULE_HITS_MAX);
        for (uint32_t i = 0; i < 4; i++) {
            assert_int_equal(hits[i].rule, i / 2);
            assert_int_equal(hits[i].offset, last + i % 2 * 2);
            assert_int_equal(hits[i].size, 1);
        }
        assert_int_equal(hits[4].rule, 4);
        assert_int_equal(hits[count - 1].offset, strlen(starts[start]) + 6 * (FL_RULE_HITS_MAX - 1));
        close_bench(&bench);
        fl_buffer_release(&text);
    }
}

/* Many rules share a message's hits; a call ends where it has many, and the next one goes on. */
static void test_shares(void **state)
{
    (void)state;
    static const char *const lines[] = {"t,*a*\n", "t,,*a*\n", "t,,,,*a* near/0 *a*\n", "t,,,,,a\n"};
    enum { RULES = 3000, BYTES = 1200, SHARE = 333, MESSAGES = 3 };
    char bytes[BYTES];
    memset(bytes, 'a', BYTES);
    for (size_t kind = 0; kind < sizeof lines / sizeof lines[0]; kind++) {
        const size_t rules = kind == 3 ? 300 : RULES; /* regular expressions are few */
        const uint32_t share = kind == 3 ? FL_RULE_HITS_MAX : SHARE;
        struct fl_buffer csv = {0};
        append_text(&csv, "tag,any,all,none,near,regex\n");
        for (size_t i = 0; i < rules; i++)
            append_text(&csv, lines[kind]);
        struct bench bench;
        open_bench(&bench, (const char *)csv.bytes, csv.size);
        struct fl_message messages[MESSAGES];
        for (size_t i = 0; i < MESSAGES; i++)
            messages[i] = (struct fl_message){{bytes, i == 1 ? 2 : BYTES}, FL_SPEAKER_CUSTOMER};
        const struct fl_tag_hit *hits;
        size_t seen[MESSAGES] = {0}, calls = 0, count;
        for (size_t at = 0, done; at < MESSAGES; at += done, calls++) {
            assert_int_equal(
                fl_tagger_run(bench.tagger, messages + at, MESSAGES - at, &done, &hits, &count, NULL), FL_OK);
            assert_true(count <= 2 * FL_MESSAGE_HITS_MAX);
            for (size_t i = 0; i < count; i++) {
                const size_t message = at + hits[i].message, of_rule = message == 1 ? 2 : share;
                assert_int_equal(hits[i].rule, seen[message] / of_rule);
                assert_int_equal(hits[i].offset, seen[message]++ % of_rule);
            }
        }
        assert_int_equal(seen[0], rules * share);
        assert_int_equal(seen[1], 2 * rules);
        assert_int_equal(seen[2], rules * share);
        assert_int_equal(fl_tagger_cut_messages(bench.tagger), 2);
        assert_int_equal(calls, kind == 3 ? 1 : 2);
        close_bench(&bench);
        fl_buffer_release(&csv);
    }
}

/* Of lines too: "aaa..\r\n", each with as many hits as a message may have. */
static void test_shares_of_lines(void **state)
{
    (void)state;
    enum { RULES = 1000, BYTES = 1001, LINES = 3 };
    struct fl_buffer csv = {0}, text = {0};
    struct bench bench;
    append_text(&csv, "tag,any\n");
    for (size_t i = 0; i < RULES; i++)
        append_text(&csv, "t,*a*\n");
    open_bench(&bench, (const char *)csv.bytes, csv.size);
    for (size_t i = 0; i < LINES * BYTES; i++)
        append_text(&text, (i + 1) % BYTES == 0 ? "a\r\n" : "a");
    size_t taken = 0;
    for (size_t at = 0, done; at < text.size; at += done, taken++) {
        const struct fl_text left = {(const char *)text.bytes + at, text.size - at};
        const struct fl_tag_hit *hits;
        size_t lines, count;
        assert_int_equal(
            fl_tagger_run_lines(bench.tagger, left, FL_SPEAKER_CUSTOMER, &done, &lines, &hits, &count, NULL),
            FL_OK);
        assert_int_equal(count, FL_MESSAGE_HITS_MAX);
        assert_int_equal(lines, 1);
        assert_int_equal(done, BYTES + 2);
        assert_int_equal(hits[count - 1].rule, RULES - 1);
    }
    assert_int_equal(taken, LINES);
    assert_int_equal(fl_tagger_cut_messages(bench.tagger), LINES);
    close_bench(&bench);
    fl_buffer_release(&csv);
    fl_buffer_release(&text);
}

static void test_huge(void **state)
{
    (void)state;
    const struct fl_message huge = {{"", (size_t)1 << 30}, FL_SPEAKER_CUSTOMER};
    struct bench bench;
    open_bench(&bench, "tag,any\nt,a\n", 12);
    const struct fl_tag_hit *hits;
    size_t count, done;
    assert_int_equal(fl_tagger_run(bench.tagger, &huge, 1, &done, &hits, &count, NULL), FL_LIMIT);
    close_bench(&bench);
}

static void test_nothing(void **state)
{
    (void)state;
    static const char csv[] = "tag,any\nt\n";
    struct bench bench;
    open_bench(&bench, csv, sizeof csv - 1);
    const struct fl_message message = {fl_text_of("t"), FL_SPEAKER_CUSTOMER};
    const struct fl_tag_hit *hits;
    size_t count = 1, done;
    assert_int_equal(fl_tagger_run(bench.tagger, &message, 1, &done, &hits, &count, NULL), FL_OK);
    assert_int_equal(count, 0);
    assert_int_equal(fl_tagger_run(bench.tagger, NULL, 0, &done, &hits, &count, NULL), FL_OK);
    assert_int_equal(count, 0);
    close_bench(&bench);
    fl_tagger_free(NULL);
    fl_tag_rules_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written),       cmocka_unit_test(test_speakers),
        cmocka_unit_test(test_random),        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_hostile),       cmocka_unit_test(test_nested),
        cmocka_unit_test(test_nested_closed), cmocka_unit_test(test_far_pairs),
        cmocka_unit_test(test_shares),        cmocka_unit_test(test_shares_of_lines),
        cmocka_unit_test(test_huge),          cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, open_fold, close_fold);
}
