/* raw_list.c - the raw of each result row, in row order. */
#include "engine/raw_list.h"

#include <stdlib.h>

static bool add_chunk(struct fl_raw_list *list)
{
    if (list->in_bucket == NULL)
        list->in_bucket = calloc(FL_RAW_BUCKETS, sizeof *list->in_bucket);
    if (list->in_bucket == NULL)
        return false;
    if (list->chunk_count == list->chunk_capacity) {
        const size_t capacity = list->chunk_capacity * 2 + 16;
        int64_t **chunks = realloc(list->chunks, capacity * sizeof *chunks);
        if (chunks == NULL)
            return false;
        list->chunks = chunks;
        list->chunk_capacity = capacity;
    }
    int64_t *chunk = malloc(FL_RAW_CHUNK * sizeof *chunk);
    if (chunk == NULL)
        return false;
    list->chunks[list->chunk_count++] = chunk;
    return true;
}

bool fl_raw_list_add(struct fl_raw_list *list, int64_t raw)
{
    const size_t at = list->count % FL_RAW_CHUNK;
    if (at == 0 && !add_chunk(list))
        return false;
    list->chunks[list->chunk_count - 1][at] = raw;
    list->count++;
    if (raw > 0) {
        list->positive++;
        list->in_bucket[fl_raw_bucket((uint64_t)raw)]++;
    }
    return true;
}

size_t fl_raw_list_of_chunk(const struct fl_raw_list *list, size_t chunk)
{
    return chunk + 1 < list->chunk_count ? FL_RAW_CHUNK : list->count - chunk * FL_RAW_CHUNK;
}

void fl_raw_list_release(struct fl_raw_list *list)
{
    for (size_t chunk = 0; chunk < list->chunk_count; chunk++)
        free(list->chunks[chunk]);
    free(list->chunks);
    free(list->in_bucket);
    *list = (struct fl_raw_list){0};
}
