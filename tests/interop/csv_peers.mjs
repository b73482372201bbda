// csv_peers.mjs - DuckDB reads CSV files as texts, told what the reader under test found out about them.
//
// Start and protocol as bench/peers/peer_loop.mjs has them.
import { peer, serve } from '../../bench/peers/peer_loop.mjs';

const { DuckDBInstance } = peer.require('@duckdb/node-api');
const database = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
const text = (word) => `'${word.replaceAll("'", "''")}'`;

// All rows, the header too, or what DuckDB says against the file. What is nothing is an empty text.
async function read({ path, delimiter, columns }) {
    const names = Array.from({ length: columns }, (_, i) => `c${i}: 'VARCHAR'`).join(', ');
    try {
        const found = await database.runAndReadAll(`SELECT * FROM read_csv(${text(path)}, auto_detect = false,
            header = false, delim = ${text(delimiter)}, quote = '"', escape = '"', columns = {${names}}, comment = '',
            hive_partitioning = false, null_padding = false, strict_mode = true, max_line_size = 20000000, parallel = false)`);
        return { rows: found.getRowsJson().map((row) => row.map((cell) => cell ?? '')) };
    } catch (problem) {
        return { refused: String(problem) };
    }
}

await serve({ read });
