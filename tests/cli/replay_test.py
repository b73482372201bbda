"""`run --replay FROM..TO`: each folder has the bytes of a night run by itself after the one before, timing.json apart.

Single nights are held against the slow reference by night_compare_test.py, so equal bytes are all that is asked here.
"""

import json
import random
import signal
import subprocess
import time

from cli_case import FOURLOOP, SMALL, main
from night_case import TEXT_IDS, NightCase, csv_text, reference
from hostile_rows import PRODUCTS, hostile_text  # after what tells where the reference is

NEW_YEAR = reference.day_number("2026-01-01")


def without_times(files):
    return {name: content for name, content in files.items() if not name.endswith("timing.json")}


class ReplayCase(NightCase):
    def replay(self, first, last, out="replayed", *more, data="data", **settings):
        days = f"{reference.day_text(first)}..{reference.day_text(last)}"
        return self.fourloop("run", "--model", "model", "--data", data, "--replay", days, "--out", out, *more, **settings)

    def single_nights(self, first, last, previous=None, *more, data="data", into="single"):
        """The same days one by one below `into`; the report of the last."""
        self.path(into).mkdir()
        for day in range(first, last + 1):
            out = f"{into}/{reference.day_text(day)}"
            before = ["--previous", previous] if previous else []
            done = self.run_night(out, "--view", "known-then", "--json", *before, *more, data=data,
                                  as_of=reference.day_text(day))
            previous = out
        return json.loads(done.stdout)

    def assert_same(self, left, right):
        """Which files differ first; then their bytes."""
        left, right = without_times(self.snapshot(left)), without_times(self.snapshot(right))
        self.assertEqual(sorted(left), sorted(right))
        self.assertEqual([], [name for name in left if left[name] != right[name]])

    def manifest(self, out, day):
        return json.loads(self.path(f"{out}/{reference.day_text(day)}/manifest.json").read_text())


class EqualBytes(ReplayCase):
    def setUp(self):
        super().setUp()
        self.recipe()

    def import_hostile(self, seed, customers=60):
        """Late rows, rows of unknown types and of days to come."""
        text = hostile_text(seed, NEW_YEAR + 2, customers)
        text += "5,2026-01-20,web_visit,,,,,,,,,\n5,2025-12-29,web_visit,,,,,,,,,2026-01-01\n"
        self.import_data(text, PRODUCTS)
        registry = self.path("model/registry.csv")
        registry.write_text("".join(line for line in registry.read_text().splitlines(keepends=True)
                                    if ",web_product_view," not in line))

    def test_across_new_year(self):
        self.import_hostile(1)
        self.replay(NEW_YEAR - 3, NEW_YEAR + 2, "replayed", "--json", says="6 nights, 0 of them")
        report = self.single_nights(NEW_YEAR - 3, NEW_YEAR + 2)
        self.assert_same("single", "replayed")
        self.assertTrue(all(report[name] > 0 for name in ("after_as_of", "quarantined", "late")), report)
        counts = [self.manifest("replayed", day)["counts"] for day in range(NEW_YEAR - 3, NEW_YEAR + 3)]
        self.assertTrue(any(count["not_yet_known"] for count in counts), counts)
        self.assertTrue(all(count["quarantined"] and count["after_as_of"] for count in counts), counts)

    def test_threads_and_copies(self):
        self.import_hostile(2)
        self.replay(NEW_YEAR - 2, NEW_YEAR, "one")
        for more in (("--threads", "2"), ("--threads", "8"), ("--io", "copy"), ("--memory", "256M")):
            out = "".join(more)
            self.replay(NEW_YEAR - 2, NEW_YEAR, out, *more)
            self.assert_same("one", out)

    def test_after_a_night_before(self):
        self.import_hostile(3)
        self.run_night("before", "--view", "known-then", as_of=reference.day_text(NEW_YEAR - 9))
        self.replay(NEW_YEAR - 2, NEW_YEAR, "replayed", "--previous", "before")
        self.single_nights(NEW_YEAR - 2, NEW_YEAR, "before")
        self.assert_same("single", "replayed")
        self.replay(NEW_YEAR - 9, NEW_YEAR, "other", "--previous", "before", code=64, says="not of an earlier day")

    def test_more_nights_than_one_pass_takes(self):
        self.import_hostile(4, 12)
        self.replay(NEW_YEAR + 1, NEW_YEAR + 35)
        self.single_nights(NEW_YEAR + 1, NEW_YEAR + 35)
        self.assert_same("single", "replayed")

    def test_some_columns(self):
        """Of few columns less is computed, by other ways through the stages."""
        self.import_hostile(5)
        for columns in ("raw", "raw,percentile", "engagement,trend", "stage,tier"):
            self.replay(NEW_YEAR - 1, NEW_YEAR + 1, f"replayed-{columns}", "--columns", columns)
            self.single_nights(NEW_YEAR - 1, NEW_YEAR + 1, None, "--columns", columns, into=f"single-{columns}")
            self.assert_same(f"single-{columns}", f"replayed-{columns}")

    def test_text_ids(self):
        self.write("map.yaml", TEXT_IDS)
        lines = hostile_text(6, NEW_YEAR, 40).splitlines()
        rows = [lines[0], *(f"Zoë {line}" for line in lines[1:])]
        self.write("rows.csv", "\n".join(rows) + "\n")
        self.fourloop("import", "--into", "data", "--map", "map.yaml", "rows.csv")
        self.replay(NEW_YEAR - 2, NEW_YEAR)
        self.single_nights(NEW_YEAR - 2, NEW_YEAR)
        self.assert_same("single", "replayed")

    def test_customers_before_their_first_row(self):
        """Early nights lack the customers that a later one has; a night before all rows has nobody."""
        self.import_data("customer,day,type\n1,2025-12-31,web_visit\n2,2026-01-02,web_visit\n")
        self.replay(NEW_YEAR - 2, NEW_YEAR + 1)
        self.single_nights(NEW_YEAR - 2, NEW_YEAR + 1)
        self.assert_same("single", "replayed")
        self.assertEqual([0, 1, 1, 2], [self.manifest("replayed", day)["counts"]["customers"]
                                        for day in range(NEW_YEAR - 2, NEW_YEAR + 2)])

    def test_one_customer_with_most_rows(self):
        """More rows than a piece of the scan holds, late ones among them."""
        chance = random.Random(7)
        rows = [("customer", "day", "type", "amount", "arrival")]
        for number in range(400_000):
            day = NEW_YEAR + 1 - chance.randrange(400)
            late = reference.day_text(day + chance.randrange(3)) if number % 7 == 0 else None
            rows.append((9, reference.day_text(day), "purchase_web" if number % 50 == 0 else "web_visit",
                         "1.50" if number % 50 == 0 else None, late))
        rows += [(1, "2025-12-30", "web_visit", None, None), (12, "2025-12-31", "web_visit", None, "2026-01-02")]
        self.import_data(csv_text(rows[0], rows[1:]))
        self.replay(NEW_YEAR - 1, NEW_YEAR + 1)
        self.single_nights(NEW_YEAR - 1, NEW_YEAR + 1)
        self.assert_same("single", "replayed")


class Again(ReplayCase):
    """A replay that meets nights which are there."""

    def setUp(self):
        super().setUp()
        self.recipe()
        self.import_data(hostile_text(8, NEW_YEAR, 60), PRODUCTS)

    def test_made_once(self):
        self.replay(NEW_YEAR - 3, NEW_YEAR)
        before = self.snapshot("replayed")
        self.replay(NEW_YEAR - 3, NEW_YEAR, says="nothing was done")
        self.replay(NEW_YEAR - 3, NEW_YEAR, "replayed", "--skip-unchanged", code=99)
        self.assertEqual(before, self.snapshot("replayed"))

    def test_more_days(self):
        self.replay(NEW_YEAR - 5, NEW_YEAR, "whole")
        self.replay(NEW_YEAR - 5, NEW_YEAR - 3)
        some = self.snapshot("replayed")
        self.replay(NEW_YEAR - 5, NEW_YEAR, says="6 nights, 3 of them were there already")
        self.assert_same("whole", "replayed")
        self.assertEqual(some, {name: content for name, content in self.snapshot("replayed").items() if name in some})

    def test_what_a_killed_replay_left(self):
        """Whole nights stay as they are; the one that was being written is made again."""
        self.replay(NEW_YEAR - 3, NEW_YEAR, "whole")
        self.replay(NEW_YEAR - 3, NEW_YEAR - 2)
        some = self.snapshot("replayed")
        half = f"replayed/{reference.day_text(NEW_YEAR - 1)}"
        self.write(f"{half}/.fl-tmp-1-1", "half a table")
        self.replay(NEW_YEAR - 3, NEW_YEAR, says="4 nights, 2 of them were there already")
        self.assert_same("whole", "replayed")
        self.assertEqual(some, {name: content for name, content in self.snapshot("replayed").items() if name in some})

    def test_killed(self):
        """A replay that is killed while it publishes leaves whole nights, those of the first days."""
        days = [reference.day_text(NEW_YEAR + day) for day in range(-27, 1)]
        self.replay(NEW_YEAR - 27, NEW_YEAR, "whole")
        for attempt in range(5):
            out = f"killed{attempt}"
            process = subprocess.Popen([FOURLOOP, "run", "--model", "model", "--data", "data", "--replay",
                                        f"{days[0]}..{days[-1]}", "--out", out], cwd=self.folder,
                                       stderr=subprocess.DEVNULL)
            while process.poll() is None and not self.path(f"{out}/{days[5 * attempt]}/_SUCCESS").exists():
                time.sleep(0.0005)
            process.send_signal(signal.SIGKILL)
            process.wait()
            there = [day for day in days if self.path(f"{out}/{day}/_SUCCESS").exists()]
            self.assertEqual(days[:len(there)], there)
            before = {day: self.snapshot(f"{out}/{day}") for day in there}
            self.replay(NEW_YEAR - 27, NEW_YEAR, out)
            self.assertEqual(before, {day: self.snapshot(f"{out}/{day}") for day in there})
            self.assert_same("whole", out)

    def test_other_inputs_leave_nights_alone(self):
        self.replay(NEW_YEAR - 2, NEW_YEAR)
        before = self.snapshot("replayed")
        self.run_night("before", as_of=reference.day_text(NEW_YEAR - 8))
        self.replay(NEW_YEAR - 2, NEW_YEAR, "replayed", "--previous", "before", code=73)
        self.replay(NEW_YEAR - 2, NEW_YEAR, "replayed", "--columns", "raw", code=73)
        self.import_rows("customer,time,type\n9,2026-03-01,web_visit\n", name="more.csv")
        self.replay(NEW_YEAR - 2, NEW_YEAR, code=73, says=reference.day_text(NEW_YEAR - 2))
        self.assertEqual(before, self.snapshot("replayed"))

    def test_a_night_between_is_gone(self):
        """It comes back with the bytes it had, so later nights follow from it still."""
        self.replay(NEW_YEAR - 4, NEW_YEAR)
        whole = self.snapshot("replayed")
        gone = reference.day_text(NEW_YEAR - 3)
        for name in self.snapshot(f"replayed/{gone}"):
            self.path(f"replayed/{gone}/{name}").unlink()
        self.replay(NEW_YEAR - 4, NEW_YEAR, says="5 nights, 4 of them were there already")
        self.assertEqual(without_times(whole), without_times(self.snapshot("replayed")))

    def test_a_day_in_front(self):
        """What was the first night had none before it: it is not taken for one that has."""
        self.replay(NEW_YEAR - 3, NEW_YEAR)
        before = self.snapshot("replayed")
        self.replay(NEW_YEAR - 5, NEW_YEAR, code=73, says=(reference.day_text(NEW_YEAR - 3), "a run of other inputs"))
        after = self.snapshot("replayed")
        self.assertEqual(before, {name: content for name, content in after.items() if name in before})
        self.assertEqual({reference.day_text(NEW_YEAR - day) for day in range(6)}, {name[:10] for name in after})

    def test_foreign_files_stay(self):
        letter = f"replayed/{reference.day_text(NEW_YEAR - 1)}/letter.txt"
        self.write(letter, "mine")
        self.replay(NEW_YEAR - 3, NEW_YEAR - 1, code=73, says="letter.txt")
        self.assertEqual({letter.removeprefix("replayed/"): b"mine"}, self.snapshot("replayed"))


class Refused(ReplayCase):
    def setUp(self):
        super().setUp()
        self.import_rows(SMALL)
        self.make_model()

    def refuse(self, *arguments, says, code=64):
        self.fourloop("run", "--model", "model", "--data", "data", "--out", "out", *arguments, code=code, says=says)
        self.assertFalse(self.path("out").exists())

    def test_days(self):
        for days in ("2026-03-01", "2026-03-01..", "..2026-03-01", "2026-03-01.2026-03-02", "2026-02-30..2026-03-02",
                     "2026-03-01..2026-03-02..2026-03-03", "2026-03-01..2026-03-02 "):
            self.refuse("--replay", days, says="--replay wants two days")
        self.refuse("--replay", "2026-03-02..2026-03-01", says="the first day of a replay comes after its last")

    def test_one_of_two(self):
        self.refuse(says="run wants one of --as-of DAY and --replay FROM..TO")
        self.refuse("--as-of", "2026-03-01", "--replay", "2026-03-01..2026-03-02", says="run wants one of")

    def test_view(self):
        self.refuse("--replay", "2026-03-01..2026-03-02", "--view", "known-now", says="leave --view known-now out")
        self.replay(reference.day_number("2026-03-01"), reference.day_number("2026-03-02"), "out", "--view", "known-then")

    def test_inputs(self):
        for flag in ("--model", "--data"):
            arguments = {"--model": "model", "--data": "data", flag: "nowhere"}
            words = [word for pair in arguments.items() for word in pair]
            self.fourloop("run", *words, "--replay", "2026-03-01..2026-03-02", "--out", "out", code=66, says="nowhere")
            self.assertEqual({}, self.snapshot("out"))

    def test_memory_that_is_a_slip(self):
        self.replay(NEW_YEAR, NEW_YEAR + 1, "slip", "--memory", "1M", code=64, says="a run needs at least")
        self.assertEqual({}, self.snapshot("slip"))


if __name__ == "__main__":
    main()
