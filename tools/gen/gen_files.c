/* gen_files.c - the small files of a made-up retailer, beside its log. */
#include "tools/gen/gen_files.h"

#include "formats/base/civil.h"
#include "tools/gen/gen_customer.h"
#include "tools/gen/gen_row.h"

enum { PROGRESS_EVERY = 4096 };

fl_status gen_write_products(struct gen_csv *csv, const struct gen_catalogue *catalogue)
{
    gen_csv_text(csv, "product,brand,category\n");
    for (uint64_t i = 0; i < GEN_PRODUCTS; i++) {
        gen_csv_line(csv);
        gen_csv_char(csv, 'P');
        gen_csv_digits(csv, i + 1, 5);
        gen_csv_char(csv, ',');
        gen_csv_text(csv, catalogue->brands[catalogue->products[i].brand]);
        gen_csv_char(csv, ',');
        gen_csv_text(csv, catalogue->categories[catalogue->products[i].category]);
        gen_csv_char(csv, '\n');
    }
    return gen_csv_finish(csv);
}

static void write_field(struct gen_csv *csv, const char *text)
{
    gen_csv_char(csv, ',');
    gen_csv_text(csv, text);
}

static void write_location(struct gen_csv *csv, const struct gen_profile *profile)
{
    if (!profile->located) { /* somebody measured it once, by car */
        gen_csv_text(csv, ",,,");
        gen_csv_number(csv, (uint64_t)profile->store_distance_m);
        return;
    }
    gen_csv_char(csv, ',');
    gen_csv_decimal(csv, profile->latitude_micro, 6);
    gen_csv_char(csv, ',');
    gen_csv_decimal(csv, profile->longitude_micro, 6);
    gen_csv_char(csv, ',');
}

static void write_customer(struct gen_csv *csv, const struct gen_customer *customer, bool text_ids,
                           int32_t first_contact)
{
    const struct gen_profile profile = gen_profile_of(customer);
    char day_text[11];
    fl_day_format(first_contact, day_text);
    gen_csv_line(csv);
    gen_csv_customer(csv, customer->number, text_ids);
    gen_csv_char(csv, ',');
    if (profile.birth_year != 0)
        gen_csv_number(csv, (uint64_t)profile.birth_year);
    write_field(csv, profile.age_band);
    write_field(csv, profile.life_stage);
    write_field(csv, profile.country);
    write_field(csv, profile.region);
    write_field(csv, profile.urbanity);
    write_location(csv, &profile);
    write_field(csv, day_text);
    gen_csv_char(csv, '\n');
}

fl_status gen_write_customers(struct gen_csv *csv, const struct gen_plan *plan, uint64_t customers_key)
{
    gen_csv_text(csv, "customer,birth_year,age_band,life_stage,country,region,urbanity,latitude,longitude,"
                      "store_distance_m,first_contact\n");
    for (uint64_t number = 1; number <= plan->customers; number++) {
        const struct gen_life life = gen_life_of(customers_key, number);
        const struct gen_customer customer = gen_customer_of(&life, number);
        write_customer(csv, &customer, plan->text_ids, plan->last_day - life.joined_age);
        if (number % PROGRESS_EVERY == 0 &&
            plan->progress(plan->progress_context, 0, number, plan->customers) != 0)
            return fl_fail(csv->error, FL_INTERRUPTED, "stopped while writing customers");
    }
    return gen_csv_finish(csv);
}

fl_status gen_write_stores(struct gen_csv *csv, uint64_t stores_key)
{
    gen_csv_text(csv, "store,latitude,longitude,country,region\n");
    for (uint32_t number = 0; number < GEN_STORES; number++) {
        const struct gen_store store = gen_store_of(stores_key, number);
        gen_csv_line(csv);
        gen_csv_char(csv, 'S');
        gen_csv_digits(csv, number + 1, 3);
        gen_csv_char(csv, ',');
        gen_csv_decimal(csv, store.latitude_micro, 6);
        gen_csv_char(csv, ',');
        gen_csv_decimal(csv, store.longitude_micro, 6);
        write_field(csv, store.country);
        write_field(csv, store.region);
        gen_csv_char(csv, '\n');
    }
    return gen_csv_finish(csv);
}

fl_status gen_write_mapping(struct gen_csv *csv, bool text_ids)
{
    static const char *const columns[] = {"customer", "time",     "type",    "brand",    "category",
                                          "product",  "content",  "agent",   "channel",  "store",
                                          "order",    "quantity", "amount",  "discount", "margin",
                                          "currency", "speaker",  "message", "text"};
    gen_csv_text(
        csv,
        "# How interactions.csv becomes rows of the data folder. The headers are our own names already; a\n"
        "# foreign file would name its headers on the right.\n"
        "table: interactions\n"
        "zone: Europe/Amsterdam # the times are local times of the shops\n"
        "ids: ");
    gen_csv_text(csv, text_ids ? "text" : "integer");
    gen_csv_text(csv, "\ncolumns:\n");
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        gen_csv_text(csv, "  ");
        gen_csv_text(csv, columns[i]);
        gen_csv_text(csv, ": ");
        gen_csv_text(csv, columns[i]);
        gen_csv_char(csv, '\n');
    }
    return gen_csv_finish(csv);
}
