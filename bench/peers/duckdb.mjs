// duckdb.mjs - DuckDB's side of each experiment, in SQL.
import { join } from 'node:path';
import { THOUSANDTHS, nightCopies, nightFiles, nightTables } from './duckdb_night.mjs';
import { narrowItems, pairTables, pairsQuery } from './duckdb_pairs.mjs';
import { GROUP, age, fullQuery } from './duckdb_score.mjs';
import { peer, serve } from './peer_loop.mjs';

const { DuckDBInstance } = peer.require('@duckdb/node-api');
const instance = await DuckDBInstance.create(join(peer.folder, 'duckdb.db'), {
    threads: String(peer.threads),
    memory_limit: '8GB',
    temp_directory: join(peer.folder, 'duckdb.spill'),
});
const database = await instance.connect();
const quoted = (path) => `'${path.replaceAll("'", "''")}'`;
const file = (name) => quoted(join(peer.folder, name));

async function rows(sql) {
    return (await database.runAndReadAll(sql)).getRowObjects();
}

// The generator's columns with the smallest types that hold them.
const RAW_COLUMNS = `{time: 'TIMESTAMP', customer: 'INTEGER', type: 'VARCHAR', brand: 'VARCHAR', category: 'VARCHAR',
    product: 'VARCHAR', content: 'VARCHAR', agent: 'VARCHAR', channel: 'VARCHAR', store: 'VARCHAR', "order": 'BIGINT',
    quantity: 'DECIMAL(9,3)', amount: 'DECIMAL(9,2)', discount: 'DECIMAL(9,2)', margin: 'DECIMAL(9,2)',
    currency: 'VARCHAR', speaker: 'VARCHAR', message: 'VARCHAR', text: 'VARCHAR'}`;

// The same rows as `fourloop inspect --rows` prints them, money in minor units.
const STORED_COLUMNS = `{customer: 'INTEGER', day: 'DATE', type: 'UTINYINT', "order": 'BIGINT', second: 'INTEGER',
    brand: 'VARCHAR', category: 'VARCHAR', product: 'VARCHAR', content: 'VARCHAR', agent: 'VARCHAR',
    channel: 'VARCHAR', store: 'VARCHAR', quantity: 'DECIMAL(9,3)', amount: 'BIGINT', discount: 'BIGINT',
    margin: 'BIGINT', currency: 'VARCHAR', arrival: 'DATE', speaker: 'VARCHAR', message: 'VARCHAR',
    text: 'VARCHAR'}`;

const WORDS = 'brand, category, product, content, agent, channel, store';
const SHORT_COLUMNS = `${WORDS}, quantity, amount, discount, margin, currency, speaker`;

const readRaw = (csv) => `read_csv(${quoted(csv)}, header = true, auto_detect = false, delim = ',', quote = '"',
    escape = '"', dateformat = '%Y-%m-%d', timestampformat = '%Y-%m-%d %H:%M:%S', columns = ${RAW_COLUMNS})`;

const eventsOf = (raw) => `
    SELECT customer, time::DATE AS day, types.type, "order", epoch(time::TIME)::INTEGER AS second, ${SHORT_COLUMNS},
           message, text
    FROM ${raw} AS raw JOIN types ON raw.type = types.name`;

const rawEvents = (csv) => eventsOf(readRaw(csv));

const PARQUET = '(FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd)';

async function version() {
    return (await rows('SELECT version() AS version'))[0].version;
}

/* The model as tables. A cell is one (type, age in days); its row says all that a lookup needs, and what a row of a
 * daily group of one is worth (`one`). Cells ascend without holes in a type, which is what DuckDB's perfect hash join
 * wants. */
async function model({ types, decay }) {
    await database.run(`CREATE OR REPLACE TABLE types AS FROM read_csv(${quoted(types)}, columns = {type: 'UTINYINT',
        name: 'VARCHAR', weight: 'INTEGER', half_life: 'INTEGER', daily_cap: 'INTEGER', by_order: 'BOOLEAN',
        purchase: 'BOOLEAN', inbound: 'BOOLEAN', loop: 'UTINYINT'})`);
    await database.run(`CREATE OR REPLACE TABLE decay AS FROM read_csv(${quoted(decay)},
        columns = {half_life: 'INTEGER', age: 'INTEGER', d: 'BIGINT'})`);
    await database.run(`CREATE OR REPLACE TABLE cells AS
        SELECT type::INTEGER * 1096 + age AS cell, (weight * 1000)::BIGINT AS w, d, daily_cap::BIGINT AS cap,
               ((weight * 1000)::BIGINT * d + 2147483648) >> 32 AS one, purchase, inbound, loop
        FROM types JOIN decay USING (half_life) ORDER BY cell`);
}

async function events({ csv, parquet }) {
    await database.run(`COPY (${rawEvents(csv)} ORDER BY customer, day, types.type, "order" NULLS FIRST, second)
        TO ${quoted(parquet)} ${PARQUET}`);
}

// What a scan needs, in the sorted order, as a native table.
async function load({ parquet }) {
    await database.run(`CREATE OR REPLACE TABLE events AS
        SELECT customer, day, type, "order" FROM read_parquet(${quoted(parquet)})`);
    await database.run('CHECKPOINT');
    const [facts] = await rows(`SELECT count(*)::DOUBLE AS rows, count(DISTINCT customer)::DOUBLE AS customers
        FROM events`);
    return facts;
}

async function narrow({ parquet, to }) {
    await database.run(`COPY (SELECT customer, type, (day - DATE '1970-01-01')::SMALLINT AS day
        FROM read_parquet(${quoted(parquet)})) TO ${quoted(to)} (FORMAT parquet)`);
}

// --- score

async function full(request) {
    await database.run('SET preserve_insertion_order = false');
    await database.run(`COPY (${fullQuery(request)}) TO ${file('duckdb.full.parquet')} (FORMAT parquet)`);
}

const plainQueries = {
    rows: (asOf) => `SELECT customer, sum(one)::BIGINT AS raw
        FROM events JOIN cells ON cell = type::INTEGER * 1096 + ${age(asOf)} GROUP BY customer`,
    grouped: (asOf) => `SELECT customer, sum(n * one)::BIGINT AS raw
        FROM (SELECT ${GROUP}, count(*) AS n FROM events GROUP BY ${GROUP})
        JOIN cells ON cell = type::INTEGER * 1096 + ${age(asOf)} GROUP BY customer`,
};

async function plain({ variant, asOf }) {
    await database.run('SET preserve_insertion_order = false');
    await database.run(`COPY (${plainQueries[variant](asOf)}) TO ${file('duckdb.plain.parquet')} (FORMAT parquet)`);
}

async function answers({ name, to }) {
    await database.run('SET preserve_insertion_order = true');
    await database.run(`COPY (FROM read_parquet(${file(`duckdb.${name}.parquet`)}) ORDER BY customer)
        TO ${quoted(to)} (FORMAT csv, HEADER true)`);
}

// --- night: the SQL is in duckdb_night.mjs

async function nightPrepare(request) {
    for (const sql of nightFiles(request))
        await database.run(sql);
}

async function nightLoad(request) {
    for (const sql of nightTables(request))
        await database.run(sql);
    const [facts] = await rows('SELECT count(*)::DOUBLE AS rows FROM night_events');
    return facts;
}

const nightFile = (table, part) => file(`duckdb.night.${table}.${part}.parquet`);

const written = {}; // table -> how many files of it

async function night(request) {
    await database.run('SET preserve_insertion_order = false');
    for (const [table, variant] of Object.entries(request.variants)) {
        const copies = nightCopies({ ...request, variant }, table, nightFile);
        for (const sql of copies)
            await database.run(sql);
        written[table] = copies.length;
    }
}

/* One table of the night as text, in our order: `columns` are those of our own file. */
async function nightAnswers({ table, columns, to }) {
    await database.run('SET preserve_insertion_order = true');
    const keys = table === 'customers' ? 'customer' : `customer, ${columns[2]}`;
    const cells = columns.map((name) => {
        if (name === 'customer_id')
            return 'NULL AS customer_id';
        if (THOUSANDTHS.includes(name))
            return `rtrim(rtrim(printf('%d.%03d', ${name} // 1000, ${name} % 1000), '0'), '.') AS ${name}`;
        return `"${name}"`;
    });
    const parts = Array.from({ length: written[table] }, (_, part) => nightFile(table, part));
    await database.run(`COPY (SELECT ${cells.join(', ')} FROM read_parquet([${parts.join(', ')}])
        ORDER BY ${keys}) TO ${quoted(to)} (FORMAT csv, HEADER true)`);
}

// --- export

// The exported table as a native one.
async function exportLoad({ statements }) {
    await database.run('DROP TABLE IF EXISTS customers');
    for (const sql of statements)
        await database.run(sql);
}

async function exportCopy({ to, options }) {
    await database.run('SET preserve_insertion_order = true');
    await database.run(`COPY customers TO ${quoted(to)} ${options}`);
}

// Whether both files hold the same rows in the same order, types included.
async function sameParquet({ ours, theirs }) {
    const place = (path) => `(SELECT row_number() OVER () AS place, * FROM read_parquet(${quoted(path)}))`;
    const [counts] = await rows(`SELECT (SELECT count(*) FROM (FROM ${place(ours)} EXCEPT FROM ${place(theirs)}))
        + (SELECT count(*) FROM (FROM ${place(theirs)} EXCEPT FROM ${place(ours)})) AS differing`);
    const types = async (path) => JSON.stringify(await rows(`DESCRIBE FROM read_parquet(${quoted(path)})`));
    return Number(counts.differing) === 0 && await types(ours) === await types(theirs);
}

// --- import and size

async function importCsv({ csv, to }) {
    await database.run('SET preserve_insertion_order = true');
    await database.run(`COPY (${rawEvents(csv)} ORDER BY customer, day, types.type, "order")
        TO ${quoted(to)} ${PARQUET}`);
}

async function rawParquet({ csv, to }) {
    await database.run(`COPY (FROM ${readRaw(csv)}) TO ${quoted(to)} (FORMAT parquet)`);
}

async function importParquet({ parquet, to }) {
    await database.run('SET preserve_insertion_order = true');
    await database.run(`COPY (${eventsOf(`read_parquet(${quoted(parquet)})`)}
        ORDER BY customer, day, types.type, "order") TO ${quoted(to)} ${PARQUET}`);
}

/* Sums of hashes over all rows of our file and of the peer's: of every value, and of the place of the sort key. On the
 * two days of a year when clocks change, a second of the civil day is not the wall clock's: there it is left out. */
async function sameRows({ csv, parquet, changes }) {
    const days = changes.map((day) => `DATE '${day}'`).join(', ');
    const second = days ? `CASE WHEN day IN (${days}) THEN 0 ELSE second END` : 'second';
    const sums = (from, minor) => `SELECT count(*) AS rows,
        sum(hash(customer, day, type, "order", ${second}, ${WORDS}, quantity, (amount * ${minor})::BIGINT,
            (discount * ${minor})::BIGINT, (margin * ${minor})::BIGINT, currency, speaker, message, text)) AS content,
        sum(hash(place, customer, day, type, "order")) AS places
        FROM (SELECT *, row_number() OVER () AS place FROM ${from})`;
    await database.run('SET preserve_insertion_order = true');
    const ours = await rows(sums(`read_csv(${quoted(csv)}, header = true, auto_detect = false, delim = ',',
        quote = '"', escape = '"', columns = ${STORED_COLUMNS})`, 1));
    const theirs = await rows(sums(`read_parquet(${quoted(parquet)})`, 100));
    const text = (sum) => JSON.stringify(sum, (_, value) => (typeof value === 'bigint' ? String(value) : value));
    return { equal: text(ours) === text(theirs), ours: text(ours), theirs: text(theirs) };
}

// Bytes of the sorted table without texts, best of the settings that make Parquet smaller.
async function shortColumns({ parquet, to, options }) {
    await database.run('SET preserve_insertion_order = true');
    await database.run(`COPY (SELECT customer, day, type, "order", second, ${SHORT_COLUMNS}
        FROM read_parquet(${quoted(parquet)}))
        TO ${quoted(to)} (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd ${options})`);
}

/* Stored bytes of the texts of one column, in the same order, as zstd pages: `plain` is texts as they are, `words`
 * is what DuckDB does by itself, which keeps each text that comes again in a row group once. */
async function textPages({ parquet, column, to }) {
    await database.run('SET preserve_insertion_order = true');
    const kinds = { plain: 'PARQUET_VERSION v1', words: 'PARQUET_VERSION v2, ROW_GROUP_SIZE 1000000' };
    const bytes = {};
    for (const [kind, options] of Object.entries(kinds)) {
        const where = kind === 'plain' ? `WHERE ${column} IS NOT NULL` : '';
        await database.run(`COPY (SELECT ${column} FROM read_parquet(${quoted(parquet)}) ${where})
            TO ${quoted(to)} (FORMAT parquet, ${options}, COMPRESSION zstd, COMPRESSION_LEVEL 3)`);
        const [sizes] = await rows(`SELECT sum(total_compressed_size)::DOUBLE AS bytes
            FROM parquet_metadata(${quoted(to)})`);
        bytes[kind] = sizes.bytes;
    }
    return bytes;
}

// --- pairs: the SQL is in duckdb_pairs.mjs

let pairItems = 0; // of what was loaded last

async function pairsLoad({ csv, column }) {
    for (const sql of pairTables(quoted(csv), column))
        await database.run(sql);
    const [facts] = await rows(`SELECT (SELECT count(*) FROM names)::DOUBLE AS items,
        (SELECT count(*) FROM lines)::DOUBLE AS lines`);
    pairItems = facts.items;
    for (const sql of narrowItems(pairItems))
        await database.run(sql);
    return facts.lines;
}

async function pairs({ to, ...request }) {
    await database.run('SET preserve_insertion_order = true');
    await database.run(`COPY (${pairsQuery({ ...request, items: pairItems })}) TO ${quoted(to)} (FORMAT csv, HEADER true)`);
}

await serve({
    version, model, events, load, narrow, full, plain, answers, exportLoad, exportCopy, sameParquet, importCsv, rawParquet,
    importParquet, nightPrepare, nightLoad, night, nightAnswers, pairsLoad, pairs, sameRows, shortColumns, textPages,
});
