/* given_tags.h - the tags that people gave to a range of customers, out of the given_tags files of a data
 * folder. */
#ifndef ENGINE_TAGS_GIVEN_TAGS_H
#define ENGINE_TAGS_GIVEN_TAGS_H

#include "engine/tags/customer_tags.h"
#include "engine/tags/table_list.h"
#include "engine/tags/tag_nights.h"
#include "formats/folder/data_folder.h"
#include "formats/table/word_union.h"

/* Threads may share it. Zero-initialise; release once. */
struct fl_given_tags {
    struct fl_table_list list;
    uint32_t **numbers; /* of each file: of its tags among all */
};
/* Adds the names of all tags to `names`, which is complete then. */
fl_status fl_given_tags_open(const struct fl_data_folder *folder, enum fl_io_mode io_mode,
                             struct fl_word_union *names, struct fl_given_tags *given,
                             struct fl_error *error);
void fl_given_tags_release(struct fl_given_tags *given);

/* One thread's way through them. What it is opened with is borrowed until close. */
struct fl_given_scan;
fl_status fl_given_scan_open(const struct fl_given_tags *given, const struct fl_tag_nights *nights,
                             struct fl_given_scan **scan, struct fl_error *error);
void fl_given_scan_close(struct fl_given_scan *scan); /* NULL is fine */
/* At most what one holds, in bytes. */
uint64_t fl_given_scan_memory(const struct fl_given_tags *given);

/* Starts with the tags of customers first .. last. */
void fl_given_scan_range(struct fl_given_scan *scan, int64_t customer_first, int64_t customer_last);
/* The next one that counts on a night, in the order in which they lie in the files; *more false: there is
 * none. */
fl_status fl_given_scan_next(struct fl_given_scan *scan, struct fl_tag_day *day, bool *more,
                             struct fl_error *error);

#endif
