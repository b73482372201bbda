/* message_scan.h - the messages of a range of customers that count, out of the interactions files of a data
 * folder. */
#ifndef ENGINE_TAGS_MESSAGE_SCAN_H
#define ENGINE_TAGS_MESSAGE_SCAN_H

#include "engine/model/registry.h"
#include "engine/tags/table_list.h"
#include "engine/tags/tag_message.h"
#include "engine/tags/tag_nights.h"
#include "engine/tags/tagger.h"
#include "formats/folder/data_folder.h"

/* The interactions files that have texts; threads may share it. Zero-initialise; release once. */
struct fl_message_files {
    struct fl_table_list list;
    uint64_t page_bytes_max; /* of all texts of a block */
};
fl_status fl_message_files_open(const struct fl_data_folder *folder, enum fl_io_mode io_mode,
                                struct fl_message_files *files, struct fl_error *error);
void fl_message_files_release(struct fl_message_files *files);

/* One thread's way through them. What it is opened with is borrowed until close. */
struct fl_message_scan;
fl_status fl_message_scan_open(const struct fl_message_files *files, const struct fl_registry *registry,
                               const struct fl_tag_nights *nights, struct fl_message_scan **scan,
                               struct fl_error *error);
void fl_message_scan_close(struct fl_message_scan *scan); /* NULL is fine */
/* At most what one holds, in bytes. */
uint64_t fl_message_scan_memory(const struct fl_message_files *files);

/* Starts with the messages of customers first .. last. */
void fl_message_scan_range(struct fl_message_scan *scan, int64_t customer_first, int64_t customer_last);
/* The next ones, some thousand at most, in the order in which they lie in the files; *count 0 at the end.
 * Valid until the next call. Errors name file, block and column. */
fl_status fl_message_scan_next(struct fl_message_scan *scan, const struct fl_message **messages,
                               size_t *count, struct fl_error *error);
/* All about one of those messages; its texts live as long. */
fl_status fl_message_scan_tell(struct fl_message_scan *scan, size_t index, struct fl_tag_message *message,
                               struct fl_error *error);

#endif
