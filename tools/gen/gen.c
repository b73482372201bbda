/* gen.c - the whole flow of making up a retailer: its small files, then its log day by day. */
#include "tools/gen/gen.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/civil.h"
#include "formats/base/publish_set.h"
#include "tools/gen/gen_episode.h"
#include "tools/gen/gen_files.h"

/* Keys of the streams that the seed splits into. */
enum { STREAM_CATALOGUE = 1, STREAM_CUSTOMERS = 2, STREAM_STORES = 3 };

/* Streams of one customer and day; gen_customer.c has its own below these. */
enum { STREAM_DAYS = 1000 };

enum { CUSTOMERS_MAX = 1000000000, DAYS_MAX = 36600, PROGRESS_EVERY = 4096 };

/* Episodes a day of a customer of middling activity, in 2^-32: 1 / 50, found by trying, so that a customer
 * has about 50 rows in 400 days. One step of activity is a factor of 7/4: 16 fair coins make a log-normal
 * spread with sigma = ln(7/4) * sqrt(16) / 2 = 1.12. */
#define MIDDLING_CHANCE ((UINT64_C(1) << 32) / 35)

struct retailer {
    const struct gen_plan *plan;
    uint64_t customers_key, stores_key;
    struct gen_types types;
    struct gen_catalogue catalogue;
    uint64_t chances[GEN_ACTIVITIES]; /* episodes a day in 2^-32 */
    struct gen_csv csv;
    struct gen_report report;
};

static void set_chances(uint64_t chances[GEN_ACTIVITIES])
{
    const int middle = GEN_ACTIVITIES / 2;
    chances[middle] = MIDDLING_CHANCE;
    for (int i = middle + 1; i < GEN_ACTIVITIES; i++)
        chances[i] = chances[i - 1] * 7 / 4;
    for (int i = middle - 1; i >= 0; i--)
        chances[i] = chances[i + 1] * 4 / 7;
}

/* How busy a day is, in 1/256: Saturdays, and December with a peak before Christmas. */
static uint64_t rhythm_of(int32_t day)
{
    static const uint8_t of_month[12] = {13, 13, 14, 15, 16, 15, 13, 14, 15, 16, 20, 25}; /* of 16 */
    static const uint8_t of_weekday[7] = {14, 14, 15, 16, 18, 22, 13}; /* of 16, from Monday */
    int year, month, day_of_month;
    fl_day_to_civil(day, &year, &month, &day_of_month);
    const uint64_t peak = month == 12 && day_of_month > 24 ? 10 : 16;
    return (uint64_t)of_month[month - 1] * of_weekday[(day + 3) % 7] * peak /
           16; /* 1970-01-01 was a Thursday */
}

static uint32_t episodes_of(const struct retailer *retailer, const struct gen_life *life, uint64_t rhythm,
                            uint64_t day_bits)
{
    const uint64_t expected = retailer->chances[life->activity] * rhythm >> 8;
    return (uint32_t)(expected >> 32) + ((day_bits >> 32) < (expected & UINT32_MAX));
}

static void play_customer(struct retailer *retailer, const struct gen_life *life, struct gen_scene *scene,
                          uint64_t number, uint32_t episodes, uint64_t day_bits)
{
    scene->who = gen_customer_of(life, number);
    scene->frame.customer = number;
    scene->random = (struct gen_random){gen_mix(day_bits + GEN_ROOT), 0};
    scene->orders = scene->messages = 0;
    scene->rows = 0;
    for (; episodes > 0; episodes--)
        gen_episode_play(scene);
    retailer->report.interactions += scene->rows;
}

static fl_status play_day(struct retailer *retailer, int32_t day, struct fl_error *error)
{
    const struct gen_plan *plan = retailer->plan;
    const uint64_t rhythm = rhythm_of(day);
    const int32_t age = plan->last_day - day;
    const uint64_t done = (uint64_t)(day - (plan->last_day - plan->days + 1)) * plan->customers;
    struct gen_scene scene = {.csv = &retailer->csv, .day = day};
    scene.frame = (struct gen_row_frame){.types = &retailer->types,
                                         .catalogue = &retailer->catalogue,
                                         .text_ids = plan->text_ids,
                                         .week = (day + 3) / 7};
    fl_day_format(day, scene.frame.day_text);
    for (uint64_t number = 1; number <= plan->customers; number++) {
        if (number % PROGRESS_EVERY == 0 &&
            plan->progress(plan->progress_context, retailer->report.interactions, done + number,
                           (uint64_t)plan->days * plan->customers) != 0)
            return fl_fail(error, FL_INTERRUPTED, "stopped while writing interactions");
        const struct gen_life life = gen_life_of(retailer->customers_key, number);
        if (age > life.joined_age || age <= life.left_age)
            continue;
        const uint64_t day_bits = gen_at(life.key, STREAM_DAYS + (uint64_t)day);
        const uint32_t episodes = episodes_of(retailer, &life, rhythm, day_bits);
        if (episodes != 0)
            play_customer(retailer, &life, &scene, number, episodes, day_bits);
    }
    return retailer->csv.status;
}

static fl_status write_interactions(struct retailer *retailer, struct fl_error *error)
{
    const struct gen_plan *plan = retailer->plan;
    gen_csv_text(&retailer->csv, gen_row_header);
    for (int32_t day = plan->last_day - plan->days + 1; day <= plan->last_day; day++) {
        const fl_status status = play_day(retailer, day, error);
        if (status != FL_OK)
            return status;
    }
    return gen_csv_finish(&retailer->csv);
}

/* In the order in which they get their names: who finds the log finds all. */
enum file { FILE_MAPPING, FILE_STORES, FILE_PRODUCTS, FILE_CUSTOMERS, FILE_INTERACTIONS, FILE_COUNT };

static fl_status write_content(struct retailer *retailer, enum file file, struct fl_error *error)
{
    switch (file) {
    case FILE_CUSTOMERS:
        return gen_write_customers(&retailer->csv, retailer->plan, retailer->customers_key);
    case FILE_PRODUCTS:
        return gen_write_products(&retailer->csv, &retailer->catalogue);
    case FILE_STORES:
        return gen_write_stores(&retailer->csv, retailer->stores_key);
    case FILE_MAPPING:
        return gen_write_mapping(&retailer->csv, retailer->plan->text_ids);
    case FILE_INTERACTIONS:
    case FILE_COUNT:
        break;
    }
    return write_interactions(retailer, error);
}

static const char *const file_names[FILE_COUNT] = {"mapping.yaml", "stores.csv", "products.csv",
                                                   "customers.csv", "interactions.csv"};

static fl_status write_file(struct retailer *retailer, enum file file, struct fl_output **output,
                            struct fl_error *error)
{
    const struct gen_plan *plan = retailer->plan;
    fl_status status = fl_output_create(plan->io, plan->out, output, error);
    if (status != FL_OK)
        return status;
    gen_csv_start(&retailer->csv, *output, error);
    status = write_content(retailer, file, error);
    retailer->report.bytes += fl_output_size(*output);
    /* Somebody's real files may have the same names, which is better said before the log, the largest one. */
    bool same;
    return status == FL_OK ? fl_output_look_at_name(*output, file_names[file], &same, error) : status;
}

static fl_status check_plan(const struct gen_plan *plan, struct fl_error *error)
{
    if (plan->customers < 1 || plan->customers > CUSTOMERS_MAX)
        return fl_fail(error, FL_USAGE, "gen: %llu customers, at least 1 and at most %d are possible",
                       (unsigned long long)plan->customers, CUSTOMERS_MAX);
    if (plan->days < 1 || plan->days > DAYS_MAX)
        return fl_fail(error, FL_USAGE, "gen: %d days, at least 1 and at most %d are possible", plan->days,
                       DAYS_MAX);
    if (plan->last_day - plan->days + 1 < 0)
        return fl_fail(error, FL_USAGE, "gen: the log would start before 1970-01-01");
    return FL_OK;
}

/* All get their names at the end. */
static fl_status write_files(struct retailer *retailer, struct fl_error *error)
{
    const struct gen_plan *plan = retailer->plan;
    struct fl_output *outputs[FILE_COUNT] = {NULL};
    fl_status status = fl_directory_ensure(plan->io, plan->out, error);
    if (status == FL_OK)
        status = fl_directory_sweep(plan->io, plan->out, FL_TEMPORARY_PREFIX, error);
    for (enum file file = 0; status == FL_OK && file < FILE_COUNT; file++)
        status = write_file(retailer, file, &outputs[file], error);
    if (status == FL_OK)
        return fl_publish_set(plan->io, plan->out, outputs, file_names, FILE_COUNT, error);
    for (enum file file = 0; file < FILE_COUNT; file++)
        fl_output_abort(outputs[file]);
    return status;
}

fl_status gen_retailer(const struct gen_plan *plan, struct gen_report *report, struct fl_error *error)
{
    fl_status status = check_plan(plan, error);
    if (status != FL_OK)
        return status;
    struct retailer *retailer = calloc(1, sizeof *retailer);
    if (retailer == NULL)
        return fl_fail_memory(error, sizeof *retailer);
    const uint64_t seed_key = gen_mix(plan->seed + GEN_ROOT);
    retailer->plan = plan;
    retailer->customers_key = gen_at(seed_key, STREAM_CUSTOMERS);
    retailer->stores_key = gen_at(seed_key, STREAM_STORES);
    retailer->report.customers = plan->customers;
    retailer->report.products = GEN_PRODUCTS;
    gen_types_prepare(&retailer->types);
    gen_catalogue_prepare(&retailer->catalogue, gen_at(seed_key, STREAM_CATALOGUE));
    set_chances(retailer->chances);
    status = write_files(retailer, error);
    if (status == FL_OK)
        *report = retailer->report;
    free(retailer);
    return status;
}
