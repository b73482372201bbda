// duckdb_pairs.mjs - what is bought together in DuckDB's SQL: a self-join of baskets (SEMANTICS.md section 6).

/* Statements that load what a self-join needs: numbers of items in the order of their names, and each (basket, item)
 * once, sorted, in the smallest types. How many baskets there are is known then. */
export function pairTables(csv, column) {
    const raw = `read_csv(${csv}, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
        columns = {customer: 'INTEGER', time: 'VARCHAR', type: 'VARCHAR', "order": 'INTEGER', category: 'VARCHAR',
                   product: 'VARCHAR', amount: 'INTEGER'})`;
    return [
        `CREATE OR REPLACE TABLE names AS SELECT (row_number() OVER (ORDER BY name) - 1)::INTEGER AS item, name
            FROM (SELECT DISTINCT ${column} AS name FROM ${raw}) ORDER BY item`,
        `CREATE OR REPLACE TABLE lines AS SELECT DISTINCT "order" AS basket, item
            FROM ${raw} AS raw JOIN names ON raw.${column} = names.name ORDER BY basket, item`,
        'CREATE OR REPLACE TABLE facts AS SELECT count(DISTINCT basket)::DOUBLE AS baskets FROM lines',
        'CHECKPOINT',
    ];
}

/* What may be made smaller once the number of items is known. */
export const narrowItems = (items) =>
    (items <= 65536 ? ['ALTER TABLE lines ALTER item TYPE USMALLINT', 'CHECKPOINT'] : []);

/* Counts of pairs two ways: grouped by both items, or by one number made of both. */
const COUNTED = {
    columns: (min) => `SELECT a.item AS a, b.item AS b, count(*) AS n
        FROM lines AS a JOIN lines AS b ON a.basket = b.basket AND a.item < b.item
        GROUP BY a.item, b.item HAVING count(*) >= ${min}`,
    key: (min, items) => `SELECT pair // ${items} AS a, pair % ${items} AS b, n
        FROM (SELECT a.item::${items * items < 2 ** 31 ? 'INTEGER' : 'BIGINT'} * ${items} + b.item AS pair, count(*) AS n
              FROM lines AS a JOIN lines AS b ON a.basket = b.basket AND a.item < b.item
              GROUP BY pair HAVING count(*) >= ${min})`,
};

/* All pairs with their measures but for Fisher's p, which SQL has no function for. */
export const pairsQuery = ({ variant, minBaskets, items }) => `
    WITH singles AS MATERIALIZED (SELECT item, name, n FROM (SELECT item, count(*) AS n FROM lines GROUP BY item)
                                  JOIN names USING (item)),
         counted AS (${COUNTED[variant](minBaskets, items)})
    SELECT x.name AS a, y.name AS b, counted.n AS baskets_both, x.n AS baskets_a, y.n AS baskets_b,
           counted.n / baskets AS support, counted.n / x.n AS confidence_ab, counted.n / y.n AS confidence_ba,
           counted.n * baskets / (x.n * y.n) AS lift,
           counted.n / baskets - x.n * y.n / (baskets * baskets) AS leverage
    FROM counted JOIN singles AS x ON x.item = counted.a JOIN singles AS y ON y.item = counted.b CROSS JOIN facts
    ORDER BY leverage DESC, x.name, y.name`;
