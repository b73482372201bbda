"""`cluster pairs`: a slow counter of its own must find the same pairs, measures and offers, however the rows lie.

Rows are drawn with everything that makes baskets hard to see: orders of two types, rows without an order, items twice,
rows without an item, returns, other types, other days, categories that only the products table knows, baskets of just
100 lines and of more. p is computed from Python's integers; scipy's Fisher test and the published numbers of
Groceries are asked too. Groceries need $FOURLOOP_DATA (or shared/data beside the checkout), scipy Debian's
python3-scipy: both are skipped loudly.
"""

import collections
import csv
import datetime
import fractions
import io
import itertools
import json
import math
import os
import random
import subprocess
import unittest

from cli_case import ROOT, CliCase, main

DATA = os.environ.get("FOURLOOP_DATA") or ROOT.parent / "shared/data"
LAST_DAY = datetime.date(2026, 3, 31)
HEAD = "customer,time,type,order,category,product,amount\n"
PURCHASES = ("purchase_shop", "purchase_web")
LINES_MAX = 100


def drawn_rows(seed=3, customers=250):
    """(customer, day, type, order, category, product, cents); "" is nothing."""
    chance, rows = random.Random(seed), []
    popular = [1 / (number + 2) for number in range(40)]
    for customer in range(1, customers + 1):
        for _ in range(chance.randint(1, 6)):
            day = LAST_DAY - datetime.timedelta(days=chance.choice((0, 1, 5, 100, 364, 365, 366, -1)))
            order = chance.choice(("", customer * 10 + chance.randint(0, 3)))
            for number in chance.choices(range(40), popular, k=chance.randint(1, 9)):
                category = chance.choice((f"c{number % 7}", f"c{number % 7}", ""))
                product = "" if chance.random() < 0.1 else f"p {number}" if number % 2 else f'p,"{number}"'
                kind = chance.choices((*PURCHASES, "return_registered", "web_visit"), (5, 4, 1, 1))[0]
                rows.append((customer, day, kind, order, category, product, chance.randint(0, 3) * 100))
    return rows


def basket_of(customer, lines, order=1, day=LAST_DAY):
    """One basket of (product, cents)."""
    return [(customer, day, "purchase_shop", order, "", product, cents) for product, cents in lines]


def csv_text(rows):
    text = io.StringIO(HEAD)
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text, lineterminator="\n")
    for customer, day, kind, order, category, product, cents in rows:
        writer.writerow((customer, day.isoformat(), kind, order, category, product, f"{cents / 100:.2f}"))
    return text.getvalue()


def baskets_of(rows, item, window=365):
    """Sets of items, and how many baskets were cut."""
    lines, cut = collections.defaultdict(list), 0
    for row in rows:
        customer, day, kind, order = row[:4]
        if kind in PURCHASES and LAST_DAY - datetime.timedelta(days=window) < day <= LAST_DAY:
            lines[customer, day, order].append(row)
    found = []
    for basket in lines.values():
        cut += len(basket) > LINES_MAX
        basket.sort(key=lambda row: (-row[6], row[item] == "", row[item].encode()))
        items = {row[item] for row in basket[:LINES_MAX]} - {""}
        if items:
            found.append(items)
    return found, cut


def tail(all_, a, b, both):
    """The chance of `both` or more: the first term with integers, the others by their ratios."""
    first = fractions.Fraction(math.comb(a, both) * math.comb(all_ - a, b - both), math.comb(all_, b))
    term, total = 1.0, [1.0]
    for k in range(both, min(a, b)):
        term *= (a - k) * (b - k) / ((k + 1) * (all_ - a - b + k + 1))
        total.append(term)
        if term < 1e-30:
            break
    return float(first * fractions.Fraction(math.fsum(total)))


def measured(baskets, baskets_min):
    """The rows of the pairs, best first."""
    items = collections.Counter(item for basket in baskets for item in basket)
    pairs = collections.Counter(pair for basket in baskets
                                for pair in itertools.combinations(sorted(basket, key=str.encode), 2))
    n = len(baskets)
    rows = [(a, b, items[a], items[b], both) for (a, b), both in pairs.items() if both >= baskets_min]
    rows.sort(key=lambda row: (row[2] * row[3] - row[4] * n, row[0].encode(), row[1].encode()))
    return n, rows


def offered(n, rows, most):
    """The matrix: (bought, rank, offer, its baskets, the offer's, both)."""
    found = []
    seen = [(a, b, in_a, in_b, both) for a, b, in_a, in_b, both in rows]
    seen += [(b, a, in_b, in_a, both) for a, b, in_a, in_b, both in rows]
    seen.sort(key=lambda row: (row[0].encode(), -row[4], row[2] * row[3] - row[4] * n, row[1].encode()))
    for bought, others in itertools.groupby(seen, key=lambda row: row[0]):
        rank = 0
        for _, offer, in_a, in_b, both in others:
            if rank < most and both * n > in_a * in_b and tail(n, in_a, in_b, both) <= 0.01:
                rank += 1
                found.append((bought, rank, offer, in_a, in_b, both))
    return found


class Pairs(CliCase):
    def setUp(self):
        super().setUp()
        self.make_model()

    def pairs(self, *more, data="data", of="products", as_of=LAST_DAY, **settings):
        return self.fourloop("cluster", "pairs", "--model", "model", "--data", data, "--as-of", as_of, "--of", of,
                             *more, **settings)

    def found(self, *more, **settings):
        return list(csv.DictReader(io.StringIO(self.pairs(*more, **settings).stdout.decode())))

    def assert_measures(self, n, row, in_a, in_b, both, names):
        """Each number the nearest double; p to one part in a thousand million."""
        wanted = {"confidence": both / in_a, "confidence_a_to_b": both / in_a, "confidence_b_to_a": both / in_b,
                  "support": both / n, "lift": both * n / (in_a * in_b), "leverage": (both * n - in_a * in_b) / (n * n)}
        for name in names:
            self.assertEqual(wanted[name], float(row[name]), (name, row))
        self.assertLess(abs(float(row["fisher_p"]) / tail(n, in_a, in_b, both) - 1), 1e-9, row)

    def assert_pairs(self, rows, item, baskets_min=10, **settings):
        baskets, cut = baskets_of(rows, item)
        n, wanted = measured(baskets, baskets_min)
        says = [f" {n} baskets of ", f"{len(wanted)} pairs in {baskets_min} baskets"]
        if cut:
            says.append(f"{cut} baskets were cut")
        found = self.found("--min-baskets", baskets_min, says=says, **settings)
        self.assertEqual(wanted, [(row["a"], row["b"], int(row["baskets_a"]), int(row["baskets_b"]),
                                   int(row["baskets_both"])) for row in found])
        for row, (_, _, in_a, in_b, both) in zip(found, wanted):
            self.assert_measures(n, row, in_a, in_b, both,
                                 ("support", "confidence_a_to_b", "confidence_b_to_a", "lift", "leverage"))
        return wanted

    def assert_offers(self, rows, item, most, baskets_min=10, **settings):
        n, pairs = measured(baskets_of(rows, item)[0], baskets_min)
        wanted = offered(n, pairs, most)
        found = self.found("--matrix", "--offers", most, "--min-baskets", baskets_min, **settings)
        self.assertEqual(wanted, [(row["bought"], int(row["rank"]), row["offer"], int(row["baskets_bought"]),
                                   int(row["baskets_offer"]), int(row["baskets_both"])) for row in found])
        for row, (_, _, _, in_a, in_b, both) in zip(found, wanted):
            self.assert_measures(n, row, in_a, in_b, both, ("confidence", "lift", "leverage"))
        return wanted

    # --- what it finds

    def test_finds_all_pairs(self):
        rows = drawn_rows()
        self.import_rows(csv_text(rows))
        for baskets_min in (1, 10, 40):
            self.assertGreater(len(self.assert_pairs(rows, 5, baskets_min)), 20 // baskets_min)
        self.assertGreater(len(self.assert_pairs(rows, 4, of="categories")), 15)
        self.assertGreater(len(self.assert_offers(rows, 5, most=2, baskets_min=3)), 5)
        self.assert_offers(rows, 4, most=100, baskets_min=1, of="categories")

    def test_products_that_have_a_category(self):
        """Rows without one have that of their product."""
        rows = drawn_rows()
        names = sorted({row[5] for row in rows if row[5]})
        table = io.StringIO()
        csv.writer(table, lineterminator="\n").writerows([("product", "category"), *((name, "of products") for name in names)])
        self.import_rows(csv_text(rows))
        self.import_rows(table.getvalue(), name="products.csv", table="products")
        joined = [(*row[:4], row[4] or (row[5] and "of products"), *row[5:]) for row in rows]
        self.assert_pairs(joined, 4, of="categories")

    def test_large_baskets_are_cut(self):
        """100 lines are all looked at; of 101 the least, of equal ones the last by name, lines without item first."""
        lines = [(f"p{number:03}", 100 + number) for number in range(100)]
        rows = basket_of(1, lines) + basket_of(2, [*lines, ("least", 50)]) + basket_of(3, [*lines, ("large", 500)])
        rows += basket_of(4, [(name, 100) for name, _ in lines] + [("p0990", 100)])
        rows += basket_of(5, [*lines, ("", 0)]) + basket_of(6, [("p001", 1)] * 100 + [("p002", 0), ("p003", 1)])
        rows += basket_of(7, [("", 900)] * 100 + [("p001", 5), ("p002", 6)])  # nothing of it is left
        self.import_rows(csv_text(rows))
        self.assert_pairs(rows, 5, baskets_min=1)
        n, wanted = measured(baskets_of(rows, 5)[0], 1)
        self.assertEqual(6, n)
        self.assertNotIn("least", {a for a, *_ in wanted})
        self.assertIn(("p001", "p003"), {(a, b) for a, b, *_ in wanted})

    def test_one_customer_has_it_all(self):
        """Pieces of a scan cut its days and orders anywhere."""
        chance = random.Random(5)
        rows = [(1, LAST_DAY - datetime.timedelta(days=number % 3), PURCHASES[number % 2], chance.randint(1, 6000) or "",
                 "", f"p{chance.randint(0, 25)}", chance.randint(0, 9)) for number in range(60000)]
        self.import_rows(csv_text(rows))
        self.assert_pairs(rows, 5, baskets_min=20)
        for number in range(3):
            self.import_rows(csv_text(rows[number::3]), name=f"part-{number}.csv", into="three")
        self.assert_pairs(rows, 5, baskets_min=20, data="three")

    def test_same_bytes_however_the_rows_lie(self):
        rows = drawn_rows(customers=2000)
        self.import_rows(csv_text(rows))
        ways = ((), ("--top", 50), ("--matrix",), ("--to", "ndjson"))
        wanted = [self.pairs(*way).stdout for way in ways]
        random.Random(2).shuffle(rows)
        for number in range(7):
            self.import_rows(csv_text(rows[number::7]), name=f"part-{number}.csv", into="seven")
        for settings in (("--threads", 3), ("--io", "copy"), ("--threads", 2, "--memory", "200M")):
            for data in ("data", "seven"):
                self.assertEqual(wanted, [self.pairs(*way, *settings, data=data).stdout for way in ways], settings)

    def test_top_and_forms(self):
        rows = drawn_rows()
        self.import_rows(csv_text(rows))
        all_rows = self.found()
        for top in (1, 7, 100000):
            self.assertEqual(all_rows[:top], self.found("--top", top, says=f"{len(all_rows)} pairs in 10 baskets"))
        lines = self.pairs("--to", "ndjson").stdout.decode().splitlines()
        for row, line in zip(all_rows, map(json.loads, lines), strict=True):
            self.assertEqual({name: text if name in "ab" else float(text) for name, text in row.items()}, line)
        self.pairs("-o", "pairs.csv")
        self.assertEqual(self.pairs().stdout, self.path("pairs.csv").read_bytes())

    # --- what it refuses

    def test_nothing_to_count(self):
        head = self.import_and_list([(1, LAST_DAY, "web_visit", "", "", "", 0)], "none")
        self.assertEqual(1, len(head))
        one = self.import_and_list(basket_of(1, [("p1", 5), ("p1", 6)]), "one")
        self.assertEqual(head, one)
        two = self.import_and_list(basket_of(1, [("p1", 5), ("p2", 6)]), "two")
        self.assertEqual(b"p1,p2,1,1,1,1,1,1,1,0,1", two[1])

    def test_nothing_is_explained(self):
        self.import_rows(csv_text(basket_of(1, [("p1", 5), ("p2", 6)])))
        self.pairs(of="categories", says=("0 baskets of 2 lines", "names a category", "--table products", "--of products"))
        self.pairs(of="products", as_of="2020-01-01", says=("0 baskets of 0 lines", "no purchase is of these days: --as-of"))
        self.import_rows(csv_text([(1, LAST_DAY, "purchase_shop", 1, "bread", "", 5)]), name="b.csv", into="bread")
        self.pairs(data="bread", of="products", says=("names a product", "--of categories"))

    def import_and_list(self, rows, into):
        self.import_rows(csv_text(rows), name=f"{into}.csv", into=into)
        return self.pairs("--min-baskets", 1, data=into).stdout.splitlines()

    def test_what_it_needs(self):
        self.import_rows(csv_text(drawn_rows(customers=20)))
        before = self.snapshot(".")
        for arguments, says in ((("--min-baskets", 0), "--min-baskets 0"), (("--top", 0), "--top 0"),
                                (("--matrix", "--offers", 0), "--offers 0"), (("--offers", 3), "--matrix"),
                                (("--matrix", "--top", 3), "--offers"), (("--to", "text"), "csv|ndjson")):
            self.pairs(*arguments, "-o", "pairs.csv", code=64, says=says)
        self.pairs(of="brands", code=64, says="categories|products")
        self.pairs("-o", "pairs.csv", data="nowhere", code=66, says="MISSING")
        self.pairs("--memory", "1M", "-o", "pairs.csv", code=64, says="--memory of 1048576 bytes")
        self.assertEqual(before, self.snapshot("."))

    def test_little_memory_is_said(self):
        """Baskets, or their pairs, that are too many say what to do; nothing is written."""
        chance = random.Random(4)
        rows = []
        for order in range(9000):
            rows += basket_of(order % 50, [(f"p{chance.randrange(3000)}", 1) for _ in range(40)], order)
        self.import_rows(csv_text(rows))
        words = self.pairs("--memory", "1M", code=64, says="at least ").stderr.decode()
        least = int(words.split("at least ")[1].split()[0].rstrip(","))
        self.pairs("--memory", least + (2 << 20), "-o", "pairs.csv", code=65, says=("LIMIT", "raise --memory"))
        self.pairs("--memory", least + (12 << 20), "--min-baskets", 1, "-o", "pairs.csv", code=65,
                   says=("LIMIT", "raise --min-baskets or --memory, or give --top"))
        self.pairs("--memory", least + (12 << 20), "--min-baskets", 1, "--top", 10_000_000, "-o", "pairs.csv", code=65,
                   says=("LIMIT", "raise --min-baskets or --memory, or lower --top"))
        self.assertEqual([], list(self.folder.glob("*pairs*")))
        self.assertEqual(4, len(self.found("--memory", least + (12 << 20), "--min-baskets", 1, "--top", 4)))


class Published(CliCase):
    """Groceries, as the README has them made."""

    def setUp(self):
        super().setUp()
        self.source = os.path.join(DATA, "arules")
        if not os.path.isdir(self.source):
            self.skipTest(f"no {self.source}: set FOURLOOP_DATA to the folder of the public data sets")
        self.make_model()

    def make_csv(self):
        """By the line of the README."""
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if "Groceries.labels" in line and "awk" in line]
        self.assertEqual(1, len(lines), lines)
        subprocess.run(["bash", "-c", lines[0]], check=True, cwd=self.folder, timeout=60,
                       env={**os.environ, "DATA": os.path.abspath(DATA)})

    def transactions(self):
        with open(os.path.join(self.source, "Groceries.labels"), encoding="utf-8") as file:
            names = [line.split("\t")[1].strip() for line in file]
        with open(os.path.join(self.source, "Groceries.data"), encoding="ascii") as file:
            return [{names[place] for place, mark in enumerate(line.split("\t")) if mark.strip() != "0"} for line in file]

    def list_pairs(self, baskets_min):
        return list(csv.DictReader(io.StringIO(self.fourloop(
            "cluster", "pairs", "--model", "model", "--data", "data", "--as-of", "2026-01-01", "--of", "products",
            "--min-baskets", baskets_min, says="9835 baskets of 43367 lines with 169 products").stdout.decode())))

    def itemsets(self, transactions, pairs, baskets_min):
        """How many sets of any size are in so many baskets: singles from the file, pairs as found, then larger ones."""
        where = collections.defaultdict(int)
        for number, items in enumerate(transactions):
            for item in items:
                where[item] |= 1 << number
        count = sum(bits.bit_count() >= baskets_min for bits in where.values())
        level = {(row["a"], row["b"]): where[row["a"]] & where[row["b"]] for row in pairs}
        for (a, b), bits in level.items():
            self.assertGreaterEqual(bits.bit_count(), baskets_min, (a, b))
        follows = collections.defaultdict(list)
        for a, b in level:
            follows[a].append(b)
        while level:
            count += len(level)
            larger = {}
            for items, bits in level.items():
                for item in set(follows[items[0]]).intersection(*(follows[other] for other in items[1:])):
                    more = bits & where[item]
                    if more.bit_count() >= baskets_min:
                        larger[(*items, item)] = more
            level = larger
        return count

    def test_groceries(self):
        self.make_csv()
        self.fourloop("import", "--into", "data", "groceries.csv")
        transactions = self.transactions()
        pairs = self.list_pairs(10)
        n, wanted = measured(transactions, 10)
        self.assertEqual(9835, n)
        self.assertEqual(wanted, [(row["a"], row["b"], int(row["baskets_a"]), int(row["baskets_b"]),
                                   int(row["baskets_both"])) for row in pairs])
        self.assertEqual(2513, next(int(row["baskets_b"]) for row in pairs if row["b"] == "whole milk"))
        self.assertEqual(13492, self.itemsets(transactions, pairs, 10))
        self.assertEqual(333, self.itemsets(transactions, self.list_pairs(99), 99))
        for row in pairs[::60]:
            p = tail(n, *(int(row[f"baskets_{what}"]) for what in ("a", "b", "both")))
            self.assertLess(abs(float(row["fisher_p"]) / p - 1), 1e-9, row)
        self.assert_as_scipy(pairs[::97] + pairs[:3] + pairs[-3:])

    def assert_as_scipy(self, rows):
        """Debian's scipy, which another python on the path may lack."""
        tables = []
        for row in rows:
            a, b, both = (int(row[f"baskets_{what}"]) for what in ("a", "b", "both"))
            tables.append([[both, a - both], [b - both, 9835 - a - b + both]])
        script = ("import json, sys\ntry:\n from scipy.stats import fisher_exact\nexcept ImportError:\n sys.exit(77)\n"
                  "print(json.dumps([fisher_exact(t, alternative='greater')[1] for t in json.load(sys.stdin)]))")
        done = subprocess.run(["/usr/bin/python3", "-c", script], input=json.dumps(tables).encode(),
                              stdout=subprocess.PIPE, timeout=60)
        if done.returncode == 77:
            self.skipTest("no scipy in /usr/bin/python3: all but the comparison with it has passed")
        self.assertEqual(0, done.returncode)
        for row, p in zip(rows, json.loads(done.stdout), strict=True):
            self.assertLess(abs(float(row["fisher_p"]) / p - 1), 1e-9, row)


if __name__ == "__main__":
    main()
