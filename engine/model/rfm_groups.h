/* rfm_groups.h - the names of the 125 RFM codes, read from rfm_groups.csv. */
#ifndef ENGINE_MODEL_RFM_GROUPS_H
#define ENGINE_MODEL_RFM_GROUPS_H

#include "formats/base/status.h"
#include "formats/base/text.h"
#include "formats/table/table_writer.h"

/* A code is 100 R + 10 F + M with R, F, M of 1 to 5, or 0 for who has bought nothing in the window. */
enum { FL_RFM_CODE_MAX = 555, FL_RFM_CODES = 126, FL_RFM_GROUP_BYTES_MAX = 64 };

struct fl_rfm_groups {
    uint8_t of_code[FL_RFM_CODE_MAX + 1]; /* number of the code's group; not set between the codes */
    uint8_t count;
    /* The groups' names, sorted by bytes: a group's number is its place here. */
    char names[FL_RFM_CODES][FL_RFM_GROUP_BYTES_MAX + 1];
    /* The same one behind the other, as a dictionary. */
    uint32_t offsets[FL_RFM_CODES + 1];
    char bytes[FL_RFM_CODES * FL_RFM_GROUP_BYTES_MAX];
};

/* Each of the 126 codes must be there once. FL_BAD_MODEL names line and column, or the codes that are
 * missing. */
fl_status fl_rfm_groups_parse(const char *bytes, size_t size, const char *shown_path,
                              struct fl_rfm_groups *groups, struct fl_error *error);
/* The names as a dictionary, which points into `groups`. */
struct fl_words fl_rfm_groups_words(const struct fl_rfm_groups *groups);
/* Whether a number is a code. */
bool fl_rfm_code_is_known(int64_t code);

#endif
