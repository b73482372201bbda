"""Imports that are made again: rows never count twice by accident, lost files come back, rejects say what happened."""

import shutil
import signal
import subprocess
import time
import unittest

from cli_case import AS_OF, FOURLOOP, CliCase, main

HEADER = "customer,time,type\n"
MONDAY = HEADER + "1,2026-03-23 10:00:00,web_visit\n"
TUESDAY = HEADER + "1,2026-03-24 10:00:00,web_visit\n"
WEDNESDAY = HEADER + "1,2026-03-25 10:00:00,web_visit\n"


class Again(CliCase):
    def setUp(self):
        super().setUp()
        for name, content in (("mon.csv", MONDAY), ("tue.csv", TUESDAY), ("wed.csv", WEDNESDAY)):
            self.write(name, content)
        self.make_model()

    def take_in(self, *names, **settings):
        return self.fourloop("import", "--into", "data", *names, **settings)

    def rows_scored(self, out):
        self.run_night(out)
        return self.exported(out)[0]["rows"]

    def test_a_file_in_another_combination(self):
        self.take_in("mon.csv", "tue.csv")
        self.take_in("tue.csv", "wed.csv", code=65, says=["tue.csv", "was taken in before", "--again"])
        self.take_in("wed.csv")
        self.assertEqual("3", self.rows_scored("out"))
        self.take_in("--again", "tue.csv")
        self.assertEqual("4", self.rows_scored("twice"))

    def test_a_file_named_twice(self):
        self.take_in("mon.csv", "mon.csv", code=65, says=["mon.csv", "come twice"])
        self.assert_nothing_there("data")
        self.take_in("mon.csv")

    def test_another_mapping(self):
        mapping = "zone: UTC\ncolumns: {customer: customer, time: time, type: type}\n"
        self.write("shop.yaml", mapping)
        self.take_in("--map", "shop.yaml", "mon.csv")
        self.write("shop.yaml", mapping + "# a comment\n")
        self.take_in("--map", "shop.yaml", "mon.csv", code=65, says="was taken in before")

    def test_files_without_rows_harm_nobody(self):
        self.write("quiet.csv", HEADER)
        self.take_in("mon.csv", "quiet.csv")
        self.take_in("tue.csv", "quiet.csv")
        self.assertEqual("2", self.rows_scored("out"))

    def test_a_lost_file_comes_back(self):
        self.take_in("mon.csv", "--arrival", "2026-03-24")
        table = self.table_file("data")
        whole = table.read_bytes()
        for cut in (None, 100):
            table.unlink() if cut is None else table.write_bytes(whole[:cut])
            self.fourloop("verify", "data", code=65)
            self.take_in("mon.csv", code=65, says=[table.name, "arrival day of its first time: 2026-03-24"])
            self.take_in("mon.csv", "--arrival", "2026-03-24", says="are back")
            self.assertEqual(whole, table.read_bytes())
            self.fourloop("verify", "data")

    def test_a_lost_manifest_is_not_begun_anew(self):
        self.take_in("mon.csv")
        manifest = self.path("data/manifest.json").read_bytes()
        self.path("data/manifest.json").unlink()
        self.take_in("tue.csv", code=65, says=[self.table_file("data").name, "manifest.json is gone"])
        self.write("data/manifest.json", manifest)
        self.take_in("tue.csv")
        self.assertEqual("2", self.rows_scored("out"))

    def leave_killed(self, name):
        """What lies in the folder when its first import is killed in front of its manifest."""
        self.take_in(name)
        self.path("data/manifest.json").unlink()
        digits = self.table_file("data").name.split("-")[1]
        self.write(f"data/.import-{digits}", "")

    def test_a_killed_first_import_is_repeated_however_often_that_fails(self):
        """A repeat swept the lock of the killed one before it took its own. When it then came to nothing, as by a missing
        file or a second kill, the table files looked like those of a lost manifest, and every later import was refused."""
        self.leave_killed("mon.csv")
        self.write("bad.csv", MONDAY + "2,2026-03-23 10:00:00,web_vist\n")
        for _ in range(2):
            self.take_in("gone.csv", code=66)
            self.take_in("bad.csv", code=65, says="web_vist")
        self.take_in("mon.csv")
        self.assertEqual([".lock", self.table_file("data").name, "manifest.json"],
                         sorted(name for name in self.snapshot("data") if "/" not in name))

    def test_another_import_begins_beside_a_killed_one(self):
        self.leave_killed("mon.csv")
        self.take_in("tue.csv")
        self.take_in("wed.csv")
        self.assertEqual([], list(self.path("data").glob(".import-*")))
        self.assertEqual("2", self.rows_scored("out"))
        self.take_in("mon.csv")
        self.assertEqual("3", self.rows_scored("again"))

    def test_a_lock_stands_for_its_own_import_only(self):
        self.leave_killed("mon.csv")
        next(self.path("data").glob(".import-*")).rename(self.path("data/.import-0123456789abcdef"))
        self.take_in("mon.csv", code=65, says=[self.table_file("data").name, "manifest.json is gone"])

    def test_a_folder_of_something_else(self):
        before = self.snapshot("model")
        self.fourloop("import", "--into", "model", "mon.csv", code=73, says="no data folder")
        self.assertEqual(before, self.snapshot("model"))

    def test_what_to_do_with_rejects(self):
        self.write("bad.csv", MONDAY + "2,2026-03-23 10:00:00,web_vist\n")
        self.take_in("bad.csv", code=65, says=["nothing was imported", "--max-rejects 1"])
        self.take_in("--max-rejects", "1", "bad.csv", says="to mend and import by themselves")

    def test_a_padded_reject_is_no_data(self):
        """A spreadsheet fills every line up to the header: what is said of a short record must not slide into columns."""
        self.write("short.csv", "customer,time,type,brand,category,content\n1,2026-01-01,web_visit,b\n")
        self.take_in("short.csv", code=65)
        reject = next(self.path("data/rejects").glob("*.csv")).read_text().splitlines()
        self.assertEqual(reject[0].count(","), reject[1].replace('"record: too few fields: 4, the header has 6"', "").count(","))
        self.write("unmended.csv", "\n".join(reject) + "\n")
        self.take_in("unmended.csv", code=65, says="too few fields: 4, the header has 6")
        again = max(self.path("data/rejects").glob("*.csv"), key=lambda path: path.stat().st_mtime_ns)
        self.assertEqual(reject[1].replace("short.csv", "unmended.csv"), again.read_text().splitlines()[1])
        for mended in (reject[1].replace("web_visit,b,,", "web_visit,b,,c"), reject[1].rsplit(',"', 1)[0] + ","):
            self.write("mended.csv", f"{reject[0]}\n{mended}\n")
            self.fourloop("import", "--into", "other", "mended.csv")
            shutil.rmtree(self.path("other"))
        self.take_in("mended.csv")
        shown = self.fourloop("inspect", "--rows", "1", self.table_file("data")).stdout.decode().splitlines()
        self.assertEqual("1,2026-01-01,9,,,b,,,,,,,,,,,,,,,", shown[1])

    def test_rejects_of_the_first_time_count_again(self):
        """An import that is there already is no success for somebody who allows fewer rejects than it had."""
        self.write("bad.csv", MONDAY + "2,2026-03-23 10:00:00,web_vist\n2,2026-02-30 10:00:00,web_visit\n")
        self.take_in("--max-rejects", "2", "bad.csv", says="time: no such day or time")
        self.take_in("--max-rejects", "2", "bad.csv", says=["already imported", "rejected then 1: type: unknown name"])
        before = self.snapshot("data")
        self.take_in("bad.csv", code=65, says=["already imported", "2 rows of 3 rejected, at most 0 allowed now"])
        self.assertEqual(before, self.snapshot("data"))

    def test_a_zone_that_nobody_chose_is_told(self):
        said = "zone: UTC from now on for this folder"
        self.take_in("mon.csv", says=said)
        self.assertNotIn(said, self.take_in("tue.csv").stderr.decode())
        self.write("shop.yaml", "zone: UTC\ncolumns: {customer: customer, time: time, type: type}\n")
        done = self.fourloop("import", "--into", "other", "--map", "shop.yaml", "mon.csv")
        self.assertNotIn(said, done.stderr.decode())

    def test_rows_without_an_arrival_take_that_of_the_import(self):
        self.write("late.csv", "customer,time,type,arrival\n1,2026-03-23 10:00:00,web_visit,\n"
                   "2,2026-03-23 10:00:00,web_visit,2026-03-23\n")
        self.take_in("--arrival", "2026-03-29", "late.csv")
        self.run_night("then", "--view", "known-then", as_of="2026-03-28")
        self.assertEqual(["2"], [row["customer"] for row in self.exported("then")])
        self.run_night("now", as_of=AS_OF)
        self.assertEqual(["1", "2"], [row["customer"] for row in self.exported("now")])


class Waiting(CliCase):
    def test_a_signal_ends_an_import_that_waits(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with subprocess.Popen([FOURLOOP, "import", "--into", "data", "-"], cwd=self.folder,
                                  stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
                time.sleep(0.3)
                process.send_signal(number)
                self.assertEqual(130, process.wait(timeout=20))
        self.assert_nothing_there("data")


class Gen(CliCase):
    def test_foreign_files_stay(self):
        self.write("raw/interactions.csv", "my,real,data\n")
        self.fourloop("gen", "--customers", "10", "--out", "raw", code=73, says=["interactions.csv", "is there already"])
        self.assertEqual({"interactions.csv": b"my,real,data\n"}, self.snapshot("raw"))

    def test_what_is_there_already(self):
        """As a gen leaves it that was killed while its files got their names, or just before its end."""
        make = ("gen", "--customers", "10", "--days", "9", "--out", "raw")
        self.fourloop(*make)
        whole = self.snapshot("raw")
        for lost in (("interactions.csv", "products.csv"), ()):
            for name in lost:
                self.path(f"raw/{name}").unlink()
            self.fourloop(*make)
            self.assertEqual(whole, self.snapshot("raw"))
        self.fourloop(*make, "--seed", "8", code=73, says="stores.csv")
        self.assertEqual(whole, self.snapshot("raw"))


if __name__ == "__main__":
    main()
