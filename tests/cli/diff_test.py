"""Two runs side by side: small ones whose moves are known by hand, then larger ones against a second, slow diff.

By hand: a row of today is worth its weight exactly, so each change of points is a sum of weights. The slow diff reads the
exported tables and counts everything again with fractions; Spearman's coefficient comes from ranks found by sorting.
"""

import csv
import io
import json
import math
import re
import signal
import subprocess
import time
import unittest
from collections import Counter

from cli_case import FOURLOOP, CliCase, main

DAY = "2026-03-31"
VISIT = "web_visit,web,inbound,awareness,1,"


def rows_of(*events):
    """CSV of (customer, type) events of DAY."""
    return "customer,time,type\n" + "".join(f"{customer},{DAY} 10:00:00,{kind}\n" for customer, kind in events)


class DiffCase(CliCase):
    def diff(self, a, b, *more, **settings):
        return json.loads(self.fourloop("diff", a, b, "--json", "--scratch", ".", *more, **settings).stdout)

    def refuse(self, a, b, *more, code, says):
        done = self.fourloop("diff", a, b, "--scratch", ".", *more, code=code, says=says)
        self.assertEqual(b"", done.stdout)
        self.assert_no_scratch()

    def assert_no_scratch(self):
        left = [entry.name for entry in self.folder.iterdir()
                if entry.name.startswith(("fourloop-diff", ".fl-tmp-"))]
        self.assertEqual([], left)

    def change_model(self, name, old, new, file="registry.csv"):
        """A model folder that differs from `model` in one place."""
        for part in sorted(self.path("model").iterdir()):
            text = part.read_text()
            if part.name == file:
                self.assertEqual(1, text.count(old), old)
                text = text.replace(old, new)
            self.write(f"{name}/{part.name}", text)

    def night(self, out, *more, model="model", data="data", as_of=DAY):
        self.fourloop("run", "--model", model, "--data", data, "--as-of", as_of, "--out", out, *more)

    def movers(self, folder):
        return list(csv.DictReader(io.StringIO(self.path(f"{folder}/movers.csv").read_text(encoding="utf-8"))))

    def effects(self, told, what="raw_net"):
        return {cause["cause"]: cause["effect"][what] for cause in told["causes"] if cause["differs"]}


class ByHand(DiffCase):
    def setUp(self):
        super().setUp()
        self.make_model()
        self.import_rows(rows_of((1, "web_visit"), (2, "web_visit"), (3, "purchase_web"), (4, "web_visit")))
        self.night("a")

    def test_equal_runs_give_nothing(self):
        told = self.diff("a", "a", "--data", "data", "-o", "moved")
        self.assertEqual((4, 0, 0), (told["both"], told["raw_changed"], told["moved"]))
        self.assertEqual([], told["largest"])
        self.assertEqual([False] * 4, [cause["differs"] for cause in told["causes"]])
        self.assertEqual(1000000, told["rank_correlation_micro"])
        self.assertEqual(1, self.path("moved/movers.csv").read_text().count("\n"))
        words = self.fourloop("diff", "a", "a").stdout.decode()
        self.assertIn("differ in    nothing\n", words)
        self.assertNotIn("due to", words)

    def test_data_only(self):
        """One purchase more for customer 1: 20 points; customer 9 is new; nobody else moves."""
        self.import_rows(rows_of((1, "purchase_web"), (9, "web_visit")), name="more.csv")
        self.night("b")
        told = self.diff("a", "b", "--data", "data")
        self.assertEqual((4, 1, 20000000), (told["both"], told["raw_changed"], told["raw_after"] - told["raw_before"]))
        self.assertEqual((0, 0), (told["a"]["only"], told["a"]["only_raw"]))
        self.assertEqual((1, 1000000), (told["b"]["only"], told["b"]["only_raw"]))
        self.assertEqual({"data": 21000000}, self.effects(told))
        self.assertEqual({"data": 2}, self.effects(told, "rows"))
        mover, = told["largest"]
        self.assertEqual((1, 1, 15), (mover["customer"], mover["engagement_before"], mover["engagement_after"]))
        self.assertEqual([{"type": "purchase_web", "rows_before": 0, "rows_after": 1, "points_before": 0,
                           "points_after": 20000000}], mover["types"])
        # One cause alone needs no runs in between.
        self.assertEqual({"data": 21000000}, self.effects(self.diff("a", "b")))
        back = self.diff("b", "a")
        self.assertEqual((-20000000, 1), (back["raw_after"] - back["raw_before"], back["a"]["only"]))
        self.assert_no_scratch()

    def test_registry_only(self):
        self.change_model("model2", VISIT, VISIT.replace(",1,", ",2,"))
        self.night("b", model="model2")
        told = self.diff("a", "b", "--data", "data")
        self.assertEqual({"registry": 3000000}, self.effects(told))
        self.assertEqual([1, 2, 4], sorted(mover["customer"] for mover in told["largest"]))
        self.assertEqual(3, told["moved"])

    def test_k_moves_the_score_alone(self):
        """100 * 20 / (20 + 20) = 50 and 100 * 1 / (1 + 20) = 5, before 100 * 20 / 140 = 14 and 1."""
        self.change_model("model2", "engagement: {customer: 120,", "engagement: {customer: 20,", "model.yaml")
        self.night("b", model="model2")
        told = self.diff("a", "b")
        self.assertEqual((0, 4), (told["raw_changed"], told["moved"]))
        self.assertEqual({"model": 0}, self.effects(told))
        self.assertEqual({"model": 36 + 3 * 4}, self.effects(told, "engagement_net"))
        largest = told["largest"][0]
        self.assertEqual((3, 14, 50), (largest["customer"], largest["engagement_before"], largest["engagement_after"]))
        self.assertIn("band cold>engaged", largest["crossed"])
        self.assertIn("engagement up 20; engagement up 40", largest["crossed"])

    # --- keywords

    def chat(self, *messages):
        """CSV of (customer, text) chat messages of DAY."""
        return "customer,time,type,text\n" + "".join(f"{customer},{DAY} 11:00:00,chat_customer_message,{text}\n"
                                                     for customer, text in messages)

    def keyword_nights(self, old, new):
        """Runs c and d of one folder, whose models differ in keywords.csv; chat messages have no weight of their own."""
        self.import_rows(self.chat((1, "late again"), (2, "refund"), (3, "hello")), name="chat.csv")
        self.change_model("model2", "", "", "no file")
        self.write("model/keywords.csv", old)
        self.write("model2/keywords.csv", new)
        self.night("c")
        self.night("d", model="model2")

    def test_keywords_only(self):
        """A rule goes, one comes, one counts more; a tag of another customer stays as it is."""
        self.keyword_nights("tag,any,points\nlate,late,-2\nrefund,refund,1\nhello,hello,0\n",
                            "tag,any,points\nagain,again,7\nrefund,refund,5\nhello,hello,0\n")
        told = self.diff("c", "d", "--data", "data")
        self.assertEqual({"keywords": 9000000 + 4000000}, self.effects(told))
        self.assertEqual([{"tag": "again", "before": 0, "after": 1, "gained": 1, "lost": 0},
                          {"tag": "hello", "before": 1, "after": 1, "gained": 0, "lost": 0},
                          {"tag": "late", "before": 1, "after": 0, "gained": 0, "lost": 1},
                          {"tag": "refund", "before": 1, "after": 1, "gained": 0, "lost": 0}], told["tags"])
        movers = {mover["customer"]: mover for mover in told["largest"]}
        self.assertEqual((-2000000, 7000000, []),
                         tuple(movers[1][name] for name in ("tag_points_before", "tag_points_after", "types")))
        words = self.fourloop("diff", "c", "d", "--data", "data").stdout.decode()
        self.assertIn("differ in    keywords (keywords.csv of the model)\n", words)
        self.assertIn("            +9.000000  tags\n", words)
        self.assertRegex(words, r"(?m)^tags +before +after +gained +lost\nagain +0 +1 +1 +0\nlate +1 +0 +0 +1\n2 tags as before$")

    def test_keywords_beside_all_others(self):
        """2 points by the registry, then 3 of a new list, then K, then another message."""
        self.keyword_nights("tag,any,points\nlate,late,1\n", "tag,any,points\nlate,late,1\n")
        # The run in between has regular expressions, which the model.yaml beside them does not allow.
        self.write("model2/keywords.csv", "tag,regex,points\nlate,la+te,4\n")
        yaml = self.path("model2/model.yaml")
        yaml.write_text(yaml.read_text().replace("regex: false", "regex: true"))
        registry = self.path("model2/registry.csv")
        registry.write_text(registry.read_text().replace(VISIT, VISIT.replace(",1,", ",3,")))
        self.import_rows(self.chat((2, "laaate")), name="more.csv")
        self.night("e", model="model2")
        told = self.diff("c", "e", "--data", "data", "-o", "moved")
        self.assertEqual({"registry": 6000000, "keywords": 3000000, "model": 0, "data": 4000000}, self.effects(told))
        rows = {row["customer"]: row for row in self.movers("moved")}
        self.assertEqual(("2000000", "3000000", "0", "0"),
                         tuple(rows["1"][f"raw_by_{cause}"] for cause in ("registry", "keywords", "model", "data")))
        self.assert_no_scratch()

    def test_tags_of_one_run_alone(self):
        """A model without a list, and a folder without texts, has no tags."""
        self.keyword_nights("tag,any,points\nlate,late,1\n", "tag,any,points\nlate,late,1\n")
        self.path("model2/keywords.csv").unlink()
        self.night("e", model="model2")
        self.assertEqual([{"tag": "late", "before": 1, "after": 0, "gained": 0, "lost": 1}], self.diff("c", "e")["tags"])
        self.assertEqual({"keywords": -1000000}, self.effects(self.diff("c", "e")))
        self.assertIsNone(self.diff("a", "a")["tags"])
        self.refuse("c", "d", "--table", "tags", code=64,
                    says="without --table it also says who gained or lost which tag")
        self.night("f", "--hits")
        self.refuse("f", "f", "--table", "hits", code=64, says="the table `hits` has no raw, and diff compares tables of scores")

    def test_all_causes(self):
        """Customer 1 visits again, visits count double, K falls to 60: 1 > 2 points by the registry, > 4 by the data.

        The folder has grown since A, and what is in between must not see that. Customer 9 is data alone."""
        self.import_rows(rows_of((1, "web_visit"), (9, "web_visit")), name="more.csv")
        self.change_model("model2", VISIT, VISIT.replace(",1,", ",2,"))
        text = self.path("model2/model.yaml").read_text()
        self.write("model2/model.yaml", text.replace("engagement: {customer: 120,", "engagement: {customer: 60,"))
        self.night("b", model="model2")
        untold = self.diff("a", "b")
        self.assertEqual([None] * 4, [cause["effect"] for cause in untold["causes"]])
        self.assertIn("not told apart: --data", self.fourloop("diff", "a", "b").stdout.decode())
        told = self.diff("a", "b", "--data", "data", "-o", "moved")
        self.assertEqual({"registry": 3000000, "model": 0, "data": 4000000}, self.effects(told))
        # 100 * 2 / 122 = 2, twice 100 * 1 / 121 = 1; K: 100 * 2 / 62 = 3, 14 > 25; data: 100 * 4 / 64 = 6, new 3
        self.assertEqual({"registry": 3, "model": 3 + 11, "data": 3 + 3}, self.effects(told, "engagement_net"))
        rows = {row["customer"]: row for row in self.movers("moved")}
        self.assertEqual({"1", "2", "3", "4", "9"}, set(rows))
        self.assertEqual(("1000000", "4000000", "3000000", "1000000", "0", "2000000", "both"),
                         tuple(rows["1"][name] for name in ("raw_before", "raw_after", "raw_change", "raw_by_registry",
                                                            "raw_by_model", "raw_by_data", "runs")))
        self.assertEqual(("", "2000000", "", "2000000", "3", "b"),
                         tuple(rows["9"][name] for name in ("raw_before", "raw_after", "raw_change", "raw_by_data",
                                                            "engagement_by_data", "runs")))
        self.assert_no_scratch()

    def test_movers_are_published_whole_and_once(self):
        self.import_rows(rows_of((1, "purchase_web")), name="more.csv")
        self.night("b")
        self.fourloop("diff", "a", "b", "-o", "moved", says="movers.csv with 1 rows")
        before = self.snapshot("moved")
        self.fourloop("diff", "a", "b", "-o", "moved", says="is there already")
        self.write("moved/mine.txt", "mine")
        self.refuse("a", "b", "-o", "moved", code=73, says="moved")
        self.assertEqual({**before, "mine.txt": b"mine"}, self.snapshot("moved"))
        self.refuse("a", "b", "-o", "no/where", code=73, says="no")

    def test_views(self):
        self.write("late.csv", rows_of((1, "purchase_web")))
        self.fourloop("import", "--into", "data", "--arrival", "2026-04-05", "late.csv")
        self.night("then", "--view", "known-then")
        self.night("now")
        self.assertEqual({"data": 0}, self.effects(self.diff("a", "then")))
        self.assertEqual({"data": 20000000}, self.effects(self.diff("then", "now", "--data", "data")))

    def test_the_night_before_is_data(self):
        """It changes no score, only what remembers, so the causes add up to nothing."""
        self.night("before", as_of="2026-03-30")
        self.night("b", "--previous", "before")
        told = self.diff("a", "b", "--data", "data")
        self.assertEqual({"data": 0}, self.effects(told))
        self.assertEqual(0, told["raw_changed"])

    def test_how_rows_lie_in_files_does_not_matter(self):
        lines = rows_of((1, "web_visit"), (2, "web_visit"), (3, "purchase_web"), (4, "web_visit")).splitlines(True)
        for number, line in enumerate(lines[1:]):
            self.import_rows(lines[0] + line, name=f"part{number}.csv", into="parts")
        self.night("b", data="parts")
        told = self.diff("a", "b")
        self.assertEqual({"data": 0}, self.effects(told))
        self.assertEqual(0, told["moved"])

    def test_inputs_that_are_gone(self):
        self.import_rows(rows_of((5, "web_visit")), into="other")
        self.change_model("model2", VISIT, VISIT.replace(",1,", ",2,"))
        self.night("b", model="model2", data="other")
        self.refuse("a", "b", "--data", "other", code=66, says="an input of the run is gone from the data folder")
        self.assertEqual(4, self.diff("a", "b")["a"]["only"])


class Refusals(DiffCase):
    def setUp(self):
        super().setUp()
        self.make_model()
        self.import_rows()
        self.night("a")

    def test_no_run(self):
        self.refuse("a", "nowhere", code=66, says="nowhere/manifest.json: not there, so that this is no complete run")
        self.refuse("data", "a", code=66, says="data/_SUCCESS: not there, so that this is no complete run")
        self.path("a/_SUCCESS").unlink()
        self.refuse("a", "a", code=66, says="a/_SUCCESS: not there")

    def test_no_table(self):
        self.refuse("a", "a", "--table", "brands", code=64, says="no table `brands`; it has customers")
        self.refuse("a", "a", "--table", "model", code=64, says="no table `model`")

    def test_tags_alone(self):
        self.fourloop("tag", "--model", "model", "--data", "data", "--as-of", DAY, "--out", "tags")
        self.refuse("a", "tags", code=64, says="tags: the folder has tags alone")

    def test_columns_that_are_missing(self):
        self.night("some", "--columns", "engagement,intent")
        self.refuse("a", "some", code=65, says=("some", "--columns", "`raw`"))
        self.refuse("some", "a", code=65, says=("some", "`raw`"))
        self.night("less", "--columns", "raw,engagement")
        told = self.diff("a", "less")
        self.assertEqual(["intent", "band", "trend", "intent_trend"], told["not_compared"][:4])
        self.assertEqual((["engagement"], []), ([score["column"] for score in told["scores"]], told["words"]))
        self.assertEqual({"engagement"}, {cut["column"] for cut in told["cut_offs"]})
        self.assertIn("left out     in one run only: intent, band",
                      self.fourloop("diff", "a", "less").stdout.decode())

    def test_another_zone(self):
        self.write("map.yaml", "zone: Europe/Oslo\ncolumns:\n  customer: customer\n  time: time\n  type: type\n")
        self.write("oslo.csv", rows_of((1, "web_visit")))
        self.fourloop("import", "--into", "oslo", "--map", "map.yaml", "oslo.csv")
        self.night("b", data="oslo")
        self.refuse("a", "b", code=65, says=("Europe/Oslo", "UTC"))

    def take_in_texts(self, names, into, *more):
        """A visit of each customer, named by a text."""
        self.write("texts.yaml", "ids: text\nzone: UTC\ncolumns:\n  customer: customer\n  time: time\n  type: type\n")
        lines = [f'"{name}",{DAY} 10:00:00,web_visit\n' for name in names]
        self.write("texts.csv", "customer,time,type\n" + "".join(lines))
        self.fourloop("import", "--map", "texts.yaml", "--into", into, *more, "texts.csv")

    def test_other_ids(self):
        names = [f"C-{number}" for number in range(40)]
        for into in ("text1", "text2"):
            self.take_in_texts(names, into)
            self.night(f"{into}-out", data=into)
        self.refuse("a", "text1-out", code=65, says=("text1-out", "text ids"))
        self.refuse("text1-out", "a", code=65, says=("text1-out", "text ids"))
        self.refuse("text1-out", "text2-out", code=65, says="not imported with one key file")
        self.take_in_texts([name.replace("C", "D") for name in names], "text3")
        self.night("text3-out", data="text3")
        self.assertIn("no key is in both runs", self.fourloop("diff", "text1-out", "text3-out").stdout.decode())

    def test_text_ids_are_shown(self):
        self.take_in_texts(['Zoë, ""the"" first', "anna"], "text")
        self.night("one", data="text")
        self.take_in_texts(['Zoë, ""the"" first'] * 2, "text")
        self.night("two", data="text")
        mover, = self.diff("one", "two", "--data", "text", "-o", "moved")["largest"]
        self.assertEqual('Zoë, "the" first', mover["customer_id"])
        self.assertEqual([("web_visit", 1, 3)], [(kind["type"], kind["rows_before"], kind["rows_after"])
                                                 for kind in mover["types"]])
        row, = self.movers("moved")
        self.assertEqual((str(mover["customer"]), mover["customer_id"]), (row["customer"], row["customer_id"]))
        self.assertIn('Zoë, "the" first  1 > 2, +2.000000 points',
                      self.fourloop("diff", "one", "two").stdout.decode())

    def test_pseudonymous_customers_are_not_explained(self):
        self.take_in_texts(["anna"], "hidden", "--pseudonymous")
        self.night("one", data="hidden")
        self.take_in_texts(["anna"] * 2, "hidden")
        self.night("two", data="hidden")
        mover, = self.diff("one", "two", "--data", "hidden")["largest"]
        self.assertEqual((None, None), (mover["customer_id"], mover["types"]))

    def test_slips(self):
        self.refuse("a", "a", "--sample", "1001", code=64, says="--sample takes 0 to 1000")
        self.fourloop("diff", "a", code=64, says="RUN_A RUN_B is missing")
        self.import_rows(rows_of((1, "web_visit")), name="more.csv")
        self.change_model("model2", VISIT, VISIT.replace(",1,", ",2,"))
        self.night("b", model="model2")
        self.fourloop("diff", "a", "b", "--data", "data", "--scratch", "nowhere", code=73, says="nowhere")
        self.refuse("a", "b", "--data", "nowhere", code=66, says="nowhere")
        self.refuse("a", "b", "--memory", "0", code=65, says="raise --memory")


def doubled_ranks(values):
    """Twice the average rank of each, from 1."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for place in order[start:end]:
            ranks[place] = start + 1 + end
        start = end
    return ranks


def spearman(a, b):
    ranks = doubled_ranks(a), doubled_ranks(b)
    middle = len(a) + 1
    first, second = ([rank - middle for rank in side] for side in ranks)
    both = sum(x * y for x, y in zip(first, second))
    return round(both / math.sqrt(sum(x * x for x in first) * sum(y * y for y in second)) * 1e6)


WORD_OF = {"brands": "brand", "categories": "category", "products": "product"}


class AgainstASlowDiff(DiffCase):
    """Everything that diff counts, counted again from the exported tables."""

    def setUp(self):
        super().setUp()
        self.fourloop("gen", "--customers", "400", "--days", "300", "--seed", "5", "--out", "raw")
        self.fourloop("import", "--map", "raw/mapping.yaml", "--into", "data", "raw/interactions.csv")
        for table in ("products", "customers"):
            self.fourloop("import", "--table", table, "--into", "data", f"raw/{table}.csv")
        self.make_model()
        text = self.path("model/model.yaml").read_text()
        text, count = re.subn(r"(?m)^scopes: .*$", "scopes: [customer, brand, category, product]", text)
        self.assertEqual(1, count)
        self.write("model/model.yaml", text)
        self.change_model("model2", VISIT, VISIT.replace(",1,", ",4,"))
        text = self.path("model2/model.yaml").read_text()
        self.write("model2/model.yaml", text.replace("horizon_days: 1095", "horizon_days: 60"))
        self.night("a", as_of="2026-11-01")
        self.night("b", as_of="2026-11-20", model="model2")

    def table(self, run, table):
        text = self.fourloop("export", run, "--table", table, "--to", "csv").stdout.decode()
        word = WORD_OF.get(table)
        return {(int(row["customer"]), row[word] if word else ""): row for row in csv.DictReader(io.StringIO(text))}

    def check_score(self, told, a, b, keys):
        column = told["column"]
        changes = sorted(int(b[key][column]) - int(a[key][column]) for key in keys)
        self.assertEqual({str(change): rows for change, rows in Counter(changes).items()}, told["rows_by_change"])
        self.assertEqual((sum(change > 0 for change in changes), sum(change < 0 for change in changes)),
                         (told["up"], told["down"]))
        self.assertEqual((sum(int(a[key][column]) for key in keys), sum(int(b[key][column]) for key in keys)),
                         (told["sum_before"], told["sum_after"]))
        for name, change in told["change_quantiles"].items():
            self.assertEqual(changes[-(-len(changes) * int(name[1:]) // 100) - 1], change, name)

    def check(self, table):
        a, b = self.table("a", table), self.table("b", table)
        told = self.diff("a", "b", "--table", table, "--data", "data", "--sample", "7", "-o", f"moved-{table}")
        keys = sorted(set(a) & set(b))
        self.assertGreater(len(keys), 200)
        raws = [[int(side[key]["raw"]) for key in keys] for side in (a, b)]
        self.assertEqual((len(keys), sum(raws[0]), sum(raws[1])), tuple(told[name] for name in
                                                                       ("both", "raw_before", "raw_after")))
        self.assertEqual((len(a) - len(keys), len(b) - len(keys)), (told["a"]["only"], told["b"]["only"]))
        self.assertEqual(spearman(*raws), told["rank_correlation_micro"])
        for score in told["scores"]:
            self.check_score(score, a, b, keys)
        for cut in told["cut_offs"]:
            reached = [[int(side[key][cut["column"]]) >= cut["at"] for key in keys] for side in (a, b)]
            self.assertEqual((sum(not x and y for x, y in zip(*reached)), sum(x and not y for x, y in zip(*reached))),
                             (cut["up"], cut["down"]))
        for words in told["words"]:
            moves = Counter((a[key][words["column"]] or None, b[key][words["column"]] or None) for key in keys)
            if words["moves"] is None:  # more than 64 words
                self.assertGreater(len({word for move in moves for word in move}), 32)
            else:
                self.assertEqual(moves, {(move["from"], move["to"]): move["rows"] for move in words["moves"]})
            self.assertEqual(sum(rows for (x, y), rows in moves.items() if x != y), words["changed"])
        for flag in told["flags"]:
            pairs = Counter((a[key][flag["column"]], b[key][flag["column"]]) for key in keys)
            self.assertEqual((pairs["0", "1"], pairs["1", "0"]), (flag["gained"], flag["lost"]))
        for split in told["splits"]:
            for group in split["groups"]:
                members = [key for key in keys if (a[key][split["column"]] or None) == group["word"]]
                changes = [int(b[key]["engagement"]) - int(a[key]["engagement"]) for key in members]
                self.assertEqual((len(members), sum(change > 0 for change in changes),
                                  sum(change < 0 for change in changes),
                                  sum(int(b[key]["raw"]) - int(a[key]["raw"]) for key in members)),
                                 tuple(group[name] for name in ("rows", "up", "down", "raw_change")))
            self.assertEqual(len(keys), sum(group["rows"] for group in split["groups"]))
        # What the causes did adds up to all there is, to the last bit.
        whole = sum(int(row["raw"]) for row in b.values()) - sum(int(row["raw"]) for row in a.values())
        self.assertEqual({"registry", "model", "data"}, set(self.effects(told)))
        self.assertEqual(whole, sum(self.effects(told).values()))
        self.check_movers(told, a, b, table)
        return told

    def check_movers(self, told, a, b, table):
        word = WORD_OF.get(table)
        listed = self.movers(f"moved-{table}")
        self.assertEqual(told["moved"], len(listed))
        found = {(int(row["customer"]), row[word] if word else ""): row for row in listed}
        self.assertEqual(len(listed), len(found))
        changed = [key for key in set(a) | set(b) if (a.get(key) or {}).get("raw") != (b.get(key) or {}).get("raw")]
        self.assertLessEqual(set(changed), set(found))
        for key, row in found.items():
            of = [int(side[key]["raw"]) if key in side else 0 for side in (a, b)]
            self.assertEqual(of[1] - of[0], sum(int(row[f"raw_by_{cause}"]) for cause in ("registry", "keywords", "model", "data")))
        both = [key for key in found if key in a and key in b]
        both.sort(key=lambda key: (-abs(int(b[key]["engagement"]) - int(a[key]["engagement"])),
                                   -abs(int(b[key]["raw"]) - int(a[key]["raw"])), key))
        self.assertEqual(both[:7], [(mover["customer"], mover["word"] or "") for mover in told["largest"]])
        for mover in told["largest"]:
            self.assertEqual(mover["raw_after"] - mover["raw_before"],
                             sum(effect["raw"] for effect in mover["due_to"].values()))
            if table == "customers":
                self.assertEqual(mover["raw_after"] - mover["raw_before"],
                                 sum(kind["points_after"] - kind["points_before"] for kind in mover["types"])
                                 + mover["tag_points_after"] - mover["tag_points_before"])

    def test_customers(self):
        told = self.check("customers")
        self.assertEqual([score["column"] for score in told["scores"]], ["engagement", "intent"])
        self.assertEqual(["tier", "region"], [split["column"] for split in told["splits"]])
        self.assertEqual(9, len(told["flags"]))
        self.assertTrue(all(sum(group["rows"] > 0 for group in split["groups"]) > 3 for split in told["splits"]))
        text = self.fourloop("diff", "a", "b", "--data", "data", "--scratch", ".").stdout.decode()
        for part in ("differ in    registry (registry.csv of the model); model (", "largest movers, of ", "by registry"):
            self.assertIn(part, text)
        again = self.fourloop("diff", "a", "b", "--data", "data", "--scratch", ".", "--threads", "3").stdout.decode()
        self.assertEqual(text, again)
        self.assert_no_scratch()

    def test_brands_categories_products(self):
        self.assertIsNone(self.check("brands")["largest"][0]["types"])
        self.check("categories")
        self.check("products")

    def test_interrupted(self):
        """Whenever it is stopped: 130 or a whole answer, and no folder is left."""
        ends = set()
        for attempt in range(12):
            process = subprocess.Popen([FOURLOOP, "diff", "a", "b", "--data", "data", "--scratch", ".", "--json"],
                                       cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(0.004 * attempt)
            process.send_signal(signal.SIGTERM)
            words = process.communicate(timeout=60)
            # Before the handlers are set the signal itself ends it.
            self.assertIn(process.returncode, (0, 130, -signal.SIGTERM), words)
            ends.add(process.returncode)
            self.assert_no_scratch()
        self.assertTrue(ends)


if __name__ == "__main__":
    main()
