"""Tags as a part of runs, and alone: the folders, what makes two runs the same, what stays when tags come in.

That each tag, hit and point is right is tag_compare_test.py's; here results are compared with each other: however rows
lie in files, whatever the threads, in a replay and night by night, with all columns and few, killed and made again.
"""

import json
import random
import signal
import subprocess
import time
import unittest

from cli_case import FOURLOOP, CliCase, main

DAY = "2026-03-31"
KEYWORDS = """tag,any,hits,days,expiry_days,priority,points
late,late|delay*,1,1,60,5,3.5
angry,angry|ümlaut,2,10,30,9,-2
price,price,,,,,
Kundin,,,,10,,
"""
WORDS = ("my parcel is late", "angry about the delays", "ÜMLAUT price", "hello", "", "price", "ＬＡＴＥ again, angry")
HEADER = "customer,time,type,brand,amount,currency,arrival,message,text\n"


def chat_rows(seed=1, customers=60, rows=900):
    chance = random.Random(seed)
    lines = []
    for number in range(rows):
        day = f"2026-{chance.randrange(1, 4):02}-{chance.randrange(1, 29):02}"
        customer = chance.randrange(1, customers)
        if chance.random() < 0.4:
            lines.append(f"{customer},{day} 10:00:00,{chance.choice(('web_visit', 'purchase_web'))},Norvik,9.50,EUR,,,")
        else:
            arrival = "" if chance.random() < 0.5 else f"2026-03-{chance.randrange(1, 31):02}"
            lines.append(f"{customer},{day} 1{chance.randrange(10)}:00:00,chat_customer_message,,,,{arrival},m{number},"
                         f'"{chance.choice(WORDS)}"')
    return lines


class TagCase(CliCase):
    def setUp(self):
        super().setUp()
        self.make_model()
        self.write("model/keywords.csv", KEYWORDS)

    def import_lines(self, lines, files=1, into="data"):
        for number in range(files):
            self.import_rows(HEADER + "\n".join(lines[number::files]) + "\n", name=f"{into}{number}.csv", into=into)

    def import_given(self, text, into="data"):
        self.import_rows("customer,tag,day,until,giver,arrival\n" + text, name="given.csv", table="given_tags", into=into)

    def tag(self, out, *more, data="data", as_of=DAY, **settings):
        return self.fourloop("tag", "--model", "model", "--data", data, "--as-of", as_of, "--out", out, *more, **settings)

    def tables(self, out):
        """Segment files by their table; names follow from the bytes."""
        return {name.split("-")[0]: (name, content) for name, content in self.snapshot(out).items() if ".flseg" in name}

    def csv(self, out, table, *more):
        text = self.fourloop("export", out, "--table", table, "--to", "csv", *more).stdout.decode()
        header, *lines = [line.split(",") for line in text.splitlines()]
        return [dict(zip(header, line)) for line in lines]

    def tags_of(self, out):
        return {(row["customer"], row["tag"]): row for row in self.csv(out, "tags")}


class SameBytes(TagCase):
    def test_files_and_threads(self):
        lines = chat_rows()
        self.import_lines(lines)
        self.run_night("wanted", "--hits")
        wanted = self.tables("wanted")
        self.assertEqual({"customers", "tags", "hits"}, set(wanted))
        for files in (7, 64):
            self.import_lines(lines, files, f"data{files}")
            for threads in (1, 2, 8):
                out = f"out{files}-{threads}"
                self.run_night(out, "--hits", "--threads", threads, "--io", "copy" if threads == 2 else "map",
                               data=f"data{files}")
                self.assertEqual(wanted, self.tables(out), out)
            self.tag(f"tags{files}", "--hits", data=f"data{files}")
            self.assertEqual({name: wanted[name] for name in ("tags", "hits")}, self.tables(f"tags{files}"))

    def test_many_ranges(self):
        """Blocks and customers enough that threads share them out."""
        self.fourloop("gen", "--customers", "9000", "--days", "400", "--ids", "text", "--out", "raw")
        self.fourloop("import", "--map", "raw/mapping.yaml", "--into", "data", "raw/interactions.csv")
        self.fourloop("model", "init", "shipped")
        outs = {threads: f"out{threads}" for threads in (1, 2, 5)}
        for threads, out in outs.items():
            self.fourloop("run", "--model", "shipped", "--data", "data", "--as-of", "2026-11-20", "--out", out, "--hits",
                          "--threads", threads)
            self.assertEqual(self.tables(outs[1]), self.tables(out))
        self.assertGreater(len(self.csv("out1", "tags")), 500)
        self.fourloop("tag", "--model", "shipped", "--data", "data", "--as-of", "2026-11-20", "--out", "tags", "--threads",
                      "3")
        self.assertEqual({"tags": self.tables("out1")["tags"]}, self.tables("tags"))

    def test_replay(self):
        self.import_lines(chat_rows(2), 3)
        self.fourloop("run", "--model", "model", "--data", "data", "--replay", "2026-03-26..2026-03-31", "--hits", "--out",
                      "replayed")
        previous = []
        self.path("single").mkdir()
        for day in range(26, 32):
            out = f"single/2026-03-{day}"
            self.run_night(out, "--hits", "--view", "known-then", *previous, as_of=f"2026-03-{day}")
            previous = ["--previous", out]
        without_times = lambda folder: {name: content for name, content in self.snapshot(folder).items()
                                        if not name.endswith("timing.json")}
        self.assertEqual(without_times("single"), without_times("replayed"))

    def test_killed_and_made_again(self):
        self.import_lines(chat_rows(3, 400, 20000))
        self.tag("wanted", "--hits")
        chance = random.Random(3)
        for _ in range(6):
            process = subprocess.Popen([FOURLOOP, "tag", "--model", "model", "--data", "data", "--as-of", DAY, "--out", "out",
                                        "--hits"], cwd=self.folder, stderr=subprocess.DEVNULL)
            time.sleep(chance.random() * 0.06)
            process.send_signal(signal.SIGKILL)
            process.wait()
        self.tag("out", "--hits")
        self.assertEqual(self.tables("wanted"), self.tables("out"))
        self.assert_nothing_temporary("out")


class Folders(TagCase):
    def setUp(self):
        super().setUp()
        self.import_lines(chat_rows(4, 20, 200))

    def test_what_makes_two_runs_the_same(self):
        self.run_night("run")
        self.tag("tags")
        before = self.snapshot("run"), self.snapshot("tags")
        for out, make, others in (("run", self.run_night, ((self.run_night, "--hits"), (self.tag,))),
                                  ("tags", self.tag, ((self.tag, "--hits"), (self.run_night,)))):
            make(out, says="nothing was done")
            make(out, "--skip-unchanged", code=99)
            for other, *more in others:
                other(out, *more, code=73)
        self.assertEqual(before, (self.snapshot("run"), self.snapshot("tags")))
        self.path("tags/_SUCCESS").unlink()
        self.tag("tags")
        self.assertEqual(before[1]["manifest.json"], self.path("tags/manifest.json").read_bytes())

    def test_other_verbs_read_tags_alone(self):
        self.tag("tags", "--hits")
        self.fourloop("verify", "tags")
        for table in ("tags", "hits"):
            self.fourloop("inspect", self.table_file("tags", table, ".flseg"), "--rows", "3")
            for database, to in (("postgres", "pgcopy"), ("duckdb", "parquet"), ("clickhouse", "arrow")):
                self.fourloop("export", "tags", "--table", table, "--to", to, "-o", f"{table}.{to}")
                self.fourloop("load-sql", "--for", database, "--to", to, "tags", "--table", table)
        self.fourloop("export", "tags", "--table", "all", "--to", "csv", "-o", "all/", says="2 files")
        self.fourloop("export", "tags", "--table", "customers", "--to", "csv", code=64, says="tags, hits")
        self.fourloop("explain", "--run", "tags", "--data", "data", "1", code=64, says="tags alone")
        self.run_night("next", "--previous", "tags", as_of="2026-04-01", code=64, says="tags alone")
        self.fourloop("diff", "tags", "tags", code=64)

    def test_hits_point_into_texts(self):
        self.write("map.yaml", "columns: {customer: customer, time: time, type: type, message: message, text: text}\n")
        self.write("one.csv", 'customer,time,type,message,text\n7,2026-03-30 10:00:00,chat_customer_message,m1,"é ＬＡＴＥ, delayed"\n')
        self.fourloop("import", "--map", "map.yaml", "--into", "one", "one.csv")
        self.tag("tags", "--hits", data="one")
        text = "é ＬＡＴＥ, delayed".encode()
        found = [text[int(hit["offset"]):int(hit["offset"]) + int(hit["length"])].decode()
                 for hit in self.csv("tags", "hits")]
        self.assertEqual(["ＬＡＴＥ", "delay"], found)
        self.assertEqual({"2"}, {hit["rule"] for hit in self.csv("tags", "hits")})

    def test_many_hits_are_cut(self):
        self.write("map.yaml", "columns: {customer: customer, time: time, type: type, message: message, text: text}\n")
        self.write("long.csv", "customer,time,type,message,text\n" + "".join(
            f"{customer},2026-03-30 10:00:00,chat_customer_message,m{customer},{'late ' * count}\n"
            for customer, count in ((1, 1000), (2, 1001), (3, 5000))))
        self.fourloop("import", "--map", "map.yaml", "--into", "long", "long.csv")
        says = "hits cut in 2 messages: of a rule the first 1000 in a message count"
        told = json.loads(self.tag("tags", "--hits", "--json", data="long", says=says).stdout)
        self.assertEqual((3, 3000, 2), (told["tags"], told["hits"], told["cut_messages"]))
        self.assertNotIn(b"cut", self.tag("few", data="long").stderr)  # tags lose nothing

    def test_report(self):
        told = json.loads(self.tag("tags", "--hits", "--json").stdout)
        self.assertEqual((len(self.csv("tags", "tags")), len(self.csv("tags", "hits"))), (told["tags"], told["hits"]))
        self.assertGreater(told["messages"], 50)
        run = json.loads(self.run_night("run", "--hits", "--json").stdout)
        self.assertEqual({name: told[name] for name in ("tags", "hits", "messages")},
                         {name: run[name] for name in ("tags", "hits", "messages")})
        manifest = json.loads(self.path("tags/manifest.json").read_text())
        self.assertEqual((True, "tags", 0), (manifest["hits"], manifest["only"], manifest["counts"]["rows_in"]))
        self.assertIn("keywords.csv", [output["name"] for output in manifest["outputs"]])


class Changes(TagCase):
    def setUp(self):
        super().setUp()
        self.write("map.yaml", "columns: {customer: customer, time: time, type: type, text: text}\n")

    def import_messages(self, *messages):
        self.write("rows.csv", "customer,time,type,text\n" + "".join(
            f'{customer},{day} 10:00:00,{"chat_customer_message" if text else "web_visit"},{text}\n'
            for customer, day, text in messages))
        self.fourloop("import", "--map", "map.yaml", "--into", "data", "rows.csv")

    def test_rules_go_and_come(self):
        """A deleted rule ends its tag that night; a new one runs over all messages, years old ones too."""
        self.import_messages((1, "2026-03-01", "late"), (2, "2023-05-05", "voucher"), (2, "2026-03-05", "price"))
        self.run_night("first")
        self.assertEqual({("1", "late"), ("2", "price")}, set(self.tags_of("first")))
        self.write("model/keywords.csv", "tag,any,expiry_days\nprice,price,\nvoucher,voucher,3650\n")
        self.run_night("next", "--previous", "first", as_of="2026-04-01")
        self.assertEqual({("2", "price"), ("2", "voucher")}, set(self.tags_of("next")))
        self.assertEqual("2023-05-05", self.tags_of("next")["2", "voucher"]["since"])

    def test_given_tags(self):
        self.import_messages((1, "2026-03-01", "late"), (3, "2026-03-01", None))
        self.import_given("1,Kundin,2026-03-30,,Ann,\n3,Kundin,2026-01-01,2026-03-31,Ann,\n3,Zoë,2026-03-20,,,\n"
                          "8,Kundin,2026-03-29,,,\n3,late,2026-04-05,,,\n"
                          "1,late,2026-03-31,2026-03-30,,\n")
        self.run_night("out")
        self.assertEqual({("1", "Kundin"), ("1", "late"), ("3", "Kundin"), ("3", "Zoë"), ("8", "Kundin")},
                         set(self.tags_of("out")))
        self.assertEqual("2026-03-01", self.tags_of("out")["1", "late"]["last"], "a row that ends before it begins fires")
        self.assertEqual({"1": "late|Kundin", "3": "Kundin|Zoë"}, {row["customer"]: row["tags"] for row in self.exported()})
        manifest = json.loads(self.path("out/manifest.json").read_text())
        self.assertEqual({"interactions", "given_tags"}, {entry["table"] for entry in manifest["inputs"]})
        self.path("model/keywords.csv").unlink()
        self.tag("by-hand")
        self.assertEqual({("1", "Kundin"), ("3", "Kundin"), ("3", "Zoë"), ("8", "Kundin")}, set(self.tags_of("by-hand")))

    def test_points(self):
        """What they change, and what they leave alone: against the same night without points."""
        self.import_lines(chat_rows(5))
        model = self.path("model/model.yaml")
        model.write_text(model.read_text().replace("scopes: [customer]", "scopes: [customer, brand]"))
        self.run_night("with")
        self.write("model/keywords.csv", KEYWORDS.replace("3.5", "").replace(",-2", ","))
        self.run_night("without")
        changed = {"raw", "raw_positive", "raw_negative", "engagement", "band", "percentile", "loop", "phase", "ambassador",
                   "engaged_no_value", "tag_points", "churn_signals", "stage"}
        some = set()
        for a, b in zip(self.exported("with"), self.exported("without")):
            moved = {name for name in a if a[name] != b[name]}
            self.assertLessEqual(moved, changed)
            some |= moved
            self.assertEqual(int(a["raw"]) - int(b["raw"]), int(a["tag_points"]))
            self.assertEqual("0", b["tag_points"])
            self.assertEqual(int(a["raw"]), int(a["raw_positive"]) + int(a["raw_negative"]))
        self.assertLessEqual({"raw", "raw_positive", "raw_negative", "engagement", "percentile"}, some)
        self.assertEqual(self.csv("with", "brands"), self.csv("without", "brands"))
        shares = {name: sum(int(row["points"]) for row in self.csv(name, "tags")) for name in ("with", "without")}
        self.assertEqual((True, 0), (shares["with"] != 0, shares["without"]))

    def test_columns(self):
        self.import_lines(chat_rows(6))
        self.run_night("all")
        whole = {row["customer"]: row for row in self.exported("all")}
        self.assertTrue(any(row["tags"] for row in whole.values()))
        for columns in ("tags", "raw,tags,tag_points", "engagement,raw,band,percentile", "tag_points,net_12m,loop"):
            self.run_night(columns, "--columns", columns)
            for row in self.exported(columns):
                for name in columns.split(","):
                    self.assertEqual(whole[row["customer"]][name], row[name], f"{columns}: {name}")
            self.assertEqual(self.tables("all")["tags"], self.tables(columns)["tags"])


class NothingToTag(TagCase):
    def test_no_texts(self):
        self.import_rows("customer,time,type\n1,2026-03-30 10:00:00,web_visit\n")
        self.run_night("out", "--hits")
        self.assertEqual({"customers"}, set(self.tables("out")))
        self.assertEqual(("", ""), (self.exported()[0]["tags"], self.exported()[0]["tag_points"]))
        self.tag("tags", code=66, says="neither texts nor tags given by hand")
        self.assertFalse(self.path("tags").exists())

    def test_no_rules(self):
        self.import_rows()
        for keywords in (None, "tag,any\nKundin,\n"):
            if keywords is None:
                self.path("model/keywords.csv").unlink()
            else:
                self.write("model/keywords.csv", keywords)
            self.run_night(f"out-{keywords is None}")
            self.assertEqual({"customers"}, set(self.tables(f"out-{keywords is None}")))
            self.tag("tags", code=78, says="keywords.csv")
            self.assertFalse(self.path("tags").exists())

    def test_nobody_has_a_tag(self):
        self.import_rows()
        self.run_night("out", "--hits")
        self.assertEqual(([], []), (self.csv("out", "tags"), self.csv("out", "hits")))
        self.assertEqual({("", "0")}, {(row["tags"], row["tag_points"]) for row in self.exported()})
        self.fourloop("verify", "out")


if __name__ == "__main__":
    main()
