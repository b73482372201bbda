"""`cluster assign`, and clusters in a night: who is in which, who moves, what is told of it.

Customers of two habits are drawn and fitted; each must be where its habit is, with the distance that its shares and the
model's numbers give, counted once more here. Then one changes its habit: it must wait a night and move on the next one,
in `cluster assign` and in `run` alike, in all that is told: report, transitions, explain, diff. CPU levels and threads
must give the same bytes.
"""

import csv
import datetime
import io
import json
import math
import random
import re

from cli_case import CliCase, main

FIRST = datetime.date(2026, 3, 2)
HABITS = (("bread", "milk"), ("cheese", "wine"))
CUSTOMERS = 80
MOVER, THIN = 4, 900  # customers are of the habit of their key's last bit
COLUMNS = ("baskets", "breadth", "range", "basket_confidence", "cluster", "cluster_name", "cluster_distance", "cluster_second",
           "cluster_second_distance", "cluster_pending", "cluster_pending_nights", "cluster_before")


def day(number):
    return (FIRST + datetime.timedelta(days=number)).isoformat()


def rows():
    """(customer, day number, order, category, cents), of three nights: 0, 1, 2."""
    chance = random.Random(5)
    drawn = []
    for customer in range(1, CUSTOMERS + 1):
        for basket in range(4):
            for category in HABITS[customer % 2]:
                drawn.append((customer, -basket, f"o{basket}", category, 400 + chance.randrange(300)))
        drawn.append((customer, -1, "o1", HABITS[1 - customer % 2][0], chance.randrange(1, 200)))
    drawn.append((MOVER, 1, "m", "wine", 20000))
    drawn.append((MOVER, 1, "m", "cheese", 20000))
    drawn.append((THIN, 0, "", "bread", 100))
    return drawn


def csv_text(drawn):
    lines = ["customer,time,type,order,category,amount"]
    lines += [f"{customer},{day(number)},purchase_web,{order},{category},{cents // 100}.{cents % 100:02d}"
              for customer, number, order, category, cents in drawn]
    return "\n".join(lines) + "\n"


def shares(drawn, customer, last):
    nets = {}
    for who, number, _, category, cents in drawn:
        if who == customer and number <= last:
            nets[category] = nets.get(category, 0) + cents
    return {category: cents / sum(nets.values()) for category, cents in nets.items()}


def read_clusters(text):
    """Names of categories, numbers and centroids, by eye of the file rather than by a YAML library."""
    numbers = [int(number) for number in re.findall(r"{number: (\d+)", text)]
    categories = re.findall(r'category: "?(\w+)', text)
    lists = re.findall(r"\[([^\]]*)\]", text.split("centroids:")[1])
    return categories, dict(zip(numbers, [[float(value) for value in part.split(",")] for part in lists]))


class ClusterAssign(CliCase):
    def setUp(self):
        super().setUp()
        self.drawn = rows()
        self.make_model()
        self.import_rows(csv_text(self.drawn))
        self.fourloop("cluster", "fit", "--model", "model", "--data", "data", "--as-of", day(0), "--k", 2)

    def assign(self, out, number, *more, **settings):
        return self.fourloop("cluster", "assign", "--model", "model", "--data", "data", "--as-of", day(number), "--out", out,
                             *more, **settings)

    def rows_of(self, out):
        return {int(row["customer"]): row for row in self.exported(out)}

    def moves(self, out):
        table = self.fourloop("export", out, "--table", "transitions", "--to", "csv").stdout.decode()
        return {(row["from"], row["to"]): int(row["customers"]) for row in csv.DictReader(io.StringIO(table))
                if row["what"] == "cluster"}

    def three_nights(self):
        """Folders of assign, and of run, each night after the one before."""
        for number in range(3):
            previous = [] if number == 0 else ["--previous", f"a{number - 1}"]
            self.assign(f"a{number}", number, *previous)
            previous = [] if number == 0 else ["--previous", f"r{number - 1}"]
            self.run_night(f"r{number}", *previous, as_of=day(number))

    def test_distances(self):
        """Where each customer is, and how far from there, by the numbers in the file."""
        self.assign("out", 0)
        categories, centroids = read_clusters(self.path("model/clusters.yaml").read_text())
        found = self.rows_of("out")
        self.assertEqual(CUSTOMERS + 1, len(found))
        for customer in range(1, CUSTOMERS + 1):
            root = {category: math.sqrt(share) for category, share in shares(self.drawn, customer, 0).items()}
            distance = {number: math.dist([root.get(category, 0) for category in categories], centroid)
                        for number, centroid in centroids.items()}
            near, far = sorted(distance, key=distance.get)
            row = found[customer]
            self.assertEqual((str(near), str(far), "full", "", "0", ""),
                             (row["cluster"], row["cluster_second"], row["basket_confidence"], row["cluster_pending"],
                              row["cluster_pending_nights"], row["cluster_before"]))
            for number, name in ((near, "cluster_distance"), (far, "cluster_second_distance")):
                # Scores are of single precision, so squares are off by 1e-7, however small; the rest is rounding.
                self.assertAlmostEqual(distance[number] ** 2, (int(row[name]) / 1e6) ** 2, delta=2e-6)
        self.assertEqual(2, len({found[customer]["cluster"] for customer in (1, 2)}))
        self.assertEqual(found[2]["cluster"], found[MOVER]["cluster"])
        self.assertEqual(("1", "1", "thin", "", ""), tuple(found[THIN][name] for name in (
            "baskets", "breadth", "basket_confidence", "cluster", "range")))

    def test_move(self):
        """The second night of another habit, in all that is told."""
        self.three_nights()
        a = [self.rows_of(f"a{number}") for number in range(3)]
        r = [self.rows_of(f"r{number}") for number in range(3)]
        old, new = a[0][2]["cluster"], a[0][1]["cluster"]
        for number, (cluster, pending, nights) in enumerate(((old, "", "0"), (old, new, "1"), (new, "", "0"))):
            row = a[number][MOVER]
            self.assertEqual((cluster, pending, nights),
                             (row["cluster"], row["cluster_pending"], row["cluster_pending_nights"]))
            self.assertEqual("" if number == 0 else a[number - 1][MOVER]["cluster"], row["cluster_before"])
            for customer, each in r[number].items():
                self.assertEqual([each[name] for name in COLUMNS], [a[number][customer][name] for name in COLUMNS])
        self.assertEqual({(old, old): CUSTOMERS // 2, (new, new): CUSTOMERS // 2, ("", ""): 1}, self.moves("a1"))
        expected = {(old, old): CUSTOMERS // 2 - 1, (old, new): 1, (new, new): CUSTOMERS // 2, ("", ""): 1}
        self.assertEqual(expected, self.moves("a2"))
        self.assertEqual(expected, self.moves("r2"))
        told = [self.fourloop("explain", "--run", f"r{number}", "--data", "data", MOVER).stdout.decode() for number in range(3)]
        self.assertIn("there is none of the night before", told[0])
        self.assertIn(f"{new} is 10 % nearer, for the first night", told[1])
        self.assertIn("nearer for the second night", told[2])
        self.assertRegex(told[2], r"pull of (wine|cheese) +0\.\d+")
        changed = self.fourloop("diff", "r1", "r2").stdout.decode()
        self.assertIn("cluster_name", changed)

    def test_explain_of_some_columns(self):
        """Explain once took a run for corrupt that had not stored the cluster, on which the other columns depend."""
        self.run_night("r0", as_of=day(0))
        names = COLUMNS[4:]
        for number, columns in enumerate((*names, "cluster_name,cluster_before")):
            self.run_night(f"c{number}", "--previous", "r0", "--columns", columns, as_of=day(1))
            told = self.fourloop("explain", "--run", f"c{number}", "--data", "data", MOVER).stdout.decode()
            for name in columns.split(","):
                self.assertRegex(told, rf"\n  {name} +\S")
            self.assertEqual(columns == "cluster", "pull of" in told)
        told = self.fourloop("explain", "--run", "c0", "--data", "data", 2).stdout.decode()
        self.assertIn("which the run did not store", told)

    def tables(self, out):
        return {output["table"] for output in json.loads(self.path(f"{out}/manifest.json").read_text())["outputs"]}

    def test_no_texts(self):
        """No tags where only clusters are asked for, unless their hits are."""
        self.write("model/keywords.csv", "tag,any\nslow,late\n")
        self.import_rows(f"customer,time,type,message,text\n2,{day(0)},chat_customer_message,m,my parcel is late\n",
                         name="chat.csv")
        self.assign("a0", 0)
        self.run_night("r0", as_of=day(0))
        self.run_night("h0", "--columns", "cluster", "--hits", as_of=day(0))
        self.assertEqual([set(), {"tags"}, {"tags", "hits"}],
                         [self.tables(out) & {"tags", "hits"} for out in ("a0", "r0", "h0")])
        alone, whole = self.rows_of("a0"), self.rows_of("r0")
        self.assertEqual("slow", whole[2]["tags"])
        for customer, row in whole.items():
            self.assertEqual([row[name] for name in COLUMNS], [alone[customer][name] for name in COLUMNS])
        self.assertIn("cluster_distance", self.fourloop("explain", "--run", "a0", "--data", "data", 2).stdout.decode())

    def test_report(self):
        """The same counts in words and as JSON; again: nothing is done."""
        self.assign("a0", 0)
        self.assign("a1", 1, "--previous", "a0")
        done = self.assign("a2", 2, "--previous", "a1", "--json", says=(" came, ", "1 moved from one cluster to another"))
        told = json.loads(done.stdout)
        self.assertEqual((CUSTOMERS + 1, CUSTOMERS, 1), (told["customers"], told["clustered"], told["moved"]))
        self.assertEqual([(0, 1), (1, 0)], sorted((cluster["came"], cluster["left"]) for cluster in told["clusters"]))
        self.assertEqual(sorted([CUSTOMERS // 2 - 1, CUSTOMERS // 2 + 1]),
                         sorted(cluster["customers"] for cluster in told["clusters"]))
        self.assign("a2", 2, "--previous", "a1", says="nothing was done")
        self.assign("a2", 2, "--previous", "a1", "--skip-unchanged", code=99)
        first = self.run_night("r0", as_of=day(0)).stderr.decode()
        self.assertIn(f"  {CUSTOMERS} customers in 2 clusters\n", first, "there is no night before to move since")
        self.run_night("r1", "--previous", "r0", as_of=day(1), says="in 2 clusters, 0 of them moved since the night before")

    def test_day_before_all_rows(self):
        self.assign("out", -1000, says=("0 of 0 customers", "no row of data is of that day or before"))

    def test_nobody_has_the_baskets(self):
        self.import_rows("customer,time,type,text\n1," + day(0) + ",chat_customer_message,hello\n", name="c.csv", into="chat")
        self.fourloop("cluster", "assign", "--model", "model", "--data", "chat", "--as-of", day(0), "--out", "out",
                      says=("0 of 1 customers", "nobody has enough baskets (model.yaml: baskets)"))

    def test_diff_wants_scores(self):
        self.assign("a0", 0)
        self.fourloop("diff", "a0", "a0", code=65, says="no `raw` in it, as of a run with --columns or of `cluster assign`")

    def test_same_bytes(self):
        self.assign("a0", 0)
        self.assign("a1", 1, "--previous", "a0")
        for number, (more, env) in enumerate((([], {"FL_DISABLE_CPU": "avx512"}), ([], {"FL_DISABLE_CPU": "avx2"}),
                                              (["--threads", 3], {}), (["--io", "copy"], {}))):
            self.assign(f"b{number}", 1, "--previous", "a0", *more, env=env)
            self.assertEqual(self.customers_bytes("a1"), self.customers_bytes(f"b{number}"))

    def test_refused(self):
        """A model without clusters; a night before of another kind or a later day. Nothing is left behind."""
        self.assign("later", 2)
        self.assign("out", 1, "--previous", "later", code=64, says="not of an earlier day")
        self.assign("out", 1, "--previous", "nowhere", code=66)
        self.fourloop("model", "init", "plain")
        self.fourloop("cluster", "assign", "--model", "plain", "--data", "data", "--as-of", day(0), "--out", "out", code=78,
                      says=("plain", "fourloop cluster fit"))
        self.assert_nothing_there("out")


if __name__ == "__main__":
    main()
