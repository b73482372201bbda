"""Public files of other programs' CSV readers, and texts that break programs.

csv-spectrum has its values published as JSON. Of DuckDB's own test files each has its outcome pinned in csv_outcomes.tsv:
how many records of how many fields were read and a digest of them, or which sentence refused it where; where both read a
file, DuckDB's rows must be ours. utf8tests says of byte sequences whether they are UTF-8, and blns holds naughty strings:
imported as chat texts, those that are not UTF-8 are rejected, line by line, and all others come out of a table, byte for
byte, as CSV, NDJSON, Parquet and Arrow. Needs $FOURLOOP_DATA, or shared/data beside the checkout, and for comparing the
programs of `tools/setup --bench`; says so and is skipped without them.
"""

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import unittest
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/cli"), str(ROOT / "bench"), str(ROOT / "tests/interop")]
from arrow_suite_test import csv_rows  # noqa: E402
from cli_case import FOURLOOP, CliCase, main  # noqa: E402
from peer import Peer  # noqa: E402

MODULES = Path(os.environ.get("FOURLOOP_PEERS") or ROOT / "build/bench/node_modules").resolve()
DATA = Path(os.environ.get("FOURLOOP_DATA") or ROOT.parent / "shared/data").resolve()
RECORDS = FOURLOOP.parent / "tests/csv_records"
OUTCOMES = ROOT / "tests/interop/csv_outcomes.tsv"

# Why DuckDB refuses a file that we read: part of its words -> what it is about.
REFUSALS = {"not utf-8": "invalid UTF-8", "invalid state": "line ends of several kinds",
            "unterminated quote": "line ends of several kinds"}


MAPPING = """zone: UTC
columns: {customer: customer, time: time, type: type, text: {column: text, trim: false}}
"""


class Duckdb(Peer):
    def __init__(self, folder):
        self.name = "csv_peers"
        command = ["node", ROOT / "tests/interop/csv_peers.mjs", MODULES, folder, 1]
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def __exit__(self, *reason):
        super().__exit__(*reason)
        self.process.stdout.close()


def read(path):
    """(records of bytes, {"delimiter"} or {"refused"}) as the reader of imports reads a file."""
    done = subprocess.run([RECORDS, path], stdout=subprocess.PIPE, timeout=60, check=True)
    *records, end = [json.loads(line) for line in done.stdout.decode().splitlines()]
    return [[field.encode("latin-1") for field in record] for record in records], end


def outcome(records, end):
    """What is pinned of a file."""
    if "refused" in end:
        return f"refused: {end['refused']}"
    widths = sorted(Counter(len(record) for record in records).items())
    shape = ", ".join(f"{count} of {width}" for width, count in widths) or "none"
    digest = hashlib.sha256(json.dumps([[field.hex() for field in record] for record in records]).encode())
    return f"records: {shape}; digest {digest.hexdigest()[:12]}"


class SuiteCase(CliCase):
    suite = None

    def setUp(self):
        super().setUp()
        packed = DATA / f"suites/{self.suite}.tar.zst"
        if not packed.is_file():
            self.skipTest(f"no {packed}: set FOURLOOP_DATA to the folder of the public data sets")
        tar = subprocess.run(["zstd", "-dcq", packed], stdout=subprocess.PIPE, check=True).stdout
        with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
            archive.extractall(self.folder)
        self.files = self.folder / self.suite


class Spectrum(SuiteCase):
    suite = "csv-spectrum"

    def test_published_values(self):
        paths = sorted((self.files / "csvs").glob("*.csv"))
        self.assertEqual(12, len(paths))
        for path in paths:
            with self.subTest(path.name):
                published = json.loads((self.files / "json" / f"{path.stem}.json").read_text(encoding="utf-8"))
                if path.stem.endswith("_crlf"):  # as the repository's attributes have it checked out
                    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
                (header, *records), end = read(path)
                self.assertEqual({"delimiter": ","}, end)
                found = [dict(zip(*[[field.decode() for field in row] for row in (header, record)]))
                         for record in records]
                if path.stem == "location_coordinates":
                    published = [{**published, "Contact Phone Number": "2095257564"}]  # its JSON has another one
                self.assertEqual(published, found)


class OfDuckdb(SuiteCase):
    suite = "duckdb_csv"

    def paths(self):
        """Plain files of the suite; compressed ones are no CSV."""
        return {path.relative_to(self.files).as_posix(): path for path in sorted(self.files.rglob("*"))
                if path.is_file() and not path.is_symlink() and path.suffix in (".csv", ".tsv", ".txt")
                and path.name != "SOURCE.txt"}

    def test_outcomes_are_pinned(self):
        pins = dict(line.split("\t") for line in OUTCOMES.read_text(encoding="utf-8").splitlines())
        found = {name: outcome(*read(path)) for name, path in self.paths().items()}
        self.assertEqual(pins, found)

    def test_rows_are_those_of_duckdb(self):
        if not (MODULES / "@duckdb/node-api").is_dir():
            self.skipTest(f"no DuckDB in {MODULES}: run tools/setup --bench")
        told = Counter()
        with Duckdb(self.folder) as duckdb:
            for name, path in self.paths().items():
                records, end = read(path)
                widths = {len(record) for record in records}
                if "refused" in end or len(widths) != 1:
                    continue
                with self.subTest(name):
                    theirs = duckdb.value("read", path=str(path), delimiter=end["delimiter"], columns=min(widths))
                    told[self.compare(records, theirs)] += 1
        print(dict(told), file=sys.stderr)
        self.assertGreater(told["same"], 500)

    def compare(self, records, theirs):
        if "refused" in theirs:
            reasons = [about for words, about in REFUSALS.items() if words in theirs["refused"]]
            self.assertEqual(1, len(reasons), theirs["refused"])
            return reasons[0]
        rows = [[cell.encode() for cell in row] for row in theirs["rows"]]
        # A blank line is a row of nothing to DuckDB, and no record to us.
        self.assertEqual(*[[row for row in table if row != [b""]] for table in (records, rows)])
        return "same"


class TextCase(SuiteCase):
    def import_texts(self, texts, rejected=0):
        """Each as the text of a customer of its own, numbered from 1, line 2."""
        lines = [b'%d,2026-03-30 10:00:00,chat_customer_message,"%s"' % (number + 1, text.replace(b'"', b'""'))
                 for number, text in enumerate(texts)]
        self.write("rows.csv", b"\n".join([b"customer,time,type,text", *lines, b""]))
        self.write("mapping.yaml", MAPPING)
        self.fourloop("import", "--map", "mapping.yaml", "--into", "data", "--max-rejects", rejected, "rows.csv",
                      says=f" {rejected} rejected")

    def exported_texts(self, name):
        """customer -> text, nothing as an empty one, in an export, whose kind its name tells."""
        path = self.path(name)
        self.fourloop("export", "data", "--table", "interactions", "--to", path.suffix[1:], "-o", path)
        if path.suffix == ".ndjson":
            with path.open(encoding="utf-8", newline="\n") as lines:
                return {row["customer"]: (row["text"] or "").encode() for row in map(json.loads, lines)}
        binary = path.suffix in (".parquet", ".arrow")
        content = self.fourloop("inspect", path, "--rows", 10**9).stdout if binary else path.read_bytes()
        header, *rows = csv_rows(content.decode())
        return {int(row[0]): (row[header.index("text")] or "").encode() for row in rows}

    def assert_come_out(self, wanted):
        for name in ("out.csv", "out.ndjson", "out.parquet", "out.arrow"):
            self.assertEqual(wanted, self.exported_texts(name), name)


class Utf8(TextCase):
    suite = "utf8tests"

    def test_what_is_utf8_comes_out_and_the_rest_is_rejected(self):
        cases = [line.split(b":", 2) for line in (self.files / "utf8tests.bin").read_bytes().splitlines()]
        self.assertEqual({b"valid", b"invalid"}, {kind for _, kind, _ in cases})
        good = {number + 1: text for number, (_, kind, text) in enumerate(cases)
                if kind == b"valid" and b"\0" not in text}
        self.assertEqual((222, 74), (len(cases), len(good)))
        self.import_texts([text for _, _, text in cases], rejected=148)
        self.assert_come_out(good)
        [rejects] = self.path("data/rejects").iterdir()
        found = re.findall(rb',rows.csv,(\d+),\d+,"(.*)"$', rejects.read_bytes(), re.MULTILINE)
        self.assertEqual([line for line in range(2, 224) if line - 1 not in good], [int(line) for line, _ in found])
        self.assertEqual({b"column `text`: not UTF-8, or it holds a NUL"}, {words for _, words in found})


class Naughty(TextCase):
    suite = "blns"

    def test_naughty_strings_come_out(self):
        texts = [text.encode() for text in json.loads((self.files / "blns.json").read_text(encoding="utf-8"))]
        self.assertEqual(515, len(texts))
        self.import_texts(texts)
        self.assert_come_out(dict(enumerate(texts, 1)))


if __name__ == "__main__":
    main()
