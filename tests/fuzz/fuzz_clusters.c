/* fuzz_clusters.c - hostile bytes for clusters.yaml.
 *
 * Method: what is read is printed, and what is printed must be read back to the same text; each category is
 * found at its place. */
#include <string.h>

#include "engine/clusters/cluster_model.h"
#include "tests/fuzz/fuzz_target.h"

static void require_found(const struct fl_cluster_model *model)
{
    uint32_t place = 0;
    for (uint32_t i = 0; i < model->category_count; i++)
        require(fl_cluster_model_find(model, model->categories[i], &place) && place == i);
    for (unsigned i = 0; i < model->k; i++)
        require(model->clusters[i].number >= 1 && model->clusters[i].number < model->next_number);
}

static void print(const struct fl_cluster_model *model, struct fl_buffer *text)
{
    text->size = 0;
    require(fl_cluster_model_print(model, text, NULL) == FL_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fl_buffer printed, twice;
    struct fl_cluster_model model, again;
    struct fl_error error;
    fl_error_clear(&error);
    if (fl_cluster_model_parse((const char *)data, size, "clusters.yaml", &model, &error) != FL_OK) {
        require(error.message[0] != '\0');
        return 0;
    }
    require_found(&model);
    print(&model, &printed);
    require(fl_cluster_model_parse((const char *)printed.bytes, printed.size, "printed", &again, NULL) ==
            FL_OK);
    print(&again, &twice);
    require(printed.size == twice.size && memcmp(printed.bytes, twice.bytes, twice.size) == 0);
    fuzz_canary(model.seed > 9 && model.seed < INT64_MAX); /* none of the corpus */
    fl_cluster_model_release(&model);
    fl_cluster_model_release(&again);
    return 0;
}
