/* tag_workers_test.c - tags, hits and what customers have of them, the same from any number of threads.
 *
 * Random messages of some hundred customers lie in files of small blocks. Three nights, with all that
 * customers have, are made by one thread in one go, then by up to eight in ranges of a few blocks: what comes
 * out, night by night and kind by kind, is written down as text and must be equal to the byte. The sums that
 * customers' rows tell are those of their tags. Tags alone must be the same tags. A customer lies in many
 * blocks, so its rows come in pieces; some have no message, some no row in a night. */
#include "tests/unit/engine_fixture.h"

#include "engine/stages.h"
#include "engine/workers.h"
#include "formats/table/table_writer.h"

enum { ROWS = 12000, CUSTOMERS = 500, FILES_MAX = 3, NIGHTS = 3, AS_OF = 20454 };

static const char rules_csv[] = "tag,any,near,hits,days,expiry_days,priority,points\n"
                                "late,late|delay*,,2,9,20,5,3.25\n"
                                "angry,bad,late near/3 parcel,1,1,9,9,-2.5\n"
                                "price,price,,,,40,,1\n";
static const char *const texts[] = {"my parcel is late, late", "delayed again", "bad price", "hello", ""};
enum { TEXTS = sizeof texts / sizeof texts[0] };

struct row {
    int64_t customer;
    int32_t day;
    uint8_t type, text;
    uint32_t message;
};
static struct row rows[ROWS];
static struct fl_model *model;
static struct fl_data_file files[FILES_MAX];
static char names[FILES_MAX][256];
static struct fl_data_folder folder;

static int compare_rows(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->customer != y->customer)
        return x->customer < y->customer ? -1 : 1;
    if (x->day != y->day)
        return x->day - y->day;
    return x->type == y->type ? (int)x->message - (int)y->message : (int)x->type - (int)y->type;
}

static int make_rows(void **state)
{
    uint64_t random = 3;
    assert_int_equal(fixture_open(state), 0);
    model = default_model();
    fl_keywords_release(&model->keywords);
    assert_int_equal(fl_keywords_read(rules_csv, sizeof rules_csv - 1, "keywords.csv", model->fold, false,
                                      &model->keywords, NULL),
                     FL_OK);
    for (uint32_t i = 0; i < ROWS; i++)
        rows[i] = (struct row){.customer = (int64_t)(next_random(&random) % CUSTOMERS) - 50,
                               .day = AS_OF + 2 - (int32_t)(next_random(&random) % 90),
                               .type = type_of(model, i % 3 == 0 ? "web_visit" : "chat_customer_message"),
                               .text = (uint8_t)(i % 3 == 0 ? TEXTS - 1 : next_random(&random) % TEXTS),
                               .message = i};
    for (size_t i = 0; i < ROWS / 6; i++)
        rows[i].customer = 200; /* one customer of many blocks */
    for (size_t i = ROWS / 6; i < ROWS / 6 + 20; i++)
        rows[i] =
            (struct row){.customer = 1000, .day = AS_OF, .type = rows[1].type}; /* of the last night alone */
    qsort(rows, ROWS, sizeof *rows, compare_rows);
    return 0;
}

static int free_rows(void **state)
{
    fl_model_free(model);
    return fixture_close(state);
}

static void write_file(size_t index, size_t step)
{
    static const uint16_t ids[] = {FL_INTERACTIONS_CUSTOMER, FL_INTERACTIONS_DAY, FL_INTERACTIONS_TYPE,
                                   FL_INTERACTIONS_MESSAGE, FL_INTERACTIONS_TEXT};
    const struct fl_table_plan plan = {
        .schema = fl_schema_by_name("interactions"), .column_ids = ids, .column_count = 5, .block_rows = 60};
    struct fl_table_writer *writer = NULL;
    struct fl_table_summary summary;
    char stem[32];
    static char table[] = "interactions";
    (void)snprintf(stem, sizeof stem, "f%zu", index);
    assert_int_equal(fl_table_writer_create(&fl_io_system, fixture_folder, &plan, &writer, NULL), FL_OK);
    for (size_t i = index; i < ROWS; i += step) {
        char id[16];
        const struct fl_text text = fl_text_of(texts[rows[i].text]);
        const uint8_t no_text = text.size == 0;
        (void)snprintf(id, sizeof id, "m%u", rows[i].message);
        const struct fl_text message = fl_text_of(id);
        const struct fl_column_values values[] = {{.as.i64 = &rows[i].customer},
                                                  {.as.i32 = &rows[i].day},
                                                  {.as.u8 = &rows[i].type},
                                                  {.as.texts = &message},
                                                  {.as.texts = &text, .nulls = &no_text}};
        assert_int_equal(fl_table_writer_append(writer, values, 1, NULL), FL_OK);
    }
    assert_int_equal(fl_table_writer_finish(writer, stem, NULL, names[index], &summary, NULL), FL_OK);
    files[index] = (struct fl_data_file){.name = names[index],
                                         .table = table,
                                         .rows = summary.rows,
                                         .customer_min = summary.customer_min,
                                         .customer_max = summary.customer_max};
}

static void write_files(size_t count)
{
    for (size_t i = 0; i < count; i++)
        write_file(i, count);
    folder = (struct fl_data_folder){
        .io = &fl_io_system, .path = fixture_folder, .files = files, .file_count = count};
}

/* ---- what comes out ---- */

enum { KINDS = 3 }; /* customers, tags, hits */
struct outcome {
    struct fl_buffer told[NIGHTS][KINDS];
    int64_t row_points, tag_count; /* of all customers' rows */
    uint64_t messages;
};

static void tell_customers(const struct fl_results *results, struct outcome *outcome)
{
    struct fl_buffer *told = &outcome->told[results->night][0];
    assert_non_null(results->tag_summaries);
    for (size_t i = 0; i < results->count; i++) {
        const struct fl_tag_summary *summary = &results->tag_summaries[i];
        char line[200];
        (void)snprintf(line, sizeof line,
                       "%lld raw %lld net %lld points %lld:", (long long)results->customers[i],
                       (long long)results->scores[i].raw, (long long)results->facts[i].net_24m,
                       (long long)summary->points);
        append_text(told, line);
        for (size_t tag = 0; tag < summary->count; tag++) {
            (void)snprintf(line, sizeof line, " %u", results->tag_numbers[summary->from + tag]);
            append_text(told, line);
        }
        append_text(told, "\n");
        outcome->row_points += summary->points;
        outcome->tag_count += (int64_t)summary->count;
    }
}

static void tell_tags(const struct fl_results *results, struct fl_buffer *told)
{
    for (size_t i = 0; i < results->count; i++) {
        const struct fl_customer_tag *tag = &results->tags[i];
        char line[200];
        assert_true(tag->on);
        (void)snprintf(line, sizeof line, "%lld %u %d..%d %d hits %llu points %lld at %.*s %u\n",
                       (long long)tag->customer, tag->tag, tag->since, tag->last, tag->expires,
                       (unsigned long long)tag->hits,
                       (long long)(tag->points_positive + tag->points_negative), (int)tag->first.message.size,
                       tag->first.message.bytes, tag->first.offset);
        append_text(told, line);
    }
}

static void tell_hits(const struct fl_results *results, struct fl_buffer *told)
{
    for (size_t i = 0; i < results->count; i++) {
        const struct fl_message_hit *hit = &results->hits[i];
        char line[200];
        (void)snprintf(line, sizeof line, "%lld %d %u %.*s %u %u %u %u\n", (long long)hit->customer, hit->day,
                       hit->type, (int)hit->message.size, hit->message.bytes, hit->tag, hit->rule,
                       hit->offset, hit->size);
        append_text(told, line);
    }
}

static fl_status tell(void *context, const struct fl_results *results, struct fl_error *error)
{
    struct outcome *outcome = context;
    (void)error;
    if (results->tags != NULL)
        tell_tags(results, &outcome->told[results->night][1]);
    else if (results->hits != NULL)
        tell_hits(results, &outcome->told[results->night][2]);
    else
        tell_customers(results, outcome);
    return FL_OK;
}

static void make(unsigned threads, uint32_t range_rows, bool tags_only, struct outcome *outcome)
{
    const struct fl_stages_plan plan = {.io = &fl_io_system,
                                        .io_mode = FL_IO_COPY,
                                        .model = model,
                                        .folder = &folder,
                                        .as_of_day = AS_OF,
                                        .night_count = NIGHTS,
                                        .view = FL_VIEW_KNOWN_THEN,
                                        .has_facts = !tags_only,
                                        .wants_hits = true,
                                        .tags_only = tags_only,
                                        .memory_bytes = UINT64_C(1) << 32};
    struct fl_stages stages = {0};
    struct fl_workers *workers = NULL;
    struct fl_run_counts counts[NIGHTS];
    assert_int_equal(fl_stages_open(&stages, &plan, NULL), FL_OK);
    struct fl_range_scorer_plan scorer_plan = fl_stages_scorer_plan(&stages);
    scorer_plan.range_rows = range_rows;
    assert_int_equal(fl_workers_open(&scorer_plan, threads, &workers, NULL), FL_OK);
    assert_int_equal(fl_workers_run(workers, tell, outcome, counts, NULL), FL_OK);
    outcome->messages = fl_workers_messages(workers).messages;
    for (size_t night = 0; night < NIGHTS; night++)
        assert_int_equal(counts[night].rows_in, tags_only ? 0 : ROWS);
    fl_workers_close(workers);
    fl_stages_release(&stages);
}

static void release(struct outcome *outcome)
{
    for (size_t night = 0; night < NIGHTS; night++) {
        for (int kind = 0; kind < KINDS; kind++)
            fl_buffer_release(&outcome->told[night][kind]);
    }
}

static void assert_same(const struct outcome *a, const struct outcome *b, int first_kind)
{
    assert_int_equal(a->messages, b->messages);
    for (size_t night = 0; night < NIGHTS; night++) {
        for (int kind = first_kind; kind < KINDS; kind++) {
            assert_int_equal(a->told[night][kind].size, b->told[night][kind].size);
            assert_memory_equal(a->told[night][kind].bytes, b->told[night][kind].bytes,
                                a->told[night][kind].size);
        }
    }
}

static void check_threads(const struct outcome *one)
{
    static const unsigned thread_counts[] = {1, 2, 3, 8};
    static const uint32_t ranges[] = {1, 2000};
    for (size_t i = 0; i < sizeof thread_counts / sizeof thread_counts[0]; i++) {
        for (size_t k = 0; k < sizeof ranges / sizeof ranges[0]; k++) {
            struct outcome many = {0}, alone = {0};
            make(thread_counts[i], ranges[k], false, &many);
            assert_same(one, &many, 0);
            make(thread_counts[i], ranges[k], true, &alone);
            assert_same(one, &alone, 1);
            release(&many);
            release(&alone);
        }
    }
}

static size_t count_lines(const struct fl_buffer *text)
{
    size_t lines = 0;
    for (size_t i = 0; i < text->size; i++)
        lines += text->bytes[i] == '\n';
    return lines;
}

static void test_same_tags(void **state)
{
    (void)state;
    struct outcome one = {0}, split = {0};
    size_t tags = 0;
    write_files(1);
    make(1, UINT32_MAX, false, &one);
    for (size_t night = 0; night < NIGHTS; night++) {
        tags += count_lines(&one.told[night][1]);
        assert_true(count_lines(&one.told[night][2]) > 1000);
    }
    /* Every tag that is on is in a customer's row: all of them have rows. */
    assert_int_equal(one.tag_count, tags);
    assert_true(tags > 1000 && one.row_points > 0);
    check_threads(&one);
    write_files(FILES_MAX);
    make(1, UINT32_MAX, false, &split);
    assert_same(&one, &split, 0);
    check_threads(&one);
    release(&one);
    release(&split);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_tags)};
    return cmocka_run_group_tests(tests, make_rows, free_rows);
}
