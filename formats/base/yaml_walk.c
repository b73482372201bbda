/* yaml_walk.c - makes a tree of the events of libyaml. */
#include "formats/base/yaml_walk.h"

#include <stdlib.h>
#include <yaml.h>

#include "formats/base/limits.h"
#include "formats/base/yaml_source.h"

struct fl_yaml_file {
    struct fl_arena arena;
    struct fl_yaml_source source;
    struct fl_yaml_node *root;
};

struct walker {
    yaml_parser_t parser;
    struct fl_yaml_file *file;
    struct fl_error *error;
    /* libyaml counts characters, we count bytes: where the last place was, so that a long line is not walked
     * again for each of its nodes. */
    size_t seen_line, seen_characters, seen_bytes;
};

static fl_status fail_at(struct walker *walker, int64_t line, int64_t line_column, fl_status status,
                         const char *format, ...) __attribute__((format(printf, 5, 6)));
static fl_status fail_at(struct walker *walker, int64_t line, int64_t line_column, fl_status status,
                         const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fl_yaml_source_fail(&walker->file->source, line, line_column, walker->error, status, format,
                              arguments);
    va_end(arguments);
    return status;
}

/* Column of a mark in bytes, from 1. */
static int64_t column_of(struct walker *walker, yaml_mark_t mark)
{
    if (walker->seen_line != mark.line || walker->seen_characters > mark.column) {
        walker->seen_line = mark.line;
        walker->seen_characters = 0;
        walker->seen_bytes = 0;
    }
    const struct fl_yaml_source *source = &walker->file->source;
    if (mark.line >= source->line_count)
        return 1;
    const size_t start = source->line_starts[mark.line];
    size_t at = walker->seen_bytes;
    for (; walker->seen_characters < mark.column && start + at < source->size; walker->seen_characters++) {
        at++;
        while (start + at < source->size && ((uint8_t)source->bytes[start + at] & 0xC0) == 0x80)
            at++;
    }
    walker->seen_bytes = at;
    return (int64_t)at + 1;
}

static int64_t line_of(yaml_mark_t mark)
{
    return (int64_t)mark.line + 1;
}

static fl_status fail_mark(struct walker *walker, yaml_mark_t mark, const char *words)
{
    return fail_at(walker, line_of(mark), column_of(walker, mark), FL_BAD_MODEL, "%s", words);
}

/* The reader of libyaml gives a byte offset only. */
static fl_status fail_reader(struct walker *walker)
{
    const struct fl_yaml_source *source = &walker->file->source;
    const size_t offset = walker->parser.problem_offset;
    size_t line = 0;
    while (line + 1 < source->line_count && source->line_starts[line + 1] <= offset)
        line++;
    return fail_at(walker, (int64_t)line + 1, (int64_t)(offset - source->line_starts[line]) + 1, FL_BAD_MODEL,
                   "no UTF-8 text: %s", walker->parser.problem);
}

static fl_status fail_syntax(struct walker *walker)
{
    const yaml_parser_t *parser = &walker->parser;
    if (parser->error == YAML_MEMORY_ERROR)
        return fl_fail_memory(walker->error, walker->file->source.size);
    if (parser->error == YAML_READER_ERROR)
        return fail_reader(walker);
    const yaml_mark_t mark = parser->problem_mark;
    const int64_t column = column_of(walker, mark);
    if (parser->context == NULL)
        return fail_at(walker, line_of(mark), column, FL_BAD_MODEL, "%s", parser->problem);
    return fail_at(walker, line_of(mark), column, FL_BAD_MODEL, "%s (%s that starts in line %lld)",
                   parser->problem, parser->context, (long long)line_of(parser->context_mark));
}

static fl_status next_event(struct walker *walker, yaml_event_t *event)
{
    return yaml_parser_parse(&walker->parser, event) ? FL_OK : fail_syntax(walker);
}

static fl_status fail_memory(struct walker *walker)
{
    return fl_fail_memory(walker->error, walker->file->arena.taken_bytes);
}

static fl_status node_create(struct walker *walker, yaml_mark_t mark, enum fl_yaml_kind kind,
                             struct fl_yaml_node **node)
{
    *node = fl_arena_take(&walker->file->arena, sizeof **node);
    if (*node == NULL)
        return fail_memory(walker);
    (*node)->kind = kind;
    (*node)->line = line_of(mark);
    (*node)->line_column = column_of(walker, mark);
    return FL_OK;
}

static fl_status build_scalar(struct walker *walker, const yaml_event_t *event, struct fl_yaml_node **node)
{
    const char *bytes = (const char *)event->data.scalar.value;
    const size_t size = event->data.scalar.length;
    if (memchr(bytes, '\0', size) != NULL)
        return fail_mark(walker, event->start_mark, "a zero byte in a text");
    const fl_status status = node_create(walker, event->start_mark, FL_YAML_SCALAR, node);
    if (status != FL_OK)
        return status;
    (*node)->text.bytes = fl_arena_copy(&walker->file->arena, bytes, size);
    (*node)->text.size = size;
    (*node)->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return (*node)->text.bytes == NULL ? fail_memory(walker) : FL_OK;
}

static fl_status build_node(struct walker *walker, const yaml_event_t *event, int depth,
                            struct fl_yaml_node **node);

/* Moves collected node pointers to where they stay. */
static fl_status settle(struct walker *walker, const struct fl_buffer *collected,
                        struct fl_yaml_node ***settled)
{
    *settled = fl_arena_take(&walker->file->arena, collected->size);
    if (*settled == NULL)
        return fail_memory(walker);
    if (collected->size > 0)
        memcpy(*settled, collected->bytes, collected->size);
    return FL_OK;
}

/* Takes the next event; *done when it is `end`, else *node is what it starts. */
static fl_status build_next(struct walker *walker, yaml_event_type_t end, int depth,
                            struct fl_yaml_node **node, bool *done)
{
    yaml_event_t event;
    fl_status status = next_event(walker, &event);
    if (status != FL_OK)
        return status;
    *done = event.type == end;
    if (!*done)
        status = build_node(walker, &event, depth, node);
    yaml_event_delete(&event);
    return status;
}

static fl_status collect_items(struct walker *walker, int depth, struct fl_buffer *items)
{
    for (;;) {
        struct fl_yaml_node *item;
        bool done;
        const fl_status status = build_next(walker, YAML_SEQUENCE_END_EVENT, depth, &item, &done);
        if (status != FL_OK || done)
            return status;
        if (!fl_buffer_append(items, &item, sizeof item))
            return fail_memory(walker);
    }
}

static fl_status build_list(struct walker *walker, const yaml_event_t *event, int depth,
                            struct fl_yaml_node **node)
{
    fl_status status = node_create(walker, event->start_mark, FL_YAML_LIST, node);
    if (status != FL_OK)
        return status;
    struct fl_buffer items = {0};
    status = collect_items(walker, depth, &items);
    if (status == FL_OK)
        status = settle(walker, &items, &(*node)->items);
    (*node)->count = items.size / sizeof(struct fl_yaml_node *);
    fl_buffer_release(&items);
    return status;
}

/* `lines` remembers where each key of the map stands. */
static fl_status check_key(struct walker *walker, const struct fl_yaml_node *key, struct fl_names *lines)
{
    if (key->kind != FL_YAML_SCALAR)
        return fail_at(walker, key->line, key->line_column, FL_BAD_MODEL, "a key must be a plain text");
    int64_t line;
    if (fl_names_find(lines, key->text, &line))
        return fail_at(walker, key->line, key->line_column, FL_BAD_MODEL, "key `%s` is in line %lld already",
                       fl_yaml_show(key->text).text, (long long)line);
    return fl_names_add(lines, key->text, key->line) ? FL_OK : fail_memory(walker);
}

static fl_status collect_entries(struct walker *walker, int depth, struct fl_buffer *keys,
                                 struct fl_buffer *values)
{
    struct fl_names *lines = fl_names_create();
    fl_status status = lines == NULL ? fail_memory(walker) : FL_OK;
    while (status == FL_OK) {
        struct fl_yaml_node *key, *value;
        bool done;
        status = build_next(walker, YAML_MAPPING_END_EVENT, depth, &key, &done);
        if (status != FL_OK || done)
            break;
        status = check_key(walker, key, lines);
        if (status == FL_OK)
            status = build_next(walker, YAML_NO_EVENT, depth, &value, &done);
        if (status == FL_OK &&
            !(fl_buffer_append(keys, &key, sizeof key) && fl_buffer_append(values, &value, sizeof value)))
            status = fail_memory(walker);
    }
    fl_names_free(lines);
    return status;
}

static fl_status build_map(struct walker *walker, const yaml_event_t *event, int depth,
                           struct fl_yaml_node **node)
{
    fl_status status = node_create(walker, event->start_mark, FL_YAML_MAP, node);
    if (status != FL_OK)
        return status;
    struct fl_buffer keys = {0}, values = {0};
    status = collect_entries(walker, depth, &keys, &values);
    if (status == FL_OK)
        status = settle(walker, &keys, &(*node)->keys);
    if (status == FL_OK)
        status = settle(walker, &values, &(*node)->items);
    (*node)->count = values.size / sizeof(struct fl_yaml_node *);
    fl_buffer_release(&keys);
    fl_buffer_release(&values);
    return status;
}

/* What YAML has beyond plain trees is refused: it makes a small file large, or means something unseen. */
static fl_status check_is_plain(struct walker *walker, const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    }
    if (event->type == YAML_ALIAS_EVENT)
        return fail_mark(walker, event->start_mark,
                         "an alias (*name) is not taken here; quote a text that begins with *");
    if (anchor != NULL)
        return fail_mark(walker, event->start_mark,
                         "an anchor (&name) is not taken here; quote a text that begins with &");
    if (tag != NULL)
        return fail_mark(walker, event->start_mark,
                         "a tag (!name) is not taken here; quote a text that begins with !");
    return FL_OK;
}

/* `depth` lists or maps are around the node. */
static fl_status build_node(struct walker *walker, const yaml_event_t *event, int depth,
                            struct fl_yaml_node **node)
{
    const fl_status status = check_is_plain(walker, event);
    if (status != FL_OK)
        return status;
    if (event->type == YAML_SCALAR_EVENT)
        return build_scalar(walker, event, node);
    if (depth == FL_CONFIG_DEPTH_MAX)
        return fail_at(walker, line_of(event->start_mark), column_of(walker, event->start_mark), FL_LIMIT,
                       "lists and maps are nested deeper than %d levels", FL_CONFIG_DEPTH_MAX);
    if (event->type == YAML_SEQUENCE_START_EVENT)
        return build_list(walker, event, depth + 1, node);
    return build_map(walker, event, depth + 1, node);
}

/* The next event must be of this type; *mark is where it starts. */
static fl_status skip_event(struct walker *walker, yaml_event_type_t *type, yaml_mark_t *mark)
{
    yaml_event_t event;
    const fl_status status = next_event(walker, &event);
    if (status != FL_OK)
        return status;
    *type = event.type;
    *mark = event.start_mark;
    yaml_event_delete(&event);
    return FL_OK;
}

/* A file of comments at most is the same as an empty text. */
static fl_status build_nothing(struct walker *walker)
{
    struct fl_yaml_node **root = &walker->file->root;
    const fl_status status = node_create(walker, (yaml_mark_t){0}, FL_YAML_SCALAR, root);
    if (status == FL_OK)
        (*root)->text = fl_text_of("");
    return status;
}

/* stream start, [document start, node, document end], stream end */
static fl_status build_document(struct walker *walker)
{
    yaml_event_type_t type;
    yaml_mark_t mark = {0};
    fl_status status = skip_event(walker, &type, &mark);
    if (status == FL_OK)
        status = skip_event(walker, &type, &mark);
    if (status != FL_OK)
        return status;
    if (type == YAML_STREAM_END_EVENT)
        return build_nothing(walker);
    bool done;
    status = build_next(walker, YAML_NO_EVENT, 0, &walker->file->root, &done);
    if (status == FL_OK)
        status = skip_event(walker, &type, &mark);
    if (status == FL_OK)
        status = skip_event(walker, &type, &mark);
    if (status != FL_OK || type == YAML_STREAM_END_EVENT)
        return status;
    return fail_mark(walker, mark, "a second document; one file holds one");
}

static fl_status walk(struct fl_yaml_file *file, struct fl_error *error)
{
    struct walker walker = {.file = file, .error = error};
    if (!yaml_parser_initialize(&walker.parser))
        return fail_memory(&walker);
    /* Told, not guessed: nothing in the file can make it UTF-16. */
    yaml_parser_set_encoding(&walker.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&walker.parser, (const unsigned char *)file->source.bytes,
                                 file->source.size);
    const fl_status status = build_document(&walker);
    yaml_parser_delete(&walker.parser);
    return status;
}

fl_status fl_yaml_parse(const char *bytes, size_t size, const char *shown_path, struct fl_yaml_file **file,
                        struct fl_error *error)
{
    *file = NULL;
    if (size > FL_CONFIG_BYTES_MAX) {
        (void)fl_fail(error, FL_LIMIT, "%zu bytes, at most %u", size, FL_CONFIG_BYTES_MAX);
        (void)fl_error_at_path(error, shown_path);
        return FL_LIMIT;
    }
    struct fl_yaml_file *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    fl_arena_init(&made->arena);
    fl_status status;
    if (fl_yaml_source_init(&made->source, &made->arena, bytes, size, shown_path))
        status = walk(made, error);
    else
        status = fl_fail_memory(error, size);
    if (status != FL_OK) {
        fl_yaml_free(made);
        return status;
    }
    *file = made;
    return FL_OK;
}

void fl_yaml_free(struct fl_yaml_file *file)
{
    if (file == NULL)
        return;
    fl_arena_release(&file->arena);
    free(file);
}

const struct fl_yaml_node *fl_yaml_root(const struct fl_yaml_file *file)
{
    return file->root;
}

fl_status fl_yaml_fail(const struct fl_yaml_file *file, const struct fl_yaml_node *node,
                       struct fl_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fl_yaml_source_fail(&file->source, node->line, node->line_column, error, FL_BAD_MODEL, format,
                              arguments);
    va_end(arguments);
    return FL_BAD_MODEL;
}
