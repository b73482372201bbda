// duckdb_night.mjs - a night with value, life cycle and all worded scopes in DuckDB's SQL (SEMANTICS.md sections 2 to 4).
import { BAND, RANKED, SCOPES, SUMS, age, scoredScopes } from './duckdb_score.mjs';

const quoted = (path) => `'${path.replaceAll("'", "''")}'`;

/* What roles are called in a table that a join with the few rows of a role asks. */
export const KINDS = { purchase: 1, taken_back: 2, friction: 3, opt_out: 4, advocate: 5, exit_survey: 6 };

/* Columns in thousandths, which our text shows as decimals. */
export const THOUSANDTHS = ['promo_share', 'rhythm_days', 'overdue'];

const HAVERSINE = `2 * 6371008.8 * asin(least(1, sqrt(sin(radians(s.latitude - c.latitude) / 2) ** 2
    + cos(radians(c.latitude)) * cos(radians(s.latitude)) * sin(radians(s.longitude - c.longitude) / 2) ** 2)))`;

const csv = (path) => `read_csv(${quoted(path)}, header = true, all_varchar = true)`;

/* For both databases, before anything is measured: the rows with brand and category of their product looked up, and
 * customers with the nearest store. */
export function nightFiles({ parquet, products, customers, stores, events, profiles }) {
    const word = (name) => `coalesce(e.${name}, p.${name}) AS ${name}`;
    const minor = (name) => `(e.${name} * 100)::INTEGER AS ${name}`;
    return [
        'SET preserve_insertion_order = true',
        `COPY (SELECT e.customer, e.day, e.type, e."order", ${word('brand')}, ${word('category')}, ${minor('amount')},
                      ${minor('discount')}, ${minor('margin')}
               FROM read_parquet(${quoted(parquet)}) AS e LEFT JOIN ${csv(products)} AS p USING (product))
            TO ${quoted(events)} (FORMAT parquet)`,
        `CREATE OR REPLACE TEMPORARY TABLE people AS
            SELECT customer::INTEGER AS customer, birth_year::SMALLINT AS birth_year, age_band, life_stage, country, region,
                   urbanity, latitude::DOUBLE AS latitude, longitude::DOUBLE AS longitude,
                   store_distance_m::INTEGER AS store_distance_m, first_contact::DATE AS first_contact
            FROM ${csv(customers)}`,
        `CREATE OR REPLACE TEMPORARY TABLE shops AS
            SELECT store, latitude::DOUBLE AS latitude, longitude::DOUBLE AS longitude FROM ${csv(stores)}
            WHERE latitude IS NOT NULL`,
        `COPY (WITH near AS (SELECT customer, arg_min(store, (metres, store)) AS nearest_store,
                                    min(metres) AS metres
                             FROM (SELECT customer, store, round(${HAVERSINE}) AS metres
                                   FROM people AS c, shops AS s WHERE c.latitude IS NOT NULL)
                             GROUP BY customer)
               SELECT customer, birth_year, age_band, life_stage, country, region, urbanity,
                      coalesce(store_distance_m, metres)::INTEGER AS store_distance_m, nearest_store, first_contact
               FROM people LEFT JOIN near USING (customer) ORDER BY customer)
            TO ${quoted(profiles)} (FORMAT parquet)`,
    ];
}

/* Native tables. Words are numbers whose order is that of the texts. */
export function nightTables({ events, profiles, gaps, groups, roles }) {
    const word = (name) => `${name}::${name}_word AS ${name}`;
    return [
        'SET preserve_insertion_order = true', 'DROP TABLE IF EXISTS night_events', 'DROP TABLE IF EXISTS night_gaps',
        ...['brand', 'category'].flatMap((name) => [
            `DROP TYPE IF EXISTS ${name}_word`,
            `CREATE TYPE ${name}_word AS ENUM (SELECT DISTINCT ${name} FROM read_parquet(${quoted(events)})
                WHERE ${name} IS NOT NULL ORDER BY ${name})`]),
        `CREATE TABLE night_events AS SELECT customer, day, type, "order", ${word('brand')}, ${word('category')}, amount,
            discount, margin FROM read_parquet(${quoted(events)})`,
        `CREATE TABLE night_gaps AS SELECT category::category_word AS category, gap_days::INTEGER AS gap_days
            FROM ${csv(gaps)}`,
        `CREATE OR REPLACE TABLE night_groups AS SELECT code::SMALLINT AS rfm_code, "group" AS rfm_group
            FROM ${csv(groups)}`,
        `CREATE OR REPLACE TABLE night_roles AS SELECT type::UTINYINT AS type, kind::UTINYINT AS kind FROM ${csv(roles)}`,
        `CREATE OR REPLACE TABLE night_profiles AS FROM read_parquet(${quoted(profiles)})`,
        'CHECKPOINT',
    ];
}

const LOOP = `CASE WHEN intent >= 45 OR (intent >= 30 AND (intent_trend = 'rising' OR trend = 'started'))
        THEN 'conversion'
    WHEN intent >= 35 OR engagement >= 40 THEN 'experience' WHEN raw >= 5000000 THEN 'nurturing' ELSE 'awareness' END`;

const PHASE = `CASE WHEN bought THEN 'connect' WHEN loop IN ('experience', 'conversion') THEN 'conquer'
    WHEN loop = 'nurturing' THEN 'entice' ELSE 'find' END`;

/* Two advocates on different days are a first and a last one that differ. */
const WORTH = `${PHASE} AS phase, coalesce(bought AND first_advocate < last_advocate AND friction_day IS NULL, false)::UTINYINT AS ambassador,
    coalesce(net_12m, 0) AS net_12m, ((engagement >= 60 OR intent >= 45) AND NOT bought)::UTINYINT AS engaged_no_value`;

const signed = (column) => `CASE kind WHEN ${KINDS.purchase} THEN ${column} WHEN ${KINDS.taken_back} THEN -${column} END`;
const sumWhere = (what, where) => `coalesce(sum(${what}) FILTER (${where}), 0)::BIGINT`;

/* Of the few rows with a role; friction_day only where it is of the last 90 days. */
const ROLE_SUMS = `${sumWhere(signed('amount'), 'age < 365')} AS net_12m,
    min(day) FILTER (kind = ${KINDS.advocate} AND age < 365) AS first_advocate,
    max(day) FILTER (kind = ${KINDS.advocate} AND age < 365) AS last_advocate,
    max(day) FILTER (kind = ${KINDS.friction} AND age < 90) AS friction_day`;

const withAge = (asOf, where, events = 'night_events') => `(SELECT *, ${age(asOf)} AS age
    FROM ${events} JOIN night_roles USING (type) WHERE ${where})`;

/* brands or categories, of all customers or of a range of them. */
function wordedQuery(request, name, range = 'true') {
    const { asOf } = request;
    const scope = SCOPES[name];
    const events = `(FROM night_events WHERE ${range})`;
    return `WITH ${scoredScopes(request, scope, events)},
        roles AS (SELECT ${scope.keys}, ${ROLE_SUMS}
                  FROM ${withAge(asOf, `${scope.present} AND day > DATE '${asOf}' - 365`, events)} GROUP BY ${scope.keys}),
        looped AS (SELECT *, ${LOOP} AS loop, coalesce(last_purchase_day > DATE '${asOf}' - 365, false) AS bought
                   FROM scored)
    SELECT ${scope.keys}, engagement::UTINYINT AS engagement, ${BAND}, trend, intent::UTINYINT AS intent, intent_trend,
           ${SUMS}, loop, ${WORTH}
    FROM looped LEFT JOIN roles USING (${scope.keys})`;
}

// --- customers

/* Days on which somebody bought, with the days since the one before. */
const purchaseDays = () => `purchase_days AS MATERIALIZED (
    SELECT *, day - lag(day) OVER (PARTITION BY customer ORDER BY day) AS gap
    FROM (SELECT customer, day, sum(amount)::BIGINT AS gross FROM night_events JOIN night_roles USING (type)
          WHERE kind = ${KINDS.purchase} GROUP BY customer, day))`;

const boughts = (asOf) => `boughts AS (
    SELECT customer, min(day) AS first_purchase_day, max(day) AS last_bought, count(*) - 1 AS repeat_purchase_days,
           coalesce(max(gap), 0) AS longest_gap_days, arg_max(gap, day) AS last_gap,
           coalesce(sum(gross) FILTER (gap IS NOT NULL), 0)::BIGINT AS repeat_bought,
           count(*) FILTER (day > DATE '${asOf}' - 730) AS purchase_days_24m
    FROM purchase_days GROUP BY customer)`;

const facts = (asOf) => `facts AS (
    SELECT customer, ${ROLE_SUMS},
           ${sumWhere('amount', `kind = ${KINDS.purchase} AND age < 365`)} AS bought_12m,
           ${sumWhere('amount', `kind = ${KINDS.taken_back} AND age < 365`)} AS returned_12m,
           ${sumWhere(signed('margin'), 'age < 365')} AS margin_12m,
           ${sumWhere('amount', `kind = ${KINDS.purchase} AND discount > 0 AND age < 365`)} AS promoted_12m,
           ${sumWhere(signed('amount'), 'age < 730')} AS net_24m,
           max(day) FILTER (kind = ${KINDS.opt_out} AND age < 90) AS opt_out_day,
           max(day) FILTER (kind = ${KINDS.exit_survey}) AS exit_day
    FROM ${withAge(asOf, 'true')} GROUP BY customer)`;

/* The largest net by category, the smaller text among equals: net and place of the word in one number. */
const packed = `max(net * 1024 + 1023 - enum_code(category))`;
const unpacked = `enum_range(NULL::category_word)[1024 - (main & 1023)]`;

const mains = (asOf) => `mains AS (
    SELECT customer, ${packed} AS main
    FROM (SELECT customer, category, sum(${signed('amount')})::BIGINT AS net FROM night_events JOIN night_roles USING (type)
          WHERE kind <= ${KINDS.taken_back} AND category IS NOT NULL AND day > DATE '${asOf}' - 730
          GROUP BY customer, category)
    GROUP BY customer)`;

/* Who bought lately after a pause long enough to have been lapsed: whether the stage on the day before was lapsed or
 * lost. A pause of at most 90 days may itself have ended by being won back: then it counts only if the purchase before
 * it was none, so verdicts turn with each such pause since the last purchase where that is not so. */
const wonBack = (asOf, gaps) => `
    candidates AS (SELECT customer FROM boughts WHERE last_bought >= DATE '${asOf}' - 90 AND last_gap > 60),
    pauses AS MATERIALIZED (
        SELECT customer, day, gap - 1 AS days, row_number() OVER w - 2 AS gaps_before,
               lag(day) OVER w - first_value(day) OVER w AS days_before,
               coalesce(max(gap) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS longest_before
        FROM purchase_days JOIN candidates USING (customer)
        WINDOW w AS (PARTITION BY customer ORDER BY day)),
    ${gaps.ofPauses}
    late AS (
        SELECT customer, gaps_before, days > 90 AS beyond, coalesce(gaps_before >= 0
               AND days * (gaps_before + 3) > 4 * (days_before + 3 * ${gaps.ofPause})
               AND (days >= 365 OR (days >= 60 AND days > longest_before)), false) AS gone
        FROM pauses ${gaps.joinPauses}),
    won_back AS (
        SELECT customer, max(gaps_before) AS last_gaps,
               max(gaps_before) FILTER (NOT (gone AND NOT beyond AND gaps_before > 0)) AS fixed_gaps,
               arg_max(gone AND beyond, gaps_before)
                   FILTER (NOT (gone AND NOT beyond AND gaps_before > 0)) AS fixed_gone
        FROM late GROUP BY customer
        HAVING fixed_gone = ((last_gaps - fixed_gaps) % 2 = 0))`;

/* Before a fit one gap holds for all; after it that of the main category, for a pause that of its own day. */
function gapsOf({ gapDays, fitted }) {
    if (!fitted)
        return { ofPauses: '', ofPause: gapDays, joinPauses: '', ofCustomer: gapDays, joinCustomer: '' };
    return {
        ofPauses: `spent AS (
            SELECT customer, category, e.day, ${signed('amount')} AS net
            FROM night_events AS e JOIN night_roles USING (type) JOIN candidates USING (customer)
            WHERE kind <= ${KINDS.taken_back} AND category IS NOT NULL),
        pause_mains AS (
            SELECT customer, day, ${packed} AS main
            FROM (SELECT customer, category, pauses.day, sum(net)::BIGINT AS net FROM pauses JOIN spent USING (customer)
                  WHERE days >= 60 AND spent.day < pauses.day AND spent.day >= pauses.day - 730
                  GROUP BY customer, category, pauses.day)
            GROUP BY customer, day),`,
        ofPause: `coalesce(gap_days, ${gapDays})`,
        joinPauses: `LEFT JOIN pause_mains USING (customer, day) LEFT JOIN night_gaps ON category = ${unpacked}`,
        ofCustomer: `coalesce(gap_days, ${gapDays})`,
        joinCustomer: 'LEFT JOIN night_gaps ON night_gaps.category = main_category',
    };
}

/* 1 + floor(5 (2 less + equal) / (2 N)) by distinct value. */
const fifths = (name, from, value, order) => `${name} AS (
    SELECT ${value}, 1 + (5 * (2 * sum(equal) OVER (ORDER BY ${value} ${order}) - equal)) // (2 * sum(equal) OVER ())
                     AS fifth
    FROM (SELECT ${value}, count(*) AS equal FROM ${from} WHERE recency_days IS NOT NULL GROUP BY ${value}))`;

const BORDERS = `borders AS (
    SELECT max(net_12m) FILTER (place = (5 * n + 99) // 100) AS a, max(net_12m) FILTER (place = (20 * n + 99) // 100) AS b,
           max(net_12m) FILTER (place = (50 * n + 99) // 100) AS c
    FROM (SELECT net_12m, row_number() OVER (ORDER BY net_12m DESC) AS place, count(*) OVER () AS n
          FROM valued_customers WHERE net_12m > 0))`;

const AGE_BAND = (year) => `CASE WHEN birth_year IS NULL THEN age_band ELSE CASE WHEN ${year} - birth_year < 18 THEN '0-17'
    WHEN ${year} - birth_year < 25 THEN '18-24' WHEN ${year} - birth_year < 35 THEN '25-34'
    WHEN ${year} - birth_year < 45 THEN '35-44' WHEN ${year} - birth_year < 55 THEN '45-54'
    WHEN ${year} - birth_year < 65 THEN '55-64' ELSE '65+' END END`;

/* floor(x + 1/2) of numerators above 0: half away from zero. */
const rounded = (numerator, denominator) => `((2 * (${numerator}) + (${denominator})) // (2 * (${denominator})))`;

const STAGE = `CASE WHEN first_purchase_day IS NULL THEN CASE WHEN intent >= 20 THEN 'lead' ELSE 'prospect' END
    WHEN won_back.customer IS NOT NULL THEN 'won_back'
    WHEN repeat_purchase_days = 0 AND since <= 90 THEN 'new'
    WHEN since * parts > 4 * whole AND since >= 365 THEN 'lost'
    WHEN since * parts > 4 * whole AND since >= 60 AND since > longest_gap_days THEN 'lapsed'
    WHEN since * parts > 2 * whole AND since >= 28 THEN 'slipping' ELSE 'active' END`;

const anniversary = (day, asOf) => `CASE WHEN ${day} + 365 >= DATE '${asOf}' THEN ${day} + 365 END`;

/* Without a night before: nothing pends, and all of `*_before` are null. */
const NO_PREVIOUS = `NULL::VARCHAR AS tier_pending, 0::UTINYINT AS tier_pending_nights,
    NULL::UTINYINT AS engagement_before, NULL::VARCHAR AS band_before, NULL::VARCHAR AS loop_before,
    NULL::VARCHAR AS phase_before, NULL::VARCHAR AS stage_before, NULL::VARCHAR AS tier_before`;

function customersQuery(request) {
    const { asOf } = request;
    const gaps = gapsOf(request);
    return `WITH ${scoredScopes(request, SCOPES.customer, 'night_events')}, ${RANKED},
        ${purchaseDays()}, ${boughts(asOf)}, ${facts(asOf)}, ${mains(asOf)}, ${wonBack(asOf, gaps)},
        looped AS (SELECT *, ${LOOP} AS loop, coalesce(last_purchase_day > DATE '${asOf}' - 365, false) AS bought
                   FROM scored),
        valued_customers AS MATERIALIZED (
            SELECT looped.* EXCLUDE (weighted, oldest_age), ${WORTH}, first_purchase_day, last_gap,
                   repeat_purchase_days, longest_gap_days, repeat_bought,
                   coalesce(purchase_days_24m, 0) AS purchase_days_24m, bought_12m, returned_12m, margin_12m, promoted_12m,
                   net_24m, opt_out_day, friction_day, exit_day, DATE '${asOf}' - last_purchase_day AS since,
                   CASE WHEN DATE '${asOf}' - last_purchase_day < 730 THEN DATE '${asOf}' - last_purchase_day END
                       AS recency_days,
                   ${unpacked} AS main_category
            FROM looped LEFT JOIN facts USING (customer) LEFT JOIN boughts USING (customer)
                 LEFT JOIN mains USING (customer)),
        ${fifths('recencies', 'valued_customers', 'recency_days', 'DESC')},
        ${fifths('nets', 'valued_customers', 'net_24m', 'ASC')}, ${BORDERS},
        lived AS (
            SELECT v.*, repeat_purchase_days + 3 AS parts,
                   (last_purchase_day - first_purchase_day) + 3 * ${gaps.ofCustomer} AS whole,
                   coalesce(recencies.fifth, 0)::UTINYINT AS rfm_r,
                   CASE WHEN purchase_days_24m >= 10 THEN 5 WHEN purchase_days_24m >= 5 THEN 4
                        WHEN purchase_days_24m >= 3 THEN 3 ELSE purchase_days_24m END::UTINYINT AS rfm_f,
                   CASE WHEN v.recency_days IS NULL THEN 0 ELSE nets.fifth END::UTINYINT AS rfm_m
            FROM valued_customers AS v LEFT JOIN recencies USING (recency_days) LEFT JOIN nets USING (net_24m)
                 ${gaps.joinCustomer}),
        signals AS (
            SELECT *, (100::SMALLINT * rfm_r + 10 * rfm_f + rfm_m)::SMALLINT AS rfm_code,
                   coalesce(since * parts > 2 * whole, false)::UTINYINT AS signal_overdue,
                   (trend = 'falling')::UTINYINT AS signal_falling, (opt_out_day IS NOT NULL)::UTINYINT AS signal_opt_out,
                   (friction_day IS NOT NULL)::UTINYINT AS signal_friction,
                   coalesce(returned_12m > 0 AND 2 * returned_12m >= bought_12m, false)::UTINYINT AS signal_returns
            FROM lived)
    SELECT customer, engagement::UTINYINT AS engagement, ${BAND}, percentile::UTINYINT AS percentile, trend,
           intent::UTINYINT AS intent, intent_trend, ${SUMS}, loop, phase, ambassador, net_12m,
           coalesce(margin_12m, 0) AS margin_12m, coalesce(bought_12m, 0) AS bought_12m,
           coalesce(returned_12m, 0) AS returned_12m,
           CASE WHEN bought_12m > 0 THEN ${rounded('1000 * promoted_12m', 'bought_12m')} END::INTEGER AS promo_share,
           purchase_days_24m, coalesce(net_24m, 0) AS net_24m, recency_days, rfm_r, rfm_f, rfm_m, rfm_code, rfm_group,
           CASE WHEN net_12m <= 0 THEN 'Z' WHEN net_12m >= a THEN 'A' WHEN net_12m >= b THEN 'B' WHEN net_12m >= c THEN 'C'
                ELSE 'D' END AS tier,
           ${NO_PREVIOUS}, engaged_no_value, (bought AND net_12m <= 0)::UTINYINT AS returns_all, first_purchase_day,
           coalesce(repeat_purchase_days, 0) AS repeat_purchase_days,
           CASE WHEN repeat_purchase_days > 0 THEN ${rounded('repeat_bought', 'repeat_purchase_days')} END AS mean_purchase,
           ${STAGE} AS stage, ${rounded('1000 * whole', 'parts')} AS rhythm_days, since AS days_since_purchase,
           ${rounded('1000 * since * parts', 'whole')} AS overdue, coalesce(longest_gap_days, 0) AS longest_gap_days,
           main_category, signal_overdue, 0::UTINYINT AS signal_p_alive, signal_falling, signal_opt_out, signal_friction,
           signal_returns, (signal_overdue + signal_falling + signal_opt_out + signal_friction + signal_returns)::UTINYINT
               AS churn_signals,
           least(${anniversary('last_purchase_day', asOf)}, ${anniversary('exit_day', asOf)}) AS winback_day,
           DATE '${asOf}' - least(first_day, first_contact) AS tenure_days,
           CASE WHEN tenure_days < 90 THEN 'under_90_days' WHEN tenure_days < 365 THEN 'under_1_year'
                WHEN tenure_days < 1095 THEN 'under_3_years' ELSE 'longer' END AS tenure_band,
           ${AGE_BAND(asOf.slice(0, 4))} AS age_band, life_stage, country, region, urbanity, store_distance_m, nearest_store
    FROM signals LEFT JOIN ranked USING (raw) LEFT JOIN won_back USING (customer)
         LEFT JOIN night_profiles AS profiles USING (customer) LEFT JOIN night_groups USING (rfm_code) CROSS JOIN borders`;
}

const WORDED = { brands: 'brand', categories: 'category' };

/* Conditions that cut the customers into ranges of about `size`: rows are sorted by customer, so a range is a part of the
 * table, and what is grouped stays in the cache. */
export function customerRanges(customers, size) {
    const count = Math.ceil(customers / size);
    return Array.from({ length: count }, (_, at) => `customer BETWEEN ${at * size + 1} AND ${(at + 1) * size}`);
}

/* Statements that write a table's rows, each into a file of its own; a variant that ends in `.ranges` has many. */
export function nightCopies(request, table, fileOf) {
    const copy = (query, part) => `COPY (${query}) TO ${fileOf(table, part)} (FORMAT parquet)`;
    if (table === 'customers')
        return [copy(customersQuery(request), 0)];
    const ranges = request.variant.endsWith('.ranges') ? customerRanges(request.customerCount, 20000) : ['true'];
    return ranges.map((range, part) => copy(wordedQuery(request, WORDED[table], range), part));
}
