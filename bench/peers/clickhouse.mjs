// clickhouse.mjs - ClickHouse's side of each experiment, in SQL, in this process (chdb).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nightQueries, nightTables } from './clickhouse_night.mjs';
import { cell, fullQuery } from './clickhouse_score.mjs';
import { tagQuery, tagTables } from './clickhouse_tag.mjs';
import { THOUSANDTHS } from './duckdb_night.mjs';
import { peer, serve } from './peer_loop.mjs';

const { Session } = peer.require('chdb');
const session = new Session(join(peer.folder, 'clickhouse'));
const quoted = (path) => `'${path.replaceAll("'", "''")}'`;
const file = (name) => quoted(join(peer.folder, name));
const run = (sql) => session.query(sql, 'CSV');
run('CREATE DATABASE IF NOT EXISTS bench');

const version = () => run('SELECT version()').trim().replaceAll('"', '');

/* The model as a flat dictionary, ClickHouse's quickest lookup: an array by cell = (type, age in days). */
function model({ types, decay }) {
    run('DROP DICTIONARY IF EXISTS bench.cell');
    run(`CREATE OR REPLACE TABLE bench.types (type UInt8, name String, weight Int64, half_life UInt32,
        daily_cap Int64, by_order UInt8, purchase UInt8, inbound UInt8, loop UInt8) ENGINE = MergeTree ORDER BY type`);
    run(`INSERT INTO bench.types SELECT * FROM file(${quoted(types)}, 'CSVWithNames')`);
    run(`CREATE OR REPLACE TABLE bench.decay (half_life UInt32, age UInt32, d Int64)
        ENGINE = MergeTree ORDER BY (half_life, age)`);
    run(`INSERT INTO bench.decay SELECT * FROM file(${quoted(decay)}, 'CSVWithNames')`);
    const columns = 'cell UInt64, w Int64, one Int64, d Int64, cap Int64, purchase UInt8, inbound UInt8, loop UInt8';
    run(`CREATE OR REPLACE TABLE bench.cells (${columns}) ENGINE = MergeTree ORDER BY cell`);
    run(`INSERT INTO bench.cells SELECT toUInt64(type) * 1096 + age, weight * 1000,
        bitShiftRight(weight * 1000 * d + 2147483648, 32), d, daily_cap, purchase, inbound, loop
        FROM bench.types JOIN bench.decay USING (half_life)`);
    run(`CREATE DICTIONARY bench.cell (${columns}) PRIMARY KEY cell SOURCE(CLICKHOUSE(DB 'bench' TABLE 'cells'))
        LAYOUT(FLAT(MAX_ARRAY_SIZE 500000)) LIFETIME(0)`);
}

/* One sorted part: rows are inserted in key order by one thread, then merged into a single part. */
function load({ parquet }) {
    run(`CREATE OR REPLACE TABLE bench.events (customer UInt32 CODEC(Delta, LZ4), day Date CODEC(LZ4),
        type UInt8 CODEC(LZ4), "order" Nullable(Int64) CODEC(LZ4)) ENGINE = MergeTree ORDER BY (customer, day, type)`);
    run(`INSERT INTO bench.events SELECT customer, day, type, "order" FROM file(${quoted(parquet)}, 'Parquet')
        SETTINGS max_threads = 1, max_insert_threads = 1`);
    run('OPTIMIZE TABLE bench.events FINAL');
    const counts = run('SELECT count(), uniqExact(customer) FROM bench.events');
    const [rows, customers] = counts.trim().split(',').map(Number);
    run('SYSTEM RELOAD DICTIONARY bench.cell');
    return { rows, customers };
}

// --- score

const into = (name) => `INSERT INTO FUNCTION file(${file(name)}, 'Native') `;

function write(name, query) {
    run(`${into(name)} ${query}, engine_file_truncate_on_insert = 1`);
}

const settings = (order) =>
    `SETTINGS max_threads = ${peer.threads}, optimize_aggregation_in_order = ${order === 'inorder' ? 1 : 0}`;

const full = (request) => write('clickhouse.full.native',
    `${fullQuery(request)} ${settings(request.variant.split('.')[1])}`);

const plain = ({ variant, asOf }) => write('clickhouse.plain.native', `
    SELECT customer, sum(dictGet('bench.cell', 'one', ${cell(asOf)})) AS raw FROM bench.events GROUP BY customer
    ${settings(variant)}`);

const answers = ({ name, to }) => {
    run(`INSERT INTO FUNCTION file(${quoted(to)}, 'CSVWithNames') 
        SELECT * FROM file(${file(`clickhouse.${name}.native`)}, 'Native') ORDER BY customer
        SETTINGS engine_file_truncate_on_insert = 1, format_csv_null_representation = ''`);
};

// --- night: the SQL is in clickhouse_night.mjs

const words = (sql) => run(sql).trim().split('\n').map((word) => word.replaceAll('"', ''));

function nightLoad(request) {
    for (const sql of nightTables(request, words))
        run(sql);
    return { rows: Number(run('SELECT count() FROM bench.night_events')) };
}

const nightFile = (table, part) => `clickhouse.night.${table}.${part}.native`;
const written = {}; // table -> how many files of it

function night(request) {
    for (const [table, variant] of Object.entries(request.variants)) {
        const { before, queries } = nightQueries({ ...request, variant }, table);
        const how = settings(variant.split('.')[1]);
        for (const [name, sql] of Object.entries(before)) {
            run(`DROP TABLE IF EXISTS bench.${name}`);
            run(`CREATE TABLE bench.${name} ENGINE = Memory AS ${sql} ${how}`);
        }
        queries.forEach((sql, part) => write(nightFile(table, part), `${sql} ${how}`));
        written[table] = queries.length;
    }
}

/* One table of the night as text, in our order: `columns` are those of our own file. */
function nightAnswers({ table, columns, to }) {
    const keys = table === 'customers' ? 'customer' : `customer, ${columns[2]}`;
    const cells = columns.map((name) => {
        if (name === 'customer_id')
            return "'' AS customer_id";
        return THOUSANDTHS.includes(name) ? `${name} / 1000 AS ${name}` : `"${name}"`;
    });
    run(`INSERT INTO FUNCTION file(${quoted(to)}, 'CustomSeparatedWithNames') SELECT ${cells.join(', ')}
        FROM file(${file(nightFile(table, `{0..${written[table] - 1}}`))}, 'Native') ORDER BY ${keys}
        SETTINGS engine_file_truncate_on_insert = 1, format_custom_field_delimiter = ',',
                 format_custom_escaping_rule = 'Raw', format_tsv_null_representation = ''`);
}

// --- tag: the SQL is in clickhouse_tag.mjs

function tagLoad({ messages }) {
    for (const sql of tagTables(quoted(messages)))
        run(sql);
}

function tag({ patterns, variant }) {
    const words = readFileSync(patterns, 'utf8').trimEnd().split('\n');
    write('clickhouse.tag.native', `${tagQuery(words, variant)} ${settings('hash')}, max_query_size = 100000000,
        max_ast_elements = 1000000`);
}

const tagAnswers = ({ to }) => {
    run(`INSERT INTO FUNCTION file(${quoted(to)}, 'RowBinary')
        SELECT number, toUInt32(word) FROM file(${file('clickhouse.tag.native')}, 'Native')
        SETTINGS engine_file_truncate_on_insert = 1`);
};

await serve({ version, model, load, full, plain, answers, nightLoad, night, nightAnswers, tagLoad, tag, tagAnswers });
