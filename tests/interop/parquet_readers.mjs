// parquet_readers.mjs - other programs read a Parquet file of the sample table and compare it cell by cell.
//
// Start and protocol as bench/peers/peer_loop.mjs has them. A cell is compared in one form for all readers: whole
// numbers, days, microseconds and unscaled decimals as text, lists as JSON, null as null. What a cell must be is worked
// out here from its row; tests/interop/parquet_sample.c says the same in C.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { peer, serve } from '../../bench/peers/peer_loop.mjs';

const load = (module) => import(pathToFileURL(peer.require.resolve(module)));

// --- what must be there

const word = (n) => (n === 0 ? '' : `word-${String(n - 1).padStart(2, '0')}`);
const wordOf = (row, i) => word((row * row + i * 5) % 18);
const list = (count, item) => JSON.stringify(Array.from({ length: count }, (_, i) => item(i)));

const SAMPLE = {
    id: (r) => r * 3 - 5,
    flag: (r) => r % 3 === 0,
    i8: (r) => (r * 7) % 256 - 128,
    i16: (r) => (r * 1301) % 65536 - 32768,
    i32: (r) => BigInt.asIntN(32, (BigInt(r) * 2654435761n) % 4294967296n - 2147483648n),
    i64: (r) => BigInt.asIntN(64, BigInt(r) * 0x9E3779B97F4A7C15n),
    few: (r) => BigInt((r * r) % 10) * -1000000000000n,
    day: (r) => (r % 5000) * 17 - 20000,
    time: (r) => BigInt(r % 5000) * 1234567890123n - 1000000000000000n,
    money: (r) => BigInt(r) * 98765432109n - 500000000000000n,
    share: (r) => (r % 2 === 0 ? r : 999999999999 - r),
    f32: (r) => (r % 97 === 5 ? NaN : (r - 500) / 8),
    f64: (r) => (r % 97 === 6 ? -Infinity : r * 0.1),
    word: (r) => wordOf(r, 0),
    tags: (r) => list(r % 5, (i) => wordOf(r, i)),
    text: (r) => (r % 13 === 0 ? '' : `text ${r} ${'é'.repeat(r % 40)}`),
    notes: (r) => list(r % 3, (i) => `${r}/${i}`),
};
const NAMES = Object.keys(SAMPLE);
const SCALES = { money: 2, share: 9 };

const isNull = (nulls, row, column) => column !== 0
    && (nulls === 'all' || (nulls === 'some' && ((row * 7 + column) % 11 < 3 || (row >= 300 && row < 400))));

function expected(nulls, row, column) {
    return isNull(nulls, row, column) ? null : String(SAMPLE[NAMES[column]](row));
}

// --- readers: each gives the columns' cells as arrays

async function duckdb(path) {
    const { DuckDBInstance } = peer.require('@duckdb/node-api');
    const database = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
    const reader = await database.runAndReadAll(`SELECT * FROM read_parquet('${path}')`);
    const cell = (value) => {
        if (value === null)
            return null;
        if (value?.items !== undefined)
            return JSON.stringify(value.items);
        return String(value?.days ?? value?.micros ?? (value?.scale !== undefined ? value.value : value));
    };
    return { names: reader.columnNames(), columns: reader.getColumns().map((column) => column.map(cell)) };
}

function arrowCell(value, type, name) {
    if (value === null)
        return null;
    if (name === 'tags' || name === 'notes')
        return JSON.stringify([...value]);
    if (name in SCALES) { // 128 bits in four words
        const bits = [...value].reduceRight((sum, part) => (sum << 32n) | BigInt(part >>> 0), 0n);
        return String(BigInt.asIntN(128, bits));
    }
    return String(value);
}

// arrow-rs hands its table over as an Arrow stream.
async function arrowRs(path) {
    const { readParquet } = peer.require('parquet-wasm');
    const { tableFromIPC } = peer.require('apache-arrow');
    const table = tableFromIPC(readParquet(new Uint8Array(readFileSync(path))).intoIPCStream());
    const names = table.schema.fields.map((field) => field.name);
    const raw = { day: (data, i) => data.values[i], time: (data, i) => data.values[i] }; // not by way of Date
    const columns = names.map((name) => {
        const cells = [];
        for (const data of table.getChild(name)?.data ?? [])
            for (let i = 0; i < data.length; i++) {
                const valid = data.getValid(i);
                const value = valid && raw[name] ? raw[name](data, i) : null;
                cells.push(valid ? value : null);
            }
        if (raw[name])
            return cells.map((value) => (value === null ? null : String(value)));
        return [...table.getChild(name)].map((value) => arrowCell(value, table.schema, name));
    });
    return { names, columns };
}

async function hyparquet(path) {
    const { asyncBufferFromFile, parquetMetadataAsync, parquetRead } = await load('hyparquet');
    const { compressors } = await load('hyparquet-compressors');
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    for (const element of metadata.schema) { // numbers as they are stored, not as Date or inexact Number
        if (element.name in SCALES || element.name === 'day' || element.name === 'time') {
            delete element.converted_type;
            delete element.logical_type;
        }
    }
    const names = metadata.schema.filter((element) => NAMES.includes(element.name)).map((element) => element.name);
    let rows = [];
    if (metadata.row_groups.length > 0)
        await parquetRead({ file, metadata, compressors, onComplete: (data) => { rows = data; } });
    const cell = (value) => (value === null || value === undefined ? null
        : Array.isArray(value) ? JSON.stringify(value) : String(value));
    return { names, columns: names.map((_, column) => rows.map((row) => cell(row[column]))) };
}

let session;

function clickhouse(path) {
    const { Session } = peer.require('chdb');
    session ??= new Session(join(peer.folder, 'clickhouse'));
    const forms = { day: 'toInt32(day)', time: 'toUnixTimestamp64Micro(time)' };
    const cells = NAMES.map((name) => forms[name] ?? (name in SCALES ? `toString(${name})` : name)).join(', ');
    const text = session.query(`SELECT ${cells} FROM file('${path}', 'Parquet') SETTINGS input_format_parquet_preserve_order = 1,
        output_format_json_quote_64bit_integers = 1, output_format_json_quote_denormals = 1`, 'JSONCompactEachRow');
    const rows = text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
    const unscaled = (value, scale) => {
        const [whole, part = ''] = value.split('.');
        return String(BigInt(whole + part.padEnd(scale, '0')));
    };
    const cell = (value, name) => {
        if (value === null)
            return null;
        if (Array.isArray(value))
            return JSON.stringify(value);
        if (name in SCALES)
            return unscaled(value, SCALES[name]);
        if (name === 'f32' || name === 'f64') {
            const number = value === 'nan' ? NaN : value === '-inf' ? -Infinity : Number(value);
            return String(name === 'f32' ? Math.fround(number) : number);
        }
        return String(value);
    };
    return { names: NAMES, columns: NAMES.map((name, column) => rows.map((row) => cell(row[column], name))) };
}

const READERS = { duckdb, arrowRs, hyparquet, clickhouse };

/* How many cells of each column differ, with the first of them. ClickHouse knows no list that is null: it reads an
 * empty one. */
async function compare({ reader, path, rows, nulls }) {
    const found = await READERS[reader](path);
    const differing = {};
    for (const [column, name] of NAMES.entries()) {
        const cells = found.columns[column] ?? [];
        const nullList = reader === 'clickhouse' && (name === 'tags' || name === 'notes') ? '[]' : null;
        for (let row = 0; row < rows; row++) {
            const wanted = expected(nulls, row, column) ?? nullList;
            if (cells[row] === wanted || (wanted === null && cells[row] === null))
                continue;
            differing[name] ??= { count: 0, row, wanted, found: String(cells[row]) };
            differing[name].count++;
        }
    }
    return { names: found.names, rows: Math.max(0, ...found.columns.map((cells) => cells.length)), differing };
}

// --- what is said of the pages, held against the pages by hyparquet

async function indexes({ path }) {
    const { asyncBufferFromFile, parquetMetadataAsync } = await load('hyparquet');
    const { convertMetadata } = await load('hyparquet/src/metadata.js');
    const { DEFAULT_PARSERS } = await load('hyparquet/src/convert.js');
    const { readOffsetIndex } = await load('hyparquet/src/indexes.js');
    const { deserializeTCompactProtocol } = await load('hyparquet/src/thrift.js');
    const bytes = readFileSync(path);
    const view = (offset) => ({ view: new DataView(bytes.buffer, bytes.byteOffset + Number(offset)), offset: 0 });
    const metadata = await parquetMetadataAsync(await asyncBufferFromFile(path));
    const wrong = [];
    let pages = 0;
    for (const [group, { columns, num_rows }] of metadata.row_groups.entries())
        for (const chunk of columns) {
            const name = chunk.meta_data.path_in_schema[0];
            const check = (holds, what) => { if (!holds) wrong.push(`${group} ${name}: ${what}`); };
            const element = metadata.schema.find((one) => one.name === chunk.meta_data.path_in_schema.at(-1));
            const { page_locations } = readOffsetIndex(view(chunk.offset_index_offset));
            let end = Number(chunk.meta_data.data_page_offset), firstRow = -1n;
            for (const { offset, compressed_page_size, first_row_index } of page_locations) {
                check(Number(offset) === end, `page at ${offset}, the one before ends at ${end}`);
                check(first_row_index > firstRow, 'first rows ascend');
                const head = view(offset);
                const header = deserializeTCompactProtocol(head);
                check(header.field_1 === 0 && header.field_4 !== undefined, 'a data page with a checksum');
                check(head.offset + header.field_3 === compressed_page_size, 'the size of the page');
                firstRow = first_row_index;
                end = Number(offset) + compressed_page_size;
                pages++;
            }
            check(firstRow < num_rows, 'the last page has rows');
            const { total_compressed_size, dictionary_page_offset, data_page_offset, statistics } = chunk.meta_data;
            check(end === Number(dictionary_page_offset ?? data_page_offset) + Number(total_compressed_size),
                'pages fill the chunk');
            if (chunk.column_index_offset === undefined) {
                check(false, 'no column index');
                continue;
            }
            // Its own readColumnIndex() does not take the empty bounds of pages without values.
            const { field_1: empty, field_2: mins, field_3: maxs, field_5: nulls } =
                deserializeTCompactProtocol(view(chunk.column_index_offset));
            check(empty.length === page_locations.length, 'a page of the one index is one of the other');
            const sum = nulls.reduce((a, b) => a + b, 0n);
            check(sum === statistics.null_count, `${sum} nulls in pages, ${statistics.null_count} in the chunk`);
            const there = (values) => values.filter((_, page) => !empty[page])
                .map((value) => convertMetadata(value, element, DEFAULT_PARSERS));
            const least = there(mins).reduce((a, b) => (b < a ? b : a), there(mins)[0]);
            const most = there(maxs).reduce((a, b) => (b > a ? b : a), there(maxs)[0]);
            check(String(least) === String(statistics.min_value), `pages from ${least}, chunk ${statistics.min_value}`);
            check(String(most) === String(statistics.max_value), `pages to ${most}, chunk ${statistics.max_value}`);
        }
    return { wrong, pages, groups: metadata.row_groups.length,
        facts: Object.fromEntries((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value])),
        sorting: metadata.row_groups[0]?.sorting_columns ?? null, created_by: metadata.created_by };
}

// --- a table of a run: our Parquet file against our CSV file, in DuckDB

async function sameTable({ parquet, csv }) {
    const { DuckDBInstance } = peer.require('@duckdb/node-api');
    const database = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
    const rows = async (sql) => (await database.runAndReadAll(sql)).getRowObjects();
    const described = await rows(`DESCRIBE SELECT * FROM read_parquet('${parquet}')`);
    const types = Object.fromEntries(described.map((column) => [column.column_name, column.column_type]));
    const columns = Object.entries(types).map(([name, type]) => `"${name}": '${type}'`).join(', ');
    await database.run(`CREATE VIEW csv AS SELECT * FROM read_csv('${csv}', header = true, auto_detect = false,
        delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, columns = {${columns}})`);
    await database.run(`CREATE VIEW parquet AS SELECT * FROM read_parquet('${parquet}')`);
    const [sums] = await rows(`SELECT (SELECT count(*) FROM csv) AS csv, (SELECT count(*) FROM parquet) AS parquet,
        (SELECT count(*) FROM (FROM csv EXCEPT ALL FROM parquet)) AS only_csv,
        (SELECT count(*) FROM (FROM parquet EXCEPT ALL FROM csv)) AS only_parquet`);
    return { types, ...Object.fromEntries(Object.entries(sums).map(([name, count]) => [name, Number(count)])) };
}

await serve({ compare, indexes, sameTable });
