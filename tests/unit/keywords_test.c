/* keywords_test.c - keywords.csv becomes rules, words and tags, or is refused with line and column.
 *
 * Each form of a cell is read once and printed again from the list, in a small language of this test: words
 * sorted and numbered by the reader must come back as they were written. Each way to be wrong is one file
 * with its place and sentence. Random lists make a round trip through a model of their own; random bytes and
 * random cuts of a good file give an error or a list, never a crash. */
#include "tests/unit/engine_fixture.h"

#include <time.h>

#include "engine/model/keywords.h"

static struct fl_fold *fold;

static int create_fold(void **state)
{
    (void)state;
    return fl_fold_create(&fold, NULL) == FL_OK ? 0 : -1;
}

static int free_fold(void **state)
{
    (void)state;
    fl_fold_free(fold);
    return 0;
}

static fl_status read_bytes(const char *bytes, size_t size, bool allow_regex, struct fl_keywords *keywords,
                            struct fl_error *error)
{
    fl_error_clear(error);
    return fl_keywords_read(bytes, size, "keywords.csv", fold, allow_regex, keywords, error);
}

static struct fl_keywords read_good(const char *text)
{
    struct fl_keywords keywords;
    struct fl_error error;
    if (read_bytes(text, strlen(text), true, &keywords, &error) != FL_OK)
        fail_msg("%lld:%lld: %s", (long long)error.line, (long long)error.line_column, error.message);
    return keywords;
}

/* ---- a list as text ---- */

static char shown[1 << 16];
static size_t shown_size;

__attribute__((format(printf, 1, 2))) static void show(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    shown_size += (size_t)vsnprintf(shown + shown_size, sizeof shown - shown_size, format, arguments);
    va_end(arguments);
    assert_true(shown_size < sizeof shown);
}

static void show_word(const struct fl_keywords *keywords, uint32_t number)
{
    const struct fl_keyword *word = &keywords->words[number];
    const struct fl_text literal = keywords->literals[word->literal];
    show("%s%.*s%s", word->open_left ? "*" : "", (int)literal.size, literal.bytes,
         word->open_right ? "*" : "");
}

static void show_members(const struct fl_keywords *keywords, const char *name, struct fl_span span)
{
    for (uint32_t i = 0; i < span.count; i++) {
        show(i == 0 ? " %s=" : "|", name);
        show_word(keywords, keywords->members[span.from + i]);
    }
}

static void show_rule(const struct fl_keywords *keywords, const struct fl_keyword_rule *rule)
{
    const struct fl_text name = keywords->tags[rule->tag].name;
    show("%u %.*s", rule->line, (int)name.size, name.bytes);
    show_members(keywords, "any", rule->any);
    show_members(keywords, "all", rule->all);
    show_members(keywords, "none", rule->none);
    for (uint32_t i = 0; i < rule->near.count; i++) {
        const struct fl_near *near = &keywords->nears[rule->near.from + i];
        show("%s", i == 0 ? " near=" : "|");
        show_word(keywords, near->left);
        show(" %u ", near->distance);
        show_word(keywords, near->right);
    }
    if (rule->regex.size > 0)
        show(" regex=%.*s", (int)rule->regex.size, rule->regex.bytes);
    if (rule->speakers != FL_SPEAKER_CUSTOMER)
        show(" by %u", rule->speakers);
    show("\n");
}

static const char *show_rules(const struct fl_keywords *keywords)
{
    shown_size = 0;
    shown[0] = '\0';
    for (size_t i = 0; i < keywords->rule_count; i++)
        show_rule(keywords, &keywords->rules[i]);
    return shown;
}

static void assert_rules(const char *text, const char *expected)
{
    struct fl_keywords keywords = read_good(text);
    assert_string_equal(show_rules(&keywords), expected);
    fl_keywords_release(&keywords);
}

/* ---- what is read ---- */

static void test_words(void **state)
{
    (void)state;
    assert_rules("tag,any\na,late\n", "2 a any=late\n");
    assert_rules("tag,any\na,Zebra | late parcel|ABER\n", "2 a any=zebra|late parcel|aber\n");
    assert_rules("tag,any\na,deliver*|*ing|*mid*|late\n", "2 a any=deliver*|*ing|*mid*|late\n");
    assert_rules("tag,any\na,\\*|a\\|b|c\\\\|\\*d*|e\\**|*\\\\\n", "2 a any=*|a|b|c\\|*d*|e**|*\\\n");
    assert_rules("tag,any\na,STRASSE|stra\xc3\x9f"
                 "e|\xef\xbc\xa1\xef\xbc\xa2|\xd0\x94\xd0\x9e\xd0\x9c\n",
                 "2 a any=strasse|strasse|ab|\xd0\xb4\xd0\xbe\xd0\xbc\n");
    /* Blanks within stay, one for one; a wide one is a blank; around they do not count. */
    assert_rules("tag,any\na,\"\xe3\x80\x80x  y \n| z\t\"\n", "2 a any=x  y|z\n");
    /* No width. */
    assert_rules("tag,any\na,de\xc2\xadlivery\n", "2 a any=delivery\n");
}

static void test_cells(void **state)
{
    (void)state;
    assert_rules("tag,any,all,none,near,regex,speaker,note\n"
                 "a,x,y|z,w,,,agent,why\n"
                 "b,,y,,p near/0 q*|late parcel  near/100\tslow,,both,\n"
                 "a,,,,,ab+c,customer,\n",
                 "2 a any=x all=y|z none=w by 2\n"
                 "3 b all=y near=p 0 q*|late parcel 100 slow by 7\n"
                 "4 a regex=ab+c\n");
    /* Other order, semicolons, BOM, CRLF, an empty column behind; words that look like near. */
    assert_rules("\xef\xbb\xbf"
                 "note;any;tag;\r\n;near/3|nearby 1|a near b;t;\r\n",
                 "2 t any=near/3|nearby 1|a near b\n");
    /* A line of the tag alone is no rule, whatever its speaker. */
    assert_rules("tag,any,none,speaker\nhand,,,\nhand, ,\"\n\",both\n", "");
}

/* Words by bytes of their literal, then as written, open right, open left, both; each once. */
static void test_order(void **state)
{
    (void)state;
    struct fl_keywords keywords = read_good("tag,any,near\n"
                                            "z,b|a*|*a|c|*a*|a|b,c near/1 b\n"
                                            "m,a,\n"
                                            "\xc3\xa9,B,\n");
    static const char *const literals[] = {"a", "b", "c"};
    static const struct fl_keyword words[] = {{0, false, false}, {0, false, true},  {0, true, false},
                                              {0, true, true},   {1, false, false}, {2, false, false}};
    static const char *const tags[] = {"m", "z", "\xc3\xa9"};
    assert_int_equal(keywords.literal_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(fl_text_equal(keywords.literals[i], fl_text_of(literals[i])));
        assert_true(fl_text_equal(keywords.tags[i].name, fl_text_of(tags[i])));
        assert_int_equal(fl_keywords_find_tag(&keywords, fl_text_of(tags[i])), i);
    }
    assert_int_equal(keywords.word_count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(keywords.words[i].literal, words[i].literal);
        assert_int_equal(keywords.words[i].open_left, words[i].open_left);
        assert_int_equal(keywords.words[i].open_right, words[i].open_right);
    }
    assert_int_equal(keywords.tag_count, 3);
    assert_int_equal(fl_keywords_find_tag(&keywords, fl_text_of("y")), -1);
    assert_int_equal(fl_keywords_find_tag(&keywords, fl_text_of("")), -1);
    assert_int_equal(keywords.tags[1].first_line, 2);
    assert_false(keywords.has_regex);
    fl_keywords_release(&keywords);
}

static void test_settings(void **state)
{
    (void)state;
    struct fl_keywords keywords = read_good("tag,any,hits,days,expiry_days,priority,points,half_life_days\n"
                                            "a,x,,,,,,\n"
                                            "b,x,3,30,,-7,\"-2,5\",\n"
                                            "b,y,3,,90,,-2.500,0.001\n"
                                            "c,x,1000000,36500,36500,1000000,1000,1000000\n");
    const struct fl_keyword_tag *tag = keywords.tags;
    assert_true(tag[0].hits == 1 && tag[0].days == 1 && tag[0].expiry_days == 180 && tag[0].priority == 0);
    assert_true(tag[0].points_milli == 0 && tag[0].half_life_milli == 30000);
    assert_true(tag[1].hits == 3 && tag[1].days == 30 && tag[1].expiry_days == 90 && tag[1].priority == -7);
    assert_true(tag[1].points_milli == -2500 && tag[1].half_life_milli == 1);
    assert_true(tag[2].hits == 1000000 && tag[2].days == 36500 && tag[2].priority == 1000000);
    assert_true(tag[2].points_milli == 1000000 && tag[2].half_life_milli == 1000000000);
    fl_keywords_release(&keywords);
}

static void test_places(void **state)
{
    (void)state;
    struct fl_keywords keywords = read_good("tag,any,near,regex\n"
                                            "a,x | yy,,\n"
                                            "a,\"x|a \"\"quoted\"\" one| y\",p near/1 q|  r near/2 s,z+\n");
    static const uint32_t members[] = {3, 7, 4, 6, 24}, nears[] = {27, 40};
    assert_int_equal(keywords.member_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(keywords.member_columns[i], members[i]);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(keywords.near_columns[i], nears[i]);
    assert_int_equal(keywords.rules[1].regex_column, 51);
    assert_true(keywords.has_regex);
    fl_keywords_release(&keywords);
}

static void test_speakers(void **state)
{
    (void)state;
    assert_int_equal(fl_speaker_of(fl_text_of("")), FL_SPEAKER_CUSTOMER);
    assert_int_equal(fl_speaker_of(fl_text_of("customer")), FL_SPEAKER_CUSTOMER);
    assert_int_equal(fl_speaker_of(fl_text_of("agent")), FL_SPEAKER_AGENT);
    assert_int_equal(fl_speaker_of(fl_text_of("Agent")), FL_SPEAKER_OTHER);
    assert_int_equal(fl_speaker_of(fl_text_of("bot")), FL_SPEAKER_OTHER);
}

/* ---- what is refused ---- */

static void assert_refused(const char *text, int64_t line, int64_t column, const char *sentence)
{
    struct fl_keywords keywords;
    struct fl_error error;
    assert_int_equal(read_bytes(text, strlen(text), false, &keywords, &error), FL_BAD_MODEL);
    if (strncmp(error.message, sentence, strlen(sentence)) != 0)
        fail_msg("`%s` instead of `%s`", error.message, sentence);
    assert_string_equal(error.path, "keywords.csv");
    if (error.line != line || error.line_column != column)
        fail_msg("%s: %lld:%lld", sentence, (long long)error.line, (long long)error.line_column);
    assert_null(keywords.arena);
}

static void test_refused_words(void **state)
{
    (void)state;
    assert_refused("tag,any\na,x||y\n", 2, 5, "an empty word");
    assert_refused("tag,any\na,x|y |\n", 2, 8, "an empty word");
    assert_refused("tag,any\na,|\n", 2, 3, "an empty word");
    assert_refused("tag,any\na,x|a*b\n", 2, 6, "a `*` inside a word");
    assert_refused("tag,any\na,a**\n", 2, 4, "a `*` inside a word");
    assert_refused("tag,any\na,x|*\n", 2, 5, "a `*` without a word");
    assert_refused("tag,any\na,**\n", 2, 3, "a `*` without a word");
    assert_refused("tag,any\na,late *\n", 2, 3, "a blank between the word and its `*`");
    assert_refused("tag,any\na,* late\n", 2, 3, "a blank between the word and its `*`");
    assert_refused("tag,any\na,late\xc2\xa0*\n", 2, 3, "a blank between the word and its `*`");
    assert_refused("tag,any\na,a\\b\n", 2, 4, "a `\\` before anything but");
    assert_refused("tag,any\na,ab\\\n", 2, 5, "a `\\` before anything but");
    assert_refused("tag,any\na,x| \xc2\xad\n", 2, 6, "a word of characters without width only");
    assert_refused("tag,any\na,x|\"y\tz\n", 2, 5, "a word with a control character");
    assert_refused("tag,any\na,\"x|\"\"y\nz\"\n", 2, 6, "a word with a control character");
    assert_refused("tag,any\na,x\xc2\x85y\n", 2, 3, "a word with a control character");
    assert_refused("tag,any\na,\xff\n", 2, 3, "the text is not UTF-8");
}

static void test_refused_pairs(void **state)
{
    (void)state;
    assert_refused("tag,near\na,late parcel\n", 2, 3, "no pair of words");
    assert_refused("tag,near\na,a near/1 b|late near parcel\n", 2, 14, "no pair of words");
    assert_refused("tag,near\na,late near/ parcel\n", 2, 8, "`near/` wants a number of words from 0 to 100");
    assert_refused("tag,near\na,late near/101 parcel\n", 2, 8, "`near/` wants a number");
    assert_refused("tag,near\na,late near/99999999999999999999 parcel\n", 2, 8, "`near/` wants a number");
    assert_refused("tag,near\na,late near/4parcel\n", 2, 8, "`near/` wants a number");
    assert_refused("tag,near\na,near/4 parcel\n", 2, 3, "a word is missing before `near/`");
    assert_refused("tag,near\na,late near/4\n", 2, 8, "a word is missing behind `near/`");
    assert_refused("tag,near\na,a near/1 b near/1 c\n", 2, 14, "a second `near/`");
    assert_refused("tag,near\na,a*b near/1 c\n", 2, 4, "a `*` inside a word");
    assert_refused("tag,near\na,b near/1 * c\n", 2, 12, "a blank between the word");
}

static void test_refused_lines(void **state)
{
    (void)state;
    assert_refused("", -1, -1, "the file is empty");
    assert_refused("any,note\n", 1, 1, "the column `tag` is missing");
    assert_refused("tag,ani\n", 1, 5, "unknown column `ani`, did you mean `any`?");
    assert_refused("tag,any\n,x\n", 2, 1, "the tag is missing");
    assert_refused("tag,any\na|b,x\n", 2, 2, "a tag has no `|`");
    assert_refused("tag,none\na,x\n", 2, 3, "`none` alone holds in nearly every message");
    assert_refused("tag,any,regex\na,x,y+\n", 2, 5, "regular expressions must be asked for");
    assert_refused("tag,any,speaker\na,x,agents\n", 2, 5, "unknown word `agents`, did you mean `agent`?");
    assert_refused("tag,any\na,x,y\n", 2, 1, "3 fields, the header has 2");
    assert_refused("tag,any\na,\"x\n", 2, 3, "");
}

static void test_refused_settings(void **state)
{
    (void)state;
    assert_refused("tag,hits\na,0\n", 2, 3, "0 lies outside 1..1000000");
    assert_refused("tag,days\na,1.5\n", 2, 3, "`1.5` is no whole number");
    assert_refused("tag,expiry_days\na,36501\n", 2, 3, "36501 lies outside 1..36500");
    assert_refused("tag,priority\na,-1000001\n", 2, 3, "-1000001 lies outside");
    assert_refused("tag,points\na,1000.001\n", 2, 3, "`1000.001` lies outside");
    assert_refused("tag,points\na,0.0001\n", 2, 3, "`0.0001` has more than 3 decimals");
    assert_refused("tag,half_life_days\na,0\n", 2, 3, "`0` lies outside 0.001..1000000.000");
    assert_refused("tag,any,points\na,x,1\nb,x,\na,y,\na,z,2\n", 5, 5,
                   "line 2 sets points of this tag to 1: it belongs to the tag");
    /* Two settings that do not go together, wherever they stand. */
    assert_refused("tag,any,days\na,x,\na,y,181\nb,x,\n", 3, 5,
                   "days 181 of tag `a` is above its expiry_days 180");
    assert_refused("tag,days,expiry_days\na,,5\na,6,\n", 3, 3,
                   "days 6 of tag `a` is above its expiry_days 5");
}

/* ---- limits ---- */

static struct fl_buffer made;

static void make(const char *text)
{
    append_text(&made, text);
}

static void assert_made_refused(const char *sentence)
{
    struct fl_keywords keywords;
    struct fl_error error;
    assert_int_equal(read_bytes((const char *)made.bytes, made.size, true, &keywords, &error), FL_BAD_MODEL);
    if (strncmp(error.message, sentence, strlen(sentence)) != 0)
        fail_msg("`%s` instead of `%s`", error.message, sentence);
    fl_buffer_release(&made);
}

static void make_word(char letter, size_t size)
{
    for (size_t i = 0; i < size; i++)
        assert_true(fl_buffer_append(&made, &letter, 1));
}

static void test_limits(void **state)
{
    (void)state;
    struct fl_keywords keywords;
    struct fl_error error;
    make("tag,any\na,");
    make_word('x', FL_KEYWORD_BYTES_MAX);
    assert_int_equal(read_bytes((char *)made.bytes, made.size, false, &keywords, &error), FL_OK);
    fl_keywords_release(&keywords);
    make_word('x', 1);
    assert_made_refused("a word of 257 bytes, at most 256");
    make("tag,any\na,");
    make_word('x', 1 << 20);
    assert_made_refused("a word of 1048576 bytes, at most 256");
    make("tag\n");
    make_word('x', FL_KEYWORD_TAG_BYTES_MAX + 1);
    assert_made_refused("a tag of 129 bytes, at most 128");
    make("tag,regex\na,");
    make_word('x', FL_KEYWORD_REGEX_BYTES_MAX + 1);
    assert_made_refused("a regular expression of 513 bytes, at most 512");
    make("tag,any\na,x");
    make_word('|', 100000);
    assert_made_refused("an empty word");
}

static const char *number_word(size_t number, char word[16])
{
    (void)snprintf(word, 16, "w%zu", number);
    return word;
}

static void test_counts(void **state)
{
    (void)state;
    char word[16];
    make("tag,any\na,w");
    for (size_t i = 0; i < FL_KEYWORD_WORDS_MAX; i++)
        make("|"), make(number_word(i, word));
    assert_made_refused("more than 200000 different words");
    make("tag\n");
    for (size_t i = 0; i <= FL_KEYWORD_TAGS_MAX; i++)
        make(number_word(i, word)), make("\n");
    assert_made_refused("more than 65535 tags");
    make("tag,any\n");
    for (size_t i = 0; i <= FL_KEYWORD_RULES_MAX; i++)
        make("a,x\n");
    assert_made_refused("more than 100000 rules");
    make("tag,any\na,x");
    for (size_t i = 0; i < FL_KEYWORD_MEMBERS_MAX; i++)
        make("|x");
    assert_made_refused("more than 2000000 words and pairs");
}

/* A cell of a mebibyte of quotes and bars must not be walked again for each word. */
static void test_many_quotes(void **state)
{
    (void)state;
    struct fl_keywords keywords;
    struct fl_error error;
    make("tag,any\na,\"x");
    for (size_t i = 0; i < 300000; i++)
        make("|\"\"");
    make("\"\n");
    assert_int_equal(read_bytes((char *)made.bytes, made.size, false, &keywords, &error), FL_OK);
    assert_int_equal(keywords.member_columns[300000], 4 + 1 + 300000 * 3 - 2);
    fl_keywords_release(&keywords);
    fl_buffer_release(&made);
}

/* ---- all wrong lines at once ---- */

static size_t refused_lines[8], refused_count;

static bool note_refused(void *context, const struct fl_error *error)
{
    assert_int_equal(error->status, FL_BAD_MODEL);
    refused_lines[refused_count++] = (size_t)error->line;
    return refused_count < *(const size_t *)context;
}

static void test_all_wrong_lines(void **state)
{
    (void)state;
    static const char text[] = "tag,any,days\na,x|,\nb,y,\na,*,\nc,z,400\nd,u,0\n";
    struct fl_keywords keywords;
    struct fl_error error;
    size_t most = 8;
    refused_count = 0;
    fl_error_clear(&error);
    assert_int_equal(
        fl_keywords_read_all(text, sizeof text - 1, "k", fold, false, note_refused, &most, &keywords, &error),
        FL_OK);
    static const size_t lines[] = {2, 4, 6, 5};
    assert_int_equal(refused_count, 4);
    assert_memory_equal(refused_lines, lines, sizeof lines);
    assert_string_equal(show_rules(&keywords), "3 b any=y\n5 c any=z\n");
    fl_keywords_release(&keywords);
    most = 2;
    refused_count = 0;
    assert_int_equal(
        fl_keywords_read_all(text, sizeof text - 1, "k", fold, false, note_refused, &most, &keywords, &error),
        FL_BAD_MODEL);
    assert_int_equal(refused_count, 2);
}

/* ---- at random ---- */

static size_t below(uint64_t *random, size_t end)
{
    return (size_t)(next_random(random) % end);
}

static void random_word(uint64_t *random, char *word)
{
    static const char *const pieces[] = {"a",   "b",   "0",    "\xd0\xb6", "\xe8\xb4\xa7",
                                         "\\*", "\\|", "\\\\", "a b"};
    word[0] = '\0';
    if (below(random, 4) == 0)
        strcat(word, "*");
    for (size_t i = 1 + below(random, 3); i > 0; i--)
        strcat(word, pieces[below(random, sizeof pieces / sizeof *pieces)]);
    if (below(random, 4) == 0)
        strcat(word, "*");
}

/* A cell into the file, and as show_rule() would print it into `expected`, unescaped. */
static void random_cell(uint64_t *random, const char *name, bool pairs)
{
    char word[64];
    const size_t count = 1 + below(random, 4);
    show(" %s=", name);
    for (size_t i = 0; i < count; i++) {
        make(i == 0 ? "" : below(random, 2) == 0 ? "|" : " | ");
        show("%s", i == 0 ? "" : "|");
        for (int half = 0; half <= pairs; half++) {
            random_word(random, word);
            make(word);
            for (const char *c = word; *c != '\0'; c++)
                show("%c", *c == '\\' ? *++c : *c);
            if (pairs && half == 0) {
                const unsigned distance = (unsigned)below(random, 101);
                char near[32];
                (void)snprintf(near, sizeof near, " near/%u ", distance);
                make(near);
                show(" %u ", distance);
            }
        }
    }
}

static void random_line(uint64_t *random, unsigned line)
{
    const char tag[] = {(char)('a' + below(random, 5)), '\0'};
    const unsigned cells = 1 + (unsigned)below(random, 15);
    const bool finds = (cells & 11) != 0; /* not none alone */
    static const char *const names[] = {"any", "all", "none", "near"};
    make(tag);
    show("%u %s", line, tag);
    for (unsigned cell = 0; cell < 4; cell++) {
        make(",");
        if ((cells >> cell & 1u) != 0 && (finds || cell != 2))
            random_cell(random, names[cell], cell == 3);
        else if (!finds && cell == 0)
            random_cell(random, names[cell], false);
    }
    make("\n");
    show("\n");
}

static void test_round_trips(void **state)
{
    (void)state;
    static char expected[sizeof shown];
    uint64_t random = 7;
    for (int round = 0; round < 300; round++) {
        const unsigned lines = 1 + (unsigned)below(&random, 20);
        shown_size = 0;
        make("tag,any,all,none,near\n");
        for (unsigned line = 0; line < lines; line++)
            random_line(&random, line + 2);
        memcpy(expected, shown, shown_size + 1);
        make("");
        assert_true(fl_buffer_append(&made, "", 1));
        assert_rules((const char *)made.bytes, expected);
        fl_buffer_release(&made);
    }
}

/* An error with a place, or a list whose numbers all lie inside. */
static void assert_sane(const char *bytes, size_t size)
{
    struct fl_keywords keywords;
    struct fl_error error;
    if (read_bytes(bytes, size, true, &keywords, &error) != FL_OK) {
        assert_int_equal(error.status, FL_BAD_MODEL);
        return;
    }
    for (size_t i = 0; i < keywords.member_count; i++)
        assert_true(keywords.members[i] < keywords.word_count && keywords.member_columns[i] <= size);
    for (size_t i = 0; i < keywords.word_count; i++)
        assert_true(keywords.words[i].literal < keywords.literal_count);
    for (size_t i = 0; i < keywords.literal_count; i++)
        assert_in_range(keywords.literals[i].size, 1, FL_KEYWORD_BYTES_MAX);
    for (size_t i = 0; i < keywords.rule_count; i++)
        assert_true(keywords.rules[i].tag < keywords.tag_count);
    fl_keywords_release(&keywords);
}

static void test_random_bytes(void **state)
{
    (void)state;
    static const char alphabet[] = "ab\\|* ,;\"\n\t0near/4\xc3\xa9\xe8\xb4\xa7\xc2\xad\xff";
    uint64_t random = 11;
    char text[400];
    for (int round = 0; round < 20000; round++) {
        size_t size = (size_t)snprintf(text, sizeof text, "tag,any,near,none,hits\na,");
        for (size_t more = below(&random, 60); more > 0; more--)
            text[size++] = alphabet[below(&random, sizeof alphabet - 1)];
        assert_sane(text, size);
    }
    for (int round = 0; round < 2000; round++) {
        const size_t size = below(&random, sizeof text);
        for (size_t i = 0; i < size; i++)
            text[i] = (char)below(&random, 256);
        assert_sane(text, size);
    }
}

/* ---- the shipped list ---- */

static void test_default_list(void **state)
{
    (void)state;
    struct fl_model *model = default_model();
    const struct fl_buffer *part = &model->parts[FL_MODEL_KEYWORDS];
    assert_true(model->has_keywords);
    assert_in_range(model->keywords.tag_count, 20, 40);
    assert_in_range(model->keywords.word_count, 1000, 2000);
    uint64_t random = 13;
    char *bytes = malloc(part->size);
    for (int round = 0; round < 100; round++) {
        memcpy(bytes, part->bytes, part->size);
        for (size_t changes = 1 + below(&random, 3); changes > 0; changes--)
            bytes[below(&random, part->size)] = (char)below(&random, 256);
        assert_sane(bytes, below(&random, 2) == 0 ? part->size : below(&random, part->size));
    }
    free(bytes);
    fl_model_free(model);
}

/* 100,000 words are read well within half a second; here only that it is no matter of minutes. */
static void test_many_words(void **state)
{
    (void)state;
    char word[64];
    struct fl_keywords keywords;
    struct fl_error error;
    make("tag,any\n");
    for (size_t rule = 0; rule < 1000; rule++) {
        (void)snprintf(word, sizeof word, "tag%zu,", rule);
        make(word);
        for (size_t i = 0; i < 100; i++) {
            (void)snprintf(word, sizeof word, "%sParcel%zu word%s", i == 0 ? "" : "|", rule * 100 + i,
                           i % 3 == 0 ? "*" : "");
            make(word);
        }
        make("\n");
    }
    struct timespec from, to;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    assert_int_equal(read_bytes((char *)made.bytes, made.size, false, &keywords, &error), FL_OK);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    const double seconds = (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
    print_message("%zu words of %zu bytes: %.3f s\n", keywords.word_count, made.size, seconds);
    assert_int_equal(keywords.word_count, 100000);
    assert_true(seconds < 20);
    fl_keywords_release(&keywords);
    fl_buffer_release(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),         cmocka_unit_test(test_cells),
        cmocka_unit_test(test_order),         cmocka_unit_test(test_settings),
        cmocka_unit_test(test_places),        cmocka_unit_test(test_speakers),
        cmocka_unit_test(test_refused_words), cmocka_unit_test(test_refused_pairs),
        cmocka_unit_test(test_refused_lines), cmocka_unit_test(test_refused_settings),
        cmocka_unit_test(test_limits),        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_many_quotes),   cmocka_unit_test(test_all_wrong_lines),
        cmocka_unit_test(test_round_trips),   cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_default_list),  cmocka_unit_test(test_many_words),
    };
    return cmocka_run_group_tests(tests, create_fold, free_fold);
}
