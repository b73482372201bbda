"""Parquet files of ours, read and compared cell by cell by programs that nobody here wrote.

A table with every kind of column, in every codec, with and without nulls, with 0, 1, 9 and 3000 rows, many row groups and
pages, goes to DuckDB, arrow-rs (parquet-wasm), hyparquet and ClickHouse (chdb). What each cell must be is worked out by the
reading side from its row. hyparquet also holds the page index against the pages; DuckDB compares each exported table of a
run with the CSV of the same table. Needs the programs of `tools/setup --bench`; says so and is skipped without them.
"""

import os
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/cli"), str(ROOT / "bench")]

from cli_case import FOURLOOP, CliCase, main  # noqa: E402
from peer import Peer  # noqa: E402

MODULES = Path(os.environ.get("FOURLOOP_PEERS") or ROOT / "build/bench/node_modules").resolve()
PACKAGES = ("@duckdb/node-api", "parquet-wasm", "apache-arrow", "hyparquet", "hyparquet-compressors", "chdb")
SAMPLES = FOURLOOP.parent / "tests/parquet_samples"
READERS = ("duckdb", "arrowRs", "hyparquet", "clickhouse")
COLUMNS = ["id", "flag", "i8", "i16", "i32", "i64", "few", "day", "time", "money", "share", "f32", "f64", "word", "tags",
           "text", "notes"]


class Readers(Peer):
    def __init__(self, folder):
        self.name = "parquet_readers"
        folder.mkdir(parents=True, exist_ok=True)
        command = ["node", ROOT / "tests/interop/parquet_readers.mjs", MODULES, folder, 1]
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)


class WriteCase(CliCase):
    def setUp(self):
        super().setUp()
        missing = [package for package in PACKAGES if not (MODULES / package).is_dir()]
        if missing:
            self.skipTest(f"no {', '.join(missing)} in {MODULES}: run tools/setup --bench")
        self.readers = Readers(self.path("readers"))
        self.addCleanup(self.readers.__exit__)


class Samples(WriteCase):
    def setUp(self):
        super().setUp()
        told = subprocess.run([SAMPLES, self.folder], check=True, stdout=subprocess.PIPE, text=True).stdout
        self.samples = [(name, int(rows), nulls) for name, rows, nulls in map(str.split, told.splitlines())]
        self.assertEqual(30, len(self.samples))

    def check(self, reader):
        for name, rows, nulls in self.samples:
            with self.subTest(name):
                told = self.readers.value("compare", reader=reader, path=str(self.path(name)), rows=rows, nulls=nulls)
                self.assertEqual({}, told["differing"])
                self.assertEqual(rows, told["rows"])
                self.assertEqual(COLUMNS, told["names"])

    def test_duckdb(self):
        self.check("duckdb")

    def test_arrow_rs(self):
        self.check("arrowRs")

    def test_hyparquet(self):
        self.check("hyparquet")

    def test_clickhouse(self):
        self.check("clickhouse")

    def test_page_indexes(self):
        for name, rows, nulls in self.samples:
            with self.subTest(name):
                told = self.readers.value("indexes", path=str(self.path(name)))
                # A page of NaN alone has no bounds, so its chunk has no column index: row 102, alone in its group.
                self.assertEqual(["102 f32: no column index"] if name == "single.parquet" else [], told["wrong"])
                self.assertEqual({"sample.rows": "many", "sample.empty": ""}, told["facts"])
                self.assertEqual("fourloop version 0.0.0", told["created_by"])
                if rows > 0:
                    self.assertGreaterEqual(told["pages"], len(COLUMNS))
                    self.assertEqual([{"column_idx": 0, "descending": False, "nulls_first": True}], told["sorting"])


class Tables(WriteCase):
    def test_tables_of_a_run(self):
        self.fourloop("gen", "--customers", 400, "--days", 300, "--seed", 3, "--out", "raw")
        self.fourloop("import", "--map", "raw/mapping.yaml", "--arrival", "2026-11-21", "--into", "data",
                      "raw/interactions.csv")
        self.make_model()
        config = self.path("model/model.yaml")
        config.write_text(config.read_text().replace("scopes: [customer]", "scopes: [customer, brand, category]"))
        self.run_night(as_of="2026-11-20")
        for table in ("customers", "brands", "categories"):
            for compression in ("snappy", "zstd", "lz4_raw", "none"):
                with self.subTest(table=table, compression=compression):
                    self.compare(table, compression)

    def test_a_table_of_a_data_folder(self):
        self.import_rows()
        parquet, csv = self.path("rows.parquet"), self.path("rows.csv")
        for path, format_name in ((parquet, "parquet"), (csv, "csv")):
            self.fourloop("export", "data", "--table", "interactions", "--to", format_name, "-o", path)
        told = self.readers.value("sameTable", parquet=str(parquet), csv=str(csv))
        self.assertEqual((6, 6, 0, 0), tuple(told[name] for name in ("csv", "parquet", "only_csv", "only_parquet")))
        self.assertEqual({"customer": "BIGINT", "day": "DATE", "type": "SMALLINT", "order": "BIGINT", "second": "INTEGER",
                          "quantity": "DECIMAL(18,3)", "amount": "BIGINT", "text": "VARCHAR"},
                         {name: told["types"][name] for name in ("customer", "day", "type", "order", "second", "quantity",
                                                                 "amount", "text")})

    def compare(self, table, compression):
        parquet, csv = self.path(f"{table}-{compression}.parquet"), self.path(f"{table}.csv")
        self.fourloop("export", "out", "--table", table, "--to", "parquet", "--compression", compression, "-o", parquet)
        self.fourloop("export", "out", "--table", table, "--to", "csv", "-o", csv)
        self.fourloop("verify", parquet)
        told = self.readers.value("sameTable", parquet=str(parquet), csv=str(csv))
        self.assertGreater(told["parquet"], 0)
        self.assertEqual((told["csv"], 0, 0), (told["parquet"], told["only_csv"], told["only_parquet"]))
        self.assertEqual({"customer": "BIGINT", "engagement": "SMALLINT", "band": "VARCHAR", "raw": "BIGINT",
                          "first_day": "DATE"},
                         {name: told["types"][name] for name in ("customer", "engagement", "band", "raw", "first_day")})


if __name__ == "__main__":
    main()
