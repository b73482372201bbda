/* field_list.c - the fields of a foreign record that a mapping reads, each once. */
#include "formats/importers/field_list.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static bool same(const struct fl_field *a, const struct fl_field *b)
{
    if (a->by_position != b->by_position)
        return false;
    return a->by_position ? a->position == b->position : fl_text_equal(a->name, b->name);
}

/* Names of columns are cut in messages: the header of a file that is none may be long. */
enum { LABEL_NAME_BYTES_MAX = 64 };

/* At most `size_max` bytes without splitting a character. */
static int cut(struct fl_text text, size_t size_max)
{
    size_t size = text.size;
    if (size > size_max) {
        size = size_max;
        while (size > 0 && ((unsigned char)text.bytes[size] & 0xc0) == 0x80)
            size--;
    }
    return (int)size;
}

static bool describe(struct fl_field *field, struct fl_arena *arena)
{
    char label[LABEL_NAME_BYTES_MAX + 32];
    char reason[sizeof label + 32];
    if (field->by_position)
        snprintf(label, sizeof label, "position %zu", field->position + 1);
    else
        snprintf(label, sizeof label, "column `%.*s`", cut(field->name, LABEL_NAME_BYTES_MAX),
                 field->name.bytes);
    snprintf(reason, sizeof reason, "%s: not UTF-8", label);
    field->label = fl_arena_copy(arena, label, strlen(label));
    field->not_utf8 = fl_arena_copy(arena, reason, strlen(reason));
    return field->label != NULL && field->not_utf8 != NULL;
}

static size_t add(struct fl_field_list *list, struct fl_arena *arena, struct fl_field field)
{
    for (size_t i = 0; i < list->count; i++) {
        if (same(&list->fields[i], &field))
            return i;
    }
    if (list->count == list->capacity) {
        const size_t capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
        struct fl_field *grown = reallocarray(list->fields, capacity, sizeof *grown);
        if (grown == NULL)
            return SIZE_MAX;
        list->fields = grown;
        list->capacity = capacity;
    }
    field.name.bytes = fl_arena_copy(arena, field.name.bytes, field.name.size);
    if (field.name.bytes == NULL || !describe(&field, arena))
        return SIZE_MAX;
    list->fields[list->count] = field;
    return list->count++;
}

size_t fl_field_list_add_name(struct fl_field_list *list, struct fl_arena *arena, struct fl_text name)
{
    for (size_t i = 0; i < list->name_count; i++) {
        if (fl_text_equal(list->names[i], name))
            return fl_field_list_add_position(list, arena, i);
    }
    return add(list, arena, (struct fl_field){.name = name});
}

size_t fl_field_list_add_position(struct fl_field_list *list, struct fl_arena *arena, size_t position)
{
    return add(list, arena,
               (struct fl_field){.by_position = true, .position = position, .name = fl_text_of("")});
}

void fl_field_list_release(struct fl_field_list *list)
{
    free(list->fields);
    *list = (struct fl_field_list){0};
}
