"""`cluster fit`: clusters that are there are found, keep their numbers, and whatever fails leaves the old clusters.yaml.

Customers of planted tastes are drawn, each with categories of its own taste and now and then others, beside those who
must not count: too few baskets, too old ones, returns that undo a purchase, other types. The clusters must be the
tastes, customer by customer as far as sizes say so; their shares are counted once more from the rows. The same bytes
must come from any number of files, threads and ways to read. Complete Journey needs $FOURLOOP_DATA (or shared/data
beside the checkout), and is skipped loudly.
"""

import collections
import datetime
import json
import math
import os
import random
import re
import signal
import subprocess
import time
import unittest
from pathlib import Path

from cli_case import FOURLOOP, ROOT, CliCase, main

DATA = Path(os.environ.get("FOURLOOP_DATA") or ROOT.parent / "shared/data").resolve()
EXAMPLES = ROOT / "formats/importers/examples"
LAST_DAY = datetime.date(2026, 3, 31)
TASTES = (("beer", "wine", "snacks"), ("bread", "milk", "eggs"), ("diapers", "soap", "wipes"), ("paint", "nails", "wood"),
          ("hay", "oats", "salt"))
SIZES = (90, 70, 50, 40, 30)


def drawn_rows(sizes=SIZES, seed=1, first=1):
    """CSV rows (customer, day, type, category, order, cents) of customers who count, taste by taste."""
    chance, rows, customer = random.Random(seed), [], first
    for taste, size in enumerate(sizes):
        for _ in range(size):
            for basket in range(chance.randint(4, 8)):
                day = LAST_DAY - datetime.timedelta(days=chance.randint(0, 364))
                for _ in range(chance.randint(2, 4)):
                    liked = chance.choice(TASTES[chance.randrange(len(TASTES)) if chance.random() < 0.06 else taste])
                    rows.append((customer, day, "purchase_web", liked, f"o{basket}", chance.randint(100, 3000)))
            customer += 1
    return rows


def idle_rows(first):
    """Of customers who must not count."""
    day, old = LAST_DAY - datetime.timedelta(days=3), LAST_DAY - datetime.timedelta(days=365)
    few = [(first, day - datetime.timedelta(days=i), "purchase_web", "gold", "", 90000) for i in range(2)]
    aged = [(first + 1, old - datetime.timedelta(days=i), "purchase_web", "gold", "", 90000) for i in range(5)]
    late = [(first + 2, LAST_DAY + datetime.timedelta(days=1 + i), "purchase_web", "gold", "", 90000) for i in range(5)]
    looks = [(first + 3, day - datetime.timedelta(days=i), "web_visit", "gold", "", 0) for i in range(5)]
    undone = [(first + 4, day - datetime.timedelta(days=i), kind, "gold", f"o{i}", 500)
              for i in range(5) for kind in ("purchase_web", "return_registered")]
    bare = [(first + 5, day - datetime.timedelta(days=i), "purchase_web", "", f"o{i}", 500) for i in range(5)]
    return few + aged + late + looks + undone + bare


def csv_text(rows):
    lines = ["customer,time,type,category,order,amount"]
    lines += [f"{customer},{day},{kind},{category},{order},{cents / 100:.2f}" for customer, day, kind, category, order, cents
              in rows]
    return "\n".join(lines) + "\n"


def read_clusters(path):
    """clusters.yaml: its head by key, clusters as (number, name, customers), history and categories as dictionaries."""
    text = path.read_text(encoding="utf-8")
    found = {"head": dict(re.findall(r"^(\w+): ([^#\n]+?) *(?:#.*)?$", text, re.M))}
    found["clusters"] = [(int(number), name, int(customers)) for number, name, customers
                         in re.findall(r'- \{number: (\d+), name: "(.*)", customers: (\d+)\}', text)]
    found["history"] = re.findall(r"- \{day: (\S+), customers: (\d+), clusters: (\d+), kept: (\d+), new: (\d+), ", text)
    found["categories"] = {name: float(share) for name, share in re.findall(r'- \{category: "(.*)", share: (\S+)\}', text)}
    rows = re.search(r"^centroids:\n((?: .*\n)+)", text, re.M)[1].split("  - ")[1:]
    found["centroids"] = [[float(number) for number in row.strip().strip("[]").split(",")] for row in rows]
    return found


class ClusterFit(CliCase):
    def setUp(self):
        super().setUp()
        self.make_model()

    def fit(self, *more, data="data", model="model", as_of=LAST_DAY, **settings):
        return self.fourloop("cluster", "fit", "--model", model, "--data", data, "--as-of", as_of, *more, **settings)

    def import_drawn(self, rows=None, into="data", name="rows.csv"):
        rows = drawn_rows() + idle_rows(10000) if rows is None else rows
        self.import_rows(csv_text(rows), name=name, into=into)
        return rows

    def clusters_bytes(self):
        return self.path("model/clusters.yaml").read_bytes()

    def numbers(self):
        return {name: number for number, name, _ in read_clusters(self.path("model/clusters.yaml"))["clusters"]}

    # --- what it finds

    def test_finds_the_tastes(self):
        rows = self.import_drawn()
        said = json.loads(self.fit("--json", says=("stability", "<- chosen", "steps")).stdout)
        found = read_clusters(self.path("model/clusters.yaml"))
        self.assertEqual((5, 280, 280, 15), (said["k"], said["customers"], said["full_customers"], said["categories"]))
        self.assertEqual([4, 5, 6, 7, 8, 9, 10, 11, 12], [entry["k"] for entry in said["tried"]])
        self.assertGreater(said["stability"], 0.95)
        self.assertTrue(said["converged"] and not said["forced"])
        self.assertEqual([(i + 1, size) for i, size in enumerate(SIZES)],
                         [(number, customers) for number, _, customers in found["clusters"]])
        for taste, (_, name, _) in zip(TASTES, found["clusters"]):
            self.assertEqual(set(taste), set(name.split(" + ")))
        self.assertEqual([dict(number=number, name=name, customers=customers, share=customers / 280, kept=False)
                          for number, name, customers in found["clusters"]], said["clusters"])
        self.assertEqual([(LAST_DAY.isoformat(), "280", "5", "0", "5")], found["history"])
        self.assertEqual("6", found["head"]["next_number"])
        self.assert_shares(rows, found)

    def assert_shares(self, rows, found):
        """Categories, mean shares, the breadth of the top tenth, centroids: from the rows once more."""
        net = collections.defaultdict(collections.Counter)
        for customer, _, _, category, _, cents in rows:
            if customer < 10000:
                net[customer][category] += cents
        self.assertEqual(sorted({word for taste in TASTES for word in taste}), list(found["categories"]))
        shares = {customer: {word: own[word] / own.total() for word in own} for customer, own in net.items()}
        for word, share in found["categories"].items():
            self.assertAlmostEqual(sum(own.get(word, 0) for own in shares.values()) / len(shares), share, delta=2e-6)
        breadths = sorted((math.exp(-sum(p * math.log(p) for p in own.values())) for own in shares.values()), reverse=True)
        self.assertAlmostEqual(breadths[27], float(found["head"]["breadth_cut"]), delta=0.0006)
        first = 1
        for size, centroid in zip(SIZES, found["centroids"]):
            for word, entry in zip(found["categories"], centroid):
                mean = sum(math.sqrt(shares[customer].get(word, 0)) for customer in range(first, first + size)) / size
                self.assertAlmostEqual(mean, entry, places=6)
            first += size

    def test_same_bytes_however_the_rows_lie(self):
        rows = self.import_drawn()
        self.fit("--k", 5)
        wanted = self.clusters_bytes()
        for more in (("--threads", 2), ("--threads", 3), ("--io", "copy")):
            self.path("model/clusters.yaml").unlink()
            self.fit("--k", 5, *more)
            self.assertEqual(wanted, self.clusters_bytes(), more)
        random.Random(2).shuffle(rows)
        for number in range(5):
            self.import_drawn(rows[number::5], into="five", name=f"part-{number}.csv")
        self.path("model/clusters.yaml").unlink()
        self.fit("--k", 5, "--threads", 2, data="five")
        self.assertEqual(wanted, self.clusters_bytes())
        self.path("model/clusters.yaml").unlink()
        self.fit("--k", 5, data="five", env={"FL_DISABLE_CPU": "avx512,avx2"})
        self.assertEqual(wanted, self.clusters_bytes())

    def test_a_sample(self):
        self.import_drawn()
        said = json.loads(self.fit("--k", 5, "--sample", 150, "--json", says="150 of 280 full customers").stdout)
        self.assertEqual((150, 280), (said["customers"], said["full_customers"]))
        wanted = self.clusters_bytes()
        self.path("model/clusters.yaml").unlink()
        self.fit("--k", 5, "--sample", 150, "--threads", 3)
        self.assertEqual(wanted, self.clusters_bytes())
        said = json.loads(self.fit("--k", 5, "--sample", 100000, "--json").stdout)
        self.assertEqual(280, said["customers"])

    def test_the_window_of_the_model(self):
        self.import_drawn()
        path = self.path("model/model.yaml")
        text = path.read_text()
        self.assertIn("  window_days: 365", text[text.index("\nbaskets:"):])
        path.write_text(text[:text.index("\nbaskets:")] + "\nbaskets: {window_days: 10000, enough: 5}\n")
        said = json.loads(self.fit("--k", 5, "--json").stdout)
        self.assertEqual(16, said["categories"])  # gold, of long ago

    # --- clusters keep their numbers

    def test_the_same_again_is_the_same_model(self):
        self.import_drawn()
        self.fit("--k", 5, says="the model was ")
        before = self.clusters_bytes()
        self.fit("--k", 5, says=("the same as before", "kept"))
        self.assertEqual(before, self.clusters_bytes())

    def test_numbers_stay(self):
        self.import_drawn()
        self.fit("--k", 4)
        first = self.numbers()
        self.fit("--k", 5, says=("cluster 5, new", "cluster 1, kept"))
        second = self.numbers()
        self.assertEqual(4, len(first.items() & second.items()))
        self.assertEqual({5}, set(second.values()) - set(first.values()))
        # Another seed and another day find the same clusters in another order.
        self.fit("--k", 5, "--seed", 9, as_of=LAST_DAY - datetime.timedelta(days=30))
        self.assertEqual(second, self.numbers())
        # One goes, and comes back as another one.
        self.fit("--k", 4)
        gone = set(second.values()) - set(self.numbers().values())
        self.fit("--k", 5)
        last = read_clusters(self.path("model/clusters.yaml"))
        self.assertEqual({6}, set(self.numbers().values()) - set(second.values()))
        self.assertFalse(gone & set(self.numbers().values()))
        self.assertEqual("7", last["head"]["next_number"])
        self.assertEqual([("4", "0", "4"), ("5", "4", "1"), ("5", "5", "0"), ("4", "4", "0"), ("5", "4", "1")],
                         [entry[2:] for entry in last["history"]])

    def test_a_name_of_ones_own_stays(self):
        self.import_drawn()
        self.fit("--k", 5)
        path = self.path("model/clusters.yaml")
        name = next(name for number, name, _ in read_clusters(path)["clusters"] if number == 2)
        path.write_text(path.read_text().replace(f'"{name}"', '"Breakfast \\"club\\""'))
        self.import_drawn(drawn_rows(seed=7, first=5000), name="more.csv")
        self.fit("--k", 5, says='cluster 2, kept: 140 customers, 25.0 %: Breakfast "club"')

    def test_the_model_is_another_one(self):
        self.import_drawn()
        said = json.loads(self.fit("--k", 5, "--json").stdout)
        self.assertNotEqual(said["hash_before"], said["hash"])
        checked = self.fourloop("model", "check", "model", says=said["hash"]).stdout
        self.assertIn(b"clusters.yaml: a fit of 2026-03-31, 5 clusters of 280 customers", checked)
        self.run_night(as_of=LAST_DAY.isoformat())
        self.assertEqual(self.clusters_bytes(), self.path("out/clusters.yaml").read_bytes())

    # --- what it refuses

    def assert_left(self, code, says, *more, **settings):
        """It fails, and the clusters of before are there, byte by byte, with nothing beside them."""
        before = self.snapshot("model")
        self.fit(*more, code=code, says=says, **settings)
        self.assertEqual(before, self.snapshot("model"))

    def test_failures_leave_the_old_clusters(self):
        self.import_drawn()
        self.fit("--k", 5)
        alike = [(customer, LAST_DAY - datetime.timedelta(days=i), "purchase_web", word, f"o{i}", 500)
                 for customer in range(1, 50) for i, word in enumerate(("beer", "wine", "milk"))]
        some = [row for row in drawn_rows() if row[0] in (1, 100, 170)]
        for name, rows, more, says in (
                ("idle", idle_rows(1), (), "no customer has 3 baskets with a category in the 365 days"),
                ("some", some, (), "3 customers cannot make 4 clusters: ask for fewer with --k"),
                ("some5", some, ("--k", 5), "3 customers cannot make 5 clusters"),
                ("alike", alike, ("--k", 3, "--force"), "take fewer clusters")):
            with self.subTest(name):
                self.import_drawn(rows, into=name, name=f"{name}.csv")
                self.assert_left(65, ("BAD_DATA", says), *more, data=name)
        self.assert_left(65, "nothing to fit", as_of="2001-01-01")
        self.assert_left(66, "MISSING", data="nowhere")
        self.fourloop("import", "--into", "empty", "--table", "interactions", self.write("no.csv", csv_text([])).name)
        self.assert_left(65, "nothing to fit", data="empty")

    def test_clusters_that_are_not_stable(self):
        chance = random.Random(3)
        words = [word for taste in TASTES for word in taste]
        rows = [(customer, LAST_DAY - datetime.timedelta(days=i), "purchase_web", chance.choice(words), f"o{i}", 500)
                for customer in range(1, 200) for i in range(12)]
        self.import_drawn(rows)
        self.fit(code=65, says=("are not stable", "at least 0.600; of 4 to 12 the best is ", "--force"))
        self.fit("--k", 9, code=65, says=("9 clusters are not stable", "another --k"))
        self.assertFalse(self.path("model/clusters.yaml").exists())
        said = json.loads(self.fit("--force", "--json", says="not stable, kept by --force").stdout)
        self.assertTrue(said["forced"] and said["stability"] < 0.6)
        self.assertIn(b"not stable, kept by --force", self.fourloop("model", "check", "model").stdout)

    def test_a_broken_file_is_refused(self):
        """It is not replaced: the numbers that were given stand in it."""
        self.import_drawn()
        self.fit("--k", 5)
        good = self.clusters_bytes()
        self.path("model/clusters.yaml").write_bytes(good.replace(b"next_number: 6", b"next_number: 5"))
        self.assert_left(78, ("clusters.yaml:", "was never given: `next_number` is 5", "^"))
        self.run_night(as_of=LAST_DAY.isoformat(), code=78, says="clusters.yaml:")

    def test_what_it_needs(self):
        self.import_drawn()
        self.fourloop("cluster", "fit", "--model", "model", "--data", "data", code=64, says="--as-of")
        self.fourloop("cluster", code=64, says="`cluster` needs a second word")
        for flag, value, says in (("--k", 1, "--k is 1, from 2 to 128"), ("--k", 129, "from 2 to 128"),
                                  ("--starts", 0, "from 1 to 1000"), ("--iterations", 0, "--iterations is 0"),
                                  ("--sample", 0, "--sample is 0"), ("--memory", "1M", "--memory of 1048576 bytes")):
            self.fit(flag, value, code=64, says=says)
        self.fit(model="data", code=66, says="data/registry.csv: not there, so that this is no model folder")
        self.assertFalse(self.path("model/clusters.yaml").exists())

    def test_stops_on_a_signal(self):
        self.import_drawn()
        before = self.snapshot("model")
        command = [str(FOURLOOP), "cluster", "fit", "--model", "model", "--data", "data", "--as-of", str(LAST_DAY),
                   "--k", "12", "--starts", "1000", "--force"]
        with subprocess.Popen(command, cwd=self.folder, stderr=subprocess.DEVNULL) as running:
            time.sleep(0.3)
            running.send_signal(signal.SIGINT)
            code = running.wait(timeout=60)
        self.assertIn(code, (130, 0))  # 0: it was done before
        if code == 130:
            self.assertEqual(before, self.snapshot("model"))


class CompleteJourney(CliCase):
    def test_chooses_four(self):
        source = DATA / "completejourney/transactions_sample.csv"
        if not os.path.isfile(source):
            self.skipTest(f"no {source}: set FOURLOOP_DATA to the folder of the public data sets")
        self.fourloop("model", "init", "model", "--currency", "USD")
        self.fourloop("import", "--map", EXAMPLES / "completejourney.yaml", "--into", "data", source)
        self.fourloop("import", "--map", EXAMPLES / "completejourney_products.yaml", "--into", "data",
                      DATA / "completejourney/products.csv")
        said = json.loads(self.fourloop("cluster", "fit", "--model", "model", "--data", "data", "--as-of", "2017-12-31",
                                        "--json").stdout)
        self.assertEqual((4, 2160, 289), (said["k"], said["customers"], said["categories"]))
        self.assertAlmostEqual(0.697, said["stability"], places=3)
        self.assertIn("BEEF + PORK + CHICKEN", [cluster["name"] for cluster in said["clusters"]])


if __name__ == "__main__":
    main()
