/* fold_texts.c - folds texts of a pipe, for another program to compare. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/tags/letters.h"
#include "formats/base/bytes.h"

static void put_size(size_t size)
{
    const fl_le32 stored = fl_put32((uint32_t)size);
    (void)fwrite(&stored, sizeof stored, 1, stdout);
}

/* Sizes stand in front of texts, as four bytes, on both sides. */
static int fold_texts(const struct fl_fold *fold)
{
    struct fl_buffer text = {0}, form = {0};
    fl_status status = FL_OK;
    fl_le32 stored;
    while (status == FL_OK && fread(&stored, sizeof stored, 1, stdin) == 1) {
        bool same_places;
        const size_t size = fl_get32(stored);
        form.size = 0;
        if (!fl_buffer_reserve(&text, size + 1) || fread(text.bytes, 1, size, stdin) != size)
            status = FL_IO;
        else
            status = fl_fold_append(fold, (struct fl_text){(const char *)text.bytes, size}, &form,
                                    &same_places, NULL);
        put_size(form.size);
        (void)fwrite(form.bytes, 1, form.size, stdout);
    }
    fl_buffer_release(&text);
    fl_buffer_release(&form);
    return status == FL_OK ? 0 : 1;
}

/* A digit for each code point: its enum fl_letter. */
static int print_letters(const struct fl_fold *fold)
{
    for (uint32_t character = 0; character < 0x110000; character++)
        (void)putchar('0' + (int)fl_letter_of(fold, character));
    return 0;
}

/* fold_texts [letters] */
int main(int argc, char **argv)
{
    struct fl_fold *fold;
    if (fl_fold_create(&fold, NULL) != FL_OK)
        return 1;
    const int code = argc > 1 && strcmp(argv[1], "letters") == 0 ? print_letters(fold) : fold_texts(fold);
    fl_fold_free(fold);
    return code;
}
