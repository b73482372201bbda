// clickhouse.mjs - ClickHouse's side of each experiment, in SQL, in this process (chdb).
import { join } from 'node:path';
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

const age = (asOf) => `(toDate('${asOf}') - day)`;
const cell = (asOf) => `toUInt64(toUInt32(type) * 1096 + ${age(asOf)})`;

const dailyGroups = (byOrder) => `
    SELECT customer, day, type, count() AS n, toInt64(n) AS u FROM bench.events WHERE type NOT IN (${byOrder})
    GROUP BY customer, day, type
    UNION ALL
    SELECT customer, day, type, count() AS n, toInt64(uniqExact("order") + countIf(isNull("order"))) AS u
    FROM bench.events WHERE type IN (${byOrder}) GROUP BY customer, day, type`;

const valued = (byOrder, asOf) => `
    SELECT customer, day, ${age(asOf)} AS age, toInt64(n) AS rows,
           dictGet('bench.cell', ('w', 'one', 'd', 'cap', 'purchase', 'inbound', 'loop'), ${cell(asOf)}) AS c,
           c.1 AS w, c.5 AS purchase, c.6 AS inbound, c.7 AS loop, if(c.4 = 0 OR u < c.4, u, c.4) AS counted,
           if(rows = 1, w, if(w >= 0, intDiv(2 * w * counted + rows, 2 * rows),
                              -intDiv(-2 * w * counted + rows, 2 * rows))) AS p,
           rows * if(rows = 1, c.2, bitShiftRight(p * c.3 + 2147483648, 32)) AS points
    FROM (${dailyGroups(byOrder)})`;

const totals = (from, intent) => `
    SELECT customer, sum(points) AS raw, sumIf(points, points > 0) AS raw_positive,
           sumIf(points, points < 0) AS raw_negative, ${intent},
           sumIf(rows * p, p > 0 AND age < 28) AS points_28,
           sumIf(rows * p, p > 0 AND age BETWEEN 28 AND 111) AS points_84,
           sumIf(points, loop = 0) AS points_awareness, sumIf(points, loop = 1) AS points_nurturing,
           sumIf(points, loop = 2) AS points_experience, sumIf(points, loop = 3) AS points_conversion,
           sum(rows) AS all_rows, sum(counted) AS units, min(day) AS first_day, max(day) AS last_day,
           maxIf(day, purchase) AS bought_day, countIf(w != 0) > 0 AS weighted, maxIf(age, w != 0) AS oldest_age,
           sum(rows * w - rows * p) AS lost_to_cap, sum(rows * p - points) AS lost_to_decay
    FROM (${from}) GROUP BY customer`;

/* Interest after the last purchase, two ways: that day is joined to the groups, or inbound groups are kept in an
 * array and filtered at the end. */
const intents = {
    joined: (byOrder, asOf, purchases) => totals(`
        SELECT v.*, inbound AND day > l.purchase_day AS fresh FROM (${valued(byOrder, asOf)}) AS v ANY LEFT JOIN
            (SELECT customer, max(day) AS purchase_day FROM bench.events WHERE type IN (${purchases})
             GROUP BY customer) AS l
            USING (customer)`, `sumIf(points, fresh) AS intent_raw,
            sumIf(rows * p, fresh AND p > 0 AND age < 28) AS intent_points_28,
            sumIf(rows * p, fresh AND p > 0 AND age BETWEEN 28 AND 111) AS intent_points_84`),
    array: (byOrder, asOf) => `
        SELECT * EXCEPT (interest), arrayFilter(x -> x.1 > bought_day, interest) AS fresh,
               arraySum(x -> x.2, fresh) AS intent_raw,
               arraySum(x -> if(x.3 > 0 AND x.4 < 28, x.3, 0), fresh) AS intent_points_28,
               arraySum(x -> if(x.3 > 0 AND x.4 BETWEEN 28 AND 111, x.3, 0), fresh) AS intent_points_84
        FROM (${totals(valued(byOrder, asOf), 'groupArrayIf((day, points, rows * p, age), inbound) AS interest')})`,
};

const score = (raw, k) => `intDiv(201 * greatest(${raw}, 0) + ${k}, 2 * (greatest(${raw}, 0) + ${k}))`;

const trend = (f, s, started) => `multiIf(${f} = 0 AND ${s} = 0, 'quiet', ${started}, 'started',
    6 * (${f} + 30000000) >= 3 * ${s} + 270000000, 'rising',
    6 * (${f} + 30000000) <= ${s} + 90000000, 'falling', 'steady')`;

/* raw and its rank by window functions: less = rank - 1, equal = rows of the same rank. */
function fullQuery({ variant, byOrder, purchases, asOf }) {
    const [intent, order] = variant.split('.');
    return `SELECT customer, toUInt8(${score('raw', 120000000)}) AS engagement,
        multiIf(engagement = 0, 'none', engagement < 20, 'cold', engagement < 40, 'warm', engagement < 60, 'engaged',
                'hot') AS band,
        if(raw > 0, toUInt8(intDiv(200 * less + 100 * equal + positive, 2 * positive)), NULL) AS percentile,
        ${trend('points_28', 'points_84', 'weighted AND oldest_age < 28')} AS trend,
        toUInt8(${score('intent_raw', 80000000)}) AS intent,
        ${trend('intent_points_28', 'intent_points_84', '0')} AS intent_trend,
        raw, raw_positive, raw_negative, intent_raw, points_28, points_84, intent_points_28, intent_points_84,
        points_awareness, points_nurturing, points_experience, points_conversion, all_rows, units, first_day, last_day,
        if(bought_day = toDate(0), NULL, bought_day) AS last_purchase_day, lost_to_cap, lost_to_decay
    FROM (SELECT *, rank() OVER (ORDER BY raw) - 1 - countIf(raw <= 0) OVER () AS less,
                 count() OVER (PARTITION BY raw) AS equal,
                 countIf(raw > 0) OVER () AS positive
          FROM (${intents[intent](byOrder, asOf, purchases)}))
    SETTINGS max_threads = ${peer.threads}, optimize_aggregation_in_order = ${order === 'inorder' ? 1 : 0}`;
}

const into = (name) => `INSERT INTO FUNCTION file(${file(name)}, 'Native') `;

function write(name, query) {
    run(`${into(name)} ${query}, engine_file_truncate_on_insert = 1`);
}

const full = (request) => write('clickhouse.full.native', fullQuery(request));

const plain = ({ variant, asOf }) => write('clickhouse.plain.native', `
    SELECT customer, sum(dictGet('bench.cell', 'one', ${cell(asOf)})) AS raw FROM bench.events GROUP BY customer
    SETTINGS max_threads = ${peer.threads}, optimize_aggregation_in_order = ${variant === 'inorder' ? 1 : 0}`);

const answers = ({ name, to }) => {
    run(`INSERT INTO FUNCTION file(${quoted(to)}, 'CSVWithNames') 
        SELECT * FROM file(${file(`clickhouse.${name}.native`)}, 'Native') ORDER BY customer
        SETTINGS engine_file_truncate_on_insert = 1, format_csv_null_representation = ''`);
};

await serve({ version, model, load, full, plain, answers });
