// clickhouse_score.mjs - engagement, intent and trend of one kind of scope in ClickHouse's SQL (SEMANTICS.md section 2).

/* A scope is a customer, or the rows of a customer that have a word: `keys` tell scopes apart, `present` are its rows,
 * `k` the points of engagement and intent that give 50. */
export const SCOPES = {
    customer: { keys: 'customer', present: '1', k: [120, 80] },
    brand: { keys: 'customer, brand', present: "brand != ''", k: [60, 40] },
    category: { keys: 'customer, category', present: "category != ''", k: [40, 40] },
};

export const age = (asOf) => `(toDate('${asOf}') - day)`;
export const cell = (asOf) => `toUInt64(toUInt32(type) * 1096 + ${age(asOf)})`;

const dailyGroups = (byOrder, { keys, present }, events) => `
    SELECT ${keys}, day, type, count() AS n, toInt64(n) AS u FROM ${events}
    WHERE ${present} AND type NOT IN (${byOrder}) GROUP BY ${keys}, day, type
    UNION ALL
    SELECT ${keys}, day, type, count() AS n, toInt64(uniqExact("order") + countIf(isNull("order"))) AS u
    FROM ${events} WHERE ${present} AND type IN (${byOrder}) GROUP BY ${keys}, day, type`;

const valued = (byOrder, asOf, scope, events) => `
    SELECT ${scope.keys}, day, ${age(asOf)} AS age, toInt64(n) AS rows,
           dictGet('bench.cell', ('w', 'one', 'd', 'cap', 'purchase', 'inbound', 'loop'), ${cell(asOf)}) AS c,
           c.1 AS w, c.5 AS purchase, c.6 AS inbound, c.7 AS loop, if(c.4 = 0 OR u < c.4, u, c.4) AS counted,
           if(rows = 1, w, if(w >= 0, intDiv(2 * w * counted + rows, 2 * rows),
                              -intDiv(-2 * w * counted + rows, 2 * rows))) AS p,
           rows * if(rows = 1, c.2, bitShiftRight(p * c.3 + 2147483648, 32)) AS points
    FROM (${dailyGroups(byOrder, scope, events)})`;

const totals = (from, intent, { keys }) => `
    SELECT ${keys}, sum(points) AS raw, sumIf(points, points > 0) AS raw_positive,
           sumIf(points, points < 0) AS raw_negative, ${intent},
           sumIf(rows * p, p > 0 AND age < 28) AS points_28,
           sumIf(rows * p, p > 0 AND age BETWEEN 28 AND 111) AS points_84,
           sumIf(points, loop = 0) AS points_awareness, sumIf(points, loop = 1) AS points_nurturing,
           sumIf(points, loop = 2) AS points_experience, sumIf(points, loop = 3) AS points_conversion,
           sum(rows) AS all_rows, sum(counted) AS units, min(day) AS first_day, max(day) AS last_day,
           maxIf(day, purchase) AS bought_day, countIf(w != 0) > 0 AS weighted, maxIf(age, w != 0) AS oldest_age,
           sum(rows * w - rows * p) AS lost_to_cap, sum(rows * p - points) AS lost_to_decay
    FROM (${from}) GROUP BY ${keys}`;

/* Interest after the last purchase, two ways: that day is joined to the groups, or inbound groups are kept in an
 * array and filtered at the end. */
const intents = {
    joined: ({ byOrder, asOf, purchases }, scope, events) => totals(`
        SELECT v.*, inbound AND day > l.purchase_day AS fresh FROM (${valued(byOrder, asOf, scope, events)}) AS v
            ANY LEFT JOIN
            (SELECT ${scope.keys}, max(day) AS purchase_day FROM ${events} WHERE ${scope.present} AND type IN (${purchases})
             GROUP BY ${scope.keys}) AS l
            USING (${scope.keys})`, `sumIf(points, fresh) AS intent_raw,
            sumIf(rows * p, fresh AND p > 0 AND age < 28) AS intent_points_28,
            sumIf(rows * p, fresh AND p > 0 AND age BETWEEN 28 AND 111) AS intent_points_84`, scope),
    array: ({ byOrder, asOf }, scope, events) => `
        SELECT * EXCEPT (interest), arrayFilter(x -> x.1 > bought_day, interest) AS fresh,
               arraySum(x -> x.2, fresh) AS intent_raw,
               arraySum(x -> if(x.3 > 0 AND x.4 < 28, x.3, 0), fresh) AS intent_points_28,
               arraySum(x -> if(x.3 > 0 AND x.4 BETWEEN 28 AND 111, x.3, 0), fresh) AS intent_points_84
        FROM (${totals(valued(byOrder, asOf, scope, events),
                       'groupArrayIf((day, points, rows * p, age), inbound) AS interest', scope)})`,
};

const score = (raw, k) => `intDiv(201 * greatest(${raw}, 0) + ${k}000000, 2 * (greatest(${raw}, 0) + ${k}000000))`;

const trend = (f, s, started) => `multiIf(${f} = 0 AND ${s} = 0, 'quiet', ${started}, 'started',
    6 * (${f} + 30000000) >= 3 * ${s} + 270000000, 'rising',
    6 * (${f} + 30000000) <= ${s} + 90000000, 'falling', 'steady')`;

/* A row for each scope with its sums; the variant says which way. */
export const totalsQuery = (request, scope, events) => intents[request.variant.split('.')[0]](request, scope, events);

/* Columns of a scope's sums: scores, trends, then the sums themselves. `percentile` is a column or nothing. */
export const scores = ({ k }, percentile = '') => `toUInt8(${score('raw', k[0])}) AS engagement,
        multiIf(engagement = 0, 'none', engagement < 20, 'cold', engagement < 40, 'warm', engagement < 60, 'engaged',
                'hot') AS band,
        ${percentile}${trend('points_28', 'points_84', 'weighted AND oldest_age < 28')} AS trend,
        toUInt8(${score('intent_raw', k[1])}) AS intent,
        ${trend('intent_points_28', 'intent_points_84', '0')} AS intent_trend`;

export const SUMS = `raw, raw_positive, raw_negative, intent_raw, points_28, points_84, intent_points_28, intent_points_84,
        points_awareness, points_nurturing, points_experience, points_conversion, all_rows, units, first_day, last_day,
        if(bought_day = toDate(0), NULL, bought_day) AS last_purchase_day, lost_to_cap, lost_to_decay`;

export const PERCENTILE =
    'if(raw > 0, toUInt8(intDiv(200 * less + 100 * equal + positive, 2 * positive)), NULL) AS percentile, ';

/* The sums with what a percentile is made of, by window functions: less = rank - 1, equal = rows of the same rank. */
export const ranked = (from) => `SELECT *, rank() OVER (ORDER BY raw) - 1 - countIf(raw <= 0) OVER () AS less,
                 count() OVER (PARTITION BY raw) AS equal,
                 countIf(raw > 0) OVER () AS positive
          FROM (${from})`;

export const fullQuery = (request) => `SELECT customer, ${scores(SCOPES.customer, PERCENTILE)}, ${SUMS}
    FROM (${ranked(totalsQuery(request, SCOPES.customer, 'bench.events'))})`;
