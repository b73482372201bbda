/* joined_texts.c - folded texts one behind the other. */
#include "engine/tags/joined_texts.h"

#include <stdlib.h>

/* With what is there before it, folded it must stay below 4 GiB. */
static const size_t text_bytes_max = UINT32_MAX / FL_FOLD_GROWTH - FL_JOINED_BYTES;

static fl_status grow(struct fl_joined_texts *joined, struct fl_error *error)
{
    const size_t capacity = joined->capacity + joined->capacity / 2 + 1024;
    struct fl_joined_text *texts = realloc(joined->texts, (capacity + 1) * sizeof *texts);
    if (texts == NULL)
        return fl_fail_memory(error, (capacity + 1) * sizeof *texts);
    joined->texts = texts;
    joined->capacity = capacity;
    return FL_OK;
}

static inline fl_status add_separator(struct fl_buffer *bytes, struct fl_error *error)
{
    if (bytes->size == bytes->capacity && !fl_buffer_reserve(bytes, bytes->size + FL_JOINED_BYTES))
        return fl_fail_memory(error, bytes->size + FL_JOINED_BYTES);
    bytes->bytes[bytes->size++] = '\n';
    return FL_OK;
}

fl_status fl_joined_size_check(size_t text_bytes, struct fl_error *error)
{
    return text_bytes <= text_bytes_max
               ? FL_OK
               : fl_fail(error, FL_LIMIT, "a message of %zu bytes: at most %zu can be tagged", text_bytes,
                         text_bytes_max);
}

fl_status fl_joined_texts_add(struct fl_joined_texts *joined, const struct fl_fold *fold, struct fl_text text,
                              uint32_t message, struct fl_error *error)
{
    if (fl_joined_size_check(text.size, error) != FL_OK)
        return FL_LIMIT;
    if (joined->count == joined->capacity && grow(joined, error) != FL_OK)
        return FL_NO_MEMORY;
    if (joined->bytes.size == 0 && add_separator(&joined->bytes, error) != FL_OK)
        return FL_NO_MEMORY;
    struct fl_joined_text *joined_text = &joined->texts[joined->count];
    *joined_text = (struct fl_joined_text){.from = (uint32_t)joined->bytes.size, .message = message};
    const fl_status status = fl_fold_append(fold, text, &joined->bytes, &joined_text->same_places, error);
    if (status != FL_OK)
        return status;
    if (add_separator(&joined->bytes, error) != FL_OK)
        return FL_NO_MEMORY;
    joined->count++;
    joined->texts[joined->count].from = (uint32_t)joined->bytes.size;
    return FL_OK;
}

size_t fl_joined_texts_find(const struct fl_joined_texts *joined, size_t at, uint32_t byte)
{
    const struct fl_joined_text *texts = joined->texts;
    size_t step = 1;
    for (; at + step < joined->count && texts[at + step].from <= byte; step *= 2)
        at += step;
    for (; step > 0; step /= 2) {
        if (at + step < joined->count && texts[at + step].from <= byte)
            at += step;
    }
    return at;
}

void fl_joined_texts_clear(struct fl_joined_texts *joined)
{
    joined->bytes.size = 0;
    joined->count = 0;
}

void fl_joined_texts_release(struct fl_joined_texts *joined)
{
    fl_buffer_release(&joined->bytes);
    free(joined->texts);
    *joined = (struct fl_joined_texts){0};
}
