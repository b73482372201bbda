// polars.mjs - Polars' side of the plain sum, from memory, told that the key is sorted.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { peer, serve } from './peer_loop.mjs';

process.env.POLARS_MAX_THREADS = String(peer.threads);
const pl = peer.require('nodejs-polars');

const version = () => peer.require('nodejs-polars/package.json').version;

let events;

/* sort() on sorted rows is cheap, and what sets the flag that makes Polars group by runs. A lookup table must be a
 * column of the same frame to be gathered from; only its first cells hold something. */
function load({ narrow, cells }) {
    events = pl.readParquet(narrow).sort('customer');
    const table = new BigInt64Array(events.height);
    const worth = readFileSync(cells, 'utf8').trim().split('\n').map(BigInt);
    if (worth.length > events.height)
        throw new Error('fewer rows than cells');
    worth.forEach((value, index) => { table[index] = value; });
    events = events.withColumn(pl.Series('worth', table, pl.Int64));
    return { rows: events.height };
}

const whole = (value) => pl.lit(value).cast(pl.Int32);

function plain({ variant, asOfDay }) {
    const cell = pl.col('type').cast(pl.Int32).mul(whole(1096)).add(whole(asOfDay)).sub(pl.col('day').cast(pl.Int32));
    const worth = pl.col('worth').gather(cell.cast(pl.UInt32)).alias('raw');
    const frame = variant === 'lazy' ? events.lazy() : events;
    const summed = frame.select(pl.col('customer'), worth).groupBy('customer').agg(pl.col('raw').sum());
    const answer = variant === 'lazy' ? summed.collectSync() : summed;
    answer.writeIPC(join(peer.folder, 'polars.plain.arrow'), { compression: 'uncompressed' });
}

function answers({ name, to }) {
    const answer = pl.scanIPC(join(peer.folder, `polars.${name}.arrow`)).collectSync();
    answer.sort('customer').select('customer', 'raw').writeCSV(to);
}

await serve({ version, load, plain, answers });
