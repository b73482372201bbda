/* profiles.c - the profile of each customer, looked up in rising order of keys. */
#include "engine/profiles.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/dimension_files.h"
#include "engine/stores.h"
#include "formats/base/civil.h"
#include "formats/base/limits.h"
#include "formats/table/table_listed.h"

/* Words that the customers table itself has: all but the nearest store. */
enum { FILE_WORDS = FL_PROFILE_NEAREST_STORE, BAND_NAME_SIZE = 24, COLUMN_IDS = FL_CUSTOMERS_ARRIVAL + 1 };

static const uint16_t word_ids[FILE_WORDS] = {
    [FL_PROFILE_AGE_BAND] = FL_CUSTOMERS_AGE_BAND, [FL_PROFILE_LIFE_STAGE] = FL_CUSTOMERS_LIFE_STAGE,
    [FL_PROFILE_COUNTRY] = FL_CUSTOMERS_COUNTRY,   [FL_PROFILE_REGION] = FL_CUSTOMERS_REGION,
    [FL_PROFILE_URBANITY] = FL_CUSTOMERS_URBANITY,
};

struct profile_file {
    char *path;
    uint32_t *numbers[FILE_WORDS]; /* united numbers by the file's own */
    uint32_t block_rows_max;
};

struct fl_profiles {
    const struct fl_io *io;
    enum fl_io_mode io_mode;
    int32_t as_of_year;
    int32_t age_band_count, age_band_floor[FL_AGE_BANDS_MAX];
    uint32_t age_band[FL_AGE_BANDS_MAX]; /* its number among the age bands */
    struct profile_file *files;          /* as fl_dimension_files lists them */
    size_t file_count;
    struct fl_word_union words[FILE_WORDS];
    struct fl_stores stores;
};

/* ---- age bands ---- */

/* "18-24", "65+". */
static void name_band(const struct fl_profiles *profiles, int32_t band, char name[BAND_NAME_SIZE])
{
    const int32_t from = profiles->age_band_floor[band];
    if (band + 1 == profiles->age_band_count)
        (void)snprintf(name, BAND_NAME_SIZE, "%d+", from);
    else
        (void)snprintf(name, BAND_NAME_SIZE, "%d-%d", from, profiles->age_band_floor[band + 1] - 1);
}

/* The names go into the dictionary one by one: each is a list of one word. */
static fl_status add_bands(struct fl_profiles *profiles, struct fl_error *error)
{
    char name[BAND_NAME_SIZE];
    fl_status status = FL_OK;
    struct fl_word_union *all = &profiles->words[FL_PROFILE_AGE_BAND];
    for (int32_t band = 0; band < profiles->age_band_count && status == FL_OK; band++) {
        name_band(profiles, band, name);
        const uint32_t offsets[] = {0, (uint32_t)strlen(name)};
        status = fl_word_union_add(all, &(struct fl_words){1, offsets, name}, error);
    }
    for (int32_t band = 0; band < profiles->age_band_count && status == FL_OK; band++) {
        name_band(profiles, band, name);
        const uint32_t offsets[] = {0, (uint32_t)strlen(name)};
        fl_word_union_map(all, &(struct fl_words){1, offsets, name}, &profiles->age_band[band]);
    }
    return status;
}

/* By the age that is reached in the year of the as-of day. Who is not born yet has no band. */
static uint32_t band_of(const struct fl_profiles *profiles, int64_t birth_year)
{
    uint32_t band = FL_NO_WORD;
    if (birth_year < FL_BIRTH_YEAR_MIN || birth_year > FL_BIRTH_YEAR_MAX)
        return FL_NO_WORD;
    for (int32_t i = 0; i < profiles->age_band_count; i++) {
        if (profiles->as_of_year - birth_year >= profiles->age_band_floor[i])
            band = profiles->age_band[i];
    }
    return band;
}

/* ---- what is shared ---- */

static fl_status unite_words(struct fl_profiles *profiles, const struct fl_dimension_files *files,
                             struct fl_error *error)
{
    for (size_t i = 0; i < files->count; i++) {
        for (int word = 0; word < FILE_WORDS; word++) {
            const struct fl_words *words = NULL;
            fl_status status = fl_table_words(files->tables[i], word_ids[word], &words, error);
            if (status == FL_OK)
                status = fl_word_union_add(&profiles->words[word], words, error);
            if (status != FL_OK)
                return status;
        }
    }
    return files->count == 0 ? FL_OK : add_bands(profiles, error);
}

static fl_status map_file(struct fl_profiles *profiles, struct fl_table *table, struct profile_file *file,
                          struct fl_error *error)
{
    file->path = strdup(fl_table_path(table));
    if (file->path == NULL)
        return fl_fail_memory(error, strlen(fl_table_path(table)));
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        const uint32_t rows = fl_table_block(table, block).rows;
        file->block_rows_max = rows > file->block_rows_max ? rows : file->block_rows_max;
    }
    for (int word = 0; word < FILE_WORDS; word++) {
        const struct fl_words *words = NULL;
        const fl_status status = fl_table_words(table, word_ids[word], &words, error);
        if (status != FL_OK)
            return status;
        file->numbers[word] = malloc((words->count + 1) * sizeof *file->numbers[word]);
        if (file->numbers[word] == NULL)
            return fl_fail_memory(error, words->count * sizeof *file->numbers[word]);
        fl_word_union_map(&profiles->words[word], words, file->numbers[word]);
    }
    return FL_OK;
}

static fl_status map_files(struct fl_profiles *profiles, const struct fl_dimension_files *files,
                           struct fl_error *error)
{
    profiles->files = calloc(files->count + 1, sizeof *profiles->files);
    if (profiles->files == NULL)
        return fl_fail_memory(error, files->count * sizeof *profiles->files);
    fl_status status = FL_OK;
    for (size_t i = 0; i < files->count && status == FL_OK; i++)
        status = map_file(profiles, files->tables[i], &profiles->files[profiles->file_count++], error);
    return status;
}

static fl_status read_files(struct fl_profiles *profiles, const struct fl_data_folder *folder,
                            struct fl_error *error)
{
    struct fl_dimension_files files = {0};
    fl_status status = fl_dimension_files_open(folder, "customers", profiles->io_mode, &files, error);
    if (status == FL_OK)
        status = unite_words(profiles, &files, error);
    if (status == FL_OK)
        status = map_files(profiles, &files, error);
    fl_dimension_files_close(&files);
    return status == FL_OK ? fl_stores_open(folder, profiles->io_mode, &profiles->stores, error) : status;
}

fl_status fl_profiles_open(const struct fl_data_folder *folder, enum fl_io_mode io_mode,
                           const struct fl_model_settings *settings, int32_t as_of_day,
                           struct fl_profiles **profiles, struct fl_error *error)
{
    *profiles = NULL;
    struct fl_profiles *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    int year, month, day;
    fl_day_to_civil(as_of_day, &year, &month, &day);
    opened->io = folder->io;
    opened->io_mode = io_mode;
    opened->as_of_year = year;
    opened->age_band_count = settings->age_band_count;
    memcpy(opened->age_band_floor, settings->age_band_floor, sizeof opened->age_band_floor);
    const fl_status status = read_files(opened, folder, error);
    if (status == FL_OK)
        *profiles = opened;
    else
        fl_profiles_close(opened);
    return status;
}

void fl_profiles_close(struct fl_profiles *profiles)
{
    if (profiles == NULL)
        return;
    for (size_t i = 0; i < profiles->file_count; i++) {
        free(profiles->files[i].path);
        for (int word = 0; word < FILE_WORDS; word++)
            free(profiles->files[i].numbers[word]);
    }
    free(profiles->files);
    for (int word = 0; word < FILE_WORDS; word++)
        fl_word_union_release(&profiles->words[word]);
    fl_stores_release(&profiles->stores);
    free(profiles);
}

const struct fl_words *fl_profiles_words(const struct fl_profiles *profiles, enum fl_profile_word word)
{
    return word == FL_PROFILE_NEAREST_STORE ? &profiles->stores.names.words : &profiles->words[word].words;
}

uint16_t fl_profile_word_column(enum fl_profile_word word)
{
    static const uint16_t columns[FL_PROFILE_WORDS] = {
        [FL_PROFILE_AGE_BAND] = FL_SCORES_AGE_BAND, [FL_PROFILE_LIFE_STAGE] = FL_SCORES_LIFE_STAGE,
        [FL_PROFILE_COUNTRY] = FL_SCORES_COUNTRY,   [FL_PROFILE_REGION] = FL_SCORES_REGION,
        [FL_PROFILE_URBANITY] = FL_SCORES_URBANITY, [FL_PROFILE_NEAREST_STORE] = FL_SCORES_NEAREST_STORE};
    return columns[word];
}

/* ---- one thread's way through the files ---- */

struct profile_cursor {
    struct fl_table *table;
    const struct profile_file *file;
    size_t next_block, row, rows; /* `row` is the next one of the block in hand */
    int64_t last_customer;
    struct fl_column_data columns[COLUMN_IDS]; /* by column id */
};

struct fl_profile_join {
    const struct fl_profiles *profiles;
    struct profile_cursor *cursors;
    size_t count;
    bool wanted[COLUMN_IDS];
    bool wants_store;
    double *least; /* scratch of the search for a store */
    bool any;      /* `found` is what customer `last` has */
    int64_t last;
    struct fl_profile found;
};

static void want(unsigned parts, bool wanted[COLUMN_IDS])
{
    const bool home = (parts & FL_PROFILE_WITH_HOME) != 0, store = (parts & FL_PROFILE_WITH_STORE) != 0;
    wanted[FL_CUSTOMERS_CUSTOMER] = wanted[FL_CUSTOMERS_ARRIVAL] = true;
    wanted[FL_CUSTOMERS_FIRST_CONTACT] = (parts & FL_PROFILE_WITH_FIRST_CONTACT) != 0;
    wanted[FL_CUSTOMERS_BIRTH_YEAR] = home;
    for (int word = 0; word < FILE_WORDS; word++)
        wanted[word_ids[word]] = home;
    wanted[FL_CUSTOMERS_LATITUDE] = wanted[FL_CUSTOMERS_LONGITUDE] = store;
    wanted[FL_CUSTOMERS_STORE_DISTANCE] = store;
}

uint64_t fl_profile_join_memory(const struct fl_profiles *profiles, unsigned parts)
{
    bool wanted[COLUMN_IDS] = {false};
    uint64_t columns = 0, bytes = (profiles->stores.blocks + 1) * sizeof(double);
    want(parts, wanted);
    for (int id = 0; id < COLUMN_IDS; id++)
        columns += wanted[id];
    /* A value, its null, the page as it is stored and as it is unpacked. */
    for (size_t i = 0; i < profiles->file_count; i++)
        bytes += sizeof(struct profile_cursor) +
                 columns * profiles->files[i].block_rows_max * (3 * sizeof(int64_t) + 1);
    return bytes;
}

static fl_status open_cursors(const struct fl_profiles *profiles, struct fl_profile_join *join,
                              struct fl_error *error)
{
    join->cursors = calloc(profiles->file_count + 1, sizeof *join->cursors);
    join->least = malloc((profiles->stores.blocks + 1) * sizeof *join->least);
    if (join->cursors == NULL || join->least == NULL)
        return fl_fail_memory(error, profiles->file_count * sizeof *join->cursors);
    for (size_t i = 0; i < profiles->file_count; i++) {
        struct profile_cursor *cursor = &join->cursors[join->count++];
        cursor->file = &profiles->files[i];
        const fl_status status =
            fl_table_open_listed(profiles->io, cursor->file->path, profiles->io_mode, &cursor->table, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

fl_status fl_profile_join_open(const struct fl_profiles *profiles, unsigned parts,
                               struct fl_profile_join **join, struct fl_error *error)
{
    *join = NULL;
    struct fl_profile_join *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    opened->profiles = profiles;
    opened->wants_store = (parts & FL_PROFILE_WITH_STORE) != 0;
    want(parts, opened->wanted);
    const fl_status status = open_cursors(profiles, opened, error);
    if (status != FL_OK) {
        fl_profile_join_close(opened);
        return status;
    }
    fl_profile_join_seek(opened, INT64_MIN);
    *join = opened;
    return FL_OK;
}

void fl_profile_join_close(struct fl_profile_join *join)
{
    if (join == NULL)
        return;
    for (size_t i = 0; i < join->count; i++) {
        struct profile_cursor *cursor = &join->cursors[i];
        if (cursor->table != NULL)
            fl_table_close(cursor->table);
        for (int id = 0; id < COLUMN_IDS; id++)
            fl_column_data_release(&cursor->columns[id]);
    }
    free(join->cursors);
    free(join->least);
    free(join);
}

void fl_profile_join_seek(struct fl_profile_join *join, int64_t customer)
{
    join->any = false;
    join->last = customer;
    for (size_t i = 0; i < join->count; i++) {
        struct profile_cursor *cursor = &join->cursors[i];
        cursor->next_block = fl_table_find_block(cursor->table, customer);
        cursor->row = cursor->rows = 0;
        cursor->last_customer = INT64_MIN;
    }
}

static fl_status check_order(struct profile_cursor *cursor, size_t block, struct fl_error *error)
{
    const int64_t *customers = cursor->columns[FL_CUSTOMERS_CUSTOMER].as.i64;
    for (size_t row = 0; row < cursor->rows; row++) {
        if (customers[row] < cursor->last_customer) {
            fl_fail(error, FL_CORRUPT, "row %zu: the customers do not rise", row);
            fl_error_at_path(error, cursor->file->path);
            fl_error_at_block(error, (int64_t)block, NULL);
            return FL_CORRUPT;
        }
        cursor->last_customer = customers[row];
    }
    return FL_OK;
}

static fl_status load_block(const struct fl_profile_join *join, struct profile_cursor *cursor,
                            struct fl_error *error)
{
    const size_t block = cursor->next_block++;
    fl_status status = FL_OK;
    for (uint16_t id = 0; id < COLUMN_IDS && status == FL_OK; id++) {
        if (join->wanted[id])
            status = fl_table_read_column(cursor->table, block, id, &cursor->columns[id], error);
    }
    if (status != FL_OK)
        return status;
    cursor->row = 0;
    cursor->rows = cursor->columns[FL_CUSTOMERS_CUSTOMER].rows;
    return check_order(cursor, block, error);
}

/* Goes to the first row whose customer is not below `customer`; *there: it is the very one. */
static fl_status advance(const struct fl_profile_join *join, struct profile_cursor *cursor, int64_t customer,
                         bool *there, struct fl_error *error)
{
    const struct fl_column_data *customers = &cursor->columns[FL_CUSTOMERS_CUSTOMER];
    for (;;) {
        while (cursor->row < cursor->rows && customers->as.i64[cursor->row] < customer)
            cursor->row++;
        *there = cursor->row < cursor->rows && customers->as.i64[cursor->row] == customer;
        if (cursor->row < cursor->rows)
            return FL_OK;
        while (cursor->next_block < fl_table_blocks(cursor->table) &&
               fl_table_block(cursor->table, cursor->next_block).customer_max < customer)
            cursor->next_block++;
        if (cursor->next_block == fl_table_blocks(cursor->table))
            return FL_OK;
        const fl_status status = load_block(join, cursor, error);
        if (status != FL_OK)
            return status;
    }
}

/* ---- one row ---- */

static void take_home(const struct fl_profiles *profiles, const struct profile_cursor *cursor,
                      struct fl_profile *profile)
{
    const struct fl_column_data *birth_year = &cursor->columns[FL_CUSTOMERS_BIRTH_YEAR];
    for (int word = 0; word < FILE_WORDS; word++)
        profile->word[word] =
            fl_united_word(&cursor->columns[word_ids[word]], cursor->file->numbers[word], cursor->row);
    profile->age_band_given = profile->word[FL_PROFILE_AGE_BAND] != FL_NO_WORD;
    profile->has_birth_year = !fl_is_null(birth_year, cursor->row);
    profile->birth_year = profile->has_birth_year ? birth_year->as.i64[cursor->row] : 0;
    if (!profile->age_band_given && profile->has_birth_year)
        profile->word[FL_PROFILE_AGE_BAND] = band_of(profiles, birth_year->as.i64[cursor->row]);
}

/* A distance that is given counts, whatever it was measured by; else that to the nearest store. */
static void take_store(const struct fl_profile_join *join, const struct profile_cursor *cursor,
                       struct fl_profile *profile)
{
    const struct fl_column_data *latitude = &cursor->columns[FL_CUSTOMERS_LATITUDE],
                                *longitude = &cursor->columns[FL_CUSTOMERS_LONGITUDE],
                                *given = &cursor->columns[FL_CUSTOMERS_STORE_DISTANCE];
    const struct fl_stores *stores = &join->profiles->stores;
    struct fl_place home;
    if (stores->blocks > 0 && !fl_is_null(latitude, cursor->row) && !fl_is_null(longitude, cursor->row) &&
        fl_place_of(latitude->as.i64[cursor->row], longitude->as.i64[cursor->row], &home)) {
        fl_stores_nearest(stores, &home, join->least, &profile->word[FL_PROFILE_NEAREST_STORE],
                          &profile->store_distance_m);
        profile->has_store_distance = true;
    }
    if (fl_is_null(given, cursor->row) || given->as.i64[cursor->row] < 0)
        return;
    profile->store_distance_m = given->as.i64[cursor->row];
    profile->has_store_distance = profile->distance_given = true;
}

static void take_row(const struct fl_profile_join *join, const struct profile_cursor *cursor,
                     struct fl_profile *profile)
{
    const struct fl_column_data *first_contact = &cursor->columns[FL_CUSTOMERS_FIRST_CONTACT];
    *profile = (struct fl_profile){.found = true};
    for (int word = 0; word < FL_PROFILE_WORDS; word++)
        profile->word[word] = FL_NO_WORD;
    if (join->wanted[FL_CUSTOMERS_FIRST_CONTACT] && !fl_is_null(first_contact, cursor->row)) {
        profile->has_first_contact = true;
        profile->first_contact = first_contact->as.i32[cursor->row];
    }
    if (join->wanted[FL_CUSTOMERS_BIRTH_YEAR])
        take_home(join->profiles, cursor, profile);
    if (join->wants_store)
        take_store(join, cursor, profile);
}

/* All rows of the customer in one file; `arrival` is that of the best row so far. */
static fl_status take_rows(struct fl_profile_join *join, struct profile_cursor *cursor, int64_t customer,
                           int32_t *arrival, struct fl_error *error)
{
    for (;;) {
        bool there = false;
        const fl_status status = advance(join, cursor, customer, &there, error);
        if (status != FL_OK || !there)
            return status;
        const int32_t row_arrival = fl_arrival_of(&cursor->columns[FL_CUSTOMERS_ARRIVAL], cursor->row);
        if (!join->found.found || row_arrival >= *arrival) {
            take_row(join, cursor, &join->found);
            *arrival = row_arrival;
        }
        cursor->row++;
    }
}

fl_status fl_profile_join_find(struct fl_profile_join *join, int64_t customer, struct fl_profile *profile,
                               struct fl_error *error)
{
    assert(customer >= join->last);
    int32_t arrival = INT32_MIN;
    fl_status status = FL_OK;
    if (!join->any || customer != join->last) {
        join->found = (struct fl_profile){0};
        for (int word = 0; word < FL_PROFILE_WORDS; word++)
            join->found.word[word] = FL_NO_WORD;
        for (size_t i = 0; i < join->count && status == FL_OK; i++)
            status = take_rows(join, &join->cursors[i], customer, &arrival, error);
    }
    join->any = status == FL_OK;
    join->last = customer;
    *profile = join->found;
    return status;
}
