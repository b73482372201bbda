"""`inspect` and `verify` of Parquet files: what they say of good ones, of broken ones, of those that are only half read.

The files are seeds of the fuzzer, which DuckDB wrote; that their cells are right, tests/interop shows. The hostile files
that Arrow's own fuzzers found over the years must end with a sentence, too; they come with $FOURLOOP_DATA (or shared/data
beside the checkout), without which that test says so and is skipped.
"""

import collections
import io
import os
import shutil
import subprocess
import tarfile
import unittest
from pathlib import Path

from cli_case import FOURLOOP, ROOT, CliCase, main

SEEDS = ROOT / "tests/fuzz/parquet"
DATA = Path(os.environ.get("FOURLOOP_DATA") or ROOT.parent / "shared/data").resolve()
HOSTILE = DATA / "suites/arrow-testing.tar.zst"


class Parquet(CliCase):
    def seed(self, name):
        return shutil.copy(SEEDS / name, self.path(name))

    def test_inspect_says_what_is_there(self):
        words = self.fourloop("inspect", self.seed("duckdb-zstd.parquet")).stdout.decode()
        for part in ("format  Parquet, written by DuckDB", "rows    36 in 1 row groups", "id ", "INT64", "word ",
                     "STRING", "ZSTD", "PLAIN"):
            self.assertIn(part, words)
        line = next(line for line in words.splitlines() if line.startswith("id "))
        self.assertRegex(line, r" 4 +39  ZSTD")

    def test_inspect_lists_row_groups(self):
        lines = self.fourloop("inspect", self.seed("arrow-rs-lz4-V1.parquet"), "--pages").stdout.decode().splitlines()
        self.assertEqual(2 * 6, len([line for line in lines if " 30 " in line[:24] or " 26 " in line[:24]]), lines)

    def test_first_rows(self):
        shown = self.fourloop("inspect", self.seed("duckdb-v2-3.parquet"), "--rows", 3).stdout.decode()
        self.assertEqual('word,near,rank\nbrand-4,,mid\nbrand-5,"",high\n,customer-000000006,\n', shown)
        self.assertEqual(1 + 36, self.fourloop("inspect", self.seed("duckdb-v2-3.parquet"), "--rows", 10**6)
                         .stdout.count(b"\n"))
        self.assertEqual(b"word,near,rank\n", self.fourloop("inspect", self.path("duckdb-v2-3.parquet"), "--rows", 0)
                         .stdout)

    def test_nested_columns_are_named(self):
        path = self.seed("duckdb-nested.parquet")
        self.assertIn("not read: a map", self.fourloop("inspect", path).stdout.decode())
        self.fourloop("inspect", path, "--rows", 1, code=65, says=[
            "column `s.a` is left out: it is a field of a struct, which is not read",
            "column `m.key_value.key` is left out: it is a map", "it is a list of lists",
            "no column that can be read"])
        self.assertIn(b"ok ", self.fourloop("verify", path).stdout)

    def test_verify_counts_pages_without_a_checksum(self):
        done = self.fourloop("verify", self.seed("duckdb-snappy.parquet"), says="pages have no checksum")
        self.assertRegex(done.stdout.decode(), r"^ok \S+duckdb-snappy.parquet 36\n$")

    def test_broken_files_are_named(self):
        path = self.seed("duckdb-zstd.parquet")
        content = path.read_bytes()
        self.write("cut.parquet", content[:-1])
        self.fourloop("verify", path, "cut.parquet", code=65, says=["cut.parquet: ", "does not end with PAR1: was it cut?"])
        sealed = self.seed("sealed-codec-0.parquet").read_bytes()
        self.fourloop("verify", "sealed-codec-0.parquet", says=[])
        at = sealed.index(b"word")
        self.write("flipped.parquet", sealed[:at] + b"W" + sealed[at + 1:])
        self.fourloop("verify", "flipped.parquet", code=65, says=[
            "flipped.parquet: column `text`: offset ", "row group 0: the page's checksum is"])
        self.write("encrypted.parquet", content[:-4] + b"PARE")
        self.fourloop("inspect", "encrypted.parquet", code=65, says="encrypted footer, which is not read")
        self.fourloop("verify", "missing.parquet", code=66)

    def test_hostile_files_end_with_a_sentence(self):
        if not HOSTILE.is_file():
            self.skipTest(f"no {HOSTILE}: set FOURLOOP_DATA")
        plain = subprocess.run(["zstd", "-dc", HOSTILE], check=True, stdout=subprocess.PIPE).stdout
        codes = collections.Counter()
        with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
            files = [member for member in archive if member.isfile() and "/parquet/fuzzing/" in member.name]
            for member in files:
                path = self.write("hostile.parquet", archive.extractfile(member).read())
                done = subprocess.run([FOURLOOP, "verify", path], capture_output=True, timeout=60)
                codes[done.returncode] += 1
                if done.returncode != 0:
                    self.assertRegex(done.stderr.decode(), r"error (CORRUPT|UNSUPPORTED|LIMIT): \S+hostile.parquet: \S",
                                     member.name)
        self.assertEqual({65: 136, 0: 2}, dict(codes))


if __name__ == "__main__":
    main()
