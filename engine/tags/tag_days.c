/* tag_days.c - gathers what messages and given tags bring into one entry for each customer, tag and day. */
#include "engine/tags/tag_days.h"

#include <stdlib.h>

/* The entry that a tag of the list has of a message. */
struct fl_tag_mark {
    uint64_t serial; /* of the message */
    size_t entry;
};

struct kept_message {
    struct fl_tag_message message; /* first: entries point to it */
    struct kept_message *moved;    /* while messages are thinned out: where it is now */
    char bytes[];                  /* of id and text */
};

fl_status fl_tag_days_init(struct fl_tag_days *days, const struct fl_keywords *keywords,
                           const uint32_t *numbers, bool keeps_messages, struct fl_error *error)
{
    *days = (struct fl_tag_days){.keywords = keywords, .numbers = numbers, .keeps_messages = keeps_messages};
    days->marks = calloc(keywords->tag_count + 1, sizeof *days->marks);
    return days->marks == NULL ? fl_fail_memory(error, keywords->tag_count * sizeof *days->marks) : FL_OK;
}

void fl_tag_days_release(struct fl_tag_days *days)
{
    fl_buffer_release(&days->entries);
    fl_arena_release(&days->messages);
    free(days->marks);
    *days = (struct fl_tag_days){0};
}

void fl_tag_days_reset(struct fl_tag_days *days)
{
    days->entries.size = 0;
    fl_arena_reset(&days->messages);
}

uint64_t fl_tag_days_memory(const struct fl_tag_days *days)
{
    return days->entries.size + days->messages.taken_bytes;
}

static struct fl_tag_day *entries_of(const struct fl_tag_days *days)
{
    return (struct fl_tag_day *)(void *)days->entries.bytes;
}

static size_t entry_count(const struct fl_tag_days *days)
{
    return days->entries.size / sizeof(struct fl_tag_day);
}

/* ---- gathering ---- */

static int compare_entries(const void *a, const void *b)
{
    const struct fl_tag_day *x = a, *y = b;
    if (x->customer != y->customer)
        return x->customer < y->customer ? -1 : 1;
    if (x->tag != y->tag)
        return x->tag < y->tag ? -1 : 1;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return (x->night > y->night) - (x->night < y->night);
}

static void add_entry(struct fl_tag_day *to, const struct fl_tag_day *from)
{
    to->given = to->given || from->given;
    to->until = from->until > to->until ? from->until : to->until;
    to->messages += from->messages;
    if (from->first == NULL)
        return;
    int order = to->first == NULL ? -1 : fl_tag_message_compare(from->first, to->first);
    if (order == 0)
        order = fl_tag_place_compare(&from->place, &to->place);
    if (order >= 0)
        return;
    to->first = from->first;
    to->place = from->place;
}

static void merge_entries(struct fl_tag_days *days)
{
    const size_t count = entry_count(days);
    struct fl_tag_day *entries = entries_of(days);
    size_t kept = 0;
    if (count == 0)
        return;
    qsort(entries, count, sizeof *entries, compare_entries);
    for (size_t i = 1; i < count; i++) {
        if (compare_entries(&entries[i], &entries[kept]) == 0)
            add_entry(&entries[kept], &entries[i]);
        else
            entries[++kept] = entries[i];
    }
    days->entries.size = (kept + 1) * sizeof *entries;
}

static struct kept_message *keep(struct fl_arena *arena, const struct fl_tag_message *message)
{
    const size_t id_size = message->id.size, text_size = message->text.size;
    struct kept_message *kept = fl_arena_take(arena, sizeof *kept + id_size + text_size);
    if (kept == NULL)
        return NULL;
    kept->message = *message;
    if (id_size > 0)
        memcpy(kept->bytes, message->id.bytes, id_size);
    memcpy(kept->bytes + id_size, message->text.bytes, text_size);
    kept->message.id.bytes = kept->bytes;
    kept->message.text.bytes = kept->bytes + id_size;
    return kept;
}

/* Keeps the messages that an entry asks for: one of several tags once. */
static fl_status thin_messages(struct fl_tag_days *days, struct fl_error *error)
{
    struct fl_arena thinned;
    fl_arena_init(&thinned);
    for (size_t i = 0; i < entry_count(days); i++) {
        struct fl_tag_day *entry = &entries_of(days)[i];
        struct kept_message *old = (struct kept_message *)entry->first;
        if (old == NULL)
            continue;
        if (old->moved == NULL)
            old->moved = keep(&thinned, &old->message);
        if (old->moved == NULL) { /* entries point into both: neither can go on alone */
            days->entries.size = 0;
            fl_arena_release(&thinned);
            return fl_fail_memory(error, old->message.text.size);
        }
        entry->first = &old->moved->message;
    }
    fl_arena_release(&days->messages);
    days->messages = thinned;
    return FL_OK;
}

fl_status fl_tag_days_thin(struct fl_tag_days *days, struct fl_error *error)
{
    merge_entries(days);
    return days->keeps_messages ? FL_OK : thin_messages(days, error);
}

const struct fl_tag_day *fl_tag_days_gather(struct fl_tag_days *days, size_t *count)
{
    merge_entries(days);
    *count = entry_count(days);
    return entries_of(days);
}

/* ---- adding ---- */

static fl_status append_entry(struct fl_tag_days *days, const struct fl_tag_day *entry,
                              struct fl_error *error)
{
    return fl_buffer_append(&days->entries, entry, sizeof *entry)
               ? FL_OK
               : fl_fail_memory(error, days->entries.size + sizeof *entry);
}

/* Of several hits of a tag in a message the first one is its place. */
static fl_status add_hit(struct fl_tag_days *days, struct fl_tag_message *message,
                         const struct fl_tag_hit *hit, struct fl_error *error)
{
    const uint32_t tag = days->keywords->rules[hit->rule].tag;
    const struct fl_tag_place place = {hit->rule, hit->offset, hit->size};
    struct fl_tag_mark *mark = &days->marks[tag];
    if (mark->serial == days->serial) {
        struct fl_tag_day *entry = &entries_of(days)[mark->entry];
        if (fl_tag_place_compare(&place, &entry->place) < 0)
            entry->place = place;
        return FL_OK;
    }
    *mark = (struct fl_tag_mark){days->serial, entry_count(days)};
    const struct fl_tag_day entry = {.customer = message->customer,
                                     .tag = days->numbers[tag],
                                     .day = message->day,
                                     .night = message->night,
                                     .until = FL_NO_UNTIL,
                                     .messages = 1,
                                     .first = message,
                                     .place = place};
    return append_entry(days, &entry, error);
}

fl_status fl_tag_days_add_message(struct fl_tag_days *days, const struct fl_tag_message *message,
                                  const struct fl_tag_hit *hits, size_t hit_count,
                                  const struct fl_tag_message **kept, struct fl_error *error)
{
    *kept = NULL;
    struct kept_message *copy = keep(&days->messages, message);
    if (copy == NULL)
        return fl_fail_memory(error, message->text.size);
    days->serial++;
    fl_status status = FL_OK;
    for (size_t i = 0; i < hit_count && status == FL_OK; i++)
        status = add_hit(days, &copy->message, &hits[i], error);
    if (days->keeps_messages)
        *kept = &copy->message;
    return status;
}

fl_status fl_tag_days_add_given(struct fl_tag_days *days, const struct fl_tag_day *given,
                                struct fl_error *error)
{
    return append_entry(days, given, error);
}
