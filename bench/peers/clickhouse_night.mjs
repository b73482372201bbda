// clickhouse_night.mjs - a night with value, life cycle and all worded scopes in ClickHouse's SQL (SEMANTICS.md sections
// 2 to 4). What is asked twice is a table in memory: ClickHouse would make a common table expression anew each time.
import { KINDS, customerRanges } from './duckdb_night.mjs';
import { PERCENTILE, SCOPES, SUMS, age, ranked, scores, totalsQuery } from './clickhouse_score.mjs';

const EVENTS = 'bench.night_events';
const quoted = (path) => `'${path.replaceAll("'", "''")}'`;

/* Native tables, rows in key order in one part. Words are numbers whose order is that of the texts, 0 is none. */
export function nightTables({ events, profiles, gaps, groups, roles }, ask) {
    const parquet = `file(${quoted(events)}, 'Parquet')`;
    const word = (name) => {
        const texts = ask(`SELECT DISTINCT ${name} FROM ${parquet} WHERE ${name} IS NOT NULL ORDER BY ${name}`);
        return `Enum16('' = 0, ${texts.map((text, at) => `${quoted(text)} = ${at + 1}`).join(', ')})`;
    };
    const [brand, category] = [word('brand'), word('category')];
    const texts = ['age_band', 'life_stage', 'country', 'region', 'urbanity', 'nearest_store'];
    return [
        `CREATE OR REPLACE TABLE ${EVENTS} (customer UInt32 CODEC(Delta, LZ4), day Date CODEC(LZ4), type UInt8 CODEC(LZ4),
            "order" Nullable(Int64) CODEC(LZ4), brand ${brand} CODEC(LZ4), category ${category} CODEC(LZ4),
            amount Int32 CODEC(LZ4), discount Int32 CODEC(LZ4), margin Int32 CODEC(LZ4))
            ENGINE = MergeTree ORDER BY (customer, day, type)`,
        `INSERT INTO ${EVENTS} SELECT customer, day, type, "order", ifNull(brand, ''), ifNull(category, ''),
            ifNull(amount, 0), ifNull(discount, 0), ifNull(margin, 0) FROM ${parquet}
            SETTINGS max_threads = 1, max_insert_threads = 1`,
        `OPTIMIZE TABLE ${EVENTS} FINAL`,
        `CREATE OR REPLACE TABLE bench.night_gaps (category ${category}, gap_days Int64)
            ENGINE = MergeTree ORDER BY category`,
        `INSERT INTO bench.night_gaps SELECT category, gap_days FROM file(${quoted(gaps)}, 'CSVWithNames',
            'category String, gap_days Int64')`,
        'DROP DICTIONARY IF EXISTS bench.kind', 'DROP DICTIONARY IF EXISTS bench.rfm_group',
        'CREATE OR REPLACE TABLE bench.night_roles (type UInt64, kind UInt8) ENGINE = MergeTree ORDER BY type',
        `INSERT INTO bench.night_roles SELECT * FROM file(${quoted(roles)}, 'CSVWithNames')`,
        `CREATE DICTIONARY bench.kind (type UInt64, kind UInt8) PRIMARY KEY type
            SOURCE(CLICKHOUSE(DB 'bench' TABLE 'night_roles')) LAYOUT(FLAT()) LIFETIME(0)`,
        'CREATE OR REPLACE TABLE bench.night_groups (code UInt64, name String) ENGINE = MergeTree ORDER BY code',
        `INSERT INTO bench.night_groups SELECT toUInt64(code), name FROM file(${quoted(groups)}, 'CSV',
            'code String, name String') WHERE code != 'code'`,
        `CREATE DICTIONARY bench.rfm_group (code UInt64, name String) PRIMARY KEY code
            SOURCE(CLICKHOUSE(DB 'bench' TABLE 'night_groups')) LAYOUT(FLAT()) LIFETIME(0)`,
        `CREATE OR REPLACE TABLE bench.night_profiles (customer UInt32, birth_year Int32, first_contact Date,
            store_distance_m Nullable(Int32), ${texts.map((name) => `${name} LowCardinality(String)`).join(', ')})
            ENGINE = MergeTree ORDER BY customer`,
        `INSERT INTO bench.night_profiles SELECT customer, ifNull(birth_year, 0), ifNull(first_contact, toDate(0)),
            store_distance_m, ${texts.map((name) => `ifNull(${name}, '')`).join(', ')}
            FROM file(${quoted(profiles)}, 'Parquet')`,
    ];
}

const LOOP = `multiIf(intent >= 45 OR (intent >= 30 AND (intent_trend = 'rising' OR trend = 'started')), 'conversion',
        intent >= 35 OR engagement >= 40, 'experience', raw >= 5000000, 'nurturing', 'awareness')`;

/* Two advocates on different days are a first and a last one that differ. No rows of a role: all is 0. */
const WORTH = `${LOOP} AS loop, multiIf(bought, 'connect', loop IN ('experience', 'conversion'), 'conquer',
        loop = 'nurturing', 'entice', 'find') AS phase,
        bought AND first_advocate < last_advocate AND NOT friction AS ambassador,
        (engagement >= 60 OR intent >= 45) AND NOT bought AS engaged_no_value`;

const lastYear = (asOf) => `bought_day > toDate('${asOf}') - 365 AS bought`;
const signed = (column) => `multiIf(kind = ${KINDS.purchase}, ${column}, kind = ${KINDS.taken_back}, -${column}, 0)`;

/* Of the few rows with a role. */
const ROLE_SUMS = `sumIf(${signed('amount')}, age < 365) AS net_12m,
    minIf(day, kind = ${KINDS.advocate} AND age < 365) AS first_advocate,
    maxIf(day, kind = ${KINDS.advocate} AND age < 365) AS last_advocate,
    countIf(kind = ${KINDS.friction} AND age < 90) > 0 AS friction`;

const withKind = (asOf, types, where, events = EVENTS) => `(SELECT *, ${age(asOf)} AS age,
    dictGet('bench.kind', 'kind', toUInt64(type)) AS kind FROM ${events} WHERE type IN (${types}) AND ${where})`;

const sums = SUMS.replace('all_rows', 'all_rows AS rows');

/* brands or categories, of all customers or of a range of them. */
function wordedQuery(request, name, range = '1') {
    const { asOf, roleTypes } = request;
    const scope = SCOPES[name];
    const events = `(SELECT * FROM ${EVENTS} WHERE ${range})`;
    return `SELECT ${scope.keys}, ${scores(scope)}, ${sums}, ${lastYear(asOf)}, ${WORTH}, net_12m
        FROM (${totalsQuery(request, scope, events)}) AS scored ANY LEFT JOIN
             (SELECT ${scope.keys}, ${ROLE_SUMS}
              FROM ${withKind(asOf, roleTypes, `${scope.present} AND day > toDate('${asOf}') - 365`, events)}
              GROUP BY ${scope.keys}) AS roles USING (${scope.keys})`;
}

// --- customers

/* A row for each buyer; `days` are those on which they bought. */
const boughts = ({ asOf, purchases }) => `
    SELECT customer, arraySort(groupArray((toInt32(day), gross))) AS bought, bought.1 AS days,
           arrayDifference(days) AS gaps, toDate(days[1]) AS first_purchase_day, toDate(days[-1]) AS last_bought,
           toInt64(length(days)) - 1 AS repeat_purchase_days, arrayMax(gaps) AS longest_gap_days,
           gaps[-1] AS last_gap, arraySum(bought.2) - bought.2[1] AS repeat_bought,
           countIf(day > toDate('${asOf}') - 730) AS purchase_days_24m
    FROM (SELECT customer, day, toInt64(sum(amount)) AS gross FROM ${EVENTS} WHERE type IN (${purchases})
          GROUP BY customer, day)
    GROUP BY customer`;

const facts = ({ asOf, roleTypes }) => `
    SELECT customer, ${ROLE_SUMS}, sumIf(amount, kind = ${KINDS.purchase} AND age < 365) AS bought_12m,
           sumIf(amount, kind = ${KINDS.taken_back} AND age < 365) AS returned_12m,
           sumIf(${signed('margin')}, age < 365) AS margin_12m,
           sumIf(amount, kind = ${KINDS.purchase} AND discount > 0 AND age < 365) AS promoted_12m,
           sumIf(${signed('amount')}, age < 730) AS net_24m,
           countIf(kind = ${KINDS.opt_out} AND age < 90) > 0 AS signal_opt_out,
           maxIf(day, kind = ${KINDS.exit_survey}) AS exit_day
    FROM ${withKind(asOf, roleTypes, '1')} GROUP BY customer`;

/* The largest net, the smaller text among equals. */
const MAIN = 'argMax(category, net * 1024 - toInt64(category)) AS main_category';

const mains = ({ asOf, moneyTypes }) => `
    SELECT customer, ${MAIN}
    FROM (SELECT customer, category, sum(${signed('amount')}) AS net
          FROM ${withKind(asOf, moneyTypes, `category != '' AND day > toDate('${asOf}') - 730`)}
          GROUP BY customer, category)
    GROUP BY customer`;

/* Who bought lately after a pause long enough to have been lapsed, pause by pause. */
const pauses = ({ asOf }) => `
    SELECT customer, pause.1 AS day, pause.2 - 1 AS days, pause.3 - 2 AS gaps_before, pause.4 AS days_before,
           pause.5 AS longest_before
    FROM (SELECT customer, days AS d, gaps, arrayMap(k -> (d[k], gaps[k], toInt64(k), d[k - 1] - d[1],
                     arrayMax(arraySlice(gaps, 1, k - 1))), arraySlice(arrayEnumerate(d), 2)) AS all_pauses
          FROM bench.night_boughts WHERE last_bought >= toDate('${asOf}') - 90 AND last_gap > 60)
    ARRAY JOIN all_pauses AS pause`;

/* Before a fit one gap holds for all; after it that of the main category, for a pause that of its own day. */
function gapsOf({ asOf, gapDays, fitted, moneyTypes }) {
    if (!fitted)
        return { ofPause: gapDays, joinPauses: '', ofCustomer: gapDays, joinCustomer: '' };
    const gap = `if(gap_days = 0, ${gapDays}, gap_days)`;
    return {
        ofPause: gap,
        joinPauses: `ANY LEFT JOIN (
            SELECT customer, day, ${MAIN}
            FROM (SELECT customer, p.day AS day, category, sum(s.net) AS net
                  FROM (SELECT * FROM bench.night_pauses WHERE days >= 60) AS p
                  INNER JOIN (SELECT customer, toInt32(day) AS spent_day, category, ${signed('amount')} AS net
                        FROM ${withKind(asOf, moneyTypes, "category != ''")}
                        WHERE customer IN (SELECT customer FROM bench.night_pauses)) AS s USING (customer)
                  WHERE spent_day < p.day AND spent_day >= p.day - 730
                  GROUP BY customer, p.day, category)
            GROUP BY customer, day) AS m USING (customer, day)
            ANY LEFT JOIN bench.night_gaps AS g ON g.category = m.main_category`,
        ofCustomer: gap,
        joinCustomer: 'ANY LEFT JOIN bench.night_gaps AS g ON g.category = v.main_category',
    };
}

/* Whether the stage on the day before the last purchase was lapsed or lost. A pause of at most 90 days may itself have
 * ended by being won back: verdicts turn with each such pause since the last purchase where that is not so. */
const wonBack = ({ ofPause, joinPauses }) => `
    SELECT customer, max(gaps_before) AS last_gaps, maxIf(gaps_before, NOT turns) AS fixed_gaps,
           argMaxIf(gone AND days > 90, gaps_before, NOT turns) AS fixed_gone
    FROM (SELECT customer, gaps_before, days, days * (gaps_before + 3) > 4 * (days_before + 3 * ${ofPause})
                 AND (days >= 365 OR (days >= 60 AND days > longest_before)) AS gone,
                 gone AND days <= 90 AND gaps_before > 0 AS turns
          FROM bench.night_pauses AS p ${joinPauses})
    GROUP BY customer
    HAVING fixed_gone = ((last_gaps - fixed_gaps) % 2 = 0)`;

const valuedCustomers = (request) => `
    SELECT customer, ${scores(SCOPES.customer, PERCENTILE)}, ${sums}, ${lastYear(request.asOf)}, ${WORTH}, net_12m, margin_12m,
           bought_12m, returned_12m, promoted_12m, net_24m, signal_opt_out, friction AS signal_friction, exit_day,
           bought_day, first_purchase_day, repeat_purchase_days, longest_gap_days, repeat_bought, purchase_days_24m,
           main_category, repeat_purchase_days + 3 AS parts,
           if(bought_day = toDate(0), -1, toDate('${request.asOf}') - bought_day) AS since,
           if(since < 730, since, -1) AS recency_days
    FROM (${ranked(totalsQuery(request, SCOPES.customer, EVENTS))}) AS scored
         ANY LEFT JOIN (${facts(request)}) AS facts USING (customer)
         ANY LEFT JOIN bench.night_boughts AS boughts USING (customer)
         ANY LEFT JOIN (${mains(request)}) AS mains USING (customer)`;

/* 1 + floor(5 (2 less + equal) / (2 N)) by distinct value. */
const fifths = (value, order) => `(
    SELECT ${value}, 1 + intDiv(5 * (2 * sum(equal) OVER (ORDER BY ${value} ${order}) - equal), 2 * sum(equal) OVER ())
                     AS fifth
    FROM (SELECT ${value}, count() AS equal FROM bench.night_valued WHERE recency_days >= 0 GROUP BY ${value}))`;

const BORDERS = `(SELECT (nets[intDiv(5 * n + 99, 100)], nets[intDiv(20 * n + 99, 100)], nets[intDiv(50 * n + 99, 100)])
    FROM (SELECT arrayReverseSort(groupArrayIf(net_12m, net_12m > 0)) AS nets, length(nets) AS n
          FROM bench.night_valued)) AS borders`;

/* floor(x + 1/2) of numerators above 0: half away from zero. */
const rounded = (numerator, denominator) => `intDiv(2 * (${numerator}) + (${denominator}), 2 * (${denominator}))`;
/* Numbers of buyers only: null for the others, who would divide by 0. */
const ifBought = (value) => `if(since < 0, NULL, ${value})`;
const anniversary = (day, asOf) => `if(${day} != toDate(0) AND ${day} + 365 >= toDate('${asOf}'), ${day} + 365, toDate(65535))`;
const ageBand = (year) => `multiIf(birth_year = 0, p.age_band, ${year} - birth_year < 18, '0-17',
    ${year} - birth_year < 25, '18-24', ${year} - birth_year < 35, '25-34', ${year} - birth_year < 45, '35-44',
    ${year} - birth_year < 55, '45-54', ${year} - birth_year < 65, '55-64', '65+')`;

const STAGE = `multiIf(since < 0, if(intent >= 20, 'lead', 'prospect'),
    customer IN (SELECT customer FROM bench.night_won_back), 'won_back', repeat_purchase_days = 0 AND since <= 90, 'new',
    since * parts > 4 * whole AND since >= 365, 'lost',
    since * parts > 4 * whole AND since >= 60 AND since > longest_gap_days, 'lapsed',
    since * parts > 2 * whole AND since >= 28, 'slipping', 'active')`;

/* Without a night before: nothing pends, and all of `*_before` are null. */
const NO_PREVIOUS = `'' AS tier_pending, toUInt8(0) AS tier_pending_nights, '' AS engagement_before, '' AS band_before,
    '' AS loop_before, '' AS phase_before, '' AS stage_before, '' AS tier_before`;

const SAME = `customer, engagement, band, percentile, trend, intent, intent_trend, raw, raw_positive, raw_negative, intent_raw,
    points_28, points_84, intent_points_28, intent_points_84, points_awareness, points_nurturing, points_experience,
    points_conversion, rows, units, first_day, last_day, last_purchase_day, lost_to_cap, lost_to_decay, loop, phase,
    ambassador, net_12m, margin_12m, bought_12m, returned_12m, purchase_days_24m, net_24m, engaged_no_value,
    signal_opt_out, signal_friction, repeat_purchase_days`;

function customers(request) {
    const { asOf } = request;
    const gaps = gapsOf(request);
    const before = { night_boughts: boughts(request), night_pauses: pauses(request), night_won_back: wonBack(gaps),
        night_valued: valuedCustomers(request) };
    const query = `WITH ${BORDERS}
        SELECT ${SAME}, if(bought_12m = 0, NULL, ${rounded('1000 * promoted_12m', 'bought_12m')}) AS promo_share,
            nullIf(v.recency_days, -1) AS recency_days, toUInt8(if(v.recency_days < 0, 0, r.fifth)) AS rfm_r,
            toUInt8(multiIf(purchase_days_24m >= 10, 5, purchase_days_24m >= 5, 4, purchase_days_24m >= 3, 3,
                            purchase_days_24m)) AS rfm_f,
            toUInt8(if(v.recency_days < 0, 0, m.fifth)) AS rfm_m, 100 * rfm_r + 10 * rfm_f + rfm_m AS rfm_code,
            dictGet('bench.rfm_group', 'name', toUInt64(rfm_code)) AS rfm_group,
            multiIf(net_12m <= 0, 'Z', net_12m >= borders.1, 'A', net_12m >= borders.2, 'B', net_12m >= borders.3, 'C', 'D')
                AS tier,
            ${NO_PREVIOUS}, bought AND net_12m <= 0 AS returns_all,
            ${ifBought('v.first_purchase_day')} AS first_purchase_day,
            if(repeat_purchase_days > 0, ${rounded('repeat_bought', 'greatest(repeat_purchase_days, 1)')}, NULL)
                AS mean_purchase,
            toInt64(v.bought_day - v.first_purchase_day) + 3 * ${gaps.ofCustomer} AS whole, ${STAGE} AS stage,
            ${ifBought(rounded('1000 * whole', 'parts'))} AS rhythm_days, nullIf(since, -1) AS days_since_purchase,
            ${ifBought(rounded('1000 * since * parts', 'whole'))} AS overdue, longest_gap_days, v.main_category AS main_category,
            since * parts > 2 * whole AS signal_overdue, toUInt8(0) AS signal_p_alive, trend = 'falling' AS signal_falling,
            returned_12m > 0 AND 2 * returned_12m >= bought_12m AS signal_returns,
            signal_overdue + signal_falling + signal_opt_out + signal_friction + signal_returns AS churn_signals,
            nullIf(least(${anniversary('v.bought_day', asOf)}, ${anniversary('exit_day', asOf)}), toDate(65535)) AS winback_day,
            toDate('${asOf}') - if(first_contact = toDate(0), first_day, least(first_day, first_contact)) AS tenure_days,
            multiIf(tenure_days < 90, 'under_90_days', tenure_days < 365, 'under_1_year', tenure_days < 1095,
                    'under_3_years', 'longer') AS tenure_band,
            ${ageBand(asOf.slice(0, 4))} AS age_band, p.life_stage AS life_stage, p.country AS country, p.region AS region,
            p.urbanity AS urbanity, p.store_distance_m AS store_distance_m, p.nearest_store AS nearest_store
        FROM bench.night_valued AS v ANY LEFT JOIN ${fifths('recency_days', 'DESC')} AS r USING (recency_days)
             ANY LEFT JOIN ${fifths('net_24m', 'ASC')} AS m USING (net_24m) ${gaps.joinCustomer}
             ANY LEFT JOIN bench.night_profiles AS p USING (customer)`;
    return { before, queries: [query] };
}

const WORDED = { brands: 'brand', categories: 'category' };

/* Queries whose rows are a table's, each into a file of its own; a variant that ends in `.ranges` has many. `before`
 * are tables in memory to be made first. */
export function nightQueries(request, table) {
    if (table === 'customers')
        return customers(request);
    const ranges = request.variant.endsWith('.ranges') ? customerRanges(request.customerCount, 20000) : ['1'];
    return { before: {}, queries: ranges.map((range) => wordedQuery(request, WORDED[table], range)) };
}
