/* joined_texts.h - folded texts one behind the other, so that many of them are scanned by one call. */
#ifndef ENGINE_TAGS_JOINED_TEXTS_H
#define ENGINE_TAGS_JOINED_TEXTS_H

#include "engine/tags/fold.h"

/* From so many bytes on the texts should be scanned and the next ones begin again. Calls of the scan cost
 * nothing any more, and all of it stays in the caches of a core. */
enum { FL_JOINED_BYTES = 64 << 10 };

/* FL_LIMIT: a text of so many bytes may fold to more than places are counted in. */
fl_status fl_joined_size_check(size_t text_bytes, struct fl_error *error);

struct fl_joined_text {
    uint32_t from; /* its first byte in `bytes` */
    uint32_t message;
    bool same_places; /* as of fl_fold_append() */
};

/* A '\n' stands before the first text and behind each: no word has one, so none lies across two texts, and
 * each text has a neighbour on both sides. Zeroed: empty. */
struct fl_joined_texts {
    struct fl_buffer bytes;
    struct fl_joined_text *texts; /* with an end: texts[count].from is one behind the last '\n' */
    size_t count, capacity;
};

/* FL_LIMIT: a text so long that its places do not fit in their numbers. */
fl_status fl_joined_texts_add(struct fl_joined_texts *joined, const struct fl_fold *fold, struct fl_text text,
                              uint32_t message, struct fl_error *error);
static inline bool fl_joined_texts_full(const struct fl_joined_texts *joined)
{
    return joined->bytes.size >= FL_JOINED_BYTES;
}
void fl_joined_texts_clear(struct fl_joined_texts *joined);
void fl_joined_texts_release(struct fl_joined_texts *joined);

/* The text in which a byte lies that is not before text `at`; quick where it is not far behind it. */
size_t fl_joined_texts_find(const struct fl_joined_texts *joined, size_t at, uint32_t byte);

/* The folded form of a text. */
static inline struct fl_text fl_joined_text_at(const struct fl_joined_texts *joined, size_t at)
{
    const uint32_t from = joined->texts[at].from;
    return (struct fl_text){(const char *)joined->bytes.bytes + from, joined->texts[at + 1].from - 1 - from};
}

#endif
