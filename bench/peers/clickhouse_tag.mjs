// clickhouse_tag.mjs - pairs of messages and words in ClickHouse's SQL, by its own use of Hyperscan.

/* Messages in their order, numbered from 1. */
export const tagTables = (messages) => [
    'CREATE OR REPLACE TABLE bench.messages (number UInt32, text String) ENGINE = MergeTree ORDER BY number',
    `INSERT INTO bench.messages SELECT rowNumberInAllBlocks() + 1, line FROM file(${messages}, 'LineAsString')
        SETTINGS max_threads = 1, max_insert_threads = 1, input_format_parallel_parsing = 0`,
    'OPTIMIZE TABLE bench.messages FINAL',
];

/* What is looked at: the text, or its folded form; `ascii` folds only messages that are not all ASCII. */
const looked = {
    plain: 'text',
    folded: 'normalizeUTF8NFKCCasefold(text)',
    ascii: 'if(isValidASCII(text), text, normalizeUTF8NFKCCasefold(text))',
};

/* A row for each pair; `filtered` drops messages without one before pairs are made. */
export function tagQuery(words, variant) {
    const [form, way] = variant.split('.');
    const patterns = words.map((word) => `'${`(?i)${word}`.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`);
    const found = `multiMatchAllIndices(${looked[form]}, [${patterns.join(',')}])`;
    if (way === 'filtered')
        return `SELECT number, arrayJoin(found) AS word
            FROM (SELECT number, ${found} AS found FROM bench.messages WHERE notEmpty(found))`;
    return `SELECT number, arrayJoin(${found}) AS word FROM bench.messages`;
}
