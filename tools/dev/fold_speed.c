/* fold_speed.c - how fast messages are folded, for tools/bench.
 *
 * Usage: fold_speed FILE
 *
 * Each line of the file is a message. Prints the messages, their bytes, those of their folded forms, and
 * megabytes (10^6 of the text) a second of CPU time, the best of some tries. Forms that change when they are
 * folded again are an error. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/tags/fold.h"
#include "formats/base/file_map.h"

/* The tagger folds messages into buffers of about this size. */
enum { TRIES = 21, JOINED_BYTES = 65536 };

static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct messages {
    struct fl_text *texts;
    size_t count;
    uint64_t bytes;
};

/* Lines of a file that stays mapped. */
static fl_status cut_lines(struct fl_text file, struct messages *messages, struct fl_error *error)
{
    size_t lines = 1;
    for (size_t i = 0; i < file.size; i++)
        lines += file.bytes[i] == '\n';
    messages->texts = malloc(lines * sizeof *messages->texts);
    if (messages->texts == NULL)
        return fl_fail_memory(error, lines * sizeof *messages->texts);
    for (size_t at = 0; at < file.size;) {
        const char *end = memchr(file.bytes + at, '\n', file.size - at);
        const size_t size = end == NULL ? file.size - at : (size_t)(end - file.bytes) - at;
        messages->texts[messages->count++] = (struct fl_text){file.bytes + at, size};
        messages->bytes += size;
        at += size + 1;
    }
    return FL_OK;
}

static fl_status fold_all(const struct fl_fold *fold, const struct messages *messages, struct fl_buffer *out,
                          uint64_t *folded_bytes, struct fl_error *error)
{
    fl_status status = FL_OK;
    *folded_bytes = out->size = 0;
    for (size_t i = 0; i < messages->count && status == FL_OK; i++) {
        bool same_places;
        const size_t before = out->size;
        status = fl_fold_append(fold, messages->texts[i], out, &same_places, error);
        *folded_bytes += out->size - before;
        if (out->size >= JOINED_BYTES)
            out->size = 0;
    }
    return status;
}

static fl_status check_form(const struct fl_fold *fold, struct fl_text message, struct fl_buffer *form,
                            struct fl_buffer *again, struct fl_error *error)
{
    bool same_places;
    form->size = again->size = 0;
    fl_status status = fl_fold_append(fold, message, form, &same_places, error);
    const struct fl_text once = {(const char *)form->bytes, form->size};
    if (status == FL_OK)
        status = fl_fold_append(fold, once, again, &same_places, error);
    if (status == FL_OK && !fl_text_equal(once, (struct fl_text){(const char *)again->bytes, again->size}))
        return fl_fail(error, FL_INTERNAL, "a folded form changes when it is folded again");
    return status;
}

static fl_status measure(const struct fl_fold *fold, const struct messages *messages, struct fl_error *error)
{
    struct fl_buffer form = {0}, again = {0};
    uint64_t folded_bytes = 0;
    int64_t best_ns = INT64_MAX; /* one more at the end, as no messages take no time */
    fl_status status = FL_OK;
    for (size_t i = 0; i < messages->count && status == FL_OK; i++)
        status = check_form(fold, messages->texts[i], &form, &again, error);
    for (int i = 0; i < TRIES && status == FL_OK; i++) {
        const int64_t start = cpu_ns();
        status = fold_all(fold, messages, &form, &folded_bytes, error);
        const int64_t took = cpu_ns() - start;
        best_ns = took < best_ns ? took : best_ns;
    }
    if (status == FL_OK)
        printf("%zu %" PRIu64 " %" PRIu64 " %.1f\n", messages->count, messages->bytes, folded_bytes,
               (double)messages->bytes * 1e3 / (double)(best_ns + 1));
    fl_buffer_release(&form);
    fl_buffer_release(&again);
    return status;
}

static fl_status measure_file(struct fl_file_map *map, struct fl_error *error)
{
    struct fl_buffer scratch = {0};
    struct messages messages = {0};
    struct fl_fold *fold = NULL;
    const uint8_t *bytes;
    fl_status status = fl_file_map_view(map, 0, map->size_bytes, &scratch, &bytes, error);
    if (status == FL_OK)
        status = cut_lines((struct fl_text){(const char *)bytes, (size_t)map->size_bytes}, &messages, error);
    if (status == FL_OK)
        status = fl_fold_create(&fold, error);
    if (status == FL_OK)
        status = measure(fold, &messages, error);
    fl_fold_free(fold);
    free(messages.texts);
    fl_buffer_release(&scratch);
    return status;
}

int main(int argc, char **argv)
{
    struct fl_error error;
    struct fl_file_map map;
    fl_error_clear(&error);
    if (argc != 2) {
        (void)fprintf(stderr, "usage: fold_speed FILE\n");
        return fl_status_exit_code(FL_USAGE);
    }
    fl_status status = fl_file_map_open(&map, &fl_io_system, argv[1], FL_IO_COPY, &error);
    if (status == FL_OK) {
        status = measure_file(&map, &error);
        fl_file_map_close(&map);
    }
    if (status != FL_OK)
        (void)fprintf(stderr, "fold_speed: %s: %s\n", argv[1], error.message);
    return fl_status_exit_code(status);
}
