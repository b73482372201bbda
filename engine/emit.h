/* emit.h - a table of results, written as they come; what needs all customers follows as a late column. */
#ifndef ENGINE_EMIT_H
#define ENGINE_EMIT_H

#include "engine/model/model.h"
#include "engine/previous_night.h"
#include "engine/range_scorer.h"
#include "engine/score.h"
#include "formats/folder/data_folder.h"
#include "formats/table/table_writer.h"

/* One table of results. */
struct fl_emit_table {
    const char *schema, *stem; /* "customer_scores", "customers" */
    uint16_t word_id;          /* column of the scope's word; 0: the scope is the customer */
    bool of_customers;         /* has what only customers have: facts, and what compares them all */
    bool of_tags;              /* has no scores: its column ids are its own */
};
extern const struct fl_emit_table fl_emit_tables[FL_RESULT_KINDS];

/* The words that the numbers of one column stand for; fixed lists (bands, stages) are known to the table. */
struct fl_emit_dictionary {
    uint16_t id; /* column */
    struct fl_words words;
};
enum { FL_EMIT_DICTIONARIES_MAX = 12 };

struct fl_emit_plan {
    unsigned kind;                                                    /* of results: which table */
    struct fl_emit_dictionary dictionaries[FL_EMIT_DICTIONARIES_MAX]; /* id 0: no more */
    fl_result_columns columns;                                        /* of the table of customers */
    fl_result_columns absent; /* of any table: not computed, so not stored; a reader sees nulls */
    const struct fl_model *model;
    const struct fl_data_folder *folder; /* its io is used; gives the text of customer ids */
    enum fl_io_mode io_mode;
    int32_t as_of_day;
    const char *out;                   /* directory */
    const struct fl_words *tag_names;  /* NULL: nobody has tags */
    const struct fl_type_words *types; /* of the table of hits */
    const char *const *facts;          /* as for a table writer: what, with the data, tells two files apart */
    uint8_t data_digest[16];           /* of the rows that are scored: fl_scan_digest() */
    uint64_t memory_bytes;             /* for comparing all customers: 16 bytes each */
};

struct fl_emit;

/* Starts the file in `out`. `plan` is copied, what it points to is borrowed until free. */
fl_status fl_emit_create(const struct fl_emit_plan *plan, struct fl_emit **emit, struct fl_error *error);
/* 16 bytes: the uuid that the file has. */
const uint8_t *fl_emit_uuid(const struct fl_emit *emit);
/* Results of the plan's scope must come by rising customer, then word. */
fl_status fl_emit_add(struct fl_emit *emit, const struct fl_results *results, struct fl_error *error);
/* Publishes the file as "<stem>-<digest>.flseg". Customers are compared with `previous` (NULL: none), what
 * they have become since is added to `transitions`. `name` is set as soon as it may be there. FL_LIMIT:
 * comparing all customers needs more than memory_bytes. */
fl_status fl_emit_finish(struct fl_emit *emit, struct fl_previous_night *previous,
                         struct fl_transitions *transitions, char name[256], struct fl_table_summary *summary,
                         struct fl_error *error);
/* Removes the file unless it was finished. NULL is fine. */
void fl_emit_free(struct fl_emit *emit);

#endif
