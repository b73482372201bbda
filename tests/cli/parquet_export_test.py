"""`export --to parquet` as a user calls it, without any other program: file, pipe, compression, a full disk.

What is in the files is compared cell by cell in tests/interop; here `verify` reads every page of them.
"""

import unittest

from cli_case import CliCase, main


class ParquetExport(CliCase):
    def setUp(self):
        super().setUp()
        self.import_rows()
        self.make_model()
        self.run_night()

    def export_parquet(self, *more, **settings):
        return self.fourloop("export", "out", "--table", "customers", "--to", "parquet", *more, **settings)

    def test_file_and_pipe_are_equal(self):
        self.export_parquet("-o", "customers.parquet", says="3 rows")
        piped = self.export_parquet().stdout
        self.assertEqual(self.path("customers.parquet").read_bytes(), piped)
        self.assertEqual((b"PAR1", b"PAR1"), (piped[:4], piped[-4:]))
        self.fourloop("verify", "customers.parquet")

    def test_compression(self):
        sizes = {}
        for compression in ("snappy", "zstd", "lz4_raw", "none"):
            name = f"{compression}.parquet"
            self.export_parquet("--compression", compression, "-o", name)
            self.fourloop("verify", name)
            codec = {"none": "UNCOMPRESSED"}.get(compression, compression.upper())
            self.assertIn(codec, self.fourloop("inspect", name).stdout.decode())
            sizes[compression] = self.path(name).read_bytes()
        self.assertEqual(4, len(set(sizes.values())))
        self.export_parquet("-o", "default.parquet")
        self.assertEqual(sizes["snappy"], self.path("default.parquet").read_bytes())

    def test_slips(self):
        self.export_parquet("--compression", "gzip", code=64, says="gzip")
        self.export_parquet("--delimiter", ";", code=64, says="means nothing with --to parquet")
        self.fourloop("export", "out", "--table", "customers", "--to", "csv", "--compression", "zstd", code=64,
                      says="--compression means nothing with --to csv")

    def test_facts_of_the_run(self):
        self.export_parquet("-o", "customers.parquet")
        told = self.fourloop("inspect", "customers.parquet").stdout.decode()
        for fact in ("fourloop.as_of = 2026-03-31", "fourloop.table = customers", "fourloop.model_hash = ",
                     "fourloop.version = ", "fourloop.uuid = "):
            self.assertIn(fact, told)

    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            self.export_parquet(code=74, stdout=full, says="the disk behind it is full")


if __name__ == "__main__":
    main()
