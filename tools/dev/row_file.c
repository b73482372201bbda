/* row_file.c - rows for k-means as bench/cluster_rows.py writes them, read whole. */
#include "tools/dev/row_file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/file_map.h"

/* Customers, categories, entries. Then come starts, weights, categories of the entries: each as wide as the
 * one before it or narrower, so that none needs to be moved. */
struct row_file_head {
    uint64_t customers, categories, entries;
};

#define FILE_BYTES_MAX (UINT64_C(4) << 30)

/* Whether the file has exactly what its head says; sizes are bounded first, so that no sum wraps. */
static bool head_fits(const struct row_file_head *head, size_t size)
{
    if (head->customers > size / sizeof(uint64_t) || head->entries > size / sizeof(float) ||
        head->categories > FL_CLUSTER_CATEGORIES_MAX)
        return false;
    return size == sizeof *head + (head->customers + 1) * sizeof(uint64_t) +
                       head->entries * (sizeof(float) + sizeof(uint16_t));
}

static bool rows_rise(const struct fl_basket_vectors *vectors, uint64_t entries)
{
    for (size_t i = 0; i < vectors->count; i++) {
        const uint64_t first = vectors->starts[i], end = vectors->starts[i + 1];
        if (end < first || end > entries)
            return false;
        for (uint64_t j = first; j < end; j++)
            if (vectors->categories[j] >= vectors->category_count ||
                (j > first && vectors->categories[j] <= vectors->categories[j - 1]))
                return false;
    }
    return vectors->starts[0] == 0 && vectors->starts[vectors->count] == entries;
}

static fl_status view_rows(struct row_file *file, struct fl_error *error)
{
    struct row_file_head head;
    if (file->row_bytes.size < sizeof head)
        return fl_fail(error, FL_BAD_DATA, "%zu bytes, which is less than the head of a file of rows",
                       file->row_bytes.size);
    memcpy(&head, file->row_bytes.bytes, sizeof head);
    if (!head_fits(&head, file->row_bytes.size))
        return fl_fail(error, FL_BAD_DATA, "%zu bytes, which is not what the head of the file of rows says",
                       file->row_bytes.size);
    const uint64_t *starts = (const void *)(file->row_bytes.bytes + sizeof head);
    const float *weights = (const void *)(starts + head.customers + 1);
    file->vectors = (struct fl_basket_vectors){.count = (size_t)head.customers,
                                               .category_count = (uint32_t)head.categories,
                                               .starts = starts,
                                               .weights = weights,
                                               .categories = (const void *)(weights + head.entries)};
    if (!rows_rise(&file->vectors, head.entries))
        return fl_fail(error, FL_BAD_DATA, "rows, or categories of a row, are not in order");
    return FL_OK;
}

static fl_status view_centres(struct row_file *file, struct fl_error *error)
{
    const size_t row_bytes = file->vectors.category_count * sizeof(float);
    const size_t size = file->centre_bytes.size;
    if (row_bytes == 0 || size == 0 || size % row_bytes != 0 || size / row_bytes > FL_CLUSTERS_MAX)
        return fl_fail(error, FL_BAD_DATA, "%zu bytes of centres, not 1 to %d rows of %zu", size,
                       FL_CLUSTERS_MAX, row_bytes);
    file->centres = (const void *)file->centre_bytes.bytes;
    file->k = (unsigned)(size / row_bytes);
    return FL_OK;
}

static fl_status number_customers(struct row_file *file, struct fl_error *error)
{
    const size_t size = file->vectors.count * sizeof *file->keys;
    file->keys = malloc(size);
    if (file->keys == NULL)
        return fl_fail_memory(error, size);
    for (size_t i = 0; i < file->vectors.count; i++)
        file->keys[i] = (int64_t)i + 1;
    file->vectors.keys = file->keys;
    return FL_OK;
}

fl_status row_file_read(const char *rows_path, const char *centres_path, struct row_file *file,
                        struct fl_error *error)
{
    *file = (struct row_file){0};
    fl_status status = fl_file_read_all(&fl_io_system, rows_path, FILE_BYTES_MAX, &file->row_bytes, error);
    if (status == FL_OK)
        status = view_rows(file, error);
    if (status == FL_OK)
        status = fl_file_read_all(&fl_io_system, centres_path, FILE_BYTES_MAX, &file->centre_bytes, error);
    if (status == FL_OK)
        status = view_centres(file, error);
    if (status == FL_OK)
        status = number_customers(file, error);
    if (status != FL_OK)
        row_file_release(file);
    return status;
}

void row_file_release(struct row_file *file)
{
    free(file->keys);
    fl_buffer_release(&file->row_bytes);
    fl_buffer_release(&file->centre_bytes);
    *file = (struct row_file){0};
}
