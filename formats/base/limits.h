/* limits.h - every limit of process and format in one table. */
#ifndef FORMATS_BASE_LIMITS_H
#define FORMATS_BASE_LIMITS_H

/* "format" = raising it makes files that older builds refuse, so it needs a new file version;
 * "process" = a guard that may be raised at any time. */
#define FL_BLOCK_ROWS_MAX 65536u              /* format */
#define FL_BLOCK_TEXT_BYTES_MAX (8u << 20)    /* format: text of one block, all its text columns together,
                                                 unless one row alone has more */
#define FL_TEXT_BYTES_MAX (1u << 20)          /* format: one text value */
#define FL_PAGE_BYTES_MAX (64u << 20)         /* format: one page, unpacked */
#define FL_PAGE_DISTINCT_MAX 4096u            /* format: distinct values of a dictionary-encoded page */
#define FL_FACTS_MAX 256u                     /* format: facts of one table file */
#define FL_FACT_BYTES_MAX (1u << 20)          /* format: their bytes together */
#define FL_COLUMNS_MAX 256u                   /* format: columns of one table */
#define FL_BLOCKS_MAX (1u << 24)              /* format: blocks of one file */
#define FL_FOOTER_BYTES_MAX (1u << 30)        /* format */
#define FL_DICTIONARY_WORDS_MAX (1u << 20)    /* format: words of one column of one file */
#define FL_DICTIONARY_BYTES_MAX (32u << 20)   /* format: their bytes together */
#define FL_WORD_BYTES_MAX (64u << 10)         /* format: one dictionary word */
#define FL_TYPES_MAX 256u                     /* format: interaction type ids 0..255 */
#define FL_BIRTH_YEAR_MIN 1850                /* process: a two-digit year, an age or a 0 is none */
#define FL_BIRTH_YEAR_MAX 2100
#define FL_STORE_DISTANCE_MAX 40000000        /* process: metres, once around the earth */
#define FL_FILES_MAX 4096u                    /* process: table files of one scan */
#define FL_RECORD_BYTES_MAX (16u << 20)       /* process: one CSV record */
#define FL_RECORD_FIELDS_MAX 1024u            /* process: fields of one CSV record */
#define FL_JSON_LINE_BYTES_MAX (8u << 20)     /* process: one line of NDJSON: a text of 1 MiB fits, each byte escaped */
#define FL_JSON_VALUES_MAX (128u << 10)       /* process: brackets, braces and commas in one; each may be a value,
                                                 which takes up to 300 bytes */
#define FL_CONFIG_BYTES_MAX (4u << 20)        /* process: one YAML or model CSV file */
#define FL_KEYWORD_FILE_BYTES_MAX (32u << 20) /* process: keywords.csv: 100,000 words and more */
#define FL_RULE_HITS_MAX 1000u                /* process: hits of a rule in one message that count */
#define FL_MESSAGE_HITS_MAX 1000000u          /* process: of all rules in it */
#define FL_CONFIG_DEPTH_MAX 16                /* process */
#define FL_ZONE_BYTES_MAX (1u << 20)          /* process: one TZif file; the largest known have 4 KiB */
#define FL_MANIFEST_BYTES_MAX (64u << 20)     /* process */
#define FL_ARROW_METADATA_BYTES_MAX (16u << 20) /* process: metadata of one Arrow message; footer of a file */
#define FL_ARROW_FIELDS_MAX 4096u             /* process: columns of an Arrow stream */
#define FL_ARROW_NAME_BYTES_MAX 1024u         /* process: the name of one */
#define FL_ARROW_FACTS_MAX 4096u              /* process: key-value facts about the stream */
#define FL_ARROW_BATCH_ROWS_MAX 0x7FFFFFFFu   /* process: rows of one Arrow batch, words of a dictionary */
#define FL_ARROW_EMPTY_ROWS_MAX (1u << 20)    /* process: the same, where no row has a byte of its own */
#define FL_PARQUET_VALUES_FREE (1ull << 30)   /* process: values of a Parquet file of any size .. */
#define FL_PARQUET_VALUES_PER_BYTE (1u << 14) /* process: .. and those that each of its bytes may add: runs make
                                                 any number of values of nothing, and each takes time */
#define FL_IMPORT_MEMORY_MIN (128ull << 20)   /* process: --memory of import */

#endif
