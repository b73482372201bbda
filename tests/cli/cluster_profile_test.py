"""`cluster profile`: its sums are those of the run's customers table and of the rows, counted once more in Python.

Customers with three tastes are drawn, with returns, rows without a category, rows too old, rows that come in after the
run, and customers with too few baskets. The same bytes must come from any number of threads.
"""

import collections
import csv
import datetime
import io
import json
import random
import unittest

from cli_case import CliCase, main

LAST_DAY = datetime.date(2026, 3, 31)
TASTES = (("tea", "mugs"), ("tools", "paint", "wood"), ("yarn", "tea", "needles", "wool"))


def drawn_rows(customers=240, seed=2):
    """(customer, day, type, order, category, cents)"""
    chance, rows = random.Random(seed), []
    for customer in range(1, customers + 1):
        taste = TASTES[customer % 3]
        for order in range(chance.randint(1, 6)):
            day = LAST_DAY - datetime.timedelta(days=chance.choice((0, 3, 50, 200, 364, 365, 500)))
            for _ in range(chance.randint(1, 4)):
                category = chance.choice((*taste, *taste, "", "other"))
                kind = "purchase_web" if chance.random() < 0.9 else "return_registered"
                rows.append((customer, day, kind, order, category, chance.randint(1, 5000)))
        rows.append((customer, LAST_DAY, "web_visit", "", "", 0))
    return rows


def csv_text(rows):
    lines = ["customer,time,type,order,category,amount"]
    lines += [f"{customer},{day.isoformat()},{kind},{order},{category},{cents / 100:.2f}"
              for customer, day, kind, order, category, cents in rows]
    return "\n".join(lines) + "\n"


def window_nets(rows):
    """customer -> {category: cents}, all of the window."""
    nets = collections.defaultdict(collections.Counter)
    for customer, day, kind, _, category, cents in rows:
        if kind != "web_visit" and (LAST_DAY - day).days < 365:
            nets[customer][category] += cents if kind == "purchase_web" else -cents
    return nets


class Profile(CliCase):
    def setUp(self):
        super().setUp()
        self.make_model()
        self.rows = drawn_rows()
        self.import_rows(csv_text(self.rows))

    def fit_and_run(self):
        self.fourloop("cluster", "fit", "--model", "model", "--data", "data", "--as-of", LAST_DAY, "--k", 3, "--force")
        self.run_night(as_of=LAST_DAY.isoformat())

    def profile(self, *more, run="out", data="data", **settings):
        return self.fourloop("cluster", "profile", "--run", run, "--data", data, *more, **settings)

    def table(self, name, **settings):
        return list(csv.DictReader(io.StringIO(self.profile("--to", "csv", "--table", name, **settings).stdout.decode())))

    def in_clusters(self):
        """Number -> rows of the customers table, in the order of the numbers."""
        found = collections.defaultdict(list)
        for row in self.exported():
            if row["cluster"]:
                found[int(row["cluster"])].append(row)
        return dict(sorted(found.items()))

    def assert_mean(self, values, text):
        self.assertAlmostEqual(sum(values) / len(values), float(text), delta=1e-9)

    def test_clusters_are_sums_of_customers(self):
        self.fit_and_run()
        nets, members = window_nets(self.rows), self.in_clusters()
        found = self.table("clusters")
        self.assertEqual([1, 2, 3], sorted(members))
        self.assertEqual(list(members), [int(row["cluster"]) for row in found])
        for row, own in zip(found, members.values(), strict=True):
            self.assertEqual({row["name"]}, {customer["cluster_name"] for customer in own})
            self.assertEqual(len(own), int(row["customers"]))
            self.assertEqual(sum(customer["basket_confidence"] == "low" for customer in own), int(row["low"]))
            self.assertEqual(sum(sum(nets[int(customer["customer"])].values()) for customer in own), int(row["net"]))
            for name in ("baskets", "net_12m"):
                self.assertEqual(sum(int(customer[name]) for customer in own), int(row[name]))
            for name in ("breadth", "engagement", "intent"):
                self.assert_mean([float(customer[name]) for customer in own], row[f"mean_{name}"])
        self.assertGreater(sum(int(row["low"]) for row in found), 0)

    def shares(self, customers):
        """Category -> share of each customer who buys it; category -> cents."""
        nets, shares, cents = window_nets(self.rows), collections.defaultdict(list), collections.Counter()
        for customer in customers:
            own = {name: net for name, net in nets[int(customer["customer"])].items() if name and net > 0}
            for name, net in own.items():
                shares[name].append(net / sum(own.values()))
                cents[name] += net
        return shares, cents

    def test_categories_are_sums_of_rows(self):
        self.fit_and_run()
        members = self.in_clusters()
        everybody = [customer for own in members.values() for customer in own]
        all_shares, _ = self.shares(everybody)
        found = collections.defaultdict(dict)
        for row in self.table("categories"):
            found[int(row["cluster"])][row["category"]] = row
        for number, own in members.items():
            shares, cents = self.shares(own)
            self.assertEqual(sorted(shares), list(found[number]))
            for name, row in found[number].items():
                mean = sum(shares[name]) / len(own)
                self.assertEqual((len(shares[name]), cents[name]), (int(row["customers"]), int(row["net"])))
                self.assertAlmostEqual(mean, float(row["mean_share"]), delta=2e-9)
                self.assertAlmostEqual(mean / (sum(all_shares[name]) / len(everybody)), float(row["index"]), delta=1e-6)

    def test_a_share_that_rounds_to_nothing(self):
        """The index of a cent beside 30 millions, which nobody else spends there, was not a number."""
        for order in range(3):
            self.rows += [(999, LAST_DAY, "purchase_web", order, "tea", 10**9)]
        self.rows += [(999, LAST_DAY, "purchase_web", 0, "dust", 1)]
        self.import_rows(csv_text(self.rows[-4:]), name="large.csv")
        self.fit_and_run()
        (row,) = [row for row in self.table("categories") if row["category"] == "dust"]
        self.assertEqual(("1", "1", "0", "0"), (row["customers"], row["net"], row["mean_share"], row["index"]))

    def test_same_bytes_and_forms(self):
        self.fit_and_run()
        for table in ("clusters", "categories"):
            wanted = self.profile("--to", "csv", "--table", table).stdout
            for more in (("--threads", 3), ("--io", "copy")):
                self.assertEqual(wanted, self.profile("--to", "csv", "--table", table, *more).stdout)
            rows = list(csv.DictReader(io.StringIO(wanted.decode())))
            lines = self.profile("--to", "ndjson", "--table", table).stdout.decode().splitlines()
            for row, line in zip(rows, map(json.loads, lines), strict=True):
                self.assertEqual({name: text if name in ("name", "category") else float(text)
                                  for name, text in row.items()}, line)
            self.profile("--to", "csv", "--table", table, "-o", "profile.csv")
            self.assertEqual(wanted, self.path("profile.csv").read_bytes())

    def test_text_names_clusters_and_their_categories(self):
        self.fit_and_run()
        text = self.profile().stdout.decode()
        members = self.in_clusters()
        thin = sum(not row["cluster"] for row in self.exported())
        self.assertGreater(thin, 0)
        self.assertIn(f"{sum(map(len, members.values()))} customers in 3 clusters as of {LAST_DAY}, {thin} in none", text)
        for number, own in members.items():
            self.assertIn(f"cluster {number}: {own[0]['cluster_name']}\n", text)
        self.assertEqual(text, self.profile("--threads", 2).stdout.decode())

    def test_what_came_later_does_not_count(self):
        self.fit_and_run()
        wanted = self.profile("--to", "csv").stdout
        self.import_rows(csv_text([(1, LAST_DAY, "purchase_web", 9, "tea", 777)]), name="later.csv")
        self.assertEqual(wanted, self.profile("--to", "csv").stdout)
        self.fourloop("compact", "data")

    def test_a_run_of_clusters_alone(self):
        """It has no scores: their means are missing, the rest is the same."""
        self.fit_and_run()
        self.fourloop("cluster", "assign", "--model", "model", "--data", "data", "--as-of", LAST_DAY, "--out", "alone")
        scores = ("mean_engagement", "mean_intent", "net_12m")
        for full, alone in zip(self.table("clusters"), self.table("clusters", run="alone"), strict=True):
            self.assertEqual({**full, **dict.fromkeys(scores, "")}, alone)
        self.assertIn(" - ", self.profile(run="alone").stdout.decode())
        line = json.loads(self.profile("--to", "ndjson", run="alone").stdout.decode().splitlines()[0])
        self.assertIsNone(line["mean_intent"])

    def test_what_it_needs(self):
        self.run_night("plain", as_of=LAST_DAY.isoformat())
        self.profile(run="plain", code=64, says=("USAGE", "no clusters", "cluster fit"))
        self.fit_and_run()
        self.run_night("few", "--columns", "engagement", as_of=LAST_DAY.isoformat())
        self.profile(run="few", code=64, says="without --columns")
        self.profile("-o", "profile.csv", code=64, says="--to csv")
        self.profile("--table", "categories", code=64, says="--to csv")
        self.profile("--to", "csv", "-o", "profile.csv", data="nowhere", code=66, says="MISSING")
        self.profile("--memory", "1M", code=64, says="--memory of 1048576 bytes")
        self.table_file("data").unlink()
        self.profile("--to", "csv", "-o", "profile.csv", code=66, says="MISSING")
        self.assertFalse(self.path("profile.csv").exists())


if __name__ == "__main__":
    main()
