// duckdb_score.mjs - engagement, intent and trend of one kind of scope in DuckDB's SQL (SEMANTICS.md section 2).

export const GROUP = 'customer, day, type';

/* A scope is a customer, or the rows of a customer that have a word: `keys` tell scopes apart, `present` are its rows,
 * `k` the points of engagement and intent that give 50. */
export const SCOPES = {
    customer: { keys: 'customer', present: 'true', k: [120, 80] },
    brand: { keys: 'customer, brand', present: 'brand IS NOT NULL', k: [60, 40] },
    category: { keys: 'customer, category', present: 'category IS NOT NULL', k: [40, 40] },
};

/* Daily groups with n rows and u units, two ways. `split` counts distinct orders only for the types that are counted
 * by order; `whole` takes all rows through the same two levels. */
function dailyGroups(how, byOrder, { keys, present }, events) {
    const group = `${keys}, day, type`;
    const byOrderRows = (where) => `
        SELECT ${group}, sum(m)::BIGINT AS n, sum(CASE WHEN "order" IS NULL THEN m ELSE 1 END)::BIGINT AS u
        FROM (SELECT ${group}, "order", count(*) AS m FROM ${events} WHERE ${where} GROUP BY ${group}, "order")
        GROUP BY ${group}`;
    if (how === 'whole')
        return `SELECT ${group}, n, CASE WHEN type IN (${byOrder}) THEN u ELSE n END AS u
            FROM (${byOrderRows(present)})`;
    return `SELECT ${group}, count(*) AS n, count(*) AS u FROM ${events}
        WHERE ${present} AND type NOT IN (${byOrder}) GROUP BY ${group}
        UNION ALL ${byOrderRows(`${present} AND type IN (${byOrder})`)}`;
}

export const age = (asOf) => `(DATE '${asOf}' - day)`;

const valued = (keys, groups, asOf) => `
    SELECT ${keys}, day, ${age(asOf)} AS age, n, counted, w, p, purchase, inbound, loop,
           n * CASE WHEN n = 1 THEN one ELSE (p * d + 2147483648) >> 32 END AS points
    FROM (SELECT *, CASE WHEN n = 1 THEN w WHEN w >= 0 THEN (2 * w * counted + n) // (2 * n)
                         ELSE -((-2 * w * counted + n) // (2 * n)) END AS p
          FROM (SELECT *, CASE WHEN cap = 0 OR u < cap THEN u ELSE cap END AS counted
                FROM (${groups}) JOIN cells ON cell = type::INTEGER * 1096 + ${age(asOf)}))`;

const TOTALS = `
    sum(points)::BIGINT AS raw,
    coalesce(sum(points) FILTER (points > 0), 0)::BIGINT AS raw_positive,
    coalesce(sum(points) FILTER (points < 0), 0)::BIGINT AS raw_negative,
    coalesce(sum(points) FILTER (fresh), 0)::BIGINT AS intent_raw,
    coalesce(sum(n * p) FILTER (p > 0 AND age < 28), 0)::BIGINT AS points_28,
    coalesce(sum(n * p) FILTER (p > 0 AND age BETWEEN 28 AND 111), 0)::BIGINT AS points_84,
    coalesce(sum(n * p) FILTER (fresh AND p > 0 AND age < 28), 0)::BIGINT AS intent_points_28,
    coalesce(sum(n * p) FILTER (fresh AND p > 0 AND age BETWEEN 28 AND 111), 0)::BIGINT AS intent_points_84,
    coalesce(sum(points) FILTER (loop = 0), 0)::BIGINT AS points_awareness,
    coalesce(sum(points) FILTER (loop = 1), 0)::BIGINT AS points_nurturing,
    coalesce(sum(points) FILTER (loop = 2), 0)::BIGINT AS points_experience,
    coalesce(sum(points) FILTER (loop = 3), 0)::BIGINT AS points_conversion,
    sum(n)::BIGINT AS rows, sum(counted)::BIGINT AS units, min(day) AS first_day, max(day) AS last_day,
    max(day) FILTER (purchase) AS last_purchase_day, min(age) FILTER (w <> 0) IS NOT NULL AS weighted,
    max(age) FILTER (w <> 0) AS oldest_age,
    sum(n * w - n * p)::BIGINT AS lost_to_cap, sum(n * p - points)::BIGINT AS lost_to_decay`;

const score = (raw, k) =>
    `((201 * greatest(${raw}, 0) + ${k}000000) // (2 * (greatest(${raw}, 0) + ${k}000000)))`;

const trend = (f, s, started) => `CASE WHEN ${f} = 0 AND ${s} = 0 THEN 'quiet' WHEN ${started} THEN 'started'
    WHEN 6 * (${f} + 30000000) >= 3 * ${s} + 270000000 THEN 'rising'
    WHEN 6 * (${f} + 30000000) <= ${s} + 90000000 THEN 'falling' ELSE 'steady' END`;

/* The common table expressions that end in `scored`: a row for each scope with its sums, engagement and intent. */
export function scoredScopes({ variant, byOrder, asOf }, scope, events) {
    const [how, keep] = variant.split('.');
    const { keys, k } = scope;
    return `valued AS ${keep === 'kept' ? 'MATERIALIZED' : ''}
            (${valued(keys, dailyGroups(how, byOrder, scope, events), asOf)}),
        last AS (SELECT ${keys}, max(day) FILTER (purchase) AS purchase_day FROM valued GROUP BY ${keys}),
        totals AS MATERIALIZED (SELECT ${keys}, ${TOTALS}
            FROM (SELECT valued.*, inbound AND day > coalesce(purchase_day, DATE '0001-01-01') AS fresh
                  FROM valued JOIN last USING (${keys})) GROUP BY ${keys}),
        scored AS (SELECT *, ${score('raw', k[0])} AS engagement, ${score('intent_raw', k[1])} AS intent,
                          ${trend('points_28', 'points_84', 'weighted AND oldest_age < 28')} AS trend,
                          ${trend('intent_points_28', 'intent_points_84', 'false')} AS intent_trend
                   FROM totals)`;
}

/* floor((200 less + 100 equal + count) / (2 count)) by distinct raw. */
export const RANKED = `
        ranked AS (SELECT raw, (200 * (sum(equal) OVER (ORDER BY raw) - equal) + 100 * equal + sum(equal) OVER ())
                               // (2 * sum(equal) OVER ()) AS percentile
                   FROM (SELECT raw, count(*) AS equal FROM totals WHERE raw > 0 GROUP BY raw))`;

export const BAND = `CASE WHEN engagement = 0 THEN 'none' WHEN engagement < 20 THEN 'cold'
               WHEN engagement < 40 THEN 'warm' WHEN engagement < 60 THEN 'engaged' ELSE 'hot' END AS band`;

export const SUMS = `raw, raw_positive, raw_negative, intent_raw, points_28, points_84, intent_points_28, intent_points_84,
           points_awareness, points_nurturing, points_experience, points_conversion, rows, units, first_day, last_day,
           last_purchase_day, lost_to_cap, lost_to_decay`;

export const fullQuery = (request) => `
    WITH ${scoredScopes(request, SCOPES.customer, 'events')}, ${RANKED}
    SELECT customer, engagement::UTINYINT AS engagement, ${BAND}, percentile::UTINYINT AS percentile, trend,
           intent::UTINYINT AS intent, intent_trend, ${SUMS}
    FROM scored LEFT JOIN ranked USING (raw)`;
