/* hyperscan.h - the few calls of Hyperscan, or of Vectorscan, with statuses of ours. */
#ifndef ENGINE_TAGS_HYPERSCAN_H
#define ENGINE_TAGS_HYPERSCAN_H

#include <stdbool.h>

#include "formats/base/status.h"
#include "formats/base/text.h"

/* Compiled; immutable: threads may share it. */
struct fl_hyperscan;

enum fl_hyperscan_kind {
    FL_HYPERSCAN_LITERALS, /* each end of each is reported */
    FL_HYPERSCAN_FILTER    /* the text must be UTF-8; one that is there is reported, others perhaps, too */
};
/* What was compiled, as bytes that a process of the same program may load; `bytes` is free()d. */
struct fl_hyperscan_bytes {
    char *bytes;
    size_t size;
};
/* Expressions in PCRE's language, numbered as they come. *bad: the number of the one the library refuses, or
 * `count` if it names none. FL_BAD_MODEL: it refuses one, and the message is its reason; FL_NO_MEMORY;
 * FL_LIMIT: too many or too large in all; FL_UNSUPPORTED: this CPU is too old for it. Where memory is short
 * the library may crash, so only compiler_child.c calls this. */
fl_status fl_hyperscan_compile(const char *const *expressions, size_t count, enum fl_hyperscan_kind kind,
                               struct fl_hyperscan_bytes *bytes, size_t *bad, struct fl_error *error);
/* Bytes of fl_hyperscan_compile() and of nobody else: the library trusts them. Copies. FL_NO_MEMORY. */
fl_status fl_hyperscan_load(const struct fl_hyperscan_bytes *bytes, struct fl_hyperscan **compiled,
                            struct fl_error *error);
void fl_hyperscan_free(struct fl_hyperscan *compiled); /* NULL is fine */

/* Work space of one thread; of nothing compiled (NULL) there is none, and *scratch is NULL. */
struct fl_hyperscan_scratch;
fl_status fl_hyperscan_scratch_create(const struct fl_hyperscan *compiled,
                                      struct fl_hyperscan_scratch **scratch, struct fl_error *error);
void fl_hyperscan_scratch_free(struct fl_hyperscan_scratch *scratch); /* NULL is fine */

/* Called for each match, in no promised order, some twice; `from` has no meaning.
 * Not 0: stop. The type is the library's, so that nothing stands between it and the caller. */
typedef int fl_hyperscan_report(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                                void *context);
/* *stopped: by a report. FL_INTERNAL: the library failed; FL_LIMIT: more bytes than it can take. */
fl_status fl_hyperscan_scan(const struct fl_hyperscan *compiled, struct fl_hyperscan_scratch *scratch,
                            const char *bytes, size_t size, fl_hyperscan_report *report, void *context,
                            bool *stopped, struct fl_error *error);

#endif
