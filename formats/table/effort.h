/* effort.h - how much work the writer of a table file puts into a small file. */
#ifndef FORMATS_TABLE_EFFORT_H
#define FORMATS_TABLE_EFFORT_H

enum fl_effort {
    FL_EFFORT_FAST, /* the cheapest encoding by size and decode cost, LZ4 where it pays */
    FL_EFFORT_HIGH, /* the same with LZ4HC, which packs several times slower and unpacks as fast, and zstd for
                       cold texts: for files that stay */
    FL_EFFORT_LOW   /* integers constant or packed, LZ4 for texts only: trying more takes longer than a run's
                       scoring (LZ4 alone was 14 % of it), and results are read once */
};

#endif
