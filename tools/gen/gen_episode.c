/* gen_episode.c - what customers do in one go: look around and buy, answer a mail, talk to somebody. */
#include "tools/gen/gen_episode.h"

struct choice {
    enum gen_type type;
    uint32_t percent;
};

/* One of the choices, whose percents add up to 100. */
static enum gen_type choose(struct gen_scene *scene, const struct choice *choices)
{
    uint32_t left = gen_below(&scene->random, 100);
    while (left >= choices->percent) {
        left -= choices->percent;
        choices++;
    }
    return choices->type;
}

static void happen(struct gen_scene *scene, enum gen_type type)
{
    gen_scene_happen(scene, type, GEN_NONE);
}

static void maybe(struct gen_scene *scene, uint32_t percent, enum gen_type type)
{
    if (gen_percent(&scene->random, percent))
        happen(scene, type);
}

static void look_around_web(struct gen_scene *scene)
{
    static const struct choice steps[] = {
        {GEN_TYPE_web_product_view, 44}, {GEN_TYPE_web_category_browse, 20},
        {GEN_TYPE_web_site_search, 12},  {GEN_TYPE_web_review_read, 7},
        {GEN_TYPE_web_wishlist_add, 4},  {GEN_TYPE_web_product_compare, 3},
        {GEN_TYPE_web_guide_read, 3},    {GEN_TYPE_web_store_stock_check, 3},
        {GEN_TYPE_web_video_watched, 2}, {GEN_TYPE_web_configurator_done, 1},
        {GEN_TYPE_web_alert_set, 1}};
    happen(scene, GEN_TYPE_web_visit);
    for (uint32_t left = gen_skewed(&scene->random, 10); left > 0; left--)
        happen(scene, choose(scene, steps));
}

static void buy_web(struct gen_scene *scene)
{
    const int32_t product = gen_scene_product(scene);
    gen_scene_happen(scene, GEN_TYPE_web_cart_add, product);
    maybe(scene, 15, GEN_TYPE_web_cart_remove);
    if (!gen_percent(&scene->random, 55))
        return;
    gen_scene_happen(scene, GEN_TYPE_web_checkout_start, product);
    maybe(scene, 4, GEN_TYPE_payment_failed);
    if (!gen_percent(&scene->random, 70))
        return;
    gen_scene_happen(scene, GEN_TYPE_purchase_web, product);
    maybe(scene, 60, GEN_TYPE_email_service_sent);
    maybe(scene, 30, GEN_TYPE_order_tracking_viewed);
}

static void web_session(struct gen_scene *scene)
{
    look_around_web(scene);
    if (gen_percent(&scene->random, 30))
        buy_web(scene);
}

static void app_session(struct gen_scene *scene)
{
    static const struct choice steps[] = {{GEN_TYPE_app_product_view, 72},
                                          {GEN_TYPE_app_wishlist_add, 8},
                                          {GEN_TYPE_app_coupon_activated, 8},
                                          {GEN_TYPE_app_shelf_scan, 8},
                                          {GEN_TYPE_account_self_service, 4}};
    happen(scene, GEN_TYPE_app_opened);
    for (uint32_t left = gen_skewed(&scene->random, 9); left > 0; left--)
        happen(scene, choose(scene, steps));
    if (!gen_percent(&scene->random, 25))
        return;
    const int32_t product = gen_scene_product(scene);
    gen_scene_happen(scene, GEN_TYPE_app_cart_add, product);
    if (gen_percent(&scene->random, 45))
        gen_scene_happen(scene, GEN_TYPE_purchase_app, product);
}

static void shop_visit(struct gen_scene *scene)
{
    maybe(scene, 8, GEN_TYPE_shop_advice_talk);
    maybe(scene, 5, GEN_TYPE_shop_demo_or_fitting);
    maybe(scene, 4, GEN_TYPE_coupon_redeemed);
    if (gen_percent(&scene->random, 85))
        happen(scene, GEN_TYPE_purchase_shop);
    maybe(scene, 35, GEN_TYPE_receipt_digital_claimed);
}

static void mail(struct gen_scene *scene)
{
    happen(scene, GEN_TYPE_email_commercial_sent);
    gen_scene_wait(scene, 4 * 3600);
    if (!gen_percent(&scene->random, 32)) {
        maybe(scene, 1, GEN_TYPE_email_hard_bounce);
        return;
    }
    happen(scene, GEN_TYPE_email_opened);
    maybe(scene, 1, GEN_TYPE_email_unsubscribed);
    if (!gen_percent(&scene->random, 25))
        return;
    happen(scene, GEN_TYPE_email_clicked);
    look_around_web(scene);
}

static void push(struct gen_scene *scene)
{
    happen(scene, GEN_TYPE_push_sent);
    gen_scene_wait(scene, 3600);
    maybe(scene, 20, GEN_TYPE_push_opened);
}

static void chat(struct gen_scene *scene)
{
    happen(scene, GEN_TYPE_chat_session_started);
    for (uint32_t left = 1 + gen_skewed(&scene->random, 6); left > 0; left--) {
        happen(scene, GEN_TYPE_chat_customer_message);
        happen(scene, GEN_TYPE_chat_agent_message);
    }
    maybe(scene, 40, GEN_TYPE_chat_rating_given);
}

static void service(struct gen_scene *scene)
{
    static const struct choice starts[] = {{GEN_TYPE_call_service_inbound, 45},
                                           {GEN_TYPE_service_ticket_opened, 35},
                                           {GEN_TYPE_delivery_late, 10},
                                           {GEN_TYPE_complaint_filed, 10}};
    happen(scene, choose(scene, starts));
    gen_scene_wait(scene, 3600);
    maybe(scene, 60, GEN_TYPE_service_ticket_solved);
    maybe(scene, 20, GEN_TYPE_survey_promoter);
    maybe(scene, 8, GEN_TYPE_survey_detractor);
}

static void send_back(struct gen_scene *scene)
{
    happen(scene, GEN_TYPE_return_registered);
    maybe(scene, 25, GEN_TYPE_exchange_made);
}

/* Any type of the registry, so that none is missing from a log that is long enough. */
static void anything(struct gen_scene *scene)
{
    happen(scene, gen_types_pick(scene->frame.types, gen_next(&scene->random)));
}

/* 07:00 to 23:00, most in the middle: the sum of two even draws. */
static int32_t draw_start(struct gen_random *random)
{
    return (int32_t)(7 * 3600 + gen_below(random, 8 * 3600) + gen_below(random, 8 * 3600));
}

struct kind {
    void (*play)(struct gen_scene *scene);
    uint32_t percent;
};

void gen_episode_play(struct gen_scene *scene)
{
    static const struct kind kinds[] = {{web_session, 28}, {app_session, 14}, {shop_visit, 13},
                                        {mail, 18},        {push, 7},         {anything, 13},
                                        {service, 3},      {chat, 2},         {send_back, 2}};
    scene->second = draw_start(&scene->random);
    scene->agent = (int32_t)gen_below(&scene->random, GEN_AGENTS);
    uint32_t left = gen_below(&scene->random, 100);
    const struct kind *kind = kinds;
    while (left >= kind->percent) {
        left -= kind->percent;
        kind++;
    }
    kind->play(scene);
}
