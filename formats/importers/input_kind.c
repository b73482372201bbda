/* input_kind.c - looks at the first bytes of an input. */
#include "formats/importers/input_kind.h"

#include "formats/arrow/arrow_stream.h"
#include "formats/importers/reject_file.h"
#include "formats/parquet/parquet_read.h"

const char *const fl_input_kind_words[FL_INPUT_KIND_COUNT + 1] = {
#define X(name, words) [FL_INPUT_##name] = (words),
    FL_INPUT_KIND_LIST(X)
#undef X
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static struct fl_text after_blanks(struct fl_text text)
{
    while (text.size > 0 && is_blank(text.bytes[0]))
        text = (struct fl_text){text.bytes + 1, text.size - 1};
    return text;
}

static bool ends_with(const char *path, const char *extension)
{
    const size_t size = strlen(path), wanted = strlen(extension);
    return size >= wanted && strcmp(path + size - wanted, extension) == 0;
}

/* `{` and a quote start no CSV that anybody writes; a lone `{` needs the name of the file beside it. */
static bool is_ndjson(struct fl_text text, const char *path)
{
    if (text.size >= 3 && memcmp(text.bytes, "\xef\xbb\xbf", 3) == 0)
        text = (struct fl_text){text.bytes + 3, text.size - 3};
    text = after_blanks(text);
    if (text.size == 0 || text.bytes[0] != '{')
        return false;
    if (ends_with(path, ".ndjson") || ends_with(path, ".jsonl"))
        return true;
    text = after_blanks((struct fl_text){text.bytes + 1, text.size - 1});
    return text.size > 0 && text.bytes[0] == '"';
}

enum fl_input_kind fl_input_kind_of(const uint8_t *head, size_t size, const char *path,
                                    enum fl_input_kind said)
{
    const struct fl_text text = {(const char *)head, size};
    if (fl_reject_file_starts_so(text))
        return FL_INPUT_CSV;
    if (said != FL_INPUT_NOT_SAID)
        return said;
    if (fl_parquet_is_magic(head, size))
        return FL_INPUT_PARQUET;
    if (fl_arrow_is_stream(head, size) || fl_arrow_is_file(head, size))
        return FL_INPUT_ARROW;
    return is_ndjson(text, path) ? FL_INPUT_NDJSON : FL_INPUT_CSV;
}
