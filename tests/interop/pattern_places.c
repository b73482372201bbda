/* pattern_places.c - places of regular expressions in texts of a pipe, for another program to compare. */
#include <stdio.h>
#include <stdlib.h>

#include "engine/tags/words/word_database.h"
#include "formats/base/bytes.h"

static uint32_t read_number(void)
{
    fl_le32 stored;
    if (fread(&stored, sizeof stored, 1, stdin) != 1)
        exit(0);
    return fl_get32(stored);
}

/* Its size stands in front of it. It lives until the next one is read into the same buffer. */
static struct fl_text read_text(struct fl_buffer *buffer)
{
    const uint32_t size = read_number();
    if (!fl_buffer_reserve(buffer, size + 1) || fread(buffer->bytes, 1, size, stdin) != size)
        exit(1);
    return (struct fl_text){(const char *)buffer->bytes, size};
}

static void print_places(const struct fl_pattern_database *database, struct fl_pattern_scratch *scratch,
                         struct fl_text text)
{
    struct fl_buffer found = {0};
    size_t count;
    if (fl_pattern_database_scan(database, scratch, text.bytes, text.size, &found, &count, NULL) != FL_OK)
        exit(1);
    const struct fl_pattern_place *places = (const struct fl_pattern_place *)found.bytes;
    for (size_t i = 0; i < count; i++)
        (void)printf("%u-%u ", places[i].from, places[i].to);
    (void)printf("\n");
    fl_buffer_release(&found);
}

/* In: a pattern, the number of its texts, the texts; again and again. Out: a line `refused: why`, or `fine`
 * and a line of places for each text. */
int main(void)
{
    static struct fl_buffer pattern_bytes, text_bytes; /* one of each at a time, until the program ends */
    struct fl_fold *fold;
    if (fl_fold_create(&fold, NULL) != FL_OK)
        return 1;
    for (;;) {
        const struct fl_text pattern = read_text(&pattern_bytes);
        struct fl_pattern_database *database;
        struct fl_pattern_scratch *scratch = NULL;
        struct fl_error error = {0};
        size_t bad;
        const fl_status status = fl_pattern_database_compile(fold, &pattern, 1, &database, &bad, &error);
        if (status == FL_OK && fl_pattern_scratch_create(database, &scratch, &error) != FL_OK)
            return 1;
        (void)printf("%s%s\n", status == FL_OK ? "fine" : "refused: ", error.message);
        for (uint32_t left = read_number(); left > 0; left--) {
            const struct fl_text text = read_text(&text_bytes);
            if (status == FL_OK)
                print_places(database, scratch, text);
        }
        (void)fflush(stdout);
        fl_pattern_scratch_free(scratch);
        fl_pattern_database_free(database);
    }
}
