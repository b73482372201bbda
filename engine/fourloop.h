/* fourloop.h - the engine's installed interface: score a night, explain a customer, handle a model folder. */
#ifndef ENGINE_FOURLOOP_H
#define ENGINE_FOURLOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/base/file_map.h"
#include "formats/base/io.h"
#include "formats/base/status.h"
#include "formats/base/text.h"

enum fl_view {
    FL_VIEW_KNOWN_NOW, /* all rows */
    FL_VIEW_KNOWN_THEN /* rows that had arrived by the as-of day */
};

/* ---- the model folder: registry.csv, model.yaml, rates.csv; rfm_groups.csv, value.yaml, keywords.csv if
 * there ---- */

struct fl_model;

/* Writes the default model into `path` (made if missing; FL_CANNOT_CREATE when it holds a model file already
 * that is not as this one would be written). `currency` is the model's currency, three capital letters
 * (FL_USAGE otherwise); NULL: that of the default. */
fl_status fl_model_init(const struct fl_io *io, const char *path, const char *currency,
                        struct fl_error *error);
/* Reads and checks all of a model folder. FL_BAD_MODEL names file, line, column. Immutable: threads may share
 * it. */
fl_status fl_model_open(const struct fl_io *io, const char *path, struct fl_model **model,
                        struct fl_error *error);
/* The built-in default, as fl_model_init() writes it. */
fl_status fl_model_default(struct fl_model **model, struct fl_error *error);
void fl_model_free(struct fl_model *model);
/* Interaction type names -> ids; lives as long as the model. */
const struct fl_names *fl_model_types(const struct fl_model *model);
/* 16-byte digest of the registry, and 32 hex digits of the whole model. */
const uint8_t *fl_model_registry_digest(const struct fl_model *model);
const char *fl_model_hash(const struct fl_model *model);
unsigned fl_model_type_count(const struct fl_model *model);

/* ---- a run ---- */

struct fl_run_plan {
    const struct fl_io *io;
    const char *model;
    const char *data;
    const char *out;
    const char *inputs_of; /* an earlier run whose inputs alone count, as far as `data` has grown since; NULL:
                              all files count. FL_MISSING: one of them is gone */
    int32_t as_of_day;
    enum fl_view view;
    enum fl_io_mode io_mode;
    const char
        *columns; /* of the customers table, with commas between; NULL: all. Others are neither computed nor
                     written; the customer and its text id always are. FL_USAGE: an unknown one. */
    const char *previous; /* run folder of the night before; NULL: none */
    bool needs_clusters;  /* FL_BAD_MODEL: the model has no cluster fit */
    bool is_between; /* a run in between of a diff: its keywords may be of another model than model.yaml */
    bool wants_hits; /* write the table of hits too */
    bool tags_only;  /* no tables but those of tags and hits: nothing is scored. FL_MISSING: the data folder
                        has neither texts nor tags given by hand; FL_BAD_MODEL: it has texts alone, and the
                        model no  rules. Not with columns, previous, is_replay. */
    /* Not the night of as_of_day alone but each from replay_from_day on, each with the view known-then and
     * the night before as its previous run, in one folder a day ("2026-11-20") below `out`. The counts of the
     * report are those of the last night. */
    bool is_replay;
    int32_t replay_from_day;
    uint64_t memory_bytes;
    unsigned threads; /* at most; 0 is 1. The results do not depend on it. */
    /* Called now and then, by one thread at a time; a non-zero return stops with FL_INTERRUPTED. */
    int (*progress)(void *context, uint64_t rows_done, uint64_t rows_all);
    void *progress_context;
};

struct fl_run_counts {
    uint64_t rows_in, scored, after_as_of, not_yet_known, quarantined;
    uint64_t late, late_reported; /* arrival > day; by more than the model's late_report_days */
    uint64_t customers;           /* with a result row */
    uint64_t quarantined_by_type[256];
};

enum { FL_RUN_CLUSTERS_MAX = 128, FL_RUN_CLUSTER_NAME_SIZE = 96 };

struct fl_run_cluster {
    uint32_t number;
    char name[FL_RUN_CLUSTER_NAME_SIZE]; /* the beginning of a longer one */
    uint64_t customers;                  /* that are in it */
    uint64_t came, left;                 /* since the night before, from and to other clusters of the model */
};

struct fl_run_report {
    struct fl_run_counts counts;
    struct fl_run_cluster clusters[FL_RUN_CLUSTERS_MAX]; /* of the last night, in the model's order */
    size_t cluster_count;          /* 0: the model has none, they were not wanted, or the
                                      night was there already */
    uint64_t clustered, moved;     /* customers in one; from one to another */
    uint64_t messages, tags, hits; /* scanned in all; rows of the tables, of the last night */
    uint64_t cut_messages;         /* of those scanned: they have more hits than count */
    bool already_there;            /* `out` held the complete run of the same inputs: nothing was done */
    size_t nights, nights_already_there;
};

/* Scores the night and publishes `out`. FL_CANNOT_CREATE: `out` holds another run or foreign files
 * (untouched). */
fl_status fl_run(const struct fl_run_plan *plan, struct fl_run_report *report, struct fl_error *error);

/* ---- a run folder ---- */

struct fl_run_file {
    char *table; /* "customers"; "model" for the copied model files */
    char *name;
    uint64_t rows, size_bytes, digest;
};

/* What out/manifest.json says, checked against _SUCCESS. */
struct fl_run_folder {
    char *path;
    int32_t as_of_day;
    enum fl_view view;
    char model_hash[33];
    char *version;
    struct fl_run_file *files;
    size_t file_count;
    char **input_names; /* table files of the data folder that were read */
    uint64_t *input_digests;
    size_t input_count;
    struct fl_run_counts counts;
};
/* FL_MISSING: no run there or not complete; FL_CORRUPT: the manifest lies. */
fl_status fl_run_folder_open(const struct fl_io *io, const char *path, struct fl_run_folder **folder,
                             struct fl_error *error);
void fl_run_folder_close(struct fl_run_folder *folder);
/* The file of a table, or NULL. */
const struct fl_run_file *fl_run_folder_find(const struct fl_run_folder *folder, const char *table);

/* ---- explain ---- */

struct fl_explain_row {
    uint8_t type;
    const char *type_name;
    uint64_t rows, units;
    int64_t points, lost_to_cap,
        lost_to_decay;            /* micro-points; points of all rows and of tags add up to raw exactly */
    int64_t intent_points;        /* of these what counts for intent; they add up to intent_raw */
    int64_t points_28, points_84; /* undecayed, for the trend; they add up to the columns */
    int32_t first_day, last_day;
};

enum fl_explain_kind {
    FL_EXPLAIN_NULL,
    FL_EXPLAIN_NUMBER, /* as the columns of a run have it: micro-points, minor units, thousandths */
    FL_EXPLAIN_TEXT,   /* days too */
    FL_EXPLAIN_ANSWER  /* something was asked: 1 it holds, 0 it does not */
};

/* One number of the customer, and why it is what it is. */
struct fl_explain_line {
    const char *group; /* "intent", "life cycle"; lines of a group follow each other */
    const char *name;  /* of the column, or of what was looked at */
    bool is_column;    /* of the run's table, whose value this is */
    enum fl_explain_kind kind;
    int64_t number;
    const char *shown; /* as people read it */
    const char *why;   /* may be "" */
};

/* A day on which money moved; minor units of the model's currency. */
struct fl_explain_day {
    int32_t day;
    bool purchase;
    int64_t bought, returned, margin, promoted;
};

/* A brand, category or product of the customer. */
struct fl_explain_scope {
    const char *scope, *word; /* "brand", "Acme" */
    uint8_t engagement, intent;
    const char *band, *trend, *loop, *phase;
    bool ambassador, engaged_no_value, has_purchase;
    int64_t raw, net_12m;
    uint64_t rows;
    int32_t last_purchase_day; /* has_purchase */
};

/* Where a tag was first seen in its last spell. */
struct fl_explain_first {
    bool there;                           /* false: it was given by hand alone */
    int32_t day, second;                  /* second -1: none */
    const char *message;                  /* its id; NULL: it has none */
    uint32_t rule_line;                   /* of keywords.csv */
    const char *rule;                     /* what makes it hold: "any refund* | money back" */
    uint32_t offset, size;                /* bytes of the message */
    struct fl_text before, hit, behind;   /* these bytes, and the words around them */
    bool cut_before, cut_hit, cut_behind; /* there is more of it */
};

/* A tag of the customer. */
struct fl_explain_tag {
    const char *tag;
    bool on;    /* false: it has expired, but its days still bring points */
    bool given; /* by hand, on a day at least */
    int32_t since, last, expires;
    uint64_t hits;
    int32_t priority;
    int64_t points; /* micro-points; those of all tags add up to tag_points */
    struct fl_explain_first first;
};

struct fl_explain_plan {
    const struct fl_io *io;
    const char *run, *data;
    const char *customer; /* the id as it came in */
    const char *scope;    /* "brand=Acme": this scope of the customer alone; NULL: the customer itself */
    bool points_only;     /* of the customer: types and scores, without lines, days, scopes; far quicker where
                             many customers are asked for */
    size_t days;          /* at most so many of the last days on which money moved */
};

struct fl_explanation {
    int64_t customer;
    char *customer_id; /* NULL for integer ids */
    struct fl_explain_row rows[256];
    size_t row_count;   /* sorted by |points| falling, then type */
    int64_t tag_points; /* of the customer: what tags add; with the points of all rows they are raw */
    /* as stored in the run, after checking that the sums above give the same */
    int64_t raw, intent_raw;
    uint8_t engagement, intent;
    int percentile; /* -1: none */
    const char *band, *trend, *intent_trend;
    int64_t points_28, points_84;
    int32_t last_purchase_day; /* valid if has_purchase */
    bool has_purchase;
    int64_t loop_points[4]; /* awareness, nurturing, experience, conversion */
    int64_t k_micro;        /* the raw that gives 50 */
    int32_t as_of_day;
    /* Not with points_only. */
    char currency[4];
    const char *scope; /* "customer", "brand" .. */
    const char *word;  /* of a scope; NULL: the customer */
    const struct fl_explain_line *lines;
    size_t line_count;
    const struct fl_explain_day *days; /* the last ones, by rising day */
    size_t day_count, day_count_all;
    const struct fl_explain_scope *scopes; /* of the customer: by kind, the most points first */
    size_t scope_count;
    const struct fl_explain_tag *tags; /* of the customer, by name */
    size_t tag_count;
    void *owned;
};

/* Scores one customer again, by the stages of a run, from the run's own model copy and inputs, and compares
 * all of it with what the run stored: a difference is FL_INTERNAL and names the column. What compares all
 * customers is counted again over the run's table. FL_MISSING: no such customer in the run, or no such scope
 * of it, or an input file is gone; FL_USAGE: the run has no table of that kind of scope. */
fl_status fl_explain(const struct fl_explain_plan *plan, struct fl_explanation *explanation,
                     struct fl_error *error);
void fl_explanation_release(struct fl_explanation *explanation);

/* ---- a keyword list over the messages of a text file ---- */

enum fl_message_format {
    FL_MESSAGES_LINES, /* each line is a message of the customer */
    FL_MESSAGES_NDJSON /* an object a line: text, and message, customer, speaker where it has them */
};

/* Where messages come from. */
struct fl_message_source {
    const struct fl_io *io;
    int file; /* an open descriptor, which stays the caller's */
    const char *shown;
    enum fl_message_format format;
    int (*is_stopped)(void *context); /* asked now and then: non-zero ends with FL_INTERRUPTED; NULL: never */
    void *stop_context;
    /* Told once if the first line that is not blank begins as a JSON object, of FL_MESSAGES_LINES; NULL:
     * nobody is. */
    void (*lines_are_objects)(const char *shown);
};

struct fl_text_filter_plan {
    struct fl_message_source source;
    const char *model; /* whose keywords.csv holds the rules */
    bool to_ndjson;    /* an object a hit, not a line of CSV */
};

struct fl_text_filter_counts {
    uint64_t messages, tagged, hits; /* tagged: messages with a hit */
    uint64_t cut;                    /* messages with more hits than count */
};

/* Writes each hit as a row (message, customer, tag, rule, word, offset, length), in the order of the
 * messages. Its memory does not grow with the file. What was written is no result unless FL_OK comes back.
 * FL_MISSING: the model has no keywords.csv; FL_BAD_DATA names line and column. */
struct fl_output;
fl_status fl_text_filter(const struct fl_text_filter_plan *plan, struct fl_output *output,
                         struct fl_text_filter_counts *counts, struct fl_error *error);

/* A place of a rule's word in a message. */
struct fl_traced_place {
    const char *word;    /* as keywords.csv may have it, folded; the regular expression */
    size_t offset, size; /* bytes of the text */
};

struct fl_traced_rule {
    const char *tag;
    uint32_t line; /* of keywords.csv */
    bool holds;
    const struct fl_traced_place *places; /* its hits; if it does not hold what is there of it */
    size_t place_count;
    bool has_more_places;
    const char *const *reasons; /* why it does not hold */
    size_t reason_count;
};

struct fl_traced_message {
    uint64_t line;
    const char *id;                 /* without one of its own the number of its line */
    const char *customer, *speaker; /* NULL: not given */
    struct fl_text text;
    const struct fl_traced_rule *rules; /* see fl_keyword_trial_plan */
    size_t rule_count;
    size_t rules_without; /* that were asked for, and left out since nothing of them is there */
};

struct fl_keyword_trial_plan {
    struct fl_message_source source;
    const char *model;
    uint64_t rule_line;    /* of keywords.csv: this rule alone; 0: all */
    const char *tag;       /* the rules of this tag alone; NULL: all */
    uint64_t message_line; /* this message alone, whatever is found in it; 0: all */
    bool takes_all; /* messages, and of the rules that were asked for those too of which nothing is there */
    /* Gets each message with the rules that hold and those that nearly do: that lack one thing, or were asked
     * for and have some word there. Messages without such a rule are passed over; what comes is valid for the
     * call. */
    fl_status (*take)(void *context, const struct fl_traced_message *message, struct fl_error *error);
    void *context;
};

struct fl_keyword_trial_counts {
    uint64_t messages, tagged, close; /* close: no rule holds, but one or more nearly do */
};

/* Evaluates rule after rule, for people to read: slow, and of the same hits as fl_text_filter(). FL_USAGE: no
 * such rule, tag or message; and as fl_text_filter(). */
fl_status fl_keyword_trial(const struct fl_keyword_trial_plan *plan, struct fl_keyword_trial_counts *counts,
                           struct fl_error *error);

/* ---- what is wrong with a keyword list, and what is odd ---- */

enum fl_keyword_remark_kind {
    FL_KEYWORD_ERROR,   /* no run takes the list */
    FL_KEYWORD_WARNING, /* never found, said twice, or hardly meant */
    FL_KEYWORD_SAMPLE   /* of a rule on the sample */
};
enum { FL_KEYWORD_REMARKS_MAX = 1000 };

struct fl_keyword_remarks {
    const char *file; /* that was checked */
    struct fl_keyword_remark {
        enum fl_keyword_remark_kind kind;
        int64_t line, column; /* from 1; 0: of no place in the file, in the line */
        const char *cell;     /* name of the column; NULL: of none */
        const char *text;     /* what, and what to do */
    } * list;                 /* by line and column, the first FL_KEYWORD_REMARKS_MAX that were found */
    size_t count;
    size_t errors, warnings, from_sample; /* all of them */
    size_t tags, rules, words;
    uint64_t messages; /* of the sample */
    struct fl_arena *owned;
};

struct fl_keyword_check_plan {
    const struct fl_io *io;
    const char *model;                      /* folder whose keywords.csv is checked; NULL: `file` is */
    const char *file;                       /* regular expressions are fine in it */
    const struct fl_message_source *sample; /* NULL: none */
};

/* Remarks on a list that can be read at all. FL_MISSING: there is no keywords.csv; of the sample FL_BAD_DATA
 * names line and column. */
fl_status fl_keywords_check(const struct fl_keyword_check_plan *plan, struct fl_keyword_remarks **remarks,
                            struct fl_error *error);
void fl_keyword_remarks_free(struct fl_keyword_remarks *remarks); /* NULL is fine */

/* ---- what there is to say about a model that can be run ---- */

enum fl_remark_kind {
    FL_REMARK_FILE,   /* a file of the folder and what it holds */
    FL_REMARK_CHANGE, /* something is not as in the default model */
    FL_REMARK_ODDITY  /* it can be run, and is hardly meant */
};

struct fl_model_remarks {
    struct fl_remark {
        enum fl_remark_kind kind;
        const char *text; /* "model.yaml: value.window_days: 180 (default 365)" */
    } * list;
    size_t count;
    char hash[33];
    void *owned;
};

/* Reads and checks the model as fl_model_open() does, and its examples.yaml, then compares it with the
 * default and with itself. */
fl_status fl_model_remark(const struct fl_io *io, const char *path, struct fl_model_remarks **remarks,
                          struct fl_error *error);
void fl_model_remarks_free(struct fl_model_remarks *remarks);

/* ---- trying a model on an analyst's examples ---- */

struct fl_model_test_plan {
    const struct fl_io *io;
    const char *model;   /* the folder; its examples.yaml is tried */
    const char *scratch; /* where a private folder can be made for the while */
    bool has_as_of;      /* else the file's, else 2026-06-30 */
    int32_t as_of_day;
};

/* One expectation. */
struct fl_example_result {
    size_t example;    /* from 0 */
    const char *table; /* "customers", "brands" .. */
    const char *word;  /* the brand; NULL for the customer */
    const char *column;
    const char *expected, *got; /* as in examples.yaml: money in units, a day as days before the as-of day */
    const char *note;           /* more about a miss, or NULL */
    bool met;
};

enum { FL_EXPLAINED_EXAMPLES_MAX = 20 };

struct fl_model_test {
    const char **names; /* of the examples */
    size_t example_count;
    struct fl_example_result *results; /* in the order of the file */
    size_t result_count, missed;
    struct fl_explanation **explanations; /* for each example; NULL where all is met, and after the first
                                             FL_EXPLAINED_EXAMPLES_MAX that are not */
    int32_t as_of_day;
    void *owned;
};

/* Imports the rows of examples.yaml and scores them with fl_run(), as any night would be. FL_MISSING: the
 * model has no examples; FL_BAD_MODEL: the model or the examples are wrong. A missed expectation is no
 * failure: it is counted. Nothing is left in `scratch`, or the failure names what is. */
fl_status fl_model_test(const struct fl_model_test_plan *plan, struct fl_model_test **test,
                        struct fl_error *error);
void fl_model_test_free(struct fl_model_test *test);

/* ---- diff: who moves from one run to another, by how much, and why ---- */

/* What two runs may differ in, in the order in which their effects are told apart. */
#define FL_DIFF_CAUSE_LIST(X)                                                                                \
    X(REGISTRY, "registry", "registry.csv of the model")                                                     \
    X(KEYWORDS, "keywords", "keywords.csv of the model")                                                     \
    X(MODEL, "model", "the model's other files")                                                             \
    X(DATA, "data", "input files, as-of day, view, night before")
#define X(name, word, what) FL_DIFF_##name,
enum fl_diff_cause { FL_DIFF_CAUSE_LIST(X) FL_DIFF_CAUSES };
#undef X
const char *fl_diff_cause_word(unsigned cause);

enum { FL_DIFF_SAMPLE_MAX = 1000, FL_DIFF_CHANGE_MAX = 100, FL_DIFF_MATRIX_WORDS_MAX = 64 };

struct fl_diff_plan {
    const struct fl_io *io;
    const char *run_a, *run_b;
    const char *table; /* of scores: "customers", "brands" and so on */
    const char *data;  /* where the inputs of both runs are. NULL: nothing is scored again, so causes are told
                          apart  only when there is one, and movers are not explained */
    const char *scratch; /* with `data`: folder for runs in between, which are removed */
    const char *out;     /* folder to publish movers.csv in, whole or not at all; NULL: none */
    size_t sample;       /* how many of the largest movers, at most FL_DIFF_SAMPLE_MAX */
    uint64_t memory_bytes;
    unsigned threads;                                                      /* of runs in between */
    int (*progress)(void *context, uint64_t rows_done, uint64_t rows_all); /* as in struct fl_run_plan */
    void *progress_context;
};

struct fl_diff_run {
    const char *version, *zone; /* zone NULL: no interactions yet */
    char model_hash[33];
    int32_t as_of_day;
    enum fl_view view;
    uint64_t rows;    /* of the table */
    uint64_t only;    /* of these, rows that the other run does not have */
    int64_t only_raw; /* their raw, micro-points */
};

/* A score from 0 to 100 (engagement, intent) of the rows that both runs have. */
struct fl_diff_score {
    const char *column;
    uint64_t up, down;
    int64_t sum[2];                                 /* in A, in B */
    uint64_t by_change[2 * FL_DIFF_CHANGE_MAX + 1]; /* rows by change + FL_DIFF_CHANGE_MAX */
};
/* The change at rank ceil(rows * percent / 100) of the changes in rising order; 0 without rows.
 * percent 1..100. */
int fl_diff_change_at(const struct fl_diff_score *score, unsigned percent);

/* Rows that reach a score in one run only. */
struct fl_diff_cut {
    const char *column;
    uint8_t floor;
    uint64_t up, down;
};

/* A column of words, of the rows that both runs have. The last of the words is NULL: rows without one. */
struct fl_diff_words {
    const char *column;
    size_t word_count;
    const char *const *words; /* sorted but for the last; of both runs together */
    uint64_t changed;
    const uint64_t *rows; /* [from * word_count + to]; NULL: more than FL_DIFF_MATRIX_WORDS_MAX words */
};

/* A column of 0 and 1. */
struct fl_diff_flag {
    const char *column;
    uint64_t gained, lost;
};

/* Rows of one word in run A. */
struct fl_diff_group {
    const char *word; /* NULL: without one */
    uint64_t rows, up, down;
    int64_t sum[2];     /* of engagement */
    int64_t raw_change; /* micro-points */
};
struct fl_diff_split {
    const char *column;
    size_t group_count;
    const struct fl_diff_group *groups; /* those with rows, in the order of the words */
};

/* Customers who have a tag. */
struct fl_diff_tag {
    const char *tag;
    uint64_t customers[2]; /* in A, in B */
    uint64_t gained, lost; /* in B only, in A only */
};

/* What one cause did: to all rows of either run, one that is not there counting 0. The net sums of all causes
 * add up to what B has more than A, exactly. */
struct fl_diff_effect {
    uint64_t rows;             /* whose raw or engagement it changed */
    int64_t raw_net, raw_size; /* micro-points: with signs, and without */
    int64_t engagement_net, engagement_size;
};

struct fl_diff_type {
    const char *name;
    uint64_t rows[2];
    int64_t points[2]; /* micro-points in A, in B */
};

struct fl_diff_mover {
    int64_t customer;
    const char *customer_id, *word; /* NULL: none */
    uint8_t engagement[2];
    int64_t raw[2];
    int64_t effects[FL_DIFF_CAUSES]; /* micro-points, valid with fl_diff.has_effects */
    int16_t engagement_effects[FL_DIFF_CAUSES];
    const char *crossed;              /* "band warm>engaged; engagement up 40", or "" */
    const struct fl_diff_type *types; /* whose points differ, by falling size of the difference */
    size_t type_count;
    int64_t tag_points[2]; /* what tags add beside the types, micro-points */
    bool explained;        /* the types and the points of tags are known */
};

struct fl_diff {
    const char *table;
    struct fl_diff_run runs[2];
    bool same_version;
    bool differs[FL_DIFF_CAUSES];
    bool has_effects; /* the causes are told apart */
    struct fl_diff_effect effects[FL_DIFF_CAUSES];
    uint64_t both, raw_changed; /* rows */
    int64_t raw[2];             /* sums over the rows that both have */
    bool has_correlation;
    int32_t correlation_micro; /* Spearman's, of raw */
    struct fl_diff_score scores[2];
    size_t score_count;
    struct fl_diff_cut *cuts;
    size_t cut_count;
    struct fl_diff_words *words;
    size_t words_count;
    struct fl_diff_flag *flags;
    size_t flag_count;
    struct fl_diff_split *splits;
    size_t split_count;
    bool has_tags;            /* with the table of customers, when one of the runs has tags */
    struct fl_diff_tag *tags; /* by name */
    size_t tag_count;
    const char **not_compared; /* columns that one run lacks */
    size_t not_compared_count;
    struct fl_diff_mover *movers; /* by falling size of the change of engagement, then of raw, then by key */
    size_t mover_count;
    uint64_t listed;    /* rows of movers.csv */
    bool already_there; /* movers.csv was there with the same bytes */
    void *owned;
};

/* Walks through both tables once, customer by customer. FL_USAGE: a run lacks the table; FL_BAD_DATA: the
 * runs are of different zones, their customer ids of different kinds or keyed differently, or a run lacks
 * `raw` or `engagement`; FL_UNSUPPORTED: runs of another version cannot be scored again; FL_MISSING: an input
 * of a run is gone; FL_LIMIT: the ranks of the customers need more than memory_bytes. */
fl_status fl_diff(const struct fl_diff_plan *plan, struct fl_diff **diff, struct fl_error *error);
void fl_diff_free(struct fl_diff *diff); /* NULL is fine */

#endif
