// parquet_peers.mjs - other programs write Parquet files, and DuckDB compares what it reads in one with a CSV of ours.
//
// Start and protocol as bench/peers/peer_loop.mjs has them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { peer, serve } from '../../bench/peers/peer_loop.mjs';

const { DuckDBInstance } = peer.require('@duckdb/node-api');
const database = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
await database.run("SET TimeZone = 'UTC'");
const text = (path) => `'${path.replaceAll("'", "''")}'`;
const name = (column) => `"${column.replaceAll('"', '""')}"`;

async function rows(sql) {
    return (await database.runAndReadAll(sql)).getRowObjects();
}

async function run({ sql }) {
    await database.run(sql);
}

// --- comparing

// What a cell of ours is as a value of DuckDB's type: bytes as both show them, lists by way of JSON.
function cast(column, type) {
    if (type === 'BLOB' || type === 'VARCHAR')
        return column;
    if (type.endsWith('[]'))
        return `${column}::JSON::${type.replace('BLOB', 'VARCHAR')}`;
    return `${column}::${type}`;
}

function shown(column, type) {
    if (type === 'BLOB')
        return `${column}::VARCHAR`;
    return type === 'BLOB[]' ? `list_transform(${column}, x -> x::VARCHAR)` : column;
}

/* For each column how many cells differ, and how many rows there are on both sides. Columns that the CSV lacks are
 * named in `missing`. */
async function compare({ parquet, csv }) {
    const options = `header = true, all_varchar = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
        nullstr = '', allow_quoted_nulls = false, new_line = '\\n', max_line_size = 20000000`;
    const header = readFileSync(csv, 'utf8').split('\n')[0].split(',').map((part) => part.replaceAll('"', ''));
    const columns = `{${header.map((part) => `${name(part)}: 'VARCHAR'`).join(', ')}}`;
    const ours = `read_csv(${text(csv)}, ${options}, columns = ${columns})`;
    const theirs = `read_parquet(${text(parquet)})`;
    const types = await rows(`DESCRIBE SELECT * FROM ${theirs}`);
    const shared = types.filter((column) => header.includes(column.column_name));
    const counts = shared.map(({ column_name, column_type }, i) => {
        const ourCell = cast(`ours.${name(column_name)}`, column_type);
        return `count(*) FILTER (${ourCell} IS DISTINCT FROM ${shown(`theirs.${name(column_name)}`, column_type)})
            AS "${i}"`;
    });
    const [sums] = await rows(`SELECT (SELECT count(*) FROM ${ours}) AS ours, (SELECT count(*) FROM ${theirs}) AS theirs
        ${counts.length ? ', ' : ''}${counts.join(', ')} FROM ${ours} AS ours POSITIONAL JOIN ${theirs} AS theirs`);
    return {
        ours: Number(sums.ours), theirs: Number(sums.theirs),
        compared: shared.map((column) => `${column.column_name} ${column.column_type}`),
        missing: types.filter((column) => !header.includes(column.column_name)).map((column) => column.column_name),
        differing: Object.fromEntries(shared.map((column, i) => [column.column_name, Number(sums[String(i)])])
            .filter(([, count]) => count !== 0)),
    };
}

// --- other writers

// arrow-rs: reads a file and writes it again.
async function rewrite({ from, to, compression, version, encoding, dictionary, page, group }) {
    const wasm = peer.require('parquet-wasm');
    const builder = new wasm.WriterPropertiesBuilder();
    let properties = builder.setCompression(wasm.Compression[compression]).setDictionaryEnabled(dictionary)
        .setWriterVersion(wasm.WriterVersion[version]).setDataPageSizeLimit(page).setMaxRowGroupSize(group)
        .setWriteBatchSize(256);
    for (const [column, word] of Object.entries(encoding ?? {}))
        properties = properties.setColumnEncoding(column, wasm.Encoding[word]);
    const table = wasm.readParquet(new Uint8Array(readFileSync(from)));
    writeFileSync(to, wasm.writeParquet(table, properties.build()));
}

let session;

// ClickHouse.
function clickhouse({ sql }) {
    const { Session } = peer.require('chdb');
    session ??= new Session(join(peer.folder, 'clickhouse'));
    return session.query(sql, 'CSV');
}

await serve({ run, compare, rewrite, clickhouse });
