/* explain_profile.c - the customer's profile and what was the night before, in words. */
#include "engine/explain_parts.h"

#include "formats/base/civil.h"

static void say_age(const struct fl_explain_parts *parts)
{
    struct fl_lines *lines = parts->lines;
    const struct fl_profile *profile = parts->profile;
    int year, month, day;
    fl_day_to_civil(parts->as_of_day, &year, &month, &day);
    if (profile->age_band_given)
        fl_lines_column(lines, FL_SCORES_AGE_BAND, "as the customers table gives it");
    else if (profile->has_birth_year)
        fl_lines_column(lines, FL_SCORES_AGE_BAND, "the age reached in %d, born in %lld", year,
                        (long long)profile->birth_year);
    else
        fl_lines_column(lines, FL_SCORES_AGE_BAND, "neither a band nor a year of birth");
}

void fl_explain_profile(const struct fl_explain_parts *parts)
{
    struct fl_lines *lines = parts->lines;
    const struct fl_profile *profile = parts->profile;
    const char *from =
        profile->found ? "from the customers table" : "the customers table lacks this customer";
    fl_lines_group(lines, "profile");
    say_age(parts);
    fl_lines_column(lines, FL_SCORES_LIFE_STAGE, "%s", from);
    fl_lines_column(lines, FL_SCORES_COUNTRY, "%s", from);
    fl_lines_column(lines, FL_SCORES_REGION, "%s", from);
    fl_lines_column(lines, FL_SCORES_URBANITY, "%s", from);
    fl_lines_column(lines, FL_SCORES_STORE_DISTANCE, "%s",
                    profile->distance_given       ? "as the customers table gives it"
                    : profile->has_store_distance ? "metres to the nearest store, over the ground of a sphere"
                                                  : "neither a distance nor a place with a store");
    fl_lines_column(lines, FL_SCORES_NEAREST_STORE, "%s",
                    profile->word[FL_PROFILE_NEAREST_STORE] != FL_NO_WORD ? "by the customer's place"
                                                                          : "no place, or no store with one");
}

void fl_explain_before(const struct fl_explain_parts *parts)
{
    struct fl_lines *lines = parts->lines;
    fl_lines_group(lines, "night before");
    fl_lines_column(lines, FL_SCORES_ENGAGEMENT_BEFORE, "as that night stored it");
    fl_lines_column(lines, FL_SCORES_BAND_BEFORE, "as that night stored it");
    fl_lines_column(lines, FL_SCORES_LOOP_BEFORE, "as that night stored it");
    fl_lines_column(lines, FL_SCORES_PHASE_BEFORE, "as that night stored it");
    fl_lines_column(lines, FL_SCORES_STAGE_BEFORE, "as that night stored it");
    fl_lines_column(lines, FL_SCORES_TIER_BEFORE, "as that night stored it");
    fl_lines_column(lines, FL_SCORES_CLUSTER_BEFORE, "as that night stored it");
}
