/* word_spots.h - where the words of a keyword list lie in one folded message, found one word after the other.
 */
#ifndef ENGINE_TAGS_LISTS_WORD_SPOTS_H
#define ENGINE_TAGS_LISTS_WORD_SPOTS_H

#include "engine/model/keywords.h"

/* A spot is the first byte of a place, in the folded text. Zero-initialise; release once. */
struct fl_word_spots {
    const struct fl_keywords *keywords; /* borrowed */
    const struct fl_fold *fold;         /* the same */
    struct fl_text text;                /* the folded message, borrowed until the next one */
    size_t *first;                      /* spots of literal i: first[i] .. first[i + 1] - 1 */
    struct fl_buffer spots;             /* uint32_t, rising for each literal */
};
fl_status fl_word_spots_open(struct fl_word_spots *spots, const struct fl_keywords *keywords,
                             const struct fl_fold *fold, struct fl_error *error);
void fl_word_spots_release(struct fl_word_spots *spots);

/* Looks for all literals in another message, of less than 4 GiB. FL_NO_MEMORY. */
fl_status fl_word_spots_find(struct fl_word_spots *spots, struct fl_text folded, struct fl_error *error);

size_t fl_word_size(const struct fl_word_spots *spots, uint32_t word);
/* Wherever the bytes of the word lie, free or not. */
const uint32_t *fl_word_spots_of(const struct fl_word_spots *spots, uint32_t word, size_t *count);
/* Whether it stands free there, so that it is a place of the word. */
bool fl_word_is_free(const struct fl_word_spots *spots, uint32_t word, uint32_t spot);
bool fl_word_is_there(const struct fl_word_spots *spots, uint32_t word);

/* The places of `word` that are nearest to bytes from .. to - 1 without touching them: *spot. False: none on
 * that side. */
bool fl_word_before(const struct fl_word_spots *spots, uint32_t word, size_t from, uint32_t *spot);
bool fl_word_behind(const struct fl_word_spots *spots, uint32_t word, size_t to, uint32_t *spot);
/* The fewest words between a place of `word` at `spot` and one of `other` that it does not overlap, counted
 * up to most + 1; SIZE_MAX: there is none. */
size_t fl_words_apart(const struct fl_word_spots *spots, uint32_t word, uint32_t spot, uint32_t other,
                      size_t most);

#endif
