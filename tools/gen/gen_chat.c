/* gen_chat.c - what customers and agents write to each other. */
#include "tools/gen/gen_chat.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { CUSTOMER_LINES = 10, AGENT_LINES = 6 };

/* %b brand, %c category, %o order number. Some have commas, quotes or line ends, as people do. */
static const char *const customer_lines[GEN_LANGUAGES][CUSTOMER_LINES] = {
    [GEN_DUTCH] =
        {
            "Hallo, waar blijft mijn bestelling %o?",
            "Ik wil iets van %b terugbrengen, kan dat in de winkel?",
            "Is %c van %b nog op voorraad in mijn winkel",
            "De kleur is anders dan op de foto, ik ben niet tevreden.",
            "Kan ik een afspraak maken voor advies over %c?",
            "Ik wil graag een offerte voor %c",
            "Mijn collega zei \"vraag het in de chat\", dus bij dezen: levert u ook op zaterdag?",
            "Er ontbreekt een onderdeel in bestelling %o.\nWat nu?",
            "Wat kost de levering van %c?",
            "Top geholpen, dank u wel!",
        },
    [GEN_ENGLISH] =
        {
            "Hi, where is my order %o?",
            "I'd like to return something from %b, can I do that in the shop?",
            "Do you still have %c by %b in stock",
            "The colour is not what the picture shows, I am not happy with it.",
            "Could I book an appointment for advice on %c?",
            "I would like a quote for %c",
            "The label says \"hand wash only\", is that right for %b?",
            "A part is missing from order %o.\nWhat should I do?",
            "How much is delivery for %c?",
            "Great help, thank you!",
        },
    [GEN_NORWEGIAN] =
        {
            "Hei, hvor er bestillingen min, %o?",
            "Jeg vil gjerne returnere noe fra %b, går det i butikken?",
            "Har dere fortsatt %c fra %b på lager",
            "Fargen er ikke som på bildet, jeg er ikke fornøyd.",
            "Kan jeg få en time for råd om %c?",
            "Jeg ønsker et tilbud på %c",
            "På lappen står det \"kun håndvask\", stemmer det for %b?",
            "Det mangler en del i bestilling %o.\nHva gjør jeg?",
            "Hva koster levering av %c?",
            "Veldig god hjelp, tusen takk!",
        },
    [GEN_RUSSIAN] =
        {
            "Здравствуйте, где мой заказ %o?",
            "Хочу вернуть товар %b, можно это сделать в магазине?",
            "Есть ли ещё %c от %b в наличии",
            "Цвет не такой, как на фото, я недовольна.",
            "Можно записаться на консультацию по %c?",
            "Мне нужно коммерческое предложение на %c",
            "На этикетке написано «только ручная стирка», это верно для %b?",
            "В заказе %o не хватает детали.\nЧто делать?",
            "Сколько стоит доставка %c?",
            "Отлично помогли, спасибо!",
        },
    [GEN_CHINESE] =
        {
            "你好，我的订单%o到哪里了？",
            "我想退%b的商品，可以在店里退吗？",
            "%b的%c还有货吗",
            "颜色和图片不一样，我不满意。",
            "可以预约%c的咨询吗？",
            "我想要%c的报价",
            "标签上写着“只能手洗”，%b是这样吗？",
            "订单%o少了一个零件。\n怎么办？",
            "%c的运费是多少？",
            "服务很好，谢谢！",
        },
};

static const char *const agent_lines[GEN_LANGUAGES][AGENT_LINES] = {
    [GEN_DUTCH] = {"Goedendag, waarmee kan ik u helpen?", "Ik kijk het even voor u na.",
                   "Bestelling %o wordt morgen bezorgd.", "Dat kan in elke winkel, met de bon.",
                   "Ja, %c van %b is op voorraad.", "Kan ik verder nog iets voor u doen?"},
    [GEN_ENGLISH] = {"Good day, how can I help you?", "One moment, I will look it up.",
                     "Order %o will be delivered tomorrow.", "You can do that in any shop, with the receipt.",
                     "Yes, %c by %b is in stock.", "Is there anything else I can do for you?"},
    [GEN_NORWEGIAN] = {"God dag, hva kan jeg hjelpe med?", "Et øyeblikk, så sjekker jeg.",
                       "Bestilling %o blir levert i morgen.", "Det går i alle butikker, med kvittering.",
                       "Ja, %c fra %b er på lager.", "Er det noe annet jeg kan hjelpe med?"},
    [GEN_RUSSIAN] = {"Добрый день, чем могу помочь?", "Минутку, сейчас проверю.", "Заказ %o доставят завтра.",
                     "Это можно сделать в любом магазине, с чеком.", "Да, %c от %b есть в наличии.",
                     "Могу ли я ещё чем-нибудь помочь?"},
    [GEN_CHINESE] = {"您好，请问有什么可以帮您？", "请稍等，我查一下。", "订单%o明天送达。",
                     "任何门店都可以，请带上小票。", "有的，%b的%c有货。", "还有什么可以帮您的吗？"},
};

size_t gen_chat_write(enum gen_language language, bool by_agent, uint64_t bits,
                      const struct gen_chat_slots *slots, char text[GEN_CHAT_SIZE_MAX])
{
    const char *line = by_agent ? agent_lines[language][gen_scale(bits, AGENT_LINES)]
                                : customer_lines[language][gen_scale(bits, CUSTOMER_LINES)];
    char order[24];
    (void)snprintf(order, sizeof order, "%" PRIu64, slots->order);
    size_t size = 0;
    while (*line != '\0') {
        const char *piece = line;
        size_t piece_size = 1;
        if (*line == '%') {
            line++;
            piece = *line == 'b' ? slots->brand : *line == 'c' ? slots->category : order;
            piece_size = strlen(piece);
        }
        if (size + piece_size >= GEN_CHAT_SIZE_MAX)
            break; /* the longest line with the longest names has under 300 bytes */
        memcpy(text + size, piece, piece_size);
        size += piece_size;
        line++;
    }
    return size;
}
