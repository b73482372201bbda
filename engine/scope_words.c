/* scope_words.c - which brand, category, product each row of a data folder belongs to. */
#include "engine/scope_words.h"

#include <stdlib.h>

#include "formats/table/table_listed.h"

static const uint16_t interactions_ids[FL_WORDED_SCOPES] = {[FL_WORDED_BRAND] = FL_INTERACTIONS_BRAND,
                                                            [FL_WORDED_CATEGORY] = FL_INTERACTIONS_CATEGORY,
                                                            [FL_WORDED_PRODUCT] = FL_INTERACTIONS_PRODUCT};
static const uint16_t products_ids[FL_PRODUCT_WORDS] = {
    [FL_WORDED_BRAND] = FL_PRODUCTS_BRAND, [FL_WORDED_CATEGORY] = FL_PRODUCTS_CATEGORY};

static bool is_interactions(const struct fl_data_file *file)
{
    return strcmp(file->table, "interactions") == 0;
}

static fl_status open_file(const struct fl_data_folder *folder, const struct fl_data_file *file,
                           enum fl_io_mode io_mode, struct fl_table **table, struct fl_error *error)
{
    char *path = fl_data_folder_path_of(folder, file->name);
    if (path == NULL)
        return fl_fail_memory(error, strlen(file->name));
    fl_status status = fl_table_open_listed(folder->io, path, io_mode, table, error);
    free(path);
    return status;
}

static fl_status unite_file(const struct fl_data_folder *folder, const struct fl_data_file *file,
                            enum fl_io_mode io_mode, struct fl_scope_words *all, struct fl_error *error)
{
    const bool of_rows = is_interactions(file);
    const uint16_t *ids = of_rows ? interactions_ids : products_ids;
    const int scopes = of_rows ? FL_WORDED_SCOPES : FL_PRODUCT_WORDS; /* products that no row has are none */
    struct fl_table *table = NULL;
    fl_status status = open_file(folder, file, io_mode, &table, error);
    if (status != FL_OK)
        return status;
    for (int scope = 0; scope < scopes && status == FL_OK; scope++) {
        const struct fl_words *words = NULL;
        if (!all->wanted[scope])
            continue;
        status = fl_table_words(table, ids[scope], &words, error);
        if (status == FL_OK)
            status = fl_word_union_add(&all->words[scope], words, error);
    }
    fl_table_close(table);
    return status;
}

static fl_status unite_files(const struct fl_data_folder *folder, enum fl_io_mode io_mode,
                             struct fl_scope_words *all, struct fl_error *error)
{
    for (size_t i = 0; i < folder->file_count; i++) {
        const struct fl_data_file *file = &folder->files[i];
        if (!is_interactions(file) && strcmp(file->table, "products") != 0)
            continue;
        fl_status status = unite_file(folder, file, io_mode, all, error);
        if (status != FL_OK)
            return status;
    }
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++)
        all->memory_bytes += all->words[scope].offsets.capacity + all->words[scope].bytes.capacity;
    return FL_OK;
}

static uint32_t *take_numbers(struct fl_scope_words *all, size_t count)
{
    all->memory_bytes += count * sizeof(uint32_t);
    return malloc((count + 1) * sizeof(uint32_t));
}

static fl_status map_scope(struct fl_table *table, int scope, const struct fl_products *products,
                           const struct fl_words *product_words, const uint32_t *product_numbers,
                           struct fl_scope_words *all, struct fl_file_words *file, struct fl_error *error)
{
    const struct fl_words *words = NULL;
    fl_status status = fl_table_words(table, interactions_ids[scope], &words, error);
    if (status != FL_OK)
        return status;
    file->own[scope] = take_numbers(all, words->count);
    if (file->own[scope] == NULL)
        return fl_fail_memory(error, words->count * sizeof(uint32_t));
    fl_word_union_map(&all->words[scope], words, file->own[scope]);
    file->own[scope][words->count] = FL_NO_WORD; /* of a file without words: what its nulls read as */
    if (scope >= FL_PRODUCT_WORDS)
        return FL_OK;
    file->of_product[scope] = take_numbers(all, product_words->count);
    if (file->of_product[scope] == NULL)
        return fl_fail_memory(error, product_words->count * sizeof(uint32_t));
    file->of_product[scope][product_words->count] = FL_NO_WORD;
    for (size_t i = 0; i < product_words->count; i++) {
        const uint32_t product = product_numbers[i];
        file->of_product[scope][i] =
            product == FL_NO_WORD ? FL_NO_WORD : products->products[product].word[scope];
    }
    return FL_OK;
}

static fl_status map_table(struct fl_table *table, const struct fl_products *products,
                           struct fl_scope_words *all, struct fl_file_words *file, struct fl_error *error)
{
    const struct fl_words *product_words = NULL;
    fl_status status = fl_table_words(table, FL_INTERACTIONS_PRODUCT, &product_words, error);
    if (status != FL_OK)
        return status;
    uint32_t *product_numbers = malloc((product_words->count + 1) * sizeof *product_numbers);
    if (product_numbers == NULL)
        return fl_fail_memory(error, product_words->count * sizeof *product_numbers);
    fl_word_union_map(&products->names, product_words, product_numbers);
    for (int scope = 0; scope < FL_WORDED_SCOPES && status == FL_OK; scope++) {
        if (all->wanted[scope])
            status = map_scope(table, scope, products, product_words, product_numbers, all, file, error);
    }
    free(product_numbers);
    return status;
}

static fl_status map_files(const struct fl_data_folder *folder, enum fl_io_mode io_mode,
                           const struct fl_products *products, struct fl_scope_words *all,
                           struct fl_error *error)
{
    all->files = calloc(folder->file_count + 1, sizeof *all->files);
    if (all->files == NULL)
        return fl_fail_memory(error, folder->file_count * sizeof *all->files);
    all->file_count = folder->file_count;
    for (size_t i = 0; i < folder->file_count; i++) {
        struct fl_table *table = NULL;
        if (!is_interactions(&folder->files[i]))
            continue;
        fl_status status = open_file(folder, &folder->files[i], io_mode, &table, error);
        if (status != FL_OK)
            return status;
        status = map_table(table, products, all, &all->files[i], error);
        fl_table_close(table);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

fl_status fl_scope_words_open(const struct fl_data_folder *folder, enum fl_io_mode io_mode,
                              const bool wanted[FL_WORDED_SCOPES], struct fl_scope_words *words,
                              struct fl_error *error)
{
    struct fl_products products = {0};
    const struct fl_word_union *unions[FL_PRODUCT_WORDS];
    *words = (struct fl_scope_words){0};
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++) {
        words->wanted[scope] = wanted[scope];
        if (scope < FL_PRODUCT_WORDS)
            unions[scope] = wanted[scope] ? &words->words[scope] : NULL;
    }
    fl_status status = unite_files(folder, io_mode, words, error);
    if (status == FL_OK && (wanted[FL_WORDED_BRAND] || wanted[FL_WORDED_CATEGORY]))
        status = fl_products_open(folder, io_mode, unions, &products, error);
    if (status == FL_OK)
        status = map_files(folder, io_mode, &products, words, error);
    fl_products_release(&products);
    if (status != FL_OK)
        fl_scope_words_release(words);
    return status;
}

void fl_scope_words_release(struct fl_scope_words *words)
{
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++) {
        fl_word_union_release(&words->words[scope]);
        for (size_t i = 0; i < words->file_count; i++) {
            free(words->files[i].own[scope]);
            if (scope < FL_PRODUCT_WORDS)
                free(words->files[i].of_product[scope]);
        }
    }
    free(words->files);
    *words = (struct fl_scope_words){0};
}
