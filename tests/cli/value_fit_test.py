"""`value fit`: what it reads of a data folder, what it writes, and that whatever fails leaves the old value.yaml.

Customers who live by a known truth are drawn and imported with everything that must not count or must be merged: two
purchases a day, returns, other types, rows after the day, other currencies. From what it writes, the log-likelihood of
these customers is computed once more, in another way, with the numbers in the file: it must be the one in the file.
Medians are counted once more, too. The same bytes must come from any number of files, threads and ways to read. CDNOW
and apparel transactions must give what is published; they need $FOURLOOP_DATA (or shared/data beside the checkout), and
are skipped loudly.
"""

import collections
import datetime
import json
import math
import os
import random
import re
import unittest

from cli_case import ROOT, CliCase, main

DATA = os.environ.get("FOURLOOP_DATA") or ROOT.parent / "shared/data"
LAST_DAY = datetime.date(2026, 3, 31)
CATEGORIES = ("beer", "coffee", 'tea "green"', "")
RATE = 2  # euros of a dollar, from 2020 on


def drawn_rows(customers=500, seed=1):
    """CSV rows by the MBG/NBD: (customer, day, type, category, amount, currency)."""
    chance, rows = random.Random(seed), []
    for customer in range(1, customers + 1):
        rate = chance.gammavariate(0.9, 1) / 5
        stop = chance.betavariate(0.8, 2.5)
        scale = 30 / chance.gammavariate(4, 1)
        day, age = 0.0, chance.randint(1, 600)
        first = LAST_DAY - datetime.timedelta(days=age)
        category = chance.choice(CATEGORIES)
        rows.append((customer, first - datetime.timedelta(days=1), "web_visit", category, "", ""))
        while day <= age + 30:  # those of the last days are after the day of the fit
            when = first + datetime.timedelta(days=int(day))
            amount = round(max(0.01, chance.gammavariate(5, 1) * scale), 2)
            if chance.random() < 0.2:
                rows.append((customer, when, "purchase_shop", category, f"{amount:.2f}", "USD"))
            else:
                rows.append((customer, when, "purchase_web", category, f"{amount:.2f}", "EUR"))
            if chance.random() < 0.1:  # the same day again
                rows.append((customer, when, "purchase_web", category, "1.00", "EUR"))
            if chance.random() < 0.1:
                rows.append((customer, when + datetime.timedelta(days=3), "return_registered", category, "2.00", "EUR"))
            if chance.random() < stop:
                break
            day += chance.expovariate(rate) * 7
    rows.append((customers + 1, LAST_DAY, "web_visit", "", "", ""))  # never bought
    rows.append((customers + 2, LAST_DAY + datetime.timedelta(days=1), "purchase_web", "", "5.00", "EUR"))  # too late
    return rows


def csv_text(rows):
    lines = ["customer,time,type,category,amount,currency"]
    for customer, day, kind, category, amount, currency in rows:
        quoted = '"' + category.replace('"', '""') + '"' if category else ""
        lines.append(f"{customer},{day.isoformat()},{kind},{quoted},{amount},{currency}")
    return "\n".join(lines) + "\n"


def histories(rows, as_of):
    """customer -> {day: cents}, and customer -> net cents by category."""
    days, net = collections.defaultdict(collections.Counter), collections.defaultdict(collections.Counter)
    for customer, day, kind, category, amount, currency in rows:
        if day > as_of or kind == "web_visit":
            continue
        cents = round(float(amount) * 100) * (RATE if currency == "USD" else 1)
        if kind.startswith("purchase"):
            days[customer][day] += cents
        if category and (as_of - day).days < 730:
            net[customer][category] += cents if kind.startswith("purchase") else -cents
    return days, net


def lower_median(numbers):
    return sorted(numbers)[(len(numbers) - 1) // 2]


def purchase_likelihood(fit, modified, days, as_of):
    """By the published two terms, customer by customer."""
    r, alpha, a, b = (float(fit["purchases"][name]) for name in ("r", "alpha", "a", "b"))
    beta = lambda p, q: math.lgamma(p) + math.lgamma(q) - math.lgamma(p + q)  # noqa: E731
    total = []
    for own in days.values():
        x, first, last = len(own) - 1, min(own), max(own)
        t_x, age = (last - first).days / 7, (as_of - first).days / 7
        chances = x + (1 if modified else 0)
        value = math.lgamma(r + x) - math.lgamma(r) + r * math.log(alpha)
        alive = beta(a, b + chances) - beta(a, b) - (r + x) * math.log(alpha + age)
        stopped = (beta(a + 1, b + chances - 1) - beta(a, b) - (r + x) * math.log(alpha + t_x)) if chances else None
        both = alive if stopped is None else max(alive, stopped) + math.log1p(math.exp(-abs(alive - stopped)))
        total.append(value + both)
    return math.fsum(total)


def spend_likelihood(fit, days):
    p, q, v = (float(fit["spend"][name]) for name in ("p", "q", "v"))
    total = []
    for own in days.values():
        spent, x = (sum(own.values()) - own[min(own)]) / 100, len(own) - 1
        if x > 0:
            mean = spent / x
            total.append(math.lgamma(p * x + q) - math.lgamma(p * x) - math.lgamma(q) + q * math.log(v)
                         + (p * x - 1) * math.log(mean) + p * x * math.log(x) - (p * x + q) * math.log(x * mean + v))
    return math.fsum(total)


def read_fit(path):
    """value.yaml as {group: {key: text}}, categories as {text: (days, gaps)} under "categories"."""
    found = collections.defaultdict(dict)
    group = None
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.partition(" #")[0].rstrip()
        entry = re.fullmatch(r'    - \{category: (".*"), days: (\d+), gaps: (\d+)\}', line)
        if entry:
            text = re.sub(r"\\U([0-9A-F]{8})", lambda code: chr(int(code[1], 16)), entry[1])[1:-1]
            found["categories"][text] = (int(entry[2]), int(entry[3]))
        elif line and line[0] not in "# ":
            group, _, value = line.partition(":")
            found[""][group] = value.strip()
        elif line.startswith("  "):
            key, _, value = line.strip().partition(":")
            found[group][key] = value.strip()
    return found


class ValueFit(CliCase):
    def setUp(self):
        super().setUp()
        self.make_model()
        with self.path("model/rates.csv").open("a") as file:
            file.write(f"USD,2020-01-01,{RATE}\n")
        self.rows = drawn_rows()

    def fit(self, *more, data="data", model="model", as_of=LAST_DAY, **settings):
        return self.fourloop("value", "fit", "--model", model, "--data", data, "--as-of", as_of, *more, **settings)

    def import_drawn(self, rows=None, into="data", name="rows.csv"):
        self.import_rows(csv_text(self.rows if rows is None else rows), name=name, into=into)

    def fit_bytes(self):
        return self.path("model/value.yaml").read_bytes()

    # --- what it finds

    def assert_found(self, kind, as_of):
        fit = read_fit(self.path("model/value.yaml"))
        days, net = histories(self.rows, as_of)
        repeaters = sum(len(own) > 1 for own in days.values())
        self.assertEqual((as_of.isoformat(), kind, "EUR"), tuple(fit[""][key] for key in ("day", "fit", "currency")))
        self.assertEqual((str(len(days)), str(repeaters)),
                         (fit["purchases"]["customers"], fit["purchases"]["repeaters"]))
        self.assertEqual(str(repeaters), fit["spend"]["customers"])
        self.assertAlmostEqual(float(fit["purchases"]["log_likelihood"]),
                               purchase_likelihood(fit, kind == "mbgnbd", days, as_of), delta=2e-6)
        self.assertAlmostEqual(float(fit["spend"]["log_likelihood"]), spend_likelihood(fit, days), delta=2e-6)
        gaps = collections.defaultdict(list)
        for customer, own in days.items():
            ordered = sorted(own)
            main_category = min(net[customer], key=lambda word: (-net[customer][word], word.encode()), default=None)
            gaps[main_category].extend((b - a).days for a, b in zip(ordered, ordered[1:]))
        everybody = [gap for of_category in gaps.values() for gap in of_category]
        self.assertEqual((str(lower_median(everybody)), str(len(everybody))),
                         (fit["gaps"]["days"], fit["gaps"]["gaps"]))
        self.assertEqual({word: (lower_median(of_word), len(of_word)) for word, of_word in gaps.items()
                          if word is not None and len(of_word) >= 30}, fit["categories"])
        return fit

    def test_finds_these_customers(self):
        self.import_drawn()
        for as_of in (LAST_DAY, LAST_DAY - datetime.timedelta(days=150)):
            for kind in ("mbgnbd", "bgnbd"):
                said = json.loads(self.fit("--kind", kind, "--json", as_of=as_of, says=f"{kind} of ").stdout)
                fit = self.assert_found(kind, as_of)
                self.assertEqual(said["customers"], int(fit["purchases"]["customers"]))
                self.assertAlmostEqual(said["purchases"]["r"], float(fit["purchases"]["r"]), places=10)
        self.assertEqual(3, len(fit["categories"]))

    def test_the_likelihood_is_the_greatest(self):
        """A little away from what was found, in each direction, customers are less likely."""
        self.import_drawn()
        self.fit()
        fit = read_fit(self.path("model/value.yaml"))
        days, _ = histories(self.rows, LAST_DAY)
        best = purchase_likelihood(fit, True, days, LAST_DAY), spend_likelihood(fit, days)
        for group, names in (("purchases", ("r", "alpha", "a", "b")), ("spend", ("p", "q", "v"))):
            for name in names:
                for factor in (0.99, 1.01):
                    other = {"purchases": dict(fit["purchases"]), "spend": dict(fit["spend"])}
                    other[group][name] = float(fit[group][name]) * factor
                    there = purchase_likelihood(other, True, days, LAST_DAY), spend_likelihood(other, days)
                    self.assertLess(there[group == "spend"], best[group == "spend"], (name, factor))

    def test_the_model_chooses_the_kind(self):
        self.import_drawn()
        path = self.path("model/model.yaml")
        self.assertIn("fit: mbgnbd", path.read_text())
        path.write_text(path.read_text().replace("fit: mbgnbd", "fit: bgnbd"))
        self.fit(says="bgnbd of ")
        self.assertEqual("bgnbd", read_fit(self.path("model/value.yaml"))[""]["fit"])

    def test_same_bytes_however_the_rows_lie(self):
        self.import_drawn()
        self.fit()
        wanted = self.fit_bytes()
        for threads in (2, 3, 8):
            self.fit("--threads", threads, says="the same as before")
            self.assertEqual(wanted, self.fit_bytes())
        self.fit("--io", "copy")
        self.assertEqual(wanted, self.fit_bytes())
        random.Random(2).shuffle(self.rows)
        for number in range(7):
            self.import_drawn(self.rows[number::7], into="seven", name=f"part-{number}.csv")
        self.fit("--threads", 2, data="seven")
        self.assertEqual(wanted, self.fit_bytes())
        self.fourloop("compact", "seven")
        self.fit(data="seven")
        self.assertEqual(wanted, self.fit_bytes())

    # --- the model

    def test_the_model_is_another_one(self):
        self.import_drawn()
        before = self.fourloop("model", "check", "model").stderr
        said = json.loads(self.fit("--json", says="the model was ").stdout)
        self.assertNotEqual(said["hash_before"], said["hash"])
        self.assertIn(said["hash_before"].encode(), before)
        self.assertIn(said["hash"].encode(), self.fourloop("model", "check", "model").stderr)
        again = json.loads(self.fit("--json", says="the same as before").stdout)
        self.assertEqual((said["hash"], said["hash"]), (again["hash_before"], again["hash"]))
        self.run_night(as_of=LAST_DAY.isoformat())
        self.assertEqual(self.fit_bytes(), self.path("out/value.yaml").read_bytes())

    def test_a_broken_fit_stops_a_night_and_can_be_made_again(self):
        self.import_drawn()
        self.fit()
        good = self.fit_bytes()
        self.path("model/value.yaml").write_bytes(good.replace(b"alpha:", b"alhpa:"))
        self.run_night(code=78, says=("value.yaml:13:3", "unknown key `alhpa`; did you mean `alpha`?", "^"))
        self.fit()
        self.assertEqual(good, self.fit_bytes())
        path = self.path("model/model.yaml")
        path.write_text(path.read_text().replace("currency: EUR", "currency: USD"))
        self.path("model/rates.csv").write_text("currency,day,rate\nEUR,2020-01-01,0.5\n")
        self.run_night(code=78, says=("value.yaml", "the fit is in EUR, the model in USD", "value fit"))
        self.fit()
        self.assertEqual("USD", read_fit(self.path("model/value.yaml"))[""]["currency"])

    # --- what it refuses

    def assert_left(self, code, says, **settings):
        """It fails, and the fit of before is there, byte by byte, with nothing beside it."""
        before = self.snapshot("model")
        self.fit(code=code, says=says, **settings)
        self.assertEqual(before, self.snapshot("model"))

    def test_failures_leave_the_old_fit(self):
        self.import_drawn()
        self.fit()
        once = [row for row in self.rows if row[2] == "web_visit"]
        firsts = {}
        for row in self.rows:
            if row[2].startswith("purchase"):
                firsts.setdefault(row[0], row)
        alike = [(customer, LAST_DAY - datetime.timedelta(days=back), "purchase_web", "", "5.00", "EUR")
                 for customer in range(1, 300) for back in (50, 20)]
        spend_alike = [row[:4] + ("5.00", "EUR") if row[2].startswith("purchase") else row for row in self.rows]
        spend_alike = list({(row[0], row[1], row[2].startswith("purchase")): row for row in spend_alike
                            if row[2] != "return_registered"}.values())
        free = [row[:4] + ("0.00", "EUR") if row[2].startswith("purchase") else row for row in self.rows]
        for name, rows, says in (
                ("nobody", once, "nobody has bought by this day"),
                ("once", firsts.values(), "no customer has bought on a second day"),
                ("one", [row for row in self.rows if row[0] == 3], "are alike"),
                ("alike", alike, "all customers are alike"),
                ("spend", spend_alike, "all customers spend the same on average"),
                ("free", free, "no customer has bought for money on a second day")):
            with self.subTest(name):
                self.import_drawn(list(rows), into=name, name=f"{name}.csv")
                self.assert_left(65, ("BAD_DATA", says), data=name)
        self.assert_left(65, "nobody has bought by this day", as_of="2001-01-01")
        self.assert_left(66, "MISSING", data="nowhere")
        self.path("model/rates.csv").write_text("currency,day,rate\n")
        self.assert_left(78, ("USD", "rate"))

    def test_what_a_killed_fit_left_is_swept_up(self):
        self.import_drawn()
        self.write("model/.fl-tmp-1-0", "half a fit")
        self.fit()
        self.assert_nothing_temporary("model")

    def test_what_it_needs(self):
        self.import_drawn()
        self.fourloop("value", "fit", "--model", "model", "--data", "data", code=64, says="--as-of")
        self.fit("--kind", "pareto", code=64, says="mbgnbd|bgnbd")
        self.fit("--as-of", "31.3.2026", code=64)
        self.fourloop("value", code=64, says="`value` needs a second word")
        self.fit(model="nowhere", code=66)
        self.assertFalse(self.path("model/value.yaml").exists())

    def test_little_memory_is_said(self):
        self.import_drawn()
        words = self.fit("--memory", "1M", code=64, says="--memory of 1048576 bytes").stderr.decode()
        scan_bytes = int(re.search(r"at least (\d+)", words)[1])
        self.fit("--memory", scan_bytes + (1 << 20), code=65,
                 says=("LIMIT", "purchase histories of these customers need", "raise --memory"))
        self.assertFalse(self.path("model/value.yaml").exists())

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_a_model_that_cannot_be_written(self):
        self.import_drawn()
        self.path("model").chmod(0o500)
        self.addCleanup(self.path("model").chmod, 0o700)
        self.fit(code=77, says="PERMISSION")
        self.assertFalse(self.path("model/value.yaml").exists())

    def test_model_init_leaves_a_fit_alone(self):
        self.write("other/value.yaml", "mine")
        self.fourloop("model", "init", "other", code=73, says="value.yaml")
        self.assertEqual({"value.yaml": b"mine"}, self.snapshot("other"))


class Published(CliCase):
    """What others published of public data, as a user gets it."""

    def source(self, name):
        path = os.path.join(DATA, "cdnow", name)
        if not os.path.isfile(path):
            self.skipTest(f"no {path}: set FOURLOOP_DATA to the folder of the public data sets")
        return path

    def fit(self, as_of, says):
        self.fourloop("model", "init", "model", "--currency", "USD")
        self.fourloop("value", "fit", "--model", "model", "--data", "data", "--as-of", as_of, "--kind", "bgnbd",
                      says=says)
        return read_fit(self.path("model/value.yaml"))

    def assert_numbers(self, fit, wanted):
        for (group, name), text in wanted.items():
            digits = len(text.partition(".")[2])
            self.assertEqual(text, f"{float(fit[group][name]):.{digits}f}", name)

    def test_cdnow(self):
        """The file is fixed width, and its first column the customer."""
        lines = ["customer,time,type,amount,currency"]
        with open(self.source("CDNOW_sample.txt"), encoding="ascii") as file:
            for fields in filter(None, map(str.split, file)):
                day = f"{fields[2][:4]}-{fields[2][4:6]}-{fields[2][6:]}"
                lines.append(f"{int(fields[0])},{day},purchase_web,{fields[4]},USD")
        self.import_rows("\n".join(lines) + "\n")
        fit = self.fit("1997-09-30", ("bgnbd of 2357 customers as of 1997-09-30, 946 of them", "brings 35.17 USD"))
        self.assert_numbers(fit, {
            ("purchases", "r"): "0.242595", ("purchases", "alpha"): "4.413602", ("purchases", "a"): "0.792922",
            ("purchases", "b"): "2.425907", ("purchases", "log_likelihood"): "-9582.4292",
            ("spend", "p"): "6.24957", ("spend", "q"): "3.74422", ("spend", "v"): "15.44352",
            ("spend", "customers"): "946", ("spend", "log_likelihood"): "-4055.9177"})

    def test_apparel(self):
        self.fourloop("import", "--map", ROOT / "formats/importers/examples/apparel.yaml", "--into", "data",
                      self.source("clvtools/apparelTrans.csv"))
        self.assert_numbers(self.fit("2010-12-20", "bgnbd of 600 customers"), {
            ("purchases", "r"): "0.44472", ("purchases", "alpha"): "14.22365", ("purchases", "a"): "0.66528",
            ("purchases", "b"): "3.28499", ("purchases", "log_likelihood"): "-11969.4681"})


if __name__ == "__main__":
    main()
