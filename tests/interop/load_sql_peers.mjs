// load_sql_peers.mjs - DuckDB and ClickHouse run the statements that load-sql prints, in the folder they are started in.
//
// Start and protocol as bench/peers/peer_loop.mjs has them.
import { join } from 'node:path';
import { peer, serve } from '../../bench/peers/peer_loop.mjs';

const { DuckDBInstance } = peer.require('@duckdb/node-api');
const database = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();

/* The rows of the last statement, each value as the database shows it, null as null. */
async function duckdb({ statements }) {
    let rows = [];
    for (const sql of statements) {
        const result = await database.runAndReadAll(sql);
        rows = result.getRows().map((row) => row.map((value) => (value === null ? null : String(value))));
    }
    return rows;
}

let session;

function clickhouse({ statements }) {
    const { Session } = peer.require('chdb');
    session ??= new Session(join(peer.folder, 'clickhouse'));
    let text = '';
    for (const sql of statements)
        text = session.query(sql, 'JSONCompactStringsEachRow');
    return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
}

await serve({ duckdb, clickhouse });
