"""A night's numbers by another program's hand: DuckDB computes them from the canonical rows of the real data sets.

Points of customers, brands and categories (with counting, capping and decay), intent, net value, margin, share on
promotion, RFM with its ties, tiers, gaps and rhythm, main category, last purchase: each must equal what the engine
wrote. Nothing is shared with the engine or the reference but the registry's lines. Needs the data sets and the programs
of `tools/setup --bench`; says so and is skipped without them.
"""

import csv
import io
import os
import shutil
import subprocess
import sys
import unittest
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/cli"), str(ROOT / "bench"), str(ROOT / "tests/reference")]

import datasets  # noqa: E402
from cli_case import REGISTRY, CliCase, main  # noqa: E402
from peer import Peer  # noqa: E402

DATA = datasets.data_root()
MODULES = Path(os.environ.get("FOURLOOP_PEERS") or ROOT / "build/bench/node_modules").resolve()
HAS_DUCKDB = shutil.which("node") is not None and (MODULES / "@duckdb/node-api").is_dir()
SCOPE_TABLES = {"brand": "brands", "category": "categories"}

# The rows with what their type says; `sign` of money, age in days. Row by row, as they are.
ROWS = """
CREATE TABLE registry AS SELECT CAST(type_id AS INTEGER) AS type_id, name, direction, loop,
  CAST(CAST(weight AS DECIMAL(9, 3)) * 1000 AS BIGINT) AS weight_milli, CAST(half_life_days AS DOUBLE) AS half_life,
  CAST(daily_cap AS BIGINT) AS cap, count_by, role FROM read_csv('registry.csv', all_varchar = true, header = true);
CREATE TABLE rows AS SELECT CAST(customer AS BIGINT) AS customer, CAST(day AS DATE) AS day,
  date_diff('day', CAST(day AS DATE), DATE '{as_of}') AS age, registry.*, nullif("order", '') AS ordered,
 '' AS whole, nullif(brand, '') AS brand, nullif(category, '') AS category,
  coalesce(CAST(CAST(nullif(amount, '') AS DECIMAL(18, 2)) * 100 AS BIGINT), 0) AS amount,
  coalesce(CAST(CAST(nullif(margin, '') AS DECIMAL(18, 2)) * 100 AS BIGINT), 0) AS margin,
  coalesce(CAST(nullif(discount, '') AS DECIMAL(18, 2)), 0) > 0 AS promoted,
  CASE role WHEN 'purchase' THEN 1 WHEN 'return' THEN -1 WHEN 'cancel' THEN -1 ELSE 0 END AS sign
FROM read_csv('rows.csv', all_varchar = true, header = true) AS source JOIN registry ON registry.name = source.type
WHERE CAST(day AS DATE) <= DATE '{as_of}';
"""

# Points of one kind of scope. `word` is the brand, the category, or nothing for the customer.
POINTS = """
CREATE OR REPLACE TABLE last_purchases AS SELECT customer, {word} AS word, max(day) FILTER (role = 'purchase') AS last_day
FROM rows WHERE {word} IS NOT NULL GROUP BY ALL;
CREATE OR REPLACE TABLE groups AS SELECT customer, {word} AS word, day, age, direction, weight_milli, half_life, cap,
  count(*) AS n, CASE count_by WHEN 'row' THEN count(*)
    ELSE count(DISTINCT ordered) + count(*) FILTER (ordered IS NULL) END AS units
FROM rows WHERE {word} IS NOT NULL GROUP BY customer, {word}, day, age,
  direction, weight_milli, half_life, cap, type_id, count_by;
CREATE OR REPLACE TABLE points AS SELECT *, sign(weight_milli)::BIGINT *
  ((2000 * abs(weight_milli) * CASE cap WHEN 0 THEN units ELSE least(units, cap) END + n) // (2 * n)) AS p,
  least(floor(4294967296 * pow(2, -age / half_life) + 0.5), 4294967295)::BIGINT AS d FROM groups;
CREATE OR REPLACE TABLE worth AS SELECT *, CASE WHEN age > 1095 THEN 0 WHEN p * d + 2147483648 >= 0
  THEN n * ((p * d + 2147483648) // 4294967296) ELSE -n * ((2147483647 - p * d) // 4294967296) END AS left_over
FROM points;
CREATE OR REPLACE TABLE scores_{word} AS SELECT customer, word, sum(left_over)::BIGINT AS raw,
  coalesce(sum(left_over) FILTER (direction = 'inbound' AND (last_day IS NULL OR day > last_day)), 0)::BIGINT AS intent_raw,
  coalesce(sum(n * p) FILTER (p > 0 AND age < 28), 0)::BIGINT AS points_28,
  coalesce(sum(n * p) FILTER (p > 0 AND age BETWEEN 28 AND 111), 0)::BIGINT AS points_84,
  sum(n)::BIGINT AS rows, any_value(last_day) AS last_purchase_day
FROM worth JOIN last_purchases USING (customer, word) GROUP BY ALL;
"""

SCOPE_ROWS = """
SELECT customer, word, raw, intent_raw, points_28, points_84, rows, last_purchase_day, net_12m
FROM scores_{word} JOIN (SELECT customer, {word} AS word, coalesce(sum(sign * amount) FILTER (age < 365), 0)::BIGINT AS net_12m
FROM rows WHERE {word} IS NOT NULL GROUP BY ALL) USING (customer, word);
"""

VALUE = """
CREATE TABLE money AS SELECT customer, sum(sign * amount) FILTER (age < 365) AS net_12m,
  sum(sign * margin) FILTER (age < 365) AS margin_12m, sum(amount) FILTER (age < 365 AND sign = 1) AS bought_12m,
  sum(amount) FILTER (age < 365 AND sign = -1) AS returned_12m,
  sum(amount) FILTER (age < 365 AND sign = 1 AND promoted) AS promoted_12m, sum(sign * amount) FILTER (age < 730) AS net_24m,
  count(DISTINCT day) FILTER (sign = 1 AND age < 730) AS purchase_days_24m, min(age) FILTER (sign = 1 AND age < 730) AS recency
FROM rows GROUP BY ALL;
CREATE TABLE ranked AS SELECT *, rank() OVER (ORDER BY recency DESC) - 1 AS older,
  count(*) OVER (PARTITION BY recency) AS as_old, rank() OVER (ORDER BY net_24m) - 1 AS poorer,
  count(*) OVER (PARTITION BY net_24m) AS as_rich, count(*) OVER () AS buyers
FROM (SELECT *, coalesce(net_24m, 0) AS net FROM money WHERE recency IS NOT NULL);
CREATE TABLE rfm AS SELECT customer, 1 + (5 * (2 * older + as_old)) // (2 * buyers) AS r,
  CASE WHEN purchase_days_24m >= 10 THEN 5 WHEN purchase_days_24m >= 5 THEN 4 WHEN purchase_days_24m >= 3 THEN 3
    WHEN purchase_days_24m >= 2 THEN 2 ELSE 1 END AS f, 1 + (5 * (2 * poorer + as_rich)) // (2 * buyers) AS m FROM ranked;
CREATE TABLE richest AS SELECT net_12m, row_number() OVER (ORDER BY net_12m DESC) AS place, count(*) OVER () AS payers
FROM money WHERE net_12m > 0;
CREATE TABLE borders AS SELECT min(net_12m) FILTER (place = (5 * payers + 99) // 100) AS a,
  min(net_12m) FILTER (place = (20 * payers + 99) // 100) AS b, min(net_12m) FILTER (place = (50 * payers + 99) // 100) AS c
FROM richest;
CREATE TABLE days AS SELECT customer, day, age, day - lag(day) OVER (PARTITION BY customer ORDER BY day) AS gap
FROM (SELECT DISTINCT customer, day, age FROM rows WHERE sign = 1);
CREATE TABLE rhythm AS SELECT customer, min(day) AS first_day, count(gap) AS gaps, coalesce(sum(gap), 0) + 180 AS span,
  coalesce(max(gap), 0) AS longest, min(age) AS since FROM days GROUP BY ALL;
CREATE TABLE spending AS SELECT customer, category, row_number() OVER (PARTITION BY customer ORDER BY net DESC, category)
  AS place FROM (SELECT customer, category, sum(sign * amount) AS net FROM rows
  WHERE sign <> 0 AND age < 730 AND category IS NOT NULL GROUP BY ALL);
"""

CUSTOMER_ROWS = """
SELECT s.customer, '' AS word, s.raw, s.intent_raw, s.points_28, s.points_84, s.rows, s.last_purchase_day,
  coalesce(net_12m, 0) AS net_12m, coalesce(margin_12m, 0) AS margin_12m, coalesce(bought_12m, 0) AS bought_12m,
  coalesce(returned_12m, 0) AS returned_12m,
  CASE WHEN bought_12m > 0 THEN (2000 * coalesce(promoted_12m, 0) + bought_12m) // (2 * bought_12m) END AS promo_share,
  purchase_days_24m, coalesce(net_24m, 0) AS net_24m, recency AS recency_days,
  coalesce(r, 0) AS rfm_r, coalesce(f, 0) AS rfm_f, coalesce(m, 0) AS rfm_m,
  CASE WHEN coalesce(net_12m, 0) <= 0 THEN 'Z' WHEN net_12m >= a THEN 'A' WHEN net_12m >= b THEN 'B'
    WHEN net_12m >= c THEN 'C' ELSE 'D' END AS tier,
  first_day AS first_purchase_day, coalesce(gaps, 0) AS repeat_purchase_days, since AS days_since_purchase,
  coalesce(longest, 0) AS longest_gap_days, (2000 * span + gaps + 3) // (2 * (gaps + 3)) AS rhythm_days,
  (2000 * since * (gaps + 3) + span) // (2 * span) AS overdue, spending.category AS main_category
FROM scores_whole AS s JOIN money USING (customer) LEFT JOIN rfm USING (customer) LEFT JOIN rhythm USING (customer)
LEFT JOIN spending ON spending.customer = s.customer AND place = 1, borders;
"""

SCOPE_COLUMNS = ("raw", "intent_raw", "points_28", "points_84", "rows", "last_purchase_day", "net_12m")
CUSTOMER_COLUMNS = (*SCOPE_COLUMNS, "margin_12m", "bought_12m", "returned_12m", "promo_share", "purchase_days_24m",
                    "net_24m", "recency_days", "rfm_r", "rfm_f", "rfm_m", "tier", "first_purchase_day",
                    "repeat_purchase_days", "days_since_purchase", "longest_gap_days", "rhythm_days", "overdue",
                    "main_category")


MILLI_COLUMNS = ("promo_share", "rhythm_days", "overdue")


def in_thousandths(column, text):
    """Decimals of three places as DuckDB's integers have them."""
    return str(int(Decimal(text) * 1000)) if column in MILLI_COLUMNS and text else text


class DuckDb(Peer):
    def __init__(self, folder):
        self.name = "duckdb"
        command = ["node", ROOT / "tests/interop/load_sql_peers.mjs", MODULES, folder, 1]
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, cwd=folder)

    def run(self, sql):
        """The rows of the last statement."""
        return self.value("duckdb", statements=[part for part in sql.split(";\n") if part.strip()])


@unittest.skipUnless(DATA.is_dir(), f"no data sets at {DATA}: set FOURLOOP_DATA")
@unittest.skipUnless(HAS_DUCKDB, f"no DuckDB in {MODULES}: run tools/setup --bench")
class NightSql(CliCase):
    def start(self, name, as_of, currency):
        """Runs the engine's night; gives DuckDB the same rows."""
        with open(self.path("rows.csv"), "w", newline="", encoding="utf-8") as file:
            datasets.write_dataset(name, DATA, file)
        shutil.copy(REGISTRY, self.path("registry.csv"))
        self.make_model()
        self.write("model/model.yaml", f"currency: {currency}\nscopes: [customer, brand, category]\n")
        self.fourloop("import", "--into", "data", "rows.csv")
        self.run_night(as_of=as_of)
        duckdb = DuckDb(self.folder)
        self.addCleanup(duckdb.__exit__)
        duckdb.run(ROWS.format(as_of=as_of))
        for word in ("whole", "brand", "category"):  # `whole`: the same word for every row
            duckdb.run(POINTS.format(word=word))
        duckdb.run(VALUE)
        return duckdb

    def assert_equal(self, table, key, columns, rows):
        text = self.fourloop("export", "out", "--table", table, "--to", "csv").stdout.decode()
        found = {(row["customer"], row[key] if key else ""): tuple(in_thousandths(name, row[name]) for name in columns)
                 for row in csv.DictReader(io.StringIO(text))}
        wanted = {(row[0], row[1]): tuple("" if cell is None else cell for cell in row[2:]) for row in rows}
        self.assertEqual(sorted(wanted), sorted(found))
        wrong = [f"{name} of {key}: DuckDB {one!r}, we {other!r}" for key, cells in wanted.items()
                 for name, one, other in zip(columns, cells, found[key]) if one != other]
        self.assertFalse(wrong, f"{len(wrong)} cells of {table}:\n" + "\n".join(wrong[:20]))
        self.assertGreater(len(wanted), 500)

    def compare(self, name, as_of, currency, scopes=("brand", "category")):
        duckdb = self.start(name, as_of, currency)
        self.assert_equal("customers", None, CUSTOMER_COLUMNS, duckdb.run(CUSTOMER_ROWS))
        for word in scopes:
            self.assert_equal(SCOPE_TABLES[word], word, SCOPE_COLUMNS, duckdb.run(SCOPE_ROWS.format(word=word)))

    def test_complete_journey(self):
        self.compare("completejourney", "2017-12-31", "USD")

    def test_complete_journey_in_the_middle(self):
        self.compare("completejourney", "2017-06-15", "USD")

    def test_online_retail(self):
        self.compare("onlineretail", "2011-05-31", "GBP", ())

    def test_foodmart(self):
        self.compare("foodmart", "1997-12-31", "USD")

    def test_cdnow(self):
        self.compare("cdnow", "1998-06-30", "USD", ())


if __name__ == "__main__":
    main()
