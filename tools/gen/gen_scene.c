/* gen_scene.c - things happening to one customer on one day: each becomes a row. */
#include "tools/gen/gen_scene.h"

#include <string.h>

#include "tools/gen/gen_chat.h"

enum {
    LAST_SECOND = 86399,
    CONTENT_VARIANTS = 6,
    MESSAGES_A_DAY = 10000,
    ORDERS_A_DAY = 100,
    DAYS_MAX = 100000
};

void gen_scene_wait(struct gen_scene *scene, uint32_t seconds)
{
    scene->second += (int32_t)(1 + gen_below(&scene->random, seconds));
    if (scene->second > LAST_SECOND)
        scene->second = LAST_SECOND;
}

/* Mostly of a favourite department, popular things more often. */
int32_t gen_scene_product(struct gen_scene *scene)
{
    const uint32_t choice = gen_below(&scene->random, 6);
    const uint32_t department = choice < GEN_FAVOURITES ? scene->who.departments[choice]
                                                        : gen_skewed(&scene->random, GEN_DEPARTMENTS);
    return (int32_t)(department * GEN_PRODUCTS_EACH + gen_skewed(&scene->random, GEN_PRODUCTS_EACH));
}

static void write_row(struct gen_scene *scene, const struct gen_row *row)
{
    gen_row_write(scene->csv, &scene->frame, row);
    scene->rows++;
}

/* Half of the rows leave brand and category to the products table. */
static void set_product(struct gen_scene *scene, struct gen_row *row, int32_t product)
{
    row->product = product;
    row->brand = row->category = GEN_NONE;
    if (gen_percent(&scene->random, 50))
        return;
    row->brand = scene->frame.catalogue->products[product].brand;
    row->category = scene->frame.catalogue->products[product].category;
}

static uint64_t new_order(struct gen_scene *scene)
{
    scene->orders++;
    return (scene->who.number * DAYS_MAX + (uint64_t)(scene->day % DAYS_MAX)) * ORDERS_A_DAY +
           scene->orders % ORDERS_A_DAY;
}

static int64_t draw_quantity_milli(struct gen_scene *scene, const struct gen_product *product)
{
    if (product->by_weight)
        return 200 + gen_below(&scene->random, 1800);
    return gen_percent(&scene->random, 80) ? 1000 : 2000 + 1000 * (int64_t)gen_below(&scene->random, 3);
}

static void set_sale(struct gen_scene *scene, struct gen_row *row, uint32_t discount_percent)
{
    const struct gen_product *product = &scene->frame.catalogue->products[row->product];
    row->quantity_milli = draw_quantity_milli(scene, product);
    const int64_t gross = product->price_cents * row->quantity_milli / 1000;
    row->discount_cents = gross * discount_percent / 100;
    row->amount_cents = gross - row->discount_cents;
    row->margin_cents = row->amount_cents * (8 + gen_below(&scene->random, 35)) / 100;
}

/* Lines of one order: one for each product, which all differ. */
static void write_basket(struct gen_scene *scene, struct gen_row *row, int32_t first_product)
{
    const uint32_t lines = 1 + gen_skewed(&scene->random, GEN_BASKET_LINES_MAX);
    const uint32_t discount_percent =
        gen_percent(&scene->random, 25) ? 5 * (1 + gen_below(&scene->random, 6)) : 0;
    int32_t bought[GEN_BASKET_LINES_MAX];
    uint32_t count = 0;
    row->order = new_order(scene);
    for (uint32_t line = 0; line < lines; line++) {
        const int32_t product = line == 0 ? first_product : gen_scene_product(scene);
        bool again = false;
        for (uint32_t i = 0; i < count; i++)
            again = again || bought[i] == product;
        if (again)
            continue;
        bought[count++] = product;
        set_product(scene, row, product);
        set_sale(scene, row, discount_percent);
        write_row(scene, row);
    }
}

static void set_message(struct gen_scene *scene, struct gen_row *row, char text[GEN_CHAT_SIZE_MAX])
{
    const struct gen_product *product = &scene->frame.catalogue->products[gen_scene_product(scene)];
    const struct gen_chat_slots slots = {scene->frame.catalogue->brands[product->brand],
                                         scene->frame.catalogue->categories[product->category],
                                         scene->who.number * DAYS_MAX + gen_below(&scene->random, DAYS_MAX)};
    const bool by_agent = strcmp(row->speaker, "agent") == 0;
    row->text = text;
    row->text_size = gen_chat_write(scene->who.language, by_agent, gen_next(&scene->random), &slots, text);
    row->message = (uint64_t)scene->day * MESSAGES_A_DAY + scene->messages++ % MESSAGES_A_DAY;
}

static const char *channel_of(struct gen_scene *scene, const struct gen_type_facts *facts)
{
    static const char *const any[] = {"web", "shop", "call_centre"};
    return strcmp(facts->channel, "any") == 0 ? any[gen_below(&scene->random, 3)] : facts->channel;
}

static int32_t draw_store(struct gen_scene *scene)
{
    return (int32_t)(gen_percent(&scene->random, 80) ? scene->who.home_store
                                                     : gen_below(&scene->random, GEN_STORES));
}

/* What is not about products, money or words. */
static struct gen_row plain_row(struct gen_scene *scene, enum gen_type type)
{
    const struct gen_type_facts *facts = &scene->frame.types->facts[type];
    return (struct gen_row){
        .type = type,
        .second = scene->second,
        .product = GEN_NONE,
        .brand = GEN_NONE,
        .category = GEN_NONE,
        .agent = facts->agent ? scene->agent : GEN_NONE,
        .store = facts->store ? draw_store(scene) : GEN_NONE,
        .content = facts->content ? (int32_t)gen_skewed(&scene->random, CONTENT_VARIANTS) : GEN_NONE,
        .channel = channel_of(scene, facts),
        .amount_cents = GEN_NONE,
    };
}

/* Contents and the like are often about the favourite brand, searches about a category. */
static void set_interest(struct gen_scene *scene, struct gen_row *row, const struct gen_type_facts *facts)
{
    if (facts->category)
        row->category = scene->frame.catalogue->products[gen_scene_product(scene)].category;
    if (facts->content && gen_percent(&scene->random, 30))
        row->brand = (int32_t)scene->who.brand;
}

void gen_scene_happen(struct gen_scene *scene, enum gen_type type, int32_t product)
{
    const struct gen_type_facts *facts = &scene->frame.types->facts[type];
    struct gen_row row = plain_row(scene, type);
    gen_scene_wait(scene, 150);
    if (facts->product && product == GEN_NONE)
        product = gen_scene_product(scene);
    if (facts->money == GEN_MONEY_BASKET) {
        write_basket(scene, &row, product);
        return;
    }
    if (facts->product)
        set_product(scene, &row, product);
    else
        set_interest(scene, &row, facts);
    if (facts->money == GEN_MONEY_RETURN) {
        row.order = new_order(scene);
        set_sale(scene, &row, 0);
    }
    if (facts->money == GEN_MONEY_AMOUNT)
        row.amount_cents = 500 * (1 + (int64_t)gen_skewed(&scene->random, 40));
    char text[GEN_CHAT_SIZE_MAX];
    row.speaker = facts->speaker;
    if (row.speaker != NULL)
        set_message(scene, &row, text);
    write_row(scene, &row);
}
