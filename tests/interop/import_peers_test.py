"""Imports of Parquet and Arrow files that other programs wrote: DuckDB and apache-arrow (JS).

Made-up events stand in a CSV, which each program turns into its own file with its own types: times of every unit, with
and without a zone, days; decimals of both sizes, doubles, floats; words, enums, dictionaries; nulls. Each import must
give the table that the import of the CSV gives, cell by cell, the quick way (typed values to cells) as well as the
careful one (by way of texts, which a `skip when` that never holds asks for). Needs the programs of `tools/setup --bench`;
says so and is skipped without them.
"""

import csv
import datetime
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/cli"), str(ROOT / "bench")]
from cli_case import FOURLOOP, CliCase, main  # noqa: E402
from peer import Peer  # noqa: E402

MODULES = Path(os.environ.get("FOURLOOP_PEERS") or ROOT / "build/bench/node_modules").resolve()
HAS_PEERS = all((MODULES / package).is_dir() for package in ("@duckdb/node-api", "apache-arrow"))

ROWS = 3000
WHAT = ("web_visit", "purchase_web", "chat_customer_message", "return_registered")
BRANDS = ("Norvik", "", "Vel\"ora", "größer, besser", " Lumo ")
NOTES = ("", "", "Hallo, \"alles\"\ngoed?", "naïve", "x" * 300)

MAPPING = """zone: Europe/Amsterdam
columns:
  customer: id
  time: {time}
  type: what
  brand: brand
  amount: paid
  currency: {{constant: EUR}}
  text: note
"""
NEVER = "skip when: [{column: what, is: nothing, reason: never}]\n"


def events():
    # Steps of about 11 hours pass both changes of the clocks, and 1969 has times before the epoch.
    start = datetime.datetime(2023, 1, 1)
    made = []
    for i in range(ROWS):
        at = start + datetime.timedelta(seconds=i * 39367) - datetime.timedelta(days=20000 if i % 100 == 0 else 0)
        made.append({"id": i * 7919 % 500 - 3, "clock": f"{at:%Y-%m-%d %H:%M:%S}", "instant": f"{at:%Y-%m-%dT%H:%M:%SZ}",
                     "on_day": f"{at:%Y-%m-%d}", "what": WHAT[i % len(WHAT)], "brand": BRANDS[i % len(BRANDS)],
                     "paid": "" if i % 3 == 0 else f"{i * 37 / 100:.2f}", "note": NOTES[i % len(NOTES)]})
    return made


class Peers(Peer):
    def __init__(self, folder):
        self.name = "import_peers"
        folder.mkdir(parents=True, exist_ok=True)
        command = ["node", ROOT / "tests/interop/import_peers.mjs", MODULES, folder, 1]
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)


class OtherPrograms(CliCase):
    def setUp(self):
        super().setUp()
        if not HAS_PEERS:
            self.skipTest(f"no DuckDB and apache-arrow in {MODULES}: run tools/setup --bench")
        self.peers = Peers(self.path("peers"))
        self.addCleanup(self.peers.process.stdout.close)
        self.addCleanup(self.peers.__exit__)
        self.rows = events()
        text = io.StringIO()
        writer = csv.DictWriter(text, self.rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        self.write("events.csv", text.getvalue())
        self.imports = 0

    def cells(self, name, time, careful=False, **settings):
        """Every cell of the table that an import gives."""
        self.imports += 1
        into = f"data-{self.imports}"
        self.write("shop.yaml", MAPPING.format(time=time) + (NEVER if careful else ""))
        self.fourloop("import", "--map", "shop.yaml", "--into", into, name, **settings)
        return self.fourloop("inspect", "--rows", ROWS, self.table_file(into)).stdout.decode()

    def assert_same_table(self, name, time):
        wanted = self.cells("events.csv", time)
        self.assertEqual(ROWS + 1 + sum(row["note"].count("\n") for row in self.rows), len(wanted.splitlines()))
        for careful in (False, True):
            self.assertEqual(wanted, self.cells(name, time, careful), (name, time, careful))

    def duckdb(self, name, columns, options=""):
        self.peers.ask("run", sql=f"""COPY (SELECT {columns} FROM read_csv('{self.path('events.csv')}', header = true,
            all_varchar = true, nullstr = '', max_line_size = 100000)) TO '{self.path(name)}' (FORMAT parquet {options})""")

    def test_times_of_duckdb(self):
        self.duckdb("times.parquet", """id::BIGINT AS id, clock::TIMESTAMP AS us, clock::TIMESTAMP_MS AS ms, clock::TIMESTAMP_S AS s,
            clock::TIMESTAMP_NS AS ns, instant::TIMESTAMPTZ AS instant, on_day::DATE AS on_day, what, brand, paid::DECIMAL(9, 2) AS paid,
            note, [1, 2] AS tags""", ", ROW_GROUP_SIZE 2048")
        for ours, theirs in (("clock", "us"), ("clock", "ms"), ("clock", "s"), ("clock", "ns"), ("instant", "instant"), ("on_day", "on_day")):
            wanted = self.cells("events.csv", ours)
            for careful in (False, True):
                self.assertEqual(wanted, self.cells("times.parquet", theirs, careful), (theirs, careful))

    def test_numbers_and_words_of_duckdb(self):
        enum = "ENUM ('" + "', '".join(WHAT) + "')"
        for kind in ("DECIMAL(9, 2)", "DECIMAL(18, 4)", "DECIMAL(38, 6)", "DOUBLE", "FLOAT", "VARCHAR"):
            self.duckdb("numbers.parquet", f"id::INTEGER AS id, clock::TIMESTAMP AS clock, what::{enum} AS what, brand,"
                        f" paid::{kind} AS paid, note")
            self.assert_same_table("numbers.parquet", "clock")

    def test_versions_and_codecs_of_duckdb(self):
        for version, codec in (("v1", "snappy"), ("v2", "zstd"), ("v2", "lz4_raw"), ("v1", "uncompressed"), ("v1", "gzip")):
            self.duckdb("coded.parquet", "note, paid::DOUBLE AS paid, brand, what, clock::TIMESTAMP AS clock, id::BIGINT AS id",
                        f", PARQUET_VERSION {version}, COMPRESSION {codec}")
            self.assert_same_table("coded.parquet", "clock")

    def test_ndjson_of_duckdb(self):
        self.peers.ask("run", sql=f"""COPY (SELECT id::BIGINT AS id, clock, what, brand, paid::DOUBLE AS paid, note
            FROM read_csv('{self.path('events.csv')}', header = true, all_varchar = true, nullstr = '',
                          max_line_size = 100000)) TO '{self.path('events.ndjson')}' (FORMAT json)""")
        self.assert_same_table("events.ndjson", "clock")

    def test_arrow_of_javascript(self):
        for unit in ("s", "ms", "us", "ns", "zoned"):
            for form in ("stream", "file"):
                self.peers.ask("writeArrow", path=str(self.path("events.arrow")), form=form, rows=self.rows, unit=unit,
                               dictionary=form == "stream")
                self.assert_same_table("events.arrow", "instant" if unit == "zoned" else "clock")
                self.assert_same_table("events.arrow", "on_day")

    def test_commands_of_the_readme(self):
        """Each file is made by another program under the name that the README has, then its commands are run."""
        self.duckdb("events.parquet", "id::BIGINT AS id, clock::TIMESTAMP AS clock, what, brand, paid::DOUBLE AS paid, note")
        self.peers.ask("writeArrow", path=str(self.path("events.arrows")), form="stream", rows=self.rows, unit="us",
                       dictionary=True)
        self.write("chat.ndjson", '{"id": 1, "clock": "2026-03-30 10:00:00", "what": "web_visit", "brand": null, "paid": null,'
                                  ' "note": "hi"}\n')
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        block = readme.split("the first bytes of a file say what it is:\n\n```\n")[1].split("```")[0]
        wanted = self.cells("events.csv", "clock")
        self.assertEqual(3, len(block.splitlines()))
        for line, rows in zip(block.splitlines(), (ROWS, ROWS, 1)):
            shutil.rmtree(self.path("data"), ignore_errors=True)
            command = line.replace("build/fourloop", f"'{FOURLOOP}'")
            done = subprocess.run(["sh", "-c", command], cwd=self.folder, capture_output=True, text=True, timeout=60)
            self.assertEqual(0, done.returncode, (line, done.stderr))
            self.assertIn(f"{rows} written", done.stderr)
            if rows == ROWS:
                listed = self.fourloop("inspect", "--rows", ROWS, self.table_file("data")).stdout.decode()
                self.assertEqual(wanted, listed, line)

    def test_what_is_no_single_value_is_refused(self):
        self.duckdb("nested.parquet", "id::BIGINT AS id, clock::TIMESTAMP AS clock, what, [brand] AS brand, paid, note")
        self.write("shop.yaml", MAPPING.format(time="clock"))
        self.fourloop("import", "--map", "shop.yaml", "--into", "data", "nested.parquet", code=65,
                      says="column `brand` is a list, which is not imported")
        self.assert_nothing_there("data")


if __name__ == "__main__":
    main()
