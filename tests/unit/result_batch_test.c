/* result_batch_test.c - results that wait come out as they went in, whatever room there was.
 *
 * Random results of all kinds and several nights go through batches: kept as far as there is room, handed on
 * when there is none, as a worker does. What a result points to is overwritten in between. Per kind and night
 * the results must come out in the order in which they went in; enough of each kind goes in to fill each
 * list. */
#include "tests/unit/engine_fixture.h"

#include "engine/result_batch.h"

enum { NIGHTS = 3 };

/* Of one night: what came out. */
struct heard {
    size_t customers, brands, tags, hits, numbers;
};
static struct heard heard[NIGHTS];

/* The index-th customer of a night has so many tags, each with a number of its own. */
static size_t tags_of(size_t index)
{
    return index % 1000 == 5 ? 3000 : index % 3;
}

static fl_status hear_tags(struct heard *night, const struct fl_results *results)
{
    char id[32];
    for (size_t i = 0; i < results->count; i++, night->tags++) {
        const struct fl_customer_tag *tag = &results->tags[i];
        snprintf(id, sizeof id, "m%zu", night->tags);
        assert_int_equal(tag->customer, night->tags);
        assert_int_equal(tag->has_evidence, night->tags % 4 != 0);
        if (tag->has_evidence)
            assert_true(fl_text_equal(tag->first.message, fl_text_of(id)));
    }
    return FL_OK;
}

static fl_status hear_hits(struct heard *night, const struct fl_results *results)
{
    for (size_t i = 0; i < results->count; i++, night->hits++) {
        const struct fl_message_hit *hit = &results->hits[i];
        assert_int_equal(hit->offset, night->hits);
        assert_int_equal(hit->message.size, night->hits % 100);
        for (size_t byte = 0; byte < hit->message.size; byte++)
            assert_int_equal(hit->message.bytes[byte], 'a' + (char)(night->hits % 26));
    }
    return FL_OK;
}

static void hear_customer(struct heard *night, const struct fl_results *results, size_t i)
{
    const struct fl_tag_summary *summary = &results->tag_summaries[i];
    assert_int_equal(results->customers[i], night->customers);
    assert_int_equal(results->scores[i].raw, 7 * night->customers);
    assert_int_equal(results->facts[i].net_24m, 3 * night->customers);
    assert_int_equal(summary->points, night->customers);
    assert_int_equal(summary->count, tags_of(night->customers++));
    for (size_t tag = 0; tag < summary->count; tag++)
        assert_int_equal(results->tag_numbers[summary->from + tag], night->numbers++);
}

static fl_status hear(void *context, const struct fl_results *results, struct fl_error *error)
{
    (void)context;
    (void)error;
    struct heard *night = &heard[results->night];
    assert_true(results->count > 0);
    if ((unsigned)results->scope == FL_RESULT_TAGS)
        return hear_tags(night, results);
    if ((unsigned)results->scope == FL_RESULT_HITS)
        return hear_hits(night, results);
    for (size_t i = 0; i < results->count; i++) {
        if (results->scope == FL_SCOPE_CUSTOMER) {
            hear_customer(night, results, i);
            continue;
        }
        assert_null(results->facts);
        assert_null(results->tag_summaries);
        assert_int_equal(results->words[i], night->brands++);
    }
    return FL_OK;
}

/* As a worker does, that becomes the head when its batch is full. */
static void put(struct fl_result_batch *batch, const struct fl_results *results)
{
    struct fl_results left = *results;
    fl_results_pass(&left, fl_result_batch_keep(batch, results));
    if (left.count == 0)
        return;
    assert_int_equal(fl_result_batch_sink(batch, hear, NULL, NULL), FL_OK);
    assert_int_equal(hear(NULL, &left, NULL), FL_OK);
}

enum { AT_ONCE = 100 };

static void put_customers(struct fl_result_batch *batch, size_t night, struct heard *told)
{
    static struct fl_scope_score scores[AT_ONCE];
    static struct fl_customer_facts facts[AT_ONCE];
    static uint32_t numbers[AT_ONCE * 3000];
    struct fl_tag_summary summaries[AT_ONCE];
    int64_t customers[AT_ONCE];
    size_t listed = 0;
    for (size_t i = 0; i < AT_ONCE; i++, told->customers++) {
        customers[i] = (int64_t)told->customers;
        scores[i].raw = 7 * customers[i];
        facts[i].net_24m = 3 * customers[i];
        summaries[i] = (struct fl_tag_summary){customers[i], listed, tags_of(told->customers)};
        for (size_t tag = 0; tag < summaries[i].count; tag++)
            numbers[listed++] = (uint32_t)told->numbers++;
    }
    const struct fl_results results = {.night = night,
                                       .customers = customers,
                                       .scores = scores,
                                       .facts = facts,
                                       .tag_summaries = summaries,
                                       .tag_numbers = numbers,
                                       .count = AT_ONCE};
    put(batch, &results);
}

static void put_brands(struct fl_result_batch *batch, size_t night, struct heard *told)
{
    static struct fl_scope_score scores[AT_ONCE];
    int64_t customers[AT_ONCE] = {0};
    uint32_t words[AT_ONCE];
    for (size_t i = 0; i < AT_ONCE; i++)
        words[i] = (uint32_t)told->brands++;
    const struct fl_results results = {.night = night,
                                       .scope = FL_SCOPE_BRAND,
                                       .customers = customers,
                                       .words = words,
                                       .scores = scores,
                                       .count = AT_ONCE};
    put(batch, &results);
}

static void put_tags(struct fl_result_batch *batch, size_t night, struct heard *told)
{
    struct fl_customer_tag tags[AT_ONCE];
    char ids[AT_ONCE][32];
    for (size_t i = 0; i < AT_ONCE; i++, told->tags++) {
        const bool has = told->tags % 4 != 0;
        snprintf(ids[i], sizeof ids[i], "m%zu", told->tags);
        tags[i] = (struct fl_customer_tag){.customer = (int64_t)told->tags, .on = true, .has_evidence = has};
        if (has)
            tags[i].first.message = fl_text_of(ids[i]);
    }
    const struct fl_results results = {
        .night = night, .scope = (enum fl_scope)FL_RESULT_TAGS, .tags = tags, .count = AT_ONCE};
    put(batch, &results);
    memset(ids, 'x', sizeof ids);
}

static void put_hits(struct fl_result_batch *batch, size_t night, struct heard *told)
{
    struct fl_message_hit hits[AT_ONCE];
    char ids[AT_ONCE][100];
    for (size_t i = 0; i < AT_ONCE; i++, told->hits++) {
        memset(ids[i], 'a' + (char)(told->hits % 26), sizeof ids[i]);
        hits[i] =
            (struct fl_message_hit){.offset = (uint32_t)told->hits, .message = {ids[i], told->hits % 100}};
    }
    const struct fl_results results = {
        .night = night, .scope = (enum fl_scope)FL_RESULT_HITS, .hits = hits, .count = AT_ONCE};
    put(batch, &results);
    memset(ids, 'x', sizeof ids);
}

static void test_order(void **state)
{
    (void)state;
    const struct fl_result_batch_plan plan = {.facts = true, .tags = true, .hits = true};
    struct fl_result_batch *batch = fl_result_batch_create(&plan);
    struct heard told[NIGHTS] = {0};
    uint64_t random = 1;
    assert_non_null(batch);
    memset(heard, 0, sizeof heard);
    for (int i = 0; i < 6000; i++) {
        const size_t night = next_random(&random) % NIGHTS;
        switch (next_random(&random) % 4) {
        case 0:
            put_customers(batch, night, &told[night]);
            break;
        case 1:
            put_brands(batch, night, &told[night]);
            break;
        case 2:
            put_tags(batch, night, &told[night]);
            break;
        default:
            put_hits(batch, night, &told[night]);
        }
        /* Now and then all of it goes, as at the end of a range. */
        if (next_random(&random) % 1000 == 0)
            assert_int_equal(fl_result_batch_sink(batch, hear, NULL, NULL), FL_OK);
    }
    assert_int_equal(fl_result_batch_sink(batch, hear, NULL, NULL), FL_OK);
    assert_memory_equal(heard, told, sizeof told);
    fl_result_batch_free(batch);
}

static void test_what_is_not_wanted_takes_nothing(void **state)
{
    (void)state;
    const struct fl_result_batch_plan none = {0},
                                      all = {.many = true, .facts = true, .tags = true, .hits = true};
    struct fl_result_batch *batch = fl_result_batch_create(&none);
    assert_non_null(batch);
    assert_int_equal(fl_result_batch_sink(batch, hear, NULL, NULL), FL_OK); /* empty: nobody is called */
    fl_result_batch_free(batch);
    assert_true(fl_result_batch_memory(&none) < 8u << 20);
    assert_true(fl_result_batch_memory(&all) > fl_result_batch_memory(&none));
    fl_result_batch_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order),
                                       cmocka_unit_test(test_what_is_not_wanted_takes_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
