"""The contract of a run folder: published whole, made once, the same bytes for the same inputs, wherever it runs."""

import itertools
import random
import unittest

from cli_case import SMALL, CliCase, main


def without_times(files):
    return {name: content for name, content in files.items() if name != "timing.json"}


class Contract(CliCase):
    def setUp(self):
        super().setUp()
        self.import_rows()
        self.make_model()

    def test_a_run_is_made_once(self):
        self.run_night(says="3 customers scored")
        before = self.snapshot("out")
        self.run_night(says="nothing was done")
        self.run_night("out", "--skip-unchanged", code=99, says="nothing was done")
        self.assertEqual(before, self.snapshot("out"))
        self.run_night("new", "--skip-unchanged")

    def test_other_inputs_leave_a_run_alone(self):
        self.run_night()
        before = self.snapshot("out")
        self.run_night(as_of="2026-03-30", code=73, says="out")
        self.run_night("out", "--view", "known-then", code=73, says="out")
        registry = self.path("model/registry.csv")
        good = registry.read_text()
        registry.write_text(good.replace("web_visit,web,inbound,awareness,1,", "web_visit,web,inbound,awareness,2,"))
        self.run_night(code=73, says="out")
        registry.write_text(good)
        self.import_rows("customer,time,type\n9,2026-03-01,web_visit\n", name="more.csv")
        self.run_night(code=73, says="out")
        self.assertEqual(before, self.snapshot("out"))
        self.run_night("next")

    def test_foreign_files_stay(self):
        self.write("out/letter.txt", "mine")
        self.run_night(code=73, says="letter.txt")
        self.assertEqual({"letter.txt": b"mine"}, self.snapshot("out"))
        self.path("out/letter.txt").unlink()
        self.run_night()

    def test_what_a_killed_run_left_is_swept(self):
        self.run_night()
        whole = self.snapshot("out")
        self.path("out/_SUCCESS").unlink()
        self.write("out/.fl-tmp-1-1", "half a table")
        self.fourloop("export", "out", "--table", "customers", "--to", "csv", code=66)
        self.run_night(says="3 customers scored")
        self.assertEqual(without_times(whole), without_times(self.snapshot("out")))

    def test_replay_gives_equal_bytes(self):
        self.run_night("one")
        for more in ((), ("--io", "copy"), ("--threads", "2"), ("--threads", "8"), ("--memory", "256M")):
            name = "out" + "".join(more)
            self.run_night(name, *more)
            self.assertEqual(without_times(self.snapshot("one")), without_times(self.snapshot(name)), more)

    def test_columns_choose_what_is_written(self):
        self.run_night("all")
        self.run_night("some", "--columns", "raw,engagement")
        whole = self.fourloop("export", "all", "--table", "customers", "--to", "csv").stdout.decode().splitlines()
        some = self.fourloop("export", "some", "--table", "customers", "--to", "csv").stdout.decode().splitlines()
        names = whole[0].split(",")
        kept = [names.index(name) for name in ("customer", "customer_id", "engagement", "raw")]
        self.assertEqual(len(whole), len(some))
        for left, right in zip(whole[1:], some[1:]):
            left, right = left.split(","), right.split(",")
            self.assertEqual([cell if i in kept else "" for i, cell in enumerate(left)], right)
        self.run_night("other", "--columns", "raw,points", code=64, says="`points` is no column")

    def test_zone_and_locale_of_the_machine_do_not_matter(self):
        self.run_night("here")
        here = without_times(self.snapshot("here"))
        zones = ("UTC", "Pacific/Kiritimati", "America/New_York", "Asia/Kathmandu")
        places = itertools.product(zones, ("C", "de_DE.UTF-8"))
        for number, (zone, locale) in enumerate(places):
            env = {"TZ": zone, "LC_ALL": locale, "LANG": locale}
            data, out = f"data{number}", f"out{number}"
            self.import_rows(into=data, env=env)
            self.run_night(out, data=data, env=env)
            self.assertEqual(self.snapshot("data"), self.snapshot(data))
            self.assertEqual(here, without_times(self.snapshot(out)))

    def test_import_is_idempotent(self):
        before = self.snapshot("data")
        self.import_rows(says="nothing was done")
        self.fourloop("import", "--into", "data", "--arrival", "2026-05-05", "rows.csv", says="nothing was done")
        self.write("renamed.csv", SMALL)
        self.fourloop("import", "--into", "data", "renamed.csv", says="nothing was done")
        self.assertEqual(before, self.snapshot("data"))

    def test_zone_of_a_folder_is_fixed(self):
        columns = "columns:\n  customer: customer\n  time: time\n  type: type\n"
        self.write("map.yaml", "zone: Europe/Oslo\n" + columns)
        self.write("oslo.csv", "customer,time,type\n9,2026-03-01 01:00:00,web_visit\n")
        self.fourloop("import", "--into", "data", "--map", "map.yaml", "oslo.csv", code=78, says=("Europe/Oslo", "UTC"))
        self.fourloop("import", "--into", "other", "--map", "map.yaml", "oslo.csv")

    def test_memory_that_is_a_slip(self):
        self.run_night("slip", "--memory", "1M", code=64, says="a run needs at least")
        self.assert_nothing_there("slip")


class Views(CliCase):
    def test_known_then(self):
        """Rows that had not arrived by the day are left out; a row without an arrival came on its own day."""
        self.import_rows(SMALL)
        late = "customer,time,type\n1,2026-03-20 10:00:00,web_visit\n7,2026-03-21 10:00:00,web_visit\n"
        self.write("late.csv", late)
        self.fourloop("import", "--into", "data", "--arrival", "2026-04-02", "late.csv")
        self.make_model()
        self.run_night("now", says="8 rows: 8 scored")
        self.run_night("then", "--view", "known-then", says="2 not yet known")
        self.assertEqual(["1", "2", "3", "7"], [row["customer"] for row in self.exported("now")])
        self.assertEqual(["1", "2", "3"], [row["customer"] for row in self.exported("then")])
        self.import_rows(SMALL, into="first")
        self.run_night("first-out", data="first")
        self.assertEqual(self.export("first-out"), self.export("then"))
        self.run_night("later", "--view", "known-then", as_of="2026-04-02", says="8 rows: 8 scored")

    def test_after_the_day(self):
        self.import_rows()
        self.make_model()
        self.run_night(as_of="2026-03-29", says="6 rows: 2 scored, 4 after the day")
        self.run_night("before", as_of="2020-01-01", says="0 customers scored")
        self.assertEqual([], self.exported("before"))


class Split(CliCase):
    """However the rows are cut into files, shuffled or taken in, the customers file has the same bytes."""

    def setUp(self):
        super().setUp()
        self.fourloop("gen", "--customers", "300", "--days", "200", "--seed", "3", "--out", "raw")
        # One line each: messages may hold line ends.
        text = self.path("raw/interactions.csv").read_text(encoding="utf-8")
        self.header, *self.lines = [line.replace("\v", "\n") + "\n" for line in hide_line_ends(text).split("\n")[:-1]]
        self.make_model()

    def import_parts(self, parts, into, one_by_one):
        names = []
        for number, lines in enumerate(parts):
            name = f"{into}-{number}.csv"
            self.write(name, self.header + "".join(lines))
            names.append(name)
        for group in [[name] for name in names] if one_by_one else [names]:
            self.fourloop("import", "--map", "raw/mapping.yaml", "--into", into, *group)

    def customers(self, data):
        self.run_night(f"{data}-out", data=data, as_of="2026-11-20")
        return self.customers_bytes(f"{data}-out")

    def test_split_shuffle_order(self):
        self.import_parts([self.lines], "whole", False)
        whole = self.customers("whole")
        shuffled = self.lines[:]
        random.Random(1).shuffle(shuffled)
        for number, (lines, count, one_by_one, turned) in enumerate((
                (shuffled, 1, False, False), (self.lines, 7, True, False), (self.lines, 7, True, True),
                (shuffled, 7, False, False), (self.lines, 64, True, False), (shuffled, 64, True, True))):
            parts = [lines[part::count] for part in range(count)]
            if turned:
                parts.reverse()
            with self.subTest(number):
                self.import_parts(parts, f"d{number}", one_by_one)
                self.assertEqual(whole, self.customers(f"d{number}"))

    def test_shuffled_input_gives_an_equal_table(self):
        """The import id differs, the rows and their order do not."""
        self.import_parts([self.lines], "whole", False)
        shuffled = self.lines[:]
        random.Random(2).shuffle(shuffled)
        self.import_parts([shuffled], "mixed", False)
        tables = [self.fourloop("inspect", self.table_file(data), "--rows", "1000000").stdout
                  for data in ("whole", "mixed")]
        self.assertEqual(tables[0], tables[1])

    def test_one_table_whatever_the_memory(self):
        self.import_parts([self.lines], "whole", False)
        self.fourloop("import", "--map", "raw/mapping.yaml", "--memory", "128M", "--into", "small", "whole-0.csv")
        self.assertEqual(self.snapshot("whole"), self.snapshot("small"))


def hide_line_ends(text):
    """Line ends inside quotes as vertical tabs, so that a line is a record."""
    inside, hidden = False, []
    for character in text:
        inside ^= character == '"'
        hidden.append("\v" if inside and character == "\n" else character)
    return "".join(hidden)


if __name__ == "__main__":
    main()
