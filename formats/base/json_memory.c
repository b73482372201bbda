/* json_memory.c - takes jansson's memory for it, so that a refusal is seen. */
#include "formats/base/json_memory.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>

/* What this thread's fl_json_load() has taken so far. */
struct load {
    jmp_buf *way_out; /* NULL: none is at work */
    void **blocks;
    size_t count, capacity;
};

static _Thread_local struct load load;
static _Thread_local bool refused;

static bool remember(void *block)
{
    if (load.count == load.capacity) {
        const size_t capacity = load.capacity == 0 ? 64 : 2 * load.capacity;
        void **blocks = realloc(load.blocks, capacity * sizeof *blocks);
        if (blocks == NULL)
            return false;
        load.blocks = blocks;
        load.capacity = capacity;
    }
    load.blocks[load.count++] = block;
    return true;
}

/* What is given back was mostly taken of late. */
static void forget(const void *block)
{
    for (size_t i = load.count; i-- > 0;) {
        if (load.blocks[i] != block)
            continue;
        load.blocks[i] = load.blocks[--load.count];
        return;
    }
}

static void *take(size_t size)
{
    void *block = malloc(size);
    if (block != NULL && (load.way_out == NULL || remember(block)))
        return block;
    free(block);
    refused = true;
    if (load.way_out != NULL)
        longjmp(*load.way_out, 1);
    return NULL;
}

static void give_back(void *block)
{
    if (load.way_out != NULL)
        forget(block);
    free(block);
}

/* What jansson took before can be given back all the same: it came from malloc() too. */
static void begin(void)
{
    json_set_alloc_funcs(take, give_back);
}

void fl_json_watch_memory(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, begin);
    refused = false;
}

bool fl_json_ran_out_of_memory(void)
{
    return refused;
}

json_t *fl_json_load(const char *text, size_t size, size_t flags, json_error_t *trouble)
{
    fl_json_watch_memory();
    jmp_buf way_out;
    json_t *volatile root = NULL;
    load = (struct load){.way_out = &way_out};
    if (setjmp(way_out) == 0) {
        root = json_loadb(text, size, flags, trouble);
    } else {
        while (load.count > 0)
            free(load.blocks[--load.count]);
        *trouble = (json_error_t){.line = -1};
    }
    free(load.blocks);
    load = (struct load){.way_out = NULL};
    return root;
}
