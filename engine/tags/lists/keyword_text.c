/* keyword_text.c - words and rules of a keyword list as people write them. */
#include "engine/tags/lists/keyword_text.h"

#include <stdio.h>

static bool append(struct fl_buffer *out, const char *words)
{
    return fl_buffer_append(out, words, strlen(words)) != 0;
}

bool fl_keyword_append(const struct fl_keywords *keywords, uint32_t word, struct fl_buffer *out)
{
    const struct fl_keyword *keyword = &keywords->words[word];
    const struct fl_text literal = keywords->literals[keyword->literal];
    bool done = !keyword->open_left || append(out, "*");
    size_t copied = 0;
    for (size_t i = 0; i < literal.size && done; i++) {
        const char byte = literal.bytes[i];
        if (byte != '|' && byte != '*' && byte != '\\')
            continue;
        done = fl_buffer_append(out, literal.bytes + copied, i - copied) && append(out, "\\");
        copied = i;
    }
    return done && fl_buffer_append(out, literal.bytes + copied, literal.size - copied) &&
           (!keyword->open_right || append(out, "*"));
}

static bool append_more(size_t count, struct fl_buffer *out)
{
    char words[40];
    if (count <= FL_RULE_WORDS_SHOWN)
        return true;
    (void)snprintf(words, sizeof words, " and %zu more", count - FL_RULE_WORDS_SHOWN);
    return append(out, words);
}

/* What comes before the first thing of a cell. */
static bool begin_cell(const char *name, size_t start, struct fl_buffer *out)
{
    return (out->size == start || append(out, "; ")) && append(out, name) && append(out, " ");
}

static bool append_words(const struct fl_keywords *keywords, const char *name, struct fl_span span,
                         size_t start, struct fl_buffer *out)
{
    if (span.count == 0)
        return true;
    bool done = begin_cell(name, start, out);
    for (uint32_t i = 0; i < span.count && i < FL_RULE_WORDS_SHOWN && done; i++)
        done = (i == 0 || append(out, " | ")) &&
               fl_keyword_append(keywords, keywords->members[span.from + i], out);
    return done && append_more(span.count, out);
}

static bool append_near(const struct fl_keywords *keywords, const struct fl_near *near, struct fl_buffer *out)
{
    char mark[24];
    (void)snprintf(mark, sizeof mark, " near/%u ", near->distance);
    return fl_keyword_append(keywords, near->left, out) && append(out, mark) &&
           fl_keyword_append(keywords, near->right, out);
}

static bool append_nears(const struct fl_keywords *keywords, struct fl_span span, size_t start,
                         struct fl_buffer *out)
{
    if (span.count == 0)
        return true;
    bool done = begin_cell("near", start, out);
    for (uint32_t i = 0; i < span.count && i < FL_RULE_WORDS_SHOWN && done; i++)
        done = (i == 0 || append(out, " | ")) && append_near(keywords, &keywords->nears[span.from + i], out);
    return done && append_more(span.count, out);
}

bool fl_rule_append(const struct fl_keywords *keywords, const struct fl_keyword_rule *rule,
                    struct fl_buffer *out)
{
    const size_t start = out->size;
    bool done = append_words(keywords, "any", rule->any, start, out) &&
                append_words(keywords, "all", rule->all, start, out) &&
                append_words(keywords, "none", rule->none, start, out) &&
                append_nears(keywords, rule->near, start, out);
    if (done && rule->regex.size > 0)
        done = begin_cell("regex", start, out) && fl_buffer_append(out, rule->regex.bytes, rule->regex.size);
    return done;
}
