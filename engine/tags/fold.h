/* fold.h - the one form for all ways to write a text: NFKC, case folded, without characters of no width. */
#ifndef ENGINE_TAGS_FOLD_H
#define ENGINE_TAGS_FOLD_H

#include "engine/kernels/fold_kernels.h"
#include "formats/base/arena.h"
#include "formats/base/status.h"
#include "formats/base/text.h"

/* By tables that the build makes from the Unicode library. Immutable: threads may share it. */
struct fl_fold;
fl_status fl_fold_create(struct fl_fold **fold, struct fl_error *error);
void fl_fold_free(struct fl_fold *fold); /* NULL is fine */

/* Appends the folded form to `out`, at most FL_FOLD_GROWTH times the size of the text; it is valid UTF-8.
 * Each byte that is no UTF-8 counts as one U+FFFD. *same_places: each character gave
 * one of its own size, so nothing has to be mapped back. FL_NO_MEMORY: `out` is as it was. */
enum { FL_FOLD_GROWTH = 11 };
fl_status fl_fold_append(const struct fl_fold *fold, struct fl_text text, struct fl_buffer *out,
                         bool *same_places, struct fl_error *error);

/* Appends the folded form of the start of a text, up to the first character that the quickest way does not
 * fold byte by byte: *plain bytes, each of which gives one. Another way to fold begins at a character from
 * which on nothing hangs together with what is before it. */
fl_status fl_fold_append_plain(const struct fl_fold *fold, struct fl_text text, struct fl_buffer *out,
                               size_t *plain, struct fl_error *error);

/* The same of whole blocks of ASCII at the start of a text, and marks where lines end in them, `count` in
 * front of them: *size bytes. The marks have room for the text. */
fl_status fl_fold_append_marked(const struct fl_fold *fold, struct fl_text text, struct fl_buffer *out,
                                struct fl_line_marks marks, uint32_t count, size_t *size,
                                struct fl_error *error);

/* Where bytes folded_from .. folded_to - 1 (at least one) of the folded form come from: bytes *from .. *to -
 * 1 of the text, from the start of the cluster that gave the first to the end of the one that gave the last.
 */
void fl_fold_place(const struct fl_fold *fold, struct fl_text text, size_t folded_from, size_t folded_to,
                   size_t *from, size_t *to);

/* The same for many places of one text, which should rise by folded_from: then all of them together cost one
 * pass over the text, and not a pass each. Begins as {0}. */
struct fl_fold_cursor {
    size_t at, folded; /* a cluster begins at these bytes of the text, of the folded form */
};
void fl_fold_place_on(const struct fl_fold *fold, struct fl_text text, struct fl_fold_cursor *cursor,
                      size_t folded_from, size_t folded_to, size_t *from, size_t *to);

#endif
