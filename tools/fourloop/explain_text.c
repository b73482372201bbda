/* explain_text.c - an explanation for people: groups of numbers with their reasons, then tables. */
#include <stdio.h>
#include <string.h>

#include "formats/base/civil.h"
#include "formats/base/decimal.h"
#include "tools/fourloop/explain_report.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/shown_text.h"

enum { MONEY_TEXT = 48, SCOPES_SHOWN = 20 };

static const char *money(const struct fl_explanation *explanation, int64_t amount, char text[MONEY_TEXT])
{
    const int places = fl_currency_places(explanation->currency, strlen(explanation->currency));
    (void)fl_decimal_format(amount, places < 0 ? 0 : places, '.', text);
    return text;
}

static void print_head(const struct fl_explanation *explanation)
{
    char day[11];
    fl_day_format(explanation->as_of_day, day);
    if (explanation->customer_id != NULL)
        printf("customer %s", explanation->customer_id);
    else
        printf("customer %lld", (long long)explanation->customer);
    if (explanation->word != NULL)
        printf(", %s %s", explanation->scope, explanation->word);
    printf(", as of %s\n", day);
}

static void print_lines(const struct fl_explanation *explanation)
{
    const char *group = "";
    for (size_t i = 0; i < explanation->line_count; i++) {
        const struct fl_explain_line *line = &explanation->lines[i];
        if (strcmp(group, line->group) != 0)
            printf("\n%s\n", line->group);
        group = line->group;
        printf("  %s%-*s %16s  %s\n", line->is_column ? "" : "  ", line->is_column ? 24 : 22, line->name,
               line->shown, line->why);
    }
}

static void print_type(const struct fl_explain_row *row)
{
    char points[REPORT_POINTS_TEXT], cap[REPORT_POINTS_TEXT], decay[REPORT_POINTS_TEXT];
    char intent[REPORT_POINTS_TEXT], first_day[11], last_day[11];
    fl_day_format(row->first_day, first_day);
    fl_day_format(row->last_day, last_day);
    printf("  %-32s %8llu %8llu %16s %16s %16s %16s  %s  %s\n", row->type_name, (unsigned long long)row->rows,
           (unsigned long long)row->units, report_points(row->points, points),
           report_points(row->intent_points, intent), report_points(row->lost_to_cap, cap),
           report_points(row->lost_to_decay, decay), first_day, last_day);
}

static void print_types(const struct fl_explanation *explanation)
{
    char points[REPORT_POINTS_TEXT], intent[REPORT_POINTS_TEXT];
    int64_t sum = 0, intent_sum = 0;
    printf("\ntypes\n  %-32s %8s %8s %16s %16s %16s %16s  %-10s  %s\n", "type", "rows", "units", "points",
           "of it intent", "lost to cap", "lost to decay", "first", "last");
    for (size_t i = 0; i < explanation->row_count; i++) {
        print_type(&explanation->rows[i]);
        sum += explanation->rows[i].points;
        intent_sum += explanation->rows[i].intent_points;
    }
    if (explanation->tag_points != 0)
        printf("  %-32s %8s %8s %16s\n", "tags", "", "", report_points(explanation->tag_points, points));
    printf("  %-32s %8s %8s %16s %16s\n", "together", "", "",
           report_points(sum + explanation->tag_points, points), report_points(intent_sum, intent));
}

static void print_excerpt(const struct fl_explain_first *first)
{
    printf("    %s", first->cut_before ? "... " : "");
    shown_text_print(first->before);
    printf("[");
    shown_text_print(first->hit);
    printf("%s]", first->cut_hit ? " ..." : "");
    shown_text_print(first->behind);
    printf("%s\n", first->cut_behind ? " ..." : "");
}

/* "first on 2026-11-02 at 12:03:11 in message m-17, byte 14, by line 12: any refund* | money back" */
static void print_first(const struct fl_explain_first *first)
{
    char day[11];
    fl_day_format(first->day, day);
    printf("    first on %s", day);
    if (first->second >= 0)
        printf(" at %02d:%02d:%02d", first->second / 3600, first->second / 60 % 60, first->second % 60);
    printf(" in ");
    if (first->message != NULL)
        printf("message ");
    shown_text_print(fl_text_of(first->message == NULL ? "a message without id" : first->message));
    printf(", byte %u, by line %u of keywords.csv: %s\n", first->offset, first->rule_line, first->rule);
    print_excerpt(first);
}

static void print_tags(const struct fl_explanation *explanation)
{
    if (explanation->tag_count == 0)
        return;
    printf("\ntags\n  %-24s %-4s %-10s  %-10s  %-10s %8s %8s %16s\n", "tag", "on", "since", "last", "expires",
           "hits", "priority", "points");
    for (size_t i = 0; i < explanation->tag_count; i++) {
        const struct fl_explain_tag *tag = &explanation->tags[i];
        char since[11], last[11], expires[11], points[REPORT_POINTS_TEXT];
        fl_day_format(tag->since, since);
        fl_day_format(tag->last, last);
        fl_day_format(tag->expires, expires);
        printf("  %-24s %-4s %-10s  %-10s  %-10s %8llu %8d %16s%s\n", tag->tag, tag->on ? "yes" : "no", since,
               last, expires, (unsigned long long)tag->hits, tag->priority,
               report_points(tag->points, points), tag->given ? "  given by hand" : "");
        if (tag->first.there)
            print_first(&tag->first);
    }
}

static void print_days(const struct fl_explanation *explanation)
{
    if (explanation->day_count == 0)
        return;
    printf("\nmoney by day, the last %zu of %zu days, in %s\n  %-10s %8s %14s %14s %14s %14s\n",
           explanation->day_count, explanation->day_count_all, explanation->currency, "day", "purchase",
           "bought", "returned", "margin", "with discount");
    for (size_t i = 0; i < explanation->day_count; i++) {
        const struct fl_explain_day *of = &explanation->days[i];
        char day[11], bought[MONEY_TEXT], returned[MONEY_TEXT], margin[MONEY_TEXT], promoted[MONEY_TEXT];
        fl_day_format(of->day, day);
        printf("  %-10s %8s %14s %14s %14s %14s\n", day, of->purchase ? "yes" : "no",
               money(explanation, of->bought, bought), money(explanation, of->returned, returned),
               money(explanation, of->margin, margin), money(explanation, of->promoted, promoted));
    }
}

static void print_scope(const struct fl_explanation *explanation, const struct fl_explain_scope *of)
{
    char points[REPORT_POINTS_TEXT], net[MONEY_TEXT], day[11] = "-";
    if (of->has_purchase)
        fl_day_format(of->last_purchase_day, day);
    printf("  %-24s %10u %-8s %6u %-8s %-11s %-8s %16s %14s %8llu  %s%s%s\n", of->word, of->engagement,
           of->band, of->intent, of->trend, of->loop, of->phase, report_points(of->raw, points),
           money(explanation, of->net_12m, net), (unsigned long long)of->rows, day,
           of->ambassador ? "  ambassador" : "", of->engaged_no_value ? "  engaged_no_value" : "");
}

/* Those of one kind from `first` on; returns the first of the next kind. */
static size_t print_kind(const struct fl_explanation *explanation, size_t first)
{
    const struct fl_explain_scope *scopes = explanation->scopes;
    size_t end = first;
    while (end < explanation->scope_count && strcmp(scopes[end].scope, scopes[first].scope) == 0)
        end++;
    printf("\n%-26s %10s %-8s %6s %-8s %-11s %-8s %16s %14s %8s  %s\n", scopes[first].scope, "engagement",
           "band", "intent", "trend", "loop", "phase", "raw", "net_12m", "rows", "purchase");
    for (size_t i = first; i < end && i < first + SCOPES_SHOWN; i++)
        print_scope(explanation, &scopes[i]);
    if (end - first > SCOPES_SHOWN)
        printf("  and %zu more with fewer points, which --json shows\n", end - first - SCOPES_SHOWN);
    return end;
}

static void print_scopes(const struct fl_explanation *explanation)
{
    for (size_t i = 0; i < explanation->scope_count;)
        i = print_kind(explanation, i);
}

void explain_print(const struct fl_explanation *explanation)
{
    print_head(explanation);
    print_lines(explanation);
    print_types(explanation);
    print_tags(explanation);
    print_days(explanation);
    print_scopes(explanation);
}
