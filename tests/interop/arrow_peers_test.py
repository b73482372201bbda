"""Arrow streams exchanged with programs that nobody here wrote: apache-arrow (JS) and ClickHouse (chdb).

They read what we write, a run's export and a stream with every kind of column that other programs know; we read what
they write: all their types with and without nulls, in one batch and several, dictionaries that are replaced and that
grow, LZ4 and zstd, streams and files. Values are compared cell by cell. Of apache-arrow the raw values are asked for,
and made into texts here, by the rules with which the public suite is compared (arrow_suite_test.py); ClickHouse prints
what it thinks it wrote or read. Needs the programs of `tools/setup --bench`; says so and is skipped without them.
"""

import csv
import io
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/cli"), str(ROOT / "bench"), str(ROOT / "tests/interop")]
from arrow_suite_test import csv_rows, is_same, scalar_text  # noqa: E402
from cli_case import FOURLOOP, CliCase, main  # noqa: E402
from peer import Peer  # noqa: E402

MODULES = Path(os.environ.get("FOURLOOP_PEERS") or ROOT / "build/bench/node_modules").resolve()
HAS_PEERS = all((MODULES / package).is_dir() for package in ("apache-arrow", "chdb"))
SAMPLE = FOURLOOP.parent / "tests/arrow_sample_stream"

CLICKHOUSE_TABLE = """
SELECT number AS id, toInt8(number * 7 % 256 - 128) AS i8, toInt16(number * 13) AS i16, toInt32(number * 99991 - 2000000000) AS i32,
    toInt64(number) * 3600000000000001 AS i64, toUInt8(number) AS u8, toUInt16(number * 13) AS u16,
    toUInt32(number * 858993) AS u32, number * 18446744073709 AS u64, toFloat32(number / 7) AS f32, number / 7 AS f64,
    toDate32('1960-01-01') + number AS day, toDateTime64('1990-05-06 07:08:09.123', 3, 'UTC') + number AS ms,
    toDecimal64(number / 8, 4) AS d18, toDecimal128(number, 6) * -98765432109876 AS d38, number % 3 = 0 AS small_flag,
    (number % 3 = 0)::Bool AS flag, 'text ' || toString(number) || if(number % 5 = 0, ', "quoted"', '') AS text,
    if(number % 7 < 2, NULL, toString(number)) AS maybe, if(number % 5 < 2, NULL, number)::Nullable(Int64) AS perhaps,
    toLowCardinality('word ' || toString(number % 11)) AS word, arrayMap(x -> toInt64(x * number), range(number % 4)) AS list,
    arrayMap(x -> if(x = 2, NULL, 'w' || toString(x)), range(number % 5)) AS words
FROM numbers({rows})"""

# The same as we print it.
CLICKHOUSE_TEXTS = """
SELECT id, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, day, replaceOne(toString(ms), ' ', 'T') || 'Z', toDecimalString(d18, 4),
    toDecimalString(d38, 6), small_flag, flag, text, maybe, perhaps, word, toJSONString(list), toJSONString(words)
FROM ({table}) SETTINGS output_format_json_quote_64bit_integers = 0"""


class Peers(Peer):
    def __init__(self, folder):
        self.name = "arrow_peers"
        folder.mkdir(parents=True, exist_ok=True)
        command = ["node", ROOT / "tests/interop/arrow_peers.mjs", MODULES, folder, 1]
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)


def text_of(kind, value):
    if value is None:
        return None
    if kind["name"] == "list":
        return [text_of(kind["items"], item) for item in value]
    return scalar_text(kind, value)


class PeerCase(CliCase):
    def setUp(self):
        super().setUp()
        if not HAS_PEERS:
            self.skipTest(f"no apache-arrow and chdb in {MODULES}: run tools/setup --bench")
        self.peers = Peers(self.path("peers"))
        self.addCleanup(self.peers.process.stdout.close)
        self.addCleanup(self.peers.__exit__)

    def ours(self, path):
        """Names and rows as we read them, after verify has read all of it."""
        self.fourloop("verify", path)
        rows = csv_rows(self.fourloop("inspect", "--rows", 1 << 40, path).stdout.decode())
        return rows[0], rows[1:]

    def assert_same_rows(self, names, wanted, found):
        self.assertEqual(len(wanted), len(found))
        for number, (left, right) in enumerate(zip(wanted, found)):
            self.assertEqual(len(left), len(right))
            differ = [(name, a, b) for name, a, b in zip(names, left, right) if not is_same(a, b)]
            self.assertEqual([], differ, f"row {number}")

    def assert_javascript_agrees(self, path):
        """What apache-arrow finds in a file is what we find; what it finds."""
        dumped = self.peers.value("dump", path=path)
        names, found = self.ours(path)
        self.assertEqual([name or None for name in dumped["names"]], names)
        wanted = [[text_of(kind, value) for kind, value in zip(dumped["kinds"], row)] for row in dumped["rows"]]
        self.assert_same_rows(names, wanted, found)
        return dumped


class JavaScript(PeerCase):
    def test_reads_every_kind_of_ours(self):
        for rows in (0, 1, 9, 1000):
            for nulls in (0, 1):
                with self.subTest(rows=rows, nulls=nulls):
                    path = self.path("sample.arrows")
                    with open(path, "wb") as file:
                        subprocess.run([SAMPLE, str(rows), "3", str(nulls)], stdout=file, check=True)
                    dumped = self.assert_javascript_agrees(path)
                    self.assertEqual(3 * rows, len(dumped["rows"]))
                    self.assertEqual([["key", "value"], ["empty", ""]], dumped["facts"])

    def test_we_read_all_of_its_types(self):
        # Its files cannot have a dictionary that is replaced, which several parts bring.
        for form, cuts in (("stream", ([1], [1000], [7, 1, 64, 100])), ("file", ([1], [1000]))):
            for parts in cuts:
                for nulls in (False, True):
                    with self.subTest(form=form, parts=parts, nulls=nulls):
                        path = self.path(f"theirs.{form}")
                        self.peers.value("write", path=path, form=form, parts=parts, hasNulls=nulls)
                        dumped = self.assert_javascript_agrees(path)
                        self.assertEqual(sum(parts), len(dumped["rows"]))

    def test_its_files_have_their_schema_at_the_end(self):
        path = self.path("late.arrow")
        self.peers.value("write", path=path, form="file", parts=[5], hasNulls=True)
        with open(path, "rb") as file:
            self.fourloop("verify", "-", stdin=file)
        self.fourloop("verify", "-", stdin=path.read_bytes(), code=65, says="give the file by its name")

    def test_we_read_dictionaries_that_grow(self):
        path = self.path("deltas.arrows")
        self.peers.value("deltas", path=path, batches=4, rows=50)
        self.assert_javascript_agrees(path)
        words = [row[0] for row in self.ours(path)[1]]
        self.assertEqual([None if row % 4 == 3 else f"word {row % (3 * (batch + 1))}"
                          for batch in range(4) for row in range(50)], words)


class ClickHouse(PeerCase):
    def cells(self, sql):
        rows = csv.reader(io.StringIO(self.peers.value("clickhouse", sql=sql)))
        return [[None if cell == "\\N" else cell for cell in row] for row in rows]

    def test_we_read_what_it_writes(self):
        for form in ("ArrowStream", "Arrow"):
            for codec in ("none", "lz4_frame", "zstd"):
                for words in (0, 1):
                    with self.subTest(form=form, codec=codec, words=words):
                        table = CLICKHOUSE_TABLE.format(rows=3000)
                        path = self.path(f"{codec}-{words}.{form}")
                        self.peers.value("clickhouse", sql=f"""{table} INTO OUTFILE '{path}' FORMAT {form}
                            SETTINGS output_format_arrow_compression_method = '{codec}',
                            output_format_arrow_low_cardinality_as_dictionary = {words}, max_block_size = 1000""")
                        names, found = self.ours(path)
                        wanted = self.cells(CLICKHOUSE_TEXTS.format(table=table))
                        numbers = [names.index("f32"), names.index("f64")]
                        for row in wanted:
                            for number in numbers:
                                row[number] = scalar_text({"name": "floatingpoint", "precision":
                                                           "SINGLE" if names[number] == "f32" else "DOUBLE"},
                                                          float(row[number]))
                        self.assert_same_rows(names, wanted, found)


def trimmed(cell):
    """Without the zeros that a decimal of three places ends with: a CSV has none."""
    return cell and re.sub(r"^(-?\d+)(?:\.000|(\.\d*[1-9])0+)$", lambda match: match[1] + (match[2] or ""), cell)


class Night(PeerCase):
    """A run's table as users get it."""

    def setUp(self):
        super().setUp()
        self.fourloop("gen", "--customers", 3000, "--days", 60, "--seed", 7, "--ids", "text", "--out", "raw")
        self.fourloop("import", "--map", "raw/mapping.yaml", "--into", "data", "raw/interactions.csv")
        self.make_model()
        self.run_night(as_of="2026-11-20")
        self.csv = self.path("customers.csv")
        self.csv.write_bytes(self.export())
        self.arrow = self.path("customers.arrows")

    def test_javascript_reads_an_export(self):
        for flags in ([], ["--dictionary"]):
            with open(self.arrow, "wb") as file:
                self.fourloop("export", "out", "--table", "customers", "--to", "arrow", *flags, stdout=file)
            dumped = self.assert_javascript_agrees(self.arrow)
        found = [[trimmed(cell) for cell in row] for row in self.ours(self.arrow)[1]]
        self.assertEqual(csv_rows(self.csv.read_text(encoding="utf-8"))[1:], found)
        facts = dict(dumped["facts"])
        self.assertEqual("2026-11-20", facts["fourloop.as_of"])
        self.assertIn("fourloop.model_hash", facts)
        self.assertEqual(["customer"], [name for name, null in zip(dumped["names"], dumped["nullable"]) if not null])

    def test_clickhouse_reads_an_export(self):
        wanted = [[cell or "" for cell in row] for row in csv_rows(self.csv.read_text(encoding="utf-8"))[1:]]
        for flags in ([], ["--dictionary"]):
            self.fourloop("export", "out", "--table", "customers", "--to", "arrow", *flags, "-o", self.arrow)
            read = self.peers.value("clickhouse",
                                    sql=f"SELECT * FROM file('{self.arrow}', 'ArrowStream') ORDER BY customer")
            found = [["" if cell == "\\N" else cell for cell in row] for row in csv.reader(io.StringIO(read))]
            self.assertEqual(wanted, found)

    def test_the_command_of_the_readme(self):
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        script = re.search(r"--to arrow \| node -e '\n(.*?)'\n", readme, re.DOTALL).group(1)
        stream = self.fourloop("export", "out", "--table", "customers", "--to", "arrow").stdout
        printed = subprocess.run(["node", "-e", script], input=stream, stdout=subprocess.PIPE, check=True,
                                 env={**os.environ, "NODE_PATH": str(MODULES)}).stdout.decode()
        first = csv_rows(self.csv.read_text(encoding="utf-8"))[1]
        self.assertIn(f'{len(self.ours(self.write("stream.arrows", stream))[1])} {{"customer": {first[0]}, ', printed)

    def test_same_bytes_again(self):
        first = self.fourloop("export", "out", "--table", "customers", "--to", "arrow").stdout
        again = self.fourloop("export", "out", "--table", "customers", "--to", "arrow", env={"LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo"})
        self.assertEqual(first, again.stdout)


if __name__ == "__main__":
    main()
