/* products.c - brand, category of each product, united over the products tables of a data folder. */
#include "engine/products.h"

#include <stdlib.h>

#include "engine/dimension_files.h"

static const uint16_t column_ids[FL_PRODUCT_WORDS] = {
    [FL_WORDED_BRAND] = FL_PRODUCTS_BRAND, [FL_WORDED_CATEGORY] = FL_PRODUCTS_CATEGORY};

/* The products tables of a folder, while they are read. */
struct reading {
    struct fl_dimension_files files;
    struct fl_column_data product, arrival, word[FL_PRODUCT_WORDS];
    uint32_t *numbers, *word_numbers[FL_PRODUCT_WORDS]; /* of the table in hand: its numbers -> ours */
};

static void end_reading(struct reading *reading)
{
    fl_dimension_files_close(&reading->files);
    fl_column_data_release(&reading->product);
    fl_column_data_release(&reading->arrival);
    for (int scope = 0; scope < FL_PRODUCT_WORDS; scope++)
        fl_column_data_release(&reading->word[scope]);
}

static fl_status unite_names(const struct reading *reading, struct fl_products *products,
                             struct fl_error *error)
{
    for (size_t i = 0; i < reading->files.count; i++) {
        const struct fl_words *words = NULL;
        fl_status status = fl_table_words(reading->files.tables[i], FL_PRODUCTS_PRODUCT, &words, error);
        if (status == FL_OK)
            status = fl_word_union_add(&products->names, words, error);
        if (status != FL_OK)
            return status;
    }
    const size_t count = products->names.words.count;
    products->products = calloc(count + 1, sizeof *products->products);
    if (products->products == NULL)
        return fl_fail_memory(error, count * sizeof *products->products);
    for (size_t i = 0; i < count; i++) { /* a dictionary may hold a word that no row has */
        for (int scope = 0; scope < FL_PRODUCT_WORDS; scope++)
            products->products[i].word[scope] = FL_NO_WORD;
    }
    return FL_OK;
}

static fl_status read_block(struct reading *reading, struct fl_table *table, size_t block,
                            struct fl_error *error)
{
    fl_status status = fl_table_read_column(table, block, FL_PRODUCTS_PRODUCT, &reading->product, error);
    if (status == FL_OK)
        status = fl_table_read_column(table, block, FL_PRODUCTS_ARRIVAL, &reading->arrival, error);
    for (int scope = 0; scope < FL_PRODUCT_WORDS && status == FL_OK; scope++)
        status = fl_table_read_column(table, block, column_ids[scope], &reading->word[scope], error);
    return status;
}

/* Tables come by rising uuid, rows as they stand: what is not older than the best so far takes its place. */
static void take_rows(const struct reading *reading, struct fl_products *products)
{
    for (size_t row = 0; row < reading->product.rows; row++) {
        if (fl_is_null(&reading->product, row))
            continue;
        struct fl_product *best = &products->products[reading->numbers[reading->product.as.words[row]]];
        struct fl_product product = {.there = true, .arrival = fl_arrival_of(&reading->arrival, row)};
        if (best->there && product.arrival < best->arrival)
            continue;
        for (int scope = 0; scope < FL_PRODUCT_WORDS; scope++) {
            const bool none = reading->word_numbers[scope] == NULL || fl_is_null(&reading->word[scope], row);
            product.word[scope] =
                none ? FL_NO_WORD : reading->word_numbers[scope][reading->word[scope].as.words[row]];
        }
        *best = product;
    }
}

/* Our numbers of the table's words, malloc()ed. */
static fl_status map_words(struct fl_table *table, uint16_t column_id, const struct fl_word_union *all,
                           uint32_t **numbers, struct fl_error *error)
{
    const struct fl_words *words = NULL;
    fl_status status = fl_table_words(table, column_id, &words, error);
    if (status != FL_OK)
        return status;
    *numbers = malloc((words->count + 1) * sizeof **numbers);
    if (*numbers == NULL)
        return fl_fail_memory(error, words->count * sizeof **numbers);
    fl_word_union_map(all, words, *numbers);
    return FL_OK;
}

static fl_status read_table(struct reading *reading, struct fl_table *table,
                            const struct fl_word_union *const words[FL_PRODUCT_WORDS],
                            struct fl_products *products, struct fl_error *error)
{
    fl_status status = map_words(table, FL_PRODUCTS_PRODUCT, &products->names, &reading->numbers, error);
    for (int scope = 0; scope < FL_PRODUCT_WORDS && status == FL_OK; scope++) {
        if (words[scope] != NULL)
            status = map_words(table, column_ids[scope], words[scope], &reading->word_numbers[scope], error);
    }
    for (size_t block = 0; status == FL_OK && block < fl_table_blocks(table); block++) {
        status = read_block(reading, table, block, error);
        if (status == FL_OK)
            take_rows(reading, products);
    }
    free(reading->numbers);
    reading->numbers = NULL;
    for (int scope = 0; scope < FL_PRODUCT_WORDS; scope++) {
        free(reading->word_numbers[scope]);
        reading->word_numbers[scope] = NULL;
    }
    return status;
}

fl_status fl_products_open(const struct fl_data_folder *folder, enum fl_io_mode io_mode,
                           const struct fl_word_union *const words[FL_PRODUCT_WORDS],
                           struct fl_products *products, struct fl_error *error)
{
    struct reading reading = {0};
    *products = (struct fl_products){0};
    fl_status status = fl_dimension_files_open(folder, "products", io_mode, &reading.files, error);
    if (status == FL_OK)
        status = unite_names(&reading, products, error);
    for (size_t i = 0; i < reading.files.count && status == FL_OK; i++)
        status = read_table(&reading, reading.files.tables[i], words, products, error);
    end_reading(&reading);
    if (status != FL_OK)
        fl_products_release(products);
    return status;
}

void fl_products_release(struct fl_products *products)
{
    fl_word_union_release(&products->names);
    free(products->products);
    *products = (struct fl_products){0};
}
