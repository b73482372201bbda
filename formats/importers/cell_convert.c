/* cell_convert.c - the text of a cell as a value of its column's kind. */
#include <assert.h>
#include <stdio.h>

#include "formats/base/checksum.h"
#include "formats/base/civil.h"
#include "formats/importers/mapping_internal.h"

enum { SECONDS_A_DAY = 86400, SECOND_OF_DAY_MAX = 89999, TYPE_QUOTE_BYTES_MAX = 64 };

/* --- times ---------------------------------------------------------------------------------------------- */

/* Seconds since 1970-01-01 on the wall clock of the business zone. */
static int64_t business_seconds(const struct fl_mapping *mapping, const struct fl_value *value,
                                const struct fl_wall_time *time)
{
    const int64_t seconds = (int64_t)time->day * SECONDS_A_DAY + time->second;
    const struct fl_zone *business = mapping->business_zone;
    if (time->has_offset) {
        const int64_t utc = seconds - time->offset_seconds;
        return business == NULL ? utc : fl_zone_utc_to_local(business, utc);
    }
    const int64_t utc = fl_zone_local_to_utc(value->zone, seconds);
    return business == NULL ? utc : fl_zone_utc_to_local(business, utc);
}

enum fl_fault_code fl_cell_from_time(const struct fl_mapping *mapping, const struct fl_value *value,
                                     struct fl_wall_time time, struct fl_cell *cell, struct fl_cell *second)
{
    int64_t day = time.day;
    int64_t second_of_day = time.second;
    const bool foreign_zone = value->zone != NULL && value->zone != mapping->business_zone;
    /* A day without a time of day is the same day everywhere. */
    if (time.has_second && (time.has_offset || foreign_zone)) {
        const int64_t seconds = business_seconds(mapping, value, &time);
        day = seconds / SECONDS_A_DAY - (seconds % SECONDS_A_DAY < 0);
        second_of_day = seconds - day * SECONDS_A_DAY;
    }
    if (day < FL_DAY_MIN || day > FL_DAY_MAX)
        return FL_FAULT_OUT_OF_RANGE;
    *cell = (struct fl_cell){.number = day};
    if (second != NULL)
        *second =
            time.has_second ? (struct fl_cell){.number = second_of_day} : (struct fl_cell){.null = true};
    return FL_FAULT_NONE;
}

static enum fl_fault_code convert_time(const struct fl_mapping *mapping, const struct fl_value *value,
                                       struct fl_text text, struct fl_cell *cell, struct fl_cell *second)
{
    struct fl_wall_time time;
    if (!fl_time_format_read(&value->format, text, &time))
        return time.is_impossible ? FL_FAULT_IMPOSSIBLE_TIME : FL_FAULT_NOT_TIME;
    return fl_cell_from_time(mapping, value, time, cell, second);
}

/* --- texts and whole numbers ---------------------------------------------------------------------------- */

/* Whether only zeros in front keep `text` from being a whole number: another system's customer numbers. */
static bool has_leading_zeros(struct fl_text text)
{
    size_t zeros = 0;
    int64_t number;
    while (zeros + 1 < text.size && text.bytes[zeros] == '0')
        zeros++;
    return zeros > 0 && text.bytes[zeros] != '-' &&
           fl_integer_parse(text.bytes + zeros, text.size - zeros, &number);
}

static enum fl_fault_code convert_key(const struct fl_mapping *mapping, struct fl_text text,
                                      struct fl_cell *cell)
{
    *cell = (struct fl_cell){.text = text};
    if (mapping->text_ids)
        return text.size > FL_WORD_BYTES_MAX ? FL_FAULT_TOO_LONG : FL_FAULT_NONE;
    if (fl_integer_parse(text.bytes, text.size, &cell->number))
        return FL_FAULT_NONE;
    return has_leading_zeros(text) ? FL_FAULT_LEADING_ZERO : FL_FAULT_NOT_WHOLE;
}

static enum fl_fault_code convert_order(const struct fl_value *value, struct fl_text text,
                                        struct fl_cell *cell)
{
    *cell = (struct fl_cell){0};
    if (value->digest_always || !fl_integer_parse(text.bytes, text.size, &cell->number))
        cell->number = (int64_t)fl_digest64(text.bytes, text.size);
    return FL_FAULT_NONE;
}

static enum fl_fault_code convert_type(const struct fl_mapping *mapping, struct fl_text text,
                                       struct fl_cell *cell)
{
    *cell = (struct fl_cell){0};
    if (fl_names_find(mapping->types, text, &cell->number))
        return FL_FAULT_NONE;
    const bool is_id = fl_integer_parse(text.bytes, text.size, &cell->number);
    return is_id && cell->number >= 0 && cell->number < (int64_t)FL_TYPES_MAX ? FL_FAULT_NONE
                                                                              : FL_FAULT_UNKNOWN_NAME;
}

static enum fl_fault_code convert_second(struct fl_text text, struct fl_cell *cell)
{
    *cell = (struct fl_cell){0};
    if (!fl_integer_parse(text.bytes, text.size, &cell->number))
        return FL_FAULT_NOT_WHOLE;
    return cell->number >= 0 && cell->number <= SECOND_OF_DAY_MAX ? FL_FAULT_NONE : FL_FAULT_OUT_OF_RANGE;
}

/* As keywords.csv has them: a customer's tags are shown in one cell, with `|` between. */
static bool is_tag_name(struct fl_text text)
{
    enum { TAG_BYTES_MAX = 128 };
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t byte = (uint8_t)text.bytes[i];
        if (byte < 0x20 || byte == 0x7f || byte == '|')
            return false;
    }
    return text.size <= TAG_BYTES_MAX;
}

static enum fl_fault_code convert_word(enum fl_rule rule, struct fl_text text, struct fl_cell *cell)
{
    *cell = (struct fl_cell){.text = text};
    if (text.size > FL_WORD_BYTES_MAX)
        return FL_FAULT_TOO_LONG;
    if (rule == FL_RULE_CURRENCY && fl_currency_places(text.bytes, text.size) < 0)
        return FL_FAULT_NOT_CURRENCY;
    if (rule == FL_RULE_SPEAKER && !fl_text_equal(text, fl_text_of("customer")) &&
        !fl_text_equal(text, fl_text_of("agent")))
        return FL_FAULT_NOT_SPEAKER;
    if (rule == FL_RULE_TAG && !is_tag_name(text))
        return FL_FAULT_NOT_TAG;
    return FL_FAULT_NONE;
}

enum fl_fault_code fl_cell_from_text(const struct fl_mapping *mapping, const struct fl_target *target,
                                     const struct fl_value *value, struct fl_text text, struct fl_cell *cell,
                                     struct fl_cell *second)
{
    switch (target->kind) {
    case FL_KIND_KEY:
        return convert_key(mapping, text, cell);
    case FL_KIND_DAY:
        return convert_time(mapping, value, text, cell, second);
    case FL_KIND_SECOND:
        return convert_second(text, cell);
    case FL_KIND_TYPE:
        return convert_type(mapping, text, cell);
    case FL_KIND_ORDER:
        return convert_order(value, text, cell);
    case FL_KIND_WORD:
        return convert_word(target->rule, text, cell);
    default:
        assert(target->kind == FL_KIND_TEXT);
        *cell = (struct fl_cell){.text = text};
        return text.size > FL_TEXT_BYTES_MAX ? FL_FAULT_TOO_LONG : FL_FAULT_NONE;
    }
}

/* --- numbers -------------------------------------------------------------------------------------------- */

int fl_kind_places(enum fl_kind kind, int currency_places)
{
    switch (kind) {
    case FL_KIND_MONEY:
        return currency_places;
    case FL_KIND_MILLI:
        return 3;
    case FL_KIND_DEGREE:
        return 6;
    default:
        return 0;
    }
}

enum fl_fault_code fl_cell_from_number(const struct fl_target *target, struct fl_decimal number,
                                       int currency_places, struct fl_cell *cell)
{
    *cell = (struct fl_cell){0};
    if (target->kind == FL_KIND_INTEGER && number.places > 0)
        return FL_FAULT_NOT_WHOLE;
    if (!fl_decimal_round(number, fl_kind_places(target->kind, currency_places), &cell->number))
        return FL_FAULT_TOO_LARGE;
    if (fl_target_takes(target, cell->number))
        return FL_FAULT_NONE;
    return target->least == 0 && cell->number < 0 ? FL_FAULT_NEGATIVE : FL_FAULT_OUT_OF_RANGE;
}

/* --- sentences ------------------------------------------------------------------------------------------ */

/* At most TYPE_QUOTE_BYTES_MAX bytes in whole characters, control characters as blanks. */
static void quote(struct fl_text text, char quoted[TYPE_QUOTE_BYTES_MAX + 1])
{
    size_t size = text.size < TYPE_QUOTE_BYTES_MAX ? text.size : TYPE_QUOTE_BYTES_MAX;
    while (size < text.size && size > 0 && ((unsigned char)text.bytes[size] & 0xc0) == 0x80)
        size--;
    for (size_t i = 0; i < size; i++)
        quoted[i] = (unsigned char)text.bytes[i] < 0x20 || text.bytes[i] == 0x7f ? ' ' : text.bytes[i];
    quoted[size] = '\0';
}

/* Quotes what is nearly a known name, and nothing else: where a mapping takes the wrong column, it is what
 * people wrote. */
static void name_sentence(const struct fl_mapping *mapping, const struct fl_value *value, const char *reason,
                          struct fl_text text, const char *place, char words[FL_FAULT_WORDS_SIZE])
{
    const struct fl_names *known =
        value != NULL && value->words != NULL && value->otherwise == FL_POLICY_REJECT ? value->words
                                                                                      : mapping->types;
    const char *nearest = fl_names_nearest(known, text);
    if (nearest == NULL) {
        snprintf(words, FL_FAULT_WORDS_SIZE, "%s%s", reason, place);
        return;
    }
    char quoted[TYPE_QUOTE_BYTES_MAX + 1];
    quote(text, quoted);
    snprintf(words, FL_FAULT_WORDS_SIZE, "%s `%s`, the nearest is `%s`%s", reason, quoted, nearest, place);
}

/* With the least and the most of a number, as the file has it. */
static void range_sentence(const struct fl_target *target, const char *reason, const char *place,
                           char words[FL_FAULT_WORDS_SIZE])
{
    int64_t unit = 1;
    if (!target->is_numeric) {
        snprintf(words, FL_FAULT_WORDS_SIZE, "%s%s", reason, place);
        return;
    }
    for (int places = fl_kind_places(target->kind, 0); places > 0; places--)
        unit *= 10;
    snprintf(words, FL_FAULT_WORDS_SIZE, "%s: %lld to %lld%s", reason, (long long)(target->least / unit),
             (long long)(target->most / unit), place);
}

/* snprintf() may have cut the sentence inside a character. */
static void end_on_a_character(char words[FL_FAULT_WORDS_SIZE])
{
    size_t size = strlen(words);
    while (size > 0 && !fl_utf8_is_valid(words, size))
        words[--size] = '\0';
}

void fl_fault_sentence(const struct fl_mapping *mapping, const struct fl_target *target,
                       const struct fl_value *value, enum fl_fault_code code, struct fl_text text,
                       const char *label, char words[FL_FAULT_WORDS_SIZE])
{
    const char *reason = target->reasons[code];
    char place[128] = "";
    if (label != NULL)
        snprintf(place, sizeof place, " (%s)", label);
    switch (code) {
    case FL_FAULT_UNKNOWN_NAME:
        name_sentence(mapping, value, reason, text, place, words);
        break;
    case FL_FAULT_TOO_LONG:
        snprintf(words, FL_FAULT_WORDS_SIZE, "%s: %zu bytes, at most %u%s", reason, text.size,
                 target->kind == FL_KIND_TEXT ? FL_TEXT_BYTES_MAX : FL_WORD_BYTES_MAX, place);
        break;
    case FL_FAULT_NEGATIVE:
        snprintf(words, FL_FAULT_WORDS_SIZE, "%s after the mapping%s", reason, place);
        break;
    case FL_FAULT_TOO_LARGE:
        snprintf(words, FL_FAULT_WORDS_SIZE, "%s: it does not fit in 64 bits%s", reason, place);
        break;
    case FL_FAULT_OUT_OF_RANGE:
        if (target->is_numeric) {
            range_sentence(target, reason, place, words);
            break;
        }
        snprintf(words, FL_FAULT_WORDS_SIZE, "%s%s", reason, place);
        break;
    default:
        snprintf(words, FL_FAULT_WORDS_SIZE, "%s%s", reason, place);
        break;
    }
    end_on_a_character(words);
}
