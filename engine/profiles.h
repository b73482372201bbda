/* profiles.h - the profile of each customer, looked up in rising order of keys in the customers tables of a
 * data folder, with the nearest of its stores. */
#ifndef ENGINE_PROFILES_H
#define ENGINE_PROFILES_H

#include "engine/model/model_settings.h"
#include "formats/folder/data_folder.h"
#include "formats/table/table_reader.h"
#include "formats/table/word_union.h"

/* Each has a dictionary of its own. */
enum fl_profile_word {
    FL_PROFILE_AGE_BAND,
    FL_PROFILE_LIFE_STAGE,
    FL_PROFILE_COUNTRY,
    FL_PROFILE_REGION,
    FL_PROFILE_URBANITY,
    FL_PROFILE_NEAREST_STORE,
    FL_PROFILE_WORDS
};

/* Of several rows for a customer one counts (engine/dimension_files.h), as a whole: nothing is filled from
 * others. Profiles have no history, so neither the as-of day nor the view hides a row. */
struct fl_profile {
    bool found; /* the customer has a row; else all below is empty */
    bool has_first_contact, has_store_distance;
    int32_t first_contact;
    uint32_t word[FL_PROFILE_WORDS]; /* number in its dictionary, FL_NO_WORD: none */
    int64_t store_distance_m;
    /* What they come from, for explain. */
    bool distance_given, age_band_given, has_birth_year;
    int64_t birth_year;
};

/* What all threads share: dictionaries and stores. */
struct fl_profiles;

/* Reads the dictionaries of all customers files and the stores. `folder` is borrowed until close; of
 * `settings` the age bands are copied. A folder without customers has no profiles, which is no failure. */
fl_status fl_profiles_open(const struct fl_data_folder *folder, enum fl_io_mode io_mode,
                           const struct fl_model_settings *settings, int32_t as_of_day,
                           struct fl_profiles **profiles, struct fl_error *error);
void fl_profiles_close(struct fl_profiles *profiles); /* NULL is fine */

/* The dictionary of a word: sorted, distinct, may hold words that no customer has. */
const struct fl_words *fl_profiles_words(const struct fl_profiles *profiles, enum fl_profile_word word);
/* The column of customer_scores that shows it. */
uint16_t fl_profile_word_column(enum fl_profile_word word);

/* Parts of a profile; what is not asked for is neither read nor set. */
enum {
    FL_PROFILE_WITH_FIRST_CONTACT = 1,
    FL_PROFILE_WITH_HOME = 2,  /* age band, life stage, country, region, urbanity */
    FL_PROFILE_WITH_STORE = 4, /* distance, nearest store */
    FL_PROFILE_WITH_ALL = 7
};

/* One thread's way through the customers files: for each file the columns of one block. */
struct fl_profile_join;

fl_status fl_profile_join_open(const struct fl_profiles *profiles, unsigned parts,
                               struct fl_profile_join **join, struct fl_error *error);
void fl_profile_join_close(struct fl_profile_join *join); /* NULL is fine */
/* At most what one holds, in bytes. */
uint64_t fl_profile_join_memory(const struct fl_profiles *profiles, unsigned parts);
/* The next customer that is looked up may be any from this one on, before or behind the one before. */
void fl_profile_join_seek(struct fl_profile_join *join, int64_t customer);
/* The customer is at least the one asked for before. FL_CORRUPT: the customers of a file do not rise. */
fl_status fl_profile_join_find(struct fl_profile_join *join, int64_t customer, struct fl_profile *profile,
                               struct fl_error *error);

#endif
