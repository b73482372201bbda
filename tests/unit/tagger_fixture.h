/* tagger_fixture.h - a list of rules made ready to tag. */
#ifndef TESTS_UNIT_TAGGER_FIXTURE_H
#define TESTS_UNIT_TAGGER_FIXTURE_H

#include "tests/unit/engine_fixture.h"

#include "engine/tags/tagger.h"

static struct fl_fold *fold;

static inline int open_fold(void **state)
{
    (void)state;
    return fl_fold_create(&fold, NULL) == FL_OK ? 0 : -1;
}

static inline int close_fold(void **state)
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
static inline void pad_lines(const char *csv, size_t size, struct fl_buffer *padded)
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

static inline void open_bench(struct bench *bench, const char *csv, size_t size)
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

static inline void close_bench(struct bench *bench)
{
    fl_tagger_free(bench->tagger);
    fl_tag_rules_free(bench->rules);
    fl_keywords_release(&bench->keywords);
}

/* Tags one message, which is all that there is. */
static inline size_t tag_one(const struct bench *bench, const char *bytes, size_t size,
                             const struct fl_tag_hit **hits)
{
    const struct fl_message message = {{bytes, size}, FL_SPEAKER_CUSTOMER};
    size_t count, done;
    assert_int_equal(fl_tagger_run(bench->tagger, &message, 1, &done, hits, &count, NULL), FL_OK);
    assert_int_equal(done, 1);
    return count;
}

#endif
