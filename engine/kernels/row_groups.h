/* row_groups.h - the loop over marked groups of rows, which each CPU level compiles with its own bit
 * counting. */
#ifndef ENGINE_KERNELS_ROW_GROUPS_H
#define ENGINE_KERNELS_ROW_GROUPS_H

#include "engine/kernels/score_kernels.h"

/* 64 marks from a row on. */
static inline uint64_t fl_marks_from(const uint64_t *marks, size_t row)
{
    /* The double shift is 0 for the first row of a word, where one by 64 would have no meaning. */
    return marks[row / 64] >> (row % 64) | marks[row / 64 + 1] << 1 << (63 - row % 64);
}

/* How many rows from `row` on are marked without a gap. */
static inline size_t fl_marked_rows(const uint64_t *marks, size_t row)
{
    size_t rows = 0;
    uint64_t behind = ~fl_marks_from(marks, row);
    while (behind == 0) { /* hardly ever: 64 rows of one day and type */
        rows += 64;
        behind = ~fl_marks_from(marks, row + rows);
    }
    return rows + (size_t)__builtin_ctzll(behind);
}

/* Of `rows` rows, at least one. */
static inline size_t fl_count_marks(const uint64_t *marks, size_t row, size_t rows)
{
    size_t count = 0;
    for (; rows > 64; row += 64, rows -= 64)
        count += (size_t)__builtin_popcountll(fl_marks_from(marks, row));
    return count + (size_t)__builtin_popcountll(fl_marks_from(marks, row) << (64 - rows));
}

/* Where a group begins: a marked row whose row before is not the same. Two groups a word are the rule; so
 * four places are written whatever there is, and most words need no jump that depends on their bits. */
static inline size_t fl_list_starts(const uint64_t *same, const uint64_t *cut, size_t words,
                                    struct fl_row_group *groups)
{
    size_t count = 0;
    for (size_t word = 0; word < words; word++) {
        uint64_t starts = cut[word] & ~(same[word] << 1 | (word == 0 ? 0 : same[word - 1] >> 63));
        const size_t more = (size_t)__builtin_popcountll(starts);
        for (size_t i = 0; i < 4 || i < more; i++) {
            groups[count + i].row =
                (uint32_t)(64 * word + (size_t)__builtin_ctzll(starts | UINT64_C(1) << 63));
            starts &= starts - 1;
        }
        count += more;
    }
    return count;
}

static inline size_t fl_list_groups_here(const uint64_t *same, const uint64_t *cut, const uint64_t *equal,
                                         size_t rows, struct fl_row_group *groups)
{
    const size_t count = fl_list_starts(same, cut, (rows + 63) / 64, groups);
    for (size_t i = 0; i < count; i++) {
        const size_t others = fl_marked_rows(same, groups[i].row);
        groups[i].rows = (uint32_t)others + 1;
        groups[i].repeats = (uint32_t)fl_count_marks(equal, groups[i].row, others);
    }
    return count;
}

#endif
