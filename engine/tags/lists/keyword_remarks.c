/* keyword_remarks.c - collects what there is to say about a keyword list. */
#include "engine/tags/lists/keyword_remarks.h"

#include <stdio.h>

#include "engine/tags/lists/keyword_text.h"

void fl_remark_list_init(struct fl_remark_list *list)
{
    *list = (struct fl_remark_list){.status = FL_OK};
    fl_arena_init(&list->arena);
}

void fl_remark_list_release(struct fl_remark_list *list)
{
    fl_arena_release(&list->arena);
    fl_buffer_release(&list->list);
    fl_buffer_release(&list->word);
}

static size_t *count_of(struct fl_remark_list *list, enum fl_keyword_remark_kind kind)
{
    if (kind == FL_KEYWORD_ERROR)
        return &list->errors;
    return kind == FL_KEYWORD_WARNING ? &list->warnings : &list->from_sample;
}

void fl_remark_add(struct fl_remark_list *list, enum fl_keyword_remark_kind kind, int64_t line,
                   int64_t column, const char *cell, const char *format, ...)
{
    char text[FL_ERROR_MESSAGE_SIZE];
    ++*count_of(list, kind);
    if (list->list.size / sizeof(struct fl_keyword_remark) == FL_KEYWORD_REMARKS_MAX)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const struct fl_keyword_remark remark = {kind, line, column, cell,
                                             fl_arena_copy(&list->arena, text, strlen(text))};
    if (remark.text == NULL || !fl_buffer_append(&list->list, &remark, sizeof remark))
        list->status = FL_NO_MEMORY;
}

const char *fl_remark_word(struct fl_remark_list *list, const struct fl_keywords *keywords, uint32_t word)
{
    list->word.size = 0;
    const char *text = fl_keyword_append(keywords, word, &list->word)
                           ? fl_arena_copy(&list->arena, (const char *)list->word.bytes, list->word.size)
                           : NULL;
    if (text != NULL)
        return text;
    list->status = FL_NO_MEMORY;
    return "";
}
