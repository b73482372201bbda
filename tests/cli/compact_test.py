"""`fourloop compact`: fewer files, the same results; at every moment the old folder or the new one.

A made-up retailer is cut into files that share customers, days and words; each result is compared byte for byte with
that of the files before. Kills and full disks come at many moments, since which one hurts is not known beforehand.
"""

import csv
import io
import json
import os
import random
import signal
import subprocess
import time
import unittest

from cli_case import FOURLOOP, SANITIZED, SMALL, CliCase, main

DAY = "2026-11-20"


class CompactCase(CliCase):
    def compact(self, folder="data", *more, **settings):
        return self.fourloop("compact", folder, *more, **settings)

    def listed(self, folder="data", table="interactions"):
        manifest = json.loads(self.path(f"{folder}/manifest.json").read_text())
        return [file["name"] for file in manifest["files"] if file["table"] == table]

    def lying(self, folder="data"):
        return sorted(entry.name for entry in self.path(folder).glob("*.flint"))

    def make_parts(self, parts=6, customers=300, days=120, ids="integer"):
        """raw/part0.csv ...: rows dealt out by chance, so that most customers and days are in several files."""
        self.fourloop("gen", "--customers", customers, "--days", days, "--ids", ids, "--out", "raw")
        rows = list(csv.reader(io.StringIO(self.path("raw/interactions.csv").read_text(encoding="utf-8"))))
        chance = random.Random(3)
        dealt = [[] for _ in range(parts)]
        for row in rows[1:]:
            dealt[chance.randrange(parts)].append(row)
        for number, part in enumerate(dealt):
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows([rows[0], *part])
            self.write(f"raw/part{number}.csv", text.getvalue())
        return parts

    def take_in(self, part, *more, into="data"):
        self.fourloop("import", "--map", "raw/mapping.yaml", "--into", into, f"raw/part{part}.csv", *more)

    def results(self, out, data="data", *more):
        self.run_night(out, *more, data=data, as_of=DAY)
        return {path.name: path.read_bytes() for path in self.path(out).glob("*.flseg")}

    def use_scopes(self):
        model = self.path("model/model.yaml")
        text = model.read_text()
        self.assertIn("scopes:", text)
        lines = [("scopes: [customer, brand, category]" if line.lstrip("# ").startswith("scopes:") else line)
                 for line in text.splitlines()]
        model.write_text("\n".join(lines) + "\n")


class Folding(CompactCase):
    def test_results_stay(self):
        parts = self.make_parts()
        for part in range(parts):
            arrival = [] if part % 3 == 0 else ["--arrival", f"2026-11-{10 + 2 * part}"]
            self.take_in(part, *arrival)
        self.import_rows("product,brand,category\nP1,Norvik,garden-eco\n", name="p1.csv", table="products")
        self.import_rows("product,brand,category\nP1,Velora,garden-eco\nP2,Norvik,\n", name="p2.csv",
                         table="products")
        self.import_rows("customer,birth_year\n1,1980\n2,1990\n", name="c1.csv", table="customers")
        self.import_rows("customer,country\n1,NL\n3,BE\n", name="c2.csv", table="customers")
        self.import_rows("store,latitude,longitude\nA,52.1,5.1\nB,52.2,5.2\n", name="s1.csv", table="stores")
        self.import_rows("store,latitude,longitude\nA,52.3,5.3\n", name="s2.csv", table="stores")
        self.make_model()
        self.use_scopes()
        before = self.results("before")
        then = self.results("then", "data", "--view", "known-then")
        self.assertEqual(4, len(before))
        manifest = json.loads(self.path("data/manifest.json").read_text())
        said = json.loads(self.compact("data", "--json").stdout)
        self.assertEqual((parts + 6, 4, parts + 6), (said["files_before"], said["files_after"], said["folded"]))
        self.assertEqual(3, said["rows_before"] - said["rows_after"])  # P1, customer 1 and store A came twice
        self.assertEqual(4, len(self.lying()))
        self.fourloop("verify", "data")
        self.assertEqual(before, self.results("after"))
        self.assertEqual(then, self.results("then-after", "data", "--view", "known-then"))
        now = json.loads(self.path("data/manifest.json").read_text())
        self.assertEqual(manifest["imports"], now["imports"])
        self.assertEqual({file["name"] for file in manifest["files"]},
                         {origin["name"] for fold in now["folds"] for origin in fold["from"]})
        self.assertEqual([None] * 4, [file["import"] for file in now["files"]])
        # Twice is once; every import is known; explain finds the rows of both runs.
        state = self.snapshot("data")
        self.compact(says="nothing was done")
        self.take_in(0)
        self.assertEqual(state, self.snapshot("data"))
        self.assertEqual(self.fourloop("explain", "--run", "before", "--data", "data", "3").stdout,
                         self.fourloop("explain", "--run", "after", "--data", "data", "3").stdout)

    def test_the_newest_profile_stays(self):
        """By the day it arrived, whatever the order of imports; the column has another number in each table."""
        key = {"customers": ("customer", "birth_year", ("1980", "1990")), "stores": ("store", "region", ("north", "south")),
               "products": ("product", "brand", ("Norvik", "Velora"))}
        for table, (name, column, values) in key.items():
            for into, order in (("a", (0, 1)), ("b", (1, 0))):
                for value in order:
                    self.import_rows(f"{name},{column},arrival\n7,{values[value]},2026-11-1{value}\n", into=into,
                                     name=f"{table}{value}.csv", table=table)
        for into in ("a", "b"):
            self.compact(into)
            for table, (name, column, values) in key.items():
                cells = self.fourloop("inspect", "--rows", 9, self.table_file(into, table)).stdout.decode().splitlines()
                self.assertEqual(2, len(cells), cells)
                row = dict(zip(cells[0].split(","), cells[1].split(",")))
                self.assertEqual((values[1], "2026-11-11"), (row[column], row["arrival"]), table)

    def test_tags_given_by_hand_all_stay(self):
        """Twice the same is two rows, within a file and over files; the rest in order of customer and day."""
        self.import_rows("customer,day,tag,until,giver,arrival\n7,2026-11-02,vip,2026-12-01,Ann,\n7,2026-11-01,vip,,,\n"
                         "7,2026-11-01,vip,,,\n", name="g1.csv", table="given_tags")
        self.import_rows("day,customer,tag,arrival\n2026-11-01,7,vip,\n2026-11-03,3,angry,2026-11-05\n", name="g2.csv",
                         table="given_tags")
        self.compact()
        self.fourloop("verify", "data")
        rows = ["3,2026-11-03,angry,,,2026-11-05", *["7,2026-11-01,vip,,,"] * 3, "7,2026-11-02,vip,2026-12-01,Ann,"]
        exported = self.fourloop("export", "data", "--table", "given_tags", "--to", "csv").stdout.decode().split()
        self.assertEqual(["customer,day,tag,until,giver,arrival", *rows], exported)

    def test_equal_folders_become_equal_files(self):
        parts = self.make_parts()
        for into, order in (("a", range(parts)), ("b", reversed(range(parts)))):
            for part in order:
                self.take_in(part, into=into)
            self.compact(into)
        self.assertEqual(self.snapshot("a"), self.snapshot("b"))

    def test_one_import_of_all_has_the_same_rows(self):
        parts = self.make_parts()
        for part in range(parts):
            self.take_in(part)
        self.fourloop("import", "--map", "raw/mapping.yaml", "--into", "whole", "raw/interactions.csv")
        self.compact()
        shown = [self.fourloop("inspect", f"{folder}/{self.listed(folder)[0]}", "--rows", 1000000).stdout
                 for folder in ("data", "whole")]
        self.assertEqual(*shown)

    def test_days_that_come_later(self):
        parts = self.make_parts()
        self.make_model()
        for part in range(parts):
            self.take_in(part, into="plain")
            self.take_in(part)
            if part % 2:
                self.results(f"night{part}")
                self.compact()
                self.assertEqual(1, len(self.listed()))
        self.assertEqual(self.results("plain-out", "plain"), self.results("out"))
        # The runs of earlier nights saw a part of what is one file now.
        self.fourloop("explain", "--run", "night5", "--data", "data", "3")
        self.fourloop("explain", "--run", "night3", "--data", "data", "3", code=66,
                      says=["the folder was compacted", "run again"])

    def test_empty_and_single(self):
        self.compact("nowhere", code=66)
        self.import_rows("customer,time,type\n")
        self.compact()
        self.compact(says="nothing was done")
        self.import_rows()
        self.compact()
        self.fourloop("verify", "data")
        self.assertEqual(1, len(self.lying()))

    def test_text_ids(self):
        parts = self.make_parts(ids="text")
        self.make_model()
        for part in range(parts):
            self.take_in(part)
        before = self.results("before")
        self.assertEqual(parts, len(self.listed(table="customer_ids")))
        self.compact()
        self.assertEqual(1, len(self.listed(table="customer_ids")))
        self.fourloop("verify", "data")
        self.assertEqual(before, self.results("after"))

    def test_dictionaries_that_do_not_fit(self):
        """Of three files with 500,000 words each any two fit into one."""
        for number in range(3):
            self.import_rows("customer,time,type,content\n" + "".join(
                f"{row},2026-03-30 10:00:00,web_visit,{number}-{row}\n" for row in range(500000)),
                name=f"{number}.csv")
        self.make_model()
        before = self.results("before")
        self.compact()
        self.assertEqual(2, len(self.listed()))
        self.compact(says="nothing was done")
        self.fourloop("verify", "data")
        self.assertEqual(before, self.results("after"))

    def test_memory_that_does_not_suffice(self):
        parts = self.make_parts()
        for part in range(parts):
            self.take_in(part)
        state = self.snapshot("data")
        self.compact("data", "--memory", "64M", code=65, says=["interactions files need", "raise --memory"])
        self.assertEqual(state, {name: content for name, content in self.snapshot("data").items()
                                 if name != ".compact"})

    @unittest.skipIf(SANITIZED, "sanitizers take memory of their own")
    def test_memory_is_kept(self):
        import resource

        self.make_parts(parts=4, customers=4000)
        for part in range(4):
            self.take_in(part)
        self.compact("data", "--memory", "256M",
                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (256 << 20, 256 << 20)))

    def test_broken_file(self):
        parts = self.make_parts(parts=2)
        for part in range(parts):
            self.take_in(part)
        broken = self.path(f"data/{self.listed()[1]}")
        content = bytearray(broken.read_bytes())
        content[len(content) // 2] ^= 1
        broken.write_bytes(content)
        state = self.snapshot("data")
        self.compact(code=65, says=broken.name)
        self.assertEqual(state, {name: content for name, content in self.snapshot("data").items()
                                 if name != ".compact"})
        broken.unlink()
        self.compact(code=66, says=broken.name)


class Moments(CompactCase):
    """Kills, locks, disks: whatever comes, a reader sees all rows once."""

    def setUp(self):
        super().setUp()
        for part in range(self.make_parts(customers=3000)):
            self.take_in(part)
        self.make_model()
        self.good = self.results("good")

    def test_killed(self):
        chance = random.Random(5)
        started = time.monotonic()
        os.system(f"cp -r {self.path('data')} {self.path('timed')}")
        self.compact("timed")
        whole = time.monotonic() - started
        ends = set()
        for attempt in range(25):
            data = f"data{attempt}"
            os.system(f"cp -r {self.path('data')} {self.path(data)}")
            process = subprocess.Popen([FOURLOOP, "compact", data], cwd=self.folder, stderr=subprocess.DEVNULL)
            time.sleep(chance.random() * whole)
            process.send_signal(signal.SIGKILL if attempt % 3 else signal.SIGTERM)
            ends.add(process.wait(timeout=60))
            self.assertEqual(self.good, self.results(f"out{attempt}", data))
            self.compact(data)
            self.assertEqual(1, len(self.lying(data)), "something was left behind")
            self.assert_nothing_temporary(data)
            self.assertEqual(self.snapshot("timed"), self.snapshot(data))
        self.assertTrue(ends & {-signal.SIGKILL, 130}, ends)

    def test_left_behind(self):
        """Files that were folded and could not be removed, and a fold that never was listed, go the next time."""
        old = {name: content for name, content in self.snapshot("data").items() if name.endswith(".flint")}
        state = self.snapshot("data")
        self.compact()
        fold, = self.lying()
        now = self.snapshot("data")
        for name, content in old.items():
            self.write(f"data/{name}", content)
        stranger = self.write("data/interactions-00000000000000ff-p0001.flint", next(iter(old.values())))
        self.compact(says="nothing was done")
        stranger.unlink()
        self.assertEqual(now, self.snapshot("data"))
        for name, content in state.items():
            self.write(f"data/{name}", content)
        self.import_rows(SMALL, name="late.csv")
        self.compact()
        self.assertNotIn(fold, self.lying())
        self.assertEqual(1, len(self.lying()))

    def test_one_at_a_time(self):
        import fcntl

        state = self.snapshot("data")
        with open(self.path("data/.compact"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.compact(code=75, says="another compaction is at work in this folder")
            self.assertEqual(state, {name: content for name, content in self.snapshot("data").items()
                                     if name != ".compact"})
        self.compact()

    def test_full_disk(self):
        can_mount = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=64k", "none", "/mnt"],
                                   capture_output=True).returncode == 0
        if not can_mount:
            self.skipTest("small disks need the right to mount (root)")
        size_kib = sum(len(content) for content in self.snapshot("data").values()) // 1024
        codes = []
        for more_kib in (40, 80, 200, size_kib // 2, 3 * size_kib):
            script = (f"mkdir -p disk && mount -t tmpfs -o size={size_kib + more_kib}k,mode=700 none disk && "
                      'cp -r data disk/ && "$F" compact disk/data; code=$?; '
                      '"$F" verify disk/data >/dev/null || exit 99; '
                      '"$F" run --model model --data disk/data --as-of 2026-11-20 --out out || exit 98; '
                      f"cmp out/customers-*.flseg good/customers-*.flseg || exit 97; rm -r out; exit $code")
            done = subprocess.run(["unshare", "-m", "bash", "-c", script], cwd=self.folder, capture_output=True,
                                  timeout=120, env={**os.environ, "F": str(FOURLOOP)})
            codes.append(done.returncode)
            self.assertIn(done.returncode, (0, 75), done.stderr.decode())
        self.assertEqual({0, 75}, set(codes))


if __name__ == "__main__":
    main()
