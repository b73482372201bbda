/* tagger_no_memory_test.c - fails each allocation of the tagger once.
 *
 * The linker puts the functions below before malloc and its kin, in our code. A list with all kinds of rules
 * is made ready and run over a few messages again and again, the n-th allocation failing in round n, until a
 * round needs fewer than n. Each such round must end as out of memory, or well where less will do, and give
 * back what it took. What the libraries take for themselves does not fail. */
#include "tests/unit/folder_fixture.h"

#include "engine/tags/tagger.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *memory);

static size_t until_failure = SIZE_MAX; /* SIZE_MAX: none fails */
static long live;                       /* taken, not given back */
static pid_t tested_process;

/* In a child, which tries regular expressions with less memory, a failure means something else. */
static bool fails(void)
{
    return getpid() == tested_process && until_failure != SIZE_MAX && until_failure-- == 0;
}

static void *taken(void *memory)
{
    live += memory != NULL;
    return memory;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : taken(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : taken(__real_calloc(count, size));
}

void *__wrap_realloc(void *old, size_t size)
{
    if (fails())
        return NULL;
    return old == NULL ? taken(__real_malloc(size)) : __real_realloc(old, size);
}

void __wrap_free(void *memory)
{
    live -= memory != NULL;
    __real_free(memory);
}

/* Adds to the hits. */
static fl_status tag_lines(struct fl_tagger *tagger, size_t *hit_count, struct fl_error *error)
{
    const struct fl_tag_hit *hits;
    size_t done, lines, count;
    const fl_status status = fl_tagger_run_lines(tagger, fl_text_of("a b c\nab abb xx a\n\xef\xac\x81 a d x"),
                                                 FL_SPEAKER_CUSTOMER, &done, &lines, &hits, &count, error);
    *hit_count += count;
    return status;
}

static fl_status tag_all(const struct fl_keywords *keywords, const struct fl_fold *fold,
                         const struct fl_message *messages, size_t count, size_t *hit_count)
{
    struct fl_tag_rules *rules;
    struct fl_tagger *tagger = NULL;
    struct fl_error error;
    fl_error_clear(&error);
    fl_status status = fl_tag_rules_compile(keywords, fold, &rules, &error);
    if (status == FL_OK) {
        const struct fl_tag_hit *hits;
        size_t done;
        status = fl_tagger_create(rules, &tagger, &error);
        if (status == FL_OK)
            status = fl_tagger_run(tagger, messages, count, &done, &hits, hit_count, &error);
        if (status == FL_OK)
            status = tag_lines(tagger, hit_count, &error);
        fl_tagger_free(tagger);
    }
    fl_tag_rules_free(rules);
    assert_true(status == FL_OK || error.message[0] != '\0');
    return status;
}

enum { ROUNDS_MAX = 10000 };

static void test_each_fails(void **state)
{
    (void)state;
    static const char csv[] = "tag,any,all,none,near,regex\n"
                              "t,a*|b,,,,\nt,c,,d,,\nt,,a|b,,,\nt,,,,a near/3 b,\nt,a,,,,ab+\nt,,,,,x+\n";
    const struct fl_message messages[] = {{fl_text_of("a b c"), FL_SPEAKER_CUSTOMER},
                                          {fl_text_of("ab abb xx a"), FL_SPEAKER_CUSTOMER},
                                          {fl_text_of("\xef\xac\x81 a d x"), FL_SPEAKER_CUSTOMER}};
    const size_t count = sizeof messages / sizeof messages[0];
    struct fl_fold *fold;
    struct fl_keywords keywords;
    size_t expected = 0, hits = 0;
    tested_process = getpid();
    assert_int_equal(fl_fold_create(&fold, NULL), FL_OK);
    assert_int_equal(fl_keywords_read(csv, sizeof csv - 1, "keywords.csv", fold, true, &keywords, NULL),
                     FL_OK);
    assert_int_equal(tag_all(&keywords, fold, messages, count, &expected), FL_OK);
    assert_true(expected > 10);
    const long live_before = live;
    size_t round = 0;
    bool one_failed = true;
    for (; one_failed && round < ROUNDS_MAX; round++) {
        until_failure = round;
        const fl_status status = tag_all(&keywords, fold, messages, count, &hits);
        one_failed = until_failure == SIZE_MAX;
        until_failure = SIZE_MAX;
        assert_int_equal(live, live_before);
        if (status == FL_OK)
            assert_int_equal(hits, expected); /* a buffer that had to be content with less */
        else
            assert_int_equal(status, FL_NO_MEMORY);
    }
    assert_true(round > 20 && round < ROUNDS_MAX);
    fl_keywords_release(&keywords);
    fl_fold_free(fold);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_fails)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
