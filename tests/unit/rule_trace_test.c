/* rule_trace_test.c - a rule explained is the rule that tags.
 *
 * Random keyword lists and messages of a few pieces (scripts with and without blanks, letters that fold to
 * two, the same word in several forms, bytes that are no UTF-8), so that words overlap, touch and lie near
 * each other all the time: for each message and rule the trace holds exactly if the tagger has hits of it,
 * and both have the same places. Then each sentence that says why a rule does not hold, word for word. */
#include "engine/tags/lists/rule_trace.h"
#include "tests/unit/engine_fixture.h"

enum { LISTS = 60, RULES = 25, MESSAGES = 80, TEXT_MAX = 400, LINE_MAX = 400 };

static const char header[] = "tag,any,all,none,near,speaker,regex\n";
static struct fl_fold *fold;

/* ---- lists and messages at random ---- */

static uint64_t seed;

static unsigned below(unsigned end)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(seed >> 33) % end;
}

static const char *const pieces[] = {"late",     "parcel", "re",  "fund", "LATE", "Parcel", "straße",
                                     "STRASSE",  "ss",     "ß",   "手",   "手机", "手手",   "我的",
                                     "ｌａｔｅ", "нет",    "НЕТ", "a",    "aa",   "é",      "e\xcc\x81",
                                     "5",        "_",      "!",   "ไทย",  "한국"};
static const char *const joints[] = {"", "", " ", " ", " ", "  ", ". ", "，", "\xe2\x80\x8b", "-"};

#define PICK(list) (list)[below((unsigned)(sizeof(list) / sizeof(list)[0]))]

static void add_word(char *line)
{
    if (below(4) == 0)
        strcat(line, "*");
    for (unsigned i = 1 + below(2); i > 0; i--) {
        strcat(line, PICK(pieces));
        if (i > 1 && below(2) == 0)
            strcat(line, " ");
    }
    if (below(4) == 0)
        strcat(line, "*");
}

static void add_cell(char *line, unsigned often)
{
    strcat(line, ",");
    if (below(often) != 0)
        return;
    for (unsigned i = 1 + below(3); i > 0; i--) {
        add_word(line);
        strcat(line, i > 1 ? "|" : "");
    }
}

static void add_near(char *line)
{
    char mark[24];
    strcat(line, ",");
    if (below(3) != 0)
        return;
    for (unsigned i = 1 + below(2); i > 0; i--) {
        add_word(line);
        (void)snprintf(mark, sizeof mark, " near/%u ", below(4));
        strcat(line, mark);
        add_word(line);
        strcat(line, i > 1 ? "|" : "");
    }
}

static void make_list(struct fl_buffer *csv)
{
    static const char *const speakers[] = {"", "customer", "agent", "both"};
    static const char *const patterns[] = {"la+te", "手机?|a", "[a-s]+\\b", "s{2}"};
    csv->size = 0;
    append_text(csv, header);
    for (int i = 0; i < RULES; i++) {
        char line[LINE_MAX];
        (void)snprintf(line, sizeof line, "tag%u", below(5));
        add_cell(line, 2);
        add_cell(line, 3);
        add_cell(line, 4);
        add_near(line);
        append_text(csv, line);
        append_text(csv, ",");
        append_text(csv, PICK(speakers));
        append_text(csv, ",");
        append_text(csv, below(6) == 0 ? PICK(patterns) : "");
        append_text(csv, "\n");
    }
}

static struct fl_message make_message(char text[TEXT_MAX])
{
    static const uint8_t speakers[] = {FL_SPEAKER_CUSTOMER, FL_SPEAKER_CUSTOMER, FL_SPEAKER_AGENT,
                                       FL_SPEAKER_OTHER};
    text[0] = '\0';
    for (unsigned i = below(12); i > 0; i--) {
        strcat(text, below(40) == 0 ? "\xff" : PICK(pieces));
        strcat(text, PICK(joints));
    }
    return (struct fl_message){fl_text_of(text), PICK(speakers)};
}

/* ---- the same hits ---- */

struct both {
    struct fl_keywords keywords;
    struct fl_tag_rules *rules;
    struct fl_tagger *tagger;
    struct fl_rule_tracer *tracer;
};

static bool leave_out(void *context, const struct fl_error *error)
{
    (void)context;
    (void)error;
    return true;
}

static void open_both(struct both *both, const struct fl_buffer *csv)
{
    *both = (struct both){.rules = NULL};
    assert_int_equal(fl_keywords_read_all((const char *)csv->bytes, csv->size, "keywords.csv", fold, true,
                                          leave_out, NULL, &both->keywords, NULL),
                     FL_OK);
    assert_int_equal(fl_tag_rules_compile(&both->keywords, fold, &both->rules, NULL), FL_OK);
    assert_int_equal(fl_tagger_create(both->rules, &both->tagger, NULL), FL_OK);
    assert_int_equal(fl_rule_tracer_create(&both->keywords, fold, &both->tracer, NULL), FL_OK);
}

static void close_both(struct both *both)
{
    fl_rule_tracer_free(both->tracer);
    fl_tagger_free(both->tagger);
    fl_tag_rules_free(both->rules);
    fl_keywords_release(&both->keywords);
}

/* The hits of one rule in one message, which are moved over. */
static void compare_rule(const struct both *both, uint32_t message, uint32_t rule,
                         const struct fl_tag_hit **hit, const struct fl_tag_hit *end)
{
    struct fl_rule_trace trace;
    assert_int_equal(fl_rule_tracer_trace(both->tracer, rule, &trace, NULL), FL_OK);
    size_t count = 0;
    for (; *hit + count < end && (*hit)[count].message == message && (*hit)[count].rule == rule; count++) {
        if (!trace.holds || count == trace.place_count)
            fail_msg("rule of line %u: a hit at %u that the trace has not", both->keywords.rules[rule].line,
                     (*hit)[count].offset);
        assert_int_equal(trace.places[count].word, (*hit)[count].word);
        assert_int_equal(trace.places[count].offset, (*hit)[count].offset);
        assert_int_equal(trace.places[count].size, (*hit)[count].size);
    }
    assert_int_equal(trace.holds, count > 0);
    assert_true(!trace.holds || trace.place_count == count);
    assert_true(trace.holds == (trace.reason_count == 0));
    *hit += count;
}

static size_t compare_list(const struct both *both)
{
    static char texts[MESSAGES][TEXT_MAX];
    struct fl_message messages[MESSAGES];
    const struct fl_tag_hit *hits;
    size_t count, done;
    for (int i = 0; i < MESSAGES; i++)
        messages[i] = make_message(texts[i]);
    assert_int_equal(fl_tagger_run(both->tagger, messages, MESSAGES, &done, &hits, &count, NULL), FL_OK);
    assert_int_equal(done, MESSAGES);
    const struct fl_tag_hit *const end = hits + count;
    for (uint32_t i = 0; i < MESSAGES; i++) {
        assert_int_equal(fl_rule_tracer_read(both->tracer, &messages[i], NULL), FL_OK);
        for (uint32_t rule = 0; rule < both->keywords.rule_count; rule++)
            compare_rule(both, i, rule, &hits, end);
    }
    assert_ptr_equal(hits, end);
    return count;
}

static void test_trace_has_the_hits_of_the_tagger(void **state)
{
    (void)state;
    struct fl_buffer csv = {0};
    size_t hits = 0, rules = 0;
    for (unsigned list = 0; list < LISTS; list++) {
        struct both both;
        seed = list;
        make_list(&csv);
        open_both(&both, &csv);
        hits += compare_list(&both);
        rules += both.keywords.rule_count;
        close_both(&both);
    }
    fl_buffer_release(&csv);
    /* Enough of it, or nothing was tested. */
    assert_true(rules > LISTS * RULES / 2);
    assert_true(hits > LISTS * MESSAGES / 2);
}

/* ---- reasons ---- */

static void trace_one(struct both *both, const char *cells, struct fl_message message,
                      struct fl_rule_trace *trace)
{
    struct fl_buffer csv = {0};
    append_text(&csv, header);
    append_text(&csv, cells);
    open_both(both, &csv);
    fl_buffer_release(&csv);
    assert_int_equal(both->keywords.rule_count, 1);
    assert_int_equal(fl_rule_tracer_read(both->tracer, &message, NULL), FL_OK);
    assert_int_equal(fl_rule_tracer_trace(both->tracer, 0, trace, NULL), FL_OK);
}

/* `reason` NULL: the rule holds. */
static void expect_by(uint8_t speaker, const char *cells, const char *text, bool is_close, const char *reason)
{
    struct both both;
    struct fl_rule_trace trace;
    trace_one(&both, cells, (struct fl_message){fl_text_of(text), speaker}, &trace);
    assert_int_equal(trace.holds, reason == NULL);
    if (reason != NULL) {
        assert_true(trace.reason_count > 0);
        assert_string_equal(trace.reasons[0], reason);
        assert_int_equal(trace.is_close, is_close);
    }
    close_both(&both);
}

static void expect(const char *cells, const char *text, bool is_close, const char *reason)
{
    expect_by(FL_SPEAKER_CUSTOMER, cells, text, is_close, reason);
}

static void test_reasons(void **state)
{
    (void)state;
    expect("t,refund,,,,,\n", "My Refund!", false, NULL);
    expect("t,refund,,,,,\n", "I was refunded", true,
           "any: `refund` is inside the longer word `refunded` at byte 6 (write `refund*`)");
    expect("t,fund,,,,,\n", "Ein Rufund", true,
           "any: `fund` is inside the longer word `rufund` at byte 6 (write `*fund`)");
    expect("t,nd*,,,,,\n", "I was refunded", false,
           "any: `nd*` is inside the longer word `refunded` at byte 10 (write `*nd*`)");
    expect("t,refund,,,,,\n", "nothing", false, "any: `refund` is missing");
    expect("t,refund|money back,,,,,\n", "nothing", false, "any: none of its 2 words is there");
    expect("t,,late|order,,,,\n", "late again", true, "all: `order` is missing");
    expect("t,,late|order|parcel,,,,\n", "late again", false, "all: `order` is missing");
    expect("t,late,,no,,,\n", "late? No.", true, "none: `no` is there at byte 6");
    expect("t,,,,late near/1 parcel,,\n", "late by the big parcel", true,
           "near: 3 words between `late` and `parcel`, at most 1");
    expect("t,,,,late near/1 parcel,,\n", "parcel is late", false, NULL);
    expect("t,,,,late near/1 parcel,,\n", "late, late", false, "near: `late` is there without `parcel`");
    expect("t,,,,late near/1 parcel,,\n", "nothing", false, "near: no word of the pair is there");
    expect("t,,,,late near/1 parcel,,\n", "late parcels", true,
           "near: `parcel` is inside the longer word `parcels` at byte 5 (write `parcel*`)");
    expect("t,late,,,late near/1 parcel,,\n", "late again", true, "near: `late` is there without `parcel`");
    expect("t,,,,late near/1 parcel|late near/0 no,,\n", "late, says my box: no", true,
           "near: 3 words between `late` and `no`, at most 0");
    expect("t,,,,手机 near/1 机,,\n", "手机", true, "near: `手机` and `机` overlap");
    expect("t,late,,,,agent,\n", "late", true,
           "speaker: a rule for the agent's messages, and this one is the customer's");
    expect_by(FL_SPEAKER_OTHER, "t,late,,,,,\n", "late", true,
              "speaker: a rule for the customer's messages, and this one is somebody else's");
    expect("t,late,,,,,x+\n", "late", true, "regex: it matches nowhere");
    expect("t,,,,,,la+te\n", "LAATE", false, NULL);
    expect_by(FL_SPEAKER_OTHER, "t,late,,,,both,\n", "late", false, NULL);
}

/* A mark stands as the cell needs it, and a longer word is cut between characters. */
static void test_words_are_quoted(void **state)
{
    (void)state;
    expect("t,a\\|b\\*,,,,,\n", "A|B*", false, NULL);
    expect("t,a\\|b\\*,,,,,\n", "xa|b*", true,
           "any: `a\\|b\\*` is inside the longer word `xa|b*` at byte 1 (write `*a\\|b\\*`)");
    expect("t,ä,,,,,\n", "äääääääääääääääääääääääääääääääääääääääääääää", false,
           "any: `ä` is inside the longer word `ääääääääääääääääääääääääääääää...` at byte 0 (write `ä*`)");
}

static void test_places_of_a_miss(void **state)
{
    (void)state;
    struct both both;
    struct fl_rule_trace trace;
    trace_one(&both, "t,late,,no,,,\n", (struct fl_message){fl_text_of("No, ＬＡＴＥ"), FL_SPEAKER_CUSTOMER},
              &trace);
    assert_int_equal(trace.place_count, 2);
    assert_int_equal(trace.places[0].offset, 0);
    assert_int_equal(trace.places[0].size, 2);
    assert_int_equal(trace.places[1].offset, 4);
    assert_int_equal(trace.places[1].size, 12);
    close_both(&both);
}

/* A message of one word a thousand times and more. */
static void test_many_places_are_cut(void **state)
{
    (void)state;
    struct fl_buffer text = {0};
    struct both both;
    struct fl_rule_trace trace;
    for (size_t i = 0; i <= FL_RULE_HITS_MAX; i++)
        append_text(&text, "late ");
    trace_one(&both, "t,,,,late near/0 late,,\n",
              (struct fl_message){{(const char *)text.bytes, text.size}, FL_SPEAKER_CUSTOMER}, &trace);
    assert_true(trace.holds && trace.has_more_places);
    assert_int_equal(trace.place_count, FL_RULE_HITS_MAX);
    close_both(&both);
    fl_buffer_release(&text);
}

static int set_up(void **state)
{
    (void)state;
    return fl_fold_create(&fold, NULL) == FL_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    fl_fold_free(fold);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trace_has_the_hits_of_the_tagger), cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_words_are_quoted), cmocka_unit_test(test_places_of_a_miss),
        cmocka_unit_test(test_many_places_are_cut)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
