"""Many processes over one data folder: imports, compactions, runs. What comes out is what one after the other gives.

Each test starts its processes at once and lets chance mix them, several times over; the result does not depend on how
they mixed, so any difference is a fault.
"""

import json
import shutil
import subprocess
import unittest

from cli_case import FOURLOOP, CliCase, main

MAP = "ids: text\nzone: UTC\ncolumns:\n  customer: customer\n  time: time\n  type: type\n"
PROCESSES = 8
ROUNDS = 5


class Together(CliCase):
    def setUp(self):
        super().setUp()
        self.write("map.yaml", MAP)
        for number in range(PROCESSES):
            self.write(f"{number}.csv", "customer,time,type\n" + "".join(
                f"{(number * 37 + row) % 500},2026-03-{1 + row % 28:02} 10:00:00,web_visit\n" for row in range(2000)))
        self.make_model()

    def start(self, *arguments):
        return subprocess.Popen([FOURLOOP, *arguments], cwd=self.folder, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def end(self, process, codes=(0,)):
        words = process.communicate(timeout=120)[1].decode()
        self.assertIn(process.returncode, codes, words)
        return words

    def imports(self, into, *more, numbers=range(PROCESSES)):
        return [self.start("import", *more, "--into", into, f"{number}.csv") for number in numbers]

    def results(self, data, out):
        shutil.rmtree(self.path(out), ignore_errors=True)
        self.run_night(out, data=data)
        return self.customers_bytes(out)


class Imports(Together):
    def one_by_one(self, into, *more):
        for process in range(PROCESSES):
            self.end(self.imports(into, *more, numbers=[process])[0])

    def test_integers(self):
        self.one_by_one("serial")
        for attempt in range(ROUNDS):
            for process in self.imports(f"data{attempt}"):
                self.end(process)
            serial, data = self.snapshot("serial"), self.snapshot(f"data{attempt}")
            self.assertEqual(serial, data)

    def test_texts(self):
        """The first of them make the key: all must take the same one."""
        for attempt in range(ROUNDS):
            into = f"data{attempt}"
            for process in self.imports(into, "--map", "map.yaml"):
                self.end(process)
            self.write(f"key{attempt}", self.path(f"{into}/key").read_bytes())
            for number in range(PROCESSES):
                self.end(self.imports(f"serial{attempt}", "--map", "map.yaml", "--key-file", f"key{attempt}",
                                      numbers=[number])[0])
            self.assertEqual(self.snapshot(f"serial{attempt}"), self.snapshot(into))
            self.fourloop("verify", into)

    def test_the_same_import_twice(self):
        self.end(self.imports("serial", numbers=[0])[0])
        for attempt in range(ROUNDS):
            said = [self.end(process) for process in self.imports(f"data{attempt}", numbers=[0] * 4)]
            self.assertEqual(3, sum("already imported" in words for words in said), said)
            self.assertEqual(self.snapshot("serial"), self.snapshot(f"data{attempt}"))


class Readers(Together):
    def test_runs_beside_imports(self):
        """Each run sees some of the imports, each whole."""
        self.end(self.imports("data", numbers=[0])[0])
        imports = self.imports("data", numbers=range(1, PROCESSES))
        runs = [self.start("run", "--model", "model", "--data", "data", "--as-of", "2026-03-31", "--out", f"out{i}")
                for i in range(6)]
        for process in imports + runs:
            self.end(process)
        for number in range(6):
            counts = json.loads(self.path(f"out{number}/manifest.json").read_text())["counts"]
            self.assertEqual(0, counts["rows_in"] % 2000)

    def test_runs_and_imports_beside_compactions(self):
        for process in self.imports("serial"):
            self.end(process)
        wanted = self.results("serial", "wanted")
        for attempt in range(ROUNDS):
            data = f"data{attempt}"
            for process in self.imports(data, numbers=range(4)):
                self.end(process)
            imports = self.imports(data, numbers=range(4, PROCESSES))
            for turn in range(4):
                compactions = [self.start("compact", data) for _ in range(2)]
                runs = [self.start("run", "--model", "model", "--data", data, "--as-of", "2026-03-31", "--out",
                                   f"out{attempt}-{turn}-{i}") for i in range(3)]
                again = self.imports(data, numbers=range(4))
                for process in runs:
                    self.end(process)
                for process in again:
                    self.assertIn("already imported", self.end(process))
                for process in compactions:
                    self.end(process, (0, 75))
            for process in imports:
                self.end(process)
            self.assertEqual(wanted, self.results(data, "out"))
            self.fourloop("compact", data)
            self.assertEqual(wanted, self.results(data, "out"))
            self.assertEqual(1, len(list(self.path(data).glob("*.flint"))))
            self.assertEqual(PROCESSES, len(json.loads(self.path(f"{data}/manifest.json").read_text())["imports"]))


if __name__ == "__main__":
    main()
