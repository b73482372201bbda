/* import_ids.c - sorts pairs of key with text, so that two texts of one key meet. */
#include "formats/importers/import_ids.h"

#include <stdlib.h>

#include "formats/base/checksum.h"

/* Customers come back soon: pairs seen lately are not stored again. A power of two; 1 MiB. */
enum { RECENT_COUNT = 1 << 16 };

struct recent_pair {
    int64_t key;
    uint64_t text_digest; /* an equal SipHash key and an equal XXH3 are an equal text, but for one in 2^127 */
};

struct fl_import_ids {
    struct fl_row_layout layout;
    struct fl_row_store *store;
    const char *const *input_names;
    struct recent_pair *recent;
    bool any_before;
    int64_t key_before, line_before;
    size_t input_before;
};

fl_status fl_import_ids_create(const struct fl_io *io, const char *directory, size_t memory_bytes,
                               const char *const *input_names, struct fl_import_ids **ids,
                               struct fl_error *error)
{
    *ids = calloc(1, sizeof **ids);
    struct recent_pair *recent = *ids == NULL ? NULL : calloc(RECENT_COUNT, sizeof *recent);
    if (recent == NULL) {
        free(*ids);
        *ids = NULL;
        return fl_fail_memory(error, RECENT_COUNT * sizeof *recent);
    }
    /* No key is negative, so a fresh slot matches nothing. */
    for (size_t i = 0; i < RECENT_COUNT; i++)
        recent[i].key = -1;
    (*ids)->recent = recent;
    (*ids)->input_names = input_names;
    struct fl_row_layout *layout = &(*ids)->layout;
    fl_row_layout_add(layout, FL_STORAGE_I64, FL_IDS_KEY, NULL);
    fl_row_layout_add(layout, FL_STORAGE_TEXT, FL_IDS_TEXT, NULL);
    fl_row_layout_add(layout, FL_STORAGE_I64, FL_IDS_INPUT, NULL);
    fl_row_layout_add(layout, FL_STORAGE_I64, FL_IDS_LINE, NULL);
    const struct fl_row_store_plan plan = {.io = io,
                                           .directory = directory,
                                           .layout = layout,
                                           .memory_bytes = memory_bytes,
                                           .distinct_columns = 2};
    const fl_status status = fl_row_store_create(&plan, &(*ids)->store, error);
    if (status != FL_OK) {
        fl_import_ids_free(*ids);
        *ids = NULL;
    }
    return status;
}

void fl_import_ids_free(struct fl_import_ids *ids)
{
    if (ids == NULL)
        return;
    fl_row_store_free(ids->store);
    free(ids->recent);
    free(ids);
}

fl_status fl_import_ids_add(struct fl_import_ids *ids, int64_t key, struct fl_text text, size_t input,
                            int64_t line, struct fl_error *error)
{
    struct recent_pair *recent = &ids->recent[(size_t)key & (RECENT_COUNT - 1)];
    const uint64_t text_digest = fl_digest64(text.bytes, text.size);
    if (recent->key == key && recent->text_digest == text_digest)
        return FL_OK;
    *recent = (struct recent_pair){key, text_digest};
    const struct fl_cell cells[] = {
        [FL_IDS_KEY] = {.number = key},
        [FL_IDS_TEXT] = {.text = text},
        [FL_IDS_INPUT] = {.number = (int64_t)input},
        [FL_IDS_LINE] = {.number = line},
    };
    return fl_row_store_add(ids->store, cells, (1u << FL_IDS_COLUMNS) - 1, error);
}

fl_status fl_import_ids_sort(struct fl_import_ids *ids, struct fl_error *error)
{
    return fl_row_store_sort(ids->store, error);
}

const struct fl_row_layout *fl_import_ids_layout(const struct fl_import_ids *ids)
{
    return &ids->layout;
}

fl_status fl_import_ids_next(struct fl_import_ids *ids, const uint8_t **row, struct fl_error *error)
{
    const fl_status status = fl_row_store_next(ids->store, row, error);
    if (status != FL_OK || *row == NULL)
        return status;
    const int64_t key = fl_row_cell(&ids->layout, *row, FL_IDS_KEY).number;
    const size_t input = (size_t)fl_row_cell(&ids->layout, *row, FL_IDS_INPUT).number;
    const int64_t line = fl_row_cell(&ids->layout, *row, FL_IDS_LINE).number;
    if (ids->any_before && key == ids->key_before)
        return fl_fail(error, FL_BAD_DATA,
                       "two customer ids have the same key: that of %s, line %lld, and that of %s, line %lld",
                       ids->input_names[ids->input_before], (long long)ids->line_before,
                       ids->input_names[input], (long long)line);
    ids->any_before = true;
    ids->key_before = key;
    ids->line_before = line;
    ids->input_before = input;
    return FL_OK;
}
