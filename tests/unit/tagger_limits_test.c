/* tagger_limits_test.c - the worst lists and texts: no time that grows with their square, and the first of
 * too many hits.
 *
 * What each must give is worked out by hand. */
#include "tests/unit/tagger_fixture.h"

#include <time.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile),       cmocka_unit_test(test_nested),
        cmocka_unit_test(test_nested_closed), cmocka_unit_test(test_far_pairs),
        cmocka_unit_test(test_shares),        cmocka_unit_test(test_shares_of_lines),
        cmocka_unit_test(test_huge),
    };
    return cmocka_run_group_tests(tests, open_fold, close_fold);
}
