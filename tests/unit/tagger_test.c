/* tagger_test.c - hits of rules stand where the words of the rules' text say.
 *
 * Cases of that text are written out with the bytes they must give. */
#include "tests/unit/tagger_fixture.h"

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
        cmocka_unit_test(test_written),
        cmocka_unit_test(test_speakers),
        cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, open_fold, close_fold);
}
