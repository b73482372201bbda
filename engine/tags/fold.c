/* fold.c - texts to their folded form, places of it back to the text. */
#include "engine/tags/fold.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/tags/fold_tables.h"

enum {
    REPLACEMENT_WORD = 0xBDBFEF, /* U+FFFD, which a byte that is no UTF-8 counts as */
    REPLACEMENT_BYTES = 3,
    QUICK_GROWTH = 3, /* most that the table makes of a byte */
    CLUSTER_BYTES_MAX = FL_UNICODE_FOLDED_MAX * 4
};
_Static_assert((int)FL_FOLD_BYTES_MAX <= QUICK_GROWTH && (int)CLUSTER_BYTES_MAX >= (int)FL_PLAIN_WRITES_PAST,
               "room for a cluster is room for what the table and the kernel write past their ends");

fl_status fl_fold_create(struct fl_fold **fold, struct fl_error *error)
{
    *fold = malloc(sizeof **fold);
    if (*fold == NULL)
        return fl_fail_memory(error, sizeof **fold);
    **fold = (struct fl_fold){fl_fold_kernels(), fl_fold_entries, fl_fold_pages};
    return FL_OK;
}

void fl_fold_free(struct fl_fold *fold)
{
    free(fold);
}

/* How far a text was folded. */
struct folding {
    size_t at;
    uint8_t *to;   /* where the next byte of the form goes */
    size_t before; /* size of the plain character in front that a cluster may begin with; 0: none can */
    bool same_places;
};

/* Reads the cluster at a byte of a text; returns where it ends. */
static size_t read_cluster(const struct fl_fold *fold, struct fl_text text, size_t at,
                           int32_t characters[FL_UNICODE_CLUSTER_MAX], size_t *count)
{
    *count = 0;
    while (at < text.size && *count < FL_UNICODE_CLUSTER_MAX) {
        uint32_t character;
        const size_t size = fl_fold_read(text, at, &character);
        if (*count > 0 && fl_fold_way_of(fl_fold_entry(fold, character)) != FL_FOLD_JOINS)
            break;
        characters[(*count)++] = (int32_t)character;
        at += size;
    }
    return at;
}

static inline bool is_plain_lead(uint32_t byte)
{
    return byte >= FL_PLAIN_LEAD_MIN && byte <= FL_PLAIN_LEAD_MAX;
}

/* A lone ASCII character is folded quicker by the table. */
static inline bool may_begin_plain(uint32_t word)
{
    return (word & 0x8080) == 0 || is_plain_lead(word & 0xFF);
}

/* The size of the last of the plain characters of bytes 0 .. end - 1; it may begin a cluster. */
static inline size_t last_plain(const uint8_t *bytes, size_t end)
{
    return end == 0 ? 0 : bytes[end - 1] < 0x80 ? 1 : 3;
}

/* Folds characters by the table, up to a cluster whose form it does not know. */
static void fold_quickly(const struct fl_fold *fold, struct fl_text text, struct folding *folding)
{
    const uint8_t *bytes = (const uint8_t *)text.bytes;
    size_t at = folding->at, last_at = at - folding->before; /* last: in front of the latest character */
    uint8_t *to = folding->to, *last_to = to - folding->before;
    uint32_t keeps_places = FL_FOLD_KEEPS_PLACE;
    while (at < text.size) {
        uint32_t character, form = fl_utf8_word(bytes + at, text.size - at);
        if (may_begin_plain(form)) {
            const size_t plain = fold->kernels->copy_plain(bytes + at, text.size - at, to);
            at += plain;
            to += plain;
            if (plain > 0) {
                const size_t latest = last_plain(bytes, at);
                last_at = at - latest;
                last_to = to - latest;
                continue;
            }
        }
        size_t size = fl_utf8_decode(form, &character), made = REPLACEMENT_BYTES;
        uint32_t entry = 0;
        if (size != 0) {
            entry = fl_fold_entry(fold, character);
            const enum fl_fold_way way = fl_fold_way_of(entry);
            if (way > FL_FOLD_BYTES_MAX) {
                at = way == FL_FOLD_JOINS ? last_at : at;
                to = way == FL_FOLD_JOINS ? last_to : to;
                break;
            }
            form = way == FL_FOLD_SAME ? form : entry;
            made = way == FL_FOLD_SAME ? size : way;
        } else {
            size = 1;
            form = REPLACEMENT_WORD;
        }
        last_at = at;
        last_to = to;
        fl_store_le32(to, form);
        at += size;
        to += made;
        keeps_places &= entry;
    }
    *folding = (struct folding){.at = at, .to = to, .same_places = folding->same_places && keeps_places != 0};
}

/* The folded form of a cluster, as bytes; returns how many. */
static size_t encode_cluster(const int32_t *characters, size_t count, uint8_t *to)
{
    int32_t folded[FL_UNICODE_FOLDED_MAX];
    const size_t folded_count = fl_unicode_fold(characters, count, true, folded);
    size_t size = 0;
    for (size_t i = 0; i < folded_count; i++)
        size += fl_utf8_encode((uint32_t)folded[i], to + size);
    return size;
}

static void fold_cluster(const struct fl_fold *fold, struct fl_text text, struct folding *folding)
{
    int32_t characters[FL_UNICODE_CLUSTER_MAX];
    size_t count;
    folding->at = read_cluster(fold, text, folding->at, characters, &count);
    folding->to += encode_cluster(characters, count, folding->to);
    folding->same_places = false;
}

/* Room to fold `left` bytes by the table, up to a cluster and with it. Half as much again, so that many small
 * texts copy each byte only a few times. */
static fl_status make_room(struct fl_buffer *out, size_t left, struct fl_error *error)
{
    size_t needed;
    if (__builtin_mul_overflow(left, QUICK_GROWTH, &needed) ||
        __builtin_add_overflow(needed, out->size + CLUSTER_BYTES_MAX, &needed))
        return fl_fail_memory(error, SIZE_MAX);
    if (needed <= out->capacity)
        return FL_OK;
    const size_t roomy = out->capacity + out->capacity / 2;
    if (!fl_buffer_reserve(out, roomy > needed ? roomy : needed))
        return fl_fail_memory(error, needed);
    return FL_OK;
}

/* Of a text whose plain start, up to byte `at`, is in the buffer behind what counts. Apart from what calls
 * it: its registers are saved where they are needed only. */
__attribute__((noinline)) static fl_status append_rest(const struct fl_fold *fold, struct fl_text text,
                                                       size_t at, struct fl_buffer *out, bool *same_places,
                                                       struct fl_error *error)
{
    const size_t size_before = out->size;
    struct folding folding = {
        .at = at, .before = last_plain((const uint8_t *)text.bytes, at), .same_places = true};
    out->size += at;
    while (folding.at < text.size) {
        const fl_status status = make_room(out, text.size - folding.at, error);
        if (status != FL_OK) {
            out->size = size_before;
            return status;
        }
        folding.to = out->bytes + out->size;
        fold_quickly(fold, text, &folding);
        if (folding.at < text.size)
            fold_cluster(fold, text, &folding);
        out->size = (size_t)(folding.to - out->bytes);
    }
    *same_places = folding.same_places;
    return FL_OK;
}

fl_status fl_fold_append(const struct fl_fold *fold, struct fl_text text, struct fl_buffer *out,
                         bool *same_places, struct fl_error *error)
{
    const size_t room = out->capacity - out->size;
    if (text.size == 0 || room <= FL_PLAIN_WRITES_PAST || room - FL_PLAIN_WRITES_PAST < text.size)
        return append_rest(fold, text, 0, out, same_places, error);
    /* Most texts are short, and plain from end to end: what else is done for one takes as long as its bytes.
     */
    const size_t plain =
        fold->kernels->copy_plain((const uint8_t *)text.bytes, text.size, out->bytes + out->size);
    if (plain < text.size)
        return append_rest(fold, text, plain, out, same_places, error);
    out->size += text.size;
    *same_places = true;
    return FL_OK;
}

fl_status fl_fold_append_plain(const struct fl_fold *fold, struct fl_text text, struct fl_buffer *out,
                               size_t *plain, struct fl_error *error)
{
    const fl_status status = make_room(out, text.size, error);
    *plain = 0;
    if (status != FL_OK || text.size == 0)
        return status;
    *plain = fold->kernels->copy_plain((const uint8_t *)text.bytes, text.size, out->bytes + out->size);
    out->size += *plain;
    return FL_OK;
}

fl_status fl_fold_append_marked(const struct fl_fold *fold, struct fl_text text, struct fl_buffer *out,
                                struct fl_line_marks marks, uint32_t count, size_t *size,
                                struct fl_error *error)
{
    const fl_status status = make_room(out, text.size, error);
    *size = 0;
    if (status != FL_OK || text.size == 0)
        return status;
    *size = fold->kernels->copy_marked((const uint8_t *)text.bytes, text.size, out->bytes + out->size, marks,
                                       count);
    out->size += *size;
    return FL_OK;
}

/* Whether the character at a byte of a text, if there is one, belongs to the cluster in front of it. */
static inline bool joins_at(const struct fl_fold *fold, struct fl_text text, size_t at)
{
    uint32_t character;
    const uint8_t byte = at < text.size ? (uint8_t)text.bytes[at] : 0;
    if (byte < 0x80 || is_plain_lead(byte)) /* looked up most, and never does */
        return false;
    (void)fl_fold_read(text, at, &character);
    return fl_fold_way_of(fl_fold_entry(fold, character)) == FL_FOLD_JOINS;
}

/* Where the cluster at a byte of a text ends; *folded_size: bytes of its form. */
static size_t measure_cluster(const struct fl_fold *fold, struct fl_text text, size_t at, size_t *folded_size)
{
    int32_t characters[FL_UNICODE_CLUSTER_MAX];
    uint8_t bytes[CLUSTER_BYTES_MAX];
    uint32_t character;
    size_t count;
    const size_t size = fl_fold_read(text, at, &character);
    const enum fl_fold_way way = fl_fold_way_of(fl_fold_entry(fold, character));
    if (way <= FL_FOLD_BYTES_MAX && !joins_at(fold, text, at + size)) {
        const size_t same_size = character == FL_UNICODE_REPLACEMENT ? REPLACEMENT_BYTES : size;
        *folded_size = way == FL_FOLD_SAME ? same_size : way;
        return at + size;
    }
    const size_t end = read_cluster(fold, text, at, characters, &count);
    *folded_size = encode_cluster(characters, count, bytes);
    return end;
}

void fl_fold_place_on(const struct fl_fold *fold, struct fl_text text, struct fl_fold_cursor *cursor,
                      size_t folded_from, size_t folded_to, size_t *from, size_t *to)
{
    size_t size, end;
    assert(folded_from < folded_to);
    if (cursor->folded > folded_from)
        *cursor = (struct fl_fold_cursor){0};
    end = measure_cluster(fold, text, cursor->at, &size);
    while (cursor->folded + size <= folded_from) {
        cursor->at = end;
        cursor->folded += size;
        end = measure_cluster(fold, text, cursor->at, &size);
    }
    *from = cursor->at;
    size_t folded = cursor->folded + size;
    while (folded < folded_to) {
        end = measure_cluster(fold, text, end, &size);
        folded += size;
    }
    *to = end;
}

void fl_fold_place(const struct fl_fold *fold, struct fl_text text, size_t folded_from, size_t folded_to,
                   size_t *from, size_t *to)
{
    struct fl_fold_cursor cursor = {0};
    fl_fold_place_on(fold, text, &cursor, folded_from, folded_to, from, to);
}
