"""What leaves the program: pipes, closed and full outputs, files that appear whole, JSON lines, listings."""

import csv
import io
import json
import os
import pty
import signal
import subprocess
import unittest

from cli_case import FOURLOOP, ROOT, SMALL, CliCase, main


class Streams(CliCase):
    def setUp(self):
        super().setUp()
        self.import_rows()
        self.make_model()
        self.run_night()

    def shell(self, line, code=0):
        done = subprocess.run(["bash", "-c", line], cwd=self.folder, capture_output=True, timeout=60,
                              env={**os.environ, "F": str(FOURLOOP)})
        self.assertEqual(code, done.returncode, (line, done.stderr.decode()))
        return done

    def test_import_from_stdin(self):
        self.fourloop("import", "--into", "piped", "-", stdin=SMALL.encode())
        self.run_night("out-piped", data="piped")
        self.assertEqual(self.customers_bytes("out"), self.customers_bytes("out-piped"))
        self.fourloop("import", "--into", "piped", "-", stdin=SMALL.encode(), says="already imported")

    def test_export_to_a_file(self):
        self.fourloop("export", "out", "--table", "customers", "--to", "csv", "-o", "c.csv", says="c.csv: 3 rows")
        self.assertEqual(self.export(), self.path("c.csv").read_bytes())
        self.assertEqual(0o600, self.path("c.csv").stat().st_mode & 0o777)

    def test_export_replaces_files_only(self):
        self.write("c.csv", "old")
        self.write(".fl-tmp-1-1", "what a killed export left")
        self.fourloop("export", "out", "--table", "customers", "--to", "csv", "-o", "c.csv")
        self.assertEqual(self.export(), self.path("c.csv").read_bytes())
        self.assertFalse(self.path(".fl-tmp-1-1").exists())
        self.path("folder").mkdir()
        os.mkfifo(self.path("pipe"))
        for target in ("folder", "pipe"):
            self.fourloop("export", "out", "--table", "customers", "--to", "csv", "-o", target, code=73, says=target)
        self.fourloop("export", "out", "--table", "customers", "--to", "csv", "-o", "no/where.csv", code=73, says="no")

    def test_export_of_no_table(self):
        self.fourloop("export", "out", "--table", "brands", "--to", "csv", code=64, says=("brands", "customers"))
        self.fourloop("export", "out", "--table", "model", "--to", "csv", code=64, says="customers")

    def test_columns_are_frozen(self):
        header = self.export().decode().splitlines()[0].split(",")
        listed = []
        for line in (ROOT / "formats/schema/customer_scores.def").read_text().splitlines():
            if line.startswith("FL_COLUMN("):
                listed.append(line.split(",")[2].strip())
        self.assertEqual(listed, header)

    def test_reader_goes_away(self):
        """Long output into a pipe nobody reads: death by SIGPIPE, without a word."""
        self.fourloop("gen", "--customers", "2000", "--days", "400", "--out", "raw")
        self.fourloop("import", "--map", "raw/mapping.yaml", "--into", "big", "raw/interactions.csv")
        self.run_night("big-out", data="big", as_of="2026-11-20")
        done = self.shell('"$F" export big-out --table customers --to csv | head -n 1; exit ${PIPESTATUS[0]}',
                          128 + signal.SIGPIPE)
        self.assertEqual(b"", done.stderr)
        self.assertTrue(done.stdout.startswith(b"customer,"))

    def test_publishing_outlives_its_listener(self):
        self.shell('("$F" run --model model --data data --as-of 2026-03-01 --out march --json; echo $? >code) | true')
        self.assertTrue(self.path("march/_SUCCESS").is_file())

    def test_full_and_closed_stdout(self):
        table = self.table_file("out", "customers", ".flseg").relative_to(self.folder)
        for command in ("export out --table customers --to csv", f"inspect {table}", f"inspect {table} --rows 3",
                        "explain --run out --data data 1", "verify data", "doctor", "--help", "--version",
                        "run --model model --data data --as-of 2026-03-31 --out out --json"):
            with self.subTest(command):
                self.assertIn(b"error IO", self.shell(f'"$F" {command} >/dev/full', 74).stderr)
                self.assertIn(b"error IO", self.shell(f'"$F" {command} >&-', 74).stderr)

    def test_closed_descriptors_never_become_data_files(self):
        before = self.snapshot("out")
        self.shell('"$F" run --model model --data data --as-of 2026-03-31 --out again <&- >&- 2>&-')
        after = self.snapshot("again")
        del before["timing.json"], after["timing.json"]
        self.assertEqual(before, after)
        self.shell('"$F" import --into other - <&-', 74)

    def test_json_lines(self):
        done = self.fourloop("import", "--into", "data", "--json", "rows.csv")
        report = json.loads(done.stdout)
        self.assertEqual(1, done.stdout.count(b"\n"))
        self.assertTrue(report["already_there"])
        self.write("more.csv", SMALL.replace("web_visit", "web_vist"))
        done = self.fourloop("import", "--into", "data", "--json", "--max-rejects", "1", "more.csv")
        report = json.loads(done.stdout)
        counts = tuple(report[f"rows_{what}"] for what in ("read", "written", "rejected", "skipped"))
        self.assertEqual((6, 5, 1, 0), counts)
        self.assertEqual({"type: unknown name": 1}, report["rejected"])
        report = json.loads(self.run_night("out-json", "--json", as_of="2026-03-30").stdout)
        counts = tuple(report[name] for name in ("rows_in", "scored", "after_as_of", "quarantined"))
        self.assertEqual((11, 9, 2, 0), counts)
        self.assertEqual("2026-03-30", report["as_of"])

    def test_explain(self):
        words = self.fourloop("explain", "--run", "out", "--data", "data", "1").stdout.decode()
        self.assertIn("purchase_web", words)
        for customer in self.exported():
            name = customer["customer"]
            told = json.loads(self.fourloop("explain", "--run", "out", "--data", "data", name, "--json").stdout)
            self.assertEqual(int(customer["raw"]), told["raw"])
            self.assertEqual(told["raw"], sum(row["points"] for row in told["types"]))
            for column in ("engagement", "intent", "intent_raw", "points_28", "points_84", "points_awareness",
                           "points_nurturing", "points_experience", "points_conversion"):
                self.assertEqual(int(customer[column]), told[column], column)
            for column in ("band", "trend", "intent_trend"):
                self.assertEqual(customer[column], told[column])
            for whole, part in (("rows", "rows"), ("units", "units"), ("lost_to_cap", "lost_to_cap"),
                                ("lost_to_decay", "lost_to_decay")):
                self.assertEqual(int(customer[whole]), sum(row[part] for row in told["types"]), whole)
        self.fourloop("explain", "--run", "out", "--data", "data", "99", code=66)
        self.fourloop("explain", "--run", "nowhere", "--data", "data", "1", code=66, says="nowhere")

    def test_inspect(self):
        table = self.table_file("data")
        words = self.fourloop("inspect", table).stdout.decode()
        self.assertIn("table   interactions, schema version 1\n", words)
        self.assertIn("rows    6 in 1 blocks\n", words)
        for column in ("customer", "day", "type", "text", "amount"):
            self.assertRegex(words, rf"(?m)^{column} +\w+ +\d+")
        pages = self.fourloop("inspect", table, "--pages").stdout.decode()
        self.assertTrue(pages.startswith(words))
        self.assertRegex(pages, r"(?m)^ +0 customer +\w+")
        rows = list(csv.DictReader(io.StringIO(self.fourloop("inspect", table, "--rows", "4").stdout.decode())))
        self.assertEqual(["1", "1", "1", "2"], [row["customer"] for row in rows])
        # Stored as minor units and thousandths, in the order day, type, order.
        bought = [row for row in rows if row["order"] == "77"]
        self.assertEqual([("1250", "1.5", "P1"), ("700", "1", "P2")],
                         sorted((row["amount"], row["quantity"], row["product"]) for row in bought))
        self.assertEqual('Hallo, waar blijft "alles"?', rows[3]["text"])
        self.fourloop("inspect", "data", code=65, says="data")

    def test_verify_lists_what_it_read(self):
        lines = self.fourloop("verify", "data", "out", self.table_file("data")).stdout.decode().splitlines()
        self.assertIn(f"ok {self.table_file('data')} 6", lines)
        self.assertEqual(2, sum(line.startswith("ok data/interactions-") or line.startswith(f"ok {self.folder}")
                                for line in lines))
        self.assertTrue(any(line.startswith("ok out/customers-") and line.endswith(" 3") for line in lines))
        self.assertTrue(any(line.startswith("ok out/registry.csv ") for line in lines))

    def test_verify_sees_a_changed_model_copy(self):
        path = self.path("out/registry.csv")
        good = path.read_text()
        path.write_text(good.replace(",1,", ",2,", 1))
        self.fourloop("verify", "out", code=65, says="registry.csv")
        path.write_text(good)
        path.unlink()
        self.fourloop("verify", "out", code=65, says="registry.csv")
        path.write_text(good)
        self.path("out/_SUCCESS").write_text("0" * 16 + "\n")
        self.fourloop("verify", "out", code=65, says="out")
        self.path("out/_SUCCESS").unlink()
        self.fourloop("verify", "out", code=65, says="out/_SUCCESS: this run is not complete")


class Terminal(CliCase):
    """Progress is drawn on a terminal and nowhere else, and the words stay when it is wiped."""

    COMMAND = [FOURLOOP, "gen", "--customers", "40000", "--days", "400", "--out", "raw"]

    def test_progress_on_a_terminal(self):
        master, slave = pty.openpty()
        process = subprocess.Popen(self.COMMAND, cwd=self.folder, stderr=slave, stdout=subprocess.PIPE)
        os.close(slave)
        shown = b""
        try:
            while piece := os.read(master, 65536):
                shown += piece
        except OSError:
            pass  # how a terminal says that the other side is closed
        os.close(master)
        self.assertEqual(b"", process.communicate()[0])
        self.assertEqual(0, process.returncode)
        self.assertRegex(shown.decode(), r"\r\x1b\[Kwriting \d+ rows, \d+\.\d\d M rows/s, \d+ %, \d+ s to go")
        self.assertRegex(shown.decode(), r"\r\x1b\[Kraw: \d+ interactions of 40000 customers")

    def test_none_elsewhere(self):
        done = subprocess.run(self.COMMAND, cwd=self.folder, capture_output=True)
        self.assertEqual((0, b""), (done.returncode, done.stdout))
        self.assertNotIn(b"\r", done.stderr)
        self.assertNotIn(b"\x1b", done.stderr)


class Privacy(CliCase):
    def test_modes(self):
        """0600 and 0700 whatever the umask."""
        self.import_rows(preexec_fn=lambda: os.umask(0))
        self.make_model()
        self.run_night(preexec_fn=lambda: os.umask(0))
        for folder in ("data", "out"):
            root = self.path(folder)
            self.assertEqual(0o700, root.stat().st_mode & 0o777)
            for entry in root.rglob("*"):
                self.assertEqual(0o700 if entry.is_dir() else 0o600, entry.stat().st_mode & 0o777, entry)


if __name__ == "__main__":
    main()
