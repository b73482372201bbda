/* trial_text.c - a message with its hits in place, on a terminal or a page. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/fourloop/shown_text.h"
#include "tools/fourloop/trial_report.h"

#define HIT_BEGIN "\033[1;32m"
#define HIT_END   "\033[0m"

static void print_head(const struct fl_traced_message *message)
{
    printf("message ");
    shown_text_print(fl_text_of(message->id));
    printf(", line %llu", (unsigned long long)message->line);
    if (message->customer != NULL) {
        printf(", customer ");
        shown_text_print(fl_text_of(message->customer));
    }
    if (message->speaker != NULL) {
        printf(", speaker ");
        shown_text_print(fl_text_of(message->speaker));
    }
    printf("\n");
}

/* Of each byte whether a rule holds because of it; NULL: none does. free(). */
static fl_status mark_hits(const struct fl_traced_message *message, bool **made, struct fl_error *error)
{
    bool *marks = NULL;
    *made = NULL;
    for (size_t i = 0; i < message->rule_count; i++) {
        const struct fl_traced_rule *rule = &message->rules[i];
        if (!rule->holds)
            continue;
        if (marks == NULL)
            marks = calloc(message->text.size + 1, sizeof *marks);
        if (marks == NULL)
            return fl_fail_memory(error, message->text.size + 1);
        for (size_t j = 0; j < rule->place_count; j++)
            memset(marks + rule->places[j].offset, true, rule->places[j].size);
    }
    *made = marks;
    return FL_OK;
}

/* `marks` NULL: nothing stands out. */
static void print_body(struct fl_text text, const bool *marks)
{
    bool inside = false;
    printf("  ");
    for (size_t at = 0; at < text.size;) {
        const struct shown_char character = shown_char_at(text, at);
        const bool hit = marks != NULL && marks[at];
        if (hit != inside)
            printf("%s", hit ? HIT_BEGIN : HIT_END);
        inside = hit;
        (void)fwrite(character.as.bytes, 1, character.as.size, stdout);
        at += character.size;
    }
    printf("%s\n", inside ? HIT_END : "");
}

/* Blanks wait until a caret comes, so that none stand at the end of the line. */
static void print_carets(struct fl_text text, const bool *marks)
{
    size_t blanks = 2;
    for (size_t at = 0; at < text.size;) {
        const struct shown_char character = shown_char_at(text, at);
        if (marks[at])
            printf("%*s", (int)blanks, "");
        for (unsigned i = 0; i < character.columns && marks[at]; i++)
            putchar('^');
        blanks = marks[at] ? 0 : blanks + character.columns;
        at += character.size;
    }
    printf("\n");
}

static void print_places(const struct fl_traced_rule *rule)
{
    for (size_t i = 0; i < rule->place_count; i++)
        printf("%s`%s` at byte %zu", i == 0 ? ": " : ", ", rule->places[i].word, rule->places[i].offset);
    printf("%s\n", rule->has_more_places ? " and more" : "");
}

static void print_rule(const struct fl_traced_rule *rule)
{
    printf("  %s %s, line %u", rule->holds ? "yes" : " no", rule->tag, rule->line);
    if (rule->holds) {
        print_places(rule);
        return;
    }
    for (size_t i = 0; i < rule->reason_count; i++)
        printf("%s%s", i == 0 ? ": " : "; ", rule->reasons[i]);
    printf("\n");
}

fl_status trial_print(const struct fl_traced_message *message, bool colour, struct fl_error *error)
{
    bool *marks;
    const fl_status status = mark_hits(message, &marks, error);
    if (status != FL_OK)
        return status;
    print_head(message);
    print_body(message->text, colour ? marks : NULL);
    if (!colour && marks != NULL)
        print_carets(message->text, marks);
    free(marks);
    for (size_t i = 0; i < message->rule_count; i++)
        print_rule(&message->rules[i]);
    if (message->rule_count == 0)
        printf("  no rule holds, and none nearly\n");
    if (message->rules_without > 0)
        printf("  %zu %srules: none of their words is there\n", message->rules_without,
               message->rule_count == 0 ? "" : "other ");
    printf("\n");
    return FL_OK;
}
