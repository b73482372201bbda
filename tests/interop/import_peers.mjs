// import_peers.mjs - other programs write the events of a CSV as Parquet and Arrow.
//
// Start and protocol as bench/peers/peer_loop.mjs has them.
import { writeFileSync } from 'node:fs';
import { peer, serve } from '../../bench/peers/peer_loop.mjs';

const { DuckDBInstance } = peer.require('@duckdb/node-api');
const arrow = peer.require('apache-arrow');
const database = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
await database.run("SET TimeZone = 'UTC'");

async function run({ sql }) {
    await database.run(sql);
}

const TIMES = {
    s: [new arrow.TimestampSecond(), 'clock'], ms: [new arrow.TimestampMillisecond(), 'clock'],
    us: [new arrow.TimestampMicrosecond(), 'clock'], ns: [new arrow.TimestampNanosecond(), 'clock'],
    zoned: [new arrow.TimestampMicrosecond('Asia/Tokyo'), 'instant'], // an instant, whatever zone it is shown in
};

/* The rows as an Arrow stream or file, `clock` in the unit that is asked for; texts as words of a dictionary on request.
 * A JavaScript date is what all units are made from. */
function writeArrow({ path, form, rows, unit, dictionary }) {
    const text = () => (dictionary ? new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()) : new arrow.Utf8());
    const [stamp, from] = TIMES[unit];
    const columns = {
        id: [new arrow.Int64(), (row) => BigInt(row.id)],
        [from]: [stamp, (row) => Date.parse(row.instant)],
        on_day: [new arrow.DateDay(), (row) => new Date(`${row.on_day}T00:00:00Z`)],
        what: [text(), (row) => row.what],
        brand: [text(), (row) => row.brand],
        paid: [new arrow.Float64(), (row) => Number(row.paid)],
        note: [new arrow.Utf8(), (row) => row.note],
        tags: [new arrow.List(new arrow.Field('item', new arrow.Int32(), true)), () => [1, 2]],
    };
    const vectors = Object.entries(columns).map(([name, [type, value]]) => [
        name, arrow.vectorFromArray(rows.map((row) => (row[name] === '' ? null : value(row))), type)]);
    writeFileSync(path, arrow.tableToIPC(new arrow.Table(Object.fromEntries(vectors)), form));
}

await serve({ run, writeArrow });
