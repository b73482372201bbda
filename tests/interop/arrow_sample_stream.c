/* arrow_sample_stream.c - prints an Arrow stream with every kind of column, for other programs to read. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/arrow_sample.h"

/* apache-arrow (JS) does not know them. */
static void drop_large_lists(struct arrow_sample *sample)
{
    size_t kept = 0;
    for (size_t i = 0; i < sample->schema.field_count; i++) {
        if (sample->fields[i].type.kind == FL_ARROW_LARGE_LIST)
            continue;
        sample->fields[kept] = sample->fields[i];
        sample->words[kept] = sample->words[i];
        sample->columns[kept++] = sample->columns[i];
    }
    sample->schema.field_count = kept;
}

/* arrow_sample_stream ROWS BATCHES NULLS(0|1) */
int main(int argc, char **argv)
{
    if (argc != 4)
        return 64;
    struct arrow_sample sample;
    struct fl_buffer bytes = {0};
    arrow_sample_init(&sample, strtoul(argv[1], NULL, 10), argv[3][0] == '1');
    drop_large_lists(&sample);
    arrow_sample_write(&sample, strtoul(argv[2], NULL, 10), &bytes);
    const size_t written = fwrite(bytes.bytes, 1, bytes.size, stdout);
    const int result = written == bytes.size && fflush(stdout) == 0 ? 0 : 74;
    fl_buffer_release(&bytes);
    arrow_sample_release(&sample);
    return result;
}
