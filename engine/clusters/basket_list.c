/* basket_list.c - baskets as lists of item numbers, in chunks of memory that several threads fill. */
#include "engine/clusters/basket_list.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Places in chunks are numbers of 32 bits. */
enum { CHUNKS_MAX = 1 << (32 - FL_BASKET_CHUNK_BITS) };

void fl_basket_list_init(struct fl_basket_list *list, uint64_t memory_bytes)
{
    *list = (struct fl_basket_list){.memory_bytes = memory_bytes};
    pthread_mutex_init(&list->lock, NULL);
}

void fl_basket_list_release(struct fl_basket_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->chunks[i]);
    free(list->chunks);
    pthread_mutex_destroy(&list->lock);
    *list = (struct fl_basket_list){0};
}

fl_status fl_basket_list_check(const struct fl_basket_list *list, struct fl_error *error)
{
    if (list->wanted_bytes <= list->count * sizeof(struct fl_basket_chunk))
        return FL_OK;
    if (list->count == CHUNKS_MAX)
        return fl_fail(error, FL_LIMIT, "the baskets have more than %llu items: take a shorter window",
                       (unsigned long long)CHUNKS_MAX * FL_BASKET_CHUNK_ITEMS);
    return fl_fail(error, FL_LIMIT,
                   "the baskets need %llu bytes, at most %llu: raise --memory, or take a shorter window",
                   (unsigned long long)list->wanted_bytes, (unsigned long long)list->memory_bytes);
}

/* NULL in *chunk: there is no room left. Requires the lock. */
static fl_status add_chunk(struct fl_basket_list *list, struct fl_basket_chunk **chunk,
                           struct fl_error *error)
{
    *chunk = NULL;
    list->wanted_bytes += sizeof **chunk;
    if (list->wanted_bytes > list->memory_bytes || list->count == CHUNKS_MAX)
        return FL_OK;
    struct fl_basket_chunk **chunks =
        reallocarray(list->chunks, list->count + 1, sizeof(struct fl_basket_chunk *));
    if (chunks == NULL)
        return fl_fail_memory(error, (list->count + 1) * sizeof(struct fl_basket_chunk *));
    list->chunks = chunks;
    *chunk = malloc(sizeof **chunk);
    if (*chunk == NULL)
        return fl_fail_memory(error, sizeof **chunk);
    (*chunk)->used = 0;
    chunks[list->count++] = *chunk;
    return FL_OK;
}

fl_status fl_basket_writer_add(struct fl_basket_writer *writer, const uint32_t *items, size_t count,
                               struct fl_error *error)
{
    assert(count > 0 && count <= FL_BASKET_LINES_MAX);
    if (writer->room < count) {
        pthread_mutex_lock(&writer->list->lock);
        const fl_status status = add_chunk(writer->list, &writer->chunk, error);
        pthread_mutex_unlock(&writer->list->lock);
        if (status != FL_OK)
            return status;
        writer->room = FL_BASKET_CHUNK_ITEMS;
    }
    writer->room -= count;
    if (writer->chunk == NULL)
        return FL_OK;
    struct fl_basket_chunk *chunk = writer->chunk;
    memcpy(chunk->items + chunk->used, items, count * sizeof *items);
    chunk->items[chunk->used] |= FL_BASKET_FIRST;
    chunk->used += (uint32_t)count;
    return FL_OK;
}
