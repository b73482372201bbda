/* json_memory.h - jansson with memory that may run out, which it takes for bad JSON, or overlooks. */
#ifndef FORMATS_BASE_JSON_MEMORY_H
#define FORMATS_BASE_JSON_MEMORY_H

#include <jansson.h>
#include <stdbool.h>

/* json_loadb() for memory that runs out: then it is left at once, with all that it took given back, and NULL
 * is returned, with nothing in `trouble`. (By itself it goes on with a string that lost characters, past its
 * end.) */
json_t *fl_json_load(const char *text, size_t size, size_t flags, json_error_t *trouble);

/* Begins to watch what jansson takes in this thread, as fl_json_load() does too. */
void fl_json_watch_memory(void);
/* Whether any of it was refused since then: what was read or built is not to be believed, even if each call
 * said that it worked. */
bool fl_json_ran_out_of_memory(void);

#endif
