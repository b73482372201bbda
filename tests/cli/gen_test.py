"""The made-up retailer: the same for the same seed, one customer's history alone, everything a log should have."""

import collections
import csv
import datetime
import unittest

from cli_case import REGISTRY, CliCase, main


class Gen(CliCase):
    def make(self, out, *more, **settings):
        self.fourloop("gen", "--out", out, *more, **settings)

    def rows(self, out):
        with open(self.path(f"{out}/interactions.csv"), newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def header(self, name):
        return self.path(name).read_text(encoding="utf-8").splitlines()[0].split(",")

    def test_same_seed_same_bytes(self):
        self.make("a", "--customers", "200", "--days", "50")
        self.make("b", "--customers", "200", "--days", "50", env={"TZ": "Asia/Tokyo"})
        self.make("c", "--customers", "200", "--days", "50", "--seed", "8")
        self.assertEqual(self.snapshot("a"), self.snapshot("b"))
        self.assertNotEqual(self.snapshot("a")["interactions.csv"], self.snapshot("c")["interactions.csv"])
        self.assertEqual({"interactions.csv", "customers.csv", "products.csv", "stores.csv", "mapping.yaml"}, set(self.snapshot("a")))

    def test_histories_do_not_depend_on_size(self):
        self.make("few", "--customers", "50", "--days", "100")
        self.make("many", "--customers", "400", "--days", "300")
        few = self.rows("few")
        first_day = min(row["time"][:10] for row in few)
        many = [row for row in self.rows("many") if int(row["customer"]) <= 50 and row["time"][:10] >= first_day]
        self.assertEqual(few, many)

    def test_what_a_log_has(self):
        self.make("raw", "--customers", "1500", "--days", "400")
        rows = self.rows("raw")
        self.assertAlmostEqual(50, len(rows) / 1500, delta=5)
        with open(REGISTRY, newline="", encoding="utf-8") as file:
            names = {line["name"] for line in csv.DictReader(file)}
        counts = collections.Counter(row["type"] for row in rows)
        self.assertEqual(names, set(counts))
        days = [row["time"][:10] for row in rows]
        self.assertEqual(sorted(days), days)
        self.assertEqual("2026-11-20", days[-1])
        self.assertLessEqual((datetime.date(2026, 11, 20) - datetime.date.fromisoformat(days[0])).days, 399)
        for column, at_least in (("brand", 45), ("category", 280), ("product", 3000), ("store", 120), ("agent", 60)):
            self.assertGreaterEqual(len({row[column] for row in rows} - {""}), at_least, column)
        self.assert_baskets(rows)
        self.assert_texts(rows)
        each = sorted(collections.Counter(row["customer"] for row in rows).values())
        self.assertGreater(each[-1], 10 * each[len(each) // 2], "a few do far more than most")

    def assert_baskets(self, rows):
        orders = collections.defaultdict(list)
        for row in rows:
            if row["type"].startswith("purchase_"):
                orders[row["order"]].append(row)
                self.assertGreaterEqual(float(row["amount"]), 0)
                self.assertEqual("EUR", row["currency"])
        self.assertNotIn("", orders)
        self.assertLessEqual(max(len(lines) for lines in orders.values()), 12)
        self.assertGreater(sum(len(lines) > 1 for lines in orders.values()), len(orders) // 4)
        for lines in orders.values():
            self.assertEqual(len(lines), len({line["product"] for line in lines}))
            self.assertEqual(1, len({line["customer"] for line in lines}))
        given = sum(row["brand"] != "" for lines in orders.values() for row in lines)
        whole = sum(len(lines) for lines in orders.values())
        self.assertAlmostEqual(0.5, given / whole, delta=0.05)

    def assert_texts(self, rows):
        said = [row for row in rows if row["text"]]
        self.assertEqual({"customer", "agent"}, {row["speaker"] for row in said})
        self.assertEqual(len(said), len({row["message"] for row in said}))
        together = "".join(row["text"] for row in said)
        for word in ("bestelling", "order", "bestilling", "заказ", "订单", '"', "\n"):
            self.assertIn(word, together)

    def test_it_goes_in(self):
        """Every row of every file is taken in by the mapping that lies beside it."""
        for ids in ("integer", "text"):
            raw, data = f"raw-{ids}", f"data-{ids}"
            self.make(raw, "--customers", "300", "--days", "120", "--ids", ids)
            self.fourloop("import", "--map", f"{raw}/mapping.yaml", "--arrival", "2026-11-21", "--into", data,
                          f"{raw}/interactions.csv", says=("0 skipped, 0 rejected", f"{len(self.rows(raw))} written"))
            self.fourloop("import", "--table", "products", "--into", data, f"{raw}/products.csv", says="5000 written")
            self.write("customers.yaml", f"table: customers\nids: {ids}\ncolumns:\n"
                       + "".join(f"  {name}: {name}\n" for name in self.header(f"{raw}/customers.csv")))
            self.fourloop("import", "--map", "customers.yaml", "--into", data, f"{raw}/customers.csv",
                          says="300 written")
            self.fourloop("import", "--table", "stores", "--into", data, f"{raw}/stores.csv", says="120 written")
            self.fourloop("verify", data)

    def test_customers_live_near_stores_that_the_log_names(self):
        self.make("raw", "--customers", "300", "--days", "100")
        with open(self.path("raw/stores.csv"), newline="", encoding="utf-8") as file:
            stores = {row["store"]: row for row in csv.DictReader(file)}
        with open(self.path("raw/customers.csv"), newline="", encoding="utf-8") as file:
            customers = list(csv.DictReader(file))
        self.assertLessEqual({row["store"] for row in self.rows("raw")} - {""}, set(stores))
        located = [row for row in customers if row["latitude"]]
        self.assertGreater(len(located), 250)
        # Who has a place has no distance, and the other way round.
        self.assertEqual([True] * 300, [(row["latitude"] == "") != (row["store_distance_m"] == "") for row in customers])
        self.assertLessEqual({row["country"] for row in stores.values()}, {row["country"] for row in customers})
        for row in located:
            self.assertLess(min(abs(float(row["latitude"]) - float(store["latitude"]))
                                + abs(float(row["longitude"]) - float(store["longitude"])) for store in stores.values()),
                            3, row)

    def test_it_goes_in_on_any_number_of_threads(self):
        """From a file and from a pipe; 12 MB are a dozen chunks."""
        self.make("raw", "--customers", "3000", "--days", "400")
        rows = self.path("raw/interactions.csv")
        files = {}
        for threads in (1, 2, 5):
            self.fourloop("import", "--map", "raw/mapping.yaml", "--into", f"from-file-{threads}", "--threads", threads,
                          rows)
            with rows.open("rb") as pipe:
                self.fourloop("import", "--map", "raw/mapping.yaml", "--into", f"from-pipe-{threads}", "--threads",
                              threads, "-", stdin=pipe)
        for threads in (1, 2, 5):
            for source in ("file", "pipe"):
                folder = self.snapshot(f"from-{source}-{threads}")
                files[source, threads] = {name: content for name, content in folder.items() if name.endswith(".flint")}
        self.assertEqual(1, len(files["file", 1]))
        for made in files.values():
            self.assertEqual(files["file", 1], made)

    def test_out_must_be_possible(self):
        self.write("file", "mine")
        self.make("file", code=73, says="file")
        self.make("no/where", code=73, says="no/where")
        self.assertEqual(b"mine", self.path("file").read_bytes())


if __name__ == "__main__":
    main()
