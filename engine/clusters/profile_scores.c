/* profile_scores.c - what the customers table of a run says of the customers of each cluster. */
#include "engine/clusters/profile_scores.h"

#include "engine/clusters/cluster_rules.h"
#include "formats/table/table_reader.h"

enum {
    COLUMN_CLUSTER,
    COLUMN_CONFIDENCE,
    COLUMN_BASKETS,
    COLUMN_BREADTH,
    COLUMN_ENGAGEMENT,
    COLUMN_INTENT,
    COLUMN_NET_12M,
    COLUMNS
};
static const uint16_t column_ids[COLUMNS] = {
    [COLUMN_CLUSTER] = FL_SCORES_CLUSTER,       [COLUMN_CONFIDENCE] = FL_SCORES_BASKET_CONFIDENCE,
    [COLUMN_BASKETS] = FL_SCORES_BASKETS,       [COLUMN_BREADTH] = FL_SCORES_BREADTH,
    [COLUMN_ENGAGEMENT] = FL_SCORES_ENGAGEMENT, [COLUMN_INTENT] = FL_SCORES_INTENT,
    [COLUMN_NET_12M] = FL_SCORES_NET_12M};

struct reader {
    struct fl_cluster_profile *profile;
    struct fl_table *table;
    struct fl_column_data columns[COLUMNS];
    uint32_t low; /* the word of the confidence */
};

static bool is_null(const struct fl_column_data *column, size_t row)
{
    return column->nulls != NULL && column->nulls[row] != 0;
}

/* A null reads as 0. */
static fl_status add_row(const struct reader *reader, size_t row, struct fl_error *error)
{
    const struct fl_column_data *columns = reader->columns;
    struct fl_cluster_profile *profile = reader->profile;
    if (is_null(&columns[COLUMN_CLUSTER], row)) {
        profile->thin++;
        return FL_OK;
    }
    const int64_t number = columns[COLUMN_CLUSTER].as.i64[row];
    const uint32_t place = fl_cluster_place(profile->model->clusters, number);
    if (place == profile->model->clusters->k)
        return fl_fail(error, FL_CORRUPT, "row %zu: the model has no cluster %lld", row, (long long)number);
    struct fl_cluster_sums *sums = &profile->sums[place];
    sums->customers++;
    sums->low += columns[COLUMN_CONFIDENCE].as.words[row] == reader->low;
    sums->breadth_count += !is_null(&columns[COLUMN_BREADTH], row);
    const bool fits =
        !__builtin_add_overflow(sums->baskets, columns[COLUMN_BASKETS].as.i64[row], &sums->baskets) &&
        !__builtin_add_overflow(sums->breadth_milli, columns[COLUMN_BREADTH].as.i64[row],
                                &sums->breadth_milli) &&
        !__builtin_add_overflow(sums->net_12m, columns[COLUMN_NET_12M].as.i64[row], &sums->net_12m);
    if (!fits)
        return fl_fail(error, FL_LIMIT, "row %zu: the sums of cluster %lld pass 63 bits", row,
                       (long long)number);
    sums->engagement += columns[COLUMN_ENGAGEMENT].as.u8[row];
    sums->intent += columns[COLUMN_INTENT].as.u8[row];
    return FL_OK;
}

static fl_status add_block(struct reader *reader, size_t block, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (int column = 0; column < COLUMNS && status == FL_OK; column++)
        status =
            fl_table_read_column(reader->table, block, column_ids[column], &reader->columns[column], error);
    for (size_t row = 0; status == FL_OK && row < reader->columns[0].rows; row++)
        status = add_row(reader, row, error);
    if (status != FL_OK)
        (void)fl_error_at_block(error, (int64_t)block, NULL);
    return status;
}

static fl_status check_columns(struct reader *reader, struct fl_error *error)
{
    struct fl_table *table = reader->table;
    const struct fl_words *words = NULL;
    for (int column = COLUMN_CLUSTER; column <= COLUMN_BREADTH; column++) {
        if (!fl_table_has(table, column_ids[column]))
            return fl_fail(
                error, FL_USAGE,
                "the run has not all columns of clusters: run it without --columns, or by `cluster "
                "assign`");
    }
    reader->profile->has_scores = true;
    for (int column = COLUMN_ENGAGEMENT; column < COLUMNS; column++)
        reader->profile->has_scores = reader->profile->has_scores && fl_table_has(table, column_ids[column]);
    const fl_status status = fl_table_words(table, FL_SCORES_BASKET_CONFIDENCE, &words, error);
    reader->low = FL_NO_WORD;
    for (uint32_t word = 0; status == FL_OK && word < words->count; word++) {
        if (fl_text_equal(fl_words_at(words, word), fl_text_of(fl_basket_confidence_word(FL_BASKETS_LOW))))
            reader->low = word;
    }
    return status;
}

fl_status fl_profile_scores_read(const struct fl_cluster_profile_plan *plan, const char *path,
                                 struct fl_cluster_profile *profile, struct fl_error *error)
{
    struct reader reader = {.profile = profile};
    fl_status status = fl_table_open(plan->io, path, plan->io_mode, &reader.table, error);
    if (status != FL_OK)
        return status;
    status = check_columns(&reader, error);
    for (size_t block = 0; status == FL_OK && block < fl_table_blocks(reader.table); block++)
        status = add_block(&reader, block, error);
    if (status != FL_OK)
        (void)fl_error_at_path(error, path);
    for (int column = 0; column < COLUMNS; column++)
        fl_column_data_release(&reader.columns[column]);
    fl_table_close(reader.table);
    return status;
}
