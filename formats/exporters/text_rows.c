/* text_rows.c - decoded blocks as rows of text: the loop that CSV and NDJSON share. */
#include "formats/exporters/text_rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/civil.h"
#include "formats/base/limits.h"
#include "formats/exporters/number_cells.h"
#include "formats/exporters/number_text.h"

enum {
    /* At once to the output, which passes as much on without a copy of its own. */
    FLUSH_BYTES = 1 << 20,
    /* Rows whose cells are made column by column before they are put together. Cells of so many rows of 27
     * columns stay in the first cache. */
    TILE_ROWS = 32,
    /* Cells up to this length are copied as so many bytes, whatever their length: two loads, two stores. The
     * longest number has 21. */
    SHORT_COPY = 32,
    DAY_SLOTS = 512, /* the days of a year and more, each in a slot of its own */
};

/* How the cells of a column are made. */
enum cell {
    CELL_ABSENT,
    CELL_INTEGER_64,
    CELL_INTEGER_32,
    CELL_SMALL,
    CELL_DAY,
    CELL_THOUSANDTHS,
    CELL_MILLIONTHS,
    CELL_WORD,
    CELL_TEXT
};

/* A fixed text; room behind it for a copy that is too long. */
struct piece {
    uint32_t size;
    uint8_t bytes[FL_TEXT_TAIL_MAX + SHORT_COPY];
};
_Static_assert((int)FL_EXPORT_NULL_MAX <= (int)SHORT_COPY, "a null fits in a slot");

struct column {
    enum cell cell;
    struct piece tail;
    /* The cells of a tile: where each lies and how long it is. SHORT_COPY bytes can be read there. */
    const uint8_t *at[TILE_ROWS];
    uint32_t size[TILE_ROWS];
    uint8_t slots[TILE_ROWS + 1][FL_NUMBER_SLOT]; /* numbers and days; the last one is room for what the one
     before writes too much, or a copy reads */
    struct fl_buffer texts;                       /* CELL_TEXT instead of slots */
    /* CELL_WORD: the cell of each word; SHORT_COPY bytes follow the last one. */
    uint32_t *word_offsets;
    struct fl_buffer words;
};

struct day_text {
    int32_t day;
    uint8_t text[12]; /* YYYY-MM-DD, quoted or not */
};

struct small_text {
    uint8_t size, text[3];
};

struct fl_text_rows {
    const struct fl_export_request *request;
    const struct fl_text_dialect *dialect;
    struct fl_output *output;
    struct column columns[FL_COLUMNS_MAX];
    struct piece head, null;
    fl_number_cells *number_cells;
    struct fl_buffer out;
    uint32_t day_size; /* 10 or 12 */
    struct day_text days[DAY_SLOTS];
    struct small_text small[UINT8_MAX + 1];
    uint8_t room[SHORT_COPY]; /* behind the small numbers */
};

static enum cell cell_of(enum fl_kind kind)
{
    switch (kind) {
    case FL_KIND_MILLI:
        return CELL_THOUSANDTHS;
    case FL_KIND_DEGREE:
        return CELL_MILLIONTHS;
    case FL_KIND_DAY:
        return CELL_DAY;
    default:
        break;
    }
    switch (fl_kind_storage(kind)) {
    case FL_STORAGE_U8:
        return CELL_SMALL;
    case FL_STORAGE_I32:
        return CELL_INTEGER_32;
    case FL_STORAGE_I64:
        return CELL_INTEGER_64;
    case FL_STORAGE_WORD:
        return CELL_WORD;
    case FL_STORAGE_TEXT:
        break;
    }
    return CELL_TEXT;
}

static void fill_piece(struct piece *piece, const char *text)
{
    piece->size = (uint32_t)strlen(text);
    assert(piece->size <= FL_TEXT_TAIL_MAX);
    memcpy(piece->bytes, text, piece->size);
}

/* A day's text in a slot that no longer can be taken for another's. */
static void fill_day(struct fl_text_rows *rows, int32_t day)
{
    struct day_text *slot = &rows->days[(uint32_t)day % DAY_SLOTS];
    const size_t quote = strlen(rows->dialect->day_quote);
    char text[11];
    fl_day_format(day, text);
    slot->day = day;
    memcpy(slot->text, rows->dialect->day_quote, quote);
    memcpy(slot->text + quote, text, 10);
    memcpy(slot->text + quote + 10, rows->dialect->day_quote, quote);
}

static void fill_small(struct fl_text_rows *rows)
{
    for (unsigned i = 0; i <= UINT8_MAX; i++) {
        uint8_t text[FL_NUMBER_TEXT_ROOM];
        rows->small[i].size = (uint8_t)(fl_put_short(text, i) - text);
        memcpy(rows->small[i].text, text, sizeof rows->small[i].text);
    }
}

/* Room for the cells of all words, which never move later. Nulls have word 0 all the same, even where a
 * column is so empty that there is none: its offsets are there. */
static bool reserve_words(struct column *column, const struct fl_words *words, unsigned growth)
{
    const size_t text_size = words->count == 0 ? 0 : words->offsets[words->count];
    column->word_offsets = malloc((words->count + 2) * sizeof *column->word_offsets);
    return column->word_offsets != NULL &&
           fl_buffer_reserve(&column->words, words->count * 2 + growth * text_size + SHORT_COPY);
}

_Static_assert(UINT64_C(6) * FL_DICTIONARY_BYTES_MAX + 2 * (uint64_t)FL_DICTIONARY_WORDS_MAX < UINT32_MAX,
               "offsets of the cells of words");

static bool fill_words(const struct fl_text_dialect *dialect, const struct fl_words *words,
                       struct column *column)
{
    assert(dialect->text_growth <= 6);
    if (!reserve_words(column, words, dialect->text_growth))
        return false;
    uint8_t *at = column->words.bytes;
    for (size_t i = 0; i < words->count; i++) {
        const struct fl_text word = fl_words_at(words, i);
        column->word_offsets[i] = (uint32_t)(at - column->words.bytes);
        at = dialect->put_text(dialect->options, at, word.bytes, word.size);
    }
    column->word_offsets[words->count] = (uint32_t)(at - column->words.bytes);
    column->word_offsets[words->count + 1] = column->word_offsets[words->count];
    memset(at, 0, SHORT_COPY);
    return true;
}

static fl_status fill_column(struct fl_text_rows *rows, size_t index, const char *tail,
                             struct fl_error *error)
{
    const struct fl_export_column *of = &rows->request->columns[index];
    struct column *column = &rows->columns[index];
    fill_piece(&column->tail, tail);
    column->cell = of->absent ? CELL_ABSENT : cell_of(of->kind);
    if (column->cell == CELL_WORD && !fill_words(rows->dialect, of->words, column))
        return fl_fail_memory(error, of->words->count);
    for (size_t row = 0; row < TILE_ROWS; row++) { /* what an absent column stays at */
        column->at[row] = rows->null.bytes;
        column->size[row] = rows->null.size;
    }
    return FL_OK;
}

static fl_status fill_rows(struct fl_text_rows *rows, const char *const *tails, struct fl_error *error)
{
    fill_piece(&rows->head, rows->dialect->head);
    fill_piece(&rows->null, rows->dialect->null);
    rows->number_cells = fl_number_cells_of(fl_cpu_level());
    rows->day_size = (uint32_t)(10 + 2 * strlen(rows->dialect->day_quote));
    for (int32_t day = 0; day < DAY_SLOTS; day++)
        fill_day(rows, day);
    fill_small(rows);
    for (size_t i = 0; i < rows->request->column_count; i++) {
        const fl_status status = fill_column(rows, i, tails[i], error);
        if (status != FL_OK)
            return status;
    }
    /* Room for a usual tile behind what is about to be passed on, so that the buffer seldom grows. */
    if (!fl_buffer_reserve(&rows->out, FLUSH_BYTES + FLUSH_BYTES / 4))
        return fl_fail_memory(error, FLUSH_BYTES);
    return FL_OK;
}

fl_status fl_text_rows_create(const struct fl_export_request *request, const struct fl_text_dialect *dialect,
                              const char *const *tails, struct fl_output *output, struct fl_text_rows **rows,
                              struct fl_error *error)
{
    *rows = NULL;
    struct fl_text_rows *created = calloc(1, sizeof *created);
    if (created == NULL)
        return fl_fail_memory(error, sizeof *created);
    created->request = request;
    created->dialect = dialect;
    created->output = output;
    const fl_status status = fill_rows(created, tails, error);
    if (status != FL_OK)
        fl_text_rows_free(created);
    else
        *rows = created;
    return status;
}

/* --- the cells of a tile, column by column */

/* Cells into slots, one behind the other: what one writes too much, the next one overwrites. */
#define FILL_SLOTS(column, count, put)                                                                       \
    for (size_t row = 0; row < (count); row++) {                                                             \
        uint8_t *const slot = (column)->slots[row];                                                          \
        (column)->size[row] = (uint32_t)((put)-slot);                                                        \
        (column)->at[row] = slot;                                                                            \
    }

static void make_integers(const struct fl_text_rows *rows, struct column *column, const int64_t *value,
                          size_t count)
{
    if (rows->number_cells(value, count, column->slots, column->at, column->size) <= FL_NUMBER_CELL_MAX)
        return;
    FILL_SLOTS(column, count, fl_put_integer(slot, value[row]));
}

static inline uint8_t *put_day(struct fl_text_rows *rows, uint8_t *at, int32_t day)
{
    const struct day_text *slot = &rows->days[(uint32_t)day % DAY_SLOTS];
    if (slot->day != day)
        fill_day(rows, day);
    memcpy(at, slot->text, sizeof slot->text);
    return at + rows->day_size;
}

static void make_small(const struct fl_text_rows *rows, struct column *column, const uint8_t *value,
                       size_t count)
{
    for (size_t row = 0; row < count; row++) {
        column->at[row] = rows->small[value[row]].text;
        column->size[row] = rows->small[value[row]].size;
    }
}

static void make_words(struct column *column, const uint32_t *words, size_t count)
{
    for (size_t row = 0; row < count; row++) {
        const uint32_t offset = column->word_offsets[words[row]];
        column->at[row] = column->words.bytes + offset;
        column->size[row] = column->word_offsets[words[row] + 1] - offset;
    }
}

static bool make_texts(const struct fl_text_dialect *dialect, struct column *column,
                       const struct fl_column_data *data, size_t first, size_t count)
{
    const uint32_t *const offset = data->text_offsets + first;
    const size_t size = offset[count] - offset[0];
    if (!fl_buffer_reserve(&column->texts, dialect->text_growth * size + 2 * count + SHORT_COPY))
        return false;
    uint8_t *at = column->texts.bytes;
    for (size_t row = 0; row < count; row++) {
        column->at[row] = at;
        at = dialect->put_text(dialect->options, at, data->text_bytes + offset[row],
                               offset[row + 1] - offset[row]);
        column->size[row] = (uint32_t)(at - column->at[row]);
    }
    memset(at, 0, SHORT_COPY);
    return true;
}

static void make_nulls(const struct piece *null, struct column *column, const uint8_t *nulls, size_t count)
{
    for (size_t row = 0; row < count; row++) {
        column->at[row] = nulls[row] != 0 ? null->bytes : column->at[row];
        column->size[row] = nulls[row] != 0 ? null->size : column->size[row];
    }
}

/* False: no memory. */
static bool make_cells(struct fl_text_rows *rows, struct column *column, const struct fl_column_data *data,
                       size_t first, size_t count)
{
    const char mark = rows->dialect->decimal;
    switch (column->cell) {
    case CELL_ABSENT:
        return true;
    case CELL_INTEGER_64:
        make_integers(rows, column, data->as.i64 + first, count);
        break;
    case CELL_INTEGER_32:
        FILL_SLOTS(column, count, fl_put_integer(slot, data->as.i32[first + row]));
        break;
    case CELL_SMALL:
        make_small(rows, column, data->as.u8 + first, count);
        break;
    case CELL_DAY:
        FILL_SLOTS(column, count, put_day(rows, slot, data->as.i32[first + row]));
        break;
    case CELL_THOUSANDTHS:
        FILL_SLOTS(column, count, fl_put_thousandths(slot, data->as.i64[first + row], mark));
        break;
    case CELL_MILLIONTHS:
        FILL_SLOTS(column, count, fl_put_millionths(slot, data->as.i64[first + row], mark));
        break;
    case CELL_WORD:
        make_words(column, data->as.words + first, count);
        break;
    case CELL_TEXT:
        if (!make_texts(rows->dialect, column, data, first, count))
            return false;
        break;
    }
    if (data->nulls != NULL)
        make_nulls(&rows->null, column, data->nulls + first, count);
    return true;
}

/* --- cells to rows */

static fl_status flush(struct fl_text_rows *rows, struct fl_error *error)
{
    const size_t size = rows->out.size;
    rows->out.size = 0;
    return fl_output_write(rows->output, rows->out.bytes, size, error);
}

/* Room for all cells of the tile and what the last copy writes too much. */
static fl_status make_room(struct fl_text_rows *rows, size_t count, struct fl_error *error)
{
    size_t room = count * rows->head.size + sizeof(struct piece);
    for (size_t i = 0; i < rows->request->column_count; i++) {
        const struct column *column = &rows->columns[i];
        room += count * column->tail.size;
        for (size_t row = 0; row < count; row++)
            room += column->size[row];
    }
    if (rows->out.size >= FLUSH_BYTES) {
        const fl_status status = flush(rows, error);
        if (status != FL_OK)
            return status;
    }
    if (!fl_buffer_reserve(&rows->out, rows->out.size + room))
        return fl_fail_memory(error, rows->out.size + room);
    return FL_OK;
}

static inline uint8_t *put_bytes(uint8_t *at, const uint8_t *bytes, uint32_t size)
{
    memcpy(at, bytes, 16);
    if (size > 16) {
        memcpy(at + 16, bytes + 16, 16);
        if (size > 32)
            memcpy(at + 32, bytes + 32, size - 32);
    }
    return at + size;
}

static inline uint8_t *put_tail(uint8_t *at, const struct piece *tail)
{
    *at = tail->bytes[0];
    if (tail->size > 1)
        memcpy(at, tail->bytes, sizeof tail->bytes);
    return at + tail->size;
}

static void put_rows(struct fl_text_rows *rows, size_t count)
{
    const struct column *const end = rows->columns + rows->request->column_count;
    uint8_t *at = rows->out.bytes + rows->out.size;
    for (size_t row = 0; row < count; row++) {
        if (rows->head.size > 0)
            at = put_bytes(at, rows->head.bytes, rows->head.size);
        for (const struct column *column = rows->columns; column < end; column++) {
            at = put_bytes(at, column->at[row], column->size[row]);
            at = put_tail(at, &column->tail);
        }
    }
    rows->out.size = (size_t)(at - rows->out.bytes);
    assert(rows->out.size <= rows->out.capacity);
}

fl_status fl_text_rows_write(struct fl_text_rows *rows, const struct fl_export_batch *batch,
                             struct fl_error *error)
{
    for (size_t first = 0; first < batch->rows; first += TILE_ROWS) {
        const size_t left = batch->rows - first, count = left < TILE_ROWS ? left : TILE_ROWS;
        for (size_t i = 0; i < rows->request->column_count; i++) {
            if (!make_cells(rows, &rows->columns[i], &batch->columns[i], first, count))
                return fl_fail_memory(error, rows->out.size);
        }
        const fl_status status = make_room(rows, count, error);
        if (status != FL_OK)
            return status;
        put_rows(rows, count);
    }
    return FL_OK;
}

fl_status fl_text_rows_finish(struct fl_text_rows *rows, struct fl_error *error)
{
    return flush(rows, error);
}

void fl_text_rows_free(struct fl_text_rows *rows)
{
    if (rows == NULL)
        return;
    for (size_t i = 0; i < rows->request->column_count; i++) {
        free(rows->columns[i].word_offsets);
        fl_buffer_release(&rows->columns[i].words);
        fl_buffer_release(&rows->columns[i].texts);
    }
    fl_buffer_release(&rows->out);
    free(rows);
}
