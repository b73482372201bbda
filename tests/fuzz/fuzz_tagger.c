/* fuzz_tagger.c - hostile messages for the tagger, against a naive one.
 *
 * Method: a keyword list, a NUL, messages with a NUL between them. The naive tagger looks for each word at
 * each byte of each message; the hits must be the same, one by one, as must those of the same messages given
 * one by one, and what `keywords test` says of them. Compiling takes long, so lists that were compiled are
 * kept, and the mutator seldom changes one. Regular expressions are left out: the naive tagger cannot read
 * them. */
#include <string.h>

#include "engine/tags/lists/rule_trace.h"
#include "tests/fuzz/fuzz_target.h"

/* naive_tagger.h was made for tests of cmocka. */
#define assert_true(holds)           require(holds)
#define assert_non_null(pointer)     require((pointer) != NULL)
#define assert_int_equal(one, other) require((one) == (other))
#include "tests/unit/naive_tagger.h"

enum { LISTS_MAX = 1024, MESSAGES_MAX = 16, MESSAGE_BYTES_MAX = 512 };

static struct fl_fold *fold;

/* A list made ready; `rules` is NULL when it was refused. */
struct list {
    struct fl_buffer csv;
    struct fl_keywords keywords;
    struct fl_tag_rules *rules;
    struct fl_tagger *tagger;
    struct fl_rule_tracer *tracer;
};

static void close_list(struct list *list)
{
    fl_rule_tracer_free(list->tracer);
    fl_tagger_free(list->tagger);
    fl_tag_rules_free(list->rules);
    fl_keywords_release(&list->keywords);
    fl_buffer_release(&list->csv);
    *list = (struct list){0};
}

static void open_list(struct list *list, const uint8_t *csv, size_t size)
{
    close_list(list);
    require(fl_buffer_append(&list->csv, csv, size));
    if (fl_keywords_read((const char *)csv, size, "keywords.csv", fold, false, &list->keywords, NULL) !=
        FL_OK)
        return;
    require(fl_tag_rules_compile(&list->keywords, fold, &list->rules, NULL) == FL_OK);
    require(fl_tagger_create(list->rules, &list->tagger, NULL) == FL_OK);
    require(fl_rule_tracer_create(&list->keywords, fold, &list->tracer, NULL) == FL_OK);
}

static struct list *list_of(const uint8_t *csv, size_t size)
{
    static struct list lists[LISTS_MAX];
    static const uint8_t uuid[FL_UUID_SIZE];
    struct list *list = &lists[fl_checksum_bound(uuid, 0, 0, csv, size) % LISTS_MAX];
    if (list->csv.bytes == NULL || list->csv.size != size || memcmp(list->csv.bytes, csv, size) != 0)
        open_list(list, csv, size);
    return list;
}

static size_t split_messages(const uint8_t *bytes, size_t size, struct fl_message *messages)
{
    size_t count = 0;
    while (size > 0 && count < MESSAGES_MAX) {
        const char *text = (const char *)bytes;
        const size_t all = strnlen(text, size), kept = all < MESSAGE_BYTES_MAX ? all : MESSAGE_BYTES_MAX;
        const uint8_t speakers = count % 3 == 2 ? FL_SPEAKER_AGENT : FL_SPEAKER_CUSTOMER;
        messages[count++] = (struct fl_message){{text, kept}, speakers};
        const size_t step = all < size ? all + 1 : all;
        bytes += step;
        size -= step;
    }
    return count;
}

static bool is_same_hit(const struct fl_tag_hit *a, const struct fl_tag_hit *b, uint32_t message)
{
    return a->message == message && a->rule == b->rule && a->word == b->word && a->offset == b->offset &&
           a->size == b->size;
}

/* The hits of the next message alone; returns how many they are. */
static size_t require_alone(struct list *list, const struct fl_message *message,
                            const struct fl_tag_hit *wanted, size_t left)
{
    const struct fl_tag_hit *hits;
    size_t count, done;
    require(fl_tagger_run(list->tagger, message, 1, &done, &hits, &count, NULL) == FL_OK && done == 1);
    require(count <= left);
    for (size_t i = 0; i < count; i++)
        require(is_same_hit(&hits[i], &wanted[i], 0));
    return count;
}

/* What `keywords test` says of each rule in a message; returns how many of the hits are the message's. */
static size_t require_traced(struct list *list, const struct fl_message *message,
                             const struct fl_tag_hit *wanted, size_t left)
{
    size_t at = 0;
    require(fl_rule_tracer_read(list->tracer, message, NULL) == FL_OK);
    for (uint32_t rule = 0; rule < list->keywords.rule_count; rule++) {
        struct fl_rule_trace trace;
        require(fl_rule_tracer_trace(list->tracer, rule, &trace, NULL) == FL_OK);
        require(trace.holds != (trace.reason_count > 0));
        for (size_t i = 0; trace.holds && i < trace.place_count; i++, at++) {
            const struct fl_trace_place *place = &trace.places[i];
            require(at < left && wanted[at].rule == rule && wanted[at].word == place->word);
            require(wanted[at].offset == place->offset && wanted[at].size == place->size);
        }
    }
    return at;
}

/* A rule that asks for what must be there, what must not, and words near each other, later in a message than
 * in the corpus. */
static bool is_rare(const struct fl_keywords *keywords, const struct fl_tag_hit *hit)
{
    const struct fl_keyword_rule *rule = &keywords->rules[hit->rule];
    return hit->offset > 8 && rule->all.count > 0 && rule->none.count > 0 && rule->near.count > 0;
}

/* `is_traced`: by the third way, which is slow, too. */
static void tag(struct list *list, const struct fl_message *messages, size_t message_count, bool is_traced)
{
    static struct naive_tagger naive;
    const struct fl_tag_hit *hits;
    size_t count, done;
    naive.keywords = &list->keywords;
    naive.fold = fold;
    const size_t wanted_count = naive_run(&naive, messages, message_count);
    static const struct fl_tag_hit none; /* to point at when there are no hits */
    const struct fl_tag_hit *wanted =
        wanted_count == 0 ? &none : (const struct fl_tag_hit *)(const void *)naive.hits.bytes;
    require(fl_tagger_run(list->tagger, messages, message_count, &done, &hits, &count, NULL) == FL_OK);
    require(done == message_count && count == wanted_count);
    for (size_t i = 0; i < count; i++) {
        require(is_same_hit(&hits[i], &wanted[i], wanted[i].message));
        fuzz_canary(is_rare(&list->keywords, &hits[i]));
    }
    size_t at = 0;
    for (size_t i = 0; i < message_count; i++)
        at += require_alone(list, &messages[i], wanted + at, wanted_count - at);
    require(at == wanted_count);
    at = 0;
    for (size_t i = 0; is_traced && i < message_count; i++)
        at += require_traced(list, &messages[i], wanted + at, wanted_count - at);
    require(!is_traced || at == wanted_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fl_message messages[MESSAGES_MAX];
    if (fold == NULL)
        require(fl_fold_create(&fold, NULL) == FL_OK);
    const size_t list_size = strnlen((const char *)data, size);
    if (list_size == size)
        return 0;
    struct list *list = list_of(data, list_size);
    if (list->rules != NULL) {
        const size_t count = split_messages(data + list_size + 1, size - list_size - 1, messages);
        if (count > 0)
            tag(list, messages, count, fuzz_is_chosen(data, size));
    }
    return 0;
}
