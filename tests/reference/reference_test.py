"""Holds the reference scorer to small cases worked out by hand, rule by rule.

The personas show that whole customers come out right; here each rule stands alone, at its edges: ties of
both roundings, the first and last day of every window, the two views, and what happens to odd rows.
"""

import csv
import io
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import decay_digest
import reference
from reference import Row

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = ROOT / "engine/defaults/registry.csv"
TYPES = reference.read_registry(REGISTRY)
IDS = {entry.name: entry.type_id for entry in TYPES.values()}
AS_OF = reference.day_number("2026-03-31")


def row(type_name, age=0, customer=1, **fields):
    return Row(customer, AS_OF - age, IDS[type_name], **fields)


def result_of(*rows, scope="customer", **settings):
    """The result of the only scope that the rows make."""
    [(_, result)], _ = reference.score_rows(rows, reference.make_model(TYPES, scope), AS_OF, scope=scope, **settings)
    return result


class Numbers(unittest.TestCase):
    def test_round_half_away(self):
        for numerator, denominator, nearest in ((5, 2, 3), (-5, 2, -3), (4, 3, 1), (-4, 3, -1), (5, 3, 2), (0, 7, 0)):
            self.assertEqual(reference.round_half_away(numerator, denominator), nearest)

    def test_contribution_floors_after_the_half(self):
        half = 2**31  # one half-life
        self.assertEqual([reference.contribution(p, half) for p in (3, 2, 1, -1, -2, -3)], [2, 1, 1, 0, -1, -1])

    def test_score_ends_and_ties(self):
        self.assertEqual([reference.score(raw, 199) for raw in (-5, 0, 1, 199)], [0, 0, 1, 50])  # 100/200: up
        self.assertEqual(reference.score(10**18, 120_000_000), 100)

    def test_bands(self):
        self.assertEqual([reference.band(score) for score in (0, 1, 19, 20, 39, 40, 59, 60, 100)],
                         ["none", "cold", "cold", "warm", "warm", "engaged", "engaged", "hot", "hot"])

    def test_three_decimals_only(self):
        self.assertEqual(reference.thousandths("-0.125"), -125)
        with self.assertRaises(ValueError):
            reference.thousandths("0.0005")


class Decay(unittest.TestCase):
    def test_whole_half_lives(self):
        # 2^-33 is an exact tie: 1/2 + 1/2 = 1. Age 0 would be 2^32 and is cut to fit 32 bits.
        self.assertEqual(reference.decay_table(7000, (0, 7, 14, 224, 230, 231, 232, 238)),
                         [2**32 - 1, 2**31, 2**30, 1, 1, 1, 0, 0])

    def test_correctly_rounded_in_pure_integers(self):
        """d is right iff d - 1/2 <= 2^(32 - a/h) < d + 1/2; to the power h, that is a comparison of integers."""
        for half_life in decay_digest.half_lives(TYPES):
            days, rest = divmod(half_life, 1000)
            self.assertEqual(rest, 0)
            for age, d in enumerate(reference.decay_table(half_life, range(1096))):
                doubled = 2**(33 * days)  # (2 * 2^32)^h; both sides are multiplied by 2^a
                self.assertLessEqual((2 * d - 1)**days * 2**age if d else 0, doubled)
                if d < 2**32 - 1:
                    self.assertGreater((2 * d + 1)**days * 2**age, doubled)

    def test_broken_half_life(self):
        # 0.5 d halves twice a day; 1.5 d: 2^(32 - 2/3) = 2705659852.2...
        self.assertEqual(reference.decay_table(500, (1, 16, 17)), [2**30, 1, 0])
        self.assertEqual(reference.decay_table(1500, (1,)), [2705659852])

    def test_digest_is_the_pinned_one(self):
        pinned = (ROOT / "tests/golden/decay_table.sha256").read_text(encoding="ascii")
        self.assertEqual(decay_digest.digest(TYPES) + "\n", pinned)


class Counting(unittest.TestCase):
    def test_rows_are_capped_by_day(self):
        # web_cart_add: weight 5, cap 3; four rows share 15 points: 3.75 each
        result = result_of(*[row("web_cart_add")] * 4)
        self.assertEqual((result["raw"], result["rows"], result["units"]), (15_000_000, 4, 3))
        self.assertEqual((result["lost_to_cap"], result["lost_to_decay"]), (5_000_000, 0))

    def test_orders_count_once_and_rows_without_one_by_themselves(self):
        entry = TYPES[IDS["purchase_shop"]]
        self.assertEqual(reference.units_of(entry, ["a", "a", "b", None, None]), 4)

    def test_shares_round_away_from_zero(self):
        # 20 points over 3 lines of one order: 6,666,667 each, one micro-point more than 20
        result = result_of(*[row("purchase_shop", order="a")] * 3)
        self.assertEqual((result["raw"], result["lost_to_cap"]), (20_000_001, 39_999_999))
        negative = result_of(*[row("return_registered", order="a")] * 3)
        self.assertEqual((negative["raw"], negative["raw_negative"]), (-9_999_999, -9_999_999))
        self.assertEqual(negative["engagement"], 0)

    def test_no_cap(self):
        entry = TYPES[IDS["web_visit"]]._replace(daily_cap=0)
        self.assertEqual(reference.counted_units(entry, 40), 40)

    def test_horizon_limits_raw_only(self):
        result = result_of(row("purchase_shop", 1096, order="a"), row("purchase_shop", 1095, order="b"))
        kept = reference.contribution(20_000_000, reference.decay(60_000, 1095))
        self.assertEqual((result["raw"], result["rows"], result["units"]), (kept, 2, 2))
        self.assertEqual(result["lost_to_decay"], 40_000_000 - kept)
        self.assertEqual(result["first_day"], AS_OF - 1096)


class Windows(unittest.TestCase):
    def test_edges(self):
        result = result_of(*[row("web_visit", age) for age in (0, 27, 28, 111, 112)])
        self.assertEqual((result["points_28"], result["points_84"]), (2_000_000, 2_000_000))

    def test_started_looks_at_all_weighted_rows(self):
        self.assertEqual(result_of(row("web_visit", 27))["trend"], "started")
        self.assertEqual(result_of(row("web_visit", 3), row("complaint_filed", 28))["trend"], "steady")
        self.assertEqual(result_of(row("web_visit", 3), row("email_commercial_sent", 28))["trend"], "started")
        self.assertEqual(result_of(row("web_visit", 3))["intent_trend"], "steady")
        self.assertEqual(result_of(row("complaint_filed", 3))["trend"], "quiet")

    def test_trend_borders(self):
        unit = 30_000_000
        b3 = 90_000_000  # B = 30 points: rising from F = 60 on, falling up to F = 0
        self.assertEqual(reference.trend(60_000_000, b3, False, unit), "rising")
        self.assertEqual(reference.trend(59_999_999, b3, False, unit), "steady")
        self.assertEqual(reference.trend(1, b3, False, unit), "steady")
        self.assertEqual(reference.trend(0, b3, False, unit), "falling")

    def test_intent_starts_the_day_after_the_purchase(self):
        rows = [row("web_cart_add", 5), row("purchase_shop", 5, order="a"), row("web_visit", 4)]
        result = result_of(*rows)
        self.assertEqual(result["intent_points_28"], 1_000_000)
        self.assertEqual(result["last_purchase_day"], AS_OF - 5)
        self.assertEqual(result_of(rows[0], rows[2])["intent_points_28"], 6_000_000)


class RowsThatCount(unittest.TestCase):
    rows = [
        row("web_visit", 1),
        row("web_visit", 0, arrival=AS_OF + 1),
        row("web_visit", 40, arrival=AS_OF),
        row("web_visit", 31, arrival=AS_OF - 1),
        row("web_visit", -1),
        Row(1, AS_OF, 250),
        Row(2, AS_OF, 250),
    ]

    def test_known_now(self):
        scored, counts = reference.known_rows(self.rows, TYPES, AS_OF, "known-now")
        self.assertEqual(len(scored), 4)
        self.assertEqual(counts, {"rows_in": 7, "scored": 4, "after_as_of": 1, "quarantined": 2,
                                  "late": 3, "late_over_30": 1})

    def test_known_then(self):
        scored, counts = reference.known_rows(self.rows, TYPES, AS_OF, "known-then")
        self.assertEqual((len(scored), counts["not_yet_known"], counts["late"]), (3, 1, 2))

    def test_no_row_counts_no_result(self):
        results, _ = reference.score_rows(self.rows, reference.make_model(TYPES), AS_OF)
        self.assertEqual([key for key, _ in results], [(1, "")])

    def test_percentiles(self):
        rows = [row("web_visit", customer=1), row("web_visit", customer=2), row("web_cart_add", customer=3),
                row("complaint_filed", customer=4)]
        results, _ = reference.score_rows(rows, reference.make_model(TYPES), AS_OF)
        # of 3 with raw > 0: two equal at (0 + 200 + 3) / 6, one at (400 + 100 + 3) / 6
        self.assertEqual([result["percentile"] for _, result in results], [33, 33, 83, None])


class Scopes(unittest.TestCase):
    def test_own_brand_before_products_table(self):
        products = {"p": ("table brand", "table category")}
        rows = [row("web_visit", product="p"), row("web_visit", product="p", brand="own"), row("web_visit")]
        model = reference.make_model(TYPES, "brand")
        for scope, values in (("brand", ["own", "table brand"]), ("category", ["table category"]), ("product", ["p"])):
            results, counts = reference.score_rows(rows, model, AS_OF, scope=scope, products=products)
            self.assertEqual([value for (_, value), _ in results], values)
            self.assertEqual(counts["scored"], 3)  # a row without a brand counts all the same

    def test_each_scope_caps_for_itself(self):
        rows = [row("purchase_shop", order="a", brand="X"), row("purchase_shop", order="a", brand="Y")]
        self.assertEqual(result_of(*rows)["raw"], 20_000_000)
        results, _ = reference.score_rows(rows, reference.make_model(TYPES, "brand"), AS_OF, scope="brand")
        self.assertEqual([(result["raw"], result["engagement"]) for _, result in results], [(20_000_000, 25)] * 2)


class CommandLine(unittest.TestCase):
    def run_tool(self, text, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "rows.csv")
            path.write_text(text, encoding="utf-8")
            return subprocess.run(
                [sys.executable, ROOT / "tests/reference/reference.py", arguments[0], "--registry", REGISTRY,
                 "--as-of", "2026-03-31", *arguments[1:], path], capture_output=True, text=True, check=False)

    def test_score(self):
        done = self.run_tool("customer,time,type,order\n"
                             "10,2026-03-30 23:59:59,purchase_shop,a\n"
                             "9,2026-03-31 00:00:00,11,\n"
                             "9,2026-04-01 00:00:00,11,\n", "score")
        lines = list(csv.DictReader(io.StringIO(done.stdout)))
        self.assertEqual(tuple(lines[0]), ("customer", *reference.RESULT_COLUMNS))
        self.assertEqual([line["customer"] for line in lines], ["9", "10"])  # as numbers, not as texts
        self.assertEqual([line["last_purchase_day"] for line in lines], ["", "2026-03-30"])
        self.assertIn("after_as_of 1\n", done.stderr)

    def test_text_customers_sort_as_texts(self):
        done = self.run_tool("customer,day,type\n9,2026-03-30,11\n10,2026-03-30,11\nx,2026-03-30,11\n", "score")
        self.assertEqual([line["customer"] for line in csv.DictReader(io.StringIO(done.stdout))], ["10", "9", "x"])

    def test_explain(self):
        done = self.run_tool("customer,day,type\n7,2026-03-31,web_cart_add\n7,2026-03-31,web_visit\n8,2026-03-31,11\n",
                             "explain", "--customer", "7")
        self.assertEqual(done.stdout, "type_id,type,n,units,points,lost_to_cap,lost_to_decay\n"
                                      "9,web_visit,1,1,1000000,0,0\n21,web_cart_add,1,1,5000000,0,0\n")

    def test_unknown_name_is_told_with_its_line(self):
        done = self.run_tool("customer,day,type\n7,2026-03-31,no_such\n", "score")
        self.assertEqual(done.returncode, 1)
        self.assertIn("rows.csv:2:", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
